"""Every family of kernels becomes an object file for machines that are not here: nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from llvmlite import ir

import retrograd as rg
from retrograd.codegen import compile_graph as compiling
from retrograd.codegen import kernels
from retrograd.codegen.jit import Target, compiling_for, emitted
from retrograd.engine.linearize import linearize
from retrograd.ops.gather import less_rows
from retrograd.tensors.tensor import Tensor

F = rg.nn.functional
NEON = "+neon,+fp-armv8"
AVX2 = "+avx2,+fma,+f16c,+bmi2"
MACHINES = {
    "aarch64-linux": Target("generic", NEON, 16, 32, "aarch64-unknown-linux-gnu"),
    "arm64-macos": Target("apple-m1", NEON, 16, 32, "arm64-apple-macosx"),
    "x86_64-macos": Target("x86-64-v3", AVX2, 32, 16, "x86_64-apple-macosx"),
    "x86_64-windows": Target("x86-64-v3", AVX2, 32, 16, "x86_64-pc-windows-msvc"),
    "x86_64-plain": Target("x86-64", "", 16, 16, "x86_64-unknown-linux-gnu"),
}
MAGIC = {"linux": b"\x7fELF", "macos": b"\xcf\xfa\xed\xfe", "windows": b"\x64\x86", "plain": b"\x7fELF"}


def _graphs() -> Iterator[Any]:
    """Calls whose kernels are of every family."""
    x, y, i = rg.randn(5, 7), rg.randn(7, 9), rg.tensor([1, 0, 3])
    yield x.tanh() + x.atan() * x.sin() - x.erf()
    yield x.half().sigmoid() + 1
    yield x.bfloat16().log() * 2
    yield x.to(rg.uint8) // 3
    yield x.double().exp().sum(0)
    yield from (x.sum(1), x.sum(0), x.amax(1), x.to(rg.int16).sum(0), x.softmax(1), F.layer_norm(x, (7,)))
    yield from (x @ y, y.t() @ x.t(), (x @ y).relu() + 1, x.double() @ y.double(), x @ y[:, 0], x[0] @ y)
    yield x @ rg.randn(9, 7).t()
    yield from (rg.cat([x, x + 1]), F.pad(x, (1, 2)), x[i], rg.gather(x, 0, i[:, None]))
    yield rg.randn(5, 130)[i]
    yield from (x.cumsum(1), x.cumsum(0), rg.scan(lambda h, row: (h * row + 1, None), x[0], x)[0])
    yield from (rg.zeros(5, 7).index_add(0, i, x[:3]), rg.zeros(5, 7).scatter_add(0, i[:, None], x[:3, :1]))
    yield from (x.argmax(1), x.argmin(0))
    yield from (rg.rand(9), rg.randn(9), rg.randint(0, 5, (9,)), rg.rand(9, dtype=rg.float64))
    yield F.fold(rg.randn(1, 4, 9), (4, 4), (2, 2))
    image, kernels = rg.randn(1, 2, 5, 5), rg.randn(3, 2, 3, 3, requires_grad=True)
    convolved = F.conv2d(image, kernels)
    yield F.max_pool2d(image, 2)
    many = rg.randn(32, 32, 3, 3, requires_grad=True)
    transformed = F.conv2d(rg.randn(1, 32, 40, 40), many)
    yield from (transformed, *rg.autograd.grad(transformed.sum(), many, create_graph=True))
    yield F.conv_transpose2d(image, kernels.mT[:2].detach(), stride=2)
    deep = rg.randn(64, 64, 2, 2, requires_grad=True)
    turned = F.conv2d(rg.randn(1, 64, 20, 20), deep)
    yield from (turned, rg.autograd.grad(turned.sum(), deep, create_graph=True)[0])
    kernel = rg.randn(2, 1, 3, 3, requires_grad=True)
    pictures = rg.randn(1, 2, 20, 20, requires_grad=True)
    alone = F.conv2d(pictures, kernel, groups=2)
    yield from (alone, *rg.autograd.grad(alone.sum(), kernel, create_graph=True))
    spread = F.conv2d(pictures, kernel, stride=2, groups=2)
    yield rg.autograd.grad(spread.sum(), pictures, create_graph=True)[0]
    yield from (convolved, *rg.autograd.grad(convolved.sum(), kernels, create_graph=True))
    yield rg.zeros(5, 9).index_add(0, i, rg.ones(3, 9))
    table = rg.zeros(1 << 13, 8).requires_grad_()
    g = rg.autograd.grad(F.embedding(i, table).sum(), table, create_graph=True)[0]
    yield Tensor(less_rows(table.node, g.node, 0.5))
    z = rg.randn(6, 4).requires_grad_()
    for p in (0.0, 0.1):
        y = F.scaled_dot_product_attention(z, z, z, is_causal=True, dropout_p=p)
        yield rg.autograd.grad(y.sum(), z, create_graph=True)[0]


def _described(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The descriptions of the kernels of those graphs, by what they say."""
    found: dict[str, Any] = {}

    def note(descriptions: Iterable[Any]) -> dict[Any, dict[str, int]]:
        wanted = list(descriptions)
        found.update((repr(d), d) for d in wanted)
        return {d: {kernels.ENTRY: 0} for d in wanted}

    monkeypatch.setattr(compiling, "codes_of", note)
    monkeypatch.setattr(compiling, "driver", lambda: None)
    for t in _graphs():
        linear = linearize([t.node])
        compiling.compile_graph([t.node], linear.leaves, linear.scalars, lambda n: lambda *args: None)
    return found


@pytest.mark.parametrize("name", MACHINES)
def test_every_family_becomes_an_object(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with compiling_for(MACHINES[name]):
        found = _described(monkeypatch)
        families = {type(d) for d in found.values()}
        assert families == set(kernels._EMITTERS), set(kernels._EMITTERS) - families
        module = ir.Module("all")
        for k, description in enumerate(found.values()):
            kernels._EMITTERS[type(description)](module, f"kernel{k}", description)
        image = emitted(module)
    assert image.startswith(MAGIC[name.split("-")[-1]]) and len(image) > 10_000

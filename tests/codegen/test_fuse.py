"""Which nodes share a kernel, and that sharing one changes no bit."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.compile_graph import describe
from retrograd.codegen.jit import assembly, host
from retrograd.codegen.kernels import address_of, module_of
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.region import Phase, Region
from retrograd.codegen.lowering import loop, region

F = rg.nn.functional


def _x(*shape: int, scale: float = 1.0) -> Any:
    values = np.random.default_rng(len(shape)).standard_normal(shape) * scale
    return rg.tensor(values.astype("float32"), requires_grad=True)


def _kinds(*tensors: Any) -> list[str]:
    return [line.split()[1] for line in describe([t.node for t in tensors]).splitlines()]


def test_pointwise_nodes_of_one_shape_are_one_loop() -> None:
    x = _x(4, 8)
    assert _kinds(-x.exp()) == ["loop"]


def test_reductions_over_rows_and_what_reads_them_are_one_region() -> None:
    x = _x(4, 8)
    assert describe([(x - x.amax(1, keepdim=True)).sum(1).node]) == (
        "  1 region  [4, 8]           reduce_max, sub, reduce_sum -> 1 stored")


@pytest.mark.parametrize("layer", [
    lambda x: F.softmax(x, 1), lambda x: F.log_softmax(x, 1),
    lambda x: F.layer_norm(x, (8,)), lambda x: x * (x * x).sum(1, keepdim=True).rsqrt(),
], ids=["softmax", "log_softmax", "layer_norm", "rms_norm"])
def test_a_layer_over_rows_and_its_pullback_are_one_kernel(layer: Callable[[Any], Any]) -> None:
    x, g = _x(4, 8), _x(4, 8).detach()
    y = layer(x)
    dx, = rg.autograd.grad(y, x, g, create_graph=True)
    assert _kinds(y, dx) == ["region"]


def test_sums_over_the_first_axes_ride_along_and_who_reads_them_waits() -> None:
    x, w = _x(4, 8), _x(8)
    dx, dw = rg.autograd.grad((x.exp() * w).sum(), [x, w], create_graph=True)
    assert _kinds(dx, dw) == ["region"]
    assert _kinds(x.exp() - x.exp().sum(0)) == ["region", "loop"]


def test_nothing_joins_work_that_something_else_it_reads_waits_for() -> None:
    x, w = _x(4, 8), _x(8, 8)
    y = x.exp()
    assert _kinds(y + y @ w) == ["loop", "product"]         # the sum follows on the product


def test_one_long_row_is_not_a_region() -> None:
    x = _x(2, 70_000)
    assert "region" not in _kinds(x - x.mean(1, keepdim=True))


LAYERS: dict[str, Callable[[Any, Any], Any]] = {
    "softmax": lambda x, w: F.softmax(x, -1) * w,
    "log_softmax": lambda x, w: F.log_softmax(x * w, -1),
    "layer_norm": lambda x, w: F.layer_norm(x, (x.shape[-1],), w, w * 0.5),
    "rms_norm": lambda x, w: x / (x * x).mean(-1, keepdim=True).sqrt() * w,
    "two maxima": lambda x, w: x - x.amax(-1, keepdim=True) + (x * w).amin(-1, keepdim=True),
    "transposed": lambda x, w: F.softmax((x * w).transpose(0, -1), -1).exp(),
    "three axes": lambda x, w: F.softmax(rg.stack([x, x * w], 1), -1).sum(1) * 0.5,
    "masked": lambda x, w: F.softmax(x.masked_fill(x > 0.7, float("-inf")), -1) * w,
    "classes": lambda x, w: F.cross_entropy(x * w, rg.arange(x.shape[0]) % x.shape[1], reduction="none"),
}
SHAPES = [(1, 1), (3, 1), (1, 5), (5, 10), (7, 64), (4, 100), (300, 33), (3, 1000), (2, 20_000)]


def _run(layer: Callable[[Any, Any], Any], shape: tuple[int, int], dtype: Any) -> list[Any]:
    x = _x(*shape).detach().to(dtype).requires_grad_()
    w = _x(shape[1]).detach().to(dtype).requires_grad_()
    y = layer(x, w)
    (y * y).sum().backward()
    return [t.detach().numpy() for t in (y, x.grad, w.grad)]


@pytest.mark.parametrize("dtype", [rg.float32, rg.float64], ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_a_region_gives_the_bits_of_its_nodes_one_by_one(name: str, dtype: Any,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    for shape in SHAPES:
        monkeypatch.setattr(config, "eager", False)
        together = _run(LAYERS[name], shape, dtype)
        monkeypatch.setattr(config, "eager", True)
        for a, b in zip(together, _run(LAYERS[name], shape, dtype)):
            assert a.tobytes() == b.tobytes(), (name, shape)


@pytest.mark.parametrize("name", ["softmax", "layer_norm", "two maxima"])
def test_a_region_that_writes_past_the_caches_gives_the_same_bits(name: str,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region, "NEAR", 0)
    for shape in [(3, 16), (5, 112), (260, 48), (9, 50)]:      # rows of 50 are not whole lines
        monkeypatch.setattr(config, "eager", False)
        together = _run(LAYERS[name], shape, rg.float32)
        monkeypatch.setattr(config, "eager", True)
        for a, b in zip(together, _run(LAYERS[name], shape, rg.float32)):
            assert a.tobytes() == b.tobytes(), (name, shape)


@pytest.mark.parametrize("n", [16, 1000, 16_411, 70_000])
def test_a_loop_that_writes_past_the_caches_gives_the_same_bits(n: int,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """Small results do not begin on a line of the cache; the last elements are no whole vector."""
    monkeypatch.setattr(loop, "NEAR", 0)
    results = []
    for eager in (False, True):
        monkeypatch.setattr(config, "eager", eager)
        x = _x(n).detach()
        z = rg.where(x > 0.1, (x * 1.5).tanh(), x.exp())
        z = rg.maximum(z * x.sigmoid(), x).abs()
        results.append((z.double() + 1e-9).numpy().tobytes() + z.numpy().tobytes())
    assert results[0] == results[1]


@pytest.mark.parametrize("bytes_in", [0, 4])
def test_stores_past_the_caches_are_for_whole_lines_only(bytes_in: int) -> None:
    """Copies rows of 64 floats to memory that begins on a line of the cache, or does not."""
    operand, same = Operand("float32", "s1"), Step(lambda m, x: m.mul(x, 2.0), (0,))
    nest = Region((operand,), (), (same,), (Phase(stores=((1, 0),)),), (operand,), (), 16, True, (0,))
    source = np.arange(3 * 64, dtype="float32")
    memory = np.zeros(source.nbytes + 128, np.uint8)
    skip = -memory.ctypes.data % 64 + bytes_in
    target = memory[skip:skip + source.nbytes].view("float32")
    args = np.array([source.ctypes.data, target.ctypes.data, 0, 3, 64, 64, 64], np.int64)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address_of(nest))(args.ctypes.data)
    assert (target == 2 * source).all()
    assert "vmovntps" in assembly(module_of(nest)) or host().vector_bytes < 64


@pytest.mark.parametrize("rows", [255, 256, 257, 1030])
def test_a_sum_over_rows_that_rides_along_is_added_in_the_same_chunks(rows: int) -> None:
    x = _x(rows, 40)
    alone = x.detach().sum(0).numpy()
    s = x.detach()
    total, shifted = s.sum(0), s - s.mean(1, keepdim=True)
    assert (shifted.numpy().shape, total.numpy().tobytes()) == ((rows, 40), alone.tobytes())
    both = (s - s.mean(1, keepdim=True)).sum(0)
    assert np.allclose(both.numpy(), shifted.numpy().sum(0), atol=1e-3)

"""Products of bfloat16 by the processor's own instruction: two terms at a time, summed in float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.jit import compiling_for, host

needs_dots = pytest.mark.skipif(not host().dots, reason="this processor has no AVX512-BF16")
SHAPES = [(2, 2, 2), (3, 4, 5), (17, 64, 33), (64, 784, 256), (5, 1030, 6), (5, 7, 6), (1, 8, 5), (6, 8, 1)]
ROUND = 2.0 ** -8               # half a step of bfloat16, of the result
STEP = 2.0 ** -23               # a rounding of float32, of the largest partial sum


def operands(m: int, k: int, n: int, *batch: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(m + k + n)
    return (rg.tensor(rng.standard_normal((*batch, m, k)).astype("f4")).bfloat16(),
            rg.tensor(rng.standard_normal((*batch, k, n)).astype("f4")).bfloat16())


def layouts(a: Any) -> list[Any]:
    """The same numbers as they may lie: row after row, column after column, apart, from an odd place on."""
    wide = rg.zeros(*a.shape[:-1], 3 * a.shape[-1] + 1, dtype=a.dtype)
    wide[..., 1::3] = a
    return [a, a.transpose(-1, -2).contiguous().transpose(-1, -2), wide[..., 1::3],
            rg.cat([a[..., :1], a], -1)[..., 1:]]


def bits(t: Any) -> bytes:
    return t.float().numpy().tobytes()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_product_is_within_its_roundings_however_its_operands_lie(shape: tuple[int, int, int]) -> None:
    a, b = operands(*shape)
    wide_a, wide_b = (t.float().numpy().astype("f8") for t in (a, b))
    exact, size = wide_a @ wide_b, np.abs(wide_a) @ np.abs(wide_b)
    got = (a @ b).float().numpy()
    assert (np.abs(got - exact) <= ROUND * np.abs(exact) + (shape[1] + 2) * STEP * size).all()
    assert {bits(x @ y) for x in layouts(a) for y in layouts(b)} == {bits(a @ b)}


def test_batches_too() -> None:
    a, b = operands(8, 6, 8, 3, 4)
    one = np.stack([(x @ y).float().numpy() for x, y in zip(a.reshape(12, 8, 6), b.reshape(12, 6, 8))])
    assert (a @ b).float().numpy().tobytes() == one.tobytes()
    turned = (a.transpose(0, 1) @ b.transpose(0, 1)).transpose(0, 1)
    assert bits(turned) == bits(a @ b)
    a, b = operands(4, 6, 8, 2, 3, 2)
    mixed = a.transpose(0, 2).contiguous().transpose(0, 2) @ b
    assert bits(mixed) == bits(a @ b)


def test_the_bits_depend_neither_on_threads_nor_on_what_is_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = operands(300, 512, 260)
    alone = bits(a @ b)
    fused = (a @ b).relu() + 1
    assert bits(fused) == bits((a @ b).float().bfloat16().relu() + 1)
    for threads in (1, 2, 3):
        monkeypatch.setattr(config, "num_threads", threads)
        assert bits(a @ b) == alone


def test_gradients_are_those_of_the_formula() -> None:
    a, b = operands(6, 8, 4)
    x, w = a.clone().requires_grad_(), b.clone().requires_grad_()
    (x @ w).sum().backward()
    assert bits(x.grad) == bits(rg.ones(6, 4, dtype=rg.bfloat16) @ b.T)
    assert bits(w.grad) == bits(a.T @ rg.ones(6, 4, dtype=rg.bfloat16))


@needs_dots
def test_the_instruction_is_used_where_it_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    a, b = operands(4, 6, 4)
    rg.show(lambda x, y: x @ y, a, b)
    assert "dot_bfloat16" in capsys.readouterr().out
    with compiling_for(host().without_avx512()):
        rg.show(lambda x, y: x @ y, a, b)
    assert "dot_bfloat16" not in capsys.readouterr().out

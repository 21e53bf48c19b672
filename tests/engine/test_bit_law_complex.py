"""The bit law on complex numbers, which NumPy computes inside programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

UNARY: list[Callable[[Any], Any]] = [
    rg.exp, rg.sin, rg.tanh, rg.square, rg.sigmoid, rg.angle, rg.sgn, lambda z: z.conj(), lambda z: z.mT,
    lambda z: z.flip(0), lambda z: z[1:], lambda z: (z * z + 1).sqrt(), lambda z: (z.abs() + 1).reciprocal(),
    lambda z: z.real * 1j, lambda z: z @ z.mH, lambda z: z - z.sum(0, keepdim=True), lambda z: z.cumsum(1),
    lambda z: rg.fft.fft(z), lambda z: rg.view_as_real(z + 0j).sum(-1),
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b + 3),
    lambda a, b: a ** 2 * b]


def _bits(seed: int, look: str) -> list[Any]:
    """A random program, its loss and gradients; `look` says what is done with values on the way."""
    rng = np.random.default_rng(seed)
    kinds = [rg.complex64, rg.complex128]
    leaves = [rg.tensor(rng.standard_normal((6, 5)) + 1j * rng.standard_normal((6, 5)),
                        dtype=kinds[rng.integers(2)]).requires_grad_() for _ in range(2)]
    made, held = list(leaves), []
    for _ in range(12):
        a, b = (made[rng.integers(len(made))] for _ in range(2))
        if a.shape == b.shape and rng.random() < 0.4:
            y = BINARY[rng.integers(len(BINARY))](a, b)
        else:
            y = UNARY[rng.integers(len(UNARY))](a)
        made.append(y)
        if look == "held":
            held.append(y)
        elif look == "read":
            y.detach().numpy()
    loss = sum((y.abs().double().clamp(max=5).sum() for y in made[-4:]), rg.zeros((), dtype=rg.float64))
    loss.backward()
    values = [loss.detach(), *(y.detach() for y in made[-2:]), *(x.grad for x in leaves)]
    return [None if v is None else v.numpy().tobytes() for v in values]


@pytest.mark.parametrize("seed", range(8))
def test_random_programs_of_complex_numbers_have_the_same_bits_however_they_are_looked_at(seed: int) -> None:
    plain = _bits(seed, "not")
    assert _bits(seed, "held") == plain
    assert _bits(seed, "read") == plain

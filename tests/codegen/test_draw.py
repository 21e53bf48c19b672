"""Random numbers by kernels have the bits of the NumPy implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrograd.codegen.driver import Table
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.draw import PER_BLOCK, Draw
from retrograd.ops import philox

SEEDS = [(0, 0), (-7, 3), (2**63 - 1, 2**40 + 5)]
COUNTS = [1, 2, 3, 4, 5, 8, 63, 1000]


def drawn(what: str, seed: int, counter: int, n: int, low: int = 0, span: int = 0, cut: int = 0) -> Any:
    s, c, out = np.array(seed), np.array(counter), np.empty(n, Draw(what).dtype)
    blocks = -(-n // PER_BLOCK[what])
    cut = min(cut, blocks)
    for begin, end in ((cut, blocks), (0, cut)):
        Table([(address_of(Draw(what)),
                [s.ctypes.data, c.ctypes.data, out.ctypes.data, begin, end, n, low, span])])()
    return out


@pytest.mark.parametrize("seed, counter", SEEDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_floats_have_the_bits_of_numpy(kind: str, dtype: str, seed: int, counter: int) -> None:
    for n in COUNTS:
        expected = getattr(philox, kind)(seed, counter, (n,), int(dtype[-2:]))
        for cut in (0, 1, 7):
            got = drawn(f"{kind} {dtype}", seed, counter, n, cut=cut)
            assert got.tobytes() == expected.tobytes(), (n, cut)


@pytest.mark.parametrize("seed, counter", SEEDS)
@pytest.mark.parametrize("what, span", [("integers below 2^32", 1), ("integers below 2^32", 2**32 - 1),
                                        ("integers of a word", 2**32), ("integers", 2**40 + 7)])
def test_integers_have_the_bits_of_numpy(what: str, span: int, seed: int, counter: int) -> None:
    for n in COUNTS:
        expected = philox.integers(seed, counter, (n,), -4, span - 4)
        assert np.array_equal(drawn(what, seed, counter, n, -4, span), expected)

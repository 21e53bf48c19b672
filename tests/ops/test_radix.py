"""The stable order by digits is NumPy's, tie for tie."""

from __future__ import annotations

import numpy as np
import pytest

from retrograd.ops.radix import FEW, stable_order


@pytest.mark.parametrize("size", [0, 1, FEW - 1, FEW, 5 * FEW + 3])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint32", "uint64", "float16",
                                   "bool"])
def test_the_order_is_numpys(dtype: str, size: int, rng: np.random.Generator) -> None:
    x = (1000 * rng.standard_normal(size)).astype(dtype) if dtype != "bool" else rng.random(size) < 0.5
    order = stable_order(x)
    np.testing.assert_array_equal(order, np.argsort(x, kind="stable"))
    assert order.dtype == np.int64


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("special", [[np.inf, -np.inf, 0.0, -0.0, 5e-324, -5e-324], [np.nan, 1.0, -0.0]])
def test_infinities_zeros_of_both_signs_and_nan_have_their_places(dtype: str, special: list[float],
                                                                  rng: np.random.Generator) -> None:
    with np.errstate(under="ignore"):
        x = np.array([*special, 1.0, -1.0, np.finfo(dtype).max, np.finfo(dtype).tiny], dtype)
    x = rng.choice(x, 2 * FEW)
    np.testing.assert_array_equal(stable_order(x), np.argsort(x, kind="stable"))


def test_a_view_with_strides_is_read_as_it_stands(rng: np.random.Generator) -> None:
    x = rng.standard_normal((2 * FEW, 2))[::-1, 1]
    np.testing.assert_array_equal(stable_order(x), np.argsort(x, kind="stable"))


def test_fractions_that_agree_in_32_bits_are_told_apart(rng: np.random.Generator) -> None:
    """What randperm sorts; few values and small differences, zeros of both signs, and the largest below 1."""
    x = rng.random(2 * FEW)
    near = rng.choice(x[:50], 2 * FEW) + rng.integers(0, 3, 2 * FEW) * 2.0 ** -40
    for values in (x, near % 1, rng.choice([0.0, -0.0, 5e-324, 0.5, np.nextafter(1, 0)], 2 * FEW)):
        np.testing.assert_array_equal(stable_order(values), np.argsort(values, kind="stable"))

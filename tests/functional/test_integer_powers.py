"""Powers of integers, by kernels and by NumPy: PyTorch's values, overflow and negative exponents included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config

torch = pytest.importorskip("torch")
DTYPES = ("int64", "int32", "int16", "int8", "uint8")


@pytest.fixture(params=[True, False], ids=["kernels", "numpy"])
def tier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "jit", request.param)


def _both(function: Any, *arrays: Any) -> None:
    got = function(*map(rg.tensor, arrays)).numpy()
    expected = function(*map(torch.tensor, arrays)).numpy()
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("size", [3, 5003])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_tensor_of_exponents(tier: None, dtype: str, size: int) -> None:
    low = 0 if dtype == "uint8" else -7
    rng = np.random.default_rng(0)
    base, exponent = (rng.integers(low, 13, size).astype(dtype) for _ in range(2))
    _both(lambda x, y: (x * 1) ** y, base, exponent)
    _both(lambda y: 2 ** y, exponent)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 63, 64, 100])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_as_the_exponent(tier: None, dtype: str, exponent: int) -> None:
    base = np.arange(0 if dtype == "uint8" else -20, 20).astype(dtype)
    _both(lambda x: x ** exponent + 1, base)


def test_a_negative_number_as_the_exponent_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"raised to -1(.|\n)*\.float\(\)"):
        rg.tensor([2]) ** -1

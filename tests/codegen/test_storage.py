"""Types that are stored but not computed with: loads, stores and roundings against NumPy and PyTorch."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from retrograd.base.dtype import by_name
from retrograd.codegen.driver import Table
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise

HALVES = {"float16": np.dtype(np.float16), "bfloat16": np.dtype(ml_dtypes.bfloat16)}


def cast(x: Any, dtype: str) -> Any:
    """x in another dtype, by a kernel."""
    source, out = x.dtype.name, np.empty(x.shape, by_name(dtype).np)
    step = Step(lambda m, v: m.cast(v, dtype), (0,), f"cast:{dtype}")
    nest = Pointwise((Operand(source, "1"),), (step,), (Output(1, Operand(dtype, "1")),))
    Table([(address_of(nest), [x.ctypes.data, out.ctypes.data, 0, x.size])])()
    return out


def floats(rng: Any) -> Any:
    """Every exponent, both signs, ties between halves and their neighbours, NaN with payloads, infinities."""
    bits = rng.integers(0, 2**32, 1 << 17, dtype=np.uint32)
    ties = np.arange(2**16, dtype=np.uint32) << 16 | 0x8000
    fine = np.arange(2**16, dtype=np.uint32) << 13 | 0x1000
    return np.concatenate([bits, ties, ties + 1, ties - 1, fine, fine + 1, fine - 1,
                           np.array([0, 0x80000000, 0x7F800000, 0xFF800000], np.uint32)]).view(np.float32)


def same(got: Any, expected: Any) -> bool:
    """Bit for bit, but that every NaN is as good as another."""
    with np.errstate(invalid="ignore"):
        a, b = got.astype(np.float64), expected.astype(np.float64)
    nan = np.isnan(b)
    size = np.dtype(f"u{got.itemsize}")
    bits = got.view(size)[~nan], expected.view(size)[~nan]
    return np.array_equal(np.isnan(a), nan) and np.array_equal(*bits)


@pytest.mark.parametrize("name", HALVES)
def test_every_half_is_read_exactly(name: str) -> None:
    x = np.arange(2**16, dtype=np.uint16).view(HALVES[name])
    with np.errstate(invalid="ignore"):
        for wider in ("float32", "float64"):
            assert same(cast(x, wider), x.astype(wider))


@pytest.mark.parametrize("name", HALVES)
def test_floats_are_rounded_to_the_nearest_half(rng: Any, name: str) -> None:
    x = floats(rng)
    with np.errstate(all="ignore"):
        assert same(cast(x, name), x.astype(HALVES[name]))


@pytest.mark.parametrize("name", HALVES)
def test_doubles_are_rounded_by_way_of_floats_as_in_pytorch(rng: Any, torch: Any, name: str) -> None:
    with np.errstate(all="ignore"):
        x = floats(rng).astype(np.float64) * (1 + rng.integers(-3, 4, 524292) * 2.0**-40)
    expected = torch.tensor(x).to(getattr(torch, name)).double().numpy()
    assert np.array_equal(cast(x, name).astype(np.float64), expected, equal_nan=True)


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("source", ["int64", "int32", "int16", "int8", "uint8", "bool"])
def test_integers_become_halves_and_back(rng: Any, name: str, source: str) -> None:
    x = rng.integers(-2**62, 2**62, 5000).astype(source) if source != "bool" else rng.uniform(size=50) > 0.5
    with np.errstate(all="ignore"):
        assert same(cast(x, name), x.astype(HALVES[name]))
    small = np.arange(100).astype(source)
    assert np.array_equal(cast(cast(small, name), source), small)


@pytest.mark.parametrize("source", ["int64", "int32", "int16", "int8", "bool"])
def test_the_low_byte_of_an_integer_is_its_uint8(rng: Any, source: str) -> None:
    x = rng.integers(-2**40, 2**40, 5000).astype(source)
    assert np.array_equal(cast(x, "uint8"), x.astype(np.uint8))
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(cast(every, source), every.astype(source))


@pytest.mark.parametrize("source", ["float32", "float64"])
def test_floats_become_uint8_as_in_pytorch(torch: Any, source: str) -> None:
    x = np.array([0.0, -0.0, 1.5, 255.9, 256, -1, -1.9, 300, -300, 3e9, -3e9, 2.0**40 + 5, 9e18, 1e19, -1e19,
                  np.nan, np.inf, -np.inf] * 3, source)
    assert np.array_equal(cast(x, "uint8"), torch.tensor(x).to(torch.uint8).numpy())

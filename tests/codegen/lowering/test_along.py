"""Along one axis: places of extremes, running sums, windows added back; native programs against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen.compile_graph import describe
from retrograd.engine import program as engine_program
from retrograd.engine.evaluate import evaluate
from retrograd.engine.program import programs
from retrograd.graph.node import bind, leaf
from retrograd.ops.linear import cumsum_p
from retrograd.ops.window import fold_p

SHAPES = [(1, 1, 1), (3, 1, 4), (2, 33, 1), (5, 7, 40), (2, 130, 3), (1, 1000, 1)]


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs too small to be worth a kernel get one all the same, and no program is remembered."""
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)


def _native(t: Any) -> Any:
    assert "numpy" not in describe([t.node]), describe([t.node])
    return t.numpy()


def _values(rng: Any, shape: tuple[int, ...], dtype: str) -> Any:
    if dtype == "bool":
        return rng.uniform(size=shape) > 0.7
    x = rng.integers(-4 if dtype != "uint8" else 0, 5, shape).astype(dtype)
    if dtype.startswith("float"):
        rare = rng.uniform(size=shape)
        x[rare < 0.05], x[(0.05 < rare) & (rare < 0.1)] = -0.0, np.inf
        x[(0.1 < rare) & (rare < 0.12)] = np.nan
        x[0] = -np.inf
    return x


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_first_extreme_is_found(rng: Any, axis: int, dtype: str) -> None:
    for shape in SHAPES:
        x = _values(rng, shape, dtype)
        assert np.array_equal(_native(rg.from_numpy(x).argmax(axis)), np.argmax(x, axis))
        assert np.array_equal(_native(rg.from_numpy(x).argmin(axis)), np.argmin(x, axis))


def test_extremes_of_views_are_found_in_place(rng: Any) -> None:
    x = _values(rng, (9, 8), "float32")
    for view in (lambda a: a.T, lambda a: a[::2, 1::3]):
        t = rg.from_numpy(x)
        t = t.t() if view(x).shape == (8, 9) else t[::2, 1::3]
        for axis in (0, 1):
            got = t.argmax(axis)
            assert "loop" not in describe([got.node])
            assert np.array_equal(got.numpy(), np.argmax(view(x), axis))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int16"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_running_sums_have_the_bits_of_numpy(rng: Any, axis: int, reverse: bool, dtype: str) -> None:
    for shape in SHAPES:
        x = (rng.standard_normal(shape) * 100).astype(dtype)
        x.flat[0] = -0.0
        node = bind(cumsum_p, (leaf(x, rg.from_numpy(x).dtype),), (axis, reverse))
        expected = cumsum_p.np(x, axis, reverse)
        assert "numpy" not in describe([node])
        evaluate([node])
        assert node.value.tobytes() == np.ascontiguousarray(expected).tobytes()


@pytest.mark.parametrize("size, kernel, stride, dilation", [
    ((9,), (3,), (1,), (1,)), ((9,), (3,), (2,), (2,)), ((12, 7), (3, 2), (2, 1), (1, 2)),
    ((8, 8), (4, 4), (4, 4), (1, 1)), ((5, 6, 4), (2, 3, 2), (1, 1, 2), (2, 1, 1))])
@pytest.mark.parametrize("lead", [(), (1,), (2, 3)])
def test_windows_are_added_back_tap_after_tap(rng: Any, lead: tuple[int, ...], size: tuple[int, ...],
                                              kernel: tuple[int, ...], stride: tuple[int, ...],
                                              dilation: tuple[int, ...]) -> None:
    counts = tuple((s - d * (k - 1) - 1) // t + 1 for s, k, t, d in zip(size, kernel, stride, dilation))
    c = rng.standard_normal((*lead, *counts, *kernel)).astype("f4")
    node = bind(fold_p, (leaf(c, rg.float32),), (size, stride, dilation))
    assert "numpy" not in describe([node])
    evaluate([node])
    assert node.value.tobytes() == fold_p.np(c, size, stride, dilation).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_arc_tangent_is_within_two_ulp(rng: Any, dtype: str) -> None:
    x = np.concatenate([rng.standard_normal(20000) * 10.0 ** rng.integers(-6, 7, 20000),
                        np.array([7 / 16, 11 / 16, 19 / 16, 39 / 16]) * (1 + 2.0**-20)]).astype(dtype)
    got, exact = _native(rg.from_numpy(x).atan()), np.arctan(x.astype(np.longdouble))
    assert (np.abs(got - exact) / np.spacing(np.abs(got))).max() < 2
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3e38], dtype)
    got, expected = rg.from_numpy(special).atan().numpy(), np.arctan(special)
    assert np.array_equal(np.signbit(got[:4]), np.signbit(expected[:4])) and np.isnan(got[4])
    np.testing.assert_allclose(got, expected, rtol=2 * np.finfo(dtype).eps)

"""Constants: primitives whose derivative is zero or meaningless (comparisons, logic, positions,
random numbers)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from retrograd.base.dtype import DType, by_name, float64, int64
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import philox, radix
from retrograd.ops.families import Inferred, pointwise, reduction, rng_for, source
from retrograd.ops.gather import check_range

# ---------------------------------------------------------------- comparisons and logic
eq = pointwise("eq", np.equal, lambda m, a, b: m.eq(a, b), predicate=True, commutative=True, exact=True,
               complex=True)
ne = pointwise("ne", np.not_equal, lambda m, a, b: m.ne(a, b), predicate=True, commutative=True, exact=True,
               complex=True)
lt = pointwise("lt", np.less, lambda m, a, b: m.lt(a, b), predicate=True, exact=True)
le = pointwise("le", np.less_equal, lambda m, a, b: m.le(a, b), predicate=True, exact=True)
gt = pointwise("gt", np.greater, lambda m, a, b: m.gt(a, b), predicate=True, exact=True)
ge = pointwise("ge", np.greater_equal, lambda m, a, b: m.ge(a, b), predicate=True, exact=True)
isnan = pointwise("isnan", np.isnan, lambda m, x: m.isnan(x), predicate=True, exact=True, complex=True)


def _bits_sample() -> Iterator[Sample]:
    rng = rng_for("logic")
    yield Sample((rng.uniform(size=(2, 3)) > 0.5, rng.uniform(size=(2, 3)) > 0.5))


def _bit_sample() -> Iterator[Sample]:
    yield Sample((rng_for("not").uniform(size=(2, 3)) > 0.5,))


# On bool these are logic, on integers they work bit by bit.
and_ = pointwise("and", np.bitwise_and, lambda m, a, b: m.and_(a, b), constant=True, commutative=True,
                 exact=True, sample=_bits_sample)
or_ = pointwise("or", np.bitwise_or, lambda m, a, b: m.or_(a, b), constant=True, commutative=True,
                exact=True, sample=_bits_sample)
xor = pointwise("xor", np.bitwise_xor, lambda m, a, b: m.xor(a, b), constant=True, commutative=True,
                exact=True, sample=_bits_sample)
not_ = pointwise("not", np.invert, lambda m, x: m.not_(x), constant=True, involution=True, exact=True,
                 sample=_bit_sample)


# ---------------------------------------------------------------- where the extreme is, and in which order
def infer_arg(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    axis, = params
    shape = inputs[0].shape
    return shape[:axis] + shape[axis + 1:], int64


def _arg_sample() -> Iterator[Sample]:
    rng = rng_for("arg")
    yield Sample((rng.uniform(size=(4,)),), (0,))
    yield Sample((rng.uniform(size=(3, 4)),), (1,))


def _index_of(fn: Any) -> Any:
    def meaning(x: Any, axis: int) -> Any:
        return fn(x, axis=axis).astype(np.int64, copy=False)
    return meaning


argmax = reduction("argmax", _index_of(np.argmax), params="axis", infer=infer_arg, constant=True, exact=True,
                   lower="argmax", sample=_arg_sample)
argmin = reduction("argmin", _index_of(np.argmin), params="axis", infer=infer_arg, constant=True, exact=True,
                   lower="argmin", sample=_arg_sample)


def _argsort_np(x: Any, axis: int, descending: bool) -> Any:
    if descending:      # stable, NaN first: sort the reversed array upwards and read it backwards
        return np.flip(x.shape[axis] - 1 - _argsort_np(np.flip(x, axis), axis, False), axis)
    if x.ndim == 1:
        return radix.stable_order(x)
    return np.argsort(x, axis=axis, kind="stable").astype(np.int64, copy=False)


def _argsort_sample() -> Iterator[Sample]:
    rng = rng_for("argsort")
    for descending in (False, True):
        yield Sample((rng.integers(0, 5, size=(3, 6)).astype(float),), (1, descending))


argsort = Primitive("argsort", "constant", "x", "axis descending", np=_argsort_np, constant=True, exact=True,
                    infer=lambda i, p: (i[0].shape, int64), sample=_argsort_sample,
                    # comparisons of a merge sort: n log2 n
                    flops=lambda n: numel(n.shape) * max(0, (n.shape[n.params[0]] - 1).bit_length()))


def _running_np(x: Any, axis: int, largest: bool) -> Any:
    best = (np.maximum if largest else np.minimum).accumulate(x, axis)
    here = (x == best) | np.isnan(x)
    places = np.arange(x.shape[axis]).reshape([-1 if d == axis else 1 for d in range(x.ndim)])
    return np.maximum.accumulate(np.where(here, places, 0), axis).astype(np.int64, copy=False)


def _running_sample() -> Iterator[Sample]:
    rng = rng_for("running")
    for largest in (False, True):
        yield Sample((rng.integers(0, 5, size=(3, 6)).astype(float),), (1, largest))


# Where the extreme so far is, the last of equals; NaN is an extreme.
index_of_running_extreme = Primitive(
    "index_of_running_extreme", "constant", "x", "axis largest", np=_running_np, constant=True, exact=True,
    infer=lambda i, p: (i[0].shape, int64), sample=_running_sample, flops=lambda n: numel(n.shape))


def _most(row: Any) -> int:
    order = np.argsort(row, kind="stable")
    ordered = row[order]
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    counts = np.diff(np.r_[-1, ends])
    return int(order[ends[counts.argmax()]])


def _mode_np(x: Any, axis: int) -> Any:
    if not x.size:
        return np.zeros([1 if d == axis else s for d, s in enumerate(x.shape)], np.int64)
    return np.expand_dims(np.apply_along_axis(_most, axis, x), axis).astype(np.int64)


# Where the most frequent value stands last along an axis, which becomes 1; the smallest of several.
index_of_mode = Primitive(
    "index_of_mode", "constant", "x", "axis", np=_mode_np, constant=True, exact=True,
    infer=lambda i, p: ((*i[0].shape[:p[0]], 1, *i[0].shape[p[0] + 1:]), int64),
    sample=lambda: iter([Sample((rng_for("mode").integers(0, 3, (4, 6)).astype(float),), (1,))]),
    flops=lambda n: numel(n.inputs[0].shape))


def _search_np(x: Any, v: Any, right: bool) -> Any:
    side: Literal["left", "right"] = "right" if right else "left"
    if x.ndim == 1:
        return np.searchsorted(x, v, side).astype(np.int64, copy=False)
    rows, values = x.reshape(-1, x.shape[-1]), v.reshape(-1, v.shape[-1])
    found = [np.searchsorted(row, value, side) for row, value in zip(rows, values)]
    return np.array(found, np.int64).reshape(v.shape)


def _search_sample() -> Iterator[Sample]:
    rng = rng_for("search")
    row, values = rng.integers(0, 5, (6,)).astype(float), rng.integers(0, 5, (2, 3)).astype(float)
    yield Sample((np.sort(row), values), (True,))
    yield Sample((np.sort(rng.uniform(0, 5, (2, 6)), -1), rng.uniform(0, 5, (2, 3))), (False,))


# How many of the sorted x lie before v: one row for all, or one row of x for each of v.
search = Primitive("search", "constant", "x v", "right", np=_search_np, constant=True, exact=True,
                   infer=lambda i, p: (i[1].shape, int64), sample=_search_sample,
                   flops=lambda n: numel(n.shape) * n.inputs[0].shape[-1].bit_length())


def _scatter_extreme_np(x: Any, v: Any, i: Any, axis: int, largest: bool, include: bool) -> Any:
    check_range(i, x.shape[axis], "scatter")
    grid = list(np.ogrid[tuple(slice(s) for s in i.shape)])
    grid[axis] = i
    at = tuple(grid)
    out = np.array(x)
    if not include:
        # What is written first takes the place of what was there.
        out[at] = v
    (np.maximum if largest else np.minimum).at(out, at, v)
    return out


def _scatter_extreme_sample() -> Iterator[Sample]:
    rng = rng_for("scatter_extreme")
    at = np.array([[0, 1], [3, 3], [2, 0]])
    for largest, include in ((True, True), (False, False)):
        yield Sample((rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (3, 2)), at), (1, largest, include))


# The largest (smallest) of what goes to each place along an axis; what stands there counts if `include`.
scatter_extreme = Primitive(
    "scatter_extreme", "constant", "x v i", "axis largest include", np=_scatter_extreme_np, constant=True,
    exact=True, infer=lambda i, p: (i[0].shape, i[0].dtype), sample=_scatter_extreme_sample,
    flops=lambda n: numel(n.inputs[1].shape))


def _stop_sample() -> Iterator[Sample]:
    yield Sample((rng_for("stop").uniform(size=(3,)),))


# The same value with no way back: detach(), .data, torch's stop-gradient.
stop = pointwise("stop", lambda x: x, lambda m, x: x, constant=True, exact=True, sample=_stop_sample,
                 alias=True, complex=True)


# ---------------------------------------------------------------- positions
def _iota_np(shape: Shape, axis: int, dtype: str) -> Any:
    along = np.arange(int(shape[axis]), dtype=np.int64).astype(by_name(dtype).np)
    return np.broadcast_to(along.reshape([-1 if d == axis else 1 for d in range(len(shape))]), shape)


def _iota_sample() -> Iterator[Sample]:
    yield Sample((), ((2, 3), 1, "int64"))
    yield Sample((), ((4,), 0, "float32"))


iota = source("iota", "shape axis dtype", lambda i, p: (p[0], by_name(p[2])), _iota_np, sample=_iota_sample)


def _count_sample() -> Iterator[Sample]:
    yield Sample((), (4, "int64"))
    yield Sample((), (3, "float32"))


# One row of positions: what the compiler spreads over the shape of an iota.
count = source("count", "size dtype", lambda i, p: ((p[0],), by_name(p[1])),
               lambda size, dtype: np.arange(size, dtype=np.int64).astype(by_name(dtype).np),
               sample=_count_sample)


def _share_sample() -> Iterator[Sample]:
    yield Sample((), (4, "float64"))
    yield Sample((), (3, "float32"))


# 1 / size, as a value that kernels read: as a number of theirs it would make them anew for every size.
share = source("share", "size dtype", lambda i, p: ((), by_name(p[1])),
               lambda size, dtype: np.asarray(1.0 / size, by_name(dtype).np), sample=_share_sample)


# --------------------------------------------------------------- random numbers: functions of (seed, counter)
def infer_random(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    return params[0], by_name(params[1])


def _random_sample() -> Iterator[Sample]:
    for dtype in ("float32", "float64"):
        yield Sample((np.asarray(7), np.asarray(3)), ((3, 5), dtype))


def _bits_of(dtype: DType) -> int:
    return 64 if dtype is float64 else 32


def _uniform_np(seed: Any, counter: Any, shape: Shape, dtype: str) -> Any:
    d = by_name(dtype)
    return philox.uniform(int(seed), int(counter), shape, _bits_of(d)).astype(d.acc.np, copy=False)


def _normal_np(seed: Any, counter: Any, shape: Shape, dtype: str) -> Any:
    d = by_name(dtype)
    return philox.normal(int(seed), int(counter), shape, _bits_of(d)).astype(d.acc.np, copy=False)


random_uniform = source("random_uniform", "shape dtype", infer_random, _uniform_np, inputs="seed counter",
                        sample=_random_sample, lower="uniform", exact=True)
random_normal = source("random_normal", "shape dtype", infer_random, _normal_np, inputs="seed counter",
                       sample=_random_sample, lower="normal", exact=True)


def _random_int_sample() -> Iterator[Sample]:
    yield Sample((np.asarray(7), np.asarray(3)), ((3, 5), -4, 9))


random_int = source("random_int", "shape low high", lambda i, p: (p[0], int64),
                    lambda seed, counter, shape, low, high:
                        philox.integers(int(seed), int(counter), shape, low, high),
                    inputs="seed counter", sample=_random_int_sample, lower="integers", exact=True)


"""Reading at computed places and adding at them: take / scatter_add, gather / scatter_add_along, place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.errors import IndexRangeError
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import linear as lin
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import zeros


def check_range(index: Any, size: int, op: str) -> None:
    """Every index lies in 0 <= i < size; the first that does not is named."""
    if index.size and (index.min() < 0 or index.max() >= size):
        raise out_of_range(int(index[(index < 0) | (index >= size)].flat[0]), size, op)


def out_of_range(bad: int, size: int, op: str, where: str = "") -> IndexRangeError:
    """The error about an index, of either tier."""
    return IndexRangeError(f"index {bad} is out of range for an axis of size {size}", op=op,
                           expected=f"0 <= index < {size}", where=where)


# ---------------------------------------------------------------- take: whole slices along one axis
def infer_take(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, i = inputs
    axis, = params
    return x.shape[:axis] + i.shape + x.shape[axis + 1:], x.dtype


def _take_np(x: Any, i: Any, axis: int) -> Any:
    check_range(i, x.shape[axis], "index")
    return np.take(x, i, axis=axis)


def _scatter_add_np(v: Any, i: Any, axis: int, size: int) -> Any:
    check_range(i, size, "index_add")
    out_shape = v.shape[:axis] + (size,) + v.shape[axis + i.ndim:]
    lead = numel(v.shape[:axis])
    rest = numel(v.shape[axis + i.ndim:])
    values = np.ascontiguousarray(v).reshape(lead, i.size, rest)
    out = np.zeros((lead, size, rest), v.dtype)
    if i.size and out.size:
        # Sorted segments: each place sums its contributions in order of position, whatever the sizes.
        order = np.argsort(i.reshape(-1), kind="stable")
        where = i.reshape(-1)[order]
        starts = np.flatnonzero(np.r_[True, where[1:] != where[:-1]])
        out[:, where[starts]] = np.add.reduceat(values[:, order], starts, axis=1, dtype=v.dtype)
    return out.reshape(out_shape)


def infer_scatter_add(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    v, i = inputs
    axis, size = params
    return v.shape[:axis] + (size,) + v.shape[axis + i.ndim:], v.dtype


def _take_sample() -> Iterator[Sample]:
    rng = rng_for("take")
    yield Sample((rng.uniform(-1, 1, (5, 3)), np.array([0, 2, 2, 4])), (0,))
    yield Sample((rng.uniform(-1, 1, (2, 4)), np.array([[1, 1], [3, 0]])), (1,))


def _scatter_sample() -> Iterator[Sample]:
    rng = rng_for("scatter_add")
    yield Sample((rng.uniform(-1, 1, (4, 3)), np.array([0, 2, 2, 4])), (0, 5))
    yield Sample((rng.uniform(-1, 1, (2, 2, 2)), np.array([[1, 1], [3, 0]])), (1, 4))


take_p = Primitive("take", "gather", "x i", "axis", infer=infer_take, np=_take_np, exact=True, moves=True,
                   lower="take", sample=_take_sample, flops=lambda n: 0, transpose=(
    lambda g, i, x_aval, axis: bind(scatter_add_p, (g, i), (axis, x_aval.shape[axis])), None))
scatter_add_p: Primitive
scatter_add_p = Primitive("scatter_add", "gather", "v i", "axis size", infer=infer_scatter_add,
                          np=_scatter_add_np, sample=_scatter_sample, lower="scatter",
                          transpose=(lambda g, i, axis: bind(take_p, (g, i), (axis,)), None),
                          flops=lambda n: numel(n.inputs[0].shape))


# --------------------------------------------------------- gather: one place per output element along an axis
def _places(i: Any, axis: int) -> tuple[Any, ...]:
    grid = list(np.ogrid[tuple(slice(s) for s in i.shape)])
    grid[axis] = i
    return tuple(grid)


def _gather_np(x: Any, i: Any, axis: int) -> Any:
    check_range(i, x.shape[axis], "gather")
    return x[_places(i, axis)]


def _scatter_along_np(v: Any, i: Any, axis: int, shape: Shape) -> Any:
    check_range(i, shape[axis], "scatter_add")
    out = np.zeros(shape, v.dtype)
    np.add.at(out, _places(i, axis), v)
    return out


def _gather_sample() -> Iterator[Sample]:
    rng = rng_for("gather")
    yield Sample((rng.uniform(-1, 1, (3, 4)), np.array([[0, 1], [3, 3], [2, 0]])), (1,))
    yield Sample((rng.uniform(-1, 1, (4, 2)), np.array([[0, 1], [3, 3]])), (0,))


def _scatter_along_sample() -> Iterator[Sample]:
    rng = rng_for("scatter_along")
    yield Sample((rng.uniform(-1, 1, (3, 2)), np.array([[0, 1], [3, 3], [2, 0]])), (1, (3, 4)))


gather_p = Primitive("gather", "gather", "x i", "axis", infer=lambda n, p: (n[1].shape, n[0].dtype),
                     np=_gather_np, exact=True, moves=True, sample=_gather_sample, lower="gather",
                     flops=lambda n: 0, transpose=(
    lambda g, i, x_aval, axis: bind(scatter_along_p, (g, i), (axis, x_aval.shape)), None))
scatter_along_p: Primitive
scatter_along_p = Primitive("scatter_add_along", "gather", "v i", "axis shape", np=_scatter_along_np,
                            lower="add_at", infer=lambda n, p: (p[1], n[0].dtype),
                            sample=_scatter_along_sample,
                            transpose=(lambda g, i, axis: bind(gather_p, (g, i), (axis,)), None),
                            flops=lambda n: numel(n.inputs[0].shape))


# ---------------------------------------------------------- place: slices replaced at indices, linear in both
def _place_np(x: Any, v: Any, i: Any) -> Any:
    check_range(i, x.shape[0], "index_put")
    out = np.array(x)
    out[i] = v
    return out


def _place_sample() -> Iterator[Sample]:
    rng = rng_for("place")
    yield Sample((rng.uniform(-1, 1, (5, 2)), rng.uniform(-1, 1, (2, 2)), np.array([3, 0])))


place_p: Primitive
place_p = Primitive("place", "gather", "x v i", infer=lambda n, p: (n[0].shape, n[0].dtype), np=_place_np,
                    exact=True, moves=True, linear=(("x", "v"),), sample=_place_sample, lower="place",
                    flops=lambda n: 0, transpose=(
    lambda g, v_aval, i: bind(place_p, (g, zeros(v_aval), i)),
    lambda g, i: bind(take_p, (g, i), (0,)), None))
"""Rows i of x replaced by v; where i repeats, the last row wins (and only then is the derivative
to v ambiguous)."""


# ----------------------------------------------------------- few rows of a large table, which is never filled
FEW, LARGE = 8, 1 << 16     # uses of a row for so many rows are few; elements of a table worth it


def few_rows(n: Node) -> bool:
    """Whether a node that has no value is a table of zeros but for a few rows: by shape alone."""
    return n.prim is scatter_add_p and n.value is None and n.params[0] == 0 and \
        n.shape[0] >= FEW * numel(n.inputs[1].shape) > 0 and numel(n.shape) >= LARGE


def parts_of(n: Node) -> tuple[Node, ...]:
    """What a cotangent is held as: the few rows and their places, or itself."""
    return n.inputs if few_rows(n) else (n,)


def less_rows(x: Node, g: Node, rate: Any) -> Node:
    """x - rate * g for few rows g, to the same bits, reading and writing only those: what is taken off a row
    is summed first, in the order of its uses; each use then writes the same row."""
    v, i = g.inputs
    count = numel(i.shape)
    places, v = lin.reshape(i, (count,)), lin.reshape(v, (count, *x.shape[1:]))
    row = bind(uses_p, (places,), (x.shape[0],))
    sums = bind(take_p, (bind(scatter_add_p, (v, row), (0, count)), row), (0,))
    return bind(place_p, (x, bind(take_p, (x, places), (0,)) - rate * sums, places))


def _uses_np(i: Any, size: int) -> Any:
    check_range(i, size, "index")
    _, first, which = np.unique(i, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which].astype(np.int64, copy=False)


def _uses_sample() -> Iterator[Sample]:
    yield Sample((np.array([7, 3, 7, 9, 3]),), (10,))
    yield Sample((np.array([0]),), (1,))


# For each place the number of its value, counted as values first appear: 7 3 7 9 3 -> 0 1 0 2 1.
uses_p = Primitive("uses", "constant", "i", "size", infer=lambda n, p: (n[0].shape, n[0].dtype),
                   np=_uses_np, exact=True, moves=True, constant=True, lower="uses", sample=_uses_sample,
                   flops=lambda n: 0)

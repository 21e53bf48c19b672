"""Counts: histograms, bins and runs of equal values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import int32, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import axis, numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, TensorBase, as_number, common_dtype, need_tensor, operand, wrap
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import search
from retrograd.ops.gather import gather_p


def searchsorted(sorted_sequence: Any, input: Any, *, out_int32: bool = False, right: bool = False,
                 side: str | None = None, sorter: Any = None) -> Tensor:
    """Where values would be inserted in the sorted last dimension: how many of its elements lie below them
    (with right or side='right': below or equal). A vector serves for all values, else rows go with rows.

    >>> import retrograd as rg
    >>> rg.searchsorted(rg.tensor([1, 3, 5]), rg.tensor([0, 3, 9]))
    tensor([0, 1, 3])
    """
    x = need_tensor(sorted_sequence, "searchsorted", "sorted_sequence")
    v = operand(input, "searchsorted", "input")
    if side not in (None, "left", "right"):
        raise ArgumentError(f"side is {side!r}", op="searchsorted", expected="'left' or 'right'")
    if side == "left" and right:
        raise ArgumentError("side is 'left' and right is True", op="searchsorted", expected="one of them")
    if x.ndim != 1 and (x.ndim != v.ndim or x.shape[:-1] != v.shape[:-1]):
        raise ShapeError(f"sorted_sequence is {x.shape}, input is {v.shape}", op="searchsorted",
                         expected="a vector, or equal sizes but for the last dimension")
    if isinstance(input, TensorBase) and v.dtype is not x.dtype:
        raise DTypeError(f"sorted_sequence is {x.dtype.name}, input is {v.dtype.name}", op="searchsorted",
                         expected="one dtype")
    if sorter is not None:
        order = need_tensor(sorter, "searchsorted", "sorter")
        x = bind(gather_p, (x, order), (x.ndim - 1,))
    d = common_dtype([x, v])
    return _found(lin.cast(x, d), lin.cast(v, d), right or side == "right", out_int32)


def _found(x: Node, v: Node, right: bool, narrow: bool) -> Tensor:
    if not numel(v.shape) or not x.shape[-1]:
        return wrap(lin.full(0, v.shape, int32 if narrow else int64))
    out = bind(search, (x, v), (bool(right),))
    return wrap(lin.cast(out, int32) if narrow else out)


def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bin that each value falls into: boundaries[i - 1] < input <= boundaries[i], or with
    right, boundaries[i - 1] <= input < boundaries[i].

    >>> import retrograd as rg
    >>> rg.bucketize(rg.tensor([0.5, 2.0, 9.0]), rg.tensor([1.0, 2.0]))
    tensor([0, 1, 2])
    """
    b = need_tensor(boundaries, "bucketize", "boundaries")
    if b.ndim != 1:
        raise ShapeError(f"boundaries is {b.shape}", op="bucketize", expected="a vector")
    v = operand(input, "bucketize", "input")
    d = common_dtype([b, v])
    return _found(lin.cast(b, d), lin.cast(v, d), right, out_int32)


def _limits(x: Node, low: float, high: float, op: str) -> tuple[float, float]:
    """The range asked for, that of the values if none was, and one around a single value."""
    if low == high == 0 and x.value.size:
        low, high = float(x.value.min()), float(x.value.max())
    if low == high:
        low, high = low - 1, high + 1
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ArgumentError(f"the range [{low}, {high}] is not finite", op=op)
    if low > high:
        raise ArgumentError(f"min is {low}, max is {high}", op=op, expected="min <= max")
    return low, high


def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max] (of the range of the values if
    both
    are 0), in input's dtype. No derivative. An evaluation point.

    >>> import retrograd as rg
    >>> rg.histc(rg.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    x = need_tensor(input, "histc")
    if not x.dtype.is_floating_point:
        raise DTypeError(f"input is {x.dtype.name}", op="histc", expected="a floating-point tensor")
    if bins <= 0:
        raise ArgumentError(f"bins is {bins}", op="histc", expected="a positive number")
    evaluate([x])
    low, high = _limits(x, min, max, "histc")
    values = x.value.reshape(-1)
    values = values[(values >= low) & (values <= high)]
    kind = values.dtype.type                    # each step is rounded in input's dtype
    places = ((values - kind(low)) * kind(bins) / (kind(high) - kind(low))).astype(np.int64)
    counts = np.bincount(np.minimum(places, bins - 1), minlength=bins)
    return wrap(leaf(counts.astype(x.dtype.np), x.dtype))


def histogram(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
              ) -> tuple[Tensor, Tensor]:
    """(counts, edges): how many elements, or how much weight, between neighbouring edges (a number of equal
    parts of `range`, or a vector); the last part includes its end. An evaluation point.

    >>> import retrograd as rg
    >>> rg.histogram(rg.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0))[0]
    tensor([0., 2., 1., 0.])
    """
    x = need_tensor(input, "histogram")
    w = None if weight is None else need_tensor(weight, "histogram", "weight")
    evaluate([n for n in (x, w) if n is not None])
    if as_number(bins) is not None:
        least, most = range or (0.0, 0.0)
        low, high = _limits(x, least, most, "histogram")
        edges = np.linspace(low, high, int(bins) + 1).astype(x.dtype.np)
    else:
        edges = np.asarray(bins.detach().numpy())
    weights = None if w is None else w.value.reshape(-1).astype(np.float64)
    values = x.value.reshape(-1)
    counts = np.histogram(values.astype(np.float64), edges.astype(np.float64),
                          weights=weights)[0].astype(float)
    if density:
        counts = counts / (counts.sum() * np.diff(edges.astype(np.float64)))
    return wrap(leaf(counts.astype(x.dtype.np), x.dtype)), wrap(leaf(edges, x.dtype))


def unique_consecutive(input: Any, return_inverse: bool = False, return_counts: bool = False,
                       dim: int | None = None) -> Any:
    """Runs of equal neighbours as one each (with inverse and counts if asked). An evaluation point.

    >>> import retrograd as rg
    >>> rg.unique_consecutive(rg.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    x = need_tensor(input, "unique_consecutive")
    evaluate([x])
    values = np.asarray(x.value)
    d = 0 if dim is None else axis(dim, x.ndim, "unique_consecutive")
    rows = values.reshape(numel(x.shape), 1) if dim is None else \
        np.moveaxis(values, d, 0).reshape(x.shape[d], numel(x.shape) // max(x.shape[d], 1))
    starts = np.ones(len(rows), bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(1)
    places = np.flatnonzero(starts)
    kept = values.reshape(-1)[places] if dim is None else np.take(values, places, d)
    out = [wrap(leaf(np.ascontiguousarray(kept), x.dtype))]
    if return_inverse:
        inverse = np.cumsum(starts) - 1
        out.append(wrap(leaf(inverse.reshape(x.shape if dim is None else -1).astype(np.int64), int64)))
    if return_counts:
        counts = np.diff(np.r_[places, len(rows)]).astype(np.int64)
        out.append(wrap(leaf(counts, int64)))
    return out[0] if len(out) == 1 else tuple(out)

"""What sorting tells: the k-th value, the most frequent, quantiles, medians without nan."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.modes import modes
from retrograd.base.shape import axis, numel
from retrograd.functional.door import Tensor, TensorBase, need_tensor, wrap
from retrograd.functional.elementwise import isnan, logical_not, where
from retrograd.functional.reduce import amax, amin, any, sort, sum, values_indices
from retrograd.functional.shape import movedim, reshape, squeeze
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import argsort as argsort_p
from retrograd.ops.constant import index_of_mode
from retrograd.ops.gather import gather_p


class minmax(NamedTuple):
    """What aminmax returns."""

    min: Any
    max: Any


def _picked(x: Node, at: Node, d: int, keepdim: bool) -> values_indices:
    out: tuple[Node, ...] = bind(gather_p, (x, at), (d,)), at
    if not keepdim:
        out = tuple(lin.reshape(y, x.shape[:d] + x.shape[d + 1:]) for y in out)
    return values_indices(*map(wrap, out))


def _scalar(x: Node) -> values_indices:
    return values_indices(wrap(bind(lin.alias_p, (x,))), wrap(lin.full(0, (), int64)))


def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> values_indices:
    """(values, indices) of the k-th smallest along dim, counted from 1.

    >>> import retrograd as rg
    >>> rg.kthvalue(rg.tensor([3.0, 1.0, 2.0]), 2).values
    tensor(2.)
    """
    x = need_tensor(input, "kthvalue")
    d = axis(dim, x.ndim, "kthvalue")
    if not 1 <= k <= (x.shape[d] if x.ndim else 1):
        raise IndexRangeError(f"k is {k}, dimension {dim} has size {x.shape[d] if x.ndim else 1}",
                              op="kthvalue",
                              expected="1 <= k <= size")
    if not x.ndim:
        return _scalar(x)
    return _picked(x, lin.narrow(bind(argsort_p, (x,), (d, False)), d, k - 1, 1), d, keepdim)


def msort(input: Any) -> Tensor:
    """Sorted along the first dimension.

    >>> import retrograd as rg
    >>> rg.msort(rg.tensor([3.0, 1.0]))
    tensor([1., 3.])
    """
    return sort(input, 0).values  # type: ignore[no-any-return]


def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> minmax:
    """(min, max) of all elements or along dim; ties share the cotangent.

    >>> import retrograd as rg
    >>> rg.aminmax(rg.tensor([1.0, 3.0])).max
    tensor(3.)
    """
    return minmax(amin(input, dim, keepdim), amax(input, dim, keepdim))


def mode(input: Any, dim: int = -1, keepdim: bool = False) -> values_indices:
    """(values, indices) of the most frequent value along dim, the smallest of equally frequent ones, where it
    stands last.

    >>> import retrograd as rg
    >>> rg.mode(rg.tensor([2, 1, 2])).values
    tensor(2)
    """
    x = need_tensor(input, "mode")
    d = axis(dim, x.ndim, "mode")
    if not x.ndim:
        return _scalar(x)
    if x.shape[d] == 0:
        raise IndexRangeError(f"dimension {dim} is empty", op="mode", expected="at least one element")
    return _picked(x, bind(index_of_mode, (x,), (d,)), d, keepdim)


# ---------------------------------------------------------------- quantiles
INTERPOLATIONS = ("linear", "lower", "higher", "nearest", "midpoint")


def _quantile(input: Any, q: Any, dim: Any, keepdim: bool, how: str, op: str, skip_nan: bool) -> Tensor:
    x = need_tensor(input, op)
    if x.dtype.name not in ("float32", "float64"):
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="float32 or float64")
    if how not in INTERPOLATIONS:
        raise ArgumentError(f"interpolation is {how!r}", op=op,
                            expected="one of " + ", ".join(INTERPOLATIONS))
    many = isinstance(q, TensorBase)
    if many and q.node.dtype is not x.dtype:            # type: ignore[attr-defined]
        raise DTypeError(f"q is {q.node.dtype.name}", op=op,
                         expected="input's dtype")     # type: ignore[attr-defined]
    shares = np.zeros(q.node.shape) if many and modes.levels else \
        np.asarray(q.detach().numpy() if many else q, np.float64)   # unknown inside a transform: not checked
    if shares.ndim > 1 or ((shares < 0) | (shares > 1)).any():
        raise ArgumentError("q is not a number, or a vector of numbers, in [0, 1]", op=op)
    if not numel(x.shape):
        raise ShapeError("input has no elements", op=op, expected="at least one")
    shape = x.shape
    flat: Any = reshape(input, -1)
    if dim is not None and x.ndim:
        flat = movedim(input, axis(dim, x.ndim, op), -1)
    n = flat.node.shape[-1]
    share = lin.reshape(q.node, (shares.size,)) if many else \
        leaf(shares.reshape(-1).astype(x.dtype.np), x.dtype)
    out = _interpolated(sort(flat, -1).values, flat, share, n, how, skip_nan)
    # Where the reduced dimension was; q's own dimension stands in front.
    if keepdim and dim is None:
        out = reshape(out, (*(1,) * len(shape), shares.size))
    elif keepdim and shape:
        d = axis(dim, len(shape), op)
        out = reshape(out, (*shape[:d], 1, *shape[d + 1:], shares.size))
    return movedim(out, -1, 0) if shares.ndim else squeeze(out, -1)


def _interpolated(ordered: Any, flat: Any, share: Node, n: int, how: str, skip_nan: bool) -> Any:
    dtype = ordered.dtype
    spoilt = isnan(flat)
    if skip_nan:
        last = wrap(lin.cast((sum(logical_not(spoilt), -1, True)).node,
                             dtype)) - 1      # type: ignore[operator]
        last = where(last < 0, 0.0, last)
    else:
        last = where(any(spoilt, -1, True), float(n - 1), float(n - 1))
        last = wrap(lin.cast(last.node, dtype))
    rank = wrap(share) * last                           # type: ignore[operator]
    if not skip_nan:
        rank = where(any(spoilt, -1, True), float(n - 1), rank)     # nan are sorted to the end
    if how == "lower":
        rank = rank.floor()
    elif how == "higher":
        rank = rank.ceil()
    elif how == "nearest":
        rank = rank.round()
    below = rank.floor()
    weight = rank - below if how != "midpoint" else where(rank == below, 0.0, 0.5)
    low = wrap(bind(gather_p, (ordered.node, lin.cast(below.node, int64)), (ordered.node.ndim - 1,)))
    high = wrap(bind(gather_p, (ordered.node, lin.cast(rank.ceil().node, int64)), (ordered.node.ndim - 1,)))
    return where(weight == 0, low, low + (high - low) * wrap(lin.cast(weight.node, dtype)))


def quantile(input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *,
             interpolation: str = "linear") -> Tensor:
    """The value below which the share q of the elements lies, between neighbours as `interpolation` says;
    nan if
    there is one. Several q give a dimension in front.

    >>> import retrograd as rg
    >>> rg.quantile(rg.tensor([0.0, 1.0, 2.0, 3.0]), 0.5)
    tensor(1.5000)
    """
    return _quantile(input, q, dim, keepdim, interpolation, "quantile", False)


def nanquantile(input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *,
                interpolation: str = "linear") -> Tensor:
    """`quantile` of the elements that are not nan.

    >>> import retrograd as rg
    >>> rg.nanquantile(rg.tensor([0.0, rg.nan, 2.0]), 0.5)
    tensor(1.)
    """
    return _quantile(input, q, dim, keepdim, interpolation, "nanquantile", True)


def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of the elements that are not nan: of all, or (values, indices) along dim.

    >>> import retrograd as rg
    >>> rg.nanmedian(rg.tensor([3.0, rg.nan, 1.0]))
    tensor(1.)
    """
    x = need_tensor(input, "nanmedian")
    if dim is None:
        return nanmedian(reshape(input, -1), 0).values
    d = axis(dim, x.ndim, "nanmedian")
    if not x.ndim:
        return _scalar(x)
    order = bind(argsort_p, (x,), (d, False))
    known = sum(logical_not(isnan(wrap(x))), d, True)
    middle = where(known > 0, (known - 1) // 2, 0)
    return _picked(x, bind(gather_p, (order, middle.node), (d,)), d, keepdim)

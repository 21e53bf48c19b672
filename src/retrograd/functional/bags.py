"""Bags: rows of a table looked up by index and reduced, several to a result."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.lookup import embedding
from retrograd.functional.writing import scatter_reduce
from retrograd.graph.node import Node, bind, const
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import ne
from retrograd.ops.gather import scatter_add_p

__all__ = ["embedding_bag"]


def embedding_bag(input: Any, weight: Any, offsets: Any = None, max_norm: float | None = None,
                  norm_type: float = 2, scale_grad_by_freq: bool = False, mode: str = "mean",
                  sparse: bool = False, per_sample_weights: Any = None, include_last_offset: bool = False,
                  padding_idx: int | None = None) -> Tensor:
    """The sum, mean or max (`mode`) of the rows of weight (rows, D) that each bag names: (bags, D).

    Indices are (bags, N), a bag a row; or (N), and bag k begins at `offsets[k]` and ends where the next one
    begins (with `include_last_offset` the last offset is the end). `per_sample_weights`, in the shape of the
    indices, multiply rows of a sum. The row `padding_idx` is left out. A bag without rows gives zeros.
    `max_norm` and `scale_grad_by_freq` are those of `embedding`.
    Derivative: that of rows and reduction; of a maximum where it is taken, in equal shares.

    >>> import retrograd as rg
    >>> table = rg.tensor([[1., 2.], [3., 4.], [5., 6.]])
    >>> rg.nn.functional.embedding_bag(rg.tensor([0, 1, 2]), table, rg.tensor([0, 1]))
    tensor([[1., 2.],
            [4., 5.]])
    """
    op = "embedding_bag"
    if mode not in ("sum", "mean", "max"):
        raise ArgumentError(f"mode is {mode!r}", op=op, expected="'sum', 'mean' or 'max'")
    for name, said in (("scale_grad_by_freq", scale_grad_by_freq), ("sparse", sparse)):
        if mode == "max" and said:
            raise ArgumentError(f"{name} is {said!r} with mode 'max'", op=op, expected="mode 'sum' or 'mean'")
    i, w = need_tensor(input, op), need_tensor(weight, op, "weight")
    if i.ndim not in (1, 2) or (i.ndim == 1) == (offsets is None):
        found = "missing" if offsets is None else "given"
        raise ShapeError(f"input has {i.ndim} dimensions, offsets are {found}", op=op,
                         expected="(bags, N) indices, or (N) indices and offsets")
    scales = None if per_sample_weights is None else need_tensor(per_sample_weights, op, "per_sample_weights")
    if scales is not None and (mode != "sum" or scales.shape != i.shape):
        raise ArgumentError(f"per_sample_weights of shape {scales.shape} with mode {mode!r}", op=op,
                            expected=f"mode 'sum', and weights of shape {i.shape}")
    y = embedding(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse).node
    kept = None if padding_idx is None else \
        bind(ne, (lin.cast(i, int64), const(padding_idx % w.shape[0], int64)))
    if scales is not None:
        y = y * lin.expand(lin.cast(scales, y.dtype), y.shape, (y.ndim - 1,))
    if offsets is None:
        return _rows(y, kept, mode)
    return _runs(y, kept, _numbers(need_tensor(offsets, op, "offsets"), i.shape[0], op), mode,
                 offsets.shape[0] - include_last_offset)


def _spread(x: Node, y: Node) -> Node:
    return lin.expand(x, y.shape, (y.ndim - 1,))


def _rows(y: Node, kept: Node | None, mode: str) -> Tensor:
    """Bags of one size, (bags, N, D)."""
    bags, many, width = y.shape
    if many == 0:
        return wrap(lin.full(0, (bags, width), y.dtype))
    if mode == "max":
        number = lin.full(1, (bags, many), int64) if kept is None else lin.cast(kept, int64)
        if kept is not None:
            y = bind(p.where, (_spread(kept, y), y, const(-math.inf, y.dtype)))
        top = wrap(y).amax(1).node
        some = lin.reduce_sum(number, (1,)) > 0
        return wrap(bind(p.where, (_spread(some, top), top, const(0, y.dtype))))
    if kept is not None:
        y = bind(p.where, (_spread(kept, y), y, const(0, y.dtype)))
    total = lin.reduce_sum(y, (1,))
    if mode == "sum":
        return wrap(total)
    count = lin.full(many, (bags,), y.dtype) if kept is None else \
        _at_least_one(lin.reduce_sum(lin.cast(kept, y.dtype), (1,)))
    return wrap(total / _spread(count, total))


def _at_least_one(count: Node) -> Node:
    return bind(p.where, (count.equal(0.0), const(1.0, count.dtype), count))


def _numbers(offsets: Node, many: int, op: str) -> Node:
    """The bag of each index: how many bags have begun."""
    if offsets.dtype.kind != INTEGER or offsets.ndim != 1:
        raise DTypeError(f"offsets are {offsets.dtype.name} of {offsets.ndim} dimensions", op=op,
                         expected="a vector of integers")
    begins = bind(scatter_add_p, (lin.full(1, offsets.shape, int64), lin.cast(offsets, int64)), (0, many + 1))
    return lin.narrow(bind(lin.cumsum_p, (begins,), (0, False)), 0, 0, many) - const(1, int64)


def _runs(y: Node, kept: Node | None, bag: Node, mode: str, bags: int) -> Tensor:
    """Bags of their own sizes: (N, D) rows, and the bag of each."""
    shape = (bags, y.shape[1])
    if mode == "max":
        if kept is not None:                # what is left out goes to one more bag
            bag = bind(p.where, (kept, bag, const(bags, int64)))
        start = wrap(lin.full(0, (bags + 1, y.shape[1]), y.dtype))
        top = scatter_reduce(start, 0, wrap(_spread(bag, y)), wrap(y), "amax", include_self=False)
        return wrap(lin.narrow(top.node, 0, 0, bags))
    if kept is not None:
        y = bind(p.where, (_spread(kept, y), y, const(0, y.dtype)))
    total = bind(scatter_add_p, (y, bag), (0, bags))
    if mode == "sum":
        return wrap(total)
    ones = lin.full(1, bag.shape, y.dtype) if kept is None else lin.cast(kept, y.dtype)
    count = bind(scatter_add_p, (ones, bag), (0, bags))
    return wrap(total / lin.expand(_at_least_one(count), shape, (1,)))

"""Losses of classes by margins, of several labels at once and of triplets; bilinear forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import numel
from retrograd.functional.activation import logsigmoid
from retrograd.functional.averaging import checked_reduction, reduced
from retrograd.functional.door import Tensor, need_tensor, number_node
from retrograd.functional.elementwise import add, minimum, mul, neg, sub
from retrograd.functional.loss import at_least_zero
from retrograd.functional.places import one_hot_node
from retrograd.functional.products import einsum
from retrograd.functional.reduce import mean
from retrograd.functional.similarity import pairwise_distance
from retrograd.graph.node import Node, bind, const
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.gather import gather_p, scatter_along_p


def _finish(loss: Tensor, reduction: str) -> Tensor:
    return reduced(loss.node, reduction)


def soft_margin_loss(input: Any, target: Any, size_average: Any = None, reduce: Any = None,
                     reduction: str = "mean") -> Tensor:
    """log(1 + e**(-target input)), targets 1 or -1.

    >>> import retrograd as rg
    >>> rg.nn.functional.soft_margin_loss(rg.tensor([0.0]), rg.tensor([1.0]))
    tensor(0.6931)
    """
    reduction = checked_reduction(reduction, size_average, reduce, "soft_margin_loss")
    x, t = need_tensor(input, "soft_margin_loss"), need_tensor(target, "soft_margin_loss", "target")
    if x.shape != t.shape:
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op="soft_margin_loss",
                         expected="equal shapes")
    return reduced(bind(p.softplus, (-(x * lin.cast(t, x.dtype)),)), reduction)


def multilabel_soft_margin_loss(input: Any, target: Any, weight: Any = None, size_average: Any = None,
                                reduce: Any = None, reduction: str = "mean") -> Tensor:
    """The mean over classes of -t log sigmoid(x) - (1 - t) log sigmoid(-x), targets 0 or 1.

    >>> import retrograd as rg
    >>> rg.nn.functional.multilabel_soft_margin_loss(rg.zeros(1, 2), rg.tensor([[1.0, 0.0]]))
    tensor(0.6931)
    """
    op = "multilabel_soft_margin_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    need_tensor(input, op), need_tensor(target, op, "target")
    loss = neg(add(mul(target, logsigmoid(input)), mul(sub(1, target), logsigmoid(neg(input)))))
    if weight is not None:
        loss = mul(loss, weight)
    return _finish(mean(loss, -1), reduction)


def _classes(input: Any, target: Any, op: str) -> tuple[Node, Node]:
    """Rows of scores with a class each; one row as several."""
    x, t = need_tensor(input, op), need_tensor(target, op, "target")
    x = x if x.ndim else lin.reshape(x, (1,))
    if x.ndim not in (1, 2) or t.ndim > 1 or numel(t.shape) != (x.shape[0] if x.ndim == 2 else 1):
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op=op, expected="(N, C) and (N,)")
    if t.dtype.kind != INTEGER:
        raise DTypeError(f"target is {t.dtype.name}", op=op, expected="an int64 tensor")
    return (lin.reshape(x, (1, *x.shape)) if x.ndim == 1 else x), lin.reshape(t, (numel(t.shape),))


def multi_margin_loss(input: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any = None,
                      size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:
    """The mean over the other classes j of max(0, margin - x[y] + x[j])**p, times weight[y].

    >>> import retrograd as rg
    >>> rg.nn.functional.multi_margin_loss(rg.tensor([[0.5, 0.0]]), rg.tensor([0]))
    tensor(0.2500)
    """
    op = "multi_margin_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    if p not in (1, 2):
        raise ArgumentError(f"p is {p}", op=op, expected="1 or 2")
    if weight is not None and need_tensor(weight, op, "weight").ndim != 1:
        raise ShapeError(f"weight is {weight.node.shape}", op=op, expected="a vector, one weight a class")
    shape = need_tensor(target, op, "target").shape
    x, t = _classes(input, target, op)
    own = bind(gather_p, (x, lin.reshape(lin.cast(t, int64), (x.shape[0], 1))), (1,))
    gap = x - lin.expand(lin.reshape(own, x.shape[:1]), x.shape, (1,)) + number_node(margin, x.dtype)
    short = at_least_zero(gap)
    short = short * short if p == 2 else short
    if weight is not None:
        w = need_tensor(weight, op, "weight")
        at = bind(gather_p, (w, lin.cast(t, int64)), (0,))
        short = short * lin.expand(at, x.shape, (1,))
    others = one_hot_node(lin.cast(t, int64), x.shape[1]).equal(0)
    short = bind(_where, (others, short, const(0.0, x.dtype)))
    loss = lin.reduce_sum(short, (1,)) / float(x.shape[1])
    return reduced(lin.reshape(loss, shape), reduction)


_where = p.where        # multi_margin_loss has a parameter of that module's name


def multilabel_margin_loss(input: Any, target: Any, size_average: Any = None, reduce: Any = None,
                           reduction: str = "mean") -> Tensor:
    """The sum over labels y (those before the first -1) and other classes j of max(0, 1 - x[y] + x[j]),
    divided
    by the number of classes.

    >>> import retrograd as rg
    >>> rg.nn.functional.multilabel_margin_loss(rg.tensor([[0.5, 0.0]]), rg.tensor([[0, -1]]))
    tensor(0.2500)
    """
    op = "multilabel_margin_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x, t = need_tensor(input, op), need_tensor(target, op, "target")
    if x.shape != t.shape or x.ndim > 2 or x.ndim and not x.shape[-1]:
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op=op,
                         expected="equal shapes (N, C) or (C,)")
    rows, labels = (lin.reshape(n, (1, numel(n.shape))) if n.ndim < 2 else n for n in (x, lin.cast(t, int64)))
    n, c = rows.shape
    ends = bind(lin.cumsum_p, (lin.cast(labels < 0, int64),), (1, False))
    known = ends.equal(0)
    safe = bind(p.where, (known, labels, const(0, int64)))
    hits = bind(scatter_along_p, (lin.cast(known, int64), safe), (1, (n, c)))
    own = bind(gather_p, (rows, safe), (1,))
    shape = (n, c, c)                               # label k against class j
    gap = 1.0 - lin.expand(own, shape, (2,)) + lin.expand(rows, shape, (1,))
    counts = lin.expand(known, shape, (2,)) & lin.expand(hits.equal(0), shape, (1,))
    short = bind(p.where, (counts, at_least_zero(gap), const(0.0, x.dtype)))
    loss = lin.reduce_sum(short, (1, 2)) / float(c)
    return reduced(loss if x.ndim == 2 else lin.reshape(loss, ()), reduction)


def triplet_margin_with_distance_loss(
        anchor: Any, positive: Any, negative: Any, *, distance_function: Callable[..., Any] | None = None,
        margin: float = 1.0, swap: bool = False, reduction: str = "mean") -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d any function (by default the distance
    of rows).

    >>> import retrograd as rg
    >>> a, b, d = rg.zeros(1, 2), rg.ones(1, 2), lambda x, y: (x - y).sum(1)
    >>> rg.nn.functional.triplet_margin_with_distance_loss(a, a, b, distance_function=d)
    tensor(3.)
    """
    op = "triplet_margin_with_distance_loss"
    checked_reduction(reduction, None, None, op)
    if margin <= 0:
        raise ArgumentError(f"margin is {margin}", op=op, expected="a number > 0")
    for name, x in (("anchor", anchor), ("positive", positive), ("negative", negative)):
        need_tensor(x, op, name)
    d = distance_function or pairwise_distance
    near, far = d(anchor, positive), d(anchor, negative)
    if swap:
        far = minimum(far, d(positive, negative))
    return reduced(at_least_zero(sub(near, far).node + number_node(margin, near.dtype)), reduction)


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """y[..., k] = x1^T weight[k] x2 + bias[k].

    >>> import retrograd as rg
    >>> rg.nn.functional.bilinear(rg.ones(1, 2), rg.ones(1, 3), rg.ones(1, 2, 3))
    tensor([[6.]])
    """
    a, b = need_tensor(input1, "bilinear", "input1"), need_tensor(input2, "bilinear", "input2")
    w = need_tensor(weight, "bilinear", "weight")
    if w.ndim != 3 or a.shape[:-1] != b.shape[:-1] or (a.shape[-1:], b.shape[-1:]) != (w.shape[1:2],
                                                                                       w.shape[2:]):
        raise ShapeError(f"input1 is {a.shape}, input2 is {b.shape}, weight is {w.shape}", op="bilinear",
                         expected="(*, m), (*, n) and (k, m, n)")
    out = einsum("...i,oij,...j->...o", input1, weight, input2)
    return out if bias is None else add(out, bias)

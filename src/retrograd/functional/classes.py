"""Losses of class targets: cross_entropy and nll_loss, over class indices or class probabilities."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Shape
from retrograd.functional.activation import float_input
from retrograd.functional.averaging import checked_reduction, sum_of
from retrograd.functional.door import Tensor, need_tensor, number_node, same_dtype, wrap
from retrograd.graph.node import Node, bind, const
from retrograd.ops import composite
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import iota, ne
from retrograd.ops.gather import gather_p, take_p

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(input: Any, target: Any, weight: Any = None, size_average: Any = None,
                  ignore_index: int = -100, reduce: Any = None, reduction: str = "mean",
                  label_smoothing: float = 0.0) -> Tensor:
    """-log(softmax(input)[target]): input holds logits (N, C), (C,) or (N, C, d1, ...), target class indices
    (N,), () or (N, d1, ...), or class probabilities in the input's own shape.

    Derivative of one row: softmax(input) - onehot(target). Rows whose target is `ignore_index` count for
    nothing. The mean divides by the number of rows that count, or by the sum of their class weights; with
    probabilities by the number of rows. `label_smoothing` e mixes targets with the uniform distribution: (1 -
    e) t + e / C.

    >>> import retrograd as rg
    >>> logits = rg.zeros(2, 4, requires_grad=True)
    >>> loss = rg.nn.functional.cross_entropy(logits, rg.tensor([0, 3]))
    >>> f"{loss.item():.4f} = log(4)"
    '1.3863 = log(4)'
    >>> loss.backward(); logits.grad
    tensor([[-0.3750,  0.1250,  0.1250,  0.1250],
            [ 0.1250,  0.1250,  0.1250, -0.3750]])
    """
    op = "cross_entropy"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x, t = float_input(input, op), need_tensor(target, op, "target")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ArgumentError(f"label_smoothing is {label_smoothing}", op=op, expected="a number from 0 to 1")
    if x.ndim and t.shape == x.shape:
        if ignore_index != -100 and t.dtype.is_floating_point:
            raise ArgumentError(f"ignore_index is {ignore_index} and target holds probabilities", op=op,
                                expected="classes as the target of an ignore_index")
        return _probabilities(x, t, weight, reduction, label_smoothing, op)
    rows, places, shape = _rows(x, t, ignore_index, op)
    if weight is None and label_smoothing == 0:
        if t.value is None or local.state.capture is not None:
            places = _checked_when_read(places, rows.shape[1], ignore_index)
        y = bind(composite.cross_entropy, (rows, places), (reduction, ignore_index))
        return wrap(lin.reshape(y, shape) if reduction == "none" else y)
    log_p = bind(composite.log_softmax, (rows,), (1,))
    weights = _class_weights(weight, rows, op)
    return _picked(log_p, places, weights, ignore_index, reduction, shape, label_smoothing)


def nll_loss(input: Any, target: Any, weight: Any = None, size_average: Any = None, ignore_index: int = -100,
             reduce: Any = None, reduction: str = "mean") -> Tensor:
    """-input[target], input being log-probabilities; shapes, weights and means as in cross_entropy.

    Derivative -weight[target] at the target's place, 0 elsewhere.
    """
    op = "nll_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x, t = float_input(input, op), need_tensor(target, op, "target")
    rows, places, shape = _rows(x, t, ignore_index, op)
    return _picked(rows, places, _class_weights(weight, rows, op), ignore_index, reduction, shape, 0.0)


# ---------------------------------------------------------------- class indices
def _rows(x: Node, t: Node, ignore: int, op: str) -> tuple[Node, Node, Shape]:
    """input as (N, C) or (N, C, P), target as (N,) or (N, P), and the target's shape; every mistake told."""
    if x.ndim == 0:
        raise ShapeError(f"input is {x.shape}", op=op, expected="(C,), (N, C) or (N, C, d1, ...)")
    want = () if x.ndim == 1 else x.shape[:1] + x.shape[2:]
    if t.shape != want:
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op=op,
                         expected=f"class indices of shape {want}" +
                         (f" or class probabilities of shape {x.shape}" if op == "cross_entropy" else ""),
                         fix=_shape_fix(x, t, want, op))
    if t.dtype.kind != INTEGER:
        raise DTypeError(f"target is {t.dtype.name}; class indices are integers", op=op,
                         expected="a target of dtype int64", fix="Convert it with  target.long() .")
    classes = x.shape[0] if x.ndim == 1 else x.shape[1]
    _in_range(t, classes, ignore, op)
    t = lin.cast(t, int64)
    places = math.prod(want[1:])
    if x.ndim > 2 and classes <= places:        # an image: places lie side by side, few classes apart
        return lin.reshape(x, (*x.shape[:2], places)), lin.reshape(t, (want[0], places)), want
    if x.ndim > 2:
        x = lin.permute(x, (0, *range(2, x.ndim), 1))
    return lin.reshape(x, (math.prod(want), classes)), lin.reshape(t, (math.prod(want),)), want


def _shape_fix(x: Node, t: Node, want: Shape, op: str) -> str:
    if t.shape == (*want, 1) or t.ndim == 2 and t.shape == (*want[:1], 1):
        return f"Use  target.squeeze({t.ndim - 1}) ."
    if t.shape == x.shape and op == "nll_loss":
        return "Use  target.argmax(1)  to turn one-hot rows into class indices."
    return ""


def _in_range(t: Node, classes: int, ignore: int, op: str) -> None:
    """Checked at the call when the targets are known, otherwise when they are read."""
    if t.value is None or not t.value.size:
        return
    if t.value.size <= 128:             # a list is faster to look through than an array is to reduce
        flat = t.value.reshape(-1).tolist()
        if max(flat) < classes and min(flat) >= 0:
            return
    elif t.value.min() >= 0 and t.value.max() < classes:
        return
    wrong = t.value[((t.value < 0) | (t.value >= classes)) & (t.value != ignore)]
    if wrong.size:
        bad = int(wrong.flat[0])
        raise IndexRangeError(f"target {bad} is not a class: input has {classes} classes", op=op,
                              expected=f"0 <= target < {classes}, or ignore_index {ignore}",
                              fix=f"Pass ignore_index={bad} to leave such targets out." if bad < 0 else
                              "Subtract 1 if classes are counted from 1." if bad == classes else "")


def _checked_when_read(t: Node, classes: int, ignore: int) -> Node:
    """The same targets, read out of 0, 1, ..., classes - 1: reading raises where one is not a class."""
    kept = bind(ne, (t, const(ignore, t.dtype)))
    safe = bind(p.where, (kept, t, const(0, t.dtype)))
    read = bind(take_p, (bind(iota, (), ((classes,), 0, "int64")), safe), (0,))
    return bind(p.where, (kept, read, const(ignore, t.dtype)))


def _class_weights(weight: Any, rows: Node, op: str) -> Node | None:
    if weight is None:
        return None
    w = need_tensor(weight, op, "weight")
    if w.shape != rows.shape[1:2]:
        raise ShapeError(f"weight is {w.shape}, input has {rows.shape[1]} classes", op=op,
                         expected=f"one weight a class: shape ({rows.shape[1]},)")
    same_dtype(op, ("input", rows), ("weight", w))
    return w


def _picked(log_p: Node, t: Node, w: Node | None, ignore: int, reduction: str, shape: Shape,
            smoothing: float) -> Tensor:
    """Weighted -log_p[target], smoothed, over rows whose target is not `ignore`."""
    zero = const(0, log_p.dtype)
    kept = bind(ne, (t, const(ignore, t.dtype)))
    safe = bind(p.where, (kept, t, const(0, t.dtype)))
    share = lin.cast(kept, log_p.dtype)
    if w is not None:
        share = bind(p.where, (kept, bind(take_p, (w, safe), (0,)), zero))
    at = lin.reshape(safe, (t.shape[0], 1, *t.shape[1:]))
    picked = lin.reshape(bind(gather_p, (log_p, at), (1,)), t.shape)
    loss = bind(p.where, (kept, -picked, zero))
    loss = loss * share if w is not None else loss
    if smoothing:
        others = tuple(d for d in range(log_p.ndim) if d != 1)
        all_classes = log_p if w is None else log_p * lin.expand(w, log_p.shape, others)
        spread = bind(p.where, (kept, -lin.reduce_sum(all_classes, (1,)), zero))
        loss = loss * number_node(1.0 - smoothing, zero.dtype) + \
            spread * number_node(smoothing / log_p.shape[1], zero.dtype)
    if reduction == "none":
        return wrap(lin.reshape(loss, shape))
    return wrap(sum_of(loss) if reduction == "sum" else sum_of(loss) / sum_of(share))


# ---------------------------------------------------------------- class probabilities
def _probabilities(x: Node, t: Node, weight: Any, reduction: str, smoothing: float, op: str) -> Tensor:
    if not t.dtype.is_floating_point:
        raise DTypeError(f"target is {t.dtype.name} and has the input's shape {x.shape}: class probabilities",
                         op=op,
                         expected="floating-point probabilities, or class indices without the class "
                         "dimension",
                         fix="Use  target.float() , or  target.argmax(1)  for one-hot rows.")
    t = lin.cast(t, x.dtype)
    d = 0 if x.ndim == 1 else 1
    classes = x.shape[d]
    others = tuple(k for k in range(x.ndim) if k != d)
    if smoothing:
        t = t * number_node(1.0 - smoothing, t.dtype) + number_node(smoothing / classes, t.dtype)
    log_p = bind(composite.log_softmax, (x,), (d,))
    if weight is not None:
        w = need_tensor(weight, op, "weight")
        if w.shape != (classes,):
            raise ShapeError(f"weight is {w.shape}, input has {classes} classes", op=op,
                             expected=f"one weight a class: shape ({classes},)")
        same_dtype(op, ("input", x), ("weight", w))
        log_p = log_p * lin.expand(w, x.shape, others)
    loss = -lin.reduce_sum(t * log_p, (d,))
    if reduction == "none":
        return wrap(loss)
    return wrap(sum_of(loss) if reduction == "sum" else sum_of(loss) / float(math.prod(loss.shape)))

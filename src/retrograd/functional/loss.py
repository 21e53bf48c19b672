"""Losses of real-valued and binary targets, and of distances (those of class targets come from classes.py).

Each computes one loss an element and reduces it: 'mean' divides the sum by the number of elements, 'sum' adds
them up, 'none' keeps them. `size_average` and `reduce` are PyTorch's old spelling of the same.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from retrograd.base.dtype import default
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from retrograd.base.shape import Shape, broadcast_shapes
from retrograd.functional import elementwise
from retrograd.functional.averaging import REDUCTIONS, checked_reduction, reduced, sum_of
from retrograd.functional.classes import cross_entropy, nll_loss
from retrograd.functional.door import (
    Tensor,
    TensorBase,
    as_number,
    expand_to,
    floating,
    need_tensor,
    number_node,
    pair,
    wrap,
)
from retrograd.functional.similarity import difference, length
from retrograd.graph.node import Node, bind, const
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.checked import checked
from retrograd.ops.constant import ne, stop

__all__ = ["cross_entropy", "nll_loss", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
           "binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div", "gaussian_nll_loss",
           "poisson_nll_loss", "hinge_embedding_loss", "margin_ranking_loss", "cosine_embedding_loss",
           "triplet_margin_loss"]

def _outer_by_accident(a: Node, b: Node) -> bool:
    """(N, 1) against (N,), N > 1: broadcasting would compare every element with every other."""
    return a.shape == (*b.shape, 1) and b.ndim > 0 and b.shape[-1] > 1


def _aligned(input: Any, target: Any, op: str, *, warn: bool = True) -> tuple[Node, Node]:
    """input and target as nodes of one floating dtype and one shape."""
    x, t = need_tensor(input, op), need_tensor(target, op, "target")
    if x.shape != t.shape:
        for (a, a_name), (b, b_name) in (((x, "input"), (t, "target")), ((t, "target"), (x, "input"))):
            if _outer_by_accident(a, b):
                raise ShapeError(f"input is {x.shape}, target is {t.shape}: broadcasting would compare every "
                                 "element with every other", op=op, expected="equal shapes",
                                 fix=f"Use  {a_name}.squeeze({b.ndim})  or  {b_name}.unsqueeze({b.ndim}) .")
        shape = _common_shape(x, t, op)
        if warn:
            warnings.warn(f"Using a target size {t.shape} that is different to the input size {x.shape}. "
                          "This will likely lead to incorrect results due to broadcasting. "
                          "Please ensure they have the same size.", stacklevel=3)
    a, b = pair(input, target, op)
    if not a.dtype.is_floating_point:
        raise DTypeError(f"input is {x.dtype.name}, target is {t.dtype.name}", op=op,
                         expected="floating-point tensors", fix="Convert them with .float().")
    return (a, b) if x.shape == t.shape else (expand_to(a, shape), expand_to(b, shape))


def _common_shape(x: Node, t: Node, op: str) -> Shape:
    try:
        return broadcast_shapes(x.shape, t.shape)
    except ShapeError:
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op=op, expected="equal shapes") from None


def _weighting(weight: Any, x: Node, op: str) -> Node:
    w = need_tensor(weight, op, "weight")
    if w.shape != x.shape:
        raise ShapeError(f"weight is {w.shape}, input is {x.shape}", op=op, expected="equal shapes")
    return lin.cast(w, x.dtype)


def _weighted(loss: Node, weight: Any, reduction: str, op: str) -> Tensor:
    """Element losses times weights; the mean divides by the sum of the weights."""
    if weight is None:
        return reduced(loss, reduction)
    w = _weighting(weight, loss, op)
    if reduction == "mean":
        return wrap(sum_of(loss * w) / sum_of(w))
    return reduced(loss * w, reduction)


def at_least_zero(x: Node) -> Node:
    """max(x, 0) with derivative 1 at 0, as PyTorch's losses have it."""
    return bind(p.clamp_min, (x, const(0, x.dtype)))


# ---------------------------------------------------------------- differences
def mse_loss(input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
             weight: Any = None) -> Tensor:
    """(input - target)**2, averaged. Derivative of the mean: 2 (input - target) / n.

    Shapes are equal; (N, 1) against (N,) is an error, other shapes that broadcast give a warning. With
    `weight` the mean divides by the sum of the weights.

    >>> import retrograd as rg
    >>> rg.nn.functional.mse_loss(rg.tensor([1., 2.]), rg.tensor([1., 4.]))
    tensor(2.)
    """
    reduction = checked_reduction(reduction, size_average, reduce, "mse_loss")
    x, t = _aligned(input, target, "mse_loss")
    d = x - t
    return _weighted(d * d, weight, reduction, "mse_loss")


def l1_loss(input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
            weight: Any = None) -> Tensor:
    """|input - target|, averaged. Derivative of an element sign(input - target), 0 where they are equal."""
    reduction = checked_reduction(reduction, size_average, reduce, "l1_loss")
    if any([need_tensor(x, "l1_loss").dtype.is_complex for x in (input, target)]):
        return _weighted(elementwise.abs(elementwise.sub(input, target)).node, weight, reduction, "l1_loss")
    x, t = _aligned(input, target, "l1_loss")
    return _weighted(bind(p.abs_, (x - t,)), weight, reduction, "l1_loss")


def _huber(x: Node, t: Node, delta: float) -> Node:
    """d**2 / 2 where |d| < delta, delta (|d| - delta / 2) beyond."""
    dtype, wide = x.dtype, x.dtype.acc              # half types are rounded once, at the end
    d = lin.cast(x, wide) - lin.cast(t, wide)
    size, edge = bind(p.abs_, (d,)), number_node(delta, wide)
    return lin.cast(bind(p.where, (size < edge, 0.5 * (d * d), edge * (size - 0.5 * edge))), dtype)


def smooth_l1_loss(input: Any, target: Any, size_average: Any = None, reduce: Any = None,
                   reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """d**2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target. Derivative d / beta or
    sign(d).

    beta = 0 is l1_loss.
    """
    reduction = checked_reduction(reduction, size_average, reduce, "smooth_l1_loss")
    x, t = _aligned(input, target, "smooth_l1_loss")
    if beta < 0:
        raise ArgumentError(f"beta is {beta}", op="smooth_l1_loss", expected="a number >= 0")
    if beta == 0:
        return reduced(bind(p.abs_, (x - t,)), reduction)
    return reduced(_huber(x, t, beta) / number_node(beta, x.dtype), reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0,
               weight: Any = None) -> Tensor:
    """d**2 / 2 where |d| < delta, else delta (|d| - delta / 2). Derivative d, at most delta in size.

    With `weight` the mean still divides by the number of elements (as PyTorch's does).
    """
    reduction = checked_reduction(reduction, None, None, "huber_loss")
    x, t = _aligned(input, target, "huber_loss")
    if as_number(delta) is None or isinstance(delta, complex):
        raise ArgumentTypeError(f"delta is a {type(delta).__name__}", op="huber_loss", expected="a float")
    if delta <= 0:
        raise ArgumentError(f"delta is {delta}", op="huber_loss", expected="a number > 0")
    loss = _huber(x, t, delta)
    return reduced(loss if weight is None else loss * _weighting(weight, loss, "huber_loss"), reduction)


# ---------------------------------------------------------------- probabilities
def _same_shape(input: Any, target: Any, op: str) -> tuple[Node, Node]:
    x, t = need_tensor(input, op), need_tensor(target, op, "target")
    if x.shape != t.shape:
        fix = f"Use  target.unsqueeze({t.ndim}) ." if x.shape == (*t.shape, 1) else \
            f"Use  input.squeeze({x.ndim - 1}) ." if t.shape == x.shape[:-1] else \
            f"Use  target.squeeze({t.ndim - 1}) ." if t.shape == (*x.shape, 1) else ""
        raise ShapeError(f"input is {x.shape}, target is {t.shape}", op=op, expected="equal shapes", fix=fix)
    if not x.dtype.is_floating_point or not t.dtype.is_floating_point:
        raise DTypeError(f"input is {x.dtype.name}, target is {t.dtype.name}", op=op,
                         expected="floating-point tensors", fix="Convert the target with  target.float() ."
                         if x.dtype.is_floating_point else "Convert the input with  input.float() .")
    return pair(input, target, op)


def _element_weight(loss: Node, weight: Any, op: str) -> Node:
    if weight is None:
        return loss
    return loss * expand_to(lin.cast(need_tensor(weight, op, "weight"), loss.dtype), loss.shape)


def _clamped_log(z: Node) -> Node:
    """max(log(z), -100), its derivative 1 / max(z, 1e-12): finite, and never 0 where an output has
    saturated."""
    bounded = z + bind(stop, (bind(p.clamp_min, (z, const(1e-12, z.dtype))) - z,))
    sloped = bind(p.log, (bounded,))
    value = bind(p.clamp_min, (bind(p.log, (z,)), const(-100.0, z.dtype)))
    return sloped + bind(stop, (value - sloped,))


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, size_average: Any = None,
                         reduce: Any = None, reduction: str = "mean") -> Tensor:
    """-(t log(x) + (1 - t) log(1 - x)) of probabilities x in [0, 1], each log at least -100.

    Derivative (x - t) / (x (1 - x)), the slope of each log limited to 1e12. `weight` multiplies the elements
    and broadcasts. binary_cross_entropy_with_logits is more exact.

    >>> import retrograd as rg
    >>> rg.nn.functional.binary_cross_entropy(rg.tensor([0.5, 1.0]), rg.tensor([1., 1.]))
    tensor(0.3466)
    """
    reduction = checked_reduction(reduction, size_average, reduce, "binary_cross_entropy")
    x, t = _same_shape(input, target, "binary_cross_entropy")
    x = checked(x, "probability", "binary_cross_entropy")
    loss = -(t * _clamped_log(x) + (1.0 - t) * _clamped_log(1.0 - x))
    return reduced(_element_weight(loss, weight, "binary_cross_entropy"), reduction)


def binary_cross_entropy_with_logits(input: Any, target: Any, weight: Any = None, size_average: Any = None,
                                     reduce: Any = None, reduction: str = "mean",
                                     pos_weight: Any = None) -> Tensor:
    """binary_cross_entropy of sigmoid(x), without overflow: (1 - t) x + log(1 + e**-x). Derivative sigmoid(x)
    - t.

    `pos_weight` (broadcast from the right) multiplies the term of t = 1, `weight` the whole element.
    """
    op = "binary_cross_entropy_with_logits"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x, t = _same_shape(input, target, op)
    soft = bind(p.softplus, (-x,))
    if pos_weight is not None:
        w = expand_to(lin.cast(need_tensor(pos_weight, op, "pos_weight"), x.dtype), x.shape)
        soft = ((w - 1.0) * t + 1.0) * soft
    return reduced(_element_weight((1.0 - t) * x + soft, weight, op), reduction)


def kl_div(input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
           log_target: bool = False) -> Tensor:
    """t (log(t) - input), input being log-probabilities; 0 where t is 0. 'batchmean' divides by the first
    size.

    With log_target the target is log(t): e**t (t - input). Derivative to input: -t.
    """
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size. "
                      "'batchmean' divides only by the batch size, and aligns with the KL div math "
                      "definition.", stacklevel=2)
    reduction = checked_reduction(reduction, size_average, reduce, "kl_div", (*REDUCTIONS, "batchmean"))
    x, t = _aligned(input, target, "kl_div", warn=False)
    if log_target:
        loss = bind(p.exp, (t,)) * (t - x)
    else:
        zero = const(0, t.dtype)
        loss = bind(p.where, (t.equal(0), zero, t * bind(p.log, (t,)))) - t * x
    if reduction == "batchmean":
        return wrap(sum_of(loss) / float(x.shape[0]) if x.ndim else loss)
    return reduced(loss, reduction)


def gaussian_nll_loss(input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6,
                      reduction: str = "mean") -> Tensor:
    """(log(v) + (input - target)**2 / v) / 2 with v = max(var, eps), plus log(2 pi) / 2 if `full`.

    var has the input's shape, or lacks the last dimension, or has size 1 in one; its derivative ignores the
    bound.
    """
    op = "gaussian_nll_loss"
    reduction = checked_reduction(reduction, None, None, op)
    x, t = _aligned(input, target, op, warn=False)
    v = number_node(var, x.dtype) if not isinstance(var, TensorBase) else lin.cast(var.node, x.dtype)
    if v.value is not None and np.any(v.value < 0):
        raise ArgumentError("var has negative elements", op=op, expected="variances >= 0")
    if v.shape and v.shape != x.shape:
        if v.shape == x.shape[:-1]:
            v = lin.reshape(v, (*v.shape, 1))
        elif v.ndim != x.ndim or sorted(b for a, b in zip(x.shape, v.shape) if a != b) != [1]:
            raise ShapeError(f"var is {v.shape}, input is {x.shape}", op=op,
                             expected=f"{x.shape}, {x.shape[:-1]}, or size 1 in one dimension")
    v = expand_to(v, x.shape)
    v = v + bind(stop, (bind(p.clamp_min, (v, number_node(eps, v.dtype))) - v,))
    d = x - t
    loss = 0.5 * (bind(p.log, (v,)) + d * d / v)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def poisson_nll_loss(input: Any, target: Any, log_input: bool = True, full: bool = False,
                     size_average: Any = None, eps: float = 1e-8, reduce: Any = None,
                     reduction: str = "mean") -> Tensor:
    """e**x - t x (log_input), or x - t log(x + eps); `full` adds Stirling's log(t!) where t > 1.

    Derivative e**x - t, or 1 - t / (x + eps).
    """
    reduction = checked_reduction(reduction, size_average, reduce, "poisson_nll_loss")
    input, target = (wrap(floating(v, "poisson_nll_loss", name))
                     for v, name in ((input, "input"), (target, "target")))
    x, t = _aligned(input, target, "poisson_nll_loss", warn=False)
    if log_input:
        loss = bind(p.exp, (x,)) - t * x
    else:
        loss = x - t * bind(p.log, (x + number_node(eps, x.dtype),))
    if full:
        stirling = t * bind(p.log, (t,)) - t + 0.5 * bind(p.log, (2.0 * math.pi * t,))
        loss = loss + bind(p.where, (t > 1.0, stirling, const(0, t.dtype)))
    return reduced(loss, reduction)


# ---------------------------------------------------------------- margins
def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, size_average: Any = None,
                         reduce: Any = None, reduction: str = "mean") -> Tensor:
    """x where the target is 1, max(0, margin - x) where it is -1. Derivative 1, or -1 up to the margin."""
    op = "hinge_embedding_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x, t = _aligned(input, target, op, warn=False)
    zero = const(0, x.dtype)
    limit = number_node(margin, x.dtype)
    if x.dtype.acc is not x.dtype:      # a half type: rounded first, as in PyTorch
        limit = lin.cast(number_node(margin, x.dtype.acc), x.dtype)
    short = at_least_zero(limit - x)
    far = bind(p.where, (bind(ne, (t, const(1, t.dtype))), short, zero))
    near = bind(p.where, (bind(ne, (t, const(-1, t.dtype))), x, zero))
    return reduced(far + near, reduction)


def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0, size_average: Any = None,
                        reduce: Any = None, reduction: str = "mean") -> Tensor:
    """max(0, margin - target (x1 - x2)): x1 should lie above x2 where the target is 1, below where it is
    -1."""
    op = "margin_ranking_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    x1, x2 = need_tensor(input1, op, "input1"), need_tensor(input2, op, "input2")
    t = need_tensor(target, op, "target")
    if not x1.ndim == x2.ndim == t.ndim:
        raise ShapeError(f"input1 is {x1.shape}, input2 is {x2.shape}, target is {t.shape}", op=op,
                         expected="as many dimensions each")
    a, b = pair(input1, input2, op)
    shape = broadcast_shapes(a.shape, b.shape, t.shape)
    d = expand_to(a, shape) - expand_to(b, shape)
    y, d = pair(wrap(expand_to(t, shape)), wrap(d), op)
    gain = -y * d
    gain = gain if gain.dtype.is_floating_point else lin.cast(gain, default())      # the margin is a float
    return reduced(at_least_zero(number_node(margin, gain.dtype) + gain), reduction)


def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0, size_average: Any = None,
                          reduce: Any = None, reduction: str = "mean") -> Tensor:
    """1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1; rows (N, D), target
    (N,)."""
    op = "cosine_embedding_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    a, b = pair(input1, input2, op, floating=True)
    t = need_tensor(target, op, "target")
    if a.ndim != t.ndim + 1 or t.ndim > 1:
        raise ShapeError(f"input1 is {a.shape}, target is {t.shape}", op=op,
                         expected="rows (N, D) with targets (N,), or vectors (D,) with a target ()",
                         fix=f"Use  target.squeeze({t.ndim - 1}) ." if t.ndim > 1 else "")
    tiny = 1e-12
    last = (a.ndim - 1,)
    squares = (lin.reduce_sum(a * a, last) + tiny) * (lin.reduce_sum(b * b, last) + tiny)
    cos = lin.reduce_sum(a * b, last) / bind(p.sqrt, (squares,))
    zero = const(0, a.dtype)
    near = bind(p.where, (t.equal(1), 1.0 - cos, zero))
    far = bind(p.where, (t.equal(-1), at_least_zero(cos - number_node(margin, a.dtype)), zero))
    return reduced(near + far, reduction)


def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: float = 1.0, p: float = 2,
                        eps: float = 1e-6, swap: bool = False, size_average: Any = None, reduce: Any = None,
                        reduction: str = "mean") -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin), d the p-norm of the difference (plus eps) over the last dimension.

    swap: the negative is measured from the anchor or the positive, whichever is nearer.
    """
    op = "triplet_margin_loss"
    reduction = checked_reduction(reduction, size_average, reduce, op)
    if margin <= 0:
        raise ArgumentError(f"margin is {margin}", op=op, expected="a number > 0")

    def distance(u: Any, v: Any) -> Node:
        d = difference(u, v, op)
        return length(d + number_node(eps, d.dtype), p, -1)
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = smaller(far, distance(positive, negative))
    return reduced(at_least_zero(number_node(margin, near.dtype) + near - far), reduction)


def smaller(a: Node, b: Node) -> Node:
    """min(a, b), ties sharing the cotangent half and half."""
    return bind(p.minimum, (a, b))

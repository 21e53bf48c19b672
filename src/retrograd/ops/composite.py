"""Expansions: composites kept as one node at record time, and what each means in primitives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import float32, float64
from retrograd.base.shape import Shape, numel, without
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Sample
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.constant import iota, ne, share, stop
from retrograd.ops.contract import matmul
from retrograd.ops.families import Inferred, expansion, rng_for
from retrograd.ops.reduction import reduce_max


def _same(inputs: tuple[Node, ...], params: Any) -> Inferred:
    return inputs[0].shape, inputs[0].dtype


def _over(y: Node, x: Node, axes: Shape) -> Node:
    return lin.expand(y, x.shape, axes)


# ---------------------------------------------------------------- linear: x W^T + b
def infer_linear(inputs: tuple[Node, ...], params: Any) -> Inferred:
    return inputs[0].shape[:-1] + inputs[1].shape[:1], inputs[0].dtype


def _linear(x: Node, w: Node, b: Node) -> Node:
    rows = lin.reshape(x, (numel(x.shape[:-1]), x.shape[-1]))
    y = lin.reshape(matmul(rows, lin.swap_last(w)), (*x.shape[:-1], w.shape[0]))
    return y + lin.expand(b, y.shape, tuple(range(y.ndim - 1)))     # in the shape of what follows: one loop


def _linear_sample() -> Iterator[Sample]:
    rng = rng_for("linear")
    for lead in ((4,), (2, 3), ()):
        yield Sample((rng.uniform(-1, 1, (*lead, 3)), rng.uniform(-1, 1, (2, 3)), rng.uniform(-1, 1, (2,))))


linear = expansion("linear", "x w b", "", infer_linear, _linear, sample=_linear_sample, complex=True)


# ---------------------------------------------------------------------------------- softmax and log_softmax
def _rows_sample(name: str) -> Any:
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        yield Sample((rng.uniform(-2, 2, (3, 4)),), (1,))
        yield Sample((rng.uniform(-2, 2, (2, 3, 2)),), (1,))
    return sample


def _shifted(x: Node, axis: int) -> Node:
    return x - _over(bind(reduce_max, (bind(stop, (x,)),), ((axis,),)), x, (axis,))


def _softmax(x: Node, axis: int) -> Node:
    # One division a row. The sum is at least 1, since the largest element adds exp(0).
    e = bind(pw.exp, (_shifted(x, axis),))
    return e * _over(1 / lin.reduce_sum(e, (axis,)), e, (axis,))


def _softmax_np(x: Any, axis: int) -> Any:
    x = np.ascontiguousarray(x)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e * (1 / e.sum(axis=axis, keepdims=True, dtype=e.dtype))


def _softmax_rule(v: Node, y: Node, axis: int) -> Node:
    # The Jacobian diag(y) - y y^T is symmetric, so pullback and pushforward are one formula.
    return y * (v - _over(lin.reduce_sum(v * y, (axis,)), y, (axis,)))


softmax = expansion("softmax", "x", "axis", _same, _softmax, np=_softmax_np, sample=_rows_sample("softmax"),
                    vjp=lambda g, y, axis: (_softmax_rule(g, y, axis),),
                    jvp=lambda dx, y, axis: _softmax_rule(dx, y, axis))


def _log_softmax(x: Node, axis: int) -> Node:
    z = _shifted(x, axis)
    return z - _over(bind(pw.log, (lin.reduce_sum(bind(pw.exp, (z,)), (axis,)),)), z, (axis,))


def _log_softmax_np(x: Any, axis: int) -> Any:
    x = np.ascontiguousarray(x)
    z = x - x.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True, dtype=x.dtype))


# No rule of its own: the expansion's keeps exp(z), so that there is one exponential forward and back.
log_softmax = expansion("log_softmax", "x", "axis", _same, _log_softmax, np=_log_softmax_np,
                        sample=_rows_sample("log_softmax"))


# --------------------------------------------------------- cross-entropy of rows of logits with class indices
def infer_cross_entropy(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    return ((), inputs[0].dtype) if params[0] != "none" else (inputs[1].shape, inputs[0].dtype)


def _cross_entropy(x: Node, t: Node, reduction: str, ignore: int) -> Node:
    kept = bind(ne, (t, const(ignore, t.dtype)))
    safe = bind(pw.where, (kept, t, const(0, t.dtype)))
    # One class of a row is read by selecting and summing: a loop like any other, forward and backward.
    classes = lin.expand(bind(iota, (), (x.shape[1:2], 0, "int64")), x.shape,
                         tuple([d for d in range(x.ndim) if d != 1]))
    chosen = classes.equal(lin.expand(safe, x.shape, (1,)))
    log_p = bind(log_softmax, (x,), (1,))
    picked = lin.reduce_sum(bind(pw.where, (chosen, log_p, const(0.0, x.dtype))), (1,))
    loss = bind(pw.where, (kept, -picked, const(0.0, x.dtype)))
    if reduction == "none":
        return loss
    every = tuple(range(loss.ndim))
    total = lin.reduce_sum(loss, every)
    if reduction == "sum":
        return total
    return total / lin.reduce_sum(lin.cast(kept, x.dtype), every)


def _cross_entropy_sample() -> Iterator[Sample]:
    rng = rng_for("cross_entropy")
    for reduction in ("mean", "sum", "none"):
        yield Sample((rng.uniform(-2, 2, (4, 3)), np.array([0, 2, -100, 1])), (reduction, -100))
    yield Sample((rng.uniform(-2, 2, (2, 3, 4)), np.array([[0, 2, -100, 1], [1, 1, 0, 2]])), ("mean", -100))


cross_entropy = expansion("cross_entropy", "x t", "reduction ignore", infer_cross_entropy, _cross_entropy,
                          sample=_cross_entropy_sample)


# ----------------------------------------------- standardize: mean 0 and variance 1 over some axes, and norms
_PLAIN = (float32, float64)         # the others are computed with in wider ones


def _mean(x: Node, axes: Shape) -> Node:
    size, total = numel(tuple([x.shape[a] for a in axes])), lin.reduce_sum(x, axes)
    if 0 in axes and x.dtype in _PLAIN:     # a batch comes in many sizes, a row in one
        return total * bind(share, (), (size, x.dtype.name))
    return total * (1.0 / max(size, 1))


def moments(x: Node, axes: Shape) -> tuple[Node, Node, Node]:
    """Mean, what is left of x without it, and (biased) variance."""
    mean = _mean(x, axes)
    centred = x - _over(mean, x, axes)
    return mean, centred, _mean(centred * centred, axes)


def _standardize(x: Node, axes: Shape, eps: float) -> Node:
    _, centred, variance = moments(x, axes)
    return centred * _over(bind(pw.rsqrt, (variance + eps,)), x, axes)


def _standardize_np(x: Any, axes: Shape, eps: float) -> Any:
    def mean(v: Any) -> Any:
        total = v.sum(axis=axes, keepdims=True, dtype=v.dtype)
        return total * v.dtype.type(1.0 / max(numel(tuple([x.shape[a] for a in axes])), 1))
    centred = x - mean(x)
    spread = np.sqrt(mean(centred * centred) + x.dtype.type(eps))
    return centred * (np.ones((), x.dtype) / spread)


def _standardize_rule(v: Node, x: Node, axes: Shape, eps: float) -> Node:
    # With n elements, c = x - mean and spread s the Jacobian (1 - 11'/n - cc'/(n s^2)) / s is symmetric:
    # pullback and pushforward are one formula. Written so, it waits for no more walks than the forward.
    _, centred, variance = moments(x, axes)
    inverse = bind(pw.rsqrt, (variance + eps,))
    slope = inverse * inverse * _mean(v * centred, axes)
    return (v - _over(_mean(v, axes), x, axes) - centred * _over(slope, x, axes)) * _over(inverse, x, axes)


def _standardize_sample() -> Iterator[Sample]:
    rng = rng_for("standardize")
    yield Sample((rng.uniform(-1, 1, (4, 3)),), ((0,), 1e-5))
    yield Sample((rng.uniform(-1, 1, (2, 3, 4)),), ((0, 2), 0.25))


standardize = expansion("standardize", "x", "axes eps", _same, _standardize, np=_standardize_np,
                        sample=_standardize_sample,
                        vjp=lambda g, x, axes, eps: (_standardize_rule(g, x, axes, eps),),
                        jvp=lambda dx, x, axes, eps: _standardize_rule(dx, x, axes, eps))


def _layer_norm(x: Node, w: Node, b: Node, n: int, eps: float) -> Node:
    # Not by the rule of `standardize`: the two results then leave in different walks over a row (15 % faster)
    lead, axes = tuple(range(x.ndim - n)), tuple(range(x.ndim - n, x.ndim))
    return _standardize(x, axes, eps) * lin.expand(w, x.shape, lead) + lin.expand(b, x.shape, lead)


def _layer_norm_sample() -> Iterator[Sample]:
    rng = rng_for("layer_norm")
    yield Sample((rng.uniform(-1, 1, (3, 4)), rng.uniform(0.5, 1, (4,)), rng.uniform(-1, 1, (4,))), (1, 1e-5))
    yield Sample((rng.uniform(-1, 1, (2, 2, 3)), rng.uniform(0.5, 1, (2, 3)), rng.uniform(-1, 1, (2, 3))),
                 (2, 1e-5))


layer_norm = expansion("layer_norm", "x w b", "n eps", _same, _layer_norm, sample=_layer_norm_sample)


# --------------------------------------------------------- product: a tree of products, so zeros are harmless
def infer_prod(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    return without(inputs[0].shape, params[0]), inputs[0].dtype


def _prod(x: Node, axes: Shape) -> Node:
    rest = tuple(d for d in range(x.ndim) if d not in axes)
    size = numel(tuple(x.shape[a] for a in axes))
    out_shape = tuple(x.shape[d] for d in rest)
    x = lin.reshape(lin.permute(x, axes + rest), (size, *out_shape))
    if size == 0:
        return lin.full(1, out_shape, x.dtype)
    while x.shape[0] > 1:
        n = x.shape[0]
        half = n // 2
        y = lin.narrow(x, 0, 0, half) * lin.narrow(x, 0, half, half)
        x = bind(lin.concat_p, (y, lin.narrow(x, 0, n - 1, 1)), (0,)) if n % 2 else y
    return lin.reshape(x, out_shape)


def _prod_sample() -> Iterator[Sample]:
    rng = rng_for("prod")
    yield Sample((rng.uniform(-1, 1, (5,)),), ((0,),))
    yield Sample((rng.uniform(-1, 1, (2, 3)) * np.array([[1, 0, 1], [0, 0, 1]]),), ((1,),))


prod = expansion("prod", "x", "axes", infer_prod, _prod, sample=_prod_sample, complex=True)

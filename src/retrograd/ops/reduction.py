"""Reductions whose Jacobian has one row an output: extremes, norm, log-sum-exp. (Sums are in linear.py.)"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.shape import Shape
from retrograd.graph.node import Node, bind, const
from retrograd.ops.families import reduction
from retrograd.ops.linear import expand, reduce_sum
from retrograd.ops.pointwise import exp, where


def _over(y: Node, x: Node, axes: Shape) -> Node:
    return expand(y, x.shape, axes)


def _tied(x: Node, y: Node, axes: Shape) -> Node:
    """1 / (number of ties) where x is the extreme, else 0: ties share the cotangent evenly."""
    hit = x.equal(_over(y, x, axes)).cast(x.dtype)
    return hit / _over(reduce_sum(hit, axes), x, axes)


reduce_max = reduction("reduce_max", lambda x, axes: np.max(x, axis=axes), partials=_tied, lower="max")
reduce_min = reduction("reduce_min", lambda x, axes: np.min(x, axis=axes), partials=_tied, lower="min")


def _norm_np(x: Any, axes: Shape) -> Any:
    return np.sqrt(np.ascontiguousarray(x * x).sum(axis=axes, dtype=x.dtype))


def _norm_partial(x: Node, y: Node, axes: Shape) -> Node:
    over = _over(y, x, axes)
    return bind(where, (over.equal(0.0), const(0.0, x.dtype), x / over))


# sqrt(sum(x**2)); its derivative at 0 is taken as 0, the middle of the subdifferential
reduce_norm = reduction("reduce_norm", _norm_np, partials=_norm_partial, lower="norm")


def _logsumexp_np(x: Any, axes: Shape) -> Any:
    x = np.ascontiguousarray(x)
    top = np.max(x, axis=axes, keepdims=True, initial=-math.inf) if x.size == 0 else \
        np.max(x, axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0).astype(x.dtype, copy=False)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x - top).sum(axis=axes, dtype=x.dtype)) + top.reshape(
            tuple(s for d, s in enumerate(x.shape) if d not in axes))


def _logsumexp_partial(x: Node, y: Node, axes: Shape) -> Node:
    over = _over(y, x, axes)
    return bind(where, (over.equal(-math.inf), const(0.0, x.dtype), bind(exp, (x - over,))))


logsumexp = reduction("logsumexp", _logsumexp_np, partials=_logsumexp_partial, lower="logsumexp")

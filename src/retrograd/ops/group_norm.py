"""Normalisation over groups of channels as one node: what it means, and its derivatives, with sums over the
positions of a channel as the only walks over x and its cotangent.

    y = (x - mean) * (scale * w) + b        mean and scale = 1 / sqrt(var + eps) one a group, w and b one a
                                            channel
x is (N, C, ...). With u = x - mean, s1 and s2 the sums of g and of g u over the positions of a channel, q and
p the sums of w s1 and of w s2 over the channels of a group, and m elements a group:

    dw = sum over N of s2 scale      db = sum over N of s1
    dx = g (w scale) - u (scale^3 p / m) - scale q / m
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import numel
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Sample
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.composite import moments
from retrograd.ops.families import Inferred, expansion, rng_for


class _Group(NamedTuple):
    """Of (N, groups) numbers each, `size` elements in a group; `centred` has x's shape."""

    scale: Node
    centred: Node
    size: int


def _over_positions(v: Node, x: Node) -> Node:
    """(N, C) numbers in x's shape."""
    return lin.expand(v, x.shape, tuple(range(2, x.ndim)))


def _over_batch(v: Node, x: Node) -> Node:
    """One number a channel as (N, C)."""
    return lin.expand(v, x.shape[:2], (0,))


def _channels(v: Node, x: Node) -> Node:
    """(N, groups) numbers as (N, C)."""
    n, groups = v.shape
    return lin.reshape(lin.expand(v, (n, groups, x.shape[1] // groups), (2,)), x.shape[:2])


def _groups(v: Node, groups: int) -> Node:
    """The sums of (N, C) numbers over the channels of each group."""
    n, channels = v.shape
    return lin.reduce_sum(lin.reshape(v, (n, groups, channels // groups)), (2,))


def _group(x: Node, groups: int, eps: float) -> _Group:
    count = numel(x.shape[1:]) // groups
    mean, _, variance = moments(lin.reshape(x, (x.shape[0], groups, count)), (2,))
    return _Group(bind(pw.rsqrt, (variance + eps,)), x - _over_positions(_channels(mean, x), x), count)


def _group_norm(x: Node, w: Node, b: Node, groups: int, eps: float) -> Node:
    of = _group(x, groups, eps)
    slope = _channels(of.scale, x) * _over_batch(w, x)
    return of.centred * _over_positions(slope, x) + _over_positions(_over_batch(b, x), x)


def _group_norm_np(x: Any, w: Any, b: Any, groups: int, eps: float) -> Any:
    rows = x.reshape(x.shape[0], groups, -1)

    def mean(v: Any) -> Any:
        return v.sum(axis=2, keepdims=True, dtype=v.dtype) * v.dtype.type(1 / max(v.shape[2], 1))
    centred = rows - mean(rows)
    scale = 1 / np.sqrt(mean(centred * centred) + x.dtype.type(eps))
    each = (1, x.shape[1], *[1] * (x.ndim - 2))
    return (centred * scale).reshape(x.shape) * w.reshape(each) + b.reshape(each)


def _back(g: Node, of: _Group, x: Node, w: Node, groups: int) -> tuple[Node, Node, Node]:
    axes = tuple(range(2, x.ndim))
    s1, s2 = lin.reduce_sum(g, axes), lin.reduce_sum(g * of.centred, axes)
    each = _over_batch(w, x)
    q, p = _groups(s1 * each, groups), _groups(s2 * each, groups)
    share = 1.0 / max(of.size, 1)
    tilt = of.scale * of.scale * of.scale * p * share
    shift = of.scale * q * share
    slope = _channels(of.scale, x)
    dx = g * _over_positions(slope * each, x) - of.centred * _over_positions(_channels(tilt, x), x) \
        - _over_positions(_channels(shift, x), x)
    return dx, lin.reduce_sum(s2 * slope, (0,)), lin.reduce_sum(s1, (0,))


def _vjp(g: Node, x: Node, w: Node, groups: int, eps: float) -> tuple[Node, Node, Node]:
    return _back(g, _group(x, groups, eps), x, w, groups)


def _jvp(dx: Node | None, dw: Node | None, db: Node | None, x: Node, w: Node, groups: int, eps: float
         ) -> Node:
    of = _group(x, groups, eps)
    shares = []
    if dx is not None:      # the Jacobian of what is left without w and b is symmetric
        one = lin.full(1, w.shape, w.dtype)
        shares.append(_back(dx, of, x, one, groups)[0] * _over_positions(_over_batch(w, x), x))
    if dw is not None:
        shares.append(of.centred * _over_positions(_channels(of.scale, x) * _over_batch(dw, x), x))
    if db is not None:
        shares.append(_over_positions(_over_batch(db, x), x))
    return sum(shares[1:], shares[0])


def _sample() -> Iterator[Sample]:
    rng = rng_for("group_norm")
    for shape, params in (((2, 4, 3), (2, 1e-5)), ((3, 3, 2, 2), (3, 0.25)), ((2, 6), (2, 0.1))):
        yield Sample((rng.uniform(-1, 1, shape), rng.uniform(0.5, 1, shape[1]), rng.uniform(-1, 1, shape[1])),
                     params)


def _infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    return inputs[0].shape, inputs[0].dtype


group_norm = expansion("group_norm", "x w b", "groups eps", _infer, _group_norm, np=_group_norm_np, vjp=_vjp,
                       jvp=_jvp, sample=_sample)

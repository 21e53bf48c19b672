"""Distances, similarities and directions of vectors, and relaxed draws among them."""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import default, finfo
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import axes, axis, broadcast_shapes, without
from retrograd.engine.random import default_generator
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, expand_to, need_tensor, number_node, pair, same_dtype, wrap
from retrograd.functional.reduce import norm
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.composite import softmax
from retrograd.ops.constant import argmax, iota, random_uniform, stop

__all__ = ["cosine_similarity", "pairwise_distance", "cdist", "normalize", "gumbel_softmax"]


def length(x: Node, order: float, dim: int) -> Node:
    """The norm of order `order` along one dimension, which disappears; its derivative at 0 is 0."""
    return norm(wrap(x), order, dim).node


def _floats(a: Any, b: Any, op: str) -> tuple[Node, Node]:
    """Both operands at their common shape, as floats."""
    x, y = pair(a, b, op, floating=True)
    shape = broadcast_shapes(x.shape, y.shape)
    return expand_to(x, shape), expand_to(y, shape)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along dim, which disappears; operands broadcast.

    Derivative to x1: (u2 - cos u1) / |x1| with the unit vectors u.

    >>> import retrograd as rg
    >>> rg.nn.functional.cosine_similarity(rg.tensor([[3., 4.]]), rg.tensor([[4., 3.]]))
    tensor([0.9600])
    """
    a, b = _floats(x1, x2, "cosine_similarity")
    if not a.ndim:
        a, b = lin.reshape(a, (1,)), lin.reshape(b, (1,))
    d = axis(dim, a.ndim, "cosine_similarity")
    least = number_node(eps, a.dtype)

    def unit(x: Node) -> Node:
        return x / lin.expand(bind(p.clamp_min, (length(x, 2, d), least)), x.shape, (d,))
    return wrap(lin.reduce_sum(unit(a) * unit(b), (d,)))


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension: rows (N, D) give (N,), or (N, 1) with keepdim."""
    d = difference(x1, x2, "pairwise_distance")
    return norm(wrap(d + number_node(eps, d.dtype)), p, -1, keepdim)


def difference(x1: Any, x2: Any, op: str) -> Node:
    """x1 - x2 as floats; of integers it is taken before, in their dtype."""
    a, b = pair(x1, x2, op)
    d = a - b
    return d if d.dtype.smooth else lin.cast(d, default())


def cdist(x1: Any, x2: Any, p: float = 2.0,
          compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """Distances between all rows: (..., P, D) and (..., R, D) give (..., P, R). Always computed from
    differences, so near points lose no digits (compute_mode is accepted and changes nothing). Derivative at
    distance 0: 0."""
    a, b = need_tensor(x1, "cdist", "x1"), need_tensor(x2, "cdist", "x2")
    same_dtype("cdist", ("x1", a), ("x2", b))
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"x1 is {a.shape}, x2 is {b.shape}", op="cdist",
                         expected="(..., P, D) and (..., R, D) with one D")
    if p < 0:
        raise ArgumentError(f"p is {p}", op="cdist", expected="a number >= 0")
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    shape = (*lead, a.shape[-2], b.shape[-2], a.shape[-1])
    rows = expand_to(lin.reshape(a, (*a.shape[:-1], 1, a.shape[-1])), shape)
    columns = expand_to(lin.reshape(b, (*b.shape[:-2], 1, *b.shape[-2:])), shape)
    return norm(wrap(rows - columns), p, -1)


def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: None = None) -> Tensor:
    """x / max(norm(x, p, dim), eps): vectors of length 1 along dim (an int or several); zero vectors stay
    zero."""
    x = need_tensor(input, "normalize")
    if out is not None:
        raise ArgumentError("out is given", op="normalize", fix="Assign the result instead.")
    size = norm(input, p, dim, True).node
    bounded = lin.cast(_clamp_min(size, eps), x.dtype)      # the length of complex vectors is real
    over = axes(dim, x.ndim, "normalize")
    return wrap(x / lin.expand(lin.reshape(bounded, without(x.shape, over)), x.shape, over))


def _clamp_min(x: Node, low: float) -> Node:
    return bind(p.clamp_min, (x, number_node(low, x.dtype)))


def gumbel_softmax(logits: Any, tau: float = 1.0, hard: bool = False, eps: float = 1e-10,
                   dim: int = -1) -> Tensor:
    """softmax((logits + Gumbel noise) / tau) along dim: a relaxed draw from the categorical distribution.

    hard: the value is one-hot (the largest), the derivative that of the relaxed draw. eps is accepted and
    unused.
    """
    x = float_input(logits, "gumbel_softmax")
    d = axis(dim, x.ndim, "gumbel_softmax")
    uniform = bind(random_uniform, default_generator.draw(), (x.shape, x.dtype.name))
    uniform = _clamp_min(uniform, finfo(x.dtype).tiny)
    noise = -bind(p.log, (-bind(p.log, (uniform,)),))
    y = bind(softmax, ((x + noise) / number_node(tau, x.dtype),), (d,))
    if not hard:
        return wrap(y)
    best = lin.expand(bind(argmax, (y,), (d,)), x.shape, (d,))
    chosen = lin.cast(best.equal(bind(iota, (), (x.shape, d, "int64"))), x.dtype)
    return wrap(chosen - bind(stop, (y,)) + y)

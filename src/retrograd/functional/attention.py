"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import BOOL, bool_
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import Shape, broadcast_shapes
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, expand_to, need_tensor, number_node, same_dtype, wrap
from retrograd.functional.dropping import dropped
from retrograd.graph.node import Node, bind, const
from retrograd.ops import composite
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import iota, stop
from retrograd.ops.contract import matmul
from retrograd.ops.reduction import reduce_max

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(query: Any, key: Any, value: Any, attn_mask: Any = None,
                                 dropout_p: float = 0.0, is_causal: bool = False, *,
                                 scale: float | None = None, enable_gqa: bool = False) -> Tensor:
    """softmax(query key^T * scale + mask) value: query (..., L, E), key (..., S, E), value (..., S, V) give
    (..., L, V); scale is 1 / sqrt(E) by default.

    attn_mask (broadcast to (..., L, S)): bool, True where attention is allowed, or floats added to the
    scores. is_causal: row i sees columns up to i. A row that sees nothing gives zeros. dropout_p drops
    weights, always. enable_gqa: fewer heads (dimension -3) of key and value, each serving several of the
    query.

    >>> import retrograd as rg
    >>> q = rg.zeros(1, 2, 4)
    >>> v = rg.tensor([[[1.], [3.]]])
    >>> rg.nn.functional.scaled_dot_product_attention(q, q, v, is_causal=True)
    tensor([[[1.],
             [2.]]])
    """
    op = "scaled_dot_product_attention"
    q, k, v = float_input(query, op), need_tensor(key, op, "key"), need_tensor(value, op, "value")
    same_dtype(op, ("query", q), ("key", k), ("value", v))
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(f"query is {q.shape}, key is {k.shape}, value is {v.shape}", op=op,
                         expected="(..., L, E), (..., S, E) and (..., S, V)")
    if attn_mask is not None and is_causal:
        raise ArgumentError("attn_mask and is_causal are both given", op=op, expected="one of them")
    if enable_gqa:
        k, v = _repeated_heads(q, k, op), _repeated_heads(q, v, op)
    lead = broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (expand_to(x, (*lead, *x.shape[-2:])) for x in (q, k, v))
    factor = 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = matmul(q * number_node(factor, q.dtype), lin.swap_last(k))
    if is_causal:
        scores = _allowed(scores, _causal(scores.shape))
    weights = bind(composite.softmax, (scores,), (scores.ndim - 1,)) if attn_mask is None else \
        _masked_softmax(scores, need_tensor(attn_mask, op, "attn_mask"), op)
    if dropout_p > 0.0:
        weights = dropped(weights, float(dropout_p))
    return wrap(matmul(weights, v))


def _repeated_heads(q: Node, x: Node, op: str) -> Node:
    if q.ndim < 3 or x.ndim != q.ndim or q.shape[-3] % x.shape[-3]:
        raise ShapeError(f"query is {q.shape}, key or value is {x.shape}", op=op,
                         expected="heads (dimension -3) of the query to be a multiple of theirs")
    times = q.shape[-3] // x.shape[-3]
    wide = (*x.shape[:-2], times, *x.shape[-2:])
    repeated = lin.expand(x, wide, (x.ndim - 2,))
    return lin.reshape(repeated, (*x.shape[:-3], q.shape[-3], *x.shape[-2:]))


def _causal(shape: Shape) -> Node:
    """True at and below the diagonal of the last two axes."""
    places = [bind(iota, (), ((size,), 0, "int64")) for size in shape[-2:]]
    rows, columns = (lin.expand(n, shape[-2:], (1 - d,)) for d, n in enumerate(places))
    return expand_to(columns <= rows, shape)


def _allowed(scores: Node, mask: Node) -> Node:
    return bind(p.where, (mask, scores, const(-math.inf, scores.dtype)))


def _masked_softmax(scores: Node, mask: Node, op: str) -> Node:
    """Softmax of the last axis; zeros in rows where the mask lets nothing through."""
    if mask.dtype.kind != BOOL and not mask.dtype.is_floating_point:
        raise DTypeError(f"attn_mask is {mask.dtype.name}", op=op, expected="bool or floating-point",
                         fix="Convert it with  attn_mask.bool() .")
    try:
        shape = broadcast_shapes(scores.shape, mask.shape)
    except ShapeError:
        shape = ()
    if shape != scores.shape:
        raise ShapeError(f"attn_mask is {mask.shape}, the scores are {scores.shape}", op=op,
                         expected="a mask that broadcasts to the scores (..., L, S)")
    mask = expand_to(mask, scores.shape)
    last = scores.ndim - 1
    scores = _allowed(scores, mask) if mask.dtype is bool_ else scores + lin.cast(mask, scores.dtype)
    top = bind(stop, (bind(reduce_max, (scores,), ((last,),)),))
    blind = lin.expand(top.equal(-math.inf), scores.shape, (last,))
    zero = const(0, scores.dtype)
    weights = bind(composite.softmax, (bind(p.where, (blind, zero, scores)),), (last,))
    return bind(p.where, (blind, zero, weights))

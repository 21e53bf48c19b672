"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import BOOL, DType, bool_
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Shape, broadcast_shapes
from retrograd.engine.random import default_generator
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, TensorBase, expand_to, hooks, need_tensor, same_dtype, wrap
from retrograd.graph.node import Node, bind, const, record
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.attention import attention_p

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

    Scores are computed a block at a time, forward and backward, and never lie in memory as a matrix, nor do
    the weights that are dropped; with a mask that requires a gradient, heads of more than 1,024 elements, and
    in second derivatives they do.

    >>> import retrograd as rg
    >>> q = rg.zeros(1, 2, 4)
    >>> v = rg.tensor([[[1.], [3.]]])
    >>> rg.nn.functional.scaled_dot_product_attention(q, q, v, is_causal=True)
    tensor([[[1.],
             [2.]]])
    """
    op = "scaled_dot_product_attention"
    if attn_mask is None and not dropout_p and isinstance(query, TensorBase) and isinstance(key, TensorBase) \
            and isinstance(value, TensorBase):              # the common case, without a detour
        q, k, v = query.node, key.node, value.node
        a, b, c, kind = q.shape, k.shape, v.shape, q.dtype
        if len(a) > 1 and a[:-2] == b[:-2] == c[:-2] and a[-1] == b[-1] and b[-2] == c[-2] \
                and kind is k.dtype and kind is v.dtype and kind.is_floating_point:
            factor = 1.0 / math.sqrt(a[-1]) if scale is None else float(scale)
            how = bool(is_causal), factor, 0.0
            return hooks.wrap(record(attention_p, (q, k, v), how, (*a[:-1], c[-1]), kind, local.state))
    q, k, v = float_input(query, op), need_tensor(key, op, "key"), need_tensor(value, op, "value")
    same_dtype(op, ("query", q), ("key", k), ("value", v))
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(f"query is {q.shape}, key is {k.shape}, value is {v.shape}", op=op,
                         expected="(..., L, E), (..., S, E) and (..., S, V)")
    if attn_mask is not None and is_causal:
        raise ArgumentError("attn_mask and is_causal are both given", op=op, expected="one of them")
    heads = q.shape[:-2] if enable_gqa else broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    whole = (*heads, q.shape[-2], v.shape[-1])
    mask = None if attn_mask is None else \
        _bias(need_tensor(attn_mask, op, "attn_mask"), (*heads, q.shape[-2], k.shape[-2]), q.dtype, op)
    if enable_gqa:
        times = _times(q, k, op), _times(q, v, op)
        if times[0] != times[1]:                # rows of keys and of values are shared by different numbers
            k, v = (_repeated(x, t) for x, t in ((k, times[0]), (v, times[1])))
        elif mask is None and not is_causal:    # all rows see the same: those of a group are rows of one head
            q = lin.reshape(q, (*q.shape[:-3], k.shape[-3], times[0] * q.shape[-2], q.shape[-1]))
        else:
            q, k, v, mask = _in_groups(q, k, v, mask, times[0])
    lead = broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (expand_to(x, (*lead, *x.shape[-2:])) for x in (q, k, v))
    factor = 1.0 / math.sqrt(q.shape[-1]) if scale is None else float(scale)
    given = (q, k, v) if mask is None else (q, k, v, expand_to(mask, (*q.shape[:-1], k.shape[-2])))
    if not 0.0 <= dropout_p <= 1.0:
        raise ArgumentError(f"dropout_p is {dropout_p}", op=op, expected="a probability from 0 to 1")
    drop = float(dropout_p)
    draw = default_generator.draw() if drop else ()
    y = bind(attention_p, (*given, *draw), (bool(is_causal), factor, drop))
    return wrap(y if y.shape == whole else lin.reshape(y, whole))


def _times(q: Node, x: Node, op: str) -> int:
    """How many heads of the query share one of x."""
    if q.ndim < 3 or x.ndim != q.ndim or q.shape[-3] % x.shape[-3]:
        raise ShapeError(f"query is {q.shape}, key or value is {x.shape}", op=op,
                         expected="heads (dimension -3) of the query to be a multiple of theirs")
    return q.shape[-3] // x.shape[-3]


def _repeated(x: Node, times: int) -> Node:
    wide = (*x.shape[:-2], times, *x.shape[-2:])
    repeated = lin.expand(x, wide, (x.ndim - 2,))
    return lin.reshape(repeated, (*x.shape[:-3], x.shape[-3] * times, *x.shape[-2:]))


def _in_groups(q: Node, k: Node, v: Node, mask: Node | None, times: int) -> tuple[Any, ...]:
    """Heads of the query as groups of those that share keys and values, which are read where they lie."""
    def split(x: Node) -> Node:
        return lin.reshape(x, (*x.shape[:-3], x.shape[-3] // times, times, *x.shape[-2:]))

    def shared(x: Node) -> Node:
        return lin.reshape(x, (*x.shape[:-2], 1, *x.shape[-2:]))
    if mask is not None and mask.ndim > 2:
        mask = split(mask) if mask.shape[-3] > 1 else shared(mask)
    return split(q), shared(k), shared(v), mask


def _bias(mask: Node, scores: Shape, dtype: DType, op: str) -> Node:
    """A mask as numbers that are added to the scores, in its own shape."""
    if mask.dtype.kind != BOOL and not mask.dtype.is_floating_point:
        raise DTypeError(f"attn_mask is {mask.dtype.name}", op=op, expected="bool or floating-point",
                         fix="Convert it with  attn_mask.bool() .")
    try:
        shape = broadcast_shapes(scores, mask.shape)
    except ShapeError:
        shape = ()
    if shape != scores:
        raise ShapeError(f"attn_mask is {mask.shape}, the scores are {scores}", op=op,
                         expected="a mask that broadcasts to the scores (..., L, S)")
    if mask.dtype is bool_:
        return bind(p.where, (mask, const(0.0, dtype), const(-math.inf, dtype)))
    return lin.cast(mask, dtype)

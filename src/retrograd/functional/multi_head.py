"""Multi-head attention as a function of its weights: queries, keys and values go in, what each query gathers
from the values comes out."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from retrograd.base.dtype import bool_
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional.activation import softmax
from retrograd.functional.attention import scaled_dot_product_attention
from retrograd.functional.door import Tensor, wrap
from retrograd.functional.dropping import dropout
from retrograd.functional.elementwise import eq, masked_fill
from retrograd.functional.padding import pad
from retrograd.functional.planned import planned
from retrograd.functional.products import linear
from retrograd.functional.reduce import amax
from retrograd.functional.shape import cat, chunk
from retrograd.graph.node import Node, const
from retrograd.ops import linear as lin

__all__ = ["multi_head_attention_forward"]

OP = "MultiheadAttention"


class Weights(NamedTuple):
    """What `MultiheadAttention` learns: one matrix for queries, keys and values, or one each."""

    heads: int
    joint: Any                      # (3E, E), or None
    apart: tuple[Any, Any, Any]     # of q, k and v
    bias: Any                       # (3E), or None
    bias_k: Any
    bias_v: Any
    out: Any
    out_bias: Any


class Masks(NamedTuple):
    """What is forbidden, or added to the scores; `causal` says that `scores` is causal."""

    scores: Any
    padding: Any
    causal: bool


def multi_head_attention_forward(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, in_proj_weight: Any,
    in_proj_bias: Any, bias_k: Any, bias_v: Any, add_zero_attn: bool, dropout_p: float, out_proj_weight: Any,
    out_proj_bias: Any, training: bool = True, key_padding_mask: Any = None, need_weights: bool = True,
    attn_mask: Any = None, use_separate_proj_weight: bool = False, q_proj_weight: Any = None,
    k_proj_weight: Any = None, v_proj_weight: Any = None, static_k: Any = None, static_v: Any = None,
    average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """What `nn.MultiheadAttention` computes, with its weights as arguments: (output, weights or None).

    query (L, N, E), key (S, N, kdim), value (S, N, vdim), or without N. `static_k` and `static_v`
    (N * num_heads, S, E / num_heads) stand for the projected keys and values. Masks, and the rows that see
    nothing, are those of the layer.

    >>> import retrograd as rg
    >>> x, w = rg.ones(3, 1, 4), rg.eye(4)
    >>> y, weights = rg.nn.functional.multi_head_attention_forward(
    ...     x, x, x, 4, 2, rg.cat([w, w, w]), None, None, None, False, 0.0, w, None)
    >>> tuple(y.shape), weights[0, 0]
    ((3, 1, 4), tensor([0.3333, 0.3333, 0.3333]))
    """
    if query.shape[-1] != embed_dim_to_check or embed_dim_to_check % num_heads:
        raise ShapeError(f"query has {query.shape[-1]} features, there are {num_heads} heads", op=OP,
                         expected=f"{embed_dim_to_check} features, a multiple of the heads")
    missing = [name for name, w in (("in_proj_weight", in_proj_weight),) if w is None] \
        if not use_separate_proj_weight else \
        [f"{name}_proj_weight" for name, w in zip("qkv", (q_proj_weight, k_proj_weight, v_proj_weight))
         if w is None]
    if missing:
        raise ArgumentError(f"{missing[0]} is None", op=OP,
                            expected=f"a matrix, as use_separate_proj_weight is {use_separate_proj_weight}")
    weights = Weights(num_heads, None if use_separate_proj_weight else in_proj_weight,
                      (q_proj_weight, k_proj_weight, v_proj_weight), in_proj_bias, bias_k, bias_v,
                      out_proj_weight, out_proj_bias)
    return attended(query, key, value, weights, Masks(attn_mask, key_padding_mask, is_causal), batch=1,
                    zero=add_zero_attn, drop=dropout_p if training else 0.0, need_weights=need_weights,
                    average=average_attn_weights, static=(static_k, static_v))


def attended(query: Any, key: Any, value: Any, weights: Weights, masks: Masks, *, batch: int, zero: bool,
             drop: float, need_weights: bool, average: bool, static: tuple[Any, Any] = (None, None)
             ) -> tuple[Tensor, Tensor | None]:
    """The same; `batch` is the dimension of the examples, 0 or 1."""
    if masks.causal and masks.scores is None:
        raise ArgumentError("is_causal without attn_mask", op=OP,
                            expected="the mask too, as PyTorch asks for it",
                            fix="Give  attn_mask=nn.Transformer.generate_square_subsequent_mask(L)  or "
                            "a bool mask that is True above the diagonal.")
    batched = query.ndim == 3
    if query.ndim not in (2, 3) or key.ndim != query.ndim or value.ndim != query.ndim:
        raise ShapeError(f"query, key and value are {[tuple(x.shape) for x in (query, key, value)]}", op=OP,
                         expected="three tensors of 3 dimensions, or of 2 (no batch)")
    alone = query is key and key is value
    if not batched:
        query, key, value = (x.unsqueeze(batch) for x in (query, key, value))
        if masks.padding is not None:
            masks = masks._replace(padding=masks.padding.unsqueeze(0))
    q, k, v = _projected(query, key, value, weights, alone)
    extra, steps = 0, 1 - batch
    if weights.bias_k is not None:
        k, v = (cat([x, b.expand(*(x.shape[d] if d == batch else 1 for d in (0, 1)), x.shape[2])], steps)
                for x, b in ((k, weights.bias_k), (v, weights.bias_v)))
        extra = 1
    q, k, v = (_heads(x, weights.heads, batch) for x in (q, k, v))
    k, v = (x if s is None else s.unflatten(0, (-1, weights.heads)) for x, s in zip((k, v), static))
    if zero:
        k, v = (cat([x, wrap(lin.full(0, (*x.shape[:2], 1, x.shape[3]), x.dtype))], 2) for x in (k, v))
        extra += 1
    # The mask that is said to be causal is not read where nothing else is hidden.
    causal = masks.causal and not need_weights and masks.padding is None and not extra
    mask = None if causal else _mask(masks, q, k.shape[2] - extra, extra)
    if need_weights:
        scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2)
        seen = _softmax(scores if mask is None else scores + mask)
        seen = dropout(seen, drop) if drop else seen
        y = seen @ v
    else:
        y = scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=drop, is_causal=causal)
    y = linear(y.permute(*((0, 2) if batch == 0 else (2, 0)), 1, 3).flatten(2), weights.out, weights.out_bias)
    y = y if batched else y.squeeze(batch)
    if not need_weights:
        return y, None
    seen = seen.mean(1) if average else seen
    return y, seen if batched else seen.squeeze(0)


def _projected(query: Any, key: Any, value: Any, weights: Weights, alone: bool) -> tuple[Any, ...]:
    if weights.joint is not None and alone:
        return chunk(linear(query, weights.joint, weights.bias), 3, -1)
    matrices = weights.apart if weights.joint is None else chunk(weights.joint, 3)
    biases = (None,) * 3 if weights.bias is None else chunk(weights.bias, 3)
    return tuple(linear(x, w, b) for x, w, b in zip((query, key, value), matrices, biases))


def _heads(x: Any, heads: int, batch: int) -> Tensor:
    """(N, heads, steps, d) of (N, steps, E) or (steps, N, E)."""
    return wrap(_split((x.node,), heads, batch))


@planned
def _split(nodes: tuple[Node], heads: int, batch: int) -> Node:
    x, = nodes
    apart = lin.reshape(x, (*x.shape[:-1], heads, x.shape[-1] // heads))
    return lin.permute(apart, (batch, 2, 1 - batch, 3))


def _mask(masks: Masks, q: Any, length: int, extra: int) -> Tensor | None:
    """Both masks as numbers that are added to the scores (N, heads, L, S + extra)."""
    parts = []
    many, heads, rows, _ = q.shape
    if masks.scores is not None:
        asked = tuple(masks.scores.shape)
        if asked not in ((rows, length), (many * heads, rows, length)):
            raise ShapeError(f"attn_mask is {asked}", op=OP,
                             expected=f"{(rows, length)} or {(many * heads, rows, length)}")
        parts.append(masks.scores.unflatten(0, (many, heads)) if masks.scores.ndim == 3 else masks.scores)
    if masks.padding is not None:
        if tuple(masks.padding.shape) != (many, length):
            raise ShapeError(f"key_padding_mask is {tuple(masks.padding.shape)}", op=OP,
                             expected=f"{(many, length)}")
        parts.append(masks.padding[:, None, None, :])
    if not parts:
        return None
    zero = wrap(const(0.0, q.dtype))
    numbers = [masked_fill(zero, m, -math.inf) if m.dtype is bool_ else m.to(q.dtype) for m in parts]
    mask = numbers[0] if len(numbers) == 1 else numbers[0] + numbers[1]
    return pad(mask, (0, extra)) if extra else mask


def _softmax(scores: Any) -> Any:
    """Softmax of the last dimension; zeros where everything is forbidden."""
    blind = eq(amax(scores.detach(), -1, keepdim=True), -math.inf)
    return softmax(scores.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0)

"""Multi-head attention: queries, keys and values go in, what each query gathers from the values comes out."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import bool_
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.nn import init
from retrograd.nn.linear import Linear
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, zeros
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class MultiheadAttention(Module):
    """softmax(q k^T / sqrt(d) + mask) v in each of `num_heads` heads of d = embed_dim / num_heads, joined and
    mapped once more (Vaswani et al., 2017).

    Shapes: query (L, N, E), key (S, N, kdim), value (S, N, vdim), or with the batch first, or without it; the
    output is as the query, the weights (N, L, S), or (N, heads, L, S) with `average_attn_weights=False`.
    Masks are PyTorch's: True in `attn_mask` (L, S) or (N * heads, L, S) and in `key_padding_mask` (N, S)
    forbids; numbers are added to the scores. `dropout` drops weights in training. A query that may see
    nothing gathers zeros. Parameters: in_proj_weight (3E, E), or q_proj_weight, k_proj_weight and
    v_proj_weight where kdim or vdim differ; in_proj_bias; out_proj; bias_k and bias_v with `add_bias_kv`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> attention = nn.MultiheadAttention(8, 2, batch_first=True)
    >>> x = torch.randn(3, 5, 8)
    >>> y, weights = attention(x, x, x)
    >>> tuple(y.shape), tuple(weights.shape)
    ((3, 5, 8), (3, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0 or embed_dim % num_heads:
            raise ArgumentError(
                f"embed_dim is {embed_dim}, num_heads is {num_heads}",
                op="MultiheadAttention",
                expected="embed_dim to be a positive multiple of num_heads",
            )
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim

        def parameter(*shape: int) -> Parameter:
            return Parameter(empty(*shape, device=device, dtype=dtype))

        same = self._qkv_same_embed_dim
        for name, width in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            self.register_parameter(f"{name}_proj_weight", None if same else parameter(embed_dim, width))
        self.register_parameter("in_proj_weight", parameter(3 * embed_dim, embed_dim) if same else None)
        self.register_parameter("in_proj_bias", parameter(3 * embed_dim) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        for name in ("bias_k", "bias_v"):
            self.register_parameter(name, parameter(1, 1, embed_dim) if add_bias_kv else None)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for b in (self.bias_k, self.bias_v):
            if b is not None:
                init.xavier_normal_(b)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(output, weights or None). `is_causal` says that `attn_mask`, which must be given, is causal."""
        if is_causal and attn_mask is None:
            raise ArgumentError(
                "is_causal without attn_mask",
                op="MultiheadAttention",
                expected="the mask too, as PyTorch asks for it",
                fix="Give  attn_mask=nn.Transformer.generate_square_subsequent_mask(L)  or "
                "a bool mask that is True above the diagonal.",
            )
        batched = query.ndim == 3
        if query.ndim not in (2, 3) or key.ndim != query.ndim or value.ndim != query.ndim:
            raise ShapeError(
                f"query, key and value are {[tuple(x.shape) for x in (query, key, value)]}",
                op="MultiheadAttention",
                expected="three tensors of 3 dimensions, or of 2 (no batch)",
            )
        if not batched:
            query, key, value = (x.unsqueeze(0) for x in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        q, k, v = self._projected(query, key, value)
        extra = 0
        if self.bias_k is not None:
            k = F.cat([k, self.bias_k.expand(len(k), 1, self.embed_dim)], 1)
            v = F.cat([v, self.bias_v.expand(len(v), 1, self.embed_dim)], 1)
            extra = 1
        q, k, v = (self._heads(x) for x in (q, k, v))
        if self.add_zero_attn:
            nothing = zeros(*k.shape[:2], 1, self.head_dim, dtype=k.dtype)
            k, v, extra = F.cat([k, nothing], 2), F.cat([v, nothing], 2), extra + 1
        # The mask that is said to be causal is not read where nothing else is hidden.
        causal = is_causal and not need_weights and key_padding_mask is None and not extra
        mask = None if causal else self._mask(attn_mask, key_padding_mask, q, k.shape[2] - extra, extra)
        drop = self.dropout if self.training else 0.0
        if need_weights:
            scores = (q / math.sqrt(self.head_dim)) @ k.transpose(-1, -2)
            weights = _softmax(scores if mask is None else scores + mask)
            if drop:
                weights = F.dropout(weights, drop)
            y = weights @ v
        else:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=drop, is_causal=causal)
        y = self.out_proj(y.transpose(1, 2).flatten(2))
        if batched and not self.batch_first:
            y = y.transpose(0, 1)
        if not need_weights:
            return (y if batched else y.squeeze(0)), None
        weights = weights.mean(1) if average_attn_weights else weights
        return (y, weights) if batched else (y.squeeze(0), weights.squeeze(0))

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        biases = [None] * 3 if self.in_proj_bias is None else F.chunk(self.in_proj_bias, 3)
        if self._qkv_same_embed_dim:
            if query is key and key is value:
                q, k, v = F.chunk(F.linear(query, self.in_proj_weight, self.in_proj_bias), 3, -1)
                return q, k, v
            weights = F.chunk(self.in_proj_weight, 3)
        else:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases))
        return q, k, v

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, self.head_dim)).transpose(1, 2)

    def _mask(
        self, attn_mask: Tensor | None, padding: Tensor | None, q: Tensor, length: int, extra: int
    ) -> Tensor | None:
        """Both masks as numbers that are added to the scores (N, heads, L, S + extra)."""
        parts = []
        if attn_mask is not None:
            asked = tuple(attn_mask.shape)
            batch, rows = q.shape[0], q.shape[2]
            if asked not in ((rows, length), (batch * self.num_heads, rows, length)):
                raise ShapeError(
                    f"attn_mask is {asked}",
                    op="MultiheadAttention",
                    expected=f"{(rows, length)} or {(batch * self.num_heads, rows, length)}",
                )
            many = attn_mask.ndim == 3
            parts.append(attn_mask.unflatten(0, (batch, self.num_heads)) if many else attn_mask)
        if padding is not None:
            if tuple(padding.shape) != (q.shape[0], length):
                raise ShapeError(
                    f"key_padding_mask is {tuple(padding.shape)}",
                    op="MultiheadAttention",
                    expected=f"{(q.shape[0], length)}",
                )
            parts.append(padding[:, None, None, :])
        if not parts:
            return None
        numbers = [
            zeros(*m.shape, dtype=q.dtype).masked_fill(m, -math.inf) if m.dtype is bool_ else m.to(q.dtype)
            for m in parts
        ]
        mask = numbers[0] if len(numbers) == 1 else numbers[0] + numbers[1]
        return F.pad(mask, (0, extra)) if extra else mask


def _softmax(scores: Tensor) -> Tensor:
    """Softmax of the last dimension; zeros where everything is forbidden."""
    blind = F.eq(F.amax(scores.detach(), -1, keepdim=True), -math.inf)
    return F.softmax(scores.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0)

"""Multi-head attention: queries, keys and values go in, what each query gathers from the values comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.functional.multi_head import Masks, Weights, attended
from retrograd.nn import init
from retrograd.nn.linear import Linear
from retrograd.nn.module import Module
from retrograd.tensors.create import empty
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class SDPBackend(Enum):
    """PyTorch's ways of computing attention. There is one here, chosen by shape."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(backends: Sequence[SDPBackend] | SDPBackend, set_priority: bool = False) -> Iterator[None]:
    """Accepted; has no effect: the bits of `scaled_dot_product_attention` depend on its inputs alone.

    >>> with sdpa_kernel(SDPBackend.MATH):
    ...     pass
    """
    for backend in [backends] if isinstance(backends, SDPBackend) else backends:
        if not isinstance(backend, SDPBackend):
            raise TypeError(f"sdpa_kernel: expected SDPBackend, got {type(backend).__name__}")
    yield


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
        weights = Weights(
            self.num_heads,
            self.in_proj_weight,
            (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight),
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.out_proj.weight,
            self.out_proj.bias,
        )
        return attended(
            query,
            key,
            value,
            weights,
            Masks(attn_mask, key_padding_mask, is_causal),
            batch=0 if self.batch_first else 1,
            zero=self.add_zero_attn,
            drop=self.dropout if self.training else 0.0,
            need_weights=need_weights,
            average=average_attn_weights,
        )

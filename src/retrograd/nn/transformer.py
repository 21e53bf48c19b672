"""The Transformer (Vaswani et al., 2017): layers of attention and of a small network, stacks of them, and the
whole of an encoder and a decoder. Parameters, names and masks are PyTorch's."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.nn import init
from retrograd.nn.attention import MultiheadAttention
from retrograd.nn.container import ModuleList
from retrograd.nn.dropout import Dropout
from retrograd.nn.linear import Linear
from retrograd.nn.module import Module
from retrograd.nn.normalization import LayerNorm
from retrograd.tensors.create import full
from retrograd.tensors.tensor import Tensor

Activation = str | Callable[[Tensor], Tensor]


def _function(activation: Activation, op: str) -> Callable[[Tensor], Tensor]:
    known: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}
    if not isinstance(activation, str):
        return activation
    if activation not in known:
        raise ArgumentError(
            f"activation is {activation!r}",
            op=op,
            expected="'relu', 'gelu', or a function of a tensor",
        )
    return known[activation]


class _Layer(Module):
    """What encoder and decoder layers are: attention to one thing after another, by these names, and the
    network linear1, linear2; a norm and a dropout each."""

    _attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        where = {"device": device, "dtype": dtype}
        for name in self._attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, **where
            )
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, **where)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, **where)
        self.norm_first = norm_first
        count = len(self._attentions) + 1
        for k in range(1, count + 1):
            setattr(self, f"norm{k}", LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **where))
        for k in range(1, count + 1):
            setattr(self, f"dropout{k}", Dropout(dropout))
        self.activation = _function(activation, type(self).__name__)

    def _with_branches(self, x: Tensor, branches: list[Callable[[Tensor], Tensor]]) -> Tensor:
        """x plus each branch in turn, with a norm before each branch or after each sum."""
        for k, branch in enumerate(branches, 1):
            norm, drop = getattr(self, f"norm{k}"), getattr(self, f"dropout{k}")
            x = x + drop(branch(norm(x))) if self.norm_first else norm(x + drop(branch(x)))
        return x

    def _network(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


def _attended(
    attention: Module, x: Tensor, to: Tensor, mask: Tensor | None, padding: Tensor | None, causal: bool
) -> Tensor:
    return attention(
        x, to, to, attn_mask=mask, key_padding_mask=padding, is_causal=causal, need_weights=False
    )[0]


class TransformerEncoderLayer(_Layer):
    """x + self_attn(x), then x + linear2(activation(linear1(x))), each sum normalised, or with `norm_first`
    each branch's input.

    Shapes: src (L, N, E), or with the batch first, or (L, E); the output is as src. Masks as in
    MultiheadAttention: `src_mask` (L, L) or (N * heads, L, L), `src_key_padding_mask` (N, L), True forbids;
    `is_causal` says that `src_mask`, which must be given, is causal.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> tuple(layer(torch.randn(3, 5, 8)).shape)
    (3, 5, 8)
    """

    _attentions = ("self_attn",)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The layer's output, in the shape of `src`."""

        def itself(x: Tensor) -> Tensor:
            return _attended(self.self_attn, x, x, src_mask, src_key_padding_mask, is_causal)

        return self._with_branches(src, [itself, self._network])


class TransformerDecoderLayer(_Layer):
    """As the encoder's layer, with attention to `memory`, what an encoder made, in between.

    Shapes: tgt (L, N, E), memory (S, N, E), or with the batch first, or without one; the output is as tgt.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.TransformerDecoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> tuple(layer(torch.randn(3, 5, 8), torch.randn(3, 7, 8)).shape)
    (3, 5, 8)
    """

    _attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The layer's output, in the shape of `tgt`."""

        def itself(x: Tensor) -> Tensor:
            return _attended(self.self_attn, x, x, tgt_mask, tgt_key_padding_mask, tgt_is_causal)

        def other(x: Tensor) -> Tensor:
            return _attended(
                self.multihead_attn, x, memory, memory_mask, memory_key_padding_mask, memory_is_causal
            )

        return self._with_branches(tgt, [itself, other, self._network])


class _Stack(Module):
    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def _through(self, x: Tensor, *given: Any, **options: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *given, **options)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(_Stack):
    """`num_layers` copies of a layer, one after the other, and `norm` at the end.

    `enable_nested_tensor` and `mask_check` are accepted and change nothing.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> tuple(nn.TransformerEncoder(layer, num_layers=2)(torch.randn(3, 5, 8)).shape)
    (3, 5, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """`is_causal=True` says that `mask` is causal; None is as False, to the same result."""
        return self._through(
            src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal)
        )


class TransformerDecoder(_Stack):
    """`num_layers` copies of a layer, all of which look at the same memory, and `norm` at the end.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.TransformerDecoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> y = nn.TransformerDecoder(layer, num_layers=2)(torch.randn(3, 5, 8), torch.randn(3, 7, 8))
    >>> tuple(y.shape)
    (3, 5, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """`tgt_is_causal=True` says that `tgt_mask` is causal; None is as False, to the same result."""
        return self._through(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=bool(tgt_is_causal),
            memory_is_causal=memory_is_causal,
        )


class Transformer(Module):
    """An encoder of `src` and a decoder that makes the output of `tgt` with it. Matrices start as
    xavier_uniform.

    Shapes: src (S, N, E), tgt (T, N, E), or with the batch first, or without one; the output is as tgt.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> model = nn.Transformer(8, 2, 1, 1, dim_feedforward=16, batch_first=True)
    >>> mask = model.generate_square_subsequent_mask(5)
    >>> tuple(model(torch.randn(3, 7, 8), torch.randn(3, 5, 8), tgt_mask=mask).shape)
    (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        given = d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first
        where = {"device": device, "dtype": dtype}

        def norm() -> LayerNorm:
            return LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **where)

        self.encoder = custom_encoder
        if custom_encoder is None:
            layer = TransformerEncoderLayer(*given, bias=bias, **where)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm())
        self.decoder = custom_decoder
        if custom_decoder is None:
            other = TransformerDecoderLayer(*given, bias=bias, **where)
            self.decoder = TransformerDecoder(other, num_decoder_layers, norm())
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The decoder's output, in the shape of `tgt`."""
        batch = 0 if self.batch_first else 1
        if src.ndim != tgt.ndim or src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model or (
            src.ndim == 3 and src.shape[batch] != tgt.shape[batch]
        ):
            raise ShapeError(
                f"src is {tuple(src.shape)}, tgt is {tuple(tgt.shape)}",
                op="Transformer",
                expected=f"one batch, and {self.d_model} features in both",
            )
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """(sz, sz): -inf above the diagonal, else 0.

        >>> import retrograd as torch
        >>> torch.nn.Transformer.generate_square_subsequent_mask(2).tolist()
        [[0.0, -inf], [0.0, 0.0]]
        """
        return F.triu(full((sz, sz), -math.inf, device=device, dtype=dtype), 1)

"""Dropout: in training each entry is zero with probability p and the others are divided by 1 - p."""

from __future__ import annotations

from retrograd import functional as F
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor


class Dropout(Module):
    """y = x * m / (1 - p) with m ~ Bernoulli(1 - p) in training, y = x in evaluation (inverted dropout).

    Special: p = 0 is the identity, p = 1 gives zeros.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Dropout(0.5).eval()(torch.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with entries dropped."""
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"p={self.p}, inplace={self.inplace}"


class _Dropout(Dropout):
    """What the other kinds share: p and inplace."""


class Dropout1d(_Dropout):
    """`Dropout` of whole channels of sequences (N, C, L) or (C, L).

    >>> import retrograd as torch
    >>> torch.nn.Dropout1d(0.5).eval()(torch.ones(1, 1, 2)).tolist()
    [[[1.0, 1.0]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The input with channels dropped."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """`Dropout` of whole channels of pictures (N, C, H, W).

    >>> import retrograd as torch
    >>> torch.nn.Dropout2d(0.5).eval()(torch.ones(1, 1, 1, 2)).tolist()
    [[[[1.0, 1.0]]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The input with channels dropped."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Dropout):
    """`Dropout` of whole channels of volumes (N, C, D, H, W).

    >>> import retrograd as torch
    >>> torch.nn.Dropout3d(0.5).eval()(torch.ones(1, 1, 1, 1, 2)).shape
    retrograd.Size([1, 1, 1, 1, 2])
    """

    def forward(self, input: Tensor) -> Tensor:
        """The input with channels dropped."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """Dropout that keeps mean 0 and variance 1, for SELU.

    >>> import retrograd as torch
    >>> torch.nn.AlphaDropout(0.5).eval()(torch.ones(2)).tolist()
    [1.0, 1.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The input with entries dropped."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels.

    >>> import retrograd as torch
    >>> torch.nn.FeatureAlphaDropout(0.5).eval()(torch.ones(1, 2, 1)).flatten().tolist()
    [1.0, 1.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The input with channels dropped."""
        return F.feature_alpha_dropout(input, self.p, self.training)

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

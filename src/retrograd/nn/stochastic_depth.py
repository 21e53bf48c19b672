"""Stochastic depth: a residual branch that training leaves out now and then."""

from __future__ import annotations

from collections.abc import Callable

from retrograd.nn.module import Module
from retrograd.tensors.create import rand
from retrograd.tensors.tensor import Tensor


class StochasticDepth(Module):
    """y = x + branch(x) / (1 - p) with probability 1 - p in training, else y = x; y = x + branch(x) in
    evaluation (Huang et al., 2016, scaled as inverted dropout is).

    One draw decides for the whole batch before the branch is called: a branch that is left out records
    nothing, computes nothing, and its parameters get no gradient in that step.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.StochasticDepth(nn.Linear(2, 2), p=1.0)
    >>> layer(torch.ones(1, 2)).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, branch: Callable[[Tensor], Tensor], p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(
                f"the probability of leaving it out has to be between 0 and 1, but got {p}"
            )
        self.branch = branch
        self.p = p

    def forward(self, input: Tensor) -> Tensor:
        """The input, with or without what the branch makes of it."""
        if not self.training or self.p == 0:
            return input + self.branch(input)
        if self.p == 1 or rand(1).item() < self.p:
            return input
        return input + self.branch(input) / (1 - self.p)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}"

"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from retrograd import functional as F
from retrograd.tensors.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The entries of all parameters one after the other, differentiable.

    >>> from retrograd import nn
    >>> tuple(parameters_to_vector(nn.Linear(2, 3).parameters()).shape)
    (9,)
    """
    return F.cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the entries of a vector into the parameters, in their order.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.Linear(2, 1)
    >>> vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), layer.parameters())
    >>> layer.bias.item()
    3.0
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        # A copy: parameters must not share the memory of the vector, nor of each other.
        parameter.data = vec[start:stop].reshape(parameter.shape).detach().clone()
        start = stop

"""Clipping: gradients go in, are scaled or cut in place; their total norm before it comes out."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from types import GeneratorType

from retrograd import functional as F
from retrograd.base.modes import no_grad
from retrograd.tensors.create import tensor, zeros_like
from retrograd.tensors.tensor import Tensor
from retrograd.tensors.together import written_over

Tensors = Tensor | Iterable[Tensor]


@no_grad()
def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all tensors as one vector: the norm of their norms. Special: 0 for no tensors.

    >>> import retrograd as torch
    >>> get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])]).item()
    5.0
    """
    del foreach  # one program computes all of them anyway
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return tensor(0.0)
    norms = [each.norm(norm_type) for each in tensors]
    total = norms[0] if len(norms) == 1 else F.stack(norms).norm(norm_type)
    if error_if_nonfinite and not bool(F.isfinite(total)):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm "
            "anyway, set `error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensors,
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
    *,
    exact: bool = False,
) -> None:
    """Multiply every gradient by min(1, max_norm / (total_norm + 1e-6)), in place.

    With `exact`: by max_norm / total_norm where total_norm > max_norm, else by 1.

    >>> import retrograd as torch
    >>> p = torch.nn.Parameter(torch.zeros(1))
    >>> p.grad = torch.tensor([10.0])
    >>> clip_grads_with_norm_([p], 1.0, torch.tensor(10.0), exact=True)
    >>> p.grad.item()
    1.0
    """
    del foreach
    scale = _scale(total_norm, float(max_norm), exact)
    for gradient in _gradients(parameters):
        gradient.mul_(scale.to(gradient.dtype))


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
    *,
    exact: bool = False,
) -> Tensor:
    """Scale all gradients together so that their total norm is at most `max_norm`; returns the norm before.

    PyTorch's factor min(1, max_norm / (norm + 1e-6)) leaves the norm slightly below max_norm; `exact=True`
    (an extra of Retrograd) clips by the textbook formula: g where |g| <= max_norm, else max_norm / |g| * g.

    >>> import retrograd as torch
    >>> p = torch.nn.Parameter(torch.zeros(2))
    >>> p.grad = torch.tensor([3.0, 4.0])
    >>> clip_grad_norm_([p], max_norm=1.0).item()
    5.0
    >>> round(p.grad.norm().item(), 4)
    1.0
    """
    if isinstance(parameters, GeneratorType):
        parameters = list(parameters)
        if not parameters:
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2
            )
    elif not isinstance(parameters, Tensor):
        parameters = list(parameters)
    gradients = _gradients(parameters)
    if gradients and not error_if_nonfinite and len(set(map(id, gradients))) == len(gradients):
        form = "clip_grad_norm_", float(max_norm), float(norm_type), exact
        found = written_over(gradients, lambda tensors: _clipped(tensors, *form[1:]), form)
        if found is not None:
            return found[0]
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total, foreach, exact=exact)
    return total


def _clipped(
    gradients: Sequence[Tensor], max_norm: float, norm_type: float, exact: bool
) -> tuple[list[Tensor], list[Tensor]]:
    """The norm of all, and each scaled."""
    total = get_total_norm(gradients, norm_type)
    scale = _scale(total, max_norm, exact)
    return [total], [gradient * scale.to(gradient.dtype) for gradient in gradients]


def _scale(total_norm: Tensor, max_norm: float, exact: bool) -> Tensor:
    if not exact:
        # Multiplied even when it is 1: to ask would read a value.
        return F.clamp(max_norm / (total_norm + 1e-6), max=1.0)
    # The clamp makes the factor exactly 1 below the bound.
    return max_norm / F.clamp(total_norm, min=max_norm) if max_norm > 0 else zeros_like(total_norm)


@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Cut every entry of every gradient to [-clip_value, clip_value], in place.

    >>> import retrograd as torch
    >>> p = torch.nn.Parameter(torch.zeros(2))
    >>> p.grad = torch.tensor([-3.0, 0.5])
    >>> clip_grad_value_([p], 1.0)
    >>> p.grad.tolist()
    [-1.0, 0.5]
    """
    del foreach
    clip_value = float(clip_value)
    for gradient in _gradients(parameters):
        gradient.clamp_(min=-clip_value, max=clip_value)


def _gradients(parameters: Tensors) -> list[Tensor]:
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in parameters if parameter.grad is not None]

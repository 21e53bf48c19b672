"""Checks of hyper-parameters that all optimisers share, with PyTorch's messages."""

from __future__ import annotations

from typing import Any

from retrograd.tensors.tensor import Tensor


def check_lr(lr: Any) -> None:
    """A learning rate is a number or a 1-element tensor, not negative.

    >>> check_lr(-1.0)
    Traceback (most recent call last):
    ValueError: Invalid learning rate: -1.0
    """
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    not_negative("learning rate", lr)


def not_negative(name: str, value: Any) -> None:
    """A value that must be at least 0 (NaN is not).

    >>> not_negative("momentum value", 0.9)
    """
    if not 0.0 <= value:
        raise ValueError(f"Invalid {name}: {value}")


def check_flags(foreach: bool | None, differentiable: bool, fused: bool | None) -> None:
    """The flags that choose among PyTorch's implementations: accepted where PyTorch accepts them.

    They change nothing: every step is one program here.

    >>> check_flags(foreach=True, differentiable=False, fused=None)
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def check_tensors(lr: Any, betas: Any, foreach: bool | None, capturable: bool) -> None:
    """Which hyper-parameters may be tensors, for PyTorch's implementations that go by `foreach`.

    >>> check_tensors(0.1, (0.9, 0.99), True, False)
    """
    given = [isinstance(beta, Tensor) for beta in betas]
    if any(given) != all(given):
        raise ValueError("betas must be either both floats or both Tensors")
    for name, tensor in (("lr", isinstance(lr, Tensor)), *((f"betas[{k}]", t) for k, t in enumerate(given))):
        if tensor and foreach and not capturable:
            raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")


def check_adam(lr: Any, betas: Any, eps: float, weight_decay: float) -> tuple[float, ...]:
    """The hyper-parameters that the family of Adam shares; the betas as floats.

    >>> check_adam(0.1, (0.9, 0.999), 1e-8, 0.0)
    (0.9, 0.999)
    """
    check_lr(lr)
    not_negative("epsilon value", eps)
    betas = tuple(float(beta) for beta in betas)
    for index, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")
    not_negative("weight_decay value", weight_decay)
    return betas

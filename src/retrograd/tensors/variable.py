"""Variable: the tensor that requires grad of PyTorch before 0.4."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentTypeError
from retrograd.graph.wrapping import TensorBase
from retrograd.tensors.tensor import Tensor


class _VariableMeta(type):
    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, TensorBase)


class Variable(metaclass=_VariableMeta):
    """Variable(x, requires_grad) is a Tensor on the memory of x; written by programs of 2017, harmless today.

    >>> import retrograd as rg
    >>> x = rg.autograd.Variable(rg.ones(2), requires_grad=True)
    >>> x.requires_grad, isinstance(x, rg.Tensor), isinstance(x, rg.autograd.Variable)
    (True, True, True)
    """

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Tensor:   # type: ignore[misc]
        if not isinstance(data, TensorBase):
            raise ArgumentTypeError(f"data is a {type(data).__name__}", op="Variable", expected="a Tensor")
        out: Tensor = data.detach()        # type: ignore[attr-defined]
        return out.requires_grad_() if requires_grad else out

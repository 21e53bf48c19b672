"""PyTorch's `autograd.function`."""

from retrograd.tensors.function import Function, FunctionCtx, once_differentiable

__all__ = ["Function", "FunctionCtx", "once_differentiable"]

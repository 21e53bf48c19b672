"""PyTorch's `autograd.grad_mode`: whether operations are recorded for differentiation."""

from retrograd.base.modes import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]

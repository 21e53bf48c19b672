"""`torch.nn.parameter`: parameters and buffers, under PyTorch's module name."""

from retrograd.nn.lazy import UninitializedParameter, is_lazy
from retrograd.tensors.parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter", "UninitializedParameter", "is_lazy"]

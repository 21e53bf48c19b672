"""`torch.nn.parameter`: where scripts import `Parameter` and `Buffer` from."""

from retrograd.tensors.parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter"]

"""`torch.autograd.variable`: the older place of `Variable`."""

from retrograd.tensors.variable import Variable

__all__ = ["Variable"]

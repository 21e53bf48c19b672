"""`torch.utils.hooks`: the handle that takes a hook away again."""

from retrograd.tensors.autograd import RemovableHandle

__all__ = ["RemovableHandle"]

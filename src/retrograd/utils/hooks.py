"""`torch.utils.hooks`: the handle that takes a hook away again."""

from retrograd.tensors.handle import RemovableHandle

__all__ = ["RemovableHandle"]

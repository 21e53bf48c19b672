"""PyTorch's `autograd.graph`, as far as it makes sense here."""

from retrograd.tensors.saving import disable_saved_tensors_hooks, save_on_cpu, saved_tensors_hooks
from retrograd.tensors.tensor import GradFn as Node

__all__ = ["Node", "disable_saved_tensors_hooks", "save_on_cpu", "saved_tensors_hooks"]

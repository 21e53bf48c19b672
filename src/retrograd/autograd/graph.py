"""PyTorch's `autograd.graph`, as far as it makes sense here."""

from retrograd.tensors.gradient_hooks import register_multi_grad_hook
from retrograd.tensors.made_by import GradFn as Node
from retrograd.tensors.saving import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)

__all__ = ["Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
           "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]

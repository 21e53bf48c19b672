"""PyTorch's `autograd.graph`: nodes, edges, hooks on gradients and on what is kept for them."""

from collections.abc import Iterable
from typing import Any

from retrograd.tensors.gradient_hooks import register_multi_grad_hook
from retrograd.tensors.made_by import GradFn as Node
from retrograd.tensors.made_by import GradientEdge, get_gradient_edge
from retrograd.tensors.saving import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)

__all__ = ["GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
           "get_gradient_edge", "increment_version",
           "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]


def increment_version(tensor: Any) -> None:
    """Count a write to a tensor (or each of several) that nothing else saw.

    >>> import retrograd as rg
    >>> x = rg.zeros(1)
    >>> increment_version(x)
    >>> x._version
    1
    """
    for t in tensor if isinstance(tensor, Iterable) and not hasattr(tensor, "node") else (tensor,):
        t.detach().copy_(t.detach())

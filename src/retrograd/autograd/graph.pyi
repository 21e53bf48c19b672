"""Written by `make stubs`: what type checkers and editors know of `retrograd.autograd.graph`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd.tensors.made_by import GradFn as Node
from retrograd.tensors.made_by import GradientEdge as GradientEdge
from retrograd.tensors.saving import saved_tensors_hooks as saved_tensors_hooks

def allow_mutation_on_saved_tensors() -> _Any:
    """Nothing to do: what backward will want keeps its old value when a tensor is written to."""
def disable_saved_tensors_hooks(error_message: _b.str) -> _Any:
    """Inside, `saved_tensors_hooks` raises with that message."""
def get_gradient_edge(tensor: _Any) -> _Any:
    """The place of a tensor in the graph: it stays when the tensor is gone."""
def increment_version(tensor: _Any) -> None:
    """Count a write to a tensor (or each of several) that nothing else saw."""
def register_multi_grad_hook(tensors: _Sequence[_Any], fn: _Callable[[_Any], None], *, mode: _b.str = 'all') -> _Any:
    """Call fn(gradients) in each backward that reaches all tensors, once all are known; with mode 'any' call fn(gradient) with the first. A backward that reaches only some of them does not call it with 'all'."""
def save_on_cpu(pin_memory: _b.bool = False, device_type: _b.str = 'cuda') -> _Any:
    """Nothing to do: everything is kept on the CPU."""

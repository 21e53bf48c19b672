"""Written by `make stubs`: what type checkers and editors know of `retrograd.autograd.functional`."""

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

def hessian(func: _Callable[..., _Any], inputs: _Any, create_graph: _b.bool = False, strict: _b.bool = False, vectorize: _b.bool = False, outer_jacobian_strategy: _b.str = 'reverse-mode') -> _Any:
    """H[i..., j...] = d2 func(inputs) / d inputs[i...] d inputs[j...] of a function with one output."""
def hvp(func: _Callable[..., _Any], inputs: _Any, v: _Any = None, create_graph: _b.bool = False, strict: _b.bool = False) -> _Any:
    """(func(inputs), H v) of a function with one output, without building H."""
def jacobian(func: _Callable[..., _Any], inputs: _Any, create_graph: _b.bool = False, strict: _b.bool = False, vectorize: _b.bool = False, strategy: _b.str = 'reverse-mode') -> _Any:
    """J[i..., j...] = d func(inputs)[i...] / d inputs[j...]."""
def jvp(func: _Callable[..., _Any], inputs: _Any, v: _Any = None, create_graph: _b.bool = False, strict: _b.bool = False) -> _Any:
    """(func(inputs), J v). v may be left out for one input element."""
def vhp(func: _Callable[..., _Any], inputs: _Any, v: _Any = None, create_graph: _b.bool = False, strict: _b.bool = False) -> _Any:
    """(func(inputs), v^T H): the same numbers as `hvp`, since H is symmetric."""
def vjp(func: _Callable[..., _Any], inputs: _Any, v: _Any = None, create_graph: _b.bool = False, strict: _b.bool = False) -> _Any:
    """(func(inputs), v^T J). v may be left out for one output."""

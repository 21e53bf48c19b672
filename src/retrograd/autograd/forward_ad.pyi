"""Written by `make stubs`: what type checkers and editors know of `retrograd.autograd.forward_ad`."""

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
from retrograd.tensors.dual import UnpackedDualTensor as UnpackedDualTensor
from retrograd.tensors.dual import dual_level as dual_level

def enter_dual_level() -> None:
    """What `with dual_level()` does at its start."""
def exit_dual_level(*, level: _Any = None) -> None:
    """What `with dual_level()` does at its end."""
def make_dual(tensor: _Any, tangent: _Any, *, level: _Any = None) -> _Tensor:
    """The tensor with a tangent of its shape, which operations carry on. See `dual_level`."""
def unpack_dual(tensor: _Any, *, level: _Any = None) -> _Any:
    """(primal, tangent) of a tensor; tangent is None if it depends on no dual tensor of this level."""

"""Written by `make stubs`: what type checkers and editors know of `retrograd.testing`."""

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
from retrograd.functional import view_as_complex as view_as_complex

BOOL: _b.int
FLOATING: _b.int
def as_dtype(dtype: _Any) -> _DType:
    """Accept a DType, a Python type (int, float, bool) or a NumPy dtype."""
def assert_close(actual: _Any, expected: _Any, *, allow_subclasses: _b.bool = True, rtol: _b.float | None = None, atol: _b.float | None = None, equal_nan: _b.bool = False, check_device: _b.bool = True, check_dtype: _b.bool = True, check_layout: _b.bool = True, check_stride: _b.bool = False, msg: _b.str | _Callable[[_b.str], _b.str] | None = None) -> None:
    """Raise AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere."""
def make_tensor(*shape: _Any, dtype: _Any, device: _Any = None, low: _b.float | None = None, high: _b.float | None = None, requires_grad: _b.bool = False, noncontiguous: _b.bool = False, exclude_zero: _b.bool = False, memory_format: _Any = None) -> _Any:
    """Random numbers on [low, high): by default [-9, 9), of uint8 [0, 9), of bool [0, 2)."""
def rand(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, generator: _Any = None, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """Uniform numbers on [0, 1)."""
def randint(low: _Any = None, high: _Any = None, size: _Any = None, *, generator: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """Integers low, ..., high - 1 with equal probability: randint(high, size) or randint(low, high, size)."""

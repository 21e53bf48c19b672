"""Written by `make stubs`: what type checkers and editors know of `retrograd.fft`."""

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

def attribute_error(module: _b.str, name: _b.str, present: _Iterable[_b.str]) -> _Any:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`."""
def fft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """sum_j x[j] exp(-2 pi i k j / n) along dim. norm: 'backward' (as it is), 'ortho' (over the root of n), 'forward' (over n). n: cut, or filled with zeros, to that size. Derivative: the inverse, not divided."""
def fft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`fftn` over two dimensions, the last two by default."""
def fftfreq(n: _b.int, d: _b.float = 1.0, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, out: _Any = None, layout: _Any = None) -> _Tensor:
    """The frequencies of `fft` for n points d apart: 0, 1, ..., -1 over n d."""
def fftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`fft` over several dimensions (all, if neither s nor dim says which)."""
def fftshift(input: _Any, dim: _Any = None) -> _Tensor:
    """Frequency 0 moved to the middle, along dim or all dimensions."""
def hfft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The spectrum, real, of a signal that is conjugate to itself when turned round, of which half is given."""
def hfft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`hfftn` over two dimensions, the last two by default."""
def hfftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`hfft` over the last of several dimensions, `fft` over the others."""
def ifft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The inverse of `fft`: with exp(+2 pi i k j / n), over n unless norm says otherwise."""
def ifft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`ifftn` over two dimensions, the last two by default."""
def ifftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`ifft` over several dimensions."""
def ifftshift(input: _Any, dim: _Any = None) -> _Tensor:
    """The inverse of `fftshift`."""
def ihfft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The inverse of `hfft`: half of what `ifft` gives for a real tensor."""
def ihfft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`ihfftn` over two dimensions, the last two by default."""
def ihfftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The inverse of `hfftn`."""
def install(namespace: _b.dict[_b.str, _Any], module: _b.str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
def irfft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The real tensor of n points (2 (m - 1) of m by default) that has these first frequencies."""
def irfft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`irfftn` over two dimensions, the last two by default."""
def irfftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The inverse of `rfftn`; the last size is 2 (m - 1) unless s says it."""
def rfft(input: _Any, n: _b.int | None = None, dim: _b.int = -1, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """The first n // 2 + 1 frequencies of a real tensor: the others are their conjugates."""
def rfft2(input: _Any, s: _Any = None, dim: _Any = ..., norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`rfftn` over two dimensions, the last two by default."""
def rfftfreq(n: _b.int, d: _b.float = 1.0, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, out: _Any = None, layout: _Any = None) -> _Tensor:
    """The frequencies of `rfft` for n points d apart."""
def rfftn(input: _Any, s: _Any = None, dim: _Any = None, norm: _b.str | None = None, *, out: _Any = None) -> _Tensor:
    """`rfft` over the last of several dimensions, `fft` over the others."""

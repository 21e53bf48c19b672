"""Fourier transforms: sizes, dimensions and norms as PyTorch takes them; frequencies and shifts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import as_dtype, default
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import Shape, axis
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.shape import roll
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import fourier as f
from retrograd.ops import linear as lin
from retrograd.ops.complex import conj


def _scale(norm: Any, size: int, forward: bool, op: str) -> float:
    """backward: the inverse is divided by n; forward: the other; ortho: both by its root."""
    if norm not in (None, "backward", "ortho", "forward"):
        raise ArgumentError(f"norm is {norm!r}", op=op, expected="'backward', 'ortho' or 'forward'")
    if norm == "ortho":
        return 1.0 / math.sqrt(size)
    return 1.0 / size if (norm == "forward") is forward else 1.0


def _input(input: Any, op: str, *, real: bool = False) -> Node:
    x = need_tensor(input, op)
    if not x.dtype.smooth:
        x = lin.cast(x, default())
    if real and x.dtype.is_complex:
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="a real tensor",
                         fix="Use the full transform.")
    if x.dtype.name in ("float16", "bfloat16"):
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="float32 or float64",
                         fix="Convert it with .float().")
    return x


def _axes(x: Node, s: Any, dim: Any, op: str) -> tuple[Shape, list[int]]:
    """The axes, and the sizes along them that the input is cut or filled up to (-1: as it is)."""
    s = [s] if isinstance(s, int) else None if s is None else list(s)
    if dim is None:
        count = x.ndim if s is None else len(s)
        if count > x.ndim:
            raise ShapeError(f"s has {len(s or ())} sizes, the input {x.ndim} dimensions", op=op)
        over = tuple(range(x.ndim - count, x.ndim))
    else:
        over = tuple(axis(d, x.ndim, op) for d in ([dim] if isinstance(dim, int) else dim))
    if len(set(over)) != len(over):
        raise ShapeError(f"dim is {dim}", op=op, expected="each dimension once")
    if s is not None and len(s) != len(over):
        raise ShapeError(f"s is {tuple(s)}, dim is {over}", op=op, expected="a size for each dimension")
    return over, [-1] * len(over) if s is None else s


def _sized(x: Node, over: Sequence[int], sizes: Sequence[int], op: str) -> Node:
    for d, n in zip(over, sizes):
        n = x.shape[d] if n == -1 else n
        if n < 1:
            raise ArgumentError(f"there are {n} points along dimension {d}", op=op, expected="at least one")
        x = f.narrowed(x, d, n)
    if 0 in x.shape:
        raise ShapeError(f"the input is {x.shape}", op=op, expected="elements to transform")
    return x


def _points(x: Node, over: Sequence[int]) -> int:
    return math.prod(x.shape[d] for d in over)


def _full(input: Any, s: Any, dim: Any, norm: Any, forward: bool, op: str) -> Tensor:
    x = _input(input, op)
    over, sizes = _axes(x, s, dim, op)
    x = _sized(lin.cast(x, x.dtype.to_complex()), over, sizes, op)
    if not over:
        return wrap(bind(lin.alias_p, (x,)))
    return wrap(f.fourier(x, over, forward, _scale(norm, _points(x, over), forward, op)))


def _to_half(input: Any, s: Any, dim: Any, norm: Any, op: str, forward: bool = True) -> Tensor:
    """Real to half a spectrum, over the last of the axes; the others after it."""
    x = _input(input, op, real=True)
    over, sizes = _axes(x, s, dim, op)
    if not over:
        raise ShapeError("there is no dimension to transform", op=op, expected="at least one")
    x = _sized(x, over, sizes, op)
    y = bind(f.to_half_p, (x,), (over[-1], _scale(norm, _points(x, over), forward, op)))
    y = f.fourier(y, over[:-1], True, 1.0) if over[:-1] else y
    return wrap(y if forward else conj(y))


def _from_half(input: Any, s: Any, dim: Any, norm: Any, op: str, inverse: bool = True) -> Tensor:
    """Half a spectrum to real, over the last of the axes; the others before it."""
    x = _input(input, op)
    over, sizes = _axes(x, s, dim, op)
    if not over:
        raise ShapeError("there is no dimension to transform", op=op, expected="at least one")
    last = sizes[-1] if sizes[-1] != -1 else 2 * (x.shape[over[-1]] - 1)
    if last < 1:
        raise ArgumentError(f"there are {last} points along dimension {over[-1]}", op=op,
                            expected="at least one")
    x = _sized(lin.cast(x, x.dtype.to_complex()), over, [*sizes[:-1], last // 2 + 1], op)
    x = x if inverse else conj(x)
    scale = _scale(norm, _points(x, over[:-1]) * last, not inverse, op)
    x = f.fourier(x, over[:-1], False, 1.0) if over[:-1] else x
    return wrap(bind(f.from_half_p, (x,), (over[-1], last, scale)))


# ---------------------------------------------------------------- over one dimension
Transform = Callable[..., Tensor]


def fft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """sum_j x[j] exp(-2 pi i k j / n) along dim. norm: 'backward' (as it is), 'ortho' (over the root of n),
    'forward' (over n). n: cut, or filled with zeros, to that size. Derivative: the inverse, not divided.

    >>> import retrograd as rg
    >>> rg.fft.fft(rg.tensor([1.0, 0.0, 0.0, 1.0]))
    tensor([2.+0.j, 1.+1.j, 0.+0.j, 1.-1.j])
    """
    return _full(input, n, dim, norm, True, "fft.fft")


def ifft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `fft`: with exp(+2 pi i k j / n), over n unless norm says otherwise.

    >>> import retrograd as rg
    >>> rg.fft.ifft(rg.tensor([2.0, 0.0]))
    tensor([1.+0.j, 1.+0.j])
    """
    return _full(input, n, dim, norm, False, "fft.ifft")


def rfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The first n // 2 + 1 frequencies of a real tensor: the others are their conjugates.

    >>> import retrograd as rg
    >>> rg.fft.rfft(rg.tensor([1.0, 0.0, 0.0, 1.0]))
    tensor([2.+0.j, 1.+1.j, 0.+0.j])
    """
    return _to_half(input, n, dim, norm, "fft.rfft")


def irfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The real tensor of n points (2 (m - 1) of m by default) that has these first frequencies.

    >>> import retrograd as rg
    >>> rg.fft.irfft(rg.fft.rfft(rg.tensor([1.0, 2.0, 4.0])), n=3)
    tensor([1., 2., 4.])
    """
    return _from_half(input, n, dim, norm, "fft.irfft")


def hfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The spectrum, real, of a signal that is conjugate to itself when turned round, of which half is given.

    >>> import retrograd as rg
    >>> rg.fft.hfft(rg.tensor([1.0, 2.0]))
    tensor([ 3., -1.])
    """
    return _from_half(input, n, dim, norm, "fft.hfft", inverse=False)


def ihfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `hfft`: half of what `ifft` gives for a real tensor.

    >>> import retrograd as rg
    >>> rg.fft.ihfft(rg.tensor([3.0, -1.0])).real
    tensor([1., 2.])
    """
    return _to_half(input, n, dim, norm, "fft.ihfft", forward=False)


# ---------------------------------------------------------------- over several
def fftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`fft` over several dimensions (all, if neither s nor dim says which).

    >>> import retrograd as rg
    >>> rg.fft.fftn(rg.ones(2, 2)).real
    tensor([[4., 0.],
            [0., 0.]])
    """
    return _full(input, s, dim, norm, True, "fft.fftn")


def ifftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`ifft` over several dimensions.

    >>> import retrograd as rg
    >>> rg.fft.ifftn(rg.ones(2, 2)).real
    tensor([[1., 0.],
            [0., 0.]])
    """
    return _full(input, s, dim, norm, False, "fft.ifftn")


def rfftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`rfft` over the last of several dimensions, `fft` over the others.

    >>> import retrograd as rg
    >>> rg.fft.rfftn(rg.ones(2, 3)).shape
    retrograd.Size([2, 2])
    """
    return _to_half(input, s, dim, norm, "fft.rfftn")


def irfftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of `rfftn`; the last size is 2 (m - 1) unless s says it.

    >>> import retrograd as rg
    >>> rg.fft.irfftn(rg.fft.rfftn(rg.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _from_half(input, s, dim, norm, "fft.irfftn")


def hfftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`hfft` over the last of several dimensions, `fft` over the others.

    >>> import retrograd as rg
    >>> rg.fft.hfftn(rg.ones(2, 2))
    tensor([[4., 0.],
            [0., 0.]])
    """
    return _from_half(input, s, dim, norm, "fft.hfftn", inverse=False)


def ihfftn(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of `hfftn`.

    >>> import retrograd as rg
    >>> rg.fft.ihfftn(rg.ones(2, 2)).real
    tensor([[1., 0.],
            [0., 0.]])
    """
    return _to_half(input, s, dim, norm, "fft.ihfftn", forward=False)


def _of_two(several: Transform, one: str) -> Transform:
    def fn(input: Any, s: Any = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
        return several(input, s, dim, norm)
    fn.__name__ = fn.__qualname__ = one
    fn.__doc__ = f"`{several.__name__}` over two dimensions, the last two by default."
    return fn


fft2, ifft2, rfft2, irfft2 = (_of_two(fn, fn.__name__[:-1] + "2") for fn in (fftn, ifftn, rfftn, irfftn))
hfft2, ihfft2 = _of_two(hfftn, "hfft2"), _of_two(ihfftn, "ihfft2")


# ---------------------------------------------------------------- frequencies and shifts
def _frequencies(numbers: Any, n: int, d: float, dtype: Any, requires_grad: bool) -> Tensor:
    kind = default() if dtype is None else as_dtype(dtype)
    out = wrap(leaf((numbers / (n * d)).astype(kind.np), kind))
    return out.requires_grad_() if requires_grad else out       # type: ignore[attr-defined, no-any-return]


def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
            out: Any = None, layout: Any = None) -> Tensor:
    """The frequencies of `fft` for n points d apart: 0, 1, ..., -1 over n d.

    >>> import retrograd as rg
    >>> rg.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    return _frequencies(np.fft.ifftshift(np.arange(n) - n // 2), n, d, dtype, requires_grad)


def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
             out: Any = None, layout: Any = None) -> Tensor:
    """The frequencies of `rfft` for n points d apart.

    >>> import retrograd as rg
    >>> rg.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    return _frequencies(np.arange(n // 2 + 1), n, d, dtype, requires_grad)


def _shifted(input: Any, dim: Any, op: str, sign: int) -> Tensor:
    x = need_tensor(input, op)
    over, _ = _axes(x, None, dim, op)
    by = [x.shape[k] // 2 if sign > 0 else -(x.shape[k] // 2) for k in over]
    return roll(input, by, over) if over else input  # type: ignore[no-any-return]


def fftshift(input: Any, dim: Any = None) -> Tensor:
    """Frequency 0 moved to the middle, along dim or all dimensions.

    >>> import retrograd as rg
    >>> rg.fft.fftshift(rg.fft.fftfreq(4))
    tensor([-0.5000, -0.2500,  0.0000,  0.2500])
    """
    return _shifted(input, dim, "fft.fftshift", 1)


def ifftshift(input: Any, dim: Any = None) -> Tensor:
    """The inverse of `fftshift`.

    >>> import retrograd as rg
    >>> rg.fft.ifftshift(rg.tensor([-0.5, -0.25, 0.0, 0.25]))
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    return _shifted(input, dim, "fft.ifftshift", -1)

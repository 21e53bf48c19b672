"""Discrete Fourier transforms: complex over several axes, real to half a spectrum and back over one.

    X[k] = scale sum_n x[n] exp(-2 pi i k n / N)      (forward; + for the inverse)

The complex transform is its own transpose. A half spectrum stands for the whole by its symmetry, so the pair
of real transforms has rules for pairs (see ops/complex.py): each one's adjoint is made of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.aval import Aval
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.complex import real
from retrograd.ops.constant import iota
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import cast, expand, narrow, pad


def _flops(node: Node) -> int:
    size = max(numel(node.shape), numel(node.inputs[0].shape))
    return 5 * size * max(1, size.bit_length())


# ---------------------------------------------------------------- complex to complex
def _complex_np(x: Any, axes: Shape, forward: bool, scale: float) -> Any:
    x = np.asarray(x, order="C")
    if not x.size:
        return x.copy()
    if forward:
        y = np.fft.fftn(x, axes=axes, norm="backward")
    else:
        y = np.fft.ifftn(x, axes=axes, norm="forward")
    return (y if scale == 1.0 else y * scale).astype(x.dtype, copy=False)


def _complex_sample() -> Iterator[Sample]:
    rng = rng_for("fourier")
    for shape, axes, forward in (((5,), (0,), True), ((2, 3, 4), (0, 2), False)):
        yield Sample((rng.uniform(-1, 1, shape) + 1j * rng.uniform(-1, 1, shape),), (axes, forward, 0.5))


fourier_p = Primitive("fourier", "linear", "x", "axes forward scale", np=_complex_np, flops=_flops,
                      infer=lambda i, p: (i[0].shape, i[0].dtype), sample=_complex_sample,
                      transpose=lambda g, axes, forward, scale: fourier(g, axes, forward, scale))


def fourier(x: Node, axes: Shape, forward: bool, scale: float) -> Node:
    """The transform of a complex node over axes, times scale."""
    return bind(fourier_p, (x,), (axes, forward, scale))


# ---------------------------------------------------------------- real to half a spectrum, and back
def _half(n: int) -> int:
    return n // 2 + 1


def _to_half_infer(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, axis = inputs[0], params[0]
    return (*x.shape[:axis], _half(x.shape[axis]), *x.shape[axis + 1:]), x.dtype.to_complex()


def _to_half_np(x: Any, axis: int, scale: float) -> Any:
    x = np.asarray(x, order="C")
    y = np.fft.rfft(x, axis=axis) if x.size else np.zeros(
        (*x.shape[:axis], _half(x.shape[axis]), *x.shape[axis + 1:]), np.complex128)
    return (y if scale == 1.0 else y * scale).astype(np.result_type(x.dtype, np.complex64), copy=False)


def _to_half_transpose(g: Node, x_aval: Aval, axis: int, scale: float) -> Node:
    n = x_aval.shape[axis]
    none = (0,) * g.ndim
    rest = tuple(n - _half(n) if d == axis else 0 for d in range(g.ndim))
    return real(fourier(pad(g, none, rest), (axis,), False, scale))


def _from_half_np(x: Any, axis: int, size: int, scale: float) -> Any:
    x = np.asarray(x, order="C")
    if not x.size:
        return np.zeros((*x.shape[:axis], size, *x.shape[axis + 1:]), x.real.dtype)
    y = np.fft.irfft(x, size, axis=axis, norm="forward")
    return (y if scale == 1.0 else y * scale).astype(x.real.dtype, copy=False)


def _from_half_infer(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, (axis, size, _) = inputs[0], params
    return (*x.shape[:axis], size, *x.shape[axis + 1:]), x.dtype.to_real()


def _from_half_transpose(g: Node, axis: int, n: int, scale: float) -> Node:
    """All but the first frequency, and the last of an even number, stand for two."""
    y = bind(to_half_p, (g,), (axis, scale))
    place = bind(iota, (), (y.shape[axis:axis + 1], 0, "int64"))
    twice = (place > 0) & (place < (n + 1) // 2)
    weights = cast(twice, y.dtype) + 1.0
    return y * expand(weights, y.shape, tuple(d for d in range(y.ndim) if d != axis))


def _to_half_sample() -> Iterator[Sample]:
    rng = rng_for("to_half")
    yield Sample((rng.uniform(-1, 1, (5,)),), (0, 1.0))
    yield Sample((rng.uniform(-1, 1, (2, 4)),), (1, 0.5))


def _from_half_sample() -> Iterator[Sample]:
    rng = rng_for("from_half")
    for shape, axis, size in (((3,), 0, 5), ((2, 3), 1, 4)):
        yield Sample((rng.uniform(-1, 1, shape) + 1j * rng.uniform(-1, 1, shape),), (axis, size, 0.5))


to_half_p = Primitive("to_half_spectrum", "linear", "x", "axis scale", infer=_to_half_infer, np=_to_half_np,
                      transpose=_to_half_transpose, real=True, complex=False, sample=_to_half_sample,
                      flops=_flops)
from_half_p = Primitive("from_half_spectrum", "linear", "x", "axis n scale", infer=_from_half_infer,
                        np=_from_half_np, transpose=_from_half_transpose, real=True, sample=_from_half_sample,
                        flops=_flops)
"""x of half a spectrum with n // 2 + 1 frequencies; imaginary parts that symmetry makes 0 do not count."""


def narrowed(x: Node, axis: int, size: int) -> Node:
    """An axis cut, or filled with zeros at its end, to a size."""
    have = x.shape[axis]
    if have >= size:
        return narrow(x, axis, 0, size)
    return pad(x, (0,) * x.ndim, tuple(size - have if d == axis else 0 for d in range(x.ndim)))

"""Complex tensors: made of parts, taken apart, conjugated; their angle, their sign and their length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import DType, bool_, default, float32, float64
from retrograd.base.errors import DTypeError, ShapeError
from retrograd.functional import elementwise as e
from retrograd.functional.angles import atan2
from retrograd.functional.door import Tensor, View, broadcast2, hooks, need_tensor, same_dtype, unary, wrap
from retrograd.graph.node import Node, bind
from retrograd.ops import complex as c
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.bits import bits_p


def _pair(op: str, first: str, a: Node, second: str, b: Node) -> tuple[Node, Node]:
    same_dtype(op, (first, a), (second, b))
    if a.dtype not in (float32, float64):
        raise DTypeError(f"{first} is {a.dtype.name}", op=op, expected="float32 or float64")
    a, b = broadcast2(a, b, op)
    shape = a.shape or b.shape
    return tuple(lin.expand(x, shape, tuple(range(len(shape)))) if x.shape != shape else x  # type: ignore
                 for x in (a, b))


def _joined(a: Node, b: Node) -> Node:
    """a + ib."""
    last = a.ndim
    both = bind(lin.concat_p, tuple([lin.reshape(x, (*x.shape, 1)) for x in (a, b)]), (last,))
    return bind(c.as_complex_p, (both,))


def complex(real: Any, imag: Any) -> Tensor:
    """real + i imag.

    >>> import retrograd as rg
    >>> rg.complex(rg.tensor([1.0, 2.0]), rg.tensor([0.0, -1.0]))
    tensor([1.+0.j, 2.-1.j])
    """
    a, b = need_tensor(real, "complex", "real"), need_tensor(imag, "complex", "imag")
    return wrap(_joined(*_pair("complex", "real", a, "imag", b)))


def polar(abs: Any, angle: Any) -> Tensor:
    """abs (cos angle + i sin angle).

    >>> import retrograd as rg
    >>> rg.polar(rg.tensor([2.0]), rg.tensor([0.0]))
    tensor([2.+0.j])
    """
    size, turn = need_tensor(abs, "polar", "abs"), need_tensor(angle, "polar", "angle")
    a, b = _pair("polar", "abs", size, "angle", turn)
    return wrap(_joined(a * bind(p.cos, (b,)), a * bind(p.sin, (b,))))


def _part(input: Any, op: str, which: int) -> Tensor:
    x = need_tensor(input, op)
    if not x.dtype.is_complex:
        if which == 0:
            return input  # type: ignore[no-any-return]
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="a complex tensor",
                         fix="The imaginary part of real numbers is 0.")
    prim = (c.real_p, c.imag_p)[which]

    def write(base: Node, new: Node) -> Node:
        other = bind((c.imag_p, c.real_p)[which], (base,))
        return _joined(new, other) if which == 0 else _joined(other, new)
    return hooks.wrap_view(input, View(x.shape, lambda n: bind(prim, (n,)), write,
                                       lambda a: a.imag if which else a.real, x.dtype))


def real(input: Any) -> Tensor:
    """The real parts, sharing memory; a real tensor is its own. Derivative: the cotangent.

    >>> import retrograd as rg
    >>> rg.real(rg.tensor([1 + 2j]))
    tensor([1.])
    """
    return _part(input, "real", 0)


def imag(input: Any) -> Tensor:
    """The imaginary parts of a complex tensor, sharing memory. Derivative: i times the cotangent.

    >>> import retrograd as rg
    >>> rg.imag(rg.tensor([1 + 2j]))
    tensor([2.])
    """
    return _part(input, "imag", 1)


def view_as_real(input: Any) -> Tensor:
    """Complex numbers as pairs of a last dimension, sharing memory.

    >>> import retrograd as rg
    >>> rg.view_as_real(rg.tensor([1 + 2j]))
    tensor([[1., 2.]])
    """
    x = need_tensor(input, "view_as_real")
    if not x.dtype.is_complex:
        raise DTypeError(f"input is {x.dtype.name}", op="view_as_real", expected="a complex tensor")

    def pairs(a: Any) -> Any:
        parts = a.real
        steps = (*parts.strides, parts.itemsize)
        return np.lib.stride_tricks.as_strided(parts, (*parts.shape, 2), steps)
    return hooks.wrap_view(input, View(x.shape, lambda n: bind(c.as_real_p, (n,)),
                                       lambda base, new: bind(c.as_complex_p, (new,)), pairs, x.dtype))


def reinterpret(input: Any, dtype: DType) -> Tensor:
    """The same memory read as another dtype, sharing it. No derivative.

    >>> import retrograd as rg
    >>> rg.tensor([1.0, -2.0]).view(rg.int32)
    tensor([ 1065353216, -1073741824], dtype=retrograd.int32)
    """
    x = need_tensor(input, "view")
    return hooks.wrap_view(input, View(
        x.shape, lambda n: bind(bits_p, (n,), (dtype.name,)),
        lambda base, new: bind(bits_p, (new,), (base.dtype.name,)), lambda a: a.view(dtype.np), x.dtype))


def view_as_complex(input: Any) -> Tensor:
    """Pairs of a last dimension as complex numbers, sharing memory.

    >>> import retrograd as rg
    >>> rg.view_as_complex(rg.tensor([[1.0, 2.0]]))
    tensor([1.+2.j])
    """
    x = need_tensor(input, "view_as_complex")
    if x.dtype not in (float32, float64):
        raise DTypeError(f"input is {x.dtype.name}", op="view_as_complex", expected="float32 or float64")
    if not x.shape or x.shape[-1] != 2:
        raise ShapeError(f"input is {x.shape}", op="view_as_complex", expected="a last dimension of size 2")
    return hooks.wrap_view(input, View(
        x.shape, lambda n: bind(c.as_complex_p, (n,)), lambda base, new: bind(c.as_real_p, (new,)),
        lambda a: a.view(np.result_type(a.dtype, np.complex64))[..., 0], x.dtype))


def conj(input: Any) -> Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the
    conjugate of the cotangent.

    >>> import retrograd as rg
    >>> rg.conj(rg.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    x = need_tensor(input, "conj")
    return wrap(bind(c.conj_p, (x,))) if x.dtype.is_complex else input  # type: ignore[no-any-return]


def resolve_conj(input: Any) -> Tensor:
    """The tensor itself: conjugates are computed, never marked (so is `resolve_neg`).

    >>> import retrograd as rg
    >>> rg.resolve_conj(rg.tensor([1j]))
    tensor([0.+1.j])
    """
    need_tensor(input, "resolve_conj")
    return input  # type: ignore[no-any-return]


def is_conj(input: Any) -> bool:
    """False: conjugates are computed, never marked (so is `is_neg`).

    >>> import retrograd as rg
    >>> rg.is_conj(rg.tensor([1j]).conj())
    False
    """
    need_tensor(input, "is_conj")
    return False


def isreal(input: Any) -> Tensor:
    """True where the imaginary part is 0.

    >>> import retrograd as rg
    >>> rg.isreal(rg.tensor([1 + 0j, 1j]))
    tensor([ True, False])
    """
    x = need_tensor(input, "isreal")
    if not x.dtype.is_complex:
        return wrap(lin.full(True, x.shape, bool_))
    return e.eq(wrap(bind(c.imag_p, (x,))), 0)  # type: ignore[no-any-return]


def angle(input: Any) -> Tensor:
    """The angle of complex numbers in [-pi, pi]; of real numbers 0, and pi below 0; nan stays nan. Derivative
    i z/|z|^2, of real numbers 0.

    >>> import retrograd as rg
    >>> rg.angle(rg.tensor([1j, -1.0])), rg.angle(rg.tensor([1.0, -1.0]))
    (tensor([1.5708, 3.1416]), tensor([0.0000, 3.1416]))
    """
    x = need_tensor(input, "angle")
    if x.dtype.is_complex:
        return atan2(wrap(bind(c.imag_p, (x,))), wrap(bind(c.real_p, (x,))))
    x = x if x.dtype.is_floating_point else lin.cast(x, default())
    below = wrap(x < 0)
    return e.where(e.isnan(wrap(x)), wrap(x),       # type: ignore[no-any-return]
                   e.where(below, math.pi, wrap(0.0 * x)))


def sgn(input: Any) -> Tensor:
    """z/|z| of complex numbers, -1, 0 or 1 of real ones; 0 at 0. Derivative: what is across z, over |z|; of
    real numbers 0.

    >>> import retrograd as rg
    >>> rg.sgn(rg.tensor([-2.0, 0.0])), rg.sgn(rg.tensor([3 + 4j]))
    (tensor([-1.,  0.]), tensor([0.6000+0.8000j]))
    """
    x = need_tensor(input, "sgn")
    if not x.dtype.is_complex:
        return wrap(bind(lin.alias_p, (x,))) if x.dtype is bool_ else unary(p.sign, input, "sgn")
    return wrap(c.sign_of(x, bind(c.length_p, (x,))))


conj_physical, resolve_neg, is_neg = conj, resolve_conj, is_conj

"""Complex numbers as pairs of reals and back, the conjugate and the length: where the two meet, with rules
for pairs.

A cotangent of z = a + ib is (dL/da) + i (dL/db), as in PyTorch. Rules of other primitives are written as for
real numbers, and autodiff/rules.py conjugates around them, once. Those here say `real`: what they are given
and hand back are pairs already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.errors import ShapeError
from retrograd.base.shape import numel
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, pointwise, rng_for
from retrograd.ops.linear import cast
from retrograd.ops.pointwise import guarded_mul, where


def pairs(name: str, *shapes: tuple[int, ...]) -> Any:
    """Samples of complex arrays of those shapes, one operand each."""
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape in shapes:
            yield Sample((rng.uniform(-1, 1, shape) + 1j * rng.uniform(-1, 1, shape),))
    return sample


# ---------------------------------------------------------------- the same memory as pairs
def _as_real_infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    x, = inputs
    return (*x.shape, 2), x.dtype.to_real()


def _as_real_np(x: Any) -> Any:
    return np.asarray(x, order="C").reshape(*x.shape, 1).view(x.real.dtype)


def _as_complex_infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    x, = inputs
    if not x.shape or x.shape[-1] != 2:
        raise ShapeError(f"input is {x.shape}", op="view_as_complex", expected="a last dimension of size 2")
    return x.shape[:-1], x.dtype.to_complex()


def _as_complex_np(x: Any) -> Any:
    x = np.asarray(x, order="C")
    return x.view(np.result_type(x.dtype, np.complex64)).reshape(x.shape[:-1])


def _as_complex_sample() -> Iterator[Sample]:
    yield Sample((rng_for("as_complex").uniform(-1, 1, (3, 2)),))


as_real_p = Primitive("as_real", "linear", "x",
                      stacks=True, infer=_as_real_infer, np=_as_real_np, exact=True, real=True,
                      transpose=lambda g: bind(as_complex_p, (g,)),
                      sample=pairs("as_real", (3,), (2, 2)), flops=lambda n: 0)
as_complex_p: Primitive
as_complex_p = Primitive("as_complex", "linear", "x",
                         stacks=True, infer=_as_complex_infer, np=_as_complex_np, exact=True,
                         real=True, transpose=lambda g: bind(as_real_p, (g,)),
                         sample=_as_complex_sample, flops=lambda n: 0)


# ---------------------------------------------------------------- conjugate, parts, length
conj_p: Primitive
conj_p = pointwise("conj", np.conj, None, inputs="x", transpose=(lambda g: bind(conj_p, (g,)),), real=True,
                   complex=True, exact=True, involution=True, sample=pairs("conj", (3,), (2, 2)))


def conj(x: Node) -> Node:
    """The conjugate; a real number is its own, and the conjugate of a conjugate is there already."""
    if not x.dtype.is_complex:
        return x
    if x.prim is conj_p and not x.hooks:
        return x.inputs[0]
    return bind(conj_p, (x,))


def _part(name: str, fn: Any, unit: complex) -> Primitive:
    def infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
        return inputs[0].shape, inputs[0].dtype.to_real()

    def back(g: Node, x_aval: Any) -> Node:
        wide = cast(g, x_aval.dtype)
        return wide if unit == 1 else wide * unit
    return pointwise(name, fn, None, inputs="x", infer=infer, transpose=(back,), real=True, complex=True,
                     exact=True, sample=pairs(name, (3,), (2, 2)))


real_p = _part("real", lambda x: x.real.copy(), 1)
imag_p = _part("imag", lambda x: x.imag.copy(), 1j)


def real(x: Node) -> Node:
    """The real part of a node; a real number is its own."""
    return bind(real_p, (x,)) if x.dtype.is_complex else x


def _length_vjp(g: Node, x: Node, y: Node) -> tuple[Node]:
    return (bind(guarded_mul, (cast(g, x.dtype), sign_of(x, y))),)


def _length_jvp(dx: Node, x: Node, y: Node) -> Node:
    return real(bind(guarded_mul, (dx, conj(sign_of(x, y)))))


# |z|; its derivative at 0 is taken as 0, the middle of the subdifferential
length_p = Primitive("length", "pointwise", "x", infer=lambda i, p: (i[0].shape, i[0].dtype.to_real()),
                     np=lambda x: np.abs(np.asarray(x, order="C")), vjp=_length_vjp, jvp=_length_jvp,
                     real=True, complex=True, sample=pairs("length", (3,), (2, 2)),
                     flops=lambda n: 4 * numel(n.shape))


def sign_of(x: Node, size: Node) -> Node:
    """z / |z|, and 0 at 0."""
    zero = size.equal(0.0)
    safe = bind(where, (zero, const(1.0, size.dtype), size))
    return bind(where, (zero, const(0.0, x.dtype), x / cast(safe, x.dtype)))

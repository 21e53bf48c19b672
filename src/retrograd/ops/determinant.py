"""Determinants, their logarithms, and cofactors: a determinant's derivative, also of singular matrices.

    d det(A)[E] = <cof A, E>        cof A = det(A) A^-T where A has an inverse
    d cof(A)[E] = the bilinear map `cofactor_slope`, symmetric: <F, slope(A, E)> = <E, slope(A, F)>

Cofactors are polynomials. Where A is singular or nearly so they are read off its singular values: with
A = U S V^H, cof A = det(U) det(V^H) conj(U) cof(S) conj(V^H).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.shape import Shape
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.complex import conj, real
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import cast, concat_p, expand, narrow, reduce_sum, reshape, swap_last
from retrograd.ops.matrices import adjoint, cubic, diagonal, matrices, spread, unit


def _over(v: Node, like: Node) -> Node:
    """A number a matrix, for each element of it."""
    return expand(v, like.shape, (like.ndim - 2, like.ndim - 1))


def _dot(a: Node, b: Node) -> Node:
    return reduce_sum(a * b, (a.ndim - 2, a.ndim - 1))


def _same(inputs: tuple[Node, ...], params: Any) -> Inferred:
    return inputs[0].shape, inputs[0].dtype


# ---------------------------------------------------------------- products of all singular values but some
def _products(s: Any) -> Any:
    """For each of the last axis the product of the others."""
    ones = np.ones_like(s[..., :1])
    before = np.concatenate([ones, np.cumprod(s[..., :-1], -1)], -1)
    after = np.concatenate([np.cumprod(s[..., :0:-1], -1)[..., ::-1], ones], -1)
    return before * after


def _phases(u: Any, vh: Any) -> Any:
    return (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]


def _cofactors_np(a: Any) -> Any:
    if not a.size:
        return a.copy()
    det = np.linalg.det(a)
    if np.isfinite(det).all() and det.all():
        with np.errstate(all="ignore"):
            inverse = np.linalg.inv(a)
        # The inverse is right to the rounding times the condition: half the digits at least.
        condition = np.abs(a).sum(-2).max(-1) * np.abs(inverse).sum(-2).max(-1)
        if (condition < np.finfo(a.dtype).eps ** -0.5).all():
            return det[..., None, None] * np.swapaxes(inverse, -1, -2)
    u, s, vh = np.linalg.svd(a)
    return _phases(u, vh) * ((u.conj() * _products(s)[..., None, :]) @ vh.conj())


def _slope_np(a: Any, e: Any) -> Any:
    if not a.size:
        return a.copy()
    n = a.shape[-1]
    u, s, vh = np.linalg.svd(a)
    inner = np.conj(np.swapaxes(u, -1, -2)) @ e @ np.conj(np.swapaxes(vh, -1, -2))
    eye = np.eye(n, dtype=bool)
    pairs = np.where(eye, 0, _products(np.where(eye, 1, s[..., None, :])))      # without i and j
    on = (pairs @ np.diagonal(inner, axis1=-2, axis2=-1)[..., None])[..., 0]
    middle = np.where(eye, on[..., None, :], -pairs * np.swapaxes(inner, -1, -2))
    return _phases(u, vh) * (u.conj() @ middle @ vh.conj())


def _slope(a: Node, e: Node) -> Node:
    return bind(slope_p, (a, e))


def _third(a: Node, e: Node, f: Node, y: Node) -> Node:
    """The derivative of slope(a, e) along f, y being slope(a, e); of matrices that have an inverse."""
    c = bind(cofactors_p, (a,))
    turned = swap_last(c)
    inside = _over(_dot(c, f), e) * e + _over(_dot(c, e), f) * f - matmul(matmul(f, turned), e) \
        - matmul(matmul(e, turned), f)
    return (_slope(a, inside) - _over(_dot(f, y), c) * c) / _over(bind(det_p, (a,)), c)


def _pair_sample() -> Iterator[Sample]:
    rng = rng_for("cofactor_slope")
    for shape in ((3, 3), (2, 2, 2)):
        yield Sample((rng.uniform(-1, 1, shape) + 1.5 * np.eye(shape[-1]), rng.uniform(-1, 1, shape)))


det_p = Primitive("det", "explicit", "a", stacks=True, np=np.linalg.det, flops=cubic,
                  sample=matrices("det", (3, 3), (2, 2, 2)),
                  infer=lambda i, p: (i[0].shape[:-2], i[0].dtype),
                  vjp=lambda g, a: (_over(g, a) * bind(cofactors_p, (a,)),),
                  jvp=lambda da, a: _dot(bind(cofactors_p, (a,)), da))
cofactors_p: Primitive
cofactors_p = Primitive("cofactors", "explicit", "a", stacks=True, np=_cofactors_np, flops=cubic, infer=_same,
                        sample=matrices("cofactors", (3, 3), (2, 2, 2)),
                        vjp=lambda g, a: (_slope(a, g),), jvp=lambda da, a: _slope(a, da))


def _slope_jvp(da: Node | None, de: Node | None, a: Node, e: Node, y: Node) -> Node:
    first = None if de is None else _slope(a, de)
    if da is None:
        assert first is not None
        return first
    turned = _third(a, e, da, y)
    return turned if first is None else first + turned


slope_p = Primitive("cofactor_slope", "explicit", "a e", stacks=True, np=_slope_np, flops=cubic, infer=_same,
                    sample=_pair_sample, vjp=lambda g, a, e, y: (_third(a, e, g, y), _slope(a, g)),
                    jvp=_slope_jvp)


# ---------------------------------------------------------------- sign and logarithm, as two numbers
def _slogdet_np(a: Any) -> Any:
    sign, size = np.linalg.slogdet(a)
    return np.stack([sign, size.astype(a.dtype, copy=False)], -1)


def slogdet_parts(y: Node) -> tuple[Node, Node]:
    """(sign, logarithm of the absolute value) of a packed result."""
    at = y.ndim - 1
    sign, size = (reshape(narrow(y, at, k, 1), y.shape[:-1]) for k in range(2))
    return sign, real(size)


def _turned(x: Node) -> Node:
    """The part of a complex number along i; 0 of a real one."""
    return x - cast(real(x), x.dtype)


def _slogdet_vjp(g: Node, a: Node, y: Node) -> tuple[Node]:
    (sign, _), (gs, gl) = slogdet_parts(y), slogdet_parts(g)
    whole = cast(gl, a.dtype)
    if a.dtype.is_complex:
        whole = whole + _turned(gs * conj(sign))
    eye = spread(unit(a.shape[-1], a.dtype), a)
    return (bind(solve_p, (adjoint(a), _over(whole, a) * eye)),)


def _slogdet_jvp(da: Node, a: Node, y: Node) -> Node:
    sign, _ = slogdet_parts(y)
    rate = reduce_sum(diagonal(bind(solve_p, (a, da))), (a.ndim - 2,))
    parts = sign * _turned(rate), cast(real(rate), a.dtype)
    return bind(concat_p, tuple([reshape(x, (*x.shape, 1)) for x in parts]), (a.ndim - 2,))


def _slogdet_infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    shape: Shape = inputs[0].shape
    return (*shape[:-2], 2), inputs[0].dtype


slogdet_p = Primitive("slogdet", "explicit", "a",
                      stacks=True, np=_slogdet_np, flops=cubic, infer=_slogdet_infer,
                      real=True, sample=matrices("slogdet", (3, 3), (2, 2, 2)), vjp=_slogdet_vjp,
                      jvp=_slogdet_jvp, reads=lambda n: [*n.inputs, n] if n.dtype.is_complex else [*n.inputs])

"""Singular values and the pseudo-inverse, with both rules written out for pairs: the adjoint in place of the
transpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.errors import DTypeError
from retrograd.base.shape import Shape
from retrograd.graph.aval import Aval
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.complex import real
from retrograd.ops.contract import matmul
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import reshape, swap_last
from retrograd.ops.matrices import (
    adjoint,
    along_rows,
    as_diagonal,
    cubic,
    diagonal,
    failing,
    guarded,
    inverse_gaps,
    matrices,
    pack,
    packed,
    packed_np,
    plain,
    unpack,
)


# ---------------------------------------------------------------- singular values: a = u diag(s) vh
def svd_sizes(shape: Shape) -> list[tuple[int, int]]:
    """The sizes of u, s (as one row) and vh."""
    m, n = shape[-2:]
    k = min(m, n)
    return [(m, k), (1, k), (k, n)]


def _svd_np(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return packed_np(u, s[..., None, :].astype(u.dtype), vh)


def svd_parts(y: Node, shape: Shape) -> tuple[Node, Node, Node]:
    """(u, s as a vector, vh) of a packed result for matrices of that shape."""
    u, s, vh = unpack(y, *svd_sizes(shape))
    return u, real(reshape(s, (*s.shape[:-2], s.shape[-1]))), vh


def _turned(m: Node) -> Node:
    return m - adjoint(m)


def _outside(x: Node, q: Node) -> Node:
    """The part of x outside the columns of q."""
    return x - matmul(q, matmul(adjoint(q), x))


def _over(x: Node, s: Node) -> Node:
    """Columns divided by s; 0 stays 0."""
    return guarded(x, along_rows(plain(1.0 / s, x.dtype), x))


def _svd_vjp(g: Node, y: Node, a_aval: Aval) -> tuple[Node]:
    (u, s, vh), (gu, gs, gvh) = svd_parts(y, a_aval.shape), svd_parts(g, a_aval.shape)
    v, gv = adjoint(vh), adjoint(gvh)
    gaps = plain(inverse_gaps(s * s), u.dtype)
    a, b = matmul(adjoint(u), gu), matmul(adjoint(v), gv)
    left, right = guarded(_turned(a), gaps), guarded(_turned(b), gaps)
    columns = along_rows(plain(s, u.dtype), left)
    inner = left * columns + swap_last(columns) * right + as_diagonal(plain(gs, u.dtype))
    if u.dtype.is_complex:          # how vectors turn in the plane: half is given to u, half to v
        turns = diagonal(a - b)
        inner = inner + as_diagonal(guarded(turns - plain(turns, u.dtype), plain(0.5 / s, u.dtype)))
    ga = matmul(matmul(u, inner), vh)
    m, n = a_aval.shape[-2:]
    if m > n:
        ga = ga + matmul(_over(_outside(gu, u), s), vh)
    if n > m:
        ga = ga + matmul(u, adjoint(_over(_outside(gv, v), s)))
    return (ga,)


def _svd_jvp(da: Node, y: Node) -> Node:
    u, s, vh = svd_parts(y, da.shape)
    v = adjoint(vh)
    inner = matmul(matmul(adjoint(u), da), v)
    gaps, columns = plain(inverse_gaps(s * s), u.dtype), along_rows(plain(s, u.dtype), inner)
    wide, tall = inner * columns, swap_last(columns) * inner
    left, right = guarded(wide + adjoint(wide), gaps), guarded(tall + adjoint(tall), gaps)
    if u.dtype.is_complex:
        turns = diagonal(inner)
        half = as_diagonal(guarded(turns - plain(turns, u.dtype), plain(0.5 / s, u.dtype)))
        left, right = left + half, right - half
    du, dv = matmul(u, left), matmul(v, right)
    m, n = da.shape[-2:]
    if m > n:
        du = du + _over(_outside(matmul(da, v), u), s)
    if n > m:
        dv = dv + _over(_outside(matmul(adjoint(da), u), v), s)
    ds = plain(diagonal(inner), u.dtype)
    return pack(du, reshape(ds, (*ds.shape[:-1], 1, ds.shape[-1])), adjoint(dv))


svd_p = Primitive("svd", "explicit", "a", stacks=True, infer=packed(svd_sizes), vjp=_svd_vjp, jvp=_svd_jvp,
                  real=True, phase=True, flops=cubic,
                  np=failing("linalg.svd", "finite elements", _svd_np),
                  sample=matrices("svd", (3, 3), (2, 4, 2), (2, 3)))


# ---------------------------------------------------------------- the pseudo-inverse (Golub and Pereyra 1973)
def _pinv_np(a: Any, t: Any) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    kept = s > t[..., None]
    inverse = np.where(kept, 1 / np.where(kept, s, 1), 0)[..., None, :]
    return (np.conj(np.swapaxes(vh, -1, -2)) * inverse) @ np.conj(np.swapaxes(u, -1, -2))


def _pinv_infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    a, t = inputs
    if t.dtype.is_complex:
        raise DTypeError(f"the limit is {t.dtype.name}", op="linalg.pinv", expected="real numbers")
    return (*a.shape[:-2], a.shape[-1], a.shape[-2]), a.dtype


def _pinv_sample() -> Iterator[Sample]:
    rng = rng_for("pinv")
    for shape in ((3, 3), (2, 4, 2), (2, 3)):
        yield Sample((rng.uniform(-1, 1, shape), np.full(shape[:-2], 1e-3)))


def _pinv_vjp(g: Node, a: Node, y: Node) -> tuple[Node, None]:
    turned, gt = adjoint(y), adjoint(g)
    left = matmul(gt, matmul(y, turned))
    right = matmul(matmul(turned, y), gt)
    inside = left - matmul(a, matmul(y, left)) + right - matmul(matmul(right, y), a)
    return inside - matmul(matmul(turned, g), turned), None


def _pinv_jvp(da: Node | None, a: Node, y: Node) -> Node | None:
    if da is None:
        return None
    turned, dt = adjoint(y), adjoint(da)
    left = matmul(matmul(y, turned), dt)
    right = matmul(dt, matmul(turned, y))
    return left - matmul(matmul(left, a), y) + right - matmul(y, matmul(a, right)) - matmul(matmul(y, da), y)


pinv_p = Primitive("pinv", "explicit", "a t",
                   stacks=True, np=failing("linalg.pinv", "finite elements", _pinv_np),
                   infer=_pinv_infer, vjp=_pinv_vjp, jvp=_pinv_jvp, real=True, flops=cubic,
                   sample=_pinv_sample)
"""The pseudo-inverse of singular values above t."""

"""Factors of matrices (Cholesky, eigenvalues of Hermitian ones, QR), with both rules written out.

`eigh` has the eigenvalues as a first row, `qr` its factors end to end. The rules are those of Giles (2008)
and Townsend (2016), for pairs: the adjoint in place of the transpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.base.shape import Shape
from retrograd.graph.aval import Aval
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive
from retrograd.ops.complex import real
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.linear import concat_p, narrow, reshape
from retrograd.ops.matrices import (
    adjoint,
    as_diagonal,
    cubic,
    diagonal,
    failing,
    guarded,
    hermitian_part,
    inverse_gaps,
    matrices,
    pack,
    packed,
    packed_np,
    plain,
    right_solve,
    unpack,
    weighted,
)


# ---------------------------------------------------------------- Cholesky: a = y y^T, y lower
def _cholesky_vjp(g: Node, y: Node) -> tuple[Node]:
    inner = weighted(matmul(adjoint(y), g), 1.0, 0.5)
    left = bind(solve_p, (adjoint(y), inner))
    return (hermitian_part(bind(solve_p, (adjoint(y), adjoint(left)))),)


def _cholesky_jvp(da: Node, y: Node) -> Node:
    left = bind(solve_p, (y, hermitian_part(da)))
    return matmul(y, weighted(bind(solve_p, (y, adjoint(left))), 1.0, 0.5))


def _half_sum(a: Any) -> Any:
    return (a + np.conj(np.swapaxes(a, -1, -2))) / 2


cholesky_p = Primitive("cholesky", "explicit", "a",
                       stacks=True, infer=lambda i, p: (i[0].shape, i[0].dtype), flops=cubic,
                       np=failing("linalg.cholesky", "a positive definite matrix",
                                   lambda a: np.linalg.cholesky(_half_sum(a))),
                       vjp=_cholesky_vjp, jvp=_cholesky_jvp, real=True,
                       sample=matrices("cholesky", (3, 3), (2, 2, 2), definite=True))


# ---------------------------------------------------------------- eigenvalues of symmetric matrices
def eigen_parts(y: Node) -> tuple[Node, Node]:
    """(eigenvalues, vectors as columns) of a packed result."""
    n, at = y.shape[-1], y.ndim - 2
    return real(reshape(narrow(y, at, 0, 1), (*y.shape[:-2], n))), narrow(y, at, 1, n)


def _eigh_np(a: Any) -> Any:
    w, v = np.linalg.eigh(_half_sum(a))
    return np.concatenate([w[..., None, :].astype(v.dtype), v], -2)


def _eigh_vjp(g: Node, y: Node) -> tuple[Node]:
    (w, v), (gw, gv) = eigen_parts(y), eigen_parts(g)
    inner = guarded(matmul(adjoint(v), gv), plain(inverse_gaps(w), v.dtype)) + as_diagonal(plain(gw, v.dtype))
    return (hermitian_part(matmul(matmul(v, inner), adjoint(v))),)


def _eigh_jvp(da: Node, y: Node) -> Node:
    w, v = eigen_parts(y)
    inner = matmul(matmul(adjoint(v), hermitian_part(da)), v)
    dw, dv = diagonal(inner), matmul(v, guarded(inner, plain(inverse_gaps(w), v.dtype)))
    first = reshape(plain(dw, v.dtype), (*dw.shape[:-1], 1, dw.shape[-1]))
    return bind(concat_p, (first, dv), (y.ndim - 2,))


eigh_p = Primitive("eigh", "explicit", "a",
                   stacks=True, flops=cubic, sample=matrices("eigh", (3, 3), (2, 2, 2)),
                   infer=lambda i, p: ((*i[0].shape[:-2], i[0].shape[-1] + 1, i[0].shape[-1]), i[0].dtype),
                   np=failing("linalg.eigh", "finite elements", _eigh_np), vjp=_eigh_vjp, jvp=_eigh_jvp,
                   real=True, phase=True)


# ---------------------------------------------------------------- QR: a = q r
def qr_sizes(shape: Shape) -> list[tuple[int, int]]:
    """The sizes of q and r."""
    m, n = shape[-2:]
    k = min(m, n)
    return [(m, k), (k, n)]


def _qr_np(a: Any) -> Any:
    return packed_np(*np.linalg.qr(a))


def _square_r(r: Node) -> tuple[Node, Node | None]:
    """r as its square left part and the rest."""
    k, n = r.shape[-2:]
    at = r.ndim - 1
    return (r, None) if n <= k else (narrow(r, at, 0, k), narrow(r, at, k, n - k))


def _qr_vjp(g: Node, y: Node, a_aval: Aval) -> tuple[Node]:
    sizes = qr_sizes(a_aval.shape)
    (q, r), (gq, gr) = unpack(y, *sizes), unpack(g, *sizes)
    (u, rest), (gu, grest) = _square_r(r), _square_r(gr)
    if rest is not None and grest is not None:
        gq = gq + matmul(matmul(q, rest), adjoint(grest))
    m = matmul(u, adjoint(gu)) - matmul(adjoint(gq), q)
    low = weighted(m, 1.0, 0.0) + adjoint(weighted(m, 1.0, 0.0)) + as_diagonal(plain(diagonal(m), m.dtype))
    ga = right_solve(gq + matmul(q, low), adjoint(u))
    return (ga if grest is None else bind(concat_p, (ga, matmul(q, grest)), (ga.ndim - 1,)),)


def _qr_jvp(da: Node, y: Node) -> Node:
    q, r = unpack(y, *qr_sizes(da.shape))
    u, rest = _square_r(r)
    inner = matmul(adjoint(q), da)
    first = inner if rest is None else narrow(inner, inner.ndim - 1, 0, u.shape[-1])
    dx = da if rest is None else narrow(da, da.ndim - 1, 0, u.shape[-1])
    whole = right_solve(first, u)
    low = weighted(whole, 1.0, 0.0)
    turn = low - adjoint(low)
    if whole.dtype.is_complex:      # the diagonal of r stays real
        turns = diagonal(whole)
        turn = turn + as_diagonal(turns - plain(turns, whole.dtype))
    dq = matmul(q, turn) + right_solve(dx - matmul(q, first), u)
    return pack(dq, inner - matmul(turn, r))


qr_p = Primitive("qr", "explicit", "a",
                 stacks=True, infer=packed(qr_sizes), np=_qr_np, vjp=_qr_vjp, jvp=_qr_jvp,
                 real=True,
                 flops=cubic,
                 sample=matrices("qr", (3, 3), (2, 4, 2), (2, 3)))

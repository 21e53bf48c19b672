"""Factors of matrices (Cholesky, QR, eigenvalues, singular values, pseudo-inverse), with both rules written
out.

A primitive has one result, so factors lie packed in one array: `eigh` has the eigenvalues as a first row,
`qr` and
`svd` their factors end to end along the last axis. The rules are those of Giles (2008) and Townsend (2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.base.errors import EvaluationError
from retrograd.base.shape import Shape, numel
from retrograd.graph.aval import Aval
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.constant import iota
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import cast, concat_p, expand, narrow, reduce_sum, reshape, swap_last
from retrograd.ops.pointwise import guarded_mul, where


# ---------------------------------------------------------------- parts of matrices
def _places(n: int) -> tuple[Node, Node]:
    return bind(iota, (), ((n, n), 0, "int64")), bind(iota, (), ((n, n), 1, "int64"))


def _spread(mask: Node, like: Node) -> Node:
    return expand(mask, like.shape, tuple(range(like.ndim - 2)))


def _weighted(m: Node, below: float, on: float) -> Node:
    """The lower triangle, its parts below and on the diagonal multiplied."""
    rows, cols = _places(m.shape[-1])
    weights = below * cast(cols < rows, m.dtype) + on * cast(cols.equal(rows), m.dtype)
    return _spread(weights, m) * m


def _eye(n: int, dtype: DType) -> Node:
    rows, cols = _places(n)
    return cast(rows.equal(cols), dtype)


def _diagonal(m: Node) -> Node:
    return reduce_sum(_spread(_eye(m.shape[-1], m.dtype), m) * m, (m.ndim - 1,))


def _as_diagonal(v: Node) -> Node:
    n = v.shape[-1]
    wide = expand(v, (*v.shape, n), (v.ndim,))
    return _spread(_eye(n, v.dtype), wide) * wide


def _rows(v: Node, like: Node) -> Node:
    """A vector a matrix, along its rows: column j is multiplied by v[j]."""
    return expand(v, like.shape, (like.ndim - 2,))


def _symmetric(m: Node) -> Node:
    return 0.5 * (m + swap_last(m))


def _right_solve(x: Node, r: Node) -> Node:
    """x r**-1."""
    return swap_last(bind(solve_p, (swap_last(r), swap_last(x))))


def _inverse_gaps(values: Node) -> Node:
    """1 / (values[j] - values[i]) beside the diagonal, 0 on it."""
    n = values.shape[-1]
    shape = (*values.shape, n)
    gaps = expand(values, shape, (values.ndim - 1,)) - expand(values, shape, (values.ndim,))
    on = expand(_eye(n, values.dtype), shape, tuple(range(len(shape) - 2))) > 0.0
    one = expand(const(1.0, values.dtype), shape, tuple(range(len(shape))))
    return bind(where, (on, 0.0 * one, 1.0 / bind(where, (on, one, gaps))))


def _guarded(a: Node, d: Node) -> Node:
    """a d, and 0 where a is: equal eigenvalues do no harm where nobody asks for their vectors."""
    return bind(guarded_mul, (a, d))


def _failing(op: str, expected: str, fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function of NumPy, with the user's error where it does not exist."""
    def meaning(a: Any, *params: Any) -> Any:
        try:
            return fn(a, *params)
        except np.linalg.LinAlgError as e:
            raise EvaluationError(f"it does not exist ({e})", op=op, expected=expected) from None
    return meaning


def _sample(name: str, *shapes: Shape, params: tuple[Any, ...] = (), definite: bool = False) -> Any:
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape in shapes:
            a = rng.uniform(-1, 1, shape)
            if definite:
                a = a @ np.swapaxes(a, -1, -2) + 2 * np.eye(shape[-1])
            yield Sample((a,), params)
    return sample


def _cube(node: Node) -> int:
    shape = node.inputs[0].shape
    return 4 * numel(shape) * min(shape[-2:])


# ---------------------------------------------------------------- Cholesky: a = y y^T, y lower
def _cholesky_vjp(g: Node, y: Node) -> tuple[Node]:
    inner = _weighted(matmul(swap_last(y), g), 1.0, 0.5)
    left = bind(solve_p, (swap_last(y), inner))
    return (_symmetric(bind(solve_p, (swap_last(y), swap_last(left)))),)


def _cholesky_jvp(da: Node, y: Node) -> Node:
    left = bind(solve_p, (y, _symmetric(da)))
    return matmul(y, _weighted(bind(solve_p, (y, swap_last(left))), 1.0, 0.5))


def _half_sum(a: Any) -> Any:
    return (a + np.swapaxes(a, -1, -2)) / 2


cholesky_p = Primitive("cholesky", "explicit", "a", infer=lambda i, p: (i[0].shape, i[0].dtype), flops=_cube,
                       np=_failing("linalg.cholesky", "a positive definite matrix",
                                   lambda a: np.linalg.cholesky(_half_sum(a))),
                       vjp=_cholesky_vjp, jvp=_cholesky_jvp,
                       sample=_sample("cholesky", (3, 3), (2, 2, 2), definite=True))


# ---------------------------------------------------------------- eigenvalues of symmetric matrices
def eigen_parts(y: Node) -> tuple[Node, Node]:
    """(eigenvalues, vectors as columns) of a packed result."""
    n, at = y.shape[-1], y.ndim - 2
    return reshape(narrow(y, at, 0, 1), (*y.shape[:-2], n)), narrow(y, at, 1, n)


def _eigh_np(a: Any) -> Any:
    w, v = np.linalg.eigh(_half_sum(a))
    return np.concatenate([w[..., None, :], v], -2)


def _eigh_vjp(g: Node, y: Node) -> tuple[Node]:
    (w, v), (gw, gv) = eigen_parts(y), eigen_parts(g)
    inner = _guarded(matmul(swap_last(v), gv), _inverse_gaps(w)) + _as_diagonal(gw)
    return (_symmetric(matmul(matmul(v, inner), swap_last(v))),)


def _eigh_jvp(da: Node, y: Node) -> Node:
    w, v = eigen_parts(y)
    inner = matmul(matmul(swap_last(v), _symmetric(da)), v)
    dw, dv = _diagonal(inner), matmul(v, _guarded(inner, _inverse_gaps(w)))
    return bind(concat_p, (reshape(dw, (*dw.shape[:-1], 1, dw.shape[-1])), dv), (y.ndim - 2,))


eigh_p = Primitive("eigh", "explicit", "a", flops=_cube, sample=_sample("eigh", (3, 3), (2, 2, 2)),
                   infer=lambda i, p: ((*i[0].shape[:-2], i[0].shape[-1] + 1, i[0].shape[-1]), i[0].dtype),
                   np=_failing("linalg.eigh", "finite elements", _eigh_np), vjp=_eigh_vjp, jvp=_eigh_jvp)


# ---------------------------------------------------------------- factors end to end
def _pack_np(*factors: Any) -> Any:
    return np.concatenate([f.reshape(*f.shape[:-2], -1) if f.ndim else f for f in factors], -1)


def pack(*factors: Node) -> Node:
    """Matrices end to end along one axis."""
    flat = tuple(reshape(f, (*f.shape[:-2], f.shape[-2] * f.shape[-1])) for f in factors)
    return bind(concat_p, flat, (flat[0].ndim - 1,))


def unpack(y: Node, *sizes: tuple[int, int]) -> list[Node]:
    """The matrices of those sizes, one after another."""
    out, start = [], 0
    for m, n in sizes:
        out.append(reshape(narrow(y, y.ndim - 1, start, m * n), (*y.shape[:-1], m, n)))
        start += m * n
    return out


def _packed(sizes: Callable[[Shape], Any]) -> Callable[..., Inferred]:
    def infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
        shape = inputs[0].shape
        return (*shape[:-2], sum(map(math.prod, sizes(shape)))), inputs[0].dtype
    return infer


# ---------------------------------------------------------------- QR: a = q r
def qr_sizes(shape: Shape) -> list[tuple[int, int]]:
    """The sizes of q and r."""
    m, n = shape[-2:]
    k = min(m, n)
    return [(m, k), (k, n)]


def _qr_np(a: Any) -> Any:
    return _pack_np(*np.linalg.qr(a))


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
        gq = gq + matmul(matmul(q, rest), swap_last(grest))
    m = matmul(u, swap_last(gu)) - matmul(swap_last(gq), q)
    low = _weighted(m, 1.0, 1.0) + swap_last(_weighted(m, 1.0, 0.0))
    ga = _right_solve(gq + matmul(q, low), swap_last(u))
    return (ga if grest is None else bind(concat_p, (ga, matmul(q, grest)), (ga.ndim - 1,)),)


def _qr_jvp(da: Node, y: Node) -> Node:
    q, r = unpack(y, *qr_sizes(da.shape))
    u, rest = _square_r(r)
    inner = matmul(swap_last(q), da)
    first = inner if rest is None else narrow(inner, inner.ndim - 1, 0, u.shape[-1])
    dx = da if rest is None else narrow(da, da.ndim - 1, 0, u.shape[-1])
    low = _weighted(_right_solve(first, u), 1.0, 0.0)
    turn = low - swap_last(low)
    dq = matmul(q, turn) + _right_solve(dx - matmul(q, first), u)
    return pack(dq, inner - matmul(turn, r))


qr_p = Primitive("qr", "explicit", "a", infer=_packed(qr_sizes), np=_qr_np, vjp=_qr_vjp, jvp=_qr_jvp,
                 flops=_cube,
                 sample=_sample("qr", (3, 3), (2, 4, 2), (2, 3)))


# ---------------------------------------------------------------- singular values: a = u diag(s) vh
def svd_sizes(shape: Shape) -> list[tuple[int, int]]:
    """The sizes of u, s (as one row) and vh."""
    m, n = shape[-2:]
    k = min(m, n)
    return [(m, k), (1, k), (k, n)]


def _svd_np(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return _pack_np(u, s[..., None, :], vh)


def svd_parts(y: Node, shape: Shape) -> tuple[Node, Node, Node]:
    """(u, s as a vector, vh) of a packed result for matrices of that shape."""
    u, s, vh = unpack(y, *svd_sizes(shape))
    return u, reshape(s, (*s.shape[:-2], s.shape[-1])), vh


def _turned(m: Node) -> Node:
    return m - swap_last(m)


def _outside(x: Node, q: Node) -> Node:
    """The part of x outside the columns of q."""
    return x - matmul(q, matmul(swap_last(q), x))


def _over(x: Node, s: Node) -> Node:
    """Columns divided by s; 0 stays 0."""
    return _guarded(x, _rows(1.0 / s, x))


def _svd_vjp(g: Node, y: Node, a_aval: Aval) -> tuple[Node]:
    (u, s, vh), (gu, gs, gvh) = svd_parts(y, a_aval.shape), svd_parts(g, a_aval.shape)
    v, gv = swap_last(vh), swap_last(gvh)
    gaps = _inverse_gaps(s * s)
    left = _guarded(_turned(matmul(swap_last(u), gu)), gaps)
    right = _guarded(_turned(matmul(swap_last(v), gv)), gaps)
    inner = left * _rows(s, left) + swap_last(_rows(s, right) * swap_last(right)) + _as_diagonal(gs)
    ga = matmul(matmul(u, inner), vh)
    m, n = a_aval.shape[-2:]
    if m > n:
        ga = ga + matmul(_over(_outside(gu, u), s), vh)
    if n > m:
        ga = ga + matmul(u, swap_last(_over(_outside(gv, v), s)))
    return (ga,)


def _svd_jvp(da: Node, y: Node) -> Node:
    u, s, vh = svd_parts(y, da.shape)
    v = swap_last(vh)
    inner = matmul(matmul(swap_last(u), da), v)
    gaps, wide = _inverse_gaps(s * s), inner * _rows(s, inner)
    tall = swap_last(_rows(s, inner) * swap_last(inner))
    du = matmul(u, _guarded(wide + swap_last(wide), gaps))
    dv = matmul(v, _guarded(tall + swap_last(tall), gaps))
    m, n = da.shape[-2:]
    if m > n:
        du = du + _over(_outside(matmul(da, v), u), s)
    if n > m:
        dv = dv + _over(_outside(matmul(swap_last(da), u), v), s)
    ds = _diagonal(inner)
    return pack(du, reshape(ds, (*ds.shape[:-1], 1, ds.shape[-1])), swap_last(dv))


svd_p = Primitive("svd", "explicit", "a", infer=_packed(svd_sizes), vjp=_svd_vjp, jvp=_svd_jvp, flops=_cube,
                  np=_failing("linalg.svd", "finite elements", _svd_np),
                  sample=_sample("svd", (3, 3), (2, 4, 2), (2, 3)))


# ---------------------------------------------------------------- the pseudo-inverse (Golub and Pereyra 1973)
def _pinv_vjp(g: Node, a: Node, y: Node) -> tuple[Node]:
    turned, gt = swap_last(y), swap_last(g)
    left = matmul(gt, matmul(y, turned))
    right = matmul(matmul(turned, y), gt)
    inside = left - matmul(a, matmul(y, left)) + right - matmul(matmul(right, y), a)
    return (inside - matmul(matmul(turned, g), turned),)


def _pinv_jvp(da: Node, a: Node, y: Node) -> Node:
    turned, dt = swap_last(y), swap_last(da)
    left = matmul(matmul(y, turned), dt)
    right = matmul(dt, matmul(turned, y))
    return left - matmul(matmul(left, a), y) + right - matmul(y, matmul(a, right)) - matmul(matmul(y, da), y)


pinv_p = Primitive("pinv", "explicit", "a", "rcond", np=_failing("linalg.pinv", "finite elements",
                                                                 np.linalg.pinv),
                   infer=lambda i, p: ((*i[0].shape[:-2], i[0].shape[-1], i[0].shape[-2]), i[0].dtype),
                   vjp=_pinv_vjp, jvp=_pinv_jvp, flops=_cube,
                   sample=_sample("pinv", (3, 3), (2, 4, 2), (2, 3), params=(1e-12,)))

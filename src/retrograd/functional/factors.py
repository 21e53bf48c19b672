"""Factorisations of matrices and what follows from them: least squares, pseudo-inverse, rank, exponential."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import int32
from retrograd.base.errors import ArgumentError, DTypeError, LinAlgError, ShapeError
from retrograd.base.shape import numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.places import tril, triu
from retrograd.functional.products import computed, identity, solve
from retrograd.functional.shape import reshape, transpose
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import factors as f
from retrograd.ops import linear as lin
from retrograd.ops import matrices as mat
from retrograd.ops import singular as sv
from retrograd.ops.constant import stop


class QR(NamedTuple):
    """What linalg.qr returns."""

    Q: Any
    R: Any


class SVD(NamedTuple):
    """What linalg.svd returns."""

    U: Any
    S: Any
    Vh: Any


class WithInfo(NamedTuple):
    """A result, and the number of the row at which it failed (0: it did not)."""

    result: Any
    info: Any


def matrix(A: Any, op: str, square: bool = False, name: str = "A") -> Node:
    """The node of a batch of matrices in a dtype that NumPy factorises."""
    a = need_tensor(A, op, name)
    if a.ndim < 2 or square and a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"{name} is {a.shape}", op=op, expected="square matrices" if square else "matrices")
    if a.dtype.name not in ("float32", "float64", "complex64", "complex128"):
        raise DTypeError(f"{name} is {a.dtype.name}", op=op,
                         expected="float32, float64, complex64 or complex128")
    return a


def by_triangle(a: Node, lower: bool) -> Node:
    """Hermitian matrices read off one triangle; the derivative is that of the Hermitian part of the whole."""
    part = tril(wrap(a if lower else mat.adjoint(a)), -1).node          # type: ignore[attr-defined]
    on = mat.as_diagonal(mat.plain(mat.diagonal(a), a.dtype))
    return bind(lin.override_p, (mat.hermitian_part(a), bind(stop, (part + mat.adjoint(part) + on,))))


# ---------------------------------------------------------------- Cholesky
def cholesky(A: Any, *, upper: bool = False) -> Tensor:
    """L, lower triangular, with L L^H = A for positive definite A (or U = L^H, if upper), of which one
    triangle is read. Derivative: half the Hermitian part of L^-H phi(L^H g) L^-1, phi the lower triangle with
    a halved diagonal.

    >>> import retrograd as rg
    >>> rg.linalg.cholesky(rg.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    a = by_triangle(matrix(A, "linalg.cholesky", True), not upper)
    y = computed(bind(f.cholesky_p, (a,)))
    return wrap(mat.adjoint(y) if upper else y)


def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> WithInfo:
    """(L, info): info 0 where A is positive definite, else above 0 (and L means nothing).

    >>> import retrograd as rg
    >>> rg.linalg.cholesky_ex(rg.tensor([[-1.0]])).info
    tensor(1, dtype=retrograd.int32)
    """
    return _checked(lambda a: cholesky(a, upper=upper), A, check_errors, "linalg.cholesky_ex")


def _checked(fn: Any, A: Any, check: bool, op: str, *rest: Any) -> WithInfo:
    a = matrix(A, op, True)
    info = np.zeros(a.shape[:-2], np.int32)
    try:
        out = fn(A, *rest)
    except LinAlgError:
        if check:
            raise
        evaluate([a])
        for at in np.ndindex(a.shape[:-2]):
            try:
                fn(wrap(leaf(np.ascontiguousarray(a.value[at]), a.dtype)), *(r[at] for r in rest))
            except LinAlgError:
                info[at] = 1
        out = wrap(lin.full(math.nan, a.shape if not rest else rest[0].node.shape, a.dtype))
    return WithInfo(out, wrap(leaf(info, int32)))


def inv_ex(A: Any, *, check_errors: bool = False) -> WithInfo:
    """(inverse, info): info 0 where A is invertible, else above 0.

    >>> import retrograd as rg
    >>> rg.linalg.inv_ex(rg.tensor([[0.0]])).info
    tensor(1, dtype=retrograd.int32)
    """
    def inverse(a: Any) -> Any:
        return solve(a, wrap(identity(a.node)))
    return _checked(inverse, A, check_errors, "linalg.inv_ex")


def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> WithInfo:
    """(x, info) with A x = B (or x A = B): info 0 where A is invertible, else above 0.

    >>> import retrograd as rg
    >>> rg.linalg.solve_ex(rg.tensor([[2.0]]), rg.tensor([[4.0]])).result
    tensor([[2.]])
    """
    if not left:
        out = solve_ex(transpose(A, -2, -1), transpose(B, -2, -1), check_errors=check_errors)
        return WithInfo(transpose(out.result, -2, -1), out.info)
    return _checked(solve, A, check_errors, "linalg.solve_ex", B)


def cholesky_solve(B: Any, L: Any, upper: bool = False) -> Tensor:
    """x with A x = B, where A = L L^H (or U^H U, if upper).

    >>> import retrograd as rg
    >>> rg.cholesky_solve(rg.tensor([[8.0]]), rg.tensor([[2.0]]))
    tensor([[2.]])
    """
    turned = wrap(mat.adjoint(matrix(L, "cholesky_solve", True, "L")))
    low, high = (turned, L) if upper else (L, turned)
    return solve_triangular(high, solve_triangular(low, B, upper=False), upper=True)


def cholesky_inverse(L: Any, upper: bool = False) -> Tensor:
    """The inverse of A = L L^H (or U^H U, if upper).

    >>> import retrograd as rg
    >>> rg.cholesky_inverse(rg.tensor([[2.0]]))
    tensor([[0.2500]])
    """
    return cholesky_solve(wrap(identity(matrix(L, "cholesky_inverse", True, "L"))), L, upper)


def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True,
                     unitriangular: bool = False) -> Tensor:
    """x with A x = B (or x A = B, with left=False), reading one triangle of A only, and its diagonal as
    ones if
    unitriangular.

    >>> import retrograd as rg
    >>> rg.linalg.solve_triangular(rg.tensor([[2.0, 9.0], [1.0, 1.0]]), rg.ones(2, 1), upper=False)
    tensor([[0.5000],
            [0.5000]])
    """
    a = matrix(A, "linalg.solve_triangular", True)
    matrix(B, "linalg.solve_triangular", name="B")
    if not left:
        return transpose(solve_triangular(transpose(A, -2, -1), transpose(B, -2, -1), upper=not upper,
                                          unitriangular=unitriangular), -2, -1)
    part: Any = triu(A, 1 if unitriangular else 0) if upper else tril(A, -1 if unitriangular else 0)
    return solve(part + wrap(identity(a)) if unitriangular else part, B)


def triangular_solve(b: Any, A: Any, upper: bool = True, transpose: bool = False,
                     unitriangular: bool = False) -> Any:
    """(x, A) with A x = b, as `linalg.solve_triangular`.

    >>> import retrograd as rg
    >>> rg.triangular_solve(rg.tensor([[4.0]]), rg.tensor([[2.0]]))[0]
    tensor([[2.]])
    """
    a = swap(A) if transpose else A
    return solve_triangular(a, b, upper=upper != transpose, unitriangular=unitriangular), A


def swap(A: Any) -> Tensor:
    """The matrix transpose."""
    return transpose(A, -2, -1)


# ---------------------------------------------------------------- QR, eigenvalues, singular values
def qr(A: Any, mode: str = "reduced") -> QR:
    """(Q, R) with A = Q R, Q's columns orthonormal, R upper triangular. mode 'r': R alone; 'complete': Q
    square
    (without a derivative where A is tall).

    >>> import retrograd as rg
    >>> rg.linalg.qr(rg.tensor([[3.0, 1.0], [4.0, 2.0]])).R.abs()
    tensor([[5.0000, 2.2000],
            [0.0000, 0.4000]])
    """
    a = matrix(A, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise ArgumentError(f"mode is {mode!r}", op="linalg.qr", expected="'reduced', 'complete' or 'r'")
    m, n = a.shape[-2:]
    if mode == "complete" and m > n:
        if a.rg:
            raise ArgumentError("the complete factors of a tall matrix have no derivative", op="linalg.qr",
                                fix="Use mode='reduced'.")
        evaluate([a])
        return QR(*(wrap(leaf(np.ascontiguousarray(x), a.dtype)) for x in np.linalg.qr(a.value, "complete")))
    q, r = mat.unpack(computed(bind(f.qr_p, (a,))), *f.qr_sizes(a.shape))
    return QR(wrap(lin.full(0, (0,), a.dtype)) if mode == "r" else wrap(q), wrap(r))


def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> SVD:
    """(U, S, Vh) with A = U diag(S) Vh, S falling. full_matrices: U and Vh square; the columns that are added
    have no derivative.

    >>> import retrograd as rg
    >>> rg.linalg.svd(rg.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])
    """
    a = matrix(A, "linalg.svd")
    u, s, vh = sv.svd_parts(computed(bind(sv.svd_p, (a,))), a.shape)
    m, n = a.shape[-2:]
    if full_matrices and m != n:
        evaluate([a])
        whole = np.linalg.svd(a.value, full_matrices=True)
        k = min(m, n)
        if m > n:
            u = bind(lin.concat_p, (u, _known(whole[0][..., k:], a)), (u.ndim - 1,))
        else:
            vh = bind(lin.concat_p, (vh, _known(whole[2][..., k:, :], a)), (vh.ndim - 2,))
    return SVD(wrap(u), wrap(s), wrap(vh))


def _known(array: Any, like: Node) -> Node:
    return leaf(np.ascontiguousarray(array), like.dtype)


def svdvals(A: Any, *, driver: str | None = None) -> Tensor:
    """The singular values, falling. Derivative: U diag(g) Vh.

    >>> import retrograd as rg
    >>> rg.linalg.svdvals(rg.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])
    """
    return svd(A, False).S  # type: ignore[no-any-return]


def old_svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """torch.svd: (U, S, V), with V and not its adjoint.

    >>> import retrograd as rg
    >>> rg.svd(rg.tensor([[3.0, 0.0], [0.0, 4.0]]))[1]
    tensor([4., 3.])
    """
    out = svd(input, not some)
    return SVD(out.U, out.S, wrap(mat.adjoint(out.Vh.node)))


def old_qr(input: Any, some: bool = True) -> QR:
    """torch.qr: reduced factors, or complete ones.

    >>> import retrograd as rg
    >>> rg.qr(rg.tensor([[1.0]])).R.abs()
    tensor([[1.]])
    """
    return qr(input, "reduced" if some else "complete")


def old_cholesky(input: Any, upper: bool = False) -> Tensor:
    """torch.cholesky: see `linalg.cholesky`.

    >>> import retrograd as rg
    >>> rg.cholesky(rg.tensor([[4.0]]))
    tensor([[2.]])
    """
    return cholesky(input, upper=upper)


# ---------------------------------------------------------------- as maps of tensors
def tensorinv(A: Any, ind: int = 2) -> Tensor:
    """The inverse of A as a map from its last dimensions to its first `ind` ones.

    >>> import retrograd as rg
    >>> rg.linalg.tensorinv(rg.eye(4).reshape(2, 2, 4)).shape
    retrograd.Size([4, 2, 2])
    """
    a = need_tensor(A, "linalg.tensorinv", "A")
    if ind <= 0:
        raise ArgumentError(f"ind is {ind}", op="linalg.tensorinv", expected="a positive number")
    rows, cols = a.shape[:ind], a.shape[ind:]
    if numel(rows) != numel(cols):
        raise ShapeError(f"A is {a.shape}, ind is {ind}", op="linalg.tensorinv",
                         expected="two equal products of sizes")
    flat = lin.reshape(a, (numel(rows), numel(cols)))
    return reshape(solve(wrap(flat), wrap(identity(flat))), (*cols, *rows))


def tensorsolve(A: Any, B: Any, dims: Any = None) -> Tensor:
    """x with the sum of products of A with x over A's last dimensions equal to B.

    >>> import retrograd as rg
    >>> rg.linalg.tensorsolve(rg.eye(4).reshape(2, 2, 4), rg.ones(2, 2))
    tensor([1., 1., 1., 1.])
    """
    a, b = need_tensor(A, "linalg.tensorsolve", "A"), need_tensor(B, "linalg.tensorsolve", "B")
    if dims is not None:
        last = [d % a.ndim for d in dims]
        a = lin.permute(a, (*(k for k in range(a.ndim) if k not in last), *last))
    shape = a.shape[b.ndim:]
    if numel(shape) != numel(b.shape):
        raise ShapeError(f"A is {a.shape}, B is {b.shape}", op="linalg.tensorsolve",
                         expected="A with as many unknowns as equations")
    return reshape(solve(wrap(lin.reshape(a, (numel(b.shape), numel(shape)))), reshape(B, -1)), shape)

"""Written by `make stubs`: what type checkers and editors know of `retrograd.linalg`."""

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
from retrograd.base.errors import LinAlgError as LinAlgError
from retrograd.functional import matrix_exp as matrix_exp
from retrograd.linalg import low_rank as low_rank

def attribute_error(module: _b.str, name: _b.str, present: _Iterable[_b.str]) -> _Any:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`."""
def cholesky(A: _Any, *, upper: _b.bool = False, out: _Any = None) -> _Tensor:
    """L, lower triangular, with L L^H = A for positive definite A (or U = L^H, if upper), of which one triangle is read. Derivative: half the Hermitian part of L^-H phi(L^H g) L^-1, phi the lower triangle with a halved diagonal."""
def cholesky_ex(A: _Any, *, upper: _b.bool = False, check_errors: _b.bool = False, out: _Any = None) -> _Any:
    """(L, info): info 0 where A is positive definite, else above 0 (and L means nothing)."""
def cond(A: _Any, p: _Any = None, *, out: _Any = None) -> _Tensor:
    """The condition number: the largest singular value over the smallest (p None, 2; -2 the other way round), or with another p, norm(A, p) norm(A^-1, p)."""
def cross(input: _Any, other: _Any, *, dim: _b.int = -1, out: _Any = None) -> _Tensor:
    """The cross product of vectors of three elements along dim."""
def det(A: _Any, *, out: _Any = None) -> _Tensor:
    """The determinant of square matrices. Derivative: the cofactors, det(A) A^-T where A has an inverse."""
def diagonal(A: _Any, *, offset: _b.int = 0, dim1: _b.int = -2, dim2: _b.int = -1) -> _Any:
    """The diagonals of matrices, as the last dimension. Shares memory."""
def eig(A: _Any, *, out: _Any = None) -> _Any:
    """(eigenvalues, eigenvectors as columns of length 1) of square matrices, as complex numbers in no order. Derivative of the values: diag(V^-1 dA V). The phase of a vector is free."""
def eigh(A: _Any, UPLO: _b.str = 'L', *, out: _Any = None) -> _Any:
    """(eigenvalues in rising order, orthonormal eigenvectors as columns) of Hermitian matrices, of which one triangle is read. Derivative of the vectors: V (F * V^H dA V), F = 1/(w_j - w_i); the sign of a vector (of complex ones the phase) is free."""
def eigvals(A: _Any, *, out: _Any = None) -> _Tensor:
    """The eigenvalues of square matrices, as complex numbers in no order. Derivative: V^-H diag(g) V^H."""
def eigvalsh(A: _Any, UPLO: _b.str = 'L', *, out: _Any = None) -> _Tensor:
    """The eigenvalues of Hermitian matrices in rising order. Derivative: V diag(g) V^H."""
def householder_product(A: _Any, tau: _Any, *, out: _Any = None) -> _Tensor:
    """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the diagonal with a 1 on it and zeros above."""
def install(namespace: _b.dict[_b.str, _Any], module: _b.str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
def inv(A: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of square matrices."""
def inv_ex(A: _Any, *, check_errors: _b.bool = False, out: _Any = None) -> _Any:
    """(inverse, info): info 0 where A is invertible, else above 0."""
def ldl_factor(A: _Any, *, hermitian: _b.bool = False, out: _Any = None) -> _Any:
    """(LD, pivots) of symmetric matrices: see `linalg.ldl_factor_ex`."""
def ldl_factor_ex(A: _Any, *, hermitian: _b.bool = False, check_errors: _b.bool = False, out: _Any = None) -> _Any:
    """(LD, pivots, info): L below the diagonal (ones on it), D on it and, for blocks of two, beside it; pivots as LAPACK has them: row k was exchanged with row pivots[k], counted from 1, negative for a block of two; info the number of the first 0 of D, else 0. The lower triangle of A is read."""
def ldl_solve(LD: _Any, pivots: _Any, B: _Any, *, hermitian: _b.bool = False, out: _Any = None) -> _Tensor:
    """X with A X = B, by the factors of A."""
def lstsq(A: _Any, B: _Any, rcond: _b.float | None = None, *, driver: _b.str | None = None, out: _Any = None) -> _Any:
    """The x of smallest norm that makes |A x - B| smallest, with residuals (of tall matrices of full rank), rank and singular values (of the drivers 'gelsd' and 'gelss')."""
def lu(A: _Any, *, pivot: _b.bool = True, out: _Any = None) -> _Any:
    """(P, L, U) with A = P L U: P a permutation, L lower triangular with ones on its diagonal, U upper triangular."""
def lu_factor(A: _Any, *, pivot: _b.bool = True, out: _Any = None) -> _Any:
    """(LU, pivots): L below the diagonal (ones on it), U on it and above; row j was exchanged with row pivots[j], counted from 1. Derivative: dL = L low(F), dU = high(F) U, F = L^-1 P^T dA U^-1."""
def lu_factor_ex(A: _Any, *, pivot: _b.bool = True, check_errors: _b.bool = False, out: _Any = None) -> _Any:
    """(LU, pivots, info): info is the number of the first 0 on the diagonal of U, and 0 if there is none."""
def lu_solve(LU: _Any, pivots: _Any, B: _Any, *, left: _b.bool = True, adjoint: _b.bool = False, out: _Any = None) -> _Tensor:
    """x with A x = B (x A = B, if not left; A^H in A's place, if adjoint) by the factors of A."""
def matmul(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns."""
def matrix_norm(A: _Any, ord: _Any = 'fro', dim: _Any = ..., keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """The Frobenius norm of matrices; with ord 1, -1, inf, -inf an extreme sum of a column or row, with 'nuc', 2, -2 the sum of the singular values, the largest, the smallest."""
def matrix_power(A: _Any, n: _b.int, *, out: _Any = None) -> _Tensor:
    """A multiplied with itself n times; a negative n takes the inverse."""
def matrix_rank(A: _Any, tol: _Any = None, hermitian: _b.bool = False, *, atol: _Any = None, rtol: _Any = None, out: _Any = None) -> _Tensor:
    """How many singular values lie above max(atol, rtol largest)."""
def multi_dot(tensors: _Any, *, out: _Any = None) -> _Tensor:
    """The product of several matrices (the first and last may be vectors)."""
def norm(A: _Any, ord: _Any = None, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """The norm of a vector (one dim), of matrices (two dims and an ord), or of all elements (neither)."""
def pinv(A: _Any, rcond: _Any = None, hermitian: _b.bool = False, *, atol: _Any = None, rtol: _Any = None, out: _Any = None) -> _Tensor:
    """The pseudo-inverse: that of A's singular values above max(atol, rtol largest). Of a Hermitian matrix one triangle is read. Derivative: Golub and Pereyra (1973)."""
def qr(A: _Any, mode: _b.str = 'reduced', *, out: _Any = None) -> _Any:
    """(Q, R) with A = Q R, Q's columns orthonormal, R upper triangular. mode 'r': R alone; 'complete': Q square (without a derivative where A is tall)."""
def slogdet(A: _Any, *, out: _Any = None) -> _Any:
    """The sign of the determinant (of complex matrices its direction) and the logarithm of its absolute value, without overflow. Derivative of the logarithm: A^-H."""
def solve(A: _Any, B: _Any, *, left: _b.bool = True, out: _Any = None) -> _Tensor:
    """x with A x = B (x A = B, if not left) over the last dimensions; derivative to B: A^-H g, to A: -(A^-H g) x^H. Singular A raises."""
def solve_ex(A: _Any, B: _Any, *, left: _b.bool = True, check_errors: _b.bool = False, out: _Any = None) -> _Any:
    """(x, info) with A x = B (or x A = B): info 0 where A is invertible, else above 0."""
def solve_triangular(A: _Any, B: _Any, *, upper: _b.bool, left: _b.bool = True, unitriangular: _b.bool = False, out: _Any = None) -> _Tensor:
    """x with A x = B (or x A = B, with left=False), reading one triangle of A only, and its diagonal as ones if unitriangular."""
def svd(A: _Any, full_matrices: _b.bool = True, *, driver: _b.str | None = None, out: _Any = None) -> _Any:
    """(U, S, Vh) with A = U diag(S) Vh, S falling. full_matrices: U and Vh square; the columns that are added have no derivative."""
def svdvals(A: _Any, *, driver: _b.str | None = None, out: _Any = None) -> _Tensor:
    """The singular values, falling. Derivative: U diag(g) Vh."""
def tensorinv(A: _Any, ind: _b.int = 2, *, out: _Any = None) -> _Tensor:
    """The inverse of A as a map from its last dimensions to its first `ind` ones."""
def tensorsolve(A: _Any, B: _Any, dims: _Any = None, *, out: _Any = None) -> _Tensor:
    """x with the sum of products of A with x over A's last dimensions equal to B."""
def vander(x: _Any, *, N: _b.int | None = None) -> _Tensor:
    """Powers 0, 1, ..., N - 1 of the elements of vectors, as the last dimension."""
def vecdot(x: _Any, y: _Any, *, dim: _b.int = -1, out: _Any = None) -> _Tensor:
    """The sum of products along dim, x conjugated."""
def vector_norm(x: _Any, ord: _Any = 2, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """(sum |x|**ord)**(1/ord) over dim or all; inf, -inf: the largest, smallest |x|; 0: how many are not 0."""

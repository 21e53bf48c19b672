"""The largest singular values and vectors of a matrix, by random projections: svd_lowrank and pca_lowrank."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional.door import Tensor, need_tensor
from retrograd.functional.factors import qr, svd
from retrograd.functional.matrix import matmul
from retrograd.functional.reduce import mean
from retrograd.tensors.create import randn


def _basis(A: Any, q: int, niter: int) -> Any:
    """Orthonormal columns Q, (..., m, q), with A near Q Q^H A: algorithm 4.4 of the source."""
    Q = qr(matmul(A, randn(A.shape[-1], q, dtype=A.dtype)))[0]
    for _ in range(niter):
        Q = qr(matmul(A.mH, Q))[0]
        Q = qr(matmul(A, Q))[0]
    return Q


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None
                ) -> tuple[Tensor, Tensor, Tensor]:
    """(U, S, V) with A (or A - M) near U diag(S) V^H, of rank q at most, for A (..., m, n) with quickly
    falling singular values; `niter` steps of subspace iteration sharpen it. Draws from the random stream.

    Derivative: through the projections, QR and SVD. Raises ShapeError. Source: Halko,
    Martinsson and Tropp, SIAM Review 53(2), 2011.

    >>> import retrograd as rg
    >>> A = rg.outer(rg.tensor([3.0, 4.0]), rg.tensor([1.0, 0.0, 0.0]))
    >>> rg.svd_lowrank(A, q=1)[1]
    tensor([5.])
    """
    x = need_tensor(A, "svd_lowrank", "A")
    if x.ndim < 2:
        raise ShapeError(f"A is {x.shape}", op="svd_lowrank", expected="a matrix, or a batch of them")
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    A = A if M is None else A - M
    if x.shape[-2] < x.shape[-1]:                       # the smaller side is projected on
        U, S, Vh = _svd(A.mH, q, niter)
        return Vh.mH, S, U
    U, S, Vh = _svd(A, q, niter)
    return U, S, Vh.mH


def _svd(A: Any, q: int, niter: int) -> tuple[Any, Any, Any]:
    Q = _basis(A, q, niter)
    U, S, Vh = svd(matmul(Q.mH, A), full_matrices=False)
    return matmul(Q, U), S, Vh


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2
                ) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components of m rows of n numbers: `svd_lowrank` of A less the mean row (if `center`).
    The columns of V are the directions; S^2 / (m - 1) their variances. q is 6, m or n: the least.

    >>> import retrograd as rg
    >>> U, S, V = rg.pca_lowrank(rg.tensor([[0.0, 0.0], [3.0, 4.0]]), q=1)
    >>> V.abs(), S
    (tensor([[0.6000],
            [0.8000]]), tensor([3.5355]))
    """
    x = need_tensor(A, "pca_lowrank", "A")
    if x.ndim < 2:
        raise ShapeError(f"A is {x.shape}", op="pca_lowrank", expected="a matrix, or a batch of them")
    most = min(x.shape[-2:])
    q = min(6, most) if q is None else q
    if not 0 <= q <= most or niter < 0:
        raise ArgumentError(f"q is {q}, niter {niter}, A {x.shape}", op="pca_lowrank",
                            expected=f"q from 0 to {most}, niter of 0 or more")
    return svd_lowrank(A - mean(A, dim=-2, keepdim=True) if center else A, q, niter)

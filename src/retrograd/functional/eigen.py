"""Eigenvalues and eigenvectors: of Hermitian matrices real and orthonormal, of others complex."""

from __future__ import annotations

from typing import Any, NamedTuple

from retrograd.base.errors import ArgumentError
from retrograd.functional.door import Tensor, wrap
from retrograd.functional.factors import by_triangle, matrix
from retrograd.functional.products import computed
from retrograd.graph.node import bind
from retrograd.ops import eigen as g
from retrograd.ops import factors as f


class Eigen(NamedTuple):
    """What linalg.eigh and linalg.eig return."""

    eigenvalues: Any
    eigenvectors: Any


def eigh(A: Any, UPLO: str = "L") -> Eigen:
    """(eigenvalues in rising order, orthonormal eigenvectors as columns) of Hermitian matrices, of which one
    triangle is read. Derivative of the vectors: V (F * V^H dA V), F = 1/(w_j - w_i); the sign of a vector (of
    complex ones the phase) is free.

    >>> import retrograd as rg
    >>> rg.linalg.eigh(rg.tensor([[2.0, 1.0], [1.0, 2.0]])).eigenvalues
    tensor([1., 3.])
    """
    if UPLO.upper() not in ("L", "U"):
        raise ArgumentError(f"UPLO is {UPLO!r}", op="linalg.eigh", expected="'L' or 'U'")
    a = by_triangle(matrix(A, "linalg.eigh", True), UPLO.upper() == "L")
    return Eigen(*map(wrap, f.eigen_parts(computed(bind(f.eigh_p, (a,))))))


def eigvalsh(A: Any, UPLO: str = "L") -> Tensor:
    """The eigenvalues of Hermitian matrices in rising order. Derivative: V diag(g) V^H.

    >>> import retrograd as rg
    >>> rg.linalg.eigvalsh(rg.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])
    """
    return eigh(A, UPLO).eigenvalues  # type: ignore[no-any-return]


def eig(A: Any) -> Eigen:
    """(eigenvalues, eigenvectors as columns of length 1) of square matrices, as complex numbers in no order.
    Derivative of the values: diag(V^-1 dA V). The phase of a vector is free.

    >>> import retrograd as rg
    >>> rg.linalg.eig(rg.tensor([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    return Eigen(*map(wrap, g.eig_parts(computed(bind(g.eig_p, (matrix(A, "linalg.eig", True),))))))


def eigvals(A: Any) -> Tensor:
    """The eigenvalues of square matrices, as complex numbers in no order. Derivative: V^-H diag(g) V^H.

    >>> import retrograd as rg
    >>> rg.linalg.eigvals(rg.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor([2.+0.j, 3.+0.j])
    """
    return eig(A).eigenvalues  # type: ignore[no-any-return]

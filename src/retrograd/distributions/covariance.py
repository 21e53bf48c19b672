"""A covariance by one of its three forms: itself, its inverse, or its Cholesky factor; the others by need."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.distributions.distribution import Distribution
from retrograd.functional.factors import cholesky, solve_triangular
from retrograd.tensors.create import eye

FORMS = ("covariance_matrix", "precision_matrix", "scale_tril")


def the_one(**given: Any) -> tuple[str, Any]:
    """The name and matrix of the form that was given.

    >>> import retrograd as rg
    >>> the_one(covariance_matrix=None, scale_tril=rg.eye(1))
    ('scale_tril', tensor([[1.]]))
    """
    named = [(name, matrix) for name, matrix in given.items() if matrix is not None]
    if len(named) != 1:
        raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be "
                         "specified.")
    name, matrix = named[0]
    if matrix.dim() < 2:
        raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
    return name, matrix


def root_of(name: str, matrix: Any) -> Any:
    """The Cholesky factor of the covariance.

    >>> import retrograd as rg
    >>> root_of("precision_matrix", rg.eye(2) / 4)
    tensor([[2., 0.],
            [0., 2.]])
    """
    if name == "scale_tril":
        return matrix
    if name == "covariance_matrix":
        return cholesky(matrix)
    # L of P^-1 = L L^T: from the factor of P with its rows and columns reversed
    upper = cholesky(matrix.flip(-2, -1)).flip(-2, -1).mT
    unit = eye(matrix.shape[-1], dtype=matrix.dtype).expand(*upper.shape)
    return solve_triangular(upper, unit, upper=False)


class WithCovariance(Distribution):
    """One that knows the Cholesky factor `_root`: the forms that were not given are worked out by need."""

    _root: Any

    def __getattr__(self, name: str) -> Any:
        if name not in FORMS or "_root" not in self.__dict__:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if name == "scale_tril":
            return self._root
        return self._root @ self._root.mT if name == "covariance_matrix" else F.cholesky_inverse(self._root)

    def _half_log_det(self) -> Any:
        """Half the logarithm of the covariance's determinant."""
        return self._root.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def squared_length(root: Any, x: Any) -> Any:
    """|L^-1 X|^2 of matrices X, summed over all elements.

    >>> import retrograd as rg
    >>> squared_length(rg.eye(2) * 2, rg.ones(2, 1))
    tensor(0.5000)
    """
    lead = F.broadcast_tensors(root[..., 0, 0], x[..., 0, 0])[0].shape
    a, b = root.expand(*lead, *root.shape[-2:]), x.expand(*lead, *x.shape[-2:])
    return (solve_triangular(a, b, upper=False) ** 2).sum((-2, -1))

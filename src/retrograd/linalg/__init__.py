"""`torch.linalg`: norms, solving, factors, inverse and determinant, under PyTorch's module name.

>>> import retrograd as rg
>>> rg.linalg.norm(rg.tensor([3.0, 4.0]))
tensor(5.)
"""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import LinAlgError
from retrograd.functional.determinant import det, slogdet
from retrograd.functional.eigen import eig, eigh, eigvals, eigvalsh
from retrograd.functional.elimination import householder_product, lu, lu_factor, lu_factor_ex, lu_solve
from retrograd.functional.factors import (
    cholesky,
    cholesky_ex,
    inv_ex,
    qr,
    solve_ex,
    solve_triangular,
    svd,
    svdvals,
    tensorinv,
    tensorsolve,
)
from retrograd.functional.indefinite import ldl_factor, ldl_factor_ex, ldl_solve
from retrograd.functional.into import install
from retrograd.functional.least_squares import lstsq, matrix_exp, matrix_rank, pinv
from retrograd.functional.matrix import (
    cond,
    cross,
    matrix_norm,
    matrix_power,
    multi_dot,
    norm,
    vander,
    vecdot,
    vector_norm,
)
from retrograd.functional.places import diagonal as _diagonal
from retrograd.functional.products import inv, matmul, solve
from retrograd.missing import attribute_error

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh",
    "eigvals", "eigvalsh", "householder_product", "inv", "inv_ex", "ldl_factor",
    "ldl_factor_ex", "ldl_solve", "lstsq", "lu", "lu_factor",
    "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd",
    "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The diagonals of matrices, as the last dimension. Shares memory.

    >>> import retrograd as rg
    >>> rg.linalg.diagonal(rg.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return _diagonal(A, offset, dim1, dim2)


install(globals(), "linalg")


def __getattr__(name: str) -> Any:
    raise attribute_error("linalg", name, __all__)

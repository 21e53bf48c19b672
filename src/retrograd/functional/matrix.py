"""What `torch.linalg` asks of matrices beyond products: norms, determinants, powers, cross products."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from typing import Any

from retrograd.base.errors import ArgumentError, MissingError, ShapeError
from retrograd.base.shape import axis
from retrograd.functional import elementwise as e
from retrograd.functional import reduce as r
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.places import take_along_dim
from retrograd.functional.products import identity, inv, matmul
from retrograd.functional.shape import expand, narrow, roll, select, unsqueeze
from retrograd.graph.node import bind
from retrograd.ops.constant import iota


def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """(sum |x|**ord)**(1/ord) over dim or all; inf, -inf: the largest, smallest |x|; 0: how many are not 0.

    >>> import retrograd as rg
    >>> rg.linalg.vector_norm(rg.tensor([[3.0, -4.0]]), 1)
    tensor(7.)
    """
    return r.norm(x, ord, dim, keepdim, dtype=dtype)  # type: ignore[no-any-return]


def matrix_norm(
    A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The Frobenius norm of matrices, or with ord 1, -1, inf, -inf an extreme sum of a column or row.

    >>> import retrograd as rg
    >>> rg.linalg.matrix_norm(rg.tensor([[1.0, -2.0], [3.0, 4.0]]), 1)
    tensor(6.)
    """
    n = need_tensor(A, "linalg.matrix_norm", "A").ndim
    if n < 2 or len(dim) != 2:
        raise ShapeError(f"A has {n} dimensions, dim is {tuple(dim)}", op="linalg.matrix_norm",
                         expected="two dimensions of a matrix")
    if ord == "fro":
        return r.norm(A, "fro", dim, keepdim, dtype=dtype)  # type: ignore[no-any-return]
    if ord not in (1, -1, math.inf, -math.inf):
        raise MissingError(f"ord is {ord!r}, which needs singular values", op="linalg.matrix_norm",
                           fix="numpy.linalg.norm computes it, without a derivative.")
    rows, columns = axis(dim[0], n, "linalg.matrix_norm"), axis(dim[1], n, "linalg.matrix_norm")
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = r.sum(e.abs(A), summed, True, dtype=dtype)
    out = (r.amax if ord > 0 else r.amin)(sums, kept, True)
    return out if keepdim else r.sum(out, (rows, columns))  # type: ignore[no-any-return]


def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of a vector (one dim), of matrices (two dims and an ord), or of all elements (neither).

    >>> import retrograd as rg
    >>> rg.linalg.norm(rg.ones(2, 2))
    tensor(2.)
    """
    n = need_tensor(A, "linalg.norm", "A").ndim
    if ord is None or isinstance(dim, int) or (dim is not None and len(dim) == 1) or (dim is None and n == 1):
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    if dim is None and n != 2:
        raise ShapeError(
            f"A has {n} dimensions and ord is {ord!r}",
            op="linalg.norm",
            expected="1 or 2 dimensions",
            fix="Say which with dim=... .",
        )
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)


def _square(A: Any, op: str) -> Any:
    n = need_tensor(A, op, "A")
    if n.ndim < 2 or n.shape[-1] != n.shape[-2]:
        raise ShapeError(f"A is {n.shape}", op=op, expected="square matrices")
    if not n.dtype.is_floating_point:
        raise ArgumentError(
            f"A is {n.dtype.name}", op=op, expected="floating point", fix="Convert it with .float()."
        )
    return n


def _pivots(A: Any) -> Iterator[Tensor]:
    """The pivots of elimination, each with the sign of its row exchange: their product is det A."""
    x = A
    for left in range(A.node.shape[-1], 0, -1):
        column = select(x, -1, 0)
        best = r.argmax(e.abs(column), -1, True)                                # (..., 1)
        row = take_along_dim(x, expand(unsqueeze(best, -1), (*x.node.shape[:-2], 1, left)), -2)
        pivot = select(row, -1, 0)                                              # (..., 1)
        yield select(e.where(best == 0, pivot, -pivot), -1, 0)
        if left == 1:
            return
        # The first row takes the pivot's place; a column of zeros leaves det at 0 whatever it is divided by.
        here = unsqueeze(wrap(bind(iota, (), ((left,), 0, "int64"))) == best, -1)
        others = narrow(e.where(here, narrow(x, -2, 0, 1), x), -2, 1, left - 1)
        scale = narrow(others, -1, 0, 1) / unsqueeze(e.where(pivot == 0, 1.0, pivot), -1)
        x = narrow(others, -1, 1, left - 1) - scale * narrow(row, -1, 1, left - 1)


def det(A: Any) -> Tensor:
    """The determinant of square matrices. Derivative: det(A) A^-T.

    >>> import retrograd as rg
    >>> rg.linalg.det(rg.tensor([[0.0, 2.0], [3.0, 4.0]]))
    tensor(-6.)
    """
    n = _square(A, "linalg.det")
    if n.shape[-1] == 0:
        return r.prod(A, -1).sum(-1) + 1  # type: ignore[no-any-return]
    return reduce(e.mul, _pivots(A))  # type: ignore[no-any-return]


def slogdet(A: Any) -> tuple[Tensor, Tensor]:
    """The sign of the determinant and the logarithm of its absolute value, without overflow.

    >>> import retrograd as rg
    >>> rg.linalg.slogdet(rg.eye(2) * -3)
    (tensor(1.), tensor(2.1972))
    """
    n = _square(A, "linalg.slogdet")
    if n.shape[-1] == 0:
        one = det(A)
        return one, one - 1
    pivots = list(_pivots(A))
    return reduce(e.mul, map(e.sign, pivots)), reduce(e.add, [e.log(e.abs(p)) for p in pivots])


def matrix_power(A: Any, n: int) -> Tensor:
    """A multiplied with itself n times; a negative n takes the inverse.

    >>> import retrograd as rg
    >>> rg.linalg.matrix_power(rg.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    node = _square(A, "linalg.matrix_power")
    if n < 0:
        return matrix_power(inv(A), -n)
    out, factor = None, A
    while n:
        if n & 1:
            out = factor if out is None else matmul(out, factor)
        n >>= 1
        factor = matmul(factor, factor) if n else factor
    return wrap(identity(node)) if out is None else out


def multi_dot(tensors: Any) -> Tensor:
    """The product of several matrices (the first and last may be vectors).

    >>> import retrograd as rg
    >>> rg.linalg.multi_dot([rg.ones(2), rg.ones(2, 3), rg.ones(3)])
    tensor(6.)
    """
    if len(tensors) < 2:
        raise ArgumentError(f"{len(tensors)} tensors", op="linalg.multi_dot", expected="at least two")
    return reduce(matmul, tensors)  # type: ignore[no-any-return]


def vecdot(x: Any, y: Any, *, dim: int = -1) -> Tensor:
    """The sum of products along dim.

    >>> import retrograd as rg
    >>> rg.linalg.vecdot(rg.ones(2, 3), rg.arange(3.0))
    tensor([3., 3.])
    """
    return r.sum(e.mul(x, y), dim)  # type: ignore[no-any-return]


def cross(input: Any, other: Any, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along dim.

    >>> import retrograd as rg
    >>> rg.linalg.cross(rg.tensor([1.0, 0.0, 0.0]), rg.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])
    """
    for name, x in (("input", input), ("other", other)):
        shape = need_tensor(x, "linalg.cross", name).shape
        if not shape or shape[axis(dim, len(shape), "linalg.cross")] != 3:
            raise ShapeError(f"{name} is {shape}", op="linalg.cross", expected=f"3 elements along dim {dim}")
    return e.sub(e.mul(roll(input, -1, dim), roll(other, -2, dim)),
                 e.mul(roll(input, -2, dim), roll(other, -1, dim)))

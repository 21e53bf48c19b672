"""Determinants of matrices, by elimination: right, with their derivatives, for singular matrices too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional import elementwise as e
from retrograd.functional import reduce as r
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.places import take_along_dim
from retrograd.functional.shape import expand, narrow, select, unsqueeze
from retrograd.graph.node import bind
from retrograd.ops.constant import iota


def square(A: Any, op: str) -> Any:
    """The node of a batch of square matrices."""
    n = need_tensor(A, op, "A")
    if n.ndim < 2 or n.shape[-1] != n.shape[-2]:
        raise ShapeError(f"A is {n.shape}", op=op, expected="square matrices")
    if not n.dtype.smooth:
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
    n = square(A, "linalg.det")
    if n.shape[-1] == 0:
        return r.prod(A, -1).sum(-1) + 1  # type: ignore[no-any-return]
    return reduce(e.mul, _pivots(A))  # type: ignore[no-any-return]


def slogdet(A: Any) -> tuple[Tensor, Tensor]:
    """The sign of the determinant and the logarithm of its absolute value, without overflow.

    >>> import retrograd as rg
    >>> rg.linalg.slogdet(rg.eye(2) * -3)
    (tensor(1.), tensor(2.1972))
    """
    n = square(A, "linalg.slogdet")
    if n.shape[-1] == 0:
        one = det(A)
        return one, one - 1
    pivots = list(_pivots(A))
    return reduce(e.mul, map(e.sign, pivots)), reduce(e.add, [e.log(e.abs(p)) for p in pivots])

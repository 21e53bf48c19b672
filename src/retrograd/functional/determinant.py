"""Determinants of matrices, right with their derivatives for singular matrices too, and their logarithms."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.elementwise import add, eq, log, where
from retrograd.graph.node import bind
from retrograd.ops import determinant as d


class SignLog(NamedTuple):
    """What linalg.slogdet returns."""

    sign: Any
    logabsdet: Any


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


def det(A: Any) -> Tensor:
    """The determinant of square matrices. Derivative: the cofactors, det(A) A^-T where A has an inverse.

    >>> import retrograd as rg
    >>> rg.linalg.det(rg.tensor([[0.0, 2.0], [3.0, 4.0]]))
    tensor(-6.)
    """
    return wrap(bind(d.det_p, (square(A, "linalg.det"),)))


def slogdet(A: Any) -> SignLog:
    """The sign of the determinant (of complex matrices its direction) and the logarithm of its absolute
    value, without overflow. Derivative of the logarithm: A^-H.

    >>> import retrograd as rg
    >>> tuple(rg.linalg.slogdet(rg.eye(2) * -3))
    (tensor(1.), tensor(2.1972))
    """
    return SignLog(*map(wrap, d.slogdet_parts(bind(d.slogdet_p, (square(A, "linalg.slogdet"),)))))


def logdet(input: Any) -> Tensor:
    """log det, nan where det is below 0.

    >>> import retrograd as rg
    >>> rg.logdet(rg.tensor([[1.0, 0.0], [0.0, 1.0]]))
    tensor(0.)
    """
    sign, size = slogdet(input)
    if sign.node.dtype.is_complex:
        return add(size, log(sign))
    return where(eq(sign, -1), math.nan, size)  # type: ignore[no-any-return]

"""Factors of symmetric matrices that need not be positive: A = L D L^T with rows exchanged, D of blocks of
one or two (Bunch and Kaufman 1977), and systems solved by them. No derivative; see `linalg.solve`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import int32
from retrograd.base.errors import LinAlgError, MissingError, ShapeError
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, same_dtype, wrap
from retrograd.functional.factors import matrix
from retrograd.graph.node import leaf

ALPHA = (1 + math.sqrt(17)) / 8         # of the bound on how much elements grow


class LDL(NamedTuple):
    """What linalg.ldl_factor returns."""

    LD: Any
    pivots: Any


class LDLWithInfo(NamedTuple):
    """What linalg.ldl_factor_ex returns."""

    LD: Any
    pivots: Any
    info: Any


def _choose(a: Any, k: int) -> tuple[int, int]:
    """(the row to exchange, the size of the block) at column k."""
    n, here = len(a), abs(a[k, k])
    if k == n - 1:
        return k, 1
    far = k + 1 + int(np.abs(a[k + 1:, k]).argmax())
    column = abs(a[far, k])
    if here >= ALPHA * column:
        return k, 1
    row = max(np.abs(a[far, k:far]).max(), np.abs(a[far + 1:, far]).max(initial=0))
    if here * row >= ALPHA * column * column:
        return k, 1
    return (far, 1) if abs(a[far, far]) >= ALPHA * row else (far, 2)


def _exchange(a: Any, k: int, at: int, p: int, block: int) -> None:
    """Rows and columns `at` and p of what is left of a lower triangle."""
    a[p + 1:, [at, p]] = a[p + 1:, [p, at]]
    a[at + 1:p, at], a[p, at + 1:p] = a[p, at + 1:p].copy(), a[at + 1:p, at].copy()
    a[at, at], a[p, p] = a[p, p], a[at, at]
    if block == 2:
        a[k + 1, k], a[p, k] = a[p, k], a[k + 1, k]


def _factored(a: Any) -> tuple[Any, int]:
    """The pivots and the first 0 on the diagonal of D (0: none); a becomes L below and D."""
    n, k, info = len(a), 0, 0
    pivots = np.zeros(n, np.int32)
    while k < n:
        p, block = _choose(a, k)
        at = k + block - 1
        if p != at:
            _exchange(a, k, at, p, block)
        rest = slice(k + block, n)
        if block == 1:
            pivots[k] = p + 1
            if a[k, k] == 0:
                info = info or k + 1
            else:
                v = a[rest, k].copy()
                a[rest, rest] -= np.tril(np.outer(v, v / a[k, k]))
                a[rest, k] = v / a[k, k]
        else:
            pivots[k:k + 2] = -(p + 1)
            d = np.array([[a[k, k], a[k + 1, k]], [a[k + 1, k], a[k + 1, k + 1]]])
            v = a[rest, k:k + 2].copy()
            w = np.linalg.solve(d, v.T).T
            a[rest, rest] -= np.tril(w @ v.T)
            a[rest, k:k + 2] = w
        k += block
    return pivots, info


def ldl_factor_ex(A: Any, *, hermitian: bool = False, check_errors: bool = False) -> LDLWithInfo:
    """(LD, pivots, info): L below the diagonal (ones on it), D on it and, for blocks of two, beside it;
    pivots as LAPACK has them: row k was exchanged with row pivots[k], counted from 1, negative for a block of
    two; info the number of the first 0 of D, else 0. The lower triangle of A is read.

    >>> import retrograd as rg
    >>> rg.linalg.ldl_factor_ex(rg.tensor([[2.0, 0.0], [4.0, 3.0]])).info
    tensor(0, dtype=retrograd.int32)
    """
    n = matrix(A, "linalg.ldl_factor")
    if n.shape[-1] != n.shape[-2]:
        raise ShapeError(f"A is {n.shape}", op="linalg.ldl_factor", expected="square matrices")
    if hermitian and n.dtype.is_complex:
        raise MissingError("Hermitian complex matrices are not there yet", op="linalg.ldl_factor",
                           fix="Use linalg.eigh.")
    evaluate([n])
    values = np.tril(n.value)
    flat = values.reshape(-1, *n.shape[-2:])
    found = [_factored(one) for one in flat]
    pivots = np.array([p for p, _ in found], np.int32).reshape(n.shape[:-1])
    info = np.array([i for _, i in found], np.int32).reshape(n.shape[:-2])
    if check_errors and info.any():
        raise LinAlgError(f"D holds a 0 at {int(info.max())}", op="linalg.ldl_factor_ex",
                          expected="invertible matrices")
    return LDLWithInfo(*(wrap(leaf(x, d)) for x, d in ((values, n.dtype), (pivots, int32), (info, int32))))


def ldl_factor(A: Any, *, hermitian: bool = False) -> LDL:
    """(LD, pivots) of symmetric matrices: see `linalg.ldl_factor_ex`.

    >>> import retrograd as rg
    >>> A = rg.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> rg.linalg.ldl_solve(*rg.linalg.ldl_factor(A), rg.tensor([[2.0], [3.0]]))
    tensor([[3.],
            [2.]])
    """
    return LDL(*ldl_factor_ex(A, hermitian=hermitian)[:2])


def _solved(a: Any, pivots: Any, b: Any) -> None:
    """b becomes x."""
    n, k, blocks = len(a), 0, []
    while k < n:
        block, p = (1, pivots[k] - 1) if pivots[k] > 0 else (2, -pivots[k] - 1)
        at = k + block - 1
        b[[at, p]] = b[[p, at]]
        b[k + block:] -= a[k + block:, k:k + block] @ b[k:k + block]
        d = a[k:k + block, k:k + block]
        b[k:k + block] = np.linalg.solve(np.tril(d) + np.tril(d, -1).T, b[k:k + block])
        blocks.append((k, block, p))
        k += block
    for k, block, p in reversed(blocks):
        b[k:k + block] -= a[k + block:, k:k + block].T @ b[k + block:]
        at = k + block - 1
        b[[at, p]] = b[[p, at]]


def ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: bool = False) -> Tensor:
    """X with A X = B, by the factors of A.

    >>> import retrograd as rg
    >>> rg.linalg.ldl_solve(*rg.linalg.ldl_factor(rg.eye(2) * 2), rg.ones(2, 1))
    tensor([[0.5000],
            [0.5000]])
    """
    a, b = matrix(LD, "linalg.ldl_solve", name="LD"), matrix(B, "linalg.ldl_solve", name="B")
    same_dtype("linalg.ldl_solve", ("LD", a), ("B", b))
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(f"LD is {a.shape}, B is {b.shape}", op="linalg.ldl_solve",
                         expected="as many rows in B")
    evaluate([a, pivots.node, b])
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    out = np.broadcast_to(b.value, (*lead, *b.shape[-2:])).copy()
    factors = np.broadcast_to(a.value, (*lead, *a.shape[-2:])).reshape(-1, *a.shape[-2:])
    orders = np.broadcast_to(pivots.node.value, (*lead, a.shape[-1])).reshape(-1, a.shape[-1])
    for one, order, x in zip(factors, orders, out.reshape(-1, *b.shape[-2:])):
        _solved(one, order, x)
    return wrap(leaf(out, b.dtype))

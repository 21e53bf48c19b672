"""LU factors of matrices of any shape: how rows are exchanged, and the factors once they are.

    pivots(A)        row j was exchanged with row pivots[j] >= j, counted from 1 as LAPACK does
    order(pivots)    the rows of A in the order in which they are eliminated
    lu(P A)          L below the diagonal (its ones are not kept), U on it and above

The exchanges have no derivative; the factors of the rows in order have: with A = L U square,
dL = L low(F), dU = high(F) U, F = L^-1 dA U^-1. All of it is analytic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import int32, int64
from retrograd.base.shape import numel
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import concat_p, narrow, swap_last
from retrograd.ops.matrices import as_diagonal, cubic, diagonal, right_solve, weighted

BLOCK = 32          # columns that are eliminated before the rest of the matrix follows, by one product


def _size(a: Any) -> Any:
    """What LAPACK takes for the size of a pivot: of complex numbers the sum of both parts' sizes."""
    return np.abs(a.real) + np.abs(a.imag) if a.dtype.kind == "c" else np.abs(a)


def _eliminated(a: Any, pivot: bool) -> tuple[Any, Any]:
    """(factors in one matrix, exchanges) of a batch."""
    shape, k = a.shape, min(a.shape[-2:])
    a = np.array(a).reshape(numel(shape[:-2]), *shape[-2:])
    each, pivots = np.arange(len(a)), np.zeros((len(a), k), np.int64)
    for start in range(0, k, BLOCK):
        stop = min(start + BLOCK, k)
        for j in range(start, stop):
            best = np.full(len(a), j)
            if pivot:
                best = j + _size(a[:, j:, j]).argmax(1)
                a[each, j], a[each, best] = a[each, best], a[each, j].copy()
            pivots[:, j] = best
            head = a[:, j, j][:, None]
            a[:, j + 1:, j] /= np.where(head == 0, 1, head)
            a[:, j + 1:, j + 1:stop] -= a[:, j + 1:, j, None] * a[:, j, None, j + 1:stop]
        for j in range(start, stop):        # the same steps on the columns to the right, then all rows below
            a[:, j + 1:stop, stop:] -= a[:, j + 1:stop, j, None] * a[:, j, None, stop:]
        a[:, stop:, stop:] -= a[:, stop:, start:stop] @ a[:, start:stop, stop:]
    return a.reshape(shape), pivots.reshape(*shape[:-2], k)


def _square_sample() -> Iterator[Sample]:
    rng = rng_for("lu")
    for shape in ((3, 3), (2, 4, 2), (2, 3)):
        yield Sample((rng.uniform(-0.3, 0.3, shape) + np.eye(*shape[-2:]),))


def _pivots_infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    shape = inputs[0].shape
    return (*shape[:-2], min(shape[-2:])), int32


pivots_p = Primitive("lu_pivots", "constant", "a",
                     stacks=True, infer=_pivots_infer, constant=True, flops=cubic,
                     complex=True, np=lambda a: (_eliminated(a, True)[1] + 1).astype(np.int32),
                     sample=_square_sample)


def _order_np(p: Any, rows: int) -> Any:
    flat = p.reshape(numel(p.shape[:-1]), p.shape[-1])
    out = np.broadcast_to(np.arange(rows), (len(flat), rows)).copy()
    each = np.arange(len(flat))
    for j in range(p.shape[-1]):
        other = flat[:, j] - 1
        out[each, j], out[each, other] = out[each, other], out[each, j].copy()
    return out.reshape(*p.shape[:-1], rows).astype(np.int64, copy=False)


def _order_sample() -> Iterator[Sample]:
    yield Sample((np.array([[3, 3, 3], [1, 2, 3]]),), (4,))


order_p = Primitive("lu_order", "constant", "p", "rows", infer=lambda i, p: ((*i[0].shape[:-1], p[0]), int64),
                    np=_order_np, constant=True, sample=_order_sample, flops=lambda n: 0)


# ---------------------------------------------------------------- the factors
def lower(y: Node, k: int) -> Node:
    """The first k columns below the diagonal, with ones on it."""
    part = weighted(narrow(y, y.ndim - 1, 0, k), 1.0, 0.0)
    square = narrow(part, y.ndim - 2, 0, k)
    ones = as_diagonal(diagonal(square) * 0.0 + 1.0)
    if y.shape[-2] == k:
        return square + ones
    return bind(concat_p, (square + ones, narrow(part, y.ndim - 2, k, y.shape[-2] - k)), (y.ndim - 2,))


def upper(y: Node, k: int) -> Node:
    """The first k rows on the diagonal and above."""
    part = narrow(y, y.ndim - 2, 0, k)
    return part - weighted(part, 1.0, 0.0)


def _left(f: Node, x: Node) -> Node:
    return bind(solve_p, (f, x))


def _lu_jvp(da: Node, y: Node) -> Node:
    """In blocks: the square one, what is below it, what is to its right."""
    m, n = y.shape[-2:]
    k, rows, cols = min(m, n), y.ndim - 2, y.ndim - 1
    first, head = narrow(y, rows, 0, k), narrow(da, rows, 0, k)
    low, high = lower(narrow(first, cols, 0, k), k), upper(narrow(first, cols, 0, k), k)
    inner = right_solve(_left(low, narrow(head, cols, 0, k)), high)
    below = weighted(inner, 1.0, 0.0)
    dl, du = matmul(low, below), matmul(inner - below, high)
    square = weighted(dl, 1.0, 0.0) + du - weighted(du, 1.0, 0.0)
    if m > k:                                   # L2 = A2 U^-1
        rest = narrow(y, rows, k, m - k)
        more = right_solve(narrow(da, rows, k, m - k) - matmul(rest, du), high)
        return bind(concat_p, (square, more), (rows,))
    if n > k:                                   # U2 = L^-1 A2
        rest = narrow(y, cols, k, n - k)
        more = _left(low, narrow(da, cols, k, n - k) - matmul(dl, rest))
        return bind(concat_p, (square, more), (cols,))
    return square


def _lu_vjp(g: Node, y: Node) -> tuple[Node]:
    m, n = y.shape[-2:]
    k, rows, cols = min(m, n), y.ndim - 2, y.ndim - 1
    corner, gc = (narrow(narrow(x, rows, 0, k), cols, 0, k) for x in (y, g))
    low, high = lower(corner, k), upper(corner, k)
    gl = weighted(gc, 1.0, 0.0)
    gu, more, at = gc - gl, None, rows
    if m > k:
        rest, gr = narrow(y, rows, k, m - k), narrow(g, rows, k, m - k)
        more = right_solve(gr, swap_last(high))
        gu = gu - matmul(swap_last(rest), more)
    elif n > k:
        rest, gr, at = narrow(y, cols, k, n - k), narrow(g, cols, k, n - k), cols
        more = _left(swap_last(low), gr)
        gl = gl - matmul(more, swap_last(rest))
    below = weighted(matmul(swap_last(low), gl), 1.0, 0.0)
    above = matmul(gu, swap_last(high))
    above = above - weighted(above, 1.0, 0.0)
    ga = right_solve(_left(swap_last(low), below + above), swap_last(high))
    return (ga if more is None else bind(concat_p, (ga, more), (at,)),)


lu_p = Primitive("lu", "explicit", "a", stacks=True, infer=lambda i, p: (i[0].shape, i[0].dtype), flops=cubic,
                 np=lambda a: _eliminated(a, False)[0], vjp=_lu_vjp, jvp=_lu_jvp, sample=_square_sample)

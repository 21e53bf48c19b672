"""LU factors with exchanged rows, and systems solved by them; products of Householder reflections."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import INTEGER, int32
from retrograd.base.errors import ArgumentError, LinAlgError, ShapeError
from retrograd.base.shape import broadcast_shapes
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, expand_to, need_tensor, same_dtype, wrap
from retrograd.functional.factors import QR, matrix
from retrograd.functional.products import computed
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops import lu as f
from retrograd.ops import matrices as mat
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.gather import gather_p


class PLU(NamedTuple):
    """What linalg.lu returns."""

    P: Any
    L: Any
    U: Any


class Factors(NamedTuple):
    """What linalg.lu_factor returns."""

    LU: Any
    pivots: Any


class FactorsWithInfo(NamedTuple):
    """What linalg.lu_factor_ex returns."""

    LU: Any
    pivots: Any
    info: Any


def _rows(x: Node, order: Node) -> Node:
    """The rows of matrices in an order of their own each."""
    index = lin.expand(order, (*order.shape, x.shape[-1]), (order.ndim,))
    return bind(gather_p, (x, index), (x.ndim - 2,))


def _order(pivots: Node, rows: int) -> Node:
    return bind(f.order_p, (pivots,), (rows,))


def _exchanges(a: Node, pivot: bool) -> Node:
    if pivot:
        return bind(f.pivots_p, (a,))
    k = min(a.shape[-2:])
    return expand_to(leaf(np.arange(1, k + 1, dtype=np.int32), int32), (*a.shape[:-2], k))


def lu_factor(A: Any, *, pivot: bool = True) -> Factors:
    """(LU, pivots): L below the diagonal (ones on it), U on it and above; row j was exchanged with row
    pivots[j], counted from 1. Derivative: dL = L low(F), dU = high(F) U, F = L^-1 P^T dA U^-1.

    >>> import retrograd as rg
    >>> LU, pivots = rg.linalg.lu_factor(rg.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> LU, pivots.tolist()
    (tensor([[4.0000, 4.0000],
            [0.2500, 1.0000]]), [2, 2])
    """
    a = matrix(A, "linalg.lu_factor")
    pivots = _exchanges(a, pivot)
    ordered = _rows(a, _order(pivots, a.shape[-2])) if pivot else a
    return Factors(wrap(bind(f.lu_p, (ordered,))), wrap(pivots))


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> FactorsWithInfo:
    """(LU, pivots, info): info is the number of the first 0 on the diagonal of U, and 0 if there is none.

    >>> import retrograd as rg
    >>> rg.linalg.lu_factor_ex(rg.zeros(2, 2)).info
    tensor(1, dtype=retrograd.int32)
    """
    LU, pivots = lu_factor(A, pivot=pivot)
    evaluate([LU.node])
    zero = np.diagonal(LU.node.value, axis1=-2, axis2=-1) == 0
    info = np.where(zero.any(-1), zero.argmax(-1) + 1, 0).astype(np.int32)
    if check_errors and info.any():
        raise LinAlgError(f"the diagonal of U holds a 0 at {int(info.max())}", op="linalg.lu_factor_ex",
                          expected="invertible matrices")
    return FactorsWithInfo(LU, pivots, wrap(leaf(info, int32)))


def _permutation(order: Node, like: Node) -> Node:
    """P with P[order[j], j] = 1."""
    rows = order.shape[-1]
    shape = (*order.shape[:-1], rows, rows)
    places, _ = mat.places(rows)
    hit = expand_to(places, shape).equal(lin.expand(order, shape, (order.ndim - 1,)))
    return lin.cast(hit, like.dtype)


def lu(A: Any, *, pivot: bool = True) -> PLU:
    """(P, L, U) with A = P L U: P a permutation, L lower triangular with ones on its diagonal, U upper
    triangular.

    >>> import retrograd as rg
    >>> P, L, U = rg.linalg.lu(rg.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> P @ L @ U
    tensor([[1., 2.],
            [4., 4.]])
    """
    LU, pivots = lu_factor(A, pivot=pivot)
    P, L, U = lu_unpack(LU, pivots)
    return PLU(P if pivot else wrap(lin.full(0, (0,), LU.node.dtype)), L, U)


def _unpacked(LU: Any, op: str) -> tuple[Node, Node, Node]:
    y = matrix(LU, op, name="LU")
    k = min(y.shape[-2:])
    return y, f.lower(y, k), f.upper(y, k)


def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> PLU:
    """(P, L, U) of what `linalg.lu_factor` gives; parts that are not asked for are empty.

    >>> import retrograd as rg
    >>> rg.lu_unpack(*rg.linalg.lu_factor(rg.eye(2))).U
    tensor([[1., 0.],
            [0., 1.]])
    """
    y, low, high = _unpacked(LU_data, "lu_unpack")
    none = lin.full(0, (0,), y.dtype)
    P = none
    if unpack_pivots:
        P = _permutation(_order(_pivots(LU_pivots, "lu_unpack"), y.shape[-2]), y)
    return PLU(wrap(P), wrap(low if unpack_data else none), wrap(high if unpack_data else none))


def _pivots(pivots: Any, op: str) -> Node:
    p = need_tensor(pivots, op, "pivots")
    if p.dtype.kind != INTEGER:
        raise ArgumentError(f"pivots are {p.dtype.name}", op=op, expected="int32 numbers of rows")
    return p


def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """x with A x = B (x A = B, if not left; A^H in A's place, if adjoint) by the factors of A.

    >>> import retrograd as rg
    >>> rg.linalg.lu_solve(*rg.linalg.lu_factor(rg.tensor([[2.0, 0.0], [0.0, 4.0]])), rg.ones(2, 1))
    tensor([[0.5000],
            [0.2500]])
    """
    op = "linalg.lu_solve"
    y, low, high = _unpacked(LU, op)
    b, p = matrix(B, op, name="B"), _pivots(pivots, op)
    same_dtype(op, ("LU", y), ("B", b))
    n = y.shape[-1]
    if y.shape[-2] != n or b.shape[-2 if left else -1] != n:
        raise ShapeError(f"LU is {y.shape}, B is {b.shape}", op=op,
                         expected="a square LU and as many rows in B")
    if not left:                        # x A = B is A^H x^H = B^H
        turned = lu_solve(LU, pivots, wrap(mat.adjoint(b)), adjoint=not adjoint)
        return wrap(mat.adjoint(turned.node))           # type: ignore[attr-defined]
    lead = broadcast_shapes(y.shape[:-2], b.shape[:-2])
    low, high, b = (expand_to(x, (*lead, *x.shape[-2:])) for x in (low, high, b))
    order = expand_to(_order(p, n), (*lead, n))
    if adjoint:                         # U^H L^H P^T x = b
        half = bind(solve_p, (mat.adjoint(low), bind(solve_p, (mat.adjoint(high), b))))
        return wrap(computed(matmul(expand_to(_permutation(order, b), (*lead, n, n)), half)))
    return wrap(computed(bind(solve_p, (high, bind(solve_p, (low, _rows(b, order)))))))


def old_lu(input: Any, pivot: bool = True, get_infos: bool = False) -> Any:
    """torch.lu: (LU, pivots) as `linalg.lu_factor`, and the infos if asked.

    >>> import retrograd as rg
    >>> rg.lu(rg.tensor([[2.0]]))[0]
    tensor([[2.]])
    """
    return lu_factor_ex(input, pivot=pivot) if get_infos else lu_factor(input, pivot=pivot)


def old_lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Tensor:
    """torch.lu_solve: see `linalg.lu_solve`.

    >>> import retrograd as rg
    >>> rg.lu_solve(rg.ones(1, 1), *rg.linalg.lu_factor(rg.tensor([[2.0]])))
    tensor([[0.5000]])
    """
    return lu_solve(LU_data, LU_pivots, b)


# ---------------------------------------------------------------- Householder reflections
def householder_product(A: Any, tau: Any) -> Tensor:
    """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the
    diagonal with a 1 on it and zeros above.

    >>> import retrograd as rg
    >>> rg.linalg.householder_product(rg.zeros(2, 1), rg.tensor([2.0]))
    tensor([[-1.],
            [ 0.]])
    """
    op = "linalg.householder_product"
    a, t = matrix(A, op, name="input"), need_tensor(tau, op, "tau")
    same_dtype(op, ("input", a), ("tau", t))
    m, n = a.shape[-2:]
    if m < n or t.ndim != a.ndim - 1 or t.shape[:-1] != a.shape[:-2] or t.shape[-1] > n:
        raise ShapeError(f"input is {a.shape}, tau is {t.shape}", op=op,
                         expected="tall matrices, and at most as many numbers as columns")
    rows, cols = mat.places(m, n)
    out = expand_to(lin.cast(rows.equal(cols), a.dtype), a.shape)
    low = mat.weighted(a, 1.0, 0.0) + out
    for i in range(t.shape[-1] - 1, -1, -1):
        v = lin.narrow(low, a.ndim - 1, i, 1)
        factor = lin.reshape(lin.narrow(t, t.ndim - 1, i, 1), (*a.shape[:-2], 1, 1))
        out = out - expand_to(factor, a.shape) * matmul(v, matmul(mat.adjoint(v), out))
    return wrap(out)


def geqrf(input: Any) -> QR:
    """(a, tau): the reflections that make R of A, as `linalg.householder_product` takes them; R on the
    diagonal of a and above. No derivative.

    >>> import retrograd as rg
    >>> rg.geqrf(rg.tensor([[3.0], [4.0]]))[0]
    tensor([[-5.0000],
            [ 0.5000]])
    """
    a = matrix(input, "geqrf")
    evaluate([a])
    h, tau = np.linalg.qr(a.value, "raw")
    arrays = [np.ascontiguousarray(x, a.dtype.np) for x in (np.swapaxes(h, -1, -2), tau)]
    return QR(*(wrap(leaf(x, a.dtype)) for x in arrays))

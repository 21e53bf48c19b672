"""What follows from factors of matrices: the pseudo-inverse, rank, least squares; and the exponential."""

from __future__ import annotations

from typing import Any, NamedTuple

from retrograd.base.dtype import DType, finfo, float32, int64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional.door import Tensor, TensorBase, expand_to, need_tensor, same_dtype, wrap
from retrograd.functional.eigen import eigvalsh
from retrograd.functional.elementwise import abs, maximum, where
from retrograd.functional.factors import by_triangle, matrix, svdvals
from retrograd.functional.products import computed, matmul
from retrograd.functional.reduce import amax, sum
from retrograd.functional.shape import reshape, unsqueeze
from retrograd.graph.node import Node, bind
from retrograd.ops import exponential
from retrograd.ops import linear as lin
from retrograd.ops import singular as sv
from retrograd.ops.constant import stop


class LeastSquares(NamedTuple):
    """What linalg.lstsq returns."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


def _as_limit(limit: Any, dtype: DType) -> Any:
    """A limit as a tensor of that dtype."""
    if isinstance(limit, TensorBase):
        return wrap(lin.cast(limit.node, dtype))
    return wrap(lin.full(float(limit), (), dtype))


def _limit(a: Node, s: Tensor, atol: Any, rtol: Any) -> Tensor:
    """max(atol, rtol largest), below which a singular value counts as 0, for each matrix. rtol is the
    rounding of the largest by default, and 0 where there is an atol."""
    dtype = a.dtype.to_real()
    share = _as_limit(max(a.shape[-2:]) * finfo(dtype).eps if rtol is None else rtol, dtype)
    if atol is not None and rtol is None:
        share = where(_as_limit(atol, dtype) > 0, 0.0, share)
    top = amax(s, -1) if s.node.shape[-1] else sum(s, -1)           # type: ignore[attr-defined]
    return maximum(_as_limit(0.0 if atol is None else atol, dtype), share * top)    # type: ignore[no-any-return]


def _sizes(a: Node, hermitian: bool) -> Tensor:
    """The singular values of matrices, in falling order or (of Hermitian ones) not, without a derivative."""
    x = wrap(bind(stop, (a,)))
    return abs(eigvalsh(x)) if hermitian else svdvals(x)  # type: ignore[no-any-return]


def pinv(A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The pseudo-inverse: that of A's singular values above max(atol, rtol largest). Of a Hermitian matrix
    one triangle is read. Derivative: Golub and Pereyra (1973).

    >>> import retrograd as rg
    >>> rg.linalg.pinv(rg.tensor([[2.0, 0.0]]))
    tensor([[0.5000],
            [0.0000]])
    """
    a = matrix(A, "linalg.pinv", hermitian)
    if hermitian:
        a = by_triangle(a, True)
    limit = _limit(a, _sizes(a, hermitian), atol, rcond if rtol is None else rtol)
    return wrap(computed(bind(sv.pinv_p, (a, expand_to(limit.node, a.shape[:-2])))))    # type: ignore[attr-defined]


def pinverse(input: Any, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse, see `linalg.pinv`.

    >>> import retrograd as rg
    >>> rg.pinverse(rg.tensor([[2.0]]))
    tensor([[0.5000]])
    """
    return pinv(input, rcond)


def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
                ) -> Tensor:
    """How many singular values lie above max(atol, rtol largest).

    >>> import retrograd as rg
    >>> rg.linalg.matrix_rank(rg.ones(2, 2))
    tensor(1)
    """
    a = matrix(A, "linalg.matrix_rank", hermitian)
    s: Any = _sizes(a, hermitian)
    limit = _limit(a, s, tol if tol is not None else atol, rtol if tol is None else 0.0)
    return sum(s > unsqueeze(limit, -1), -1)


def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> LeastSquares:
    """The x of smallest norm that makes |A x - B| smallest, with residuals (of tall matrices of full rank),
    rank and singular values (of the drivers 'gelsd' and 'gelss').

    >>> import retrograd as rg
    >>> rg.linalg.lstsq(rg.tensor([[1.0], [1.0]]), rg.tensor([[1.0], [3.0]])).solution.round()
    tensor([[2.]])
    """
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise ArgumentError(f"driver is {driver!r}", op="linalg.lstsq",
                            expected="'gels', 'gelsy', 'gelsd', 'gelss'")
    a, b = matrix(A, "linalg.lstsq"), need_tensor(B, "linalg.lstsq", "B")
    same_dtype("linalg.lstsq", ("A", a), ("B", b))
    vector = b.ndim == a.ndim - 1 and b.shape == a.shape[:-1]
    if not vector and (b.ndim < 2 or b.shape[-2] != a.shape[-2]):
        raise ShapeError(f"A is {a.shape}, B is {b.shape}", op="linalg.lstsq", expected="as many rows")
    right: Any = unsqueeze(B, -1) if vector else B
    share = rcond if rcond is not None else max(a.shape[-2:]) * finfo(a.dtype).eps
    x: Any = matmul(pinv(A, rtol=share), right)
    rank = matrix_rank(A, rtol=share)
    m, n = a.shape[-2:]
    empty = wrap(lin.full(0, (0,), a.dtype.to_real()))
    full = m > n and driver not in (None, "gelsy") and bool((rank == n).all())    # type: ignore[attr-defined]
    rest = sum(abs(matmul(A, x) - right) ** 2, -2) if full else empty   # type: ignore[operator]
    if vector and rest is not empty:
        rest = reshape(rest, a.shape[:-2])
    known = wrap(lin.full(0, (0,), int64)) if driver == "gels" else rank
    values = svdvals(wrap(bind(stop, (a,)))) if driver in ("gelsd", "gelss") else empty
    return LeastSquares(reshape(x, x.shape[:-1]) if vector else x, rest, known, values)


def matrix_exp(A: Any) -> Tensor:
    """I + A + A^2/2! + ...; its derivative is a block of an exponential twice as large.

    >>> import retrograd as rg
    >>> rg.linalg.matrix_exp(rg.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    n = need_tensor(A, "linalg.matrix_exp", "A")
    half = n.dtype.is_floating_point and n.dtype.itemsize == 2
    a = matrix(wrap(lin.cast(n, float32)) if half else A, "linalg.matrix_exp", True)
    return wrap(lin.cast(bind(exponential.exp_p, (a,)), n.dtype))

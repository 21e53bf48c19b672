"""What `torch.linalg` asks of matrices beyond products: norms, determinants, powers, cross products."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import axes, axis
from retrograd.functional import elementwise as e
from retrograd.functional import reduce as r
from retrograd.functional.determinant import square
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.factors import svdvals
from retrograd.functional.products import identity, inv, matmul
from retrograd.functional.scans import cumprod
from retrograd.functional.shape import cat, expand, movedim, roll, unsqueeze
from retrograd.ops import linear as lin
from retrograd.ops.complex import conj


def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """(sum |x|**ord)**(1/ord) over dim or all; inf, -inf: the largest, smallest |x|; 0: how many are not 0.

    >>> import retrograd as rg
    >>> rg.linalg.vector_norm(rg.tensor([[3.0, -4.0]]), 1)
    tensor(7.)
    """
    n = need_tensor(x, "linalg.vector_norm", "x")
    if ord in (math.inf, -math.inf) and 0 in n.shape:
        over = range(n.ndim) if dim is None else axes(dim, n.ndim, "linalg.vector_norm")
        if any(n.shape[d] == 0 for d in over):
            raise ShapeError(f"x is {n.shape}, ord is {ord}", op="linalg.vector_norm",
                             expected="elements: no elements have no extreme")
    return r.norm(x, ord, dim, keepdim, dtype=dtype)  # type: ignore[no-any-return]


def matrix_norm(
    A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The Frobenius norm of matrices; with ord 1, -1, inf, -inf an extreme sum of a column or row, with
    'nuc', 2, -2
    the sum of the singular values, the largest, the smallest.

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
    if ord in ("nuc", 2, -2):
        return _by_singular_values(A, ord, dim, keepdim, dtype)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ArgumentError(f"ord is {ord!r}", op="linalg.matrix_norm",
                            expected="'fro', 'nuc', 1, -1, 2, -2, inf or -inf")
    rows, columns = axis(dim[0], n, "linalg.matrix_norm"), axis(dim[1], n, "linalg.matrix_norm")
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = r.sum(e.abs(A), summed, True, dtype=dtype)
    if ord > 0 and not sums.node.shape[kept]:       # no sums: the largest of none of them is 0
        out = r.sum(sums, kept, True)
    else:
        out = (r.amax if ord > 0 else r.amin)(sums, kept, True)
    return out if keepdim else r.sum(out, (rows, columns))  # type: ignore[no-any-return]


def _by_singular_values(A: Any, ord: Any, dim: Any, keepdim: bool, dtype: Any) -> Tensor:
    rank = A.node.ndim
    rows, columns = (axis(d, rank, "linalg.matrix_norm") for d in dim)
    s = svdvals(movedim(A if dtype is None else A.to(dtype), (rows, columns), (-2, -1)))
    if ord == "nuc" or ord == 2 and not s.node.shape[-1]:
        out = r.sum(s, -1)
    else:
        out = r.amax(s, -1) if ord == 2 else r.amin(s, -1)
    for d in sorted((rows, columns)) if keepdim else ():
        out = unsqueeze(out, d)
    return out  # type: ignore[no-any-return]


def cond(A: Any, p: Any = None) -> Tensor:
    """The condition number: the largest singular value over the smallest (p None, 2; -2 the other way
    round), or
    with another p, norm(A, p) norm(A^-1, p).

    >>> import retrograd as rg
    >>> rg.linalg.cond(rg.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor(2.)
    """
    if p in (None, 2, -2):
        s = svdvals(A)
        high, low = r.amax(s, -1), r.amin(s, -1)
        return low / high if p == -2 else high / low  # type: ignore[no-any-return]
    return matrix_norm(A, p) * matrix_norm(inv(A), p)       # type: ignore[operator, no-any-return]


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


def matrix_power(A: Any, n: int) -> Tensor:
    """A multiplied with itself n times; a negative n takes the inverse.

    >>> import retrograd as rg
    >>> rg.linalg.matrix_power(rg.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    node = square(A, "linalg.matrix_power")
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
    """The sum of products along dim, x conjugated.

    >>> import retrograd as rg
    >>> rg.linalg.vecdot(rg.ones(2, 3), rg.arange(3.0))
    tensor([3., 3.])
    """
    return r.sum(e.mul(wrap(conj(need_tensor(x, "linalg.vecdot", "x"))), y), dim)  # type: ignore[no-any-return]


def old_cross(input: Any, other: Any, dim: int | None = None) -> Tensor:
    """torch.cross: `linalg.cross` along the first dimension of 3 elements, if none is given.

    >>> import retrograd as rg
    >>> rg.cross(rg.tensor([1.0, 0.0, 0.0]), rg.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])
    """
    if dim is None:
        shape = need_tensor(input, "cross").shape
        dim = shape.index(3) if 3 in shape else -1
    return cross(input, other, dim=dim)


def cross(input: Any, other: Any, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along dim.

    >>> import retrograd as rg
    >>> rg.linalg.cross(rg.tensor([1.0, 0.0, 0.0]), rg.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])
    """
    ranks = need_tensor(input, "linalg.cross").ndim, need_tensor(other, "linalg.cross", "other").ndim
    if ranks[0] != ranks[1]:
        raise ShapeError(f"input has {ranks[0]} dimensions, other {ranks[1]}", op="linalg.cross",
                         expected="equal numbers of dimensions")
    for name, x in (("input", input), ("other", other)):
        shape = need_tensor(x, "linalg.cross", name).shape
        if not shape or shape[axis(dim, len(shape), "linalg.cross")] != 3:
            raise ShapeError(f"{name} is {shape}", op="linalg.cross", expected=f"3 elements along dim {dim}")
    return e.sub(e.mul(roll(input, -1, dim), roll(other, -2, dim)),
                 e.mul(roll(input, -2, dim), roll(other, -1, dim)))


def vander(x: Any, *, N: int | None = None) -> Tensor:
    """Powers 0, 1, ..., N - 1 of the elements of vectors, as the last dimension.

    >>> import retrograd as rg
    >>> rg.linalg.vander(rg.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    n = need_tensor(x, "linalg.vander", "x")
    if not n.ndim:
        return vander(unsqueeze(x, 0), N=N)
    if N is not None and N <= 1:
        raise ArgumentError(f"N is {N}", op="linalg.vander", expected="a number above 1")
    count = n.shape[-1] if N is None else N
    one = wrap(lin.full(1, (*n.shape, 1), n.dtype))
    if count < 2:
        return one if count else expand(unsqueeze(x, -1), (*n.shape, 0))  # type: ignore[no-any-return]
    repeated = expand(unsqueeze(x, -1), (*n.shape, count - 1))
    return cat([one, cumprod(repeated, -1, dtype=n.dtype)], -1)  # type: ignore[no-any-return]

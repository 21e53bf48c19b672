"""Sums of products: inner and Kronecker products, and products that are added to something."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ShapeError
from retrograd.functional.arranging import many_of
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.elementwise import mul
from retrograd.functional.matrix import multi_dot
from retrograd.functional.products import matmul, plus_product, tensordot
from retrograd.functional.reduce import sum
from retrograd.functional.shape import reshape, unsqueeze
from retrograd.ops.complex import conj


def inner(input: Any, other: Any) -> Tensor:
    """Sums of products over the last dimensions; with a scalar, the product.

    >>> import retrograd as rg
    >>> rg.inner(rg.tensor([1.0, 2.0]), rg.tensor([3.0, 4.0]))
    tensor(11.)
    """
    a, b = need_tensor(input, "inner"), need_tensor(other, "inner", "other")
    if not a.ndim or not b.ndim:
        return mul(input, other)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"input is {a.shape}, other is {b.shape}", op="inner", expected="equal last sizes")
    return tensordot(input, other, ([-1], [-1]))


def kron(input: Any, other: Any) -> Tensor:
    """Every element of input times the whole of other, as one tensor of blocks.

    >>> import retrograd as rg
    >>> rg.kron(rg.tensor([1, 10]), rg.tensor([1, 2]))
    tensor([ 1,  2, 10, 20])
    """
    a, b = need_tensor(input, "kron"), need_tensor(other, "kron", "other")
    rank = max(a.ndim, b.ndim)
    sa, sb = (1,) * (rank - a.ndim) + a.shape, (1,) * (rank - b.ndim) + b.shape
    x = reshape(input, tuple(s for n in sa for s in (n, 1)))
    y = reshape(other, tuple(s for n in sb for s in (1, n)))
    return reshape(mul(x, y), tuple(m * n for m, n in zip(sa, sb)))


def vdot(input: Any, other: Any) -> Tensor:
    """The sum of products of two vectors, the first one conjugated.

    >>> import retrograd as rg
    >>> rg.vdot(rg.tensor([1.0, 2.0]), rg.tensor([3.0, 4.0]))
    tensor(11.)
    """
    a, b = need_tensor(input, "vdot"), need_tensor(other, "vdot", "other")
    if a.ndim != 1 or a.shape != b.shape:
        raise ShapeError(f"input is {a.shape}, other is {b.shape}", op="vdot",
                         expected="two vectors of one length")
    return matmul(wrap(conj(a)), other)


def addmv(input: Any, mat: Any, vec: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """beta input + alpha mat @ vec.

    >>> import retrograd as rg
    >>> rg.addmv(rg.ones(1), rg.tensor([[1.0, 2.0]]), rg.tensor([3.0, 4.0]))
    tensor([12.])
    """
    m, v = need_tensor(mat, "addmv", "mat"), need_tensor(vec, "addmv", "vec")
    if m.ndim != 2 or v.ndim != 1:
        raise ShapeError(f"mat is {m.shape}, vec is {v.shape}", op="addmv", expected="a matrix and a vector")
    return plus_product(input, matmul(mat, vec), beta, alpha)  # type: ignore[no-any-return]


def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """beta input + alpha outer(vec1, vec2).

    >>> import retrograd as rg
    >>> rg.addr(rg.zeros(1, 2), rg.tensor([2.0]), rg.tensor([3.0, 4.0]))
    tensor([[6., 8.]])
    """
    a, b = need_tensor(vec1, "addr", "vec1"), need_tensor(vec2, "addr", "vec2")
    if a.ndim != 1 or b.ndim != 1:
        raise ShapeError(f"vec1 is {a.shape}, vec2 is {b.shape}", op="addr", expected="two vectors")
    return plus_product(input, mul(unsqueeze(vec1, 1), vec2), beta, alpha)  # type: ignore[no-any-return]


def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """beta input + alpha sum over the batch of batch1 @ batch2.

    >>> import retrograd as rg
    >>> rg.addbmm(rg.zeros(1, 1), rg.ones(2, 1, 3), rg.ones(2, 3, 1))
    tensor([[6.]])
    """
    a, b = need_tensor(batch1, "addbmm", "batch1"), need_tensor(batch2, "addbmm", "batch2")
    if a.ndim != 3 or b.ndim != 3:
        raise ShapeError(f"batch1 is {a.shape}, batch2 is {b.shape}", op="addbmm",
                         expected="batches of matrices")
    return plus_product(input, sum(matmul(batch1, batch2), 0), beta, alpha)  # type: ignore[no-any-return]


def chain_matmul(*matrices: Any) -> Tensor:
    """The product of matrices, in the order of fewest multiplications (`linalg.multi_dot`).

    >>> import retrograd as rg
    >>> rg.chain_matmul(rg.ones(1, 2), rg.ones(2, 3), rg.ones(3, 1))
    tensor([[6.]])
    """
    many = many_of(matrices)
    for k, x in enumerate(many):
        if need_tensor(x, "chain_matmul", f"matrices[{k}]").ndim != 2:
            raise ShapeError(f"matrices[{k}] is {x.node.shape}", op="chain_matmul", expected="matrices")
    return many[0] if len(many) == 1 else multi_dot(many)  # type: ignore[no-any-return]

"""Parts of matrices, and several packed in one array, as arithmetic on nodes: what rules of factors share.

A primitive has one result, so factors lie packed in one array, end to end along the last axis. Rules of
factors that are not analytic (those with an adjoint in them) are written for pairs, see ops/complex.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.base.errors import LinAlgError
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Sample
from retrograd.ops.complex import conj, real
from retrograd.ops.constant import iota
from retrograd.ops.explicit import solve_p
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import cast, concat_p, expand, narrow, reduce_sum, reshape, swap_last
from retrograd.ops.pointwise import guarded_mul, where


# ---------------------------------------------------------------- parts of matrices
def places(m: int, n: int | None = None) -> tuple[Node, Node]:
    """The numbers of rows and of columns of an m by n matrix."""
    shape = m, m if n is None else n
    return bind(iota, (), (shape, 0, "int64")), bind(iota, (), (shape, 1, "int64"))


def spread(mask: Node, like: Node) -> Node:
    return expand(mask, like.shape, tuple(range(like.ndim - 2)))


def weighted(m: Node, below: float, on: float) -> Node:
    """The lower triangle, its parts below and on the diagonal multiplied."""
    rows, cols = places(*m.shape[-2:])
    weights = below * cast(cols < rows, m.dtype) + on * cast(cols.equal(rows), m.dtype)
    return spread(weights, m) * m


def unit(n: int, dtype: DType) -> Node:
    rows, cols = places(n)
    return cast(rows.equal(cols), dtype)


def diagonal(m: Node) -> Node:
    return reduce_sum(spread(unit(m.shape[-1], m.dtype), m) * m, (m.ndim - 1,))


def as_diagonal(v: Node) -> Node:
    n = v.shape[-1]
    wide = expand(v, (*v.shape, n), (v.ndim,))
    return spread(unit(n, v.dtype), wide) * wide


def along_rows(v: Node, like: Node) -> Node:
    """A vector a matrix, along its rows: column j is multiplied by v[j]."""
    return expand(v, like.shape, (like.ndim - 2,))


def adjoint(m: Node) -> Node:
    """The conjugate transpose."""
    return conj(swap_last(m))


def hermitian_part(m: Node) -> Node:
    return 0.5 * (m + adjoint(m))


def plain(v: Node, dtype: DType) -> Node:
    """Real numbers as numbers of a dtype; of complex numbers the real parts."""
    return cast(real(v), dtype)


def right_solve(x: Node, r: Node) -> Node:
    """x r**-1."""
    return swap_last(bind(solve_p, (swap_last(r), swap_last(x))))


def inverse_gaps(values: Node) -> Node:
    """1 / (values[j] - values[i]) beside the diagonal, 0 on it; the values real or complex."""
    n = values.shape[-1]
    shape = (*values.shape, n)
    gaps = expand(values, shape, (values.ndim - 1,)) - expand(values, shape, (values.ndim,))
    rows, cols = places(n)
    on = expand(rows.equal(cols), shape, tuple(range(len(shape) - 2)))
    one = expand(const(1.0, values.dtype), shape, tuple(range(len(shape))))
    return bind(where, (on, 0.0 * one, 1.0 / bind(where, (on, one, gaps))))


def guarded(a: Node, d: Node) -> Node:
    """a d, and 0 where a is: equal eigenvalues do no harm where nobody asks for their vectors."""
    return bind(guarded_mul, (a, d))


def failing(op: str, expected: str, fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function of NumPy, with the user's error where it does not exist."""
    def meaning(a: Any, *params: Any) -> Any:
        try:
            return fn(a, *params)
        except np.linalg.LinAlgError as e:
            raise LinAlgError(f"it does not exist ({e})", op=op, expected=expected) from None
    return meaning


def matrices(name: str, *shapes: Shape, params: tuple[Any, ...] = (), definite: bool = False) -> Any:
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape in shapes:
            a: Any = rng.uniform(-1, 1, shape)
            if definite:
                a = a @ np.swapaxes(a, -1, -2) + 2 * np.eye(shape[-1])
            yield Sample((a,), params)
    return sample


def cubic(node: Node) -> int:
    shape = node.inputs[0].shape
    return 4 * numel(shape) * min(shape[-2:])


# ---------------------------------------------------------------- factors end to end
def packed_np(*factors: Any) -> Any:
    return np.concatenate([f.reshape(*f.shape[:-2], f.shape[-2] * f.shape[-1]) for f in factors], -1)


def pack(*factors: Node) -> Node:
    """Matrices end to end along one axis."""
    flat = tuple(reshape(f, (*f.shape[:-2], f.shape[-2] * f.shape[-1])) for f in factors)
    return bind(concat_p, flat, (flat[0].ndim - 1,))


def unpack(y: Node, *sizes: tuple[int, int]) -> list[Node]:
    """The matrices of those sizes, one after another."""
    out, start = [], 0
    for m, n in sizes:
        out.append(reshape(narrow(y, y.ndim - 1, start, m * n), (*y.shape[:-1], m, n)))
        start += m * n
    return out


def packed(sizes: Callable[[Shape], Any]) -> Callable[..., Inferred]:
    def infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
        shape = inputs[0].shape
        return (*shape[:-2], sum(map(math.prod, sizes(shape)))), inputs[0].dtype
    return infer

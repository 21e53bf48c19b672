"""Eigenvalues and vectors of square matrices of any kind, as complex numbers, the values as a first row.

    V^-1 A V = diag(w), columns of V of length 1 and with a phase that is free

The rules are those for pairs (ops/complex.py): of a real matrix the cotangent is the real part. With
E[i, j] = w[j] - w[i] and X = V ((V^-1 dA V) / E) off the diagonal: dw = diag(V^-1 dA V),
dV = X - V diag(Re V^H X).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.graph.aval import Aval
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.complex import conj, real
from retrograd.ops.contract import matmul
from retrograd.ops.explicit import solve_p
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import cast, concat_p, narrow, reshape
from retrograd.ops.matrices import (
    adjoint,
    as_diagonal,
    cubic,
    diagonal,
    failing,
    guarded,
    inverse_gaps,
    plain,
)


def _infer(inputs: tuple[Node, ...], params: Any) -> Inferred:
    shape = inputs[0].shape
    return (*shape[:-2], shape[-1] + 1, shape[-1]), inputs[0].dtype.to_complex()


def _eig_np(a: Any) -> Any:
    w, v = np.linalg.eig(a)
    return np.concatenate([w[..., None, :], v], -2).astype(np.result_type(a.dtype, np.complex64), copy=False)


def eig_parts(y: Node) -> tuple[Node, Node]:
    """(values, vectors as columns) of a packed result."""
    n, at = y.shape[-1], y.ndim - 2
    return reshape(narrow(y, at, 0, 1), (*y.shape[:-2], n)), narrow(y, at, 1, n)


def _along(v: Node, x: Node) -> Node:
    """v diag(Re v^H x): what of x only makes the columns of v longer."""
    return matmul(v, as_diagonal(plain(diagonal(matmul(adjoint(v), x)), v.dtype)))


def _eig_vjp(g: Node, y: Node, a_aval: Aval) -> tuple[Node]:
    (w, v), (gw, gv) = eig_parts(y), eig_parts(g)
    turned = adjoint(v)
    # The adjoint of x -> x - v diag(Re v^H x), then of the division and of the change of basis.
    straight = matmul(turned, gv) - matmul(matmul(turned, v),
                                           as_diagonal(plain(diagonal(matmul(turned, gv)), v.dtype)))
    inner = as_diagonal(gw) + guarded(straight, conj(inverse_gaps(w)))
    ga = bind(solve_p, (turned, matmul(inner, turned)))
    return (ga if a_aval.dtype.is_complex else real(ga),)


def _eig_jvp(da: Node, y: Node) -> Node:
    w, v = eig_parts(y)
    inner = bind(solve_p, (v, matmul(cast(da, v.dtype), v)))
    x = matmul(v, guarded(inner, inverse_gaps(w)))
    dw = diagonal(inner)
    return bind(concat_p, (reshape(dw, (*dw.shape[:-1], 1, dw.shape[-1])), x - _along(v, x)), (y.ndim - 2,))


def _sample() -> Iterator[Sample]:
    rng = rng_for("eig")
    for shape in ((3, 3), (2, 2, 2)):
        a = rng.uniform(-1, 1, shape)
        yield Sample((a + np.swapaxes(a, -1, -2) + 0.1 * rng.uniform(-1, 1, shape),))


eig_p = Primitive("eig", "explicit", "a",
                  stacks=True, infer=_infer, np=failing("linalg.eig", "finite elements", _eig_np),
                  vjp=_eig_vjp, jvp=_eig_jvp, real=True, phase=True, flops=cubic, sample=_sample)

"""The exponential of matrices, whose derivative is a block of an exponential twice as large.

    exp [[A, E], [0, A]] = [[exp A, L(A, E)], [0, exp A]]      d exp(A)[E] = L(A, E), its transpose L(A^T, g)

(Van Loan 1978.) Values by scaling and squaring: a Taylor polynomial of A / 2^s, squared s times.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import concat_p, narrow, swap_last, zeros
from retrograd.ops.matrices import cubic, matrices

TERMS, NORM = 18, 0.5       # NORM ** TERMS / TERMS! is far below rounding


def _exp_np(a: Any) -> Any:
    if not a.size:
        return a.copy()
    size = np.abs(a).sum(-2).max(-1)[..., None, None]
    finite = np.maximum(np.where(np.isfinite(size), size, 0), NORM)
    halvings = np.ceil(np.log2(finite / NORM)).astype(np.int64)
    small = (a * np.exp2(-halvings.astype(size.dtype))).astype(a.dtype, copy=False)
    eye = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    y = eye
    for k in range(TERMS, 0, -1):
        y = eye + small @ y / a.dtype.type(k)
    for k in range(int(halvings.max())):
        y = np.where(halvings > k, y @ y, y)
    return y


def _slope(a: Node, e: Node) -> Node:
    """L(a, e)."""
    rows, cols, n = a.ndim - 2, a.ndim - 1, a.shape[-1]
    above = bind(concat_p, (a, e), (cols,))
    below = bind(concat_p, (zeros(a.aval), a), (cols,))
    whole = bind(exp_p, (bind(concat_p, (above, below), (rows,)),))
    return narrow(narrow(whole, rows, 0, n), cols, n, n)


exp_p = Primitive("matrix_exp", "explicit", "a",
                  stacks=True, infer=lambda i, p: (i[0].shape, i[0].dtype), np=_exp_np,
                  vjp=lambda g, a: (_slope(swap_last(a), g),), jvp=lambda da, a: _slope(a, da),
                  flops=lambda n: TERMS * cubic(n), sample=matrices("matrix_exp", (3, 3), (2, 2, 2)))

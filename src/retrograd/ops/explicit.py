"""Primitives with both rules written out, because their Jacobian is neither diagonal nor the map itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.errors import LinAlgError
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.contract import matmul
from retrograd.ops.families import rng_for
from retrograd.ops.linear import swap_last


def _solve_np(a: Any, b: Any) -> Any:
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError as e:
        raise LinAlgError(f"the matrix is singular ({e})", op="linalg.solve",
                              expected="an invertible matrix") from None


def _solve_vjp(g: Node, a: Node, y: Node) -> tuple[Node, Node]:
    gb = bind(solve_p, (swap_last(a), g))
    return -matmul(gb, swap_last(y)), gb


def _solve_jvp(da: Node | None, db: Node | None, a: Node, y: Node) -> Node:
    right = None if da is None else -matmul(da, y)
    if db is not None:
        right = db if right is None else right + db
    assert right is not None
    return bind(solve_p, (a, right))


def _solve_sample() -> Iterator[Sample]:
    rng = rng_for("solve")
    for shape, cols in (((3, 3), 2), ((2, 2, 2), 1)):
        a = rng.uniform(-1, 1, shape) + 2 * np.eye(shape[-1])
        yield Sample((a, rng.uniform(-1, 1, (*shape[:-1], cols))))


solve_p = Primitive("solve", "explicit", "a b",
                    stacks=True, infer=lambda i, p: (i[1].shape, i[1].dtype), np=_solve_np,
                    vjp=_solve_vjp, jvp=_solve_jvp, sample=_solve_sample,
                    flops=lambda n: 2 * n.inputs[0].shape[-1] ** 3 // 3)
"""y = a^-1 b over the last two axes (a square); gb = a^-T g, ga = -gb y^T."""

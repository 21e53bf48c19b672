"""Graph to graph: composites replaced by what they mean, reductions over one run of axes each.

    %1 = softmax(%0) axis=1            ->  max, sub, exp, sum, div
    %1 = reduce_sum(%0) axes=(0,2)     ->  %1 = reduce_sum(%0) axes=(2,);  %2 = reduce_sum(%1) axes=(0,)

Only for dtypes that have kernels: what NumPy will compute stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrograd.base.dtype import bfloat16, float16, uint8
from retrograd.base.modes import modes
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, bind, const_p, leaf, recorder, scalar_p
from retrograd.ops.linear import copy_p
from retrograd.ops.rewrites import meaning, runs

WITHOUT_KERNELS = (float16, bfloat16, uint8)


def native_dtypes(n: Node) -> bool:
    """Whether kernels exist for the dtypes a node touches."""
    return n.dtype not in WITHOUT_KERNELS and not any(i.dtype in WITHOUT_KERNELS for i in n.inputs)


def canonicalize(roots: Sequence[Node]) -> list[Node]:
    """The same values from simpler nodes."""
    done: dict[Node, Node] = {}
    before = modes.grad, recorder.where
    modes.grad = False
    try:
        return [_walk(r, done) for r in roots]
    finally:
        modes.grad, recorder.where = before


def _walk(root: Node, done: dict[Node, Node]) -> Node:
    for n in topological([root]):
        if n in done:
            continue
        if n.value is None and n.prim.family == "constant" and not n.inputs:
            done[n] = leaf(np.ascontiguousarray(n.prim.np(*n.params)), n.dtype)     # positions: known already
            continue
        if n.value is not None or not n.inputs:
            done[n] = n
            continue
        recorder.where = n.where
        inputs = tuple(done[i] for i in n.inputs)
        if isinstance(n.prim.lower, str) and n.prim.family != "constant":       # its kernels read arrays
            inputs = tuple(bind(copy_p, (i,)) if _is_number(i) else i for i in inputs)
        simple = meaning(n.prim) if native_dtypes(n) or n.prim.np is None else None
        if n.prim.alias:
            done[n] = inputs[-1]        # the same value under another name
        elif simple is not None:
            done[n] = _walk(simple(*inputs, *n.params), done)
        elif n.prim.lower in ("sum", "max", "min") and len(runs(n.params[0])) > 1:
            x = inputs[0]
            for group in reversed(runs(n.params[0])):
                x = bind(n.prim, (x,), (group,))
            done[n] = x
        elif inputs == n.inputs:
            done[n] = n
        else:
            done[n] = Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
    return done[root]


def _is_number(n: Node) -> bool:
    """Whether a value is one number seen through views: it has no memory to read."""
    while n.value is None and n.prim.strided:
        n = n.inputs[0]
    return n.prim in (const_p, scalar_p)

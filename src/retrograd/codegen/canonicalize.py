"""Graph to graph: composites replaced by what they mean, reductions over one run of axes each.

    %1 = softmax(%0) axis=1            ->  max, sub, exp, sum, div
    %1 = reduce_sum(%0) axes=(0,2)     ->  %1 = reduce_sum(%0) axes=(2,);  %2 = reduce_sum(%1) axes=(0,)

Values of half types and of uint8 are computed in wider ones (widen.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrograd.base.modes import modes
from retrograd.codegen.symbol import Symbol
from retrograd.codegen.widen import WIDE, needs_wide, rounded_number, widened
from retrograd.graph.body import exact
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, bind, const_p, leaf, recorder, scalar_p
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import cast, cast_p, copy_p
from retrograd.ops.rewrites import meaning, runs


def canonicalize(roots: Sequence[Node]) -> list[Node]:
    """The same values from simpler nodes."""
    done: dict[Node, Node] = {}
    before = modes.grad, recorder.where
    modes.grad = False
    try:
        _walk(roots, done, {})
        return [done[r] for r in roots]
    finally:
        modes.grad, recorder.where = before


def _walk(roots: Sequence[Node], done: dict[Node, Node], made: dict[object, Node]) -> None:
    """Note the canonical node of each; a canonical node is its own. `made`: what has no inputs, once each."""
    for n in topological(roots, ends=done.keys()):
        if n in done:
            continue
        if n.value is not None:
            done[n] = n
            continue
        if not n.inputs and meaning(n.prim) is None:
            # Positions are known already, but for those whose number is a symbol.
            late = n.prim.family != "constant" or any([p.__class__ is Symbol for p in n.params])
            key = n if late else (n.prim, n.params, exact(n.params))
            if key not in made:
                made[key] = n if late else leaf(np.asarray(n.prim.np(*n.params), order="C"), n.dtype)
            done[n] = made[key]
            continue
        inputs = tuple([done[i] for i in n.inputs])
        if _is_plain(n.prim) and n.dtype not in WIDE and not any([i.dtype in WIDE for i in inputs]):
            result = n if inputs == n.inputs else \
                Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
            done[n] = done[result] = result
        else:
            recorder.where = n.where
            done[n] = _simpler(n, inputs, done, made)
            done[done[n]] = done[n]


def _is_plain(prim: Primitive) -> bool:
    """Whether a node of a type that is computed with stays as it is."""
    return not prim.alias and meaning(prim) is None and not isinstance(prim.lower, str)


def _simpler(n: Node, inputs: tuple[Node, ...], done: dict[Node, Node], made: dict[object, Node]) -> Node:
    dtype = n.dtype
    if isinstance(n.prim.lower, str) and n.prim.family != "constant":       # its kernels read arrays
        inputs = tuple(bind(copy_p, (rounded_number(i),)) if _is_number(i) else i for i in inputs)
    if needs_wide(n):
        n = widened(n, inputs)
        inputs = n.inputs
    elif n.prim.moves and n.prim is not cast_p:
        inputs = tuple(rounded_number(i) for i in inputs)
    means = meaning(n.prim)
    simple = None if means is None else means(*inputs, *n.params)
    if n.prim.alias:
        result = inputs[-1]         # the same value under another name
    elif simple is not None:
        _walk([simple], done, made)
        result = done[simple]
    elif n.prim.lower in ("sum", "max", "min") and len(runs(n.params[0])) > 1:
        result = inputs[0]
        for group in reversed(runs(n.params[0])):
            result = bind(n.prim, (result,), (group,))
    elif inputs == n.inputs:
        result = n
    else:
        result = Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
    return cast(result, dtype)


def _is_number(n: Node) -> bool:
    """Whether a value is one number seen through views: it has no memory to read."""
    while n.value is None and n.prim.strided:
        n = n.inputs[0]
    return n.prim in (const_p, scalar_p)

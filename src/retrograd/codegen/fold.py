"""Arithmetic on numbers, done once:

    %0 = const() value=1.0 : f32[]
    %1 = const() value=8.0 : f32[]              %0 = const() value=0.125 : f32[]
    %2 = leaf() : f32[4]                  ->    %1 = leaf() : f32[4]
    %3 = div(%0, %1) : f32[]                    %2 = mul(%1, %0) : f32[4]
    %4 = mul(%2, %3) : f32[4]                   return %2
    return %4

Only primitives on which NumPy gives the bits of a kernel (`exact`), so the number is the one that a kernel
would have computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrograd.codegen.rewrite import rewritten
from retrograd.codegen.widen import WIDE
from retrograd.graph.node import Node, const, const_p


def fold(roots: Sequence[Node]) -> list[Node]:
    """The same values, numbers computed."""
    return rewritten(roots, (folded,))


def folded(n: Node) -> Node:
    """A number, where a node is one."""
    prim = n.prim
    if n.shape or prim.family != "pointwise" or not prim.exact or n.dtype in WIDE:
        return n
    for i in n.inputs:
        if i.prim is not const_p or i.value is not None or i.dtype in WIDE:
            return n
    numbers = [np.asarray(i.params[0], i.dtype.np) for i in n.inputs]
    with np.errstate(all="ignore"):
        return const(np.asarray(prim.np(*numbers, *n.params)).item(), n.dtype)

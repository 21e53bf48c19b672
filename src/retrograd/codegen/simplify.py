"""Nodes that are one of their inputs, bit for bit, replaced by it:

    %0 = const() value=1.0 : f32[]
    %1 = leaf() : f32[4]                        %0 = leaf() : f32[4]
    %2 = mul(%1, %0) : f32[4]             ->    %1 = exp(%0) : f32[4]
    %3 = neg(%2) : f32[4]                       return %1
    %4 = neg(%3) : f32[4]
    %5 = exp(%4) : f32[4]
    return %5

Asked of traits: `unit` (x * 1), `involution` (neg, not), and views that change nothing. x + 0 is not x where
x is -0.0, so of floats it stays; x + -0.0 goes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from retrograd.base.dtype import FLOATING
from retrograd.codegen.rewrite import rewritten
from retrograd.graph.node import Node, const_p


def simplify(roots: Sequence[Node]) -> list[Node]:
    """The same values, without steps that do nothing."""
    return rewritten(roots, (simplified,))


def simplified(n: Node) -> Node:
    """The input that a node is, or the node."""
    prim = n.prim
    if prim.unit is not None:
        a, b = n.inputs
        if _is_unit(b, prim.unit) and a.shape == n.shape and a.dtype is n.dtype:
            return a
        if prim.commutative and _is_unit(a, prim.unit) and b.shape == n.shape and b.dtype is n.dtype:
            return b
    elif prim.involution:
        x = n.inputs[0]
        if x.prim is prim and x.value is None:
            return x.inputs[0]
    elif prim.strided and prim.cuts and n.inputs[0].shape == n.shape:
        return n.inputs[0]          # a box that is the whole, or the shape it had
    return n


def _is_unit(i: Node, unit: float) -> bool:
    """Whether a number changes nothing, not even the sign of zero."""
    while i.value is None and i.prim.strided:       # spread over a shape
        i = i.inputs[0]
    if i.prim is not const_p or i.value is not None or i.params[0] != unit or i.dtype.is_complex:
        return False
    return unit != 0 or i.dtype.kind != FLOATING or math.copysign(1, i.params[0]) < 0

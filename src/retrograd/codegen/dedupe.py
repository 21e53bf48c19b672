"""A value is computed once:

    %0 = leaf() : f32[4]                        %0 = leaf() : f32[4]
    %1 = exp(%0) : f32[4]                       %1 = exp(%0) : f32[4]
    %2 = exp(%0) : f32[4]                 ->    %2 = add(%1, %1) : f32[4]
    %3 = add(%1, %2) : f32[4]                   return %2
    return %3

Nodes of one primitive, with the same inputs and parameters, have the same bits. Two roots stay two values,
each in memory of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrograd.codegen.rewrite import Rule, rewritten
from retrograd.graph.body import exact
from retrograd.graph.node import Node


def dedupe(roots: Sequence[Node]) -> list[Node]:
    """The same values, each computed once."""
    rule = deduper()
    return rewritten(roots, (rule,), (rule,))


def deduper() -> Rule:
    """A rule that remembers what it saw."""
    known: dict[object, Node] = {}

    def first(n: Node) -> Node:
        if not n.inputs:
            return n                # a leaf is itself
        key = n.prim, n.inputs, n.params, exact(n.params) if n.params else ""
        return known.setdefault(key, n)
    return first

"""Checks of values taken off the way: who read one reads what it checked, and it is computed beside.

    %1 = sigmoid(%0) : f32[4]                               %1 = sigmoid(%0) : f32[4]
    %2 = checked(%1) condition='probability' : f32[4]   ->  %2 = log(%1) : f32[4]
    %3 = log(%2) : f32[4]                                   return %2
    return %3                                               check  checked(%1) condition='probability'
"""

from __future__ import annotations

from collections.abc import Sequence

from retrograd.codegen.rewrite import rewritten
from retrograd.graph.graph import topological
from retrograd.graph.node import Node


def without_checks(roots: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """The roots, and the checks that programs for them make; a check that is a root stays where it is."""
    if not any([n.prim.lower == "check" for n in topological(roots)]):
        return list(roots), []
    found: dict[Node, None] = {}

    def passed(n: Node) -> Node:
        if n.prim.lower != "check":
            return n
        found[n] = None
        return n.inputs[0]
    return rewritten(roots, (passed,)), list(found)

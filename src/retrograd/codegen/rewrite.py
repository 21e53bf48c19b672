"""Roots and rules go in; roots of the graph in which each node is what the rules make of it come out.

One walk, inputs first, so a rule sees inputs that are final. A root keeps memory of its own: it is looked at,
but never replaced by another node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const_p

Rule = Callable[[Node], Node]       # a node, or a simpler one with the same bits


def rewritten(roots: Sequence[Node], rules: Sequence[Rule], root_rules: Sequence[Rule] = ()) -> list[Node]:
    """The roots of the new graph; nodes that no root needs any more are not in it. `root_rules` see the
    roots, and what they say is not done."""
    done: dict[Node, Node] = {}
    asked = set(roots)
    for n in topological(roots):
        if n.value is not None or n.prim is const_p or not n.inputs:
            done[n] = n
            continue
        inputs = tuple([done[i] for i in n.inputs])
        if inputs != n.inputs:
            new = Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
        else:
            new = n
        if n in asked:
            for rule in root_rules:
                rule(new)
        else:
            for rule in rules:
                new = rule(new)
        done[n] = new
    return [done[r] for r in roots]

"""Walks over nodes, and Graph: an ordered, frozen picture of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import attrgetter

from retrograd.graph.node import Node, const_p

NOWHERE: AbstractSet[Node] = frozenset()
inputs_of: Callable[[Node], Iterable[Node]] = attrgetter("inputs")


def topological(roots: Iterable[Node], *, through_values: bool = False, tracked: bool = False,
                ends: Container[Node] = NOWHERE, reads: Callable[[Node], Iterable[Node]] = inputs_of
                ) -> list[Node]:
    """Nodes that the roots need, inputs first; iterative, so any depth works.

    Stops at `ends`, and at known values unless `through_values`; with `tracked` it follows only nodes on
    the way to a derivative. `reads` says what a node needs, if not its inputs.
    """
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[Node] = []
    if reads is inputs_of and ends is NOWHERE and not through_values and not tracked:
        for root in roots:              # what is asked for most, without the questions of the others
            stack.append(root)
            while stack:
                n = stack[-1]
                if n not in seen:
                    if n.value is None:
                        more = [i for i in n.inputs if i not in seen]
                        if more:
                            stack += more
                            continue
                    seen.add(n)
                    order.append(n)
                stack.pop()
        return order
    for root in roots:
        stack.append(root)
        while stack:
            n = stack[-1]
            if n in seen:
                stack.pop()
                continue
            if (n.value is None or through_values) and n not in ends:
                more = [i for i in reads(n) if i not in seen and (i.rg or not tracked)]
                if more:
                    stack.extend(more)
                    continue
            seen.add(n)
            order.append(n)
            stack.pop()
    return order


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order, the leaves among them, and the roots that are asked for."""

    nodes: tuple[Node, ...]
    leaves: tuple[Node, ...]
    roots: tuple[Node, ...]

    @staticmethod
    def of(roots: Iterable[Node], *, through_values: bool = False) -> Graph:
        roots = tuple(roots)
        nodes = tuple(topological(roots, through_values=through_values))
        return Graph(nodes, tuple(n for n in nodes if not n.inputs and n.prim is not const_p), roots)

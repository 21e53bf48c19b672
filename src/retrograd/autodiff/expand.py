"""Replace expansions by what they mean, in place, so that later walks meet the same nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrograd.base.modes import modes
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, recorder
from retrograd.ops.linear import alias_p


def must_expand(node: Node) -> bool:
    """An expansion without rules and without a kernel of its own."""
    prim = node.prim
    return prim.expansion is not None and prim.vjp is None and prim.lower is None


def stands_apart(node: Node) -> bool:
    """A composite whose kernel computes other bits than its meaning: only its derivative is that of its
    meaning."""
    prim = node.prim
    return prim.expansion is not None and prim.vjp is None and prim.lower is not None


def meaning_of(node: Node) -> Node:
    """What a composite means, as nodes of their own."""
    expansion = node.prim.expansion
    assert expansion is not None
    before, where = modes.grad, recorder.where
    modes.grad, recorder.where = bool(node.rg), node.where
    try:
        meaning: Node = expansion(*node.inputs, *node.params)
    finally:
        modes.grad, recorder.where = before, where
    assert (meaning.shape, meaning.dtype) == (node.shape, node.dtype), f"{node} expands to {meaning}"
    return meaning


def expand_node(node: Node) -> None:
    """The node becomes an alias of its expansion: same value, same derivative."""
    meaning = meaning_of(node)
    # the name stays, for whoever looks at grad_fn; and the inputs, where its derivative ends
    node.owner = node.inputs
    node.prim, node.inputs, node.params = alias_p, (meaning,), (node.prim.name,)


def opened(node: Node) -> bool:
    """Whether a node is a composite that was replaced by its meaning; `owner` are then its own inputs."""
    return node.prim is alias_p and node.owner.__class__ is tuple


def expand_all(nodes: Iterable[Node], *, known: bool = False) -> bool:
    """Expand what must be; True if anything was (then sort again: an expansion may hold others).
    With `known` also nodes that have a value: one that was only held has kept nothing for its derivative."""
    found = False
    for n in nodes:
        if (known and n.rg or n.value is None) and must_expand(n):
            expand_node(n)
            found = True
    return found


def expanded(roots: Sequence[Node]) -> list[Node]:
    """Topological order with every expansion that has no rules of its own replaced."""
    order = topological(roots)
    while expand_all(order):
        order = topological(roots)
    return order

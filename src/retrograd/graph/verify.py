"""Verify a graph: every node's recorded shape and dtype is what its primitive infers, inputs come first."""

from __future__ import annotations

from retrograd.graph.graph import Graph
from retrograd.graph.node import Node


def verify(graph: Graph) -> None:
    """Raise AssertionError, naming the node, where the graph breaks an invariant."""
    seen: set[Node] = set()
    for n in graph.nodes:
        if n.value is None:
            for i in n.inputs:
                assert i in seen, f"{n} uses {i} before it is defined"
            if n.inputs:
                shape, dtype = n.prim.infer(n.inputs, n.params)
                assert (shape, dtype) == (n.shape, n.dtype), \
                    f"{n} is recorded as {n.aval}, inferred {shape} {dtype}"
        elif hasattr(n.value, "shape"):
            assert n.value.shape == n.shape, f"{n} holds a value of shape {n.value.shape}"
        seen.add(n)
    for r in graph.roots:
        assert r in seen, f"root {r} is not in the graph"

"""Graph text: one line a node, for eyes, golden files and errors."""

from __future__ import annotations

from retrograd.graph.graph import Graph
from retrograd.graph.node import Node, const_p, hole_p, leaf_p, scalar_p


def _param(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ",".join(_param(v) for v in value) + ")"
    return str(value)


def text(graph: Graph) -> str:
    """The graph as text.

    >>> import retrograd as rg
    >>> from retrograd.graph.graph import Graph
    >>> x = rg.ones(2, 3)
    >>> print(text(Graph.of([(x * 2).sum().node])))
    %0 = scalar() : f32[]
    %1 = leaf() : f32[2,3]
    %2 = mul(%1, %0) : f32[2,3]
    %3 = reduce_sum(%2) axes=(0,1) : f32[]
    return %3
    """
    names: dict[Node, str] = {}
    lines = []
    for n in graph.nodes:
        names[n] = f"%{len(names)}"
        args = ", ".join(names[i] for i in n.inputs) if n.value is None else ""
        params = "".join(f" {k}={_param(v)}" for k, v in zip(n.prim.params, n.params))
        prim = n.prim.name if n.value is None or n.prim in (leaf_p, scalar_p, const_p, hole_p) else "leaf"
        lines.append(f"{names[n]} = {prim}({args}){params if prim == n.prim.name else ''} : {n.aval}")
    lines.append("return " + ", ".join(names[r] for r in graph.roots))
    return "\n".join(lines)

"""A product that only its transpose reads becomes the product of the transposes: no copy, and the same bits,
since every element is the same chain of multiply-adds.

    %2 = matmul(%0, %1)                         %2 = permute(%1) perm=(1,0)
    %3 = permute(%2) perm=(1,0)       ->        %3 = permute(%0) perm=(1,0)
    return %3                                   %4 = matmul(%2, %3)
                                                return %4
"""

from __future__ import annotations

from collections.abc import Sequence

from retrograd.base.modes import modes
from retrograd.codegen.kinds import kind_of
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, bind
from retrograd.ops.linear import permute_p


def turn(roots: Sequence[Node]) -> list[Node]:
    """The same values from products that lie as they are read."""
    order = topological(roots)
    turned = {n for n in order if n.prim is permute_p and n.value is None and _turns(n)}
    if not turned:
        return list(roots)
    readers: dict[Node, int] = dict.fromkeys(roots, 1)
    for n in order:
        if n.value is None:
            for i in n.inputs:
                readers[i] = readers.get(i, 0) + 1
    done: dict[Node, Node] = {}
    before = modes.grad
    modes.grad = False
    try:
        for n in order:
            if n.value is not None or not n.inputs:
                done[n] = n
            elif n in turned and readers[n.inputs[0]] == 1:
                a, b = (bind(permute_p, (done[i],), n.params) for i in n.inputs[0].inputs)
                product = n.inputs[0]
                done[n] = Node(product.prim, (b, a), product.params, n.shape, n.dtype, n.rg, None, n.where)
            else:
                inputs = tuple([done[i] for i in n.inputs])
                done[n] = n if inputs == n.inputs else \
                    Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
    finally:
        modes.grad = before
    return [done[r] for r in roots]


def _turns(n: Node) -> bool:
    """Whether a node is a product with its last two axes exchanged."""
    if len(n.shape) < 2:
        return False
    x, (*lead, row, column) = n.inputs[0], n.params[0]
    return x.value is None and (*lead, column, row) == tuple(range(len(x.shape))) and kind_of(x) == "product"

"""A pointwise node goes in; the arithmetic of one of its elements comes out."""

from __future__ import annotations

from functools import lru_cache

from retrograd.codegen.emit.flops import count
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive

UNKNOWN = 50


def flops(n: Node) -> int:
    """Operations an element, as the lowering of the primitive counts them."""
    return _flops(n.prim, n.params, len(n.inputs))


@lru_cache(maxsize=4096)
def _flops(prim: Primitive, params: tuple[object, ...], arity: int) -> int:
    lower = prim.lower
    if not callable(lower):
        return UNKNOWN
    try:
        return count(lambda m, *x: lower(m, *x, *params), arity)
    except (AttributeError, TypeError):     # a lowering of the user's own that does not only compose
        return UNKNOWN

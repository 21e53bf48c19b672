"""The order in which derivatives walk: what lies between roots and ends, inputs first, expansions opened."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from retrograd.autodiff.expand import expand_all
from retrograd.graph.graph import NOWHERE, topological
from retrograd.graph.node import Node


def order_between(
    roots: Sequence[Node], ends: AbstractSet[Node] = NOWHERE, *, tracked: bool = False
) -> list[Node]:
    """What the roots are made of, not looking below `ends`; `tracked`: only what leads to a derivative."""
    order = topological(roots, through_values=True, tracked=tracked, ends=ends)
    while expand_all((n for n in order if n not in ends), known=True):
        order = topological(roots, through_values=True, tracked=tracked, ends=ends)
    return order

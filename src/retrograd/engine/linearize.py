"""Graph to key: the same key means the same program, whatever the values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrograd.autodiff.custom import call_p
from retrograd.graph.graph import topological
from retrograd.graph.node import TRACKED, Node, const_p, freed_p, hole_p, scalar_p


class Linear(NamedTuple):
    """A graph as a key, with the leaves and scalars that a run of its program takes,
    in order of first use."""

    key: tuple[Any, ...]
    order: list[Node]
    leaves: list[Node]
    scalars: list[Node]
    place: dict[Node, int]
    uses: dict[int, int]    # how often a node without a value is read, by id
    plain: bool         # False: hooks, custom functions or values with a history need the nodes themselves


_SPECIAL = (call_p, freed_p, hole_p)


def linearize(roots: Sequence[Node]) -> Linear:
    """Number the nodes the roots need and write down what each is."""
    order = topological(roots)
    place: dict[Node, int] = {}
    key: list[Any] = []
    put = key.append
    leaves: list[Node] = []
    scalars: list[Node] = []
    uses: dict[int, int] = {}
    plain = True
    for k, n in enumerate(order):
        place[n] = k
        prim = n.prim
        if n.value is not None:
            for i in n.inputs:              # a known value that keeps its history
                uses[id(i)] = uses.get(id(i), 0) + 1
            put(n.dtype.name)
            if prim is scalar_p:
                scalars.append(n)
            else:
                put(n.shape)
                put(n.rg)
                leaves.append(n)
                if n.rg == TRACKED or n.hooks:
                    plain = False
        elif prim is const_p:
            put(repr(n.params[0]))
            put(n.dtype.name)
        else:
            put(prim.id)
            inputs = n.inputs
            if inputs:
                put(tuple([place[i] for i in inputs]))
                for i in inputs:
                    if i.value is None:
                        uses[id(i)] = uses.get(id(i), 0) + 1
            if n.params:
                put(n.params)
            put(n.rg)
            if n.hooks or prim in _SPECIAL:
                plain = False
    put(tuple([place[r] for r in roots]))
    return Linear(tuple(key), order, leaves, scalars, place, uses, plain)

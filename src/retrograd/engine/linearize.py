"""Graph to key: the same key means the same program, whatever the values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrograd.autodiff.custom import call_p
from retrograd.graph.node import TRACKED, Node, const_p, freed_p, hole_p, scalar_p


class Linear(NamedTuple):
    """A graph as a key, with the leaves and scalars that a run of its program takes,
    in order of first use.

    The key is its structure, and all sizes in it: of leaves, and of parameters that are sizes.
    """

    key: tuple[tuple[Any, ...], tuple[Any, ...]]
    order: list[Node]
    leaves: list[Node]
    scalars: list[Node]
    place: dict[Node, int]
    uses: dict[int, int]    # how often a node without a value is read, by id
    plain: bool         # False: hooks, custom functions or values with a history need the nodes themselves


SPECIAL = (call_p, freed_p, hole_p)
NOT_PLAIN = Linear(((), ()), [], [], [], {}, {}, False)


def linearize(roots: Sequence[Node], beside: Sequence[Node] = (), through: bool = False,
              strict: bool = False) -> Linear:
    """Number the nodes the roots need, then those that the nodes beside need, and write down what each is.

    Which nodes are roots is part of the key; which are beside is not, only what they add to the graph. With
    `through` the history of known values is part of it too: what a walk back sees. A `strict` one ends where
    it meets what is not plain.
    """
    place: dict[Node, int] = {}         # filled inputs first: `topological` and its description in one walk
    key: list[Any] = []
    put = key.append
    sizes: list[Any] = []
    leaves: list[Node] = []
    scalars: list[Node] = []
    uses: dict[int, int] = {}
    plain = True
    count = 0
    for root in (*roots, *beside):
        if root in place:
            continue
        stack = [root]
        push = stack.append
        while stack:
            n = stack[-1]
            if n in place:
                stack.pop()
                continue
            inputs = n.inputs
            if n.value is None or through and inputs and n.rg == TRACKED:
                if through and n.owner.__class__ is tuple and n.prim is not call_p:
                    inputs = *inputs, *n.owner
                waits = False
                for i in inputs:
                    if i not in place:
                        push(i)
                        waits = True
                if waits:
                    continue
                prim = n.prim
                if prim is const_p:
                    put(repr(n.params[0]))
                    put(n.dtype.name)
                else:
                    put(prim.id)
                    if through:
                        put(n.value is None)
                    if inputs:
                        at = []
                        for i in inputs:
                            at.append(place[i])
                            if i.value is None:
                                k = id(i)
                                uses[k] = uses[k] + 1 if k in uses else 1
                        put(tuple(at))
                    params = n.params
                    if params:
                        if prim.sized:
                            params = split(prim.sized, params, sizes)
                        put(params)
                        if n.owner.__class__ is tuple and not through:      # what an opened composite read
                            for i in n.owner:
                                uses[id(i)] = uses.get(id(i), 0) + 1
                    put(n.rg)
                    if n.hooks or prim in SPECIAL:
                        if strict:
                            return NOT_PLAIN
                        plain = False
            else:
                for i in inputs:            # a known value that keeps its history
                    uses[id(i)] = uses.get(id(i), 0) + 1
                if n.owner.__class__ is tuple:
                    for i in n.owner:
                        uses[id(i)] = uses.get(id(i), 0) + 1
                put(n.dtype.name)
                if n.prim is scalar_p:
                    scalars.append(n)
                else:
                    shape = n.shape
                    put(len(shape))
                    sizes += shape
                    put(n.rg)
                    leaves.append(n)
                    if n.rg == TRACKED or n.hooks:
                        if strict:
                            return NOT_PLAIN
                        plain = False
            stack.pop()
            place[n] = count
            count += 1
    put(tuple([place[r] for r in roots]))
    return Linear((tuple(key), tuple(sizes)), list(place), leaves, scalars, place, uses, plain)


def split(sized: tuple[int, ...], params: tuple[Any, ...], sizes: list[Any]) -> tuple[Any, ...]:
    """The parameters with how many sizes each holds, where it holds any; the sizes are put into the list."""
    rest = list(params)
    for k in sized:
        p = rest[k]
        if p.__class__ is tuple:
            rest[k] = len(p)
            sizes += p
        elif p.__class__ is int:
            rest[k] = _ONE
            sizes.append(p)
        elif hasattr(p, "resized"):
            rest[k] = p.structure
            sizes += p.sizes
    return tuple(rest)


_ONE = "size"

"""A graph that was not seen before, node by node: unit kernels in one native call, without planning.

The bit law makes fused and unfused evaluation equal, so which way a graph goes is a matter of time only: one
that comes again and again gets a program of its own; one whose like is ever new pays microseconds a node.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from math import prod
from typing import Any

from retrograd import codegen
from retrograd.autodiff.reverse import downward
from retrograd.base.config import config
from retrograd.base.listening import listener
from retrograd.engine.linearize import SPECIAL, Linear
from retrograd.engine.program import SMALL
from retrograd.engine.stream import Arena, Run
from retrograd.engine.units import Units
from retrograd.graph.node import Node, const_p
from retrograd.graph.primitive import Primitive

FAMILIAR = 3        # new graphs in which a kind of node was met before it is worth a unit
OFTEN = 6           # times that one graph is run by units before it gets a program of its own
LARGE = 32_768      # elements a node: with more, a loop over them takes longer than its planning
GRAPHS = 4096       # graphs that are remembered for that


class Policy:
    """Which graphs are run by units. It looks at history, so it may decide about time only."""

    def __init__(self) -> None:
        self.units = Units()
        self.ran = 0                                    # graphs run by units
        self._met: dict[Any, int] = {}                  # kind of a node -> new graphs in which it was met
        self._graphs: OrderedDict[int, int] = OrderedDict()

    def takes(self, key: Any, linear: Linear, *, backward: bool) -> bool:
        """Whether a graph without a program is run by units."""
        # Who looks at programs wants to see every graph as one.
        looked_at = config.debug or config.check or config.dump or listener() is not None
        if looked_at or not config.jit or (backward and not linear.plain):
            return False
        # A value needs no history below it: one that was read before, of which more is asked now, is a leaf.
        if not linear.plain and any([n.prim in SPECIAL for n in linear.order if n.value is None]):
            return False
        # A composite that was opened for a second derivative is walked as one node, and has no unit.
        if backward and any([n.owner.__class__ is tuple for n in linear.order]):
            return False
        name = hash(key)
        times = self._graphs.pop(name, 0)
        self._graphs[name] = times + 1
        if len(self._graphs) > GRAPHS:
            self._graphs.popitem(last=False)
        if times >= OFTEN:
            return False
        met = self._met
        prims = {n.prim for n in linear.order if n.value is None}
        prims.discard(const_p)
        kinds = [(prim, backward) for prim in prims]
        familiar = all([met.get(kind, 0) >= FAMILIAR for kind in kinds])
        if familiar and not self._fits(linear, prims):
            return False
        if not times:
            for kind in kinds:
                met[kind] = met.get(kind, 0) + 1
        return familiar

    def takes_walk(self, linear: Linear) -> bool:
        """Whether the backward of a graph through values that were read before is run by units."""
        if config.debug or config.check or config.dump or not config.jit or listener() is not None:
            return False
        met = self._met
        prims = {n.prim for n in linear.order if n.inputs}
        kinds = [(prim, True) for prim in prims]
        if all([met.get(kind, 0) >= FAMILIAR for kind in kinds]):
            return self._fits(linear, prims)
        for kind in kinds:
            met[kind] = met.get(kind, 0) + 1
        return False

    def _fits(self, linear: Linear, prims: set[Primitive]) -> bool:
        """Whether planning is much of the work (large arrays want fusing and threads) and units can do it:
        not a composite of twice the same, since what it adds up inside has no unit."""
        order = linear.order
        if not small(order):
            return False
        composites = {prim for prim in prims if prim.expansion is not None}
        if composites and any([len(set(n.inputs)) < len(n.inputs) for n in order if n.prim in composites]):
            return False
        return codegen.compile_graph.worth_native(order, SMALL)     # type: ignore[no-any-return]


def small(order: Sequence[Node]) -> bool:
    """Whether what is done for each node takes more time than what is done for its elements."""
    return sum([prod(n.shape) for n in order]) <= LARGE * len(order)


policy = Policy()


_spare: list[Arena] = []
_lock = threading.Lock()


def _leased() -> Arena:
    with _lock:
        return _spare.pop() if _spare else Arena()


def _returned(arena: Arena) -> None:
    arena.reset()
    with _lock:
        _spare.append(arena)


def values(linear: Linear, roots: Sequence[Node]) -> list[Any]:
    """The values of the roots of a graph."""
    arena = _leased()
    try:
        run = Run(linear, arena, policy.units)
        run.forward(roots, True)
        run.finish()
        policy.ran += 1
        return [run.read(run.values[r]) for r in roots]
    finally:
        _returned(arena)


def _downward(linear: Linear, root: Node) -> list[Node]:
    """`downward([root])`, which is the order of the graph where a derivative goes all the way."""
    order = []
    for n in linear.order[:linear.place[root] + 1]:
        if n.rg:
            order.append(n)
        elif n.value is None:
            for i in n.inputs:
                if i.rg:
                    return downward([root])
    return order


def gradients(linear: Linear, asked: Sequence[Node], root: Node, cotangent: Node
              ) -> tuple[list[Any], dict[Node, Any], list[Node]]:
    """The values of `asked`, the cotangents of the leaves below the root, and the nodes walked."""
    arena = _leased()
    try:
        run = Run(linear, arena, policy.units)
        run.forward(asked, False)
        order = _downward(linear, root)
        found = run.reverse(root, cotangent, order)
        run.finish()
        policy.ran += 1
        return [run.read(run.values[r]) for r in asked], {w: run.read(v) for w, v in found.items()}, order
    finally:
        _returned(arena)

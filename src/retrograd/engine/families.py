"""A graph of known structure in new sizes goes in; a program for all sizes like these comes out.

Graphs that differ in sizes only are a family. The first ones get programs of their own. When the third comes,
the sizes that changed become symbols, one for those that changed alike, and the graph is compiled once more
with them: another size then costs neither LLVM nor planning, and a known backward is not walked again.

    [8, 16] @ [16, 4]   [9, 16] @ [16, 4]   [5, 16] @ [16, 4]    ->    [s0, 16] @ [16, 4]

By the bit law this decides about time only: what a node is computed to depends on its shape, however the
numbers of its kernels were found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd import codegen
from retrograd.base.config import config
from retrograd.base.errors import CompilationError
from retrograd.base.listening import listener
from retrograd.engine.linearize import Linear
from retrograd.engine.program import SMALL
from retrograd.graph.node import Node, const_p, leaf_p, scalar_p

SIGHTINGS = 3       # graphs of a family before it gets a program for all sizes
MANY = 24            # programs of one family; sizes that none of them serves are planned each by itself
STEADY = 64         # runs of one size after which it gets a program of its own
KEPT = 512          # families that are remembered

Traced = tuple[Sequence[Node], Any]     # roots over symbols, and what the caller wants to know of them
Trace = Callable[[dict[Node, Node]], Traced]


class Bound(NamedTuple):
    """A program at one size; its `run` gives None where a check refuses a value."""

    program: Any
    sizes: tuple[int, ...]
    told: Any           # by the trace

    def run(self, leaves: Sequence[Any], scalars: Sequence[Any]) -> list[Any] | None:
        return self.program.run(self.sizes, leaves, scalars)    # type: ignore[no-any-return]


class _Variant:
    """A program, the numbers of the graph that are its symbols, and what the others must be."""

    def __init__(self, program: Any, told: Any, fixed: Sequence[int | None],
                 spots: Sequence[Sequence[int]]) -> None:
        self.program, self.told, self._fixed, self._spots = program, told, fixed, spots

    def bound(self, numbers: tuple[int, ...]) -> Bound | None:
        sizes = tuple([numbers[places[0]] for places in self._spots])
        expected = list(self._fixed)
        for size, places in zip(sizes, self._spots):
            for k in places:
                expected[k] = size
        if tuple(expected) != numbers or not self.program.serves(sizes):
            return None
        return Bound(self.program, sizes, self.told)


class _Family:
    def __init__(self) -> None:
        self.samples: list[tuple[int, ...]] = []
        self.variants: list[_Variant] = []
        self.tries = 0
        self.runs: dict[tuple[int, ...], int] = {}


class Families:
    """The families that were met last, by what their graphs have in common."""

    def __init__(self) -> None:
        self._families: OrderedDict[Any, _Family] = OrderedDict()
        self._once: OrderedDict[int, tuple[int, ...]] = OrderedDict()   # most structures are met once only
        self.ran = 0

    def find(self, key: tuple[Any, ...], linear: Linear, trace: Trace) -> Bound | None:
        """The program for a graph, which belongs to the family of that key and structure."""
        if not linear.plain or not linear.key[1] or not config.jit or config.debug or config.check \
                or config.dump or listener() is not None:
            return None
        structure, numbers = (*key, linear.key[0]), linear.key[1]
        family = self._families.get(structure)
        if family is None:
            self._meet(structure, numbers)
            return None
        self._families.move_to_end(structure)
        runs = family.runs
        times = runs[numbers] = runs.get(numbers, 0) + 1
        if times > STEADY:
            return None
        if len(runs) > KEPT:
            runs.clear()
        found = None
        for k, variant in enumerate(family.variants):
            found = variant.bound(numbers)
            if found is not None:
                if k:               # what serves now is asked first next time
                    family.variants.insert(0, family.variants.pop(k))
                break
        if found is None and numbers not in family.samples:
            family.samples = [*family.samples[-SIGHTINGS:], numbers]
            if len(family.samples) >= SIGHTINGS and family.tries < MANY:
                family.tries += 1
                found = self._traced(family, linear, trace)
        if found is not None:
            self.ran += 1
        return found

    def _meet(self, structure: tuple[Any, ...], numbers: tuple[int, ...]) -> None:
        name = hash(structure)
        before = self._once.pop(name, None)
        if before is None or len(before) != len(numbers):
            self._once[name] = numbers
            if len(self._once) > KEPT:
                self._once.popitem(last=False)
        elif before != numbers:
            family = self._families[structure] = _Family()
            family.samples = [before, numbers]
            if len(self._families) > KEPT:
                self._families.popitem(last=False)
        else:
            self._once[name] = numbers

    def _traced(self, family: _Family, linear: Linear, trace: Trace) -> Bound | None:
        """A new variant from the sizes that were met."""
        numbers = linear.key[1]
        if not all([n.__class__ is int for n in numbers]):
            return None
        alike: dict[tuple[int, ...], list[int]] = {}
        for k, column in enumerate(zip(*family.samples)):
            if len(set(column)) > 1:
                alike.setdefault(column, []).append(k)
        spots = list(alike.values())
        names = [f"s{k}" for k in range(len(spots))]
        guards = codegen.symbol.Guards()
        given: list[Any] = list(numbers)
        fixed: list[int | None] = list(numbers)
        for name, places in zip(names, spots):
            for k in places:
                given[k], fixed[k] = guards.symbol(numbers[k], name), None
        try:
            copies = _copied(linear, given)
            if copies is None:
                return None
            roots, told = trace(copies)
            if not codegen.compile_graph.worth_native(linear.order, SMALL):
                return None
            program = codegen.elastic.compile_elastic(
                roots, [copies[n] for n in linear.leaves], [copies[n] for n in linear.scalars], guards, names)
        except (TypeError, CompilationError):
            return None
        if program is None:
            return None
        if guards.pinned:
            family.tries += MANY // 4       # what serves one size only is not worth many more
        family.variants.append(_Variant(program, told, fixed, spots))
        return family.variants[-1].bound(numbers)


_NOTHING = np.zeros(())


def _copied(linear: Linear, numbers: Sequence[Any]) -> dict[Node, Node] | None:
    """The nodes of a graph with other sizes, in the order in which `linearize` wrote the sizes down; None
    where a node has no picture of its own."""
    walk = iter(numbers)
    copies: dict[Node, Node] = {}
    for n in linear.order:
        prim = n.prim
        if n.value is not None:
            if prim is scalar_p:
                copies[n] = Node(scalar_p, (), (), (), n.dtype, n.rg, 0)
            else:
                shape = tuple([next(walk) for _ in n.shape])
                copies[n] = Node(leaf_p, (), (), shape, n.dtype, n.rg, _NOTHING)
        elif prim is const_p:
            copies[n] = n
        elif n.owner.__class__ is tuple:
            return None
        else:
            params = tuple([_resized(p, walk) if k in prim.sized else p for k, p in enumerate(n.params)])
            inputs = tuple([copies[i] for i in n.inputs])
            shape, dtype = prim.infer(inputs, params)
            if dtype is not n.dtype or [codegen.symbol.number_of(s) for s in shape] != list(n.shape):
                return None
            copies[n] = Node(prim, inputs, params, shape, dtype, n.rg, None, n.where)
    return copies


def _resized(p: Any, walk: Any) -> Any:
    if p.__class__ is tuple:
        return tuple([next(walk) for _ in p])
    if p.__class__ is int:
        return next(walk)
    return p.resized([next(walk) for _ in p.sizes]) if hasattr(p, "resized") else p


families = Families()

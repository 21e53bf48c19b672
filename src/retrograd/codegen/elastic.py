"""Nodes whose sizes are symbols go in; a program for all sizes that answer the same guards comes out.

The passes are those of a program (compile_graph.py), without donation. Numbers that they compute from symbols
are expressions; here these become one function of the sizes. The arena has a place for each number of bytes
that is written the same way, and values of such a number share it by lifetime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from retrograd.base.dtype import FLOATING
from retrograd.base.shape import numel
from retrograd.codegen.blocks import Row, staged
from retrograd.codegen.checks import without_checks
from retrograd.codegen.donate import donate_leaves
from retrograd.codegen.driver import driver
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.codegen.kernels import ENTRY, codes_of
from retrograd.codegen.layout import all_of_it, whole
from retrograd.codegen.lowering.call import Address, Call, Routine, Scratch
from retrograd.codegen.lowering.registry import LOWERINGS
from retrograd.codegen.parallelize import grouped
from retrograd.codegen.passes import simplest
from retrograd.codegen.plan import ALIGN, plan_memory
from retrograd.codegen.schedule import Work
from retrograd.codegen.symbol import Guards, Symbol, number_of, settled, text_of
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const_p
from retrograd.runtime.elastic import Elastic, Pattern

Pair = tuple[Work, Call]


def compile_elastic(roots: Sequence[Node], leaves: Sequence[Node], scalars: Sequence[Node], guards: Guards,
                    names: Sequence[str]) -> Elastic | None:
    """The program, or None where NumPy computes something, or a root is not a whole array of its own."""
    roots, checks = without_checks(simplest(roots))
    schedule = fuse_products(fuse(topological([*roots, *checks]), roots), roots)
    donation = donate_leaves(schedule, roots, {})
    schedule, seen = donation.schedule, donation.seen
    foreign = [w.nodes[0] for w in schedule.work if w.kind == "numpy"]
    if any([n.inputs or n.prim.family != "constant" for n in foreign]):
        return None
    given = {n: k for k, n in enumerate([*leaves, *foreign])}
    bases = [lay.base for lay in seen]
    outputs = [n for n in dict.fromkeys(bases) if n not in given]
    if any([n in foreign or n not in schedule.members and n not in given for n in bases]) or \
            not all([lay == whole(lay.base, lay.base.shape) or lay.base not in given and all_of_it(lay)
                     for lay in seen]):
        return None
    shapes = {lay.base: lay.shape for lay in seen}
    run = [(w, call) for w in schedule.work if w.kind != "numpy"
           for call in LOWERINGS[w.kind](w, schedule)]
    here = [(w, replace(call, cost=float(number_of(call.cost)))) for w, call in run]     # which decides once
    groups = [[run[k] for k in group] for group in grouped(here, lambda of: of)]
    numbers = _Numbers(guards)
    offsets = _placed(groups, {*outputs, *given}, numbers)
    place = {n: k for k, n in enumerate(outputs)}
    made = _Made(numbers, given, place, {n: k for k, n in enumerate(scalars)}, offsets)
    made.rows(groups)
    pattern = made.pattern
    pattern.results = [place[n] if n in place else ~given[n] for n in bases]
    pattern.dtypes = [n.dtype.np for n in outputs]
    pattern.float_slots = [n.dtype.kind == FLOATING for n in scalars]
    pattern.made = [n.prim.np for n in foreign]     # type: ignore[misc]
    calls = [call for group in groups for _, call in group]
    verdicts = [offsets[_verdict(call)] for call in calls if call.failure is not None]
    body = ", ".join([_texts(numbers.words), _texts([shapes[n] for n in outputs]), text_of(numbers.top),
                      _texts(verdicts), _texts([call.cost for call in calls]),
                      _texts([n.params for n in foreign])])
    head = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
    source = [f"def numbers{head}:", *[f"    {name} = {text}" for name, text in numbers.named],
              f"    return {body}",
              f"def asked{head}:", f"    return {' and '.join(guards.texts) or 'True'}"]
    found: dict[str, Any] = {}
    # Expressions of our own making, over integers: Python has no faster way to a list of numbers.
    exec("\n".join(source), found)      # noqa: S102
    return Elastic(pattern, found["numbers"], found["asked"], staged(_rows(groups)), driver())


def _rows(groups: Sequence[Sequence[Pair]]) -> list[list[Row]]:
    """Of each group the args of its rows among all."""
    found: list[list[Row]] = []
    at = 0
    for group in groups:
        found.append([])
        for _, call in group:
            found[-1].append((at, at + len(call.args), call.axes))
            at += len(call.args)
    return found


def _verdict(call: Call) -> Any:
    place = call.args[call.description.parameters().index("out")]
    assert isinstance(place, Address), call
    return place.of


def _texts(x: Any) -> str:
    if isinstance(x, (tuple, list)):
        return f"({''.join([_texts(y) + ', ' for y in x])})"
    return repr(x) if isinstance(x, (str, bool)) or x is None else text_of(x)


class _Numbers:
    """Expressions that are computed for each size: named ones, and the words of the table."""

    def __init__(self, guards: Guards) -> None:
        self.guards = guards
        self.named: list[tuple[str, str]] = []
        self.words: list[Symbol] = []
        self.top: Any = 0
        self._numbers: dict[str, int] = {}

    def name(self, x: Any) -> Any:
        """The same number under a name of its own, so that texts stay short."""
        if x.__class__ is not Symbol:
            return x
        self.named.append((f"v{len(self.named)}", x.text))
        return Symbol(x.value, self.named[-1][0], self.guards)

    def word(self, x: Symbol) -> int:
        """Which of the words that is."""
        k = self._numbers.setdefault(x.text, len(self._numbers))
        if k == len(self.words):
            self.words.append(x)
        return k


def _placed(groups: Sequence[Sequence[Pair]], elsewhere: set[Any], numbers: _Numbers) -> dict[Any, Any]:
    """An offset in the arena for what lives only inside. What runs at once lives at once."""
    sizes: dict[Any, Any] = {}
    born: dict[Any, int] = {}
    dies: dict[Any, int] = {}
    last = len(groups) - 1
    for k, (w, call) in ((k, pair) for k, group in enumerate(groups) for pair in group):
        for n in w.stores:
            if n not in elsewhere and n not in sizes:
                sizes[n], born[n] = numel(n.shape) * n.dtype.itemsize, k
        for of in [a.of for a in call.args if isinstance(a, Address)]:
            dies[of] = k
            if isinstance(of, Scratch) and of not in sizes:
                sizes[of], born[of] = of.nbytes, k
        if call.failure is not None:
            dies[_verdict(call)] = last
    for call in [call for group in groups for _, call in group if call.failure is not None]:
        dies[_verdict(call)] = last
    fixed = [of for of in sizes if sizes[of].__class__ is not Symbol]
    offsets: dict[Any, Any]
    offsets, top = plan_memory({of: sizes[of] for of in fixed}, {of: born[of] for of in fixed},
                               {of: dies[of] for of in fixed if of in dies}, len(groups))
    numbers.top = top
    free: dict[str, list[Any]] = {}
    begins: dict[int, list[Any]] = {}
    ends: dict[int, list[Any]] = {}
    for of, size in sizes.items():
        if size.__class__ is Symbol:
            begins.setdefault(born[of], []).append(of)
            ends.setdefault(max(dies.get(of, 0), born[of]), []).append(of)
    for k in range(len(groups)):
        for of in begins.get(k, ()):
            waiting = free.setdefault(sizes[of].text, [])
            if waiting:
                offsets[of] = waiting.pop()
                continue
            offsets[of] = numbers.top
            numbers.top = numbers.name(numbers.top + (sizes[of] + (ALIGN - 1)) // ALIGN * ALIGN)
        for of in ends.get(k, ()):
            free[sizes[of].text].append(offsets[of])
    return offsets


class _Made:
    """The pattern of rows, and the words of the numbers."""

    def __init__(self, numbers: _Numbers, given: dict[Any, int], outputs: dict[Any, int],
                 scalars: dict[Any, int], offsets: dict[Any, Any]) -> None:
        self.numbers, self.given, self.outputs = numbers, given, outputs
        self.scalars, self.offsets = scalars, offsets
        self.pattern = Pattern()
        self._consts: dict[Any, int] = {}

    def rows(self, groups: Sequence[Sequence[Pair]]) -> None:
        """Every call, in order."""
        p = self.pattern
        calls = [(call, settled(call.description), [settled(a.description) for a in call.args
                                                    if isinstance(a, Routine)])
                 for group in groups for _, call in group]
        codes = codes_of([d for _, own, others in calls for d in (own, *others)])
        p.alive += codes.values()
        for call, own, others in calls:
            p.kernels.append(codes[own][ENTRY])
            p.lengths.append(len(call.args))
            routines = iter(others)
            for a in call.args:
                if isinstance(a, Routine):
                    self._word(codes[next(routines)][ENTRY])
                elif isinstance(a, Address):
                    self._address(a)
                else:
                    self._word(a)

    def _word(self, x: Any) -> None:
        p = self.pattern
        if x.__class__ is Symbol:
            p.varying.append(len(p.words))
            p.which.append(self.numbers.word(x))
        p.words.append(int(number_of(x)))

    def _address(self, a: Address) -> None:
        of, offset = a.of, a.offset * a.itemsize
        if of in self.offsets:
            kind, number, offset = "arena", 0, self.offsets[of] + offset
        elif of in self.given:
            kind, number = "leaf", self.given[of]
        elif of in self.outputs:
            kind, number = "output", self.outputs[of]
        elif of in self.scalars:
            kind, number = "slot", self.scalars[of]
        else:
            kind, number = "const", self._const(of)
        self.pattern.addresses.setdefault(kind, []).append((len(self.pattern.words), number))
        self._word(offset)

    def _const(self, of: Any) -> int:
        consts = self.pattern.consts
        if of not in self._consts:
            self._consts[of] = len(consts)
            consts.append(np.asarray(of.params[0], of.dtype.np) if of.prim is const_p else of.value)
        return self._consts[of]

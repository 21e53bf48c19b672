"""Nodes over a few operands go in; a template of their kernel calls comes out, as numbers.

The same passes as for a program, without what makes a program large: no donation, no threads, no NumPy. The
numbers may be symbols (codegen/symbol.py): then the template is one for all sizes that pass its guards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.codegen.canonicalize import canonicalize
from retrograd.codegen.fuse import fuse
from retrograd.codegen.kernels import ENTRY, codes_of
from retrograd.codegen.layout import Layout
from retrograd.codegen.lowering.call import Address, Call, Scratch
from retrograd.codegen.lowering.registry import LOWERINGS
from retrograd.codegen.plan import ALIGN, plan_memory
from retrograd.codegen.schedule import Work
from retrograd.codegen.symbol import settled
from retrograd.codegen.unroll import MAX_ARGS
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const_p, scalar_p
from retrograd.runtime.buffer import address

FRESH, OPERAND, FIXED = range(3)


class Result(NamedTuple):
    """Where a result lies: `offset` bytes into a fresh piece of memory or an operand (by its number), or from
    an address on; its shape, and strides in elements."""

    kind: int
    number: int
    offset: int
    shape: Shape
    strides: Shape


class Plan(NamedTuple):
    """`block` is a template as codegen/unroll.py runs it; its slots are the operands, then fresh pieces of
    memory of `rooms` bytes, then `scratch` bytes. `checks`: places in the scratch where a kernel writes a
    verdict, and the errors. `alive` is what the block refers to."""

    block: list[int]
    rooms: list[int]
    scratch: int
    results: list[Result]
    checks: list[tuple[int, Callable[[int], Exception]]]
    alive: list[Any]


def plan_unit(roots: Sequence[Node], operands: Sequence[Node]) -> Plan | None:
    """The plan for roots over operands, each of which stands for itself; None where something needs NumPy, or
    is a loop over time, which is long enough to be worth a program."""
    roots = canonicalize(roots)
    schedule = fuse(topological(roots), roots)
    if any([w.kind in ("numpy", "recurrence") for w in schedule.work]):
        return None
    steps = [(w, LOWERINGS[w.kind](w, schedule)) for w in schedule.work]
    seen = [schedule.layouts[r] for r in roots]
    fresh = list(dict.fromkeys([lay.base for lay in seen if lay.base in schedule.members]))
    offsets, scratch = _scratch(steps, fresh)
    slots: dict[Any, tuple[int, Any]] = {
        n: (k + 1, 0) for k, n in enumerate(operands) if n.prim is not const_p}
    slots.update({n: (len(operands) + 1 + k, 0) for k, n in enumerate(fresh)})
    last = len(operands) + 1 + len(fresh)
    slots.update({of: (last, at) for of, at in offsets.items()})
    alive: list[Any] = []

    def place(of: Any) -> tuple[int, Any]:
        if of not in slots:
            alive.append(np.asarray(of.params[0], of.dtype.np) if of.prim is const_p else of.value)
            slots[of] = 0, address(alive[-1])
        return slots[of]
    described = [(call, settled(call.description)) for _, calls in steps for call in calls]
    codes = codes_of([description for _, description in described])
    alive += codes.values()
    block: list[Any] = [0, last]
    checks: list[tuple[int, Callable[[int], Exception]]] = []
    for call, description in described:
        if len(call.args) > MAX_ARGS:
            return None
        block += [codes[description][ENTRY], len(call.args)]
        for a in call.args:
            if isinstance(a, Address):
                slot, at = place(a.of)
                block += [slot, at + a.offset * a.itemsize]
            else:
                block += [0, a]
        block[0] += 1
        if call.failure is not None:
            checks.append((offsets[_verdict(call)], call.failure))
    results = []
    for r, lay in zip(roots, seen):
        if lay.base.prim is scalar_p:
            return None
        results.append(_result(lay, r.dtype.itemsize, operands, fresh, place))
    rooms = [_room(numel(n.shape) * n.dtype.itemsize) for n in fresh]
    return Plan(block, rooms, scratch, results, checks, alive)


def _result(lay: Layout, size: int, operands: Sequence[Node], fresh: Sequence[Node],
            place: Callable[[Any], tuple[int, Any]]) -> Result:
    base = lay.base
    slot, at = place(base)
    kind = FIXED if slot == 0 else OPERAND if slot <= len(operands) else FRESH
    number = at if kind == FIXED else slot - 1 if kind == OPERAND else slot - 1 - len(operands)
    return Result(kind, number, lay.offset * size, lay.shape, lay.strides)


def _room(nbytes: int) -> int:
    return (nbytes + ALIGN - 1) // ALIGN * ALIGN


def _verdict(call: Call) -> Any:
    place = call.args[call.description.parameters().index("out")]
    assert isinstance(place, Address), call
    return place.of


def _scratch(steps: Sequence[tuple[Work, list[Call]]], fresh: Sequence[Node]) -> tuple[dict[Any, int], int]:
    """Places for what lives only inside; verdicts live to the end."""
    sizes: dict[Any, int] = {}
    born: dict[Any, int] = {}
    dies: dict[Any, int] = {}
    for k, (w, calls) in enumerate(steps):
        for n in w.stores:
            if n not in fresh:
                sizes[n], born[n] = numel(n.shape) * n.dtype.itemsize, k
        for call in calls:
            for a in call.args:
                if isinstance(a, Address):
                    if isinstance(a.of, Scratch) and a.of not in sizes:
                        sizes[a.of], born[a.of] = a.of.nbytes, k
                    dies[a.of] = k
    for call in [c for _, calls in steps for c in calls if c.failure is not None]:
        dies[_verdict(call)] = len(steps) - 1
    return plan_memory(sizes, born, {v: k for v, k in dies.items() if v in born}, len(steps))



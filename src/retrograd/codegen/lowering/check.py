"""A check of values to one look at them, and to a copy where somebody asked for what was checked."""

from __future__ import annotations

from retrograd.base.errors import RetrogradError
from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.layout import whole
from retrograd.codegen.loops.check import Check
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied, start_of
from retrograd.codegen.lowering.nest import array, copy
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node, line_text
from retrograd.ops.checked import refused


def flat(calls: list[Call], x: Node, schedule: Schedule) -> list[int | Address]:
    """What a check of x is given: its elements one after the other, room for a verdict, their number."""
    layout = schedule.layouts[x]
    if layout != whole(layout.base, layout.shape)._replace(offset=layout.offset):
        layout = copied(calls, layout, x)
    return [start_of(layout, x), Address(Scratch(16), 0, 8), numel(x.shape)]


def lower_check(work: Work, schedule: Schedule) -> list[Call]:
    """One kernel; its verdict is read when the program has run, before anything is written over."""
    n = work.nodes[0]
    x, (condition, op), where = n.inputs[0], n.params, n.where
    calls: list[Call] = []
    args = flat(calls, x, schedule)

    def failure(_: int) -> RetrogradError:
        return refused(condition, op, line_text(where))
    cost = nanoseconds(0, numel(x.shape) * x.dtype.itemsize)
    calls.append(Call(Check(x.dtype.name, condition), [*args, 0], failure, cost=cost))
    if n in work.stores:
        calls.append(copy(n.shape, array(schedule.layouts[x], x), array(schedule.layouts[n], n)))
    return calls

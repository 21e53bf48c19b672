"""Pointwise work to one nest of loops over the shape of its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrograd.base.shape import Shape
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.layout import merged
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.codegen.lowering.alike import remembered, signature
from retrograd.codegen.lowering.call import NEAR, Address, Call, moved, slot_dtype, start_of, stride_letters
from retrograd.codegen.lowering.steps import Steps
from retrograd.codegen.schedule import Schedule, Work


class _Like(NamedTuple):
    """What work with the same signature has in common: all but where operands begin."""

    nest: Pointwise
    sizes: Shape
    given: list[int]
    cost: float


def lower_loop(work: Work, schedule: Schedule) -> list[Call]:
    """A pointwise nest over the shape of its nodes."""
    outs = [schedule.layouts[n] for n in work.stores]
    found, inputs, number = signature(work.nodes, schedule)
    # Memory that is read and written is one argument: LLVM is told that pointers differ.
    inputs_at = {lay.base: j for j, (lay, _) in enumerate(inputs)} if work.over else {}
    inplace = [inputs_at.get(work.over.get(n)) for n in work.stores]
    stores = [(number[n], o.strides, j) for n, o, j in zip(work.stores, outs, inplace)]
    like = remembered(schedule, lambda: ("loop", work.shape, *found, *stores),
                      lambda: _like(work, schedule, inplace))
    args: list[int | Address] = [start_of(lay, n) for lay, n in inputs]
    args += [start_of(o, n) for o, n, j in zip(outs, work.stores, inplace) if j is None]
    args += [0, *like.sizes, *like.given]
    return [Call(like.nest, args, axes=like.nest.axes(), cost=like.cost)]


def _like(work: Work, schedule: Schedule, inplace: Sequence[int | None]) -> _Like:
    steps = Steps(schedule)
    for n in work.nodes:
        steps.add(n)
    spread = [lay.strides if lay.shape == work.shape else (0,) * len(work.shape) for lay, _ in steps.inputs]
    outs = [schedule.layouts[n] for n in work.stores]
    sizes, strides = merged(work.shape, [*spread, *(o.strides for o in outs)])
    k = len(steps.inputs)
    inputs = tuple(Operand(slot_dtype(lay, n), stride_letters(st))
                   for (lay, n), st in zip(steps.inputs, strides))
    letters = [stride_letters(st) for st in strides[k:]]
    outputs = tuple(Output(steps.number(steps.value[n]), Operand(n.dtype.name, a), j)
                    for n, a, j in zip(work.stores, letters, inplace))
    operands = [*inputs, *(o.operand for o in outputs)]
    nbytes = moved(sizes, strides, operands)
    nest = Pointwise(inputs, steps.steps(), outputs, far=nbytes > NEAR and _far(operands, outputs))
    given = [s for operand, st in zip(operands, strides)
             for letter, s in zip(operand.strides, st) if letter == "s"]
    flops = sum(n.prim.flops(n) for n in work.nodes if n.prim.flops)
    return _Like(nest, sizes, given, nanoseconds(flops, nbytes))


def _far(operands: list[Operand], outputs: tuple[Output, ...]) -> bool:
    """Whether results can be written past the caches. What is written over was read, so its lines are there
    already."""
    plain = all(o.strides[-1] in "01" and o.at is None for o in operands)
    return plain and all(o.inplace is None and o.operand.strides[-1] == "1" and SIZE[o.operand.dtype] >= 4
                         for o in outputs)

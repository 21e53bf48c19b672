"""Pointwise work to one nest of loops over the shape of its nodes."""

from __future__ import annotations

from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.layout import merged
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.codegen.lowering.call import NEAR, Address, Call, moved, slot_dtype, start_of, stride_letters
from retrograd.codegen.lowering.steps import Steps
from retrograd.codegen.schedule import Schedule, Work


def lower_loop(work: Work, schedule: Schedule) -> list[Call]:
    """A pointwise nest over the shape of its nodes."""
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
    # Memory that is read and written is one argument: LLVM is told that pointers differ.
    inputs_at = {lay.base: j for j, (lay, _) in enumerate(steps.inputs)}
    inplace = [inputs_at.get(work.over.get(n)) for n in work.stores]
    outputs = tuple(Output(steps.number(steps.value[n]), Operand(n.dtype.name, a), j)
                    for n, a, j in zip(work.stores, letters, inplace))
    operands = [*inputs, *(o.operand for o in outputs)]
    nbytes = moved(sizes, strides, operands)
    nest = Pointwise(inputs, steps.steps(), outputs, far=nbytes > NEAR and _far(operands, outputs))
    args: list[int | Address] = [start_of(lay, n) for lay, n in steps.inputs]
    args += [start_of(o, n) for o, n, j in zip(outs, work.stores, inplace) if j is None]
    args += [0, sizes[0], *sizes[1:]]
    for operand, st in zip([*inputs, *(o.operand for o in outputs)], strides):
        args += [s for letter, s in zip(operand.strides, st) if letter == "s"]
    flops = sum(n.prim.flops(n) for n in work.nodes if n.prim.flops)
    return [Call(nest, args, axes=nest.axes(), cost=nanoseconds(flops, nbytes))]


def _far(operands: list[Operand], outputs: tuple[Output, ...]) -> bool:
    """Whether results can be written past the caches. What is written over was read, so its lines are there
    already."""
    plain = all(o.strides[-1] in "01" and o.at is None for o in operands)
    return plain and all(o.inplace is None and o.operand.strides[-1] == "1" and SIZE[o.operand.dtype] >= 4
                         for o in outputs)

"""A reduction, with what produces its input, to one kernel over (outer, folded, inner)."""

from __future__ import annotations

from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.jit import host
from retrograd.codegen.layout import one_step, whole
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.reduce import Reduce, strips
from retrograd.codegen.lowering.call import Address, Call, copied, moved, slot_dtype, start_of, stride_letters
from retrograd.codegen.lowering.split import Source, split, worth_splitting
from retrograd.codegen.lowering.steps import Steps
from retrograd.codegen.schedule import Schedule, Work


def lower_fold(work: Work, schedule: Schedule) -> list[Call]:
    """A reduction over (outer, folded, inner), with what produces its input inside."""
    r = work.nodes[-1]
    x, axes = r.inputs[0], r.params[0]
    shape = x.shape
    cuts = ((0, axes[0]), (axes[0], axes[-1] + 1), (axes[-1] + 1, len(shape)))
    extent = [numel(shape[a:b]) for a, b in cuts]
    steps = Steps(schedule)
    for n in work.nodes[:-1]:
        steps.add(n)
    calls: list[Call] = []
    if len(work.nodes) == 1:
        at = steps.operand(x)
        steps.value[x] = steps.step(lambda m, v: v, "same", (at,), x.dtype.name)
    if not steps.inputs:                    # nothing but numbers: the kernel walks over one of them
        number = next(iter(steps.consts))
        steps.inputs.append((whole(number, ()), number))
    rank = 2 if extent[2] == 1 else 3
    operands, addresses, given, walks = [], [], [], []
    for layout, n in steps.inputs:
        strides = layout.strides if layout.shape == shape else (0,) * len(shape)
        walk = [one_step(shape[a:b], strides[a:b]) for a, b in cuts]
        if any(s is None for s in walk):        # only a lone operand: copy it row-major first
            layout = copied(calls, layout, n)
            walk = [one_step(shape[a:b], layout.strides[a:b]) for a, b in cuts]
        st = tuple(0 if e == 1 else s or 0 for s, e in zip(walk, extent))[:rank]
        walks.append(st)
        letters = stride_letters(st)
        operands.append(Operand(slot_dtype(layout, n), letters))
        addresses.append(start_of(layout, n))
        given += [s for letter, s in zip(letters, st) if letter == "s"]
    strip, vector = strips(host(), r.dtype.name)
    nest = Reduce(tuple(operands), steps.steps(), str(r.prim.lower), r.dtype.name, strip, vector)
    flops = sum(n.prim.flops(n) for n in work.nodes if n.prim.flops)
    if worth_splitting(nest.dtype, *extent):
        for k in range(extent[0]):
            sources = [Source(at._replace(offset=at.offset + k * walk[0]), o.dtype, (*walk[1:], 0)[:2])
                       for at, o, walk in zip(addresses, operands, walks)]
            out = Address(r, k * extent[2], r.dtype.itemsize)
            calls += split(nest, sources, extent[1], extent[2], out, flops / extent[0])
        return calls
    inner = [extent[2], 0, extent[2]] if rank == 3 else []
    args: list[int | Address] = [
        *addresses, Address(r, 0, r.dtype.itemsize), 0, extent[0], extent[1], *inner, *given]
    cost = nanoseconds(flops, moved(tuple(extent), walks, operands))
    return [*calls, Call(nest, args, axes=nest.axes(), cost=cost)]

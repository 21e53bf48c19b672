"""A draw of random numbers to one kernel call."""

from __future__ import annotations

from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.loops.draw import PER_BLOCK, Draw
from retrograd.codegen.lowering.call import Address, Call, start_of
from retrograd.codegen.schedule import Schedule, Work


def lower_floats(work: Work, schedule: Schedule) -> list[Call]:
    """Uniform or normal numbers."""
    n = work.nodes[0]
    return _drawn(work, schedule, f"{n.prim.lower} {n.dtype.name}", 0, 0)


def lower_integers(work: Work, schedule: Schedule) -> list[Call]:
    """Integers from `low` on, below `high`."""
    _, low, high = work.nodes[0].params
    span = high - low
    if span < 1 << 32:
        return _drawn(work, schedule, "integers below 2^32", low, span)
    return _drawn(work, schedule, "integers of a word" if span == 1 << 32 else "integers", low, span)


def _drawn(work: Work, schedule: Schedule, what: str, low: int, span: int) -> list[Call]:
    n = work.nodes[0]
    seed, counter = (start_of(schedule.layouts[i], i) for i in n.inputs)
    count = numel(n.shape)
    blocks = -(-count // PER_BLOCK[what])
    signed = span - (1 << 64) if span >> 63 else span       # arguments are int64, the kernel reads the bits
    out = Address(n, 0, n.dtype.itemsize)
    args: list[int | Address] = [seed, counter, out, 0, blocks, count, low, signed]
    flops = (400 if what.startswith("normal") else 80) * blocks
    return [Call(Draw(what), args, axes=Draw(what).axes(), cost=nanoseconds(flops, 0))]

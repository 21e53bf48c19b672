"""A sum over many positions to sums over parts of them, so that few results give several threads work, and
the call that adds these."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import Axis
from retrograd.codegen.loops.operand import Step
from retrograd.codegen.lowering.call import Address, Call, Scratch
from retrograd.codegen.lowering.nest import Array, Result, nest
from retrograd.graph.node import Node

# The work is meant to keep as many threads busy, in parts of at least so many blocks of positions.
THREADS, _BLOCKS = 8, 4


def blocks_of(axes: Sequence[Axis], extents: Shape) -> int:
    """Into how many blocks extents may be cut."""
    return prod(-(-extent // axis.align) for extent, axis in zip(extents, axes))


def parts_of(blocks: int, positions: int, block: int) -> int:
    """In how many parts positions are summed, where work may be cut into `blocks` without."""
    parts = 1
    while parts * blocks < THREADS and positions >= 2 * parts * _BLOCKS * block:
        parts *= 2
    return parts


def in_parts(n: Node, parts: int) -> tuple[Address, list[Call]]:
    """Where the parts of n are written, one after the other, and what adds them afterwards."""
    size, dtype = n.dtype.itemsize, n.dtype.name
    if parts == 1:
        return Address(n, 0, size), []
    target = Address(Scratch(parts * numel(n.shape) * size), 0, size)
    summed = [Array(target._replace(offset=k * numel(n.shape)), dtype, (1,)) for k in range(parts)]
    adds = tuple(Step(lambda m, a, b: m.add(a, b), (parts + k - 1 if k else 0, k + 1), "add")
                 for k in range(parts - 1))
    result = Array(Address(n, 0, size), dtype, (1,))
    return target, [nest((numel(n.shape),), summed, adds, [Result(2 * parts - 2, result)])]

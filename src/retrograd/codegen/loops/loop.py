"""Bounds and a body go in; a loop of LLVM blocks comes out.

    with loop(b, begin, end) as i:          total, = fold(b, begin, end, [zero], lambda i, carried: [...])
        store(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from retrograd.codegen.emit.types import i64

Body = Callable[[ir.Value, list[ir.Value]], Sequence[ir.Value]]


@contextmanager
def loop(b: ir.IRBuilder, begin: ir.Value, end: ir.Value, step: ir.Value | int = 1) -> Iterator[ir.Value]:
    """for i in range(begin, end, step), of i64; what is emitted inside is the body."""
    before, head, after = b.block, b.append_basic_block("loop"), b.append_basic_block("end")
    b.cbranch(b.icmp_signed("<", begin, end), head, after)
    b.position_at_end(head)
    i = b.phi(i64, name="i")
    i.add_incoming(begin, before)
    yield i
    following = b.add(i, _index(step), flags=("nsw",))
    i.add_incoming(following, b.block)
    b.cbranch(b.icmp_signed("<", following, end), head, after)
    b.position_at_end(after)


def fold(b: ir.IRBuilder, begin: ir.Value, end: ir.Value, initial: Sequence[ir.Value], body: Body,
         step: ir.Value | int = 1) -> list[ir.Value]:
    """The same loop carrying values: `body(i, carried)` returns the next ones, the last are the result."""
    before, head, after = b.block, b.append_basic_block("fold"), b.append_basic_block("end")
    b.cbranch(b.icmp_signed("<", begin, end), head, after)
    b.position_at_end(head)
    i = b.phi(i64, name="i")
    i.add_incoming(begin, before)
    carried = [b.phi(v.type) for v in initial]
    for phi, value in zip(carried, initial):
        phi.add_incoming(value, before)
    results = list(body(i, carried))
    following = b.add(i, _index(step), flags=("nsw",))
    last = b.block
    i.add_incoming(following, last)
    for phi, value in zip(carried, results):
        phi.add_incoming(value, last)
    b.cbranch(b.icmp_signed("<", following, end), head, after)
    b.position_at_end(after)
    final = [b.phi(v.type) for v in initial]
    for phi, value, result in zip(final, initial, results):
        phi.add_incoming(value, before)
        phi.add_incoming(result, last)
    return final


def least(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    """The smaller of two i64."""
    return b.select(b.icmp_signed("<", x, y), x, y)


def _index(value: ir.Value | int) -> ir.Value:
    return i64(value) if isinstance(value, int) else value

"""Rows of kernel calls, and by how much their args grow from one time to the next, go in; a kernel that calls
them again and again comes out.

A loop over time is one row of a program, however long it is: planning it takes no longer, and another length
is another number. An arg at time t is `value + t * step`, plus `turn` at odd times: what is written at one
time and read at the next lies in two places in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.loops.loop import fold, loop

ARG = 3             # words: value, step, turn
_KERNEL = ir.FunctionType(void, [pointer])


@dataclass(frozen=True)
class Repeat:
    """Times from begin to end of so many rows; after these args come for each row its kernel, the number of
    its args and for each arg ARG words. `room` is memory for the args of the longest row."""

    def parameters(self) -> tuple[str, ...]:
        return "room", "begin", "end", "rows"


def emit_repeat(module: ir.Module, name: str, _: Repeat) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `Repeat` tells."""
    kernel = Kernel(module, name, 1, 3)
    b, rest = kernel.b, kernel.rest
    room, = kernel.pointers
    begin, end, rows = kernel.integers

    def word(place: ir.Value) -> ir.Value:
        return b.load(b.gep(rest, [place], source_etype=i64), typ=i64)
    with loop(b, begin, end) as t:
        odd = b.and_(t, i64(1))

        def row(_: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            here, = carried
            count = word(b.add(here, i64(1)))
            first = b.add(here, i64(2))
            with loop(b, i64(0), count) as k:
                at = b.add(first, b.mul(k, i64(ARG)))
                moved = b.add(b.mul(t, word(b.add(at, i64(1)))), b.mul(odd, word(b.add(at, i64(2)))))
                b.store(b.add(word(at), moved), b.gep(room, [k], source_etype=i64))
            b.call(b.inttoptr(word(here), _KERNEL.as_pointer()), [room])
            return [b.add(first, b.mul(count, i64(ARG)))]
        fold(b, i64(0), rows, [i64(0)], row)
    kernel.finish()

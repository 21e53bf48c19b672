"""Rows of kernel calls, and by how much their args grow from one time to the next, go in; a kernel that calls
them again and again comes out.

A loop over time is one row of a program, however long it is: planning it takes no longer, and another length
is another number. An arg at time t is `value + t * step`, plus `turn` at odd times: what is written at one
time and read at the next lies in two places in turn. Where rows of a batch are apart (lowering/apart.py) the
calls are held to some of them, so that threads each lead their own rows through many steps.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.loops.loop import fold, loop

HEAD = 4            # words of a call: its kernel, number of args, place of the bounds of rows, units of a row
ARG = 3             # words: value, step, turn
_KERNEL = ir.FunctionType(void, [pointer])


@dataclass(frozen=True)
class Repeat:
    """Times from begin to end of so many calls, for rows from row_begin to row_end; after these args come for
    each call HEAD words and for each of its args ARG words. A call that is not held to rows names a place
    behind its args as the one that bounds them. `room` is memory for `longest` words, the args of a call and
    two more, for every `align` rows."""

    def parameters(self) -> tuple[str, ...]:
        return "room", "begin", "end", "calls", "row_begin", "row_end", "align", "longest"


def emit_repeat(module: ir.Module, name: str, _: Repeat) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `Repeat` tells."""
    kernel = Kernel(module, name, 1, 7)
    b, rest = kernel.b, kernel.rest
    begin, end, calls, row_begin, row_end, align, longest = kernel.integers
    room = b.gep(kernel.pointers[0], [b.mul(b.sdiv(row_begin, align), longest)], source_etype=i64)

    def word(place: ir.Value) -> ir.Value:
        return b.load(b.gep(rest, [place], source_etype=i64), typ=i64)
    with loop(b, begin, end) as t:
        odd = b.and_(t, i64(1))

        def call(_: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            here, = carried
            count, place, each = (word(b.add(here, i64(k))) for k in range(1, HEAD))
            first = b.add(here, i64(HEAD))
            with loop(b, i64(0), count) as k:
                at = b.add(first, b.mul(k, i64(ARG)))
                moved = b.add(b.mul(t, word(b.add(at, i64(1)))), b.mul(odd, word(b.add(at, i64(2)))))
                b.store(b.add(word(at), moved), b.gep(room, [k], source_etype=i64))
            for k, bound in enumerate((row_begin, row_end)):
                b.store(b.mul(bound, each), b.gep(room, [b.add(place, i64(k))], source_etype=i64))
            b.call(b.inttoptr(word(here), _KERNEL.as_pointer()), [room])
            return [b.add(first, b.mul(count, i64(ARG)))]
        fold(b, i64(0), calls, [i64(0)], call)
    kernel.finish()

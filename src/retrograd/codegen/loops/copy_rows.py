"""A table and places in it go in; the rows at those places come out, one after the other.

Long rows anywhere in memory: nothing foretells where the next one is, so its lines are fetched while one is
copied. (Rows of 3 KB all over 190 MB: 25 us for 128 of them, 44 without; in order 20.)
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.atomic import external
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i1, i8, i32, i64, pointer, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import LINE

PARAMETERS = ("table", "places", "out", "begin", "end", "nbytes", "step", "out_step", "size")


@dataclass(frozen=True)
class CopyRows:
    """`nbytes` are those of a row, `step` and `out_step` lead from row to row, in bytes. A place outside
    `size` is taken as 0."""

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, begin=1)


def emit_copy_rows(module: ir.Module, name: str, _: CopyRows) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 3, len(PARAMETERS) - 3)
    b, (table, places, out) = kernel.b, kernel.pointers
    begin, end, nbytes, step, out_step, size = kernel.integers
    copy = external(b, "llvm.memcpy.p0.p0.i64", void, pointer, pointer, i64, i1)
    fetch = external(b, "llvm.prefetch.p0", void, pointer, i32, i32, i32)

    def row(k: ir.Value) -> ir.Value:
        place = b.load(b.gep(places, [k], source_etype=i64), typ=i64, align=8)
        inside = b.select(b.icmp_unsigned("<", place, size), place, i64(0))
        return b.gep(table, [b.mul(inside, step)], source_etype=i8)
    with loop(b, begin, end) as k:
        after = b.add(k, i64(1))
        ahead = row(b.select(b.icmp_signed("<", after, end), after, k))
        with loop(b, i64(0), nbytes, LINE) as line:     # into the second cache: the first has no room to wait
            b.call(fetch, [b.gep(ahead, [line], source_etype=i8), i32(0), i32(2), i32(1)])
        b.call(copy, [b.gep(out, [b.mul(k, out_step)], source_etype=i8), row(k), nbytes, i1(0)])
    kernel.finish()

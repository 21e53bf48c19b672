"""Places in a range go in; for each the number of its value, counted as values first appear, comes out.

    7 3 7 9 3    ->    0 1 0 2 1

One number of memory for each place of the range says where it stands in a list of those seen. Nothing is
cleared before: what memory holds counts only if the list says so too (Briggs and Torczon, "An efficient
representation for sparse sets", 1993), so the time goes with the places, not with the range.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import fold


@dataclass(frozen=True)
class Uses:
    """A place outside the range is taken as 0, as by an operand that is read at it."""

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order: `marks` has an int64 for each place of the range, `list` for each of
        the places given."""
        return "places", "out", "marks", "list", "count", "size"

    def axes(self) -> tuple[Axis, ...]:
        return ()


def emit_uses(module: ir.Module, name: str, uses: Uses) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `uses.parameters()` lists them."""
    kernel = Kernel(module, name, 4, 2)
    b = kernel.b
    places, out, marks, seen = kernel.pointers
    count, size = kernel.integers

    def at(base: ir.Value, k: ir.Value) -> ir.Value:
        return b.gep(base, [k], source_etype=i64)

    def step(k: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
        known, = held
        place = b.load(at(places, k), typ=i64, align=8)
        place = b.select(b.icmp_unsigned("<", place, size), place, i64(0))
        mark = b.load(at(marks, place), typ=i64, align=8)
        inside = b.icmp_unsigned("<", mark, known)
        listed = b.load(at(seen, b.select(inside, mark, i64(0))), typ=i64, align=8)
        found = b.and_(inside, b.icmp_signed("==", listed, place))
        number = b.select(found, mark, known)
        b.store(place, at(seen, number), align=8)
        b.store(number, at(marks, place), align=8)
        b.store(number, at(out, k), align=8)
        return [b.select(found, known, b.add(known, i64(1)))]
    fold(b, i64(0), count, [i64(0)], step)
    kernel.finish()

"""Rows, and the place of each in a table, go in; the table of zeros with the rows added, in their order,
comes out.

The work is cut by rows of the table: each part looks at all places and takes its own, so that no two parts
write to one place, and every sum has the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i64, mangled, splat, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import lanes_below

PARAMETERS = ("rows", "places", "table", "begin", "end", "count", "width", "row", "size")


@dataclass(frozen=True)
class AddRows:
    """`row` leads from row to row, whose `width` elements are neighbours; a place outside `size` is taken
    as 0."""

    dtype: str
    lanes: int

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return (Axis(PARAMETERS.index("begin"), 1),)


def emit_add_rows(module: ir.Module, name: str, nest: AddRows) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 3, len(PARAMETERS) - 3)
    _Emitter(kernel, nest).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, nest: AddRows) -> None:
        self.b, self.module = kernel.b, kernel.module
        self.element, self.align, self.lanes = MEMORY[nest.dtype], SIZE[nest.dtype], nest.lanes
        self.vector = ir.VectorType(self.element, nest.lanes)
        self.rows, self.places, self.table = kernel.pointers
        self.arg = dict(zip(PARAMETERS[3:], kernel.integers))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        with loop(b, arg["begin"], arg["end"]) as place:
            self._row(place, None)
        with loop(b, i64(0), arg["count"]) as k:
            place = b.load(b.gep(self.places, [k], source_etype=i64), typ=i64, align=8)
            place = b.select(b.icmp_unsigned("<", place, arg["size"]), place, i64(0))
            mine = b.and_(b.icmp_signed(">=", place, arg["begin"]), b.icmp_signed("<", place, arg["end"]))
            with b.if_then(mine):
                self._row(place, self._at(self.rows, b.mul(k, arg["row"])))

    def _row(self, place: ir.Value, source: ir.Value | None) -> None:
        """A row of zeros, or one with another added."""
        b, width = self.b, self.arg["width"]
        target = self._at(self.table, b.mul(place, width))
        whole = b.and_(width, i64(-self.lanes))
        with loop(b, i64(0), whole, self.lanes) as d:
            b.store(self._sum(target, source, d, None), self._at(target, d), align=self.align)
        with b.if_then(b.icmp_signed("<", whole, width)):
            mask = lanes_below(b, b.sub(width, whole), self.lanes)
            self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void,
                       self._sum(target, source, whole, mask), self._at(target, whole), mask)

    def _sum(self, target: ir.Value, source: ir.Value | None, d: ir.Value, mask: ir.Value | None) -> ir.Value:
        if source is None:
            return splat(self.vector, 0)
        return self._add(self._load(self.vector, self._at(target, d), mask),
                         self._load(self.vector, self._at(source, d), mask))

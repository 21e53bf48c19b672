"""Lines of elements go in; the same with zeros around them come out, each line whole or in two phases.

    target[plane, line, phase * half + i] = source[plane - low0, line - low1, count * i + phase - low2], or 0

Every line of the target is written once, from end to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, splat, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import broadcast, lanes_below

PARAMETERS = (
    # Lines of the target, of three axes, and how wide they are; sizes of the source, and where that begins.
    "source", "target", "begin", "end", "planes", "line_begin", "line_end", "width", "half",
    "size0", "size1", "size2", "low0", "low1", "low2", "source.outer", "source.plane", "source.line",
    "target.outer", "target.plane", "target.line",
)
_Masks: TypeAlias = tuple[list[ir.Value], list[ir.Value]]        # of what is read, and of what is written


@dataclass(frozen=True)
class Borders:
    """In `count` phases: one or two."""

    dtype: str
    lanes: int
    count: int

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, begin=1, line_begin=1)


def emit_borders(module: ir.Module, name: str, borders: Borders) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 2, len(PARAMETERS) - 2)
    _Emitter(kernel, borders).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, borders: Borders) -> None:
        self.b, self.module, self.lanes, self.count = kernel.b, kernel.module, borders.lanes, borders.count
        self.element, self.align = MEMORY[borders.dtype], SIZE[borders.dtype]
        self.vector = ir.VectorType(self.element, borders.lanes)
        self.source, self.target = kernel.pointers
        self.arg = dict(zip(PARAMETERS[2:], kernel.integers))

    def emit(self) -> None:
        b, arg, step = self.b, self.arg, i64(self.count * self.lanes)
        zero, width = i64(0), arg["width"]
        # Whole vectors are read and written between these elements of a line; of the vectors before and after
        # there is mostly one, whose masks are those of all lines. Lines outside are zeros up to `full`.
        first = least(b, b.mul(b.sdiv(b.add(arg["low2"], b.sub(step, i64(1))), step), step), width)
        whole = b.mul(b.sdiv(b.sub(b.add(arg["low2"], arg["size2"]), first), step), step)
        last = b.add(first, b.select(b.icmp_signed(">", whole, zero), whole, zero))
        full = b.mul(b.sdiv(width, step), step)
        head, tail, end = ((self._read(j), self._written(j)) for j in (zero, last, full))
        with loop(b, arg["begin"], arg["end"]) as outer, loop(b, zero, arg["planes"]) as plane:
            target = self._at(self.target, b.add(
                b.mul(outer, arg["target.outer"]), b.mul(plane, arg["target.plane"])))
            deep = b.sub(plane, arg["low0"])
            source = self._at(self.source, b.sub(
                b.add(b.mul(outer, arg["source.outer"]), b.mul(deep, arg["source.plane"])), arg["low2"]))
            there = b.icmp_unsigned("<", deep, arg["size0"])
            with loop(b, arg["line_begin"], arg["line_end"]) as line:
                row = b.sub(line, arg["low1"])
                to = self._at(target, b.mul(line, arg["target.line"]))
                with b.if_else(b.and_(there, b.icmp_unsigned("<", row, arg["size1"]))) as (inside, outside):
                    with inside:
                        at = self._at(source, b.mul(row, arg["source.line"]))
                        self._edge(at, to, zero, first, head)
                        with loop(b, first, last, step) as j:
                            self._dealt(at, to, j, None)
                        self._edge(at, to, last, width, tail)
                    with outside:
                        with loop(b, zero, full, step) as j:
                            self._dealt(None, to, j, None)
                        with b.if_then(b.icmp_signed("<", full, width)):
                            self._dealt(None, to, full, end)

    def _read(self, j: ir.Value) -> list[ir.Value]:
        """For vectors from element j of a line on the lanes that the source has."""
        b, lanes = self.b, self.lanes
        numbers = ir.Constant(ir.VectorType(i64, lanes), list(range(lanes)))
        size = broadcast(b, self.arg["size2"], lanes)
        first = b.sub(j, self.arg["low2"])
        return [b.icmp_unsigned("<", b.add(broadcast(b, b.add(first, i64(k * lanes)), lanes), numbers), size)
                for k in range(self.count)]

    def _written(self, j: ir.Value) -> list[ir.Value]:
        """For each phase of the vectors from element j of a line on the lanes that the target has."""
        b, count = self.b, self.count
        left = b.sub(self.arg["width"], j)
        return [lanes_below(b, b.sdiv(b.add(left, i64(count - 1 - phase)), i64(count)), self.lanes)
                for phase in range(count)]

    def _edge(self, source: ir.Value, target: ir.Value, begin: ir.Value, end: ir.Value, masks: _Masks
              ) -> None:
        """Elements near an end of a line: a vector under those masks, others under masks of their own."""
        b, step = self.b, self.count * self.lanes
        with b.if_then(b.icmp_signed("<", begin, end)):
            self._dealt(source, target, begin, masks)
            with loop(b, b.add(begin, i64(step)), end, step) as j:
                self._dealt(source, target, j, (self._read(j), self._written(j)))

    def _dealt(self, source: ir.Value | None, target: ir.Value, j: ir.Value, masks: _Masks | None) -> None:
        """A vector of each phase from element j on; zeros where there is no source."""
        b, lanes, count = self.b, self.lanes, self.count
        read = [splat(self.vector, 0)] * count
        if source is not None:
            read = [self._load(self.vector, self._at(source, b.add(j, i64(k * lanes))), masks and masks[0][k])
                    for k in range(count)]
        for phase in range(count):
            chosen = ir.Constant(ir.VectorType(i32, lanes), list(range(phase, count * lanes, count)))
            value = b.shuffle_vector(read[0], read[-1], chosen)
            place = self._at(target, b.add(b.mul(self.arg["half"], i64(phase)), b.sdiv(j, i64(count))))
            if masks is None:
                b.store(value, place, align=self.align)
            else:
                name = f"llvm.masked.store.{mangled(self.vector)}.p0"
                self._call(name, void, value, place, masks[1][phase])

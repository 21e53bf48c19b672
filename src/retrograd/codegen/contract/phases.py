"""Lines of elements go in; the even elements of each, and the odd ones behind them, come out.

    target[line, phase * half + i] = source[line, 2 i + phase]

Two machine vectors are read, and each pair of neighbours dealt out in registers: reading every other element
takes as long as reading all.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import lanes_below

PARAMETERS = ("source", "target", "begin", "end", "lines", "width", "half", "source.outer", "source.line",
              "target.outer", "target.line")


@dataclass(frozen=True)
class Phases:
    """Lines are counted along two axes; work is cut along the first."""

    dtype: str
    lanes: int

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, begin=1)


def emit_phases(module: ir.Module, name: str, phases: Phases) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 2, len(PARAMETERS) - 2)
    _Emitter(kernel, phases).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, phases: Phases) -> None:
        self.b, self.module, self.lanes = kernel.b, kernel.module, phases.lanes
        self.element, self.align = MEMORY[phases.dtype], SIZE[phases.dtype]
        self.vector = ir.VectorType(self.element, phases.lanes)
        self.source, self.target = kernel.pointers
        self.arg = dict(zip(PARAMETERS[2:], kernel.integers))

    def emit(self) -> None:
        b, arg, both = self.b, self.arg, 2 * self.lanes
        whole = b.sub(arg["width"], b.srem(arg["width"], i64(both)))
        with loop(b, arg["begin"], arg["end"]) as outer, loop(b, i64(0), arg["lines"]) as line:
            source, target = (self._at(base, b.add(b.mul(outer, arg[f"{of}.outer"]),
                                                   b.mul(line, arg[f"{of}.line"])))
                              for base, of in ((self.source, "source"), (self.target, "target")))
            with loop(b, i64(0), whole, both) as j:
                self._pair(source, target, j, False)
            with b.if_then(b.icmp_signed("<", whole, arg["width"])):
                self._pair(source, target, whole, True)

    def _pair(self, source: ir.Value, target: ir.Value, j: ir.Value, masked: bool) -> None:
        """Two vectors from element j on."""
        b, lanes = self.b, self.lanes
        left = b.sub(self.arg["width"], j)
        read = [self._load(self.vector, self._at(source, b.add(j, i64(k * lanes))),
                           lanes_below(b, b.sub(left, i64(k * lanes)), lanes) if masked else None)
                for k in range(2)]
        for phase in range(2):
            chosen = ir.Constant(ir.VectorType(i32, lanes), list(range(phase, 2 * lanes, 2)))
            value = b.shuffle_vector(*read, chosen)
            place = self._at(target, b.add(b.mul(self.arg["half"], i64(phase)), b.ashr(j, i64(1))))
            if masked:
                mask = lanes_below(b, b.ashr(b.add(left, i64(1 - phase)), i64(1)), lanes)
                self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value, place, mask)
            else:
                b.store(value, place, align=self.align)

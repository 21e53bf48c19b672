"""Lines of elements go in; the even elements of each, and the odd ones behind them, come out; or back.

    target[line, phase * half + i] = source[line, 2 i + phase]              Phases
    target[line, 2 i + phase] = source_of_phase[line, i]                    Alternate

Two machine vectors are read, and each pair of neighbours dealt out, or put together, in registers: every
other element takes as long as all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import lanes_below

# What is moved so; the same bits in other dtypes are moved as these.
DEALT = ("float32", "float64")
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


@dataclass(frozen=True)
class Alternate:
    """Work is cut between lines."""

    dtype: str
    lanes: int

    def parameters(self) -> tuple[str, ...]:
        return ("even", "odd", "target", "begin", "end", "width", "even.line", "odd.line", "target.line")

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_alternate(module: ir.Module, name: str, alternate: Alternate) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `alternate.parameters()` lists them."""
    names = alternate.parameters()
    kernel = Kernel(module, name, 3, len(names) - 3)
    _Together(kernel, alternate).emit()
    kernel.finish()


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


class _Together(Emitter):
    def __init__(self, kernel: Kernel, alternate: Alternate) -> None:
        self.b, self.module, self.lanes = kernel.b, kernel.module, alternate.lanes
        self.element, self.align = MEMORY[alternate.dtype], SIZE[alternate.dtype]
        self.vector = ir.VectorType(self.element, alternate.lanes)
        self.pointers = kernel.pointers
        self.arg = dict(zip(alternate.parameters()[3:], kernel.integers))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        whole = b.sub(arg["width"], b.srem(arg["width"], i64(self.lanes)))
        with loop(b, arg["begin"], arg["end"]) as line:
            places = [self._at(base, b.mul(line, arg[f"{of}.line"]))
                      for base, of in zip(self.pointers, ("even", "odd", "target"))]
            with loop(b, i64(0), whole, self.lanes) as j:
                self._pairs(places, j, None)
            with b.if_then(b.icmp_signed("<", whole, arg["width"])):
                self._pairs(places, whole, b.sub(arg["width"], whole))

    def _pairs(self, places: Sequence[ir.Value], j: ir.Value, left: ir.Value | None) -> None:
        """A vector of each phase from element j on, or the `left` that there are."""
        b, lanes = self.b, self.lanes
        mask = None if left is None else lanes_below(b, left, lanes)
        read = [self._load(self.vector, self._at(base, j), mask) for base in places[:2]]
        for k in range(2):
            chosen = [i // 2 + i % 2 * lanes for i in range(k * lanes, (k + 1) * lanes)]
            value = b.shuffle_vector(*read, ir.Constant(ir.VectorType(i32, lanes), chosen))
            place = self._at(places[2], b.add(b.mul(j, i64(2)), i64(k * lanes)))
            if left is None:
                b.store(value, place, align=self.align)
            else:
                there = lanes_below(b, b.sub(b.mul(left, i64(2)), i64(k * lanes)), lanes)
                self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value, place, there)

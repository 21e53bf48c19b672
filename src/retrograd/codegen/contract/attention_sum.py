"""What groups of queries summed for keys goes in; a kernel that adds the groups, in order, and leaves out
what fills up their panels, comes out."""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.blocks import strides_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i64, mangled, splat, void
from retrograd.codegen.loops.loop import fold, loop
from retrograd.codegen.loops.operand import lanes_below

POINTERS = ("sums", "out")
INTEGERS = ("batch_begin", "batch_end", "key_begin", "key_end", "groups", "keys", "width", "wide", "middle",
            "inner", *strides_of("out", "row"))


@dataclass(frozen=True)
class AttentionSum:
    """sums (batch, group, keys, wide) to out (batch, keys, width)."""

    dtype: str
    lanes: int

    def parameters(self) -> tuple[str, ...]:
        return POINTERS + INTEGERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), batch_begin=1, key_begin=1)


def emit_attention_sum(module: ir.Module, name: str, nest: AttentionSum) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `parameters()` lists them."""
    kernel = Kernel(module, name, len(POINTERS), len(INTEGERS))
    _Emitter(kernel, nest).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, nest: AttentionSum) -> None:
        self.b, self.module = kernel.b, kernel.module
        self.element, self.align, self.lanes = MEMORY[nest.dtype], SIZE[nest.dtype], nest.lanes
        self.vector = ir.VectorType(self.element, nest.lanes)
        self.sums, self.out = kernel.pointers
        self.arg = dict(zip(INTEGERS, kernel.integers))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        each = b.mul(arg["keys"], arg["wide"])          # elements of a group
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            rest, last = b.sdiv(batch, arg["inner"]), b.srem(batch, arg["inner"])
            out = self.out
            for k, axis in enumerate((b.sdiv(rest, arg["middle"]), b.srem(rest, arg["middle"]), last)):
                out = self._at(out, b.mul(axis, arg[f"out.{k}"]))
            source = self._at(self.sums, b.mul(b.mul(batch, arg["groups"]), each))
            with loop(b, arg["key_begin"], arg["key_end"]) as key:
                row = self._at(source, b.mul(key, arg["wide"]))
                target = self._at(out, b.mul(key, arg["out.row"]))
                with loop(b, i64(0), arg["width"], self.lanes) as d:
                    self._vector(self._at(row, d), self._at(target, d), each, b.sub(arg["width"], d))

    def _vector(self, source: ir.Value, target: ir.Value, each: ir.Value, left: ir.Value) -> None:
        b = self.b

        def add(group: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
            place = self._at(source, b.mul(group, each))
            return [b.fadd(held[0], b.load(place, typ=self.vector, align=self.align))]
        total, = fold(b, i64(0), self.arg["groups"], [splat(self.vector, 0.0)], add)
        mask = lanes_below(b, left, self.lanes)
        self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, total, target, mask)



"""The few instructions that kernels of products are made of, for floats and integers; and what kernels of
convolutions begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from retrograd.codegen.contract.tile import Tile
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, is_float, mangled, splat
from retrograd.codegen.loops.loop import loop


class Emitter:
    """`b` builds, `element` is what lies in memory, `align` its alignment in bytes."""

    module: ir.Module
    b: ir.IRBuilder
    element: ir.Type
    align: int

    def _load(self, kind: ir.Type, place: ir.Value, mask: ir.Value | None) -> ir.Value:
        """A value of that type; with a mask, zeros in the lanes that it leaves out."""
        if mask is None:
            return self.b.load(place, typ=kind, align=self.align)
        return self._call(f"llvm.masked.load.{mangled(kind)}.p0", kind, place, mask, splat(kind, 0))

    def _fma(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        if not is_float(x.type):
            return self.b.add(self.b.mul(x, y), z)
        return self._call(f"llvm.fma.{mangled(x.type)}", x.type, x, y, z)

    def _add(self, x: ir.Value, y: ir.Value) -> ir.Value:
        return self.b.fadd(x, y) if is_float(x.type) else self.b.add(x, y)

    def _at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)

    def _call(self, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
        function = self.module.globals.get(name)
        if function is None:
            function = ir.Function(self.module, ir.FunctionType(result, [a.type for a in arguments]), name)
        return self.b.call(function, arguments)


class WindowsEmitter(Emitter):
    """By a register tile; `arg` are the integers of the kernel by name, among them `batch_begin`, `batch_end`
    and `inner`."""

    def __init__(self, kernel: Kernel, tile: Tile, integers: Sequence[str]) -> None:
        self.b, self.module, self.tile = kernel.b, kernel.module, tile
        self.element, self.align = MEMORY[tile.dtype], SIZE[tile.dtype]
        self.vector = ir.VectorType(self.element, tile.lanes)
        self.arg = dict(zip(integers, kernel.integers))

    @contextmanager
    def batches(self) -> Iterator[tuple[ir.Value, ir.Value, ir.Value]]:
        """Numbers of batches, each as one of the outer axis and one of `inner`."""
        b, arg = self.b, self.arg
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            outer = b.sdiv(batch, arg["inner"])
            yield batch, outer, b.sub(batch, b.mul(outer, arg["inner"]))

"""The few instructions that kernels of products are made of, for floats and integers."""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.types import is_float, mangled, splat


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

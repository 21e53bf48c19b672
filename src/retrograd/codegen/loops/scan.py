"""An array goes in; its running sums along one axis, each the one before plus one element, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import fold, loop
from retrograd.codegen.loops.operand import Access, Operand


@dataclass(frozen=True)
class Scan:
    """Axes of both operands: (outer, scanned) or (outer, scanned, inner). The order is that of the axis."""

    x: Operand
    out: Operand

    @property
    def rank(self) -> int:
        return len(self.x.strides)

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; work can be cut along the outer axis."""
        inner = ("inner",) if self.rank == 3 else ()
        strides = [*self.x.stride_names("in0"), *self.out.stride_names("out")]
        return ("in0", "out", "begin", "end", "scanned", *inner, *strides)

    def axes(self) -> tuple[Axis, ...]:
        """Work is cut between rows."""
        return axes_of(self.parameters(), begin=1)


def emit_scan(module: ir.Module, name: str, nest: Scan) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    kernel = Kernel(module, name, 2, len(nest.parameters()) - 2)
    b = kernel.b
    begin, end, scanned, *rest = kernel.integers
    inner, given = (rest[:1], iter(rest[1:])) if nest.rank == 3 else ([], iter(rest))
    extents = [end, scanned, *inner]
    x = Access(b, nest.x, kernel.pointers[0], extents, given)
    out = Access(b, nest.out, kernel.pointers[1], extents, given)
    m = LLVMAlgebra(b, module, nest.out.dtype)
    with loop(b, begin, end) as row:
        if inner:
            _rows(m, x, out, row, scanned, inner[0])
        else:
            def step(k: ir.Value, carried: Sequence[ir.Value], row: ir.Value = row) -> list[ir.Value]:
                value = x.load(b, [row, k])
                # The first is itself, not 0 plus itself, which would turn -0 into 0.
                total = b.select(b.icmp_signed("==", k, i64(0)), value, m.add(carried[0], value))
                out.store(b, [row, k], total)
                return [total]
            fold(b, i64(0), scanned, [m.cast(0, nest.out.dtype)], step)
    kernel.finish()


def _rows(m: LLVMAlgebra, x: Access, out: Access, row: ir.Value, scanned: ir.Value, inner: ir.Value) -> None:
    """Whole rows at a time: each is the one before plus one of x."""
    b = m.b
    with loop(b, i64(0), inner) as j:
        out.store(b, [row, i64(0), j], x.load(b, [row, i64(0), j]))
    with loop(b, i64(1), scanned) as k, loop(b, i64(0), inner) as j:
        before = out.load(b, [row, b.sub(k, i64(1)), j])
        out.store(b, [row, k, j], m.add(before, x.load(b, [row, k, j])))

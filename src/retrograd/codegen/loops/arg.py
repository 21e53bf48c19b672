"""An array goes in; the places of its extremes along one axis, the first of equal ones, come out.

NaN is larger and smaller than everything, as in NumPy and PyTorch: its first place is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i32, i64, splat, with_width
from retrograd.codegen.loops.loop import fold, loop
from retrograd.codegen.loops.operand import Access, Operand, broadcast, lanes_below
from retrograd.codegen.loops.reduce import identity

_LAST = (1 << 63) - 1


@dataclass(frozen=True)
class Arg:
    """`monoid` is max or min; `x` has axes (outer, folded) or (outer, folded, inner), `lanes` are searched at
    once. The output is a row-major array of int64 over the other axes."""

    x: Operand
    monoid: str
    lanes: int

    @property
    def rank(self) -> int:
        return len(self.x.strides)

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; work can be cut along the outer axis and along the inner one."""
        columns = ("inner", "inner_begin", "inner_end") if self.rank == 3 else ()
        return ("in0", "out", "begin", "end", "folded", *columns, *self.x.stride_names("in0"))

    def axes(self) -> tuple[Axis, ...]:
        """Work is cut between rows, and between vectors of columns."""
        inner = {"inner_begin": self.lanes} if self.rank == 3 else {}
        return axes_of(self.parameters(), begin=1, **inner)


def emit_arg(module: ir.Module, name: str, nest: Arg) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    kernel = Kernel(module, name, 2, len(nest.parameters()) - 2)
    b = kernel.b
    begin, end, folded, *rest = kernel.integers
    inner, given = (rest[:3], rest[3:]) if nest.rank == 3 else ([], rest)
    x = Access(b, nest.x, kernel.pointers[0], [end, folded, *inner[:1]], iter(given))
    out = Access(b, Operand("int64", "c1" if inner else "1"), kernel.pointers[1], [end, *inner[:1]], iter(()))
    with loop(b, begin, end) as row:
        if inner:
            _columns(kernel, nest, x, out, row, folded, inner)
        else:
            out.store(b, [row], _row(kernel, nest, x, row, folded))
    kernel.finish()


def _row(kernel: Kernel, nest: Arg, x: Access, row: ir.Value, folded: ir.Value) -> ir.Value:
    """Lanes side by side, then the best of the lanes, then the rest one by one."""
    b, dtype = kernel.b, nest.x.dtype
    wide, one = (LLVMAlgebra(b, kernel.module, dtype, w) for w in (nest.lanes, 0))
    whole = b.and_(folded, i64(-nest.lanes))
    offsets = ir.Constant(ir.VectorType(i64, nest.lanes), list(range(nest.lanes)))

    def vector(i: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
        places = b.add(broadcast(b, i, nest.lanes), offsets)
        return _better(wide, nest.monoid, [x.load_lanes(wide, [row, i]), places], carried)

    def scalar(i: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
        return _better(one, nest.monoid, [x.load(b, [row, i]), i], carried)

    lanes = fold(b, i64(0), whole, _nothing(wide, nest), vector, i64(nest.lanes))
    best = _nothing(one, nest)
    for lane in range(nest.lanes):
        best = _better(one, nest.monoid, [b.extract_element(v, i32(lane)) for v in lanes], best)
    return fold(b, whole, folded, best, scalar)[1]


def _columns(kernel: Kernel, nest: Arg, x: Access, out: Access, row: ir.Value, folded: ir.Value,
             inner: list[ir.Value]) -> None:
    """Whole vectors of columns, then one with a mask."""
    b, m = kernel.b, LLVMAlgebra(kernel.b, kernel.module, nest.x.dtype, nest.lanes)
    _, start, stop = inner

    def strip(column: ir.Value, mask: ir.Value | None = None, limit: ir.Value | None = None) -> ir.Value:
        def vector(k: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
            value = x.load_lanes(m, [row, k, column], mask, limit)
            return _better(m, nest.monoid, [value, broadcast(b, k, nest.lanes)], carried)
        return fold(b, i64(0), folded, _nothing(m, nest), vector)[1]

    end = b.add(start, b.and_(b.sub(stop, start), i64(-nest.lanes)))
    with loop(b, start, end, nest.lanes) as column:
        out.store(b, [row, column], strip(column))
    with b.if_then(b.icmp_signed("<", end, stop)):
        mask = lanes_below(b, b.sub(stop, end), nest.lanes)
        out.store_lanes(m, [row, end], strip(end, mask, stop), mask)


def _nothing(m: LLVMAlgebra, nest: Arg) -> list[ir.Value]:
    return [identity(m, nest.monoid), splat(with_width(i64, m.width), _LAST)]


def _better(m: LLVMAlgebra, monoid: str, new: Sequence[ir.Value], old: Sequence[ir.Value]) -> list[ir.Value]:
    """Of two candidates (value, place) the one that wins."""
    (x, i), (best, at), b = new, old, m.b
    beyond = m.gt(x, best) if monoid == "max" else m.lt(x, best)
    both = b.and_(m.isnan(x), m.isnan(best))
    equal = b.and_(b.or_(m.eq(x, best), both), b.icmp_signed("<", i, at))
    wins = b.or_(b.or_(beyond, equal), b.and_(m.isnan(x), b.not_(m.isnan(best))))
    return [b.select(wins, x, best), b.select(wins, i, at)]

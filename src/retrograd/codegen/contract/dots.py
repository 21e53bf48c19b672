"""The size of a register tile goes in; an LLVM function that sums products of lines, lane by lane, comes out.

    sums[i, j] (+)= sum over vectors v of X[i, v] * C[j, v]        i < rows, j < columns: a vector each

Both operands lie along the terms of the sums: none is turned, and none is broadcast. The lanes of a sum are
added when all terms have been met (`reduced`). A lane is one chain of fused multiply-adds in the order of
terms, whatever the tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i32, i64, is_float, pointer, splat, void
from retrograd.codegen.jit import Target
from retrograd.codegen.loops.loop import fold
from retrograd.codegen.loops.operand import lanes_below

# Bytes of a vector of sums, on every machine: the lanes decide bits.
_BYTES = 64


def lanes_of(dtype: str) -> int:
    """The lanes of a sum."""
    return _BYTES // SIZE[dtype]


def tiles_of(target: Target) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Widths of tiles, widest first, and the heights of each: what covers any number of columns and rows, and
    fits the registers that hold a vector of sums each."""
    if target.vector_registers * target.vector_bytes >= 32 * _BYTES:
        return (8, (3, 1)), (4, (4, 1)), (2, (8, 2, 1)), (1, (8, 2, 1))
    return (2, (2, 1)), (1, (4, 1))


@dataclass(frozen=True)
class Dots:
    rows: int
    columns: int
    dtype: str

    @property
    def name(self) -> str:
        return f"dots_{self.dtype}_{self.rows}x{self.columns}"


def dots_function(module: ir.Module, form: Dots) -> ir.Function:
    """`void f(x, x_row, c, c_row, sums, sums_row, ahead, runs, x_run, c_run, terms, adds)`, made once.

    Terms come in `runs` of so many neighbours each, `x_run` and `c_run` apart; `x_row` and `c_row` lead to
    the next row of X and of C, and `sums_row` from the sums of one column to those of the next. As many
    elements at `ahead` are fetched meanwhile, for a tile to come.
    """
    known = module.globals.get(form.name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [pointer, i64] * 3 + [pointer, i64, i64, i64, i64, i1])
    function = ir.Function(module, kind, form.name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    _Emitter(module, function, form).emit()
    return function


class _Emitter(Emitter):
    def __init__(self, module: ir.Module, function: ir.Function, form: Dots) -> None:
        self.module, self.form, self.lanes = module, form, lanes_of(form.dtype)
        self.element, self.align = MEMORY[form.dtype], SIZE[form.dtype]
        self.vector = ir.VectorType(self.element, self.lanes)
        self.b = ir.IRBuilder(function.append_basic_block("entry"))
        (self.x, self.x_row, self.c, self.c_row, self.sums, self.sums_row, self.ahead, self.runs, self.x_run,
         self.c_run, self.terms, self.adds) = function.args

    def emit(self) -> None:
        b = self.b
        places = [self._at(self._at(self.sums, b.mul(self.sums_row, i64(j))), i64(i * self.lanes))
                  for i in range(self.form.rows) for j in range(self.form.columns)]
        begin, known, ready = b.block, b.append_basic_block("known"), b.append_basic_block("ready")
        b.cbranch(self.adds, known, ready)
        b.position_at_end(known)
        held = [b.load(place, typ=self.vector, align=_BYTES) for place in places]
        b.branch(ready)
        b.position_at_end(ready)
        start = [b.phi(self.vector) for _ in places]
        for phi, value in zip(start, held):
            phi.add_incoming(splat(self.vector, 0), begin)
            phi.add_incoming(value, known)
        whole = b.and_(self.terms, i64(-self.lanes))
        left = b.sub(self.terms, whole)
        rest = lanes_below(b, left, self.lanes)
        some = b.zext(b.icmp_signed(">", left, i64(0)), i64)

        def run(number: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            x, c = (self._at(base, b.mul(number, step)) for base, step in (
                (self.x, self.x_run), (self.c, self.c_run)))
            sums = fold(b, i64(0), whole, sums, lambda at, held: self._step(x, c, at, held, None), self.lanes)
            return fold(b, i64(0), some, sums, lambda _, held: self._step(x, c, whole, held, rest))
        for place, total in zip(places, fold(b, i64(0), self.runs, start, run)):
            b.store(total, place, align=_BYTES)
        b.ret_void()

    def _step(self, x: ir.Value, c: ir.Value, at: ir.Value, sums: Sequence[ir.Value], mask: ir.Value | None
              ) -> list[ir.Value]:
        """The sums after the terms of one vector: rows are held, columns come one after the other."""
        b, columns = self.b, self.form.columns

        def line(base: ir.Value, step: ir.Value, k: int) -> ir.Value:
            return self._load(self.vector, self._at(self._at(base, at), b.mul(step, i64(k))), mask)
        self._call("llvm.prefetch.p0", void, self._at(self.ahead, at), i32(0), i32(2), i32(1))
        rows, result = [line(x, self.x_row, i) for i in range(self.form.rows)], list(sums)
        for j in range(columns):
            column = line(c, self.c_row, j)
            for i, row in enumerate(rows):
                result[i * columns + j] = self._fma(row, column, sums[i * columns + j])
        return result


def reduced(b: ir.IRBuilder, sums: Sequence[ir.Value]) -> ir.Value:
    """As many vectors as they have lanes: in lane k the lanes of vector k added, in halves."""
    sums, lanes = list(sums), len(sums)
    width = lanes
    while len(sums) > 1:
        half, width = len(sums) // 2, width // 2
        # Each vector holds runs of `2 * width` lanes, one of each row; here the runs of two alternate.
        runs = lanes // (2 * width)
        low = [lane + (0 if of == 0 else lanes) for run in range(runs) for of in range(2)
               for lane in range(2 * width * run, 2 * width * run + width)]
        masks = [ir.Constant(ir.VectorType(i32, lanes), [lane + shift for lane in low])
                 for shift in (0, width)]
        sums = [_added(b, *(b.shuffle_vector(one, other, mask) for mask in masks))
                for one, other in zip(sums[:half], sums[half:])]
    return sums[0]


def _added(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return b.fadd(x, y) if is_float(x.type) else b.add(x, y)

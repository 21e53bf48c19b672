"""The size of a register tile goes in; an LLVM function that multiplies one such tile comes out.

    C[i, j] (+)= sum over k of A[i, k] * B[k, j]      i < rows, j < vectors * lanes

Each element is one chain of fused multiply-adds in the order of k, whatever the tile and the strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.square import joined, room, transposed
from retrograd.codegen.emit.types import (
    MEMORY,
    PAIR,
    SIZE,
    bfloat,
    i1,
    i32,
    i64,
    mangled,
    pointer,
    splat,
    void,
)
from retrograd.codegen.loops.loop import fold
from retrograd.codegen.loops.operand import broadcast, lanes_below

# Parts in which rows are joined as they are loaded: halves spare a round of shuffles; quarters gain nothing.
_PARTS = 2
# Rows reached from one pointer by the machine's own scaling of an index: 0, 1 and 2 strides.
_GROUP = 3
# What a tile of lines is told of a vector: where it lies in an array of windows, how many lanes it has, and
# where it belongs in a row of C.
LINE = 3
# Terms ahead of which an operand read down long strides is fetched: what the machine does not foresee itself.
_AHEAD = 64


@dataclass(frozen=True)
class Form:
    """What is baked into one tile's code.

    masked:     only `valid` columns exist
    lines:      row k of B are vectors anywhere in an array of windows, offsets[k] further on
    crossed:    B is stored transposed, its depth contiguous and its columns b_step apart; else its columns
                are contiguous and b_step leads to the next k
    """

    rows: int
    vectors: int
    lanes: int
    dtype: str
    masked: bool = False
    crossed: bool = False
    lines: bool = False

    @property
    def name(self) -> str:
        flags = "_masked" * self.masked + "_crossed" * self.crossed + "_lines" * self.lines
        return f"tile_{self.dtype}_{self.rows}x{self.vectors}x{self.lanes}{flags}"


def tile_function(module: ir.Module, form: Form) -> ir.Function:
    """`void f(a, a_row, a_depth, b, b_step, c, c_row, k, adds, valid)`, made once a module; of lines
    `void f(a, a_row, a_depth, b, offsets, vectors, c, c_row, k, adds)`."""
    known = module.globals.get(form.name)
    if known is not None:
        return known
    columns = [pointer, pointer, pointer, pointer, i64, i64, i1] if form.lines else \
        [pointer, i64, pointer, i64, i64, i1, i64]
    kind = ir.FunctionType(void, [pointer, i64, i64, *columns])
    function = ir.Function(module, kind, form.name)
    function.linkage = "internal"
    # One copy of the code however often it is called, and registers for it alone.
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    _Emitter(module, function, form).emit()
    return function


class _Emitter(Emitter):
    def __init__(self, module: ir.Module, function: ir.Function, form: Form) -> None:
        self.module, self.form = module, form
        self.element = MEMORY[form.dtype]
        self.vector = ir.VectorType(self.element, form.lanes)
        self.align = SIZE[form.dtype]
        self.b = ir.IRBuilder(function.append_basic_block("entry"))
        self.a, self.a_row, self.a_depth, self.bp, *rest = function.args
        if form.lines:
            self.offsets, vectors, self.c, self.c_row, self.k, self.adds = rest
            places, counts, self.columns = (
                [self.b.load(self.b.gep(vectors, [i64(LINE * j + k)], source_etype=i64), typ=i64, align=8)
                 for j in range(form.vectors)] for k in range(LINE))
            self.starts = [self._at(self.bp, place) for place in places]
            self.masks = [lanes_below(self.b, count, form.lanes) for count in counts]
            return
        self.b_step, self.c, self.c_row, self.k, self.adds, self.valid = rest
        self.masks = [self._mask(j * form.lanes) for j in range(form.vectors)]
        self.columns = [i64(j * form.lanes) for j in range(form.vectors)]

    def _mask(self, first: int) -> ir.Value | None:
        if not self.form.masked:
            return None
        return lanes_below(self.b, self.b.sub(self.valid, i64(first)), self.form.lanes)

    def emit(self) -> None:
        b, form = self.b, self.form
        start = [splat(self.vector, 0)] * (form.rows * form.vectors)
        total = self._crossed(start) if form.crossed else fold(b, i64(0), self.k, start, self._step)
        with b.if_else(self.adds) as (adding, writing):
            with adding:
                self._store(total, add=True)
            with writing:
                self._store(total, add=False)
        b.ret_void()

    def _step(self, k: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
        if self.form.lines:
            window = self.b.load(self.b.gep(self.offsets, [k], source_etype=i64), typ=i64, align=8)
            places = [self._at(start, window) for start in self.starts]
        else:
            panel = self._at(self.bp, self.b.mul(k, self.b_step))
            places = [self._at(panel, column) for column in self.columns]
        columns = [self._load(self.vector, place, mask) for place, mask in zip(places, self.masks)]
        ahead = self._at(self.a, self.b.mul(self.b.add(k, i64(_AHEAD)), self.a_depth))
        self._call("llvm.prefetch.p0", void, ahead, i32(0), i32(3), i32(1))
        return self._multiplied(k, columns, carried)

    def _multiplied(self, k: ir.Value, columns: list[ir.Value], carried: Sequence[ir.Value]
                    ) -> list[ir.Value]:
        """The tile after the products of one k: a column of A times a row of B."""
        b = self.b
        column = self._at(self.a, b.mul(k, self.a_depth))
        result: list[ir.Value] = []
        for i in range(self.form.rows):
            if i and i % _GROUP == 0:
                column = self._at(column, b.mul(self.a_row, i64(_GROUP)))
            place = self._at(column, b.mul(self.a_row, i64(i % _GROUP)))
            spread = broadcast(b, b.load(place, typ=self.element, align=self.align), self.form.lanes)
            for j in range(self.form.vectors):
                result.append(self._fold(spread, columns[j], carried[i * self.form.vectors + j]))
        return result

    def _fold(self, x: ir.Value, y: ir.Value, sums: ir.Value) -> ir.Value:
        """Sums with the products of a column and a row added; of pairs, with two of each."""
        if self.form.dtype != PAIR:
            return self._fma(x, y, sums)
        halves = ir.VectorType(bfloat, 2 * self.form.lanes)
        name = f"llvm.x86.avx512bf16.dpbf16ps.{32 * self.form.lanes}"
        return self._call(name, sums.type, sums, self.b.bitcast(x, halves), self.b.bitcast(y, halves))

    # ------------------------------------------------------------ B stored transposed
    def _crossed(self, start: Sequence[ir.Value]) -> list[ir.Value]:
        """Squares of lanes by lanes through registers; of the last one, what k leaves goes through memory."""
        b, lanes = self.b, self.form.lanes
        rest = room(b, self.vector, lanes * self.form.vectors)
        starts = [self._line(j) for j in range(lanes * self.form.vectors)]
        whole = b.and_(self.k, i64(-lanes))
        carried = fold(b, i64(0), whole, start, lambda k, held: self._square(k, starts, held), lanes)
        left = lanes_below(b, b.sub(self.k, whole), lanes)
        with b.if_then(b.icmp_signed("<", whole, self.k)):
            for j in range(self.form.vectors):
                for i, column in enumerate(self._columns(starts, j, whole, left)):
                    place = self._at(rest, i64((i * self.form.vectors + j) * lanes))
                    b.store(column, place, align=64)

        def tail(k: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
            row = self._at(rest, b.mul(b.sub(k, whole), i64(self.form.vectors * lanes)))
            columns = [b.load(self._at(row, i64(j * lanes)), typ=self.vector, align=64)
                       for j in range(self.form.vectors)]
            return self._multiplied(k, columns, held)
        return fold(b, whole, self.k, carried, tail)

    def _line(self, j: int) -> ir.Value:
        """Where column j of B begins; of columns that do not exist, the last that does."""
        number: ir.Value = i64(j)
        if self.form.masked:
            last = self.b.sub(self.valid, i64(1))
            number = self.b.select(self.b.icmp_signed("<", number, last), number, last)
        return self._at(self.bp, self.b.mul(number, self.b_step))

    def _columns(self, starts: list[ir.Value], j: int, k: ir.Value, mask: ir.Value | None) -> list[ir.Value]:
        lanes = self.form.lanes
        lines = [self._at(line, k) for line in starts[j * lanes:(j + 1) * lanes]]
        if mask is None:
            return transposed(self.b, joined(self.b, lines, self.element, _PARTS), parts=_PARTS)
        return transposed(self.b, [self._load(self.vector, line, mask) for line in lines])

    def _square(self, k: ir.Value, starts: list[ir.Value], held: list[ir.Value]) -> list[ir.Value]:
        squares = [self._columns(starts, j, k, None) for j in range(self.form.vectors)]
        for i in range(self.form.lanes):
            held = self._multiplied(self.b.add(k, i64(i)), [square[i] for square in squares], held)
        return held

    # ------------------------------------------------------------ C
    def _store(self, total: Sequence[ir.Value], add: bool) -> None:
        vectors = self.form.vectors
        for i in range(self.form.rows):
            row = self._at(self.c, self.b.mul(self.c_row, i64(i)))
            for j, mask in enumerate(self.masks):
                place, value = self._at(row, self.columns[j]), total[i * vectors + j]
                if add:
                    value = self._add(self._load(self.vector, place, mask), value)
                if mask is None:
                    self.b.store(value, place, align=self.align)
                else:
                    self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value, place, mask)

"""The size of a register tile goes in; an LLVM function that multiplies one such tile comes out.

    C[i, j] (+)= sum over k of A[i, k] * B[k, j]      i < rows, j < vectors * lanes

Each element is one chain of fused multiply-adds in the order of k, whatever the tile and the strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.contract.pack import transposed
from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import fold
from retrograd.codegen.loops.operand import broadcast, lanes_below

# Rows reached from one pointer by the machine's own scaling of an index: 0, 1 and 2 strides.
_GROUP = 3


@dataclass(frozen=True)
class Form:
    """What is baked into one tile's code.

    masked:     only `valid` columns exist
    unit_rows:  the rows of A are neighbours (A is packed or transposed)
    turned:     C is stored transposed, its rows contiguous and its columns c_row apart
    """

    rows: int
    vectors: int
    lanes: int
    dtype: str
    masked: bool = False
    unit_rows: bool = False
    turned: bool = False

    @property
    def name(self) -> str:
        flags = "_masked" * self.masked + "_unit" * self.unit_rows + "_turned" * self.turned
        return f"tile_{self.dtype}_{self.rows}x{self.vectors}x{self.lanes}{flags}"


def tile_function(module: ir.Module, form: Form) -> ir.Function:
    """`void f(a, a_row, a_depth, b, b_depth, c, c_row, k, adds, valid)`, made once a module."""
    known = module.globals.get(form.name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [pointer, i64, i64, pointer, i64, pointer, i64, i64, i1, i64])
    function = ir.Function(module, kind, form.name)
    function.linkage = "internal"
    # One copy of the code however often it is called, and registers for it alone.
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    _Emitter(module, function, form).emit()
    return function


@dataclass(frozen=True)
class _Piece:
    """A vector of C, where it goes, which of its lanes, and whether at all (None: all, and yes)."""

    value: ir.Value
    place: ir.Value
    mask: ir.Value | None
    exists: ir.Value | None = None


class _Emitter:
    def __init__(self, module: ir.Module, function: ir.Function, form: Form) -> None:
        self.module, self.form = module, form
        self.element = MEMORY[form.dtype]
        self.vector = ir.VectorType(self.element, form.lanes)
        self.align = SIZE[form.dtype]
        self.b = ir.IRBuilder(function.append_basic_block("entry"))
        (self.a, self.a_row, self.a_depth, self.bp, self.b_depth, self.c, self.c_row, self.k, self.adds,
         self.valid) = function.args
        if form.unit_rows:
            self.a_row = i64(1)
        self.masks = [self._mask(j * form.lanes) for j in range(form.vectors)]

    def _mask(self, first: int) -> ir.Value | None:
        if not self.form.masked:
            return None
        return lanes_below(self.b, self.b.sub(self.valid, i64(first)), self.form.lanes)

    def emit(self) -> None:
        b = self.b
        start = [splat(self.vector, 0.0)] * (self.form.rows * self.form.vectors)
        total = fold(b, i64(0), self.k, start, self._step)
        pieces = self._pieces(total)
        with b.if_else(self.adds) as (adding, writing):
            with adding:
                self._store(pieces, add=True)
            with writing:
                self._store(pieces, add=False)
        b.ret_void()

    def _step(self, k: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
        b = self.b
        panel = self._at(self.bp, b.mul(k, self.b_depth))
        columns = [
            self._load(self._at(panel, i64(j * self.form.lanes)), mask) for j, mask in enumerate(self.masks)]
        column = self._at(self.a, b.mul(k, self.a_depth))
        result: list[ir.Value] = []
        for i in range(self.form.rows):
            if i and i % _GROUP == 0:
                column = self._at(column, b.mul(self.a_row, i64(_GROUP)))
            place = self._at(column, b.mul(self.a_row, i64(i % _GROUP)))
            spread = broadcast(b, b.load(place, typ=self.element, align=self.align), self.form.lanes)
            for j in range(self.form.vectors):
                result.append(self._fma(spread, columns[j], carried[i * self.form.vectors + j]))
        return result

    def _pieces(self, total: Sequence[ir.Value]) -> list[_Piece]:
        """The tile as vectors with the places they go to."""
        b, form = self.b, self.form
        pieces = []
        for j in range(form.vectors):
            column = [total[i * form.vectors + j] for i in range(form.rows)]
            if form.turned:
                pieces += self._turned(column, j * form.lanes)
                continue
            for i, value in enumerate(column):
                row = self._at(self.c, b.mul(self.c_row, i64(i)))
                pieces.append(_Piece(value, self._at(row, i64(j * form.lanes)), self.masks[j]))
        return pieces

    def _turned(self, column: list[ir.Value], first: int) -> list[_Piece]:
        """Squares of the tile through registers: what was lane l of each row becomes one vector of row l."""
        b, lanes = self.b, self.form.lanes
        blank = ir.Constant(self.vector, ir.Undefined)
        pieces = []
        for top in range(0, len(column), lanes):
            rows = column[top:top + lanes]
            mask = None
            if len(rows) < lanes:
                mask = ir.Constant(ir.VectorType(i1, lanes), [lane < len(rows) for lane in range(lanes)])
            for lane, value in enumerate(transposed(b, rows + [blank] * (lanes - len(rows)))):
                place = self._at(self._at(self.c, b.mul(self.c_row, i64(first + lane))), i64(top))
                exists = b.icmp_signed("<", i64(first + lane), self.valid) if self.form.masked else None
                pieces.append(_Piece(value, place, mask, exists))
        return pieces

    def _store(self, pieces: Sequence[_Piece], add: bool) -> None:
        for piece in pieces:
            if piece.exists is None:
                self._put(piece, add)
                continue
            with self.b.if_then(piece.exists):
                self._put(piece, add)

    def _put(self, piece: _Piece, add: bool) -> None:
        value = piece.value
        if add:
            value = self.b.fadd(self._load(piece.place, piece.mask), value)
        if piece.mask is None:
            self.b.store(value, piece.place, align=self.align)
        else:
            self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value, piece.place, piece.mask)

    def _load(self, place: ir.Value, mask: ir.Value | None) -> ir.Value:
        if mask is None:
            return self.b.load(place, typ=self.vector, align=self.align)
        name = f"llvm.masked.load.{mangled(self.vector)}.p0"
        return self._call(name, self.vector, place, mask, splat(self.vector, 0.0))

    def _fma(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        return self._call(f"llvm.fma.{mangled(self.vector)}", self.vector, x, y, z)

    def _at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)

    def _call(self, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
        function = self.module.globals.get(name)
        if function is None:
            function = ir.Function(self.module, ir.FunctionType(result, [a.type for a in arguments]), name)
        return self.b.call(function, arguments)

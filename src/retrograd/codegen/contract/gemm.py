"""A register tile goes in; a kernel for batched products of matrices of any size and strides comes out.

    C[batch, m, n] = sum over k of A[batch, m, k] * B[batch, k, n]

B comes in panels of `tile.width` columns. Row-major memory is already that (panel = width, depth = row
stride); an operand whose columns are not neighbours is packed first (contract/pack.py: panel = width * k,
depth = width). A comes in panels of `tile.rows` rows in the same way (unpacked: panel = rows * row stride).
The bits of C depend on k alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.tile import K_BLOCK, Tile, row_steps
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, i64
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "a", "b", "c",
    # Work is cut by these; the beginnings are multiples of tile.rows and tile.width.
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "k",
    "a.batch", "a.panel", "a.row", "a.depth", "b.batch", "b.panel", "b.depth", "c.batch", "c.row",
)

# Rows of A that stay in the second cache while the panels of B pass by, counted in tiles: 16 tiles of 12 rows
# and one block of k are 384 KiB of float32.
_TILES_IN_CACHE = 16


@dataclass(frozen=True)
class Gemm:
    """What is baked in.

    unit_rows: consecutive rows of A are neighbours in memory (a.row is 1), which saves address arithmetic
    turned:    C is stored transposed, element (m, n) at m + n * c.row: a product whose large operand would
               have to be packed is computed as its transpose, with the small one in the lanes
    """

    tile: Tile
    unit_rows: bool = False
    turned: bool = False

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, m_begin=self.tile.rows, n_begin=self.tile.width)


def emit_gemm(module: ir.Module, name: str, gemm: Gemm) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; C overlaps neither."""
    kernel = Kernel(module, name, 3, len(PARAMETERS) - 3)
    _Emitter(kernel, gemm).emit()
    kernel.finish()


class _Emitter:
    def __init__(self, kernel: Kernel, gemm: Gemm) -> None:
        self.b, self.module = kernel.b, kernel.module
        self.gemm, self.tile = gemm, gemm.tile
        self.element = MEMORY[gemm.tile.dtype]
        self.a, self.bp, self.c = kernel.pointers
        self.arg = dict(zip(PARAMETERS[3:], kernel.integers))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        # With k = 0 one empty block writes the zeros.
        blocks_end = b.select(b.icmp_signed("<", arg["k"], i64(1)), i64(1), arg["k"])
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            a, bp, c = (
                self._at(pointer, b.mul(batch, arg[f"{letter}.batch"]))
                for pointer, letter in ((self.a, "a"), (self.bp, "b"), (self.c, "c")))
            with loop(b, i64(0), blocks_end, K_BLOCK) as k:
                depth = least(b, b.sub(arg["k"], k), i64(K_BLOCK))
                a_block = self._at(a, b.mul(k, arg["a.depth"]))
                b_block = self._at(bp, b.mul(k, arg["b.depth"]))
                with loop(b, arg["m_begin"], arg["m_end"], _TILES_IN_CACHE * self.tile.rows) as m:
                    rows = m, least(b, b.add(m, i64(_TILES_IN_CACHE * self.tile.rows)), arg["m_end"])
                    self._panels(a_block, b_block, c, depth, b.icmp_signed(">", k, i64(0)), rows)

    def _panels(self, a: ir.Value, bp: ir.Value, c: ir.Value, depth: ir.Value, adds: ir.Value,
                rows: tuple[ir.Value, ir.Value]) -> None:
        """Whole panels of columns, then the last ones a vector at a time under a mask."""
        b, arg, tile = self.b, self.arg, self.tile
        begin, end = arg["n_begin"], arg["n_end"]
        whole_end = b.sub(end, b.srem(b.sub(end, begin), i64(tile.width)))
        with loop(b, begin, whole_end, tile.width) as n:
            panel = self._at(bp, b.mul(b.sdiv(n, i64(tile.width)), arg["b.panel"]))
            self._rows(a, panel, self._at(c, self._column(n)), depth, adds, tile.vectors, rows, None)
        last = self._at(bp, b.mul(b.sdiv(whole_end, i64(tile.width)), arg["b.panel"]))
        with loop(b, whole_end, end, tile.lanes) as n:
            columns = self._at(last, b.sub(n, whole_end))
            self._rows(a, columns, self._at(c, self._column(n)), depth, adds, 1, rows, b.sub(end, n))

    def _rows(self, a: ir.Value, bp: ir.Value, c: ir.Value, depth: ir.Value, adds: ir.Value, vectors: int,
              rows: tuple[ir.Value, ir.Value], valid: ir.Value | None) -> None:
        """Tall tiles, then lower ones for the rows that remain."""
        b, arg, tile = self.b, self.arg, self.tile
        row, end = rows
        for height in row_steps(tile):
            form = Form(height, vectors, tile.lanes, tile.dtype, valid is not None, self.gemm.unit_rows,
                        self.gemm.turned)
            function = tile_function(self.module, form)
            count = b.sub(end, row)
            stop = b.add(row, b.sub(count, b.srem(count, i64(height))))
            with loop(b, row, stop, height) as m:
                within = b.srem(m, i64(tile.rows))
                offset = b.mul(b.sdiv(m, i64(tile.rows)), arg["a.panel"])
                offset = b.add(offset, b.mul(within, arg["a.row"]))
                b.call(function, [
                    self._at(a, offset), arg["a.row"], arg["a.depth"], bp, arg["b.depth"],
                    self._at(c, m if self.gemm.turned else b.mul(m, arg["c.row"])), arg["c.row"], depth, adds,
                    i64(0) if valid is None else valid])
            row = stop

    def _column(self, n: ir.Value) -> ir.Value:
        return self.b.mul(n, self.arg["c.row"]) if self.gemm.turned else n

    def _at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)

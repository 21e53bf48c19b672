"""A register tile goes in; a kernel for batched products of matrices of any size and strides comes out.

    C[batch, m, n] = sum over k of A[batch, m, k] * B[batch, k, n]

B comes in panels of `tile.width` columns. Row-major memory is already that (panel = width, depth = row
stride); an operand whose columns are not neighbours is packed first (contract/pack.py: panel = width * k,
depth = width), or turned on the way where there are few rows. A comes in panels of `tile.rows` rows in the
same way (unpacked: panel = rows * row stride). The bits of C depend on k alone.

With `turned` C is stored transposed, element (m, n) at m + n * c.row: a product whose large operand would
have to be packed is computed as its transpose, with the small one in the lanes. It is an argument, as strides
are: tiles take long to compile, and all products of a network share theirs.

What is computed from C element by element may follow a block at a time, while that is in the cache: `finish`
is the address of an epilogue (contract/epilogue.py) or 0, and its own args follow those of the product.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.square import room, turn_function
from retrograd.codegen.contract.tile import K_BLOCK, Tile
from retrograd.codegen.contract.walk import Columns, column_tiles, row_tiles
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i64
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "a", "b", "c",
    # Work is cut by these; the beginnings are multiples of tile.rows and tile.width. Matrices of a batch are
    # counted along two axes, the last of which has `inner` of them.
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "k", "inner",
    "a.outer", "a.batch", "a.panel", "a.row", "a.depth", "b.outer", "b.batch", "b.panel", "b.step",
    "c.batch", "c.row", "turned", "finish",
)

# Bytes of A that stay in the second cache while the panels of B pass by: less than half of the smallest that
# machines with wide vectors have.
_RESIDENT = 384 << 10
# Columns of C, in panels, that an epilogue takes at once: long runs that are still in that cache.
_PANELS_AT_ONCE = 4


@dataclass(frozen=True)
class Gemm:
    """What is baked in.

    crossed: the depth of B is contiguous and b.step leads from column to column; else its columns are
             contiguous and b.step leads from k to k
    """

    tile: Tile
    crossed: bool = False

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, m_begin=self.tile.rows, n_begin=self.tile.width)


def emit_gemm(module: ir.Module, name: str, gemm: Gemm) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; C overlaps neither."""
    kernel = Kernel(module, name, 3, len(PARAMETERS) - 3)
    _Emitter(kernel, gemm).emit()
    kernel.finish()


@dataclass(frozen=True)
class _Block:
    """One block of k of one matrix: where it begins, how deep it is, whether C holds a sum already."""

    a: ir.Value
    b: ir.Value
    c: ir.Value
    depth: ir.Value
    adds: ir.Value


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, gemm: Gemm) -> None:
        self.b, self.module = kernel.b, kernel.module
        self.gemm, self.tile = gemm, gemm.tile
        self.element = MEMORY[gemm.tile.dtype]
        self.a, self.bp, self.c = kernel.pointers
        self.arg = dict(zip(PARAMETERS[3:], kernel.integers))
        self.table = kernel.rest
        self.turned = self.b.icmp_signed("!=", self.arg["turned"], i64(0))
        tile = gemm.tile
        squares = -(-tile.rows // tile.lanes) * tile.lanes * tile.vectors
        self.memory = room(self.b, ir.VectorType(self.element, tile.lanes), squares)    # of a turned tile
        tile_bytes = self.tile.rows * K_BLOCK * SIZE[self.tile.dtype]
        self.rows_at_once = max(1, _RESIDENT // tile_bytes) * self.tile.rows

    def emit(self) -> None:
        b, arg = self.b, self.arg
        # With k = 0 one empty block writes the zeros.
        blocks_end = b.select(b.icmp_signed("<", arg["k"], i64(1)), i64(1), arg["k"])
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            outer = b.sdiv(batch, arg["inner"])
            within = b.sub(batch, b.mul(outer, arg["inner"]))
            a, bp = (
                self._at(pointer, b.add(b.mul(outer, arg[f"{x}.outer"]), b.mul(within, arg[f"{x}.batch"])))
                for pointer, x in ((self.a, "a"), (self.bp, "b")))
            c = self._at(self.c, b.mul(batch, arg["c.batch"]))
            with loop(b, i64(0), blocks_end, K_BLOCK) as k:
                along = k if self.gemm.crossed else b.mul(k, arg["b.step"])
                block = _Block(self._at(a, b.mul(k, arg["a.depth"])), self._at(bp, along), c,
                               least(b, b.sub(arg["k"], k), i64(K_BLOCK)), b.icmp_signed(">", k, i64(0)))
                last = b.icmp_signed(">=", b.add(k, block.depth), arg["k"])
                finishes = b.and_(last, b.icmp_signed("!=", arg["finish"], i64(0)))
                with loop(b, arg["m_begin"], arg["m_end"], self.rows_at_once) as m:
                    rows = m, least(b, b.add(m, i64(self.rows_at_once)), arg["m_end"])
                    with loop(b, arg["n_begin"], arg["n_end"], _PANELS_AT_ONCE * self.tile.width) as n:
                        end = b.add(n, i64(_PANELS_AT_ONCE * self.tile.width))
                        columns = n, least(b, end, arg["n_end"])
                        self._panels(block, rows, *columns)
                        with b.if_then(finishes):
                            finish_block(b, arg["finish"], self.table, c, batch,
                                         self._if_turned(columns, rows), self._if_turned(rows, columns))

    def _panels(self, block: _Block, rows: tuple[ir.Value, ir.Value], begin: ir.Value, end: ir.Value) -> None:
        """All tiles of those columns: of a range of columns that lies in panels, all rows."""
        b, arg, tile = self.b, self.arg, self.tile
        for columns in column_tiles(b, tile, begin, end):
            panel = self._at(block.b, b.mul(b.sdiv(columns.n, i64(tile.width)), arg["b.panel"]))
            within = b.srem(columns.n, i64(tile.width))
            first = self._at(panel, b.mul(within, arg["b.step"]) if self.gemm.crossed else within)
            self._rows(block, first, columns, rows)

    def _rows(self, block: _Block, first: ir.Value, columns: Columns, rows: tuple[ir.Value, ir.Value]
              ) -> None:
        b, arg, tile, turned = self.b, self.arg, self.tile, self.turned
        width = i64(columns.vectors * tile.lanes)
        c = self._at(block.c, b.select(turned, b.mul(columns.n, arg["c.row"]), columns.n))
        c_row = b.select(turned, width, arg["c.row"])
        adds = b.select(turned, i1(0), block.adds)
        for height, m in row_tiles(b, tile, *rows):
            form = Form(height, columns.vectors, tile.lanes, tile.dtype, columns.masked, self.gemm.crossed)
            function = tile_function(self.module, form)
            within = b.srem(m, i64(tile.rows))
            offset = b.mul(b.sdiv(m, i64(tile.rows)), arg["a.panel"])
            offset = b.add(offset, b.mul(within, arg["a.row"]))
            place = self._at(c, b.select(turned, m, b.mul(m, arg["c.row"])))
            b.call(function, [
                self._at(block.a, offset), arg["a.row"], arg["a.depth"], first, arg["b.step"],
                b.select(turned, self.memory, place), c_row, block.depth, adds, columns.count])
            with b.if_then(turned):
                turn = turn_function(self.module, tile.dtype, tile.lanes)
                b.call(turn, [self.memory, width, place, arg["c.row"], i64(height), columns.count,
                              block.adds])

    def _if_turned(self, one: tuple[ir.Value, ir.Value], other: tuple[ir.Value, ir.Value]
                   ) -> tuple[ir.Value, ir.Value]:
        low, high = (self.b.select(self.turned, x, y) for x, y in zip(one, other))
        return low, high

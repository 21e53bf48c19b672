"""A register tile goes in; a kernel for convolutions of any size, stride and dilation comes out.

    Y[batch, m, p] = sum over k of A[batch, m, k] * X[batch, element k of the window at p]

A product whose right operand is never made: the columns of some panels are gathered (contract/windows.py)
when it is their turn, and stay in the cache while all rows of A meet them, a tile of rows all panels before
the next: so Y is written in runs longer than a panel. A batch is an image and a group; k runs over channels
and taps. The bits of Y depend on k alone, as those of a product.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import WindowsEmitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.square import room
from retrograd.codegen.contract.tile import K_BLOCK, Tile
from retrograd.codegen.contract.walk import column_tiles, row_tiles
from retrograd.codegen.contract.windows import POSITIONS, gather_function, pieces_function, records_room
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import SIZE, i64
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "x", "a", "offsets", "y",
    # Work is cut by these; the beginnings are multiples of tile.rows and tile.width. A batch is an image and
    # one of `inner` groups.
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "k", "inner",
    "x.outer", "x.batch", "a.batch", "a.panel", "a.row", "a.depth", "y.batch", "y.row",
    *POSITIONS[:-1], "finish",
)

# Bytes of A that stay in the second cache while panels pass by, and panels that are gathered, met by all rows
# and taken by an epilogue at once.
_RESIDENT = 384 << 10
_PANELS_AT_ONCE = 4
# Rows of which all meet a panel before work is cut between them: each cut gathers its panels anew.
_ROWS_TOGETHER = 8


@dataclass(frozen=True)
class Conv:
    """What is baked in."""

    tile: Tile

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self, panels: int = _PANELS_AT_ONCE) -> tuple[Axis, ...]:
        """So many panels stay together."""
        return axes_of(PARAMETERS, batch_begin=1, m_begin=_ROWS_TOGETHER * self.tile.rows,
                       n_begin=panels * self.tile.width)


def emit_conv(module: ir.Module, name: str, conv: Conv) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; Y overlaps nothing."""
    kernel = Kernel(module, name, 4, len(PARAMETERS) - 4)
    _Emitter(kernel, conv.tile).emit()
    kernel.finish()


class _Emitter(WindowsEmitter):
    def __init__(self, kernel: Kernel, tile: Tile) -> None:
        super().__init__(kernel, tile, PARAMETERS[4:])
        self.x, self.a, self.offsets, self.y = kernel.pointers
        self.table = kernel.rest
        # And a row that comes behind them.
        self.panels = room(self.b, self.vector, (_PANELS_AT_ONCE * K_BLOCK + 1) * tile.vectors)
        self.records = room(self.b, i64, records_room(tile.width, tile.lanes))
        tile_bytes = tile.rows * K_BLOCK * SIZE[tile.dtype]
        self.rows_at_once = max(1, _RESIDENT // tile_bytes) * tile.rows

    def emit(self) -> None:
        b, arg, width = self.b, self.arg, self.tile.width
        # With k = 0 one empty block writes the zeros.
        blocks_end = b.select(b.icmp_signed("<", arg["k"], i64(1)), i64(1), arg["k"])
        with self.batches() as (batch, image, group):
            x = self._at(self.x, b.add(b.mul(image, arg["x.outer"]), b.mul(group, arg["x.batch"])))
            a = self._at(self.a, b.mul(group, arg["a.batch"]))
            y = self._at(self.y, b.mul(batch, arg["y.batch"]))
            with loop(b, i64(0), blocks_end, K_BLOCK) as k:
                depth = least(b, b.sub(arg["k"], k), i64(K_BLOCK))
                adds = b.icmp_signed(">", k, i64(0))
                offsets = b.gep(self.offsets, [k], source_etype=i64)
                left = self._at(a, b.mul(k, arg["a.depth"]))
                last = b.icmp_signed(">=", b.add(k, depth), arg["k"])
                finishes = b.and_(last, b.icmp_signed("!=", arg["finish"], i64(0)))
                with loop(b, arg["m_begin"], arg["m_end"], self.rows_at_once) as m:
                    rows = m, least(b, b.add(m, i64(self.rows_at_once)), arg["m_end"])
                    with loop(b, arg["n_begin"], arg["n_end"], _PANELS_AT_ONCE * width) as n:
                        columns = n, least(b, b.add(n, i64(_PANELS_AT_ONCE * width)), arg["n_end"])
                        self._panels(x, offsets, depth, left, y, adds, rows, columns)
                        with b.if_then(finishes):
                            finish_block(b, arg["finish"], self.table, y, batch, rows, columns)

    def _panels(self, x: ir.Value, offsets: ir.Value, depth: ir.Value, a: ir.Value, y: ir.Value,
                adds: ir.Value, rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]) -> None:
        """All panels gathered, then multiplied by one tile of rows after the other."""
        b, arg, tile = self.b, self.arg, self.tile
        pieces = pieces_function(self.module, tile.lanes)
        gather = gather_function(self.module, tile.dtype, tile.lanes)
        with loop(b, *columns, tile.width) as n:
            end = least(b, b.add(n, i64(tile.width)), columns[1])
            count = b.call(pieces, [n, end, self.records, *(arg[name] for name in POSITIONS[:-1]), i64(0)])
            b.call(gather, [x, offsets, depth, self.records, count, self._panel(b.sub(n, columns[0]), depth),
                            i64(tile.width)])
        for height, m in row_tiles(b, tile, *rows):
            within = b.srem(m, i64(tile.rows))
            first = b.add(b.mul(b.sdiv(m, i64(tile.rows)), arg["a.panel"]), b.mul(within, arg["a.row"]))
            row = self._at(y, b.mul(m, arg["y.row"]))
            for part in column_tiles(b, tile, *columns):
                form = Form(height, part.vectors, tile.lanes, tile.dtype, part.masked)
                column = b.sub(part.n, columns[0])
                place = self._at(self._panel(column, depth), b.srem(column, i64(tile.width)))
                b.call(tile_function(self.module, form), [
                    self._at(a, first), arg["a.row"], arg["a.depth"], place, i64(tile.width),
                    self._at(row, part.n), arg["y.row"], depth, adds, part.count])

    def _panel(self, column: ir.Value, depth: ir.Value) -> ir.Value:
        """Where the panel begins that holds a column, counted from the first that was gathered."""
        b, width = self.b, i64(self.tile.width)
        return self._at(self.panels, b.mul(b.sdiv(column, width), b.mul(depth, width)))

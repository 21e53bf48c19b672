"""A register tile goes in; a kernel for the derivative of convolutions to their weights comes out.

    W[batch, n, m] = sum over positions q of X[batch, element m of the window at q] * C[batch, n, q]

The rows of a tile are channels and taps, its columns, in lanes, are output channels; positions run over all
images. For a block of positions the cotangent C is turned into panels, and the rows of a tile are gathered
(contract/windows.py) when it is their turn. A batch is a part of the positions, of `span` each, and a group:
few weights are summed in parts, so that there is work for several threads. The bits of W depend on the
positions of a part alone, in blocks of K_BLOCK.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import WindowsEmitter
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.pack import Pack, panel_function
from retrograd.codegen.contract.square import room, turn_function
from retrograd.codegen.contract.tile import K_BLOCK, Tile
from retrograd.codegen.contract.walk import column_tiles, row_tiles
from retrograd.codegen.contract.windows import POSITIONS, gather_function, pieces_function, records_room
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i1, i64
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "x", "c", "offsets", "w",
    # Work is cut by these; the beginnings are multiples of tile.rows and tile.width. A batch is a part of the
    # positions and one of `inner` groups.
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "positions", "span", "inner",
    "x.batch", "c.image", "c.batch", "c.row", "w.batch", "w.row", *POSITIONS,
)

# Panels of the cotangent that are made at once: as the rows of all tiles meet them they stay in the second
# cache.
_PANELS_AT_ONCE = 4
# Tiles of rows below each other that work is not cut between: every cut turns the cotangent anew.
_ROWS_TOGETHER = 16


@dataclass(frozen=True)
class ConvWeight:
    """What is baked in."""

    tile: Tile

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self, panels: int = _PANELS_AT_ONCE) -> tuple[Axis, ...]:
        """So many panels stay together: every cut between them gathers the rows anew."""
        return axes_of(PARAMETERS, batch_begin=1, m_begin=_ROWS_TOGETHER * self.tile.rows,
                       n_begin=panels * self.tile.width)


def emit_conv_weight(module: ir.Module, name: str, conv: ConvWeight) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; W overlaps nothing."""
    kernel = Kernel(module, name, 4, len(PARAMETERS) - 4)
    _Emitter(kernel, conv.tile).emit()
    kernel.finish()


class _Emitter(WindowsEmitter):
    def __init__(self, kernel: Kernel, tile: Tile) -> None:
        super().__init__(kernel, tile, PARAMETERS[4:])
        self.x, self.c, self.offsets, self.w = kernel.pointers
        vector, lanes = self.vector, tile.lanes
        self.panels = room(self.b, vector, _PANELS_AT_ONCE * K_BLOCK * tile.vectors)
        # Rows lie a vector further apart than they are long, not to meet in one set of the first cache.
        self.pitch = K_BLOCK + lanes
        self.rows = room(self.b, vector, (tile.rows * self.pitch) // lanes + 1)
        self.memory = room(self.b, vector, -(-tile.rows // lanes) * lanes * tile.vectors)   # of a turned tile
        self.records = room(self.b, i64, records_room(K_BLOCK, lanes))

    def emit(self) -> None:
        b, arg, width = self.b, self.arg, self.tile.width
        pieces = pieces_function(self.module, self.tile.lanes)
        with self.batches() as (batch, part, group):
            x = self._at(self.x, b.mul(group, arg["x.batch"]))
            c = self._at(self.c, b.mul(group, arg["c.batch"]))
            w = self._at(self.w, b.mul(batch, arg["w.batch"]))
            first = b.mul(part, arg["span"])
            last = least(b, b.add(first, arg["span"]), arg["positions"])
            with loop(b, first, last, K_BLOCK) as q:
                end = least(b, b.add(q, i64(K_BLOCK)), last)
                count = b.call(pieces, [q, end, self.records, *(arg[name] for name in POSITIONS)])
                with loop(b, arg["n_begin"], arg["n_end"], _PANELS_AT_ONCE * width) as n:
                    columns = n, least(b, b.add(n, i64(_PANELS_AT_ONCE * width)), arg["n_end"])
                    self._turn(c, q, end, columns)
                    self._tiles(x, w, count, b.sub(end, q), b.icmp_signed(">", q, first), columns)

    def _turn(self, c: ir.Value, begin: ir.Value, end: ir.Value, columns: tuple[ir.Value, ir.Value]) -> None:
        """The cotangent at those positions, image by image, as panels of columns."""
        b, arg, tile = self.b, self.arg, self.tile
        turning = panel_function(self.module, Pack(tile.dtype, tile.width, tile.lanes))
        each = b.mul(arg["width"], b.mul(arg["height"], arg["planes"]))         # positions of an image
        before = b.sdiv(begin, each)
        after = b.add(b.sdiv(b.sub(end, i64(1)), each), i64(1))
        with loop(b, *columns, tile.width) as n:
            panel = self._at(self.panels, b.mul(b.sub(n, columns[0]), i64(K_BLOCK)))
            with loop(b, before, after) as image:
                start = b.mul(image, each)
                low = b.sub(begin, start)
                low = b.select(b.icmp_signed(">", low, i64(0)), low, i64(0))
                source = b.add(b.mul(image, arg["c.image"]), b.mul(n, arg["c.row"]))
                b.call(turning, [
                    self._at(c, source), self._at(panel, b.mul(b.sub(start, begin), i64(tile.width))),
                    least(b, b.sub(columns[1], n), i64(tile.width)), low, least(b, b.sub(end, start), each),
                    arg["c.row"], i64(1)])

    def _tiles(self, x: ir.Value, w: ir.Value, count: ir.Value, depth: ir.Value, adds: ir.Value,
               columns: tuple[ir.Value, ir.Value]) -> None:
        """Rows of windows, a tile at a time: gathered, then multiplied by all panels."""
        b, arg, tile = self.b, self.arg, self.tile
        gather = gather_function(self.module, tile.dtype, tile.lanes)
        turn = turn_function(self.module, tile.dtype, tile.lanes)
        for height, m in row_tiles(b, tile, arg["m_begin"], arg["m_end"]):
            b.call(gather, [x, b.gep(self.offsets, [m], source_etype=i64), i64(height), self.records, count,
                            self.rows, i64(self.pitch)])
            for part in column_tiles(b, tile, *columns):
                at = b.sub(part.n, columns[0])
                panel = self._at(self.panels, b.mul(b.sdiv(at, i64(tile.width)), i64(K_BLOCK * tile.width)))
                step = i64(part.vectors * tile.lanes)
                form = Form(height, part.vectors, tile.lanes, tile.dtype, part.masked)
                b.call(tile_function(self.module, form), [
                    self.rows, i64(self.pitch), i64(1), self._at(panel, b.srem(at, i64(tile.width))),
                    i64(tile.width), self.memory, step, depth, i1(0), part.count])
                place = self._at(self._at(w, b.mul(part.n, arg["w.row"])), m)
                b.call(turn, [self.memory, step, place, arg["w.row"], i64(height), part.count, adds])

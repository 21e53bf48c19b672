"""A register tile goes in; a kernel for convolutions to few channels comes out.

    Y[batch, m, p] = sum over k of A[batch, m, k] * X[batch, element k of the window at p]

What contract/conv.py computes, and to the same bits, without panels: few rows do not pay for gathering what
they meet. Vectors begin where lines of positions do, so that each is read where it lies, the last of a line
under a mask. A batch is an image and a group.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import WindowsEmitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.contract.microkernel import LINE, Form, tile_function
from retrograd.codegen.contract.square import room
from retrograd.codegen.contract.tile import K_BLOCK, Tile
from retrograd.codegen.contract.walk import row_tiles
from retrograd.codegen.contract.windows import POSITIONS
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "x", "a", "offsets", "y",
    # Lines of positions are counted over all planes; an epilogue takes `together` of them at once.
    "batch_begin", "batch_end", "m_begin", "m_end", "line_begin", "line_end", "k", "inner",
    "x.outer", "x.batch", "a.batch", "a.panel", "a.row", "a.depth", "y.batch", "y.row",
    *POSITIONS[:-1], "together", "finish",
)


@dataclass(frozen=True)
class ConvLines:
    """What is baked in."""

    tile: Tile

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self, together: int = 1) -> tuple[Axis, ...]:
        """So many lines stay together."""
        return axes_of(PARAMETERS, batch_begin=1, line_begin=together)


def emit_conv_lines(module: ir.Module, name: str, conv: ConvLines) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; Y overlaps nothing."""
    kernel = Kernel(module, name, 4, len(PARAMETERS) - 4)
    _Emitter(kernel, conv.tile).emit()
    kernel.finish()


class _Emitter(WindowsEmitter):
    def __init__(self, kernel: Kernel, tile: Tile) -> None:
        super().__init__(kernel, tile, PARAMETERS[4:])
        self.x, self.a, self.offsets, self.y = kernel.pointers
        self.table = kernel.rest
        self.lines = room(self.b, i64, LINE * tile.vectors)
        # Vectors of a line.
        self.across = self.b.sdiv(self.b.add(self.arg["width"], i64(tile.lanes - 1)), i64(tile.lanes))

    def emit(self) -> None:
        b, arg = self.b, self.arg
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
                with loop(b, arg["line_begin"], arg["line_end"], arg["together"]) as line:
                    end = least(b, b.add(line, arg["together"]), arg["line_end"])
                    stop = b.mul(end, self.across)
                    with loop(b, b.mul(line, self.across), stop, self.tile.vectors) as vector:
                        self._find(vector, stop)
                        self._tiles(x, offsets, depth, left, y, adds)
                    with b.if_then(finishes):
                        finish_block(b, arg["finish"], self.table, y, batch, (arg["m_begin"], arg["m_end"]),
                                     (b.mul(line, arg["width"]), b.mul(end, arg["width"])))

    def _find(self, first: ir.Value, stop: ir.Value) -> None:
        """Where as many vectors as a tile has lie; those behind the last have no lanes."""
        b, arg, lanes = self.b, self.arg, i64(self.tile.lanes)
        last = b.sub(stop, i64(1))
        for j in range(self.tile.vectors):
            number = b.add(first, i64(j))
            there = b.icmp_signed("<", number, stop)
            number = least(b, number, last)
            line = b.sdiv(number, self.across)
            column = b.mul(b.sub(number, b.mul(line, self.across)), lanes)
            deep = b.sdiv(line, arg["height"])
            row = b.sub(line, b.mul(deep, arg["height"]))
            place = b.add(column, b.add(b.mul(row, arg["line"]), b.mul(deep, arg["plane"])))
            count = b.select(there, least(b, b.sub(arg["width"], column), lanes), i64(0))
            words = place, count, b.add(b.mul(line, arg["width"]), column)
            for k, word in enumerate(words):
                b.store(word, b.gep(self.lines, [i64(LINE * j + k)], source_etype=i64), align=8)

    def _tiles(self, x: ir.Value, offsets: ir.Value, depth: ir.Value, a: ir.Value, y: ir.Value,
               adds: ir.Value) -> None:
        """All rows of those vectors."""
        b, arg, tile = self.b, self.arg, self.tile
        for height, m in row_tiles(b, tile, arg["m_begin"], arg["m_end"]):
            form = Form(height, tile.vectors, tile.lanes, tile.dtype, lines=True)
            within = b.srem(m, i64(tile.rows))
            first = b.add(b.mul(b.sdiv(m, i64(tile.rows)), arg["a.panel"]), b.mul(within, arg["a.row"]))
            b.call(tile_function(self.module, form), [
                self._at(a, first), arg["a.row"], arg["a.depth"], x, offsets, self.lines,
                self._at(y, b.mul(m, arg["y.row"])), arg["y.row"], depth, adds])

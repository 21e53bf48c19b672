"""A register tile goes in; a kernel for the derivative of convolutions of three by three taps to their
weights, by Winograd's transform, comes out.

    W = Gt [ sum over pieces of (Bt d B) * (A y At) ] G      d a 4 x 4 piece of an image, y a 2 x 2 piece of
                                                             the cotangent

The forward (contract/winograd.py) turned round: sixteen products, one for each element of a transformed
piece, sum over pieces with 16 multiply-adds where there are 36 without. Rows of a tile are channels, with
pieces behind each other, its columns, in lanes, are output channels. Both arrays lie in phases
(contract/offsets.py) and have an even number of lines and columns. A batch is a part of the pieces, of `span`
each, and a group. The bits of W depend on the pieces of a part alone, in blocks of PIECES.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import WindowsEmitter
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.pack import Pack, panel_function
from retrograd.codegen.contract.square import room, turn_function
from retrograd.codegen.contract.tile import Tile
from retrograd.codegen.contract.walk import column_tiles, row_tiles
from retrograd.codegen.contract.windows import gather_function, pieces_function, records_room
from retrograd.codegen.contract.winograd import ELEMENTS, towards
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i1, i64, splat
from retrograd.codegen.loops.loop import least, loop

# Pieces that are transformed and summed at once, and channels and output channels that meet then: what is
# transformed, and the sums, stay in the second cache.
PIECES, ROWS, COLUMNS = 64, 72, 64

PARAMETERS = (
    "x", "g", "x.offsets", "g.offsets", "w",
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "pieces", "span", "inner",
    "x.batch", "g.batch", "w.batch", "w.row", "width", "height", "x.line", "x.image", "g.line", "g.image",
)
_TAPS = 9


@dataclass(frozen=True)
class WinogradWeight:
    """What is baked in."""

    tile: Tile

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, m_begin=ROWS, n_begin=COLUMNS)


def emit_winograd_weight(module: ir.Module, name: str, winograd: WinogradWeight) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; W overlaps nothing."""
    kernel = Kernel(module, name, 5, len(PARAMETERS) - 5)
    _Emitter(kernel, winograd.tile).emit()
    kernel.finish()


class _Emitter(WindowsEmitter):
    def __init__(self, kernel: Kernel, tile: Tile) -> None:
        super().__init__(kernel, tile, PARAMETERS[5:])
        self.x, self.g, self.x_offsets, self.g_offsets, self.w = kernel.pointers
        b, lanes = self.b, tile.lanes
        self.places = {of: room(b, i64, records_room(PIECES, lanes)) for of in ("x", "g")}
        self.read = self._room(ELEMENTS * PIECES + lanes)           # pieces of a channel
        # What is written behind the pieces of one output channel must not reach those of the next.
        self.pitch = PIECES + lanes
        self.lines = self._room(4 * tile.width * self.pitch)        # pieces of a panel of output channels
        self.turned = self._room(4 * PIECES * tile.width)
        self.v = self._room(ELEMENTS * ROWS * PIECES)
        self.y = self._room(ELEMENTS * PIECES * COLUMNS)
        self.u = self._room(ELEMENTS * ROWS * COLUMNS)

    def _room(self, elements: int) -> ir.Value:
        return room(self.b, self.vector, -(-elements // self.tile.lanes))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        with self.batches() as (batch, part, group):
            x = self._at(self.x, b.mul(group, arg["x.batch"]))
            g = self._at(self.g, b.mul(group, arg["g.batch"]))
            w = self._at(self.w, b.mul(batch, arg["w.batch"]))
            first = b.mul(part, arg["span"])
            last = least(b, b.add(first, arg["span"]), arg["pieces"])
            with loop(b, arg["n_begin"], arg["n_end"], COLUMNS) as n, \
                    loop(b, arg["m_begin"], arg["m_end"], ROWS) as m:
                rows = m, least(b, b.add(m, i64(ROWS)), arg["m_end"])
                columns = n, least(b, b.add(n, i64(COLUMNS)), arg["n_end"])
                with loop(b, first, last, PIECES) as p:
                    end = least(b, b.add(p, i64(PIECES)), last)
                    counts = {of: self._pieces(of, p, end) for of in ("x", "g")}
                    depth = b.sub(end, p)
                    self._images(x, rows, counts["x"], depth)
                    self._cotangents(g, columns, counts["g"], depth)
                    self._multiply(rows, columns, depth, b.icmp_signed(">", p, first))
                self._back(w, rows, columns)

    def _pieces(self, of: str, begin: ir.Value, end: ir.Value) -> ir.Value:
        b, arg = self.b, self.arg
        return b.call(pieces_function(self.module, self.tile.lanes), [
            begin, end, self.places[of], arg["width"], arg["height"], i64(1),
            b.mul(arg[f"{of}.line"], i64(2)), i64(0), arg[f"{of}.image"]])

    def _vector(self, place: ir.Value) -> ir.Value:
        return self.b.load(place, typ=self.vector, align=64)

    def _offset(self, *terms: tuple[ir.Value | int, int]) -> ir.Value:
        """The sum of numbers times factors."""
        total: ir.Value = i64(0)
        for number, factor in terms:
            value = i64(number) if isinstance(number, int) else number
            total = self.b.add(total, self.b.mul(value, i64(factor)))
        return total

    # ------------------------------------------------------------ Bt d B: pieces behind each other
    def _images(self, x: ir.Value, rows: tuple[ir.Value, ir.Value], count: ir.Value, depth: ir.Value) -> None:
        b, lanes = self.b, self.tile.lanes
        gather = gather_function(self.module, self.tile.dtype, lanes)
        with loop(b, *rows) as c:
            offsets = b.gep(self.x_offsets, [b.mul(c, i64(ELEMENTS))], source_etype=i64)
            b.call(gather, [x, offsets, i64(ELEMENTS), self.places["x"], count, self.read, i64(PIECES)])
            row = b.sub(c, rows[0])
            with loop(b, i64(0), depth, lanes) as k:
                d = [[self._vector(self._at(self.read, b.add(k, i64((4 * i + j) * PIECES))))
                      for j in range(4)] for i in range(4)]
                columns = [towards(b, [d[i][j] for i in range(4)]) for j in range(4)]
                for i in range(4):
                    for j, value in enumerate(towards(b, [column[i] for column in columns])):
                        at = self._offset((4 * i + j, ROWS * PIECES), (row, PIECES), (k, 1))
                        b.store(value, self._at(self.v, at), align=64)

    # ------------------------------------------------------------ A y At: output channels in lanes
    def _cotangents(self, g: ir.Value, columns: tuple[ir.Value, ir.Value], count: ir.Value, depth: ir.Value
                    ) -> None:
        b, tile = self.b, self.tile
        gather = gather_function(self.module, tile.dtype, tile.lanes)
        turning = panel_function(self.module, Pack(tile.dtype, tile.width, tile.lanes))
        each = tile.width * self.pitch
        with loop(b, *columns, tile.width) as n:
            lanes = least(b, b.sub(columns[1], n), i64(tile.width))
            with loop(b, i64(0), lanes) as o:
                offsets = b.gep(self.g_offsets, [b.mul(b.add(n, o), i64(4))], source_etype=i64)
                b.call(gather, [g, offsets, i64(4), self.places["g"], count,
                                self._at(self.lines, b.mul(o, i64(self.pitch))), i64(each)])
            for t in range(4):
                b.call(turning, [self._at(self.lines, i64(t * each)),
                                 self._at(self.turned, i64(t * PIECES * tile.width)), lanes, i64(0), depth,
                                 i64(self.pitch), i64(1)])
            panel = b.mul(b.sub(n, columns[0]), i64(PIECES))
            with loop(b, i64(0), depth) as p:
                for k in range(tile.vectors):
                    at = b.add(b.mul(p, i64(tile.width)), i64(k * tile.lanes))
                    y = [self._vector(self._at(self.turned, b.add(at, i64(t * PIECES * tile.width))))
                         for t in range(4)]
                    lines = [self._spread([y[j], y[2 + j]]) for j in range(2)]
                    for i in range(4):
                        for j, value in enumerate(self._spread([line[i] for line in lines])):
                            place = self._offset((4 * i + j, PIECES * COLUMNS), (panel, 1), (at, 1))
                            b.store(value, self._at(self.y, place), align=64)

    def _spread(self, y: Sequence[ir.Value]) -> list[ir.Value]:
        """A y"""
        b = self.b
        return [y[0], b.fadd(y[0], y[1]), b.fsub(y[0], y[1]), b.fneg(y[1])]

    # ------------------------------------------------------------ sixteen products
    def _multiply(self, rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value], depth: ir.Value,
                  adds: ir.Value) -> None:
        b, tile = self.b, self.tile
        with loop(b, i64(0), i64(ELEMENTS)) as e:
            for height, m in row_tiles(b, tile, *rows):
                row = b.sub(m, rows[0])
                for part in column_tiles(b, tile, *columns):
                    at = b.sub(part.n, columns[0])
                    # The last vector of a tile holds what exists, and whatever: nobody reads the rest.
                    form = Form(height, part.vectors, tile.lanes, tile.dtype)
                    whole = b.sdiv(at, i64(tile.width))
                    panel = self._offset((e, PIECES * COLUMNS), (whole, PIECES * tile.width),
                                         (b.srem(at, i64(tile.width)), 1))
                    left = self._at(self.v, self._offset((e, ROWS * PIECES), (row, PIECES)))
                    b.call(tile_function(self.module, form), [
                        left, i64(PIECES), i64(1), self._at(self.y, panel), i64(tile.width),
                        self._at(self.u, self._offset((e, ROWS * COLUMNS), (row, COLUMNS), (at, 1))),
                        i64(COLUMNS), depth, adds, part.count])

    # ------------------------------------------------------------ Gt u G
    def _back(self, w: ir.Value, rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]) -> None:
        """Sums to taps, over what was transformed, then turned into rows of W."""
        b, arg, lanes = self.b, self.arg, self.tile.lanes
        count = b.sub(columns[1], columns[0])
        with loop(b, i64(0), b.sub(rows[1], rows[0])) as row, loop(b, i64(0), count, lanes) as k:
            at = self._offset((row, COLUMNS), (k, 1))
            u = [[self._vector(self._at(self.u, b.add(at, i64((4 * i + j) * ROWS * COLUMNS))))
                  for j in range(4)] for i in range(4)]
            lines = [self._gathered([u[i][j] for i in range(4)]) for j in range(4)]
            for i in range(3):
                for j, value in enumerate(self._gathered([line[i] for line in lines])):
                    at = self._offset((row, _TAPS * COLUMNS), (3 * i + j, COLUMNS), (k, 1))
                    b.store(value, self._at(self.v, at), align=64)
        place = self._at(w, b.add(b.mul(columns[0], arg["w.row"]), b.mul(rows[0], i64(_TAPS))))
        b.call(turn_function(self.module, self.tile.dtype, lanes), [
            self.v, i64(COLUMNS), place, arg["w.row"], b.mul(b.sub(rows[1], rows[0]), i64(_TAPS)), count,
            i1(0)])

    def _gathered(self, u: Sequence[ir.Value]) -> list[ir.Value]:
        """Gt u"""
        b, half = self.b, splat(self.vector, 0.5)
        both = b.fmul(half, b.fadd(u[1], u[2]))
        return [b.fadd(u[0], both), b.fmul(half, b.fsub(u[1], u[2])), b.fadd(both, u[3])]

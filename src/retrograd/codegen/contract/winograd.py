"""A register tile goes in; kernels for convolutions of three by three taps by Winograd's transform come out.

    Y = At [ (G w Gt) * (Bt d B) ] A        of each 4 x 4 piece d of an image, a 2 x 2 piece Y of the result

Sixteen products, one for each element of a transformed piece, replace 36 multiply-adds a channel by 16.
Pieces begin two elements apart and lie in lanes, counted as positions of windows are; images lie in phases
(contract/offsets.py). What a piece reads behind the last line or column of its image may be anything: it
decides elements of Y only that there are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import WindowsEmitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.square import room
from retrograd.codegen.contract.tile import Tile
from retrograd.codegen.contract.walk import row_tiles
from retrograd.codegen.contract.windows import gather_function, pieces_function, records_room
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import lanes_below

# Elements of a transformed piece.
ELEMENTS = 16
# Channels that are transformed at once, and tiles of rows of Y that meet them: both stay in the second cache.
CHANNELS, ROW_TILES = 64, 11
# Lines of pieces that work is not cut between.
_LINES = 8
# Of a run of pieces: its first lane; where it lies in Y, how many elements of a line, whether two lines are.
_PLACE = 4

PARAMETERS = (
    "x", "u", "offsets", "y",
    # A batch is `together` of the images, whose lines of pieces are counted on, and one of `inner` groups.
    "batch_begin", "batch_end", "m_begin", "m_end", "line_begin", "line_end", "channels", "inner", "images",
    "together",
    "x.outer", "x.batch", "x.line", "u.batch", "u.element", "y.batch", "y.row", "y.height", "y.width",
    "pieces", "finish",
)


@dataclass(frozen=True)
class Winograd:
    """U is in panels of tile.rows output channels, one behind the other in each of the 16 elements."""

    tile: Tile

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, m_begin=ROW_TILES * self.tile.rows, line_begin=_LINES)


@dataclass(frozen=True)
class WinogradWeights:
    """U[group, element, panel, channel, row] of weights with any strides; places of rows that do not exist
    hold anything. Work is cut between panels of `rows` output channels, counted over all groups."""

    dtype: str
    rows: int

    def parameters(self) -> tuple[str, ...]:
        return ("w", "u", "begin", "end", "panels", "channels", "rows", "w.row", "w.channel", "w.tap0",
                "w.tap1", "u.group", "u.element")

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_winograd(module: ir.Module, name: str, winograd: Winograd) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; Y overlaps nothing."""
    kernel = Kernel(module, name, 4, len(PARAMETERS) - 4)
    _Emitter(kernel, winograd.tile).emit()
    kernel.finish()


def emit_winograd_weights(module: ir.Module, name: str, weights: WinogradWeights) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `weights.parameters()` lists them."""
    names = weights.parameters()
    kernel = Kernel(module, name, 2, len(names) - 2)
    b, element, align = kernel.b, MEMORY[weights.dtype], SIZE[weights.dtype]
    w, u = kernel.pointers
    arg = dict(zip(names[2:], kernel.integers))
    half = element(0.5)

    def line(g: Sequence[ir.Value]) -> list[ir.Value]:
        """G g"""
        both = b.fadd(g[0], g[2])
        return [g[0], b.fmul(half, b.fadd(both, g[1])), b.fmul(half, b.fsub(both, g[1])), g[2]]

    def tap(at: ir.Value, i: int, j: int) -> ir.Value:
        step = b.add(b.mul(i64(i), arg["w.tap0"]), b.mul(i64(j), arg["w.tap1"]))
        return b.load(b.gep(w, [b.add(at, step)], source_etype=element), typ=element, align=align)

    with loop(b, arg["begin"], arg["end"]) as number:
        group = b.sdiv(number, arg["panels"])
        panel = b.sub(number, b.mul(group, arg["panels"]))
        first = b.mul(panel, i64(weights.rows))
        count = least(b, b.sub(arg["rows"], first), i64(weights.rows))
        source = b.mul(b.add(b.mul(group, arg["rows"]), first), arg["w.row"])
        target = b.add(b.mul(group, arg["u.group"]), b.mul(first, arg["channels"]))
        with loop(b, i64(0), arg["channels"]) as c, loop(b, i64(0), count) as row:
            at = b.add(source, b.add(b.mul(row, arg["w.row"]), b.mul(c, arg["w.channel"])))
            columns = [line([tap(at, i, j) for i in range(3)]) for j in range(3)]
            at = b.add(target, b.add(b.mul(c, i64(weights.rows)), row))
            for i in range(4):
                for j, value in enumerate(line([column[i] for column in columns])):
                    place = b.add(at, b.mul(i64(4 * i + j), arg["u.element"]))
                    b.store(value, b.gep(u, [place], source_etype=element), align=align)
    kernel.finish()


class _Emitter(WindowsEmitter):
    def __init__(self, kernel: Kernel, tile: Tile) -> None:
        super().__init__(kernel, tile, PARAMETERS[4:])
        self.x, self.u, self.offsets, self.y = kernel.pointers
        self.table = kernel.rest
        self.rows = ROW_TILES * tile.rows
        # Lines of pieces of an image, and elements from an image of Y to the next.
        self.lines = self.b.ashr(self.b.add(self.arg["y.height"], i64(1)), i64(1))
        self.image = self.b.mul(self.arg["inner"], self.arg["y.batch"])
        self.read = room(self.b, self.vector, ELEMENTS * tile.vectors + 1)         # pieces of a channel
        self.v = room(self.b, self.vector, ELEMENTS * CHANNELS * tile.vectors)
        self.m = room(self.b, self.vector, ELEMENTS * self.rows * tile.vectors)
        self.result = room(self.b, self.vector, 4 * tile.vectors)                   # two lines of Y
        self.records = room(self.b, i64, records_room(tile.width, tile.lanes))
        self.places = room(self.b, i64, _PLACE * tile.width)

    def emit(self) -> None:
        b, arg, width = self.b, self.arg, self.tile.width
        with self.batches() as (_, section, group):
            image = b.mul(section, arg["together"])
            x = self._at(self.x, b.add(b.mul(image, arg["x.outer"]), b.mul(group, arg["x.batch"])))
            u = self._at(self.u, b.mul(group, arg["u.batch"]))
            number = b.add(b.mul(image, arg["inner"]), group)
            y = self._at(self.y, b.mul(number, arg["y.batch"]))
            images = least(b, b.sub(arg["images"], image), arg["together"])
            line_end = least(b, arg["line_end"], b.mul(images, self.lines))
            end = b.mul(line_end, arg["pieces"])
            with loop(b, arg["m_begin"], arg["m_end"], self.rows) as m:
                rows = m, least(b, b.add(m, i64(self.rows)), arg["m_end"])
                with loop(b, b.mul(arg["line_begin"], arg["pieces"]), end, width) as first:
                    last = least(b, b.add(first, i64(width)), end)
                    count = b.call(pieces_function(self.module, self.tile.lanes), [
                        first, last, self.records, arg["pieces"],
                        self.lines, i64(1), b.mul(arg["x.line"], i64(2)), i64(0), arg["x.outer"]])
                    runs = self._place(first, last)
                    with loop(b, i64(0), arg["channels"], CHANNELS) as c:
                        depth = least(b, b.sub(arg["channels"], c), i64(CHANNELS))
                        self._transform(x, c, depth, count)
                        self._multiply(u, c, depth, rows)
                    self._back(y, rows, runs)
                with b.if_then(b.icmp_signed("!=", arg["finish"], i64(0))), loop(b, i64(0), images) as i:
                    before = b.mul(i, self.lines)
                    ends = arg["line_begin"], line_end
                    begin, stop = (self._positions(b.sub(line, before)) for line in ends)
                    with b.if_then(b.icmp_signed("<", begin, stop)):
                        finish_block(b, arg["finish"], self.table, self._at(y, b.mul(i, self.image)),
                                     b.add(number, b.mul(i, arg["inner"])), rows, (begin, stop))

    def _positions(self, line: ir.Value) -> ir.Value:
        """How many elements of Y lie in an image before a line of pieces."""
        b = self.b
        above = least(b, b.mul(line, i64(2)), self.arg["y.height"])
        return b.mul(self.arg["y.width"], b.select(b.icmp_signed(">", above, i64(0)), above, i64(0)))

    def _vector(self, base: ir.Value, index: ir.Value) -> ir.Value:
        """Where vector number `index` lies."""
        return self._at(base, self.b.mul(index, i64(self.tile.lanes)))

    def _word(self, number: ir.Value, k: int) -> ir.Value:
        """Where word k of a run lies."""
        at = self.b.add(self.b.mul(number, i64(_PLACE)), i64(k))
        return self.b.gep(self.places, [at], source_etype=i64)

    def _place(self, first: ir.Value, last: ir.Value) -> ir.Value:
        """Where the result of each run of pieces belongs, as far as Y goes; how many runs there are."""
        b, arg = self.b, self.arg
        before, head, after = b.block, b.append_basic_block("run"), b.append_basic_block("end")
        b.branch(head)
        b.position_at_end(head)
        at, k = b.phi(i64), b.phi(i64)
        at.add_incoming(first, before)
        k.add_incoming(i64(0), before)
        line = b.sdiv(at, arg["pieces"])
        within = b.sub(at, b.mul(line, arg["pieces"]))
        count = least(b, least(b, b.sub(arg["pieces"], within), b.sub(last, at)), i64(self.tile.lanes))
        image, column = b.sdiv(line, self.lines), b.mul(within, i64(2))
        above = b.mul(b.sub(line, b.mul(image, self.lines)), i64(2))
        length = least(b, b.mul(count, i64(2)), b.sub(arg["y.width"], column))
        more = b.icmp_signed("<", b.add(above, i64(1)), arg["y.height"])
        place = b.add(b.mul(image, self.image), b.add(b.mul(above, arg["y.width"]), column))
        for j, word in enumerate((b.sub(at, first), place, length, b.zext(more, i64))):
            b.store(word, self._word(k, j), align=8)
        following, number = b.add(at, count), b.add(k, i64(1))
        at.add_incoming(following, head)
        k.add_incoming(number, head)
        b.cbranch(b.icmp_signed("<", following, last), head, after)
        b.position_at_end(after)
        return number

    # ------------------------------------------------------------ Bt d B
    def _transform(self, x: ir.Value, first: ir.Value, depth: ir.Value, count: ir.Value) -> None:
        b, vectors = self.b, self.tile.vectors
        gather = gather_function(self.module, self.tile.dtype, self.tile.lanes)
        with loop(b, i64(0), depth) as c:
            offsets = b.gep(self.offsets, [b.mul(b.add(first, c), i64(ELEMENTS))], source_etype=i64)
            b.call(gather, [x, offsets, i64(ELEMENTS), self.records, count, self.read, i64(self.tile.width)])
            for k in range(vectors):
                d = [[b.load(self._vector(self.read, i64((4 * i + j) * vectors + k)), typ=self.vector,
                             align=64) for j in range(4)] for i in range(4)]
                columns = [towards(b, [d[i][j] for i in range(4)]) for j in range(4)]
                for i in range(4):
                    for j, value in enumerate(towards(b, [column[i] for column in columns])):
                        at = b.add(b.mul(b.add(i64((4 * i + j) * CHANNELS), c), i64(vectors)), i64(k))
                        b.store(value, self._vector(self.v, at), align=64)

    # ------------------------------------------------------------ sixteen products
    def _multiply(self, u: ir.Value, first: ir.Value, depth: ir.Value, rows: tuple[ir.Value, ir.Value]
                  ) -> None:
        b, arg, tile = self.b, self.arg, self.tile
        width = i64(tile.width)
        adds = b.icmp_signed(">", first, i64(0))
        for height, m in row_tiles(b, tile, *rows):
            form = Form(height, tile.vectors, tile.lanes, tile.dtype)
            panel = b.mul(b.sdiv(m, i64(tile.rows)), b.mul(arg["channels"], i64(tile.rows)))
            at = b.add(b.add(panel, b.srem(m, i64(tile.rows))), b.mul(first, i64(tile.rows)))
            with loop(b, i64(0), i64(ELEMENTS)) as e:
                left = self._at(u, b.add(at, b.mul(e, arg["u.element"])))
                right = self._at(self.v, b.mul(e, i64(CHANNELS * tile.width)))
                row = b.add(b.mul(e, i64(self.rows)), b.sub(m, rows[0]))
                b.call(tile_function(self.module, form), [
                    left, i64(1), i64(tile.rows), right, width, self._at(self.m, b.mul(row, width)), width,
                    depth, adds, width])

    # ------------------------------------------------------------ At m A
    def _back(self, y: ir.Value, rows: tuple[ir.Value, ir.Value], runs: ir.Value) -> None:
        b, arg, vectors, lanes = self.b, self.arg, self.tile.vectors, self.tile.lanes
        sides = [ir.Constant(ir.VectorType(i32, lanes), [
            k // 2 + k % 2 * lanes for k in range(low, low + lanes)]) for low in (0, lanes)]
        with loop(b, *rows) as o:
            row = b.mul(b.sub(o, rows[0]), i64(vectors))
            for k in range(vectors):
                m = [b.load(self._vector(self.m, b.add(row, i64(e * self.rows * vectors + k))),
                            typ=self.vector, align=64) for e in range(ELEMENTS)]
                columns = [_back(b, [m[4 * i + j] for i in range(4)]) for j in range(4)]
                for i in range(2):
                    pair = _back(b, [column[i] for column in columns])
                    for s, side in enumerate(sides):        # the two elements of a line side by side
                        place = self._vector(self.result, i64((i * vectors + k) * 2 + s))
                        b.store(b.shuffle_vector(*pair, side), place, align=64)
            self._store(self._at(y, b.mul(o, arg["y.row"])), runs)

    def _store(self, y: ir.Value, runs: ir.Value) -> None:
        """Both lines of all runs of pieces to where they belong."""
        b, lanes = self.b, self.tile.lanes
        with loop(b, i64(0), runs) as k:
            lane, at, length, more = (b.load(self._word(k, j), typ=i64, align=8) for j in range(_PLACE))
            masks = [lanes_below(b, b.sub(length, i64(part * lanes)), lanes) for part in range(2)]

            def line(i: int) -> None:
                target = self._at(y, b.add(at, i64(0) if not i else self.arg["y.width"]))
                source = self._at(self.result, b.add(i64(i * 2 * self.tile.width), b.mul(lane, i64(2))))
                for part, mask in enumerate(masks):
                    value = self._load(self.vector, self._at(source, i64(part * lanes)), mask)
                    self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value,
                               self._at(target, i64(part * lanes)), mask)
            line(0)
            with b.if_then(b.icmp_signed("!=", more, i64(0))):
                line(1)


def towards(b: ir.IRBuilder, d: Sequence[ir.Value]) -> list[ir.Value]:
    """Bt d"""
    return [b.fsub(d[0], d[2]), b.fadd(d[1], d[2]), b.fsub(d[2], d[1]), b.fsub(d[1], d[3])]


def _back(b: ir.IRBuilder, m: Sequence[ir.Value]) -> list[ir.Value]:
    """At m"""
    return [b.fadd(b.fadd(m[0], m[1]), m[2]), b.fsub(b.fsub(m[1], m[2]), m[3])]

"""Register tiles go in; a kernel for the derivative of convolutions to few weights comes out.

    W[batch, n, m] = sum over positions q of X[batch, element m of the window at q] * C[batch, n, q]

What contract/conv_weight.py computes, with positions in lanes: the cotangent is read where it lies, while
there it is turned, which few channels and taps do not pay for. Rows of windows are gathered
(contract/windows.py) for a block of positions: a chunk of an image, or some small images whole. A batch is
one of `parts` of the blocks and a group. The bits of W depend on the blocks of a part alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.dots import Dots, dots_function, lanes_of, reduced
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.square import room
from retrograd.codegen.contract.windows import POSITIONS, gather_function, pieces_function, records_room
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i64, mangled, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import lanes_below

# Positions of a block, and rows and columns whose sums are held at once: all stay in the second cache.
BLOCK, ROWS, COLUMNS = 512, 81, 64

PARAMETERS = (
    "x", "c", "offsets", "w",
    # A batch is one of `parts` of the blocks, none of them empty, and of `inner` groups. A block is one of
    # `chunks` of an image, of `chunk` positions, or `together` images.
    "batch_begin", "batch_end", "m_begin", "m_end", "n_begin", "n_end", "blocks", "parts", "inner",
    "chunks", "chunk", "together", "images", "m_step",
    "x.batch", "c.image", "c.batch", "c.row", "w.batch", "w.row", *POSITIONS,
)


@dataclass(frozen=True)
class ConvDots:
    """What is baked in: the tiles, by `tiles_of`."""

    dtype: str
    tiles: tuple[tuple[int, tuple[int, ...]], ...]

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        """Rows are cut at multiples of `m_step`, which the call gives."""
        return axes_of(PARAMETERS, batch_begin=1, n_begin=COLUMNS)


def emit_conv_dots(module: ir.Module, name: str, conv: ConvDots) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; W overlaps nothing."""
    kernel = Kernel(module, name, 4, len(PARAMETERS) - 4)
    _Emitter(kernel, conv).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, conv: ConvDots) -> None:
        self.b, self.module, self.conv = kernel.b, kernel.module, conv
        self.element, self.align = MEMORY[conv.dtype], SIZE[conv.dtype]
        self.lanes = lanes_of(conv.dtype)
        self.vector = ir.VectorType(self.element, self.lanes)
        self.x, self.c, self.offsets, self.w = kernel.pointers
        self.arg = dict(zip(PARAMETERS[4:], kernel.integers))
        # Rows lie a vector further apart than they are long, not to meet in one set of the first cache.
        self.pitch = BLOCK + self.lanes
        self.rows = room(self.b, self.vector, ROWS * self.pitch // self.lanes)
        self.sums = room(self.b, self.vector, ROWS * COLUMNS + self.lanes)
        self.records = room(self.b, i64, records_room(BLOCK, self.lanes))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            part = b.sdiv(batch, arg["inner"])
            group = b.sub(batch, b.mul(part, arg["inner"]))
            x = self._at(self.x, b.mul(group, arg["x.batch"]))
            c = self._at(self.c, b.mul(group, arg["c.batch"]))
            w = self._at(self.w, b.mul(batch, arg["w.batch"]))
            first, last = (b.sdiv(b.mul(of, arg["blocks"]), arg["parts"])
                           for of in (part, b.add(part, i64(1))))
            with loop(b, arg["n_begin"], arg["n_end"], COLUMNS) as n, \
                    loop(b, arg["m_begin"], arg["m_end"], arg["m_step"]) as m:
                rows = m, least(b, b.add(m, arg["m_step"]), arg["m_end"])
                columns = n, least(b, b.add(n, i64(COLUMNS)), arg["n_end"])
                with loop(b, first, last) as block:
                    self._block(x, c, block, b.icmp_signed(">", block, first), rows, columns)
                self._write(w, rows, columns)

    def _block(self, x: ir.Value, c: ir.Value, block: ir.Value, adds: ir.Value,
               rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]) -> None:
        """Gather the rows of a block of positions, and add all products."""
        b, arg = self.b, self.arg
        image, begin = self._beginning(block)
        runs = least(b, b.sub(arg["images"], image), arg["together"])
        each = b.mul(arg["width"], b.mul(arg["height"], arg["planes"]))         # positions of an image
        end = least(b, b.add(begin, arg["chunk"]), each)
        terms = b.sub(end, begin)
        x_run = b.and_(b.add(terms, i64(self.lanes - 1)), i64(-self.lanes))
        count = b.call(pieces_function(self.module, self.lanes), [
            begin, end, self.records, *(arg[name] for name in POSITIONS)])
        gather = gather_function(self.module, self.conv.dtype, self.lanes)
        offsets = b.gep(self.offsets, [rows[0]], source_etype=i64)
        with loop(b, i64(0), runs) as run:
            b.call(gather, [
                self._at(x, b.mul(b.add(image, run), arg["image"])), offsets, b.sub(rows[1], rows[0]),
                self.records, count, self._at(self.rows, b.mul(run, x_run)), i64(self.pitch)])
        here, following = (
            self._at(c, b.add(b.mul(of[0], arg["c.image"]), of[1]))
            for of in ((image, begin), self._beginning(b.add(block, i64(1)))))
        for width, height, m, n in self._tiles(rows, columns):
            row, column = b.sub(m, rows[0]), b.sub(n, columns[0])
            sums = self._sums(row, column)
            # A tile fetches one of the columns that come next.
            number = b.add(b.add(n, i64(width)), least(b, b.sdiv(row, i64(height)), i64(width - 1)))
            more = b.icmp_signed("<", number, columns[1])
            number = b.select(more, number, b.add(columns[0], b.sub(number, b.add(n, i64(width)))))
            ahead = self._at(b.select(more, here, following), b.mul(number, arg["c.row"]))
            b.call(dots_function(self.module, Dots(height, width, self.conv.dtype)), [
                self._at(self.rows, b.mul(row, i64(self.pitch))), i64(self.pitch),
                self._at(here, b.mul(n, arg["c.row"])), arg["c.row"], sums, i64(ROWS * self.lanes), ahead,
                runs, x_run, arg["c.image"], terms, adds])

    def _beginning(self, block: ir.Value) -> tuple[ir.Value, ir.Value]:
        """The first image of a block, and its first position in that."""
        b, arg = self.b, self.arg
        before = b.sdiv(block, arg["chunks"])
        return b.mul(before, arg["together"]), b.mul(b.sub(block, b.mul(before, arg["chunks"])), arg["chunk"])

    def _tiles(self, rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]
               ) -> Iterator[tuple[int, int, ir.Value, ir.Value]]:
        """Widths and heights of tiles, and where they begin; all rows meet some columns before the next."""
        b, (n, n_end) = self.b, columns
        for width, heights in self.conv.tiles:
            n_stop = b.sub(n_end, b.srem(b.sub(n_end, n), i64(width)))
            with loop(b, n, n_stop, width) as column:
                m, m_end = rows
                for height in heights:
                    m_stop = b.sub(m_end, b.srem(b.sub(m_end, m), i64(height)))
                    with loop(b, m, m_stop, height) as row:
                        yield width, height, row, column
                    m = m_stop
            n = n_stop

    def _sums(self, row: ir.Value, column: ir.Value) -> ir.Value:
        """Where the sum of a row and a column lies."""
        b = self.b
        return self._at(self.sums, b.mul(b.add(b.mul(column, i64(ROWS)), row), i64(self.lanes)))

    def _write(self, w: ir.Value, rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]
               ) -> None:
        """The lanes of all sums added; of the last rows some are whatever memory holds, and left out."""
        b, lanes = self.b, self.lanes
        with loop(b, *columns) as n, loop(b, *rows, lanes) as m:
            at = self._sums(b.sub(m, rows[0]), b.sub(n, columns[0]))
            total = reduced(b, [b.load(self._at(at, i64(i * lanes)), typ=self.vector, align=64)
                                for i in range(lanes)])
            mask = lanes_below(b, b.sub(rows[1], m), lanes)
            place = self._at(w, b.add(b.mul(n, self.arg["w.row"]), m))
            self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, total, place, mask)

"""An operand of a product, with any strides, goes in; its numbers in panels, as kernels read them, come out.

Panel p holds lanes p * width ... p * width + width - 1; element (lane, depth) is at p * width * k + depth *
width + lane. Where the last panel has no lanes its memory is left alone. A panel of columns of B has
tile.width lanes, a panel of rows of A tile.rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, pointer, void
from retrograd.codegen.loops.loop import least, loop

PARAMETERS = (
    "source", "panels",
    # Work is cut by lanes; lane_begin is a multiple of the width.
    "batch_begin", "batch_end", "lane_begin", "lane_end", "k",
    "source.batch", "source.lane", "source.depth", "panels.batch",
)


@dataclass(frozen=True)
class Pack:
    """`lanes` of a machine vector: memory that runs along k is transposed in squares of that size."""

    dtype: str
    width: int
    lanes: int

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, lane_begin=self.width)


def emit_pack(module: ir.Module, name: str, pack: Pack) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 2, len(PARAMETERS) - 2)
    _Emitter(kernel, pack).emit()
    kernel.finish()


class _Emitter:
    def __init__(self, kernel: Kernel, pack: Pack) -> None:
        self.b, self.pack = kernel.b, pack
        self.element, self.align = MEMORY[pack.dtype], SIZE[pack.dtype]
        self.source, self.target = kernel.pointers
        self.arg = dict(zip(PARAMETERS[2:], kernel.integers))
        self.copy = _copy_function(kernel.module, pack)

    def emit(self) -> None:
        b, arg, width = self.b, self.arg, self.pack.width
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            source = self._at(self.source, b.mul(batch, arg["source.batch"]))
            target = self._at(self.target, b.mul(batch, arg["panels.batch"]))
            with loop(b, arg["lane_begin"], arg["lane_end"], width) as first:
                panel = self._at(target, b.mul(first, arg["k"]))
                lanes = self._at(source, b.mul(first, arg["source.lane"]))
                self._panel(lanes, panel, least(b, b.sub(arg["lane_end"], first), i64(width)))

    def _panel(self, source: ir.Value, panel: ir.Value, count: ir.Value) -> None:
        """`count` lanes, in squares where the memory runs along k, else element by element."""
        b, arg = self.b, self.arg
        with b.if_else(b.icmp_signed("==", arg["source.depth"], i64(1))) as (along_depth, otherwise):
            with along_depth:
                self._transposed(source, panel, count)
            with otherwise:
                self._copied(source, panel, count, i64(0))

    def _copied(self, source: ir.Value, panel: ir.Value, count: ir.Value, begin: ir.Value) -> None:
        """k from `begin` on. (LLVM makes a second, contiguous version of the inner loop for a stride of 1.)
        """
        self.b.call(self.copy, [source, panel, count, begin, self.arg["k"], self.arg["source.lane"],
                                self.arg["source.depth"]])

    def _transposed(self, source: ir.Value, panel: ir.Value, count: ir.Value) -> None:
        """Squares through registers; then what remains of lanes, and what remains of k."""
        b, arg, lanes = self.b, self.arg, self.pack.lanes
        square_lanes, square_depth = b.and_(count, i64(-lanes)), b.and_(arg["k"], i64(-lanes))
        with loop(b, i64(0), square_lanes, lanes) as lane:
            with loop(b, i64(0), square_depth, lanes) as k:
                self._square(source, panel, lane, k)
        rest = self._at(source, b.mul(square_lanes, arg["source.lane"]))
        self._copied(rest, self._at(panel, square_lanes), b.sub(count, square_lanes), i64(0))
        self._copied(source, panel, square_lanes, square_depth)

    def _square(self, source: ir.Value, panel: ir.Value, lane: ir.Value, k: ir.Value) -> None:
        b, size = self.b, self.pack.lanes
        vector = ir.VectorType(self.element, size)
        rows = []
        for i in range(size):
            row = self._at(source, b.mul(b.add(lane, i64(i)), self.arg["source.lane"]))
            rows.append(b.load(self._at(row, k), typ=vector, align=self.align))
        for i, column in enumerate(transposed(b, rows)):
            place = self._at(panel, b.add(b.mul(b.add(k, i64(i)), i64(self.pack.width)), lane))
            b.store(column, place, align=self.align)

    def _at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)


def _copy_function(module: ir.Module, pack: Pack) -> ir.Function:
    """`void f(source, panel, count, begin, end, lane stride, depth stride)`: one copy of code that is met
    thrice."""
    name = f"copy_{pack.dtype}_{pack.width}"
    known = module.globals.get(name)
    if known is not None:
        return known
    function = ir.Function(module, ir.FunctionType(void, [pointer, pointer, i64, i64, i64, i64, i64]), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    for argument in function.args[:2]:
        argument.add_attribute("noalias")
    source, panel, count, begin, end, lane_stride, depth_stride = function.args
    element, align = MEMORY[pack.dtype], SIZE[pack.dtype]
    b = ir.IRBuilder(function.append_basic_block("entry"))
    with loop(b, begin, end) as k:
        row = b.gep(source, [b.mul(k, depth_stride)], source_etype=element)
        target = b.gep(panel, [b.mul(k, i64(pack.width))], source_etype=element)
        with loop(b, i64(0), count) as lane:
            place = b.gep(row, [b.mul(lane, lane_stride)], source_etype=element)
            value = b.load(place, typ=element, align=align)
            b.store(value, b.gep(target, [lane], source_etype=element), align=align)
    b.ret_void()
    return function


def transposed(b: ir.IRBuilder, rows: list[ir.Value]) -> list[ir.Value]:
    """The columns of a square of vectors whose size is a power of two, exchanging ever smaller blocks."""
    size, rows = len(rows), list(rows)
    span = size // 2
    while span:
        upper = [j if j // span % 2 == 0 else size + j - span for j in range(size)]
        lower = [j + span if j // span % 2 == 0 else size + j for j in range(size)]
        for i in range(size):
            if i // span % 2 == 0:
                pair = rows[i], rows[i + span]
                rows[i] = b.shuffle_vector(*pair, ir.Constant(ir.VectorType(i32, size), upper))
                rows[i + span] = b.shuffle_vector(*pair, ir.Constant(ir.VectorType(i32, size), lower))
        span //= 2
    return rows

"""An operand of a product, with any strides, goes in; its numbers in panels, as kernels read them, come out.

Panel p holds lanes p * width ... p * width + width - 1 and begins at p * width * panels.lane; depth d of lane
l is d * width + l further on. Places of lanes that do not exist, in the last panel, hold anything. A panel of
columns of B has tile.width lanes, a panel of rows of A tile.rows. panels.lane is k, or more where several
matrices follow one another in depth.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.square import room, transposed
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import lanes_below

PARAMETERS = (
    "source", "panels",
    # Work is cut by lanes; lane_begin is a multiple of the width.
    "batch_begin", "batch_end", "lane_begin", "lane_end", "k", "inner",
    "source.outer", "source.batch", "source.lane", "source.depth",
    "panels.outer", "panels.batch", "panels.lane",
)

# Rows of memory that are read side by side where lanes are neighbours: as many streams as a machine follows.
_STREAMS = 16


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
        self.b, self.pack, self.module = kernel.b, pack, kernel.module
        self.element, self.align = MEMORY[pack.dtype], SIZE[pack.dtype]
        self.source, self.target = kernel.pointers
        self.arg = dict(zip(PARAMETERS[2:], kernel.integers))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            outer = b.sdiv(batch, arg["inner"])
            within = b.sub(batch, b.mul(outer, arg["inner"]))
            source = self._at(self.source, b.add(
                b.mul(outer, arg["source.outer"]), b.mul(within, arg["source.batch"])))
            target = self._at(self.target, b.add(
                b.mul(outer, arg["panels.outer"]), b.mul(within, arg["panels.batch"])))
            with b.if_else(b.icmp_signed("==", arg["source.depth"], i64(1))) as (along_depth, otherwise):
                with along_depth:
                    self._panels(source, target, i64(0), arg["k"], _turning(self.module, self.pack))
                with otherwise:
                    with b.if_else(b.icmp_signed("==", arg["source.lane"], i64(1))) as (along, scattered):
                        with along:
                            with loop(b, i64(0), arg["k"], _STREAMS) as k:
                                stop = least(b, b.add(k, i64(_STREAMS)), arg["k"])
                                self._panels(source, target, k, stop, _copying(self.module, self.pack))
                        with scattered:
                            self._panels(source, target, i64(0), arg["k"], _gathering(self.module, self.pack))

    def _panels(self, source: ir.Value, target: ir.Value, begin: ir.Value, end: ir.Value,
                function: ir.Function) -> None:
        b, arg, width = self.b, self.arg, self.pack.width
        with loop(b, arg["lane_begin"], arg["lane_end"], width) as first:
            b.call(function, [
                self._at(source, b.mul(first, arg["source.lane"])),
                self._at(target, b.mul(first, arg["panels.lane"])),
                least(b, b.sub(arg["lane_end"], first), i64(width)), begin, end,
                arg["source.lane"], arg["source.depth"]])

    def _at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)


class _Panel:
    """A function `void f(source, panel, count, begin, end, lane stride, depth stride)`: one copy of code that
    fills `count` lanes of a panel from depth `begin` to `end`."""

    def __init__(self, module: ir.Module, pack: Pack, what: str) -> None:
        self.module, self.pack = module, pack
        self.element, self.align = MEMORY[pack.dtype], SIZE[pack.dtype]
        self.vector = ir.VectorType(self.element, pack.lanes)
        kind = ir.FunctionType(void, [pointer, pointer, i64, i64, i64, i64, i64])
        self.function = ir.Function(module, kind, f"{what}_{pack.dtype}_{pack.width}")
        self.function.linkage = "internal"
        self.function.attributes.add("noinline")
        for argument in self.function.args[:2]:
            argument.add_attribute("noalias")
        (self.source, self.panel, self.count, self.begin, self.end, self.lane_stride,
         self.depth_stride) = self.function.args
        self.b = ir.IRBuilder(self.function.append_basic_block("entry"))

    def at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        return self.b.gep(base, [offset], source_etype=self.element)

    def row(self, k: ir.Value) -> ir.Value:
        return self.at(self.panel, self.b.mul(k, i64(self.pack.width)))

    def pieces(self) -> list[tuple[int, int]]:
        """The vectors of one row of the panel: where they begin and how many lanes they have."""
        lanes = self.pack.lanes
        return [(first, min(lanes, self.pack.width - first)) for first in range(0, self.pack.width, lanes)]

    def load(self, place: ir.Value, mask: ir.Value) -> ir.Value:
        return self._call(f"llvm.masked.load.{mangled(self.vector)}.p0", self.vector, place, mask,
                          splat(self.vector, 0))

    def store(self, value: ir.Value, place: ir.Value, lanes: int) -> None:
        if lanes == self.pack.lanes:
            self.b.store(value, place, align=self.align)
            return
        mask = ir.Constant(ir.VectorType(i1, self.pack.lanes), [i < lanes for i in range(self.pack.lanes)])
        self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value, place, mask)

    def _call(self, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
        function = self.module.globals.get(name)
        if function is None:
            function = ir.Function(self.module, ir.FunctionType(result, [a.type for a in arguments]), name)
        return self.b.call(function, arguments)


def panel_function(module: ir.Module, pack: Pack) -> ir.Function:
    """`void f(source, panel, count, begin, end, lane stride, depth stride)` for any strides, made once."""
    name = f"panel_{pack.dtype}_{pack.width}"
    known = module.globals.get(name)
    if known is not None:
        return known
    p = _Panel(module, pack, "panel")
    b = p.b
    with b.if_else(b.icmp_signed("==", p.depth_stride, i64(1))) as (along_depth, otherwise):
        with along_depth:
            b.call(_turning(module, pack, name), p.function.args)
        with otherwise:
            with b.if_else(b.icmp_signed("==", p.lane_stride, i64(1))) as (along, scattered):
                with along:
                    b.call(_copying(module, pack, name), p.function.args)
                with scattered:
                    b.call(_gathering(module, pack, name), p.function.args)
    b.ret_void()
    return p.function


def _copying(module: ir.Module, pack: Pack, prefix: str = "") -> ir.Function:
    """Lanes are neighbours: rows are copied, a vector at a time."""
    p = _Panel(module, pack, prefix + "copy")
    b = p.b
    with loop(b, p.begin, p.end) as k:
        source, target = p.at(p.source, b.mul(k, p.depth_stride)), p.row(k)
        for first, lanes in p.pieces():
            mask = lanes_below(b, b.sub(p.count, i64(first)), pack.lanes)
            p.store(p.load(p.at(source, i64(first)), mask), p.at(target, i64(first)), lanes)
    b.ret_void()
    return p.function


def _turning(module: ir.Module, pack: Pack, prefix: str = "") -> ir.Function:
    """Memory runs along k: squares through registers. Lanes that do not exist repeat the last."""
    p = _Panel(module, pack, prefix + "turn")
    b, size = p.b, pack.lanes
    buffer = room(b, p.vector, size)
    last = b.sub(p.count, i64(1))
    whole = pack.width - pack.width % size
    # Along k first: a machine follows as many streams of memory as a square has lanes.
    if whole:
        with loop(b, i64(0), i64(whole), size) as first, loop(b, p.begin, p.end, size) as k:
            _turn_square(p, k, first, size, last, buffer)
    if whole < pack.width:
        with loop(b, p.begin, p.end, size) as k:
            _turn_square(p, k, i64(whole), pack.width - whole, last, buffer)
    b.ret_void()
    return p.function


def _turn_square(p: _Panel, k: ir.Value, first: ir.Value, lanes: int, last: ir.Value, buffer: ir.Value
                 ) -> None:
    """Lanes from `first` on, as many depths from k on as a vector holds."""
    b, size = p.b, p.pack.lanes
    left = b.sub(p.end, k)
    mask = lanes_below(b, left, size)
    rows = []
    for i in range(lanes):
        lane = least(b, b.add(first, i64(i)), last)
        rows.append(p.load(p.at(p.at(p.source, b.mul(lane, p.lane_stride)), k), mask))
    rows += [ir.Constant(p.vector, ir.Undefined)] * (size - lanes)
    columns = transposed(b, rows)
    with b.if_else(b.icmp_signed(">=", left, i64(size))) as (full, part):
        with full:
            for i, column in enumerate(columns):
                p.store(column, p.at(p.row(b.add(k, i64(i))), first), lanes)
        with part:
            for i, column in enumerate(columns):
                b.store(column, p.at(buffer, i64(i * size)), align=64)
            with loop(b, i64(0), left) as i:
                column = b.load(p.at(buffer, b.mul(i, i64(size))), typ=p.vector, align=64)
                p.store(column, p.at(p.row(b.add(k, i)), first), lanes)


def _gathering(module: ir.Module, pack: Pack, prefix: str = "") -> ir.Function:
    """Neither is contiguous: element by element."""
    p = _Panel(module, pack, prefix + "gather")
    b = p.b
    with loop(b, p.begin, p.end) as k:
        source, target = p.at(p.source, b.mul(k, p.depth_stride)), p.row(k)
        with loop(b, i64(0), p.count) as lane:
            value = b.load(p.at(source, b.mul(lane, p.lane_stride)), typ=p.element, align=p.align)
            b.store(value, p.at(target, lane), align=p.align)
    b.ret_void()
    return p.function

"""What the kernels of attention share: operands by strides, tiles of scores with queries in the lanes,
products of tiles by the register tiles of contractions.

    scores[j, i] = sum over e of k[j, e] q[i, e]        j < some keys, i < ROWS queries

With queries in the lanes a softmax goes down the rows of a tile, and neither keys nor values are packed: they
are read by broadcast. Where a block of queries begins and how many keys a tile has is one for all machines,
since it decides the bits; a tile is walked in panels as wide as the machine's registers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from retrograd.codegen.contract.attention_drop import survivors_function
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.microkernel import Form, tile_function
from retrograd.codegen.contract.pack import Pack, panel_function
from retrograd.codegen.contract.square import turn_function
from retrograd.codegen.contract.tile import Tile, row_steps
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, f64, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import broadcast, lanes_below
from retrograd.ops.philox import WORDS

BLOCK = 128         # bytes of a row of a tile: 32 queries in float32, 16 in float64
AXES = 3            # of a batch
LOWEST = float("-inf")


def queries(dtype: str) -> int:
    """How many queries a block has."""
    return BLOCK // SIZE[dtype]


def strides_of(operand: str, *own: str) -> tuple[str, ...]:
    """Names of the strides along the axes of the batch, and along the operand's own."""
    return (*(f"{operand}.{k}" for k in range(AXES)), *(f"{operand}.{name}" for name in own))


class Blocks(Emitter):
    """`arg` are the integers of the kernel by name."""

    def __init__(self, kernel: Kernel, tile: Tile, pointers: Sequence[str], integers: Sequence[str]) -> None:
        self.b, self.module, self.tile = kernel.b, kernel.module, tile
        self.element, self.align = MEMORY[tile.dtype], SIZE[tile.dtype]
        self.lanes, self.rows = tile.lanes, queries(tile.dtype)
        self.vector = ir.VectorType(self.element, tile.lanes)
        self.pointer = dict(zip(pointers, kernel.pointers))
        self.arg = dict(zip(integers, kernel.integers))
        self.m = LLVMAlgebra(self.b, self.module, tile.dtype, tile.lanes)
        scale = self.b.bitcast(self.arg["scale"], f64)
        self.scale = broadcast(self.b, scale if self.element == f64 else self.b.fptrunc(scale, self.element),
                               tile.lanes)
        self.panels = panel_function(self.module, Pack(tile.dtype, self.rows, tile.lanes))
        self.product_function = _product_function(self.module, tile)
        self.drops = "threshold" in self.arg

    # ------------------------------------------------------------ memory
    def scratch(self, count: ir.Value | int) -> ir.Value:
        """Room for so many elements on the stack."""
        memory = self.b.alloca(self.element, i64(count) if isinstance(count, int) else count)
        memory.align = 64
        memory.type = pointer       # llvmlite still gives an alloca a typed one
        return memory

    def batch(self, index: ir.Value) -> dict[str, ir.Value]:
        """Where each operand begins in one of the matrices of the batch."""
        b, arg = self.b, self.arg
        rest, last = b.sdiv(index, arg["inner"]), b.srem(index, arg["inner"])
        axes = b.sdiv(rest, arg["middle"]), b.srem(rest, arg["middle"]), last
        found = {}
        for name, place in self.pointer.items():
            if f"{name}.0" in arg:
                for k, axis in enumerate(axes):
                    place = self._at(place, b.mul(axis, arg[f"{name}.{k}"]))
                found[name] = place
        return found

    def along(self, place: ir.Value, name: str, axis: str, index: ir.Value) -> ir.Value:
        return self._at(place, self.b.mul(index, self.arg[f"{name}.{axis}"]))

    def row(self, tile: ir.Value, j: ir.Value) -> ir.Value:
        """Row j of a tile."""
        return self._at(tile, self.b.mul(j, i64(self.rows)))

    def vectors(self, row: ir.Value) -> list[ir.Value]:
        return [self.b.load(self._at(row, i64(k)), typ=self.vector, align=self.align)
                for k in range(0, self.rows, self.lanes)]

    def put(self, row: ir.Value, values: Sequence[ir.Value]) -> None:
        for k, value in enumerate(values):
            self.b.store(value, self._at(row, i64(k * self.lanes)), align=self.align)

    def number(self, value: float) -> list[ir.Value]:
        """One number in all lanes of a row."""
        return [splat(self.vector, value)] * (self.rows // self.lanes)

    # ------------------------------------------------------------ a block of queries
    def turned_in(self, source: ir.Value, tile: ir.Value, count: ir.Value, depth: ir.Value, lane: ir.Value,
                  step: ir.Value) -> None:
        """Rows of an operand become lanes of a tile of `depth` rows."""
        self.b.call(self.panels, [source, tile, count, i64(0), depth, lane, step])

    def turned_out(self, tile: ir.Value, target: ir.Value, step: ir.Value, depth: ir.Value, count: ir.Value
                   ) -> None:
        """Lanes of a tile become rows of a result."""
        turn = turn_function(self.module, self.tile.dtype, self.lanes)
        self.b.call(turn, [tile, i64(self.rows), target, step, depth, count, i1(0)])

    def over(self, tile: ir.Value, count: ir.Value, change: Callable[[list[ir.Value]], list[ir.Value]]
             ) -> None:
        """Every row of a tile anew."""
        with loop(self.b, i64(0), count) as j:
            row = self.row(tile, j)
            self.put(row, change(self.vectors(row)))

    def times_scale(self, tile: ir.Value, count: ir.Value) -> None:
        self.over(tile, count, lambda row: [self.b.fmul(x, self.scale) for x in row])

    @contextmanager
    def blocks(self, begin: ir.Value, end: ir.Value) -> Iterator[tuple[ir.Value, ir.Value]]:
        """Blocks of queries: where each begins and how many there are."""
        with loop(self.b, begin, end, self.rows) as first:
            yield first, least(self.b, self.b.sub(end, first), i64(self.rows))

    def seen(self, first: ir.Value, count: ir.Value) -> ir.Value:
        """How many keys a block of queries may see: query i sees keys up to i + ahead."""
        b = self.b
        return least(b, self.arg["keys"], b.add(b.add(first, count), self.arg["ahead"]))

    # ------------------------------------------------------------ products
    def product(self, rows: ir.Value, depth: ir.Value, a: ir.Value, a_row: ir.Value, a_depth: ir.Value,
                tile: ir.Value, out: ir.Value, adds: ir.Value) -> None:
        """out[r, i] (+)= sum over d of a[r, d] tile[d, i]: a is read by broadcast."""
        for first in range(0, self.rows, self.tile.width):
            self.b.call(self.product_function, [
                rows, depth, a, a_row, a_depth, self._at(tile, i64(first)), i64(self.rows),
                self._at(out, i64(first)), i64(self.rows), adds])

    def scores(self, at: dict[str, ir.Value], q: ir.Value, bias: ir.Value, out: ir.Value,
               first: ir.Value, count: ir.Value, key: ir.Value, number: ir.Value) -> None:
        """A tile of scores for the keys from `key` on; -inf where a query may not see a key."""
        b, arg = self.b, self.arg
        self.product(number, arg["width"], self.along(at["k"], "k", "row", key), arg["k.row"], arg["k.depth"],
                     q, out, i1(0))
        with b.if_then(b.icmp_signed("!=", arg["biased"], i64(0))):
            source = self.along(self.along(at["bias"], "bias", "row", first), "bias", "key", key)
            self.turned_in(source, bias, count, number, arg["bias.row"], arg["bias.key"])
            with loop(b, i64(0), number) as j:
                row = self.row(out, j)
                added = self.vectors(self.row(bias, j))
                self.put(row, [b.fadd(x, y) for x, y in zip(self.vectors(row), added)])
        # Row j of the tile is hidden from lanes i with i < key + j - first - ahead.
        shift = b.sub(b.sub(key, first), arg["ahead"])
        hidden = b.sub(i64(1), shift)
        begin = b.select(b.icmp_signed(">", hidden, i64(0)), hidden, i64(0))
        with loop(b, begin, number) as j:
            row, low = self.row(out, j), b.add(j, shift)
            values = []
            for k, x in enumerate(self.vectors(row)):
                mask = lanes_below(b, b.sub(low, i64(k * self.lanes)), self.lanes)
                values.append(b.select(mask, splat(self.vector, LOWEST), x))
            self.put(row, values)

    def survivors(self, tile: ir.Value, batch: ir.Value, first: ir.Value, key: ir.Value, number: ir.Value
                  ) -> None:
        """A tile of what weights are multiplied by: 0 where one is dropped."""
        b, arg = self.b, self.arg
        factor = b.bitcast(arg["factor"], f64)
        block = b.add(b.mul(b.add(b.mul(batch, arg["length"]), first), arg["step"]), b.sdiv(key, i64(WORDS)))
        seed, counter = (b.load(self.pointer[name], typ=i64) for name in ("seed", "counter"))
        b.call(survivors_function(self.module, self.tile, self.rows), [
            tile, number, block, arg["step"], seed, counter, arg["threshold"],
            factor if self.element == f64 else b.fptrunc(factor, self.element)])

    # ------------------------------------------------------------ rows of numbers
    def top(self, tile: ir.Value, count: ir.Value, start: list[ir.Value]) -> list[ir.Value]:
        """The largest of each lane. NaN may be passed over: the weight of a score that is NaN is NaN."""
        b = self.b
        streams = 4
        whole = b.and_(count, i64(-streams))

        def larger(x: list[ir.Value], y: list[ir.Value]) -> list[ir.Value]:
            return [b.select(b.fcmp_ordered(">", p, q), p, q) for p, q in zip(x, y)]

        def body(j: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
            n, out = len(start), []
            for s in range(streams):
                out += larger(held[s * n:(s + 1) * n], self.vectors(self.row(tile, b.add(j, i64(s)))))
            return out
        held = fold(b, i64(0), whole, start * streams, body, streams)
        n = len(start)
        best = held[:n]
        for s in range(1, streams):
            best = larger(best, held[s * n:(s + 1) * n])
        return fold(b, whole, count, best, lambda j, held: larger(held, self.vectors(self.row(tile, j))))


def _product_function(module: ir.Module, tile: Tile) -> ir.Function:
    """`void f(rows, depth, a, a_row, a_depth, b, b_step, c, c_row, adds)`: one panel of columns."""
    name = f"panel_product_{tile.dtype}"
    known = module.globals.get(name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [i64, i64, pointer, i64, i64, pointer, i64, pointer, i64, i1])
    function = ir.Function(module, kind, name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    rows, depth, a, a_row, a_depth, panel, step, c, c_row, adds = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    element = MEMORY[tile.dtype]
    row: ir.Value = i64(0)
    for height in row_steps(tile):
        tiles = tile_function(module, Form(height, tile.vectors, tile.lanes, tile.dtype))
        left = b.sub(rows, row)
        stop = b.add(row, b.sub(left, b.srem(left, i64(height))))
        with loop(b, row, stop, height) as m:
            b.call(tiles, [b.gep(a, [b.mul(m, a_row)], source_etype=element), a_row, a_depth, panel, step,
                           b.gep(c, [b.mul(m, c_row)], source_etype=element), c_row, depth, adds,
                           i64(tile.width)])
        row = stop
    b.ret_void()
    return function


def masked_store(blocks: Blocks, values: Sequence[ir.Value], place: ir.Value, count: ir.Value) -> None:
    """The first `count` lanes of a row."""
    b = blocks.b
    for k, value in enumerate(values):
        mask = lanes_below(b, b.sub(count, i64(k * blocks.lanes)), blocks.lanes)
        blocks._call(f"llvm.masked.store.{mangled(blocks.vector)}.p0", void, value,
                     blocks._at(place, i64(k * blocks.lanes)), mask)

"""The way a matrix lies goes in; a kernel that multiplies it by a vector comes out.

    y[batch, row] = sum over k of W[batch, row, k] * x[batch, k]

A matrix is read once and in the order of its memory, so that memory is what it takes. A sum is dealt to
CHAINS chains of fused multiply-adds, term k to chain k mod CHAINS, which are then added in a fixed tree, in
blocks of K_BLOCK terms: so the bits are the same whichever way the matrix lies, on every machine. `finish` is
the address of an epilogue or 0, as for other products; its args follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.contract.square import room, transposed
from retrograd.codegen.contract.tile import K_BLOCK
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i64, mangled, splat, void
from retrograd.codegen.jit import Target
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import broadcast, lanes_below

CHAINS = 8
STRETCH = 8         # vectors of a row that are read before the next row's

_Terms = Callable[[ir.Value, Sequence[ir.Value]], list[ir.Value]]

PARAMETERS = (
    "w", "x", "y",
    # Work is cut by these; row_begin is a multiple of `rows_at_once`.
    "batch_begin", "batch_end", "row_begin", "row_end", "k", "inner",
    "w.outer", "w.batch", "w.step", "x.outer", "x.batch", "y.batch", "finish",
)


@dataclass(frozen=True)
class MatVec:
    """What is baked in. x and y are contiguous.

    along:   the rows of W are contiguous, w.step leads from row to row; else its columns are contiguous and
             w.step leads from k to k
    vectors: how many machine vectors of `lanes` rows are summed at once where columns are contiguous
    """

    dtype: str
    along: bool
    lanes: int
    vectors: int

    @property
    def rows_at_once(self) -> int:
        return CHAINS if self.along else self.lanes * self.vectors

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(PARAMETERS, batch_begin=1, row_begin=self.rows_at_once)


def matvec_kernel(target: Target, dtype: str, along: bool) -> MatVec:
    """The kernel for a machine: as many rows at once as leave registers for a row of W."""
    return MatVec(dtype, along, target.lanes(dtype), 3 if target.vector_registers == 32 else 1)


def emit_matvec(module: ir.Module, name: str, matvec: MatVec) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them; y overlaps neither."""
    kernel = Kernel(module, name, 3, len(PARAMETERS) - 3)
    _Emitter(kernel, matvec).emit()
    kernel.finish()


class _Emitter(Emitter):
    def __init__(self, kernel: Kernel, matvec: MatVec) -> None:
        self.b, self.module, self.matvec = kernel.b, kernel.module, matvec
        self.element, self.align = MEMORY[matvec.dtype], SIZE[matvec.dtype]
        self.chains = ir.VectorType(self.element, CHAINS)
        self.wide = ir.VectorType(self.element, matvec.lanes)
        self.w, self.x, self.y = kernel.pointers
        self.arg = dict(zip(PARAMETERS[3:], kernel.integers))
        self.table = kernel.rest
        count = 1 if matvec.along else CHAINS * matvec.vectors
        self.memory = room(self.b, self.chains if matvec.along else self.wide, count)

    def emit(self) -> None:
        b, arg = self.b, self.arg
        blocks_end = b.select(b.icmp_signed("<", arg["k"], i64(1)), i64(1), arg["k"])
        body = self._along if self.matvec.along else self._across
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            outer = b.sdiv(batch, arg["inner"])
            within = b.sub(batch, b.mul(outer, arg["inner"]))
            w, x = (
                self._at(pointer, b.add(b.mul(outer, arg[f"{x}.outer"]), b.mul(within, arg[f"{x}.batch"])))
                for pointer, x in ((self.w, "w"), (self.x, "x")))
            y = self._at(self.y, b.mul(batch, arg["y.batch"]))
            with loop(b, i64(0), blocks_end, K_BLOCK) as k:
                depth = least(b, b.sub(arg["k"], k), i64(K_BLOCK))
                first = self._at(w, k if self.matvec.along else b.mul(k, arg["w.step"]))
                body(first, self._at(x, k), y, depth, b.icmp_signed(">", k, i64(0)))
            with b.if_then(b.icmp_signed("!=", arg["finish"], i64(0))):
                rows = arg["row_begin"], arg["row_end"]
                finish_block(b, arg["finish"], self.table, y, batch, (i64(0), i64(1)), rows)

    # ------------------------------------------------------------ rows are contiguous: lanes are chains
    def _along(self, w: ir.Value, x: ir.Value, y: ir.Value, depth: ir.Value, adds: ir.Value) -> None:
        """Rows in groups; of rows that do not exist the last is read again, and not stored."""
        b, arg = self.b, self.arg
        last = b.sub(arg["row_end"], i64(1))
        whole = b.and_(depth, i64(-CHAINS))
        mask = lanes_below(b, b.sub(depth, whole), CHAINS)
        with loop(b, arg["row_begin"], arg["row_end"], CHAINS) as row:
            lines = [self._at(w, b.mul(least(b, b.add(row, i64(i)), last), arg["w.step"]))
                     for i in range(CHAINS)]

            def step(k: ir.Value, sums: list[ir.Value], count: int = 1) -> list[ir.Value]:
                """`count` vectors of each row, one row after the other: as a machine foresees it."""
                places = [b.add(k, i64(j * CHAINS)) for j in range(count)]
                terms = [self._load(self.chains, self._at(x, place), None) for place in places]
                found = []
                for line, total in zip(lines, sums):
                    for place, term in zip(places, terms):
                        total = self._fma(self._load(self.chains, self._at(line, place), None), term, total)
                    found.append(total)
                return found
            far = b.and_(depth, i64(-CHAINS * STRETCH))
            sums = fold(b, i64(0), far, [splat(self.chains, 0)] * CHAINS,
                        lambda k, held: step(k, held, STRETCH), CHAINS * STRETCH)
            sums = fold(b, far, whole, sums, step, CHAINS)
            terms = self._load(self.chains, self._at(x, whole), mask)
            more = [self._fma(self._load(self.chains, self._at(line, whole), mask), terms, total)
                    for line, total in zip(lines, sums)]
            # A chain that has no term left keeps its sum, to the sign of a zero.
            sums = [b.select(mask, new, old) for new, old in zip(more, sums)]
            exists = lanes_below(b, b.sub(arg["row_end"], row), CHAINS)
            self._store(_tree(transposed(b, sums), self._add), self._at(y, row), exists, adds)

    # ------------------------------------------------------------ columns are contiguous: lanes are rows
    def _across(self, w: ir.Value, x: ir.Value, y: ir.Value, depth: ir.Value, adds: ir.Value) -> None:
        b, arg, count = self.b, self.arg, self.matvec.vectors
        lanes = self.matvec.lanes
        begin, end = arg["row_begin"], arg["row_end"]
        stop = b.sub(end, b.srem(b.sub(end, begin), i64(count * lanes)))
        with loop(b, begin, stop, count * lanes) as row:
            self._strip(self._at(w, row), x, self._at(y, row), depth, adds, [None] * count)
        with loop(b, stop, end, lanes) as row:
            mask = lanes_below(b, b.sub(end, row), lanes)
            self._strip(self._at(w, row), x, self._at(y, row), depth, adds, [mask])

    def _strip(self, w: ir.Value, x: ir.Value, y: ir.Value, depth: ir.Value, adds: ir.Value,
               masks: Sequence[ir.Value | None]) -> None:
        """Some vectors of rows, from the first k to the last."""
        b, count, lanes = self.b, len(masks), self.matvec.lanes
        whole = b.and_(depth, i64(-CHAINS))

        def terms(k: ir.Value, sums: Sequence[ir.Value]) -> list[ir.Value]:
            line = self._at(w, b.mul(k, self.arg["w.step"]))
            term = broadcast(b, b.load(self._at(x, k), typ=self.element, align=self.align), lanes)
            return [self._fma(self._load(self.wide, self._at(line, i64(v * lanes)), mask), term, total)
                    for v, (mask, total) in enumerate(zip(masks, sums))]

        def step(k: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            return [value for j in range(CHAINS)
                    for value in terms(b.add(k, i64(j)), sums[j * count:(j + 1) * count])]
        sums = fold(b, i64(0), whole, [splat(self.wide, 0)] * (CHAINS * count), step, CHAINS)
        once = least(b, depth, b.add(whole, i64(1)))
        sums = fold(b, whole, once, sums, lambda k, held: self._rest(k, held, depth, terms))
        for v, mask in enumerate(masks):
            total = _tree(sums[v::count], self._add)
            self._store(total, self._at(y, i64(v * lanes)), mask, adds)

    def _rest(self, whole: ir.Value, sums: list[ir.Value], depth: ir.Value, terms: _Terms) -> list[ir.Value]:
        """What CHAINS leaves of k: the chains are in memory meanwhile, where they can be counted."""
        b, lanes = self.b, self.matvec.lanes
        count = len(sums) // CHAINS
        places = [self._at(self.memory, i64(i * lanes)) for i in range(len(sums))]
        for place, value in zip(places, sums):
            b.store(value, place, align=64)
        with loop(b, whole, depth) as k:
            chain = self._at(self.memory, b.mul(b.sub(k, whole), i64(count * lanes)))
            held = [self._at(chain, i64(v * lanes)) for v in range(count)]
            added = terms(k, [b.load(place, typ=self.wide, align=64) for place in held])
            for place, value in zip(held, added):
                b.store(value, place, align=64)
        return [b.load(place, typ=self.wide, align=64) for place in places]

    # ------------------------------------------------------------ vectors
    def _store(self, value: ir.Value, place: ir.Value, mask: ir.Value | None, adds: ir.Value) -> None:
        b = self.b
        with b.if_else(adds) as (adding, writing):
            with adding:
                self._put(self._add(self._load(value.type, place, mask), value), place, mask)
            with writing:
                self._put(value, place, mask)

    def _put(self, value: ir.Value, place: ir.Value, mask: ir.Value | None) -> None:
        if mask is None:
            self.b.store(value, place, align=self.align)
        else:
            self._call(f"llvm.masked.store.{mangled(value.type)}.p0", void, value, place, mask)


def _tree(values: Sequence[ir.Value], add: Callable[[ir.Value, ir.Value], ir.Value]) -> ir.Value:
    """Halves added until one is left: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))."""
    level = list(values)
    while len(level) > 1:
        half = len(level) // 2
        level = [add(x, y) for x, y in zip(level[:half], level[half:])]
    return level[0]

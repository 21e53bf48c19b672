"""Reductions over rows and the pointwise work between them go in; one kernel that finishes a row before it
begins the next comes out.

A row is walked once a phase. A phase computes values in the lanes, folds some of them, stores some; what the
folds give, and scalar functions of it, the next phase has at hand. What is walked again lies in the first
cache. A value of an earlier phase is read back from where it was put, or computed again where it was put
nowhere. The bits of each value are those of a kernel of its own: a fold is dealt out to the same partial sums
and added in the same tree as in `reduce`, a sum over rows in the same chunks of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, i64, is_float, pointer
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import Access, Operand, Step, broadcast, lanes_below, on_line
from retrograd.codegen.loops.reduce import CHUNK, combined, identity, partial_sums, spare, tree

Put = tuple[int, int]       # (value, number of an output or of a buffer)


@dataclass(frozen=True)
class Fold:
    """A value of the lanes folded over the row."""

    value: int
    monoid: str
    dtype: str


@dataclass(frozen=True)
class Phase:
    """`rows` are steps computed once a row, before the lanes are walked; the rest happens in the lanes, but
    for `row_stores`, which follow `rows`."""

    rows: tuple[int, ...] = ()
    row_stores: tuple[Put, ...] = ()
    folds: tuple[int, ...] = ()         # numbers of folds
    stores: tuple[Put, ...] = ()        # to outputs
    saves: tuple[Put, ...] = ()         # to buffers
    sinks: tuple[Put, ...] = ()         # added over rows to an output

    @property
    def in_lanes(self) -> bool:
        return bool(self.folds or self.stores or self.saves or self.sinks)


@dataclass(frozen=True)
class Region:
    """Values are numbered: inputs, then folds, then steps. Operands have a stride letter an axis, the last of
    them that of the lanes, which is 0 or 1.

    The outputs named by `sinks` have a row for every CHUNK rows of the region. `vector` lanes are a matter of
    speed. So is `far`: no cache holds all that is moved, so the next row is fetched while this one is worked
    on, and `streams`, outputs whose rows are whole lines, are written past the caches. What is read again is
    put into a buffer too.
    """

    inputs: tuple[Operand, ...]
    folds: tuple[Fold, ...]
    steps: tuple[Step, ...]
    phases: tuple[Phase, ...]
    outputs: tuple[Operand, ...]
    buffers: tuple[str, ...]
    vector: int = 16
    far: bool = False
    streams: tuple[int, ...] = ()

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; `begin` and `end` bound the outermost axis of rows."""
        pointers = [f"in{i}" for i in range(len(self.inputs))] + [f"out{i}" for i in range(len(self.outputs))]
        extents = ["begin", "end", *(f"n{axis}" for axis in range(1, self.rank))]
        strides = [s for name, operands in (("in", self.inputs), ("out", self.outputs))
                   for i, o in enumerate(operands) for s in o.stride_names(f"{name}{i}")]
        return (*pointers, *extents, *strides)

    @property
    def rank(self) -> int:
        """Axes of rows, and one of lanes."""
        return len(self.outputs[0].strides)

    def axes(self) -> tuple[Axis, ...]:
        """Where work is cut: between rows; where rows are summed, between chunks of them."""
        if not any(phase.sinks for phase in self.phases):
            return axes_of(self.parameters(), begin=1)
        return axes_of(self.parameters(), begin=CHUNK) if self.rank == 2 else ()


def emit_region(module: ir.Module, name: str, nest: Region) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    count = len(nest.inputs) + len(nest.outputs)
    _Emitter(Kernel(module, name, count, len(nest.parameters()) - count), nest).emit()


class _Emitter:
    def __init__(self, kernel: Kernel, nest: Region) -> None:
        self.kernel, self.nest, b = kernel, nest, kernel.b
        self.begin, self.end, *rest = kernel.integers
        self.inner, runtime = rest[:nest.rank - 1], iter(rest[nest.rank - 1:])
        self.lanes = self.inner[-1]
        extents = [self.end, *self.inner]
        places = iter(kernel.pointers)
        self.inputs = [Access(b, o, next(places), extents, runtime) for o in nest.inputs]
        self.outputs = [Access(b, o, next(places), extents, runtime) for o in nest.outputs]
        buffer = "0" * (nest.rank - 1) + "1"
        self.buffers = [Access(b, Operand(dtype, buffer), self._row_of(dtype), extents, iter(()))
                        for dtype in nest.buffers]
        floats = [f.dtype for f in nest.folds if f.dtype.startswith("float")]
        self.width = partial_sums((floats or ["float32"])[0])
        self.narrow = LLVMAlgebra(b, kernel.module, "float32")
        self.row_values: dict[int, ir.Value] = {}
        self.put: dict[int, Access] = {}        # where values of earlier phases lie
        self.streamed = {self.outputs[k]: on_line(b, self.outputs[k].pointer) for k in nest.streams}
        # The first walk over a row waits for memory, the second, if there is one, leaves it idle.
        in_lanes = [phase for phase in nest.phases if phase.in_lanes]
        self.alone = len(in_lanes) == 1
        self.ahead = in_lanes[:2][-1] if nest.far and in_lanes else None

    def _row_of(self, dtype: str) -> ir.Value:
        memory = self.kernel.b.alloca(MEMORY[dtype], size=self.lanes)
        memory.align, memory.type = 64, pointer
        return memory

    def emit(self) -> None:
        self._rows([])
        if self.streamed:
            self.kernel.b.fence("seq_cst")      # such stores are not in order with the word that all is done
        self.kernel.finish()

    def _rows(self, row: list[ir.Value]) -> None:
        """Loops over the axes of rows, outermost first, then the phases of one row."""
        b = self.kernel.b
        if len(row) < self.nest.rank - 1:
            low, high = (i64(0), self.inner[len(row) - 1]) if row else (self.begin, self.end)
            with loop(b, low, high) as i:
                self._rows([*row, i])
            return
        self.row, self.number = row, row[0]
        for i, extent in zip(row[1:], self.inner):
            self.number = b.add(b.mul(self.number, extent), i)
        self.row_values, self.put = {}, {}
        if any(phase.sinks for phase in self.nest.phases):
            # The output of a sum over rows has one axis of rows, whatever the nest has.
            chunk = b.sdiv(self.number, i64(CHUNK))
            self.sum_row = [*[i64(0)] * (self.nest.rank - 2), chunk]
            self.first = b.icmp_signed("==", b.and_(self.number, i64(CHUNK - 1)), i64(0))
        for k, a in enumerate(self.inputs):
            if a.operand.strides[-1] == "0":
                self.row_values[k] = a.load(b, [*row, i64(0)])
        for phase in self.nest.phases:
            for v in phase.rows:
                self.row_values[v] = self._on_row(v)
            for v, output in phase.row_stores:
                self.outputs[output].store(b, [*row, i64(0)], self._on_row(v))
            if phase.in_lanes:
                self._walk(phase)

    def _step(self, v: int) -> Step:
        return self.nest.steps[v - len(self.nest.inputs) - len(self.nest.folds)]

    def _on_row(self, v: int) -> ir.Value:
        if v not in self.row_values:
            step = self._step(v)
            return step.lower(self.narrow, *(self._on_row(a) for a in step.arguments))
        return self.row_values[v]

    # ---- one walk over the lanes

    def _walk(self, phase: Phase) -> None:
        b = self.kernel.b
        folds = [(k, self.nest.folds[k]) for k in phase.folds]
        width = self.width if folds else self.nest.vector if self.alone else 2 * self.nest.vector
        wide = LLVMAlgebra(b, self.kernel.module, "float32", width)
        whole = b.and_(self.lanes, i64(-width))
        totals = self._main(phase, folds, wide, whole)
        rests = []
        for _, f in folds:
            memory = spare(self.kernel, ir.VectorType(MEMORY[f.dtype], width))
            access = Access(b, Operand(f.dtype, "1"), memory, [], iter(()))
            access.store(b, [i64(0)], identity(_of(wide, f.dtype), f.monoid))
            rests.append(access)
        few = LLVMAlgebra(b, self.kernel.module, "float32", self.nest.vector)
        with loop(b, whole, self.lanes, self.nest.vector) as i:
            mask = lanes_below(b, b.sub(self.lanes, i), self.nest.vector)
            lanes = _Lanes(self, few, i, mask)
            for (_, f), rest in zip(folds, rests):
                rest.store_lanes(few, [b.sub(i, whole)], lanes.value(f.value), mask)
            lanes.put(phase)
        for (k, f), total, rest in zip(folds, totals, rests):
            m = _of(wide, f.dtype)
            total = combined(m, f.monoid, total, rest.load_lanes(m, [i64(0)]))
            self.row_values[len(self.nest.inputs) + k] = tree(m, f.monoid, total)
        self.put.update((v, self.outputs[k]) for v, k in phase.stores)
        self.put.update((v, self.buffers[k]) for v, k in phase.saves)

    def _main(self, phase: Phase, folds: list[tuple[int, Fold]], m: LLVMAlgebra,
              whole: ir.Value) -> list[ir.Value]:
        """Full vectors, CHUNK of them on their own where sums are added."""
        b, step = self.kernel.b, i64(m.width)
        starts = [identity(_of(m, f.dtype), f.monoid) for _, f in folds]
        apart = [f.monoid == "sum" and is_float(s.type) for (_, f), s in zip(folds, starts)]

        def one(low: ir.Value, high: ir.Value, initial: list[ir.Value]) -> list[ir.Value]:
            def body(i: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
                lanes = _Lanes(self, m, i)
                after = [combined(_of(m, f.dtype), f.monoid, c, lanes.value(f.value))
                         for (_, f), c in zip(folds, carried)]
                lanes.put(phase)
                if phase is self.ahead:
                    self._fetch_ahead(m, i)
                return after
            return fold(b, low, high, initial, body, step)

        if not any(apart):
            return one(i64(0), whole, starts)
        chunk = i64(CHUNK * m.width)

        def body(low: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            initial = [s if alone else c for s, c, alone in zip(starts, carried, apart)]
            parts = one(low, least(b, b.add(low, chunk), whole), initial)
            return [combined(_of(m, f.dtype), f.monoid, c, p) if alone else p
                    for (_, f), c, p, alone in zip(folds, carried, parts, apart)]
        return fold(b, i64(0), whole, starts, body, chunk)

    def _fetch_ahead(self, m: LLVMAlgebra, i: ir.Value) -> None:
        """The same lanes of the next row; past the last row this does nothing."""
        b = self.kernel.b
        row = [*self.row[:-1], b.add(self.row[-1], i64(1))]
        for a in self.inputs:
            if a.operand.strides[-1] == "1" and a.operand.strides[-2] != "0":
                a.fetch(m, [*row, i])


class _Lanes:
    """Values in the lanes from `i` on, each computed when it is first asked for."""

    def __init__(self, emitter: _Emitter, m: LLVMAlgebra, i: ir.Value, mask: ir.Value | None = None) -> None:
        self.emitter, self.m, self.i, self.mask = emitter, m, i, mask
        self.known: dict[int, ir.Value] = {}

    def value(self, v: int) -> ir.Value:
        if v not in self.known:
            self.known[v] = self._computed(v)
        return self.known[v]

    def _computed(self, v: int) -> ir.Value:
        e, index = self.emitter, [*self.emitter.row, self.i]
        if v in e.row_values:
            return broadcast(self.m.b, e.row_values[v], self.m.width)
        if v in e.put:
            return e.put[v].load_lanes(self.m, index, self.mask)
        if v < len(e.inputs):
            return e.inputs[v].load_lanes(self.m, index, self.mask)
        step = e._step(v)
        return step.lower(self.m, *(self.value(a) for a in step.arguments))

    def put(self, phase: Phase) -> None:
        e, m = self.emitter, self.m
        for puts, places in ((phase.stores, e.outputs), (phase.saves, e.buffers)):
            for v, k in puts:
                self._store(places[k], [*e.row, self.i], self.value(v))
        for v, k in phase.sinks:
            self._sink(e.outputs[k], self.value(v), m)

    def _store(self, place: Access, index: list[ir.Value], value: ir.Value) -> None:
        whole_lines = self.emitter.streamed.get(place)
        if self.mask is None and whole_lines is not None:
            with self.m.b.if_else(whole_lines) as (past, through):
                with past:
                    place.stream(self.m, index, value)
                with through:
                    place.store(self.m.b, index, value)
        elif self.mask is None:
            place.store(self.m.b, index, value)
        else:
            place.store_lanes(self.m, index, value, self.mask)

    def _sink(self, place: Access, value: ir.Value, m: LLVMAlgebra) -> None:
        """Add to the sum of this chunk of rows, which the chunk's first row begins."""
        b = m.b
        index = [*self.emitter.sum_row, self.i]
        m = _of(m, place.operand.dtype)
        before = b.select(self.emitter.first, identity(m, "sum"), place.load_lanes(m, index, self.mask))
        self._store(place, index, combined(m, "sum", before, value))


def _of(m: LLVMAlgebra, dtype: str) -> LLVMAlgebra:
    return LLVMAlgebra(m.b, m.module, dtype, m.width)

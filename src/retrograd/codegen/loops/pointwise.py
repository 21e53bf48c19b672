"""Scalar functions over arrays go in; one kernel that computes them all, element by element, comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import SIZE, WIDTH, i64
from retrograd.codegen.jit import host
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import Access, Operand, Step, evaluated, lanes_below, on_line


@dataclass(frozen=True)
class Output:
    """Where a value goes: `value` counts inputs first, then steps; `inplace` is the input written over."""

    value: int
    operand: Operand
    inplace: int | None = None


@dataclass(frozen=True)
class Pointwise:
    """A nest of loops, one an axis, the last the vector one; every operand has as many stride letters.

    Operands in the same memory must be one input with an `inplace` output: LLVM is told that pointers differ.
    Elements are computed in order, the last axis fastest, so that what is added at one place twice is added
    in that order. `far`, a matter of speed: no cache holds all that is moved, so whole vectors are written
    past the caches.
    """

    inputs: tuple[Operand, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    whole: bool = False         # never to be cut: pieces would write to the same places
    far: bool = False

    @property
    def rank(self) -> int:
        return len(self.outputs[0].operand.strides)

    @property
    def cuttable(self) -> bool:
        """Whether pieces of the outermost axis write to places of their own."""
        written = [o.operand for o in self.outputs if o.operand.at is not None]
        apart = (self.inputs[w.at].strides[0] == "0" and w.strides[0] != "0"
                 for w in written if w.at is not None)
        return not self.whole and all(apart)

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; `begin` and `end` bound the outermost axis: work is cut there."""
        pointers = [f"in{i}" for i in range(len(self.inputs))]
        pointers += [f"out{i}" for i, o in enumerate(self.outputs) if o.inplace is None]
        extents = ["begin", "end"] + [f"n{axis}" for axis in range(1, self.rank)]
        strides = [s for name, operand in self.named() for s in operand.stride_names(name)]
        return (*pointers, *extents, *strides)

    def axes(self) -> tuple[Axis, ...]:
        """Where work is cut; a lone axis at whole vectors, whatever the machine."""
        pointers = len(self.inputs) + sum([o.inplace is None for o in self.outputs])
        return (Axis(pointers, 64 if self.rank == 1 else 1),) if self.cuttable else ()

    @property
    def in_vectors(self) -> bool:
        """Whether it is written in vectors along the last axis; else LLVM makes them of a loop, if it can."""
        return all(o.at is None for o in self.operands()) and \
            all(o.operand.strides[-1] == "1" for o in self.outputs)

    def operands(self) -> list[Operand]:
        return [operand for _, operand in self.named()]

    def named(self) -> list[tuple[str, Operand]]:
        inputs = [(f"in{i}", operand) for i, operand in enumerate(self.inputs)]
        return inputs + [(f"out{i}", o.operand) for i, o in enumerate(self.outputs)]


def emit_pointwise(module: ir.Module, name: str, nest: Pointwise) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    count = len(nest.inputs) + sum(o.inplace is None for o in nest.outputs)
    kernel = Kernel(module, name, count, len(nest.parameters()) - count)
    _Emitter(kernel, nest).emit()
    kernel.finish()


class _Emitter:
    def __init__(self, kernel: Kernel, nest: Pointwise) -> None:
        self.kernel, self.nest, self.b = kernel, nest, kernel.b
        self.begin, self.end, *self.inner = kernel.integers[:nest.rank + 1]
        runtime = iter(kernel.integers[nest.rank + 1:])
        fresh = iter(kernel.pointers[len(nest.inputs):])
        # The extent of the outermost axis is never a factor of a stride.
        extents = [self.end, *self.inner]
        self.inputs = [Access(self.b, operand, kernel.pointers[i], extents, runtime)
                       for i, operand in enumerate(nest.inputs)]
        self.outputs = [
            Access(self.b, o.operand, kernel.pointers[o.inplace] if o.inplace is not None else next(fresh),
                   extents, runtime) for o in nest.outputs]

    def emit(self) -> None:
        self._walk([])
        if self.nest.far:
            # Stores past the caches are not in order with the word that all is done.
            self.b.fence("seq_cst")

    def _walk(self, index: list[ir.Value]) -> None:
        """Loops over all axes, or over all but the last, which vectors walk."""
        nest, b, axis = self.nest, self.b, len(index)
        if axis == nest.rank:
            self._element(index)
            return
        low, high = (i64(0), self.inner[axis - 1]) if index else (self.begin, self.end)
        if axis == nest.rank - 1 and nest.in_vectors:
            self._vectors(index, low, high)
            return
        with loop(b, low, high) as i:
            self._walk([*index, i])

    def _element(self, index: list[ir.Value]) -> None:
        m = LLVMAlgebra(self.b, self.kernel.module, self.nest.outputs[0].operand.dtype)
        loaded: list[ir.Value] = []
        for a in self.inputs:
            loaded.append(a.load(self.b, index, _place(a, loaded)))
        values = evaluated(m, loaded, self.nest.steps)
        for output, a in zip(self.nest.outputs, self.outputs):
            a.store(self.b, index, values[output.value], _place(a, loaded))

    def _vectors(self, row: list[ir.Value], low: ir.Value, high: ir.Value) -> None:
        """The last axis: whole vectors, then one with a mask, or elements where masks are slow."""
        b = self.b
        m = LLVMAlgebra(b, self.kernel.module, self.nest.outputs[0].operand.dtype,
                        vector_of(self.nest.operands()))
        spread = self._spread(m, row)
        if self.nest.far:
            low = self._past_caches(m, row, low, high, spread)
        stop = b.add(low, b.and_(b.sub(high, low), i64(-m.width)))
        with loop(b, low, stop, m.width) as i:
            self._store(m, [*row, i], self._values(m, [*row, i], spread))
        if not masks_serve(self.nest.operands()):
            with loop(b, stop, high) as i:
                self._element([*row, i])
            return
        with b.if_then(b.icmp_signed("<", stop, high)):
            mask = lanes_below(b, b.sub(high, stop), m.width)
            index = [*row, stop]
            self._store(m, index, self._values(m, index, spread, mask, high), mask)

    def _past_caches(self, m: LLVMAlgebra, row: list[ir.Value], low: ir.Value, high: ir.Value,
                     spread: dict[int, ir.Value]) -> ir.Value:
        """Whole vectors, if all results begin on a line of the cache; gives where the rest begins. The next
        row is fetched meanwhile."""
        b = self.b
        lines = ir.Constant(ir.IntType(1), 1)
        for a in self.outputs:
            lines = b.and_(lines, on_line(b, a.address(b, [*row, low])))
        count = b.select(lines, b.and_(b.sub(high, low), i64(-m.width)), i64(0))
        stop = b.add(low, count)
        with loop(b, low, stop, m.width) as i:
            values = self._values(m, [*row, i], spread)
            for output, a in zip(self.nest.outputs, self.outputs):
                a.stream(m, [*row, i], values[output.value])
            if row:
                self._fetch_ahead(m, [*row[:-1], b.add(row[-1], i64(1)), i])
        return stop

    def _fetch_ahead(self, m: LLVMAlgebra, index: list[ir.Value]) -> None:
        for a in self.inputs:
            if a.operand.strides[-1] == "1" and a.operand.strides[-2] != "0":
                a.fetch(m, index)

    def _spread(self, m: LLVMAlgebra, row: list[ir.Value]) -> dict[int, ir.Value]:
        """The inputs that are one number for all of the last axis."""
        return {k: a.load_lanes(m, [*row, i64(0)]) for k, a in enumerate(self.inputs)
                if a.operand.strides[-1] == "0"}

    def _values(self, m: LLVMAlgebra, index: list[ir.Value], spread: dict[int, ir.Value],
                mask: ir.Value | None = None, limit: ir.Value | None = None) -> list[ir.Value]:
        inputs = [spread[k] if k in spread else a.load_lanes(m, index, mask, limit)
                  for k, a in enumerate(self.inputs)]
        return evaluated(m, inputs, self.nest.steps)

    def _store(self, m: LLVMAlgebra, index: list[ir.Value], values: list[ir.Value],
               mask: ir.Value | None = None) -> None:
        for output, a in zip(self.nest.outputs, self.outputs):
            if mask is None:
                a.store(m.b, index, values[output.value])
            else:
                a.store_lanes(m, index, values[output.value], mask)


def vector_of(operands: Sequence[Operand]) -> int:
    """Lanes of a vector whose widest operand fills a register of this machine; numbers are no operands."""
    return host().vector_bytes // max([WIDTH[o.dtype] for o in operands if o.strides[-1] != "0"])


def masks_serve(operands: Sequence[Operand]) -> bool:
    """Whether this machine reads and writes some lanes of every operand by one instruction."""
    return host().vector_bytes == 64 or all(SIZE[o.dtype] >= 4 for o in operands)


def _place(a: Access, loaded: list[ir.Value]) -> ir.Value | None:
    return None if a.operand.at is None else loaded[a.operand.at]


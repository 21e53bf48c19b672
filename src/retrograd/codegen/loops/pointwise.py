"""Scalar functions over arrays go in; one kernel that computes them all, element by element, comes out."""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import Access, Operand, Step, evaluated, on_line


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
    in that order. `far`, on a single axis and a matter of speed: no cache holds all that is moved, so whole
    vectors, of `far` elements, are written past the caches.
    """

    inputs: tuple[Operand, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    whole: bool = False         # never to be cut: pieces would write to the same places
    far: int = 0

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
        strides = [s for name, operand in self._named() for s in operand.stride_names(name)]
        return (*pointers, *extents, *strides)

    def axes(self) -> tuple[Axis, ...]:
        """Where work is cut; a lone axis at whole vectors, whatever the machine."""
        pointers = len(self.inputs) + sum([o.inplace is None for o in self.outputs])
        return (Axis(pointers, 64 if self.rank == 1 else 1),) if self.cuttable else ()

    def _named(self) -> list[tuple[str, Operand]]:
        inputs = [(f"in{i}", operand) for i, operand in enumerate(self.inputs)]
        return inputs + [(f"out{i}", o.operand) for i, o in enumerate(self.outputs)]


def emit_pointwise(module: ir.Module, name: str, nest: Pointwise) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    count = len(nest.inputs) + sum(o.inplace is None for o in nest.outputs)
    kernel = Kernel(module, name, count, len(nest.parameters()) - count)
    b = kernel.b
    begin, end, *inner = kernel.integers[:nest.rank + 1]
    runtime = iter(kernel.integers[nest.rank + 1:])
    fresh = iter(kernel.pointers[len(nest.inputs):])

    def access(operand: Operand, pointer: ir.Value) -> Access:
        # The extent of the outermost axis is never a factor of a stride.
        return Access(b, operand, pointer, [end, *inner], runtime)

    inputs = [access(operand, kernel.pointers[i]) for i, operand in enumerate(nest.inputs)]
    outputs = [
        access(o.operand, kernel.pointers[o.inplace] if o.inplace is not None else next(fresh))
        for o in nest.outputs]
    m = LLVMAlgebra(b, module, nest.outputs[0].operand.dtype)

    def walk(index: list[ir.Value]) -> None:
        if len(index) < nest.rank:
            low, high = (begin, end) if not index else (_zero(begin), inner[len(index) - 1])
            with loop(b, low, high) as i:
                walk([*index, i])
            return
        loaded: list[ir.Value] = []
        for a in inputs:
            loaded.append(a.load(b, index, _place(a, loaded)))
        values = evaluated(m, loaded, nest.steps)
        for output, a in zip(nest.outputs, outputs):
            a.store(b, index, values[output.value], _place(a, loaded))

    if nest.far:
        begin = _past_caches(kernel, nest, inputs, outputs, begin, end)
    walk([])
    kernel.finish()


def _past_caches(kernel: Kernel, nest: Pointwise, inputs: list[Access], outputs: list[Access],
                 begin: ir.Value, end: ir.Value) -> ir.Value:
    """Whole vectors, if all results begin on a line of the cache; gives where the rest begins."""
    b, wide = kernel.b, LLVMAlgebra(kernel.b, kernel.module, nest.outputs[0].operand.dtype, nest.far)
    lines = ir.Constant(ir.IntType(1), 1)
    for a in outputs:
        lines = b.and_(lines, on_line(b, a.address(b, [begin])))
    count = b.select(lines, b.and_(b.sub(end, begin), i64(-nest.far)), i64(0))
    stop = b.add(begin, count)
    with loop(b, begin, stop, nest.far) as i:
        values = evaluated(wide, [a.load_lanes(wide, [i]) for a in inputs], nest.steps)
        for output, a in zip(nest.outputs, outputs):
            a.stream(wide, [i], values[output.value])
    b.fence("seq_cst")          # such stores are not in order with the word that all is done
    return stop


def _place(a: Access, loaded: list[ir.Value]) -> ir.Value | None:
    return None if a.operand.at is None else loaded[a.operand.at]


def _zero(like: ir.Value) -> ir.Constant:
    return ir.Constant(like.type, 0)

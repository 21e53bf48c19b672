"""Scalar functions over arrays and a monoid go in; a kernel that folds them along one axis comes out.

The bits of a sum depend on the extents alone. A row (last axis folded) is dealt out to a fixed number of
partial sums, element j to number j modulo 64 (32 for 8-byte types), and those are added in a fixed tree. A
column (an inner axis remains) is added downwards. Both do so in chunks of 256 terms whose sums are then
added, so that errors grow with the number of chunks and not of terms. The vectors are wider than any
register: LLVM splits them, on any machine alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, REGISTER, SIZE, i32, i64, is_float, pointer
from retrograd.codegen.jit import Target
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import Access, Operand, Step, evaluated, lanes_below

CHUNK = 256
MONOIDS = ("sum", "max", "min", "prod")


@dataclass(frozen=True)
class Reduce:
    """Folds the last of `inputs` and `steps` by `monoid`. Axes: (outer, folded) or (outer, folded, inner).

    Every input has a stride letter for each axis; the output is a whole row-major array over the others.
    `strip` and then `vector` columns are folded at once: a matter of speed only, see `strips`.
    """

    inputs: tuple[Operand, ...]
    steps: tuple[Step, ...]
    monoid: str
    dtype: str
    strip: int = 128
    vector: int = 16

    @property
    def rank(self) -> int:
        return len(self.inputs[0].strides)

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; work can be cut along the outer axis and along the inner one."""
        pointers = [*(f"in{i}" for i in range(len(self.inputs))), "out"]
        columns = ("inner", "inner_begin", "inner_end") if self.rank == 3 else ()
        extents = ["begin", "end", "folded", *columns]
        strides = [s for i, operand in enumerate(self.inputs) for s in operand.stride_names(f"in{i}")]
        return (*pointers, *extents, *strides)

    def axes(self) -> tuple[Axis, ...]:
        """Where work is cut: between rows, and between strips of columns."""
        inner = {"inner_begin": self.strip} if self.rank == 3 else {}
        return axes_of(self.parameters(), begin=1, **inner)


def strips(target: Target, dtype: str) -> tuple[int, int]:
    """`strip` and `vector` for a machine: partial and total sums of a strip fill half its registers."""
    lanes = target.lanes(dtype)
    return target.vector_registers // 4 * lanes, lanes


def partial_sums(dtype: str) -> int:
    """Among how many a row is dealt out."""
    return 256 // SIZE[dtype] if SIZE[dtype] >= 4 else 64


def emit_reduce(module: ir.Module, name: str, nest: Reduce) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `nest.parameters()` lists them."""
    assert nest.monoid in MONOIDS, nest.monoid
    kernel = Kernel(module, name, len(nest.inputs) + 1, len(nest.parameters()) - len(nest.inputs) - 1)
    b = kernel.b
    begin, end, folded, *rest = kernel.integers
    inner = rest[:3] if nest.rank == 3 else []
    runtime = iter(rest[len(inner):])
    extents = [end, folded, *inner[:1]]
    inputs = [
        Access(b, operand, kernel.pointers[i], extents, runtime) for i, operand in enumerate(nest.inputs)]
    whole = Operand(nest.dtype, "c1" if inner else "1")
    output = Access(b, whole, kernel.pointers[-1], [end, *inner[:1]], iter(()))
    with loop(b, begin, end) as row:
        if inner:
            _columns(kernel, nest, inputs, output, row, folded, inner)
        else:
            output.store(b, [row], _row(kernel, nest, inputs, row, folded))
    kernel.finish()


def _row(kernel: Kernel, nest: Reduce, inputs: list[Access], row: ir.Value, folded: ir.Value) -> ir.Value:
    b, width = kernel.b, partial_sums(nest.dtype)
    wide, narrow = (LLVMAlgebra(b, kernel.module, nest.dtype, w) for w in (width, 0))
    whole = b.and_(folded, i64(-width))

    def vector(start: ir.Value) -> ir.Value:
        loaded = [a.load_lanes(wide, [row, start]) for a in inputs]
        return evaluated(wide, loaded, nest.steps)[-1]

    total = _chunks(wide, nest, whole, i64(width), vector)
    # The rest goes to the first partial sums, through memory: no load may touch what lies past the end.
    rest = spare(kernel, ir.VectorType(MEMORY[nest.dtype], width))
    in_memory = Access(b, Operand(nest.dtype, "1"), rest, [], iter(()))
    in_memory.store(b, [i64(0)], identity(wide, nest.monoid))
    with loop(b, whole, folded) as i:
        value = evaluated(narrow, [a.load(b, [row, i]) for a in inputs], nest.steps)[-1]
        in_memory.store(b, [b.sub(i, whole)], value)
    total = combined(wide, nest.monoid, total, in_memory.load_lanes(wide, [i64(0)]))
    return tree(wide, nest.monoid, total)


def tree(m: LLVMAlgebra, monoid: str, lanes: ir.Value) -> ir.Value:
    """The lanes of a vector folded to one: upper half onto lower half, until one is left."""
    while lanes.type.count > 1:
        half = lanes.type.count // 2
        places = [ir.Constant(ir.VectorType(i32, half), list(range(at, at + half))) for at in (0, half)]
        halves = [m.b.shuffle_vector(lanes, lanes, at) for at in places]
        lanes = combined(m, monoid, *halves)
    return m.b.extract_element(lanes, i32(0))


def _columns(kernel: Kernel, nest: Reduce, inputs: list[Access], output: Access, row: ir.Value,
             folded: ir.Value, inner: list[ir.Value]) -> None:
    """Wide strips, then single vectors, then one vector with a mask."""
    b = kernel.b
    _, start, stop = inner
    for width in (nest.strip, nest.vector):
        m = LLVMAlgebra(b, kernel.module, nest.dtype, width)
        count = b.and_(b.sub(stop, start), i64(-width))
        end = b.add(start, count)
        with loop(b, start, end, width) as column:
            output.store(b, [row, column], _strip(m, nest, inputs, row, column, folded))
        start = end
    m = LLVMAlgebra(b, kernel.module, nest.dtype, nest.vector)
    with b.if_then(b.icmp_signed("<", start, stop)):
        mask = lanes_below(b, b.sub(stop, start), nest.vector)
        value = _strip(m, nest, inputs, row, start, folded, mask, stop)
        output.store_lanes(m, [row, start], value, mask)


def _strip(m: LLVMAlgebra, nest: Reduce, inputs: list[Access], row: ir.Value, column: ir.Value,
           folded: ir.Value, mask: ir.Value | None = None, limit: ir.Value | None = None) -> ir.Value:
    def vector(k: ir.Value) -> ir.Value:
        loaded = [a.load_lanes(m, [row, k, column], mask, limit) for a in inputs]
        return evaluated(m, loaded, nest.steps)[-1]

    return _chunks(m, nest, folded, i64(1), vector)


def _chunks(m: LLVMAlgebra, nest: Reduce, count: ir.Value, step: ir.Value,
            value: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """Fold value(0), value(step), ... below `count`, each CHUNK of them on their own."""
    start = identity(m, nest.monoid)

    def one(low: ir.Value, high: ir.Value) -> ir.Value:
        def body(i: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            return [combined(m, nest.monoid, carried[0], value(i))]
        return fold(m.b, low, high, [start], body, step)[0]

    if nest.monoid in ("max", "min") or not is_float(start.type):
        return one(i64(0), count)
    chunk = i64(CHUNK * step.constant)

    def body(low: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
        return [combined(m, nest.monoid, carried[0], one(low, least(m.b, m.b.add(low, chunk), count)))]
    return fold(m.b, i64(0), count, [start], body, chunk)[0]


def identity(m: LLVMAlgebra, monoid: str) -> ir.Constant:
    """What changes nothing: the fold of no elements."""
    if monoid in ("sum", "prod"):
        return m.cast(0 if monoid == "sum" else 1, m.dtype)
    scalar = REGISTER[m.dtype]
    if is_float(scalar):
        return m.cast(-math.inf if monoid == "max" else math.inf, m.dtype)
    if scalar.width == 1:
        return m.cast(monoid == "min", m.dtype)
    lowest = -(1 << (scalar.width - 1))
    return m.cast(lowest if monoid == "max" else -lowest - 1, m.dtype)


def combined(m: LLVMAlgebra, monoid: str, a: ir.Value, b: ir.Value) -> ir.Value:
    """Two values folded to one."""
    function = {"sum": m.add, "prod": m.mul, "max": m.maximum, "min": m.minimum}[monoid]
    return function(a, b)


def spare(kernel: Kernel, kind: ir.Type) -> ir.Value:
    """Memory on the stack, reserved once at the entry and not at every turn of a loop."""
    b = kernel.b
    with b.goto_entry_block():
        memory = b.alloca(kind)
    # llvmlite still gives an alloca a typed pointer, which refuses stores of single elements.
    memory.type = pointer
    return memory

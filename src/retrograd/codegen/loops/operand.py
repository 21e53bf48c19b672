"""An array, as a loop nest walks over it, goes in; addresses, loads and stores come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field

from llvmlite import ir

from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.storage import loaded, stored
from retrograd.codegen.emit.types import MEMORY, SIZE, i8, i32, i64, mangled, pointer, splat, void, with_width

LINE = 64               # bytes of a line of the cache


@dataclass(frozen=True)
class Operand:
    """One letter an axis of the loop nest, outermost first, says how far the next element along it is:

    0  nowhere: the operand is broadcast along this axis
    1  one element
    c  the product of the inner extents, as in a whole row-major array
    s  a number of elements given when the kernel runs

    With `at` the value of that input, an int64, counts steps along one more axis, whose stride and size are
    given when the kernel runs. What lies outside the size is taken as 0: a `Check` reports it.
    """

    dtype: str
    strides: str
    at: int | None = None

    def __post_init__(self) -> None:
        assert set(self.strides) <= set("01cs"), self.strides

    def stride_names(self, name: str) -> list[str]:
        """The strides that the kernel is given, as `parameters()` lists them."""
        given = [f"{name}.stride{axis}" for axis, letter in enumerate(self.strides) if letter == "s"]
        return given if self.at is None else [*given, f"{name}.reach", f"{name}.size"]


@dataclass(frozen=True)
class Step:
    """One scalar function, `lower(m, *arguments)`. Arguments count inputs first, then earlier steps.

    `name` says all about `lower`, structural parameters included ("cast:int64"): a kernel is found again by
    the names of its steps. Without a name it is found by its LLVM text, which takes longer.
    """

    lower: Callable[..., ir.Value] = field(repr=False)
    arguments: tuple[int, ...]
    name: str = ""


def evaluated(m: LLVMAlgebra, inputs: Sequence[ir.Value], steps: Sequence[Step]) -> list[ir.Value]:
    """The inputs followed by the value of each step."""
    values = list(inputs)
    for step in steps:
        values.append(step.lower(m, *(values[i] for i in step.arguments)))
    return values


class Access:
    """An operand inside a kernel: its pointer and its strides as values, given ones taken off `runtime`."""

    def __init__(self, b: ir.IRBuilder, operand: Operand, pointer: ir.Value, extents: Sequence[ir.Value],
                 runtime: Iterator[ir.Value]) -> None:
        self.operand = operand
        self.pointer = pointer
        self.memory = MEMORY[operand.dtype]
        self.strides: list[ir.Value | int] = []
        for axis, letter in enumerate(operand.strides):
            if letter == "s":
                self.strides.append(next(runtime))
            elif letter == "c":
                self.strides.append(_product(b, extents[axis + 1:]))
            else:
                self.strides.append(int(letter))
        self.reach: ir.Value | None = None
        self.size: ir.Value | None = None
        if operand.at is not None:
            self.reach, self.size = next(runtime), next(runtime)

    def address(self, b: ir.IRBuilder, index: Sequence[ir.Value], place: ir.Value | None = None) -> ir.Value:
        """Where the element is; `place` is the value of the input that the operand is read at."""
        offset = i64(0)
        if self.reach is not None:
            inside = b.select(b.icmp_unsigned("<", place, self.size), place, i64(0))
            offset = b.mul(inside, self.reach, flags=("nsw",))
        for i, stride in zip(index, self.strides):
            if stride == 0:
                continue
            term = i if stride == 1 else b.mul(i, stride, flags=("nsw",))
            offset = b.add(offset, term, flags=("nsw",))
        return b.gep(self.pointer, [offset], source_etype=self.memory)

    def along(self, m: LLVMAlgebra, row: Sequence[ir.Value]) -> Access:
        """The operand along the last axis of a row. LLVM is not shown how the row is reached: what it finds
        out from that (one step for the rows of all operands) takes longer than the rest of its work."""
        out = copy(self)
        start = self.address(m.b, [*row, i64(0)])
        out.pointer = m.intrinsic("llvm.launder.invariant.group.p0", pointer, start)
        out.strides = self.strides[-1:]
        return out

    def load(self, b: ir.IRBuilder, index: Sequence[ir.Value], place: ir.Value | None = None) -> ir.Value:
        value = b.load(self.address(b, index, place), typ=self.memory, align=SIZE[self.operand.dtype])
        return self._in_register(b, value)

    def store(self, b: ir.IRBuilder, index: Sequence[ir.Value], value: ir.Value,
              place: ir.Value | None = None) -> None:
        b.store(self._in_memory(b, value), self.address(b, index, place), align=SIZE[self.operand.dtype])

    def stream(self, m: LLVMAlgebra, index: Sequence[ir.Value], value: ir.Value) -> None:
        """Store `m.width` elements past the caches: whole lines, or halves and quarters of one, that nobody
        reads soon. The line is not fetched first, which saves a third of what a copy moves."""
        value = self._in_memory(m.b, value)
        align = min(LINE, m.width * SIZE[self.operand.dtype])
        done = m.b.store(value, self.address(m.b, index), align=align)
        done.set_metadata("nontemporal", m.module.add_metadata([i32(1)]))

    def fetch(self, m: LLVMAlgebra, index: Sequence[ir.Value]) -> None:
        """Have the lines of `m.width` elements brought into the second cache. Never fails, wherever it is."""
        read, second, data = i32(0), i32(2), i32(1)
        first = self.address(m.b, index)
        for line in range(0, m.width * SIZE[self.operand.dtype], LINE):
            place = m.b.gep(first, [i64(line)], source_etype=i8)
            m.intrinsic("llvm.prefetch.p0", void, place, read, second, data)

    def store_lanes(self, m: LLVMAlgebra, index: Sequence[ir.Value], value: ir.Value, mask: ir.Value) -> None:
        """Store the lanes that the mask names, along the last axis, which must be contiguous."""
        assert self.strides[-1] == 1, self.operand
        value = self._in_memory(m.b, value)
        name = f"llvm.masked.store.{mangled(value.type)}.p0"
        m.intrinsic(name, void, value, self.address(m.b, index), mask)

    def load_lanes(self, m: LLVMAlgebra, index: Sequence[ir.Value], mask: ir.Value | None = None,
                   limit: ir.Value | None = None) -> ir.Value:
        """`m.width` elements along the last axis, from `index` on; with a mask, those below `limit` only."""
        b, stride = m.b, self.strides[-1]
        wide = with_width(self.memory, m.width)
        align = SIZE[self.operand.dtype]
        if stride == 0:
            value = broadcast(b, b.load(self.address(b, index), typ=self.memory, align=align), m.width)
        elif stride == 1 and mask is None:
            value = b.load(self.address(b, index), typ=wide, align=align)
        elif stride == 1:
            name = f"llvm.masked.load.{mangled(wide)}.p0"
            value = m.intrinsic(name, wide, self.address(b, index), mask, splat(wide, 0))
        else:
            value = self._gathered(b, index, m.width, limit, wide)
        return self._in_register(b, value)

    def _gathered(self, b: ir.IRBuilder, index: Sequence[ir.Value], width: int, limit: ir.Value | None,
                  wide: ir.Type) -> ir.Value:
        value = ir.Constant(wide, ir.Undefined)
        for lane in range(width):
            i = b.add(index[-1], i64(lane))
            if limit is not None:
                # A lane past the end repeats the last element; nobody reads it.
                i = b.select(b.icmp_signed("<", i, limit), i, b.sub(limit, i64(1)))
            place = self.address(b, [*index[:-1], i])
            element = b.load(place, typ=self.memory, align=SIZE[self.operand.dtype])
            value = b.insert_element(value, element, i32(lane))
        return value

    def _in_memory(self, b: ir.IRBuilder, value: ir.Value) -> ir.Value:
        return stored(b, value, self.operand.dtype)

    def _in_register(self, b: ir.IRBuilder, value: ir.Value) -> ir.Value:
        return loaded(b, value, self.operand.dtype)


def broadcast(b: ir.IRBuilder, x: ir.Value, width: int) -> ir.Value:
    """`x` in each of `width` lanes; LLVM folds this shape into the instruction that uses it."""
    blank = ir.Constant(ir.VectorType(x.type, width), ir.Undefined)
    first = b.insert_element(blank, x, i32(0))
    return b.shuffle_vector(first, blank, splat(ir.VectorType(i32, width), 0))


def on_line(b: ir.IRBuilder, pointer: ir.Value) -> ir.Value:
    """Whether a line of the cache begins there."""
    return b.icmp_signed("==", b.and_(b.ptrtoint(pointer, i64), i64(LINE - 1)), i64(0))


def lanes_below(b: ir.IRBuilder, count: ir.Value, width: int) -> ir.Value:
    """The mask of the lanes whose number is below `count`, an i64."""
    numbers = ir.Constant(ir.VectorType(i64, width), list(range(width)))
    return b.icmp_signed("<", numbers, broadcast(b, count, width))


def _product(b: ir.IRBuilder, extents: Sequence[ir.Value]) -> ir.Value | int:
    if not extents:
        return 1
    result = extents[0]
    for extent in extents[1:]:
        result = b.mul(result, extent, flags=("nsw",))
    return result

"""Arrays by start and strides, and scalar functions over them, go in; one call of a nest of loops
comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrograd.base.dtype import DType
from retrograd.base.shape import Shape
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.layout import Layout, merged
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.codegen.lowering.call import Address, Call, moved, start_of, stride_letters
from retrograd.graph.node import Node

# Elements that are only moved are moved as integers of their size: not a bit changes on the way.
_BITS = {"float16": "int16", "bfloat16": "int16", "uint8": "int8"}


class Array(NamedTuple):
    """An operand: its first element, its type, its strides over the nest. With `at` it is read or written at
    the place that this input names along an axis of stride `reach` and size `size`."""

    start: Address
    dtype: str
    strides: Shape
    at: int | None = None
    reach: int = 0
    size: int = 0

    def operand(self, strides: Shape) -> Operand:
        return Operand(self.dtype, stride_letters(strides), self.at)

    def given(self, strides: Shape) -> list[int]:
        """The strides that are arguments, and what goes with `at`."""
        steps = [s for letter, s in zip(stride_letters(strides), strides) if letter == "s"]
        return steps if self.at is None else [*steps, self.reach, self.size]


class Result(NamedTuple):
    """Where a value goes, counted inputs first, then steps; `inplace` is the input in the same memory."""

    value: int
    array: Array
    inplace: int | None = None


def moved_as(dtype: DType) -> str:
    """The dtype that elements are moved as where nothing is computed with them."""
    return _BITS.get(dtype.name, dtype.name)


def array(layout: Layout, n: Node, strides: Shape | None = None) -> Array:
    """A value as an array that is only moved."""
    return Array(start_of(layout, n), moved_as(n.dtype), layout.strides if strides is None else strides)


def nest(shape: Shape, inputs: Sequence[Array], steps: Sequence[Step], results: Sequence[Result],
         whole: bool = False) -> Call:
    """One kernel over `shape`; `whole` if pieces of it would write to the same places."""
    arrays = [*inputs, *(r.array for r in results)]
    sizes, strides = merged(shape, [a.strides for a in arrays])
    operands = [a.operand(st) for a, st in zip(arrays, strides)]
    k = len(inputs)
    outputs = tuple(Output(r.value, o, r.inplace) for r, o in zip(results, operands[k:]))
    args: list[int | Address] = [a.start for a in inputs]
    args += [r.array.start for r in results if r.inplace is None]
    args += [0, *sizes]
    for a, st in zip(arrays, strides):
        args += a.given(st)
    kernel = Pointwise(tuple(operands[:k]), tuple(steps), outputs, whole)
    return Call(kernel, args, axes=kernel.axes(), cost=nanoseconds(0, moved(sizes, strides, operands)))


def copy(shape: Shape, source: Array, target: Array) -> Call:
    """target[...] = source[...]"""
    return nest(shape, [source], (), [Result(0, target)])


def fill(shape: Shape, target: Array, value: int = 0) -> Call:
    """target[...] = value"""
    name = target.dtype
    constant = Step(lambda m: m.cast(value, name), (), f"const:{value!r}:{name}")
    return nest(shape, [], (constant,), [Result(0, target)])

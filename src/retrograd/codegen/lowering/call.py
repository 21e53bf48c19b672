"""What lowerings return, and words they share: addresses still symbolic, strides as letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Any, NamedTuple

from retrograd.base.dtype import FLOATING
from retrograd.base.errors import RetrogradError
from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import Axis, nanoseconds
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.kernels import Description
from retrograd.codegen.layout import Layout, merged, whole
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.graph.node import Node, scalar_p

NEAR = 1 << 25  # bytes that one kernel moves and that a cache may still hold afterwards


class Address(NamedTuple):
    """The place of element `offset` of a value; which value is known by its node, or a scratch key."""

    of: Any
    offset: int
    itemsize: int


class Scratch:
    """Memory that one piece of work uses for itself."""

    __slots__ = ("nbytes",)

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


class Routine(NamedTuple):
    """The address of code that a kernel calls in turn."""

    description: Description


@dataclass
class Call:
    """A kernel and its arguments: ints and addresses, in the order of `description.parameters()`.

    A `Check` says what its verdict means: `failure` of the bad index is the error to raise.
    """

    description: Description
    args: Sequence[int | Address | Routine]
    failure: Callable[[int], RetrogradError] | None = None
    axes: tuple[Axis, ...] = ()     # where it may be cut
    cost: float = 0.0               # nanoseconds, see codegen/axis.py

    @cached_property
    def touched(self) -> tuple[Any, ...]:
        """The values in whose memory it reads or writes, each once."""
        return tuple(dict.fromkeys([a.of for a in self.args if a.__class__ is Address]))

    def descriptions(self) -> list[Description]:
        """Of all the code that it needs."""
        return [self.description, *[a.description for a in self.args if a.__class__ is Routine]]


def moved(sizes: Shape, strides: Sequence[Shape], operands: Sequence[Operand]) -> int:
    """Bytes that operands bring along or take, each element counted once."""
    return sum(SIZE[o.dtype] * prod(n for n, s in zip(sizes, st) if s) for o, st in zip(operands, strides))


def start_of(layout: Layout, n: Node) -> Address:
    in_slot = isinstance(layout.base, Node) and layout.base.prim is scalar_p
    return Address(layout.base, layout.offset, 8 if in_slot else n.dtype.itemsize)


@lru_cache(maxsize=4096)
def stride_letters(strides: Shape) -> str:
    """Stride letters of the kernel generators: the last axis may be unit, others are arguments."""
    last = len(strides) - 1
    return "".join("0" if s == 0 else "1" if s == 1 and d == last else "s" for d, s in enumerate(strides))


def slot_dtype(layout: Layout, n: Node) -> str:
    """Numbers given by the user lie in slots of 64 bits."""
    if n.prim is scalar_p:
        return "float64" if n.dtype.kind == FLOATING else "int64"
    return n.dtype.name


def copied(calls: list[Call], layout: Layout, n: Node) -> Layout:
    """A row-major copy of a strided value, made by a call of its own."""
    scratch = Scratch(numel(layout.shape) * n.dtype.itemsize)
    calls.append(copy_call(layout, n, whole(scratch, layout.shape)))
    return whole(scratch, layout.shape)


def copy_call(layout: Layout, n: Node, to: Layout) -> Call:
    """The elements of a value, as `n` has them, moved to other places."""
    sizes, (source, target) = merged(layout.shape, [layout.strides, to.strides])
    operands = Operand(n.dtype.name, stride_letters(source)), Operand(n.dtype.name, stride_letters(target))
    nest = Pointwise((operands[0],), (Step(lambda m, v: v, (0,), "same"),), (Output(1, operands[1]),))
    size = n.dtype.itemsize
    args: list[int | Address] = [start_of(layout, n), Address(to.base, to.offset, size), 0, *sizes]
    for operand, st in zip(operands, (source, target)):
        args += [s for letter, s in zip(operand.strides, st) if letter == "s"]
    return Call(nest, args, axes=nest.axes(), cost=nanoseconds(0, 2 * numel(layout.shape) * size))

"""Images and windows as the kernels of convolutions read them: copied if they must be, and tables of where
the elements of a window lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.borders import Borders
from retrograd.codegen.contract.offsets import Offsets
from retrograd.codegen.contract.phases import DEALT, Phases
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, one_step, whole
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied
from retrograd.codegen.lowering.nest import array, copy, fill, moved_as
from retrograd.graph.node import Node


class Images(NamedTuple):
    """Where images lie: the last axis in phases, `phase` elements apart, of contiguous elements."""

    address: Address
    image: int
    channel: int
    lines: Shape        # of the axes before the last: elements from one index to the next
    phase: int


def three(values: Shape, missing: int) -> Shape:
    """One, two or three axes as three."""
    return (missing,) * (3 - len(values)) + tuple(values)


def lower_images(calls: list[Call], x: Node, layout: Layout, stride: int, taps: int, dilation: int,
                 slack: bool = False, borders: tuple[Shape, Shape] = ((), ())) -> Images:
    """Images as kernels read them: as they are if windows one step apart begin one element apart, else copied
    so that they do, with borders of zeros. With `slack` a copy has memory for a line behind its end."""
    size = x.dtype.itemsize
    low, high = ((0,) * (x.ndim - len(side)) + side for side in borders)
    shape = tuple(map(sum, zip(x.shape, low, high)))
    phases = sorted({t * dilation % stride for t in range(taps)})
    if any((*low, *high)) and not stride == len(phases) == 2:
        layout, low = _padded(calls, x, layout, low, shape), (0,) * x.ndim
    if stride == 1:
        if layout.strides[-1] != 1 and x.shape[-1] > 1:
            layout = copied(calls, layout, x)
        image, channel, *lines = layout.strides[:-1]
        return Images(Address(layout.base, layout.offset, size), image, channel, tuple(lines), 0)
    *lead, width = shape
    long = -(-width // stride)
    scratch = Scratch((numel(tuple(lead)) + slack) * stride * long * size)
    steps, step = [1, long, stride * long], stride * long
    for extent in reversed(lead[1:]):
        step = step * extent
        steps.append(step)
    target = Layout(scratch, 0, (*lead, long), (*reversed(steps[2:]), 1))
    if layout.shape != shape:
        together = bordered(x, layout, target, low, shape, 2)
        if together is None:
            layout = _padded(calls, x, layout, low, shape)
        else:
            calls.append(together)
    if layout.shape == shape:
        deal(calls, x, layout, target, stride, phases)
    image, channel, *lines = target.strides[:-1]
    return Images(Address(scratch, 0, size), image, channel, tuple(lines), long)


def _padded(calls: list[Call], x: Node, layout: Layout, low: Shape, shape: Shape) -> Layout:
    """x behind so many zeros an axis, in an array of that shape."""
    target = whole(Scratch(numel(shape) * x.dtype.itemsize), shape)
    together = bordered(x, layout, target, low, shape, 1)
    if together is not None:
        calls.append(together)
        return target
    middle = target._replace(offset=sum(a * s for a, s in zip(low, target.strides)), shape=layout.shape)
    calls.append(fill(shape, array(target, x)))
    calls.append(copy(layout.shape, array(layout, x), array(middle, x)))
    return target


def deal(calls: list[Call], x: Node, layout: Layout, target: Layout, stride: int, phases: Sequence[int]
         ) -> None:
    """Phases of the last axis of x, of its shape (*lead, width), to where `target`, (*lead, long), says; they
    lie `long` apart."""
    *lead, width = layout.shape
    long, size, name = target.shape[-1], x.dtype.itemsize, moved_as(x.dtype)
    before, behind = (one_step(tuple(lead[:-1]), lay.strides[:-2]) for lay in (layout, target))
    dealt = layout.strides[-1] == 1 and name in DEALT
    if before is not None and behind is not None and dealt and stride == len(phases) == 2:
        kernel = Phases(name, host().lanes(name))
        calls.append(Call(kernel, [
            Address(layout.base, layout.offset, size), Address(target.base, target.offset, size),
            0, numel(tuple(lead[:-1])), lead[-1], width, long, before, layout.strides[-2], behind,
            target.strides[-2]], axes=kernel.axes(), cost=nanoseconds(0, 2 * numel(x.shape) * size)))
        return
    for phase in phases:
        part = (*lead, -(-(width - phase) // stride))
        read = Layout(layout.base, layout.offset + phase * layout.strides[-1], part,
                      (*layout.strides[:-1], layout.strides[-1] * stride))
        written = target._replace(offset=target.offset + phase * long, shape=part)
        calls.append(copy(part, array(read, x), array(written, x)))


def bordered(x: Node, layout: Layout, target: Layout, low: Shape, shape: Shape, count: int) -> Call | None:
    """x behind so many zeros an axis, in an array of that shape, its last axis in `count` phases; None where
    it takes more than a walk along lines."""
    own, name, size = layout.shape, moved_as(x.dtype), x.dtype.itemsize
    wider = [d for d, (a, b) in enumerate(zip(own, shape)) if a != b]
    first = max(0, min([len(own) - 2, *wider]))        # of the axes that are walked one by one
    walked: list[int] = []
    for lay in (layout, target):
        step = one_step(own[:first], lay.strides[:first])
        if name not in DEALT or len(own) - first > 3 or step is None or lay.strides[-1] != 1:
            return None
        walked += [step, *three(lay.strides[first:], 0)[:2]]
    kernel = Borders(name, host().lanes(name), count)
    planes, lines, width = three(shape[first:], 1)
    return Call(kernel, [
        Address(layout.base, layout.offset, size), Address(target.base, target.offset, size),
        0, numel(own[:first]), planes, 0, lines, width, target.shape[-1],
        *three(own[first:], 1), *three(low[first:], 0), *walked], axes=kernel.axes(),
        cost=nanoseconds(0, (numel(own) + numel(shape)) * size))


def lower_offsets(calls: list[Call], images: Images, channels: int, kernel: Shape, stride: Shape,
                  dilation: Shape) -> Address:
    """A table of where channel and tap lie in a window."""
    table = Scratch(max(1, channels * numel(kernel)) * 8)
    deep, high = (step * d for step, d in zip(three(images.lines, 0)[1:], three(dilation, 1)))
    calls.append(Call(Offsets(), [Address(table, 0, 8), channels, *three(kernel, 1), images.channel,
                                  deep, high, dilation[-1], stride[-1], images.phase],
                      cost=nanoseconds(20 * channels * numel(kernel), 0)))
    return Address(table, 0, 8)


def lower_positions(images: Images, counts: Shape, stride: Shape) -> Shape:
    """Windows in a line, lines in a plane, planes, and elements from a line and from a plane to the next."""
    planes, height, width = three(counts, 1)
    plane, line = (step * s for step, s in zip(three(images.lines, 0)[1:], three(stride, 1)))
    return width, height, planes, line, plane

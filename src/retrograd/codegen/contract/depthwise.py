"""The taps of a window go in; kernels for convolutions of one channel a group, and for their derivative to
the weights, come out.

    Y[image, o, p] = sum over t of W[o, t] * X[image, o // multiplier, p * step + t * gap - low]
    W[o, t] = sum over images and p of Y[image, o, p] * X[image, o // multiplier, p * step + t * gap - low]

A product would have one row. Instead positions of a line lie in lanes, and lines are read where they lie:
what is outside of an image is left out by masks. Positions have three axes; `step` along the last is 1, or
that axis lies in phases (contract/offsets.py). Where taps lie as far apart as windows begin (`even`), lines
of positions that are computed together share what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from llvmlite import ir

from retrograd.base.shape import Shape
from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, splat, void
from retrograd.codegen.loops.loop import fold, loop
from retrograd.codegen.loops.operand import broadcast

Meet: TypeAlias = Callable[[list[ir.Value], ir.Value, int, int], None]
_GEOMETRY = (
    "count0", "count1", "count2", "size0", "size1", "size2", "low0", "low1", "low2", "step0", "step1",
    "gap0", "gap1", "gap2", "phases", "phase", "multiplier",
    "x.image", "x.channel", "x.plane", "x.line", "y.image", "y.channel",
)
# Lines that are computed at once, each a chain of its own.
_LINES = 4
# Partial sums of a weight, on every machine.
_SUMS = 16


@dataclass(frozen=True)
class Depthwise:
    """Work is cut by images and output channels, counted together; weights have strides."""

    dtype: str
    lanes: int
    taps: Shape
    even: bool

    def parameters(self) -> tuple[str, ...]:
        return ("x", "w", "y", "begin", "end", "channels", *_GEOMETRY, "w.row", "w.tap0", "w.tap1", "w.tap2",
                "finish")

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


@dataclass(frozen=True)
class DepthwiseWeight:
    """Work is cut by output channels; the weights are row-major."""

    dtype: str
    taps: Shape
    even: bool

    def parameters(self) -> tuple[str, ...]:
        return ("x", "y", "w", "begin", "end", "images", *_GEOMETRY)

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_depthwise(module: ir.Module, name: str, conv: Depthwise) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `conv.parameters()` lists them."""
    kernel = Kernel(module, name, 3, len(conv.parameters()) - 3)
    _Forward(kernel, conv, conv.lanes).emit()
    kernel.finish()


def emit_depthwise_weight(module: ir.Module, name: str, conv: DepthwiseWeight) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `conv.parameters()` lists them."""
    kernel = Kernel(module, name, 3, len(conv.parameters()) - 3)
    _Weight(kernel, conv, _SUMS).emit()
    kernel.finish()


class _Windows(Emitter):
    """What both have in common: vectors of positions of a line, and what they read."""

    def __init__(self, kernel: Kernel, conv: Depthwise | DepthwiseWeight, lanes: int) -> None:
        self.b, self.module, self.kernel = kernel.b, kernel.module, kernel
        self.element, self.align, self.lanes = MEMORY[conv.dtype], SIZE[conv.dtype], lanes
        self.vector = ir.VectorType(self.element, lanes)
        self.arg = dict(zip(conv.parameters()[3:], kernel.integers))
        self.taps, self.even = conv.taps, conv.even
        self.table = kernel.rest
        b = self.b
        # Where the taps of the last axis lie, counted from the beginning of a line.
        self.columns, self.places = [], []
        for t in range(self.taps[2]):
            element = b.mul(i64(t), self.arg["gap2"])
            column = b.sub(b.sdiv(element, self.arg["phases"]), self.arg["low2"])
            phase = b.mul(b.srem(element, self.arg["phases"]), self.arg["phase"])
            self.columns.append(column)
            self.places.append(b.add(column, phase))

    def below(self, first: ir.Value, size: ir.Value) -> ir.Value:
        """The mask of the lanes whose number, counted from `first`, is in 0 ... size - 1."""
        b = self.b
        numbers = ir.Constant(ir.VectorType(i32, self.lanes), list(range(self.lanes)))
        lanes = b.add(broadcast(b, b.trunc(first, i32), self.lanes), numbers)
        return b.icmp_unsigned("<", lanes, broadcast(b, b.trunc(size, i32), self.lanes))

    def masks(self, j: ir.Value) -> list[ir.Value]:
        """For each tap of the last axis the lanes that lie in a line, of positions from j on."""
        return [self.below(self.b.add(j, column), self.arg["size2"]) for column in self.columns]

    def lines(self, plane: ir.Value, line: ir.Value, tap: Sequence[int]) -> tuple[ir.Value, ir.Value]:
        """Where the line of x begins that a tap of the first two axes reads at that position, and whether it
        is one."""
        b, arg = self.b, self.arg
        at = [b.sub(b.add(b.mul(index, arg[f"step{k}"]), b.mul(i64(t), arg[f"gap{k}"])), arg[f"low{k}"])
              for k, (index, t) in enumerate(zip((plane, line), tap))]
        inside = b.and_(*(b.icmp_unsigned("<", a, arg[f"size{k}"]) for k, a in enumerate(at)))
        return b.add(b.mul(at[0], arg["x.plane"]), b.mul(at[1], arg["x.line"])), inside

    def load(self, place: ir.Value, mask: ir.Value) -> ir.Value:
        return self._load(self.vector, place, mask)

    def met(self, source: ir.Value, plane: ir.Value, line: ir.Value, count: int, j: ir.Value,
            masks: list[ir.Value], sums: list[ir.Value], asks: bool, meet: Meet) -> None:
        """For each line of x that `count` lines of positions read, its value at a tap of the last axis:
        `meet(sums, value, number of the tap, line of positions)` changes the sums of all that read it. The
        taps of a line of positions come in order, and so do the lines of a tap. `asks`: whether lines of x
        may lie outside of the image, where they are zeros."""
        b, zeros = self.b, [splat(self.vector, 0)] * self.taps[2]
        for t0, t1, uses in self._reads(count):
            start, inside = self.lines(plane, b.add(line, i64(uses[0][0])), (t0, t1))
            held, taps = list(sums), [((t0 * self.taps[1] + tap) * self.taps[2], k) for k, tap in uses]

            def added(values: Sequence[ir.Value], taps: list[tuple[int, int]] = taps) -> None:
                for t2, value in enumerate(values):
                    for tap, k in taps:
                        meet(sums, value, tap + t2, k)

            def read(start: ir.Value = start) -> list[ir.Value]:
                return [self.load(self._at(source, b.add(b.add(start, j), place)), mask)
                        for place, mask in zip(self.places, masks)]
            if not asks:
                added(read())
                continue
            with b.if_else(inside) as (there, outside):
                with there:
                    added(read())
                    ways = [(list(sums), b.block)]
                sums[:] = held
                with outside:
                    added(zeros)
                    ways.append((list(sums), b.block))
            for n, old in enumerate(held):
                if sums[n] is not old:
                    sums[n] = b.phi(self.vector)
                    for values, block in ways:
                        sums[n].add_incoming(values[n], block)

    def _reads(self, count: int) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """Taps of the first two axes, and who reads that line, as (line of positions, second tap): the first
        is the one by which it is named."""
        high = self.taps[1]
        for t0 in range(self.taps[0]):
            if self.even:
                for number in range(count + high - 1):
                    uses = [(k, number - k) for k in range(count) if 0 <= number - k < high]
                    yield t0, uses[0][1], uses
            else:
                for t1, k in product(range(high), range(count)):
                    yield t0, t1, [(k, t1)]

    def channel_of(self, image: ir.Value, o: ir.Value, base: ir.Value) -> ir.Value:
        """Where the channel of x begins that output channel o reads."""
        b, arg = self.b, self.arg
        channel = b.sdiv(o, arg["multiplier"])
        return self._at(base, b.add(b.mul(image, arg["x.image"]), b.mul(channel, arg["x.channel"])))


class _Forward(_Windows):
    def emit(self) -> None:
        b, arg = self.b, self.arg
        x, w, y = self.kernel.pointers
        with loop(b, arg["begin"], arg["end"]) as batch:
            image = b.sdiv(batch, arg["channels"])
            o = b.sub(batch, b.mul(image, arg["channels"]))
            source = self.channel_of(image, o, x)
            whole = self._at(y, b.mul(image, arg["y.image"]))
            target = self._at(whole, b.mul(o, arg["y.channel"]))
            row = self._at(w, b.mul(o, arg["w.row"]))
            weights = [self._weight(row, tap) for tap in product(*map(range, self.taps))]
            with loop(b, i64(0), arg["count0"]) as plane, \
                    loop(b, i64(0), arg["count2"], self.lanes) as j:
                masks, kept = self.masks(j), self.below(i64(0), b.sub(arg["count2"], j))
                self._plane(source, weights, target, plane, j, masks, kept)
            with b.if_then(b.icmp_signed("!=", arg["finish"], i64(0))):
                finish_block(b, arg["finish"], self.table, whole, image, (o, b.add(o, i64(1))),
                             (i64(0), b.mul(arg["count0"], b.mul(arg["count1"], arg["count2"]))))

    def _weight(self, row: ir.Value, tap: Sequence[int]) -> ir.Value:
        b = self.b
        at: ir.Value = i64(0)
        for k, t in enumerate(tap):
            at = b.add(at, b.mul(i64(t), self.arg[f"w.tap{k}"]))
        return broadcast(b, b.load(self._at(row, at), typ=self.element, align=self.align), self.lanes)

    def _plane(self, source: ir.Value, weights: list[ir.Value], target: ir.Value, plane: ir.Value,
               j: ir.Value, masks: list[ir.Value], kept: ir.Value) -> None:
        """Lines together where all that they read lies inside of the image, else one by one."""
        b, arg = self.b, self.arg
        after = [t - 1 for t in self.taps]
        together = b.sub(arg["count1"], b.srem(arg["count1"], i64(_LINES)))
        with loop(b, i64(0), together, _LINES) as i:
            _, first = self.lines(plane, i, (0, 0))
            _, last = self.lines(plane, b.add(i, i64(_LINES - 1)), after[:2])
            with b.if_else(b.and_(first, last)) as (inside, across):
                with inside:
                    self._lines(source, weights, target, plane, i, _LINES, j, masks, kept, False)
                with across:
                    self._lines(source, weights, target, plane, i, _LINES, j, masks, kept, True)
        with loop(b, together, arg["count1"]) as i:
            self._lines(source, weights, target, plane, i, 1, j, masks, kept, True)

    def _lines(self, source: ir.Value, weights: list[ir.Value], target: ir.Value, plane: ir.Value,
               line: ir.Value, count: int, j: ir.Value, masks: list[ir.Value], kept: ir.Value,
               asks: bool) -> None:
        b, arg = self.b, self.arg

        sums = [splat(self.vector, 0)] * count

        def meet(sums: list[ir.Value], value: ir.Value, tap: int, k: int) -> None:
            sums[k] = self._fma(value, weights[tap], sums[k])
        self.met(source, plane, line, count, j, masks, sums, asks, meet)
        for k, total in enumerate(sums):
            index = b.add(b.mul(plane, arg["count1"]), b.add(line, i64(k)))
            at = self._at(target, b.add(b.mul(index, arg["count2"]), j))
            self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, total, at, kept)


class _Weight(_Windows):
    def emit(self) -> None:
        b, arg = self.b, self.arg
        x, y, w = self.kernel.pointers
        each = self.taps[0] * self.taps[1] * self.taps[2]
        with loop(b, arg["begin"], arg["end"]) as o:
            def image(n: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
                source = self.channel_of(n, o, x)
                given = self._at(y, b.add(b.mul(n, arg["y.image"]), b.mul(o, arg["y.channel"])))

                def vector(j: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
                    masks, kept = self.masks(j), self.below(i64(0), b.sub(arg["count2"], j))
                    return fold(b, i64(0), arg["count0"], sums,
                                lambda plane, sums: self._plane(source, given, plane, j, masks, kept, sums))
                return fold(b, i64(0), arg["count2"], sums, vector, self.lanes)
            sums = fold(b, i64(0), arg["images"], [splat(self.vector, 0)] * each, image)
            row = self._at(w, b.mul(o, i64(each)))
            for t, total in enumerate(sums):
                b.store(self._total(total), self._at(row, i64(t)), align=self.align)

    def _plane(self, source: ir.Value, given: ir.Value, plane: ir.Value, j: ir.Value, masks: list[ir.Value],
               kept: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        """Some lines together, then the rest one by one; every sum takes them in order."""
        b, arg = self.b, self.arg

        def lines(count: int) -> Callable[[ir.Value, list[ir.Value]], list[ir.Value]]:
            def added(i: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
                sums, first = list(held), b.add(b.mul(plane, arg["count1"]), i)
                g = [self.load(self._at(given, b.add(b.mul(b.add(first, i64(k)), arg["count2"]), j)), kept)
                     for k in range(count)]

                def meet(sums: list[ir.Value], value: ir.Value, tap: int, k: int) -> None:
                    # What lies in an image behind the last window meets no zero that is not there.
                    sums[tap] = b.select(kept, self._fma(value, g[k], sums[tap]), sums[tap])
                self.met(source, plane, i, count, j, masks, sums, True, meet)
                return sums
            return added
        together = b.sub(arg["count1"], b.srem(arg["count1"], i64(_LINES)))
        sums = fold(b, i64(0), together, sums, lines(_LINES), _LINES)
        return fold(b, together, arg["count1"], sums, lines(1))

    def _total(self, lanes: ir.Value) -> ir.Value:
        """The lanes added in halves."""
        b, count = self.b, self.lanes
        while count > 1:
            count //= 2
            halves = [b.shuffle_vector(lanes, lanes, ir.Constant(
                ir.VectorType(i32, count), list(range(at, at + count)))) for at in (0, count)]
            lanes = self._add(*halves)
        return b.extract_element(lanes, i32(0))

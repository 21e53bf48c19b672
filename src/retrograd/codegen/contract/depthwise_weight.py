"""The taps of a window go in; a kernel for the derivative to the weights of a convolution of one channel a
group comes out.

    W[o, t] = sum over images and p of Y[image, o, p] * X[image, o // multiplier, p * step + t * gap - low]

As in depthwise.py positions of a line lie in lanes. Where taps lie as far apart as windows begin (`even`),
lines of positions that are computed together share what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from llvmlite import ir

from retrograd.base.shape import Shape
from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.depthwise import GEOMETRY, Windows
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i32, i64, splat, void
from retrograd.codegen.loops.loop import fold, loop

Meet: TypeAlias = Callable[[list[ir.Value], ir.Value, int, int], None]
# Lines that are met at once.
_LINES = 4
# Partial sums of a weight, on every machine.
_SUMS = 16


@dataclass(frozen=True)
class DepthwiseWeight:
    """Work is cut by output channels; the weights are row-major; `reach` as in Depthwise. `far`:
    whether images come from beyond the caches."""

    dtype: str
    taps: Shape
    even: bool
    reach: Shape
    far: bool

    def parameters(self) -> tuple[str, ...]:
        return ("x", "y", "w", "begin", "end", "images", *GEOMETRY)

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_depthwise_weight(module: ir.Module, name: str, conv: DepthwiseWeight) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `conv.parameters()` lists them."""
    kernel = Kernel(module, name, 3, len(conv.parameters()) - 3)
    _Weight(kernel, conv, _SUMS).emit()
    kernel.finish()


class _Weight(Windows):
    def __init__(self, kernel: Kernel, conv: DepthwiseWeight, lanes: int) -> None:
        super().__init__(kernel, conv.parameters(), conv.dtype, conv.taps, lanes, conv.reach)
        self.even, self.far = conv.even, conv.far

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

    def _plane(self, source: ir.Value, given: ir.Value, plane: ir.Value, j: ir.Value,
               masks: list[list[ir.Value]], kept: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        """Some lines together, then the rest one by one; every sum takes them in order."""
        b, arg = self.b, self.arg

        def lines(count: int) -> Callable[[ir.Value, list[ir.Value]], list[ir.Value]]:
            def added(i: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
                sums, first = list(held), b.add(b.mul(plane, arg["count1"]), i)
                starts = [b.mul(b.add(first, i64(k)), arg["count2"]) for k in range(count)]
                places = [self._at(given, b.add(start, j)) for start in starts]
                g = [self._load(self.vector, place, kept) for place in places]
                for place in places:
                    self._ahead(place, arg["y.image"])

                def meet(sums: list[ir.Value], value: ir.Value, tap: int, k: int) -> None:
                    # What lies in an image behind the last window meets no zero that is not there.
                    sums[tap] = b.select(kept, self._fma(value, g[k], sums[tap]), sums[tap])
                self.met(source, plane, i, count, j, masks, sums, meet)
                return sums
            return added
        together = b.sub(arg["count1"], b.srem(arg["count1"], i64(_LINES)))
        sums = fold(b, i64(0), together, sums, lines(_LINES), _LINES)
        return fold(b, together, arg["count1"], sums, lines(1))

    def _ahead(self, place: ir.Value, image: ir.Value) -> None:
        """Ask for what lies there in the next image: no machine expects it."""
        if self.far:
            self._call("llvm.prefetch.p0", void, self._at(place, image), i32(0), i32(3), i32(1))

    def _total(self, lanes: ir.Value) -> ir.Value:
        """The lanes added in halves."""
        b, count = self.b, self.lanes
        while count > 1:
            count //= 2
            halves = [b.shuffle_vector(lanes, lanes, ir.Constant(
                ir.VectorType(i32, count), list(range(at, at + count)))) for at in (0, count)]
            lanes = self._add(*halves)
        return b.extract_element(lanes, i32(0))

    def lines(self, plane: ir.Value, line: ir.Value, tap: Sequence[int]) -> tuple[ir.Value, ir.Value]:
        """Where the line of x begins that a tap of the first two axes reads at that position, and whether it
        is one."""
        b, arg = self.b, self.arg
        at = [b.sub(b.add(b.mul(index, arg[f"step{k}"]), b.mul(i64(t), arg[f"gap{k}"])), arg[f"low{k}"])
              for k, (index, t) in enumerate(zip((plane, line), tap))]
        inside = b.and_(*(b.icmp_unsigned("<", a, arg[f"size{k}"]) for k, a in enumerate(at)))
        return b.add(b.mul(at[0], arg["x.plane"]), b.mul(at[1], arg["x.line"])), inside

    def met(self, source: ir.Value, plane: ir.Value, line: ir.Value, count: int, j: ir.Value,
            masks: list[list[ir.Value]], sums: list[ir.Value], meet: Meet) -> None:
        """For each line of x that `count` lines of positions read, its value at a tap of the last axis:
        `meet(sums, value, number of the tap, line of positions)` changes the sums of all that read it. The
        taps of a line of positions come in order, and so do the lines of a tap. Lines of x outside of the
        image are zeros."""
        b, zeros = self.b, [splat(self.vector, 0)] * self.taps[2]
        for t0, t1, uses in self._reads(count):
            start, inside = self.lines(plane, b.add(line, i64(uses[0][0])), (t0, t1))
            held, taps = list(sums), [((t0 * self.taps[1] + tap) * self.taps[2], k) for k, tap in uses]

            def added(values: Sequence[ir.Value], taps: list[tuple[int, int]] = taps) -> None:
                for t2, value in enumerate(values):
                    for tap, k in taps:
                        meet(sums, value, tap + t2, k)

            def read(start: ir.Value = start) -> list[ir.Value]:
                place = self._at(source, b.add(start, b.mul(j, i64(self.step))))
                self._ahead(place, self.arg["x.image"])
                return [value for group, lanes in enumerate(masks)
                        for value in self.read(place, group, lanes)]
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

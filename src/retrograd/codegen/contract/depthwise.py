"""The taps of a window go in; a kernel for convolutions of one channel a group comes out.

    Y[image, o, p] = sum over t of W[o, t] * X[image, o // multiplier, p * step + t * gap - low]

A product would have one row. Instead positions of a line lie in lanes, and a strip of them goes down the
image: a line of X is read once for each tap of the last axis, and meets all lines of Y that want it, whose
sums wait in registers. What lies outside of the image is zero. Positions have three axes. Along the
last `step` is 1 or 2; else that axis lies in phases (contract/offsets.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeAlias

from llvmlite import ir

from retrograd.base.shape import Shape
from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.contract.epilogue import finish_block
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, splat, void
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import broadcast

GEOMETRY = (
    "count0", "count1", "count2", "size0", "size1", "size2", "low0", "low1", "low2", "step0", "step1",
    "gap0", "gap1", "gap2", "phases", "phase", "multiplier",
    "x.image", "x.channel", "x.plane", "x.line", "y.image", "y.channel",
)
# Of each line of Y that is not whole yet, the first being the next to be, the vectors of a strip.
Sums: TypeAlias = "tuple[tuple[ir.Value, ...], ...]"


@dataclass(frozen=True)
class Depthwise:
    """Work is cut by images and output channels, counted together; weights have strides.

    A strip is so many `vectors` wide, and strips make up a line, or one does if it is `single`. At the first
    vector of a line the first `left` taps of the last axis may lie before it, at its last the last `right`
    taps behind it; other vectors lie inside, unless `edges`. A window begins `pace` taps of the second axis
    behind the one `classes` lines before; as many as there are taps if lines share nothing. Windows begin
    one element apart, or two: then `reach` is where taps of the last axis lie, counted from an even element
    as a window begins."""

    dtype: str
    lanes: int
    vectors: int
    single: bool
    taps: Shape
    left: int
    right: int
    edges: bool
    pace: int
    reach: Shape

    @property
    def waiting(self) -> int:
        """Lines that have begun when one is whole."""
        return (self.taps[1] - 1) // self.pace

    def parameters(self) -> tuple[str, ...]:
        return ("x", "w", "y", "begin", "end", "channels", *GEOMETRY, "classes",
                "w.row", "w.tap0", "w.tap1", "w.tap2", "finish")

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_depthwise(module: ir.Module, name: str, conv: Depthwise) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `conv.parameters()` lists them."""
    kernel = Kernel(module, name, 3, len(conv.parameters()) - 3)
    _Forward(kernel, conv).emit()
    kernel.finish()


def lanes_within(b: ir.IRBuilder, first: ir.Value, size: ir.Value, width: int) -> ir.Value:
    """The mask of the lanes whose number, counted from `first`, is in 0 ... size - 1."""
    numbers = ir.Constant(ir.VectorType(i32, width), list(range(width)))
    lanes = b.add(broadcast(b, b.trunc(first, i32), width), numbers)
    return b.icmp_unsigned("<", lanes, broadcast(b, b.trunc(size, i32), width))


class Windows(Emitter):
    """Vectors of positions of a line, and what they read: where windows begin `step` elements apart, as many
    vectors, which are dealt out. Taps that read the same are a group: `columns` is where it lies, as elements
    of a line, `places` as they lie in memory, and `members` are its taps, each with its phase."""

    def __init__(self, kernel: Kernel, parameters: Sequence[str], dtype: str, taps: Shape, lanes: int,
                 reach: Shape) -> None:
        self.b, self.module, self.kernel = kernel.b, kernel.module, kernel
        self.element, self.align, self.lanes = MEMORY[dtype], SIZE[dtype], lanes
        self.vector = ir.VectorType(self.element, lanes)
        self.arg = dict(zip(parameters[3:], kernel.integers))
        self.taps, self.step = taps, 2 if reach else 1
        b, arg = self.b, self.arg
        self.columns, self.places, self.members = [], [], []
        if reach:
            for window in sorted({r // 2 for r in reach}):
                self.columns.append(b.sub(i64(2 * window), b.add(arg["low2"], i64(reach[0]))))
                self.members.append([(t, r % 2) for t, r in enumerate(reach) if r // 2 == window])
            self.places = self.columns
            return
        for t in range(taps[2]):
            element = b.mul(i64(t), arg["gap2"])
            column = b.sub(b.sdiv(element, arg["phases"]), arg["low2"])
            phase = b.mul(b.srem(element, arg["phases"]), arg["phase"])
            self.columns.append(column)
            self.places.append(b.add(column, phase))
            self.members.append([(t, 0)])

    def read(self, place: ir.Value, group: int, masks: Sequence[ir.Value | None]) -> list[ir.Value]:
        """What the members of a group read of a line of X, of positions that begin there."""
        first = self._at(place, self.places[group])
        read = [self._load(self.vector, self._at(first, i64(k * self.lanes)), mask)
                for k, mask in enumerate(masks)]
        if self.step == 1:
            return read
        return [self.b.shuffle_vector(*read, ir.Constant(
            ir.VectorType(i32, self.lanes), list(range(phase, 2 * self.lanes, 2))))
            for _, phase in self.members[group]]

    def below(self, first: ir.Value, size: ir.Value) -> ir.Value:
        return lanes_within(self.b, first, size, self.lanes)

    def masks(self, j: ir.Value) -> list[list[ir.Value]]:
        """For each group of taps the lanes that lie in a line, of positions from j on."""
        b, first = self.b, self.b.mul(j, i64(self.step))
        return [[self.below(b.add(b.add(first, column), i64(k * self.lanes)), self.arg["size2"])
                 for k in range(self.step)] for column in self.columns]

    def channel_of(self, image: ir.Value, o: ir.Value, base: ir.Value) -> ir.Value:
        """Where the channel of x begins that output channel o reads."""
        b, arg = self.b, self.arg
        channel = b.sdiv(o, arg["multiplier"])
        return self._at(base, b.add(b.mul(image, arg["x.image"]), b.mul(channel, arg["x.channel"])))


class _Strip(NamedTuple):
    """Where it begins in each plane of X that it reads, and whether there is one, and in the plane of Y; by
    vector and group of taps the lanes that are read, None for all; and those of the last vector that are
    stored, None for all."""

    sources: list[tuple[ir.Value, ir.Value]]
    target: ir.Value
    masks: list[list[Sequence[ir.Value | None]]]
    kept: ir.Value | None


class _Forward(Windows):
    def __init__(self, kernel: Kernel, conv: Depthwise) -> None:
        super().__init__(kernel, conv.parameters(), conv.dtype, conv.taps, conv.lanes, conv.reach)
        self.conv = conv

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
            values = {tap: self._weight(row, tap) for tap in product(*map(range, self.taps))}
            self.weights = {tap: broadcast(b, value, self.lanes) for tap, value in values.items()}
            self.nothing = {taps: self._zeros_met([values[*taps, t] for t in range(self.taps[2])])
                            for taps in product(*map(range, self.taps[:2]))}
            with loop(b, i64(0), arg["count0"]) as plane:
                sources = self._planes(source, plane)
                drain = self._at(target, b.mul(plane, b.mul(arg["count1"], arg["count2"])))
                for vectors, begin, end, inside in self._spans():
                    with loop(b, begin, end, vectors * self.lanes) if not self.conv.single else \
                            nullcontext(begin) as j:
                        strip = self._strip(sources, drain, j, vectors, inside)
                        with loop(b, i64(0), arg["classes"]) as first:
                            self._down(strip, first)
            with b.if_then(b.icmp_signed("!=", arg["finish"], i64(0))):
                finish_block(b, arg["finish"], self.kernel.rest, whole, image, (o, b.add(o, i64(1))),
                             (i64(0), b.mul(arg["count0"], b.mul(arg["count1"], arg["count2"]))))

    def _weight(self, row: ir.Value, tap: Sequence[int]) -> ir.Value:
        b = self.b
        at: ir.Value = i64(0)
        for k, t in enumerate(tap):
            at = b.add(at, b.mul(i64(t), self.arg[f"w.tap{k}"]))
        return b.load(self._at(row, at), typ=self.element, align=self.align)

    def _zeros_met(self, weights: Sequence[ir.Value]) -> ir.Value:
        """What a line of zeros adds to a sum: no number, if a weight is none or infinite."""
        total = splat(self.element, 0)
        for weight in weights:
            total = self._fma(weight, splat(self.element, 0), total)
        return broadcast(self.b, total, self.lanes)

    def _planes(self, source: ir.Value, plane: ir.Value) -> list[tuple[ir.Value, ir.Value]]:
        """Where the planes of X begin that taps of the first axis read, and whether they are there."""
        b, arg = self.b, self.arg
        at = [b.sub(b.add(b.mul(plane, arg["step0"]), b.mul(i64(t), arg["gap0"])), arg["low0"])
              for t in range(self.taps[0])]
        return [(self._at(source, b.mul(a, arg["x.plane"])), b.icmp_unsigned("<", a, arg["size0"]))
                for a in at]

    def _spans(self) -> list[tuple[int, ir.Value, ir.Value, bool]]:
        """Strips of so many vectors, from where to where, and whether they lie inside: all alike, or, where
        they are short and masks would take longer than what they hide, those that lie inside apart."""
        b, arg, step, wide, begin = self.b, self.arg, i64(self.step), self.conv.vectors, i64(0)
        if self.conv.single or self.taps[1] > 1:
            return [(wide, begin, arg["count2"], False)]

        def whole(x: ir.Value, of: int) -> ir.Value:
            return b.mul(b.sdiv(x, i64(of)), i64(of))
        before = b.sdiv(self._most(b.sub(i64(self.step - 1), self.columns[0]), begin), step)
        first = least(b, whole(b.add(before, i64(self.lanes - 1)), self.lanes), arg["count2"])
        behind = least(b, b.sdiv(b.sub(arg["size2"], self.columns[-1]), step), arg["count2"])
        room = self._most(b.sub(behind, first), begin)
        some, last = (b.add(first, whole(room, v * self.lanes)) for v in (wide, 1))
        return [(1, begin, first, False), (wide, first, some, True), (1, some, last, True),
                (1, last, arg["count2"], False)]

    def _most(self, x: ir.Value, y: ir.Value) -> ir.Value:
        return self.b.select(self.b.icmp_signed(">", x, y), x, y)

    def _strip(self, sources: list[tuple[ir.Value, ir.Value]], drain: ir.Value, j: ir.Value, vectors: int,
               inside: bool) -> _Strip:
        """Of positions from j on."""
        b, conv = self.b, self.conv
        last = vectors - 1
        first = [b.add(j, i64(v * self.lanes)) for v in range(vectors)]

        def crosses(v: int, t: int) -> bool:
            return conv.edges or v == 0 and t < conv.left or v == last and t >= self.taps[2] - conv.right
        everywhere: list[ir.Value | None] = [None] * self.step
        masks: list[list[Sequence[ir.Value | None]]] = [[
            lanes if not inside and crosses(v, group[0][0]) else everywhere
            for group, lanes in zip(self.members, self.masks(at))] for v, at in enumerate(first)]
        element = b.mul(j, i64(self.step))
        return _Strip([(self._at(source, element), there) for source, there in sources],
                      self._at(drain, j), masks,
                      None if inside else self.below(i64(0), b.sub(self.arg["count2"], first[last])))

    def _down(self, strip: _Strip, first: ir.Value) -> None:
        """The lines first, first + classes, ...: some begin, then with each line that is whole another
        begins, then those that wait become whole. There are as many as wait, at least."""
        b, conv, classes = self.b, self.conv, self.arg["classes"]
        vectors = len(strip.masks)
        zeros = (splat(self.vector, 0),) * vectors
        sums: Sums = (zeros,) * conv.waiting
        for t in range(self.taps[1] - conv.pace):
            sums = self._line(strip, sums, first, t)

        def step(_: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            line, *values = carried
            sums = tuple(tuple(values[k:k + vectors]) for k in range(0, len(values), vectors))
            after = self._whole(strip, (*sums, zeros), line)
            return [b.add(line, classes), *(value for values in after for value in values)]
        end = b.sub(self.arg["count1"], b.mul(classes, i64(conv.waiting)))
        values = [value for values in sums for value in values]
        line, *values = fold(b, first, end, [first, *values], step, classes)
        sums = tuple(tuple(values[k:k + vectors]) for k in range(0, len(values), vectors))
        while sums:
            sums = self._whole(strip, sums, line)
            line = b.add(line, classes)

    def _whole(self, strip: _Strip, sums: Sums, line: ir.Value) -> Sums:
        """A line of Y meets what it has not met yet, and is stored; the sums of the others."""
        b, last = self.b, len(strip.masks) - 1
        for t in range(self.taps[1] - self.conv.pace, self.taps[1]):
            sums = self._line(strip, sums, line, t)
        place = self._at(strip.target, b.mul(line, self.arg["count2"]))
        for v, total in enumerate(sums[0]):
            at = self._at(place, i64(v * self.lanes))
            if v < last or strip.kept is None:
                b.store(total, at, align=self.align)
            else:
                self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, total, at, strip.kept)
        return sums[1:]

    def _line(self, strip: _Strip, sums: Sums, line: ir.Value, tap: int) -> Sums:
        """The line of X that a tap of the second axis reads at a line of Y meets the sums of all that want
        it: the tap is another for each."""
        b, arg = self.b, self.arg
        uses = [(k, tap - k * self.conv.pace) for k in range(len(sums)) if tap >= k * self.conv.pace]
        at = b.sub(b.add(b.mul(line, arg["step1"]), b.mul(i64(tap), arg["gap1"])), arg["low1"])
        inside = b.icmp_unsigned("<", at, arg["size1"])
        for t0, (source, there) in enumerate(strip.sources):
            ways, place = [], self._at(source, b.mul(at, arg["x.line"]))
            with b.if_else(b.and_(inside, there)) as (within, outside):
                for branch, read in ((within, place), (outside, None)):
                    with branch:
                        ways.append((self._met(strip, read, sums, t0, uses), b.block))
            sums = tuple(tuple(self._either(values, [block for _, block in ways]) for values in zip(*both))
                         for both in zip(*(met for met, _ in ways)))
        return sums

    def _met(self, strip: _Strip, place: ir.Value | None, sums: Sums, t0: int, uses: Sequence[tuple[int, int]]
             ) -> Sums:
        """The line of X that begins there; if there is none, zeros."""
        met = [list(values) for values in sums]
        if place is None:
            for k, t1 in uses:
                met[k] = [self._add(total, self.nothing[t0, t1]) for total in met[k]]
            return tuple(map(tuple, met))
        for group, members in enumerate(self.members):
            for v, masks in enumerate(strip.masks):
                values = self.read(self._at(place, i64(v * self.lanes * self.step)), group, masks[group])
                for (t2, _), value in zip(members, values):
                    for k, t1 in uses:
                        met[k][v] = self._fma(value, self.weights[t0, t1, t2], met[k][v])
        return tuple(map(tuple, met))

    def _either(self, values: Sequence[ir.Value], blocks: Sequence[ir.Block]) -> ir.Value:
        if values[0] is values[1]:
            return values[0]
        value = self.b.phi(self.vector)
        for incoming, block in zip(values, blocks):
            value.add_incoming(incoming, block)
        return value

"""The taps of a window go in; a kernel for the derivative to the images of a convolution of one channel a
group comes out.

    X[image, c, e] = sum over o of c's group and t of W[o, t] * Y[image, o, p],  e = p * step + t * gap - low

Each element of X takes what lies at its phase: of a line of X, vectors of elements `step` apart are summed
one beside the other, and put together when they are stored. What is outside of Y is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from llvmlite import ir

from retrograd.base.shape import Shape
from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.depthwise import lanes_within
from retrograd.codegen.contract.emitter import Emitter
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64, mangled, splat, void
from retrograd.codegen.loops.loop import fold, loop
from retrograd.codegen.loops.operand import broadcast


@dataclass(frozen=True)
class DepthwiseInput:
    """Work is cut by images and channels of X, counted together; X and Y are row-major, weights have strides.
    So many `vectors` of each phase are summed at once: such strips make up a line. A window begins `stride`
    elements behind the one before. `phase`: that of the first element of a line, counted from where a window
    begins; `gap`: from one tap of the last axis to the next; `back`, an argument: by how many windows the
    first element lies behind the first."""

    dtype: str
    lanes: int
    vectors: int
    taps: Shape
    stride: Shape
    phase: int
    gap: int

    def parameters(self) -> tuple[str, ...]:
        return ("y", "w", "x", "begin", "end", "channels", "multiplier", "size0", "size1", "size2", "count0",
                "count1", "count2", "low0", "low1", "back", "gap0", "gap1", "w.row", "w.tap0", "w.tap1",
                "w.tap2")

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), begin=1)


def emit_depthwise_input(module: ir.Module, name: str, conv: DepthwiseInput) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `conv.parameters()` lists them."""
    kernel = Kernel(module, name, 3, len(conv.parameters()) - 3)
    _Input(kernel, conv).emit()
    kernel.finish()


class _Input(Emitter):
    def __init__(self, kernel: Kernel, conv: DepthwiseInput) -> None:
        self.b, self.module, self.conv, self.kernel = kernel.b, kernel.module, conv, kernel
        self.element, self.align = MEMORY[conv.dtype], SIZE[conv.dtype]
        self.vector = ir.VectorType(self.element, conv.lanes)
        self.arg = dict(zip(conv.parameters()[3:], kernel.integers))
        self.vectors = range(conv.vectors)
        # By window, counted from that of the first element: the taps that it has there, and for which phase.
        self.members: dict[int, list[tuple[int, int]]] = {}
        step = conv.stride[2]
        for t in range(conv.taps[2]):
            for phase in range(step):
                window, rest = divmod(phase + conv.phase - t * conv.gap, step)
                if not rest:
                    self.members.setdefault(window, []).append((t, phase))

    def emit(self) -> None:
        b, arg, step = self.b, self.arg, self.conv.stride[2]
        y, w, x = self.kernel.pointers
        plane = b.mul(arg["count1"], arg["count2"])
        image = b.mul(arg["count0"], plane)
        line = b.mul(arg["size0"], arg["size1"])
        windows = b.sdiv(b.add(arg["size2"], i64(step - 1)), i64(step))
        with loop(b, arg["begin"], arg["end"]) as batch:
            first = b.mul(batch, arg["multiplier"])
            row = b.mul(b.srem(batch, arg["channels"]), arg["multiplier"])
            target = self._at(x, b.mul(batch, b.mul(line, arg["size2"])))
            with loop(b, i64(0), windows, self.conv.vectors * self.conv.lanes) as j:
                masks = {(v, window): self._inside(v, j, window)
                         for v in self.vectors for window in self.members}
                element = b.mul(j, i64(step))
                left = b.sub(arg["size2"], element)
                kept = [lanes_within(b, i64(k * self.conv.lanes), left, self.conv.lanes)
                        for k in range(step * self.conv.vectors)]
                with loop(b, i64(0), arg["size0"]) as a, loop(b, i64(0), arg["size1"]) as i:
                    def channel(k: ir.Value, sums: list[ir.Value], a: ir.Value = a, i: ir.Value = i
                                ) -> list[ir.Value]:
                        source = self._at(y, b.mul(b.add(first, k), image))
                        weights = self._at(w, b.mul(b.add(row, k), arg["w.row"]))
                        return self._line(source, weights, (a, i), (plane, arg["count2"]), j, masks, sums)
                    zeros = [splat(self.vector, 0)] * step * self.conv.vectors
                    sums = fold(b, i64(0), arg["multiplier"], zeros, channel)
                    place = b.add(b.mul(b.add(b.mul(a, arg["size1"]), i), arg["size2"]), element)
                    for v in self.vectors:
                        part = slice(v * step, (v + 1) * step)
                        at = b.add(place, i64(v * step * self.conv.lanes))
                        self._store(sums[part], self._at(target, at), kept[part])

    def _inside(self, v: int, j: ir.Value, window: int) -> ir.Value:
        first = self.b.add(self._from(j, window), i64(v * self.conv.lanes))
        return lanes_within(self.b, first, self.arg["count2"], self.conv.lanes)

    def _from(self, j: ir.Value, window: int) -> ir.Value:
        return self.b.add(self.b.add(j, self.arg["back"]), i64(window))

    def _line(self, source: ir.Value, weights: ir.Value, line: Sequence[ir.Value],
              strides: Sequence[ir.Value], j: ir.Value, masks: dict[tuple[int, int], ir.Value],
              sums: list[ir.Value]) -> list[ir.Value]:
        """What a line of X takes from a channel of Y: lines of it, in the order of taps."""
        b = self.b
        for t0, t1 in product(*map(range, self.conv.taps[:2])):
            (first, there), (second, too) = (self._window(k, index, t)
                                             for k, (index, t) in enumerate(zip(line, (t0, t1))))
            before = b.block
            with b.if_then(b.and_(there, too)):
                place = self._at(source, b.add(b.mul(first, strides[0]), b.mul(second, strides[1])))
                met = list(sums)
                for window, members in self.members.items():
                    start = self._at(place, self._from(j, window))
                    values = [self._load(self.vector, self._at(start, i64(v * self.conv.lanes)),
                                         masks[v, window]) for v in self.vectors]
                    for t2, phase in members:
                        weight = self._weight(weights, (t0, t1, t2))
                        for v, value in enumerate(values):
                            k = v * self.conv.stride[2] + phase
                            met[k] = b.select(masks[v, window], self._fma(value, weight, met[k]), met[k])
                after = b.block
            for n, (old, new) in enumerate(zip(sums, met)):
                if new is not old:
                    sums = [*sums[:n], b.phi(self.vector), *sums[n + 1:]]
                    sums[n].add_incoming(old, before)
                    sums[n].add_incoming(new, after)
        return sums

    def _window(self, axis: int, index: ir.Value, tap: int) -> tuple[ir.Value, ir.Value]:
        """Which window has that element as that tap, and whether there is one."""
        b, arg, step = self.b, self.arg, self.conv.stride[axis]
        at = b.sub(b.add(index, arg[f"low{axis}"]), b.mul(i64(tap), arg[f"gap{axis}"]))
        inside = b.icmp_unsigned("<", at, b.mul(arg[f"count{axis}"], i64(step)))
        whole = b.icmp_unsigned("==", b.urem(at, i64(step)), i64(0))
        return b.udiv(at, i64(step)), b.and_(inside, whole)

    def _weight(self, weights: ir.Value, tap: Sequence[int]) -> ir.Value:
        b = self.b
        at: ir.Value = i64(0)
        for k, t in enumerate(tap):
            at = b.add(at, b.mul(i64(t), self.arg[f"w.tap{k}"]))
        value = b.load(self._at(weights, at), typ=self.element, align=self.align)
        return broadcast(b, value, self.conv.lanes)

    def _store(self, sums: Sequence[ir.Value], place: ir.Value, kept: Sequence[ir.Value]) -> None:
        """Phases put together, at most two."""
        b, lanes = self.b, self.conv.lanes
        for k, mask in enumerate(kept):
            chosen = [i // 2 + i % 2 * lanes for i in range(k * lanes, (k + 1) * lanes)]
            value = sums[0] if len(sums) == 1 else b.shuffle_vector(
                *sums, ir.Constant(ir.VectorType(i32, lanes), chosen))
            self._call(f"llvm.masked.store.{mangled(self.vector)}.p0", void, value,
                       self._at(place, i64(k * lanes)), mask)

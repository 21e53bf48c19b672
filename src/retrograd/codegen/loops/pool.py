"""The taps of a window go in; a kernel that reads where a window is largest, or adds up there, comes out.

    pick:   y[p] = v[place of the largest x in window p]
    place:  y[place of the largest x in window p] += g[p]

Windows lie in three axes, behind one axis of planes. Few taps are written out, so that a line of windows is a
loop that LLVM makes vectors of; many are loops. The first of equals is largest, and the last NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from llvmlite import ir

from retrograd.base.shape import Shape
from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.square import room
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.storage import loaded, stored
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64
from retrograd.codegen.loops.loop import fold, least, loop

_COUNTS = ("planes_begin", "planes_end", "count0", "count1", "count2", "taps0", "taps1", "taps2", "step",
           "gap")
_TOGETHER = 256         # windows of a line whose largest taps are looked for before anything is added
_WALK = ("lead", "row", "line", "deep", "high")


@dataclass(frozen=True)
class Pool:
    """x is what is compared, v what is picked or placed; both have contiguous lines.

    taps:  the window, `step` elements from one to the next and `gap` between taps of the last axis; None if
           they are arguments and taps are loops
    apart: no two windows meet
    """

    x: str
    v: str
    places: bool
    taps: Shape | None
    step: int
    gap: int
    apart: bool

    def parameters(self) -> tuple[str, ...]:
        """Windows begin lead, row and line elements apart along planes and the first two axes, taps deep and
        high; y, or g for `place`, is row-major."""
        walks = [f"{of}.{w}" for of in ("x", "y" if self.places else "v") for w in _WALK]
        return ("x", "v", "y", *_COUNTS, *walks)

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), planes_begin=1)


def emit_pool(module: ir.Module, name: str, pool: Pool) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `pool.parameters()` lists them. In a `pick` v
    may be x."""
    kernel = Kernel(module, name, 3, len(pool.parameters()) - 3)
    _Emitter(kernel, pool).emit()
    kernel.finish()


# A tap as offsets in x and in v or y, and its number.
_Tap = tuple[ir.Value, ir.Value, ir.Value]


class _Emitter:
    def __init__(self, kernel: Kernel, pool: Pool) -> None:
        self.b, self.pool = kernel.b, pool
        self.x, self.v, self.y = kernel.pointers
        self.arg = dict(zip(pool.parameters()[3:], kernel.integers))
        self.m = LLVMAlgebra(kernel.b, kernel.module, pool.x)
        self.other = "y" if pool.places else "v"
        if pool.places and pool.taps is not None:
            self.winners = room(self.b, i32, _TOGETHER)
            self.offsets = room(self.b, i64, len(self._taps()))

    def emit(self) -> None:
        b, arg = self.b, self.arg
        step = arg["step"] if self.pool.taps is None else i64(self.pool.step)
        if self.pool.places and self.pool.taps is not None:
            for k, tap in enumerate(self._taps()):
                b.store(tap[1], b.gep(self.offsets, [i64(k)], source_etype=i64), align=8)
        whole = b.mul(arg["count0"], b.mul(arg["count1"], arg["count2"]))
        with loop(b, arg["planes_begin"], arg["planes_end"]) as plane, \
                loop(b, i64(0), arg["count0"]) as row, loop(b, i64(0), arg["count1"]) as line:
            starts = [self._sum(of, [plane, row, line], _WALK) for of in ("x", self.other)]
            flat = b.add(b.mul(plane, whole), b.mul(b.add(b.mul(row, arg["count1"]), line), arg["count2"]))
            taps = self._taps()
            if self.pool.places and self.pool.taps is not None:
                self._in_two(starts, flat, taps)
            else:
                with loop(b, i64(0), arg["count2"]) as j:
                    along = b.mul(j, step)
                    x, other = (b.add(start, along) for start in starts)
                    self._window(x, other, b.add(flat, j), taps)

    def _in_two(self, starts: Sequence[ir.Value], flat: ir.Value, taps: list[_Tap]) -> None:
        """Which tap is largest, for some windows of a line, then what becomes of it: LLVM makes vectors of
        the first loop, whatever it makes of the second."""
        b, step = self.b, i64(self.pool.step)
        x, other = starts
        with loop(b, i64(0), self.arg["count2"], _TOGETHER) as first:
            end = least(b, b.add(first, i64(_TOGETHER)), self.arg["count2"])
            with loop(b, first, end) as j:
                at = b.add(x, b.mul(j, step))
                best = [self._compared(b.add(at, taps[0][0])), taps[0][2]]
                for tap in taps[1:]:
                    value = self._compared(b.add(at, tap[0]))
                    wins = b.or_(self.m.gt(value, best[0]), self.m.isnan(value))
                    best = [b.select(wins, value, best[0]), b.select(wins, tap[2], best[1])]
                b.store(best[1], b.gep(self.winners, [b.sub(j, first)], source_etype=i32), align=4)
            if self.pool.apart:
                for row in range(0, len(taps), self.pool.taps[2]):      # type: ignore[index]
                    with loop(b, first, end) as j:
                        self._spread(b.add(other, b.mul(j, step)), flat, first, j,
                                     taps[row:row + self.pool.taps[2]])     # type: ignore[index]
            else:
                with loop(b, first, end) as j:
                    offset = b.load(b.gep(self.offsets, [self._winner(first, j)], source_etype=i64), typ=i64,
                                    align=8)
                    self._add(b.add(b.add(other, b.mul(j, step)), offset), b.add(flat, j))

    def _winner(self, first: ir.Value, j: ir.Value) -> ir.Value:
        """The number of the tap that is largest in window j."""
        b = self.b
        return b.load(b.gep(self.winners, [b.sub(j, first)], source_etype=i32), typ=i32, align=4)

    def _spread(self, other: ir.Value, flat: ir.Value, first: ir.Value, j: ir.Value, taps: list[_Tap]
                ) -> None:
        """g at the tap that won, zeros at the others."""
        b, number = self.b, self._winner(first, j)
        g = self._raw(self.v, b.add(flat, j))
        nothing = g.type(0)
        g = LLVMAlgebra(b, self.m.module, self.pool.v).add(nothing, g)      # -0 added to nothing is 0
        for tap in taps:
            place = b.gep(self.y, [b.add(other, tap[1])], source_etype=g.type)
            b.store(b.select(b.icmp_signed("==", number, tap[2]), g, nothing), place, align=SIZE[self.pool.v])

    def _add(self, place: ir.Value, at: ir.Value) -> None:
        b, v = self.b, self.pool.v
        m = LLVMAlgebra(b, self.m.module, v)
        where = b.gep(self.y, [place], source_etype=MEMORY[v])
        held = loaded(b, b.load(where, typ=MEMORY[v], align=SIZE[v]), v)
        b.store(stored(b, m.add(held, loaded(b, self._raw(self.v, at), v)), v), where, align=SIZE[v])

    def _sum(self, of: str, index: Sequence[ir.Value], walk: Sequence[str]) -> ir.Value:
        total: ir.Value = i64(0)
        for i, name in zip(index, walk):
            total = self.b.add(total, self.b.mul(i, self.arg[f"{of}.{name}"]))
        return total

    def _tap(self, tap: Sequence[ir.Value], gap: ir.Value, number: ir.Value) -> _Tap:
        along = self.b.mul(tap[2], gap)
        x, other = (self.b.add(self._sum(of, tap[:2], _WALK[3:]), along) for of in ("x", self.other))
        return x, other, number

    def _taps(self) -> list[_Tap]:
        """All of them, or the first alone where they are loops."""
        pool = self.pool
        taps = list(product(*map(range, pool.taps or (1, 1, 1))))
        return [self._tap([i64(t) for t in tap], i64(pool.gap), i32(k)) for k, tap in enumerate(taps)]

    # ------------------------------------------------------------ one window
    def _window(self, x: ir.Value, other: ir.Value, at: ir.Value, taps: list[_Tap]) -> None:
        pool, b = self.pool, self.b

        def payload(tap: _Tap) -> ir.Value:
            return tap[1] if pool.places else self._raw(self.v, b.add(other, tap[1]))

        def better(tap: _Tap, best: Sequence[ir.Value]) -> list[ir.Value]:
            value = self._compared(b.add(x, tap[0]))
            wins = b.or_(self.m.gt(value, best[0]), self.m.isnan(value))
            return [b.select(wins, value, best[0]), b.select(wins, payload(tap), best[1])]

        best = [self._compared(b.add(x, taps[0][0])), payload(taps[0])]
        for tap in taps[1:]:
            best = better(tap, best)
        if pool.taps is None:
            best = self._loops(best, better)
        if not pool.places:
            b.store(best[1], b.gep(self.y, [at], source_etype=MEMORY[pool.v]), align=SIZE[pool.v])
        else:
            self._add(b.add(other, best[1]), at)

    def _loops(self, best: list[ir.Value], better: Callable[[_Tap, Sequence[ir.Value]], list[ir.Value]]
               ) -> list[ir.Value]:
        """Every tap again, the first too: it never beats itself."""
        b, arg = self.b, self.arg

        def over(tap: list[ir.Value], held: Sequence[ir.Value]) -> list[ir.Value]:
            if len(tap) == 3:
                return better(self._tap(tap, arg["gap"], i32(0)), held)
            return fold(b, i64(0), arg[f"taps{len(tap)}"], held, lambda t, more: over([*tap, t], more))
        return over([], best)

    def _compared(self, at: ir.Value) -> ir.Value:
        kind = MEMORY[self.pool.x]
        value = self.b.load(self.b.gep(self.x, [at], source_etype=kind), typ=kind, align=SIZE[self.pool.x])
        return loaded(self.b, value, self.pool.x)

    def _raw(self, base: ir.Value, at: ir.Value) -> ir.Value:
        kind = MEMORY[self.pool.v]
        return self.b.load(self.b.gep(base, [at], source_etype=kind), typ=kind, align=SIZE[self.pool.v])

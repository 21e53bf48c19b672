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
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.storage import loaded, stored
from retrograd.codegen.emit.types import MEMORY, SIZE, i32, i64
from retrograd.codegen.loops.loop import fold, loop

_COUNTS = ("planes_begin", "planes_end", "count0", "count1", "count2", "taps0", "taps1", "taps2", "step",
           "gap")
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

    def emit(self) -> None:
        b, arg = self.b, self.arg
        step = arg["step"] if self.pool.taps is None else i64(self.pool.step)
        whole = b.mul(arg["count0"], b.mul(arg["count1"], arg["count2"]))
        with loop(b, arg["planes_begin"], arg["planes_end"]) as plane, \
                loop(b, i64(0), arg["count0"]) as row, loop(b, i64(0), arg["count1"]) as line:
            starts = [self._sum(of, [plane, row, line], _WALK) for of in ("x", self.other)]
            flat = b.add(b.mul(plane, whole), b.mul(b.add(b.mul(row, arg["count1"]), line), arg["count2"]))
            taps = self._taps()
            with loop(b, i64(0), arg["count2"]) as j:
                along = b.mul(j, step)
                x, other = (b.add(start, along) for start in starts)
                self._window(x, other, b.add(flat, j), taps)

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
        payload: Callable[[_Tap], ir.Value]
        if not pool.places:
            payload = lambda tap: self._raw(self.v, b.add(other, tap[1]))       # noqa: E731
        elif pool.apart:
            payload = lambda tap: tap[2]                                        # noqa: E731
        else:
            payload = lambda tap: tap[1]                                        # noqa: E731

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
        elif pool.apart:
            g = self._raw(self.v, at)
            nothing = g.type(0)
            g = LLVMAlgebra(b, self.m.module, pool.v).add(nothing, g)       # -0 added to nothing is 0
            for tap in taps:
                here = b.icmp_signed("==", best[1], tap[2])
                place = b.gep(self.y, [b.add(other, tap[1])], source_etype=g.type)
                b.store(b.select(here, g, nothing), place, align=SIZE[pool.v])
        else:
            m = LLVMAlgebra(b, self.m.module, pool.v)
            place = b.gep(self.y, [b.add(other, best[1])], source_etype=MEMORY[pool.v])
            held = loaded(b, b.load(place, typ=MEMORY[pool.v], align=SIZE[pool.v]), pool.v)
            total = m.add(held, loaded(b, self._raw(self.v, at), pool.v))
            b.store(stored(b, total, pool.v), place, align=SIZE[pool.v])

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

"""The taps of a window go in; a kernel that writes down where each element of a window lies comes out.

    offsets[c * taps + t] = c * channel + t0 * deep + t1 * high + where tap t2 of the last axis lies

A window steps `stride` along the last axis; so that neighbouring windows are neighbours in memory, that axis
lies in `stride` phases, `phase` elements apart: element e of a line is e // stride of phase e % stride.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import loop

PARAMETERS = ("offsets", "channels", "taps0", "taps1", "taps2", "channel", "deep", "high",
              "dilation", "stride", "phase")


@dataclass(frozen=True)
class Offsets:
    """Nothing is baked in."""

    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS

    def axes(self) -> tuple[Axis, ...]:
        return ()


def emit_offsets(module: ir.Module, name: str, _: Offsets) -> None:
    """Add `void name(i64* args)` to the module, with `args` as PARAMETERS lists them."""
    kernel = Kernel(module, name, 1, len(PARAMETERS) - 1)
    b = kernel.b
    offsets, = kernel.pointers
    arg = dict(zip(PARAMETERS[1:], kernel.integers))
    taps = b.mul(arg["taps0"], b.mul(arg["taps1"], arg["taps2"]))
    with loop(b, i64(0), arg["taps2"]) as last:
        element = b.mul(last, arg["dilation"])
        column = b.sdiv(element, arg["stride"])
        inside = b.add(column, b.mul(b.srem(element, arg["stride"]), arg["phase"]))
        with loop(b, i64(0), arg["taps0"]) as first, loop(b, i64(0), arg["taps1"]) as second:
            tap = b.add(b.mul(b.add(b.mul(first, arg["taps1"]), second), arg["taps2"]), last)
            where = b.add(inside, b.add(b.mul(first, arg["deep"]), b.mul(second, arg["high"])))
            with loop(b, i64(0), arg["channels"]) as c:
                place = b.gep(offsets, [b.add(b.mul(c, taps), tap)], source_etype=i64)
                b.store(b.add(where, b.mul(c, arg["channel"])), place, align=8)
    kernel.finish()

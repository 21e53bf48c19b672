"""An array goes in; whether all its elements are allowed, and else the first index that is not, comes out."""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import MEMORY, SIZE, f32, f64, i64
from retrograd.codegen.loops.loop import fold, loop


@dataclass(frozen=True)
class Check:
    """Two int64 are written to `out`: 0, or 1 and the first bad element as an int64 (of floats its position).
    The elements are a row-major array. `condition`: "below" the size, or as ops/checked.py names it."""

    dtype: str = "int64"
    condition: str = "below"

    def parameters(self) -> tuple[str, ...]:
        return "index", "out", "count", "size"


def emit_check(module: ir.Module, name: str, check: Check) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `check.parameters()` lists them."""
    kernel = Kernel(module, name, 2, 2)
    b = kernel.b
    index, out = kernel.pointers
    count, size = kernel.integers

    kind = MEMORY[check.dtype]
    floating = kind in (f32, f64)

    def element(i: ir.Value) -> ir.Value:
        return b.load(b.gep(index, [i], source_etype=kind), typ=kind, align=SIZE[check.dtype])

    def bad(i: ir.Value) -> ir.Value:
        x = element(i)
        if check.condition == "below":
            found = b.icmp_unsigned(">=", x, size)              # a negative one is large, unsigned
        elif check.condition == "nonzero":
            found = (b.fcmp_ordered if floating else b.icmp_signed)("==", x, kind(0))
        else:
            assert check.condition == "probability", check
            # "ugt" and "ult" hold of NaN too
            found = b.or_(b.fcmp_unordered("<", x, kind(0.0)), b.fcmp_unordered(">", x, kind(1.0)))
        return b.zext(found, i64)

    def reported(i: ir.Value) -> ir.Value:
        x = i if floating else element(i)
        return x if x.type == i64 else b.sext(x, i64)

    # A loop without branches, which LLVM vectorises; where the bad one is matters only if there is one.
    some = fold(b, i64(0), count, [i64(0)], lambda i, found: [b.or_(found[0], bad(i))])[0]
    b.store(some, b.gep(out, [i64(0)], source_etype=i64), align=8)
    with b.if_then(b.icmp_signed("!=", some, i64(0)), likely=False), loop(b, i64(0), count) as k:
        i = b.sub(b.sub(count, k), i64(1))              # backwards: the first is written last
        with b.if_then(b.icmp_signed("!=", bad(i), i64(0)), likely=False):
            b.store(reported(i), b.gep(out, [i64(1)], source_etype=i64), align=8)
    kernel.finish()

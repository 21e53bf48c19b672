"""An array of indices goes in; whether all lie below a size, and else the first that does not, comes out."""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import fold, loop


@dataclass(frozen=True)
class Check:
    """Two int64 are written to `out`: 0, or 1 and the first bad index. The indices are a row-major array."""

    def parameters(self) -> tuple[str, ...]:
        return "index", "out", "count", "size"


def emit_check(module: ir.Module, name: str, check: Check) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `check.parameters()` lists them."""
    kernel = Kernel(module, name, 2, 2)
    b = kernel.b
    index, out = kernel.pointers
    count, size = kernel.integers

    def element(i: ir.Value) -> ir.Value:
        return b.load(b.gep(index, [i], source_etype=i64), typ=i64, align=8)

    def bad(i: ir.Value) -> ir.Value:
        return b.zext(b.icmp_unsigned(">=", element(i), size), i64)     # a negative one is large, unsigned

    # A loop without branches, which LLVM vectorises; where the bad one is matters only if there is one.
    some = fold(b, i64(0), count, [i64(0)], lambda i, found: [b.or_(found[0], bad(i))])[0]
    b.store(some, b.gep(out, [i64(0)], source_etype=i64), align=8)
    with b.if_then(b.icmp_signed("!=", some, i64(0)), likely=False), loop(b, i64(0), count) as k:
        i = b.sub(b.sub(count, k), i64(1))              # backwards: the first is written last
        with b.if_then(b.icmp_signed("!=", bad(i), i64(0)), likely=False):
            b.store(element(i), b.gep(out, [i64(1)], source_etype=i64), align=8)
    kernel.finish()

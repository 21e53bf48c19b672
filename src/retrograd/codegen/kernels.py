"""The description of a kernel goes in; the address of its code comes out, compiled, loaded or remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from llvmlite import ir

from retrograd.codegen.contract.gemm import Gemm, emit_gemm
from retrograd.codegen.contract.matvec import MatVec, emit_matvec
from retrograd.codegen.contract.pack import Pack, emit_pack
from retrograd.codegen.jit import compile_lazily
from retrograd.codegen.loops.arg import Arg, emit_arg
from retrograd.codegen.loops.check import Check, emit_check
from retrograd.codegen.loops.draw import Draw, emit_draw
from retrograd.codegen.loops.pointwise import Pointwise, emit_pointwise
from retrograd.codegen.loops.reduce import Reduce, emit_reduce
from retrograd.codegen.loops.region import Region, emit_region
from retrograd.codegen.loops.scan import Scan, emit_scan

Description: TypeAlias = Pointwise | Reduce | Region | Arg | Scan | Draw | Check | Gemm | Pack | MatVec

_EMITTERS: dict[type, Callable[..., None]] = {
    Pointwise: emit_pointwise, Reduce: emit_reduce, Region: emit_region, Arg: emit_arg, Scan: emit_scan,
    Draw: emit_draw, Check: emit_check, Gemm: emit_gemm, Pack: emit_pack, MatVec: emit_matvec}
_ENTRY = "kernel"


def address_of(description: Description) -> int:
    """The address of `void kernel(i64* args)` with `args` as `description.parameters()` lists them."""
    def build() -> ir.Module:
        module = ir.Module(_ENTRY)
        _EMITTERS[type(description)](module, _ENTRY, description)
        return module

    named = all(step.name for step in getattr(description, "steps", ()))
    if named:
        return compile_lazily(repr(description), build, [_ENTRY])[_ENTRY]
    module = build()
    return compile_lazily(str(module), lambda: module, [_ENTRY])[_ENTRY]

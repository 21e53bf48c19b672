"""A lowering and dtypes go in; the dtype of its result comes out, or None when it has no native code for
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llvmlite import ir

from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.types import REGISTER, NoKernel, register_type, void
from retrograd.codegen.jit import host


def result_dtype(lower: Callable[..., ir.Value], dtypes: Sequence[str]) -> str | None:
    """Emits into a module that is thrown away: the lowering itself is the table of what it supports."""
    module = ir.Module("probe")
    try:
        if "float16" in dtypes and not host().half:
            return None
        kinds = [register_type(dtype) for dtype in dtypes]
        function = ir.Function(module, ir.FunctionType(void, kinds), "probe")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        result = lower(LLVMAlgebra(builder, module, dtypes[0]), *function.args)
    except NoKernel:
        return None
    return next(name for name, kind in REGISTER.items() if kind == result.type)

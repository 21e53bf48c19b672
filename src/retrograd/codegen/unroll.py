"""Templates of kernel calls, each with the addresses it works on, go in; one native call runs them all.

A template is a block of int64: the number of its rows, the number of its slots, and for each row the address
of a kernel, the number of its args and for each arg a slot and a number; the arg is the number, plus what
stands in that slot (slot 0: nothing). A stream is, one unit after another, the address of a template and the
numbers in its slots. So a node costs Python a handful of numbers, however many args its kernels take.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache

from llvmlite import ir

from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.jit import Code, compile_module
from retrograd.codegen.loops.loop import fold, loop

MAX_ARGS = 1024         # of one row; a template with longer ones is not made
_RUN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
_KERNEL = ir.FunctionType(void, [pointer])




def unroll() -> Callable[[int, int, int], None]:
    """`unroll()(address_of_stream, units, scratch)`; `scratch` is room for MAX_ARGS int64.
    It releases the GIL."""
    return _native()[0]


@lru_cache(maxsize=1)
def _native() -> tuple[Callable[[int, int, int], None], Code]:
    module = ir.Module("unroll")
    function = ir.Function(module, ir.FunctionType(void, [pointer, i64, pointer]), "unroll")
    stream, units, scratch = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))

    def at(block: ir.Value, index: ir.Value) -> ir.Value:
        return b.load(b.gep(block, [index], source_etype=i64), typ=i64)

    def unit(_: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
        place, = carried
        block = b.inttoptr(at(stream, place), pointer)

        def row(_: ir.Value, carried: list[ir.Value]) -> list[ir.Value]:
            here, = carried
            count = at(block, b.add(here, i64(1)))
            args = b.add(here, i64(2))
            with loop(b, i64(0), count) as k:
                pair = b.add(args, b.mul(k, i64(2)))
                slot = at(block, pair)
                given = b.select(b.icmp_signed("==", slot, i64(0)), i64(0), at(stream, b.add(place, slot)))
                value = b.add(at(block, b.add(pair, i64(1))), given)
                b.store(value, b.gep(scratch, [k], source_etype=i64))
            b.call(b.inttoptr(at(block, here), _KERNEL.as_pointer()), [scratch])
            return [b.add(args, b.mul(count, i64(2)))]
        fold(b, i64(0), at(block, i64(0)), [i64(2)], row)
        return [b.add(place, b.add(at(block, i64(1)), i64(1)))]
    fold(b, i64(0), units, [i64(0)], unit)
    b.ret_void()
    code = compile_module(module, ["unroll"])
    return _RUN(code["unroll"]), code

"""A table of kernel calls goes in; all of them are run, in order, by one native call.

Every kernel has the signature

    void kernel(int64_t* args)

where `args` holds addresses of arrays, then extents and strides (in elements), each as an i64, in the order
that the kernel's `parameters()` lists. Numbers that a user may change between runs are arrays of one element:
the kernel is given the address of a float64 or int64 and casts what it reads. A table is rows of two i64: the
address of a kernel and the address of its args. Kernels allocate nothing, fail on nothing and remember
nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from llvmlite import ir

from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.jit import compile_module
from retrograd.codegen.loops.loop import loop

_KERNEL = ir.FunctionType(void, [pointer])
_RUN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


@lru_cache(maxsize=1)
def run() -> Callable[[int, int], None]:
    """The driver: `run()(address_of_table, rows)`. It releases the GIL."""
    module = ir.Module("driver")
    driver = ir.Function(module, ir.FunctionType(void, [pointer, i64]), "run")
    table, rows = driver.args
    b = ir.IRBuilder(driver.append_basic_block("entry"))
    with loop(b, i64(0), rows) as i:
        row = b.gep(table, [b.mul(i, i64(2))], source_etype=i64)
        kernel = b.inttoptr(b.load(row, typ=i64), _KERNEL.as_pointer())
        args = b.load(b.gep(row, [i64(1)], source_etype=i64), typ=pointer)
        b.call(kernel, [args])
    b.ret_void()
    return _RUN(compile_module(module, ["run"])["run"])


class Table:
    """Kernel calls with their args in memory of its own; arrays must outlive it."""

    def __init__(self, calls: Sequence[tuple[int, Sequence[int]]]) -> None:
        self.rows = len(calls)
        # One block: the table first, then the args of every call.
        block: list[int] = [0] * (2 * self.rows)
        starts = []
        for _, args in calls:
            starts.append(len(block))
            block.extend(args)
        self.block = np.array(block, dtype=np.int64)
        self.address = self.block.ctypes.data
        for i, (kernel, _) in enumerate(calls):
            self.block[2 * i] = kernel
            self.block[2 * i + 1] = self.address + 8 * starts[i]
        self._run = run()

    def __call__(self) -> None:
        self._run(self.address, self.rows)

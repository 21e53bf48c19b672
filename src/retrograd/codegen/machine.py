"""What this machine can do at best, measured once a process: multiply-adds a second, and bytes a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import f32, i64, mangled, splat
from retrograd.codegen.jit import compile_module, host
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.loop import fold
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.runtime.threads import wanted_threads

CHAINS = 12             # multiply-adds under way at once: more than their latency needs, fewer than registers
TURNS = 400_000
COPIED = 32 << 20       # bytes a thread: beyond the last cache of most machines
TRIALS = 3


@dataclass(frozen=True)
class Machine:
    """Operations a second in float32 (a multiply-add is two), and bytes a second from and to memory."""

    flops: float
    bandwidth: float

    def seconds(self, flops: int, nbytes: int) -> float:
        """The least time for so much work."""
        return max(flops / self.flops, nbytes / self.bandwidth)


@lru_cache(maxsize=1)
def measured() -> Machine:
    """The machine we run on, with as many threads as programs use."""
    threads = wanted_threads()
    lanes = host().lanes("float32")
    multiply = compile_module(_multiply_adds(lanes), ["multiply"])["multiply"]
    sums = [np.zeros(CHAINS * lanes, np.float32) for _ in range(threads)]
    seconds = _fastest([Table([(multiply, [x.ctypes.data, TURNS])]) for x in sums])
    flops = threads * TURNS * CHAINS * lanes * 2 / seconds
    one = Operand("float32", "1")
    copy = address_of(Pointwise((one,), (Step(lambda m, x: x, (0,), "same"),), (Output(1, one),)))
    pairs = [(np.ones(COPIED // 4, np.float32), np.ones(COPIED // 4, np.float32)) for _ in range(threads)]
    tables = [Table([(copy, [x.ctypes.data, y.ctypes.data, 0, x.size])]) for x, y in pairs]
    return Machine(flops, threads * 2 * COPIED / _fastest(tables))


def _fastest(tables: Sequence[Callable[[], None]]) -> float:
    """Seconds for all of them at once, a thread each; the best of some trials."""
    best = float("inf")
    with ThreadPoolExecutor(len(tables)) as pool:
        for _ in range(TRIALS):
            began = time.perf_counter()
            for job in [pool.submit(table) for table in tables]:
                job.result()
            best = min(best, time.perf_counter() - began)
    return best


def _multiply_adds(lanes: int) -> ir.Module:
    """`void multiply(args)` with args (memory, turns): chains of multiply-adds that stay in registers."""
    module = ir.Module("peak")
    kernel = Kernel(module, "multiply", 1, 1)
    b, kind = kernel.b, ir.VectorType(f32, lanes)
    name = f"llvm.fma.{mangled(kind)}"
    fma = ir.Function(module, ir.FunctionType(kind, [kind] * 3), name)
    half = splat(kind, 0.5)

    def body(_: ir.Value, chains: list[ir.Value]) -> list[ir.Value]:
        return [b.call(fma, [c, half, half]) for c in chains]
    starts = [splat(kind, float(k)) for k in range(CHAINS)]
    for k, c in enumerate(fold(b, i64(0), kernel.integers[0], starts, body, i64(1))):
        place = b.gep(kernel.pointers[0], [i64(k * lanes)], source_etype=f32)
        b.store(c, place, align=4)
    kernel.finish()
    return module

"""What the machine can do, measured: the FMA peak of a register-only loop and the bandwidth of a copy."""

from __future__ import annotations

import ctypes
import os
import platform
import threading
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

# A loop of 24 independent FMAs hides the latency of any of them on every CPU of the last decade.
CHAINS = 24


@lru_cache(maxsize=4)
def _loop(dtype: str) -> tuple[object, int]:
    """(a native loop of `CHAINS` FMAs a turn, operations a turn)."""
    import llvmlite.binding as llvm
    from llvmlite import ir

    from retrograd.codegen.jit import compile_module, host
    element = ir.FloatType() if dtype == "float32" else ir.DoubleType()
    lanes, i64 = host().lanes(dtype), ir.IntType(64)
    vector = ir.VectorType(element, lanes)
    module = ir.Module("peak")
    name = f"llvm.fma.v{lanes}f{32 if dtype == 'float32' else 64}"
    fma = ir.Function(module, ir.FunctionType(vector, [vector] * 3), name)
    function = ir.Function(module, ir.FunctionType(element, [i64]), "peak")
    entry, body, end = (function.append_basic_block(n) for n in ("entry", "body", "end"))
    ir.IRBuilder(entry).branch(body)
    b = ir.IRBuilder(body)
    k = b.phi(i64)
    k.add_incoming(i64(0), entry)
    chains = [b.phi(vector) for _ in range(CHAINS)]
    factor, term = (ir.Constant(vector, [v] * lanes) for v in (1.0001, 0.5))
    results = []
    for j, chain in enumerate(chains):
        chain.add_incoming(ir.Constant(vector, [float(j)] * lanes), entry)
        results.append(b.call(fma, [chain, factor, term]))
        chain.add_incoming(results[-1], body)
    following = b.add(k, i64(1))
    k.add_incoming(following, body)
    b.cbranch(b.icmp_unsigned("<", following, function.args[0]), body, end)
    b = ir.IRBuilder(end)
    total = results[0]
    for r in results[1:]:
        total = b.fadd(total, r)
    b.ret(b.extract_element(total, ir.IntType(32)(0)))
    assert llvm.llvm_version_info
    native = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int64)(compile_module(module, ["peak"])["peak"])
    return native, CHAINS * lanes * 2


def fma_gflops(threads: int = 1, dtype: str = "float32", repeats: int = 15, turns: int = 200_000) -> float:
    """Median of GFLOP/s over some repeats, all threads together."""
    native, operations = _loop(dtype)
    rates = []
    for _ in range(repeats):
        workers = [threading.Thread(target=native, args=(turns,)) for _ in range(threads)]   # type: ignore
        start = time.perf_counter()
        for w in workers:
            w.start()
        for w in workers:
            w.join()
        rates.append(threads * turns * operations / (time.perf_counter() - start) / 1e9)
    return sorted(rates)[repeats // 2]


def copy_gbytes(threads: int = 1, nbytes: int = 64 << 20, repeats: int = 9) -> float:
    """GB/s of a copy, read and written bytes both counted, all threads together: the best of some repeats."""
    pairs = [(np.ones(nbytes, np.uint8), np.zeros(nbytes, np.uint8)) for _ in range(threads)]
    best = float("inf")
    for _ in range(repeats):
        workers = [threading.Thread(target=np.copyto, args=(target, source)) for source, target in pairs]
        start = time.perf_counter()
        for w in workers:
            w.start()
        for w in workers:
            w.join()
        best = min(best, time.perf_counter() - start)
    return 2 * threads * nbytes / best / 1e9


def name() -> str:
    """The CPU as the system calls it, and its cores."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores"


class Quiet:
    """Whether nobody else used the machine while something was measured.

    A loop of FMAs in registers on two threads runs before and after. On a quiet machine both reach twice what
    one thread reaches, and the same; otherwise the figures between them judge nothing.
    """

    NEEDED = 0.85

    def __init__(self) -> None:
        self.alone = max(fma_gflops(1, repeats=5) for _ in range(3))
        self.before = fma_gflops(2)
        self.after = 0.0

    def finish(self) -> bool:
        """Measure again; True when both runs had the machine to themselves."""
        self.after = fma_gflops(2)
        return min(self.before, self.after) >= self.NEEDED * 2 * self.alone

    def __str__(self) -> str:
        return (f"FMA loop: {self.alone:.0f} GFLOP/s on one thread, on two {self.before:.0f} before "
                f"and {self.after:.0f} after")

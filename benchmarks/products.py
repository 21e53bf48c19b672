"""Microseconds of products of matrices on one thread: kernels, PyTorch and NumPy into memory that is there,
JAX jitted, in turn in one process; and the fraction of the FMA peak that a loop in registers reaches."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks import machine


class Case(NamedTuple):
    """A (m, k) times B (k, n); A or B may be the transpose of what lies in memory."""

    name: str
    m: int
    k: int
    n: int
    turned_a: bool = False
    turned_b: bool = False
    dtype: str = "float32"


def _linear(batch: int, inputs: int, outputs: int) -> list[Case]:
    """Forward and both backward products of x W^T."""
    name = f"{inputs}-{outputs}, batch {batch}"
    return [Case(f"{name}: x W^T", batch, inputs, outputs, False, True),
            Case(f"{name}: g W", batch, outputs, inputs),
            Case(f"{name}: g^T x", outputs, batch, inputs, True)]


CASES = [
    *(Case(f"1024 cubed{', ' + d if d != 'float32' else ''}: {'A^T' if a else 'A'} {'B^T' if b else 'B'}",
           1024, 1024, 1024, a, b, d)
      for d in ("float32", "float64") for a in (False, True) for b in (False, True)),
    *(case for batch in (1, 4, 64, 512) for sizes in ((784, 256), (256, 10))
      for case in _linear(batch, *sizes)),
    *_linear(64, 128, 128),
    Case("1024 x 1024 times a vector", 1024, 1024, 1), Case("a row times 1000 x 1000", 1, 1000, 1000),
    Case("outer product of 1024", 1024, 1, 1024), Case("rank 8, 1024 x 1024", 1024, 8, 1024),
    *_linear(4, 2, 8),
]


def _ours(a: Any, b: Any, case: Case) -> Callable[[], Any]:
    """The kernel calls of the product, all addresses filled in."""
    from retrograd.base import dtype as dt
    from retrograd.codegen.driver import Table
    from retrograd.codegen.fuse import fuse
    from retrograd.codegen.kernels import address_of
    from retrograd.codegen.lowering.call import Address
    from retrograd.codegen.lowering.product import lower_product
    from retrograd.graph.graph import topological
    from retrograd.graph.node import leaf
    from retrograd.ops.contract import matmul
    from retrograd.ops.linear import swap_last
    x, y = (leaf(z, getattr(dt, case.dtype)) for z in (a, b))
    root = matmul(swap_last(x) if case.turned_a else x, swap_last(y) if case.turned_b else y)
    schedule = fuse(topological([root]), [root])
    memory: dict[Any, Any] = {x: a, y: b, root: np.empty(root.shape, case.dtype)}

    def place(of: Any) -> Any:
        if of not in memory:
            memory[of] = np.empty(of.nbytes, np.uint8)
        return memory[of]
    calls = [(address_of(c.description), [
        place(z.of).ctypes.data + z.offset * z.itemsize if isinstance(z, Address) else z for z in c.args])
        for c in lower_product(schedule.work[0], schedule)]
    table = Table(calls)
    table()
    expected = (a.T if case.turned_a else a) @ (b.T if case.turned_b else b)
    assert np.allclose(memory[root], expected, rtol=1e-3, atol=1e-2), case
    table.memory = memory           # type: ignore[attr-defined]    # arrays must outlive it
    return table


def _peers(a: Any, b: Any, case: Case) -> dict[str, Callable[[], Any]]:
    left, right = a.T if case.turned_a else a, b.T if case.turned_b else b
    out = np.empty((case.m, case.n), case.dtype)
    calls: dict[str, Callable[[], Any]] = {"numpy": lambda: np.matmul(left, right, out=out)}
    if importlib.util.find_spec("torch"):
        import torch
        x, y = (torch.from_numpy(z) for z in (a, b))
        tensors = x.T if case.turned_a else x, y.T if case.turned_b else y
        into = torch.from_numpy(out)
        calls["torch"] = lambda: torch.mm(*tensors, out=into)
    if importlib.util.find_spec("jax"):
        import jax
        jax.config.update("jax_enable_x64", True)
        product = jax.jit(lambda x, y: (x.T if case.turned_a else x) @ (y.T if case.turned_b else y))
        arrays = jax.device_put(a), jax.device_put(b)
        calls["jax"] = lambda: product(*arrays).block_until_ready()
    return calls


def _best(call: Callable[[], Any], seconds: float = 0.05) -> float:
    """The least of as many calls as fit the time, at least five."""
    call()
    best, until, count = float("inf"), time.perf_counter() + seconds, 0
    while count < 5 or time.perf_counter() < until:
        start = time.perf_counter()
        call()
        best, count = min(best, time.perf_counter() - start), count + 1
    return best * 1e6


def measure(rounds: int = 3) -> list[dict[str, Any]]:
    """One row a case, on one core: that holds libraries to it which no setting does."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rng, rows = np.random.default_rng(0), []
    peak = {dtype: max(machine.fma_gflops(1, dtype, repeats=1) for _ in range(15))
            for dtype in ("float32", "float64")}
    for case in CASES:
        a = rng.standard_normal((case.k, case.m) if case.turned_a else (case.m, case.k)).astype(case.dtype)
        b = rng.standard_normal((case.n, case.k) if case.turned_b else (case.k, case.n)).astype(case.dtype)
        calls = {"retrograd": _ours(a, b, case), **_peers(a, b, case)}
        us = {lib: float("inf") for lib in calls}
        for _ in range(rounds):
            for lib, call in calls.items():
                us[lib] = min(us[lib], _best(call))
        rows.append({"case": case.name, "us": us,
                     "peak": 2 * case.m * case.k * case.n / us["retrograd"] / 1e3 / peak[case.dtype]})
    return rows


# What makes the libraries that read it run on one thread.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
              "BENCH_THREADS": "1"}


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The rows as a table."""
    libs = list(rows[0]["us"])
    lines = ["| product, us on one thread | " + " | ".join(libs) + " | retrograd / best peer | of the peak |",
             "|---|" + "---:|" * (len(libs) + 2)]
    for row in rows:
        us = row["us"]
        best = min(us[lib] for lib in libs if lib != "retrograd")
        lines.append(f"| {row['case']} | " + " | ".join(f"{us[lib]:.1f}" for lib in libs) +
                     f" | {us['retrograd'] / best:.2f} | {100 * row['peak']:.0f} % |")
    return lines

"""Epochs of a DataLoader over data that lies in memory, without training: what the loader itself takes."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

SAMPLES, WIDTH, BATCH = 60_000, 784, 128
EPOCHS = 12
TARGET = 20             # milliseconds of a shuffled epoch


def measure(lib: str) -> dict[str, float]:
    """Milliseconds an epoch, the best of a dozen; and of NumPy's copy of the same rows alone."""
    module: Any = __import__(lib)
    tools = __import__(f"{lib}.utils.data").utils.data
    rng = np.random.default_rng(0)
    x, y = rng.random((SAMPLES, WIDTH), dtype=np.float32), rng.integers(0, 10, SAMPLES)
    data = tools.TensorDataset(module.tensor(x), module.tensor(y))
    found = {"shuffled": _best(lambda: tools.DataLoader(data, BATCH, shuffle=True)),
             "in order": _best(lambda: tools.DataLoader(data, BATCH))}
    order = rng.permutation(SAMPLES)
    found["np.take, shuffled"] = _best(lambda: (x.take(order[k:k + BATCH], axis=0)
                                                for k in range(0, SAMPLES, BATCH)))
    return found


def _best(epoch: Any) -> float:
    times = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        for _ in epoch():
            pass
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def table(runs: dict[str, list[dict[str, float]]], copy_gbytes: float) -> list[str]:
    """A row a kind of epoch."""
    libs = list(runs)
    floor = 2 * SAMPLES * WIDTH * 4 / copy_gbytes / 1e6
    lines = [f"| epoch of {SAMPLES:,} x {WIDTH}, batch {BATCH}, ms | " + " | ".join(libs) + " |",
             "|---|" + "---:|" * len(libs)]
    for kind in runs[libs[0]][0]:
        cells = [f"{min(r[kind] for r in runs[lib]):.1f}" for lib in libs]
        cells[0] += f" (target {TARGET})" if kind == "shuffled" else ""
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    said = f"Reading and writing all of it once at {copy_gbytes:.0f} GB/s, one thread's copy: {floor:.1f} ms."
    return [*lines, "", said]

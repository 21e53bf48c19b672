"""Megabytes that a training loop takes at its peak, in a process of its own: all of it, and what the network
takes beyond a library that has trained a tiny one."""

from __future__ import annotations

import importlib
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import steps

WORK = ("conv32", "lstm32", "gpt8")
TINY, STEPS = "xor", 10


def measure(lib: str, mode: str, work: str) -> dict[str, float]:
    """The peak after some steps of a tiny network, and of this one."""
    peaks = []
    for each in (TINY, work):
        run = steps.training(lib, mode, each)
        for _ in range(STEPS):
            float(run())
        peaks.append(_peak())
    return {"tiny": peaks[0], "peak": peaks[1]}


def _peak() -> float:
    """The most memory that this process had, in megabytes. What `getrusage` says counts the parent's too,
    until it is replaced by this program."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    resource = importlib.import_module("resource")
    units = 1 << 20 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / units


def table(child: Callable[..., dict[str, float]], columns: dict[str, tuple[str, str]], rounds: int
          ) -> list[str]:
    """Rows of the networks; the ratio is of the worse of both ways to PyTorch without compilation."""
    lines = ["| peak, MB (beyond a tiny network's) | " + " | ".join([*columns, "ratio"]) + " |",
             "|---|" + "---:|" * (len(columns) + 1)]
    for work in WORK:
        got = {}
        for name, (lib, mode) in columns.items():
            # The first one compiles kernels, which takes memory of its own.
            runs = [child("memory", lib, mode, work) for _ in range(rounds + 1)][1:]
            got[name] = (statistics.median([r["peak"] for r in runs]),
                         statistics.median([r["peak"] - r["tiny"] for r in runs]))
        cells = [f"{peak:.0f} ({after:.0f})" for peak, after in got.values()]
        ratio = "-"
        if "torch" in got:
            ours = [v for name, v in got.items() if columns[name][0] == "retrograd"]
            peak, after = (max(v[k] for v in ours) / got["torch"][k] for k in (0, 1))
            ratio = f"{peak:.2f} ({after:.2f})"
        lines.append(f"| {work} | " + " | ".join([*cells, ratio]) + " |")
    return lines

"""Rows of a program, run one by one, go in; a table of where time went comes out, at the end of the process.

RETROGRAD_DEBUG=2. Rows run on one thread, so a table says how good a kernel is, not how good the threads are.
"""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from retrograd.runtime.table import Stage, StageTable


class Label(NamedTuple):
    """What a row is called, and what one run of it does."""

    name: str
    flops: int
    nbytes: int


class Profile:
    """Times of the rows of one program."""

    def __init__(self, labels: Sequence[Label], stages: Sequence[Stage], args: Sequence[int]) -> None:
        self.labels = labels
        self.seconds = [0.0] * len(labels)
        self.runs = [0] * len(labels)
        self._rows = [_rows_of(stage) for stage in stages]
        self._each = StageTable([Stage(k, k + 1) for k in range(len(labels))], args)

    def run(self, driver: Callable[[int, int, int, int, int, int], int], rows: int, first: int,
            last: int) -> None:
        """The stages from first to last, with the rows at that address."""
        for row in (row for stage in self._rows[first:last] for row in stage):
            began = time.perf_counter()
            driver(0, rows, self._each.address, row, row + 1, 1 << 62)
            self.seconds[row] += time.perf_counter() - began
            self.runs[row] += 1


class Profiles:
    """Those of all programs; the table is printed when the process ends."""

    def __init__(self) -> None:
        self.all: list[Profile] = []

    def add(self, profile: Profile) -> None:
        if not self.all:
            atexit.register(lambda: print(self.table(), file=sys.stderr))
        self.all.append(profile)

    def table(self, most: int = 40) -> str:
        """Kernels of one name and size together, the longest first."""
        total: dict[Label, tuple[int, float]] = {}
        for profile in self.all:
            for label, runs, seconds in zip(profile.labels, profile.runs, profile.seconds):
                before = total.get(label, (0, 0.0))
                total[label] = before[0] + runs, before[1] + seconds
        rows = sorted([(seconds, runs, label) for label, (runs, seconds) in total.items() if runs],
                      reverse=True)
        lines = [f"{'ms':>10s} {'runs':>8s} {'us a run':>10s} {'GFLOP/s':>9s} {'GB/s':>8s}"]
        for seconds, runs, label in rows[:most]:
            per_run, each = seconds / runs, (label.flops, label.nbytes)
            gflops, gbytes = (amount / per_run / 1e9 for amount in each)
            lines.append(f"{1e3 * seconds:10.2f} {runs:8d} {1e6 * per_run:10.2f} {gflops:9.2f} {gbytes:8.2f}"
                         f"  {label.name}")
        if len(rows) > most:
            lines.append(f"and {len(rows) - most} more")
        return "\n".join(lines)


def _rows_of(stage: Stage) -> Iterable[int]:
    """A row that is cut into blocks is run as it is."""
    if stage.first < stage.last:
        return range(stage.first, stage.last)
    return tuple(dict.fromkeys(block.row for block in stage.blocks))


profiles = Profiles()

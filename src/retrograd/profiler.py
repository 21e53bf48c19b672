"""`torch.profiler`: the wall time of a block, and of what is marked in it by `record_function`.

Operations are computed when a value is needed, so single ones have no time of their own here: a mark first
computes what is pending, at both its ends. RETROGRAD_DEBUG=2 prints a table of kernels with their rates.

>>> import retrograd as rg
>>> with rg.profiler.profile() as prof:
...     with rg.profiler.record_function("double"):
...         y = rg.ones(3) * 2
>>> [(row.key, row.count) for row in prof.key_averages()]
[('double', 1), ('profile', 1)]
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from retrograd.base.errors import MissingAttributeError
from retrograd.engine.evaluate import synchronize

__all__ = ["ProfilerAction", "ProfilerActivity", "profile", "record_function", "schedule",
           "tensorboard_trace_handler"]

_active: ContextVar[profile | None] = ContextVar("profile", default=None)


class ProfilerActivity(Enum):
    """What could be measured; here it is the CPU."""

    CPU, CUDA, XPU, MTIA, HPU, PrivateUse1 = range(6)


class ProfilerAction(Enum):
    """What a schedule says of a step."""

    NONE, WARMUP, RECORD, RECORD_AND_SAVE = range(4)


@dataclass
class Row:
    """The runs of one mark: their number and their microseconds together."""

    key: str
    count: int = 0
    cpu_time_total: float = 0.0

    @property
    def cpu_time(self) -> float:
        """Microseconds of one run."""
        return self.cpu_time_total / max(self.count, 1)


@dataclass
class Rows:
    """What `key_averages` gives: a sequence of rows, the longest last unless sorted otherwise."""

    rows: list[Row] = field(default_factory=list)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def table(self, sort_by: str | None = None, row_limit: int = 100, **_: Any) -> str:
        """Name, runs, milliseconds in all and for each run, as lines."""
        rows = sorted(self.rows, key=lambda r: -r.count if sort_by == "count" else -r.cpu_time_total)
        lines = [f"{'name':<40} {'runs':>7} {'total ms':>12} {'ms a run':>12}"]
        lines += [f"{r.key[:40]:<40} {r.count:>7} {r.cpu_time_total / 1e3:>12.3f} {r.cpu_time / 1e3:>12.3f}"
                  for r in rows[:row_limit if row_limit > 0 else None]]
        return "\n".join(lines)


class record_function(ContextDecorator):
    """Marks a block, or as a decorator a function, for the `profile` around it, if there is one."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self._began: list[float] = []

    def __enter__(self) -> record_function:
        if _active.get() is not None:
            synchronize()
            self._began.append(time.perf_counter())
        return self

    def __exit__(self, *error: object) -> None:
        current = _active.get()
        if current is not None and self._began:
            synchronize()
            current.took(self.name, self._began.pop(), time.perf_counter())


class profile:
    """Measures the block under `with`; `key_averages().table()` prints what it found.

    `step()` ends a step: its time is kept under ProfilerStep#k, and on_trace_ready is called where the
    schedule says so. export_chrome_trace writes the marks for chrome://tracing.
    """

    def __init__(self, *, activities: Iterable[Any] | None = None,
                 schedule: Callable[[int], ProfilerAction] | None = None,
                 on_trace_ready: Callable[[profile], Any] | None = None, record_shapes: bool = False,
                 profile_memory: bool = False, with_stack: bool = False, with_flops: bool = False,
                 with_modules: bool = False, use_cuda: bool | None = None, **_: Any) -> None:
        self.schedule, self.on_trace_ready = schedule, on_trace_ready
        self.step_num = 0
        self.spans: list[tuple[str, float, float]] = []
        self._token: Token[profile | None] | None = None
        self._began = self._step_began = 0.0

    def took(self, name: str, began: float, ended: float) -> None:
        """One more span, in seconds of time.perf_counter."""
        if self.schedule is None or self.schedule(self.step_num).value >= ProfilerAction.RECORD.value:
            self.spans.append((name, began, ended))

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin, as `with` does."""
        synchronize()
        self._token = _active.set(self)
        self._began = self._step_began = time.perf_counter()

    def stop(self) -> None:
        """End, as leaving `with` does."""
        synchronize()
        self.took("profile", self._began, time.perf_counter())
        if self._token is not None:
            _active.reset(self._token)
        if self.on_trace_ready is not None and self.schedule is None:
            self.on_trace_ready(self)

    def step(self) -> None:
        """The end of a training step."""
        synchronize()
        now = time.perf_counter()
        self.took(f"ProfilerStep#{self.step_num}", self._step_began, now)
        ready = self.schedule is not None and self.schedule(self.step_num) is ProfilerAction.RECORD_AND_SAVE
        self.step_num, self._step_began = self.step_num + 1, now
        if ready and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> Rows:
        """The spans put together by name."""
        rows: dict[str, Row] = {}
        for name, began, ended in self.spans:
            row = rows.setdefault(name, Row(name))
            row.count += 1
            row.cpu_time_total += (ended - began) * 1e6
        return Rows(list(rows.values()))

    def table(self, sort_by: str | None = None, row_limit: int = 100, **kwargs: Any) -> str:
        """key_averages().table(...)."""
        return self.key_averages().table(sort_by, row_limit, **kwargs)

    def export_chrome_trace(self, path: str) -> None:
        """Write the spans as a JSON file that chrome://tracing and Perfetto show."""
        events = [{"name": name, "ph": "X", "pid": 0, "tid": 0, "ts": (began - self._began) * 1e6,
                   "dur": (ended - began) * 1e6} for name, began, ended in self.spans]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"traceEvents": events}, file)


def schedule(*, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0,
             **_: Any) -> Callable[[int], ProfilerAction]:
    """Skip, wait, warm up, record: what to do at a step, as a function of its number.

    >>> plan = schedule(wait=1, warmup=1, active=2)
    >>> [plan(k).name for k in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    length = wait + warmup + active

    def plan(step: int) -> ProfilerAction:
        cycle, place = divmod(step - skip_first, length)
        if step < skip_first or (repeat and cycle >= repeat) or place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if place == length - 1 else ProfilerAction.RECORD
    return plan


def tensorboard_trace_handler(dir_name: str, worker_name: str | None = None,
                              use_gzip: bool = False) -> Callable[[profile], None]:
    """An on_trace_ready that writes a Chrome trace a time into the directory, which is made if need be."""
    def write(prof: profile) -> None:
        os.makedirs(dir_name, exist_ok=True)
        prof.export_chrome_trace(f"{dir_name}/{worker_name or 'worker'}.{time.time_ns()}.pt.trace.json")
    return write


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd.profiler.{name} is not implemented yet",
                                fix="profile and record_function are; RETROGRAD_DEBUG=2 prints times of "
                                    "kernels.")

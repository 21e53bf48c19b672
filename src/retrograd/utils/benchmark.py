"""`torch.utils.benchmark`: a statement goes in; how long it takes, all pending work computed, comes out."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrograd.base.errors import MissingAttributeError
from retrograd.engine.evaluate import synchronize
from retrograd.settings import get_num_threads, set_num_threads

__all__ = ["Compare", "Measurement", "TaskSpec", "Timer", "timer"]

_HELD = 100         # values of runs that are computed together
_UNITS = ((1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s"))


def timer() -> float:
    """Seconds of a clock, once all pending work is done.

    >>> timer() <= timer()
    True
    """
    synchronize()
    return time.perf_counter()


def select_unit(seconds: float) -> tuple[str, float]:
    """The largest unit that is not larger than a time, and its length.

    >>> select_unit(2e-5)
    ('us', 1e-06)
    """
    length, name = [unit for unit in _UNITS if unit[0] <= seconds or unit is _UNITS[0]][-1]
    return name, length


@dataclass(frozen=True)
class TaskSpec:
    """What is measured, and under which headings `Compare` shows it."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """The label, or the statement."""
        return self.label or self.stmt.strip()


@dataclass
class Measurement:
    """Times of blocks of `number_per_run` runs each; mean, median and iqr are seconds a run.

    >>> Measurement(2, [4.0, 8.0], TaskSpec("f()", "pass")).median
    3.0
    """

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = field(default=None, repr=False)

    @property
    def times(self) -> list[float]:
        """Seconds a run, by blocks."""
        return [t / self.number_per_run for t in self.raw_times]

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(np.mean(self.times))

    @property
    def median(self) -> float:
        """Their median."""
        return float(np.median(self.times))

    @property
    def iqr(self) -> float:
        """The distance of their quartiles."""
        low, high = np.percentile(self.times, (25, 75))
        return float(high - low)

    @property
    def title(self) -> str:
        """The task's."""
        return self.task_spec.title

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in TaskSpec.__dataclass_fields__:
            raise AttributeError(name)
        return getattr(self.task_spec, name)

    def __repr__(self) -> str:
        name, unit = select_unit(self.median)
        spec = self.task_spec
        lines = [f"<{__name__}.Measurement object>", spec.title]
        lines += [x for x in (spec.sub_label, spec.description, spec.setup and f"setup: {spec.setup}") if x]
        blocks, runs = len(self.raw_times), self.number_per_run
        if blocks == 1:
            lines += [f"  {self.median / unit:.2f} {name}"]
        else:
            lines += [f"  Median: {self.median / unit:.2f} {name}", f"  IQR:    {self.iqr / unit:.2f} {name}"]
        counts = ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in (
            (blocks, "measurement"), (runs, "run"), (spec.num_threads, "thread")))
        return "\n".join([*lines, f"  {counts}"])


class Timer:
    """Times a statement (text) among `globals`, on `num_threads` threads.

    A block of runs ends when its pending work is computed. What nobody holds is never computed, so the values
    of an expression are held, a hundred at a time, until they are; a statement should keep its own.

    >>> import retrograd as rg
    >>> Timer("x * 2", globals={"x": rg.ones(3)}).timeit(5).mean > 0
    True
    """

    def __init__(self, stmt: str = "pass", setup: str = "pass", global_setup: str = "",
                 timer: Callable[[], float] = timer, globals: dict[str, Any] | None = None,
                 label: str | None = None, sub_label: str | None = None, description: str | None = None,
                 env: str | None = None, num_threads: int = 1, language: Any = "python") -> None:
        if str(language).lower() not in ("python", "py", "language.python"):
            raise ValueError(f"language is {language!r}; there is no C++ here, write the statement in Python")
        self._task_spec = TaskSpec(stmt.strip(), "" if setup == "pass" else setup, global_setup, label,
                                   sub_label, description, env, num_threads)
        self._timer, self._globals = timer, dict(globals or {})
        self._setup = compile(setup, "<setup>", "exec")
        self._stmt = _compiled(stmt)

    def _block(self, number: int) -> float:
        space = self._globals
        space.setdefault("__builtins__", builtins.__dict__)
        before = get_num_threads()
        set_num_threads(self._task_spec.num_threads)
        try:
            exec(self._setup, space)
            held: list[Any] = []
            began = self._timer()
            for _ in range(number):
                held.append(eval(self._stmt, space))
                if len(held) == _HELD:
                    synchronize()
                    held.clear()
            return self._timer() - began
        finally:
            set_num_threads(before)

    def timeit(self, number: int = 1000000) -> Measurement:
        """One block of `number` runs, after a shorter one to warm up."""
        self._block(max(number // 100, 2))
        return Measurement(number, [self._block(number)], self._task_spec)

    def blocked_autorange(self, callback: Any = None, min_run_time: float = 0.2) -> Measurement:
        """Blocks of so many runs that the clock does not count, for at least `min_run_time` seconds."""
        number, took = 1, self._block(2)
        while (took := self._block(number)) < min(min_run_time / 100, 1e-3) and number < 10**7:
            number *= 10
        times = [took]
        while sum(times) < min_run_time:
            times.append(self._block(number))
            if callback is not None:
                callback(number, times[-1])
        return Measurement(number, times, self._task_spec)

    def adaptive_autorange(self, threshold: float = 0.1, *, min_run_time: float = 0.01,
                           max_run_time: float = 10.0, callback: Any = None) -> Measurement:
        """Blocks until their iqr is below `threshold` of the median, or the time is over."""
        found = self.blocked_autorange(callback, min_run_time)
        while found.iqr / found.median > threshold and sum(found.raw_times) < max_run_time:
            found.raw_times += self.blocked_autorange(callback, min_run_time).raw_times
        return found


def _compiled(stmt: str) -> Any:
    """Code whose value is that of the statement, so that it can be held, or None where it has none."""
    try:
        return compile(stmt.strip(), "<stmt>", "eval")
    except SyntaxError:
        return compile(stmt.strip(), "<stmt>", "exec")


class Compare:
    """A table of measurements: a row for each sub_label and number of threads, a column for each description.

    >>> a = Measurement(1, [2e-6], TaskSpec("f()", "", label="f", sub_label="small", description="now"))
    >>> Compare([a]).print()
    [------ f -------]
                |  now
    1 threads: -------
          small |  2.0
    <BLANKLINE>
    Times are in microseconds (us).
    """

    def __init__(self, results: Iterable[Measurement]) -> None:
        self._results: list[Measurement] = []
        self._digits = 2
        self.extend_results(results)

    def extend_results(self, results: Iterable[Measurement]) -> None:
        """More measurements."""
        for result in results:
            if not isinstance(result, Measurement):
                raise ValueError(f"Expected an instance of `Measurement`, got {type(result)} instead.")
            self._results.append(result)

    def trim_significant_figures(self) -> None:
        """Fewer digits."""
        self._digits = 1

    def colorize(self, rowwise: bool = False) -> None:
        """Accepted; the table is plain text."""

    highlight_warnings = colorize

    def __str__(self) -> str:
        return "\n".join(self._table(title) for title in dict.fromkeys(r.title for r in self._results))

    def print(self) -> None:
        """Print the table."""
        print(self)

    def _table(self, title: str) -> str:
        results = [r for r in self._results if r.title == title]
        name, unit = select_unit(min(r.median for r in results))
        columns = list(dict.fromkeys(r.task_spec.description or "" for r in results))
        cells: dict[tuple[int, str], dict[str, str]] = {}
        for r in results:
            spec = r.task_spec
            row = cells.setdefault((spec.num_threads, spec.sub_label or spec.stmt), {})
            row[spec.description or ""] = f"{r.median / unit:.{self._digits - 1}f}"
        wide = max(len(sub) for _, sub in cells) + 6
        widths = {c: max(len(c), *(len(row.get(c, "")) for row in cells.values())) for c in columns}
        lines = [" " * wide + "".join(f" |  {c:<{widths[c]}}" for c in columns).rstrip()]
        for threads in dict.fromkeys(t for t, _ in cells):
            lines.append(f"{threads} threads: ")
            for (t, sub), row in cells.items():
                if t == threads:
                    shown = "".join(f" |  {row.get(c, ''):<{widths[c]}}" for c in columns)
                    lines.append(f"{sub:>{wide}}" + shown.rstrip())
        full = max(max(map(len, lines)), len(title) + 8)
        lines = [line + "-" * (full - len(line)) if line.endswith("threads: ") else line for line in lines]
        full_name = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}[name]
        head = f" {title} ".center(full - 2, "-")
        return "\n".join([f"[{head}]", *lines, "", f"Times are in {full_name} ({name})."])


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd.utils.benchmark.{name} is not implemented yet",
                                fix="Timer, Measurement and Compare are.")

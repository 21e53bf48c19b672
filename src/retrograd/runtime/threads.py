"""Worker threads: how many, when they start, and when they stop.

A worker is a Python thread parked inside a native loop (codegen/pool.py), where it holds no lock of Python's.
Results do not depend on how many there are.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from retrograd.base.config import config

LINE = 128          # two lines of the cache: what neighbours fetch together
PARTING = 1.0       # seconds that the end of the process waits for a program that still runs


def usable_cpus() -> int:
    """The CPUs this process may keep busy: by affinity, and by the quota of its control group."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota()
    # Rounded down: a thread too many is stopped by the system while others wait for it.
    return max(1, min(cpus, int(quota))) if quota else cpus


def _quota(root: Path = Path("/sys/fs/cgroup"), groups: Path = Path("/proc/self/cgroup")) -> float | None:
    """CPUs by the tightest quota of our control groups, first or second version; None: no limit."""
    found = []
    for line in _read(groups).splitlines():
        _, controllers, path = line.split(":", 2)
        version1 = "cpu" in controllers.split(",")
        if not version1 and controllers:
            continue
        folder = (root / "cpu" if version1 else root)
        inside = folder / path.lstrip("/")
        # A container may show its own group as the root.
        for place in (inside, *inside.parents) if inside.is_dir() else (folder,):
            if version1:
                words = [_read(place / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
            else:
                words = _read(place / "cpu.max").split()
            if len(words) == 2 and all(w.isdigit() for w in words) and int(words[1]):
                found.append(int(words[0]) / int(words[1]))
            if place == folder:
                break
    return min(found, default=None)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def wanted_threads() -> int:
    """As set by RETROGRAD_NUM_THREADS or set_num_threads, else usable_cpus(); 1 where there are no
    workers."""
    return (config.num_threads or usable_cpus()) if os.name == "posix" else 1


class Pool:
    """The workers of this process. One program has them at a time; another that runs meanwhile does without.

    `start(pool, workers)`, `lease(pool)`, `work(pool)` and `stop(pool)` are the native half. The memory they
    share lives as long as the process: while there are no workers, the lease is simply taken.
    """

    def __init__(self, nbytes: int, start: Callable[[int, int], None], lease: Callable[[int], int],
                 work: Callable[[int], None], stop: Callable[[int], None]) -> None:
        self._start, self._lease, self._work, self._stop = start, lease, work, stop
        self._memory = ctypes.create_string_buffer(nbytes + LINE)
        self._address = -(-ctypes.addressof(self._memory) // LINE) * LINE
        self._lock = threading.RLock()
        self._workers: list[threading.Thread] = []
        self._open = False
        self._asked = self._threads = 0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before_fork, after_in_parent=self._lock.release,
                                after_in_child=self._lock.release)
        atexit.register(self.close, PARTING)

    def address(self) -> int:
        """For the driver: the pool with as many workers as are wanted now, 0 if that is none."""
        if config.num_threads != self._asked or not self._open:
            self._resize()
        return self._address if self._threads > 1 else 0

    def _resize(self) -> None:
        with self._lock:
            asked, threads = config.num_threads, wanted_threads()
            if self._open and threads == self._threads:
                self._asked = asked
                return
            self.close()
            self._start(self._address, threads - 1)
            for k in range(threads - 1):
                worker = threading.Thread(target=self._work, args=(self._address,), daemon=True,
                                          name=f"retrograd-{k + 1}")
                worker.start()
                self._workers.append(worker)
            self._asked, self._threads, self._open = asked, threads, True

    def close(self, patience: float | None = None) -> None:
        """Workers return; those of a program that runs longer than `patience` are left to it."""
        with self._lock:
            end = None if patience is None else time.monotonic() + patience
            if not self._open:
                return
            while not self._lease(self._address):
                if end is not None and time.monotonic() > end:
                    return
                time.sleep(1e-4)
            self._stop(self._address)
            for worker in self._workers:
                worker.join()
            self._workers.clear()
            self._open = False

    def _before_fork(self) -> None:
        # A child inherits the memory but not the threads; both start anew when there is work.
        self._lock.acquire()
        self.close()

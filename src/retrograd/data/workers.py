"""Worker processes: tasks go out, batches come back in order; what goes wrong in a worker is raised here.

Each worker has a pipe for its tasks and one for its batches, so that one that is killed leaves
the others' alone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from retrograd.data.fetch import tasks
from retrograd.data.worker import BATCH, END, ERROR, Reading, received, work

PARTING = 2.0       # seconds that a worker may take to end by itself


class Worker:
    """A process and the parent's ends of its pipes."""

    def __init__(self, context: Any, others: list[Connection], *args: Any) -> None:
        inbox, self.tasks = context.Pipe(duplex=False)
        self.batches, outbox = context.Pipe(duplex=False)
        mine = [self.tasks, self.batches, *others] if context.get_start_method() == "fork" else []
        self.process = context.Process(target=work, args=(*args, inbox, outbox, mine), daemon=True)
        self.process.start()
        inbox.close()
        outbox.close()
        self.active = True                      # whether it has more to read


class Workers:
    """The processes of a loader. They end when nobody holds this any more, and with the process."""

    def __init__(self, loader: Any, seed: int) -> None:
        name, count = loader.multiprocessing_context, loader.num_workers
        if name is None and sys.platform == "linux":
            name = "fork"
        context = name if hasattr(name, "Process") else multiprocessing.get_context(name)
        self.all: list[Worker] = []
        self.end = weakref.finalize(self, _close, self.all, os.getpid())
        self.passes = 0                         # over the loader; the latest is the one that is read for
        reading = Reading(loader.dataset, loader.collate_fn, loader.batched, loader.batch_size,
                          loader.drop_last)
        for k in range(count):
            others = [c for w in self.all for c in (w.tasks, w.batches)]
            self.all.append(Worker(context, others, reading, k, count, seed + k, loader.worker_init_fn))

    def alive(self) -> bool:
        return self.end.alive and all(w.process.is_alive() for w in self.all)


def _close(workers: list[Worker], owner: int) -> None:
    """Workers end, and are waited for."""
    if os.getpid() != owner:                    # a fork has them by inheritance
        return
    for w in workers:
        with suppress(OSError, ValueError):
            w.tasks.send(None)
        for connection in (w.tasks, w.batches):
            connection.close()
    end = time.monotonic() + PARTING
    for w in workers:
        w.process.join(max(0.0, end - time.monotonic()))
        if w.process.is_alive():
            w.process.terminate()
            w.process.join(PARTING)
        if w.process.is_alive():
            w.process.kill()
            w.process.join()


class WorkerBatches:
    """One pass over a loader, read by its workers."""

    def __init__(self, loader: Any, workers: Workers) -> None:
        self._loader, self._workers = loader, workers
        workers.passes += 1
        self._pass = workers.passes
        self._tasks: Iterator[Any] = tasks(loader)
        self._given = self._next = 0                    # numbers of the next task and of the next batch
        self._turn = 0
        self._owed: dict[int, tuple[Worker, Any]] = {}  # who reads a task, and the task
        self._ready: dict[int, tuple[int, Any]] = {}
        for w in workers.all:
            w.active = True
        for _ in range(loader.prefetch_factor * len(workers.all)):
            self._give()

    def _give(self, worker: Worker | None = None) -> None:
        """Hand out the next task: to this worker, else to the one whose turn it is."""
        everyone = self._workers.all
        for _ in everyone if worker is None else ():
            worker = everyone[self._turn % len(everyone)]
            self._turn += 1
            if worker.active:
                break
        if worker is None or not worker.active:
            return
        try:
            what = next(self._tasks)
        except StopIteration:
            return
        self._owed[self._given] = worker, what
        with suppress(OSError):                 # it has died: `_receive` says so
            worker.tasks.send((self._pass, self._given, what))
        self._given += 1

    def __iter__(self) -> WorkerBatches:
        return self

    def __len__(self) -> int:
        return len(self._loader)

    def __next__(self) -> Any:
        if self._pass != self._workers.passes:
            raise RuntimeError("another pass over this DataLoader has begun, and persistent workers read for "
                               "one at a time: make a loader for each, or leave persistent_workers=True out")
        while True:
            number = self._next if self._loader.in_order else next(iter(self._ready), self._next)
            if number in self._ready:
                how, what = self._ready.pop(number)
                self._next += 1
                if how == ERROR:
                    raise what
                if how == BATCH:
                    return what
            elif self._owed:
                self._receive()
            else:
                if not self._loader.persistent_workers:
                    self._workers.end()
                raise StopIteration

    def _receive(self) -> None:
        """Wait for messages. A worker that has died is an error."""
        by_connection = {w.batches: w for w in self._workers.all}
        by_sentinel = {w.process.sentinel: w for w in self._workers.all}
        limit = self._loader.timeout or None
        found = wait([*by_connection, *by_sentinel], limit)
        if not found:
            self._workers.end()
            raise RuntimeError(f"DataLoader timed out after {limit} seconds: no worker has sent a batch")
        senders = [w for c, w in by_connection.items() if c in found]
        for w in senders:
            try:
                self._take(w, *received(w.batches))
            except (EOFError, OSError):
                self._died(w)
        if not senders:
            self._died(next(w for s, w in by_sentinel.items() if s in found))

    def _take(self, worker: Worker, of: int, number: int, how: int, what: Any) -> None:
        if of != self._pass:
            return                              # a pass that was given up
        _, task = self._owed.pop(number)
        if how == END:
            worker.active = False
        elif how == ERROR:
            what = _raised(what, self._workers.all.index(worker), number, task)
        self._ready[number] = how, what
        self._give(worker if worker.active and not self._loader.in_order else None)

    def _died(self, worker: Worker) -> None:
        worker.process.join(PARTING)
        code, k, pid = worker.process.exitcode, self._workers.all.index(worker), worker.process.pid
        how = f"by signal {signal.Signals(-code).name}" if code is not None and code < 0 else \
            f"with exit code {code}"
        owed = [(n, task) for n, (w, task) in self._owed.items() if w is worker]
        at = "".join(f"; batch {n}{_indices(task)} was not read" for n, task in owed)
        self._workers.end()
        raise RuntimeError(f"DataLoader worker {k} (pid {pid}) exited unexpectedly {how}{at}")


def _indices(task: Any) -> str:
    if task is None:
        return ""
    text = str(list(task) if hasattr(task, "__iter__") and not isinstance(task, str) else task)
    return f" (indices {text if len(text) < 200 else text[:200] + ' ...'})"


def _raised(told: tuple[Any, str, str], k: int, number: int, task: Any) -> Exception:
    """The exception of a worker, of its class where that takes a message."""
    kind, message, trace = told
    name = kind if isinstance(kind, str) else kind.__name__
    text = f"Caught {name} in DataLoader worker process {k}, batch {number}{_indices(task)}: {message}\n" \
        f"The worker's traceback:\n{trace}"
    if kind is KeyError:
        text = _Text(text)
    try:
        if kind is StopIteration:               # here it would end the pass
            kind = RuntimeError
        return kind(text)       # type: ignore[no-any-return]
    except Exception:
        return RuntimeError(text)


class _Text(str):
    """A message that a KeyError shows as it is."""

    def __repr__(self) -> str:
        return str(self)

"""The life of a worker process: tasks come in, batches go out, and what went wrong.

A batch is pickled for its structure only: its arrays follow as they are and are received in place.
"""

from __future__ import annotations

import io
import os
import pickle
import queue
import random
import signal
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.config import config
from retrograd.data.dataset import IterableDataset
from retrograd.data.fetch import fetcher
from retrograd.engine.random import default_generator
from retrograd.tensors.copying import compact
from retrograd.tensors.tensor import Tensor

ORPHAN = 2.0        # seconds after which an idle worker looks whether its parent is still there
BATCH, ERROR, END = range(3)


class Reading(NamedTuple):
    """What a worker must know of its loader."""

    dataset: Any
    collate_fn: Any
    batched: bool
    batch_size: int | None
    drop_last: bool


@dataclass(frozen=True)
class WorkerInfo:
    """Who a worker is: its number, how many there are, its seed, its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


_me: list[WorkerInfo] = []          # in a worker: itself


def get_worker_info() -> WorkerInfo | None:
    """In a worker of a DataLoader: `id`, `num_workers`, `seed` and `dataset`; None in the main process.

    >>> get_worker_info() is None
    True
    """
    return _me[0] if _me else None


def work(reading: Reading, k: int, count: int, seed: int, init: Any, inbox: Connection, outbox: Connection,
          others: list[Connection]) -> None:
    """The life of a worker: tasks (pass, number, what) until None."""
    for connection in others:                   # the parent's ends, inherited by a fork
        connection.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # the parent is told, and tells us
    parent = os.getppid()
    ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_send, args=(outbox, ready), daemon=True).start()
    config.num_threads = 1                      # the cores are shared with the other workers
    default_generator.manual_seed(seed)
    random.seed(seed)
    np.random.seed(np.random.SeedSequence([seed, k]).generate_state(4))
    _me[:] = [WorkerInfo(k, count, seed, reading.dataset)]
    began, fetch, unfit = -1, None, None
    try:
        if init is not None:
            init(k)
    except Exception as e:
        unfit = _told(e)
    while True:
        while not inbox.poll(ORPHAN):
            if os.getppid() != parent:
                return
        task = _received(inbox)
        if task is None:
            return
        of, number, what = task
        if unfit is not None:
            ready.put(_packed(of, number, ERROR, unfit))
            continue
        try:
            if of != began:
                began, fetch = of, fetcher(reading, kernels=False)
            ready.put(_packed(of, number, BATCH, fetch(what)))      # type: ignore[misc]
        except StopIteration as e:
            ended = isinstance(reading.dataset, IterableDataset)
            ready.put(_packed(of, number, END, None) if ended else _packed(of, number, ERROR, _told(e)))
        except Exception as e:
            ready.put(_packed(of, number, ERROR, _told(e)))


def _received(inbox: Connection) -> Any:
    try:
        return inbox.recv()
    except EOFError:                            # the parent is gone
        return None


def _told(e: Exception) -> tuple[Any, str, str]:
    """Class, message and traceback of an exception; its class by name where it cannot be sent."""
    kind: Any = type(e)
    try:
        pickle.loads(pickle.dumps(kind))
    except Exception:
        kind = kind.__name__
    return kind, str(e), traceback.format_exc()


def _packed(of: int, number: int, how: int, what: Any) -> list[Any]:
    """A message: its head, then the memory of its arrays. A batch that cannot be sent is an error."""
    arrays: list[pickle.PickleBuffer] = []
    try:
        file = io.BytesIO()
        _Packing(file, protocol=5, buffer_callback=arrays.append).dump(what)
        body = file.getvalue()
    except Exception as e:
        return _packed(of, number, ERROR, _told(e))
    raw = [a.raw() for a in arrays]
    return [pickle.dumps((of, number, how, [r.nbytes for r in raw], body)), *(r for r in raw if r.nbytes)]


class _Packing(pickle.Pickler):
    """A view of a data set is sent as what it shows, not with all of the memory that it is a part of."""

    def reducer_override(self, value: Any) -> Any:
        return compact(value) if isinstance(value, Tensor) and value._parent is not None else NotImplemented


def _send(outbox: Connection, ready: queue.SimpleQueue[Any]) -> None:
    """A thread of the worker: what is ready goes out while the next batch is read."""
    with suppress(BrokenPipeError, OSError):    # nobody reads any more
        while True:
            for part in ready.get():
                outbox.send_bytes(part)


def received(outbox: Connection) -> tuple[int, int, int, Any]:
    """In the parent: the next message, as pass, number of the task, how it ended, the batch or what went
    wrong."""
    of, number, how, sizes, body = pickle.loads(outbox.recv_bytes())
    arrays = [np.empty(n, np.uint8) for n in sizes]
    for array in arrays:
        if array.size:
            outbox.recv_bytes_into(array)
    return of, number, how, pickle.loads(body, buffers=arrays)

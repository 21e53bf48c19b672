"""DataLoader: a dataset and an order go in, batches come out, read here or by worker processes.

A batch of a dataset that lies in tensors is one indexing operation a tensor, not a Python loop over samples.
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from retrograd.data.collate import default_collate, default_convert
from retrograd.data.dataset import IterableDataset
from retrograd.data.fetch import fetcher, tasks
from retrograd.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from retrograd.data.workers import WorkerBatches, Workers
from retrograd.engine.random import default_generator

_FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


class DataLoader:
    """Batches of a dataset: `batch_size` samples each, in order or shuffled, collated into tensors.

    `sampler` gives another order, `batch_sampler` other batches, `collate_fn` another way of collating,
    `batch_size=None` single samples. The order of `shuffle` is drawn from `generator`, else from the
    default generator (`manual_seed`), anew in each epoch. `pin_memory` is accepted and means nothing here.

    With `num_workers` processes batches are read ahead (`prefetch_factor` a worker, 2 if not given) and come
    out in the same order, with `in_order=False` as they are ready. Workers start by fork on Linux, else as
    Python does, or as `multiprocessing_context` says; each has a seed of its own and calls
    `worker_init_fn(id)`; `get_worker_info()` tells it who it is, for an iterable dataset to read its part.
    With `persistent_workers` they stay for the next epoch.

    Errors: an exception in a worker is raised here, of the same class, with the worker, the batch and the
    worker's traceback; RuntimeError if a worker dies, or after `timeout` seconds without a batch.

    >>> import retrograd as torch
    >>> from retrograd.utils.data import DataLoader, TensorDataset
    >>> data = TensorDataset(torch.arange(5), torch.arange(5) * 10)
    >>> for x, y in DataLoader(data, batch_size=2):
    ...     print(x.tolist(), y.tolist())
    [0, 1] [0, 10]
    [2, 3] [20, 30]
    [4] [40]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable | None = None,
        batch_sampler: Sampler | Iterable | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        iterable = isinstance(dataset, IterableDataset)
        if iterable:
            _check_iterable(shuffle, sampler, batch_sampler)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, "
                    "and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
            )
        if sampler is None and not iterable:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None and not iterable:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if iterable and batch_size is not None:
            BatchSampler((), batch_size, drop_last)  # for its checks alone
        batches = batch_size is not None or batch_sampler is not None
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self.collate_fn = collate_fn or (default_collate if batches else default_convert)
        self.batched = batches
        self._kept: Workers | None = None
        self._initialized = True

    def __class_getitem__(cls, item: Any) -> type:  # DataLoader[int] in annotations
        return cls

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_initialized", False):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        object.__setattr__(self, name, value)

    def __iter__(self) -> Iterator[Any]:
        # Drawn for one process too: the order of a shuffle does not depend on the number of workers.
        drawn = (self.generator or default_generator).draw()
        if self.num_workers == 0:
            return _Batches(self)
        workers = self._kept
        if workers is None or not workers.alive():
            workers = Workers(self, hash(tuple(n.value for n in drawn)) & (1 << 62) - 1)
            self._kept = workers if self.persistent_workers else None
        return WorkerBatches(self, workers)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": None}

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            n = len(self.dataset)       # type: ignore[arg-type]  # where a subclass has a length
            if self.batch_size is None:
                return n
            return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)
        drawn: Any = self.batch_sampler if self.batched else self.sampler
        return len(drawn)


class _Batches:
    """One pass over a loader."""

    def __init__(self, loader: DataLoader) -> None:
        self._loader = loader
        self._tasks, self._fetch = tasks(loader), fetcher(loader)

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> Any:
        task = next(self._tasks)
        try:
            return self._fetch(task)
        except StopIteration as e:
            if isinstance(self._loader.dataset, IterableDataset):
                raise
            raise RuntimeError("the dataset or collate_fn raised StopIteration") from e

    def __len__(self) -> int:
        return len(self._loader)


def _check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent: bool, context: Any
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing."
        )
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0:
        if prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing. let num_workers > 0 to "
                "enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if persistent:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if context is not None:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
                "but got num_workers=0"
            )
        return
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueError("prefetch_factor option should be positive")
    if context is None or isinstance(context, multiprocessing.context.BaseContext):
        return
    if not isinstance(context, str):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the "
            f"start method, but got multiprocessing_context={context}"
        )
    methods = multiprocessing.get_all_start_methods()
    if context not in methods:
        raise ValueError(
            f"multiprocessing_context option should specify a valid start method in {methods!r}, but got "
            f"multiprocessing_context={context!r}"
        )


def _check_iterable(shuffle: bool | None, sampler: Any, batch_sampler: Any) -> None:
    what = "DataLoader with IterableDataset: expected unspecified"
    if shuffle not in {False, None}:
        raise ValueError(f"{what} shuffle option, but got shuffle={shuffle}")
    if sampler is not None:
        raise ValueError(f"{what} sampler option, but got sampler={sampler}")
    if batch_sampler is not None:
        raise ValueError(f"{what} batch_sampler option, but got batch_sampler={batch_sampler}")

"""DataLoader: a dataset and an order go in, batches come out, read in this process.

A batch of a dataset that lies in tensors is one indexing operation a tensor, not a Python loop over samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from retrograd.data.collate import default_collate, default_convert
from retrograd.data.dataset import Dataset, IterableDataset, StackDataset, Subset, TensorDataset
from retrograd.data.sampler import BatchSampler, Ordered, RandomSampler, Sampler, SequentialSampler
from retrograd.tensors.create import tensor
from retrograd.tensors.reading import current
from retrograd.tensors.tensor import Tensor, from_value

Reader = Callable[[np.ndarray], Any]
_FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


class DataLoader:
    """Batches of a dataset: `batch_size` samples each, in order or shuffled, collated into tensors.

    `sampler` gives another order, `batch_sampler` other batches, `collate_fn` another way of collating,
    `batch_size=None` single samples. The order of `shuffle` is drawn from `generator`, else from the
    default generator (`manual_seed`), anew in each epoch. `pin_memory`, `timeout` and `in_order` are
    accepted and mean nothing here.

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
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self.collate_fn = collate_fn or (default_collate if batches else default_convert)
        self._auto_collation = batches
        self._initialized = True

    def __class_getitem__(cls, item: Any) -> type:  # DataLoader[int] in annotations
        return cls

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_initialized", False):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        object.__setattr__(self, name, value)

    def __iter__(self) -> Iterator[Any]:
        return _Batches(self)

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            n = len(self.dataset)
            if self.batch_size is None:
                return n
            return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)
        return len(self.batch_sampler if self._auto_collation else self.sampler)

    def _read(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterableDataset):
            return self._read_iterable()
        if not self._auto_collation:
            return (self.collate_fn(self.dataset[index]) for index in self.sampler)
        reader = batch_reader(self.dataset) if self.collate_fn is default_collate else None
        if reader is None:
            return (self.collate_fn(self._samples(indices)) for indices in self.batch_sampler)
        return (reader(indices) for indices in _index_arrays(self.batch_sampler))

    def _samples(self, indices: Iterable[Any]) -> Any:
        whole_batch = getattr(self.dataset, "__getitems__", None)
        return [self.dataset[index] for index in indices] if whole_batch is None else whole_batch(indices)

    def _read_iterable(self) -> Iterator[Any]:
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield self.collate_fn(batch)


class _Batches:
    """One pass over a loader."""

    def __init__(self, loader: DataLoader) -> None:
        self._loader = loader
        self._batches = loader._read()

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> Any:
        return next(self._batches)

    def __len__(self) -> int:
        return len(self._loader)


def batch_reader(dataset: Any) -> Reader | None:
    """How to read a whole batch by its indices, where the samples lie in tensors; None where they do not.

    A subclass that changes `__getitem__` is read sample by sample.

    >>> import retrograd as torch
    >>> reader = batch_reader(TensorDataset(torch.tensor([10, 20, 30])))
    >>> reader(np.array([2, 0]))[0].tolist()
    [30, 10]
    """
    if isinstance(dataset, Tensor):
        return _tensor_reader(dataset)
    if not isinstance(dataset, Dataset) or getattr(dataset, "__getitems__", None) is not None:
        return None
    fetch = type(dataset).__getitem__
    if fetch is TensorDataset.__getitem__:
        readers = [_tensor_reader(tensor) for tensor in dataset.tensors]
        return lambda indices: [reader(indices) for reader in readers]
    if fetch is StackDataset.__getitem__:
        return _stack_reader(dataset.datasets)
    if fetch is Subset.__getitem__:
        inner = batch_reader(dataset.dataset)
        if inner is not None:
            mapped = np.asarray(dataset.indices, dtype=np.int64)
            return lambda indices: inner(mapped[indices])
    return None


def _tensor_reader(data: Tensor) -> Reader:
    if data.requires_grad:
        return lambda indices: data[tensor(indices)]
    # Asked for each batch: what somebody writes into the data during an epoch is seen.
    return lambda indices: from_value(current(data).take(indices, axis=0), data.dtype)


def _stack_reader(members: Any) -> Reader | None:
    named = members if isinstance(members, dict) else dict(enumerate(members))
    readers = {name: batch_reader(member) for name, member in named.items()}
    if any(reader is None for reader in readers.values()):
        return None
    if isinstance(members, dict):
        return lambda indices: {name: reader(indices) for name, reader in readers.items()}
    return lambda indices: [reader(indices) for reader in readers.values()]


def _index_arrays(batch_sampler: Any) -> Iterator[np.ndarray]:
    plain = type(batch_sampler) is BatchSampler and isinstance(batch_sampler.sampler, Ordered)
    if not plain:
        yield from (np.asarray(list(indices), dtype=np.int64) for indices in batch_sampler)
        return
    order, size = batch_sampler.sampler.order(), batch_sampler.batch_size
    stop = len(order) - len(order) % size if batch_sampler.drop_last else len(order)
    yield from (order[start : start + size] for start in range(0, stop, size))


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
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    raise NotImplementedError(
        f"DataLoader: num_workers={num_workers} is not implemented yet; batches are read in this process. "
        "Write num_workers=0."
    )


def _check_iterable(shuffle: bool | None, sampler: Any, batch_sampler: Any) -> None:
    what = "DataLoader with IterableDataset: expected unspecified"
    if shuffle not in {False, None}:
        raise ValueError(f"{what} shuffle option, but got shuffle={shuffle}")
    if sampler is not None:
        raise ValueError(f"{what} sampler option, but got sampler={sampler}")
    if batch_sampler is not None:
        raise ValueError(f"{what} batch_sampler option, but got batch_sampler={batch_sampler}")


def get_worker_info() -> None:
    """None: this is the main process, and the only one that reads.

    >>> get_worker_info() is None
    True
    """
    return

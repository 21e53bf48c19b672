"""A loader goes in; tasks (what to read) and a function that reads one come out: the same in this process and
in workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, repeat
from typing import Any

import numpy as np

from retrograd.data.collate import default_collate
from retrograd.data.dataset import Dataset, IterableDataset, StackDataset, Subset, TensorDataset
from retrograd.data.sampler import BatchSampler, Ordered
from retrograd.tensors.create import tensor
from retrograd.tensors.rows import Rows
from retrograd.tensors.tensor import Tensor

Reader = Callable[[Any], Any]


def tasks(loader: Any) -> Iterator[Any]:
    """What to read, batch by batch: indices, or one index; None, without end, where the dataset has none."""
    if isinstance(loader.dataset, IterableDataset):
        return repeat(None)
    if not loader.batched:
        return iter(loader.sampler)
    whole = loader.collate_fn is default_collate and batch_reader(loader.dataset) is not None
    return _index_arrays(loader.batch_sampler) if whole else map(list, loader.batch_sampler)


def fetcher(loader: Any, kernels: bool = True) -> Reader:
    """Reads one task; StopIteration where an iterable dataset ends. Without `kernels` NumPy reads it all."""
    if isinstance(loader.dataset, IterableDataset):
        batches = _read_iterable(loader)
        return lambda _: next(batches)
    collate, dataset = loader.collate_fn, loader.dataset
    if not loader.batched:
        return lambda index: collate(dataset[index])
    reader = batch_reader(dataset, kernels) if collate is default_collate else None
    return reader or (lambda indices: collate(_samples(dataset, indices)))


def _samples(dataset: Any, indices: Iterable[Any]) -> Any:
    whole_batch = getattr(dataset, "__getitems__", None)
    return [dataset[index] for index in indices] if whole_batch is None else whole_batch(indices)


def _read_iterable(loader: Any) -> Iterator[Any]:
    samples = iter(loader.dataset)
    if loader.batch_size is None:
        yield from map(loader.collate_fn, samples)
        return
    while batch := list(islice(samples, loader.batch_size)):
        if len(batch) == loader.batch_size or not loader.drop_last:
            yield loader.collate_fn(batch)


def batch_reader(dataset: Any, kernels: bool = True) -> Reader | None:
    """How to read a whole batch by its indices, where the samples lie in tensors; None where they do not.

    A subclass that changes `__getitem__` is read sample by sample.

    >>> import retrograd as torch
    >>> reader = batch_reader(TensorDataset(torch.tensor([10, 20, 30])))
    >>> reader(np.array([2, 0]))[0].tolist()
    [30, 10]
    """
    if isinstance(dataset, Tensor):
        return _tensor_reader(dataset, kernels)
    known: Any = dataset
    if not isinstance(dataset, Dataset) or getattr(dataset, "__getitems__", None) is not None:
        return None
    fetch = type(dataset).__getitem__
    if fetch is TensorDataset.__getitem__:
        readers = [_tensor_reader(tensor, kernels) for tensor in known.tensors]
        return lambda indices: [reader(indices) for reader in readers]
    if fetch is StackDataset.__getitem__:
        return _stack_reader(known.datasets, kernels)
    if fetch is Subset.__getitem__:
        inner = batch_reader(known.dataset, kernels)
        if inner is not None:
            mapped = np.asarray(known.indices, dtype=np.int64)
            return lambda indices: inner(mapped[indices])
    return None


def _tensor_reader(data: Tensor, kernels: bool) -> Reader:
    return (lambda indices: data[tensor(indices)]) if data.requires_grad else Rows(data, kernels)


def _stack_reader(members: Any, kernels: bool) -> Reader | None:
    named = members if isinstance(members, dict) else dict(enumerate(members))
    found = {name: batch_reader(member, kernels) for name, member in named.items()}
    readers = {name: reader for name, reader in found.items() if reader is not None}
    if len(readers) < len(found):
        return None
    if isinstance(members, dict):
        return lambda indices: {name: reader(indices) for name, reader in readers.items()}
    return lambda indices: [reader(indices) for reader in readers.values()]


def _index_arrays(batch_sampler: Any) -> Iterator[np.ndarray]:
    plain = type(batch_sampler) is BatchSampler and isinstance(batch_sampler.sampler, Ordered)
    if not plain:
        yield from (np.asarray(list(indices), dtype=np.int64) for indices in batch_sampler)
        return
    rest, size = np.zeros(0, np.int64), batch_sampler.batch_size
    for piece in batch_sampler.sampler.pieces():
        order = np.concatenate([rest, piece]) if len(rest) else piece
        stop = len(order) - len(order) % size
        yield from (order[start:start + size] for start in range(0, stop, size))
        rest = order[stop:]
    if len(rest) and not batch_sampler.drop_last:
        yield rest

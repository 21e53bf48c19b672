"""`torch.utils.data.distributed`: each process of a group reads its own share of a dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.data.sampler import Sampler, permutation
from retrograd.distributed import get_rank, get_world_size, is_initialized
from retrograd.engine.random import Generator

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler):
    """Every `num_replicas`-th index, beginning with `rank`; by (seed, epoch) if shuffled, alike in each.

    The order is filled up from its beginning to a multiple of `num_replicas`, or cut to one by `drop_last`.

    >>> list(DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False))
    [1, 3, 0]
    >>> list(DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False, drop_last=True))
    [1, 3]
    """

    def __init__(self, dataset: Any, num_replicas: int | None = None, rank: int | None = None,
                 shuffle: bool = True, seed: int = 0, drop_last: bool = False) -> None:
        if (num_replicas is None or rank is None) and not is_initialized():
            raise ArgumentError("there is no process group", op="DistributedSampler",
                                fix="Give num_replicas and rank, or call init_process_group first.")
        replicas = get_world_size() if num_replicas is None else num_replicas
        own = get_rank() if rank is None else rank
        if not 0 <= own < replicas:
            raise ArgumentError(f"Invalid rank {own}", op="DistributedSampler",
                                expected=f"a rank in the interval [0, {replicas - 1}]")
        self.dataset, self.num_replicas, self.rank, self.epoch = dataset, replicas, own, 0
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        n = len(dataset)
        self.num_samples = n // replicas if drop_last and n % replicas else math.ceil(n / replicas)
        self.total_size = self.num_samples * replicas

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        order = list(range(n))
        if self.shuffle:
            order = permutation(n, Generator().manual_seed(self.seed + self.epoch)).tolist()
        if len(order) < self.total_size and order:
            order *= math.ceil(self.total_size / len(order))
        return iter(order[self.rank:self.total_size:self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Shuffle in another way from now on: call it before each epoch."""
        self.epoch = epoch

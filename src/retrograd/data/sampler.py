"""Samplers: the order in which a loader asks a dataset for its samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from retrograd.base import dtype as dtypes
from retrograd.tensors.create import as_tensor, rand, randint, randperm

PIECE = 1 << 16     # draws with replacement that are made at once


def _drawn(draw: Any, *args: Any, **options: Any) -> np.ndarray:
    return draw(*args, **options).numpy()


def permutation(n: int, generator: Any = None) -> np.ndarray:
    """The numbers 0 to n-1 in random order, as an array.

    >>> sorted(permutation(4).tolist())
    [0, 1, 2, 3]
    """
    return _drawn(randperm, n, generator=generator)


class Sampler:
    """Base of samplers: a subclass defines `__iter__` over indices, and `__len__` where it has a length.

    >>> class Evens(Sampler):
    ...     def __iter__(self):
    ...         return iter([0, 2, 4])
    >>> list(Evens())
    [0, 2, 4]
    """

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __class_getitem__(cls, item: Any) -> type:  # Sampler[int] in annotations
        return cls

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


class Ordered(Sampler):
    """A sampler that knows its whole order at once, as an array: a loader cuts batches out of it.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def order(self) -> np.ndarray:
        """All indices in order; drawn anew by each call, where they are random."""
        raise NotImplementedError

    def pieces(self) -> Iterator[np.ndarray]:
        """The order piece by piece, where it may be too long to be held."""
        yield self.order()

    def __iter__(self) -> Iterator[int]:
        return (index for piece in self.pieces() for index in piece.tolist())


class SequentialSampler(Ordered):
    """0, 1, ..., n-1.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def order(self) -> np.ndarray:
        """The numbers in order."""
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Ordered):
    """A random permutation; with `replacement`, independent draws. `num_samples` of them instead of all.

    >>> sorted(RandomSampler("abc"))
    [0, 1, 2]
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Any = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={self.num_samples}"
            )

    @property
    def num_samples(self) -> int:
        """How many are drawn: the length of the data unless said otherwise."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def order(self) -> np.ndarray:
        """The drawn indices."""
        return np.concatenate([*self.pieces()])

    def pieces(self) -> Iterator[np.ndarray]:
        """Permutations one after another, or draws by PIECE, until `num_samples` are there (1e10, say:
        who draws without end asks for that)."""
        n, left = len(self.data_source), self.num_samples
        while left > 0:
            if self.replacement:
                piece = _drawn(randint, 0, n, (min(left, PIECE),), generator=self.generator)
            else:
                piece = permutation(n, self.generator)[:left]
            yield piece
            left -= len(piece)

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Ordered):
    """Given indices in random order.

    >>> sorted(SubsetRandomSampler([5, 7]))
    [5, 7]
    """

    def __init__(self, indices: Sequence[int], generator: Any = None) -> None:
        self.indices = indices
        self.generator = generator

    def order(self) -> np.ndarray:
        """The indices, shuffled."""
        return np.asarray(self.indices, dtype=np.int64)[permutation(len(self.indices), self.generator)]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Ordered):
    """`num_samples` indices, each drawn with probability proportional to its weight.

    Without replacement, each next one among those left, by the same weights.

    >>> list(WeightedRandomSampler([0.0, 1.0], 3))
    [1, 1, 1]
    """

    def __init__(
        self, weights: Sequence[float], num_samples: int, replacement: bool = True, generator: Any = None
    ) -> None:
        if isinstance(num_samples, bool) or not isinstance(num_samples, int) or num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={num_samples}"
            )
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = as_tensor(weights, dtype=dtypes.float64)
        if self.weights.dim() != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def order(self) -> np.ndarray:
        """The drawn indices."""
        weights = self.weights.numpy()
        if not self.replacement:
            if np.count_nonzero(weights) < self.num_samples:
                raise RuntimeError(
                    "invalid multinomial distribution (not enough categories with non-zero weights)"
                )
            # The order of exponential waiting times with these rates is a draw without replacement.
            uniform = _drawn(rand, len(weights), generator=self.generator, dtype=dtypes.float64)
            with np.errstate(divide="ignore"):
                waiting = -np.log1p(-uniform) / weights
            return np.argsort(waiting, kind="stable")[: self.num_samples]
        ends = np.cumsum(weights)
        uniform = _drawn(rand, self.num_samples, generator=self.generator, dtype=dtypes.float64)
        return np.searchsorted(ends, uniform * ends[-1], side="right")

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler in lists of `batch_size`; the last one shorter, or with `drop_last`
    dropped.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size <= 0:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)

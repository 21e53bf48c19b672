"""Sizes of the batch at each step of packed sequences go in; where elements lie when padded, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.functional.door import Tensor, from_array, wrap
from retrograd.functional.places import index_select
from retrograd.functional.shape import cat, reshape
from retrograd.ops import linear as lin


class Steps:
    """Where elements of a packed sequence lie in a padded array of (times, batch), as known indices.

    >>> import retrograd as rg
    >>> Steps([2, 1]).padded(rg.tensor([1, 4, 2])).tolist()
    [[1, 4], [2, 0]]
    """

    def __init__(self, batch_sizes: Any) -> None:
        self.sizes = np.asarray(batch_sizes, np.int64)
        self.times, self.batch = len(self.sizes), int(self.sizes[0])
        self.valid = np.arange(self.batch) < self.sizes[:, None]
        self.picked = np.flatnonzero(self.valid)            # places in the padded array, in packed order
        self.count = len(self.picked)
        rows = np.full(self.times * self.batch, self.count)
        rows[self.picked] = np.arange(self.count)
        self.rows = rows.reshape(self.times, self.batch)    # rows of the packed data; `count`: none

    def padded(self, data: Tensor, value: float = 0.0) -> Tensor:
        """(count, ...) to (times, batch, ...)."""
        rest = tuple(data.shape[1:])
        filling = wrap(lin.full(value, (1, *rest), data.dtype))
        rows = index_select(cat([data, filling], 0), 0, from_array(self.rows.reshape(-1)))
        return reshape(rows, self.times, self.batch, *rest)

    def packed(self, padded: Tensor) -> Tensor:
        """(times, batch, ...) to (count, ...)."""
        flat = reshape(padded, self.times * self.batch, *padded.shape[2:])
        return index_select(flat, 0, from_array(self.picked))

    def mask(self) -> Tensor:
        """Whether a sequence has an element there, (times, batch, 1)."""
        return from_array(self.valid[:, :, None])

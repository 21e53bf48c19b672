"""A bound program and one of its results go in; memory for that result comes out, used again once nobody
holds it; and gradients that are held as few rows, made of such results."""

from __future__ import annotations

import sys
from typing import Any

from retrograd.runtime.bound import Bound
from retrograd.tensors.compiling.replay import Rows

RING = 3            # memory of a result is used again after so many runs, if nobody holds it


class Ring:
    """Memory for one result: what nobody holds any more is used again."""

    def __init__(self, bound: Bound, root: int) -> None:
        self.bound, self.root, self.output = bound, root, bound.output_of(root)
        self.places = bound.frame.output_patches[self.output]
        self.arrays: list[Any] = [None] * RING
        self.views: list[Any] = [None] * RING
        self.counts = [(0, 0)] * RING
        self.addresses = [0] * RING
        self.at = 0

    def next(self) -> Any:
        """The array that the run to come fills."""
        at = self.at = (self.at + 1) % RING
        count = sys.getrefcount
        if (count(self.views[at]), count(self.arrays[at])) == self.counts[at]:
            table, address = self.bound.frame.table, self.addresses[at]
            for k, offset in self.places:
                table[k] = address + offset
        else:
            self._make(at)
            self.counts[at] = count(self.views[at]), count(self.arrays[at])
        return self.views[at]

    def _make(self, at: int) -> None:
        array = self.arrays[at] = self.bound.fresh(self.output)
        self.views[at] = self.bound.seen(self.root, array)
        self.addresses[at] = array.ctypes.data
        self.bound.output(self.output, array)


class HeldRows:
    """`.grad` of a tensor of which few rows are used: another tensor each time, over results of the run, or
    over leaves of the program as they are."""

    def __init__(self, bound: Bound, owner: Any, rows: Rows) -> None:
        self.owner, self.rows = owner, rows
        self.rings = {k: Ring(bound, k) for k in rows.parts if bound.has_output(k)}
        self.leaves = {k: bound.leaf_of(k) for k in rows.parts if k not in self.rings}

    def deliver(self, arrays: dict[int, Any], leaves: dict[int, Any]) -> None:
        """What the run filled, by root, and the leaves that it read, by number."""
        self.owner._grad = self.rows.tensor({**arrays, **{k: leaves[j] for k, j in self.leaves.items()}})

    def next(self) -> dict[int, Any]:
        """The arrays that the run to come fills, by root."""
        return {k: ring.next() for k, ring in self.rings.items()}

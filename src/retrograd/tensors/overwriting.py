"""A program that writes over the memory of tensors goes in, with the gradients it reads; its run as one
native call comes out, which looks first whether all of these are as they were, and whether nobody else refers
to what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, is_, itemgetter
from struct import Struct
from typing import Any

from retrograd.runtime.bound import Bound
from retrograd.runtime.objects import counted, holding
from retrograd.runtime.table import Guard
from retrograd.tensors.delivery import MEMORY, NODE, Delivery
from retrograd.tensors.inplace import Cells
from retrograd.tensors.tensor import Tensor

_node, _grad = attrgetter("_node"), attrgetter("_grad")


class Overwriting:
    """A program bound to the memory of cells and to that of delivered gradients."""

    def __init__(self, program: Any, leaves: Sequence[int], scalars: Sequence[int], owned: Cells,
                 params: Sequence[Tensor], delivery: Delivery) -> None:
        """`leaves`: where the program's are among cells and gradients; `scalars`: among the numbers."""
        self.bound, self.cells, self.params, self.delivery = Bound(program), owned, list(params), delivery
        # The list, never its elements: who refers to a gradient makes it pass for looked at.
        self.tensors = delivery.tensors
        place = {id(t): k for k, t in enumerate(self.tensors)}
        at = [place[id(p._grad)] for p in params]
        self.pick = itemgetter(*at) if len(at) > 1 else lambda found: (found[at[0]],)
        arrays = owned.arrays + [delivery.nodes[k].value for k in at]
        self.fits = all([self.bound.leaf(j, arrays[k]) for j, k in enumerate(leaves)]) \
            and self.bound.frame.all_floats
        self.choose = itemgetter(*scalars) if len(scalars) > 1 else lambda found: [found[k] for k in scalars]
        self.pack = Struct(f"{len(scalars)}d").pack_into

    def guard(self, more: Sequence[Guard]) -> bool:
        """Tell the native call what to look at; False where it cannot."""
        if not self.fits or NODE is None or MEMORY is None:
            return False
        c, storages, nodes = self.cells, self.delivery.storages, self.delivery.nodes
        written = [*counted(c.nodes, c.counts[0]), *counted(c.raws, c.counts[1]),
                   *counted(c.arrays, c.counts[2]), *holding(c.owned, NODE, c.raws),
                   *holding(c.owned, MEMORY, [None] * len(c.owned))]
        read = [*holding(storages, NODE, nodes), *holding(storages, MEMORY, [None] * len(storages))]
        self.bound.frame.guard([*more, *written, *read])
        return True

    def run(self, numbers: Sequence[float], then: Callable[[], Any]) -> bool:
        """A step with those numbers; False, and nothing is done, where something is not as it was."""
        # A write goes through the storage, where the native call sees it; another storage, or a first one,
        # shows here.
        if self.delivery.tensors is not self.tensors \
                or not all(map(is_, map(_grad, self.params), self.pick(self.tensors))) \
                or not all(map(is_, map(_node, self.cells.tensors), self.cells.nodes)):
            return False
        self.pack(self.bound.frame.floats, 0, *self.choose(numbers))
        if not self.bound.run(then):
            return False
        self.cells.written()
        return True

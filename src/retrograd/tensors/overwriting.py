"""A program that writes over the memory of tensors goes in, with the gradients it reads; its run as one
native call comes out, which looks first whether all of these are as they were, and whether nobody else refers
to what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, is_, itemgetter
from struct import Struct
from sys import getrefcount
from typing import Any

from retrograd.base.modes import changes, local
from retrograd.engine.evaluate import synchronize
from retrograd.runtime.bound import Bound
from retrograd.runtime.objects import counted, holding
from retrograd.runtime.table import Guard
from retrograd.tensors.delivery import MEMORY, NODE, delivery_of
from retrograd.tensors.inplace import Cells
from retrograd.tensors.tensor import Tensor

_node, _grad = attrgetter("_node"), attrgetter("_grad")
Aval = tuple[Any, Any]


def gradients(params: Sequence[Tensor], avals: Sequence[Aval]) -> list[Any] | None:
    """The values of `.grad`, if all are known and of the shape and dtype that they had."""
    values = []
    for p, (shape, dtype) in zip(params, avals):
        g = p._grad
        if g is None:
            return None
        n = g._node if g._storage is None else g.node
        if n.value is None or n.shape != shape or n.dtype is not dtype:
            return None
        values.append(n.value)
    return values


class Overwriting:
    """A program bound to the memory of cells, and to that of gradients while a known backward delivers them.

    `strays` counts the runs on other gradients."""

    def __init__(self, program: Any, leaves: Sequence[int], scalars: Sequence[int], owned: Cells,
                 writes: Sequence[Tensor], params: Sequence[Tensor], avals: Sequence[Aval]) -> None:
        """`leaves`: where the program's are among cells and gradients; `scalars`: among the numbers;
        `writes`: the tensors whose version counts. Each cell has a storage: all writes go through it but
        those that `changes` counts."""
        self.bound, self.cells, self.params, self.avals = Bound(program), owned, list(params), avals
        self.writes: list[tuple[Tensor, Any]] = [(t, t._storage) for t in writes]
        many = len(owned.arrays)
        self.reads = [(j, k - many) for j, k in enumerate(leaves) if k >= many]
        self.fits = NODE is not None and MEMORY is not None and self.bound.frame.all_floats \
            and all([self.bound.leaf(j, owned.arrays[k]) for j, k in enumerate(leaves) if k < many])
        self.choose = itemgetter(*scalars) if len(scalars) > 1 else lambda found: [found[k] for k in scalars]
        self.pack = Struct(f"{len(scalars)}d").pack_into
        self.changes = -1
        self.delivery = delivery_of(self.params)
        self.tensors: list[Tensor] = []
        self.strays = 0
        self.pointed = False            # whether the program reads delivered gradients
        if self.delivery is not None:
            # The list, never its elements: who refers to a gradient makes it pass for looked at.
            self.tensors = self.delivery.tensors
            place = {id(t): k for k, t in enumerate(self.tensors)}
            self.at = [place[id(p._grad)] for p in params]
            self.pick = itemgetter(*self.at) if len(self.at) > 1 else lambda found: (found[self.at[0]],)

    def guard(self, more: Sequence[Guard]) -> None:
        """Tell the native call what to look at, beside its own."""
        assert NODE is not None and MEMORY is not None
        c, d = self.cells, self.delivery
        written = [*counted(c.nodes, c.counts[0]), *counted(c.raws, c.counts[1]),
                   *counted(c.arrays, c.counts[2]), *counted(c.owned, [*map(getrefcount, c.owned)]),
                   *holding(c.owned, NODE, c.raws), *holding(c.owned, MEMORY, [None] * len(c.owned))]
        read = [] if d is None else [*holding(d.storages, NODE, d.nodes),
                                     *holding(d.storages, MEMORY, [None] * len(d.storages))]
        self.few, self.all = len(more) + len(written), len(more) + len(written) + len(read)
        self.bound.frame.guard([*more, *written, *read])

    def run(self, numbers: Sequence[float], then: Callable[[], Any]) -> bool:
        """A step with those numbers; False, and nothing is done, where something is not as it was."""
        if changes.count != self.changes:
            if not all(map(is_, map(_node, self.cells.tensors), self.cells.nodes)):
                return False
            self.changes = changes.count
        self.pack(self.bound.frame.floats, 0, *self.choose(numbers))
        self._count(1)                  # before the run, which drives all of it from the cache
        if self._delivered(then) or self._elsewhere(then):
            return True
        self._count(-1)
        return False

    def _count(self, writes: int) -> None:
        """As `_version` shows them."""
        for t, s in self.writes:
            s.version = t._seen = s.version + writes

    def _delivered(self, then: Callable[[], Any]) -> bool:
        """On the gradients of a known backward. Who writes to one shows in the native call."""
        d = self.delivery
        if d is None or d.tensors is not self.tensors \
                or not all(map(is_, map(_grad, self.params), self.pick(self.tensors))):
            return False
        if not self.pointed:
            self.pointed = self._point([d.nodes[k].value for k in self.at])
        return self.pointed and self.bound.frame.watched(self.all) and self.bound.run(then)

    def _elsewhere(self, then: Callable[[], Any]) -> bool:
        """On gradients that lie anywhere."""
        self.pointed = False
        self.strays += 1
        values = gradients(self.params, self.avals)
        if values is None and local.state.pending:
            synchronize()
            values = gradients(self.params, self.avals)
        return values is not None and self._point(values) and self.bound.frame.watched(self.few) \
            and self.bound.run(then)

    def _point(self, values: Sequence[Any]) -> bool:
        return all([self.bound.leaf(j, values[k]) for j, k in self.reads])

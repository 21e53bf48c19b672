"""A backward that is known by its trail goes in; `.grad` of the tensors it collects for comes out, in memory
that is used again once nobody else refers to it.

That nobody does is read off reference counts: by the native call itself, before it begins, or one by one
where its guards do not hold. Then other memory is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import attrgetter, call, is_, is_not
from typing import Any

import numpy as np

from retrograd.base.dtype import float64
from retrograd.base.modes import State, local
from retrograd.engine.again import Again
from retrograd.graph.node import Node, leaf
from retrograd.runtime.objects import counted, holding, references, slot_place
from retrograd.runtime.recycle import recycler
from retrograd.runtime.table import Guard
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

Add = Callable[[Sequence[tuple[Tensor, Tensor]]], None]      # to each tensor the other
_grad, _after = attrgetter("_grad"), attrgetter("_after_accumulate")


def _places() -> tuple[int | None, int | None]:
    s = Storage(leaf(np.zeros(1), float64))
    s.memory = np.zeros(1)
    return slot_place(s, "node"), slot_place(s, "memory")


NODE, MEMORY = _places()


def _nothing() -> None:
    """Nothing is to be done when the program has run."""


class Delivery:
    """The gradients of one known backward: the same tensors again while nobody else refers to them."""

    def __init__(self, again: Again) -> None:
        self.bound, self.roots, self.sizes = again.bound, again.roots, again.sizes
        self.dtypes = [r().dtype for r in again.owners]
        self.tensors: list[Tensor] = []
        self.storages: list[Storage] = []
        self.nodes: list[Node] = []
        self.parts: list[Any] = []          # all of these, and their arrays
        self.counts: list[int] = []
        self.guarded = False                # whether the native call looks at them

    def run(self, again: Again, root: Node, state: State, add: Add) -> bool:
        """Run backward and set `.grad`, or `add` to what is there; False, and nothing is done, where somebody
        waits for a gradient."""
        bound = self.bound
        owners = list(map(call, again.owners))
        if not all(map(is_not, owners, repeat(None))) or any(map(_after, owners)):
            return False
        first = all(map(is_, map(_grad, owners), repeat(None)))
        if not first and any([g is None or g.requires_grad for g in map(_grad, owners)]):
            return False
        arrays = again.fresh()
        if not (self.guarded and bound.run(_nothing)):
            bound.frame.guard(())
            self.guarded = False
            if not self._ready():
                self._renew()
            elif NODE is not None and MEMORY is not None:
                bound.frame.guard(self._guards(NODE, MEMORY))
                self.guarded = True
            if not bound.run(_nothing):         # another thread, meanwhile
                bound.frame.guard(())
                self.guarded = False
                self._renew()
                bound.run(_nothing)
        again.finish(root, arrays, state)
        if first:
            deque(map(setattr, owners, repeat("_grad"), self.tensors), 0)
        else:
            add(list(zip(map(_grad, owners), self.tensors)))
        return True

    def _ready(self) -> bool:
        """Whether they may be written over."""
        return bool(self.parts) and references(self.parts) == self.counts and self._as_delivered()

    def _as_delivered(self) -> bool:
        return all(map(is_, [s.node for s in self.storages], self.nodes)) \
            and all([s.memory is None for s in self.storages])

    def unseen(self) -> bool:
        """Whether nobody refers to their memory but through these very tensors."""
        many = len(self.tensors)
        return bool(self.parts) and references(self.parts)[many:] == self.counts[many:] \
            and self._as_delivered()

    def _guards(self, node: int, memory: int) -> list[Guard]:
        return [*counted(self.parts, self.counts), *holding(self.storages, node, self.nodes),
                *holding(self.storages, memory, [None] * len(self.storages))]

    def _renew(self) -> None:
        """Other tensors in new memory."""
        bound, roots = self.bound, self.roots
        self.parts = []
        outputs = [bound.output_of(k) for k in roots]
        made = {k: recycler.empty(*self.sizes[k]) for k in outputs}
        for k, array in made.items():
            bound.output(k, array)
        arrays = [made[k] for k in outputs]
        seen = [bound.seen(k, array) for k, array in zip(roots, arrays)]
        self.nodes = [leaf(array, dtype) for array, dtype in zip(seen, self.dtypes)]
        self.tensors = [Tensor(n) for n in self.nodes]
        self.storages = [t._own() for t in self.tensors]
        self.parts = [*self.tensors, *self.storages, *self.nodes, *seen, *arrays]
        del outputs, made, arrays, seen, array        # what counts below is what stays
        self.counts = references(self.parts)


def deliver(again: Again, root: Node, state: State, add: Add) -> bool:
    """Run a known backward whose graph was followed; False where the general way has to."""
    try:
        if again.delivery is None:
            again.delivery = Delivery(again)
        return again.delivery.run(again, root, state, add)      # type: ignore[no-any-return]
    except BaseException:
        again.delivery = None               # an interrupt may have left it half changed
        raise


def delivery_of(params: Sequence[Tensor]) -> Delivery | None:
    """The delivery that all their gradients come from, if there is one."""
    return delivery_holding([p._grad for p in params])


def delivery_holding(tensors: Sequence[Tensor | None]) -> Delivery | None:
    """The delivery that all these come from, if there is one."""
    wanted = set(map(id, tensors))
    found = [line.again.delivery for line in local.state.lines.values() if line.again is not None]
    return next((d for d in found if d is not None and wanted <= set(map(id, d.tensors))), None)

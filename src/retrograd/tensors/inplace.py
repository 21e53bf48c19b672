"""Tensors go in; whether a program may write over their memory, because nobody else can see it, comes out.

Who else looks is read off reference counts: of the node of a tensor, of the node of its storage, and of the
array. A view, a detached twin, a pending graph, a NumPy array outside: each adds a reference.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from operator import is_

import numpy as np

from retrograd.base.dtype import float32
from retrograd.engine import evaluate as engine
from retrograd.graph.node import LEAF, Node, leaf, leaf_p
from retrograd.runtime.recycle import alone
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

ALONE, SHARED_STORAGE, TRACKED_LEAF = range(3)
"""A tensor with a node only; with a storage for the same node; a leaf, whose node is over its storage's."""


class Cells:
    """Tensors and what they stood on when they were looked at.

    While `intact()`, their arrays may be written over: the nodes stay as they are and say what is there.
    """

    __slots__ = ("tensors", "owned", "owners", "nodes", "raws", "objects", "arrays", "counts")

    def __init__(self, tensors: Sequence[Tensor], expected: Sequence[tuple[int, int, int]]) -> None:
        self.tensors = list(tensors)
        storages = [t._storage for t in tensors]
        self.owners = [t for t in tensors if t._storage is not None]
        self.owned: list[Storage] = [t._storage for t in self.owners]     # type: ignore[misc]
        self.nodes = [t._node for t in tensors]
        self.raws = [s.node for s in self.owned]
        self.objects = storages + self.nodes + self.raws        # type: ignore[operator]
        self.arrays = [n.value for n in self.nodes]
        self.counts = ([e[0] for e in expected],
                       [e[1] for e, s in zip(expected, storages) if s is not None],
                       [e[2] for e in expected])

    def intact(self) -> bool:
        """Whether the tensors stand on the same nodes, and nobody else refers to these or to their arrays."""
        now: list[object] = [t._storage for t in self.tensors]
        now += [t._node for t in self.tensors]
        now += [s.node for s in self.owned]
        return all(map(is_, now, self.objects)) and all([s.memory is None for s in self.owned]) and \
            self._forget(now) == self.counts

    def _forget(self, now: list[object]) -> tuple[list[int], list[int], list[int]]:
        now.clear()             # it refers to the nodes too
        return self._references()

    def _references(self) -> tuple[list[int], list[int], list[int]]:
        count = sys.getrefcount
        return list(map(count, self.nodes)), list(map(count, self.raws)), list(map(count, self.arrays))

    def written(self) -> None:
        """Count the writes, as `_version` shows them."""
        for t, s in zip(self.owners, self.owned):
            s.version = t._seen = s.version + 1


def cells(tensors: Sequence[Tensor]) -> Cells | None:
    """The places of tensors; None where one is a view, is seen from outside, or is no plain array."""
    expected = []
    for t in tensors:
        kind = _kind(t)
        if kind is None:
            return None
        expected.append(_EXPECTED[kind])
    found = Cells(tensors, expected)
    return None if len({id(a) for a in found.arrays}) < len(tensors) else found


def _kind(t: Tensor) -> int | None:
    n, s = t.node, t._storage
    if t._parent is not None or (s is not None and (s.memory is not None or s.node.rg)):
        return None
    if n.value is None or (s is not None and s.node.value is None):
        engine.evaluate([n] if s is None else [n, s.node])
    if s is not None and n is not s.node and (n.value is not s.node.value or n.inputs):
        t._seen = -1                    # read again what is known now
        n = t._refresh()
    plain = n.prim is leaf_p and n.value.__class__ is np.ndarray and alone(n.value)
    if not (plain and n.value.flags.c_contiguous and n.value.flags.writeable):
        return None
    if s is None:
        return None if n.rg else ALONE
    if n is s.node:
        return SHARED_STORAGE
    return TRACKED_LEAF if n.rg == LEAF and n.value is s.node.value else None


def _calibrate() -> tuple[tuple[int, int, int], ...]:
    """What the references of each kind count where nobody else looks."""
    def fresh() -> Node:
        return leaf(np.zeros(1, np.float32), float32)
    probe = [Tensor(fresh()), Tensor(fresh()), Tensor(fresh()).requires_grad_()]
    probe[SHARED_STORAGE]._own()
    nodes, raws, arrays = Cells(probe, [(0, 0, 0)] * 3)._references()
    return tuple(zip(nodes, [0, *raws], arrays))


_EXPECTED = _calibrate()

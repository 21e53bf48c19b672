"""A graph goes in; the trail over its nodes as they lie in memory comes out (runtime/trail.py).

It is followed by equal graphs only: the same primitives, parameters and shapes, the same tensors that
collect, and for each node as many references as the graph itself has. So nobody holds what the program does
not deliver, and no two nodes of the graph are one: that one would have the references of both. (Of two that
are held nothing is counted; they are compared.)
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import float32
from retrograd.engine.linearize import Linear, linearize
from retrograd.graph.node import LEAF, TRACKED, Node, hole, scalar_p
from retrograd.runtime.bound import Bound
from retrograd.runtime.objects import COUNT, slot_place
from retrograd.runtime.table import WORD
from retrograd.runtime.trail import (
    CLASS,
    CONTENTS,
    DATA,
    FLAGS,
    ITEMS,
    LISTED,
    READABLE,
    ROW_MAJOR,
    SIZE,
    Trail,
)

ROOT, PENDING = range(2)        # registers that are given
MANY = 24                       # held nodes beyond which comparing them in pairs takes too long


def _slots() -> dict[str, int] | None:
    """Where a node keeps what is asked for; None where nobody knows."""
    n = hole((2, 3), float32)
    told = {name: object() for name in Node.__slots__}
    for name, value in told.items():
        setattr(n, name, value)
    places = {name: slot_place(n, name) for name in Node.__slots__}
    return places if READABLE and None not in places.values() else None      # type: ignore[return-value]


SLOT = _slots()


def _references(linear: Linear) -> list[int]:
    """References to each node beyond those of the graph."""
    count, uses = sys.getrefcount, linear.uses
    return [count(n) - uses.get(id(n), 0) for n in linear.order]


def _calibrate() -> int:
    probe = [hole((), float32), hole((), float32)]
    linear = linearize(probe)
    probe.clear()
    return min(_references(linear))


_NOBODY = _calibrate()          # what `_references` counts where nobody else refers to a node


def expected_references(linear: Linear, pending: Sequence[Node], held: Container[int]
                        ) -> dict[int, int] | None:
    """By identity, how often graph and list refer to each node that is to be computed and to which nothing
    else may refer (constants without inputs are shared by all); None if something else does."""
    listed = set(map(id, pending))
    expected = {}
    for n, count in zip(linear.order, _references(linear)):
        if n.value is None and id(n) not in held and (n.inputs or id(n) in listed):
            if count - _NOBODY != (id(n) in listed):
                return None
            expected[id(n)] = linear.uses.get(id(n), 0) + (id(n) in listed)
    return expected


class Description:
    """Says of a graph, node by node, how it looks: `expected` are the references to nodes that nobody else
    may hold, `owners` whether the tensors that collect are part of it, `also` where else the address of
    a leaf is put."""

    def __init__(self, linear: Linear, bound: Bound, expected: Mapping[int, int], slot: dict[str, int], *,
                 owners: bool, also: Mapping[int, int] | None = None) -> None:
        self._also = also or {}
        self._frame, self._expected, self._slot, self._owners = bound.frame, expected, slot, owners
        self._leaf = {id(n): k for k, n in enumerate(linear.leaves)}
        self._scalar = {id(n): k for k, n in enumerate(linear.scalars)}
        self.register: dict[int, int] = {}
        self._queue: list[Node] = []
        self._puts: list[tuple[int, int, int, int]] = []
        self.told: list[tuple[int, Any, int]] = []      # of ints: register, where the program reads it
        self.arrays: list[int] = []                     # registers of the arrays that the program reads

    def begin(self, n: Node, register: int) -> None:
        """A node whose address is in a register."""
        self.register[id(n)] = register
        self._queue.append(n)

    def reach(self, trail: Trail, n: Node, base: int, offset: int) -> None:
        """A node whose address lies there."""
        if id(n) in self.register:
            trail.same(base, offset, self.register[id(n)])
        else:
            self.begin(n, trail.load(base, offset))

    def walk(self, trail: Trail) -> bool:
        """Everything that was reached, and what that is made of; False where the graph holds what a trail
        does not tell apart."""
        look, queue = (self._value, self._pending), self._queue
        good = all([look[n.value is None](trail, n) for n in queue])
        queue.clear()
        return good

    def close(self, trail: Trail) -> None:
        """When nothing can differ any more, the program is told where its leaves lie."""
        for put in self._puts:
            trail.put(*put)
        trail.close()

    def _common(self, trail: Trail, n: Node) -> int:
        at, slot = self.register[id(n)], self._slot
        names = ("prim", "rg", "hooks", *(("owner",) if n.rg == LEAF and self._owners else ()))
        for name in names:
            trail.holds(at, slot[name], getattr(n, name))
        return at

    def _pending(self, trail: Trail, n: Node) -> bool:
        """A node that is to be computed."""
        at, slot = self._common(trail, n), self._slot
        trail.holds(at, slot["value"], None)
        trail.alike(at, slot["params"], n.params)
        if id(n) in self._expected:
            trail.check(at, 0, self._expected[id(n)], COUNT)
        if n.inputs:
            inputs = trail.load(at, slot["inputs"])
            trail.check(inputs, SIZE, len(n.inputs))
            for k, i in enumerate(n.inputs):
                self.reach(trail, i, inputs, ITEMS + WORD * k)
        else:
            trail.holds(at, slot["inputs"], ())
            trail.holds(at, slot["dtype"], n.dtype)
        return True

    def _value(self, trail: Trail, n: Node) -> bool:
        """A leaf or a number, which the program reads."""
        at, slot, frame = self._common(trail, n), self._slot, self._frame
        if not n.inputs:                # what is known may keep its history, as a parameter that was written
            trail.holds(at, slot["inputs"], ())
        trail.holds(at, slot["dtype"], n.dtype)
        value = trail.load(at, slot["value"])
        trail.check(value, CLASS, id(n.value.__class__))
        if n.prim is scalar_p:
            k = self._scalar[id(n)]
            if frame.float_slots[k] and n.value.__class__ is float:
                self._puts.append((value, CONTENTS, 0, ctypes.addressof(frame.floats) + WORD * k))
            else:
                self.told.append((value, frame.floats if frame.float_slots[k] else frame.ints, k))
            return n.value.__class__ in (int, float)
        if n.value.__class__ is not np.ndarray or not n.value.flags.c_contiguous:
            return False
        trail.alike(at, slot["shape"], n.shape)
        trail.check(value, FLAGS, ROW_MAJOR, ROW_MAJOR)
        self.arrays.append(value)
        if self._leaf[id(n)] in self._also:
            self._puts.append((value, DATA, 0, self._also[self._leaf[id(n)]]))
        self._puts += [(value, DATA, offset, ctypes.addressof(frame.table) + WORD * k)
                       for k, offset in frame.leaf_patches[self._leaf[id(n)]]]
        return True


class Builder:
    """Makes the trail of a backward, and binds its program to memory of its own; `build` once."""

    def __init__(self, root: Node, linear: Linear, pending: Sequence[Node], held: dict[int, Node], found: Any,
                 slot: dict[str, int]) -> None:
        self.root, self.linear, self.pending, self.known, self.slot = root, linear, pending, found, slot
        self.held = {id(n) for n in held.values()} | {id(root)}
        self.told: list[tuple[int, Any, int]] = []
        self.expected = expected_references(linear, pending, self.held)

    def build(self) -> tuple[Trail, Bound] | None:
        """The trail and the program; None where the graph holds what a trail does not tell apart."""
        linear, known = self.linear, self.known
        owners = [linear.order[k].owner for k in known.wrt]
        tensors = {id(o()) for o in owners if o is not None}
        walked = {linear.order[k] for k in known.walked}
        delivered = [n for n in self.pending if id(n) in self.held and n is not self.root]
        if self.expected is None or not Bound.fits(known.program) or len(self.held) > MANY \
                or len(tensors) < len(owners) or any(o is None or o() is None for o in owners) \
                or any(n.rg == TRACKED and n not in walked for n in delivered) \
                or any(n.owner.__class__ is tuple for n in linear.order):
            return None
        bound = Bound(known.program)
        outputs = [bound.output_of(k) for k in range(len(known.program.recipe.roots))]
        own, collected = set(outputs[:1 + len(known.held)]), set(outputs[1 + len(known.held):])
        if own & collected or own | collected != set(range(len(known.program.recipe.outputs))):
            return None     # gradients share no memory with what else is delivered; none is left
        trail = Trail(2)
        told = Description(linear, bound, self.expected, self.slot, owners=True)
        if not self._describe(trail, told):
            return None
        told.close(trail)
        self.told = told.told
        return trail, bound

    def _describe(self, trail: Trail, told: Description) -> bool:
        told.begin(self.root, ROOT)
        trail.check(PENDING, SIZE, len(self.pending))
        listed = trail.load(PENDING, LISTED)
        for k, n in enumerate(self.pending):
            told.reach(trail, n, listed, WORD * k)
        if not told.walk(trail):
            return False
        held = [told.register[k] for k in self.held]
        for k, one in enumerate(held):
            for other in held[:k]:
                trail.apart(one, other)
        return True

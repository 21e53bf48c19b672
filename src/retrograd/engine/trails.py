"""A graph goes in; the trail over its nodes as they lie in memory comes out (runtime/trail.py).

It is followed by equal graphs only: the same primitives, parameters and shapes, the same tensors that
collect, and for each node as many references as the graph itself has. So nobody holds what the program does
not deliver, and no two nodes of the graph are one: that one would have the references of both. (Of two that
are held nothing is counted; they are compared.)
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import float32
from retrograd.engine.linearize import Linear, linearize
from retrograd.graph.node import LEAF, Node, hole, scalar_p
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


class Builder:
    """Makes the trail of a graph, and binds its program to memory of its own; `build` once."""

    def __init__(self, root: Node, linear: Linear, pending: Sequence[Node], held: dict[int, Node], found: Any,
                 slot: dict[str, int]) -> None:
        self.root, self.linear, self.pending, self.known, self.slot = root, linear, pending, found, slot
        self.held = {id(n) for n in held.values()} | {id(root)}
        listed = self.listed = set(map(id, pending))
        spare = [count - _NOBODY - (id(n) in listed) for n, count in zip(linear.order, _references(linear))]
        # By identity: how often the graph and the list refer to a node.
        self.expected = {id(n): linear.uses.get(id(n), 0) + (id(n) in listed) for n in linear.order}
        self.sound = all([s == 0 for n, s in zip(linear.order, spare) if self._alone(n)])
        self.puts: list[tuple[int, int, int, int]] = []
        self.told: list[tuple[int, Any, int]] = []      # of ints: register, where the program reads it

    def _alone(self, n: Node) -> bool:
        """Whether nothing but the graph may refer to a node. (Constants without inputs are shared by all.)"""
        return n.value is None and id(n) not in self.held and bool(n.inputs or id(n) in self.listed)

    def build(self) -> tuple[Trail, Bound] | None:
        """The trail and the program; None where the graph holds what a trail does not tell apart."""
        linear, known = self.linear, self.known
        collecting = [n for n in linear.order if n.rg == LEAF]
        owners = [n.owner for n in collecting]
        tensors = {id(o()) for o in owners if o is not None}
        walked = {linear.order[k] for k in known.walked}
        delivered = [n for n in self.pending if id(n) in self.held and n is not self.root]
        if not self.sound or not Bound.fits(known.program) or len(self.held) > MANY \
                or len(tensors) < len(owners) or any(o is None or o() is None for o in owners) \
                or any(n.rg and n not in walked for n in delivered) \
                or any(n.owner.__class__ is tuple for n in linear.order):
            return None
        bound = Bound(known.program)
        outputs = [bound.output_of(k) for k in range(len(known.program.recipe.roots))]
        own, collected = outputs[:1 + len(known.held)], set(outputs[1 + len(known.held):])
        if sorted([*own, *collected]) != list(range(len(known.program.recipe.outputs))):
            return None     # what is delivered has memory of its own (gradients may share it); none is left
        self.bound = bound
        self.leaf = {id(n): k for k, n in enumerate(linear.leaves)}
        self.scalar = {id(n): k for k, n in enumerate(linear.scalars)}
        trail = Trail(2)
        if not self._describe(trail):
            return None
        trail.close()
        return trail, bound

    def _describe(self, trail: Trail) -> bool:
        self.register = {id(self.root): ROOT}
        self.queue = [self.root]
        trail.check(PENDING, SIZE, len(self.pending))
        listed = trail.load(PENDING, LISTED)
        for k, n in enumerate(self.pending):
            self._reach(trail, n, listed, WORD * k)
        for n in self.queue:
            if not (self._pending(trail, n) if n.value is None else self._value(trail, n)):
                return False
        held = [self.register[k] for k in self.held]
        for k, one in enumerate(held):
            for other in held[:k]:
                trail.apart(one, other)
        for put in self.puts:                       # when nothing can fail any more
            trail.put(*put)
        return True

    def _reach(self, trail: Trail, n: Node, base: int, offset: int) -> None:
        if id(n) in self.register:
            trail.same(base, offset, self.register[id(n)])
        else:
            self.register[id(n)] = trail.load(base, offset)
            self.queue.append(n)

    def _common(self, trail: Trail, n: Node) -> int:
        at, slot = self.register[id(n)], self.slot
        for name in ("prim", "rg", "hooks", "owner") if n.rg == LEAF else ("prim", "rg", "hooks"):
            trail.holds(at, slot[name], getattr(n, name))
        return at

    def _pending(self, trail: Trail, n: Node) -> bool:
        """A node that is to be computed."""
        at, slot = self._common(trail, n), self.slot
        trail.holds(at, slot["value"], None)
        trail.alike(at, slot["params"], n.params)
        if self._alone(n):
            trail.check(at, 0, self.expected[id(n)], COUNT)
        if n.inputs:
            inputs = trail.load(at, slot["inputs"])
            trail.check(inputs, SIZE, len(n.inputs))
            for k, i in enumerate(n.inputs):
                self._reach(trail, i, inputs, ITEMS + WORD * k)
        else:
            trail.holds(at, slot["inputs"], ())
            trail.holds(at, slot["dtype"], n.dtype)
        return True

    def _value(self, trail: Trail, n: Node) -> bool:
        """A leaf or a number, which the program reads."""
        at, slot, frame = self._common(trail, n), self.slot, self.bound.frame
        trail.holds(at, slot["inputs"], ())
        trail.holds(at, slot["dtype"], n.dtype)
        value = trail.load(at, slot["value"])
        trail.check(value, CLASS, id(n.value.__class__))
        if n.prim is scalar_p:
            k = self.scalar[id(n)]
            if frame.float_slots[k] and n.value.__class__ is float:
                self.puts.append((value, CONTENTS, 0, ctypes.addressof(frame.floats) + WORD * k))
            else:
                self.told.append((value, frame.floats if frame.float_slots[k] else frame.ints, k))
            return n.value.__class__ in (int, float)
        if n.value.__class__ is not np.ndarray or not n.value.flags.c_contiguous:
            return False
        trail.alike(at, slot["shape"], n.shape)
        trail.check(value, FLAGS, ROW_MAJOR, ROW_MAJOR)
        self.puts += [(value, DATA, offset, ctypes.addressof(frame.table) + WORD * k)
                      for k, offset in frame.leaf_patches[self.leaf[id(n)]]]
        return True

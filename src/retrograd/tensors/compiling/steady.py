"""The steady state of a replay: everything lies where the last run left it, so a step is a few comparisons of
identities and counts, one native call, and the new step counts.

What is written over belongs to tensors that nobody else sees (`Cells`), gradients and results lie in memory
that is used again once nobody else refers to it. Where anything differs the general way is taken, and this is
built anew.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from operator import is_
from types import CellType
from typing import Any

import numpy as np

from retrograd.base.modes import changes, local
from retrograd.base.pytree import unflatten
from retrograd.engine.evaluate import evaluate, synchronize
from retrograd.engine.random import signed
from retrograd.graph.node import Node, leaf
from retrograd.runtime.bound import Bound
from retrograd.tensors.compiling.replay import Replay, tensor_of
from retrograd.tensors.formula import making
from retrograd.tensors.inplace import Cells, cells
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

MISS = object()
RING = 3            # memory of a result is used again after so many runs, if nobody holds it


class Gradients:
    """`.grad` of some tensors: the same tensors again while nobody else refers to them."""

    def __init__(self, bound: Bound, owners: Sequence[Any], roots: Sequence[int]) -> None:
        self.bound, self.owners, self.roots = bound, list(owners), list(roots)
        self.tensors: list[Tensor] = []
        self.parts: list[Any] = []          # tensors, nodes, arrays seen, memory
        self.counts: list[int] = []

    def ready(self) -> bool:
        """Whether they may be written over."""
        return (list(map(sys.getrefcount, self.parts)) == self.counts
                and all(map(is_, [t._grad for t in self.owners], self.tensors))
                and len(self.tensors) == len(self.owners))

    def renew(self) -> None:
        """Other tensors in new memory."""
        outputs = [self.bound.output_of(root) for root in self.roots]
        arrays = [self.bound.fresh(k) for k in outputs]
        for k, array in zip(outputs, arrays):
            self.bound.output(k, array)
        seen = [self.bound.seen(root, array) for root, array in zip(self.roots, arrays)]
        nodes = [leaf(array, t.dtype) for array, t in zip(seen, self.owners)]
        self.tensors = [Tensor(n) for n in nodes]
        self.parts = [*self.tensors, *nodes, *seen, *arrays]
        del outputs, arrays, seen, nodes

    def deliver(self) -> None:
        """Put them into `.grad`, and count their references while nobody else can have any."""
        for t, g in zip(self.owners, self.tensors):
            t._grad = g
        del t, g
        self.counts = list(map(sys.getrefcount, self.parts))


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


class Steady:
    """A replay with everything in its place."""

    def __init__(self, replay: Replay, args: Sequence[Any], bound: Bound, written: Cells) -> None:
        self.replay, self.bound, self.written = replay, bound, written
        self.arguments: list[tuple[int, int]] = []              # leaf, argument
        self.given: list[Any] = [None] * len(replay.sources)    # nodes of arguments last time, by leaf
        self.held: list[Any] = []                               # what else is read, and its nodes
        self.nodes: list[Node] = []
        self.kept: list[Any] = []
        self._leaves()
        # Of storages too: a view of one may have a value of its own, that a write would leave behind.
        self.watched = [*written.nodes, *written.raws, *written.arrays, *written.owned]
        nodes, raws, arrays = written.counts
        more = Counter(map(id, self.watched))                           # `watched` refers to them as well
        self.references = [count + more[id(o)] for count, o in zip((*nodes, *raws, *arrays), self.watched)]
        self.references += map(sys.getrefcount, written.owned)
        found = [p for p in replay.places if p.holder is not None]
        self.cells = [p for p in found if p.holder.__class__ is CellType]
        self.closures, self.contents = [p.holder for p in self.cells], [p.value for p in self.cells]
        names = [p for p in found if p.holder.__class__ is not CellType]
        self.names, self.objects = [(p.holder, p.key) for p in names], [p.value for p in names]
        self.silent = [p for p in replay.places if p.silent]
        self.numbers: list[tuple[int, int]] = []
        self.chance: list[tuple[int, str, Any]] = []
        for k, (kind, of) in enumerate(replay.scalars):
            if kind == "constant":
                self._scalar(k, of)
            elif kind == "number":
                self.numbers.append((k, of))
            else:
                self.chance.append((k, kind, of))
        self.all_numbers = bound.frame.all_floats and len(self.numbers) == len(replay.scalars)
        owners = [(ref.tensor(args), root) for ref, root in replay.grads if root is not None]
        self.gradients = Gradients(bound, [t for t, _ in owners], [root for _, root in owners])
        self.cleared = [ref.tensor(args) for ref, root in replay.grads if root is None]
        self.rings = [Ring(bound, r.it) if r.kind == "root" else None for r in replay.returned]

    def _leaves(self) -> None:
        """Tell the program where its leaves lie, and remember what to look at."""
        replay, bound, written = self.replay, self.bound, self.written
        own = {id(t): array for t, array in zip(written.tensors, written.arrays)}
        gifts = {j: own[id(w.ref.held)] for w in replay.written for j in [replay.program.over[w.root]]}
        for k, source in enumerate(replay.sources):
            if k in gifts:
                bound.leaf(k, gifts[k])
            elif source.kind in ("tensor", "memory") and source.of.argument >= 0:
                self.arguments.append((k, source.of.argument))
            else:
                node = source.node(())
                assert node is not None
                array = np.ascontiguousarray(node.value)
                bound.leaf(k, array)
                self.kept.append(array)
                if source.kind != "fixed":
                    self.held.append(source.of if source.kind == "storage" else source.of.held)
                    self.nodes.append(node)

    def _scalar(self, k: int, value: Any) -> None:
        frame = self.bound.frame
        (frame.floats if frame.float_slots[k] else frame.ints)[k] = value

    # ------------------------------------------------------------ one step
    def step(self, args: Sequence[Any]) -> Any:
        """What the step returns; MISS where something is not as the last one left it."""
        replay = self.replay
        if changes.count != replay.count or not self._unread() or not self._given(args):
            return MISS
        given: dict[int, Any] = {}
        counts: list[Any] = []
        for step in replay.steps:
            more = step.numbers(given) if step.check() else None
            if more is None:
                return MISS
            counts += more
        if not replay.plain_numbers:
            values = replay.numbers.evaluate(given)
            if values is None:
                return MISS
            counts += [(entry.__setitem__, c.key, values[c.after]) for c in replay.counted
                       for entry in c.entries]
            given = values                          # type: ignore[assignment]
        if not self._intact():
            if not local.state.pending:
                return MISS
            synchronize()                           # who waits reads the old values
            if not self._intact():
                return MISS
        return self._run(args, given, counts)

    def _run(self, args: Sequence[Any], numbers: Any, counts: list[Any]) -> Any:
        replay, frame = self.replay, self.bound.frame
        if self.all_numbers:
            frame.floats[:len(self.numbers)] = [numbers[of] for _, of in self.numbers]
        else:
            for k, of in self.numbers:
                self._scalar(k, numbers[of])
        for k, kind, of in self.chance:
            self._scalar(k, signed(of.initial_seed()) if kind == "seed" else of[0].counter + of[1])
        gradients = self.gradients
        fresh = not gradients.ready()
        if fresh:
            gradients.renew()
        arrays = [ring and ring.next() for ring in self.rings]
        counts += [(setattr, g, "counter", g.counter + n) for g, n in replay.drawn]
        self.bound.run(making(counts) if counts else _nothing)
        if fresh:
            gradients.deliver()
        for t in self.cleared:
            t._grad = None
        if replay.single:                           # a tensor alone
            return tensor_of(arrays[0], *replay.returned[0][2:])
        results = [replay.result(r, args, array) for r, array in zip(replay.returned, arrays)]
        return unflatten(replay.shape_of_result, results)

    # ------------------------------------------------------------ what is looked at
    def _unread(self) -> bool:
        """Whether names and closures hold what they held."""
        try:
            return (all(map(is_, [cell.cell_contents for cell in self.closures], self.contents))
                    and all(map(is_, [names[key] for names, key in self.names], self.objects))
                    and (not self.silent or all([place.same() for place in self.silent]))
                    and all(map(is_, [t._node if t.__class__ is not Storage else t.node for t in self.held],
                                self.nodes)))
        except (KeyError, ValueError):
            return False

    def _given(self, args: Sequence[Any]) -> bool:
        """Point the program at the arguments, if they are of the kind it was captured for."""
        given = self.given
        for k, place in self.arguments:
            t = args[place]
            s = t._storage
            n = t._node if s is None or (s.version == t._seen and s.memory is None) else t.node
            if n is not given[k]:
                if n.value is None:
                    evaluate([n])
                if n.value.__class__ is not np.ndarray or not self.bound.leaf(k, n.value):
                    return False
                given[k] = n
        return True

    def _intact(self) -> bool:
        """Whether the tensors stand where they did, and nobody else refers to what is written over."""
        written = self.written
        return (list(map(sys.getrefcount, self.watched)) == self.references
                and all(map(is_, [t._node for t in written.tensors], written.nodes))
                and all(map(is_, [s.node for s in written.owned], written.raws)))


def _nothing() -> None:
    """Nothing to do afterwards."""


def steady(replay: Replay, args: Sequence[Any]) -> Steady | None:
    """The steady state of a replay that has just run; None where it has none, or somebody looks on."""
    if not Bound.fits(replay.program) or any(s.kind == "grad" for s in replay.sources):
        return None
    if any(w.ref is None or w.ref.argument >= 0 or w.grad or w.root not in replay.program.over
           for w in replay.written) or any(ref.argument >= 0 for ref, _ in replay.grads) or replay.asked:
        return None
    roots = [r.it for r in replay.returned if r.kind == "root"]
    roots += [k for _, k in replay.grads if k is not None]
    bound = Bound(replay.program)
    # Each result in a memory of its own, and no memory without one.
    if sorted(bound.output_of(k) for k in roots) != list(range(len(replay.program.recipe.outputs))):
        return None
    written = cells([w.ref.held for w in replay.written])           # type: ignore[union-attr]
    if written is None or not written.intact():
        return None
    return Steady(replay, args, bound, written)

"""The steady state of a replay: everything lies where the last run left it, so a step is a few comparisons of
identities, one native call, and the new step counts.

What is written over belongs to tensors that nobody else sees (`Cells`), gradients and results lie in memory
that is used again once nobody else refers to it. That nobody does is read off reference counts: by the native
call itself, before it begins (`Steady.guards`), or one by one where its guards do not hold. Where anything
differs the general way is taken, and this is built anew.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter, getitem, is_, itemgetter
from struct import Struct
from types import CellType
from typing import Any

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.modes import State, changes
from retrograd.base.pytree import unflatten
from retrograd.engine.evaluate import evaluate, synchronize
from retrograd.engine.random import signed
from retrograd.graph.node import Node, leaf
from retrograd.runtime.bound import Bound
from retrograd.runtime.objects import counted, holding, references, slot_place
from retrograd.tensors.compiling.replay import Replay, Rows, tensor_of
from retrograd.tensors.compiling.ring import HeldRows, Ring
from retrograd.tensors.formula import making
from retrograd.tensors.inplace import Cells, cells
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

MISS = object()
_grad = attrgetter("_grad")
_NODE = slot_place(Storage(leaf(np.zeros(1), dt.float64)), "node")
_CONTENTS = slot_place(CellType(object()), "cell_contents")


class Gradients:
    """`.grad` of some tensors: the same tensors again while nobody else refers to them."""

    def __init__(self, bound: Bound, owners: Sequence[Any], roots: Sequence[int]) -> None:
        self.bound, self.owners, self.roots = bound, list(owners), list(roots)
        self.tensors: list[Tensor] = []
        self.storages: list[Storage] = []
        self.nodes: list[Node] = []
        self.parts: list[Any] = []          # all of these, arrays seen, memory
        self.counts: list[int] = []

    def there(self) -> bool:
        """Whether `.grad` is what it was. (A write to one shows at its storage.)"""
        return all(map(is_, map(_grad, self.owners), self.tensors))

    def ready(self) -> bool:
        """Whether they may be written over."""
        return (len(self.tensors) == len(self.owners) and references(self.parts) == self.counts
                and self.there() and all(map(is_, [s.node for s in self.storages], self.nodes)))

    def renew(self) -> None:
        """Other tensors in new memory."""
        outputs = [self.bound.output_of(root) for root in self.roots]
        arrays = [self.bound.fresh(k) for k in outputs]
        for k, array in zip(outputs, arrays):
            self.bound.output(k, array)
        seen = [self.bound.seen(root, array) for root, array in zip(self.roots, arrays)]
        self.nodes = [leaf(array, t.dtype) for array, t in zip(seen, self.owners)]
        self.tensors = [Tensor(n) for n in self.nodes]
        self.storages = [t._own() for t in self.tensors]
        self.parts = [*self.tensors, *self.storages, *self.nodes, *seen, *arrays]
        del outputs, arrays, seen

    def deliver(self) -> None:
        """Put them into `.grad`, and count their references while nobody else can have any."""
        for t, g in zip(self.owners, self.tensors):
            t._grad = g
        t = g = None
        self.counts = references(self.parts)


class Steady:
    """A replay with everything in its place."""

    def __init__(self, replay: Replay, args: Sequence[Any], bound: Bound, written: Cells) -> None:
        self.replay, self.bound, self.written = replay, bound, written
        self.run = bound.run if bound.program.leased else bound.frame.guarded
        self.grad, self.default = replay.modes
        self.kinds = [aval[-1] for aval in replay.avals]
        self.told = replay.told                                 # arguments that are numbers
        self.given: list[Any] = [None] * len(args)              # nodes of arguments last time
        self.leaves: list[list[int]] = [[] for _ in args]       # of each argument
        self.read: dict[int, Any] = {}                          # arrays of leaves
        self.held: list[Any] = []                               # what else is read, and its nodes
        self.nodes: list[Node] = []
        self.kept: list[Any] = []
        self._leaves()
        self.open = [s for s in self.held if s.__class__ is Storage and s.memory is not None]
        # Of storages too: a view of one may have a value of its own, that a write would leave behind.
        self.watched = [*written.nodes, *written.raws, *written.arrays, *written.owned]
        nodes, raws, arrays = written.counts
        more = Counter(map(id, self.watched))                           # `watched` refers to them as well
        self.counts = [count + more[id(o)] for count, o in zip((*nodes, *raws, *arrays), self.watched)]
        self.counts += map(sys.getrefcount, written.owned)
        found = [p for p in replay.places if p.holder is not None]
        cells = [p for p in found if p.holder.__class__ is CellType]
        self.closures, self.contents = [p.holder for p in cells], [p.value for p in cells]
        names = [p for p in found if p.holder.__class__ is not CellType]
        self.spaces, self.names, self.objects = ([p.holder for p in names], [p.key for p in names],
                                                 [p.value for p in names])
        self.silent = [p for p in replay.places if p.silent]
        self._numbers()
        owners = [(ref.tensor(args), root) for ref, root in replay.grads if isinstance(root, int)]
        self.gradients = Gradients(bound, [t for t, _ in owners], [root for _, root in owners])
        self.rows = [HeldRows(bound, ref.tensor(args), root) for ref, root in replay.grads
                     if isinstance(root, Rows)]
        self.filled: list[dict[int, Any]] = []                  # arrays of these, by root
        self.cleared = [ref.tensor(args) for ref, root in replay.grads if root is None]
        self.rings: list[Any] = [Ring(bound, r.it) if r.kind == "root" else None for r in replay.returned]
        self.single = replay.single
        self.guarded = False            # whether the native call looks who else refers to what it writes
        self.trusting = False           # and whether optimisers are as they were

    def _leaves(self) -> None:
        """Tell the program where its leaves lie, and remember what to look at."""
        replay, bound, written = self.replay, self.bound, self.written
        own = {id(t): array for t, array in zip(written.tensors, written.arrays)}
        gifts = {j: own[id(w.ref.held)] for w in replay.written for j in [replay.program.over[w.root]]}
        for k, source in enumerate(replay.sources):
            if k in gifts:
                bound.leaf(k, gifts[k])
            elif source.kind in ("tensor", "memory") and source.of.argument >= 0:
                self.leaves[source.of.argument].append(k)
            else:
                node = source.node(())
                assert node is not None
                array = np.ascontiguousarray(node.value)
                bound.leaf(k, array)
                self.kept.append(array)
                self.read[k] = array
                if source.kind != "fixed":
                    self.held.append(source.of if source.kind == "storage" else source.of.held)
                    self.nodes.append(node)

    def _numbers(self) -> None:
        """Where the scalars of the program come from."""
        replay = self.replay
        self.numbers: list[tuple[int, int]] = []
        self.chance: list[tuple[int, str, Any]] = []
        for k, (kind, of) in enumerate(replay.scalars):
            if kind == "constant":
                self._scalar(k, of)
            elif kind == "number":
                self.numbers.append((k, of))
            else:
                self.chance.append((k, kind, of))
        self.pack = self.choose = None
        frame, told = self.bound.frame, len(self.numbers) == len(replay.scalars) > 1
        if replay.plain_numbers and frame.all_floats and told:
            places = [place for step in replay.steps for place in step.places]
            self.choose = itemgetter(*[places.index(of) for _, of in self.numbers])
            self.pack = Struct(f"{len(self.numbers)}d").pack_into

    def _scalar(self, k: int, value: Any) -> None:
        frame = self.bound.frame
        (frame.floats if frame.float_slots[k] else frame.ints)[k] = value

    # ------------------------------------------------------------ one step
    def step(self, args: Sequence[Any], state: State) -> Any:
        """What the step returns; MISS where something is not as the last one left it."""
        replay = self.replay
        if changes.count != replay.count or state.grad is not self.grad or dt.default() is not self.default \
                or not self._given(args) or not self._unread():
            return MISS
        told: list[float] = []
        counts: list[Any] = []
        for step in replay.steps:
            if self.trusting:
                numbers = step.ahead(counts) if step.glance() else None
            else:
                numbers = step.numbers(counts) if step.check() else None
            if numbers is None:
                return MISS
            told += numbers
        if self.pack is not None:
            self.pack(self.bound.frame.floats, 0, *self.choose(told))       # type: ignore[misc]
        elif not self._put(args, told, counts):
            return MISS
        if self.guarded and self.gradients.there():
            arrays = self._next()
            if self.run(making(counts)):
                return self._result(args, arrays)
            arrays = None
        if self.trusting:                           # in vain: what the numbers rest on is to be looked at
            self.trusting = self.guarded = False
            return self.step(args, state)
        return self._carefully(args, state, counts)

    def _put(self, args: Sequence[Any], told: Sequence[float], counts: list[Any]) -> bool:
        """Numbers and counters of random draws, where they are not simply told by optimisers."""
        replay = self.replay
        values: Any = dict(zip((place for step in replay.steps for place in step.places), told))
        values.update((place, args[k]) for k, place in self.told.items())
        if not replay.plain_numbers:
            values = replay.numbers.evaluate(values)
            if values is None:
                return False
            counts += [(entry.__setitem__, c.key, values[c.after]) for c in replay.counted
                       for entry in c.entries]
        for k, of in self.numbers:
            self._scalar(k, values[of])
        for k, kind, of in self.chance:
            self._scalar(k, signed(of.initial_seed()) if kind == "seed" else of[0].counter + of[1])
        counts += [(setattr, g, "counter", g.counter + n) for g, n in replay.drawn]
        return True

    def _carefully(self, args: Sequence[Any], state: State, counts: list[Any]) -> Any:
        """The step where nobody, or somebody, may refer to what it writes: looked at object by object."""
        self.guarded = self.trusting = False
        self.bound.frame.guard(())
        if not self._intact():
            if not state.pending:
                return MISS
            synchronize()                           # who waits reads the old values
            if not self._intact():
                return MISS
        gradients = self.gradients
        fresh = not gradients.ready()
        if fresh:
            gradients.renew()
        elif _NODE is not None and _CONTENTS is not None:
            self._guard(_NODE, _CONTENTS)
        arrays = self._next()
        if not self.run(making(counts)):            # another thread, meanwhile
            return MISS
        if fresh:
            gradients.deliver()
        return self._result(args, arrays)

    def _guard(self, node: int, contents: int) -> None:
        """Tell the native call what to look at from now on. Each tensor that is written has a storage,
        through which every other write goes."""
        written, gradients = self.written, self.gradients
        guards = [*counted(self.watched, self.counts), *counted(gradients.parts, gradients.counts),
                  *holding(written.owned, node, written.raws),
                  *holding(gradients.storages, node, gradients.nodes),
                  *holding(self.closures, contents, self.contents)]
        optimisers = [step.guards() for step in self.replay.steps] if self.pack is not None else [None]
        self.trusting = None not in optimisers
        self.bound.frame.guard(guards + [g for found in optimisers for g in found or ()])
        self.guarded = True

    def _next(self) -> list[Any]:
        """Memory for what is returned, and for gradients held as few rows."""
        if self.rows:
            self.filled = [rows.next() for rows in self.rows]
        return [self.rings[0].next()] if self.single else [ring and ring.next() for ring in self.rings]

    def _result(self, args: Sequence[Any], arrays: Sequence[Any]) -> Any:
        replay = self.replay
        for t in self.cleared:
            t._grad = None
        for rows, filled in zip(self.rows, self.filled):
            rows.deliver(filled, self.read)
        self.filled = []
        if self.single:                             # a tensor alone
            return tensor_of(arrays[0], *replay.returned[0][2:])
        results = [replay.result(r, args, array) for r, array in zip(replay.returned, arrays)]
        return unflatten(replay.shape_of_result, results)

    # ------------------------------------------------------------ what is looked at
    def _unread(self) -> bool:
        """Whether names and closures hold what they held."""
        try:
            if not (self.guarded or all(map(is_, [c.cell_contents for c in self.closures], self.contents))) \
                    or not all(map(is_, map(getitem, self.spaces, self.names), self.objects)):
                return False
        except (KeyError, ValueError):
            return False
        for storage in self.open:
            storage.settle()
        return (not self.silent or all([place.same() for place in self.silent])) and \
            (not self.held or all(map(is_, [t.node for t in self.held], self.nodes)))

    def _given(self, args: Sequence[Any]) -> bool:
        """Point the program at the arguments, if they are of the kind it was captured for."""
        given = self.given
        if len(args) != len(given):
            return False
        for k, t in enumerate(args):
            if t.__class__ is not self.kinds[k]:
                return False
            if k in self.told:
                continue
            s = t._storage
            n = t._node if s is None or (s.version == t._seen and s.memory is None) else t.node
            if n is not given[k] and not self._other(k, n):
                return False
        return True

    def _other(self, k: int, n: Node) -> bool:
        """Whether the node of an argument is of the kind it was; the program reads that one from now on."""
        shape, dtype, rg, _ = self.replay.avals[k]
        if n.shape != shape or n.dtype is not dtype or n.rg != rg:
            return False
        if n.value is None:
            evaluate([n])
        if n.value.__class__ is not np.ndarray or \
                not all([self.bound.leaf(j, n.value) for j in self.leaves[k]]):
            return False
        self.given[k] = n
        if self.rows:
            self.read.update(dict.fromkeys(self.leaves[k], n.value))
        return True

    def _intact(self) -> bool:
        """Whether the tensors stand where they did, and nobody else refers to what is written over."""
        written = self.written
        return (references(self.watched) == self.counts
                and all(map(is_, [t._node for t in written.tensors], written.nodes))
                and all(map(is_, [s.node for s in written.owned], written.raws)))


def steady(replay: Replay, args: Sequence[Any]) -> Steady | None:
    """The steady state of a replay that has just run; None where it has none, or somebody looks on."""
    rows = [k for _, root in replay.grads if isinstance(root, Rows) for k in root.parts]
    if not Bound.fits(replay.program, rows) or any(s.kind == "grad" for s in replay.sources):
        return None
    if any(w.ref is None or w.ref.argument >= 0 or w.grad or w.root not in replay.program.over
           for w in replay.written) or any(ref.argument >= 0 for ref, _ in replay.grads) or replay.asked \
            or any(r.kind == "number" for r in replay.returned):
        return None
    roots = [r.it for r in replay.returned if r.kind == "root"]
    roots += [k for _, k in replay.grads if isinstance(k, int)]
    bound = Bound(replay.program)
    roots += [k for k in rows if bound.has_output(k)]
    # Each result in a memory of its own, and no memory without one.
    if sorted(bound.output_of(k) for k in roots) != list(range(len(replay.program.recipe.outputs))):
        return None
    for w in replay.written:
        w.ref.held._own()                                           # type: ignore[union-attr]
    written = cells([w.ref.held for w in replay.written])           # type: ignore[union-attr]
    if written is None or not written.intact():
        return None
    return Steady(replay, args, bound, written)

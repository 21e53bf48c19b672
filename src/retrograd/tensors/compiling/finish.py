"""A capture and what the step returned go in; a Replay comes out, or the reason why there is none."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Sequence
from typing import Any

from retrograd.autodiff.custom import call_p, kept_by, project_p
from retrograd.autodiff.reverse import made_by
from retrograd.base.modes import local
from retrograd.base.pytree import LEAF as LEAF_ALONE
from retrograd.base.pytree import Structure, flatten
from retrograd.engine.capture import Capture
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program
from retrograd.engine.scalars import Number
from retrograd.graph.node import LEAF, TRACKED, Node, freed_p, line_text
from retrograd.ops.gather import few_rows
from retrograd.tensors.compiling.replay import (
    Counted,
    Modes,
    Ref,
    Replay,
    Returned,
    Rows,
    Source,
    Told,
    Written,
    aval_of,
    settled,
)
from retrograd.tensors.compiling.watch import Watch
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor


class Differentiable(Exception):
    """The step hands out tensors that somebody may differentiate later: it is recorded at each call."""


class Refused(Exception):
    """The step cannot be replayed: (reason, line)."""


def finish(capture: Capture, watch: Watch, args: Sequence[Any], structure: Structure, out: list[Any],
           given: dict[int, Node], told: dict[int, int]) -> tuple[Replay, Any]:
    """Compute everything the step did, and say how to do it again. `out` holds the result alone; `told` are
    the places of arguments that were handed over as Numbers."""
    watch.finish()
    result = out.pop()
    leaves, shape = flatten(result)
    replay = Replay()
    replay.structure, replay.shape_of_result = structure, shape
    replay.avals = [Told(a.__class__) if k in told else aval_of(a) for k, a in enumerate(args)]
    replay.told = told
    replay.modes = Modes.now(local.state)
    if capture.reason or watch.reason:
        who = watch if watch.reason and not capture.where else capture
        raise Refused(who.reason, who.where)
    changed = watch.changed()
    if changed is not None:
        raise Refused(f"it changes {changed.name}, which a replay would not do", "")
    outside = _outside(capture, watch, args)
    roots = _Roots(capture, args, replay, outside)
    roots.gradients()
    roots.storages(leaves)
    roots.results(leaves)
    theirs = [t._storage.node for t in leaves if isinstance(t, Tensor) and t._storage is not None]
    del leaves, result
    theirs += [t._node for t in outside]        # they read what was written
    _nobody_else(capture, [*roots.nodes, *roots.rows, *theirs, *_in_calls(capture)])
    del theirs
    freed = capture.freed
    if any(n.rg == TRACKED and id(n) not in freed and n.prim is not freed_p for n in roots.nodes):
        raise Differentiable
    linear = linearize(roots.nodes)
    if any(n.rg == TRACKED for n in linear.leaves):
        raise Differentiable
    _sources(replay, capture, outside, args, linear, roots, given)
    replay.program = make_program(roots.nodes, linear.leaves, linear.scalars, _gifts(replay, linear))
    replay.places = watch.places
    _optimizers(replay, capture)
    replay.asked = [(roots.ref(t), grad is None) for t, grad in capture.questions()]
    return replay, (roots.nodes, linear, roots.made)


def _gifts(replay: Replay, linear: Linear) -> dict[int, int]:
    """Which root may be written over which leaf: the old value of the same tensor, read under one name."""
    names = Counter(id(n.value) for n in linear.leaves)
    place = {}
    for j, (s, n) in enumerate(zip(replay.sources, linear.leaves)):
        if names[id(n.value)] == 1:
            if s.kind == "storage":
                place[id(s.of)] = j
            elif s.kind == "tensor" and s.of.argument < 0:
                place[id(s.of.held._storage)] = j
    gifts = {}
    for w in replay.written:
        storage = w.ref.held._storage if w.ref is not None and w.ref.argument < 0 and not w.grad else None
        j = place.get(id(storage)) if storage is not None else None
        if j is not None and (linear.leaves[j].shape, linear.leaves[j].dtype) == \
                (storage.node.shape, storage.node.dtype):
            gifts[w.root] = j
    return gifts


def _optimizers(replay: Replay, capture: Capture) -> None:
    """What optimisers look at before a replay, and count."""
    counted: dict[Any, list[dict[str, Any]]] = {}
    for step in capture.steps:
        replay.steps.append(step)
        for entry, key, before, after in step.counted:
            counted.setdefault((key, before, after), []).append(entry)
    n = capture.numbers
    replay.plain_numbers = not (counted or n.sources or n.steps or n.conditions or replay.told)
    replay.single = replay.shape_of_result == LEAF_ALONE and replay.returned[0].kind == "root"
    replay.counted = [Counted(entries, *how) for how, entries in counted.items()]


def complete(replay: Replay, capture: Capture, todo: tuple[list[Node], Linear, list[Any]]) -> None:
    """Run the program for the captured call itself."""
    nodes, linear, made = todo
    arrays = replay.program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    for n, array in zip(nodes, arrays):
        if n.value is None:
            settled(n, array)
    for reference, _ in capture.storages.values():
        storage = reference()
        if storage is not None:
            storage.version += 1        # tensors on it find the value, and no history
    for t, n in made:       # a view or a twin of what is gone stands for itself, as a replay returns it
        t._storage, t._parent, t._view, t._detached, t._node = None, None, None, False, n
    capture.free()
    local.state.pending.clear()


def _outside(capture: Capture, watch: Watch, args: Sequence[Any]) -> list[Any]:
    """Tensors that were there before the step, as far as it reached them through Python."""
    found = [a for a in args if isinstance(a, Tensor)] + watch.tensors
    for step in capture.steps:
        found += step.tensors()
    for t, before in [*capture.questions(), *capture.gradients()]:
        found.append(t)
        if before is not None:
            found.append(before)
    return list({id(t): t for t in found}.values())


def _sources(replay: Replay, capture: Capture, outside: Sequence[Any], args: Sequence[Any], linear: Linear,
             roots: _Roots, given: dict[int, Node]) -> None:
    """Where each leaf and scalar of the program comes from."""
    places: dict[int, tuple[str, Any]] = {}
    for node, storage in capture.settled.items():
        places[id(node)] = "storage", storage
    for t in outside:
        if t._storage is not None:
            storage = t._storage
            written = capture.storages.get(id(storage))
            before = storage.node if written is None else written[1]
            places.setdefault(id(before), ("storage", storage))
    for reference, before in capture.storages.values():
        if reference() is not None:
            places.setdefault(id(before), ("storage", reference()))
    for t in outside:
        places.setdefault(id(t._node), ("tensor", roots.ref(t)))
    for owner, before in capture.gradients():
        if before is not None:
            at = "grad", roots.ref(owner)
            places[id(before._node)] = at
            if before._storage is not None:
                written = capture.storages.get(id(before._storage))
                places[id(before._storage.node if written is None else written[1])] = at
    for k, a in enumerate(args):
        if isinstance(a, Tensor):
            if a._storage is not None:
                written = capture.storages.get(id(a._storage))
                places[id(a._storage.node if written is None else written[1])] = "memory", Ref(k)
    for k, n in given.items():
        places[id(n)] = "tensor", Ref(k)
    for n, where in _holders([n for n in linear.leaves if id(n) not in places]).items():
        places[id(n)] = where
    for n in linear.leaves:
        owner = n.owner() if n.rg == LEAF and n.owner is not None else None
        kind, of = places.get(id(n)) or (("tensor", roots.ref(owner)) if owner is not None else ("fixed", n))
        replay.sources.append(Source(kind, of, n.shape, n.dtype, n.rg))
    for n in linear.scalars:
        replay.scalars.append(_scalar(n, capture))
    replay.numbers = capture.numbers
    replay.drawn = [(g, g.counter - before) for g, _, before in capture.draws.values()]


def _holders(nodes: Sequence[Node]) -> dict[Node, tuple[str, Any]]:
    """Who holds nodes that no known tensor stands on: tensors that the step reached in a way nobody saw.
    The others are constants that the step made."""
    found: dict[Node, tuple[str, Any]] = {}
    if nodes:
        wanted = {id(n): n for n in nodes}
        for holder in gc.get_referrers(*nodes):
            if isinstance(holder, Storage) and id(holder.node) in wanted:
                found[wanted[id(holder.node)]] = "storage", holder
            elif isinstance(holder, Tensor) and id(holder._node) in wanted and holder._storage is None:
                found[wanted[id(holder._node)]] = "tensor", Ref(-1, holder)
    return found


def _scalar(n: Node, capture: Capture) -> tuple[str, Any]:
    if n in capture.numbers.nodes:
        return "number", capture.numbers.nodes[n]
    if n in capture.drawn:
        generator, ahead = capture.drawn[n]
        return ("seed", generator) if ahead is None else ("draw", (generator, ahead))
    return "constant", n.value


class _Roots:
    """The nodes that the step leaves behind, and where each goes."""

    def __init__(self, capture: Capture, args: Sequence[Any], replay: Replay, outside: Sequence[Any]) -> None:
        self.capture, self.replay = capture, replay
        self.nodes: list[Node] = []
        self.rows: list[Node] = []              # gradients that are held as few rows
        self._arguments = {id(a): k for k, a in enumerate(args) if isinstance(a, Tensor)}
        self._owners = {id(t._storage): self.ref(t) for t in reversed(outside) if t._storage is not None}
        self.made: list[Any] = []               # new tensors of the result, and their nodes
        self._known = {id(t) for t in outside}
        self._outside = {id(t._storage) for t in outside if t._storage is not None}
        self._fresh: set[int] = set()           # storages of tensors that the step itself made

    def add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def ref(self, tensor: Any) -> Ref:
        place = self._arguments.get(id(tensor))
        return Ref(-1, tensor) if place is None else Ref(place)

    def gradients(self) -> None:
        """.grad that was set to a new tensor, or to None."""
        for t, before in self.capture.gradients():
            now = t._grad
            if now is before and now is not None:
                continue                        # added to in place: its storage says so
            if now is not None:
                if now._parent is not None:
                    raise Refused("it sets .grad to a view", "")
                if now._storage is not None:
                    self._fresh.add(id(now._storage))
            if now is not None and few_rows(now.node):
                n = now.node
                found: Any = Rows(tuple([self.add(i) for i in n.inputs]), tuple([i.dtype for i in n.inputs]),
                                  (n.prim, n.params, n.shape, n.dtype))
                self.rows.append(n)
            else:
                found = None if now is None else self.add(now.node)
            self.replay.grads.append((self.ref(t), found))
        for t in self.capture.kept:
            self.add(t.node)

    def storages(self, results: Sequence[Any]) -> None:
        """Memory that was there before and holds something else now."""
        for t in results:
            if isinstance(t, Tensor) and t._storage is not None and id(t._storage) not in self._outside:
                self._fresh.add(id(t._storage))
        collected = {id(g._storage): t for t, g in self.capture.gradients()
                     if g is not None and g._storage is not None}
        for reference, before in self.capture.storages.values():
            storage = reference()
            if storage is None or storage.node is before or id(storage) in self._fresh:
                continue
            if storage.memory is not None:
                raise Refused("it writes into memory that NumPy sees", "")
            root = self.add(storage.node)
            if id(storage) in collected:
                self.replay.written.append(Written(self.ref(collected[id(storage)]), None, root, grad=True))
                continue
            owner = self._owners.get(id(storage))
            self.replay.written.append(Written(owner, storage if owner is None else None, root))

    def results(self, results: Sequence[Any]) -> None:
        """What the step returns."""
        memory: set[int] = set()
        for t in results:
            if type(t) is Number:
                self.replay.returned.append(Returned("number", t.place))
                continue
            if not isinstance(t, Tensor):
                self.replay.returned.append(Returned("object", t))
                continue
            if id(t) in self._arguments:
                self.replay.returned.append(Returned("argument", self._arguments[id(t)]))
                continue
            if id(t) in self._known:
                self.replay.returned.append(Returned("object", t))
                continue
            if t._storage is not None:
                if id(t._storage) in self._outside or id(t._storage) in memory:
                    raise Refused("it returns several views of one memory", line_text(t._node.where))
                memory.add(id(t._storage))
            if t.__class__ is not Tensor or t._leaf:
                raise Refused(f"it returns a new {t.__class__.__name__}", "")
            n = t.node
            self.made.append((t, n))
            name = made_by(n) if n.rg == TRACKED else None
            self.replay.returned.append(Returned("root", self.add(n), n.dtype, name))


def _in_calls(capture: Capture) -> list[Node]:
    """Nodes that calls of functions with rules of their own hold, until their graph is freed."""
    found: list[Node] = []
    for order in capture.walked:
        for n in order:
            if n.prim is call_p:
                found += (*n.inputs, *kept_by(n))
            elif n.prim is project_p:
                found += n.inputs
    return found


def _nobody_else(capture: Capture, known: list[Node]) -> None:
    strangers = capture.strangers(known)
    if strangers:
        del strangers
        gc.collect()
        strangers = capture.strangers(known)
    if strangers:
        raise Refused("a tensor that it computed is kept outside of it, and not returned",
                      line_text(strangers[0].where))

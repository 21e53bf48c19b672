"""Capture: a step runs once while nothing is computed; what it did to tensors comes out, as nodes.

The layers below ask `local.state.capture` at the few places where Python acts on tensors: a storage is
written, `.grad` is read or set, a graph is walked back, a random number is drawn, an optimiser steps. Values
are known throughout (nothing is replaced by a placeholder), so a step that turns out not to be a function of
tensors is simply carried on as a plain one: `stop` computes what was put off.
"""

from __future__ import annotations

import random
import weakref
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.autodiff.reverse import free
from retrograd.base.modes import ROOM, local
from retrograd.engine.evaluate import evaluate, evaluate_each
from retrograd.engine.held import spare_references, take_held
from retrograd.engine.random import Generator
from retrograd.engine.scalars import Numbers
from retrograd.graph.node import LEAF, Node, line_text, user_line


class Capture:
    """What a step did so far."""

    def __init__(self) -> None:
        self.numbers = Numbers()
        self.storages: dict[int, tuple[Any, Node]] = {}     # written: (weak reference, node at the start)
        self.grads: dict[int, tuple[Any, Any]] = {}         # .grad was set: (weak tensor, .grad at the start)
        self.asked: dict[int, tuple[Any, Any]] = {}         # .grad at the start was looked at
        self.settled: dict[Node, Any] = {}                  # read from memory that NumPy sees: the storage
        self.walked: list[Sequence[Node]] = []              # graphs to be freed, as backward() would have
        self.freed: set[int] = set()
        self.draws: dict[int, tuple[Generator, int, int]] = {}      # (generator, its seed and counter before)
        self.drawn: dict[Node, tuple[Generator, int | None]] = {}   # scalar nodes: how many draws on, or seed
        self.steps: list[Any] = []                          # what optimisers add
        self.kept: list[Any] = []                           # new tensors of optimiser state
        self.once = False                                   # it leaves state that the next call will not find
        self.reason = self.where = ""                       # why the step cannot be replayed, and its line
        self._limit = 0

    # ------------------------------------------------------------ beginning and end
    def begin(self) -> None:
        """From here on the thread records into this capture; what was pending before is computed."""
        state = local.state
        evaluate_each(take_held())
        state.pending.clear()
        # What is recorded is computed at the end in any case: looking for the dead would find none.
        self._limit, state.limit, state.capture = state.limit, ROOM, self
        self._chance = _state_of_chance()
        if state.saving:
            self.stop("what backward reads goes through hooks")

    def end(self) -> None:
        """The thread computes again."""
        state = local.state
        if state.capture is self:
            state.limit, state.capture = self._limit, None
            if not self.reason and not same_chance(self._chance, _state_of_chance()):
                self.reason = self.reason or "it draws from Python's or NumPy's random numbers"

    def refuse(self, reason: str, where: str = "") -> None:
        """The step cannot be replayed; the first reason counts. Nothing is computed yet."""
        if not self.reason:
            self.reason = reason
            self.where = where or line_text(user_line(3))

    def stop(self, reason: str) -> None:
        """Something needs a value: compute what was put off, and go on as a plain step."""
        self.refuse(reason, line_text(user_line(3)))
        self.abandon()

    def abandon(self) -> None:
        """Give every effect its value, and free the graphs that were walked."""
        self.end()
        evaluate(self.effects())
        evaluate_each(take_held())
        self.free()

    def effects(self) -> list[Node]:
        """The nodes that storages and gradients stand on now."""
        storages = [s() for s, _ in self.storages.values()]
        nodes = [s.node for s in storages if s is not None]
        nodes += [t.node for t in self.kept]
        return nodes + [t._grad.node for t, _ in self.gradients() if t._grad is not None]

    def gradients(self) -> list[tuple[Any, Any]]:
        """(tensor, .grad at the start) of the tensors that live on and whose .grad was set."""
        return [(t, before) for reference, before in self.grads.values() if (t := reference()) is not None]

    def questions(self) -> list[tuple[Any, Any]]:
        """(tensor, .grad at the start) of the tensors that live on and whose .grad was looked at."""
        return [(t, before) for reference, before in self.asked.values() if (t := reference()) is not None]

    def free(self) -> None:
        """What backward() does to its graph when it is done."""
        for order in self.walked:
            free([n for n in order if n.rg != LEAF])
        self.walked.clear()

    # ------------------------------------------------------------ what the layers below report
    def wrote(self, storage: Any) -> None:
        """A storage is about to get another node."""
        if not _has(self.storages, storage):
            self.storages[id(storage)] = weakref.ref(storage), storage.node

    def asks_grad(self, tensor: Any) -> None:
        """`.grad` of a tensor is looked at."""
        if not _has(self.grads, tensor) and not _has(self.asked, tensor):
            self.asked[id(tensor)] = weakref.ref(tensor), tensor._grad

    def sets_grad(self, tensor: Any) -> None:
        """`.grad` of a tensor is about to be set."""
        if not _has(self.grads, tensor):
            self.grads[id(tensor)] = weakref.ref(tensor), tensor._grad

    def walks(self, order: Sequence[Node]) -> None:
        """A graph was walked back and is to be freed."""
        self.walked.append(order)
        self.freed.update(id(n) for n in order if n.rg != LEAF and n.inputs)

    def draws_from(self, generator: Generator, seed: Node, counter: Node) -> None:
        """A generator made the scalars of a draw."""
        now, count = generator.get_state()
        before = self.draws.setdefault(id(generator), (generator, now, count - 1))
        if before[1] != now:
            self.refuse("it seeds a generator")
        self.drawn[seed] = generator, None
        self.drawn[counter] = generator, count - before[2]

    # ------------------------------------------------------------ what is left outside
    def strangers(self, known: Sequence[Node]) -> list[Node]:
        """Pending nodes that somebody holds beside `known` ones and the graphs kept here."""
        pending = list({id(n): n for n in local.state.pending if n.value is None}.values())
        local.state.pending[:] = pending
        pending = local.state.pending
        mine = Counter(id(n) for order in self.walked for n in order)
        mine.update(id(n) for _, n in self.storages.values())
        mine.update(id(n) for n in self.settled)
        spare = spare_references(pending)
        names = {id(n) for n in known}
        return [pending[k] for k in range(len(pending))
                if spare[k] - mine[id(pending[k])] > 0 and id(pending[k]) not in names]


def _has(tensors: dict[int, tuple[Any, Any]], tensor: Any) -> bool:
    """Whether a tensor is noted; an id may be that of one that died."""
    return id(tensor) in tensors and tensors[id(tensor)][0]() is tensor


def _state_of_chance() -> tuple[Any, Any]:
    return random.getstate(), np.random.get_state(legacy=False)


def same_chance(a: Any, b: Any) -> bool:
    """Whether the states of Python's and of NumPy's global generators are as they were."""
    x, y = a[1]["state"], b[1]["state"]
    return a[0] == b[0] and x["pos"] == y["pos"] and bool((x["key"] == y["key"]).all())

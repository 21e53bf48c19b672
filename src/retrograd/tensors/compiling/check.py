"""RETROGRAD_CHECK=replay: a replay and a plain run from one state; the first tensor that differs raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from retrograd.base.errors import CompileError
from retrograd.base.pytree import flatten
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import leaf
from retrograd.tensors.compiling.replay import Replay
from retrograd.tensors.tensor import Tensor


def sampled(count: int) -> bool:
    """Whether replay number `count` is looked at: 1, 2, 4, 8, ..., and every 256th.

    >>> [k for k in range(20) if sampled(k)]
    [1, 2, 4, 8, 16]
    """
    return count > 0 and (count & (count - 1) == 0 or count % 256 == 0)


def checked(replay: Replay, args: Sequence[Any], run: Callable[[], Any], plain: Callable[[], Any]) -> Any:
    """What a plain run returns, which is what the replay returned, or an error that names what differs."""
    before = _State(replay, args)
    found = list(_outcome(replay, args, run()))
    before.restore()
    result = plain()
    for (name, got), (_, expected) in zip(found, _outcome(replay, args, result)):
        if got != expected:
            raise CompileError(f"a replay gave another value of {name} than the plain step", op="compile",
                               expected="equal bits (RETROGRAD_CHECK=replay compares them)",
                               fix="The step reads something that no replay sees, a clock or a file for "
                               "example; or this is an error of Retrograd's: please report it.")
    return result


class _State:
    """Copies of everything that a replay changes."""

    def __init__(self, replay: Replay, args: Sequence[Any]) -> None:
        self.storages = [w.target(args) for w in replay.written]
        evaluate([s.node for s in self.storages])
        self.values = [(np.array(s.node.value), s.node.dtype) for s in self.storages]
        self.owners = [ref.tensor(args) for ref, _ in replay.grads]
        self.grads = [t._grad for t in self.owners]
        self.entries = [entry for step in replay.steps for entry in step.entries]
        self.states = [dict(entry) for entry in self.entries]
        self.chance = [(g, g.get_state()) for g, _ in replay.drawn]

    def restore(self) -> None:
        for storage, (value, dtype) in zip(self.storages, self.values):
            storage.write(leaf(value, dtype))
        for t, g in zip(self.owners, self.grads):
            t._grad = g
        for entry, state in zip(self.entries, self.states):
            entry.update(state)
        for generator, state in self.chance:
            generator.set_state(state)


def _outcome(replay: Replay, args: Sequence[Any], result: Any) -> Iterator[tuple[str, Any]]:
    """Names and bits of what a step left behind."""
    names = {id(p): f"{place.name}.{name}" for place in replay.places
             for name, p in getattr(type(place.value), "named_parameters", _none)(place.value)}
    for k, t in enumerate(flatten(result)[0]):
        yield f"result {k}", _bits(t.node) if isinstance(t, Tensor) else None
    for ref, _ in replay.grads:
        t = ref.tensor(args)
        yield f".grad of {names.get(id(t), 'a tensor of shape ' + str(tuple(t.shape)))}", \
            None if t._grad is None else _bits(t._grad.node)
    for w in replay.written:
        t = None if w.ref is None else w.ref.tensor(args)
        n = w.target(args).node
        yield names.get(id(t), f"a tensor of shape {n.shape}"), _bits(n)
    for step in replay.steps:
        for entry in step.entries:
            for key, v in entry.items():
                if not isinstance(v, Tensor):
                    yield f"{key} of an optimizer", v


def _none(_: Any) -> tuple[()]:
    return ()


def _bits(node: Any) -> bytes:
    evaluate([node])
    return np.asarray(node.value).tobytes()

"""Level: one vmap (or forward mode) in progress, as code that runs inside it needs to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from retrograd.base.errors import ArgumentError, EvaluationError
from retrograd.base.modes import modes
from retrograd.graph.node import Node, hole
from retrograd.ops.linear import expand

RANDOMNESS = ("error", "same", "different")


class Level:
    """`size` examples (None: forward mode, which has no examples); what to do when random numbers are drawn.

    `given` says which batched node each hole stands for.
    """

    def __init__(self, op: str, size: int | None, randomness: str) -> None:
        if randomness not in RANDOMNESS:
            raise ArgumentError(
                f"randomness is {randomness!r}", op=op, expected="'error', 'same' or 'different'"
            )
        self.op, self.size, self.randomness = op, size, randomness
        self.given: dict[Node, Node] = {}

    def drawn(self, counter: Node) -> Node:
        """The counter of a draw as one example sees it."""
        if self.randomness == "error":
            raise EvaluationError(
                "random numbers are drawn inside",
                op=self.op,
                fix="Say what is meant: randomness='different' (each example its own numbers) or "
                "randomness='same' (all the same).",
            )
        if self.randomness == "same" or self.size is None:
            return counter
        one = hole(counter.shape, counter.dtype)
        self.given[one] = expand(counter, (self.size, *counter.shape), (0,))
        return one

    def __enter__(self) -> Level:
        modes.levels.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        modes.levels.remove(self)


@contextmanager
def outside(level: Level) -> Iterator[None]:
    """Code that runs as if the level were not there (a user's own vmap rule)."""
    at = modes.levels.index(level)
    modes.levels.pop(at)
    try:
        yield
    finally:
        modes.levels.insert(at, level)

"""Generators: a seed and a counter; each draw takes the next counter, at the time it is recorded."""

from __future__ import annotations

import os
from typing import Any

from retrograd.base.dtype import int64
from retrograd.base.modes import modes
from retrograd.graph.node import Node, scalar


def signed(seed: int) -> int:
    """A seed as the graph holds it: the same 64 bits, with a sign."""
    return seed - (1 << 64) if seed >> 63 else seed


def _told(what: str) -> None:
    """A step that is captured goes on from where a generator stands: it cannot begin anew."""
    if modes.capture is not None:
        modes.capture.refuse(f"it {what} a generator")


class Generator:
    """A stream of random numbers: a function of (seed, number of the draw), independent of threads and order.

    >>> import retrograd as rg
    >>> g = rg.Generator().manual_seed(1)
    >>> a = rg.rand(2, generator=g)
    >>> bool((a == rg.rand(2, generator=g.manual_seed(1))).all())
    True
    """

    def __init__(self, device: Any = "cpu") -> None:
        self._seed = 67280421310721     # the seed of a generator nobody seeded, as in PyTorch
        self.counter = 0
        _told("makes")

    def manual_seed(self, seed: int) -> Generator:
        self._seed = int(seed) & (1 << 64) - 1
        self.counter = 0
        _told("seeds")
        return self

    def seed(self) -> int:
        """Seed from the operating system."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        return self._seed

    def get_state(self) -> tuple[int, int]:
        return self._seed, self.counter

    def set_state(self, new_state: tuple[int, int]) -> None:
        self._seed, self.counter = map(int, new_state)

    def clone_state(self) -> Generator:
        """Another generator that stands where this one stands."""
        other = Generator()
        other.set_state(self.get_state())
        return other

    def draw(self) -> tuple[Node, Node]:
        """(seed, counter) nodes of the next draw."""
        self.counter += 1
        seed, counter = scalar(signed(self._seed), int64), scalar(self.counter, int64)
        if modes.capture is not None:
            modes.capture.draws_from(self, seed, counter)
        for level in modes.levels:          # under vmap each example may have a draw of its own
            counter = level.drawn(counter)
        return seed, counter


default_generator = Generator()

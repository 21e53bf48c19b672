"""Memory of programs while they run: arenas are leased from one pool that all programs share.

Training, evaluation and the smaller last batch run in the same arena, one after another; two threads that run
at once have one each. What was touched once stays touched: a step takes no page fault.
"""

from __future__ import annotations

import numpy as np

ALIGN = 64
KEPT = 4                # arenas that nobody uses
PERIOD = 256            # leases after which an arena much larger than any of them asked for is given up


class Arena:
    """So many bytes, aligned."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes
        self.memory = np.empty(nbytes + ALIGN, np.uint8)
        start = int(self.memory.ctypes.data)
        self.base = -(-start // ALIGN) * ALIGN
        self.bytes = self.memory[self.base - start:][:nbytes]


class Arenas:
    """The arenas that are free. Two threads may lease at once."""

    def __init__(self) -> None:
        self._free: list[Arena] = []
        self._leases = self._largest = 0

    def lease(self, nbytes: int) -> Arena:
        """An arena of at least so many bytes, for the caller alone."""
        self._largest = max(self._largest, nbytes)
        try:
            arena = self._free.pop()
        except IndexError:
            return Arena(nbytes)
        if arena.nbytes < nbytes:
            del arena                       # before another is made: both together are never needed
            return Arena(nbytes)
        return arena

    def give(self, arena: Arena) -> None:
        """The caller needs it no more."""
        self._leases += 1
        if self._leases >= PERIOD:
            too_large = arena.nbytes > 4 * self._largest
            self._leases = self._largest = 0
            if too_large:
                return
        if len(self._free) < KEPT:
            self._free.append(arena)


arenas = Arenas()

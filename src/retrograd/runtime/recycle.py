"""Fresh memory for results: large blocks that died are handed out again, so that a step takes no page fault.

An array looks into a Lease, which looks into a Memory. When the last array or view that looks into the lease
has died, the memory waits here for a result of about the same size: what grows from step to step (keys and
values of the tokens so far) finds the memory of before.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

LINE = 64
LARGE = 1 << 16         # bytes; smaller ones come from the allocator's own lists
IDLE = 1 << 28          # bytes that may wait here
STEPS = 8               # sizes of memories between a power of two and the next


class Recycler:
    """Memories that nobody uses, by size; those that wait longest are dropped when they are too many."""

    def __init__(self) -> None:
        self._free: dict[int, list[Any]] = {}
        self._idle = 0
        # A result may die, and its memory come back, while this very thread holds the lock.
        self._lock = threading.RLock()

    def empty(self, shape: tuple[int, ...], dtype: Any, nbytes: int) -> Any:
        """`np.empty(shape, dtype)`, of so many bytes."""
        if nbytes < LARGE:
            return np.empty(shape, dtype)
        memory, room = None, room_for(nbytes)
        with self._lock:
            waiting = self._free.get(room)
            if waiting:
                memory = waiting.pop()
                self._idle -= room
        if memory is None:
            memory = _aligned(room)
        return np.ndarray(shape, dtype, memory.view(Lease))

    def copied(self, array: Any, dtype: Any) -> Any:
        """A row-major copy of an array. A large one begins on a line of the cache, as results do:
        vectors that lie across two lines cost two reads."""
        nbytes = array.size * dtype.itemsize
        if nbytes < LARGE:
            return np.array(array, dtype=dtype, order="C")
        out = self.empty(array.shape, dtype, nbytes)
        np.copyto(out, array, casting="unsafe")
        return out

    def give(self, memory: Any) -> None:
        """Take back what nobody uses."""
        nbytes = memory.nbytes
        with self._lock:
            if self._idle + nbytes > IDLE:
                self._drop(nbytes)
            if self._idle + nbytes <= IDLE:
                self._free.setdefault(nbytes, []).append(memory)
                self._idle += nbytes

    def _drop(self, nbytes: int) -> None:
        """Other sizes than this one, the ones that came first."""
        for size in list(self._free):
            if size != nbytes:
                self._idle -= size * len(self._free.pop(size, ()))


recycler = Recycler()


def room_for(nbytes: int) -> int:
    """The size of the memory for so many bytes: what is more is never touched, and so takes no memory."""
    step = 1 << max(0, (nbytes - 1).bit_length() - STEPS.bit_length())
    return -(-nbytes // step) * step


def _aligned(nbytes: int) -> Any:
    memory = Memory(nbytes + LINE, np.uint8)
    skip = -memory.ctypes.data % LINE
    return memory[skip:skip + nbytes]


class Memory(np.ndarray[Any, Any]):
    """Bytes, from the start of a line of the cache on."""


class Lease(np.ndarray[Any, Any]):
    """A view of a memory, as long as somebody uses it."""

    _give = recycler.give           # found here even when the process ends

    def __del__(self) -> None:
        if self.base is not None:
            self._give(self.base)


def alone(array: Any) -> bool:
    """Whether an array is not a view of another."""
    return array.base is None or type(array.base) is Lease

"""Storage: the memory that a tensor, its views and its detached twins share, as a node and a version.

Memory that NumPy can see from outside (`from_numpy`, `numpy()`) is kept beside the node. While the outside
lives, every read takes a snapshot, so what was recorded never changes; when it is gone the array becomes an
ordinary value. `numpy()` hands out the value itself if nothing else could read it, else a copy.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from retrograd.base.dtype import by_name
from retrograd.base.modes import changes, local
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import Node, bind, leaf, made
from retrograd.ops.linear import override_p
from retrograd.runtime.recycle import LARGE, alone


def _references_of_a_local() -> int:
    array = np.empty(0)
    return sys.getrefcount(array)


CALL = _references_of_a_local()            # what a local variable and the question itself count


class Home:
    """Memory that stays where it is: of who asked for an address, or shared with other processes."""

    __slots__ = ("array", "shared")

    def __init__(self, array: Any, shared: Any = None) -> None:
        self.array, self.shared = array, shared


class Storage:
    """node: the value without the derivative of a leaf; version: how often it was written, of which `quiet`
    times through `.data` or from outside, which autograd does not count; writes: where, and set under
    RETROGRAD_CHECK=inplace only."""

    __slots__ = ("node", "version", "quiet", "memory", "home", "writes", "__weakref__")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.version = self.quiet = 0
        self.memory: Any = None
        self.home: Home | None = None

    def __reduce__(self) -> Any:
        self.settle()
        evaluate([self.node])
        n = self.node
        return restored, (np.array(n.value, n.dtype.np, order="C"), n.dtype.name)

    def outside(self) -> bool:
        """Whether somebody else may write to the memory."""
        memory, home = self.memory, self.home
        if memory is None:
            return False
        if home is not None and home.shared is not None:
            return True                             # other processes may
        own = 1 + (self.node.value is memory)       # this storage, and the node it was made with
        own += home is not None and home.array is memory
        return not alone(memory) or sys.getrefcount(memory) > own + CALL

    def settle(self) -> None:
        """Make `node` say what the memory holds; adopt the memory once nobody outside sees it."""
        if self.memory is None:
            return
        self._settle(self.outside())    # asked before a name refers to the memory too
        if local.state.capture is not None:
            local.state.capture.settled[self.node] = self

    def _settle(self, outside: bool) -> None:
        memory, node = self.memory, self.node
        known = node.value if node.value is not None else None
        if outside:
            if known is not None and known is not memory and _same_bytes(known, memory):
                return
            fresh = leaf(memory.copy(), node.dtype)
            made(memory.nbytes)
        else:
            if known is memory or (known is not None and _same_bytes(known, memory)):
                self.memory = None
                return
            stays = self.home is not None and self.home.array is memory
            fresh = leaf(memory.copy() if stays else memory, node.dtype)
            self.memory = None
        self.node = bind(override_p, (node, fresh)) if node.rg else fresh
        self.version += 1
        self.quiet += 1

    def expose(self) -> Any:
        """The array that the outside may see and write."""
        self.settle()
        changes.count += 1
        evaluate([self.node])
        if self.memory is None and self.home is not None and self.home.array.shape == self.node.shape:
            np.copyto(self.home.array, self.node.value)
            self.memory = self.home.array
        elif self.memory is None:
            self.memory = self.node.value if self._unseen() else np.array(self.node.value, order="C")
        return self.memory

    def address(self) -> int:
        """Where the values of this moment lie: the same for as long as this lives."""
        if self.memory is not None and self.home is None and self.outside():
            self.home = Home(self.memory)           # somebody holds it
        self.settle()
        evaluate([self.node])
        if self.home is None or self.home.array.shape != self.node.shape:
            self.home = Home(np.empty(self.node.shape, self.node.dtype.np))
        if self.memory is None:
            np.copyto(self.home.array, self.node.value)
        return int(self.home.array.ctypes.data)

    def _unseen(self) -> bool:
        """Whether the value is one tensor's and this storage's alone, so that the outside may have it as it
        lies: whoever reads the tensor later takes a snapshot."""
        value = self.node.value
        if value.__class__ is not np.ndarray or value.nbytes < LARGE:
            return False                # a small one is copied faster than this is found out
        if not alone(value) or sys.getrefcount(value) > 1 + CALL or not value.flags.carray:
            return False
        node = self.node
        listed = sum([n is node for n in local.state.pending])
        return not node.inputs and sys.getrefcount(node) == 2 + listed + CALL     # the tensor's, and ours

    def write(self, node: Node) -> None:
        """A new value; where the outside sees the memory, it is written there too."""
        if local.state.capture is not None:
            local.state.capture.wrote(self)
        if self.memory is not None:
            if self.outside() and self.memory.shape == node.shape:
                evaluate([node])
                np.copyto(self.memory, node.value)
            else:
                self.memory = None
        self.node = node
        self.version += 1

    def writing(self, node: Node) -> list[tuple[Any, ...]]:
        """What `write` would do with a known value, as calls without Python in them (`np.copyto` begins in
        Python): an interrupt comes before all of them or after, where somebody makes them in one go."""
        done: list[tuple[Any, ...]] = []
        if self.memory is not None:
            if self.outside() and self.memory.shape == node.shape:
                done.append((self.memory.__setitem__, ..., node.value))
            else:
                done.append((setattr, self, "memory", None))
        return [*done, (setattr, self, "node", node), (setattr, self, "version", self.version + 1)]


def restored(array: Any, dtype: str) -> Storage:
    """A storage that was pickled."""
    return Storage(leaf(array, by_name(dtype)))


def _same_bytes(a: Any, b: Any) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind in "biu":
        return bool(np.array_equal(a, b))
    bits = np.dtype(f"u{min(a.dtype.itemsize, 8)}")
    x, y = (np.ascontiguousarray(v).reshape(-1).view(bits) for v in (a, b))
    return bool(np.array_equal(x, y))

"""A storage goes in; its memory is one that other processes see too, and stays where it is.

The memory is a file without a name, mapped. A child that is forked has the mapping; to others the file is
sent as a descriptor, by what `multiprocessing` pickles with. It lives as long as somebody holds it, whoever
is killed.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from math import prod
from typing import Any

import numpy as np

from retrograd.base.dtype import by_name
from retrograd.base.errors import ArgumentError, MissingError
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import leaf
from retrograd.tensors.storage import Home, Storage


class Descriptor:
    """A file that is closed with the last who holds this."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


def _nameless(size: int) -> int:
    """The descriptor of new memory of that size."""
    if os.name != "posix":
        raise MissingError("memory shared between processes is not there yet on this system",
                           op="share_memory_", fix="Send the tensor: it travels as a copy.")
    if hasattr(os, "memfd_create"):         # Linux
        number = os.memfd_create("retrograd", os.MFD_CLOEXEC)
    else:
        number, path = tempfile.mkstemp(prefix="retrograd-")
        os.unlink(path)
    os.ftruncate(number, max(size, 1))
    return number


def _home(file: Descriptor, shape: tuple[int, ...], dtype: Any) -> Home:
    count = prod(shape)
    mapped = mmap.mmap(file.number, max(count * dtype.itemsize, 1))
    return Home(np.frombuffer(mapped, np.uint8)[:count * dtype.itemsize].view(dtype.np).reshape(shape), file)


def share(held: Storage) -> None:
    """Move the memory to where other processes see it."""
    if held.home is not None and held.home.shared is not None:
        return
    held.settle()
    if held.memory is not None:
        raise ArgumentError("a NumPy array outside holds the memory", op="share_memory_",
                            fix="Share a .clone() of the tensor, or drop the array first.")
    evaluate([held.node])
    n = held.node
    home = _home(Descriptor(_nameless(prod(n.shape) * n.dtype.itemsize)), n.shape, n.dtype)
    np.copyto(home.array, n.value)
    held.home, held.memory = home, home.array
    allow_sending()


def _sent(held: Storage) -> Any:
    """How `multiprocessing` sends a storage: the file of one that is shared, the values of another."""
    home = held.home
    if home is None or home.shared is None:
        return held.__reduce__()
    from multiprocessing.reduction import DupFd
    return _received, (DupFd(home.shared.number), home.array.shape, held.node.dtype.name)


def _received(sent: Any, shape: tuple[int, ...], name: str) -> Storage:
    """The way back: the same memory."""
    dtype = by_name(name)
    home = _home(Descriptor(sent.detach()), shape, dtype)
    held = Storage(leaf(home.array.copy(), dtype))
    held.home, held.memory = home, home.array
    allow_sending()
    return held


def allow_sending() -> None:
    """From now on `multiprocessing` sends shared memory as such."""
    from multiprocessing.reduction import ForkingPickler
    ForkingPickler.register(Storage, _sent)

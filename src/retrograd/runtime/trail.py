"""What some Python objects look like goes in; words come out with which native code tells whether others look
the same, and takes numbers and addresses out of them (see codegen/follow.py).

It reads memory of the interpreter at places that are tried out here, not assumed: `READABLE` says whether
they are where they should be.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import numpy as np

from retrograd.runtime import objects
from retrograd.runtime.objects import COUNT, WHOLE, word_at
from retrograd.runtime.table import WORD

STEP = 5                # words: kind, register, offset, two more
LOAD, CHECK, SAME, APART, PUT = range(5)
"""What a step does with the word w at an offset from the address in a register: keep it in register x; ask
w & x == y; ask whether it is what register x holds; (without w) ask that registers differ; write w + x to
address y."""

CLASS, CONTENTS = WORD, 2 * WORD        # of every object: its class; of a float and an int: its number
SIZE = 2 * WORD                         # of a tuple or list: how many elements
ITEMS = tuple.__basicsize__             # of a tuple: the first
LISTED = 3 * WORD                       # of a list: where its elements are
DATA, FLAGS = 2 * WORD, 8 * WORD        # of an array
ROW_MAJOR = 1                           # the flag C_CONTIGUOUS


def _readable() -> bool:
    if not objects.READABLE:
        return False
    o, f, i = object(), 2.5, 123456789
    pair, many, array = (o, f), [o, f, o], np.zeros((2, 3))
    return (word_at(id(o) + CLASS) == id(object)
            and (word_at(id(pair) + SIZE), word_at(id(pair) + ITEMS + WORD)) == (2, id(f))
            and (word_at(id(many) + SIZE), word_at(word_at(id(many) + LISTED))) == (3, id(o))
            and word_at(id(f) + CONTENTS) == _bits(f)
            and word_at(id(i) + CONTENTS + WORD) & COUNT == i
            and word_at(id(array) + DATA) == array.ctypes.data
            and word_at(id(array) + FLAGS) & COUNT == array.flags.num and array.flags.num & ROW_MAJOR == 1)


def _bits(value: float) -> int:
    return int(struct.unpack("q", struct.pack("d", value))[0])


class Trail:
    """Steps over registers; the first `given` registers hold addresses that the caller knows."""

    def __init__(self, given: int, *, same: bool = False) -> None:
        """With `same`, of objects that only Python can compare the very same are alike."""
        self._same = same
        self._words: list[int] = []
        self._count = given
        self.asked: list[tuple[int, Any]] = []      # registers, and what is to equal the objects there
        self._kept: list[Any] = []          # what is told by its address must not die

    def _step(self, *words: int) -> None:
        self._words += words

    def load(self, base: int, offset: int) -> int:
        """The register with the word there."""
        self._step(LOAD, base, offset, self._count, 0)
        self._count += 1
        return self._count - 1

    def check(self, base: int, offset: int, expected: int, mask: int = WHOLE) -> None:
        """The word there has these bits."""
        self._step(CHECK, base, offset, mask, expected)

    def same(self, base: int, offset: int, register: int) -> None:
        """The word there is the one in a register."""
        self._step(SAME, base, offset, register, 0)

    def apart(self, one: int, other: int) -> None:
        """Two registers hold different words."""
        self._step(APART, one, 0, other, 0)

    def put(self, base: int, offset: int, plus: int, address: int) -> None:
        """The word there, and so much, is written to an address."""
        self._step(PUT, base, offset, plus, address)

    def holds(self, base: int, offset: int, value: Any) -> None:
        """The slot there holds this very object."""
        self._kept.append(value)
        self.check(base, offset, id(value))

    def alike(self, base: int, offset: int, value: Any) -> None:
        """The slot there holds an equal tuple or number, or the same object; `asked` tells where there is one
        that Python has to be asked about."""
        kind = value.__class__
        if (kind is tuple and value) or kind is int or kind is float:
            at = self.load(base, offset)
            self.check(at, CLASS, id(kind))
            if kind is tuple:
                self.check(at, SIZE, len(value))
                for k, element in enumerate(value):
                    self.alike(at, ITEMS + WORD * k, element)
            elif kind is float:
                self.check(at, CONTENTS, _bits(value))
            else:                               # size and digits
                end = value.__sizeof__()
                for place in range(CONTENTS, end, WORD):
                    mask = WHOLE if end - place >= WORD else COUNT
                    self.check(at, place, word_at(id(value) + place) & mask, mask)
        elif kind.__eq__ is object.__eq__ or kind in (bool, str, tuple, type(None)) or self._same:
            self.holds(base, offset, value)
        else:
            self.asked.append((self.load(base, offset), value))

    def object(self, register: int) -> Any:
        """What a register that was loaded refers to."""
        return ctypes.py_object.from_address(self.at + WORD * register).value

    def close(self) -> None:
        """Make the words native."""
        self.count = len(self._words) // STEP
        self._native = (ctypes.c_int64 * max(1, len(self._words)))(*self._words)
        self.registers = (ctypes.c_int64 * self._count)()
        self.address, self.at = ctypes.addressof(self._native), ctypes.addressof(self.registers)
        self._words = []


READABLE = _readable()

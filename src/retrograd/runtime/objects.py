"""Python objects go in; guards come out: words of memory that tell whether somebody else refers to an object,
or whether a slot, a list or a dict holds what it held (see Guard in runtime/table.py).

CPython keeps the reference count in the low half of an object's first word, and slots at fixed places behind
it; lists and dicts keep their size and the address of what they hold. Whether this interpreter does is tried
out, not assumed: `READABLE` and `OPEN` say so.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from retrograd.runtime.table import WORD, Guard

COUNT, WHOLE = (1 << 32) - 1, -1


def word_at(at: int) -> int:
    """The word of memory there."""
    return ctypes.c_int64.from_address(at).value


def _readable() -> bool:
    """Whether the first word of an object counts its references, as sys.getrefcount does."""
    names: list[object] = []
    o = object()
    before = (word_at(id(o)) & COUNT) - sys.getrefcount(o)
    for _ in range(3):
        names.append(o)
        if (word_at(id(o)) & COUNT) - sys.getrefcount(o) != before:
            return False
    return sys.implementation.name == "cpython" and sys.byteorder == "little" and before == -1


READABLE = _readable()


def references(objects: Sequence[Any]) -> list[int]:
    """The reference count of each."""
    return list(map(sys.getrefcount, objects))


def _while_asked() -> int:
    """How many references the question itself adds."""
    probe = [object()]
    return references(probe)[0] - (word_at(id(probe[0])) & COUNT)


_ASKING = _while_asked()


def counted(objects: Sequence[Any], counts: Sequence[int]) -> Iterator[Guard]:
    """While these hold the objects have as many references as `references` said."""
    for at, count in zip(map(id, objects), counts):
        yield Guard(at, COUNT, count - _ASKING)


def slot_place(instance: Any, name: str) -> int | None:
    """How many bytes behind its beginning an object keeps that slot; None where nobody knows."""
    wanted = id(getattr(instance, name))
    found = [at for at in range(2 * WORD, type(instance).__basicsize__, WORD)
             if word_at(id(instance) + at) == wanted]
    return found[0] if READABLE and len(found) == 1 else None


def holding(objects: Sequence[Any], place: int, values: Sequence[Any]) -> Iterator[Guard]:
    """While these hold the slots of the objects hold those values."""
    for at, value in zip(map(id, objects), map(id, values)):
        yield Guard(at + place, WHOLE, value)


# ---------------------------------------------------------------- lists and dicts
_SIZE, _ITEMS = 2 * WORD, 3 * WORD      # of a list: its length, where its items lie
_USED, _KEYS = 2 * WORD, 4 * WORD       # of a dict: its length, where keys and values lie, one after another


def elements(found: list[Any]) -> Iterator[Guard]:
    """While these hold the list has the same elements."""
    items = word_at(id(found) + _ITEMS)
    yield Guard(id(found) + _SIZE, WHOLE, len(found))
    yield Guard(id(found) + _ITEMS, WHOLE, items)
    for k, value in enumerate(found):
        yield Guard(items + WORD * k, WHOLE, id(value))


def entries(found: dict[Any, Any], but: Sequence[Any] = ()) -> Iterator[Guard]:
    """While these hold the dict has the same keys and values; those of the keys `but` may change."""
    yield Guard(id(found) + _USED, WHOLE, len(found))
    yield Guard(id(found) + _KEYS, WHOLE, word_at(id(found) + _KEYS))
    for key, value in found.items():
        if key not in but:
            yield Guard(entry_place(found, key), WHOLE, id(value))


def entry_place(found: dict[Any, Any], key: Any) -> int:
    """Where the dict keeps the value of that key, which is one of its own; LookupError where nobody sees."""
    keys = word_at(id(found) + _KEYS)
    for at in range(keys, keys + found.__sizeof__() - type(found).__basicsize__ - WORD, WORD):
        if word_at(at) == id(key) and word_at(at + WORD) == id(found[key]):
            return at + WORD
    raise LookupError(key)


def _open() -> bool:
    """Whether lists and dicts look as said above."""
    a, b = object(), object()
    some, named = [a, b], {"a": a, 1: b}
    if not READABLE or (3, 14) < sys.version_info[:2]:
        return False
    before = [*elements(some), *entries(named)]
    if any(word_at(g.place) != g.expected for g in before):
        return False
    some[1] = named[1] = a
    changed = [k for k, g in enumerate(before) if word_at(g.place) != g.expected]
    named["b"] = b
    return changed == [3, 7] and word_at(before[4].place) == 3


OPEN = _open()

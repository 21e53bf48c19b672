"""Python objects go in; guards come out: words of memory that tell whether somebody else refers to an object,
or whether its slot holds what it held (see GUARD in runtime/table.py).

CPython keeps the reference count in the low half of an object's first word, and slots at fixed places behind
it. Whether this interpreter does is tried out, not assumed: `READABLE` says so.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from retrograd.runtime.table import WORD

Guard = tuple[int, int, int]
_COUNT, _WHOLE = (1 << 32) - 1, -1


def _word(at: int) -> int:
    return ctypes.c_int64.from_address(at).value


def _readable() -> bool:
    """Whether the first word of an object counts its references, as sys.getrefcount does."""
    names: list[object] = []
    o = object()
    before = (_word(id(o)) & _COUNT) - sys.getrefcount(o)
    for _ in range(3):
        names.append(o)
        if (_word(id(o)) & _COUNT) - sys.getrefcount(o) != before:
            return False
    return sys.implementation.name == "cpython" and sys.byteorder == "little" and before == -1


READABLE = _readable()


def references(objects: Sequence[Any]) -> list[int]:
    """The reference count of each."""
    return list(map(sys.getrefcount, objects))


def _while_asked() -> int:
    """How many references the question itself adds."""
    probe = [object()]
    return references(probe)[0] - (_word(id(probe[0])) & _COUNT)


_ASKING = _while_asked()


def counted(objects: Sequence[Any], counts: Sequence[int]) -> Iterator[Guard]:
    """While these hold the objects have as many references as `references` said."""
    for at, count in zip(map(id, objects), counts):
        yield at, _COUNT, count - _ASKING


def slot_place(instance: Any, name: str) -> int | None:
    """How many bytes behind its beginning an object keeps that slot; None where nobody knows."""
    wanted = id(getattr(instance, name))
    found = [at for at in range(2 * WORD, type(instance).__basicsize__, WORD)
             if _word(id(instance) + at) == wanted]
    return found[0] if READABLE and len(found) == 1 else None


def holding(objects: Sequence[Any], place: int, values: Sequence[Any]) -> Iterator[Guard]:
    """While these hold the slots of the objects hold those values."""
    for at, value in zip(map(id, objects), map(id, values)):
        yield at + place, _WHOLE, value

"""A trail tells alike from different, as == and `is` do."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from retrograd.codegen.driver import driver
from retrograd.runtime.table import WORD
from retrograd.runtime.trail import CONTENTS, ITEMS, READABLE, Trail

pytestmark = pytest.mark.skipif(not READABLE, reason="this interpreter keeps its objects elsewhere")

TOLD: list[Any] = [(), (1,), (1, 2), (1, (2, 3)), (1, (2, 4)), 0, 1, -1, 5, 2 ** 29, 2 ** 31, 2 ** 62,
                   -2 ** 62, 2 ** 80, 0.0, -0.0, 1.0, 2.5, None, True, "word", (1.5, None), (1.5, "word"),
                   (True,), ((), ())]


def followed(trail: Trail, *given: object) -> bool:
    trail.close()
    for k, o in enumerate(given):
        trail.registers[k] = id(o)
    return driver().follow(trail.address, trail.count, trail.at) == trail.count


def again(value: Any) -> Any:
    """An equal object, another one where Python makes another."""
    if value.__class__ is tuple:
        return tuple([again(v) for v in value])
    if value.__class__ is int:
        return int(str(value))
    return float(str(value)) if value.__class__ is float else value


@pytest.mark.parametrize("k", range(len(TOLD)))
def test_alike_is_equal_and_of_one_class(k: int) -> None:
    for j, other in enumerate(TOLD):
        trail = Trail(1)
        trail.alike(0, ITEMS, TOLD[k])
        assert followed(trail, (again(other),)) == (j == k), (TOLD[k], other)


def test_same_and_apart() -> None:
    o, f = object(), 2.5
    for pair, same in (((o, o), True), ((o, f), False)):
        trail = Trail(1)
        trail.same(0, ITEMS + WORD, trail.load(0, ITEMS))
        assert followed(trail, pair) == same
        trail = Trail(1)
        trail.apart(trail.load(0, ITEMS), trail.load(0, ITEMS + WORD))
        assert followed(trail, pair) != same


def test_what_is_found_is_put_where_a_program_reads_it() -> None:
    place, pair = ctypes.c_double(0), (2.5, 1)
    trail = Trail(1)
    trail.put(trail.load(0, ITEMS), CONTENTS, 0, ctypes.addressof(place))
    assert followed(trail, pair) and place.value == 2.5

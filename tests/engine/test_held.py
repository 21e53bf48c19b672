"""Which pending results count as held: those that something outside the graph refers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg
from retrograd.engine.held import take_held


def _result() -> Any:
    return rg.ones(3) * 2.5


class Box:
    def __init__(self, value: Any) -> None:
        self.value = value


HOLDERS: dict[str, Callable[[Any], Any]] = {
    "list": lambda t: [t], "dict": lambda t: {"k": t}, "attribute": Box, "closure": lambda t: (lambda: t),
    "tuple": lambda t: ((t,),), "set": lambda t: {t}, "default": lambda t: (lambda x=t: x),
    "view": lambda t: t[1:], "view of view": lambda t: t.view(3, 1)[0], "detached": lambda t: t.detach(),
    "generator": lambda t: (x for x in [t]), "bound method": lambda t: t.tolist,
}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_result_is_held_wherever_it_is_kept(name: str) -> None:
    t = _result()
    node = t.node
    keeper = HOLDERS[name](t)
    del t
    held = take_held()
    assert node in held or any(node in h.inputs for h in held), name
    del keeper


def test_a_result_that_was_dropped_is_not_held() -> None:
    rg.ones(3) * 2.5
    assert take_held() == []


def test_what_lies_between_is_not_held() -> None:
    y = (rg.ones(3) * 2.5 + 1).exp()
    held = take_held()
    assert held == [y.node]


def test_a_result_computed_already_is_not_pending() -> None:
    y = _result()
    y.tolist()
    assert take_held() == []


def test_held_results_are_told_once_each() -> None:
    a = _result()
    b = a + 1
    assert sorted(map(id, take_held())) == sorted([id(a.node), id(b.node)])
    assert sorted(map(id, take_held())) == sorted([id(a.node), id(b.node)])


def test_results_of_another_thread_are_that_threads_own() -> None:
    from threading import Thread
    found: list[Any] = []

    def work() -> None:
        mine = _result()
        found.append(take_held() == [mine.node])
    here = _result()
    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True] and take_held() == [here.node]


def test_a_result_handed_to_another_thread_is_computed_there() -> None:
    from threading import Thread
    y, found = _result(), []
    thread = Thread(target=lambda: found.append(y.tolist()))
    thread.start()
    thread.join()
    assert found == [[2.5, 2.5, 2.5]]


def test_a_tensor_written_in_place_is_held_with_its_new_value() -> None:
    x = rg.zeros(3)
    x.add_(1)
    assert take_held() == [x.node]
    rg.synchronize()
    assert x.node.value.tolist() == [1, 1, 1]

"""What the tests of the engine share: the NumPy tier alone, calls counted, objects counted."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from retrograd.base.config import config
from retrograd.graph.node import Node, recorder
from retrograd.graph.primitive import REGISTRY


@pytest.fixture(autouse=True)
def nothing_pending() -> Iterator[None]:
    """Work that another test left behind is forgotten, so that counts are this test's own."""
    recorder.pending.clear()
    yield
    recorder.pending.clear()


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch, fresh_programs: Any) -> None:
    """Everything runs in the NumPy tier, where a primitive's meaning can be watched."""
    monkeypatch.setattr(config, "jit", False)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, interpreted: None) -> Counter[str]:
    """How often each primitive's meaning was called, by name."""
    counted: Counter[str] = Counter()

    def watched(name: str, fn: Callable[..., Any]) -> Callable[..., Any]:
        def meaning(*args: Any) -> Any:
            counted[name] += 1
            return fn(*args)
        return meaning
    for name, prim in REGISTRY.items():
        if prim.np is not None:
            monkeypatch.setattr(prim, "np", watched(name, prim.np))
    return counted


@pytest.fixture
def living_nodes() -> Callable[[], int]:
    """Counts the nodes there are (without collecting garbage first)."""
    return lambda: sum(type(o) is Node for o in gc.get_objects())


@pytest.fixture
def no_collector() -> Iterator[None]:
    """The garbage collector is off: what dies, dies by its reference count."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()

"""Who wants to hear of every program that is compiled: a list, while `collected` is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_listener: ContextVar[list[Any] | None] = ContextVar("retrograd_reports", default=None)


@contextmanager
def collected() -> Iterator[list[Any]]:
    """The reports of all programs that this thread would run inside the block: they are compiled even if they
    are known."""
    found: list[Any] = []
    token = _listener.set(found)
    try:
        yield found
    finally:
        _listener.reset(token)


def listener() -> list[Any] | None:
    """The list that is to be filled, if any."""
    return _listener.get()

"""A dict of hooks and a hook go in; a handle that takes it off again comes out."""

from __future__ import annotations

from typing import Any

from retrograd.base.modes import changes


class RemovableHandle:
    """What registering a hook returns; `remove()` takes it off again."""

    _next = 0

    def __init__(self, hooks: dict[Any, Any], hook: Any) -> None:
        RemovableHandle._next += 1
        changes.count += 1
        self.id = RemovableHandle._next
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Take the hook off; harmless the second time."""
        changes.count += 1
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()

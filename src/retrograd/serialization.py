"""`torch.serialization`: save and load, under PyTorch's module name.

>>> add_safe_globals([dict])
"""

from __future__ import annotations

from typing import Any

from retrograd.interop.state import load, save

__all__ = ["add_safe_globals", "load", "save"]


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Accepted; has no effect: a file names no class that loading would construct.

    >>> add_safe_globals([])
    """

"""`torch._C`: PyTorch's compiled part. What libraries call in passing is here; the rest can be
asked for (`hasattr`, `getattr` with a default)."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import MissingAttributeError


def _log_api_usage_once(event: str) -> None:
    """Accepted; nothing is counted."""


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd._C.{name} is not there: it is a part of PyTorch's C++",
                                fix="Use the public name in torch that it stands behind.")

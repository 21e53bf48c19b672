"""`torch.accelerator` where there is none: questions are answered with no, the rest raises.

>>> import retrograd as rg
>>> rg.accelerator.is_available(), rg.accelerator.device_count(), rg.accelerator.current_accelerator()
(False, 0, None)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.base.errors import MissingAttributeError, MissingError

__all__ = ["current_accelerator", "device_count", "is_available", "manual_seed_all", "synchronize"]

_GUARD = ("Guard the call with  if torch.accelerator.is_available(): ; "
          "on the CPU it is retrograd.synchronize().")


def is_available() -> bool:
    """False.

    >>> is_available()
    False
    """
    return False


def device_count() -> int:
    """0.

    >>> device_count()
    0
    """
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None: there is none.

    >>> current_accelerator()
    """


def manual_seed_all(seed: int) -> None:
    """Accepted; has no effect: `retrograd.manual_seed` seeds all there is.

    >>> manual_seed_all(0)
    """


def synchronize(device: Any = None) -> None:
    """There is nothing to wait for: raises, as PyTorch does without an accelerator.

    >>> synchronize()
    Traceback (most recent call last):
    ...
    retrograd.base.errors.MissingError: accelerator.synchronize: there is no accelerator here.
                  Guard the call with  if torch.accelerator.is_available(): ; on the CPU it is \
retrograd.synchronize().
    """
    raise MissingError("there is no accelerator here", op="accelerator.synchronize", fix=_GUARD)


def absent(module: str, guard: str = "") -> Callable[[str], Any]:
    """The `__getattr__` of a module of PyTorch's for a device that is not here."""
    guard = guard or f"Guard the call with  if torch.{module}.is_available(): ."

    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise MissingAttributeError(f"retrograd.{module}.{name} is not there: Retrograd computes on the CPU",
                                    fix=guard)
    return missing


__getattr__ = absent("accelerator", _GUARD)

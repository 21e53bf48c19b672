"""`torch.mps`: Apple's GPU, which is not used here.

>>> import retrograd as rg
>>> rg.mps.is_available(), rg.mps.device_count()
(False, 0)
"""

from __future__ import annotations

from typing import Any

from retrograd.accelerator import device_count, is_available, manual_seed_all
from retrograd.base.errors import MissingAttributeError

__all__ = ["device_count", "is_available", "manual_seed", "manual_seed_all"]

manual_seed = manual_seed_all


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd.mps.{name} is not there: Retrograd computes on the CPU",
                                fix="Guard the call with  if torch.mps.is_available(): .")

"""`torch.cuda` where there is no GPU: questions are answered with no, seeds and waits pass, the rest raises.

>>> import retrograd as rg
>>> rg.cuda.is_available(), rg.cuda.device_count()
(False, 0)
"""

from __future__ import annotations

from typing import Any

from retrograd.accelerator import absent, device_count, is_available, manual_seed_all
from retrograd.base.errors import MissingError
from retrograd.cuda import amp
from retrograd.engine.evaluate import synchronize as _evaluate_pending
from retrograd.missing import attribute_error, names

__all__ = [
    "amp",
    "device_count",
    "empty_cache",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "memory_allocated",
    "memory_reserved",
    "set_device",
    "synchronize",
]


def is_initialized() -> bool:
    """False.

    >>> is_initialized()
    False
    """
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False: there is no GPU. On the CPU bfloat16 works.

    >>> is_bf16_supported()
    False
    """
    return False


manual_seed = manual_seed_all


def synchronize(device: Any = None) -> None:
    """Compute all that is pending, so that a clock read next has seen the work.

    >>> synchronize()
    """
    _evaluate_pending()


def empty_cache() -> None:
    """Accepted; has no effect.

    >>> empty_cache()
    """


def memory_allocated(device: Any = None) -> int:
    """0: nothing lies on a GPU.

    >>> memory_allocated()
    0
    """
    return 0


max_memory_allocated = memory_reserved = memory_allocated


def set_device(device: Any) -> None:
    """There is no GPU to choose: raises.

    >>> set_device(0)
    Traceback (most recent call last):
    ...
    retrograd.base.errors.MissingError: cuda.set_device: there is no GPU here: device 0.
                  Guard the call with  if torch.cuda.is_available(): .
    """
    raise MissingError("there is no GPU here", op="cuda.set_device", got=f"device {device!r}",
                       fix="Guard the call with  if torch.cuda.is_available(): .")


def __getattr__(name: str) -> Any:
    if name in names("cuda"):
        return absent("cuda")(name)
    raise attribute_error("cuda", name, __all__)

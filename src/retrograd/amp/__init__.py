"""`torch.amp` on a machine without a GPU: `autocast` warns and changes nothing, `GradScaler('cpu')` scales.

For 'cuda' PyTorch does the same where there is no GPU. For 'cpu' it would compute products in bfloat16; here
the block computes in the dtypes of its tensors, which costs time and no accuracy.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from retrograd.amp.scaler import Scaler
from retrograd.base.errors import ArgumentError
from retrograd.base.later import places as _places
from retrograd.missing import attribute_error

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

_places(__name__, "autocast_mode grad_scaler")


def is_autocast_available(device_type: str) -> bool:
    """False.

    >>> is_autocast_available("cpu")
    False
    """
    return False


def _enabled(device_type: Any, enabled: bool, op: str) -> bool:
    """False, with the warning or the error that belongs to it."""
    kind = str(device_type).partition(":")[0]
    if not enabled:
        return False
    if kind == "cuda":
        warnings.warn(
            f"{op}: there is no GPU, so mixed precision for 'cuda' is off and the run stays in float32.",
            UserWarning,
            stacklevel=4,
        )
        return False
    if kind != "cpu":
        raise ArgumentError(f"unknown device type {device_type!r}", op=op, expected="'cpu' or 'cuda'")
    return True


class autocast:
    """A context manager and decorator; see the module.

    >>> with autocast("cpu", enabled=False):
    ...     pass
    """

    def __init__(self, device_type: Any, dtype: Any = None, enabled: bool = True,
                 cache_enabled: bool | None = None) -> None:
        self.device, self.fast_dtype, self.cache_enabled = device_type, dtype, cache_enabled
        if _enabled(device_type, enabled, "autocast"):
            warnings.warn("autocast: mixed precision on the CPU is not there yet, so the block computes in "
                          "the dtypes of its tensors. To compute in bfloat16, convert the model with "
                          ".bfloat16() .",
                          UserWarning, stacklevel=2)
        self.enabled = False

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(fn)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return fn(*args, **kwargs)
        return wrapped


class GradScaler(Scaler):
    """`scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update()`.

    On 'cuda' it warns and is off, as in PyTorch without a GPU; on 'cpu' it scales.

    >>> GradScaler("cpu").get_scale(), GradScaler("cpu", enabled=False).get_scale()
    (65536.0, 1.0)
    """

    def __init__(self, device: Any = "cuda", init_scale: float = 65536.0, growth_factor: float = 2.0,
                 backoff_factor: float = 0.5, growth_interval: int = 2000, enabled: bool = True) -> None:
        super().__init__(init_scale, growth_factor, backoff_factor, growth_interval,
                         _enabled(device, enabled, "GradScaler"))


def custom_fwd(fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None) -> Any:
    """A decorator for `Function.forward`: the function itself, since autocast is never on.

    >>> custom_fwd(lambda ctx, x: x, device_type="cpu")(None, 3)
    3
    """
    return fwd if fwd is not None else lambda f: f


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """A decorator for `Function.backward`: the function itself, since autocast is never on.

    >>> custom_bwd(lambda ctx, g: g, device_type="cpu")(None, 3)
    3
    """
    return bwd if bwd is not None else lambda f: f


def __getattr__(name: str) -> Any:
    raise attribute_error("amp", name, __all__)

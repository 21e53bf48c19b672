"""`torch.amp` on a machine without a GPU: for 'cuda' it warns and changes nothing, as PyTorch does.

Mixed precision on the CPU is not there yet and says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from retrograd.base.errors import ArgumentError, MissingError
from retrograd.missing import attribute_error

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]


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
    raise MissingError("mixed precision on the CPU is not there yet", op=op,
                       fix="Pass enabled=False, or convert the model with .bfloat16().")


class autocast:
    """A context manager and decorator; see the module.

    >>> with autocast("cpu", enabled=False):
    ...     pass
    """

    def __init__(self, device_type: Any, dtype: Any = None, enabled: bool = True,
                 cache_enabled: bool | None = None) -> None:
        self.device, self.fast_dtype, self.cache_enabled = device_type, dtype, cache_enabled
        self.enabled = _enabled(device_type, enabled, "autocast")

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(fn)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return fn(*args, **kwargs)
        return wrapped


class GradScaler:
    """Steps the optimizer as it is: without mixed precision a scale of 1 serves.

    >>> scaler = GradScaler("cpu", enabled=False)
    >>> scaler.get_scale()
    1.0
    """

    def __init__(self, device: Any = "cuda", init_scale: float = 65536.0, growth_factor: float = 2.0,
                 backoff_factor: float = 0.5, growth_interval: int = 2000, enabled: bool = True) -> None:
        self._growth = (init_scale, growth_factor, backoff_factor, growth_interval)
        self._is_enabled = _enabled(device, enabled, "GradScaler")

    def is_enabled(self) -> bool:
        """False."""
        return self._is_enabled

    def scale(self, outputs: Any) -> Any:
        """The outputs as they are."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Nothing to undo."""

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """optimizer.step(...)."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Nothing to adapt."""

    def get_scale(self) -> float:
        """1.0."""
        return 1.0

    def state_dict(self) -> dict[str, Any]:
        """Empty, as PyTorch's is while disabled."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Accepts any state and keeps none."""


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

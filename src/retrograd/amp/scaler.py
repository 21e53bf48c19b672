"""GradScaler: losses are scaled up, gradients scaled down, and steps with inf or nan are left out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from retrograd.tensors.tensor import Tensor


class Scaler:
    """The scale, which grows while gradients stay finite and shrinks when they do not.

    >>> from retrograd import ones, nn
    >>> scaler = Scaler(init_scale=8.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=1)
    >>> scaler.scale(ones(2)).tolist(), scaler.get_scale()
    ([8.0, 8.0], 8.0)
    """

    def __init__(self, init_scale: float, growth_factor: float, backoff_factor: float, growth_interval: int,
                 enabled: bool = True) -> None:
        if enabled and not (growth_factor > 1 and backoff_factor < 1):
            raise AssertionError("The growth factor must be > 1.0 and the backoff factor < 1.0.")
        self._scale, self._growth_factor = float(init_scale), growth_factor
        self._backoff_factor, self._growth_interval = backoff_factor, growth_interval
        self._growth_tracker = 0
        self._is_enabled = enabled
        self._found: dict[int, bool] = {}       # id of an optimizer: inf in its gradients
        self._stepped: set[int] = set()

    def is_enabled(self) -> bool:
        """Whether anything is scaled."""
        return self._is_enabled

    def scale(self, outputs: Any) -> Any:
        """A tensor, or each of several, times the scale."""
        if not self._is_enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            kind = type(outputs) if isinstance(outputs, (list, tuple)) else list
            return kind(self.scale(x) for x in outputs)
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of an optimizer by the scale, to clip them say; once between two updates."""
        if not self._is_enabled:
            return
        if id(optimizer) in self._stepped:
            raise RuntimeError("unscale_() is being called after step().")
        if id(optimizer) in self._found:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last "
                               "update().")
        found = False
        for p in (p for group in optimizer.param_groups for p in group["params"]):
            if p.grad is not None:
                p.grad = p.grad / self._scale
                found |= not np.isfinite(p.grad.detach().numpy(force=True).sum(dtype=np.float64))
        self._found[id(optimizer)] = found

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """optimizer.step(...) if its gradients, unscaled, are finite."""
        if not self._is_enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        if id(optimizer) in self._stepped:
            raise RuntimeError("step() has already been called since the last update().")
        if id(optimizer) not in self._found:
            self.unscale_(optimizer)
        self._stepped.add(id(optimizer))
        return None if self._found[id(optimizer)] else optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Adapt the scale to what the steps since the last update met, or set it."""
        if not self._is_enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif any(self._found.values()):
            self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                grown = self._scale * self._growth_factor
                self._scale, self._growth_tracker = grown if math.isfinite(grown) else self._scale, 0
        self._found.clear()
        self._stepped.clear()

    def get_scale(self) -> float:
        """The scale; 1.0 if nothing is scaled."""
        return self._scale if self._is_enabled else 1.0

    def get_growth_factor(self) -> Any:
        """The option growth_factor."""
        return self._growth_factor

    def set_growth_factor(self, value: Any) -> None:
        """Set the option growth_factor."""
        self._growth_factor = value

    def get_backoff_factor(self) -> Any:
        """The option backoff_factor."""
        return self._backoff_factor

    def set_backoff_factor(self, value: Any) -> None:
        """Set the option backoff_factor."""
        self._backoff_factor = value

    def get_growth_interval(self) -> Any:
        """The option growth_interval."""
        return self._growth_interval

    def set_growth_interval(self, value: Any) -> None:
        """Set the option growth_interval."""
        self._growth_interval = value

    def state_dict(self) -> dict[str, Any]:
        """Scale, options and counter; empty if nothing is scaled."""
        if not self._is_enabled:
            return {}
        return {"scale": self._scale, "growth_factor": self._growth_factor,
                "backoff_factor": self._backoff_factor, "growth_interval": self._growth_interval,
                "_growth_tracker": self._growth_tracker}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a state."""
        if not self._is_enabled:
            return
        if not state_dict:
            raise RuntimeError("The source state dict is empty, possibly because it was saved from a "
                               "disabled instance of GradScaler.")
        self._scale, self._growth_factor = float(state_dict["scale"]), state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]

"""Schedules that go up and come down, and move momentum the other way: CyclicLR, OneCycleLR."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

from retrograd.optim.lr_scheduler.base import LRScheduler, check_optimizer, set_rate
from retrograd.optim.optimizer import Optimizer

Group = dict[str, Any]


def each_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value a group.

    >>> import retrograd as torch
    >>> each_group("max_lr", torch.optim.SGD([torch.zeros(1)], lr=1.0), 0.5)
    [0.5]
    """
    many = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * many
    if len(value) != many:
        raise ValueError(f"{name} must have the same length as optimizer.param_groups. {name} has "
                         f"{len(value)} values, param_groups has {many}.")
    return list(value)


class _Cycle(LRScheduler):
    """Momentum, or the first beta, moves between two bounds."""

    def _begin_momentum(self, cycle_momentum: bool, base: Any, most: Any, last_epoch: int
                        ) -> tuple[list[float], list[float]]:
        """The bounds of every group, which starts at the upper one."""
        self.cycle_momentum = cycle_momentum
        if not cycle_momentum:
            return [], []
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in defaults
        lows = each_group("base_momentum", self.optimizer, base)
        highs = each_group("max_momentum", self.optimizer, most)
        if last_epoch == -1:
            for group, low, high in zip(self.optimizer.param_groups, lows, highs):
                self._set_momentum(group, high)
                group["max_momentum"], group["base_momentum"] = high, low
        return lows, highs

    def _set_momentum(self, group: Group, value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class CyclicLR(_Cycle):
    """The rate goes from base_lr to max_lr in step_size_up steps, back in step_size_down, and so on; momentum
    from max_momentum to base_momentum and back (Smith, 2017).

    mode "triangular2" halves the height each cycle, "exp_range" multiplies it by gamma^t; scale_fn is another
    height, of the cycle or (scale_mode="iterations") of the step.

    >>> import retrograd as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0, momentum=0.9)
    >>> scheduler = torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, step_size_up=2)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.3
    """

    def __init__(self, optimizer: Optimizer, base_lr: Any, max_lr: Any, step_size_up: int = 2000,
                 step_size_down: int | None = None, mode: str = "triangular", gamma: float = 1.0,
                 scale_fn: Callable[[float], float] | None = None, scale_mode: str = "cycle",
                 cycle_momentum: bool = True, base_momentum: float = 0.8, max_momentum: float = 0.9,
                 last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for rate, group in zip(base_lrs, optimizer.param_groups):
                set_rate(group, rate)
        self.max_lrs = each_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        bounds = self._begin_momentum(cycle_momentum, base_momentum, max_momentum, last_epoch)
        if cycle_momentum:
            self.base_momentums, self.max_momentums = bounds
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """The height in a cycle, or at a step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "exp_range":
            return float(self.gamma**x)
        return 1.0 / 2.0 ** (x - 1) if self.mode == "triangular2" else 1.0

    def get_lr(self) -> list[Any]:
        """The rates at this step; momentum is set on the way."""
        self._warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        part = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        height = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, low, high in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums):
                self._set_momentum(group, high - (high - low) * part * height)
        return [low + (high - low) * part * height for low, high in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser; a scale_fn that is an object with its attributes."""
        state = super().state_dict()
        fn = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = \
            None if fn is None or isinstance(fn, FunctionType) else fn.__dict__.copy()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        rest = {k: v for k, v in state_dict.items() if k != "_scale_fn_custom"}
        super().load_state_dict(rest)
        if state_dict.get("_scale_fn_custom") is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])


class OneCycleLR(_Cycle):
    """One cycle over the whole run (Smith and Topin, 2018): from max_lr / div_factor up to max_lr in the
    first pct_start of the steps, then down to the first rate / final_div_factor; three_phase comes back to
    the first rate in between. Momentum moves the other way.

    Step it after every batch; total_steps is the number of these, or epochs times steps_per_epoch.

    >>> import retrograd as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0, momentum=0.9)
    >>> scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, total_steps=10)
    >>> round(scheduler.get_last_lr()[0], 6)
    0.02
    """

    def __init__(self, optimizer: Optimizer, max_lr: Any, total_steps: int | None = None,
                 epochs: int | None = None, steps_per_epoch: int | None = None, pct_start: float = 0.3,
                 anneal_strategy: str = "cos", cycle_momentum: bool = True, base_momentum: Any = 0.85,
                 max_momentum: Any = 0.95, div_factor: float = 25.0, final_div_factor: float = 1e4,
                 three_phase: bool = False, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or pct_start < 0 or pct_start > 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        most = each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, most):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self._begin_momentum(cycle_momentum, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _between(self, start: float, end: float, part: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)

    def get_lr(self) -> list[Any]:
        """The rates at this step; momentum is set on the way."""
        self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        begin, phases = 0.0, self._schedule_phases
        k = 0
        while step > phases[k]["end_step"] and k < len(phases) - 1:
            begin = phases[k]["end_step"]
            k += 1
        phase = phases[k]
        part = (step - begin) / (phase["end_step"] - begin)
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                self._set_momentum(group, self._between(group[phase["start_momentum"]],
                                                        group[phase["end_momentum"]], part))
        return [self._between(group[phase["start_lr"]], group[phase["end_lr"]], part)
                for group in self.optimizer.param_groups]


def _steps(total: Any, epochs: Any, each: Any) -> int:
    """The number of steps, said in one of two ways."""
    def positive(name: str, value: Any) -> int:
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
        return value
    if total is not None:
        return positive("total_steps", total)
    if epochs is None or each is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return positive("epochs", epochs) * positive("steps_per_epoch", each)


def _phases(total: int, pct: float, three: bool) -> list[dict[str, Any]]:
    """Where each phase ends, and between what it leads."""
    def phase(end: float, start_lr: str, end_lr: str, start: str, stop: str) -> dict[str, Any]:
        return {"end_step": end, "start_lr": start_lr, "end_lr": end_lr,
                "start_momentum": start + "_momentum", "end_momentum": stop + "_momentum"}
    up = phase(float(pct * total) - 1, "initial_lr", "max_lr", "max", "base")
    if not three:
        return [up, phase(total - 1, "max_lr", "min_lr", "base", "max")]
    return [up, phase(float(2 * pct * total) - 2, "max_lr", "initial_lr", "base", "max"),
            phase(total - 1, "initial_lr", "min_lr", "max", "max")]

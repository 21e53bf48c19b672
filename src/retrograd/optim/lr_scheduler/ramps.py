"""Schedules that lead from one factor of the rate to another: ConstantLR, LinearLR, PolynomialLR."""

from __future__ import annotations

from typing import Any

from retrograd.optim.lr_scheduler.base import LRScheduler, rates_of
from retrograd.optim.optimizer import Optimizer


class _Ramp(LRScheduler):
    """The present rates times a factor of this epoch; None leaves them as they are."""

    def _factor(self) -> float | None:
        raise NotImplementedError

    def get_lr(self) -> list[Any]:
        """The rates at this epoch, from the present ones."""
        self._warn_outside_step()
        factor = self._factor()
        if factor is None:
            return rates_of(self.optimizer)
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _share(self, epoch: int) -> float:
        """The part of `lr_0` that is used at an epoch."""
        raise NotImplementedError

    def _get_closed_form_lr(self) -> list[Any]:
        return [rate * self._share(self.last_epoch) for rate in self.base_lrs]


class ConstantLR(_Ramp):
    """lr_t = factor lr_0 for t < total_iters, then lr_0.

    >>> import retrograd as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5,
                 last_epoch: int = -1) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else None

    def _share(self, epoch: int) -> float:
        return self.factor + (epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(_Ramp):
    """lr_t = lr_0 (start_factor + (end_factor - start_factor) min(t / total_iters, 1)).

    >>> import retrograd as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.75]
    """

    def __init__(self, optimizer: Optimizer, start_factor: float = 1.0 / 3, end_factor: float = 1.0,
                 total_iters: int = 5, last_epoch: int = -1) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to 1."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _share(self, epoch: int) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, epoch) / self.total_iters


class PolynomialLR(_Ramp):
    """lr_t = lr_0 (1 - min(t / total_iters, 1))^power.

    >>> import retrograd as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=2, power=2.0)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0,
                 last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        t, total = self.last_epoch, self.total_iters
        if self._is_initial or t > total:
            return None
        return ((1.0 - t / total) / (1.0 - (t - 1) / total)) ** self.power

    def _share(self, epoch: int) -> float:
        return (1.0 - min(self.total_iters, epoch) / self.total_iters) ** self.power

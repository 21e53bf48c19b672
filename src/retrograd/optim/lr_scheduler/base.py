"""LRScheduler: an optimiser's learning rates as a function of the number of calls of `step`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.optim.optimizer import Optimizer
from retrograd.tensors.tensor import Tensor

EPOCH_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. "
    "Please use `scheduler.step()` to step the scheduler."
)
_ORDER_WARNING = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. You should call them in the opposite "
    "order: `optimizer.step()` before `lr_scheduler.step()`. Failure to do this will result in skipping the "
    "first value of the learning rate schedule."
)


def check_optimizer(optimizer: Any) -> None:
    """A scheduler schedules an optimiser.

    >>> check_optimizer(3)
    Traceback (most recent call last):
    TypeError: int is not an Optimizer
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def rates_of(optimizer: Optimizer, key: str = "lr") -> list[Any]:
    """The value of every group; a copy, where it is a tensor.

    >>> import retrograd as torch
    >>> rates_of(torch.optim.SGD([torch.zeros(1)], lr=0.1))
    [0.1]
    """
    values = [group[key] for group in optimizer.param_groups]
    return [value.clone() if isinstance(value, Tensor) else value for value in values]


def set_rate(group: dict[str, Any], value: Any) -> None:
    """Set the learning rate of a group; in place, where it is a tensor.

    >>> group = {"lr": 0.1}
    >>> set_rate(group, 0.2)
    >>> group
    {'lr': 0.2}
    """
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(float(value))
    else:
        group["lr"] = value


class LRScheduler:
    """Base of the schedulers: a subclass declares `get_lr()`, the rates at epoch `last_epoch`.

    Making one sets 'initial_lr' of every group and takes the step to epoch 0. Call `step()` after
    `optimizer.step()`.

    >>> import retrograd as torch
    >>> class Halved(LRScheduler):
    ...     def get_lr(self):
    ...         return [rate / 2 ** self.last_epoch for rate in self.base_lrs]
    >>> scheduler = Halved(torch.optim.SGD([torch.zeros(1)], lr=1.0))
    >>> scheduler.optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    _get_lr_called_within_step: bool = False
    _is_initial: bool = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for index, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                lr = group["lr"]
                group.setdefault("initial_lr", lr.clone() if isinstance(lr, Tensor) else lr)
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{index}] when resuming scheduler "
                    "with last_epoch >= 0. Load the optimizer's state before making the scheduler."
                )
        self.base_lrs = rates_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        self._last_lr: list[Any] = []
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        with self._flagged("_is_initial"):
            self.step()

    def get_lr(self) -> list[Any]:
        """The rates at `last_epoch`, one a group."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Any]:
        """The rates set by the last step."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch and set the rates of all groups."""
        if self._step_count == 1 and not getattr(self.optimizer, "_opt_called", False):
            warnings.warn(_ORDER_WARNING, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._flagged("_get_lr_called_within_step"):
            self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
            closed_form = getattr(self, "_get_closed_form_lr", None)
            values = self.get_lr() if epoch is None or closed_form is None else closed_form()
        for group, value in zip(self.optimizer.param_groups, values, strict=True):
            set_rate(group, value)
        self._last_lr = rates_of(self.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.__dict__.update(state_dict)

    @contextmanager
    def _flagged(self, name: str) -> Iterator[None]:
        setattr(self, name, True)
        try:
            yield
        finally:
            setattr(self, name, False)

    def _warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

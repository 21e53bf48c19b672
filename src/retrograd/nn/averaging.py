"""Averages of a model's parameters over training: a model goes in now and then, an averaged copy is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

from retrograd.base.modes import no_grad
from retrograd.nn.batch_norm import _BatchNorm
from retrograd.nn.module import Module
from retrograd.tensors.create import tensor
from retrograd.tensors.tensor import Tensor

Average = Callable[[Tensor, Tensor, Any], Tensor]
Averages = Callable[[list[Tensor], list[Tensor], Any], None]


def get_swa_avg_fn() -> Average:
    """The equal average: a + (p - a) / (n + 1) after n models.

    >>> import retrograd as torch
    >>> get_swa_avg_fn()(torch.tensor(1.0), torch.tensor(4.0), 2).item()
    2.0
    """
    @no_grad()
    def update(averaged: Tensor, current: Tensor, count: Any) -> Tensor:
        return averaged + (current - averaged) / (count + 1)
    return update


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The exponential average: decay a + (1 - decay) p.

    >>> import retrograd as torch
    >>> get_ema_avg_fn(0.5)(torch.tensor(1.0), torch.tensor(4.0), 2).item()
    2.5
    """
    _check(decay)

    @no_grad()
    def update(averaged: Tensor, current: Tensor, count: Any) -> Tensor:
        return decay * averaged + (1 - decay) * current
    return update


def get_swa_multi_avg_fn() -> Averages:
    """`get_swa_avg_fn` for lists of tensors, in place.

    >>> import retrograd as torch
    >>> a = torch.tensor([1.0])
    >>> get_swa_multi_avg_fn()([a], [torch.tensor([4.0])], 2)
    >>> a.item()
    2.0
    """
    return _in_place(lambda averaged, current, count: averaged + (current - averaged) / (float(count) + 1))


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """`get_ema_avg_fn` for lists of tensors, in place.

    >>> import retrograd as torch
    >>> a = torch.tensor([1.0])
    >>> get_ema_multi_avg_fn(0.5)([a], [torch.tensor([4.0])], 2)
    >>> a.item()
    2.5
    """
    _check(decay)
    return _in_place(lambda averaged, current, count: averaged + (current - averaged) * (1 - decay))


def _check(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _in_place(average: Average) -> Averages:
    @no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], count: Any) -> None:
        for a, p in zip(averaged, current, strict=True):
            a.copy_(average(a, p, count))
    return update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages over the models that `update_parameters` was given:
    equal ones (stochastic weight averaging), or what `avg_fn` or `multi_avg_fn` says.

    Buffers are copied from the last model, or with `use_buffers` averaged too. Statistics of batch norms are
    made anew by `update_bn`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.Linear(1, 1)
    >>> average = torch.optim.swa_utils.AveragedModel(layer)
    >>> for value in (1.0, 4.0):
    ...     _ = nn.init.constant_(layer.weight, value)
    ...     average.update_parameters(layer)
    >>> average.module.weight.item()
    2.5
    """

    def __init__(self, model: Module, device: Any = None, avg_fn: Average | None = None,
                 multi_avg_fn: Averages | None = None, use_buffers: bool = False) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model makes of the input."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Take one more model into the average."""
        pairs = [(a.detach(), p.detach()) for a, p in zip(self._averaged(self.module), self._averaged(model))]
        count = int(self.n_averaged)
        if count == 0:
            for a, p in pairs:
                a.copy_(p)
        elif self.avg_fn is not None:
            for a, p in pairs:
                a.copy_(self.avg_fn(a, p, self.n_averaged))
        else:
            update = self.multi_avg_fn or get_swa_multi_avg_fn()
            for dtype in dict.fromkeys(a.dtype for a, _ in pairs):
                alike = [pair for pair in pairs if pair[0].dtype is dtype]
                update([a for a, _ in alike], [p for _, p in alike], self.n_averaged)
        if not self.use_buffers:
            for kept, new in zip(self.module.buffers(), model.buffers(), strict=True):
                kept.detach().copy_(new.detach())
        self.n_averaged += 1

    def _averaged(self, model: Module) -> Iterator[Tensor]:
        yield from model.parameters()
        if self.use_buffers:
            yield from model.buffers()


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Make the running statistics of all batch norms anew: the plain average over the loader's batches.

    >>> import retrograd as torch
    >>> model = torch.nn.BatchNorm1d(1)
    >>> update_bn([torch.tensor([[0.0], [2.0]]), torch.tensor([[4.0], [6.0]])], model)
    >>> model.running_mean.item()
    3.0
    """
    norms = {module: module.momentum for module in model.modules() if isinstance(module, _BatchNorm)}
    if not norms:
        return
    training = model.training
    model.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    for batch in loader:
        x = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(x if device is None else x.to(device))
    for norm, momentum in norms.items():
        norm.momentum = momentum
    model.train(training)

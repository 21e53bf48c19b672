"""Schedules of the learning rate: closed forms for every epoch, and resuming at any."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg
from retrograd.optim import lr_scheduler as schedules

LR, EPOCHS = 0.1, 150


def cosine(t: int, span: int, low: float = 0.0) -> float:
    return low + (LR - low) * (1 + math.cos(math.pi * t / span)) / 2


CLOSED: dict[str, tuple[Callable[[Any], Any], Callable[[int], float]]] = {
    "step": (lambda o: schedules.StepLR(o, step_size=30, gamma=0.1), lambda t: LR * 0.1 ** (t // 30)),
    "multi step": (lambda o: schedules.MultiStepLR(o, [10, 40], gamma=0.5),
                   lambda t: LR * 0.5 ** ((t >= 10) + (t >= 40))),
    "exponential": (lambda o: schedules.ExponentialLR(o, 0.95), lambda t: LR * 0.95**t),
    "lambda": (lambda o: schedules.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: LR / (1 + t)),
    "cosine": (lambda o: schedules.CosineAnnealingLR(o, T_max=100), lambda t: cosine(t, 100)),
    "cosine with a floor": (lambda o: schedules.CosineAnnealingLR(o, T_max=50, eta_min=0.01),
                            lambda t: cosine(t, 50, 0.01)),
}


def optimizer_of() -> Any:
    return rg.optim.SGD([rg.nn.Parameter(rg.zeros(1))], lr=LR)


def advance(optimizer: Any, schedule: Any, *metric: float) -> float:
    optimizer.step()
    schedule.step(*metric)
    return optimizer.param_groups[0]["lr"]


@pytest.mark.parametrize("name", CLOSED)
def test_rates_are_those_of_the_closed_form(name: str) -> None:
    make, rate = CLOSED[name]
    optimizer = optimizer_of()
    schedule = make(optimizer)
    assert optimizer.param_groups[0]["lr"] == rate(0)
    for t in range(1, EPOCHS):
        # Products and PyTorch's recursion for the cosine: a few roundings an epoch.
        assert advance(optimizer, schedule) == pytest.approx(rate(t), rel=4 * t * 2.0**-52, abs=LR * 1e-13)


def plateau(metrics: list[float], patience: int, factor: float = 0.1, threshold: float = 1e-4) -> list[float]:
    """The rate after each metric: less after more than `patience` epochs that are no relative improvement."""
    best, bad, rate, rates = math.inf, 0, LR, []
    for metric in metrics:
        better = metric < best * (1 - threshold)
        best, bad = (metric, 0) if better else (best, bad + 1)
        if bad > patience:
            rate, bad = rate * factor, 0
        rates.append(rate)
    return rates


METRICS = [1.0, 0.8, 0.79999] + [0.8] * 12 + [0.5] + [0.6] * 25


def test_a_plateau_of_more_than_ten_epochs_cuts_the_rate() -> None:
    optimizer = optimizer_of()
    schedule = schedules.ReduceLROnPlateau(optimizer, "min", patience=10)
    rates = [advance(optimizer, schedule, metric) for metric in METRICS]
    assert rates == pytest.approx(plateau(METRICS, 10), rel=1e-15) and len(set(rates)) == 4


@pytest.mark.parametrize("name", [*CLOSED, "plateau"])
def test_a_schedule_resumed_at_any_epoch_goes_on_to_the_bit(name: str) -> None:
    def make(optimizer: Any) -> Any:
        if name == "plateau":
            return schedules.ReduceLROnPlateau(optimizer, "min", patience=3)
        return CLOSED[name][0](optimizer)

    def metric(t: int) -> tuple[float, ...]:
        return (METRICS[t],) if name == "plateau" else ()
    optimizer = optimizer_of()
    schedule = make(optimizer)
    rates, saved = [], []
    for t in range(40):
        saved.append((optimizer.state_dict(), schedule.state_dict()))
        rates.append(advance(optimizer, schedule, *metric(t)))
    for start in range(0, 40, 7):
        again = optimizer_of()
        resumed = make(again)
        again.load_state_dict(saved[start][0])
        resumed.load_state_dict(saved[start][1])
        assert [advance(again, resumed, *metric(t)) for t in range(start, 40)] == rates[start:]

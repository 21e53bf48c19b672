"""Numbers among the arguments of a compiled step: one that differs from call to call is no new capture."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config

F, nn, optim = rg.nn.functional, rg.nn, rg.optim
Loss = Callable[[Any, Any, Any], Any]


def annealed(h: Any, beta: float, k: int) -> Any:
    return h.square().mean() + beta * h.abs().sum() - (h * beta).mean() / (1 + beta)


def raised(h: Any, beta: float, k: int) -> Any:
    return (h * h + 1).sum() * beta**2 * (beta + 0.5) ** -1


def every_fifth(h: Any, beta: float, k: int) -> Any:
    return h.sum() if k % 5 == 0 else h.square().sum()


def past_a_bound(h: Any, beta: float, k: int) -> Any:
    return (h * max(0.05, 0.3 - 0.01 * k)).square().sum()


def asked_for_its_class(h: Any, beta: float, k: int) -> Any:
    assert isinstance(beta, float) and isinstance(k, int) and not isinstance(beta, int)
    return (h * beta).sum()


def smoothed(h: Any, beta: float, k: int) -> Any:
    return F.cross_entropy(h, rg.tensor([0, 1, 2, 0]), label_smoothing=0.1) + F.huber_loss(h, h * 0) * beta


def inside_a_list(h: Any, beta: float, k: int) -> Any:
    return sum([h.sum() * w for w in (beta, 1 - beta, -beta)])


CASES = {annealed: 2, raised: 2, every_fifth: 4, past_a_bound: 4, asked_for_its_class: 2, smoothed: 2,
         inside_a_list: 2}       # captures: with constants, with Numbers, and one a branch


def taken(h: Any, beta: float, k: int) -> Any:
    return (h * math.sin(beta)).sum()


def by_numpy(h: Any, beta: float, k: int) -> Any:
    return (h * float(np.sqrt(beta + 1))).sum() + (h * (np.float64(2.0) * beta)).sum()


def as_an_index(h: Any, beta: float, k: int) -> Any:
    return h[k % 4].sum() + h[: k % 3 + 1].sum()


def as_a_count(h: Any, beta: float, k: int) -> Any:
    for _ in range(k % 3):
        h = h * 1.5
    return h.sum()


def as_a_bound_of_a_clamp(h: Any, beta: float, k: int) -> Any:
    return h.clamp(-beta, beta).sum() + F.leaky_relu(h, beta).sum()


READ = [taken, by_numpy, as_an_index, as_a_count, as_a_bound_of_a_clamp]     # a capture a value


def trained(loss: Loss, compiled: bool, steps: int = 24) -> tuple[list[Any], int]:
    rg.manual_seed(0)
    model = nn.Linear(5, 3)
    opt = optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    x = rg.tensor(np.random.default_rng(0).standard_normal((4, 5)).astype("f4"))

    def step(x: Any, beta: float, *, k: int) -> Any:
        opt.zero_grad()
        value = loss(model(x), beta, k)
        value.backward()
        opt.step()
        return value, beta * 2, k
    run = rg.compile(step) if compiled else step
    seen = []
    for k in range(1, steps + 1):
        value, twice, same = run(x, 0.013 * k, k=k)
        assert type(twice) is float and type(same) is int
        seen.append((value.item(), twice, same))
    seen.append([p.tolist() for p in model.parameters()])
    return seen, len(run.replays) if compiled else 0


@pytest.mark.parametrize("loss", CASES, ids=lambda f: f.__name__)
def test_a_number_that_differs_needs_no_new_capture(loss: Loss) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (compiled, captures), (plain, _) = trained(loss, True), trained(loss, False)
    assert compiled == plain
    assert captures <= CASES[loss]


@pytest.mark.parametrize("loss", READ, ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore:retrograd.compile.*captured 16 times")
def test_what_python_computes_from_it_holds_for_that_number(loss: Loss) -> None:
    assert trained(loss, True)[0] == trained(loss, False)[0]


def test_the_steady_state_takes_numbers() -> None:
    w = nn.Parameter(rg.ones(2))
    opt = optim.Adam([w])

    @rg.compile
    def step(x: Any, beta: float) -> Any:
        opt.zero_grad()
        loss = (w * x).sum() * beta
        loss.backward()
        opt.step()
        return loss
    x = rg.ones(2)
    for k in range(40):
        before = w.detach().clone()
        assert step(x, 0.1 + k).item() == ((before * x).sum() * (0.1 + k)).item()
        assert w.grad.tolist() == [np.float32(0.1 + k)] * 2
    for k in range(4):
        step(x, 0.7 * k + 0.1)
    assert step._steady is not None and len(step.replays) == 2


def test_replays_with_numbers_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "check", frozenset({"replay"}))
    assert trained(annealed, True)[0] == trained(annealed, False)[0]


def test_a_bool_or_another_class_is_another_capture() -> None:
    @rg.compile
    def scaled(x: Any, by: Any) -> Any:
        return (x * by, isinstance(by, int), isinstance(by, bool))
    x = rg.ones(2)
    for by in (2, 3, 4, 2.5, 3.5, True, False, 5, 6.5, True):
        y, whole, truth = scaled(x, by)
        assert y.tolist() == [by, by] and whole == isinstance(by, int) and truth == isinstance(by, bool)

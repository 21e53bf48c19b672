"""Averages of weights, beside PyTorch's."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import retrograd as rg

RNG = np.random.default_rng(5)
WEIGHTS = RNG.standard_normal((4, 3, 2))
BATCHES = [RNG.standard_normal((5, 2)) for _ in range(3)]


def swa(T: Any) -> Any:
    return import_module(f"{T.__name__}.optim.swa_utils")


AVERAGES = {
    "equal": lambda S: {}, "equal by function": lambda S: {"avg_fn": S.get_swa_avg_fn()},
    "exponential": lambda S: {"avg_fn": S.get_ema_avg_fn(0.8)},
    "exponential lists": lambda S: {"multi_avg_fn": S.get_ema_multi_avg_fn(0.8)},
    "equal lists": lambda S: {"multi_avg_fn": S.get_swa_multi_avg_fn()},
}


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_are_pytorchs(name: str, torch: Any) -> None:
    results = []
    for T in (rg, torch):
        S = swa(T)
        model = T.nn.Sequential(T.nn.Linear(2, 3), T.nn.BatchNorm1d(3)).double()
        average = S.AveragedModel(model, **AVERAGES[name](S))
        for weight in WEIGHTS:
            with T.no_grad():
                model[0].weight.copy_(T.tensor(weight))
                model[0].bias.fill_(float(weight.sum()))
            model(T.tensor(BATCHES[0] * weight[0, 0]))
            average.update_parameters(model)
        S.update_bn([T.tensor(x) for x in BATCHES], average)
        average.eval()
        results.append(({k: v.numpy() for k, v in average.state_dict().items()},
                        average(T.tensor(BATCHES[1])).detach().numpy()))
    assert list(results[0][0]) == list(results[1][0])
    for key, value in results[1][0].items():
        # PyTorch divides by the number of models in float32 where it averages lists equally.
        rtol = 1e-6 if name in ("equal", "equal lists") else 1e-12
        np.testing.assert_allclose(results[0][0][key], value, rtol=rtol, err_msg=key)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-6, atol=1e-6)


def test_the_equal_average_is_the_mean() -> None:
    model = rg.nn.Linear(2, 3, bias=False).double()
    average = swa(rg).AveragedModel(model)
    for weight in WEIGHTS:
        with rg.no_grad():
            model.weight.copy_(rg.tensor(weight))
        average.update_parameters(model)
    found = average.module.weight.detach().numpy()
    np.testing.assert_allclose(found, WEIGHTS.mean(0), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("options", [{}, {"anneal_epochs": 3, "anneal_strategy": "linear"},
                                     {"anneal_epochs": 0}, {"anneal_epochs": 4}])
def test_the_rate_goes_to_that_of_averaging(options: dict[str, Any], torch: Any) -> None:
    results: list[list[float]] = []
    for T in (rg, torch):
        optimizer = T.optim.SGD([{"params": [T.zeros(1)]}, {"params": [T.zeros(1)], "lr": 0.7}], lr=0.3)
        scheduler = swa(T).SWALR(optimizer, [0.05, 0.9], **options)
        results.append([])
        for _ in range(12):
            results[-1] += scheduler.get_last_lr()
            optimizer.step()
            scheduler.step()
    assert results[0] == pytest.approx(results[1], rel=1e-12)


def test_an_average_does_not_follow_the_model_it_was_made_of() -> None:
    model = rg.nn.Linear(2, 2)
    average = swa(rg).AveragedModel(model)
    with rg.no_grad():
        model.weight.zero_()
    assert average.module.weight.abs().sum().item() > 0 and int(average.n_averaged) == 0


@pytest.mark.parametrize("mistake", [
    lambda T, S: S.get_ema_avg_fn(2.0), lambda T, S: S.get_ema_multi_avg_fn(-1.0),
    lambda T, S: S.AveragedModel(T.nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max),
    lambda T, S: S.SWALR(T.optim.SGD([T.zeros(1)], lr=1.0), 0.1, anneal_strategy="sine"),
    lambda T, S: S.SWALR(T.optim.SGD([T.zeros(1)], lr=1.0), 0.1, anneal_epochs=-1)])
def test_mistakes_are_told_in_pytorchs_words(mistake: Any, torch: Any) -> None:
    said = []
    for T in (rg, torch):
        with warnings.catch_warnings(), pytest.raises((ValueError, AssertionError)) as caught:
            mistake(T, swa(T))
        said.append((caught.type, str(caught.value)))
    assert said[0] == said[1]

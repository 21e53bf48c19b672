"""Fifty steps in double precision beside PyTorch's for every documented option, and resumed in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import retrograd as rg

Options = dict[str, Any]
DECAYED: list[Options] = [{}, {"weight_decay": 0.1}, {"maximize": True}, {"foreach": True}]
ADAM: list[Options] = [*DECAYED, {"lr": 0.1, "betas": (0.8, 0.9)}, {"eps": 1e-2},
                       {"lr": 0.05, "amsgrad": True},
                       {"lr": 0.1, "amsgrad": True, "weight_decay": 0.2, "maximize": True}]
OPTIONS: dict[str, list[Options]] = {
    "SGD": [*DECAYED, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9, "dampening": 0.4},
            {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
            {"lr": 1e-3, "momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1, "maximize": True}],
    "Adam": [*ADAM, {"lr": 0.1, "weight_decay": 0.2, "decoupled_weight_decay": True}],
    "AdamW": ADAM,
    "RMSprop": [*DECAYED, {"alpha": 0.8}, {"eps": 1e-2}, {"lr": 0.05, "momentum": 0.5},
                {"lr": 0.05, "centered": True},
                {"lr": 0.02, "alpha": 0.9, "momentum": 0.9, "centered": True, "weight_decay": 0.1}],
    "Adagrad": [*DECAYED, {"lr": 0.5, "lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"eps": 1e-2}],
    "Adadelta": [*DECAYED, {"rho": 0.5}, {"lr": 2.0, "eps": 1e-2}],
    "Adafactor": [*DECAYED, {"lr": 0.5, "d": 2.0}, {"beta2_decay": -0.5, "eps": (1e-3, 0.1)}],
    "Adamax": [*DECAYED, {"lr": 0.1, "betas": (0.5, 0.9)}, {"eps": 1e-2}],
    "NAdam": [*DECAYED, {"lr": 0.1, "betas": (0.8, 0.9)}, {"momentum_decay": 0.1},
              {"lr": 0.1, "weight_decay": 0.2, "decoupled_weight_decay": True}],
    "RAdam": [*DECAYED, {"lr": 0.1, "betas": (0.8, 0.9)}, {"eps": 1e-2},
              {"lr": 0.1, "weight_decay": 0.2, "decoupled_weight_decay": True}],
    "ASGD": [*DECAYED, {"lr": 0.05, "lambd": 0.1, "alpha": 0.5, "t0": 20}],
    "Rprop": [{}, {"maximize": True}, {"lr": 0.5, "etas": (0.3, 1.5)}, {"step_sizes": (0.05, 0.2)}],
}
OF_COMPLEX: dict[str, Options] = {
    "AdamW": {"amsgrad": True}, "Adagrad": {"initial_accumulator_value": 0.5},
    "LBFGS": {"line_search_fn": "strong_wolfe", "max_iter": 5}}
CASES = [(name, options) for name, many in OPTIONS.items() for options in many]


@pytest.fixture
def double(torch: Any) -> Iterator[Any]:
    """Both with float64 as default: numbers of the state (eta, say) are kept in the default dtype."""
    for T in (torch, rg):
        T.set_default_dtype(T.float64)
    yield torch
    for T in (torch, rg):
        T.set_default_dtype(T.float32)


def parameters(T: Any) -> list[Any]:
    rng = np.random.default_rng(7)
    return [T.nn.Parameter(T.tensor(rng.standard_normal(shape))) for shape in ((3, 2), (4,), ())]


def step(T: Any, params: list[Any], optimizer: Any) -> None:
    w, v, s = params
    optimizer.zero_grad()
    # Bowls, a quartic and products: gradients change sign and scale on the way.
    loss = ((w - 1) ** 2).sum() + (0.1 * v**4 + v**2).sum() + 0.1 * T.cos(v).prod() + (s * w[0, 0] - 1) ** 2
    (-loss if optimizer.param_groups[0]["maximize"] else loss).backward()
    optimizer.step()


def run(T: Any, name: str, options: Options, steps: int, resume: int | None = None) -> list[list[np.ndarray]]:
    """The parameters after each step; at `resume` a new optimiser goes on from the state of the old."""
    params, make = parameters(T), getattr(T.optim, name)
    optimizer, seen = make(params, **options), []
    for k in range(steps):
        if k == resume:
            saved = optimizer.state_dict()
            optimizer = make(params, lr=123.0)
            optimizer.load_state_dict(saved)
        step(T, params, optimizer)
        seen.append([p.detach().numpy().copy() for p in params])
    return seen


@pytest.mark.parametrize(("name", "options"), CASES)
def test_fifty_steps_are_pytorchs_also_when_resumed(name: str, options: Options, double: Any) -> None:
    theirs = run(double, name, options, 50)
    for resume in (None, 20):
        for mine, wanted in zip(run(rg, name, options, 50, resume), theirs, strict=True):
            for p, q in zip(mine, wanted):
                np.testing.assert_allclose(p, q, rtol=1e-10, atol=1e-10)


def test_groups_with_options_of_their_own_and_a_rate_in_a_tensor(double: Any) -> None:
    results = []
    for T in (rg, double):
        params = parameters(T)
        groups = [{"params": params[:1], "lr": T.tensor(0.05, dtype=T.float64), "weight_decay": 0.1},
                  {"params": params[1:], "betas": (0.5, 0.9), "amsgrad": True}]
        optimizer = T.optim.Adam(groups, lr=0.01)
        for _ in range(50):
            step(T, params, optimizer)
        results.append([p.detach().numpy() for p in params])
    for p, q in zip(*results):
        np.testing.assert_allclose(p, q, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Rprop", "LBFGS"])
def test_complex_parameters_are_updated_as_pairs(name: str, torch: Any) -> None:
    def losses(T: Any) -> list[float]:
        w = T.tensor([1 + 2j, 0.5 - 1j, 2j], dtype=T.complex128, requires_grad=True)
        optimizer = getattr(T.optim, name)([w], lr=0.01, **OF_COMPLEX.get(name, {}))
        found: list[float] = []
        def loss() -> Any:
            optimizer.zero_grad()
            value = ((w * w.conj()).real.sum() - 3) ** 2 + (w.sum() - 1j).abs() ** 2
            value.backward()
            found.append(value.item())
            return value
        for _ in range(4):
            optimizer.step(loss)
        return found
    np.testing.assert_allclose(losses(rg), losses(torch), rtol=1e-10)

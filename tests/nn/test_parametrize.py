"""Parametrisations beside PyTorch's: keys, values, gradients, what remains when they are removed."""

from __future__ import annotations

import copy
import pickle
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import retrograd as rg

W = np.random.default_rng(2).standard_normal((4, 3))
X = np.random.default_rng(3).standard_normal((5, 3))


def utils(T: Any, name: str) -> Any:
    return import_module(f"{T.__name__}.nn.utils.{name}")


def layer_of(T: Any) -> Any:
    layer = T.nn.Linear(3, 4).double()
    with T.no_grad():
        layer.weight.copy_(T.tensor(W))
        layer.bias.zero_()
    return layer


def symmetric(T: Any, square: bool = True) -> Any:
    class Symmetric(T.nn.Module):               # type: ignore[name-defined, misc]
        def forward(self, x: Any) -> Any:
            return x.triu() + x.triu(1).transpose(-1, -2)
    return Symmetric()


def scaled(T: Any, by: float) -> Any:
    class Scaled(T.nn.Module):                  # type: ignore[name-defined, misc]
        def forward(self, x: Any) -> Any:
            return x * by

        def right_inverse(self, x: Any) -> Any:
            return x / by
    return Scaled()


def trained(T: Any, layer: Any, steps: int = 3) -> dict[str, np.ndarray]:
    """State and computed weight after some steps."""
    optimizer = T.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        (layer(T.tensor(X)) ** 2).mean().backward()
        optimizer.step()
    found = {k: v.detach().numpy() for k, v in layer.state_dict().items()}
    return {**found, "computed": layer.weight.detach().numpy()}


def same(mine: dict[str, np.ndarray], reference: dict[str, np.ndarray]) -> None:
    assert list(mine) == list(reference)
    for key, value in reference.items():
        np.testing.assert_allclose(mine[key], value, rtol=1e-12, atol=1e-13, err_msg=key)


WAYS = {
    "scaled": lambda T, m: utils(T, "parametrize").register_parametrization(m, "weight", scaled(T, 2.0)),
    "twice": lambda T, m: utils(T, "parametrize").register_parametrization(
        WAYS["scaled"](T, m), "weight", scaled(T, 3.0)),
    "bias too": lambda T, m: utils(T, "parametrize").register_parametrization(
        utils(T, "parametrizations").weight_norm(m), "bias", scaled(T, 0.5)),
    "weight norm": lambda T, m: utils(T, "parametrizations").weight_norm(m),
    "weight norm of columns": lambda T, m: utils(T, "parametrizations").weight_norm(m, dim=1),
    "weight norm of the whole": lambda T, m: utils(T, "parametrizations").weight_norm(m, dim=None),
}


@pytest.mark.parametrize("way", WAYS)
def test_training_is_pytorchs(way: str, torch: Any) -> None:
    same(*(trained(T, WAYS[way](T, layer_of(T))) for T in (rg, torch)))


@pytest.mark.parametrize("training", [True, False])
def test_spectral_norm_is_pytorchs_from_the_same_vectors(training: bool, torch: Any) -> None:
    results = []
    for T in (rg, torch):
        layer = utils(T, "parametrizations").spectral_norm(layer_of(T), n_power_iterations=2)
        part = layer.parametrizations.weight[0]
        with T.no_grad():
            part._u.copy_(T.tensor(np.ones(4) / 2))
            part._v.copy_(T.tensor(np.ones(3) / np.sqrt(3)))
        results.append(trained(T, layer.train(training), 1))
    same(*results)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_removed_leaves_the_value_and_the_class(way: str, torch: Any) -> None:
    results = []
    for T in (rg, torch):
        P = utils(T, "parametrize")
        layer = WAYS[way](T, layer_of(T))
        assert P.is_parametrized(layer, "weight") and type(layer).__name__ == "ParametrizedLinear"
        weight = layer.weight.detach().numpy().copy()
        P.remove_parametrizations(layer, "weight")
        np.testing.assert_allclose(layer.weight.detach().numpy(), weight, rtol=1e-14)
        if P.is_parametrized(layer):
            P.remove_parametrizations(layer, "bias", leave_parametrized=False)
        assert type(layer) is T.nn.Linear and not P.is_parametrized(layer)
        results.append({k: v.detach().numpy() for k, v in layer.state_dict().items()})
    mine, reference = results
    assert sorted(mine) == sorted(reference)
    for key in mine:
        np.testing.assert_allclose(mine[key], reference[key], rtol=1e-13)


def test_assigning_goes_through_the_inverse() -> None:
    layer = utils(rg, "parametrize").register_parametrization(layer_of(rg), "weight", scaled(rg, 2.0))
    original = layer.parametrizations.weight.original
    layer.weight = rg.ones(4, 3, dtype=rg.float64)
    assert layer.parametrizations.weight.original is original and (original == 0.5).all()
    square = utils(rg, "parametrize").register_parametrization(rg.nn.Linear(2, 2), "weight", symmetric(rg))
    with pytest.raises(RuntimeError, match="does not implement right_inverse"):
        square.weight = rg.ones(2, 2)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("way", ["matrix_exp", "cayley", "householder"])
def test_orthogonal_matrices_may_be_assigned_and_stay_orthogonal(way: str, shape: tuple[int, int]) -> None:
    layer = rg.nn.Linear(*shape).double()
    utils(rg, "parametrizations").orthogonal(layer, orthogonal_map=way)
    rows, columns = layer.weight.shape
    for sign in (1.0, -1.0):
        q, _ = np.linalg.qr(sign * np.random.default_rng(4).standard_normal((max(shape), min(shape))))
        layer.weight = rg.tensor(q if rows >= columns else q.T)
        np.testing.assert_allclose(layer.weight.detach().numpy(), q if rows >= columns else q.T, atol=1e-12)
    optimizer = rg.optim.SGD(layer.parameters(), lr=0.5)
    layer(rg.tensor(np.ones((2, columns)))).square().sum().backward()
    optimizer.step()
    w = layer.weight.detach().numpy()
    np.testing.assert_allclose(w @ w.T if rows <= columns else w.T @ w, np.eye(min(shape)), atol=1e-12)


def test_inside_cached_a_parameter_is_computed_once() -> None:
    calls = []

    class Counted(rg.nn.Module):
        def forward(self, x: Any) -> Any:
            calls.append(1)
            return x * 2
    P = utils(rg, "parametrize")
    layer = P.register_parametrization(layer_of(rg), "weight", Counted(), unsafe=True)
    with P.cached():
        assert layer.weight is layer.weight
    assert len(calls) == 1 and layer.weight is not layer.weight


def test_copies_are_apart_and_pickles_refused() -> None:
    layer = utils(rg, "parametrizations").weight_norm(layer_of(rg))
    other = copy.deepcopy(layer)
    with rg.no_grad():
        other.parametrizations.weight.original0.mul_(2.0)
    np.testing.assert_allclose(other.weight.detach().numpy(), 2 * layer.weight.detach().numpy(), rtol=1e-14)
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(layer)


def test_the_weights_of_the_old_weight_norm_load() -> None:
    layer = utils(rg, "parametrizations").weight_norm(layer_of(rg))
    old = {"bias": rg.zeros(4), "weight_g": rg.full((4, 1), 2.0), "weight_v": rg.tensor(W)}
    layer.load_state_dict(old)
    np.testing.assert_allclose(np.linalg.norm(layer.weight.detach().numpy(), axis=1), 2.0, rtol=1e-14)


MISTAKES = {
    "no such tensor": lambda T: utils(T, "parametrize").register_parametrization(
        T.nn.ReLU(), "w", T.nn.ReLU()),
    "another shape": lambda T: utils(T, "parametrize").register_parametrization(
        T.nn.Linear(2, 3), "weight", T.nn.Flatten(0)),
    "no tensor": lambda T: utils(T, "parametrize").register_parametrization(
        T.nn.Linear(2, 3), "weight", type("List", (T.nn.Module,), {"forward": lambda self, x: [x]})()),
    "not parametrised": lambda T: utils(T, "parametrize").remove_parametrizations(T.nn.ReLU(), "weight"),
    "iterations": lambda T: utils(T, "parametrizations").spectral_norm(
        T.nn.Linear(2, 3), n_power_iterations=0),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_in_pytorchs_words(case: str, same_outcome: Any) -> None:
    same_outcome(MISTAKES[case])

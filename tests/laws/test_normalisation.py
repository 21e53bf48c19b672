"""Normalisation: gradients by their closed formulas, what they are orthogonal to, and faster training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn import functional as F

EPS = 1e-5


def given(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.standard_normal(shape) * 2 + 0.5, rng.standard_normal(shape)


def pulled(f: Any, x: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The cotangent of x for the cotangent g of f(x)."""
    t = rg.tensor(x, requires_grad=True)
    (f(t) * rg.tensor(g)).sum().backward()
    return t.grad.numpy()


def formula(x: np.ndarray, g: np.ndarray, axis: int) -> np.ndarray:
    """s (g - mean g - x^ mean(g x^)) with x^ = (x - mean) s and s = 1 / sqrt(variance + eps)."""
    s = 1 / np.sqrt(x.var(axis, keepdims=True) + EPS)
    normal = (x - x.mean(axis, keepdims=True)) * s
    return s * (g - g.mean(axis, keepdims=True) - normal * (g * normal).mean(axis, keepdims=True))


def test_the_gradient_of_layer_norm_is_its_formula(rng: np.random.Generator) -> None:
    x, g = given(rng, 4, 9)
    gamma, beta = rng.standard_normal(9), rng.standard_normal(9)
    found = pulled(lambda t: F.layer_norm(t, (9,), rg.tensor(gamma), rg.tensor(beta)), x, g)
    np.testing.assert_allclose(found, formula(x, g * gamma, 1), rtol=1e-12, atol=1e-13)


def test_the_gradient_of_batch_norm_counts_the_statistics_of_the_batch(rng: np.random.Generator) -> None:
    x, g = given(rng, 12, 5)
    found = pulled(lambda t: F.batch_norm(t, None, None, training=True), x, g)
    np.testing.assert_allclose(found, formula(x, g, 0), rtol=1e-12, atol=1e-13)
    frozen = pulled(lambda t: F.batch_norm(t, rg.tensor(x.mean(0)), rg.tensor(x.var(0))), x, g)
    np.testing.assert_allclose(frozen, g / np.sqrt(x.var(0) + EPS), rtol=1e-13)


def test_the_gradient_of_rms_norm_is_its_formula(rng: np.random.Generator) -> None:
    x, g = given(rng, 4, 9)
    r = np.sqrt((x * x).mean(1, keepdims=True) + EPS)
    normal = x / r
    found = pulled(lambda t: F.rms_norm(t, (9,), eps=EPS), x, g)
    np.testing.assert_allclose(found, (g - normal * (g * normal).mean(1, keepdims=True)) / r, rtol=1e-12,
                               atol=1e-13)


def test_what_layer_norm_removes_has_no_gradient(rng: np.random.Generator) -> None:
    """The gradient sums to 0 (the mean is removed), and along x - mean only eps is left of it."""
    x, g = given(rng, 6, 16)
    found = pulled(lambda t: F.layer_norm(t, (16,)), x, g)
    np.testing.assert_allclose(found.sum(1), 0, atol=1e-14)
    centred, v = x - x.mean(1, keepdims=True), x.var(1)
    normal = centred / np.sqrt(v + EPS)[:, None]
    np.testing.assert_allclose((centred * found).sum(1), EPS / (v + EPS) * (normal * g).sum(1), rtol=1e-6,
                               atol=1e-14)


def test_a_weight_before_batch_norm_has_a_gradient_at_right_angles(rng: np.random.Generator) -> None:
    """The loss does not change with the scale of the weight: <w, dL/dw> = 0 but for eps."""
    x = rg.tensor(rng.standard_normal((32, 6)))
    w = rg.tensor(rng.standard_normal((6, 4)), requires_grad=True)
    y = F.batch_norm(x @ w, None, None, training=True, eps=1e-15)
    (y * rg.tensor(rng.standard_normal((32, 4)))).sum().backward()
    np.testing.assert_allclose((w.grad * w).sum(0).detach().numpy(), 0, atol=1e-12)


def steps_to_half(normalised: bool, seed: int, limit: int) -> int:
    """Steps until a net of 10 sigmoid layers has a loss below 0.5 on the four quadrants."""
    rg.manual_seed(seed)
    layers: list[Any] = []
    for wide in [2] + [32] * 9:
        linear = nn.Linear(wide, 32)
        nn.init.xavier_normal_(linear.weight, gain=4.0)      # 1 / sigmoid'(0), for the plain net's sake
        layers += [linear, nn.BatchNorm1d(32), nn.Sigmoid()] if normalised else [linear, nn.Sigmoid()]
    net = nn.Sequential(*layers, nn.Linear(32, 4))
    x = rg.randn(256, 2)
    y = (x[:, 0] > 0).long() * 2 + (x[:, 1] > 0).long()
    optimizer = rg.optim.Adam(net.parameters(), lr=0.01)
    for step in range(limit):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        if loss.item() < 0.5:
            return step + 1
    return limit


@pytest.mark.parametrize("seed", range(5))
def test_batch_norm_halves_the_steps_of_a_deep_sigmoid_net_at_least(seed: int) -> None:
    assert steps_to_half(True, seed, 100) <= steps_to_half(False, seed, 200) / 2

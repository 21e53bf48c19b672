"""Residual connections and stochastic depth: the identity path, and networks of 1,000 layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn import functional as F


def test_the_gradient_of_a_residual_block_is_g_plus_g_times_the_jacobian_of_the_branch(
        rng: np.random.Generator) -> None:
    w, v = (rg.tensor(rng.standard_normal((6, 6))) for _ in range(2))
    x, g = (rg.tensor(rng.standard_normal(6)) for _ in range(2))

    def branch(x: Any) -> Any:
        return v @ rg.tanh(w @ x)
    jacobian = rg.func.jacfwd(branch)(x)
    pulled, = rg.func.vjp(lambda x: x + branch(x), x)[1](g)
    np.testing.assert_allclose(pulled.numpy(), (g + g @ jacobian).numpy(), rtol=1e-12, atol=1e-13)


def test_a_last_layer_of_zeros_makes_the_jacobian_the_identity() -> None:
    first, last = nn.Linear(5, 8), nn.Linear(8, 5)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    jacobian = rg.func.jacrev(lambda x: x + last(F.relu(first(x))))(rg.randn(5))
    assert rg.equal(jacobian, rg.eye(5))


@pytest.mark.parametrize("depth", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_through_branches_of_zeros_the_gradient_arrives_with_every_bit(depth: int) -> None:
    x = rg.randn(3, 8, requires_grad=True)
    weights = [rg.zeros(8, 8, requires_grad=True) for _ in range(depth)]
    a, held = x, []
    for w in weights:
        held.append(a)
        a = a + F.relu(a @ w)
    g = rg.randn(3, 8)
    for found in rg.autograd.grad((a * g).sum(), held):
        assert rg.equal(found, g)


def test_linear_branches_multiply_by_one_plus_their_weights(rng: np.random.Generator) -> None:
    ws = rng.uniform(-0.5, 0.5, 40)
    x = rg.tensor(1.0, dtype=rg.float64, requires_grad=True)
    a = x
    for w in ws:
        a = a + float(w) * a
    a.backward()
    assert x.grad.item() == pytest.approx(np.prod(1 + ws), rel=1e-13)


def test_branches_scaled_by_the_root_of_their_number_grow_by_e_at_most() -> None:
    """E|x_L|^2 = (1 + 1/L)^L |x_0|^2 for branches W x / sqrt(L) with W ~ N(0, 1/n)."""
    n, depth, draws = 64, 32, 200
    x = rg.ones(draws, n, 1)
    for _ in range(depth):
        x = x + rg.randn(draws, n, n) @ x / math.sqrt(n * depth)
    growth = (x * x).mean(dim=(1, 2)).numpy().astype(float)
    assert abs(growth.mean() - (1 + 1 / depth) ** depth) < 4 * growth.std() / math.sqrt(draws)


# ---------------------------------------------------------------- deep networks
def deep(depth: int, residual: bool, he: bool, width: int = 16, classes: int = 4
         ) -> tuple[Callable[[Any], Any], list[Any]]:
    """A network of that many ReLU layers, with or without identity paths; He's weights or the usual ones."""
    first, last = nn.Linear(2, width), nn.Linear(width, classes)
    layers = [nn.Linear(width, width) for _ in range(depth)]
    for layer in layers if he else ():
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)

    def forward(x: Any) -> Any:
        x = first(x)
        for layer in layers:
            x = x + F.relu(layer(x)) / depth if residual else F.relu(layer(x))
        return last(x)
    return forward, [p for layer in [first, *layers, last] for p in layer.parameters()]


def quadrants(count: int = 64) -> tuple[Any, Any]:
    x = rg.randn(count, 2)
    return x, (x[:, 0] > 0).long() * 2 + (x[:, 1] > 0).long()


def test_gradient_norms_keep_their_size_along_identity_paths_and_not_without() -> None:
    """Sigmoid layers: the gradient loses most of a decade a layer, with identity paths next to nothing."""
    depth, n = 20, 32
    slopes = []
    for residual in (False, True):
        a = rg.randn(16, n, requires_grad=True)
        held = []
        for _ in range(depth):
            layer = nn.Linear(n, n)
            nn.init.xavier_normal_(layer.weight)
            held.append(a)
            a = a + rg.sigmoid(layer(a)) / depth if residual else rg.sigmoid(layer(a))
        norms = [g.norm().item() for g in rg.autograd.grad(a.sum(), held)]
        slopes.append((math.log10(norms[0]) - math.log10(norms[-1])) / (depth - 1))
    assert slopes[0] < -0.4 and abs(slopes[1]) < 0.02


@pytest.mark.parametrize(("depth", "he"), [(40, False), pytest.param(1000, True, marks=pytest.mark.slow)])
def test_a_residual_network_learns_at_a_depth_where_the_plain_one_does_not(depth: int, he: bool) -> None:
    """Of ln 4 the plain one keeps 90 % or more; the residual one ends below 0.1 from the same data."""
    losses = {}
    for residual in (True, False):
        rg.manual_seed(1)
        x, y = quadrants()
        forward, parameters = deep(depth, residual, he)
        optimizer = rg.optim.Adam(parameters, lr=0.005 if depth < 100 else 0.003)

        @rg.compile
        def step(x: Any, y: Any, forward: Any = forward, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = F.cross_entropy(forward(x), y)
            loss.backward()
            optimizer.step()
            return loss
        for _ in range(160):
            losses[residual] = step(x, y).item()
    assert losses[True] < 0.1 and losses[False] > 0.9 * math.log(4)


# ---------------------------------------------------------------- stochastic depth
def test_the_expected_depth_is_three_quarters_when_the_last_layer_stays_with_one_half() -> None:
    """p_l = 1 - (l / L) / 2, so (3 L - 1) / 4 layers take part on average (Huang et al., 2016)."""
    depth, draws = 54, 60
    blocks = [nn.StochasticDepth(lambda x: rg.ones_like(x), p=0.5 * (l + 1) / depth) for l in range(depth)]
    present = []
    for _ in range(draws):
        kept = 0
        for block in blocks:
            kept += block(rg.zeros(1)).item() != 0
        present.append(kept)
    variance = sum((b.p * (1 - b.p)) for b in blocks)
    assert abs(np.mean(present) - (3 * depth - 1) / 4) < 4 * math.sqrt(variance / draws)


def test_a_block_left_out_records_no_node_and_hands_the_gradient_on_untouched() -> None:
    block = nn.StochasticDepth(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), p=1.0)
    x = rg.randn(2, 4, requires_grad=True)
    y = block(x)
    assert y.node is x.node
    g = rg.randn(2, 4)
    (y * g).sum().backward()
    assert rg.equal(x.grad, g) and all(p.grad is None for p in block.parameters())

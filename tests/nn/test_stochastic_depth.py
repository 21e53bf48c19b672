"""Layers that are left out, and the other GRU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn


def test_a_branch_left_out_gets_no_gradient_and_is_not_called() -> None:
    calls = []
    layer = nn.StochasticDepth(nn.Linear(3, 3), p=1.0)
    layer.branch.register_forward_hook(lambda *_: calls.append(1))
    layer(rg.ones(2, 3, requires_grad=True)).sum().backward()
    assert not calls and layer.branch.weight.grad is None


def test_the_expectation_is_that_of_evaluation() -> None:
    rg.manual_seed(0)
    layer = nn.StochasticDepth(nn.Linear(3, 3), p=0.4)
    x = rg.randn(1, 3)
    seen = np.stack([layer(x).detach().numpy() for _ in range(400)])
    # The mean of 400 draws: five standard errors.
    error = 5 * seen.std(0) / 20
    assert (np.abs(seen.mean(0) - layer.eval()(x).detach().numpy()) < error + 1e-6).all()


def test_a_probability_is_a_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        nn.StochasticDepth(nn.Identity(), p=1.5)


def test_gru_with_the_reset_before_the_map_against_its_formula() -> None:
    rg.manual_seed(0)
    layer = nn.GRU(2, 3, reset_after=False).double()
    x = rg.randn(4, 1, 2, dtype=rg.float64)
    out, _ = layer(x)
    w, u, b, c = (
        getattr(layer, k).detach().numpy()
        for k in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    )
    h: Any = np.zeros((1, 3))

    def sigmoid(v: Any) -> Any:
        return 1 / (1 + np.exp(-v))

    for t in range(4):
        g = x[t].numpy() @ w.T + b
        r, z = (sigmoid(g[:, k : k + 3] + h @ u[k : k + 3].T + c[k : k + 3]) for k in (0, 3))
        n = np.tanh(g[:, 6:] + (r * h) @ u[6:].T + c[6:])
        h = (1 - z) * n + z * h
        np.testing.assert_allclose(out[t].detach().numpy(), h, rtol=1e-12)
    assert rg.autograd.gradcheck(lambda v: layer(v)[0], (x.requires_grad_(),))

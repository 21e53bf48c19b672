"""Clipping by the global norm: g min(1, tau / |g|), and what it must not do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn.utils import clip_grad_norm_


def with_gradients(*gradients: np.ndarray) -> list[Any]:
    parameters = [rg.nn.Parameter(rg.zeros(g.shape, dtype=rg.float64)) for g in gradients]
    for p, g in zip(parameters, gradients):
        p.grad = rg.tensor(g)
    return parameters


def flat(parameters: list[Any]) -> np.ndarray:
    return np.concatenate([p.grad.numpy().ravel() for p in parameters])


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("tau", [0.01, 1.0, 7.0])
def test_the_direction_stays_and_the_length_becomes_the_bound(tau: float, exact: bool,
                                                              rng: np.random.Generator) -> None:
    parameters = with_gradients(rng.standard_normal((6, 5)), 10 * rng.standard_normal(9))
    g = flat(parameters)
    norm = np.linalg.norm(g)
    assert clip_grad_norm_(parameters, tau, exact=exact).item() == pytest.approx(norm, rel=1e-14)
    clipped = flat(parameters)
    assert clipped @ g / np.linalg.norm(clipped) / norm == pytest.approx(1, abs=1e-14)
    assert np.linalg.norm(clipped) == pytest.approx(tau if exact else tau * norm / (norm + 1e-6), rel=1e-14)
    assert np.linalg.norm(clipped) <= tau * (1 + 8 * 2.0**-52)


@pytest.mark.parametrize("exact", [False, True])
def test_a_gradient_within_the_bound_keeps_every_bit_and_clipping_twice_is_clipping_once(
        exact: bool, rng: np.random.Generator) -> None:
    parameters = with_gradients(rng.standard_normal(50))
    g = flat(parameters)
    clip_grad_norm_(parameters, 1e3, exact=exact)
    np.testing.assert_array_equal(flat(parameters), g)
    clip_grad_norm_(parameters, 1.0, exact=exact)
    once = flat(parameters)
    clip_grad_norm_(parameters, 1.0, exact=exact)
    # Without `exact` PyTorch's 1e-6 beside the norm takes another millionth off.
    np.testing.assert_allclose(flat(parameters), once, rtol=4 * 2.0**-52 if exact else 1e-6)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_a_gradient_that_is_not_finite_is_an_error_on_request_and_otherwise_visible(bad: float) -> None:
    parameters = with_gradients(np.array([bad, 1.0]))
    with pytest.raises(RuntimeError, match="non-finite"):
        clip_grad_norm_(parameters, 1.0, error_if_nonfinite=True)
    assert parameters[0].grad.numpy()[1] == 1.0         # nothing was scaled before the error
    assert not np.isfinite(clip_grad_norm_(parameters, 1.0).item())
    assert np.isnan(parameters[0].grad.numpy()).any()   # never a silent zero for all of them

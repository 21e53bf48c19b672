"""Initialisers: distributions by their moments, matrices by their definition, errors as PyTorch's."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn import init
from retrograd.ops import special_values


@pytest.fixture(autouse=True)
def seeded():
    rg.manual_seed(0)


# The standard deviation of 10,000 draws is met within 4 / sqrt(2 * 10,000) = 3 % with certainty for all
# purposes.
@pytest.mark.parametrize(
    "fill, std",
    [
        (lambda w: init.xavier_normal_(w), math.sqrt(2 / 200)),
        (lambda w: init.xavier_normal_(w, gain=2.0), 2 * math.sqrt(2 / 200)),
        (lambda w: init.xavier_uniform_(w), math.sqrt(2 / 200)),
        (lambda w: init.kaiming_normal_(w), math.sqrt(2 / 100)),
        (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), math.sqrt(2 / 100)),
        (lambda w: init.kaiming_uniform_(w, a=1.0), math.sqrt(1 / 100)),
        (lambda w: init.normal_(w, mean=5.0, std=0.3), 0.3),
        (lambda w: init.uniform_(w, -2.0, 4.0), 6 / math.sqrt(12)),
    ],
)
def test_the_standard_deviation_is_that_of_the_formula(fill, std):
    w = rg.empty(100, 100)
    assert fill(w) is w
    assert abs(w.std().item() / std - 1) < 0.04


def test_uniform_bounds_are_sqrt_3_standard_deviations():
    w = init.xavier_uniform_(rg.empty(100, 100))
    bound = math.sqrt(6 / 200)
    assert 0.99 * bound < w.abs().max().item() <= bound


def test_fans_of_convolutions_count_the_kernel():
    w = init.kaiming_normal_(rg.empty(64, 32, 3, 3), mode="fan_out")
    assert abs(w.std().item() / math.sqrt(2 / (64 * 9)) - 1) < 0.04
    assert init._calculate_fan_in_and_fan_out(w) == (32 * 9, 64 * 9)


def test_truncated_normals_stay_inside_and_have_the_right_spread():
    w = init.trunc_normal_(rg.empty(20_000), mean=1.0, std=2.0, a=-1.0, b=4.0)
    values = w.numpy().astype(np.float64)
    assert values.min() >= -1.0 and values.max() <= 4.0
    # Moments of the truncated normal, with alpha and beta the standardised ends.
    normal = NormalDist()
    alpha, beta = -1.0, 1.5
    mass = normal.cdf(beta) - normal.cdf(alpha)
    mean = 1.0 + 2.0 * (normal.pdf(alpha) - normal.pdf(beta)) / mass
    assert abs(values.mean() - mean) < 4 * 2.0 / math.sqrt(20_000)


def test_the_normal_quantile_is_right_to_14_digits():
    p = np.array([1e-12, 1e-5, 0.01, 0.2, 0.5, 0.7, 0.999, 1 - 1e-9])
    wanted = np.array([NormalDist().inv_cdf(value) for value in p])
    np.testing.assert_allclose(special_values.ndtri(p), wanted, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 2, 3), (3, 3)])
def test_orthogonal_rows_or_columns(shape):
    w = init.orthogonal_(rg.empty(*shape, dtype=rg.float64), gain=2.0).numpy().reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_eye_dirac_and_constants(torch):
    np.testing.assert_array_equal(init.eye_(rg.empty(3, 5)).numpy(), np.eye(3, 5))
    for groups in (1, 2):
        wanted = torch.nn.init.dirac_(torch.empty(4, 3, 3, 3), groups)
        np.testing.assert_array_equal(init.dirac_(rg.empty(4, 3, 3, 3), groups).numpy(), wanted.numpy())
    assert init.constant_(rg.empty(2), 3.5).tolist() == [3.5, 3.5]
    assert init.ones_(rg.empty(2)).tolist() == [1.0, 1.0] and init.zeros_(rg.empty(2)).tolist() == [0.0, 0.0]


def test_gains_are_pytorchs(same_outcome):
    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "selu", "leaky_relu", "sine"):
        same_outcome(lambda lib, name=name: float(lib.nn.init.calculate_gain(name)))
    same_outcome(lambda lib: lib.nn.init.calculate_gain("leaky_relu", 0.3))
    same_outcome(lambda lib: lib.nn.init.calculate_gain("leaky_relu", "x"))


def test_fans_need_two_dims(same_outcome):
    same_outcome(lambda lib: lib.nn.init.xavier_uniform_(lib.empty(3)))
    same_outcome(lambda lib: lib.nn.init.orthogonal_(lib.empty(3)))
    same_outcome(lambda lib: lib.nn.init.eye_(lib.empty(3)))


def test_parameters_are_filled_without_a_gradient_being_recorded():
    w = rg.nn.Parameter(rg.empty(3, 3))
    init.xavier_uniform_(w)
    assert w.is_leaf and w.grad_fn is None


def test_the_same_seed_gives_the_same_weights():
    draws = []
    for _ in range(2):
        rg.manual_seed(7)
        draws.append(rg.nn.Linear(5, 5).weight.tolist())
    assert draws[0] == draws[1]


@pytest.mark.parametrize("name", ["uniform", "normal", "xavier_uniform", "kaiming_normal", "orthogonal"])
def test_older_names_warn_and_fill(name):
    w = rg.empty(3, 4)
    with pytest.warns(FutureWarning, match=f"{name}_"):
        assert getattr(rg.nn.init, name)(w) is w
    assert w.abs().sum() > 0

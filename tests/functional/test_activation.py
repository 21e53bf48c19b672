"""Activations against PyTorch, at and around their kinks, and against closed formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, InplaceError, ShapeError

# Values on both sides of every kink, and none on one.
SMOOTH = np.array([-25.3, -7.1, -3.3, -2.9, -1.2, -0.7, -0.4, -0.1, 0.2, 0.45, 0.6, 1.3, 2.8, 3.2, 5.9, 6.4,
                   19.7, 22.0])
# The kinks themselves.
KINKS = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0])

POINTWISE = {
    "relu": lambda F, x: F.relu(x),
    "leaky_relu": lambda F, x: F.leaky_relu(x, 0.2),
    "elu": lambda F, x: F.elu(x, 1.5),
    "selu": lambda F, x: F.selu(x),
    "celu": lambda F, x: F.celu(x, 0.7),
    "gelu": lambda F, x: F.gelu(x),
    "gelu_tanh": lambda F, x: F.gelu(x, approximate="tanh"),
    "silu": lambda F, x: F.silu(x),
    "mish": lambda F, x: F.mish(x),
    "softplus": lambda F, x: F.softplus(x),
    "softplus_beta": lambda F, x: F.softplus(x, beta=2.0, threshold=5.0),
    "softsign": lambda F, x: F.softsign(x),
    "logsigmoid": lambda F, x: F.logsigmoid(x),
    "hardtanh": lambda F, x: F.hardtanh(x, -0.5, 3.0),
    "relu6": lambda F, x: F.relu6(x),
    "hardswish": lambda F, x: F.hardswish(x),
    "hardsigmoid": lambda F, x: F.hardsigmoid(x),
    "hardshrink": lambda F, x: F.hardshrink(x, 0.5),
    "softshrink": lambda F, x: F.softshrink(x, 0.5),
    "tanhshrink": lambda F, x: F.tanhshrink(x),
    "threshold": lambda F, x: F.threshold(x, 0.5, -7.0),
    "sigmoid": lambda F, x: F.sigmoid(x),
    "tanh": lambda F, x: F.tanh(x),
}


# PyTorch's celu and hardsigmoid round alpha and 1/6 to float32, in double precision too: not compared there.
ROUNDED = ("celu", "hardsigmoid")


def precisions(name: str) -> tuple[str, ...]:
    return ("float32",) if name in ROUNDED else ("float64", "float32")


@pytest.mark.parametrize("name", POINTWISE)
def test_value_and_two_derivatives_are_pytorchs(agree: Any, name: str) -> None:
    # PyTorch has no second derivative of hardsigmoid.
    agree(POINTWISE[name], SMOOTH, order=1 if name == "hardsigmoid" else 2, dtypes=precisions(name))


@pytest.mark.parametrize("name", POINTWISE)
def test_value_and_derivative_at_kinks_are_pytorchs(agree: Any, name: str) -> None:
    agree(POINTWISE[name], KINKS, dtypes=precisions(name))


def test_celu_and_hardsigmoid_are_their_formulas_in_double_precision() -> None:
    x = rg.tensor(SMOOTH, requires_grad=True)
    y = F.celu(x, 0.7)
    np.testing.assert_allclose(y.detach().numpy(), np.where(SMOOTH > 0, SMOOTH, 0.7 * np.expm1(SMOOTH / 0.7)),
                               rtol=8 * 2.0**-52)      # a division, an exponential and a product
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.where(SMOOTH > 0, 1.0, np.exp(SMOOTH / 0.7)),
                               rtol=1e-14, atol=4 * 2.0**-52)   # expm1(z) + 1 rounds at 1
    np.testing.assert_array_equal(F.hardsigmoid(rg.tensor(SMOOTH)).numpy(),
                                  np.clip(SMOOTH + 3.0, 0.0, 6.0) / 6.0)


@pytest.mark.parametrize("name", POINTWISE)
def test_extreme_inputs_give_pytorchs_values_and_finite_gradients(torch: Any, name: str) -> None:
    x = np.array([-1e4, -200.0, 200.0, 1e4])
    ours, theirs = rg.tensor(x, requires_grad=True), torch.tensor(x)
    y = POINTWISE[name](F, ours)
    np.testing.assert_allclose(y.detach().numpy(), POINTWISE[name](torch.nn.functional, theirs).numpy(),
                               rtol=1e-14, atol=1e-300)
    y.sum().backward()
    assert np.isfinite(ours.grad.numpy()).all()


@pytest.mark.parametrize("name", [n for n in POINTWISE if n != "relu"])
def test_nan_stays_nan(name: str) -> None:
    assert math.isnan(POINTWISE[name](F, rg.tensor(math.nan)).item())


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4, 2), ()])
def test_prelu_with_one_slope(agree: Any, rng: Any, shape: tuple[int, ...]) -> None:
    agree(lambda F, x, w: F.prelu(x, w), rng.standard_normal(shape), np.array([0.3]), order=2)


def test_prelu_with_a_slope_for_each_channel(agree: Any, rng: Any) -> None:
    agree(lambda F, x, w: F.prelu(x, w), rng.standard_normal((2, 3, 4)), rng.standard_normal(3), order=2)


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_softmaxes_along_every_dimension(agree: Any, rng: Any, name: str, dim: int) -> None:
    agree(lambda F, x: getattr(F, name)(x, dim=dim), 3 * rng.standard_normal((3, 4, 5)), order=2, k=64)


def test_softmax_of_a_scalar_is_one(agree: Any) -> None:
    agree(lambda F, x: F.softmax(x, dim=0), np.array(3.0))


def test_softmax_does_not_overflow(agree: Any) -> None:
    agree(lambda F, x: (F.softmax(x, dim=0), F.log_softmax(x, dim=0)), np.array([1e4, 1e4 - 1, -1e4]))


def test_softmax_in_another_dtype() -> None:
    y = F.softmax(rg.tensor([1, 2]), dim=0, dtype=rg.float64)
    assert y.dtype is rg.float64
    np.testing.assert_allclose(y.numpy(), [1 / (1 + math.e), math.e / (1 + math.e)], rtol=1e-15)


def test_softmax_without_dim_warns_and_takes_pytorchs_choice() -> None:
    message = ("Implicit dimension choice for softmax has been deprecated. "
               "Change the call to include dim=X as an argument.")
    with pytest.warns(UserWarning) as caught:
        y = F.softmax(rg.zeros(2, 4))
    assert str(caught[0].message) == message
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(y.numpy(), np.full((2, 4), 0.25))


def test_glu_is_one_half_gated_by_the_other(agree: Any, rng: Any) -> None:
    agree(lambda F, x: (F.glu(x), F.glu(x, dim=0)), rng.standard_normal((4, 6)), order=2)


def test_rrelu_draws_slopes_in_training_and_uses_their_mean_otherwise(agree: Any) -> None:
    agree(lambda F, x: F.rrelu(x, 0.2, 0.4), SMOOTH)
    y = F.rrelu(-rg.ones(1000), 0.2, 0.4, training=True).numpy()
    assert -0.4 <= y.min() < -0.39 and -0.21 < y.max() <= -0.2


# ---------------------------------------------------------------- in place
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "selu", "celu", "silu", "mish", "hardtanh",
                                  "relu6",
                                  "hardswish", "hardsigmoid"])
def test_inplace_writes_the_tensor_and_keeps_its_gradient(agree: Any, name: str) -> None:
    def call(F: Any, x: Any) -> Any:
        y = x * 2.0
        z = getattr(F, name)(y, inplace=True)
        assert z is y
        return y
    agree(call, SMOOTH, dtypes=precisions(name))


@pytest.mark.parametrize("name", ["relu_", "leaky_relu_", "elu_", "selu_", "celu_", "hardtanh_"])
def test_functions_with_an_underscore_write_in_place(name: str) -> None:
    x = rg.tensor([-2.0, 3.0])
    want = getattr(F, name[:-1])(x).numpy()
    assert getattr(F, name)(x) is x
    np.testing.assert_array_equal(x.numpy(), want)


def test_threshold_writes_in_place() -> None:
    x = rg.tensor([-2.0, 3.0])
    assert F.threshold_(x, 0.0, 9.0).tolist() == x.tolist() == [9.0, 3.0]


def test_inplace_on_a_leaf_is_refused() -> None:
    with pytest.raises(InplaceError, match="a leaf that requires grad is written in place"):
        F.relu(rg.ones(2, requires_grad=True), inplace=True)


# ---------------------------------------------------------------- errors
def test_integers_are_refused_where_floats_are_needed(refused: Any) -> None:
    refused(lambda: F.gelu(rg.tensor([1, 2])), DTypeError,
            "gelu: input is int64.\n"
            "            Expected a floating-point tensor.\n"
            "            Convert it with .float().")


def test_unknown_gelu_approximation(refused: Any) -> None:
    refused(lambda: F.gelu(rg.ones(2), approximate="erf"), ArgumentError,
            "gelu: approximate is 'erf'.\n               Expected 'none' or 'tanh'.")


def test_glu_of_an_odd_size(refused: Any) -> None:
    refused(lambda: F.glu(rg.ones(2, 3)), ShapeError,
            "glu: input is (2, 3).\n            Expected an even size in dimension -1.")


def test_prelu_with_the_wrong_number_of_slopes(refused: Any) -> None:
    refused(lambda: F.prelu(rg.ones(2, 3), rg.ones(2)), ShapeError,
            "prelu: weight is (2,), input is (2, 3).\n            Expected weight of shape (1,) or (3,).")

"""Sigmoid, tanh, ReLU and softmax: their values and slopes by exact arithmetic, and the laws that follow."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.autograd import gradcheck
from retrograd.nn import functional as F
from retrograd.trust.gradcheck import GradcheckError

POINTS = [-1e3, -746.0, -100.0, -37.5, -19.0, -5.0, -1.0, -0.3, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.3, 1.0, 5.0,
          19.0, 37.5, 100.0, 1e3]


def exact(x: float) -> dict[str, tuple[float, float]]:
    """(value, slope) of sigmoid and tanh at the float x, in 60 digits and then rounded once."""
    with localcontext() as context:
        context.prec = 60
        e = Decimal(x).exp()
        s, t = e / (1 + e), (e * e - 1) / (e * e + 1)
        return {"sigmoid": (float(s), float(e / (1 + e) ** 2)),
                "tanh": (float(t), float(4 * e * e / (e * e + 1) ** 2))}


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_value_and_slope_are_the_exact_ones(name: str) -> None:
    x = rg.tensor(POINTS, dtype=rg.float64, requires_grad=True)
    y = getattr(rg, name)(x)
    y.sum().backward()
    value, slope = np.array([exact(p)[name] for p in POINTS]).T
    # 2 ulp of the function; what lies below the smallest normal number may be flushed
    np.testing.assert_allclose(y.detach().numpy(), value, rtol=4 * 2.0**-52, atol=2.3e-308)
    # The slope is y (1 - y) and 1 - y^2: near y = 1 the difference has the error of y, an ulp of 1.
    np.testing.assert_allclose(x.grad.numpy(), slope, rtol=4 * 2.0**-52, atol=4 * 2.0**-52)
    assert np.isfinite(x.grad.numpy()).all()


def test_the_slope_of_sigmoid_is_a_quarter_at_most() -> None:
    x = rg.linspace(-40, 40, 10_001, dtype=rg.float64).requires_grad_()
    rg.sigmoid(x).sum().backward()
    slopes = x.grad.numpy()
    assert slopes.max() == 0.25 == slopes[5000] and (slopes >= 0).all()


@pytest.mark.parametrize("depth", [1, 10, 20])
def test_a_chain_of_sigmoids_at_zero_loses_exactly_a_quarter_a_layer(depth: int) -> None:
    """w = 1 and b = -1/2 keep every pre-activation at 0: powers of two, so not even rounding intervenes."""
    x = rg.tensor(0.5, requires_grad=True)
    a = x
    for _ in range(depth):
        a = rg.sigmoid(1.0 * a - 0.5)
    a.backward()
    assert a.item() == 0.5 and x.grad.item() == 0.25**depth


def test_relu_has_slope_one_on_positives_and_zero_at_zero() -> None:
    x = rg.tensor([-2.0, -0.0, 0.0, 1e-30, 3.0], requires_grad=True)
    F.relu(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]
    assert "0 at 0" in rg.relu.__doc__ or "0 at 0" in F.relu.__doc__


def test_the_gradient_check_tells_a_kink_from_a_wrong_rule() -> None:
    x = rg.tensor([1.0, 0.0, -2.0], dtype=rg.float64, requires_grad=True)
    with pytest.raises(GradcheckError, match=r"kink.* \(1, 1\)"):
        gradcheck(rg.relu, x)
    assert gradcheck(rg.relu, rg.tensor([1.0, -2.0], dtype=rg.float64, requires_grad=True))


def test_rows_of_softmax_sum_to_one_whatever_is_added_to_them(rng: np.random.Generator) -> None:
    x = rng.standard_normal((5, 7))
    p = F.softmax(rg.tensor(x), dim=1).numpy()
    np.testing.assert_allclose(p.sum(1), 1, rtol=8 * 2.0**-52)
    shifted = F.softmax(rg.tensor(x + 1024.0), dim=1).numpy()       # x is rounded to an ulp of 1024
    np.testing.assert_allclose(shifted, p, rtol=2 * 1024 * 2.0**-52)
    assert F.softmax(rg.tensor([1e4, -1e4, 1e4]), dim=0).tolist() == [0.5, 0.0, 0.5]


@pytest.mark.parametrize("transform", [rg.func.jacrev, rg.func.jacfwd])
def test_the_jacobian_of_softmax_is_diag_p_minus_p_p(transform: Any, rng: np.random.Generator) -> None:
    x = rg.tensor(3 * rng.standard_normal(6))
    p = F.softmax(x, dim=0).numpy()
    jacobian = transform(lambda x: F.softmax(x, dim=0))(x).numpy()
    np.testing.assert_allclose(jacobian, np.diag(p) - np.outer(p, p), rtol=1e-13, atol=4 * 2.0**-52)
    np.testing.assert_allclose(jacobian.sum(0), 0, atol=8 * 2.0**-52)
    assert np.linalg.norm(jacobian, 2) <= 0.5


def test_the_gradient_of_cross_entropy_is_p_minus_y_at_any_size_of_logit(rng: np.random.Generator) -> None:
    for scale in (1.0, 1e4):
        x = rg.tensor(scale * rng.standard_normal((4, 5)), requires_grad=True)
        y = rng.integers(0, 5, 4)
        F.cross_entropy(x, rg.tensor(y), reduction="sum").backward()
        p = F.softmax(x, dim=1).detach().numpy()
        np.testing.assert_allclose(x.grad.numpy(), p - np.eye(5)[y], rtol=1e-13, atol=8 * 2.0**-52)

"""Dropout: which elements, how often, what scale, whose gradient; the same after the same seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.functional.dropping import ALPHA

N = 40_000


def within(count: float, n: int, p: float) -> bool:
    """Within five standard deviations of a binomial count: fails once in a million draws."""
    return abs(count - n * p) < 5 * math.sqrt(n * p * (1 - p))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [rg.float32, rg.float64, rg.float16])
def test_elements_are_dropped_with_probability_p_and_the_others_scaled(p: float, dtype: Any) -> None:
    y = F.dropout(rg.ones(N, dtype=dtype), p).numpy()
    assert y.dtype == dtype.np
    assert within((y == 0).sum(), N, p)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - p), rtol=rg.finfo(dtype).eps)


def test_the_gradient_is_the_mask(rng: Any) -> None:
    values = rng.standard_normal(50)
    x = rg.tensor(values, requires_grad=True)
    y = F.dropout(x, 0.3)
    y.sum().backward()
    np.testing.assert_allclose(y.detach().numpy(), values * x.grad.numpy(), rtol=1e-15)


def test_the_same_seed_gives_the_same_mask_and_the_next_draw_another() -> None:
    rg.manual_seed(7)
    first, second = F.dropout(rg.ones(100)), F.dropout(rg.ones(100))
    rg.manual_seed(7)
    np.testing.assert_array_equal(F.dropout(rg.ones(100)).numpy(), first.numpy())
    assert (first != second).any()


def test_without_training_or_with_p_zero_the_input_itself_is_returned() -> None:
    x = rg.ones(3)
    for drop in (F.dropout, F.alpha_dropout, F.feature_alpha_dropout):
        assert drop(x, 0.5, training=False) is x
        assert drop(x, 0.0, training=True) is x


def test_p_one_gives_zeros_and_a_zero_gradient() -> None:
    x = rg.tensor([1.0, math.inf], requires_grad=True)
    for drop in (F.dropout, F.alpha_dropout):
        y = drop(x, 1.0, training=True)
        assert y.tolist() == [0.0, 0.0]
        x.grad = None
        y.sum().backward()
        assert x.grad.tolist() == [0.0, 0.0]


def test_inplace_writes_the_tensor() -> None:
    x = rg.ones(100)
    assert F.dropout(x, 0.5, inplace=True) is x
    assert set(x.tolist()) == {0.0, 2.0}


@pytest.mark.parametrize(("name", "shape", "kept"), [
    ("dropout1d", (40, 50, 3), 2), ("dropout1d", (900, 3), 1), ("dropout2d", (40, 50, 2, 3), 2),
    ("dropout3d", (40, 50, 2, 1, 3), 2), ("dropout3d", (900, 2, 1, 3), 1)])
def test_whole_channels_are_dropped(name: str, shape: Any, kept: int) -> None:
    y = getattr(F, name)(rg.ones(*shape), 0.4).numpy().reshape(math.prod(shape[:kept]), -1)
    assert (y == y[:, :1]).all()
    assert within((y[:, 0] == 0).sum(), len(y), 0.4)


@pytest.mark.parametrize("p", [0.2, 0.6])
def test_alpha_dropout_keeps_mean_and_variance(rng: Any, p: float) -> None:
    x = rng.standard_normal(N)
    y = F.alpha_dropout(rg.tensor(x), p, training=True).numpy()
    assert abs(y.mean()) < 5 / math.sqrt(N) and abs(y.std() - 1) < 0.03
    scale = 1 / math.sqrt((ALPHA**2 * p + 1) * (1 - p))
    low = -ALPHA * scale + ALPHA * scale * p
    dropped = np.isclose(y, low, rtol=1e-12)
    assert within(dropped.sum(), N, p)
    np.testing.assert_allclose(y[~dropped], x[~dropped] * scale + ALPHA * scale * p, rtol=1e-12, atol=1e-12)


def test_feature_alpha_dropout_treats_channels_alike() -> None:
    y = F.feature_alpha_dropout(rg.ones(20, 30, 4), 0.5, training=True).numpy()
    assert (y == y[..., :1]).all() and len(np.unique(y)) == 2


# ---------------------------------------------------------------- mistakes
def test_p_is_a_probability(refused: Any) -> None:
    refused(lambda: F.dropout(rg.ones(2), 1.5), ArgumentError,
            "dropout: p is 1.5.\n               Expected a probability from 0 to 1.")


def test_dimensions_of_channel_dropout(refused: Any) -> None:
    refused(lambda: F.dropout1d(rg.ones(2, 2, 2, 2)), ShapeError,
            "dropout1d: input is (2, 2, 2, 2).\n"
            "            Expected N, C and 1 more dimensions, or C and 1 more.")
    with pytest.warns(UserWarning, match="Received a 2-D input to dropout2d, which is deprecated"):
        F.dropout2d(rg.ones(2, 2))

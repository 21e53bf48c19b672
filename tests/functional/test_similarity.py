"""Distances and similarities against PyTorch, also at distance zero; relaxed draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_cosine_similarity(agree: Any, rng: Any, dim: int) -> None:
    agree(lambda F, x, y: F.cosine_similarity(x, y, dim=dim), *rng.standard_normal((2, 4, 3, 5)), order=2,
          k=64)


def test_cosine_similarity_broadcasts(agree: Any, rng: Any) -> None:
    agree(lambda F, x, y: F.cosine_similarity(x, y, dim=-1), rng.standard_normal((4, 1, 5)),
          rng.standard_normal((3, 5)), k=64)


def test_cosine_similarity_with_a_zero_vector_is_zero_with_finite_gradients() -> None:
    x, y = rg.zeros(1, 3, requires_grad=True), rg.ones(1, 3, requires_grad=True)
    c = F.cosine_similarity(x, y)
    c.sum().backward()
    assert c.item() == 0.0
    assert np.isfinite(x.grad.numpy()).all() and np.isfinite(y.grad.numpy()).all()


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("keepdim", [False, True])
def test_pairwise_distance(agree: Any, rng: Any, p: float, keepdim: bool) -> None:
    agree(lambda F, x, y: F.pairwise_distance(x, y, p=p, keepdim=keepdim), *rng.standard_normal((2, 4, 5)),
          order=2, k=64)


@pytest.mark.parametrize("p", [0.0, 1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("shapes", [((4, 3), (5, 3)), ((2, 4, 3), (5, 3)), ((2, 1, 4, 3), (3, 5, 3))],
                         ids=str)
def test_cdist(torch: Any, rng: Any, shapes: Any, p: float) -> None:
    a, b = (rng.standard_normal(s) for s in shapes)
    g = rng.standard_normal(np.broadcast_shapes(shapes[0][:-2], shapes[1][:-2]) + (4, 5))
    found = []
    for lib in (rg, torch):
        x, y = lib.tensor(a, requires_grad=True), lib.tensor(b, requires_grad=True)
        out = rg.functional.cdist(x, y, p) if lib is rg else \
            torch.cdist(x, y, p, compute_mode="donot_use_mm_for_euclid_dist")
        grads: list[Any] = [None, None]
        if out.requires_grad and p:
            (out * lib.tensor(g)).sum().backward()
            grads = [x.grad, y.grad]
        found.append([out, *grads])
    for mine, reference in zip(*found):
        if reference is not None:
            np.testing.assert_allclose(mine.detach().numpy(), reference.detach().numpy(), rtol=1e-13,
                                       atol=1e-13)


def test_distance_zero_has_gradient_zero() -> None:
    x = rg.ones(2, 3, requires_grad=True)
    F.cdist(x, rg.ones(2, 3)).sum().backward()
    assert x.grad.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_normalize(agree: Any, rng: Any, p: float, dim: int) -> None:
    agree(lambda F, x: F.normalize(x, p=p, dim=dim), rng.standard_normal((3, 4, 5)), order=2, k=64)


def test_normalize_over_two_dimensions_and_of_zero(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.normalize(x, dim=(0, 2)), rng.standard_normal((3, 4, 5)), k=64)
    assert F.normalize(rg.zeros(2, 3)).tolist() == [[0.0] * 3] * 2


# ---------------------------------------------------------------- relaxed draws
def test_gumbel_softmax_draws_by_the_probabilities() -> None:
    n, want = 20_000, np.array([0.5, 0.3, 0.2])
    logits = rg.tensor(np.log(want)).expand(n, 3)
    y = F.gumbel_softmax(logits, hard=True).numpy()
    assert set(np.unique(y)) <= {0.0, 1.0} or np.allclose(y, np.round(y), atol=1e-15)
    # Five standard deviations of each count.
    assert (np.abs(y.sum(0) - n * want) < 5 * np.sqrt(n * want * (1 - want))).all()


def test_gumbel_softmax_is_a_distribution_with_the_soft_gradient() -> None:
    x = rg.randn(4, 5, dtype=rg.float64, requires_grad=True)
    rg.manual_seed(3)
    soft = F.gumbel_softmax(x, tau=0.7)
    np.testing.assert_allclose(soft.sum(1).detach().numpy(), 1.0, rtol=1e-15)
    weights = rg.randn(4, 5, dtype=rg.float64)
    (soft * weights).sum().backward()
    gradient, x.grad = x.grad, None
    rg.manual_seed(3)
    (F.gumbel_softmax(x, tau=0.7, hard=True) * weights).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), gradient.numpy(), rtol=1e-12)


# ---------------------------------------------------------------- mistakes
def test_rows_of_other_lengths(refused: Any) -> None:
    refused(lambda: F.cdist(rg.zeros(2, 3), rg.zeros(2, 4)), ShapeError,
            "cdist: x1 is (2, 3), x2 is (2, 4).\n"
            "            Expected (..., P, D) and (..., R, D) with one D.")
    refused(lambda: F.cdist(rg.zeros(2, 3), rg.zeros(2, 3), p=-1.0), ArgumentError,
            "cdist: p is -1.0.\n               Expected a number >= 0.")

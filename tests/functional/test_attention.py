"""scaled_dot_product_attention against PyTorch: masks, causality, groups of heads, rows that see nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError


def heads(rng: Any, lead: tuple[int, ...] = (2, 3), L: int = 4, S: int = 5, E: int = 6,
          V: int = 7) -> list[Any]:
    return [rng.standard_normal((*lead, n, m)) for n, m in ((L, E), (S, E), (S, V))]


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)], ids=str)
@pytest.mark.parametrize("scale", [None, 0.3])
def test_attention(agree: Any, rng: Any, lead: Any, scale: Any) -> None:
    agree(lambda F, q, k, v: F.scaled_dot_product_attention(q, k, v, scale=scale), *heads(rng, lead), order=2,
          k=128)


@pytest.mark.parametrize("L", [3, 5, 7])
def test_causal_attention(agree: Any, rng: Any, L: int) -> None:
    agree(lambda F, q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), *heads(rng, L=L),
          order=2,
          k=128)


@pytest.mark.parametrize("shape", [(4, 5), (2, 1, 4, 5), (1, 5), (2, 3, 4, 5)], ids=str)
def test_bool_masks(agree: Any, rng: Any, shape: Any) -> None:
    mask = rng.uniform(size=shape) > 0.4
    mask[..., 0, :] = True
    agree(lambda F, q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m), *heads(rng), mask,
          order=2,
          k=128)


def test_float_masks_are_added_and_have_gradients(agree: Any, rng: Any) -> None:
    agree(lambda F, q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m), *heads(rng),
          rng.standard_normal((4, 5)), order=2, k=128)


@pytest.mark.parametrize("kind", ["bool", "float"])
def test_a_row_that_sees_nothing_gives_zeros_and_finite_gradients(kind: str) -> None:
    q, k, v = (rg.randn(1, 2, 3, requires_grad=True) for _ in range(3))
    mask = rg.tensor([[True, False], [False, False]])
    if kind == "float":
        mask = rg.tensor([[0.0, -math.inf], [-math.inf, -math.inf]])
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert y[0, 1].tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_array_equal(y[0, 0].detach().numpy(), v[0, 0].detach().numpy())
    y.sum().backward()
    for x in (q, k, v):
        assert np.isfinite(x.grad.numpy()).all()
    assert v.grad.tolist() == [[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]


def test_groups_of_heads(agree: Any, rng: Any) -> None:
    q = rng.standard_normal((2, 6, 4, 5))
    k, v = rng.standard_normal((2, 2, 2, 3, 5))
    agree(lambda F, q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), q, k, v, k=128)


def test_dropout_of_weights_is_applied_and_seeded(rng: Any) -> None:
    q, k, v = (rg.tensor(x) for x in heads(rng))
    plain = F.scaled_dot_product_attention(q, k, v).numpy()
    rg.manual_seed(1)
    first = F.scaled_dot_product_attention(q, k, v, dropout_p=0.5).numpy()
    rg.manual_seed(1)
    np.testing.assert_array_equal(F.scaled_dot_product_attention(q, k, v, dropout_p=0.5).numpy(), first)
    assert not np.allclose(first, plain)


# ---------------------------------------------------------------- mistakes
def test_mask_and_causality_together(refused: Any) -> None:
    x = rg.zeros(1, 2, 3)
    refused(lambda: F.scaled_dot_product_attention(x, x, x, attn_mask=rg.ones(2, 2), is_causal=True),
            ArgumentError,
            "scaled_dot_product_attention: attn_mask and is_causal are both given.\n"
            "               Expected one of them.")


def test_masks_of_another_shape_or_dtype(refused: Any) -> None:
    x = rg.zeros(1, 2, 3)
    refused(lambda: F.scaled_dot_product_attention(x, x, x, attn_mask=rg.ones(3, 3)), ShapeError,
            "scaled_dot_product_attention: attn_mask is (3, 3), the scores are (1, 2, 2).\n"
            "            Expected a mask that broadcasts to the scores (..., L, S).")
    refused(lambda: F.scaled_dot_product_attention(x, x, x, attn_mask=rg.tensor([[1, 0], [1, 1]])),
            DTypeError,
            "scaled_dot_product_attention: attn_mask is int64.\n"
            "            Expected bool or floating-point.\n"
            "            Convert it with  attn_mask.bool() .")


def test_sizes_that_do_not_meet(refused: Any) -> None:
    refused(lambda: F.scaled_dot_product_attention(rg.zeros(2, 3), rg.zeros(2, 4), rg.zeros(2, 4)),
            ShapeError,
            "scaled_dot_product_attention: query is (2, 3), key is (2, 4), value is (2, 4).\n"
            "            Expected (..., L, E), (..., S, E) and (..., S, V).")

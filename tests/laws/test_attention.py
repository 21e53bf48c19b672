"""Scaled dot-product attention: its gradients by their formulas, and what may not reach them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn import functional as F


def draw(rng: np.random.Generator, *shape: int) -> Any:
    return rg.tensor(rng.standard_normal(shape), requires_grad=True)


def softmax(s: np.ndarray) -> np.ndarray:
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def formula(q: np.ndarray, k: np.ndarray, v: np.ndarray, g: np.ndarray, mask: Any = 0.0) -> list[np.ndarray]:
    """(O, dQ, dK, dV) for one head: dV = A'g, dA = g V', dS = A (dA - sum dA A), dQ = dS K / sqrt d, ..."""
    root = math.sqrt(q.shape[-1])
    a = softmax(q @ k.T / root + mask)
    da = g @ v.T
    ds = a * (da - (da * a).sum(-1, keepdims=True))
    assert np.abs(ds.sum(-1)).max() < 1e-13
    np.testing.assert_allclose((da * a).sum(-1), (g * (a @ v)).sum(-1), rtol=1e-11, atol=1e-12)
    return [a @ v, ds @ k / root, ds.T @ q / root, a.T @ g]


@pytest.mark.parametrize("causal", [False, True])
def test_output_and_gradients_are_those_of_the_formula(causal: bool, rng: np.random.Generator) -> None:
    q, k, v = (draw(rng, 7, 4) for _ in range(3))
    g = rng.standard_normal((7, 4))
    out = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    (out * rg.tensor(g)).sum().backward()
    mask = np.where(np.tri(7, dtype=bool), 0.0, -np.inf) if causal else 0.0
    expected = formula(*(t.detach().numpy() for t in (q, k, v)), g, mask)
    for found, wanted in zip((out.detach(), q.grad, k.grad, v.grad), expected):
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-12, atol=1e-13)


def test_a_causal_mask_keeps_the_future_out_to_the_bit(rng: np.random.Generator) -> None:
    q, k, v = (draw(rng, 2, 9, 4) for _ in range(3))
    F.scaled_dot_product_attention(q, k, v, is_causal=True)[:, :4].sum().backward()
    for t in (q, k, v):
        assert (t.grad[:, 4:] == 0).all() and (t.grad[:, 0] != 0).any() or t is q


def test_permuted_inputs_give_permuted_outputs(rng: np.random.Generator) -> None:
    layer = nn.MultiheadAttention(8, 2, batch_first=True).double()
    x, order = rg.tensor(rng.standard_normal((3, 6, 8))), rng.permutation(6)
    plain, turned = (layer(t, t, t)[0].detach().numpy() for t in (x, x[:, rg.tensor(order)]))
    np.testing.assert_allclose(turned, plain[:, order], rtol=1e-12, atol=1e-14)


def test_a_row_that_may_see_nothing_is_zero_and_so_is_its_gradient(rng: np.random.Generator) -> None:
    q, k, v = (draw(rng, 3, 4) for _ in range(3))
    mask = rg.tensor([[True, True, False], [False, False, False], [True, False, False]])
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    out.sum().backward()
    assert (out[1] == 0).all() and (q.grad[1] == 0).all()
    assert all(bool(rg.isfinite(t.grad).all()) for t in (q, k, v))


def blockwise(q: Any, k: Any, v: Any, block: int) -> Any:
    """Attention a block of keys at a time, with a running maximum and sum (as FlashAttention does)."""
    q = q / math.sqrt(q.shape[-1])
    top = rg.full(q.shape[:-1], -math.inf, dtype=q.dtype)
    total, out = rg.zeros(q.shape[:-1], dtype=q.dtype), rg.zeros_like(q)
    for start in range(0, k.shape[-2], block):
        s = q @ k[..., start:start + block, :].transpose(-1, -2)
        new = rg.maximum(top, s.amax(-1).detach())
        p, shrink = rg.exp(s - new[..., None]), rg.exp(top - new)
        total = shrink * total + p.sum(-1)
        out = shrink[..., None] * out + p @ v[..., start:start + block, :]
        top = new
    return out / total[..., None]


@pytest.mark.parametrize("length", [40, 150])
def test_attention_block_by_block_is_attention(length: int, rng: np.random.Generator) -> None:
    q, k, v = (draw(rng, 2, length, 8) for _ in range(3))
    g = rg.tensor(rng.standard_normal((2, length, 8)))
    results = []
    for f in (F.scaled_dot_product_attention, lambda q, k, v: blockwise(q, k, v, 32)):
        out = f(q, k, v)
        results.append([out, *rg.autograd.grad((out * g).sum(), (q, k, v))])
    for whole, parts in zip(*results):
        np.testing.assert_allclose(whole.detach().numpy(), parts.detach().numpy(), rtol=1e-12, atol=1e-13)


def test_first_second_and_forward_derivatives_are_finite_differences(rng: np.random.Generator) -> None:
    inputs = [draw(rng, 2, 2) for _ in range(3)]
    assert rg.autograd.gradcheck(F.scaled_dot_product_attention, inputs, check_forward_ad=True, rtol=1e-6,
                                 atol=1e-8)
    assert rg.autograd.gradgradcheck(F.scaled_dot_product_attention, inputs, check_fwd_over_rev=True)
    layer = nn.MultiheadAttention(4, 2).double()
    x = draw(rng, 2, 1, 4)
    assert rg.autograd.gradcheck(lambda x: layer(x, x, x)[0], x, check_forward_ad=True)
    assert rg.autograd.gradgradcheck(lambda x: layer(x, x, x)[0], x)


def test_the_root_of_the_width_keeps_logits_at_variance_one(rng: np.random.Generator) -> None:
    for d in (4, 64):
        q, k = rg.randn(2000, d), rg.randn(2000, d)
        s = (q * k).sum(1).numpy() / math.sqrt(d)
        assert abs(s.var() - 1) < 4 * math.sqrt((2 + 6 / d) / 2000)

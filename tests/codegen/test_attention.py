"""Attention by blocks is the plain formula: value and cotangents, masks, sizes around blocks, memory."""

from __future__ import annotations

import math
from itertools import compress
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base import dtype as dt
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import bind, leaf
from retrograd.ops import attention as ops

F = rg.nn.functional

# lead, L, S, E, V: below a block, at it, just beyond, several; more axes than a kernel walks
SIZES = [((), 5, 6, 2, 3), ((2, 3), 40, 70, 8, 5), ((2,), 130, 300, 64, 33), ((3,), 33, 16, 17, 64),
         ((2, 1, 2, 2), 65, 129, 5, 5)]


# Cotangents that are asked for: of queries, of keys, of values.
WAYS = [(True, False, False), (False, True, False), (False, False, True), (True, False, True)]


def _operands(rng: Any, lead: Any, L: int, S: int, E: int, V: int, dtype: str, biased: bool) -> list[Any]:
    x = [rng.standard_normal((*lead, n, m)) for n, m in ((L, E), (S, E), (S, V))]
    if biased:
        bias = np.where(rng.uniform(size=(*lead, L, S)) > 0.6, -math.inf, rng.standard_normal((*lead, L, S)))
        bias[..., 0, :] = -math.inf         # rows that see nothing
        x.append(bias)
    return [leaf(a.astype(dtype), getattr(dt, dtype)) for a in x]


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 1e-4)])
@pytest.mark.parametrize("biased", [False, True], ids=["open", "biased"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("drop", [0.0, 0.4], ids=["kept", "dropped"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_blocks_are_the_plain_formula(sizes: Any, drop: float, causal: bool, biased: bool, dtype: str,
                                      tolerance: float) -> None:
    rng = np.random.default_rng(0)
    x = _operands(rng, *sizes, dtype, biased)
    if drop:
        x += [leaf(np.asarray(number), dt.int64) for number in (-(1 << 40) - 3, (1 << 33) + 5)]
    how = (causal, 0.3, drop)
    y = bind(ops.attention_p, tuple(x), how)
    expected = [a.astype("f8") if a.ndim else a for a in (n.value for n in x)]
    evaluate([y])
    np.testing.assert_allclose(y.value, ops._plain_np(*expected, *how), rtol=0, atol=tolerance)
    row = bind(ops.rows_p, tuple(x), how)
    g = leaf(rng.standard_normal(y.shape).astype(dtype), y.dtype)
    evaluate([row])
    kept = leaf(row.value, row.dtype)
    ways = [(True, True, True), *WAYS] if dtype == "float64" and sizes is SIZES[1] else [(True, True, True)]
    backs = [bind(ops.back_p, (g, kept, *x), (*how, way)) for way in ways]
    plain = ops._back_plain(g, kept, *x, *how, ways[0])
    evaluate([*backs, plain])
    np.testing.assert_allclose(backs[0].value, plain.value, rtol=0, atol=tolerance)
    parts = np.split(backs[0].value, np.cumsum([n.value.size for n in x[:2]]))
    for way, back in zip(ways, backs):      # what is not asked for changes no bit of what is
        np.testing.assert_array_equal(back.value, np.concatenate(list(compress(parts, way))))


def test_what_is_read_before_its_pullback_keeps_the_rows_of_it() -> None:
    """The pullback then runs one kernel; gradients have the same bits as without, and so have second ones."""
    rng = np.random.default_rng(3)
    given = [rng.standard_normal((2, 40, 8)).astype("f4") for _ in range(4)]
    found = []
    for reads in (False, True):
        q, k, v, g = (rg.tensor(a, requires_grad=True) for a in given)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        if reads:
            y.detach().numpy()
            cost = rg.cost(lambda y=y, k=k, g=g: rg.autograd.grad(y, k, g, retain_graph=True))
            assert cost.kernels and not [x.name for x in cost.kernels if "attention_rows" in x.name]
        first = rg.autograd.grad(y, (q, v), g, create_graph=True)
        second = rg.autograd.grad(sum((x * x).sum() for x in first), (q, k, v, g))
        found.append([x.detach().numpy() for x in (y, *first, *second)])
    for fresh, kept in zip(*found):
        np.testing.assert_array_equal(fresh, kept)


def test_operands_are_read_by_their_strides(torch: Any) -> None:
    """Heads split off one projection, keys read backwards, an operand of transposed memory."""
    rng = np.random.default_rng(1)
    qkv = rng.standard_normal((2, 37, 3, 4, 6))
    mask = rng.uniform(size=(37, 1)) > 0.2
    found = []
    for T in (rg, torch):
        x = T.tensor(qkv, requires_grad=True)
        q, k, v = (x[:, :, n].transpose(1, 2) for n in range(3))
        v = v.transpose(-1, -2).contiguous().transpose(-1, -2)
        y = T.nn.functional.scaled_dot_product_attention(q, k.flip(2), v, attn_mask=T.tensor(mask.T))
        y.square().sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


MASKS = [("causal", None), *((kind, shape) for kind in ("bool", "float") for shape in
                             ((37, 29), (1, 29), (37, 1), (2, 1, 37, 29), (2, 6, 37, 29), (1, 6, 37, 29)))]


@pytest.mark.parametrize("heads", [6, 2, 1])
@pytest.mark.parametrize("kind, shape", MASKS, ids=str)
def test_masks_of_any_shape_and_groups_of_heads_are_those_of_pytorch(kind: str, shape: Any, heads: int,
                                                                     torch: Any) -> None:
    """Sizes beyond a block, more queries than keys (a causal mask begins top left), rows that see nothing."""
    rng = np.random.default_rng(7)
    q, k, v = (rng.standard_normal((2, h, n, m)) for h, n, m in ((6, 37, 5), (heads, 29, 5), (heads, 29, 3)))
    mask = None if shape is None else rng.standard_normal(shape)
    if kind == "bool":
        mask = mask > -0.5
        mask[..., :1, :] &= shape[-2] == 1
    found = []
    for T in (rg, torch):
        x = [T.tensor(a, requires_grad=True) for a in (q, k, v)]
        y = T.nn.functional.scaled_dot_product_attention(
            *x, attn_mask=None if mask is None else T.tensor(mask), is_causal=mask is None,
            enable_gqa=heads < 6)
        y.square().sum().backward()
        found.append([y.detach().numpy(), *(a.grad.numpy() for a in x)])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("how", [{}, {"is_causal": True}, {"dropout_p": 0.1}], ids=str)
def test_no_matrix_of_scores_lies_in_memory(how: dict[str, Any]) -> None:
    """Four times the sequence takes four times the memory, forward and backward."""
    peaks = []
    for length in (512, 2048):
        q, k, v = (rg.randn(1, 2, length, 8).requires_grad_() for _ in range(3))

        def step(q: Any = q, k: Any = k, v: Any = v) -> None:
            F.scaled_dot_product_attention(q, k, v, **how).sum().backward()
        peaks.append(rg.cost(step).peak_bytes)
    assert peaks[1] <= 4.1 * peaks[0]
    assert peaks[1] < 2 * 2048 * 2048 * 4


def test_cotangents_that_do_not_depend_on_the_first_row_are_zero_there() -> None:
    """Rows that see nothing have zeros and give zeros."""
    q, k, v = (rg.randn(2, 40, 4, dtype=rg.float64).requires_grad_() for _ in range(3))
    mask = rg.ones(40, 40, dtype=rg.bool)
    mask[7] = False
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    y.square().sum().backward()
    assert not y[:, 7].detach().numpy().any()
    assert not q.grad[:, 7].numpy().any()
    assert all(np.isfinite(x.grad.numpy()).all() for x in (q, k, v))


def test_second_derivatives_are_those_of_pytorch(torch: Any) -> None:
    rng = np.random.default_rng(2)
    x = [rng.standard_normal((2, 9, 3)) for _ in range(3)]
    found = []
    for T in (rg, torch):
        q, k, v = (T.tensor(a, requires_grad=True) for a in x)
        scores = T.nn.functional.scaled_dot_product_attention
        if T is torch:                      # its kernels have no second derivative
            with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
                y = scores(q, k, v, is_causal=True)
        else:
            y = scores(q, k, v, is_causal=True)
        grads = T.autograd.grad(y.square().sum(), (q, k, v), create_graph=True)
        total = sum((g * g).sum() for g in grads)
        found.append([g.numpy() for g in T.autograd.grad(total, (q, k, v))])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


def test_the_last_tokens_of_a_sequence_see_what_is_kept_of_it(torch: Any) -> None:
    """Generation: few rows, many keys; the plain formula, whose scores are no longer than the keys."""
    rng = np.random.default_rng(3)
    q, k, v = (rng.standard_normal((2, 3, n, 8)) for n in (1, 77, 77))
    ours = F.scaled_dot_product_attention(*(rg.tensor(a) for a in (q, k, v))).numpy()
    theirs = torch.nn.functional.scaled_dot_product_attention(*(torch.tensor(a) for a in (q, k, v)))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_half_types_are_rounded_once(name: str) -> None:
    rng = np.random.default_rng(4)
    given = [rng.standard_normal((2, 3, 40, 8)).astype("f4") for _ in range(3)]
    half = [rg.tensor(a).to(getattr(rg, name)).requires_grad_() for a in given]
    wide = [x.detach().float().requires_grad_() for x in half]
    for x in (half, wide):
        y = F.scaled_dot_product_attention(*x, is_causal=True)
        y.float().sum().backward()
    eps = float(rg.finfo(half[0].dtype).eps)
    for ours, exact in zip(half, wide):
        np.testing.assert_allclose(ours.grad.float().numpy(), exact.grad.numpy(), rtol=eps, atol=eps)


def _dropped_weights(p: float, **how: Any) -> Any:
    """The weights themselves: what queries gather of the rows of an identity."""
    q, k = rg.zeros(3, 50, 4), rg.zeros(3, 64, 4)
    v = rg.eye(64).expand(3, 64, 64)
    return F.scaled_dot_product_attention(q, k, v, dropout_p=p, **how).numpy() * 64


def test_weights_are_dropped_with_the_given_probability_each_for_itself() -> None:
    rg.manual_seed(0)
    w = _dropped_weights(0.3)
    assert set(np.unique(w)) == {0, np.float32(1 / 0.7)}
    kept = (w > 0).astype(float)
    deviation = math.sqrt(0.3 * 0.7 / kept.size)
    assert abs(kept.mean() - 0.7) < 4 * deviation
    for axis, moved in ((0, kept[1:]), (1, kept[:, 1:]), (2, kept[..., 1:])):
        other = np.take(kept, range(kept.shape[axis] - 1), axis)
        assert abs(((moved - 0.7) * (other - 0.7)).mean()) < 4 * 0.21 / math.sqrt(other.size)
    assert not _dropped_weights(1.0).any()


def test_a_compiled_step_drops_other_weights_each_time_the_same_as_a_plain_one() -> None:
    found = []
    for wrap in (lambda f: f, rg.compile):
        rg.manual_seed(5)
        x = rg.ones(2, 40, 4, dtype=rg.float64) * rg.arange(40.0, dtype=rg.float64)[:, None]
        x.requires_grad_()

        def step(x: Any = x) -> Any:
            x.grad = None
            y = F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)
            y.square().sum().backward()
            return y
        run = wrap(step)
        found.append([(run().detach().numpy(), x.grad.numpy()) for _ in range(4)])
    for plain, replayed in zip(*found):
        for ours, theirs in zip(plain, replayed):
            np.testing.assert_array_equal(ours, theirs)
    assert len({y.tobytes() for y, _ in found[0]}) == 4


@pytest.mark.parametrize("randomness", ["same", "different"])
def test_vmap_draws_for_each_example_or_once(randomness: str) -> None:
    rg.manual_seed(2)
    x = rg.ones(3, 40, 4)
    y = rg.func.vmap(lambda x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.5),
                     randomness=randomness)(x)
    assert bool((y[0] == y[1]).all()) is (randomness == "same")
    assert bool((y[1] == y[2]).all()) is (randomness == "same")

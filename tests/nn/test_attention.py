"""MultiheadAttention beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

E, H, N, L, S = 8, 2, 3, 4, 5
RNG = np.random.default_rng(0)


def both(torch: Any, **options: Any) -> tuple[Any, Any]:
    """The two layers with the same parameters, in float64."""
    theirs = torch.nn.MultiheadAttention(E, H, **options).double()
    ours = rg.nn.MultiheadAttention(E, H, **options).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    with torch.no_grad():
        for p in theirs.parameters():
            p.uniform_(-1, 1)
    ours.load_state_dict({k: rg.from_numpy(v.numpy().copy()) for k, v in theirs.state_dict().items()})
    return theirs, ours


def compared(torch: Any, layers: tuple[Any, Any], arrays: list[Any], **options: Any) -> None:
    results = []
    for T, layer in zip((torch, rg), layers):
        inputs = [T.tensor(a.tolist(), dtype=T.float64, requires_grad=True) for a in arrays]
        given = {k: T.tensor(v.tolist()) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        given = {
            k: v.double() if isinstance(v, T.Tensor) and v.dtype == T.float32 else v for k, v in given.items()
        }
        y, weights = layer(*inputs, **given)
        (y**2).sum().backward()
        results.append([y, weights, *(i.grad for i in inputs), *(p.grad for p in layer.parameters())])
        layer.zero_grad()
    for mine, reference in zip(results[1], results[0]):
        assert (mine is None) == (reference is None)
        if mine is not None:
            np.testing.assert_allclose(
                mine.detach().numpy(), reference.detach().numpy(), rtol=1e-9, atol=1e-10
            )


def qkv(batch_first: bool = False, k: int = E, v: int = E) -> list[Any]:
    lead = ((N, L), (N, S), (N, S)) if batch_first else ((L, N), (S, N), (S, N))
    return [RNG.standard_normal((*s, w)) for s, w in zip(lead, (E, k, v))]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_first": True},
        {"bias": False},
        {"add_bias_kv": True},
        {"add_zero_attn": True},
        {"kdim": 6, "vdim": 3},
        {"add_bias_kv": True, "add_zero_attn": True, "batch_first": True},
    ],
)
@pytest.mark.parametrize("need_weights", [True, False])
def test_values_and_gradients(options: dict[str, Any], need_weights: bool, torch: Any) -> None:
    arrays = qkv(options.get("batch_first", False), options.get("kdim", E), options.get("vdim", E))
    compared(torch, both(torch, **options), arrays, need_weights=need_weights)


@pytest.mark.parametrize(
    "masks",
    [
        {"attn_mask": RNG.random((L, S)) < 0.4},
        {"attn_mask": RNG.standard_normal((N * H, L, S)).astype("f4")},
        {"key_padding_mask": np.arange(S) >= np.array([[3], [5], [1]])},
        {
            "attn_mask": np.triu(np.ones((L, S), bool), 1),
            "key_padding_mask": np.arange(S) >= np.array([[3], [5], [2]]),
        },
        {"average_attn_weights": False},
    ],
)
def test_masks(masks: dict[str, Any], torch: Any) -> None:
    if "attn_mask" in masks and masks["attn_mask"].dtype == bool:
        masks["attn_mask"][:, 0] = False  # PyTorch gives nan where a query may see nothing
    compared(torch, both(torch), qkv(), **masks)


def test_self_attention_without_a_batch(torch: Any) -> None:
    theirs, ours = both(torch)
    x = RNG.standard_normal((L, E))
    a, b = torch.tensor(x), rg.tensor(x)
    for mine, reference in zip(ours(b, b, b), theirs(a, a, a)):
        np.testing.assert_allclose(mine.detach().numpy(), reference.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_that_sees_nothing_gathers_zeros(need_weights: bool) -> None:
    layer = rg.nn.MultiheadAttention(E, H, bias=False)
    x = rg.tensor(RNG.standard_normal((L, N, E)), dtype=rg.float32, requires_grad=True)
    y, _ = layer(x, x, x, attn_mask=rg.ones(L, L, dtype=rg.bool), need_weights=need_weights)
    y.sum().backward()
    assert (y == 0).all() and not rg.isnan(x.grad).any()


def test_dropout_drops_weights_in_training_only() -> None:
    layer = rg.nn.MultiheadAttention(E, H, dropout=0.9)
    x = rg.randn(L, N, E)
    _, weights = layer(x, x, x)
    assert (weights == 0).any()
    _, weights = layer.eval()(x, x, x)
    np.testing.assert_allclose(weights.sum(-1).detach().numpy(), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: rg.nn.MultiheadAttention(7, 2),
        lambda: rg.nn.MultiheadAttention(E, H)(rg.ones(E), rg.ones(E), rg.ones(E)),
        lambda: rg.nn.MultiheadAttention(E, H)(*[rg.ones(L, N, E)] * 3, attn_mask=rg.ones(2, 2)),
        lambda: rg.nn.MultiheadAttention(E, H)(*[rg.ones(L, N, E)] * 3, key_padding_mask=rg.ones(2, 2)),
        lambda: rg.nn.MultiheadAttention(E, H)(*[rg.ones(L, N, E)] * 3, is_causal=True),
    ],
)
def test_mistakes_are_explained(call: Any) -> None:
    with pytest.raises(RuntimeError, match="MultiheadAttention"):
        call()


@pytest.mark.parametrize("separate", [False, True], ids=["joint", "separate"])
@pytest.mark.parametrize("batch", [N, None], ids=["batch", "alone"])
@pytest.mark.parametrize("options", [
    {}, {"need_weights": False, "key_padding_mask": True}, {"average_attn_weights": False, "static": True},
    {"attn_mask": True, "bias_k": True, "add_zero_attn": True, "training": False, "dropout_p": 0.5}],
    ids=lambda o: "-".join(o) or "plain")
def test_the_function_of_weights(torch: Any, options: Any, batch: int | None, separate: bool) -> None:
    rng = np.random.default_rng(1)
    lead = () if batch is None else (batch,)

    def normal(*shape: int) -> Any:
        return rng.standard_normal(shape)
    x = [normal(n, *lead, E) for n in (L, S, S)]
    learned = [normal(E, E) for _ in range(3)] if separate else [normal(3 * E, E)]
    rest = [normal(3 * E), normal(1, 1, E), normal(1, 1, E), normal(E, E), normal(E)]
    fixed = [normal((batch or 1) * H, S, E // H) for _ in range(2)]
    masks = {"key_padding_mask": rng.uniform(size=(*lead, S)) > 0.6,
             "attn_mask": np.triu(np.ones((L, S), bool), 2)}
    masks["key_padding_mask"][..., 0] = False
    found = []
    for T in (rg, torch):
        leaves = [T.tensor(a, requires_grad=True) for a in (*x, *learned, *rest)]
        q, k, v, *w = leaves
        matrices, (b, bk, bv, out, out_bias) = w[:-5], w[-5:]
        given = {name: T.tensor(masks[name]) if name in masks else value for name, value in options.items()
                 if name not in ("bias_k", "add_zero_attn", "dropout_p", "static")}
        if "static" in options:
            given.update(zip(("static_k", "static_v"), map(T.tensor, fixed)))
        if separate:
            given.update(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), matrices),
                         use_separate_proj_weight=True)
        biased = (bk, bv) if "bias_k" in options else (None, None)
        y, seen = T.nn.functional.multi_head_attention_forward(
            q, k, v, E, H, None if separate else matrices[0], b, *biased, options.get("add_zero_attn", False),
            options.get("dropout_p", 0.0), out, out_bias, **given)
        (y.square().sum() + (0 if seen is None else seen.square().sum())).backward()
        found.append([y, *([] if seen is None else [seen]), *(n.grad for n in leaves if n.grad is not None)])
    assert len(found[0]) == len(found[1])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-9, atol=1e-10)


def test_mistakes_of_the_function_are_explained() -> None:
    x = rg.ones(L, E)
    for width, heads, w in ((7, 1, x), (E, 3, x), (E, 2, None)):
        with pytest.raises(RuntimeError, match="MultiheadAttention"):
            rg.nn.functional.multi_head_attention_forward(
                x, x, x, width, heads, w, None, None, None, False, 0.0, x, None)

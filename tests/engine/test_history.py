"""Backward through values that are known: the walk is remembered, and gradients are PyTorch's each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.engine.program import programs

NEAR = {"rtol": 1e-12, "atol": 1e-13}       # float64, a few roundings of sums in another order
WEIGHTS = ((5, 4), (4, 3), (3, 1))
Found = list[Any]


def _weights(T: Any) -> list[Any]:
    rng = np.random.default_rng(3)
    return [T.tensor(rng.standard_normal(s)).requires_grad_() for s in WEIGHTS]


def _data(T: Any, k: int) -> Any:
    return T.tensor(np.random.default_rng(10 + k).standard_normal((6, 5)))


def looked_at(T: Any, w: list[Any], x: Any) -> Found:
    """A value in the middle is read before the loss is made."""
    h = T.tanh(x @ w[0])
    size = float(h.detach().abs().sum())
    loss = (T.tanh(h @ w[1]) @ w[2] / size).square().mean()
    loss.backward()
    return [size, loss, *(p.grad for p in w)]


def two_losses(T: Any, w: list[Any], x: Any) -> Found:
    """As a GAN has them: what the first network made goes into both."""
    made = T.tanh(x @ w[0])
    first = (made.detach() @ w[1]).square().sum()
    first.backward()
    grads = [w[1].grad.clone()]
    w[1].grad = None
    second = T.sigmoid(made @ w[1]).sum()
    second.backward()
    return [first, second, made, *grads, w[0].grad, w[1].grad]


def some_only(T: Any, w: list[Any], x: Any) -> Found:
    """Cotangents of some leaves, of two roots with cotangents of their own."""
    h = T.softmax(x @ w[0], 1)
    peak = float(h.detach().max())
    a, b = (h @ w[1]).exp(), T.layer_norm(h, (4,))
    given = T.full_like(a, peak), T.ones_like(b)
    return list(T.autograd.grad([a, b], [w[0]], given, retain_graph=True)) + \
        list(T.autograd.grad([b, a], [w[0], x], (given[1], given[0]), allow_unused=True)[:1])


def kept(T: Any, w: list[Any], x: Any) -> Found:
    """Twice through one graph, and what is held besides."""
    h = T.relu(x @ w[0])
    h.detach().sum().item()
    loss = (h @ w[1]).square().sum()
    loss.backward(retain_graph=True)
    beside = h * 2
    loss.backward()
    return [beside, *(p.grad for p in w[:2])]


STEPS: tuple[Callable[..., Found], ...] = (looked_at, two_losses, some_only, kept)


def _run(T: Any, step: Callable[..., Found], k: int) -> list[Any]:
    w, x = _weights(T), _data(T, k)
    if step is some_only:
        x.requires_grad_()
    found = [v for v in step(T, w, x) if v is not None]
    return [np.array(v.detach().numpy() if hasattr(v, "detach") else v) for v in found]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.usefixtures("fresh_programs")
def test_gradients_through_known_values(step: Callable[..., Found], torch: Any) -> None:
    for k in range(5):
        missed = programs.misses
        ours, theirs = _run(rg, step, k), _run(torch, step, k)
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, **NEAR)
    assert programs.misses == missed, "the fifth time nothing is new"
    assert [a.tobytes() for a in ours] == [a.tobytes() for a in _run(rg, step, 4)]


@pytest.mark.usefixtures("fresh_programs")
def test_what_was_freed_is_freed() -> None:
    for _ in range(4):
        w, x = _weights(rg), _data(rg, 0)
        h = rg.tanh(x @ w[0])
        h.detach().sum().item()
        loss = h.sum()
        loss.backward()
        with pytest.raises(RuntimeError, match="second time"):
            loss.backward()


@pytest.mark.usefixtures("fresh_programs")
def test_hooks_run_each_time() -> None:
    seen = []
    for _ in range(4):
        w, x = _weights(rg), _data(rg, 0)
        h = rg.tanh(x @ w[0])
        h.register_hook(lambda g: seen.append(g.shape))
        h.detach().sum().item()
        h.sum().backward()
    assert len(seen) == 4


@pytest.mark.usefixtures("fresh_programs")
def test_rows_of_a_table(torch: Any) -> None:
    """Few rows of a large table, whose gradient is those rows."""
    table, i = np.random.default_rng(0).standard_normal((5000, 16)), np.array([4, 7, 7, 4999])

    def step(T: Any) -> Any:
        t = T.tensor(table).requires_grad_()
        h = T.embedding(t, T.tensor(i)) if T is torch else rg.nn.functional.embedding(rg.tensor(i), t)
        h.detach().sum().item()
        h.square().sum().backward()
        return t.grad.numpy()
    for _ in range(4):
        np.testing.assert_allclose(step(rg), step(torch), **NEAR)

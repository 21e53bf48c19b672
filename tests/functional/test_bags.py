"""embedding_bag against PyTorch: bags of one size and of their own, weights, padding, empty bags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError

MODES = ["sum", "mean", "max"]


def compared(torch: Any, table: Any, places: Any, weights: Any = None, **options: Any) -> None:
    found = []
    for T, module in ((rg, F), (torch, torch.nn.functional)):
        w = T.tensor(table, requires_grad=True)
        given = {k: T.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        scales = None if weights is None else T.tensor(weights, requires_grad=True)
        y = module.embedding_bag(T.tensor(places), w, per_sample_weights=scales, **given)
        (y ** 2).sum().backward()
        found.append([y.detach().numpy(), w.grad.numpy()] + ([] if scales is None else [scales.grad.numpy()]))
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("padding_idx", [None, 2])
@pytest.mark.parametrize("mode", MODES)
def test_bags_of_one_size(torch: Any, rng: Any, mode: str, padding_idx: Any) -> None:
    places = rng.integers(0, 7, (4, 3))
    places[1] = 2
    compared(torch, rng.standard_normal((7, 5)), places, mode=mode, padding_idx=padding_idx)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("padding_idx", [None, 2])
@pytest.mark.parametrize("mode", MODES)
def test_bags_that_begin_at_offsets(torch: Any, rng: Any, mode: str, padding_idx: Any, last: bool) -> None:
    places = rng.integers(0, 7, 9)
    places[3:5] = 2
    offsets = np.array([0, 3, 5, 5, 8, 9] if last else [0, 3, 5, 5, 8])
    compared(torch, rng.standard_normal((7, 5)), places, mode=mode, padding_idx=padding_idx, offsets=offsets,
             include_last_offset=last)


@pytest.mark.parametrize("offsets", [None, np.array([0, 4])])
def test_weights_of_samples(torch: Any, rng: Any, offsets: Any) -> None:
    places = rng.integers(0, 7, (2, 3) if offsets is None else 6)
    compared(torch, rng.standard_normal((7, 5)), places, rng.standard_normal(places.shape), mode="sum",
             offsets=offsets)


@pytest.mark.parametrize("mode", MODES)
def test_the_module(torch: Any, rng: Any, mode: str) -> None:
    theirs, ours = (m.EmbeddingBag(7, 3, mode=mode, padding_idx=1) for m in (torch.nn, rg.nn))
    ours.load_state_dict({"weight": rg.from_numpy(theirs.weight.detach().numpy().copy())})
    places = rng.integers(0, 7, (4, 3))
    np.testing.assert_allclose(ours(rg.tensor(places)).detach().numpy(),
                               theirs(torch.tensor(places)).detach().numpy(), rtol=1e-6)
    assert repr(ours) == repr(theirs)


def test_mistakes() -> None:
    table = rg.zeros(3, 2)
    with pytest.raises(ShapeError, match="indices and offsets"):
        F.embedding_bag(rg.tensor([0, 1]), table)
    with pytest.raises(ArgumentError, match="'sum', 'mean' or 'max'"):
        F.embedding_bag(rg.tensor([[0, 1]]), table, mode="middle")
    with pytest.raises(ArgumentError, match="mode 'sum'"):
        F.embedding_bag(rg.tensor([[0, 1]]), table, per_sample_weights=rg.ones(1, 2))

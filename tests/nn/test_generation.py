"""Generation with kept keys and values gives what the whole sequence gives, computed anew for every token."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

nn, F = rg.nn, rg.nn.functional


class Model(nn.Module):
    def __init__(self, width: int = 16, heads: int = 2) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(11, width), nn.Embedding(64, width)
        self.qkv = nn.ModuleList([nn.Linear(width, 3 * width) for _ in range(2)])
        self.head = nn.Linear(width, 11)
        self.heads = heads

    def forward(self, i: Any, caches: Any = None) -> Any:
        first = 0
        if caches is not None:
            first = len(caches.setdefault(0, nn.KeyValueCache()))
        x = self.words(i) + self.places(rg.arange(first, first + i.shape[1]))
        n, length, width = x.shape
        for k, layer in enumerate(self.qkv):
            cache = None if caches is None else caches.setdefault(k, nn.KeyValueCache())
            heads = [z.reshape(n, length, self.heads, -1).transpose(1, 2) for z in layer(x).split(width, -1)]
            x = x + nn.attend(*heads, cache).transpose(1, 2).reshape(n, length, width)
        return self.head(x)


def test_a_cache_changes_nothing() -> None:
    rg.manual_seed(0)
    model = Model().double()
    caches: dict[Any, Any] = {}
    i = rg.randint(0, 11, (3, 20))
    with rg.no_grad():
        whole = model(i).numpy()
        places = [0, 9, 10, 11, 14, 20]         # one token at a time, or several
        pieces = [model(i[:, a:b], caches).numpy() for a, b in zip(places, places[1:])]
    np.testing.assert_allclose(np.concatenate(pieces, 1), whole, rtol=0, atol=1e-12)


def test_generated_tokens_are_those_of_the_whole_sequence() -> None:
    rg.manual_seed(1)
    model = Model().double()
    prompt = rg.randint(0, 11, (2, 4))
    found = nn.generate(model, prompt, 12)
    tokens = prompt
    with rg.no_grad():
        for _ in range(12):
            tokens = rg.cat([tokens, model(tokens)[:, -1].argmax(-1, keepdim=True)], 1)
    assert found.tolist() == tokens.tolist()
    assert model.training


def test_tokens_may_be_drawn() -> None:
    rg.manual_seed(2)
    model = Model()

    def choose(logits: Any) -> Any:
        return (logits.softmax(-1).cumsum(-1) < rg.rand(1, 1)).sum(-1)

    assert nn.generate(model, rg.tensor([[1]]), 5, choose).shape == (1, 6)


def test_keys_and_values_of_other_shapes_are_an_error() -> None:
    cache, x = nn.KeyValueCache(), rg.ones(1, 1, 2, 4)
    with pytest.raises(RuntimeError, match="alike but for d"):
        cache.extend(x, x[0])


def test_a_prompt_without_tokens_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\(N, L\) tokens"):
        nn.generate(Model(), rg.zeros(1, 0, dtype=rg.int64), 3)

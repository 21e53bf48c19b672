"""Generation of sequences: what was attended to is kept, so that a token costs one row of attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.modes import no_grad
from retrograd.nn.module import Module
from retrograd.tensors.create import arange
from retrograd.tensors.tensor import Tensor


class KeyValueCache:
    """Keys and values of the tokens that a layer has seen, (N, heads, tokens, d) each.

    `extend` adds those of new tokens and returns all of them; `attend` says which of them a query may see.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> cache = nn.KeyValueCache()
    >>> keys, values = cache.extend(torch.ones(1, 2, 3, 4), torch.ones(1, 2, 3, 4))
    >>> keys, values = cache.extend(torch.zeros(1, 2, 1, 4), torch.zeros(1, 2, 1, 4))
    >>> tuple(keys.shape), len(cache)
    ((1, 2, 4, 4), 4)
    """

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def __len__(self) -> int:
        return 0 if self.keys is None else int(self.keys.shape[2])

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values, those of the new tokens last."""
        if keys.ndim != 4 or values.ndim != 4 or keys.shape[:3] != values.shape[:3]:
            raise ShapeError(
                f"keys are {tuple(keys.shape)}, values are {tuple(values.shape)}",
                op="KeyValueCache.extend",
                expected="(N, heads, tokens, d), alike but for d",
            )
        if self.keys is not None and self.values is not None:
            keys, values = F.cat([self.keys, keys], 2), F.cat([self.values, values], 2)
        self.keys, self.values = keys, values
        return keys, values


def attend(query: Tensor, key: Tensor, value: Tensor, cache: KeyValueCache | None = None) -> Tensor:
    """Causal attention of heads (N, heads, L, d) to themselves and to what the cache holds, which they join.

    Query i sees the keys of the cache, and those of its own call up to its own place.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> cache = nn.KeyValueCache()
    >>> x = torch.tensor([[[[1.0], [3.0]]]])
    >>> nn.attend(x * 0, x * 0, x, cache).flatten().tolist()
    [1.0, 2.0]
    >>> y = torch.tensor([[[[5.0]]]])
    >>> nn.attend(y * 0, y * 0, y, cache).item()
    3.0
    """
    before, length = 0 if cache is None else len(cache), query.shape[2]
    if cache is not None:
        key, value = cache.extend(key, value)
    if not before or length == 1:
        return F.scaled_dot_product_attention(query, key, value, is_causal=not before)
    seen = arange(before + length) <= arange(before, before + length)[:, None]
    return F.scaled_dot_product_attention(query, key, value, attn_mask=seen)


def generate(
    model: Callable[..., Tensor],
    prompt: Tensor,
    count: int,
    choose: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """(N, L) tokens followed by `count` more, one at a time: (N, L + count).

    `model(tokens, caches)` gives logits (N, L, classes). `caches` is a dict that the model fills: a
    `KeyValueCache` a layer, under names of its own, found again at the next call, whose `tokens` are the last
    one only. `choose` takes the last logits (N, classes) to tokens (N,); the most probable ones by default.
    Nothing is recorded for a derivative, and a Module runs in evaluation mode.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> def next_number(tokens, caches):
    ...     return nn.functional.one_hot((tokens + 1) % 5, 5).float()
    >>> nn.generate(next_number, torch.tensor([[1, 2]]), 4).tolist()
    [[1, 2, 3, 4, 0, 1]]
    """
    if prompt.ndim != 2 or prompt.shape[1] == 0 or count < 0:
        raise ArgumentError(
            f"prompt is {tuple(prompt.shape)}, count is {count}",
            op="generate",
            expected="(N, L) tokens with L > 0, and no negative count",
        )
    caches: dict[Any, KeyValueCache] = {}
    training = isinstance(model, Module) and model.training
    if isinstance(model, Module):
        model.eval()
    try:
        with no_grad():
            found, tokens = [prompt], prompt
            for _ in range(count):
                logits = model(tokens, caches)[:, -1]
                tokens = (F.argmax(logits, -1) if choose is None else choose(logits))[:, None]
                found.append(tokens)
            return F.cat(found, 1)
    finally:
        if isinstance(model, Module) and training:
            model.train()

"""The bit law on images: random networks of convolutions, pools, norms, sizes and concatenations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

F = rg.nn.functional
Draw = Callable[..., Any]       # a parameter of that shape

LAYERS: list[Callable[[Any, Draw], Any]] = [
    lambda t, p: F.conv2d(t, p(8, t.shape[1], 3, 3), p(8), padding=1),
    lambda t, p: F.conv2d(t, p(6, t.shape[1], 3, 3), padding=1, stride=2),
    lambda t, p: F.conv2d(t, p(4, t.shape[1], 1, 1), p(4)),
    lambda t, p: F.conv2d(t, p(t.shape[1], 1, 3, 3), p(t.shape[1]), padding=1, groups=t.shape[1]),
    lambda t, p: F.conv_transpose2d(t, p(t.shape[1], 4, 2, 2), stride=2),
    lambda t, p: F.batch_norm(t, None, None, p(t.shape[1]), p(t.shape[1]), True),
    lambda t, p: F.group_norm(t, 1, p(t.shape[1]), p(t.shape[1])),
    lambda t, p: F.layer_norm(t.permute(0, 2, 3, 1), t.shape[1:2]).permute(0, 3, 1, 2),
    lambda t, p: F.relu(t), lambda t, p: F.gelu(t), lambda t, p: F.softmax(t, 1),
    lambda t, p: F.max_pool2d(t, 3, 1, 1), lambda t, p: F.max_pool2d(t, 2), lambda t, p: F.avg_pool2d(t, 3),
    lambda t, p: F.avg_pool2d(t, 3, 2, 1), lambda t, p: F.adaptive_avg_pool2d(t, (5, 6)),
    lambda t, p: F.interpolate(t, size=(9, 11), mode="bilinear"),
    lambda t, p: F.interpolate(t, size=(6, 7), mode="bicubic", antialias=True),
    lambda t, p: F.pad(t, (1, 2, 0, 1), "circular"), lambda t, p: F.pad(t, (1, 2, 0, 1), "reflect"),
    lambda t, p: rg.cat([t[..., -2:], t, t[..., :1]], 3), lambda t, p: rg.cat([t, t[:, :1]], 1),
    lambda t, p: t * t.mean((2, 3), keepdim=True).sigmoid(),
]


def _bits(seed: int, watch: Callable[[Any], Any]) -> list[bytes]:
    """The last results of a network of a dozen layers and all gradients; `watch` is shown what is made."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Any:
        leaves.append(rg.tensor(rng.standard_normal(shape) * 0.3, dtype=rg.float32, requires_grad=True))
        return leaves[-1]
    leaves: list[Any] = []
    made = [draw(2, int(rng.choice([3, 4, 16])), int(rng.integers(8, 14)), int(rng.integers(8, 14)))]
    for k in rng.integers(0, len(LAYERS), 12):
        t = made[-1] if rng.random() < 0.7 else made[rng.integers(len(made))]
        if min(t.shape[2:]) >= 4 and t.numel() < 20000:
            made.append(LAYERS[k](t, draw))
            watch(made[-1])
    loss = sum((y * y).mean() for y in made[-3:])
    grads = rg.autograd.grad(loss, leaves, allow_unused=True)
    found = [*(y.detach() for y in made[-3:]), *(g for g in grads if g is not None)]
    return [t.numpy().tobytes() for t in found]


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(k, marks=pytest.mark.slow) for k in range(2, 60))])
def test_random_networks_over_images_have_equal_bits_whole_held_and_layer_by_layer(seed: int) -> None:
    held: list[Any] = []
    whole = _bits(seed, lambda t: None)
    assert _bits(seed, held.append) == whole
    assert _bits(seed, lambda t: t.detach().numpy()) == whole

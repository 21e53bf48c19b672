"""Convolution against a product with the unfolded input: its values and all three gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn import functional as F


def columns(x: np.ndarray, kernel: int, stride: int, padding: int) -> tuple[np.ndarray, tuple[int, int]]:
    """(N, C k k, places): the part of the input that each output place sees."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    high, wide = ((size - kernel) // stride + 1 for size in x.shape[2:])
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(len(x), -1, high * wide), (high, wide)


def back(c: np.ndarray, shape: tuple[int, ...], kernel: int, stride: int, padding: int) -> np.ndarray:
    """The transpose of `columns`: what a place of the input gave is added up there."""
    n, channels, high, wide = shape
    x = np.zeros((n, channels, high + 2 * padding, wide + 2 * padding))
    rows, cols = ((size + 2 * padding - kernel) // stride + 1 for size in (high, wide))
    c = c.reshape(n, channels, kernel, kernel, rows, cols)
    for i in range(kernel):
        for j in range(kernel):
            x[:, :, i:i + stride * rows:stride, j:j + stride * cols:stride] += c[:, :, i, j]
    return x[:, :, padding:padding + high, padding:padding + wide]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_values_and_gradients_are_those_of_the_unfolded_product(stride: int, padding: int,
                                                                rng: np.random.Generator) -> None:
    x, w, b = rng.standard_normal((2, 3, 9, 8)), rng.standard_normal((4, 3, 3, 3)), rng.standard_normal(4)
    seen, (high, wide) = columns(x, 3, stride, padding)
    flat = w.reshape(4, -1)
    expected = (flat @ seen + b[:, None]).reshape(2, 4, high, wide)
    leaves = [rg.tensor(v, requires_grad=True) for v in (x, w, b)]
    out = F.conv2d(*leaves, stride=stride, padding=padding)
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=1e-12, atol=1e-13)
    g = rng.standard_normal(expected.shape)
    (out * rg.tensor(g)).sum().backward()
    rows = g.reshape(2, 4, -1)
    wanted: list[Any] = [back(flat.T @ rows, x.shape, 3, stride, padding),
                         np.einsum("nop,ncp->oc", rows, seen).reshape(w.shape), g.sum((0, 2, 3))]
    for leaf, value in zip(leaves, wanted):
        np.testing.assert_allclose(leaf.grad.numpy(), value, rtol=1e-12, atol=1e-12)

"""Reductions: what they can be made of."""

from __future__ import annotations

import pytest

import retrograd as rg


@pytest.mark.parametrize("shape", [(4, 5), (700, 40), (70_000, 4)], ids=str)
def test_a_sum_of_nothing_but_numbers(shape: tuple[int, int]) -> None:
    """The cotangent of a sum is a number; the pullback of log-softmax adds it up along the axis."""
    x = rg.zeros(shape).requires_grad_(True)
    rg.nn.functional.log_softmax(x, 0).sum().backward()
    # Each column: 1 - n * softmax = 1 - n * (1 / n).
    assert x.grad.abs().max().item() <= 1e-3

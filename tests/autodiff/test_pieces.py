"""Cotangents of slices of one value: one concat where they lie side by side; the sums of PyTorch anyhow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.autodiff.pieces import Piece, Row, rows
from retrograd.graph.graph import topological

CUTS: dict[str, Callable[[Any], list[Any]]] = {
    "unbind": lambda x: list(x.unbind(0)),
    "unbind inside": lambda x: list(x.unbind(1)),
    "split": lambda x: list(x.split([1, 3, 2], 1)),
    "twice": lambda x: [*x.unbind(0), *x.chunk(2, 0)],
    "with gaps": lambda x: [x[1], x[3]],
    "overlapping": lambda x: [x[1:], x[:-1], x[2:4]],
    "every second": lambda x: [x[::2], x[1::2], x[:, 1]],
    "corners": lambda x: [x[:2, :2], x[2:, 2:], x[0, 0]],
    "and the whole": lambda x: [x[0], x, x[1:]],
    "empty": lambda x: [x[0:0], x[2:2], x[1:]],
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_slices_have_the_gradients_of_pytorch(cut: Callable[[Any], list[Any]], torch: Any) -> None:
    found = []
    for lib in (rg, torch):
        x = lib.arange(30, dtype=lib.float64).reshape(5, 6).requires_grad_()
        y = sum((k + 1) * (p * p).sum() for k, p in enumerate(cut(x * 1)))
        g, = lib.autograd.grad(y, x, create_graph=True)
        gg, = lib.autograd.grad((g ** 2).sum(), x)
        found.append((np.asarray(g.detach()), np.asarray(gg)))
    for ours, theirs in zip(*found):
        np.testing.assert_array_equal(ours, theirs)     # whole numbers


def test_a_sequence_read_step_by_step_is_put_together_once() -> None:
    x = rg.ones(50, 3, requires_grad=True)
    h = rg.ones(3)
    for t in x.unbind(0):
        h = h * t
    g, = rg.autograd.grad(h.sum(), x, create_graph=True)
    names = [n.prim.name for n in topological([g.node])]
    assert names.count("concat") == 1 and "pad" not in names


def test_pieces_that_overlap_are_in_different_rows() -> None:
    def piece(start: int, stop: int, name: str) -> Piece:
        return Piece(((0, start), (2, stop), (1, 1)), (2, stop - start), name)
    a, b, c = piece(4, 6, "a"), piece(1, 3, "b"), piece(2, 5, "c")
    assert rows((2, 9), [a, b, c]) == [Row(1, [1, b, 1, a, 3]), c]

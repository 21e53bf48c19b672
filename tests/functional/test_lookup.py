"""Embedding and one_hot against PyTorch, and what they say of wrong indices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError


@pytest.mark.parametrize("padding_idx", [None, 0, 2, -1])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (), (0,)], ids=str)
def test_embedding(agree: Any, rng: Any, shape: Any, padding_idx: Any) -> None:
    agree(lambda F, i, w: F.embedding(i, w, padding_idx=padding_idx), rng.integers(0, 5, shape),
          rng.standard_normal((5, 3)))


def test_the_padding_row_is_read_and_gets_no_gradient() -> None:
    w = rg.ones(3, 2, requires_grad=True)
    y = F.embedding(rg.tensor([0, 1, 1]), w, padding_idx=1)
    y.sum().backward()
    assert y.tolist() == [[1.0, 1.0]] * 3
    assert w.grad.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


def test_repeated_rows_sum_their_gradients() -> None:
    w = rg.zeros(3, 1, requires_grad=True)
    F.embedding(rg.tensor([2, 2, 0, 2]), w).sum().backward()
    assert w.grad.tolist() == [[1.0], [0.0], [3.0]]


OPTIONS = [{"max_norm": 1.0}, {"max_norm": 0.7, "norm_type": 1.0}, {"max_norm": 0.5, "norm_type": math.inf},
           {"scale_grad_by_freq": True}, {"scale_grad_by_freq": True, "padding_idx": 2, "max_norm": 2.0},
           {"sparse": True, "padding_idx": 3}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("bag", [False, True], ids=["rows", "bags"])
def test_options_are_those_of_pytorch(torch: Any, rng: Any, bag: bool, options: Any) -> None:
    """Values, gradients, and what is written into the table."""
    table, places = rng.standard_normal((7, 3)), rng.integers(0, 5, (4, 3))
    weights = rng.standard_normal((4, 3))
    found = []
    for T in (rg, torch):
        w, scales, i = T.tensor(table, requires_grad=True), T.tensor(weights), T.tensor(places)
        if bag and T is rg:
            y = F.embedding_bag(i, w, mode="sum", per_sample_weights=scales, **options)
        else:           # PyTorch's embedding_bag divides gradients by the uses of another row
            y = T.nn.functional.embedding(i, w, **options)
        if bag and T is torch:
            y = (y * (scales * (i != options.get("padding_idx", 7) % 8))[..., None]).sum(1)
        (y ** 2).sum().backward()
        grad = w.grad.to_dense() if T is torch else w.grad
        found.append([x.detach().numpy() for x in (y, grad, w)])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


def test_a_compiled_step_scales_rows_down_and_divides_by_uses(rng: Any) -> None:
    found = []
    for wrap in (lambda f: f, rg.compile):
        table = rg.nn.Embedding(6, 3, max_norm=1.0, scale_grad_by_freq=True,
                                _weight=rg.tensor(np.arange(18.0).reshape(6, 3)))
        optimizer = rg.optim.SGD(table.parameters(), lr=0.3)

        def step(i: Any, table: Any = table, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = table(i).square().sum()
            loss.backward()
            optimizer.step()
            return loss
        run = wrap(step)
        losses = [run(rg.tensor([k % 3, 4, 4, 5])).item() for k in range(5)]
        found.append((losses, table.weight.tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("shape", [(4,), (2, 3), ()], ids=str)
@pytest.mark.parametrize("classes", [-1, 7])
def test_one_hot(agree: Any, rng: Any, shape: Any, classes: int) -> None:
    agree(lambda F, i: F.one_hot(i, classes), rng.integers(0, 5, shape))


def test_one_hot_rows_of_the_identity() -> None:
    np.testing.assert_array_equal(F.one_hot(rg.arange(5)).numpy(), np.eye(5))


# ---------------------------------------------------------------- mistakes
def test_an_index_out_of_range_is_named(refused: Any) -> None:
    refused(lambda: F.embedding(rg.tensor([0, 7]), rg.zeros(5, 2)), IndexRangeError,
            "embedding: index 7 is out of range: there are 5 rows.\n"
            "                 Expected 0 <= index < 5.")
    refused(lambda: F.one_hot(rg.tensor([0, -1]), 3), IndexRangeError,
            "one_hot: index -1 is out of range: there are 3 classes.\n"
            "                 Expected 0 <= index < 3.")


def test_a_computed_index_out_of_range_is_found_when_read() -> None:
    y = F.embedding(rg.tensor([0, 7]) + rg.tensor([0, 1]), rg.zeros(5, 2))
    with pytest.raises(IndexRangeError, match="index 8 is out of range for an axis of size 5"):
        y.tolist()


def test_float_indices(refused: Any) -> None:
    refused(lambda: F.embedding(rg.zeros(2), rg.zeros(5, 2)), DTypeError,
            "embedding: input is float32; indices are integers.\n"
            "            Expected dtype int64.\n"
            "            Convert it with  input.long() .")


def test_padding_row_outside_the_table(refused: Any) -> None:
    refused(lambda: F.embedding(rg.tensor([0]), rg.zeros(5, 2), padding_idx=5), ArgumentError,
            "embedding: padding_idx is 5, weight has 5 rows.\n               Expected -5 <= padding_idx < 5.")
    refused(lambda: F.one_hot(rg.zeros(0, dtype=rg.int64)), ArgumentError,
            "one_hot: there are no indices to count classes by.\n               Pass num_classes.")

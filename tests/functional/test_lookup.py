"""Embedding and one_hot against PyTorch, and what they say of wrong indices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, MissingError


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


def test_options_that_are_not_there_yet(refused: Any) -> None:
    refused(lambda: F.embedding(rg.tensor([0]), rg.zeros(5, 2), max_norm=1.0), MissingError,
            "embedding: max_norm=1.0 is not implemented yet.\n              Leave max_norm out.")


def test_padding_row_outside_the_table(refused: Any) -> None:
    refused(lambda: F.embedding(rg.tensor([0]), rg.zeros(5, 2), padding_idx=5), ArgumentError,
            "embedding: padding_idx is 5, weight has 5 rows.\n               Expected -5 <= padding_idx < 5.")
    refused(lambda: F.one_hot(rg.zeros(0, dtype=rg.int64)), ArgumentError,
            "one_hot: there are no indices to count classes by.\n               Pass num_classes.")

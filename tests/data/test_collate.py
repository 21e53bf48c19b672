"""Collating: structures beside PyTorch's."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import retrograd as rg
from retrograd.utils.data import default_collate, default_convert

Point = namedtuple("Point", "x y")


def plain(value):
    """Structure, dtypes and values as text."""
    if isinstance(value, dict):
        return f"{type(value).__name__}{[(key, plain(entry)) for key, entry in value.items()]}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}{[plain(entry) for entry in value]}"
    if getattr(value, "dtype", None) is None:
        return repr(value)
    return f"{str(value.dtype).rsplit('.', 1)[-1]}{tuple(value.shape)}{value.tolist()}"


BATCHES = {
    "tensors": lambda lib: [lib.tensor([1.0, 2.0]), lib.tensor([3.0, 4.0])],
    "arrays": lambda lib: [np.array([1, 2], dtype=np.int32), np.array([3, 4], dtype=np.int32)],
    "numpy_numbers": lambda lib: [np.float32(1.5), np.float32(2.5)],
    "ints": lambda lib: [1, 2, 3],
    "floats": lambda lib: [1.0, 2.5],
    "bools": lambda lib: [True, False],
    "strings": lambda lib: ["a", "b"],
    "tuples": lambda lib: [(1, "a", lib.zeros(2)), (2, "b", lib.ones(2))],
    "lists": lambda lib: [[1, 2], [3, 4]],
    "dicts": lambda lib: [{"x": 1, "y": [1.0]}, {"x": 2, "y": [2.0]}],
    "ordered_dicts": lambda lib: [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
    "named_tuples": lambda lib: [Point(1, 2.0), Point(3, 4.0)],
}


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_is_pytorchs(torch, name):
    wanted = torch.utils.data.default_collate(BATCHES[name](torch))
    assert plain(default_collate(BATCHES[name](rg))) == plain(wanted)


@pytest.mark.parametrize(
    "data",
    [
        np.array([1.0, 2.0]),
        {"x": np.array([1]), "s": "text"},
        [np.float64(2.0), 3],
        (np.array(1), "a"),
        Point(np.array([1]), 2),
        "text",
    ],
)
def test_conversion_is_pytorchs(torch, data):
    assert plain(default_convert(data)) == plain(torch.utils.data.default_convert(data))


def test_samples_of_other_lengths_are_refused():
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        default_collate([[1, 2], [3]])


def test_what_cannot_be_stacked_is_named():
    with pytest.raises(
        TypeError, match="batch must contain tensors, numpy arrays, numbers, dicts or lists; found"
    ):
        default_collate([object()])
    with pytest.raises(TypeError, match="batch must contain"):
        default_collate([np.array(["a"])])

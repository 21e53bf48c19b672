"""assert_close: accepts and refuses what PyTorch's does, with the same counts in the message."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg

NAN = float("nan")
PAIRS = [
    (1.0, 1.0),
    (1.0, 1.0 + 1e-8),
    (1.0, 1.1),
    (1, 1),
    (1, 2),
    (True, True),
    (NAN, NAN),
    (float("inf"), float("inf")),
    ([1.0, 2.0], [1.0, 2.0]),
    ([1.0], [1.0, 2.0]),
    ({"a": 1.0}, {"a": 1.0}),
    ({"a": 1.0}, {"b": 1.0}),
    ({"a": [1.0, 3.0]}, {"a": [1.0, 2.0]}),
]
TENSORS = [
    ([1.0, 2.0, 3.0], [1.0, 2.0, 4.0], "float32", "float32"),
    ([1.0, 2.0], [1.0, 2.000001], "float32", "float32"),
    ([1.0, 2.0], [1.0, 2.000001], "float64", "float64"),
    ([1.0], [1.0], "float32", "float64"),
    ([1.0], [[1.0]], "float32", "float32"),
    ([1, 2], [1, 2], "int64", "int64"),
    ([1, 2], [1, 3], "int64", "int64"),
    ([1.0, NAN], [1.0, NAN], "float32", "float32"),
    ([0.0], [1e-6], "float32", "float32"),
    ([1.0], [1.001], "float16", "float16"),
    ([1.0], [1.01], "bfloat16", "bfloat16"),
    ([float("inf")], [float("inf")], "float32", "float32"),
    ([float("inf")], [1.0], "float32", "float32"),
    ([], [], "float32", "float32"),
    ([True, False], [True, True], "bool", "bool"),
]


def verdict(lib, a, b, **options):
    try:
        lib.testing.assert_close(a, b, **options)
    except AssertionError as error:
        return str(error)
    return None


@pytest.mark.parametrize("a,b", PAIRS)
@pytest.mark.parametrize("options", [{}, {"equal_nan": True}, {"rtol": 0.2, "atol": 0.0}])
def test_numbers_and_nests_are_judged_as_pytorch_judges_them(torch, a, b, options):
    assert (verdict(rg, a, b, **options) is None) == (verdict(torch, a, b, **options) is None)


@pytest.mark.parametrize("a,b,first,second", TENSORS)
@pytest.mark.parametrize(
    "options", [{}, {"equal_nan": True}, {"check_dtype": False}, {"rtol": 0.0, "atol": 0.5}]
)
def test_tensors_are_judged_as_pytorch_judges_them(torch, a, b, first, second, options):
    def texts(lib):
        return verdict(
            lib,
            lib.tensor(a, dtype=getattr(lib, first)),
            lib.tensor(b, dtype=getattr(lib, second)),
            **options,
        )
    ours, theirs = texts(rg), texts(torch)
    assert (ours is None) == (theirs is None)
    if theirs is not None and "Mismatched" in theirs:
        assert ours.splitlines()[:3] == theirs.splitlines()[:3]


def test_the_message_is_that_of_pytorch(torch):
    texts = [
        verdict(
            lib, [lib.tensor([1.0, 2.0, 3.0])] * 2, [lib.tensor([1.0, 2.0, 3.0]), lib.tensor([1.0, 2.0, 4.0])]
        )
        for lib in (rg, torch)
    ]
    assert texts[0] == texts[1]
    assert verdict(rg, 1.0, 2.0) == verdict(torch, 1.0, 2.0)


def test_a_message_of_ones_own_and_arrays():
    assert verdict(rg, 1.0, 2.0, msg="mine") == "mine"
    assert verdict(rg, 1.0, 2.0, msg=lambda m: "so: " + m).startswith("so: Scalars are not close!")
    assert verdict(rg, np.ones(2), rg.ones(2, dtype=rg.float64)) is None
    assert verdict(rg, rg.ones(2, requires_grad=True), rg.ones(2)) is None
    with pytest.raises(ValueError, match="both or neither"):
        rg.testing.assert_close(1.0, 1.0, rtol=0.1)
    with pytest.raises(ValueError, match="cannot compare a object"):
        rg.testing.assert_close(object(), object())

"""Rows added into a table: the sums of NumPy's sequential addition, whatever the strides and the cuts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen.driver import Table
from retrograd.codegen.jit import host
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.add_rows import AddRows


def _expected(rows: Any, places: Any, size: int) -> Any:
    table = np.zeros((size, *rows.shape[1:]), rows.dtype)
    for row, place in zip(rows, places):
        table[place] += row
    return table


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "int16", "bfloat16"])
@pytest.mark.parametrize("width", [1, 7, 8, 33, 64])
def test_rows_are_added_in_their_order(dtype: str, width: int) -> None:
    rng = np.random.default_rng(width)
    rows, places = rng.integers(-99, 99, (50, width)) / 7, rng.integers(0, 9, 50)
    given = rg.tensor(rows).to(getattr(rg, dtype))
    found = rg.zeros(9, width, dtype=given.dtype).index_add(0, rg.tensor(places), given)
    if dtype == "bfloat16":                     # summed in float32, rounded once
        exact = rg.tensor(_expected(given.float().numpy(), places, 9)).bfloat16()
        assert found.float().numpy().tobytes() == exact.float().numpy().tobytes()
    else:
        assert found.numpy().tobytes() == _expected(given.numpy(), places, 9).tobytes()


def test_rows_may_lie_apart_and_index_several_axes() -> None:
    rng = np.random.default_rng(0)
    x, places = rng.standard_normal((4, 6, 40)), rng.integers(0, 5, (4, 3))
    given = rg.tensor(x, requires_grad=True)
    table = rg.zeros(5, 20, dtype=rg.float64, requires_grad=True)
    y = rg.nn.functional.embedding(rg.tensor(places), table)
    (y * given[:, ::2, 10:30]).sum().backward()
    expected = _expected(x[:, ::2, 10:30].reshape(12, 20), places.reshape(-1), 5)
    np.testing.assert_array_equal(table.grad.numpy(), expected)


@pytest.mark.parametrize("parts", [1, 3, 7])
def test_parts_of_the_table_have_the_bits_of_the_whole(parts: int) -> None:
    rng = np.random.default_rng(1)
    rows, places = rng.standard_normal((200, 37)).astype("f4"), rng.integers(0, 7, 200)
    table = np.full((7, 37), np.nan, "f4")
    kernel = address_of(AddRows("float32", host().lanes("float32")))
    marks = [7 * k // parts for k in range(parts + 1)]
    for low, high in zip(marks, marks[1:]):
        args = [rows.ctypes.data, places.ctypes.data, table.ctypes.data, low, high, 200, 37, 37, 7]
        Table([(kernel, args)])()
    assert table.tobytes() == _expected(rows, places, 7).tobytes()

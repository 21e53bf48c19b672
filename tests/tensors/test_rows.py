"""Rows of a tensor at places: the elements of NumPy's take, whoever copies them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.tensors.rows import LONG, PATIENCE, Rows

COUNT, WIDTH = 40, 700


def _familiar(data: Any, places: Any) -> Rows:
    """A reader that has been asked often enough for a kernel of its own."""
    rows = Rows(data)
    for _ in range(PATIENCE + 1):
        rows(places)
    assert rows._copier is not None
    return rows


@pytest.fixture
def places(rng: np.random.Generator) -> Any:
    return rng.integers(0, COUNT, 64)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bfloat16"])
@pytest.mark.parametrize("shape", [(COUNT, WIDTH), (COUNT, 2, 3, LONG + 1)], ids=str)
def test_a_kernel_copies_what_numpy_copies(dtype: str, shape: tuple[int, ...], places: Any,
                                           rng: np.random.Generator) -> None:
    data = rg.tensor(rng.integers(-99, 99, shape)).to(getattr(rg, dtype))
    rows = _familiar(data, places)
    wanted = data.double().numpy()
    for _ in range(3):
        places = rng.integers(0, COUNT, 64)
        found = rows(places)
        assert found.dtype == data.dtype
        np.testing.assert_array_equal(found.double().numpy(), wanted[places])


def test_a_batch_that_is_kept_stays_as_it_is(places: Any, rng: np.random.Generator) -> None:
    data = rg.tensor(rng.standard_normal((COUNT, WIDTH)).astype("f4"))
    rows, wanted = _familiar(data, places), data.numpy()
    kept = [(p, rows(p)) for p in (rng.integers(0, COUNT, 64) for _ in range(5))]
    for p, batch in kept:
        np.testing.assert_array_equal(batch.numpy(), wanted[p])
    kept[0][1].zero_()
    np.testing.assert_array_equal(kept[1][1].numpy(), wanted[kept[1][0]])
    np.testing.assert_array_equal(data.numpy(), wanted)


def test_what_is_written_between_two_batches_is_seen(places: Any) -> None:
    data = rg.zeros(COUNT, WIDTH)
    rows = _familiar(data, places)
    data.fill_(2)
    assert (rows(places) == 2).all()
    data.data = rg.full((COUNT, WIDTH), 3.0)
    assert (rows(places) == 3).all()
    array = np.zeros((COUNT, WIDTH), "f4")
    rows = _familiar(rg.from_numpy(array), places)
    array[:] = 5
    assert (rows(places) == 5).all()


def test_other_places_and_other_data_are_numpys_business(places: Any, rng: np.random.Generator) -> None:
    data = rg.tensor(rng.standard_normal((COUNT, WIDTH)))
    rows, wanted = _familiar(data, places), data.numpy()
    for other in (places - COUNT, places[::-1], places[:7], places.astype(np.int32)):
        np.testing.assert_array_equal(rows(other).numpy(), wanted[other])
    with pytest.raises(IndexError, match="out of bounds"):
        rows(np.full(64, COUNT))
    turned = rg.tensor(rng.standard_normal((WIDTH, COUNT))).t()
    np.testing.assert_array_equal(_familiar(turned, places)(places).numpy(), turned.numpy()[places])


def test_places_in_order_and_short_rows_need_no_kernel() -> None:
    rows = Rows(rg.ones(COUNT, WIDTH)), Rows(rg.ones(1000, 3))
    for _ in range(2 * PATIENCE):
        rows[0](np.arange(32))
        rows[1](np.arange(999, -1, -1))
    assert rows[0]._copier is None and rows[1]._copier is None

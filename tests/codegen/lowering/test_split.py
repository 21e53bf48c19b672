"""Large reductions in two steps: the bits of one step up to CHUNK chunks, and right beyond."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen.loops.reduce import CHUNK
from retrograd.codegen.lowering import fold
from retrograd.engine.linearize import linearize
from retrograd.engine.program import make_program

WORK: dict[str, Callable[[Any], Any]] = {
    "sum": lambda x: x.sum(0), "max": lambda x: x.amax(0), "min": lambda x: x.amin(0),
    "of squares": lambda x: (x * x).sum(0), "of a view": lambda x: x[::2].sum(0),
    "of a product with a row": lambda x: (x * x[:1]).sum(0),
}


def _rows(result: Any) -> tuple[Any, int]:
    """The value, and how many rows its program has."""
    linear = linearize([result.node])
    program = make_program([result.node], linear.leaves, linear.scalars)
    return program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])[0], \
        len(program.recipe.rows)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(131072,), (131073,), (300_037,), (512, 256), (3001, 77)], ids=str)
@pytest.mark.parametrize("name", WORK)
def test_two_steps_have_the_bits_of_one(name: str, shape: tuple[int, ...], dtype: str,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    x = rg.tensor((np.random.default_rng(0).standard_normal(shape) * 100).astype(dtype))
    value, rows = _rows(WORK[name](x))
    monkeypatch.setattr(fold, "worth_splitting", lambda *_: False)
    whole, fewer = _rows(WORK[name](x))
    assert value.tobytes() == whole.tobytes()
    assert rows > fewer or x[::2].numel() < 1 << 17     # half of the smallest is not split


@pytest.mark.parametrize("shape", [(2, 131_073), (15, 70_001), (3, 3001, 33)], ids=str)
@pytest.mark.parametrize("name", ["sum", "of squares", "max"])
def test_a_few_long_rows_are_cut_too_and_keep_their_bits(name: str, shape: tuple[int, ...],
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    x = rg.tensor(np.random.default_rng(0).standard_normal(shape).astype("float32"))
    folds = {"sum": lambda: x.sum(1), "of squares": lambda: (x * x).sum(1), "max": lambda: x.amax(1)}
    value, rows = _rows(folds[name]())
    monkeypatch.setattr(fold, "worth_splitting", lambda *_: False)
    whole, fewer = _rows(folds[name]())
    assert value.tobytes() == whole.tobytes() and rows > fewer == 1


def test_more_chunks_than_one_chunk_holds_are_still_added_well() -> None:
    values = np.random.default_rng(0).standard_normal(CHUNK * 64 * CHUNK + 12_345).astype("float32")
    exact = math.fsum(values.tolist())
    # Each term passes through at most 3 * CHUNK + 6 additions: chunk, chunk of chunks, their sum, the tree.
    bound = (3 * CHUNK + 6) * 2.0 ** -24 * float(np.abs(values).sum(dtype=np.float64))
    assert abs(float(rg.tensor(values).sum().item()) - exact) <= bound


def test_few_elements_and_many_results_take_one_step() -> None:
    assert _rows(rg.ones(1000).exp().sum())[1] == 1
    assert _rows(rg.ones(400, 400).exp().sum(1))[1] == 1

"""Stages and blocks: by shape, in an order that respects what is read and written."""

from __future__ import annotations

from typing import Any

import pytest

from retrograd.base.dtype import float32
from retrograd.codegen.axis import Axis
from retrograd.codegen.lowering.call import Address, Call
from retrograd.codegen.parallelize import AHEAD, BLOCK_COST, ENOUGH, LONGEST, cut, parallelize, stages_of
from retrograd.codegen.schedule import Work

LARGE = 8.0 * BLOCK_COST


class Value(str):
    """A name that stands for a value."""

    shape, dtype = (5,), float32


def _call(*touched: Any, cost: float = LARGE, axes: tuple[Axis, ...] = (),
          extents: tuple[int, ...] = ()) -> Any:
    return Call(None, [*(Address(of, 0, 4) for of in touched), *extents], axes=axes, cost=cost)


def _step(reads: str, writes: str, cost: float = LARGE, kind: str = "loop") -> tuple[Work, list[Call]]:
    work = Work(kind, 1, (), stores=[Value(w) for w in writes])
    return work, [] if kind == "numpy" else [_call(*reads, *writes, cost=cost)]


def _written(steps: list[tuple[Work, list[Call]]], commit: int = -1) -> list[str]:
    batches, _ = parallelize(steps, lambda of: of, commit)
    return ["".join("".join(w.stores) for w, _ in batch.calls) for batch in batches]


def test_independent_calls_share_a_batch_and_others_wait() -> None:
    assert _written([_step("x", "a"), _step("a", "b"), _step("x", "c")]) == ["ac", "b"]
    assert _written([_step("x", "a"), _step("y", "b"), _step("ab", "c"), _step("b", "d")]) == ["ab", "cd"]


def test_memory_that_is_written_over_is_read_first() -> None:
    assert _written([_step("x", "a"), _step("y", "x")]) == ["a", "x"]
    assert _written([_step("y", "x"), _step("z", "x")]) == ["x", "x"]


def test_small_calls_stay_in_order_on_one_thread() -> None:
    steps = [_step("x", "a", 10), _step("y", "b", 10), _step("z", "c", 10)]
    batches, _ = parallelize(steps, lambda of: of, -1)
    assert [(s.first, s.last, s.blocks) for s in stages_of(batches, 0)] == [(0, 3, ())]


def test_a_large_batch_looks_for_no_more() -> None:
    assert _written([_step("x", "a", ENOUGH), _step("y", "b")]) == ["a", "b"]


def test_no_call_passes_numpy_or_the_first_write_over_a_leaf() -> None:
    assert _written([_step("x", "a"), _step("a", "n", kind="numpy"), _step("y", "b")]) == ["a", "n", "b"]
    assert _written([_step("x", "a"), _step("y", "b")], commit=1) == ["a", "b"]
    assert parallelize([_step("x", "a"), _step("y", "b")], lambda of: of, 1)[1] == 1


@pytest.mark.parametrize("extents", [(1, 1), (7, 1000), (1000, 7), (129, 64), (5, 5)], ids=str)
@pytest.mark.parametrize("align", [1, 12, 64])
def test_blocks_cover_every_element_once(extents: tuple[int, int], align: int) -> None:
    axes = Axis(0, align), Axis(2, 3)
    call = _call(cost=50.0 * BLOCK_COST, axes=axes, extents=(0, extents[0], 0, extents[1]))
    covered: dict[tuple[int, int], int] = {}
    for cuts in cut(call):
        rows, columns = (range(c.begin, c.end) for c in cuts) if cuts else map(range, extents)
        assert all(c.begin % a.align == 0 and c.end > c.begin for c, a in zip(cuts, axes))
        for i in rows:
            for j in columns:
                covered[i, j] = covered.get((i, j), 0) + 1
    assert len(covered) == extents[0] * extents[1] and set(covered.values()) == {1}


def test_a_long_call_is_several_stages_between_which_signals_are_seen() -> None:
    work = Work("loop", 1, (), stores=["a"])
    call = _call("a", cost=3.5 * LONGEST, axes=(Axis(1, 1),), extents=(0, 10_000))
    batches, _ = parallelize([(work, [call])], lambda of: of, -1)
    stages = stages_of(batches, 5)
    assert len(stages) == 4 and all(s.first == s.last for s in stages)      # run by blocks on one thread too
    assert sum(len(s.blocks) for s in stages) == len(cut(call))
    assert {b.row for s in stages for b in s.blocks} == {5}


def test_what_fills_much_memory_is_not_done_ahead_of_its_time() -> None:
    steps = [_step("x", "a"), _step("a", "b"), _step("x", "c")]
    large = steps[2][0].stores[0]
    large.shape = (AHEAD,)
    assert _written(steps) == ["a", "b", "c"]

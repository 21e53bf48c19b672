"""Loops over time: repeated by one call or written out, to the same bits; few rows, however long."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen import compile_graph
from retrograd.codegen.lowering import recurrence
from retrograd.engine.interpret import numpy_call
from retrograd.engine.linearize import linearize


def _loop(length: int, reverse: bool) -> Any:
    """A cumulative state that is kept, one of which only the last is asked, and all values of a third."""
    rng = np.random.default_rng(0)
    w, x = (rg.tensor(rng.uniform(-1, 1, shape).astype("f4")) for shape in ((4, 4), (length, 3, 4)))

    def step(carry: Any, x: Any) -> Any:
        h, c = carry
        new = (h @ w + x).tanh()
        return (new, c * 0.5 + new), new * c
    (h, c), ys = rg.scan(step, (rg.ones(3, 4), rg.zeros(3, 4)), x, reverse=reverse)
    return [h, c, ys]


def _program(nodes: Any) -> Any:
    linear = linearize(nodes)
    program = compile_graph.compile_graph(nodes, linear.leaves, linear.scalars, numpy_call)
    return program, ([n.value for n in linear.leaves], [n.value for n in linear.scalars])


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [1, 2, 7])
def test_repeated_and_written_out_have_the_same_bits(length: int, reverse: bool,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for shared in (1 << 60, -1):
        monkeypatch.setattr(recurrence, "SHARED", shared)
        program, values = _program([t.node for t in _loop(length, reverse)])
        found.append(([a.tobytes() for a in program.run(*values)], len(program.recipe.rows)))
    (repeated, rows), (written, more) = found
    assert repeated == written and (rows < more or length < 3)


def test_a_long_loop_is_a_few_rows_and_can_be_interrupted_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(length: int) -> int:
        return len(_program([t.node for t in _loop(length, False)])[0].recipe.rows)
    assert rows(50) == rows(500)
    few = rows(500)
    monkeypatch.setattr(recurrence, "SLICE", 1_000)
    assert few < rows(500) < 500

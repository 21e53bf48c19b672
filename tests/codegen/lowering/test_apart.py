"""Rows that do not meet are led through all steps one after another, to the same bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen import compile_graph
from retrograd.codegen.lowering import recurrence
from retrograd.engine.interpret import numpy_call
from retrograd.engine.linearize import linearize

F = rg.nn.functional
LENGTH, ROWS, WIDTH = 3, 20, 16


def _tensor(*shape: int) -> Any:
    return rg.tensor(np.random.default_rng(sum(shape)).uniform(-1, 1, shape).astype("f4"))


def _layer(kind: str, **options: Any) -> Callable[[Any], Any]:
    rg.manual_seed(0)
    layer = getattr(rg.nn, kind)(WIDTH, WIDTH, **options)
    return lambda x: layer(x)[0]


def _cell(step: Callable[[Any, Any, Any], Any]) -> Callable[[Any], Any]:
    w = _tensor(WIDTH, WIDTH)
    return lambda x: rg.scan(lambda h, x: (step(h, x, w),) * 2, rg.zeros(ROWS, WIDTH), x)[1]


def _packed(x: Any) -> Any:
    lengths = [LENGTH - k * LENGTH // ROWS for k in range(ROWS)]
    layer = _layer("GRU", bidirectional=True)
    return layer(rg.nn.utils.rnn.pack_padded_sequence(x, lengths)).data


# Rows of these are apart, forward and backward.
APART: dict[str, Callable[[Any], Any]] = {
    "LSTM": _layer("LSTM"), "projected": _layer("LSTM", proj_size=8), "GRU": _layer("GRU"),
    "packed": _packed,
    "halves": lambda x: _layer("LSTM", dtype=rg.bfloat16)(x.bfloat16()).float(),
    "softmax": _cell(lambda h, x, w: (h @ w + x).softmax(-1)),
    "norm": _cell(lambda h, x, w: F.layer_norm(h @ w + x, (WIDTH,))),
    "vmapped": lambda x: rg.vmap(_layer("LSTM"))(x[None] * rg.ones(ROWS, 1, 1, 1)),
    "turned": _cell(lambda h, x, w: rg.cat([h[:, 5:], h[:, :5]], 1) * x),
}
# And of these they meet: a row reads others.
MEET: dict[str, Callable[[Any], Any]] = {
    "mean": _cell(lambda h, x, w: h + x - (h * x).mean(0)),
    "rolled": _cell(lambda h, x, w: rg.cat([h[5:], h[:5]]) * x),
    "mixed": _cell(lambda h, x, w: (h @ x.T).softmax(-1) @ h),
}


def _computed(f: Callable[[Any], Any]) -> list[bytes]:
    """The value and its gradient, by a program of their own."""
    x = _tensor(LENGTH, ROWS, WIDTH).requires_grad_()
    y = f(x)
    nodes = [y.node, rg.autograd.grad((y * y.sin()).sum(), x, create_graph=True)[0].node]
    linear = linearize(nodes)
    program = compile_graph.compile_graph(nodes, linear.leaves, linear.scalars, numpy_call)
    return [a.tobytes() for a in program.run(*[[n.value for n in group]
                                               for group in (linear.leaves, linear.scalars)])]


def _watched(monkeypatch: pytest.MonkeyPatch, led: bool) -> list[Any]:
    """What is found out about loops from now on; rows are led one after another, the last ones first."""
    found: list[Any] = []
    in_one = recurrence._in_one

    def watching(plans: Any, loop: Any, rows: int, apart: Any) -> Any:
        found.append(apart)
        calls = in_one(plans, loop, rows, apart)
        if apart is None or not led:
            return calls
        place, align = calls[0].axes[0]
        bounds = [(low, min(low + align, rows)) for low in range(0, rows, align)]
        return [replace(call, args=[*call.args[:place], *bound, *call.args[place + 2:]], axes=())
                for bound in reversed(bounds) for call in calls]
    monkeypatch.setattr(recurrence, "_in_one", watching)
    return found


@pytest.mark.parametrize("name", APART)
def test_rows_led_one_after_another_have_the_same_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        found = _watched(patch, led=True)
        led = _computed(APART[name])
    assert found and None not in found and {apart.align for apart in found} == {10}     # halves
    assert led == _computed(APART[name])


@pytest.mark.parametrize("name", MEET)
def test_rows_that_meet_are_not_apart(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _watched(monkeypatch, led=False)
    _computed(MEET[name])
    assert found and not any(found)


def test_rows_in_panels_are_cut_between_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a long stride are packed: those of a panel stay together."""
    found = _watched(monkeypatch, led=False)
    h, w = _tensor(ROWS, 256), _tensor(256, 256)
    _computed(lambda x: rg.scan(lambda h, _: (h @ w, None), h + x.sum(), length=2)[0])
    assert found and all([apart.align in (8, 12) for apart in found])

"""A recurrence that a user wrote as a Python loop, beside the layer of the same formula: seconds of its first
run, with no kernel on disk, and milliseconds of a run, forward and back.

The loop is an LSTM of 200 steps, 32 sequences, 40 -> 128.
"""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Callable
from typing import Any

STEPS, BATCH, INPUTS, HIDDEN = 200, 32, 40, 128
FIRST, RATIO = 2.0, 2.0     # seconds; the loop's time over the layer's: what is promised
WARM, RUNS = 6, 30


def _passes(T: Any) -> tuple[Callable[[], float], Callable[[], float]]:
    """The loop and the layer: each a whole pass, from inputs to gradients."""
    nn = T.nn
    T.manual_seed(0)
    of_input, of_state = nn.Linear(INPUTS, 4 * HIDDEN), nn.Linear(HIDDEN, 4 * HIDDEN)
    x, layer = T.randn(STEPS, BATCH, INPUTS), nn.LSTM(INPUTS, HIDDEN)

    def by_hand() -> float:
        h, c = T.zeros(BATCH, HIDDEN), T.zeros(BATCH, HIDDEN)
        for t in range(STEPS):
            i, f, g, o = (of_input(x[t]) + of_state(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return _back(h, of_input, of_state)

    def by_layer() -> float:
        return _back(layer(x)[1][0], layer)
    return by_hand, by_layer


def _back(h: Any, *modules: Any) -> float:
    loss = (h ** 2).mean()
    loss.backward()
    value = loss.item()
    for module in modules:
        module.zero_grad()
    return float(value)


def measure(lib: str) -> dict[str, float]:
    """Of one library, in a process of its own."""
    by_hand, by_layer = _passes(importlib.import_module(lib))
    start = time.perf_counter()
    by_hand()
    found = {"first": time.perf_counter() - start}
    for name, call in (("loop", by_hand), ("layer", by_layer)):
        for _ in range(WARM):
            call()
        found[name] = min(_timed(call) for _ in range(RUNS)) * 1e3
    return found


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def table(child: Callable[..., Any], libs: list[str], rounds: int) -> list[str]:
    """A row a library, each run with an empty cache and with bytecode, as an installed package has it."""
    lines = ["| LSTM of 200 steps | first run, s | loop, ms | nn.LSTM, ms | ratio |", "|---|" + "---:|" * 4]
    for lib in libs:
        runs = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as empty:
                runs.append(child("unrolled", lib, RETROGRAD_CACHE=empty, PYTHONDONTWRITEBYTECODE=""))
        least = {k: min(run[k] for run in runs) for k in runs[0]}
        first, ratio = f"{least['first']:.2f}", f"{least['loop'] / least['layer']:.2f}"
        if lib == "retrograd":
            first, ratio = f"{first} ({FIRST})", f"{ratio} ({RATIO})"
        lines.append(f"| {lib} | {first} | {least['loop']:.1f} | {least['layer']:.1f} | {ratio} |")
    return lines

"""How much of a step of the plain loop is Python: all that is not inside a native call."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from benchmarks import networks, steps

TARGET = 0.25
LAYERS, WIDTH, HEADS, BATCH = 12, 256, 8, 8
WORK = ("transformer", "resmlp", "mlp64", "xor")
COUNTS = {"transformer": 1, **networks.WORK}


class Clock:
    """Seconds spent inside functions that are wrapped."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        now = time.perf_counter

        def wrapped(*args: Any) -> Any:
            start = now()
            try:
                return fn(*args)
            finally:
                self.seconds += now() - start
        return wrapped


def measure(work: str) -> dict[str, float]:
    """Microseconds a step, and of these inside native programs; the repeat in which Python took least."""
    from retrograd.codegen.driver import driver
    step, clock, native = _step(work), Clock(), driver()
    for name in ("run", "guarded"):             # `follow` looks at Python's objects: it counts as Python
        setattr(native, name, clock.timed(getattr(native, name)))
    for _ in range(8):
        step()
    count, found = COUNTS[work], []
    for _ in range(9):
        clock.seconds, start = 0.0, time.perf_counter()
        for _ in range(count):
            step()
        found.append((time.perf_counter() - start, clock.seconds))
    whole, inside = min(found, key=lambda f: f[0] - f[1])
    return {"us": whole / count * 1e6, "native": inside / count * 1e6}


def _step(work: str) -> Callable[[], Any]:
    if work != "transformer":
        return steps.training("retrograd", "plain", work)
    T, nn, F, optim = (importlib.import_module("retrograd" + part)
                       for part in ("", ".nn", ".nn.functional", ".optim"))
    model = networks.gpt(T, nn, F, LAYERS, WIDTH, HEADS)
    words = networks.data(f"gpt{BATCH}")
    x, y = (T.from_numpy(a) for a in words)
    opt = optim.Adam(model.parameters())

    def step() -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    return step


def table(runs: dict[str, list[dict[str, float]]]) -> list[str]:
    """A row a network."""
    lines = ["| plain loop | step, us | in native calls | in Python | share of Python |",
             "|---|---:|---:|---:|---:|"]
    for work, results in runs.items():
        best = min(results, key=lambda r: r["us"] - r["native"])
        python = best["us"] - best["native"]
        aim = f" (target {TARGET:.0%})" if work == "transformer" else ""
        lines.append(f"| {work} | {best['us']:.0f} | {best['native']:.0f} | {python:.0f} | "
                     f"{python / best['us']:.0%}{aim} |")
    return [*lines, "", f"transformer: {LAYERS} layers of width {WIDTH}, {HEADS} heads, context "
                        f"{networks.GPT_LENGTH}, batch {BATCH}, Adam."]

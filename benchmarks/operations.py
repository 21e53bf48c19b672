"""Microseconds that a user's line costs to record one operation, for twenty common ones.

PyTorch computes where Retrograd records, so tensors are tiny: what is compared is the price of the call.
"""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable
from typing import Any


def operations(lib: str) -> dict[str, Callable[[], Any]]:
    """Name to call; x needs a gradient, as in training."""
    T: Any = importlib.import_module(lib)
    F: Any = importlib.import_module(lib + ".nn.functional")
    x = T.ones(4, 4, requires_grad=True)
    y, b, w = T.ones(4, 4), T.ones(4), T.ones(4, 4, requires_grad=True)
    t = T.tensor([0, 1, 2, 3])
    return {
        "x + y": lambda: x + y, "x - y": lambda: x - y, "x * y": lambda: x * y, "x / y": lambda: x / y,
        "x * 0.5": lambda: x * 0.5, "x + b": lambda: x + b, "x ** 2": lambda: x ** 2, "x > 0": lambda: x > 0,
        "x @ y": lambda: x @ y, "exp": lambda: x.exp(), "tanh": lambda: x.tanh(), "relu": lambda: F.relu(x),
        "sum": lambda: x.sum(), "mean(1)": lambda: x.mean(1), "reshape": lambda: x.reshape(2, 8),
        "t": lambda: x.t(), "x[0]": lambda: x[0], "softmax": lambda: F.softmax(x, 1),
        "linear": lambda: F.linear(x, w, b),
        "cross_entropy": lambda: F.cross_entropy(x, t)}


def measure(lib: str, repeats: int = 9, calls: int = 1000) -> dict[str, float]:
    """Microseconds a call: the best of some repeats, each over many calls."""
    out = {}
    for name, call in operations(lib).items():
        for _ in range(200):
            call()
        gc.collect()
        best = float("inf")
        for _ in range(repeats):
            start = time.perf_counter()
            for _ in range(calls):
                call()
            best = min(best, time.perf_counter() - start)
        out[name] = best / calls * 1e6
    return out

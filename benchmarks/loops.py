"""Microseconds a step of the ways in which a training loop is written: mostly what Python costs.

The network is small and deep (20 residual layers of 16 units, four examples), on one thread: kernels take
little of the time.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

WIDTH, LAYERS = 16, 20


def loops(lib: str) -> dict[str, Callable[[], Any]]:
    """Name to one step."""
    T: Any = importlib.import_module(lib)
    nn: Any = importlib.import_module(lib + ".nn")
    F: Any = importlib.import_module(lib + ".nn.functional")
    optim: Any = importlib.import_module(lib + ".optim")

    class Residual(nn.Module):      # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS)])
            self.head = nn.Linear(WIDTH, 10)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = x + T.relu(layer(x))
            return self.head(x)

    rng = np.random.default_rng(0)
    model = Residual()
    x = T.from_numpy(rng.standard_normal((4, WIDTH)).astype(np.float32) * 0.1)
    y = T.from_numpy(rng.integers(0, 10, 4))
    params = list(model.parameters())
    opt = optim.Adam(params, **({"fused": True} if lib == "torch" else {}))

    def forget(set_to_none: bool = True) -> None:
        opt.zero_grad(set_to_none=set_to_none)

    def loss_of() -> Any:
        return F.cross_entropy(model(x), y)

    def plain() -> None:
        forget()
        loss_of().backward()
        opt.step()

    def read_after() -> float:
        forget()
        loss = loss_of()
        loss.backward()
        opt.step()
        return float(loss.item())

    def read_before() -> float:
        forget()
        loss = loss_of()
        value = loss.item()
        loss.backward()
        opt.step()
        return float(value)

    def zeros() -> None:
        forget(False)
        loss_of().backward()
        opt.step()

    def accumulated() -> None:
        forget()
        for _ in range(2):
            (loss_of() / 2).backward()
        opt.step()

    def clipped() -> None:
        forget()
        loss_of().backward()
        nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()

    def by_hand() -> None:
        for p in params:
            p.grad = None
        loss_of().backward()
        with T.no_grad():
            for p in params:
                p -= 0.01 * p.grad

    def asked() -> Any:
        return T.autograd.grad(loss_of(), params)

    def tested() -> float:
        with T.no_grad():
            return float((model(x).argmax(1) == y).sum())
    return {"zero_grad, backward, step": plain, "and loss.item()": read_after,
            "loss.item() before backward": read_before, "zero_grad(set_to_none=False)": zeros,
            "two backwards a step": accumulated, "clip_grad_norm_": clipped, "p -= lr * p.grad": by_hand,
            "autograd.grad": asked, "argmax under no_grad": tested}


def measure(lib: str, warm: int = 30, repeats: int = 100) -> dict[str, float]:
    """The least time of the thread that steps, of many."""
    out = {}
    for name, step in loops(lib).items():
        for _ in range(warm):
            step()
        best = float("inf")
        for _ in range(repeats):
            start = time.thread_time()
            step()
            best = min(best, time.thread_time() - start)
        out[name] = best * 1e6
    return out

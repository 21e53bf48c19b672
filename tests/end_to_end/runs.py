"""One run of a training step, compiled or plain, and what it leaves behind as bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

import retrograd as rg

F, nn, optim = rg.nn.functional, rg.nn, rg.optim
STEPS = 50


def batches(rows: int = 6, width: int = 5, classes: int = 3, seed: int = 1) -> list[tuple[Any, Any]]:
    rng = np.random.default_rng(seed)
    return [(rg.tensor(rng.standard_normal((rows, width)).astype("f4")),
             rg.tensor(rng.integers(0, classes, rows))) for _ in range(STEPS)]


def net(*middle: Any) -> Any:
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), *middle, nn.Linear(7, 3))


class Run:
    """What one run of a step leaves behind, as bytes."""

    def __init__(self, compiled: bool, fullgraph: bool = False) -> None:
        self.compiled, self.fullgraph = compiled, fullgraph
        self.functions: list[Any] = []
        self.trace: list[Any] = []
        rg.manual_seed(3)
        random.seed(5)

    def compile(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        if not self.compiled:
            return fn
        self.functions.append(rg.compile(fn))
        return self.functions[-1]

    def note(self, *tensors: Any) -> None:
        self.trace += [t if isinstance(t, (int, float, str, type(None)))
                       else t.detach().numpy().copy().tobytes() for t in tensors]

    def state(self, *owners: Any) -> None:
        for o in owners:
            if isinstance(o, nn.Module):
                self.note(*o.state_dict().values())
                self.note(*(p.grad for p in o.parameters()))
            else:
                for entry in o.state_dict()["state"].values():
                    self.note(*(v for v in entry.values()))

    @property
    def captures(self) -> int:
        return sum(len(f.replays) for f in self.functions)


Case = Callable[[Run], None]
def usual(model: Any, opt: Any) -> Callable[[Any, Any], Any]:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    return step


def train(run: Run, model: Any, opt: Any, step: Any, between: Callable[[int], None] = lambda k: None) -> None:
    for k, (x, y) in enumerate(batches()):
        between(k)
        run.note(step(x, y))
    run.state(model, opt)


def compare(case: Case, captures: int) -> None:
    plain, fast = Run(False), Run(True)
    case(plain)
    rg.manual_seed(3)
    random.seed(5)
    fast = Run(True)
    case(fast)
    assert len(plain.trace) == len(fast.trace)
    differ = [k for k, (a, b) in enumerate(zip(plain.trace, fast.trace)) if a != b]
    assert not differ, f"{len(differ)} of {len(plain.trace)} differ, the first is number {differ[0]}"
    assert [f.plain for f in fast.functions] == [None] * len(fast.functions)
    assert fast.captures == captures


Step = Callable[[Any, Any], Any]


def setting() -> tuple[Any, Any, Any, Any]:
    rg.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    rng = np.random.default_rng(0)
    x, y = rg.tensor(rng.standard_normal((4, 3)).astype("f4")), rg.tensor(rng.integers(0, 2, 4))
    return model, optim.Adam(model.parameters(), lr=0.05), x, y

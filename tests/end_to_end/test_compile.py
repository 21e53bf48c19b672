"""`retrograd.compile`: forms of call, modules, threads, tensors in unusual places, checked replays."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import warnings
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from tests.end_to_end.runs import setting

import retrograd as rg
from retrograd.base.config import config
from retrograd.base.errors import CompileError

F, nn, optim = rg.nn.functional, rg.nn, rg.optim


# ---------------------------------------------------------------- forms of call
def test_it_decorates_with_and_without_arguments_and_takes_pytorchs() -> None:
    @rg.compile
    def one(x: Any) -> Any:
        """Adds one."""
        return x + 1

    @rg.compile(fullgraph=True, dynamic=True, backend="inductor", mode="max-autotune", options={"a": 1})
    def two(x: Any) -> Any:
        return x + 2
    assert [one(rg.zeros(1)).item() for _ in range(3)] == [1.0] * 3
    assert [two(rg.zeros(1)).item() for _ in range(3)] == [2.0] * 3
    assert (one.__name__, one.__doc__) == ("one", "Adds one.")
    plain = lambda x: x     # noqa: E731
    assert rg.compile(plain, disable=True) is plain and rg.compile(one) is one
    with pytest.raises(TypeError, match="a callable or a Module"):
        rg.compile(3)


def test_a_method_is_compiled_for_each_instance() -> None:
    class Trainer:
        def __init__(self, scale: float) -> None:
            self.scale = scale

        @rg.compile
        def step(self, x: Any) -> Any:
            return x * self.scale
    a, b = Trainer(2.0), Trainer(3.0)
    for _ in range(3):
        assert (a.step(rg.ones(1)).item(), b.step(rg.ones(1)).item()) == (2.0, 3.0)
    a.scale = 5.0
    assert a.step(rg.ones(1)).item() == 5.0
    bound = rg.compile(b.step)
    assert [bound(rg.ones(1)).item() for _ in range(2)] == [3.0, 3.0]


# ---------------------------------------------------------------- modules; differentiating from outside
def test_an_object_may_hold_its_own_compiled_step() -> None:
    class Trainer:
        def __init__(self) -> None:
            rg.manual_seed(0)
            self.model = nn.Linear(3, 2)
            self.optimizer = optim.Adam(self.model.parameters(), lr=0.1)
            self.step = rg.compile(self._step)

        def _step(self, x: Any) -> Any:
            self.optimizer.zero_grad()
            loss = self.model(x).square().mean()
            loss.backward()
            self.optimizer.step()
            return loss

    compiled, plain = Trainer(), Trainer()
    x = rg.ones(4, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            assert compiled.step(x).item() == plain._step(x).item()
    assert len(compiled.step.replays) == 1 and compiled.step._steady is not None


def test_a_compiled_module_is_the_module_in_every_way_but_its_calls() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    fast = rg.compile(model)
    assert isinstance(fast, nn.Sequential) and isinstance(fast, nn.Module) and len(fast) == 3
    assert list(fast.state_dict()) == list(model.state_dict())
    assert all(a is b for a, b in zip(fast.parameters(), model.parameters()))
    fast.eval()
    assert not model.training and not model[1].training
    model.extra = 3
    assert fast.extra == 3 and fast._orig_mod is model
    x = rg.randn(6, 3)
    with rg.no_grad():
        assert all(rg.equal(fast(x), model(x)) for _ in range(4))
        fast.load_state_dict(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)).state_dict())
        assert all(rg.equal(fast(x), model(x)) for _ in range(2))
    twin = deepcopy(fast)
    assert twin.state_dict().keys() == fast.state_dict().keys() and twin[0].weight is not fast[0].weight


@pytest.mark.parametrize("which", ["module", "loss"])
def test_what_a_compiled_function_returns_is_differentiated_outside(which: str) -> None:
    def run(compiled: bool) -> Any:
        model, opt, x, y = setting()
        model.append(nn.Dropout(0.1))
        call, criterion = model, F.cross_entropy
        if compiled and which == "module":
            call = rg.compile(model)
        if compiled and which == "loss":
            criterion = rg.compile(lambda out, y: F.cross_entropy(out, y))
        losses = []
        for _ in range(50):
            opt.zero_grad()
            loss = criterion(call(x), y)
            loss.backward()
            opt.step()
            losses.append(loss.item())
        return losses, [p.tolist() for p in model.parameters()], [p.grad.tolist() for p in model.parameters()]
    assert run(True) == run(False)


def test_a_returned_loss_was_walked_as_in_the_plain_loop() -> None:
    model, opt, x, y = setting()

    @rg.compile
    def step(x: Any, y: Any) -> Any:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss
    for _ in range(3):
        loss = step(x, y)
        assert loss.requires_grad and loss.grad_fn.name() == "NllLossBackward0"
        with pytest.raises(RuntimeError, match="second time"):
            loss.backward()


def test_a_second_backward_inside_the_step_is_an_error_as_in_the_plain_loop() -> None:
    model, _, x, y = setting()

    @rg.compile
    def step(x: Any, y: Any) -> Any:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        loss.backward()
    with pytest.raises(RuntimeError, match="second time"):
        step(x, y)


def test_an_error_in_the_step_leaves_what_was_done_before_it() -> None:
    model, opt, x, y = setting()
    other, opt2, _, _ = setting()

    def step(x: Any, y: Any, fails: bool) -> Any:
        F.cross_entropy(model(x), y).backward()
        opt.step()
        if fails:
            raise KeyError("x")
    fast = rg.compile(step)
    for fails in (False, True, False):
        try:
            fast(x, y, fails)
        except KeyError:
            assert fails
        F.cross_entropy(other(x), y).backward()
        opt2.step()
    assert [p.tolist() for p in model.parameters()] == [p.tolist() for p in other.parameters()]


# ---------------------------------------------------------------- threads, processes
def test_two_threads_use_one_compiled_function() -> None:
    weights = rg.randn(30, 30)
    fast = rg.compile(lambda x: (x @ weights).tanh().sum(1))
    data = [rg.randn(20, 30) for _ in range(40)]
    with rg.no_grad():
        expected = [(x @ weights).tanh().sum(1).tolist() for x in data]
    got: list[list[Any]] = [[], []]

    def work(k: int) -> None:
        with rg.no_grad():
            got[k] = [fast(x) for x in data]
    with rg.no_grad():
        fast(data[0])
    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for one in got:
        assert [r.tolist() for r in one] == expected


def test_the_interpreter_replays_too() -> None:
    code = (
        "import retrograd as rg; w = rg.nn.Parameter(rg.ones(3)); o = rg.optim.Adam([w], lr=0.1)\n"
        "def step(x):\n o.zero_grad(); l = ((w * x) ** 2).sum(); l.backward(); o.step(); return l\n"
        "f = rg.compile(step)\n"
        "print([f(rg.ones(3)).item() for _ in range(5)], len(f.replays))\n")
    out = [subprocess.run([sys.executable, "-c", code], env={**os.environ, "RETROGRAD_JIT": jit}, check=True,
                          capture_output=True, text=True).stdout for jit in "01"]
    assert out[0] == out[1] and out[0].endswith("1\n")


def test_a_step_that_is_replayed_warns_of_nothing() -> None:
    model, opt, x, y = setting()

    @rg.compile
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses = [step(x, y).item() for _ in range(20)]
    assert losses[-1] < losses[0] and len(step.replays) == 1


# ---------------------------------------------------------------- tensors found in unusual places
HIDDEN = rg.tensor([2.0])


def test_tensors_are_followed_wherever_the_step_found_them() -> None:
    class Deep:
        def __init__(self, inner: Any) -> None:
            self.inner = inner
    nested: Any = Deep([rg.tensor([3.0])])
    weight = nested.inner[0]
    for _ in range(12):
        nested = Deep((nested,))
    default = rg.tensor([5.0])

    def dig(o: Any) -> Any:
        while isinstance(o.inner, tuple):
            o = o.inner[0]
        return o.inner[0]

    @rg.compile
    def f(x: Any, scale: Any = default) -> Any:
        return x * HIDDEN * dig(nested) * scale
    with rg.no_grad():
        assert [f(rg.ones(1)).item() for _ in range(2)] == [30.0] * 2
        weight.mul_(2)
        assert f(rg.ones(1)).item() == 60.0
        default.add_(5)
        HIDDEN.zero_().add_(1)
        assert [f(rg.ones(1)).item() for _ in range(2)] == [60.0] * 2


def test_memory_that_numpy_writes_is_read_anew() -> None:
    array = np.ones(2, np.float32)
    seen = rg.from_numpy(array)
    f = rg.compile(lambda x: x + seen)
    for k in range(4):
        array[:] = k
        assert f(rg.zeros(2)).tolist() == [k, k]


# ---------------------------------------------------------------- RETROGRAD_CHECK=replay
def test_checked_replays_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> Any:
        model, opt, x, y = setting()
        model.append(nn.Dropout(0.2))

        def step(x: Any, y: Any) -> Any:
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            return loss
        step = rg.compile(step)
        return [step(x, y).item() for _ in range(20)], [p.tolist() for p in model.parameters()], \
            opt.state[model[0].weight]["step"]
    expected = run()
    monkeypatch.setattr(config, "check", frozenset({"replay"}))
    assert run() == expected


def test_a_replay_that_differs_from_the_plain_step_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    model, opt, x, y = setting()
    clock = ctypes.c_double(0.0)        # memory that no picture shows

    @rg.compile
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        with rg.no_grad():
            clock.value += 1.0
            model[0].weight.mul_(clock.value)
        opt.step()
        return loss
    monkeypatch.setattr(config, "check", frozenset({"replay"}))
    with pytest.raises(CompileError, match=r"another value of model\.0\.weight"):
        for _ in range(20):
            step(x, y)


# ---------------------------------------------------------------- who else sees the memory
@pytest.mark.parametrize("look", ["view", "turned", "twin", "array", "pending", "state"])
def test_who_looks_at_a_parameter_sees_what_the_plain_loop_shows(look: str) -> None:
    def run(compiled: bool) -> Any:
        model, opt, x, y = setting()

        def step(x: Any, y: Any) -> Any:
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            return loss
        step = rg.compile(step) if compiled else step
        weight = model[0].weight
        seen: list[Any] = []
        for k in range(24):
            step(x, y)
            if k in (5, 12):
                seen.append({"view": lambda: weight.detach().view(-1)[2:7], "twin": weight.detach,
                             "turned": lambda: weight.detach().t(), "array": lambda: weight.detach().numpy(),
                             "pending": lambda: weight.detach().exp(),
                             "state": lambda: opt.state[weight]["exp_avg"].detach()}[look]())
            if k in (8, 13):
                seen.append([s.tolist() for s in seen if not isinstance(s, list)])
            if k == 18:
                seen = [s if isinstance(s, list) else s.tolist() for s in seen]
        return seen, [p.tolist() for p in model.parameters()]
    assert run(True) == run(False)

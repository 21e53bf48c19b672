"""The steady state of a compiled step: whatever the user does between two steps, the next one shows it."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.runtime.objects import OPEN, READABLE, counted, elements, entries, references, slot_place

F, nn, optim = rg.nn.functional, rg.nn, rg.optim
Doing = Callable[[Any, Any, Any, list[Any]], Any]


def swaps_gradient(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    held.append(model[0].weight.grad)           # as many references as before: one more, one less
    model[0].weight.grad = None


def writes_gradient(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    held.append(model[0].weight.grad.detach())
    model[0].weight.grad.mul_(0.5)


def exchanges_gradients(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    a, b = model[0].bias, model[2].bias
    held += [a.grad, b.grad]
    a.grad, b.grad = b.grad[:1].expand(5).clone(), a.grad[:2].clone()


def twin_and_write(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    with rg.no_grad():
        held.append(model[0].weight.detach())
        model[0].weight.add_(0.25)


def write_through_twin(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    model[0].weight.detach().mul_(0.5)


def state_replaced(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    entry = opt.state[model[0].weight]
    held.append(entry["exp_avg"])
    entry["exp_avg"] = rg.ones_like(entry["exp_avg"])


def state_written(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    state = opt.state[model[2].bias]["exp_avg_sq"]
    held.append(state.detach())
    state.add_(0.5)


def entry_replaced(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    held.append(opt.state[model[0].weight])
    opt.state[model[0].weight] = {k: v.clone() if isinstance(v, rg.Tensor) else v
                                  for k, v in held[-1].items()}


def counts_set(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    for entry in opt.state.values():
        entry["step"] = 1.0


def data_given(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    held.append(model[0].weight.detach())
    model[0].weight.data = rg.ones(5, 3)


def argument_written(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    held.append(x.detach())
    x.mul_(0.5)


def group_option(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0]["lr"] *= 0.5
    opt.param_groups[0]["betas"] = (0.5, 0.9)


def one_count_set(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.state[model[2].bias]["step"] = 1.0


def rate_set(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0]["lr"] *= 0.5


def decay_begun(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0]["weight_decay"] += 0.1


def parameter_taken_out(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0]["params"].pop()


def parameters_reordered(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0]["params"].reverse()


def state_forgotten(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.state.clear()


def groups_replaced(model: Any, opt: Any, x: Any, held: list[Any]) -> None:
    opt.param_groups[0] = {**opt.param_groups[0], "lr": 0.01}


DONE = [swaps_gradient, writes_gradient, exchanges_gradients, twin_and_write, write_through_twin,
        state_replaced, state_written, entry_replaced, counts_set, data_given, argument_written, group_option,
        one_count_set, rate_set, decay_begun, parameter_taken_out, parameters_reordered, state_forgotten,
        groups_replaced]


def trained(do: Doing, compiled: bool) -> Any:
    """Bits of everything after steps with that in between, twice."""
    rg.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    opt = optim.Adam(model.parameters(), lr=0.05)
    rng = np.random.default_rng(0)
    x, y = rg.tensor(rng.standard_normal((4, 3)).astype("f4")), rg.tensor(rng.integers(0, 2, 4))

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    run = rg.compile(step) if compiled else step
    held: list[Any] = []
    losses = []
    for k in range(24):
        if k in (8, 9, 16):
            do(model, opt, x, held)
        losses.append(run(x, y).item())
    tensors = [h for h in held if isinstance(h, rg.Tensor)]
    return (losses, [t.tolist() for t in tensors], [p.tolist() for p in model.parameters()],
            [p.grad.tolist() for p in model.parameters()])


@pytest.mark.parametrize("do", DONE, ids=lambda do: do.__name__)
def test_the_next_step_shows_what_was_done_between(do: Doing) -> None:
    assert trained(do, True) == trained(do, False)


def steady(run: Any, *args: Any) -> Any:
    for _ in range(24):
        run(*args)
    assert run._steady is not None
    return run._steady


def test_what_a_step_only_reads_is_read_again_when_its_twin_was_written() -> None:
    frozen, w = nn.Parameter(rg.ones(2)), nn.Parameter(rg.ones(2))

    @rg.compile
    def step(x: Any) -> Any:
        g, = rg.autograd.grad((frozen * w * x).sum(), [w])
        w.grad = g
        return g.sum()
    steady(step, rg.ones(2))
    frozen.data.add_(1)
    assert step(rg.ones(2)).item() == 4.0


def test_memory_that_numpy_sees_is_read_again() -> None:
    array = np.ones(2, np.float32)
    seen, w = rg.from_numpy(array), nn.Parameter(rg.ones(2))
    opt = optim.SGD([w], lr=0.0)

    @rg.compile
    def step(x: Any) -> Any:
        opt.zero_grad()
        loss = (seen * w * x).sum()
        loss.backward()
        opt.step()
        return loss
    for _ in range(24):
        step(rg.ones(2))
    array[:] = 3.0
    assert step(rg.ones(2)).item() == 6.0


def test_a_closure_that_was_bound_anew_is_noticed_by_the_native_call() -> None:
    w, factor = nn.Parameter(rg.ones(2)), 2.0
    opt = optim.SGD([w], lr=0.0)

    @rg.compile
    def step(x: Any) -> Any:
        opt.zero_grad()
        loss = (w * x * factor).sum()
        loss.backward()
        opt.step()
        return loss
    steady(step, rg.ones(2))
    factor = 3.0
    assert step(rg.ones(2)).item() == 6.0


@pytest.mark.skipif(not READABLE, reason="this interpreter keeps its counts elsewhere")
def test_an_undisturbed_step_is_guarded_natively_and_goes_on_after_somebody_looked() -> None:
    w = nn.Parameter(rg.ones(2))
    opt = optim.Adam([w])

    @rg.compile
    def step(x: Any) -> Any:
        opt.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        opt.step()
        return loss
    x = rg.ones(2)
    state = steady(step, x)
    assert state.guarded and state.trusting == OPEN
    kept = w.grad, w.grad.tolist()
    step(x * 2)
    assert not state.guarded and kept[0].tolist() == kept[1] and w.grad.tolist() == [2.0, 2.0]
    step(x)
    step(x)
    assert step._steady is state and state.guarded


@pytest.mark.skipif(not READABLE, reason="this interpreter keeps its counts elsewhere")
def test_a_guard_is_the_count_that_python_tells() -> None:
    class Slotted:
        __slots__ = ("first", "second")
    objects = [object(), Slotted(), np.zeros(1)]
    again = list(objects)
    a = next(counted(objects, references(objects))).expected
    del again
    b = next(counted(objects, references(objects))).expected
    assert (a, b) == (2, 1)
    it = Slotted()
    it.first, it.second = object(), object()
    first, second = slot_place(it, "first"), slot_place(it, "second")
    assert first is not None and second == first + 8


@pytest.mark.skipif(not OPEN, reason="this interpreter keeps lists and dicts otherwise")
def test_guards_of_lists_and_dicts_see_every_change() -> None:
    def word(at: int) -> int:
        return ctypes.c_int64.from_address(at).value

    def hold(guards: list[Any]) -> bool:
        return all(word(g.place) == g.expected for g in guards)     # up to the first that does not
    things = [object() for _ in range(4)]
    named = defaultdict(dict, {"a": things[0], things[1]: things[2]})
    changes = [lambda: things.append(1), things.pop, lambda: things.__setitem__(2, None), things.reverse,
               lambda: named.update(a=None), lambda: named.pop("a"), lambda: named.update(b=1)]
    for change in changes:
        guards = [*elements(things), *entries(named)]
        assert hold(guards)
        change()
        assert not hold(guards), change
    free = list(entries(named, ["b"]))
    named["b"] = 2
    assert hold(free)


@pytest.mark.parametrize("wrap", [lambda f: f, rg.compile], ids=["plain", "compiled"])
def test_the_second_step_writes_where_the_first_one_did(wrap: Any) -> None:
    """Parameters and state lie in memory once, from the first step on: large ones and small ones."""
    model = rg.nn.Linear(300, 64)
    optimizer = rg.optim.Adam(model.parameters())

    @wrap
    def step(x: Any) -> Any:
        optimizer.zero_grad()
        loss = model(x).square().sum()
        loss.backward()
        optimizer.step()
        return loss

    def places() -> list[int]:
        tensors = [*model.parameters(), *(v for s in optimizer.state.values() for v in s.values()
                                          if isinstance(v, rg.Tensor))]
        return [t.node.value.ctypes.data for t in tensors]
    x = rg.ones(8, 300)
    step(x).item()
    before = places()
    step(x).item()
    assert places() == before and len(before) == 6

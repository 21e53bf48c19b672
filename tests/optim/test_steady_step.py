"""The same step of an optimiser again and again: whatever changes between, parameters move as PyTorch's."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd
from retrograd.base.modes import local
from retrograd.engine.trails import SLOT
from retrograd.tensors.overwriting import Overwriting

torch = pytest.importorskip("torch")

STEPS = 16
ODD = (10, 13)                  # when something changes: the steady way is taken before, between and after
Change = Callable[["Run"], None]


def data(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


class Run:
    """A small network of one library, its optimiser, and what a change keeps."""

    def __init__(self, T: Any, name: str) -> None:
        self.T = T
        self.params = [T.nn.Parameter(T.tensor(data(*shape, seed=k)))
                       for k, shape in enumerate([(4, 4), (4,), (4, 3)])]
        self.spare = T.nn.Parameter(T.tensor(data(3, seed=7)))
        self.opt = {
            "adam": lambda ps: T.optim.Adam(ps, lr=0.05),
            "adamw": lambda ps: T.optim.AdamW(ps, lr=0.05, amsgrad=True),
            "momentum": lambda ps: T.optim.SGD(ps, lr=0.05, momentum=0.9),
            "sgd": lambda ps: T.optim.SGD(ps, lr=0.05),
        }[name]([*self.params, self.spare])
        self.x, self.kept = T.tensor(data(5, 4, seed=9)), []
        self.with_spare = False

    def backward(self) -> Any:
        w, b, v = self.params
        loss = (self.T.tanh(self.x @ w + b) @ v + (self.spare if self.with_spare else 0.0)).square().mean()
        loss.backward()
        return loss


def nothing(run: Run) -> None: ...


def another_rate(run: Run) -> None:
    run.opt.param_groups[0]["lr"] *= 0.5


def decay(run: Run) -> None:
    run.opt.param_groups[0]["weight_decay"] = 0.1


def other_way(run: Run) -> None:
    run.opt.param_groups[0]["maximize"] = True


def a_group(run: Run) -> None:
    p = run.T.nn.Parameter(run.T.tensor(data(2)))
    p.grad = run.T.tensor(data(2, seed=3))
    run.kept.append(p)
    run.opt.add_param_group({"params": [p], "lr": 0.1})


def fewer(run: Run) -> None:
    run.opt.param_groups[0]["params"].pop(1)


def another_order(run: Run) -> None:
    run.opt.param_groups[0]["params"].reverse()


def idle_no_more(run: Run) -> None:
    run.spare.grad = run.T.tensor(data(3, seed=5))


def one_gradient_gone(run: Run) -> None:
    run.params[1].grad = None


def another_gradient(run: Run) -> None:
    run.kept.append(run.params[0].grad)
    run.params[0].grad = run.params[0].grad * 2


def swapped_gradients(run: Run) -> None:
    g = run.params[1].grad
    run.params[1].grad = run.params[2].grad.detach()[:, 0].contiguous()
    run.kept.append(g)


def scaled_gradients(run: Run) -> None:
    for p in run.params:
        p.grad.mul_(0.1)


def clipped(run: Run) -> None:
    run.kept.append(run.T.nn.utils.clip_grad_norm_(run.params, 0.01))


def written(run: Run) -> None:
    with run.T.no_grad():
        run.params[0].mul_(0.5)


def other_memory(run: Run) -> None:
    run.params[0].data = run.T.tensor(data(4, 4, seed=11))


def other_memory_and_a_twin(run: Run) -> None:
    run.kept.append(run.params[0].detach())
    run.params[0].data = run.T.tensor(data(4, 4, seed=11))


def a_view(run: Run) -> None:
    run.kept.append(run.params[0].detach()[1])


def a_reader(run: Run) -> None:
    run.kept.append(run.params[0].detach().clone())
    run.kept.append((run.params[2] * 2).sum().detach())


def frozen(run: Run) -> None:
    run.params[1].requires_grad_(not run.params[1].requires_grad)
    run.params[1].grad = None


def state_written(run: Run) -> None:
    for key, value in run.opt.state[run.params[0]].items():
        if key != "step":
            value.mul_(0.5)


def state_written_and_read(run: Run) -> None:
    for key, value in run.opt.state[run.params[0]].items():
        if key != "step":
            run.kept.append(value * 1)
            value.mul_(0.5)


def state_replaced(run: Run) -> None:
    state = run.opt.state[run.params[0]]
    for key in [k for k in state if k != "step"]:
        state[key] = state[key] * 2


def state_forgotten(run: Run) -> None:
    run.opt.state.pop(run.params[0], None)


def loaded(run: Run) -> None:
    run.opt.load_state_dict(copy.deepcopy(run.opt.state_dict()))


def more_in_backward(run: Run) -> None:
    run.with_spare = True


CHANGES = [nothing, another_rate, decay, other_way, a_group, fewer, another_order, idle_no_more,
           one_gradient_gone, another_gradient, swapped_gradients, scaled_gradients, clipped, written,
           other_memory, other_memory_and_a_twin, a_view, a_reader, frozen, state_written,
           state_written_and_read, state_replaced, state_forgotten, loaded, more_in_backward]


def array(t: Any) -> Any:
    return np.array(t.detach().numpy())


def trained(T: Any, name: str, change: Change, set_to_none: bool = True) -> list[Any]:
    local.state.lines.clear()
    run, seen = Run(T, name), []
    for k in range(STEPS):
        run.opt.zero_grad(set_to_none=set_to_none)
        run.backward()
        if k in ODD:
            change(run)
        run.opt.step()
        seen.append([array(p) for p in (*run.params, run.spare)])
    return [*seen, [array(t) for t in run.kept]]


@pytest.mark.parametrize("name", ["adam", "momentum"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_parameters_move_as_pytorchs(name: str, change: Change) -> None:
    for k, (ours, theirs) in enumerate(zip(trained(retrograd, name, change), trained(torch, name, change),
                                           strict=True)):
        for a, b in zip(ours, theirs, strict=True):     # float64, where a step adds some eps of its size
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12, err_msg=f"step {k}")


@pytest.mark.parametrize("name", ["adam", "adamw", "momentum", "sgd"])
@pytest.mark.parametrize("set_to_none", [True, False])
def test_nothing_changes(name: str, set_to_none: bool) -> None:
    for ours, theirs in zip(trained(retrograd, name, nothing, set_to_none),
                            trained(torch, name, nothing, set_to_none), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.skipif(SLOT is None, reason="this interpreter keeps its objects elsewhere")
@pytest.mark.parametrize("name", ["adam", "adamw", "momentum", "sgd"])
@pytest.mark.parametrize("change", [nothing, another_rate, a_reader], ids=lambda change: change.__name__)
def test_the_steady_way_is_taken(name: str, change: Change, fresh_programs: Any,
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    run = Overwriting.run

    def counting(self: Overwriting, *args: Any) -> bool:
        found.append(run(self, *args))
        return found[-1]
    monkeypatch.setattr(Overwriting, "run", counting)
    trained(retrograd, name, change)
    assert sum(found) >= 4, "the steady way was not taken"


def test_a_step_counts_as_a_write() -> None:
    local.state.lines.clear()
    run = Run(retrograd, "adam")
    for _ in range(STEPS):
        before = [p._version for p in run.params]
        run.opt.zero_grad()
        run.backward()
        run.opt.step()
        assert all(p._version > v for p, v in zip(run.params, before))

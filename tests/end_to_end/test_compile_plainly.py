"""`retrograd.compile`: a step that cannot be replayed runs plainly and says why."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.end_to_end.runs import Step, setting

import retrograd as rg
from retrograd.base.errors import CompileError

F, nn, optim = rg.nn.functional, rg.nn, rg.optim


LOSSES: list[Any] = []


def reading_item(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        value = loss.item()                                             # reads
        opt.step()
        return loss * 0 + value
    return step


def branching_on_a_value(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        (loss if loss < 0.6 else 2 * loss).backward()                   # reads
        opt.step()
        return loss
    return step


def reading_an_argument(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y) * (2 if y[0].item() else 1)     # reads
        loss.backward()
        opt.step()
        return loss
    return step


def indexing_by_a_mask(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        keep = y >= 0
        loss = F.cross_entropy(model(x[keep]), y[keep])                 # reads
        loss.backward()
        opt.step()
        return loss
    return step


def tossing_a_coin(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        scale = 2.0 if random.random() < 0.5 else 1.0                   # draws
        loss = F.cross_entropy(model(x), y) * scale
        loss.backward()
        opt.step()
        return loss
    return step


def drawing_from_numpy(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        noise = rg.tensor(np.random.uniform(size=4))                    # draws
        loss = (F.cross_entropy(model(x), y, reduction="none") * noise).mean()
        loss.backward()
        opt.step()
        return loss
    return step


def printing(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        print("step")                                                   # prints
        return loss
    return step


def appending_to_a_list(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        LOSSES.append(loss)
        return loss
    return step


def counting_on_a_module(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        model.calls = getattr(model, "calls", 0) + 1
        loss = F.cross_entropy(model(x), y) * model.calls
        loss.backward()
        opt.step()
        return loss
    return step


def taking_from_an_iterator(model: Any, opt: Any) -> Step:
    scales = iter([0.5, 1.0, 1.5] * 10)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y) * next(scales)
        loss.backward()
        opt.step()
        return loss
    return step


def a_hook_that_reads(model: Any, opt: Any) -> Step:
    model[0].weight.register_hook(lambda g: g * (1 if g.sum() > 0 else 2))  # reads

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    return step


def setting_the_rate(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        for group in opt.param_groups:
            group["lr"] *= 0.9
        return loss
    return step


def stepping_a_scheduler(model: Any, opt: Any) -> Step:
    plan = optim.lr_scheduler.StepLR(opt, 2)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        plan.step()
        return loss
    return step


def seeding(model: Any, opt: Any) -> Step:
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        rg.manual_seed(1)
        loss = F.cross_entropy(model(F.dropout(x)), y)
        loss.backward()
        opt.step()
        return loss
    return step


REASONS = {
    reading_item: "reads a value", branching_on_a_value: "reads a value",
    reading_an_argument: "reads a value",
    indexing_by_a_mask: "reads a value", tossing_a_coin: "random numbers",
    drawing_from_numpy: "random numbers", printing: "prints", appending_to_a_list: "LOSSES",
    counting_on_a_module: "model", taking_from_an_iterator: "next value", a_hook_that_reads: "reads a value",
    setting_the_rate: "options of an optimizer", stepping_a_scheduler: "plan", seeding: "seeds",
}


def result(make: Callable[[Any, Any], Step], compiled: bool) -> list[Any]:
    model, opt, x, y = setting()
    random.seed(1)
    np.random.seed(1)
    LOSSES.clear()
    step = make(model, opt)
    if compiled:
        step = rg.compile(step)
        with pytest.warns(UserWarning, match=REASONS[make]) as caught:
            losses = [step(x, y)]
        assert len(caught) == 1
        line = str(caught[0].message)
        assert "run plainly" in line
        if "#" in REASONS[make]:
            assert "test_compile_plainly.py:" in line
    else:
        losses = [step(x, y)]
    losses += [step(x, y) for _ in range(9)]
    assert len(LOSSES) in (0, 10)
    values = [loss.item() for loss in losses]
    return [values, [p.tolist() for p in model.parameters()], [p.grad.tolist() for p in model.parameters()],
            opt.param_groups[0]["lr"], {k: v.tolist() for k, v in opt.state[model[0].weight].items()
                                        if isinstance(v, rg.Tensor)}, rg.get_rng_state().tolist()]


@pytest.mark.parametrize("make", REASONS, ids=lambda f: f.__name__)
def test_a_step_that_cannot_be_replayed_runs_plainly_and_says_why(make: Any) -> None:
    assert result(make, True) == result(make, False)


@pytest.mark.parametrize("make", [reading_item, tossing_a_coin, printing, branching_on_a_value],
                         ids=lambda f: f.__name__)
def test_the_reason_names_the_line(make: Any) -> None:
    model, opt, x, y = setting()
    step = make(model, opt)
    with pytest.raises(CompileError) as info:
        rg.compile(step, fullgraph=True)(x, y)
    number = int(info.value.where.split(":")[1].split(",")[0])
    with open(__file__, encoding="utf-8") as file:
        assert "# " in file.read().split("\n")[number - 1], info.value.where


def test_lbfgs_reads_values_and_runs_plainly() -> None:
    def run(compiled: bool) -> Any:
        model, _, x, y = setting()
        opt = optim.LBFGS(model.parameters(), max_iter=4, line_search_fn="strong_wolfe")

        def step(x: Any, y: Any) -> Any:
            def closure() -> Any:
                opt.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                return loss
            return opt.step(closure)
        if compiled:
            step = rg.compile(step)
            with pytest.warns(UserWarning, match="reads a value"):
                step(x, y)
        else:
            step(x, y)
        for _ in range(4):
            step(x, y)
        return [p.tolist() for p in model.parameters()]
    assert run(True) == run(False)


def test_arguments_that_never_repeat_end_in_plain_calls() -> None:
    model, _, x, _ = setting()
    scaled = rg.compile(lambda x, k: (model(x) * float(k)).detach())
    with rg.no_grad(), pytest.warns(UserWarning, match="captured 16 times"):
        for k in range(20):
            assert rg.equal(scaled(x, str(k)), model(x) * float(k))


def test_an_array_is_an_argument_that_nobody_can_look_through() -> None:
    double = rg.compile(lambda a: rg.tensor(a) * 2)
    with pytest.warns(UserWarning, match="NumPy array"):
        assert double(np.ones(2)).tolist() == [2.0, 2.0]
    assert double(np.zeros(2)).tolist() == [0.0, 0.0]


class Factor:
    """What a closure holds."""

    def __init__(self, value: float) -> None:
        self.value = value


def _scaled_by(factor: Factor) -> Any:
    return lambda x: x * factor.value


def test_closures_of_one_function_are_told_apart() -> None:
    """A stale value would show: who looks at one of them only, or at the wrong one."""
    two, three = Factor(2.0), Factor(3.0)
    double, triple = _scaled_by(two), _scaled_by(three)
    both, one = rg.compile(lambda x: double(x) + triple(x)), rg.compile(lambda x: triple(x))
    x = rg.ones(2)
    for step, wanted in ((both, 5.0), (one, 3.0)) * 2:
        assert step(x).tolist() == [wanted, wanted]
    assert len(both.replays) == len(one.replays) == 1
    three.value = 10.0
    assert both(x).tolist() == [12.0, 12.0]
    assert one(x).tolist() == [10.0, 10.0]
    two.value = 0.0
    assert both(x).tolist() == [10.0, 10.0]

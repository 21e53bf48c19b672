"""A zoo of training steps, each run compiled and as a plain loop: every bit must agree after 50 steps.

The oracle is the plain loop. What it computes is held against PyTorch elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from tests.end_to_end.runs import Case, Run, batches, compare, net, train, usual

import retrograd as rg

F, nn, optim = rg.nn.functional, rg.nn, rg.optim
SCALE = 1.0         # a global that a step reads


ZOO: dict[str, tuple[Case, int]] = {}       # with the number of captures that it needs


def zoo(captures: int) -> Callable[[Case], Case]:
    def enter(case: Case) -> Case:
        ZOO[case.__name__] = case, captures
        return case
    return enter


@zoo(1)
def accumulation_inside_the_step(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        total = 0.0
        for half in (slice(0, 3), slice(3, 6)):
            loss = F.cross_entropy(model(x[half]), y[half]) / 2
            loss.backward()
            total = total + loss.detach()
        opt.step()
        return total
    train(run, model, opt, run.compile(step))


@zoo(2)
def accumulation_over_calls(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    calls = run.compile(lambda x, y: F.cross_entropy(model(x), y).backward())
    for k, (x, y) in enumerate(batches()):
        calls(x, y)
        if k % 3 == 2:
            opt.step()
            opt.zero_grad(set_to_none=False)
    run.state(model, opt)


@zoo(1)
def gan_with_two_optimisers(run: Run) -> None:
    maker, critic = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5)), net()
    a, b = optim.Adam(maker.parameters(), lr=0.01), optim.RMSprop(critic.parameters(), lr=0.01)

    def step(x: Any, y: Any) -> Any:
        made = maker(rg.randn(6, 4))
        b.zero_grad()
        apart = F.softplus(-critic(x)).mean() + F.softplus(critic(made.detach())).mean()
        apart.backward()
        b.step()
        a.zero_grad()
        alike = F.softplus(-critic(made)).mean()
        alike.backward()
        a.step()
        return apart, {"alike": alike}
    step = run.compile(step)
    for x, y in batches():
        apart, rest = step(x, y)
        run.note(apart, rest["alike"])
    run.state(maker, critic, a, b)


@zoo(1)
def gradient_penalty(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        x = x.detach().clone().requires_grad_()
        out = model(x)
        g, = rg.autograd.grad(out.sum(), x, create_graph=True)
        loss = F.cross_entropy(out, y) + 0.1 * ((g.norm(dim=1) - 1) ** 2).mean()
        loss.backward()
        opt.step()
        return loss
    train(run, model, opt, run.compile(step))


@zoo(1)
def moving_average_of_parameters(run: Run) -> None:
    model = net()
    mean = deepcopy(model).requires_grad_(False)
    opt = optim.SGD(model.parameters(), lr=0.1)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        with rg.no_grad():
            for slow, p in zip(mean.parameters(), model.parameters()):
                slow.mul_(0.9).add_(p, alpha=0.1)
        return loss
    train(run, model, opt, run.compile(step))
    run.state(mean)


@zoo(3)
def frozen_and_unfrozen(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        if k in (20, 30):
            model[0].requires_grad_(k == 30)
        if k == 20:
            opt.zero_grad()
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(1)
def state_loaded_between_replays(run: Run) -> None:
    model, other = net(), net()
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        if k in (10, 30):
            model.load_state_dict(other.state_dict())
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(2)
def optimiser_state_loaded(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        if k == 30:
            opt.load_state_dict(deepcopy(opt.state_dict()))
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(1)
def data_assigned(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        if k in (10, 11, 40):
            model[2].weight.data = rg.full((3, 7), 0.1 * k)
        if k == 20:
            with rg.no_grad():
                model[0].bias.fill_(0.5)
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(2)
def evaluated_and_trained(run: Run) -> None:
    model = net(nn.Dropout(0.3), nn.BatchNorm1d(7))
    opt = optim.Adam(model.parameters())
    train(run, model, opt, run.compile(usual(model, opt)), lambda k: model.train(k % 10 < 7))


@zoo(3)
def rates_changed(run: Run) -> None:
    model = net(nn.Dropout(0.3))
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        opt.param_groups[0]["lr"] = 0.01 / (1 + k)
        if k == 10:
            opt.param_groups[0]["betas"] = 0.8, 0.9
        if k in (20, 30):
            model[2].p = 0.5 + k / 100
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(2)         # the rate falls to 0 once, which may shape a formula
def schedulers(run: Run) -> None:
    model = net()
    opt = optim.SGD(model.parameters(), lr=0.5, momentum=0.5)
    plan = optim.lr_scheduler.CosineAnnealingLR(opt, 20)
    step = run.compile(usual(model, opt))
    for x, y in batches():
        run.note(step(x, y))
        plan.step()
    run.state(model, opt)


@zoo(3)
def a_hook_added_and_removed(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    handles: list[Any] = []

    def between(k: int) -> None:
        if k == 10:
            handles.append(model[1].register_forward_hook(lambda m, a, out: out * 2))
        if k == 20:
            handles.append(model[0].weight.register_hook(lambda g: g * 0.5))
        if k == 30:
            for h in handles:
                h.remove()
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(2)
def an_attribute_of_a_module(run: Run) -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.scale, self.widths = net(), 1.0, [1.0]

        def forward(self, x: Any) -> Any:
            return self.inner(x) * self.scale * self.widths[0]
    model = Scaled()
    opt = optim.Adam(model.parameters())

    def between(k: int) -> None:
        if k == 25:
            model.scale = 3.0
            model.widths[0] = 0.5
    train(run, model, opt, run.compile(usual(model, opt)), between)


@zoo(3)
def globals_and_closures(run: Run) -> None:
    global SCALE
    model, options = net(), {"power": 2}
    opt = optim.Adam(model.parameters())
    shift = 0.0

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = (F.cross_entropy(model(x), y) * SCALE + shift) ** options["power"]
        loss.backward()
        opt.step()
        return loss
    step = run.compile(step)
    for k, (x, y) in enumerate(batches()):
        SCALE = 1.0 if k < 20 else 2.0
        options["power"] = 2 if k < 30 else 3
        shift = 0.0 if k < 40 else 0.0
        run.note(step(x, y))
    run.state(model, opt)


@zoo(2)
def a_smaller_last_batch(run: Run) -> None:
    model = net(nn.BatchNorm1d(7))
    opt = optim.Adam(model.parameters())
    step = run.compile(usual(model, opt))
    for k, (x, y) in enumerate(batches()):
        run.note(step(x, y) if k % 10 != 9 else step(x[:2], y[:2]))
    run.state(model, opt)


@zoo(1)
def losses_kept(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    step = run.compile(usual(model, opt))
    losses = [step(x, y) for x, y in batches()]
    run.note(*losses)
    run.note(rg.stack([loss.detach() for loss in losses]).sum())


@zoo(1)
def gradients_kept(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    step = run.compile(usual(model, opt))
    kept = []
    for x, y in batches():
        step(x, y)
        kept += [p.grad for p in model.parameters()]
        kept.append(model[0].weight.detach().clone())
        kept.append(model[0].weight.sum())
    run.note(*kept)


@zoo(1)
def clipped_gradients(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        opt.step()
        return loss, norm
    step = run.compile(step)
    for x, y in batches():
        run.note(*step(x, y))
    run.state(model, opt)


@zoo(1)
def nested_compiled_functions(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    inner = rg.compile(lambda x, y: F.cross_entropy(model(x), y)) if run.compiled else \
        lambda x, y: F.cross_entropy(model(x), y)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = inner(x, y)
        loss.backward()
        opt.step()
        return loss
    train(run, model, opt, run.compile(step))


@zoo(1)
def tensors_written_in_place(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())
    count, best = rg.zeros(3), rg.full((), 100.0)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        out = model(x)
        loss = F.cross_entropy(out, y)
        loss.backward()
        opt.step()
        with rg.no_grad():
            count[0] += 1
            count.add_(out.detach().mean(0))
            best.copy_(rg.minimum(best, loss))
        x.mul_(0.5)
        return loss
    step = run.compile(step)
    for k, (x, y) in enumerate(batches()):
        run.note(step(x, y), x, count, best)
        if k == 25:
            count.zero_()
    run.state(model, opt)


@zoo(2)
def arguments_by_value(run: Run) -> None:
    model = net()
    opt = optim.Adam(model.parameters())

    def step(batch: Any, *, power: int = 1, smooth: float = 0.0) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(batch["x"]), batch["y"], label_smoothing=smooth) ** power
        loss.backward()
        opt.step()
        return [loss, power]
    step = run.compile(step)
    for k, (x, y) in enumerate(batches()):
        loss, power = step({"x": x, "y": y}, power=1 + k % 2)
        run.note(loss, power)
    run.state(model, opt)


@zoo(1)
def detached_results_and_buffers(run: Run) -> None:
    model = net(nn.BatchNorm1d(7))
    opt = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return {"loss": loss.detach(), "mean": model[2].running_mean}
    step = run.compile(step)
    for x, y in batches():
        run.note(*step(x, y).values())
    run.state(model, opt)


@zoo(1)
def functions_with_rules_of_their_own(run: Run) -> None:
    class Square(rg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, = ctx.saved_tensors
            return 2 * x * g
    model = net()
    opt = optim.Adam(model.parameters())

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(Square.apply(model(x)), y)
        loss.backward()
        opt.step()
        return loss
    train(run, model, opt, run.compile(step))


@zoo(1)
def updates_by_hand(run: Run) -> None:
    w = rg.ones(5, 3, requires_grad=True)

    def step(x: Any, y: Any) -> Any:
        loss = F.cross_entropy(x @ w + rg.rand(3), y)
        loss.backward()
        with rg.no_grad():
            w.sub_(0.1 * w.grad)
            w.grad = None
        return loss
    step = run.compile(step)
    for x, y in batches():
        run.note(step(x, y), w, w.grad)


@zoo(3)         # until it is trained, the gradient of the last layer adds up
def a_group_added(run: Run) -> None:
    model = net()
    opt = optim.Adam([{"params": model[0].parameters(), "lr": 0.1}])

    def between(k: int) -> None:
        if k == 10:
            opt.add_param_group({"params": model[2].parameters()})
    train(run, model, opt, run.compile(usual(model, opt)), between)


@pytest.mark.parametrize("name", ZOO)
def test_a_step_of_the_zoo_is_replayed_bit_for_bit(name: str) -> None:
    compare(*ZOO[name])

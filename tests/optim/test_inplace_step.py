"""The step writes over the memory of parameters and state, and nobody who looks at the old values sees it."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config

native = pytest.mark.skipif(not config.jit, reason="NumPy's results have memory of their own")
OPTIMIZERS = {
    "sgd": lambda ps: rg.optim.SGD(ps, lr=0.1),
    "momentum": lambda ps: rg.optim.SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
    "adam": lambda ps: rg.optim.Adam(ps, lr=0.1, amsgrad=True),
    "adamw": lambda ps: rg.optim.AdamW(ps, lr=0.1, maximize=True),
    "rmsprop": lambda ps: rg.optim.RMSprop(ps, lr=0.1, momentum=0.5, centered=True),
    "adagrad": lambda ps: rg.optim.Adagrad(ps, lr=0.1, lr_decay=0.1),
}


def parameters() -> list[rg.nn.Parameter]:
    rng = np.random.default_rng(0)
    return [rg.nn.Parameter(rg.tensor(rng.standard_normal(s).astype(np.float32))) for s in [(3, 2), (4,), ()]]


def backward(params: list[rg.nn.Parameter]) -> None:
    for p in params:
        p.grad = None
    sum(((p - 0.5) ** 2).sum() for p in params).backward()


def train(params: list[rg.nn.Parameter], optimizer: rg.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        backward(params)
        optimizer.step()


def addresses(tensors: list[rg.Tensor]) -> list[int]:
    return [t.node.value.ctypes.data for t in tensors]      # an array held here would not be written over


def values(params: list[rg.nn.Parameter]) -> list:
    return [p.tolist() for p in params]


@native
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parameters_and_state_stay_in_their_memory(name: str) -> None:
    params = parameters()
    optimizer = OPTIMIZERS[name](params)
    train(params, optimizer, 2)
    state = [v for p in params for v in optimizer.state[p].values() if isinstance(v, rg.Tensor)]
    before, was = addresses([*params, *state]), values(params)
    train(params, optimizer, 2)
    assert addresses([*params, *state]) == before and values(params) != was


LOOKERS = {
    "a copy that is not computed yet": lambda p: p.detach().clone(),
    "an expression that is not computed yet": lambda p: p.detach() * 2 + 1,
    "a graph that waits for its backward": lambda p: p * 3,
    "a part that is not computed yet": lambda p: p.detach().flatten()[:1] + 0,
    "a pending graph that reads .data": lambda p: p.data.exp(),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("look", LOOKERS)
def test_what_was_read_before_the_step_keeps_the_old_value(name: str, look: str) -> None:
    params = parameters()
    optimizer = OPTIMIZERS[name](params)
    train(params, optimizer, 2)
    for _ in range(3):
        expected = [LOOKERS[look](rg.nn.Parameter(rg.tensor(p.tolist()))).tolist() for p in params]
        backward(params)
        kept = [LOOKERS[look](p) for p in params]
        optimizer.step()
        assert [k.tolist() for k in kept] == expected


def test_a_graph_kept_for_a_second_backward_uses_the_old_weights() -> None:
    w, x = rg.nn.Parameter(rg.tensor([2.0])), rg.tensor([3.0], requires_grad=True)
    optimizer = rg.optim.SGD([w], lr=1.0)
    for _ in range(3):
        w.data = rg.tensor([2.0])
        w.grad = None
        loss = (w * x * x).sum()
        loss.backward(retain_graph=True)
        x.grad = None
        optimizer.step()
        loss.backward()
        assert x.grad.item() == 12.0 and w.item() == -7.0


def test_views_and_twins_follow_the_parameter() -> None:
    params = parameters()
    optimizer = rg.optim.Adam(params, lr=0.1)
    train(params, optimizer, 2)
    twin, row, turned = params[0].detach(), params[0].data[1], params[0].data.t()
    for _ in range(3):
        train(params, optimizer, 1)
        expected = params[0].tolist()
        assert twin.tolist() == expected and row.tolist() == expected[1]
        assert turned.tolist() == np.transpose(expected).tolist()


def test_numpy_sees_every_step_and_a_copy_of_it_does_not() -> None:
    params = parameters()
    optimizer = rg.optim.Adam(params, lr=0.1)
    train(params, optimizer, 2)
    outside = params[0].detach().numpy()
    copied, array = outside.copy(), np.array(params[1].detach().numpy())
    train(params, optimizer, 2)
    assert outside.tolist() == params[0].tolist() and outside.tolist() != copied.tolist()
    assert array.tolist() != params[1].tolist()


def test_memory_from_numpy_is_written_as_pytorch_does() -> None:
    array = np.ones(2, np.float32)
    p = rg.nn.Parameter(rg.from_numpy(array))
    optimizer = rg.optim.SGD([p], lr=0.5)
    for k in range(1, 4):
        p.grad = rg.ones(2)
        optimizer.step()
        assert array.tolist() == p.tolist() == [1 - 0.5 * k] * 2


def test_a_gradient_that_is_the_parameter_itself_is_read_before_it_is_written() -> None:
    p = rg.nn.Parameter(rg.tensor([1.0, -2.0]))
    optimizer = rg.optim.SGD([p], lr=0.5)
    for k in range(1, 4):
        p.grad = p.detach()
        optimizer.step()
        assert p.tolist() == [0.5**k, -2 * 0.5**k]


def test_two_parameters_on_one_memory_are_both_stepped() -> None:
    p = rg.nn.Parameter(rg.zeros(2))
    q = rg.nn.Parameter(p.data)
    optimizer = rg.optim.SGD([p, q], lr=1.0)
    for _ in range(3):
        p.grad, q.grad = rg.ones(2), rg.ones(2)
        optimizer.step()
    assert p.tolist() == q.tolist()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_dict_is_the_state_and_a_loaded_one_a_copy(name: str) -> None:
    params = parameters()
    optimizer = OPTIMIZERS[name](params)
    train(params, optimizer, 3)
    saved, start = copy.deepcopy(optimizer.state_dict()), values(params)
    train(params, optimizer, 3)
    end = values(params)
    for p, value in zip(params, start):
        p.data = rg.tensor(value)
    optimizer.load_state_dict(saved)
    train(params, optimizer, 3)
    assert values(params) == end


def test_parameters_come_and_go() -> None:
    params = parameters()
    optimizer = rg.optim.Adam(params[:1], lr=0.1)
    alone = [rg.optim.Adam([p], lr=0.1) for p in parameters()]
    others = [o.param_groups[0]["params"][0] for o in alone]

    def both(use: list[int]) -> None:
        for group in (params, others):
            for k, p in enumerate(group):
                p.grad = rg.full(p.shape, float(k + 1)) if k in use else None
        optimizer.step()
        for o in alone:
            o.step()

    both([0])
    optimizer.add_param_group({"params": params[1:]})
    for use in ([0, 1], [0, 1, 2], [2], [2], [0, 1, 2], [0, 1, 2], [], [0, 1, 2]):
        both(use)
        assert values(params) == values(others)
    assert [optimizer.state[p]["step"] for p in params] == [6, 5, 6]


def test_numbers_and_flags_are_read_at_every_step() -> None:
    def run(change) -> list:
        params = parameters()
        optimizer = rg.optim.Adam(params, lr=0.1)
        for k in range(6):
            backward(params)
            change(optimizer.param_groups[0], k)
            optimizer.step()
        return values(params)

    def changes(group, k) -> None:
        group["lr"] = 0.1 / (k + 1)
        group["weight_decay"] = 0.1 * (k > 2)
        group["maximize"] = k == 4

    def fresh(group, k) -> None:        # the same, but no step finds what the last one left
        changes(group, k)
        group["fused"] = str(k)

    assert run(changes) == run(fresh) != run(lambda group, k: None)


def test_state_set_by_hand_is_used() -> None:
    p = rg.nn.Parameter(rg.zeros(2))
    optimizer = rg.optim.SGD([p], lr=1.0, momentum=0.5)
    for _ in range(3):
        p.grad = rg.ones(2)
        optimizer.step()
    p.data.zero_()
    optimizer.state[p]["momentum_buffer"] = rg.tensor([2.0, 4.0])
    optimizer.step()
    assert p.tolist() == [-2.0, -3.0]
    optimizer.state[p] = {}
    optimizer.step()
    assert p.tolist() == [-3.0, -4.0]


def test_gradients_changed_in_place_before_the_step_are_used() -> None:
    p = rg.nn.Parameter(rg.zeros(2))
    optimizer = rg.optim.SGD([p], lr=1.0)
    for k in range(1, 4):
        p.grad = None
        (p * rg.tensor([3.0, 4.0])).sum().backward()
        rg.nn.utils.clip_grad_value_([p], 1.0)
        p.grad.mul_(2)
        optimizer.step()
        assert p.tolist() == [-2.0 * k] * 2


@native
@pytest.mark.parametrize("steps", [2, 3, 12])       # the steady way is taken after some
def test_an_interrupt_leaves_parameters_and_state_before_or_after_a_step(monkeypatch, steps: int) -> None:
    params, reference = parameters(), parameters()
    optimizer, other = rg.optim.Adam(params, lr=0.1), rg.optim.Adam(reference, lr=0.1)
    train(params, optimizer, steps)
    train(reference, other, steps + 1)
    driver = optimizer._last.plan.known.program.driver

    def interrupted(native):                # a signal is looked at when the native call returns
        def call(*args) -> None:
            native(*args)
            raise KeyboardInterrupt
        return call

    backward(params)
    for name in ("run", "guarded"):
        monkeypatch.setattr(driver, name, interrupted(getattr(driver, name)))
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    monkeypatch.undo()
    assert values(params) == values(reference)
    assert optimizer.state[params[0]]["step"] == steps + 1
    train(params, optimizer, 2)
    train(reference, other, 2)
    assert values(params) == values(reference)


def test_a_formula_of_ones_own_is_one_program_in_place_too() -> None:
    class Sign(rg.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def init_state(self, p, group):
            return {"count": 0, "mean": rg.zeros_like(p)}

        def update(self, p, g, state, group):
            state["count"] += 1
            state["mean"] = 0.5 * state["mean"] + g / state["count"]
            return p - group["lr"] * state["mean"].sign()

    params = parameters()
    optimizer = Sign(params, lr=1.0)
    expected = [p.detach().numpy().copy() for p in params]
    means = [np.zeros_like(e) for e in expected]
    for k in range(1, 5):
        optimizer.param_groups[0]["lr"] = 2.0 / k
        train(params, optimizer, 1)
        for e, m in zip(expected, means):
            m[...] = np.float32(0.5) * m + 2 * (e - np.float32(0.5)) / np.float32(k)
            e -= np.float32(2.0 / k) * np.sign(m)
        for p, e in zip(params, expected):
            np.testing.assert_allclose(p.tolist(), e, rtol=1e-6)
        assert optimizer.state[params[0]]["count"] == k

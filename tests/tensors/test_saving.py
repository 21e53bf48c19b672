"""What backward reads goes through the user's hooks, and the gradients are those of what they give back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

hooks = rg.autograd.graph.saved_tensors_hooks


def _inputs(T: Any) -> tuple[Any, Any]:
    return (T.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, dtype=T.float64),
            T.tensor([[0.5, 0.1], [0.2, 0.3]], requires_grad=True, dtype=T.float64))


# What is recorded inside, of x, w, and what was recorded before.
PROGRAMS = {
    "product": lambda T, x, w, older: x * w + older,
    "chain": lambda T, x, w, older: ((x * w).exp() @ w).tanh().sum() + older.sum(),
    "outputs": lambda T, x, w, older: x.sigmoid().sqrt() * older,
    "square": lambda T, x, w, older: x * x,
    "composite": lambda T, x, w, older: T.nn.functional.softmax(x, 1) * T.nn.functional.linear(x, w, w[0]),
    "where": lambda T, x, w, older: T.where(x > 2, x * older, w / x),
    "picked": lambda T, x, w, older: x.gather(0, T.tensor([[0, 1]])) * w.amax(0) + x[1].log(),
    "norms": lambda T, x, w, older: T.nn.functional.layer_norm(x, (2,), w[0]) + x.norm() + x.std(),
    "entropy": lambda T, x, w, older: T.nn.functional.cross_entropy(x @ w, T.tensor([0, 1])),
    "in place": lambda T, x, w, older: (x * w).exp_().mul_(x),
}


def _outcome(T: Any, program: Any, packed: bool) -> list[Any]:
    x, w = _inputs(T)
    older = x.exp()
    calls: list[str] = []
    if packed:
        with T.autograd.graph.saved_tensors_hooks(
                lambda t: (calls.append("pack"), t.detach().numpy().copy())[1],
                lambda kept: (calls.append("unpack"), T.from_numpy(kept))[1]):
            y = program(T, x, w, older)
    else:
        y = program(T, x, w, older)
    lenient = {"allow_unused": True, "materialize_grads": True}
    first = T.autograd.grad(y.sum(), (x, w), create_graph=True, **lenient)
    second = T.autograd.grad(sum((g * g).sum() for g in first), (x, w), **lenient)
    return [*(g.detach().numpy() for g in (*first, *second)), set(calls) == {"pack", "unpack"}]


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_of_both_orders_are_those_without_hooks(name: str) -> None:
    *plain, _ = _outcome(rg, PROGRAMS[name], packed=False)
    *packed, called = _outcome(rg, PROGRAMS[name], packed=True)
    assert called
    for a, b in zip(plain, packed):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)        # sums may be taken in another order


@pytest.mark.parametrize("name", ["product", "chain", "square"])
def test_the_hooks_see_the_values_that_pytorch_shows_them(torch: Any, name: str) -> None:
    def seen(T: Any) -> list[Any]:
        x, w = _inputs(T)
        older, log = x.exp(), []
        with T.autograd.graph.saved_tensors_hooks(lambda t: (log.append(t.tolist()), t)[1], lambda t: t):
            PROGRAMS[name](T, x, w, older)
        return sorted(log)
    np.testing.assert_allclose(seen(rg), seen(torch), rtol=1e-12)


def test_the_gradient_is_that_of_what_was_unpacked(torch: Any) -> None:
    def gradient(T: Any) -> Any:
        x = T.tensor([5.0], requires_grad=True)
        with T.autograd.graph.saved_tensors_hooks(lambda t: t * 4, lambda t: t):
            y = x ** 2 * 1
        y.sum().backward()
        return x.grad.tolist()
    assert gradient(rg) == [40.0]               # x * x reads x twice; PyTorch's x ** 2 reads it once
    assert gradient(torch) == [40.0]


def test_what_was_recorded_outside_is_not_packed() -> None:
    x = rg.ones(2, requires_grad=True)
    log: list[Any] = []
    y = x.exp() * x
    with hooks(lambda t: log.append(t.shape), lambda t: t):
        z = y + y
    assert log == [] and z.sum().backward() is None
    w = (x * x.exp()).sum()
    assert log == [] and w.requires_grad


def test_a_leaf_is_handed_over_itself_and_a_result_without_a_history() -> None:
    x, log = rg.tensor([1.0], requires_grad=True), []
    with hooks(lambda t: (log.append(t), t)[1], lambda t: t):
        y = (x * 2).exp() * x
    assert log[-1] is x and [t.grad_fn is not None for t in log] == [False, True, False]
    assert y.grad_fn.name() == "MulBackward0"


def test_a_function_of_ones_own_packs_what_it_saves() -> None:
    class Cube(rg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x ** 3

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, = ctx.saved_tensors
            return 3 * x * x * g
    x, log = rg.tensor([2.0], requires_grad=True), []
    with hooks(lambda t: (log.append("pack"), t)[1], lambda t: (log.append("unpack"), t)[1]):
        y = Cube.apply(x)
    assert log == ["pack"]
    y.backward()
    assert x.grad.tolist() == [12.0] and log == ["pack", "unpack"]


def test_a_network_trains_the_same_through_files(tmp_path: Any) -> None:
    def weights(packed: bool) -> list[Any]:
        rg.manual_seed(0)
        net = rg.nn.Sequential(rg.nn.Conv2d(1, 2, 3), rg.nn.BatchNorm2d(2), rg.nn.ReLU(inplace=True),
                               rg.nn.Flatten(), rg.nn.Dropout(0.5), rg.nn.Linear(8, 2))
        optimizer, x = rg.optim.SGD(net.parameters(), lr=0.1), rg.randn(3, 1, 4, 4)
        count = iter(range(1000))

        def pack(t: Any) -> Any:
            path = tmp_path / str(next(count))
            rg.save(t.detach(), path)
            return path
        for _ in range(2):
            optimizer.zero_grad()
            if packed:
                with hooks(pack, rg.load):
                    loss = net(x).square().mean()
            else:
                loss = net(x).square().mean()
            loss.backward()
            optimizer.step()
        return [p.detach().numpy() for p in net.parameters()]
    for a, b in zip(weights(False), weights(True)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)          # a float32 sum in another order


def test_mistakes_are_named() -> None:
    x = rg.ones(2, requires_grad=True)
    with hooks(lambda t: t, lambda t: None):
        y = x.exp()
    with pytest.raises(TypeError, match="unpack_hook returned a NoneType"):
        y.sum().backward()
    with hooks(lambda t: t, lambda t: t[:1]):
        y = x.exp()
    with pytest.raises(RuntimeError, match="what was packed"):
        y.sum().backward()
    with rg.autograd.graph.disable_saved_tensors_hooks("not in here"):
        with pytest.raises(RuntimeError, match="not in here"), hooks(lambda t: t, lambda t: t):
            pass
        x.exp().sum().backward()


def test_hooks_nest_and_end() -> None:
    x, log = rg.ones(2, requires_grad=True), []
    with hooks(lambda t: (log.append("outer"), t)[1], lambda t: t):
        a = x.exp()
        with hooks(lambda t: (log.append("inner"), t)[1], lambda t: t):
            b = a.exp()
        c = b.exp()
    c.exp().sum().backward()
    assert log == ["outer", "inner", "outer"]


def test_a_compiled_step_with_hooks_runs_plainly() -> None:
    x, log = rg.ones(2, requires_grad=True), []

    def step(t: Any) -> Any:
        with hooks(lambda t: (log.append(1), t)[1], lambda t: t):
            y = (t * x).exp().sum()
        y.backward()
        return y.detach()
    compiled = rg.compile(step)
    with pytest.warns(UserWarning, match="hooks"):
        compiled(rg.ones(2))
    compiled(rg.ones(2))
    assert len(log) == 4 and x.grad.tolist() == pytest.approx([2 * np.e] * 2, rel=1e-6)

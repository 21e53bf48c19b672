"""functional_call: a module as a function of its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.func import functional_call, grad, stack_module_state


def test_parameters_are_replaced_for_the_call_and_put_back() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    mine = net[1].weight
    out = functional_call(net, {"1.weight": rg.zeros(1, 2), "1.bias": rg.ones(1)}, rg.ones(3, 2))
    assert out.tolist() == [[1.0]] * 3 and net[1].weight is mine
    with pytest.raises(RuntimeError):
        functional_call(net, {"1.weight": rg.zeros(1, 5)}, (rg.ones(3, 2),))
    assert net[1].weight is mine            # after an error too


def test_several_dicts_keywords_and_buffers() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(rg.ones(2))
            self.register_buffer("shift", rg.zeros(2))

        def forward(self, x: Any, *, k: float) -> Any:
            return self.w * x * k + self.shift
    net = Net()
    out = functional_call(net, ({"w": rg.ones(2) * 3}, {"shift": rg.ones(2)}), (rg.ones(2),), {"k": 2.0})
    assert out.tolist() == [7.0, 7.0]
    assert net.w.tolist() == [1.0, 1.0] and net.shift.tolist() == [0.0, 0.0]


def test_tied_weights_are_replaced_together() -> None:
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    w, x = rg.eye(2) * 2, rg.ones(1, 2)
    assert functional_call(net, {"0.weight": w}, (x,)).tolist() == [[4.0, 4.0]]
    assert functional_call(net, {"0.weight": w}, (x,), strict=True).tolist() == [[4.0, 4.0]]
    g = grad(lambda w: functional_call(net, {"0.weight": w}, (x,)).sum())(w)
    assert g.tolist() == [[4.0, 4.0], [4.0, 4.0]]


def test_gradients_reach_the_given_tensors_and_not_the_modules() -> None:
    net = nn.Linear(2, 1)
    params = {k: p.detach().clone().requires_grad_() for k, p in net.named_parameters()}
    functional_call(net, params, (rg.ones(1, 2),)).sum().backward()
    assert params["weight"].grad.tolist() == [[1.0, 1.0]] and net.weight.grad is None


@pytest.mark.parametrize(("dicts", "options", "message"), [
    ({"wieght": rg.ones(1)}, {}, "wieght"),
    ({"weight": 3}, {}, "weight is a int"),
    ({"weight": rg.ones(1, 2)}, {"strict": True}, "bias"),
    (({"bias": rg.ones(1)}, {"bias": rg.ones(1)}), {}, "more than one dict"),
])
def test_misuse_is_told(dicts: Any, options: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        functional_call(nn.Linear(2, 1), dicts, (rg.ones(1, 2),), **options)


def test_stacked_states_must_be_of_one_kind() -> None:
    with pytest.raises(ValueError, match="no models"):
        stack_module_state([])
    with pytest.raises(ValueError, match="class"):
        stack_module_state([nn.Linear(1, 1), nn.Tanh()])
    with pytest.raises(ValueError, match="training"):
        stack_module_state([nn.Linear(1, 1), nn.Linear(1, 1).eval()])


def test_as_pytorch(torch: Any, rng: np.random.Generator) -> None:
    w, b, x = rng.standard_normal((3, 2)), rng.standard_normal(3), rng.standard_normal((4, 2))

    def run(lib: Any) -> list[np.ndarray]:
        net = lib.nn.Linear(2, 3).double()
        params = {"weight": lib.tensor(w), "bias": lib.tensor(b)}
        loss = lambda p: (lib.func.functional_call(net, p, (lib.tensor(x),)).tanh() ** 2).sum()
        g = lib.func.grad(loss)(params)
        return [g["weight"].numpy(), g["bias"].numpy()]
    for ours, theirs in zip(run(rg), run(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)

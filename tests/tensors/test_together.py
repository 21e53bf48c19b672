"""Gradients clipped or added up by one program in place: bits of the recorded way, what others see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn.utils import clip_grad_norm_
from retrograd.tensors import together

F = rg.nn.functional


def _trained(steps: int, norm_type: float, exact: bool, general: bool) -> list[bytes]:
    rg.manual_seed(0)
    model = rg.nn.Sequential(rg.nn.Linear(6, 40), rg.nn.Tanh(), rg.nn.Linear(40, 3))
    optimizer = rg.optim.Adam(model.parameters(), lr=0.1)
    x, y, found = rg.randn(9, 6), rg.arange(9) % 3, []
    for k in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        total = clip_grad_norm_(model.parameters(), 0.01 if k % 2 else 0.5, norm_type, general, exact=exact)
        found += [total.numpy().tobytes(), *(p.grad.detach().clone().numpy().tobytes()
                                             for p in model.parameters() if k % 3 == 0)]
        optimizer.step()
    return [*found, *(p.detach().numpy().tobytes() for p in model.parameters())]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("norm_type", [2.0, 1.0, float("inf")])
def test_a_training_loop_has_the_bits_of_the_recorded_way(norm_type: float, exact: bool,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    build = together._build
    monkeypatch.setattr(together, "_build", lambda *a: ran.append(1) or build(*a))
    assert _trained(12, norm_type, exact, general=False) == _trained(12, norm_type, exact, general=True)
    assert len(ran) <= 2, "one program a bound"


def _model() -> tuple[Any, Any]:
    w = rg.nn.Parameter(rg.tensor([[3.0, 4.0], [0.0, 0.0]]))
    (w * w).sum().div(2).backward()
    return w, np.array([[3.0, 4.0], [0.0, 0.0]], "f4")


def test_who_holds_a_gradient_sees_it_clipped_and_who_copied_it_does_not() -> None:
    for hold in (lambda g: g, lambda g: g[0], lambda g: g.detach(), lambda g: g.t()):
        w, g = _model()
        held, copy, double = hold(w.grad), w.grad.clone(), w.grad * 2
        before = w.grad._version
        assert clip_grad_norm_([w], 1.0).item() == 5.0
        assert w.grad._version == before + 1
        np.testing.assert_allclose(w.grad.numpy(), g / 5, rtol=1e-6)    # 1e-6 in PyTorch's factor
        np.testing.assert_array_equal(held.numpy(), hold(w.grad).numpy())
        np.testing.assert_array_equal(copy.numpy(), g)
        np.testing.assert_array_equal(double.numpy(), 2 * g)


def test_memory_of_the_outside_and_shared_gradients_are_written_once() -> None:
    w, g = _model()
    outside = w.grad.numpy()
    clip_grad_norm_([w], 1.0)
    np.testing.assert_allclose(outside, g / 5, rtol=1e-6)
    a, b = rg.nn.Parameter(rg.ones(2)), rg.nn.Parameter(rg.ones(2))
    a.grad = b.grad = rg.tensor([3.0, 4.0])
    clip_grad_norm_([a, b], 1.0)                    # as PyTorch: the one gradient is scaled for each
    scale = 1 / (50 ** 0.5 + 1e-6)
    np.testing.assert_allclose(a.grad.numpy(), np.array([3.0, 4.0]) * scale ** 2, rtol=1e-6)


def test_parameters_without_a_gradient_and_half_gradients() -> None:
    params = [rg.nn.Parameter(rg.ones(n)) for n in (3, 1, 2)]
    (params[0].sum() * 2 + params[2].sum()).backward()
    assert clip_grad_norm_(params, 1.0).item() == pytest.approx(14 ** 0.5, rel=1e-6)
    assert params[1].grad is None
    again = rg.nn.Parameter(rg.ones(2, dtype=rg.bfloat16))
    (again * 4).sum().backward()
    clip_grad_norm_(again, 1.0)
    assert again.grad.dtype is rg.bfloat16 and abs(again.grad.float().norm().item() - 1) < 0.02


# ---------------------------------------------------------------- added up
def _accumulated(way: str) -> list[bytes]:
    """Twelve steps over two half batches each, by one line of code or two, or as `grad` and a sum say it."""
    rg.manual_seed(0)
    model = rg.nn.Sequential(rg.nn.Linear(6, 40), rg.nn.Tanh(), rg.nn.Linear(40, 3))
    params, optimizer = list(model.parameters()), rg.optim.Adam(model.parameters(), lr=0.1)
    parts, found = [(rg.randn(5, 6), rg.arange(5) % 3), (rg.randn(5, 6), rg.arange(5) % 2)], []
    for _ in range(12):
        optimizer.zero_grad()
        if way == "one line":
            for x, y in parts:
                F.cross_entropy(model(x), y).backward()
        elif way == "two lines":
            F.cross_entropy(model(parts[0][0]), parts[0][1]).backward()
            F.cross_entropy(model(parts[1][0]), parts[1][1]).backward()
        else:
            first, second = (rg.autograd.grad(F.cross_entropy(model(x), y), params) for x, y in parts)
            for p, a, b in zip(params, first, second):
                p.grad = a + b
        optimizer.step()
        found += [p.grad.detach().clone().numpy().tobytes() for p in params]
    return [*found, *(p.detach().numpy().tobytes() for p in params)]


@pytest.mark.parametrize("way", ["one line", "two lines"])
def test_gradients_of_several_backwards_are_added_where_they_lie(way: str,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[bool] = []
    write = together.written_over

    def noted(*args: Any) -> Any:
        found = write(*args)
        done.append(found is not None)
        return found
    monkeypatch.setattr(together, "written_over", noted)
    assert _accumulated(way) == _accumulated("by hand")
    assert sum(done) >= 10


def test_who_holds_a_gradient_sees_what_is_added() -> None:
    w = rg.nn.Parameter(rg.ones(2, 3))
    for k in range(12):
        w.grad = None
        (w * 2).sum().backward()
        held, view, copy, version = w.grad, w.grad[0], w.grad.clone(), w.grad._version
        other = w.grad.detach() if k % 2 else None
        (w * 3).sum().backward()
        assert w.grad is held and held.tolist() == [[5.0] * 3] * 2 and view.tolist() == [5.0] * 3
        assert copy.tolist() == [[2.0] * 3] * 2 and w.grad._version > version
        assert other is None or other.tolist() == [[5.0] * 3] * 2

"""When values are computed: where they are needed, once, all or nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.graph.primitive import REGISTRY

EXP = REGISTRY["exp"]


def test_an_operation_computes_nothing(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0])
    y = (x.exp() * 2).sum()
    assert not calls and y.node.value is None


@pytest.mark.parametrize("look", [lambda t: t.item(), lambda t: t.numpy(), repr, float, bool,
                                  lambda t: t.tolist(), int,
                                  lambda t: f"{t.sum():.2f}", lambda t: t.nonzero(), lambda t: np.asarray(t)],
                         ids=["item", "numpy", "repr", "float", "bool", "tolist", "int", "format", "nonzero",
                              "asarray"])
def test_looking_computes(calls: Counter[str], look: Any) -> None:
    y = rg.tensor([1.0]).exp()
    look(y)
    assert calls["exp"] == 1


def test_looking_twice_computes_once(calls: Counter[str]) -> None:
    y = rg.tensor([1.0, 2.0]).exp()
    y.tolist()
    repr(y)
    (y + 1).tolist()
    assert calls["exp"] == 1


def test_a_shape_is_known_without_computing(calls: Counter[str]) -> None:
    y = (rg.ones(2, 3) @ rg.ones(3, 4)).exp()
    assert (tuple(y.shape), y.dtype, len(y), y.requires_grad) == ((2, 4), rg.float32, 2, False) and not calls


def test_backward_computes_forward_and_backward_together(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    x.exp().sum().backward()
    assert calls["exp"] == 1 and np.allclose(x.grad.numpy(), np.exp([1.0, 2.0]))


def test_a_value_read_before_backward_is_not_computed_again(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    loss = (y * y).sum()
    loss.item()
    first = calls["exp"], calls["mul"]
    loss.backward()
    assert calls["exp"] == first[0] == 1
    assert np.allclose(x.grad.numpy(), 2 * np.exp([2.0, 4.0]))


def test_an_intermediate_read_before_backward_is_not_computed_again(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    h = x.sin().exp()
    repr(h)
    h.tanh().sum().backward()
    assert calls["exp"] == calls["sin"] == calls["tanh"] == 1


def test_a_loop_that_reads_what_it_made_goes_on_from_what_it_holds(calls: Counter[str]) -> None:
    """Nothing of a sum is kept for its derivative, and h itself is not what is read."""
    h = rg.ones(3, requires_grad=True)
    for step in range(6):
        h = h + rg.ones(3)
        (-h).argmax().item()
        assert calls["add"] == step + 1


def test_a_held_part_of_what_is_computed_on_the_way_is_put_down_too() -> None:
    """The last state of a loop whose outputs are read: what makes one word after another reads both."""
    w, h, x = rg.ones(3, 3), rg.ones(2, 3), rg.ones(1, 2, 3)
    for _ in range(4):
        h, ys = rg.scan(lambda h, x: ((h @ w + x).tanh(), h * 2), h, x)
        kept, dropped = h.node, (h + 1).node
        ys[-1].argmax().item()
        assert kept.value is not None and dropped.value is None


def test_backward_delivers_what_is_held(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    out = x.exp()
    (out * out).sum().backward()
    before = sum(calls.values())
    assert np.allclose(out.detach().numpy(), np.exp([1.0, 2.0]))
    assert calls["exp"] == 1
    out.argmax(0).item()
    assert sum(calls.values()) - before <= 2        # argmax (and perhaps a detach), nothing of the forward


def test_backward_does_not_compute_what_nobody_holds(calls: Counter[str]) -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    x.cos()
    x.exp().sum().backward()
    assert calls["cos"] == 0


def test_backward_delivers_pending_work_that_is_not_its_own(calls: Counter[str]) -> None:
    a = rg.tensor([1.0, 2.0]).cos()
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    x.exp().sum().backward()
    assert a.node.value is not None and calls["cos"] == 1


def test_a_held_tensor_whose_graph_was_freed_can_be_printed() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    h = x * 3
    k = h + 1
    loss = k.sum()
    loss.backward()
    assert (h.tolist(), k.tolist(), loss.item()) == ([3, 6], [4, 7], 11)
    assert "grad_fn" in repr(h)


@pytest.mark.parametrize("layer", [False, True], ids=["functions", "a layer"])
def test_a_loss_of_what_another_backward_frees_can_be_walked_back(layer: bool) -> None:
    for _ in range(4):                  # built, looked up, followed
        w = rg.tensor([[2.0, 3.0]], requires_grad=True)
        x = rg.nn.functional.linear(rg.ones(1, 1), w.t()) if layer else w.exp()
        other = (x.detach().square() * w).sum()
        loss = (x * 1).sum()
        value = x.detach().clone()
        del x
        loss.backward()
        first = w.grad.clone()
        other.backward()
        np.testing.assert_array_equal((w.grad - first).numpy(), value.square().numpy())


def test_a_tensor_made_of_a_freed_graph_has_its_value() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    h = x * 3
    h.sum().backward()
    assert (h.detach() * 2).tolist() == [6, 12] and (h * 2).tolist() == [6, 12]


def test_a_second_backward_is_an_error() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        loss.backward()
    assert x.grad.tolist() == [2, 4]


def test_a_backward_through_a_part_that_was_freed_is_an_error() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    h = x.exp()
    h.sum().backward()
    with pytest.raises(RuntimeError, match="a second time"):
        (h * 2).sum().backward()


def test_retain_graph_allows_a_second_backward() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert x.grad.tolist() == [4, 8]


def test_evaluating_an_error_leaves_tensors_as_they_were() -> None:
    x = rg.arange(3.0)
    good = x * 2
    bad = good[rg.tensor([5]) + 0]
    with pytest.raises(IndexError):
        bad.tolist()
    assert (good.tolist(), x.tolist()) == ([0, 2, 4], [0, 1, 2])
    with pytest.raises(IndexError):         # and the error is the same the second time
        bad.tolist()


def test_a_failed_tensor_that_is_kept_does_not_stop_others() -> None:
    bad = rg.arange(3.0)[rg.tensor([5]) + 0]
    with pytest.raises(IndexError):
        bad.tolist()
    w = rg.ones(2, requires_grad=True)
    (w * w).sum().backward()
    assert w.grad.tolist() == [2, 2]
    with pytest.raises(IndexError):
        bad.tolist()


def test_a_write_that_fails_to_evaluate_can_be_overwritten() -> None:
    x = rg.zeros(2)
    x += rg.arange(3.0)[rg.tensor([0, 7]) + 0]
    with pytest.raises(IndexError):
        x.tolist()
    x.fill_(4)
    assert x.tolist() == [4, 4]


def _interrupt_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next exp is interrupted, as by Ctrl-C; later ones work."""
    meaning, waiting = EXP.np, [True]

    def interrupted(x: Any) -> Any:
        if waiting:
            waiting.clear()
            raise KeyboardInterrupt
        return meaning(x)
    monkeypatch.setattr(EXP, "np", interrupted)


def test_an_interrupted_evaluation_can_be_taken_up_again(monkeypatch: pytest.MonkeyPatch,
                                                         interpreted: None) -> None:
    _interrupt_once(monkeypatch)
    x = rg.tensor([0.0, 1.0])
    a = x * 2
    y = a.exp()
    with pytest.raises(KeyboardInterrupt):
        y.tolist()
    assert a.tolist() == [0, 2] and np.allclose(y.numpy(), np.exp([0.0, 2.0]))


def test_an_interrupted_backward_leaves_gradients_alone_and_can_be_repeated(
        monkeypatch: pytest.MonkeyPatch, interpreted: None) -> None:
    x = rg.tensor([0.0, 1.0], requires_grad=True)
    x.sum().backward()
    _interrupt_once(monkeypatch)
    loss = x.exp().sum()
    with pytest.raises(KeyboardInterrupt):
        loss.backward()
    assert x.grad.tolist() == [1, 1]
    loss.backward()
    assert np.allclose(x.grad.numpy(), 1 + np.exp([0.0, 1.0]))


def test_an_interrupted_update_leaves_the_tensor_readable(monkeypatch: pytest.MonkeyPatch,
                                                          interpreted: None) -> None:
    _interrupt_once(monkeypatch)
    x = rg.tensor([1.0, 2.0])
    x.add_(rg.zeros(2).exp())
    with pytest.raises(KeyboardInterrupt):
        x.tolist()
    assert x.tolist() == [2, 3]


def test_synchronize_computes_what_is_pending(calls: Counter[str]) -> None:
    a, b = rg.ones(2).exp(), rg.ones(2).sin()
    rg.synchronize()
    assert a.node.value is not None and b.node.value is not None and calls["exp"] == calls["sin"] == 1


def test_eager_computes_each_operation_at_once(calls: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "eager", True)
    y = rg.ones(2).exp()
    assert calls["exp"] == 1 and y.node.value is not None


DEPTH = 100_000


def test_a_chain_of_100_000_operations_is_evaluated_and_freed() -> None:
    x = rg.zeros(2)
    for _ in range(DEPTH):
        x = x + 1
    assert x.tolist() == [DEPTH, DEPTH]
    del x


def test_a_chain_of_100_000_operations_is_walked_back_and_freed() -> None:
    x = rg.ones(2, dtype=rg.float64, requires_grad=True)
    y = x
    for _ in range(DEPTH):
        y = y * 1.00001
    y.sum().backward()
    # one rounding an operation
    np.testing.assert_allclose(x.grad.numpy(), 1.00001 ** DEPTH, rtol=DEPTH * 2.2e-16)
    del y


def test_a_chain_that_nobody_asks_for_is_dropped_without_recursion() -> None:
    from retrograd.graph.node import bind, const
    n = const(1.0, rg.float32)
    for _ in range(DEPTH):
        n = bind(EXP, (n,))
    del n

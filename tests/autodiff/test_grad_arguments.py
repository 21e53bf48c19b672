"""autograd.grad and backward with each of their arguments; hooks; modes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

F64 = rg.float64
grad = rg.autograd.grad


def leaf(values: Any) -> rg.Tensor:
    return rg.tensor(values, dtype=F64, requires_grad=True)


def test_grad_returns_a_tuple_and_leaves_dot_grad_alone() -> None:
    x, y = leaf(2.0), leaf(3.0)
    gx, gy = grad(x * y, (x, y))
    assert (gx.item(), gy.item(), x.grad, y.grad) == (3.0, 2.0, None, None)


def test_grad_outputs_weigh_the_outputs() -> None:
    x = leaf([1.0, 2.0])
    g, = grad([x * x, x], x, [rg.tensor([1.0, 10.0], dtype=F64), rg.tensor([100.0, 100.0], dtype=F64)])
    assert g.tolist() == [102.0, 140.0]


def test_an_unused_input_is_an_error_or_none_or_zeros() -> None:
    x, unused = leaf([1.0, 2.0]), leaf([[1.0]])
    with pytest.raises(RuntimeError, match="allow_unused=True"):
        grad(x.sum(), (x, unused), retain_graph=True)
    assert grad(x.sum(), (x, unused), allow_unused=True)[1] is None
    assert grad(x.sum(), (x, unused), materialize_grads=True)[1].tolist() == [[0.0]]


def test_grad_of_an_intermediate_tensor() -> None:
    x = leaf(2.0)
    h = x * x
    assert grad(h ** 3, h)[0].item() == 3 * 4.0 ** 2


def test_create_graph_gives_derivatives_of_every_order() -> None:
    x = leaf(0.4)
    d = x.sin()
    for expected in (np.cos, lambda v: -np.sin(v), lambda v: -np.cos(v), np.sin, np.cos):
        d, = grad(d, x, create_graph=True)
        assert d.item() == pytest.approx(expected(0.4), rel=1e-12)


def test_backward_with_create_graph_leaves_a_grad_that_can_be_differentiated() -> None:
    x = leaf(3.0)
    (x ** 3).backward(create_graph=True)
    assert x.grad.requires_grad
    assert grad(x.grad, x)[0].item() == 18.0


def test_is_grads_batched_is_a_loop_over_cotangents(rng: np.random.Generator) -> None:
    x = leaf(rng.standard_normal(3))
    y = (x.outer(x)).tanh()
    gs = rg.tensor(rng.standard_normal((5, 3, 3)))
    many, = grad(y, x, gs, is_grads_batched=True, retain_graph=True)
    one = np.stack([grad(y, x, g, retain_graph=True)[0].numpy() for g in gs])
    np.testing.assert_allclose(many.numpy(), one, rtol=1e-13, atol=1e-14)
    with pytest.raises(RuntimeError, match="examples"):
        grad(y, x, gs[0], is_grads_batched=True)


def test_backward_into_given_inputs_only() -> None:
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[x])
    assert x.grad.item() == 3.0 and y.grad is None


def test_a_vector_needs_a_gradient_and_the_error_says_so() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="only a scalar") as error:
        (x * 2).backward()
    assert "mean()" in str(error.value)
    (x * 2).backward(rg.tensor([1.0, 10.0], dtype=F64))
    assert x.grad.tolist() == [2.0, 20.0]


def test_nothing_requires_grad_is_told_with_the_line() -> None:
    with pytest.raises(RuntimeError, match="requires grad") as error:
        rg.ones(2).sum().backward()
    assert "no_grad()" in str(error.value)


def test_two_outputs_in_one_backward() -> None:
    x = leaf(2.0)
    rg.autograd.backward([x * x, x ** 3])
    assert x.grad.item() == 16.0


# ---------------------------------------------------------------- hooks
def test_hooks_run_in_order_each_on_what_the_last_returned() -> None:
    x, seen = leaf(1.0), []
    y = x * 3
    y.register_hook(lambda g: (seen.append(g.item()), g * 2)[1])
    y.register_hook(lambda g: seen.append(g.item()))
    y.backward()
    assert seen == [1.0, 2.0] and x.grad.item() == 6.0


def test_a_hook_on_a_leaf_replaces_its_gradient_once() -> None:
    x = leaf(1.0)
    x.register_hook(lambda g: g + 1)
    (x * 2 + x * 3).backward()          # the hook sees the sum
    assert x.grad.item() == 6.0


def test_a_hook_on_a_leaf_outlives_writes_to_it() -> None:
    x, seen = leaf(1.0), []
    x.register_hook(lambda g: seen.append(g.item()))
    for _ in range(3):
        (x * 2).backward()
        with rg.no_grad():
            x.sub_(0.1)
    assert seen == [2.0] * 3
    for _ in range(3):                  # the program is known by now; hooks run all the same
        (x * 2).backward()
    assert seen == [2.0] * 6


def test_a_removed_hook_is_silent() -> None:
    x = leaf(1.0)
    handle = x.register_hook(lambda g: g * 0)
    handle.remove()
    (x * 2).backward()
    assert x.grad.item() == 2.0


def test_retain_grad_keeps_the_gradient_of_an_intermediate() -> None:
    x = leaf(2.0)
    h = x * x
    h.retain_grad()
    (h * 5).backward(retain_graph=True)
    assert h.grad.item() == 5.0 and h.retains_grad
    (h * 5).backward()                  # as for a leaf, gradients add up
    assert h.grad.item() == 10.0 and x.grad.item() == 40.0


# ---------------------------------------------------------------- modes
def test_no_grad_enable_grad_and_detach_cut_where_they_say() -> None:
    x = leaf(2.0)
    with rg.no_grad():
        a = x * 2
        with rg.enable_grad():
            b = x * 3
    assert not a.requires_grad and b.requires_grad
    (x * x.detach() + b).backward()
    assert x.grad.item() == 5.0


def test_detect_anomaly_names_the_forward_line_of_the_first_nan() -> None:
    x = leaf(-1.0)
    with rg.autograd.detect_anomaly(), pytest.raises(RuntimeError, match="sqrt hands on is nan") as error:
        y = x.sqrt()                    # this line
        (y * 2).backward()
    assert "test_grad_arguments.py" in error.value.where


def test_set_detect_anomaly_is_a_switch_and_a_block() -> None:
    with rg.autograd.set_detect_anomaly(True):
        assert rg.autograd.is_anomaly_enabled()
    assert not rg.autograd.is_anomaly_enabled()


@pytest.mark.parametrize("case", ["grad", "double", "hook"])
def test_as_pytorch(case: str, torch: Any, rng: np.random.Generator) -> None:
    a = rng.standard_normal((3, 3))

    def run(lib: Any) -> np.ndarray:
        x = lib.tensor(a, requires_grad=True)
        y = (x @ x).sigmoid() * x.exp()
        if case == "hook":
            y.register_hook(lambda g: g * g)
        if case == "double":
            g, = lib.autograd.grad(y.sum(), x, create_graph=True)
            y = g * g
        y.sum().backward()
        return x.grad.numpy()
    np.testing.assert_allclose(run(rg), run(torch), rtol=1e-12, atol=1e-13)

"""Reverse mode: sums over paths, products along them, strong zero, what is kept and freed."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.graph.node import Node
from retrograd.utils.checkpoint import checkpoint

F64 = rg.float64


def leaf(values: Any) -> rg.Tensor:
    return rg.tensor(values, dtype=F64, requires_grad=True)


# ---------------------------------------------------------------- the chain rule
def test_a_chain_is_the_product_of_its_local_derivatives() -> None:
    x = leaf(0.3)
    y, product = x, 1.0
    for fn, slope in (
        (rg.sin, np.cos),
        (rg.exp, np.exp),
        (rg.tanh, lambda v: 1 - np.tanh(v) ** 2),
        (rg.log, lambda v: 1 / v),
    ):
        product *= slope(y.item())
        y = fn(y)
    y.backward()
    assert x.grad.item() == pytest.approx(product, rel=1e-12)


def test_fan_out_sums_over_the_paths() -> None:
    x = leaf(1.7)
    y = x * x + x.sin() * x + x / (1 + x)
    y.backward()
    v = 1.7
    assert x.grad.item() == pytest.approx(2 * v + np.cos(v) * v + np.sin(v) + 1 / (1 + v) ** 2, rel=1e-12)


def test_a_diamond_of_depth_60_visits_each_node_once() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(60):             # 2**60 paths
        y = (y + y) * 0.5
    y.backward()
    assert x.grad.item() == 1.0


def test_the_jacobian_of_a_composition_is_the_product_of_jacobians(rng: np.random.Generator) -> None:
    a, b = (rg.tensor(rng.standard_normal((4, 4))) for _ in range(2))
    f, g = (lambda x: (a @ x).tanh()), (lambda x: (b @ x).sin())
    x = rg.tensor(rng.standard_normal(4))
    whole = rg.func.jacrev(lambda x: g(f(x)))(x)
    product = rg.func.jacrev(g)(f(x)) @ rg.func.jacrev(f)(x)
    np.testing.assert_allclose(whole.numpy(), product.numpy(), rtol=1e-12, atol=1e-13)


def test_a_broadcast_operand_gets_the_sum_over_what_it_served() -> None:
    x, b = leaf(np.ones((3, 4))), leaf(np.ones((4,)))
    w = rg.tensor(np.arange(12.0).reshape(3, 4))
    ((x + b) * w).sum().backward()
    np.testing.assert_array_equal(b.grad.numpy(), np.arange(12.0).reshape(3, 4).sum(0))


# ---------------------------------------------------------------- reading and writing at computed places
def test_the_gradient_of_sort_goes_back_where_the_values_came_from(rng: np.random.Generator) -> None:
    values, w = rng.standard_normal(7), np.arange(7.0)
    x = leaf(values)
    (rg.sort(x)[0] * rg.tensor(w)).sum().backward()
    expected = np.empty(7)
    expected[np.argsort(values)] = w
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_gather_and_scatter_add_are_adjoint(rng: np.random.Generator) -> None:
    x, index = leaf(rng.standard_normal((3, 4))), rng.integers(0, 4, (3, 5))
    g = rng.standard_normal((3, 5))
    (rg.gather(x, 1, rg.tensor(index)) * rg.tensor(g)).sum().backward()
    expected = np.zeros((3, 4))
    for i in range(3):
        np.add.at(expected[i], index[i], g[i])
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-14)
    v = leaf(g)
    w = rng.standard_normal((3, 4))
    (rg.zeros(3, 4, dtype=F64).scatter_add(1, rg.tensor(index), v) * rg.tensor(w)).sum().backward()
    np.testing.assert_array_equal(v.grad.numpy(), np.take_along_axis(w, index, 1))


def test_written_places_get_no_gradient_and_written_values_do() -> None:
    x, v = leaf([1.0, 2.0, 3.0]), leaf([10.0])
    y = x.clone()
    y[1:2] = v
    (y * rg.tensor([5.0, 6.0, 7.0], dtype=F64)).sum().backward()
    assert x.grad.tolist() == [5.0, 0.0, 7.0] and v.grad.tolist() == [6.0]


# ---------------------------------------------------------------- strong zero
@pytest.mark.parametrize(("f", "at"), [
    (lambda x: rg.where(x > 0, x.sqrt(), 0 * x), [0.0, 4.0]),
    (lambda x: rg.where(x > 0, x.log(), x * 0), [0.0, 4.0]),
    (lambda x: rg.where(x > 0, 1 / x, x * 0), [0.0, 4.0]),
    (lambda x: rg.where(x > 0, x.rsqrt(), x * 0), [0.0, 4.0]),
    (lambda x: rg.where(x > 0, x ** 0.5, x * 0), [0.0, 4.0]),
    (lambda x: x.sqrt() * rg.tensor([0.0, 1.0], dtype=F64), [0.0, 4.0]),
])
def test_a_masked_branch_hands_on_zero_and_not_nan(f: Any, at: list[float]) -> None:
    x = leaf(at)
    f(x).sum().backward()
    assert x.grad[0].item() == 0.0 and np.isfinite(x.grad[1].item()) and x.grad[1].item() != 0


def test_the_norm_at_zero_has_gradient_zero() -> None:
    x = leaf([0.0, 0.0])
    x.norm().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_second_derivatives_of_a_masked_branch_are_finite_too() -> None:
    f = lambda x: rg.where(x > 0, x.sqrt(), 0 * x).sum()
    h = rg.func.hessian(f)(rg.tensor([0.0, 4.0], dtype=F64)).numpy()
    np.testing.assert_allclose(h, [[0, 0], [0, -1 / 32]], rtol=1e-12)


# ---------------------------------------------------------------- keeping, freeing, accumulating
def test_a_second_backward_raises_and_names_the_forward_line() -> None:
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="second time") as error:
        y.backward()
    assert "retain_graph=True" in str(error.value) and "test_reverse.py" in error.value.where


def test_retain_graph_allows_a_second_backward_and_gradients_add_up() -> None:
    x = leaf(2.0)
    y = x ** 3
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 24.0


def test_grad_frees_only_what_it_walked() -> None:
    w, x = leaf(2.0), leaf(3.0)
    h = w.exp()
    z = h * x
    rg.autograd.grad(z, x)
    h.backward()                    # h's own history was not walked
    assert w.grad.item() == pytest.approx(np.exp(2.0), rel=1e-14)


def test_a_function_of_a_freed_tensor_can_be_transformed() -> None:
    w = leaf(2.0)
    h = w * w
    h.backward(retain_graph=False)
    assert rg.func.grad(lambda x: x * h.detach())(rg.tensor(1.0, dtype=F64)).item() == 4.0


def test_a_chain_of_100_000_operations_is_walked_and_freed_without_recursion() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1e-9
    y.backward()
    assert x.grad.item() == 1.0
    del y


def test_a_deep_graph_that_was_never_evaluated_is_freed_without_recursion() -> None:
    x = leaf(np.ones(2))
    y = x * 2
    for _ in range(100_000):
        y = y * 1.0
    del y


def test_1000_steps_leave_nothing_for_the_garbage_collector() -> None:
    w, x = leaf(np.ones((4, 4))), rg.ones(3, 4, dtype=F64)

    def step() -> None:
        loss = ((x @ w).tanh() ** 2).sum()
        loss.backward()
        with rg.no_grad():
            w.sub_(0.01 * w.grad)
        w.grad = None

    for _ in range(20):
        step()
    gc.collect()
    gc.disable()
    try:
        for _ in range(1000):
            step()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_memory_is_flat_over_steps_and_programs_keep_no_call_alive() -> None:
    w = leaf(np.ones(3))

    def step() -> None:
        y = Saved.apply(w * 0.5).sum()
        y.item()                        # read before backward: residuals are kept
        y.backward()
        rg.func.vmap(rg.func.grad(Saved.apply))(w.detach()).sum().item()
        w.grad = None

    def nodes() -> int:
        return sum(type(o) is Node for o in gc.get_objects())
    for _ in range(30):             # by then the lines that read have their trails
        step()
    before = nodes()
    for _ in range(100):
        step()
    assert nodes() <= before


class Saved(rg.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.saved_tensors[1]


@pytest.mark.parametrize("inner", ["function", "checkpoint", "hooks", "transforms"])
def test_the_layers_above_make_no_cycles_either(inner: str) -> None:
    w = leaf(np.ones(3))
    from_loss = {"function": lambda: Saved.apply(w).sum(),
                 "checkpoint": lambda: checkpoint(lambda x: (x * w).sin(), w).sum(),
                 "hooks": lambda: hooked(w).sum(),
                 "transforms": lambda: rg.func.grad(lambda x: (x * w).sum())(w).sum()}

    def hooked(x: Any) -> Any:
        y = x * 2
        y.register_hook(lambda g: g * 2)
        return y

    def step() -> None:
        from_loss[inner]().backward()
        w.grad = None

    for _ in range(40):         # what is prepared for lines that come again takes the place of others
        step()
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            step()
        assert gc.collect() < 20
    finally:
        gc.enable()


def test_a_composite_that_a_backward_beside_it_delivered_can_still_be_differentiated() -> None:
    layer, x = rg.nn.Linear(2, 3), rg.ones(4, 2)
    made = layer(x)
    w = rg.ones(3, requires_grad=True)
    (made.detach() * w).sum().backward()        # computes `made`, which is held, on the way
    made.sum().backward()
    assert layer.weight.grad.tolist() == [[4.0, 4.0]] * 3


def test_backward_frees_its_own_graph_and_no_graph_that_is_held_beside_it() -> None:
    layer, x, w = rg.nn.Linear(2, 3), rg.ones(4, 2), rg.ones(3, requires_grad=True)
    for _ in range(3):                          # the first time the program is built, then it is known
        made = layer(x)
        (made.detach() * w).sum().backward()
        made.sum().backward()
    assert layer.bias.grad.tolist() == [12.0] * 3

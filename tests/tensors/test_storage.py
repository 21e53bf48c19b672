"""One memory under several names: detach, .data, parameters and state, as PyTorch shares them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg


def test_detach_shares_memory_both_ways(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3, requires_grad=True)
        d = x.detach()
        d[0] = 5
        with lib.no_grad():
            x[1] = 7
        return [x, d, d.requires_grad]
    both(action)


def test_data_shares_memory_and_its_writes_are_not_recorded(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        x.data.mul_(10)
        x.data[0] += 1
        (x * x).sum().backward()
        return [x, x.grad, x.data.requires_grad]
    both(action)


def test_assigning_data_replaces_the_value_of_a_leaf(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        other = lib.tensor([5.0, 6.0, 7.0])
        x.data = other
        (x * x).sum().backward()
        x.data.add_(1)
        return [x, x.grad, other, x.is_leaf]
    both(action)


def test_data_of_a_computed_tensor_shares_its_memory(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        y.data.add_(100)
        y.sum().backward()
        return [y, x.grad]
    both(action)


def test_a_write_through_detach_does_not_change_a_gradient_already_recorded_for_a_plain_value() -> None:
    """Recorded work used the old value: writes make a new one."""
    w = rg.tensor([2.0], requires_grad=True)
    x = rg.tensor([3.0])
    y = w * x
    x.add_(10)
    y.backward()
    assert w.grad.tolist() == [3.0]


def test_an_optimiser_step_by_hand_does_not_change_recorded_work() -> None:
    w = rg.tensor([2.0], requires_grad=True)
    loss = (w * w).sum()
    with rg.no_grad():
        w -= 0.5
    loss.backward()
    assert (w.tolist(), w.grad.tolist(), loss.item()) == ([1.5], [4.0], 4.0)


def test_a_parameter_shares_the_memory_of_its_data(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        p = lib.nn.Parameter(x)
        x.add_(1)
        with lib.no_grad():
            p.mul_(3)
        return [x, p, p.is_leaf]
    both(action)


def test_state_dict_shares_memory_with_the_parameters(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        layer = lib.nn.Linear(2, 1)
        state = layer.state_dict()
        with lib.no_grad():
            layer.weight.fill_(4)
        first = state["weight"].clone()
        state["weight"].fill_(5)
        return [first, layer.weight, state["weight"].requires_grad]
    both(action)


def test_a_gradient_is_added_in_place(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        (x * 2).sum().backward()
        g = x.grad
        (x * 3).sum().backward()
        return [g, x.grad is g, x.grad]
    both(action)


def test_zeroing_a_gradient_in_place_zeroes_its_other_names(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        (x * 2).sum().backward()
        g = x.grad
        x.grad.zero_()
        return [g, x.grad]
    both(action)


def test_setting_a_gradient_checks_its_shape(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        x.grad = lib.ones(3)
    both(action)


def test_a_tensor_and_its_flattened_parts_are_one_memory(both: Callable[..., None]) -> None:
    """What parameters_to_vector and fused optimisers rely on: views of one vector as parameters."""
    def action(lib: Any) -> Any:
        flat = lib.zeros(6)
        a, b = flat[:2].view(1, 2), flat[2:].view(2, 2)
        a += 1
        b[1] = 7
        flat.mul_(2)
        return [flat, a, b]
    both(action)


def test_swapping_two_tensors_through_a_clone(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([[1, 2], [3, 4]])
        x[0], x[1] = x[1].clone(), x[0].clone()
        return x
    both(action)


def test_swapping_two_views_without_a_clone_overwrites_one(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([[1, 2], [3, 4]])
        x[0], x[1] = x[1], x[0]
        return x
    both(action)


@pytest.mark.parametrize("read", [lambda x: x.tolist(), lambda x: repr(x), lambda x: x.sum().item(),
                                  lambda x: None],
                         ids=["tolist", "repr", "sum", "unread"])
def test_reading_between_writes_changes_nothing(read: Callable[[Any], Any]) -> None:
    x = rg.tensor([1.0, 2.0, 3.0])
    v = x[1:]
    for k in range(3):
        x.mul_(2)
        read(x)
        v.add_(k)
        read(v)
    assert x.tolist() == [8.0, 20.0, 28.0]      # 2*(2*(2*2+0)+1)+2 and 2*(2*(2*3+0)+1)+2


def test_a_write_without_gradients_keeps_the_history(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3, requires_grad=True)
        y = x * 2
        row = y[0]
        with lib.no_grad():
            row.mul_(3)
            y.mul_(2)
            seen = [y.requires_grad, row.requires_grad]
        (y.sum() + row).backward()
        first = x.grad.clone()
        z = x * 3
        with lib.no_grad():
            z.zero_()
            z.copy_(lib.arange(3.0))
            z[0] = 7
        (z * z).sum().backward()
        return [*seen, y, row, first, x.grad]
    both(action)


def test_what_is_written_to_a_detached_tensor_is_its_history_alone(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        w = lib.tensor([2.0, 3.0], requires_grad=True)
        seen = []

        def graded(*losses: Any) -> None:
            for loss in losses:
                loss.backward()
            seen.append(w.grad)
            w.grad = None
        x = lib.ones(2)
        d = x.detach()
        d.mul_(w)
        d.add_(w)
        seen += [x.requires_grad, d.requires_grad, x.clone()]
        graded(d.sum() + x.sum())
        d = x.detach()
        part = d[0]
        part.mul_(w[0])
        seen += [d.requires_grad, part.requires_grad, x.requires_grad]
        graded((d * d).sum())
        d = x.detach()
        d.mul_(w)
        x.add_(1)
        seen += [d.detach().clone(), d.requires_grad]
        graded((d * 3).sum())
        y = w * 1
        d = y.detach()
        d.mul_(w)
        graded((y * 1).sum(), d.sum())
        h = w * 2
        h.detach_()
        h += w
        graded(h.sum())
        z = lib.ones(4).detach().view(2, 2)
        z[0] = w
        graded((z * z).sum())
        with lib.no_grad():
            d = x.detach()
            d.mul_(w)
        return [*seen, d.requires_grad, d.detach().requires_grad]
    both(action)


def test_a_view_does_not_forget_its_history(both: Callable[..., None]) -> None:
    both(lambda lib: (lib.ones(2, requires_grad=True) * 2)[0].detach_())

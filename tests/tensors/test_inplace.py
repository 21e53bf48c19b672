"""Writing in place: what is allowed, what it does to types and versions, and what gradients see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

UNARY = ("neg", "exp", "log", "sqrt", "rsqrt", "reciprocal", "tanh", "sigmoid", "sin", "cos", "abs", "square",
         "log1p",
         "expm1", "erf", "relu")
FLAT = ("sign", "floor", "ceil", "round", "trunc", "zero")


@pytest.mark.parametrize("name", UNARY)
def test_a_function_in_place_has_pytorchs_value_and_gradient(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([0.3, 1.7, 2.5], dtype=lib.float64, requires_grad=True)
        y = x * 1.25
        alias = y.view(3, 1)
        out = getattr(y, name + "_")()
        (y * lib.tensor([1.0, 2.0, 3.0], dtype=lib.float64)).sum().backward()
        return [y, alias, out is y, x.grad]
    both(action, 1e-14)         # some ulp


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_function_in_place_has_pytorchs_value(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        y = lib.tensor([-0.3, 1.7, 2.5], dtype=lib.float64)
        alias = y.view(3, 1)
        return [getattr(y, name + "_")() is y, y, alias]
    both(action)


def _grad(lib: Any, x: Any) -> Any:
    """No gradient and a gradient of zero are one thing here."""
    return lib.zeros_like(x) if x.grad is None else x.grad


BINARY: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda lib, x, y: x.add_(y), "add alpha": lambda lib, x, y: x.add_(y, alpha=2),
    "sub": lambda lib, x, y: x.sub_(y), "mul": lambda lib, x, y: x.mul_(y), "div": lambda lib, x,
    y: x.div_(y),
    "pow": lambda lib, x, y: x.pow_(2), "copy": lambda lib, x, y: x.copy_(y), "fill": lambda lib, x,
    y: x.fill_(3.5),
    "clamp": lambda lib, x, y: x.clamp_(0.5, 1.5), "masked_fill": lambda lib, x,
    y: x.masked_fill_(x > 1, -2.0),
    "lerp": lambda lib, x, y: x.lerp_(y, 0.25), "addcmul": lambda lib, x, y: x.addcmul_(y, y, value=0.5),
    "addcdiv": lambda lib, x, y: x.addcdiv_(y, y + 3, value=0.5), "number": lambda lib, x,
    y: x.mul_(2).add_(1),
    "index_add": lambda lib, x, y: x.index_add_(0, lib.tensor([0, 0, 2]), y),
    "scatter": lambda lib, x, y: x.scatter_(0, lib.tensor([2, 0]), 9.0),
    "scatter_add": lambda lib, x, y: x.scatter_add_(0, lib.tensor([2, 0, 0]), y),
    "remainder": lambda lib, x, y: x.remainder_(2.0), "self": lambda lib, x, y: x.add_(x),
    "view of itself": lambda lib, x, y: x.copy_(x.flip(0)),
}


@pytest.mark.parametrize("name", BINARY)
def test_a_method_in_place_has_pytorchs_value_and_gradients(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        a = lib.tensor([0.3, 1.7, 2.5], dtype=lib.float64, requires_grad=True)
        b = lib.tensor([1.1, -0.4, 0.8], dtype=lib.float64, requires_grad=True)
        x = a * 1.25
        BINARY[name](lib, x, b * 1.0)
        ((x * x * lib.tensor([1.0, 2.0, 3.0], dtype=lib.float64)).sum() + a.sum()).backward()
        return [x.detach(), _grad(lib, a), _grad(lib, b)]
    both(action, 1e-13)         # some ulp, squared values up to 1e2


LEAF_WRITES: dict[str, Callable[[Any, Any], Any]] = {
    "add_": lambda lib, x: x.add_(1), "+=": lambda lib, x: x.__iadd__(1), "view": lambda lib, x: x[0].add_(1),
    "index": lambda lib, x: x.__setitem__(0, 1.0), "zero_": lambda lib, x: x.zero_(), "fill_": lambda lib,
    x: x.fill_(1),
    "view of view": lambda lib, x: x.view(2, 1)[0].mul_(2), "copy_": lambda lib, x: x.copy_(lib.ones(2)),
    "normal_": lambda lib, x: x.normal_(), "mask": lambda lib, x: x.__setitem__(x > 0, 0.0),
}


@pytest.mark.parametrize("name", LEAF_WRITES)
def test_a_leaf_that_requires_grad_refuses(both: Callable[..., None], name: str) -> None:
    both(lambda lib: LEAF_WRITES[name](lib, lib.ones(2, requires_grad=True)))


@pytest.mark.parametrize("name", [n for n in LEAF_WRITES if n != "normal_"])
def test_a_leaf_may_be_written_without_gradients(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        with lib.no_grad():
            LEAF_WRITES[name](lib, x)
        (x * x).sum().backward()
        return [x, x.grad, x.is_leaf]
    both(action)


def test_a_leaf_refused_is_a_leaf_unchanged() -> None:
    x = rg.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError):
        x.add_(1)
    assert x.tolist() == [1, 1] and x._version == 0


@pytest.mark.parametrize("case", [
    ("int64", lambda x: x.add_(1.5)), ("int64", lambda x: x.add_(2)), ("int64", lambda x: x.div_(2)),
    ("int64", lambda x: x.mul_(True)), ("bool", lambda x: x.add_(1)), ("float32", lambda x: x.add_(1)),
    ("uint8", lambda x: x.mul_(2)), ("int32", lambda x: x.add_(2 ** 20)), ("float16", lambda x: x.mul_(1.5)),
    ("int64", lambda x: x.fill_(2.7)), ("bool", lambda x: x.fill_(3)),
    ("int64", lambda x: x.floor_divide_(2)),
    ("int64", lambda x: x.pow_(2)), ("int64", lambda x: x.clamp_(min=1)), ("int64", lambda x: x.sqrt_()),
    ("float32", lambda x: x.__setitem__(0, 7)), ("int64", lambda x: x.__setitem__(0, 7.9))],
    ids=lambda c: c[0])
def test_the_type_of_what_is_written_stays(both: Callable[..., None], case: Any) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3, dtype=getattr(lib, case[0]))
        case[1](x)
        return x
    both(action)


@pytest.mark.parametrize("pair", [("float32", "float64"), ("float32", "int64"), ("int64", "float32"),
                                  ("int32", "int64"),
                                  ("uint8", "int8"), ("bool", "int64"), ("float16", "float32"),
                                  ("int64", "bool")])
def test_a_tensor_written_to_another_dtype(both: Callable[..., None], pair: tuple[str, str]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3, dtype=getattr(lib, pair[0]))
        x += lib.ones(3, dtype=getattr(lib, pair[1]))
        return x
    both(action)


@pytest.mark.parametrize("shapes", [((3,), (1,)), ((3,), ()), ((2, 3), (3,)), ((1,), (3,)), ((3,), (2, 3)),
                                    ((2,), (3,))],
                         ids=str)
def test_the_shape_of_what_is_written_stays(both: Callable[..., None], shapes: Any) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(shapes[0])
        x += lib.ones(shapes[1])
        return x
    both(action)


def test_the_version_counts_the_writes(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(3)
        v = x[1:]
        seen = [x._version]
        x.add_(1)
        seen.append(x._version)
        v.mul_(2)
        seen += [x._version, v._version]
        x[0] = 5
        seen.append(x._version)
        seen.append(x.detach()._version)
        seen.append((x + 1)._version)
        return seen
    both(action)


def test_requires_grad_is_switched_on_and_off(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        seen = [x.requires_grad]
        x.requires_grad_()
        y = x * 2
        seen += [x.requires_grad, y.requires_grad, x.is_leaf, y.is_leaf]
        x.requires_grad_(False)
        z = x * 3
        seen += [x.requires_grad, z.requires_grad, y.requires_grad]
        x.requires_grad = True
        seen += [(x * 3).requires_grad]
        return seen
    both(action)


def test_requires_grad_of_a_computed_tensor_cannot_be_switched_off(both: Callable[..., None]) -> None:
    both(lambda lib: (lib.ones(2, requires_grad=True) * 2).requires_grad_(False))


def test_requires_grad_of_integers_is_refused(both: Callable[..., None]) -> None:
    both(lambda lib: lib.ones(2, dtype=lib.int64).requires_grad_())


def test_a_tensor_frozen_after_use_still_receives_what_was_recorded(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x, w = lib.ones(2, requires_grad=True), lib.full((2,), 3.0, requires_grad=True)
        y = (x * w).sum()
        w.requires_grad_(False)
        y.backward()
        return [x.grad]
    both(action)


def test_writing_a_tracked_value_to_a_plain_tensor_makes_it_tracked(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        w = lib.tensor([2.0, 3.0], requires_grad=True)
        buffer = lib.zeros(2, 2)
        buffer[0] = w
        buffer[1].copy_(w * 2)
        (buffer * buffer).sum().backward()
        return [buffer, buffer.requires_grad, w.grad]
    both(action)


def test_overwriting_a_part_cuts_its_gradient(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = x * 2
        y[1] = 10.0
        (y * y).sum().backward()
        return [y, x.grad]
    both(action)


def test_detach_in_place_cuts_the_history(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        y = (x * 2).detach_()
        return [y, y.requires_grad, y.is_leaf]
    both(action)


def test_a_loop_that_updates_in_place_has_the_gradient_of_the_product(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(1.1, dtype=lib.float64, requires_grad=True)
        y = lib.ones((), dtype=lib.float64)
        for _ in range(10):
            y = y * x
            y += 0.1
        y.backward()
        return [y, x.grad]
    both(action, 1e-14)


def test_shape_methods_in_place_change_the_tensor(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.arange(6).view(2, 3).clone()
        seen = [x.t_().clone(), x.unsqueeze_(0).clone(), x.squeeze_(0).clone(), x.transpose_(0, 1).clone()]
        return [x, *seen]
    both(action)


def test_random_fills_write_in_place() -> None:
    x = rg.zeros(1000)
    alias = x.view(10, 100)
    assert x.uniform_(2, 3) is x
    assert 2 <= alias.min().item() <= alias.max().item() < 3
    x.normal_(5, 0.1)
    assert abs(alias.mean().item() - 5) < 0.02        # six standard errors
    x.bernoulli_(0.25)
    assert set(np.unique(alias.numpy())) == {0.0, 1.0}

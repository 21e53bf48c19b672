"""RETROGRAD_CHECK=inplace: a backward that reads what was written over raises where PyTorch raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.base.errors import InplaceError
from retrograd.tensors import overwritten

VALUES = np.array([[0.3, 0.8, 0.5], [0.2, 0.6, 0.9], [0.7, 0.4, 0.1]], np.float32)
# x -> y: then x, or y, is written over before backward.
UNARY = {name: (lambda x, name=name: getattr(x, name)()) for name in """
    abs acos asin atan cos cosh digamma erf erfc exp expm1 floor lgamma log log1p log2 neg reciprocal round
    rsqrt sigmoid sign sin sinh sqrt square tan tanh sum mean clone logit norm t prod min amax erfinv sinc
    """.split()}
UNARY |= {
    "softmax": lambda x: x.softmax(0), "log_softmax": lambda x: x.log_softmax(0), "var": lambda x: x.var(0),
    "cumsum": lambda x: x.cumsum(0), "clamp": lambda x: x.clamp(0.2), "max": lambda x: x.max(0)[0],
    "square": lambda x: x ** 2, "power": lambda x: x ** 3.5, "base": lambda x: 2 ** x,
    "twice": lambda x: x * 2, "half": lambda x: x / 2, "over": lambda x: 2 / x, "product": lambda x: x * x,
    "view": lambda x: x.view(-1), "flip": lambda x: x.flip(0), "index": lambda x: x[[0, 1]],
    "mask": lambda x: x[x > 0], "sort": lambda x: x.sort(0)[0], "repeated": lambda x: x.t().reshape(-1),
    "masked_fill": lambda x: x.masked_fill(x > 0.5, 1.0),
}
BINARY = {
    "add": lambda a, b: a + b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "pow": lambda a, b: a ** b, "mm": lambda a, b: a @ b, "mv": lambda a, b: a @ b[0],
    "dot": lambda a, b: a[0] @ b[0], "bmm": lambda a, b: a[None] @ b[None],
    "outer": lambda a, b: a[0].outer(b[0]), "lerp": lambda a, b: a.lerp(b, 0.3),
    "addcmul": lambda a, b: a.addcmul(a, b), "addmm": lambda a, b: a.addmm(a, b),
    **{name: (lambda a, b, name=name: getattr(a, name)(b)) for name in ("atan2", "maximum", "hypot")},
}
FUNCTIONAL = {name: (lambda F, x, name=name: getattr(F, name)(x)) for name in """
    relu leaky_relu elu selu gelu silu mish softplus hardtanh hardswish logsigmoid tanhshrink softshrink
    normalize""".split()}
FUNCTIONAL |= {
    "layer_norm": lambda F, x: F.layer_norm(x, (3,)), "mse": lambda F, x: F.mse_loss(x, x.detach() * 2),
    "linear": lambda F, x: F.linear(x, x), "glu": lambda F, x: F.glu(x.view(1, -1)[:, :8]),
    "conv": lambda F, x: F.conv1d(x[None], x[:, :, None]),
}


@pytest.fixture
def checking(monkeypatch: Any) -> Iterator[None]:
    monkeypatch.setattr(config, "check", frozenset({"inplace"}))
    undo = overwritten.install()
    yield
    undo()


def _raises(lib: Any, make: Callable[..., Any], which: int, operands: int) -> bool:
    x = lib.tensor(VALUES, requires_grad=True)
    parts = [x * (k + 1) for k in range(operands)]
    y = make(*parts)
    with lib.no_grad():
        [*parts, y][which].mul_(1)
    try:
        y.sum().backward()
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
        return True
    return False


@pytest.mark.parametrize("name", UNARY)
def test_what_a_function_keeps_may_not_be_written_over(torch: Any, checking: None, name: str) -> None:
    for which in (0, 1):
        assert _raises(rg, UNARY[name], which, 1) == _raises(torch, UNARY[name], which, 1), which


@pytest.mark.parametrize("name", BINARY)
def test_what_two_operands_keep_may_not_be_written_over(torch: Any, checking: None, name: str) -> None:
    for which in (0, 1, 2):
        assert _raises(rg, BINARY[name], which, 2) == _raises(torch, BINARY[name], which, 2), which


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_what_a_composite_keeps_may_not_be_written_over(torch: Any, checking: None, name: str) -> None:
    for which in (0, 1):
        mine, theirs = (_raises(lib, lambda x, lib=lib: FUNCTIONAL[name](lib.nn.functional, x), which, 1)
                        for lib in (rg, torch))
        assert mine == theirs, which


STORIES: dict[str, Callable[[Any], Any]] = {}


def _story(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    STORIES[function.__name__.strip("_").replace("_", " ")] = function
    return function


@_story
def _a_step_between_forward_and_backward(lib: Any) -> None:
    a, b = lib.nn.Linear(2, 2), lib.nn.Linear(2, 1)
    optimizer = lib.optim.Adam([*a.parameters(), *b.parameters()])
    x = lib.ones(1, 2)
    for _ in range(2):
        optimizer.zero_grad()
        b(a(x)).sum().backward()
        optimizer.step()
    loss = b(a(x)).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    loss.backward()


@_story
def _training_as_it_should_be(lib: Any) -> None:
    net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(3), lib.nn.ReLU(inplace=True),
                            lib.nn.Linear(3, 1))
    optimizer = lib.optim.Adam(net.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        net(lib.ones(4, 2)).pow(2).mean().backward()
        lib.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()


@_story
def _through_data(lib: Any) -> None:
    w, x = lib.ones(2, requires_grad=True), lib.ones(2, requires_grad=True)
    y = (w * x).sum()
    w.data.add_(1)
    y.backward()


@_story
def _through_detach(lib: Any) -> None:
    w, x = lib.ones(2, requires_grad=True), lib.ones(2, requires_grad=True)
    y = (w * x).sum()
    w.detach().add_(1)
    y.backward()


@_story
def _another_row_of_the_memory(lib: Any) -> None:
    x = lib.ones(2, 2, requires_grad=True) * 1
    row = x[0]
    y = (row * row).sum()
    x[1].zero_()
    y.backward()


@_story
def _a_product_in_a_loop(lib: Any) -> None:
    x = lib.ones(2, requires_grad=True)
    y = x * 1
    for _ in range(3):
        y.mul_(x)
    y.sum().backward()


@_story
def _relu_and_more(lib: Any) -> None:
    y = lib.relu(lib.ones(2, requires_grad=True) * 1)
    y += 1
    y.sum().backward()


@_story
def _relu_in_place(lib: Any) -> None:
    lib.nn.functional.relu(lib.ones(2, requires_grad=True) * 1, inplace=True).sum().backward()


@_story
def _states_collected(lib: Any) -> None:
    h, x, out = lib.zeros(1, 2), lib.ones(2, requires_grad=True), lib.zeros(3, 2)
    for k in range(3):
        h = lib.tanh(h + x)
        out[k] = h[0]
    out.sum().backward()


@_story
def _states_read_where_they_are_collected(lib: Any) -> None:
    h, x = lib.zeros(3, 2), lib.ones(2, requires_grad=True)
    for k in range(2):
        h[k + 1] = lib.tanh(h[k] * x)
    h.sum().backward()


@_story
def _a_step_of_one_player_before_the_backward_of_the_other(lib: Any) -> None:
    d, g = lib.nn.Linear(2, 1), lib.nn.Linear(2, 2)
    optimizer = lib.optim.SGD(d.parameters(), lr=0.1)
    fake = g(lib.ones(1, 2))
    loss_g, loss_d = d(fake).sum(), d(fake.detach()).sum()
    loss_d.backward()
    optimizer.step()
    loss_g.backward()


@pytest.mark.parametrize("name", STORIES)
def test_programs_fail_where_they_do_in_pytorch(torch: Any, checking: None, name: str) -> None:
    def fails(lib: Any) -> bool:
        try:
            STORIES[name](lib)
        except RuntimeError as error:
            assert "modified by an inplace operation" in str(error)
            return True
        return False
    assert fails(rg) == fails(torch)


def test_the_error_names_both_lines(checking: None) -> None:
    x = rg.ones(2, requires_grad=True) * 1
    y = (x * x).sum()
    x[0] = 5
    with pytest.raises(InplaceError) as caught:
        y.backward()
    said = str(caught.value)
    here = test_the_error_names_both_lines.__code__.co_firstlineno
    assert f"test_overwritten.py:{here + 3}, in" in said and f"test_overwritten.py:{here + 2}, in" in said
    assert "mul" in said and "version 1, expected version 0" in said and "x = x + 1" in said


def test_without_the_check_the_gradient_is_that_of_what_was_read() -> None:
    x = rg.ones(2, requires_grad=True)
    y = x * 3
    z = (y * y).sum()
    y.zero_()
    z.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [18, 18])

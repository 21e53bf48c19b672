"""Values that are refused: at the call where they are known, else when they are computed, in both tiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.checks import without_checks
from retrograd.codegen.compile_graph import describe
from retrograd.engine import program as engine_program
from retrograd.engine.program import programs

F = rg.nn.functional
INTEGERS = [rg.int64, rg.int32, rg.int16, rg.int8, rg.uint8]


@pytest.fixture(params=["native", "numpy"], autouse=True)
def tier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)
    monkeypatch.setattr(config, "jit", request.param == "native")


DIVISIONS: dict[str, Any] = {
    "//": lambda a, b: a // b, "%": lambda a, b: a % b, "fmod": rg.fmod,
    "trunc": lambda a, b: rg.div(a, b, rounding_mode="trunc")}


@pytest.mark.parametrize("division", DIVISIONS.values(), ids=DIVISIONS)
@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_an_integer_divided_by_zero_is_an_error(division: Any, dtype: Any) -> None:
    """As in PyTorch, whose message begins with the same word."""
    a, b = rg.tensor([[7, 6], [5, 4]], dtype=dtype), rg.tensor([3, 0], dtype=dtype)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        division(a, b)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        division(a, 0)
    computed = division(a, b * 1)
    with pytest.raises(RuntimeError, match="ZeroDivisionError") as e:
        computed.tolist()
    assert "test_checked.py" in str(e.value)
    assert division(a, b + 1).tolist() == division(a.double(), (b + 1).double()).long().tolist()


def test_floats_divide_by_zero_and_zero_is_divided() -> None:
    assert (rg.tensor([1, -1]) // 0.0).tolist() == [np.inf, -np.inf]
    assert (rg.tensor([1.0, -1.0]) // rg.tensor([0, 0])).tolist() == [np.inf, -np.inf]
    assert (0 // rg.tensor([1, 2])).tolist() == [0, 0] and (rg.tensor([0, 0]) % 5).tolist() == [0, 0]
    assert (rg.tensor([], dtype=rg.int64) // rg.tensor([], dtype=rg.int64)).tolist() == []


@pytest.mark.parametrize("bad", [-1e-7, 1.0000002, np.nan, np.inf])
@pytest.mark.parametrize("dtype", [rg.float32, rg.float64, rg.bfloat16], ids=str)
def test_probabilities_are_checked_when_they_are_computed(bad: float, dtype: Any) -> None:
    if dtype is rg.bfloat16:
        bad *= 1.1
    x = rg.tensor([[0.0, 1.0, 0.5], [0.25, 0.75, bad]], dtype=dtype, requires_grad=True)
    t = rg.ones(2, 3, dtype=dtype)
    loss = F.binary_cross_entropy(x * 1, t)
    with pytest.raises(RuntimeError, match=r"outside \[0, 1\]") as e:
        loss.backward()
    assert "test_checked.py" in str(e.value)
    with pytest.raises(RuntimeError, match=r"outside \[0, 1\]"):
        F.binary_cross_entropy(x, t)


@pytest.mark.parametrize("view", [lambda x: x, lambda x: x.t(), lambda x: x[:, 1:], lambda x: x.flip(1)])
def test_checked_values_are_the_values_whatever_their_layout(view: Any) -> None:
    torch = pytest.importorskip("torch")
    a, t = np.linspace(0.05, 0.95, 12, dtype=np.float32).reshape(3, 4), np.float32(0.25)
    theirs = torch.tensor(a, requires_grad=True)
    y = view(theirs * 1)
    torch.nn.functional.binary_cross_entropy(y, torch.full_like(y, 0.25)).backward()
    ours = rg.tensor(a, requires_grad=True)
    y = view(ours * 1)
    F.binary_cross_entropy(y, rg.full(y.shape, float(t))).backward()
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-5)     # some ten roundings


def test_a_refused_value_leaves_the_parameter_as_it_was() -> None:
    w = rg.full((3,), 0.5, requires_grad=True)
    opt = rg.optim.SGD([w], lr=10.0)

    def step() -> None:
        opt.zero_grad()
        F.binary_cross_entropy(w * 1, rg.zeros(3)).backward()
        opt.step()
    step()
    before = w.tolist()                     # far below 0 now
    with pytest.raises(RuntimeError, match="outside"):
        step()
    assert w.tolist() == before


def test_a_compiled_step_checks_too() -> None:
    divide = rg.compile(lambda a, b: a // b)
    a = rg.tensor([8, 9, 10])
    for _ in range(4):
        assert divide(a, rg.tensor([1, 2, 3])).tolist() == [8, 4, 3]
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        divide(a, rg.tensor([1, 0, 3])).tolist()


def test_a_check_parts_no_loop() -> None:
    x, t = rg.tensor(np.ones((64, 8), np.float32)), rg.tensor(np.ones((64, 8), np.float32))
    loss = F.binary_cross_entropy(rg.sigmoid(x), t)
    lines = describe([loss.node]).splitlines()
    assert len(lines) == 2 and "check" in lines[-1], lines
    assert "sigmoid" in lines[0] and "log" in lines[0]


def test_without_checks_consumers_read_what_was_checked() -> None:
    x = rg.sigmoid(rg.rand(4))
    loss = F.binary_cross_entropy(x, rg.rand(4), reduction="none").node
    (root,), (check,) = without_checks([loss])
    assert check.inputs == (x.node,) and check.prim.lower == "check"
    assert without_checks([root]) == ([root], [])
    assert without_checks([check]) == ([check], [])

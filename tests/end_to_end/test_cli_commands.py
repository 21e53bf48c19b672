"""The command itself: its list, its errors, `env`, and the verdicts of its gradient check."""

from __future__ import annotations

import json

import numpy as np
import pytest

import retrograd as rg
from retrograd.cli import gradients
from retrograd.version import __version__


def test_the_command_alone_lists_what_there_is(retrograd) -> None:
    text = retrograd().stdout
    assert "retrograd train digits" in text
    for name in ("train", "predict", "eval", "run", "env"):
        assert f"\n  {name} " in text


def test_the_version_is_the_package_s(retrograd) -> None:
    assert retrograd("--version").stdout == f"retrograd {__version__}\n"
    assert rg.__version__ == __version__


@pytest.mark.parametrize(("name", "message"), [
    ("doctor", "retrograd doctor: not implemented yet\n  The nearest that exists: retrograd train digits"),
    ("trian", "retrograd trian: there is no such command\n  Did you mean  retrograd train ?"),
    ("xyz", "retrograd xyz: there is no such command\n  There are: train, predict, eval, run, env."),
])
def test_a_command_that_is_not_there_names_the_nearest(retrograd, name: str, message: str) -> None:
    assert retrograd(name, status=2).stderr.startswith(message)


def test_env_prints_what_a_bug_report_needs(retrograd) -> None:
    text = retrograd("env", RETROGRAD_NUM_THREADS="1", RETROGRAD_JITT="1").stdout
    for word in ("retrograd", "python", "numpy", "llvmlite", "LLVM", "processor", "cores", "memory", "cache"):
        assert f"\n  {word} " in text
    lines = [line.split() for line in text.splitlines()]
    assert ["RETROGRAD_NUM_THREADS", "1"] in lines
    assert ["RETROGRAD_JITT", "1", "(there", "is", "no", "such", "switch)"] in lines


def test_env_can_be_read_by_programs(retrograd, tmp_path) -> None:
    facts = json.loads(retrograd("env", "--json", RETROGRAD_CACHE=str(tmp_path)).stdout)
    assert facts["Retrograd"]["retrograd"].startswith(__version__)
    assert facts["Switches"]["RETROGRAD_CACHE"] == str(tmp_path)


class Scaled(rg.autograd.Function):
    """The identity, with a gradient that is wrong by a factor."""

    @staticmethod
    def forward(ctx, x: rg.Tensor, factor: float) -> rg.Tensor:
        ctx.factor = factor
        return x * 1.0

    @staticmethod
    def backward(ctx, g: rg.Tensor) -> tuple:
        return g * ctx.factor, None


class Faulty(rg.nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.first, self.second, self.factor = rg.nn.Linear(4, 8), rg.nn.Linear(8, 3), factor

    def forward(self, x: rg.Tensor) -> rg.Tensor:
        return self.second(rg.relu(Scaled.apply(self.first(x), self.factor)))


@pytest.mark.parametrize(("factor", "word"), [
    (1.0, "correct"), (1.00001, "suspicious"), (1.01, "wrong"), (-1.0, "wrong")])
def test_the_gradient_check_finds_a_fault_where_it_is(factor: float, word: str) -> None:
    rg.manual_seed(0)
    random = np.random.default_rng(0)
    inputs, targets = random.normal(size=(32, 4)).astype(np.float32), random.integers(0, 3, 32)
    loss = rg.nn.CrossEntropyLoss(reduction="none")
    verdicts = gradients.check(Faulty(factor), inputs, targets, loss)
    assert {v.name: v.word for v in verdicts} == {
        "first.weight": word, "first.bias": word, "second.weight": "correct", "second.bias": "correct"}


def test_the_gradient_check_leaves_the_model_as_it_was() -> None:
    model = rg.nn.Linear(3, 2)
    before = model.weight.detach().numpy().copy()
    inputs, targets = np.ones((4, 3), np.float32), np.zeros((4, 2), np.float32)
    gradients.check(model, inputs, targets, rg.nn.MSELoss(reduction="none"))
    assert np.array_equal(model.weight.detach().numpy(), before)
    assert model.weight.grad is None

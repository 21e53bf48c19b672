"""Programs of others, unchanged, in seeds/: each runs through `retrograd run` and prints what it should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).with_name("seeds")


@pytest.mark.parametrize(("name", "last"), [
    ("custom_function.py", "LinearFunction ok"),
    ("engineering.py", "engineering ok"),
    ("gradient_check.py", "gradient_check ok"),
    ("schedulers_and_regularisation.py", "layers ok"),
    ("worked_example.py", "worked example ok"),
])
def test_a_program_runs_to_its_last_line(retrograd, name: str, last: str) -> None:
    done = retrograd("run", PROGRAMS / name)
    assert done.stdout.splitlines()[-1] == last and done.stderr == ""


def test_the_first_gradients_are_those_of_the_comments(retrograd) -> None:
    text = retrograd("run", PROGRAMS / "autograd_example.py").stdout
    assert text == "x.grad: tensor([ 5., 10.])\ny.grad: tensor([2., 3.])\n"


def test_hooks_and_monitored_gradients_are_printed(retrograd) -> None:
    text = retrograd("run", PROGRAMS / "engineering.py").stdout
    names = ("layer1.0.weight", "layer1.0.bias", "layer2.weight", "layer2.bias")
    for name in names:
        assert len(re.findall(rf"^(?:module\.)?{re.escape(name)}: \d+\.\d{{4}}$", text, re.MULTILINE)) == 2
    assert len(re.findall(r"^Total gradient norm: \d+\.\d{4}$", text, re.MULTILINE)) == 2
    # eight batches, two layers: once in the forward pass, and once more if the checkpoint runs Python anew
    lines = re.findall(r"^Linear: mean=-?\d+\.\d{4}, std=\d+\.\d{4}$", text, re.MULTILINE)
    assert len(lines) in (8 * 2, 8 * 2 * 2)


def test_the_static_graph_program_finds_the_line(retrograd) -> None:
    text = retrograd("run", PROGRAMS / "tf1_linear.py").stdout
    losses = [float(loss) for loss in re.findall(r"^Iteration: \d+ Loss: ([\d.e-]+)$", text, re.MULTILINE)]
    assert len(losses) == 10 and losses == sorted(losses, reverse=True)
    slope, offset = map(float, re.search(r"^W \[\[([\d.]+)\]\] b \[([\d.]+)\]$", text, re.MULTILINE).groups())
    # the distance to 3 shrinks by 1 - 2 * 0.01 * mean(x**2) a step, to a thousandth in 1,000 steps
    assert slope == pytest.approx(3, abs=0.02) and offset == pytest.approx(0.5, abs=1e-3)

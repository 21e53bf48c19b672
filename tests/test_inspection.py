"""`show` against golden text, `cost` against counts by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.machine import Machine, measured
from retrograd.runtime.profile import Profile, Profiles, profiles

F = rg.nn.functional
GOLDEN = Path(__file__).parent / "golden" / "shown"
SLOW = Machine(flops=1e9, bandwidth=2e9)


def chain() -> Any:
    x, y = rg.ones(4, 3), rg.ones(3)
    return lambda: rg.where(x > 0, (x * y + 0.5).exp(), y)


def softmax() -> Any:
    x = rg.ones(4, 100)
    return lambda: F.softmax(x, 1)


def normalised_backward() -> Any:
    x, w, b = (rg.ones(*s, requires_grad=True) for s in ((6, 40), (40,), (40,)))

    def step() -> Any:
        loss = F.layer_norm(x, (40,), w, b).square().mean()
        loss.backward()
        return loss
    return step


def adam() -> Any:
    w = rg.ones(7, requires_grad=True)
    optimizer = rg.optim.Adam([w], lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        w.tanh().sum().backward()
        optimizer.step()
    return step


def small() -> Any:
    x = rg.ones(3)
    return lambda: x + 1


EXAMPLES = [chain, softmax, normalised_backward, adam, small]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda f: f.__name__)
def test_what_is_shown_is_golden(example: Any, request: pytest.FixtureRequest,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    rg.show(example())
    now, path = capsys.readouterr().out, GOLDEN / f"{example.__name__}.txt"
    if request.config.getoption("--golden"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(now, "utf-8")
    assert now == path.read_text("utf-8"), "make golden writes it anew"


def test_showing_twice_shows_the_same_and_changes_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    x = rg.linspace(0, 1, 5)
    before = x.exp().numpy().copy()
    said = []
    for _ in range(2):
        rg.show(lambda: x.exp())
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] and "exp" in said[0] and (x.exp().numpy() == before).all()


def test_a_product_costs_two_operations_a_term() -> None:
    a, b = rg.ones(6, 5), rg.ones(5, 7)
    found = rg.cost(lambda: a @ b, machine=SLOW)
    assert found.flops == 2 * 6 * 5 * 7
    assert found.kernels[-1].nbytes >= 4 * (30 + 35 + 42)
    assert found.kernels[-1].seconds == max(found.flops / 1e9, found.kernels[-1].nbytes / 2e9)


def test_a_loop_moves_what_it_reads_and_writes_once() -> None:
    x, y = rg.ones(100, 10), rg.ones(10)
    found = rg.cost(lambda: (x * y).exp() + x, machine=SLOW)
    kernel, = found.kernels
    assert kernel.nbytes == 4 * (1000 + 10 + 1000)
    assert kernel.flops == 1000 * (1 + 17 + 1)
    assert found.peak_bytes == 4 * 1000 and found.nbytes == kernel.nbytes


def test_a_backward_is_counted_too() -> None:
    w, x = rg.ones(8, 5, requires_grad=True), rg.ones(4, 5, requires_grad=True)
    forward = rg.cost(lambda: F.linear(x, w), machine=SLOW)

    def both() -> None:
        F.linear(x, w).square().sum().backward()
    step = rg.cost(both, machine=SLOW)
    products = [k for k in step.kernels if k.name.startswith("gemm matmul")]
    assert len(products) == 3 and sum(k.flops for k in products) == 3 * forward.flops
    assert step.peak_bytes > 0


def test_a_cost_reads_as_a_table() -> None:
    x = rg.ones(100, 10)
    lines = repr(rg.cost(lambda: x.exp(), machine=SLOW)).splitlines()
    assert lines[0].split() == ["operations", "bytes", "at", "least", "us"]
    assert lines[1].split() == ["17,000", "8,000", "17.0", "pointwise", "exp"]
    assert lines[-2].split()[-1] == "total" and lines[-1].startswith("1 programs, planned peak 4,000 bytes")


def test_the_machine_is_measured_once() -> None:
    assert measured() is measured()
    assert measured().flops > 1e8 and measured().bandwidth > 1e7        # any machine that runs the tests


@pytest.mark.parametrize("name", ["canonicalize", "fuse", "lower", "plan"])
def test_a_pass_is_dumped(name: str, monkeypatch: pytest.MonkeyPatch,
                          capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(config, "dump", name)
    rg.ones(3, ord(name[0])).exp().numpy()
    said = capsys.readouterr().err
    assert {"canonicalize": "return %1", "fuse": "loop    [3,", "lower": "pointwise(begin=0",
            "plan": "arena of 0 bytes"}[name] in said


LADDER = {1: "new native program", 3: "loop    [5, ", 4: "  v0 = exp(in0)", 5: "define void @"}


@pytest.mark.parametrize("level", range(6))
def test_each_level_of_the_ladder_tells_more(level: int, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(config, "debug", level)
    monkeypatch.setattr(profiles, "add", lambda _: None)
    rg.ones(5, 11 + level).exp().numpy()
    said = capsys.readouterr().err
    for step, words in LADDER.items():
        assert (words in said) == (step <= level), (step, said)


def test_the_second_level_measures_every_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "debug", 2)
    found: list[Profile] = []
    monkeypatch.setattr(profiles, "add", found.append)
    x, w = rg.ones(64, 32), rg.ones(32, 24)
    for _ in range(3):
        y = ((x @ w).exp() * 0.5).softmax(1).sum(0)
        np.testing.assert_allclose(y.numpy(), np.full(24, 64 / 24), rtol=1e-5)
    profile, = found
    assert profile.runs == [3] * len(profile.runs) and min(profile.seconds) > 0
    table = Profiles()
    table.all = found
    lines = table.table().splitlines()
    assert lines[0].split() == ["ms", "runs", "us", "a", "run", "GFLOP/s", "GB/s"]
    assert any("gemm matmul" in line for line in lines) and len(lines) == 1 + len(profile.labels)
    assert sum(label.flops for label in profile.labels) > 2 * 64 * 32 * 24


def test_what_numpy_computes_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(config, "debug", 1)
    rg.sort(rg.linspace(-1, 1, 9).exp())[0].numpy()
    said = capsys.readouterr().err
    assert "retrograd: NumPy computes argsort int64[9]: the primitive has no kernel" in said


def test_a_graph_whose_like_was_met_often_is_shown_as_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(3, 12):                  # ever new graphs of known kinds are run node by node
        (rg.ones(n, n + 1) * 2.5).exp().sum().item()
    rg.show(lambda: (rg.ones(13, 5) * 2.5).exp().sum())
    assert "program 1 of 1" in capsys.readouterr().out

"""A kernel that cannot be compiled: one warning that names the operation, and NumPy computes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen import jit
from retrograd.engine import program as engine_program


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, fresh_programs: Any) -> None:
    """LLVM fails, and nothing is known from before."""
    rg.zeros(2, 2).exp().sum().item()               # the driver is there already
    fresh_programs._programs.clear()
    compiler = jit._compiler()

    def fails(*_: object) -> Any:
        raise RuntimeError("LLVM ERROR: injected")

    monkeypatch.setattr(compiler, "memory", jit.Memory())
    monkeypatch.setattr(compiler, "stored", lambda request: None)
    monkeypatch.setattr(compiler, "optimized", fails)


def test_a_failing_compilation_warns_once_and_numpy_computes(broken: None) -> None:
    x = np.linspace(-2, 2, 12, dtype="f4").reshape(3, 4)

    def step() -> tuple[Any, Any]:
        w = rg.tensor(x, requires_grad=True)
        y = (w.tanh() * 3).sum()
        y.backward()
        return y.item(), w.grad.numpy()

    with pytest.warns(RuntimeWarning, match="tanh.* could not be compiled.*LLVM ERROR: injected") as caught:
        loss, gradient = step()
    assert len(caught) == 1
    np.testing.assert_allclose(loss, (np.tanh(x) * 3).sum(), rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(gradient, 3 - 3 * np.tanh(x) ** 2, rtol=1e-5, atol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert step()[0] == loss


def test_training_goes_on_without_a_compiler(broken: None) -> None:
    net = rg.nn.Linear(4, 3)
    opt = rg.optim.SGD(net.parameters(), lr=0.1)
    before = net.weight.detach().numpy().copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for _ in range(3):
            opt.zero_grad()
            net(rg.ones(2, 4)).exp().sum().backward()
            opt.step()
    assert np.isfinite(net.weight.detach().numpy()).all() and (net.weight.detach().numpy() < before).all()


def test_debug_says_what_is_interpreted_inside_a_native_program(monkeypatch: pytest.MonkeyPatch, capsys: Any,
                                                                fresh_programs: Any) -> None:
    monkeypatch.setattr(config, "debug", 1)
    monkeypatch.setattr(engine_program, "SMALL", -1)
    (rg.rand(4, 4).exp().argsort(1) + 1).sum().item()
    said = capsys.readouterr().err
    assert "new native program" in said and "NumPy computes argsort int64[4, 4]" in said
    rg.rand(4, 4).exp().sum().item()
    assert "NumPy computes" not in capsys.readouterr().err

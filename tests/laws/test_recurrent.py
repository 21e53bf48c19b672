"""Recurrent layers: backpropagation through time by its formula, gates in their order, long memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn import functional as F

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def weights(layer: Any) -> list[np.ndarray]:
    return [getattr(layer, name).detach().numpy() for name in NAMES]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_the_gradients_of_an_rnn_are_backpropagation_through_time(rng: np.random.Generator) -> None:
    """delta_t = (g_t + W' delta_(t+1)) (1 - h_t^2), dW = sum delta_t h_(t-1)', dU = sum delta_t x_t'."""
    layer = nn.RNN(3, 4).double()
    x, g = rng.standard_normal((7, 2, 3)), rng.standard_normal((7, 2, 4))
    out, _ = layer(rg.tensor(x))
    (out * rg.tensor(g)).sum().backward()
    u, w, b, c = weights(layer)
    h = [np.zeros((2, 4))]
    for t in range(7):
        h.append(np.tanh(x[t] @ u.T + b + h[-1] @ w.T + c))
    du, dw, db, after = np.zeros_like(u), np.zeros_like(w), np.zeros_like(b), np.zeros((2, 4))
    for t in reversed(range(7)):
        delta = (g[t] + after) * (1 - h[t + 1] ** 2)
        du, dw, db, after = du + delta.T @ x[t], dw + delta.T @ h[t], db + delta.sum(0), delta @ w
    for name, expected in zip(NAMES, (du, dw, db, db)):
        np.testing.assert_allclose(getattr(layer, name).grad.numpy(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_layer_is_its_cell_unrolled(kind: str) -> None:
    layer, cell = getattr(nn, kind)(3, 4).double(), getattr(nn, kind + "Cell")(3, 4).double()
    for mine, its in zip(layer.parameters(), cell.parameters(), strict=True):
        with rg.no_grad():
            its.copy_(mine)
    x = rg.randn(6, 2, 3, dtype=rg.float64)
    state, outputs = None, []
    for t in range(6):
        state = cell(x[t], state)
        outputs.append(state[0] if kind == "LSTM" else state)
    g = rg.randn(6, 2, 4, dtype=rg.float64)
    (rg.stack(outputs) * g).sum().backward()
    (layer(x)[0] * g).sum().backward()
    for mine, its in zip(layer.parameters(), cell.parameters()):
        np.testing.assert_allclose(mine.grad.numpy(), its.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_a_detached_state_cuts_the_walk_back() -> None:
    """Truncated backpropagation: the gradient is that of the last window alone, from a given state."""
    layer = nn.GRU(3, 4).double()
    x = rg.randn(10, 1, 3, dtype=rg.float64)
    early = x[:6].clone().requires_grad_()
    _, state = layer(early)
    out, _ = layer(x[6:], state.detach())
    out.sum().backward()
    truncated = [p.grad.numpy().copy() for p in layer.parameters()]
    assert early.grad is None
    layer.zero_grad()
    with rg.no_grad():
        given = layer(x[:6])[1]
    layer(x[6:], given)[0].sum().backward()
    for cut, window in zip(truncated, layer.parameters()):
        np.testing.assert_array_equal(cut, window.grad.numpy())
    layer.zero_grad()
    out, _ = layer(x)
    out[6:].sum().backward()
    assert not np.allclose(truncated[1], layer.weight_hh_l0.grad.numpy())


def test_the_gates_of_an_lstm_are_input_forget_cell_output(rng: np.random.Generator) -> None:
    layer = nn.LSTM(3, 5).double()
    x = rng.standard_normal((4, 2, 3))
    u, w, b, d = weights(layer)
    h = c = np.zeros((2, 5))
    for t in range(4):
        i, f, g, o = np.split(x[t] @ u.T + b + h @ w.T + d, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    _, (h_n, c_n) = layer(rg.tensor(x))
    np.testing.assert_allclose(h_n[0].detach().numpy(), h, rtol=1e-13)
    np.testing.assert_allclose(c_n[0].detach().numpy(), c, rtol=1e-13)


@pytest.mark.parametrize("reset_after", [True, False])
def test_the_gates_of_a_gru_are_reset_update_new(reset_after: bool, rng: np.random.Generator) -> None:
    layer = nn.GRU(3, 5, reset_after=reset_after).double()
    x = rng.standard_normal((4, 2, 3))
    u, w, b, d = weights(layer)
    h = np.zeros((2, 5))
    for t in range(4):
        ir, iz, inew = np.split(x[t] @ u.T + b, 3, axis=1)
        r, z = (sigmoid(a + h @ w[k:k + 5].T + d[k:k + 5]) for a, k in ((ir, 0), (iz, 5)))
        new = inew + (r * (h @ w[10:].T + d[10:]) if reset_after else (r * h) @ w[10:].T + d[10:])
        h = (1 - z) * np.tanh(new) + z * h
    np.testing.assert_allclose(layer(rg.tensor(x))[1][0].detach().numpy(), h, rtol=1e-13)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_first_and_second_derivatives_are_finite_differences(kind: str) -> None:
    layer = getattr(nn, kind)(2, 3).double()
    names = [name for name, _ in layer.named_parameters()]

    def f(x: Any, *values: Any) -> Any:
        return rg.func.functional_call(layer, dict(zip(names, values)), (x,))[0]
    inputs = [rg.randn(3, 1, 2, dtype=rg.float64, requires_grad=True), *layer.parameters()]
    assert rg.autograd.gradcheck(f, inputs)
    assert rg.autograd.gradgradcheck(f, inputs)


@pytest.mark.parametrize(("w", "expected"), [(0.9, 2.6561398887587544e-05), (1.1, 13780.61233982238)])
def test_a_linear_recurrence_multiplies_the_gradient_by_w_a_step(w: float, expected: float) -> None:
    h = start = rg.tensor(1.0, dtype=rg.float64, requires_grad=True)
    for _ in range(100):
        h = w * h
    h.backward()
    assert start.grad.item() == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("bias", [0.0, 1.0, 5.0])
def test_the_cell_of_an_lstm_keeps_the_product_of_its_forget_gates(bias: float) -> None:
    """Without input and recurrence dc_100/dc_0 = sigmoid(bias)^100: 2^-100 at 0, half of it at 5."""
    layer = nn.LSTM(1, 1).double()
    with rg.no_grad():
        for p in layer.parameters():
            p.zero_()
        layer.bias_ih_l0[1] = bias
    c = rg.zeros(1, 1, 1, dtype=rg.float64, requires_grad=True)
    _, (_, last) = layer(rg.zeros(100, 1, 1, dtype=rg.float64), (rg.zeros(1, 1, 1, dtype=rg.float64), c))
    last.sum().backward()
    assert c.grad.item() == pytest.approx(sigmoid(bias) ** 100, rel=1e-12)


# ---------------------------------------------------------------- memory
class Copy(nn.Module):
    """Eight symbols; the one shown first is asked for after a long silence."""

    symbols = 8

    def __init__(self, kind: str, silence: int, hidden: int = 32) -> None:
        super().__init__()
        self.silence = silence
        self.rnn = getattr(nn, kind)(self.symbols + 2, hidden)
        self.out = nn.Linear(hidden, self.symbols)
        if kind == "LSTM":          # forget gates for times up to the silence (Tallec and Ollivier, 2018)
            with rg.no_grad():
                forget = rg.empty(hidden).uniform_(1, silence).log()
                self.rnn.bias_hh_l0.zero_()
                self.rnn.bias_ih_l0.zero_()
                self.rnn.bias_ih_l0[hidden:2 * hidden] = forget
                self.rnn.bias_ih_l0[:hidden] = -forget

    def batch(self, rng: np.random.Generator, size: int) -> tuple[Any, Any]:
        shown = rng.integers(0, self.symbols, size)
        ids = np.full((self.silence + 2, size), self.symbols)
        ids[0], ids[-1] = shown, self.symbols + 1
        return rg.tensor(np.eye(self.symbols + 2, dtype=np.float32)[ids]), rg.tensor(shown)

    def forward(self, x: Any) -> Any:
        return self.out(self.rnn(x)[0][-1])


def remembered(kind: str, silence: int, steps: int) -> float:
    """The part of 1,000 symbols that is given back after training."""
    rng = np.random.default_rng(3)
    rg.manual_seed(3)
    net = Copy(kind, silence)
    optimizer = rg.optim.Adam(net.parameters(), lr=0.01 if kind == "LSTM" else 0.003)
    for _ in range(steps):
        x, y = net.batch(rng, 64)
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    with rg.no_grad():
        x, y = net.batch(rng, 1000)
        return (net(x).argmax(1) == y).float().mean().item()


def test_an_lstm_copies_over_a_short_silence() -> None:
    assert remembered("LSTM", 20, 150) >= 0.99


@pytest.mark.slow
def test_an_lstm_copies_over_100_steps_and_a_plain_rnn_does_not() -> None:
    assert remembered("LSTM", 98, 500) >= 0.99
    assert remembered("RNN", 98, 500) < 0.30

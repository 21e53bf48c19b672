"""One step of a recurrent network: formulas on gates, and cells as functions of their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd.functional.activation import relu
from retrograd.functional.door import Tensor
from retrograd.functional.elementwise import add, mul, sigmoid, sub, tanh
from retrograd.functional.products import linear
from retrograd.functional.shape import chunk


def lstm_step(x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'), with i, f, g, o = x + h.

    `x` and `h` are the affine maps of input and state, (N, 4H); `c` is the cell state, (N, H).

    >>> import retrograd as torch
    >>> h, c = lstm_step(torch.zeros(1, 4), torch.zeros(1, 4), torch.ones(1, 1))
    >>> c.item()
    0.5
    """
    i, f, g, o = chunk(add(x, h), 4, -1)
    c = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)))
    return mul(sigmoid(o), tanh(c)), c


def gru_step(x: Tensor, gates: Tensor, h: Tensor) -> Tensor:
    """h' = (1 - z) n + z h with r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z), n = tanh(x_n + r * h_n).

    `x` and `gates` are the affine maps of input and state, (N, 3H) in the order r, z, n; `h` is the state,
    (N, H).

    >>> import retrograd as torch
    >>> gru_step(torch.zeros(1, 3), torch.zeros(1, 3), torch.ones(1, 1)).item()
    0.5
    """
    x_r, x_z, x_n = chunk(x, 3, -1)
    h_r, h_z, h_n = chunk(gates, 3, -1)
    r, z = sigmoid(add(x_r, h_r)), sigmoid(add(x_z, h_z))
    n = tanh(add(x_n, mul(r, h_n)))
    return add(n, mul(z, sub(h, n)))


def gru_step_before(x: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The first variant of Cho et al. (2014): n = tanh(x_n + W_n (r * h) + b_n), reset before the map.

    `x` is the affine map of the input (N, 3H), `weight` (3H, H) and `bias` (3H) those of the state.

    >>> import retrograd as torch
    >>> gru_step_before(torch.zeros(1, 3), torch.ones(1, 1), torch.zeros(3, 1), None).item()
    0.5
    """
    size = h.shape[-1]
    x_r, x_z, x_n = chunk(x, 3, -1)
    early, late = slice(2 * size), slice(2 * size, None)
    h_r, h_z = chunk(linear(h, weight[early], None if bias is None else bias[early]), 2, -1)
    r, z = sigmoid(add(x_r, h_r)), sigmoid(add(x_z, h_z))
    n = tanh(add(x_n, linear(mul(r, h), weight[late], None if bias is None else bias[late])))
    return add(n, mul(z, sub(h, n)))


def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """tanh(W_ih x + b_ih + W_hh h + b_hh): (N, I) and (N, H) to (N, H).

    >>> import retrograd as rg
    >>> rg.rnn_tanh_cell(rg.zeros(1, 2), rg.zeros(1, 3), rg.ones(3, 2), rg.ones(3, 3))
    tensor([[0., 0., 0.]])
    """
    return tanh(add(linear(input, w_ih, b_ih), linear(hx, w_hh, b_hh)))


def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """relu(W_ih x + b_ih + W_hh h + b_hh); see `rnn_tanh_cell`.

    >>> import retrograd as rg
    >>> rg.rnn_relu_cell(rg.ones(1, 2), rg.zeros(1, 1), rg.ones(1, 2), rg.ones(1, 1))
    tensor([[2.]])
    """
    return relu(add(linear(input, w_ih, b_ih), linear(hx, w_hh, b_hh)))


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """One step of a GRU, `gru_step` of both affine maps: (N, I), (N, H) to (N, H), weights (3H, I), (3H, H).

    >>> import retrograd as rg
    >>> rg.gru_cell(rg.zeros(1, 2), rg.ones(1, 1), rg.zeros(3, 2), rg.zeros(3, 1))
    tensor([[0.5000]])
    """
    return gru_step(linear(input, w_ih, b_ih), linear(hx, w_hh, b_hh), hx)


def lstm_cell(input: Any, hx: Sequence[Any], w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
              ) -> tuple[Tensor, Tensor]:
    """One step of an LSTM, `lstm_step` of both affine maps: (N, I) and the states (h, c), each (N, H), to the
    next ones; weights (4H, I) and (4H, H).

    >>> import retrograd as rg
    >>> h, c = rg.lstm_cell(rg.zeros(1, 2), (rg.zeros(1, 1), rg.ones(1, 1)), rg.zeros(4, 2), rg.zeros(4, 1))
    >>> c
    tensor([[0.5000]])
    """
    h, c = hx
    return lstm_step(linear(input, w_ih, b_ih), linear(h, w_hh, b_hh), c)

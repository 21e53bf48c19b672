"""One step of a recurrent network: formulas on gates, and RNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, zeros
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


def rnn_step(nonlinearity: Any, x: Tensor, h: Tensor) -> Tensor:
    """h' = f(x + h) of the two affine maps, (N, H) each.

    >>> import retrograd as torch
    >>> rnn_step(torch.relu, torch.ones(1, 2), torch.ones(1, 2)).tolist()
    [[2.0, 2.0]]
    """
    return nonlinearity(x + h)


def lstm_step(x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'), with i, f, g, o = x + h.

    `x` and `h` are the affine maps of input and state, (N, 4H); `c` is the cell state, (N, H).

    >>> import retrograd as torch
    >>> h, c = lstm_step(torch.zeros(1, 4), torch.zeros(1, 4), torch.ones(1, 1))
    >>> c.item()
    0.5
    """
    i, f, g, o = F.chunk(x + h, 4, -1)
    c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
    return F.sigmoid(o) * F.tanh(c), c


def gru_step(x: Tensor, gates: Tensor, h: Tensor) -> Tensor:
    """h' = (1 - z) n + z h with r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z), n = tanh(x_n + r * h_n).

    `x` and `gates` are the affine maps of input and state, (N, 3H) in the order r, z, n; `h` is the state,
    (N, H).

    >>> import retrograd as torch
    >>> gru_step(torch.zeros(1, 3), torch.zeros(1, 3), torch.ones(1, 1)).item()
    0.5
    """
    x_r, x_z, x_n = F.chunk(x, 3, -1)
    h_r, h_z, h_n = F.chunk(gates, 3, -1)
    r = F.sigmoid(x_r + h_r)
    z = F.sigmoid(x_z + h_z)
    n = F.tanh(x_n + r * h_n)
    return n + z * (h - n)


def gru_step_before(x: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The first variant of Cho et al. (2014): n = tanh(x_n + W_n (r * h) + b_n), reset before the map.

    `x` is the affine map of the input (N, 3H), `weight` (3H, H) and `bias` (3H) those of the state.

    >>> import retrograd as torch
    >>> gru_step_before(torch.zeros(1, 3), torch.ones(1, 1), torch.zeros(3, 1), None).item()
    0.5
    """
    size = h.shape[-1]
    x_r, x_z, x_n = F.chunk(x, 3, -1)
    h_r, h_z = F.chunk(F.linear(h, weight[:2 * size], None if bias is None else bias[:2 * size]), 2, -1)
    r, z = F.sigmoid(x_r + h_r), F.sigmoid(x_z + h_z)
    n = F.tanh(x_n + F.linear(r * h, weight[2 * size:], None if bias is None else bias[2 * size:]))
    return n + z * (h - n)


class _Cell(Module):
    """The parameters of one cell: weight_ih (G, input), weight_hh (G, hidden), bias_ih and bias_hh (G)."""

    gates: int

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = self.gates * hidden_size

        def parameter(*shape: int) -> Parameter:
            return Parameter(empty(*shape, device=device, dtype=dtype))

        self.weight_ih = parameter(rows, input_size)
        self.weight_hh = parameter(rows, hidden_size)
        self.register_parameter("bias_ih", parameter(rows) if bias else None)
        self.register_parameter("bias_hh", parameter(rows) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew, from U(-1/sqrt(H), 1/sqrt(H))."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _maps(self, input: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        return F.linear(input, self.weight_ih, self.bias_ih), F.linear(h, self.weight_hh, self.bias_hh)

    def _state(self, input: Tensor, given: Tensor | None) -> Tensor:
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.shape[-1]}, expected {self.input_size}"
            )
        shape = (*input.shape[:-1], self.hidden_size)
        if given is None:
            return zeros(*shape, dtype=input.dtype)
        if given.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected hidden to be 1D or 2D, got {given.dim()}D instead")
        if tuple(given.shape) != shape:
            raise RuntimeError(f"{name}: hidden has shape {tuple(given.shape)}, expected {shape}")
        return given

    def extra_repr(self) -> str:
        """The sizes."""
        text = f"{self.input_size}, {self.hidden_size}"
        return text if self.bias is True else f"{text}, bias={self.bias}"


class RNNCell(_Cell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu. Shapes: (N, input), (N, H) to (N, H).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.RNNCell(10, 20)(torch.randn(3, 10)).shape)
    (3, 20)
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        step = F.tanh if self.nonlinearity == "tanh" else F.relu
        return rnn_step(step, *self._maps(input, self._state(input, hx)))

    def extra_repr(self) -> str:
        """The sizes, and the nonlinearity when it is not tanh."""
        text = super().extra_repr()
        return text if self.nonlinearity == "tanh" else f"{text}, nonlinearity={self.nonlinearity}"


class LSTMCell(_Cell):
    """One LSTM step; see `lstm_step`. Shapes: (N, input), ((N, H), (N, H)) to ((N, H), (N, H)).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> h, c = nn.LSTMCell(10, 20)(torch.randn(3, 10))
    >>> tuple(h.shape), tuple(c.shape)
    ((3, 20), (3, 20))
    """

    gates = 4

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """The next state and cell state."""
        h, c = (self._state(input, given) for given in (hx or (None, None)))
        return lstm_step(*self._maps(input, h), c)


class GRUCell(_Cell):
    """One GRU step; see `gru_step`. Shapes: (N, input), (N, H) to (N, H).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.GRUCell(10, 20)(torch.randn(3, 10)).shape)
    (3, 20)
    """

    gates = 3

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        h = self._state(input, hx)
        return gru_step(*self._maps(input, h), h)

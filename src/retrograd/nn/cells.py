"""RNNCell, LSTMCell, GRUCell: one step of a recurrent network."""

from __future__ import annotations

import math
from typing import Any

from retrograd.functional.activation import relu
from retrograd.functional.cells import gru_step, lstm_step
from retrograd.functional.elementwise import tanh
from retrograd.functional.products import linear
from retrograd.nn import init
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, zeros
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


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
        return linear(input, self.weight_ih, self.bias_ih), linear(h, self.weight_hh, self.bias_hh)

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
        x, h = self._maps(input, self._state(input, hx))
        return tanh(x + h) if self.nonlinearity == "tanh" else relu(x + h)

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

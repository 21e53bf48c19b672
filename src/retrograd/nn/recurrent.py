"""RNN, LSTM and GRU over time: their words, and one step each of `functional/over_time.py`."""

from __future__ import annotations

from typing import Any

from retrograd.functional import over_time
from retrograd.functional.over_time import Cell
from retrograd.nn.recurrent_base import Output, RNNBase
from retrograd.nn.utils.rnn import PackedSequence
from retrograd.tensors.tensor import Tensor


class RNN(RNNBase):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu, over all times and layers.

    Shapes: input (L, N, I), with `batch_first` (N, L, I), or (L, I); output (L, N, D H); final states
    (D layers, N, H). Of a `PackedSequence` the output is one too.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> output, h = nn.RNN(10, 20, num_layers=2)(torch.randn(5, 3, 10))
    >>> tuple(output.shape), tuple(h.shape)
    ((5, 3, 20), (2, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            f"RNN_{nonlinearity.upper()}",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity

    def _cell(self) -> Cell:
        return over_time.TANH if self.nonlinearity == "tanh" else over_time.RELU

    def forward(self, input: Tensor | PackedSequence, hx: Tensor | None = None) -> tuple[Output, Tensor]:
        """Outputs of the last layer at every time, and the final states of all layers."""
        output, (h,) = self._run(input, (hx,))
        return output, h


class LSTM(RNNBase):
    """c_t = f c_(t-1) + i g, h_t = o tanh(c_t); i, f, o = sigmoid and g = tanh of maps of x_t and h_(t-1).

    Shapes as for `RNN`; the state is a pair (h, c). With `proj_size` P the outputs are W_hr h_t of size P.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> output, (h, c) = nn.LSTM(10, 20, batch_first=True, bidirectional=True)(torch.randn(3, 5, 10))
    >>> tuple(output.shape), tuple(h.shape), tuple(c.shape)
    ((3, 5, 40), (2, 3, 20), (2, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device=device,
            dtype=dtype,
        )

    def _cell(self) -> Cell:
        return over_time.LSTM

    def forward(
        self, input: Tensor | PackedSequence, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Output, tuple[Tensor, Tensor]]:
        """Outputs of the last layer at every time, and the final (h, c) of all layers."""
        output, (h, c) = self._run(input, (None, None) if hx is None else tuple(hx))
        return output, (h, c)


class GRU(RNNBase):
    """h_t = (1 - z) n + z h_(t-1) with n = tanh(W_in x_t + b_in + r (W_hn h_(t-1) + b_hn)).

    The gates r and z are sigmoids of affine maps of x_t and h_(t-1). `reset_after=False` (an extra of
    Retrograd) resets before the map, n = tanh(W_in x_t + b_in + W_hn (r h_(t-1)) + b_hn), as Cho et al.
    (2014) first wrote it.

    Shapes as for `RNN`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> output, h = nn.GRU(10, 20)(torch.randn(5, 3, 10))
    >>> tuple(output.shape), tuple(h.shape)
    ((5, 3, 20), (1, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        reset_after: bool = True,
    ) -> None:
        self.reset_after = reset_after
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )

    def _cell(self) -> Cell:
        return over_time.GRU if self.reset_after else over_time.GRU_BEFORE

    def forward(self, input: Tensor | PackedSequence, hx: Tensor | None = None) -> tuple[Output, Tensor]:
        """Outputs of the last layer at every time, and the final states of all layers."""
        output, (h,) = self._run(input, (hx,))
        return output, h

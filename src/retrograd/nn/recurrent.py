"""RNN, LSTM and GRU over time: layers and directions as loops over the steps of `cells.py`.

Parameters of layer k are weight_ih_lk (G, input), weight_hh_lk (G, H), bias_ih_lk, bias_hh_lk (and
weight_hr_lk of an LSTM with projections), with the suffix _reverse for the way back; gates in PyTorch's
order. All start as U(-1/sqrt(H), 1/sqrt(H)).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.cells import gru_step, gru_step_before, lstm_step, rnn_step
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, zeros
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

State = tuple[Tensor, ...]
Step = Callable[[Tensor, Tensor, State], State]
_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


class RNNBase(Module):
    """What RNN, LSTM and GRU share; a subclass declares `_step(x_gates, h_gates, state) -> state`."""

    def __init__(
        self,
        mode: str,
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
        super().__init__()
        _check(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        rows = _GATES[mode] * hidden_size
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else self._out_size * self._directions
            shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, self._out_size)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size > 0:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for way in self._ways():
                for name, shape in shapes.items():
                    parameter = Parameter(empty(*shape, device=device, dtype=dtype))
                    self.register_parameter(f"{name}_l{layer}{way}", parameter)
        self.reset_parameters()

    @property
    def _out_size(self) -> int:
        return self.proj_size or self.hidden_size

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _ways(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        suffixes = [f"_l{layer}{way}" for layer in range(self.num_layers) for way in self._ways()]
        return [[p for name, p in self._parameters.items() if name.endswith(suffix)] for suffix in suffixes]

    def reset_parameters(self) -> None:
        """Draw all parameters anew, from U(-1/sqrt(H), 1/sqrt(H))."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing: there is no cuDNN to lay them out for."""

    def _step(self, x: Tensor, gates: Tensor, state: State) -> State:
        raise NotImplementedError

    def _advance(self, x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
        return self._step(x, F.linear(state[0], weight, bias), state)

    def _run(self, input: Tensor, initial: tuple[Tensor | None, ...]) -> tuple[Tensor, State]:
        """Input (L, N, I) or (L, I) and initial states to outputs and final states, with PyTorch's shapes."""
        if input.dim() not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.dim()}D instead"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, "
                f"got {input.shape[-1]}"
            )
        batched = input.dim() == 3
        states = self._initial(input, initial, batched)
        x = input if batched else input.unsqueeze(1)
        x = x.transpose(0, 1) if batched and self.batch_first else x
        finals: list[State] = []
        for layer in range(self.num_layers):
            outputs = []
            for direction, way in enumerate(self._ways()):
                index = layer * self._directions + direction
                out, final = self._layer(x, f"_l{layer}{way}", tuple(s[index] for s in states), bool(way))
                outputs.append(out)
                finals.append(final)
            x = F.cat(outputs, -1) if len(outputs) > 1 else outputs[0]
            if self.dropout > 0 and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        last = tuple(F.stack(each, 0) for each in zip(*finals, strict=True))
        if not batched:
            return x.squeeze(1), tuple(each.squeeze(1) for each in last)
        return x.transpose(0, 1) if self.batch_first else x, last

    def _layer(self, x: Tensor, suffix: str, state: State, backwards: bool) -> tuple[Tensor, State]:
        weights = {kind: getattr(self, kind + suffix) for kind in ("weight_ih", "weight_hh")}
        biases = [getattr(self, kind + suffix) if self.bias else None for kind in ("bias_ih", "bias_hh")]
        projection = getattr(self, f"weight_hr{suffix}") if self.proj_size else None
        # The map of the inputs is one product for all times.
        gates = F.linear(x, weights["weight_ih"], self._input_bias(*biases))
        bias = self._state_bias(*biases)

        def step(state: State, gates: Tensor) -> tuple[State, Tensor]:
            state = self._advance(gates, state, weights["weight_hh"], bias)
            if projection is not None:
                state = (F.linear(state[0], projection), *state[1:])
            return state, state[0]
        final, outputs = F.scan(step, state, gates, reverse=backwards)
        return outputs, final

    # Biases are added once for all times where they are added to the same.
    def _input_bias(self, bias: Tensor | None, of_state: Tensor | None) -> Tensor | None:
        return None if bias is None or of_state is None else bias + of_state

    def _state_bias(self, bias: Tensor | None, of_state: Tensor | None) -> Tensor | None:  # noqa: ARG002
        return None

    def _initial(self, input: Tensor, given: tuple[Tensor | None, ...], batched: bool) -> State:
        batch = input.shape[0 if self.batch_first else 1] if batched else 1
        states = []
        for k, state in enumerate(given):
            size = self._out_size if k == 0 else self.hidden_size
            expected = (self.num_layers * self._directions, batch, size)
            if state is None:
                states.append(zeros(*expected, dtype=input.dtype))
                continue
            wanted = expected if batched else (expected[0], size)
            if state.dim() != len(wanted):
                raise RuntimeError(
                    f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, hx should also be "
                    f"{len(wanted)}-D but got {state.dim()}-D tensor"
                )
            if tuple(state.shape) != wanted:
                raise RuntimeError(f"Expected hidden[{k}] size {wanted}, got {list(state.shape)}")
            states.append(state if batched else state.unsqueeze(1))
        return tuple(states)

    def extra_repr(self) -> str:
        """The arguments that differ from their defaults."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size != 0:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout != 0:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text


class RNN(RNNBase):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu, over all times and layers.

    Shapes: input (L, N, I), with `batch_first` (N, L, I), or (L, I); output (L, N, D H); final states
    (D layers, N, H).

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

    def _step(self, x: Tensor, gates: Tensor, state: State) -> State:  # noqa: ARG002
        return (rnn_step(F.tanh if self.nonlinearity == "tanh" else F.relu, x, gates),)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
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

    def _step(self, x: Tensor, gates: Tensor, state: State) -> State:
        return lstm_step(x, gates, state[1])

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
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

    def _input_bias(self, bias: Tensor | None, of_state: Tensor | None) -> Tensor | None:  # noqa: ARG002
        return bias

    def _state_bias(self, bias: Tensor | None, of_state: Tensor | None) -> Tensor | None:  # noqa: ARG002
        return of_state         # the reset gate multiplies it

    def _step(self, x: Tensor, gates: Tensor, state: State) -> State:
        return (gru_step(x, gates, state[0]),)

    def _advance(self, x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
        if self.reset_after:
            return super()._advance(x, state, weight, bias)
        return (gru_step_before(x, state[0], weight, bias),)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Outputs of the last layer at every time, and the final states of all layers."""
        output, (h,) = self._run(input, (hx,))
        return output, h


def _check(
    mode: str,
    input_size: Any,
    hidden_size: Any,
    num_layers: int,
    bias: Any,
    batch_first: Any,
    dropout: Any,
    proj_size: int,
) -> None:
    if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an "
            "element being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
            f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    for name, value, kind in (
        ("bias", bias, bool),
        ("batch_first", batch_first, bool),
        ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if mode not in _GATES:
        raise ValueError(f"Unrecognized RNN mode: {mode}")

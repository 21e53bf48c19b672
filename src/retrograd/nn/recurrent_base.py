"""What recurrent layers share: parameters, layers and directions, packed sequences, states.

Parameters of layer k are weight_ih_lk (G, input), weight_hh_lk (G, H), bias_ih_lk, bias_hh_lk (and
weight_hr_lk of an LSTM with projections), with the suffix _reverse for the way back; gates in PyTorch's
order. All start as U(-1/sqrt(H), 1/sqrt(H)). What layers compute is in `functional/over_time.py`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

from retrograd import functional as F
from retrograd.base.errors import ArgumentError
from retrograd.functional.over_time import Cell, State, Weights, layers, nothing_yet
from retrograd.functional.packed import Steps
from retrograd.nn import init
from retrograd.nn.module import Module
from retrograd.nn.utils.rnn import PackedSequence
from retrograd.tensors.create import empty
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

Output: TypeAlias = Tensor | PackedSequence
_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


class RNNBase(Module):
    """What RNN, LSTM and GRU share; a subclass says what its cell is."""

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
            shapes: dict[str, tuple[int, ...]] = {}
            shapes |= {"weight_ih": (rows, inputs), "weight_hh": (rows, self._out_size)}
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

    def _cell(self) -> Cell:
        """One step; see `functional/over_time.py`."""
        raise NotImplementedError

    def _layers(self, x: Tensor, states: Sequence[State], steps: Steps | None = None
                ) -> tuple[Tensor, State]:
        """All layers over inputs (L, N, I), or packed ones."""
        suffixes = [f"_l{layer}{way}" for layer in range(self.num_layers) for way in self._ways()]
        weights = [Weights(**{kind: getattr(self, kind + suffix) for kind in self._kinds()})
                   for suffix in suffixes]
        return layers(self._cell(), x, states, weights, both=self.bidirectional,
                      dropout=self.dropout if self.training else 0.0, steps=steps)

    def _kinds(self) -> list[str]:
        biases = ["bias_ih", "bias_hh"] if self.bias else []
        return ["weight_ih", "weight_hh", *biases, *["weight_hr"] * (self.proj_size > 0)]

    def _run(self, input: Any, initial: tuple[Tensor | None, ...]) -> tuple[Output, State]:
        """Input (L, N, I) or (L, I) and initial states to outputs and final states, with PyTorch's shapes."""
        if isinstance(input, PackedSequence):
            return self._run_packed(input, initial)
        if input.dim() not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.dim()}D instead"
            )
        if not input.shape[1 if self.batch_first and input.dim() == 3 else 0]:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        weights = self.weight_ih_l0.dtype
        if input.dtype is not weights:
            raise ArgumentError(f"input is {input.dtype.name}, the weights are {weights.name}",
                                op=type(self).__name__, expected="one dtype",
                                fix=f"Use  input.to(retrograd.{weights.name})  or convert the model.")
        batched = input.dim() == 3
        self._check_size(input)
        batch = input.shape[0 if self.batch_first else 1] if batched else 1
        states = self._initial(input, initial, batch, batched)
        x = input if batched else input.unsqueeze(1)
        x, last = self._layers(x.transpose(0, 1) if batched and self.batch_first else x, states)
        if not batched:
            return x.squeeze(1), tuple(each.squeeze(1) for each in last)
        return x.transpose(0, 1) if self.batch_first else x, last

    def _run_packed(self, input: PackedSequence, initial: tuple[Tensor | None, ...]) -> tuple[Output, State]:
        """States are in the order of the sequences as they were given."""
        self._check_size(input.data)
        steps = Steps(input.batch_sizes.tolist())
        states = self._initial(input.data, initial, steps.batch, True)
        order = input.sorted_indices
        if order is not None:
            states = [tuple([s if given is None else F.index_select(s, 0, order)
                             for s, given in zip(each, initial, strict=True)]) for each in states]
        data, last = self._layers(input.data, states, steps)
        if input.unsorted_indices is not None:
            last = tuple(F.index_select(each, 1, input.unsorted_indices) for each in last)
        return input._replace(data=data), last

    def _check_size(self, input: Tensor) -> None:
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, "
                f"got {input.shape[-1]}"
            )

    def _initial(self, input: Tensor, given: tuple[Tensor | None, ...], batch: int, batched: bool
                 ) -> list[State]:
        """The states (N, H) of each layer and direction; zeros (no memory) where none are given."""
        each: list[list[Tensor]] = []
        count = self.num_layers * self._directions
        for k, state in enumerate(given):
            size = self._out_size if k == 0 else self.hidden_size
            if state is None:
                alike = k > 0 and given[0] is None and not self.proj_size
                each.append(each[0] if alike else [nothing_yet(batch, size, input.dtype)] * count)
                continue
            wanted = (count, batch, size) if batched else (count, size)
            if state.dim() != len(wanted):
                raise RuntimeError(
                    f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, hx should also be "
                    f"{len(wanted)}-D but got {state.dim()}-D tensor"
                )
            if tuple(state.shape) != wanted:
                raise RuntimeError(f"Expected hidden[{k}] size {wanted}, got {list(state.shape)}")
            each.append([state[k] if batched else state[k].unsqueeze(0) for k in range(count)])
        return list(zip(*each, strict=True))

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

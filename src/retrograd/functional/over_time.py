"""RNN, LSTM and GRU over time, from inputs, first states and lists of weights: layers and directions.

A layer in one direction is one loop (`scan`). Weights of a layer are weight_ih (G, input), weight_hh (G, H),
bias_ih, bias_hh and, of an LSTM with projections, weight_hr; the way back follows the way forward.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from retrograd.base.dtype import DType
from retrograd.base.errors import ArgumentError, ArgumentTypeError, ShapeError
from retrograd.functional.activation import relu
from retrograd.functional.cells import gru_step, gru_step_before, lstm_step
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.dropping import dropout as dropped
from retrograd.functional.elementwise import add, tanh, where
from retrograd.functional.packed import Steps
from retrograd.functional.products import linear
from retrograd.functional.recurrent import scan_known
from retrograd.functional.shape import cat, reshape, stack, transpose
from retrograd.ops import linear as lin

State: TypeAlias = tuple[Tensor, ...]
NEAR = 1 << 19      # bytes of a weight that stays near a core while a loop reads it again and again


class Cell(NamedTuple):
    """`step`: (map of the input, state, weight and bias of the map of the state) to the next state. `apart`:
    whether the bias of the state stays with its map, which a gate multiplies."""

    step: Callable[[Tensor, State, Tensor, Tensor | None], State]
    states: int = 1
    apart: bool = False


class Weights(NamedTuple):
    """Of one layer in one direction."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    weight_hr: Tensor | None = None


def _tanh(x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    return (tanh(add(x, linear(state[0], weight, bias))),)


def _relu(x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    return (relu(add(x, linear(state[0], weight, bias))),)


def _lstm(x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    return lstm_step(x, linear(state[0], weight, bias), state[1])


def _gru(x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    return (gru_step(x, linear(state[0], weight, bias), state[0]),)


def _gru_before(x: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    return (gru_step_before(x, state[0], weight, bias),)


TANH, RELU, LSTM = Cell(_tanh), Cell(_relu), Cell(_lstm, states=2)
GRU, GRU_BEFORE = Cell(_gru, apart=True), Cell(_gru_before, apart=True)


@dataclass(frozen=True)
class _Step:
    """One step of a layer as a function of tensors alone: equal steps are looked at once."""

    cell: Callable[..., State]
    names: tuple[str, ...]      # of the constants
    masked: bool

    def __call__(self, consts: State, state: State, xs: State) -> tuple[State, State]:
        of = dict(zip(self.names, consts, strict=True))
        x = linear(xs[0], of["weight_ih"], of.get("bias_ih")) if "weight_ih" in of else xs[0]
        after = self.cell(x, state, of["weight_hh"], of.get("bias_hh"))
        if "weight_hr" in of:
            after = (linear(after[0], of["weight_hr"]), *after[1:])
        if self.masked:         # a sequence that is over, or has not begun on the way back
            after = tuple([where(xs[1], new, old) for new, old in zip(after, state, strict=True)])
        return after, (after[0],)


def layers(cell: Cell, x: Tensor, states: Sequence[State], weights: Sequence[Weights], *, both: bool = False,
           dropout: float = 0.0, steps: Steps | None = None) -> tuple[Tensor, State]:
    """All layers over inputs (L, N, I), or packed ones with `steps`, from the states (N, H) of each layer and
    direction: outputs of the last layer, and final states (layers x directions, N, H). `both`: whether every
    second of the weights leads back in time. `dropout` is the probability between layers.

    >>> import retrograd as rg
    >>> x, h, w = rg.ones(3, 1, 1), rg.zeros(1, 1), rg.ones(1, 1)
    >>> layers(RELU, x, [(h,)], [Weights(w, w)])[0].flatten()
    tensor([1., 2., 3.])
    """
    ways = 2 if both else 1
    finals: list[State] = []
    for first in range(0, len(weights), ways):
        outputs = []
        for k in range(first, first + ways):
            output, final = _way(cell, x, states[k], weights[k], steps, backwards=k > first)
            outputs.append(output)
            finals.append(final)
        x = cat(outputs, -1) if both else outputs[0]
        x = x if steps is None else steps.packed(x)
        if dropout > 0 and first + ways < len(weights):
            x = dropped(x, dropout)
    if len(finals) == 1:
        return x, tuple([reshape(each, 1, *each.shape) for each in finals[0]])
    return x, tuple([stack(each, 0) for each in zip(*finals, strict=True)])


def nothing_yet(batch: int, size: int, dtype: DType) -> Tensor:
    """A first state of zeros, which takes no memory.

    >>> import retrograd as rg
    >>> nothing_yet(1, 2, rg.float32)
    tensor([[0., 0.]])
    """
    return wrap(lin.full(0, (batch, size), dtype))


def _way(cell: Cell, x: Tensor, state: State, w: Weights, steps: Steps | None, *, backwards: bool
         ) -> tuple[Tensor, State]:
    """A layer in one direction: a loop that maps the inputs too, or one product for all times and then a
    loop. Biases are added once for all times where they are added to the same."""
    bias_ih, bias_hh = w.bias_ih, w.bias_hh
    if not cell.apart:
        bias_ih = None if bias_ih is None or bias_hh is None else add(bias_ih, bias_hh)
        bias_hh = None
    consts = {"weight_hh": w.weight_hh, "bias_hh": bias_hh, "weight_hr": w.weight_hr}
    if state[0].shape[0] > 1 and w.weight_ih.numel() * w.weight_ih.itemsize <= NEAR:
        consts |= {"weight_ih": w.weight_ih, "bias_ih": bias_ih}
    else:
        x = linear(x, w.weight_ih, bias_ih)
    known = {name: const for name, const in consts.items() if const is not None}
    xs = (x,) if steps is None else (steps.padded(x), steps.mask())
    step = _Step(cell.step, tuple(known), steps is not None)
    final, (outputs,) = scan_known(step, tuple(known.values()), state, xs, reverse=backwards)
    return outputs, final


# ---------------------------------------------------------------- PyTorch's functions
def lstm(input: Any, *args: Any, **named: Any) -> tuple[Tensor, Tensor, Tensor]:
    """An LSTM of layers and directions: outputs of the last layer at every time, and the final h and c.

        lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
        lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional)

    `input` is (L, N, I), with `batch_first` (N, L, I); `data` and `batch_sizes` are those of a
    `PackedSequence`. `hx` is a pair (h, c) of shape (D layers, N, H); where h is smaller than c, outputs are
    projected. `params` lists for each layer and direction weight_ih (4H, I), weight_hh (4H, H), with
    `has_biases` bias_ih and bias_hh (4H), and of a projection weight_hr. See `nn.LSTM`, which is this with
    parameters of its own.

    >>> import retrograd as rg
    >>> x, state = rg.ones(2, 1, 3), (rg.zeros(1, 1, 1), rg.ones(1, 1, 1))
    >>> output, h, c = rg.lstm(x, state, [rg.zeros(4, 3), rg.zeros(4, 1)], False, 1, 0.0, False, False, False)
    >>> tuple(output.shape), c.item()
    ((2, 1, 1), 0.25)
    """
    output, (h, c) = _called("lstm", LSTM, input, args, named)
    return output, h, c


def gru(input: Any, *args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """A GRU of layers and directions: outputs of the last layer at every time, and the final states.

    Arguments as for `lstm`, in both forms, with one tensor `hx`; weights are (3H, I) and (3H, H).

    >>> import retrograd as rg
    >>> w = [rg.zeros(3, 3), rg.zeros(3, 1)]
    >>> rg.gru(rg.ones(2, 1, 3), rg.ones(1, 1, 1), w, False, 1, 0.0, False, False, False)[0].flatten()
    tensor([0.5000, 0.2500])
    """
    output, (h,) = _called("gru", GRU, input, args, named)
    return output, h


def rnn_tanh(input: Any, *args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """A network of `rnn_tanh_cell` over time. Arguments as for `lstm`, in both forms, with one tensor `hx`;
    weights are (H, I) and (H, H).

    >>> import retrograd as rg
    >>> w = [rg.zeros(2, 3), rg.zeros(2, 2)]
    >>> rg.rnn_tanh(rg.ones(2, 1, 3), rg.ones(1, 1, 2), w, False, 1, 0.0, False, False, False)[1]
    tensor([[[0., 0.]]])
    """
    output, (h,) = _called("rnn_tanh", TANH, input, args, named)
    return output, h


def rnn_relu(input: Any, *args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """A network of `rnn_relu_cell` over time; see `rnn_tanh`.

    >>> import retrograd as rg
    >>> w = [rg.ones(1, 3), rg.ones(1, 1)]
    >>> rg.rnn_relu(rg.ones(2, 1, 3), rg.ones(1, 1, 1), w, False, 1, 0.0, False, False, False)[0].flatten()
    tensor([4., 7.])
    """
    output, (h,) = _called("rnn_relu", RELU, input, args, named)
    return output, h


_AFTER = "has_biases", "num_layers", "dropout", "train", "bidirectional"
_BATCH = "hx", "params", *_AFTER, "batch_first"
_PACKED = "batch_sizes", "hx", "params", *_AFTER


def _called(op: str, cell: Cell, input: Any, args: Sequence[Any], named: dict[str, Any]
            ) -> tuple[Tensor, State]:
    """Either form of PyTorch's arguments: that of packed sequences has the weights in the third place."""
    packed = "batch_sizes" in named or len(args) > 2 and isinstance(args[2], (list, tuple))
    of = _arguments(op, _PACKED if packed else _BATCH, args, named)
    need_tensor(input, op)
    steps = Steps(of["batch_sizes"].tolist()) if packed else None
    states = tuple(of["hx"]) if isinstance(of["hx"], (list, tuple)) else (of["hx"],)
    if len(states) != cell.states:
        raise ArgumentError(f"hx holds {len(states)} tensor{'s' * (len(states) > 1)}", op=op,
                            expected="h and c" if cell.states > 1 else "one tensor")
    for state in states:
        need_tensor(state, op, "hx")
    both, count = bool(of["bidirectional"]), of["num_layers"] * (2 if of["bidirectional"] else 1)
    weights = _weights(op, of["params"], count, bool(of["has_biases"]),
                       cell.states == 2 and states[0].shape[-1] != states[1].shape[-1])
    _check(op, input, states, weights, None if steps is None else steps.count)
    first = not packed and of["batch_first"]
    each = [tuple([s[k] for s in states]) for k in range(count)]
    x, last = layers(cell, transpose(input, 0, 1) if first else input, each, weights, both=both,
                     dropout=float(of["dropout"]) if of["train"] else 0.0, steps=steps)
    return transpose(x, 0, 1) if first else x, last


def _arguments(op: str, names: Sequence[str], args: Sequence[Any], named: dict[str, Any]) -> dict[str, Any]:
    of = dict(zip(names, args))
    wrong = [name for name in named if name in of or name not in names]
    missing = [name for name in names if name not in of and name not in named]
    if wrong or missing or len(args) > len(names):
        told = f"missing {', '.join(missing)}" if missing else f"{len(args) + 1} arguments"
        told = f"unexpected or given twice: {', '.join(wrong)}" if wrong else told
        raise ArgumentTypeError(told, op=op, expected=f"{op}(input, {', '.join(names)})")
    return of | named


def _weights(op: str, params: Sequence[Any], count: int, biases: bool, projected: bool) -> list[Weights]:
    each = 2 + 2 * biases + projected
    if len(params) != count * each:
        raise ArgumentError(f"there are {len(params)} weights", op=op,
                            expected=f"{count * each}, {each} for each layer and direction")
    found = []
    for k in range(0, len(params), each):
        own = list(params[k:k + each])
        hr = own.pop() if projected else None
        bias_ih, bias_hh = own[2:] or (None, None)
        found.append(Weights(own[0], own[1], bias_ih, bias_hh, hr))
    return found


def _check(op: str, x: Tensor, states: State, weights: Sequence[Weights], packed: int | None) -> None:
    """What would else be an error somewhere in a loop."""
    dims = 3 if packed is None else 2
    if x.dim() != dims:
        raise ShapeError(f"input is {x.dim()}D", op=op, expected=f"{dims}D")
    if packed is not None and x.shape[0] != packed:
        raise ShapeError(f"data has {x.shape[0]} rows, batch_sizes add up to {packed}", op=op,
                         expected="a row for each step of each sequence")
    if x.shape[-1] != weights[0].weight_ih.shape[-1]:
        raise ShapeError(f"input has {x.shape[-1]} features, weight_ih is "
                         f"{tuple(weights[0].weight_ih.shape)}", op=op, expected="(.., I) and (.., I)")
    for state in states:
        if state.dim() != 3 or state.shape[0] != len(weights):
            raise ShapeError(f"hx is {tuple(state.shape)}", op=op,
                             expected=f"({len(weights)}, N, H): one state for each layer and direction")

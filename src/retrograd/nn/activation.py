"""Activations as modules: each is a function of `functional` with its arguments kept."""

from __future__ import annotations

from retrograd import functional as F
from retrograd.nn.module import Module
from retrograd.tensors.create import full
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class _Activation(Module):
    """An activation without arguments, or with `inplace` alone."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """`inplace=True`, or nothing."""
        return "inplace=True" if self.inplace else ""


class ReLU(_Activation):
    """max(x, 0). Special: the derivative at 0 is 0.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.ReLU()(torch.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """max(x, 0)."""
        return F.relu(input, inplace=self.inplace)


class ReLU6(_Activation):
    """min(max(x, 0), 6).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.ReLU6()(torch.tensor([-1.0, 2.0, 9.0])).tolist()
    [0.0, 2.0, 6.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """min(max(x, 0), 6)."""
        return F.relu6(input, inplace=self.inplace)


class LeakyReLU(Module):
    """x for x > 0, else negative_slope * x.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.LeakyReLU(0.5)(torch.tensor([-1.0, 2.0])).tolist()
    [-0.5, 2.0]
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """x or negative_slope * x."""
        return F.leaky_relu(input, self.negative_slope, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The slope."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class PReLU(Module):
    """x for x > 0, else a * x, with `a` learned: one value, or one a channel (dim 1).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.PReLU()(torch.tensor([-1.0, 2.0])).tolist()
    [-0.25, 2.0]
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device=None, dtype=None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def forward(self, input: Tensor) -> Tensor:
        """x or a * x."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"


class Sigmoid(Module):
    """1 / (1 + exp(-x)).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Sigmoid()(torch.tensor(0.0)).item()
    0.5
    """

    def forward(self, input: Tensor) -> Tensor:
        """1 / (1 + exp(-x))."""
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log(1 / (1 + exp(-x))), computed without overflow.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.LogSigmoid()(torch.tensor(-1000.0)).item()
    -1000.0
    """

    def forward(self, input: Tensor) -> Tensor:
        """log sigmoid(x)."""
        return F.logsigmoid(input)


class Tanh(Module):
    """tanh(x).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Tanh()(torch.tensor(0.0)).item()
    0.0
    """

    def forward(self, input: Tensor) -> Tensor:
        """tanh(x)."""
        return F.tanh(input)


class _AlongDim(Module):
    """An activation that normalises along one dim."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The dim."""
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    """exp(x_i) / sum_j exp(x_j) along `dim`, computed without overflow.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Softmax(dim=0)(torch.tensor([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The softmax along dim."""
        return F.softmax(input, self.dim)


class LogSoftmax(_AlongDim):
    """x_i - log sum_j exp(x_j) along `dim`, computed without overflow.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.LogSoftmax(dim=0)(torch.tensor([0.0, 0.0]))[0].item(), 4)
    -0.6931
    """

    def forward(self, input: Tensor) -> Tensor:
        """The logarithm of the softmax along dim."""
        return F.log_softmax(input, self.dim)


class Softmin(_AlongDim):
    """The softmax of -x along `dim`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Softmin(dim=0)(torch.tensor([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """softmax(-x) along dim."""
        return F.softmax(-input, self.dim)


class GELU(Module):
    """x * Phi(x), Phi the normal distribution function; `approximate='tanh'` uses the tanh formula.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.GELU()(torch.tensor(1.0)).item(), 4)
    0.8413
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """x * Phi(x)."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Which formula."""
        return f"approximate={self.approximate!r}"


class ELU(Module):
    """x for x > 0, else alpha * (exp(x) - 1).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.ELU()(torch.tensor([0.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """x or alpha * (exp(x) - 1)."""
        return F.elu(input, self.alpha, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The scale below zero."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class SELU(_Activation):
    """ELU scaled so that zero mean and unit variance reproduce themselves (1.0507 * elu(x, 1.6733)).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.SELU()(torch.tensor(1.0)).item(), 4)
    1.0507
    """

    def forward(self, input: Tensor) -> Tensor:
        """The scaled ELU."""
        return F.selu(input, inplace=self.inplace)


class SiLU(_Activation):
    """x * sigmoid(x).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.SiLU()(torch.tensor(1.0)).item(), 4)
    0.7311
    """

    def forward(self, input: Tensor) -> Tensor:
        """x * sigmoid(x)."""
        return F.silu(input, inplace=self.inplace)


class Mish(_Activation):
    """x * tanh(softplus(x)).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.Mish()(torch.tensor(1.0)).item(), 4)
    0.8651
    """

    def forward(self, input: Tensor) -> Tensor:
        """x * tanh(softplus(x))."""
        return F.mish(input, inplace=self.inplace)


class Softplus(Module):
    """log(1 + exp(beta x)) / beta; x itself where beta * x > threshold.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.Softplus()(torch.tensor(0.0)).item(), 4)
    0.6931
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """log(1 + exp(beta x)) / beta."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """x / (1 + |x|).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Softsign()(torch.tensor(1.0)).item()
    0.5
    """

    def forward(self, input: Tensor) -> Tensor:
        """x / (1 + |x|)."""
        return input / (1 + input.abs())


class Hardtanh(Module):
    """x cut to [min_val, max_val].

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Hardtanh()(torch.tensor([-3.0, 0.5])).tolist()
    [-1.0, 0.5]
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False,
                 min_value: float | None = None, max_value: float | None = None) -> None:
        super().__init__()
        min_val = min_val if min_value is None else min_value       # as they were called once
        max_val = max_val if max_value is None else max_value
        if max_val <= min_val:
            raise AssertionError("max_val must be larger than min_val")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """x cut to the interval."""
        return F.hardtanh(input, self.min_val, self.max_val, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The interval."""
        return f"min_val={self.min_val}, max_val={self.max_val}" + (", inplace=True" if self.inplace else "")


class Hardsigmoid(_Activation):
    """min(max(x + 3, 0), 6) / 6.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Hardsigmoid()(torch.tensor([-4.0, 0.0])).tolist()
    [0.0, 0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """relu6(x + 3) / 6."""
        return F.hardsigmoid(input, inplace=self.inplace)


class Hardswish(_Activation):
    """x * min(max(x + 3, 0), 6) / 6.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.Hardswish()(torch.tensor([0.0, 3.0])).tolist()
    [0.0, 3.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """x * relu6(x + 3) / 6."""
        return F.hardswish(input, inplace=self.inplace)

"""More activations as modules: gates, thresholds and those that shrink small values."""

from __future__ import annotations

from retrograd import functional as F
from retrograd.nn.activation import _Activation
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor


class CELU(Module):
    """max(x, 0) + min(alpha (e**(x / alpha) - 1), 0).

    >>> import retrograd as torch
    >>> torch.nn.CELU()(torch.tensor([0.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Tensor) -> Tensor:
        """CELU of the input."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class RReLU(Module):
    """x for x > 0, else a x, with a drawn from [lower, upper] in training and their mean in evaluation.

    >>> import retrograd as torch
    >>> torch.nn.RReLU(0.5, 0.5)(torch.tensor([-2.0, 2.0])).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Tensor) -> Tensor:
        """x or a x."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The limits."""
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class Threshold(Module):
    """x above the threshold, else `value`.

    >>> import retrograd as torch
    >>> torch.nn.Threshold(1.0, -5.0)(torch.tensor([0.5, 2.0])).tolist()
    [-5.0, 2.0]
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input: Tensor) -> Tensor:
        """x or the value."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class GLU(Module):
    """a sigmoid(b), a and b the halves of the input along dim.

    >>> import retrograd as torch
    >>> torch.nn.GLU()(torch.tensor([3.0, 0.0])).tolist()
    [1.5]
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """One half gated by the other."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class _Shrink(Module):
    """An activation with a limit lambd."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        """The limit."""
        return str(self.lambd)


class Hardshrink(_Shrink):
    """x beyond lambd on either side, else 0.

    >>> import retrograd as torch
    >>> torch.nn.Hardshrink()(torch.tensor([0.3, -2.0])).tolist()
    [0.0, -2.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """x or 0."""
        return F.hardshrink(input, self.lambd)


class Softshrink(_Shrink):
    """x moved by lambd towards 0, and 0 within.

    >>> import retrograd as torch
    >>> torch.nn.Softshrink()(torch.tensor([0.3, -2.0])).tolist()
    [0.0, -1.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """x nearer to 0."""
        return F.softshrink(input, self.lambd)


class Tanhshrink(_Activation):
    """x - tanh(x).

    >>> import retrograd as torch
    >>> torch.nn.Tanhshrink()(torch.tensor([0.0])).tolist()
    [0.0]
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """x - tanh(x)."""
        return F.tanhshrink(input)


class Softmax2d(Module):
    """softmax over the channels of pictures (N, C, H, W) or (C, H, W).

    >>> import retrograd as torch
    >>> torch.nn.Softmax2d()(torch.zeros(1, 2, 1, 1)).flatten().tolist()
    [0.5, 0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """softmax over dim -3."""
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3)

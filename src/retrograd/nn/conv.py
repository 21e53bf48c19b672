"""Convolutions: images (N, C_in, *size) go in, (N, C_out, *size') come out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.module import Module
from retrograd.tensors.create import empty
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

_MODES = {"zeros", "reflect", "replicate", "circular"}


def tuple_of(value: int | tuple[int, ...], n: int) -> tuple[int, ...]:
    """One int for each of n dims, or the tuple given.

    >>> tuple_of(3, 2), tuple_of((1, 2), 2)
    ((3, 3), (1, 2))
    """
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


class _Conv(Module):
    """What the convolutions share."""

    dims: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: str | int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str) and padding not in {"same", "valid"}:
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}")
        if padding_mode not in _MODES:
            raise ValueError(
                f"padding_mode must be one of {sorted(_MODES)}, but got padding_mode='{padding_mode}'"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = tuple_of(kernel_size, self.dims)
        self.stride = tuple_of(stride, self.dims)
        self.padding = padding if isinstance(padding, str) else tuple_of(padding, self.dims)
        self.dilation = tuple_of(dilation, self.dims)
        self.groups = groups
        self.padding_mode = padding_mode
        if padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(*shape, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, from U(-1/sqrt(fan_in), 1/sqrt(fan_in))."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        """The arguments that differ from their defaults."""
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * self.dims:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.dims:
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text if self.padding_mode == "zeros" else text + f", padding_mode={self.padding_mode}"

    def _border(self) -> list[int]:
        """Elements before and after each dimension, the last dimension first, as `pad` takes them."""
        border = []
        for k in reversed(range(self.dims)):
            if isinstance(self.padding, str):
                total = self.dilation[k] * (self.kernel_size[k] - 1) if self.padding == "same" else 0
                border += [total // 2, total - total // 2]
            else:
                border += [self.padding[k]] * 2
        return border

    def _apply_to(self, input: Tensor, convolution: Callable[..., Tensor]) -> Tensor:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._border(), mode=self.padding_mode), 0
        return convolution(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """y[n, o, i] = b[o] + sum over c and k of w[o, c, k] x[n, c, i*stride + k*dilation - padding].

    Shapes: (N, C_in, L) or (C_in, L) to (N, C_out, L') with
    L' = floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1. `padding` may be 'same' or 'valid'.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.Conv1d(16, 33, 3, stride=2)(torch.zeros(20, 16, 50)).shape)
    (20, 33, 24)
    """

    dims = 1

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of the input."""
        return self._apply_to(input, F.conv1d)


class Conv2d(_Conv):
    """y[n, o, i, j] = b[o] + sum over c, k, l of w[o, c, k, l] x[n, c, i*s + k*d - p, j*s + l*d - p].

    Shapes: (N, C_in, H, W) or (C_in, H, W) to (N, C_out, H', W') with
    H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1. `padding` may be 'same' or 'valid'.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> layer = nn.Conv2d(3, 8, 3, padding=1)
    >>> tuple(layer(torch.zeros(2, 3, 16, 16)).shape)
    (2, 8, 16, 16)
    >>> layer
    Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    dims = 2

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of the input."""
        return self._apply_to(input, F.conv2d)


class Conv3d(_Conv):
    """`Conv2d` for volumes: (N, C_in, D, H, W) or (C_in, D, H, W) to (N, C_out, D', H', W').

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.Conv3d(1, 2, 3)(torch.zeros(1, 1, 5, 5, 5)).shape)
    (1, 2, 3, 3, 3)
    """

    dims = 3

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of the input."""
        return self._apply_to(input, F.conv3d)

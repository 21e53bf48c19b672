"""Transposed convolutions: a convolution's pullback as a layer with weights of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.conv import tuple_of
from retrograd.nn.module import Module
from retrograd.tensors.create import empty
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

Size = int | tuple[int, ...]


class _ConvTranspose(Module):
    """What the transposed convolutions share."""

    dims: int

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1,
                 padding: Size = 0, output_padding: Size = 0, groups: int = 1, bias: bool = True,
                 dilation: Size = 1, padding_mode: str = "zeros", device: Any = None,
                 dtype: Any = None) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = tuple_of(kernel_size, self.dims)
        self.stride = tuple_of(stride, self.dims)
        self.padding = tuple_of(padding, self.dims)
        self.output_padding = tuple_of(output_padding, self.dims)
        self.dilation = tuple_of(dilation, self.dims)
        self.groups = groups
        self.padding_mode = padding_mode
        shape = (in_channels, out_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(*shape, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), fan_in as the weight lies."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        """The arguments that differ from their defaults."""
        text = f"{self.in_channels}, {self.out_channels}"
        text += f", kernel_size={self.kernel_size}, stride={self.stride}"
        for name, usual in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            given = getattr(self, name)
            text += "" if given == (usual,) * self.dims else f", {name}={given}"
        text += "" if self.groups == 1 else f", groups={self.groups}"
        return text if self.bias is not None else text + ", bias=False"

    def _more(self, input: Tensor, output_size: Sequence[int] | None) -> tuple[int, ...]:
        """The output padding that gives that size: a stride above 1 leaves a choice."""
        if output_size is None:
            return self.output_padding
        n = self.dims
        lead = input.dim() - n
        wanted = tuple(output_size[lead:] if len(output_size) == lead + n else output_size)
        if len(wanted) != n:
            raise ValueError(f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or "
                             f"{lead + n} elements (got {len(output_size)})")
        least = [(input.shape[lead + k] - 1) * self.stride[k] - 2 * self.padding[k]
                 + self.dilation[k] * (self.kernel_size[k] - 1) + 1 for k in range(n)]
        most = [low + s - 1 for low, s in zip(least, self.stride)]
        if any(not low <= size <= high for low, size, high in zip(least, wanted, most)):
            raise ValueError(f"requested an output size of {wanted}, but valid sizes range from {least} to "
                             f"{most} (for an input of {tuple(input.shape[lead:])})")
        return tuple(size - low for size, low in zip(wanted, least))

    def _apply_to(self, input: Tensor, output_size: Sequence[int] | None, transposed: Callable[..., Tensor]
                  ) -> Tensor:
        return transposed(input, self.weight, self.bias, self.stride, self.padding,
                          self._more(input, output_size), self.groups, self.dilation)


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a `Conv1d` from C_out to C_in channels: (N, C_in, L) or (C_in, L) to (N, C_out, L'),
    L' = (L - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.ConvTranspose1d(2, 3, 4, stride=2)(torch.zeros(1, 2, 5)).shape)
    (1, 3, 12)
    """

    dims = 1

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """The transposed convolution, at `output_size` where the stride leaves a choice."""
        return self._apply_to(input, output_size, F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """`ConvTranspose1d` for images: (N, C_in, H, W) or (C_in, H, W) to (N, C_out, H', W').

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1)(torch.zeros(1, 2, 5, 5)).shape)
    (1, 3, 10, 10)
    """

    dims = 2

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """The transposed convolution, at `output_size` where the stride leaves a choice."""
        return self._apply_to(input, output_size, F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """`ConvTranspose1d` for volumes: (N, C_in, D, H, W) or (C_in, D, H, W) to (N, C_out, D', H', W').

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.ConvTranspose3d(2, 3, 2, stride=2)(torch.zeros(1, 2, 2, 3, 4)).shape)
    (1, 3, 4, 6, 8)
    """

    dims = 3

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """The transposed convolution, at `output_size` where the stride leaves a choice."""
        return self._apply_to(input, output_size, F.conv_transpose3d)

"""Pooling: the maximum or the mean over windows of the trailing dims."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.nn.conv import tuple_of
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor

Size = int | tuple[int, ...]


class _MaxPool(Module):
    """The arguments that max pooling of one and two dims share."""

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )

    def _options(self) -> dict[str, Any]:
        return {"ceil_mode": self.ceil_mode, "return_indices": self.return_indices}


class MaxPool1d(_MaxPool):
    """The maximum over windows of the last dim; `stride` is the kernel size unless given.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.MaxPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]])).tolist()
    [[3.0, 2.0]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The maxima."""
        return F.max_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, **self._options()
        )


class MaxPool2d(_MaxPool):
    """The maximum over windows of the last two dims; `stride` is the kernel size unless given.

    The gradient goes to the first maximum of a window. Padding counts as minus infinity.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.MaxPool2d(2)(torch.tensor([[[1.0, 3.0], [2.0, 0.0]]])).tolist()
    [[[3.0]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The maxima."""
        return F.max_pool2d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, **self._options()
        )


class AvgPool1d(Module):
    """The mean over windows of the last dim; `stride` is the kernel size unless given.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.AvgPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]])).tolist()
    [[2.0, 1.0]]
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = tuple_of(kernel_size, 1)
        self.stride = self.kernel_size if stride is None else tuple_of(stride, 1)
        self.padding = tuple_of(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        """The arguments."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """The mean over windows of the last two dims; `stride` is the kernel size unless given.

    Zeros of the padding count in the mean unless `count_include_pad=False`; `divisor_override` replaces
    the count.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.AvgPool2d(2)(torch.tensor([[[1.0, 3.0], [2.0, 0.0]]])).tolist()
    [[[1.5]]]
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        """The arguments."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool1d(Module):
    """The mean over windows chosen so that the last dim comes out with `output_size` entries.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.AdaptiveAvgPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]])).tolist()
    [[2.0, 1.0]]
    """

    def __init__(self, output_size: Size) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.adaptive_avg_pool1d(input, self.output_size)

    def extra_repr(self) -> str:
        """The output size."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool2d(Module):
    """The mean over windows chosen so that the last two dims come out with `output_size`; None keeps a size.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.AdaptiveAvgPool2d((1, 1))(torch.zeros(2, 64, 8, 9)).shape)
    (2, 64, 1, 1)
    """

    def __init__(self, output_size: int | None | tuple[int | None, ...]) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.adaptive_avg_pool2d(input, self.output_size)

    def extra_repr(self) -> str:
        """The output size."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool3d(AdaptiveAvgPool2d):
    """`AdaptiveAvgPool2d` over the last three dims.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.AdaptiveAvgPool3d((1, None, 2))(torch.zeros(2, 3, 4, 5, 6)).shape)
    (2, 3, 1, 5, 2)
    """

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.adaptive_avg_pool3d(input, self.output_size)


class MaxPool3d(_MaxPool):
    """The maximum over windows of the last three dims: see `MaxPool2d`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.MaxPool3d(2)(torch.arange(8.0).reshape(1, 2, 2, 2)).item()
    7.0
    """

    def forward(self, input: Tensor) -> Tensor:
        """The maxima."""
        return F.max_pool3d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, **self._options()
        )


class AvgPool3d(AvgPool2d):
    """The mean over windows of the last three dims: see `AvgPool2d`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.AvgPool3d(2)(torch.arange(8.0).reshape(1, 2, 2, 2)).item()
    3.5
    """

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool3d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
            self.divisor_override,
        )


class _AdaptiveMaxPool(Module):
    """The arguments that adaptive max pooling of one and two dims share."""

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        """The output size."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The maximum over the windows of `AdaptiveAvgPool1d`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.AdaptiveMaxPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]])).tolist()
    [[3.0, 2.0]]
    """

    def forward(self, input: Tensor) -> Any:
        """The maxima, and their places with `return_indices`."""
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The maximum over the windows of `AdaptiveAvgPool2d`; None keeps a size.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.AdaptiveMaxPool2d((1, None))(torch.zeros(2, 3, 8, 9)).shape)
    (2, 3, 1, 9)
    """

    def forward(self, input: Tensor) -> Any:
        """The maxima, and their places with `return_indices`."""
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The maximum over the windows of `AdaptiveAvgPool3d`; None keeps a size.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.AdaptiveMaxPool3d(2)(torch.zeros(2, 3, 4, 5, 6)).shape)
    (2, 3, 2, 2, 2)
    """

    def forward(self, input: Tensor) -> Any:
        """The maxima, and their places with `return_indices`."""
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)

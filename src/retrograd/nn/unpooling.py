"""Pooling by powers, pooling over windows at random places, and max pooling undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd import functional as F
from retrograd.nn.conv import tuple_of
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor

Size = int | tuple[int, ...]


# ---------------------------------------------------------------- powers
class _LPPool(Module):
    """The arguments that pooling by powers shares in every rank."""

    def __init__(self, norm_type: float, kernel_size: Size, stride: Size | None = None,
                 ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride = norm_type, kernel_size, stride
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
                f"ceil_mode={self.ceil_mode}")


class LPPool1d(_LPPool):
    """(sum of x**norm_type)**(1 / norm_type) over windows of the last dim; `stride` is the kernel size
    unless given.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.LPPool1d(2, 2)(torch.tensor([[3.0, 4.0]])).tolist()
    [[5.0]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool1d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPool):
    """(sum of x**norm_type)**(1 / norm_type) over windows of the last two dims; `stride` is the kernel size
    unless given.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.LPPool2d(2, 2)(torch.tensor([[[3.0, 0.0], [0.0, 4.0]]])).tolist()
    [[[5.0]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool2d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool3d(_LPPool):
    """(sum of x**norm_type)**(1 / norm_type) over windows of the last three dims; `stride` is the kernel size
    unless given.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.LPPool3d(1, 2)(torch.ones(1, 2, 2, 2)).tolist()
    [[[[8.0]]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool3d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


# ---------------------------------------------------------------- undone
class _MaxUnpool(Module):
    """The arguments that unpooling shares in every rank."""

    dims: int

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        self.kernel_size = tuple_of(kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else tuple_of(stride, self.dims)
        self.padding = tuple_of(padding, self.dims)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """What `MaxPool1d` with `return_indices` gave, put where it was found; zeros elsewhere.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> y, places = nn.MaxPool1d(2, return_indices=True)(torch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    >>> nn.MaxUnpool1d(2)(y, places).tolist()
    [[0.0, 3.0, 2.0, 0.0]]
    """

    dims = 1

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Each element where it was found."""
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpool):
    """`MaxUnpool1d` for `MaxPool2d`; `output_size` where the windows leave a choice.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> y, places = nn.MaxPool2d(2, return_indices=True)(torch.arange(4.0).reshape(1, 2, 2))
    >>> nn.MaxUnpool2d(2)(y, places).tolist()
    [[[0.0, 0.0], [0.0, 3.0]]]
    """

    dims = 2

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Each element where it was found."""
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool3d(_MaxUnpool):
    """`MaxUnpool1d` for `MaxPool3d`.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> y, places = nn.MaxPool3d(2, return_indices=True)(torch.ones(1, 4, 4, 4))
    >>> nn.MaxUnpool3d(2)(y, places).sum().item()
    8.0
    """

    dims = 3

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Each element where it was found."""
        return F.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


# ---------------------------------------------------------------- windows at random places
class _FractionalMaxPool(Module):
    """The arguments that fractional pooling shares in every rank."""

    dims: int

    def __init__(self, kernel_size: Size, output_size: Any = None, output_ratio: Any = None,
                 return_indices: bool = False, _random_samples: Any = None) -> None:
        super().__init__()
        self.kernel_size = tuple_of(kernel_size, self.dims)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else tuple_of(output_size, self.dims)
        self.output_ratio = None if output_ratio is None else \
            output_ratio if isinstance(output_ratio, tuple) else (output_ratio,) * self.dims
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"{type(self).__name__} takes output_size or output_ratio, and not both")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"kernel_size={self.kernel_size}, output_size={self.output_size}, "
                f"output_ratio={self.output_ratio}")

    def _options(self) -> dict[str, Any]:
        return {"output_size": self.output_size, "output_ratio": self.output_ratio,
                "return_indices": self.return_indices, "_random_samples": self._random_samples}


class FractionalMaxPool2d(_FractionalMaxPool):
    """The maximum over windows at random places (Graham 2015) that come out as `output_size`, or as the
    share `output_ratio` of the input.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.FractionalMaxPool2d(2, output_ratio=0.7)(torch.randn(1, 3, 10, 10)).shape)
    (1, 3, 7, 7)
    """

    dims = 2

    def forward(self, input: Tensor) -> Any:
        """The maxima, and their places with `return_indices`."""
        return F.fractional_max_pool2d(input, self.kernel_size, **self._options())


class FractionalMaxPool3d(_FractionalMaxPool):
    """`FractionalMaxPool2d` over the last three dims.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.FractionalMaxPool3d(2, output_size=3)(torch.randn(1, 2, 6, 6, 6)).shape)
    (1, 2, 3, 3, 3)
    """

    dims = 3

    def forward(self, input: Tensor) -> Any:
        """The maxima, and their places with `return_indices`."""
        return F.fractional_max_pool3d(input, self.kernel_size, **self._options())

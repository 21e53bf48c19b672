"""Normalisation within one example, (x - mean) / sqrt(var + eps) * w + b: by features (LayerNorm, RMSNorm),
by groups of channels, by channel (InstanceNorm), by neighbouring channels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.batch_norm import _BatchNorm
from retrograd.nn.module import Module
from retrograd.tensors.create import empty
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class Scaled(Module):
    """What is normalised is then multiplied by `weight` and moved by `bias`, where there are any."""

    def make_parameters(self, shape: Sequence[int], weight: bool, bias: bool, device: Any,
                        dtype: Any) -> None:
        """Those that are asked for, at their first values; the others are None."""
        for name, wanted in (("weight", weight), ("bias", bias)):
            made = Parameter(empty(*shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class LayerNorm(Scaled):
    """y = (x - mean) / sqrt(var + eps) * weight + bias over the trailing dims `normalized_shape`.

    The variance is the biased one.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> y = nn.LayerNorm(4)(torch.tensor([[0.0, 0.0, 2.0, 2.0]]))
    >>> [round(v, 3) for v in y[0].tolist()]
    [-1.0, -1.0, 1.0, 1.0]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.make_parameters(shape, elementwise_affine, elementwise_affine and bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """The input, normalised over its last dims."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class _InstanceNorm(_BatchNorm):
    """What the instance normalisations share: no parameters and no running statistics unless asked for."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: Any = None, dtype: Any = None, *,
                 bias: bool = True) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise each channel of each example by itself (or, in evaluation, by running statistics)."""
        if input.dim() not in self.ranks:
            ranks = " or ".join(f"{rank}D" for rank in self.ranks)
            raise ValueError(f"expected {ranks} input (got {input.dim()}D input)")
        single = input.dim() == self.ranks[0]
        x = input.unsqueeze(0) if single else input
        if x.shape[1] != self.num_features:
            at = f"input's size at dim={0 if single else 1}"
            if self.affine:
                raise ValueError(f"expected {at} to match num_features ({self.num_features}), "
                                 f"but got: {x.shape[1]}.")
            warnings.warn(f"{at} does not match num_features. You can silence this warning by not passing in "
                          "num_features, which is not used because affine=False", stacklevel=2)
        out = F.instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                              self.training or not self.track_running_stats,
                              0.0 if self.momentum is None else self.momentum, self.eps)
        return out.squeeze(0) if single else out


class InstanceNorm1d(_InstanceNorm):
    """(x - mean) / sqrt(var + eps) of each channel of each sequence (N, C, L) or (C, L).

    >>> import retrograd as torch
    >>> torch.nn.InstanceNorm1d(1)(torch.tensor([[[0.0, 2.0]]])).round().tolist()
    [[[-1.0, 1.0]]]
    """

    ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """`InstanceNorm1d` of pictures (N, C, H, W) or (C, H, W).

    >>> import retrograd as torch
    >>> tuple(torch.nn.InstanceNorm2d(3)(torch.randn(2, 3, 4, 4)).shape)
    (2, 3, 4, 4)
    """

    ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """`InstanceNorm1d` of volumes (N, C, D, H, W) or (C, D, H, W).

    >>> import retrograd as torch
    >>> tuple(torch.nn.InstanceNorm3d(2)(torch.randn(1, 2, 2, 2, 2)).shape)
    (1, 2, 2, 2, 2)
    """

    ranks = (4, 5)


class GroupNorm(Scaled):
    """(x - mean) / sqrt(var + eps) * weight + bias over groups of channels of each example. Shape: (N, C, *).

    >>> import retrograd as torch
    >>> torch.nn.GroupNorm(1, 2)(torch.tensor([[0.0, 2.0]])).round().tolist()
    [[-1.0, 1.0]]
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True,
                 device: Any = None, dtype: Any = None, *, bias: bool = True) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.make_parameters((num_channels,), affine, affine and bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise each group."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
                f"bias={self.bias is not None}")


class RMSNorm(Module):
    """x / sqrt(mean(x**2) + eps) * weight over the trailing dims `normalized_shape`.

    >>> import retrograd as torch
    >>> torch.nn.RMSNorm(2)(torch.tensor([[3.0, 3.0]])).round().tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape,
                                                                  int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        weight = Parameter(empty(*self.normalized_shape, device=device,
                                 dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise by the root mean square."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """x / (k + alpha mean of squares of `size` neighbouring channels)**beta.

    >>> import retrograd as torch
    >>> tuple(torch.nn.LocalResponseNorm(2)(torch.randn(1, 4, 3)).shape)
    (1, 4, 3)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        """Normalise by neighbouring channels."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"

"""Normalisation by the mean and variance of each channel over a batch: BatchNorm in every rank."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.nn import init
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, ones, tensor, zeros
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class _BatchNorm(Module):
    """What the batch normalisations share; a subclass says which ranks it takes."""

    # Version 2 of the state dict brought num_batches_tracked.
    _version = 2
    ranks: tuple[int, ...]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

        def parameter() -> Parameter:
            return Parameter(empty(num_features, device=device, dtype=dtype))

        self.register_parameter("weight", parameter() if affine else None)
        self.register_parameter("bias", parameter() if affine and bias else None)
        if track_running_stats:
            self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype))
            self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype))
            self.register_buffer("num_batches_tracked", tensor(0))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Mean 0, variance 1, no batches seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0, and the running statistics as at the start."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise by the batch in training (which moves the running statistics), else by those."""
        if input.dim() not in self.ranks:
            ranks = " or ".join(f"{rank}D" for rank in self.ranks)
            raise ValueError(f"expected {ranks} input (got {input.dim()}D input)")
        momentum = 0.0 if self.momentum is None else self.momentum
        updates = self.training and self.track_running_stats
        if updates and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the plain average over all batches so far
                momentum = 1.0 / float(self.num_batches_tracked)
        has_statistics = self.running_mean is not None or self.running_var is not None
        uses_batch = self.training or not has_statistics
        mean, var = (self.running_mean, self.running_var) if not self.training or updates else (None, None)
        return F.batch_norm(input, mean, var, self.weight, self.bias, uses_batch, momentum, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], *rest: Any
    ) -> None:
        version = local_metadata.get("version")
        key = prefix + "num_batches_tracked"
        if (version is None or version < 2) and self.track_running_stats and key not in state_dict:
            known = self.num_batches_tracked
            state_dict[key] = tensor(0) if known is None else known
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class BatchNorm1d(_BatchNorm):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, per feature, over the batch (and the length).

    In training mean and (biased) variance are those of the batch, and the running statistics move to
    (1 - momentum) * running + momentum * batch, with the unbiased variance; `momentum=None` averages over
    all batches. In evaluation the running statistics are used. Shapes: (N, C) or (N, C, L).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> norm = nn.BatchNorm1d(1)
    >>> _ = norm(torch.tensor([[0.0], [2.0]]))
    >>> [round(v, 4) for v in (norm.running_mean.item(), norm.running_var.item())]
    [0.1, 1.1]
    """

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """`BatchNorm1d` for images: per channel, over the batch and both sides. Shape: (N, C, H, W).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> tuple(nn.BatchNorm2d(3)(torch.randn(2, 3, 4, 4)).shape)
    (2, 3, 4, 4)
    """

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """`BatchNorm1d` for volumes: per channel, over the batch and three sides. Shape: (N, C, D, H, W).

    >>> import retrograd as torch
    >>> tuple(torch.nn.BatchNorm3d(3)(torch.randn(2, 3, 2, 2, 2)).shape)
    (2, 3, 2, 2, 2)
    """

    ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    """`BatchNorm` of any rank; among several processes each normalises by its own batch, as on one.

    >>> import retrograd as torch
    >>> tuple(torch.nn.SyncBatchNorm(3)(torch.randn(2, 3, 4)).shape)
    (2, 3, 4)
    """

    ranks = (2, 3, 4, 5)

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = True,
                 track_running_stats: bool = True, process_group: Any = None, device: Any = None,
                 dtype: Any = None) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """The module itself: on one process both are the same.

        >>> import retrograd as torch
        >>> net = torch.nn.BatchNorm1d(2)
        >>> torch.nn.SyncBatchNorm.convert_sync_batchnorm(net) is net
        True
        """
        return module

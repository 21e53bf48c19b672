"""`torchvision.ops`: frozen normalisation, dropping of whole branches, and what boxes (x1, y1, x2, y2) share.

>>> import retrograd as rg
>>> box_iou(rg.tensor([[0.0, 0, 2, 2]]), rg.tensor([[1.0, 0, 3, 2]]))
tensor([[0.3333]])
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from retrograd.functional import maximum, minimum
from retrograd.nn.module import Module
from retrograd.tensors.create import empty, from_numpy, ones, zeros
from retrograd.tensors.tensor import Tensor

__all__ = ["FrozenBatchNorm2d", "StochasticDepth", "box_area", "box_iou", "nms", "stochastic_depth"]

misc = sys.modules[__name__]        # torchvision.ops.misc


class FrozenBatchNorm2d(Module):
    """(x - running_mean) / sqrt(running_var + eps) * weight + bias, where all four are buffers.

    Shape: (N, C, H, W) to the same.

    >>> import retrograd as rg
    >>> FrozenBatchNorm2d(2, eps=0.0)(rg.ones(1, 2, 1, 1)).flatten()
    tensor([1., 1.])
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        for name in ("weight", "bias", "running_mean", "running_var"):
            start = ones if name in ("weight", "running_var") else zeros
            self.register_buffer(name, start(num_features))

    def forward(self, x: Tensor) -> Tensor:
        """The picture, normalised by numbers that do not change."""
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)

    def extra_repr(self) -> str:
        """Number of features and eps."""
        return f"{self.weight.shape[0]}, eps={self.eps}"


def stochastic_depth(input: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    """In training 0 with probability p, else input / (1 - p): for the batch, or with mode='row' by row.

    >>> import retrograd as rg
    >>> stochastic_depth(rg.ones(2), 0.5, "row", training=False)
    tensor([1., 1.])
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0.0:
        return input
    shape = (input.shape[0] if mode == "row" else 1,) + (1,) * (input.ndim - 1)
    noise = empty(shape, dtype=input.dtype).bernoulli_(1.0 - p)
    return input * (noise if p == 1.0 else noise / (1.0 - p))


class StochasticDepth(Module):
    """`stochastic_depth` as a layer."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, input: Tensor) -> Tensor:
        """The input, dropped in training."""
        return stochastic_depth(input, self.p, self.mode, self.training)


def box_area(boxes: Tensor) -> Tensor:
    """(N, 4) to (N,): width times height.

    >>> import retrograd as rg
    >>> box_area(rg.tensor([[0.0, 0, 2, 3]]))
    tensor([6.])
    """
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """(N, 4) and (M, 4) to (N, M): the area of what two boxes share over the area that they cover."""
    low = maximum(boxes1[:, None, :2], boxes2[:, :2])
    high = minimum(boxes1[:, None, 2:], boxes2[:, 2:])
    both = (high - low).clamp(min=0)
    shared = both[..., 0] * both[..., 1]
    return shared / (box_area(boxes1)[:, None] + box_area(boxes2) - shared)


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The boxes to keep, best first: of those that share more than `iou_threshold` with a better one, none.

    Shapes: (N, 4) and (N,) to (K,), int64. The values are read.

    >>> import retrograd as rg
    >>> boxes = rg.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2.1], [5, 5, 6, 6]])
    >>> nms(boxes, rg.tensor([0.5, 0.9, 0.1]), 0.5)
    tensor([1, 2])
    """
    overlap: Any = box_iou(boxes.detach(), boxes.detach()).numpy()
    left = list(np.argsort(-scores.detach().numpy(), kind="stable"))
    kept = []
    while left:
        kept.append(left[0])
        left = [k for k in left[1:] if overlap[kept[-1], k] <= iou_threshold]
    return from_numpy(np.array(kept, np.int64))

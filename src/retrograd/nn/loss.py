"""Losses as modules: input and target go in, one number (or with reduction='none' one a sample) comes out.

`reduction` is 'mean', 'sum' or 'none'; the old `size_average` and `reduce` are still understood.
"""

from __future__ import annotations

import warnings
from typing import Any

from retrograd import functional as F
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that the two old arguments mean, where one of them is given.

    >>> reduction_of(None, None, "sum")
    'sum'
    """
    if size_average is None and reduce is None:
        return reduction
    averages = size_average is None or size_average
    meant = "none" if reduce is False else "mean" if averages else "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{meant}' instead.",
        stacklevel=4,
    )
    return meant


class _Loss(Module):
    """A loss with a reduction and nothing else."""

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.reduction = reduction_of(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """A loss with a weight a class, kept as a buffer."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class MSELoss(_Loss):
    """(x - y)^2, averaged over all elements.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.MSELoss()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0])).item()
    2.0
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The squared error."""
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """|x - y|, averaged over all elements. Special: the derivative at x = y is 0.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.L1Loss()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0])).item()
    1.0
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The absolute error."""
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """(x - y)^2 / (2 beta) where |x - y| < beta, else |x - y| - beta / 2.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.SmoothL1Loss()(torch.tensor([3.0]), torch.tensor([1.0])).item()
    1.5
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The smoothed absolute error."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """(x - y)^2 / 2 where |x - y| < delta, else delta * (|x - y| - delta / 2).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.HuberLoss()(torch.tensor([3.0]), torch.tensor([1.0])).item()
    1.5
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not isinstance(delta, (int, float)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The Huber error."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class NLLLoss(_WeightedLoss):
    """-w[y] x[y] of log-probabilities x; the mean divides by the weights of the targets that are not ignored.

    Shapes: (N, C, *) and integers (N, *), or (C,) and a single integer.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.NLLLoss()(torch.tensor([[-1.0, -2.0]]), torch.tensor([1])).item()
    2.0
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The negative log-likelihood of the targets."""
        return F.nll_loss(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class CrossEntropyLoss(_WeightedLoss):
    """-w[y] log softmax(x)[y] of logits x; the mean divides by the weights of the targets that are not
    ignored.

    The target is a class a sample, or (same shape as x) a distribution a sample. `label_smoothing` mixes
    the target with the uniform distribution. Shapes: (N, C, *) and (N, *), or (C,) and ().

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.CrossEntropyLoss()(torch.zeros(3, 2), torch.tensor([0, 1, 1])).item(), 4)
    0.6931
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The cross-entropy between softmax(x) and the targets."""
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(_WeightedLoss):
    """-w (y log x + (1 - y) log(1 - x)) of probabilities x, with logarithms not below -100.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> round(nn.BCELoss()(torch.tensor([0.5]), torch.tensor([1.0])).item(), 4)
    0.6931
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The binary cross-entropy of probabilities."""
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """BCELoss of sigmoid(x), computed without overflow; `pos_weight` multiplies the term of y.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.BCEWithLogitsLoss()(torch.tensor([1000.0]), torch.tensor([1.0])).item()
    0.0
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The binary cross-entropy of logits."""
        return F.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    """y (log y - x) of log-probabilities x and probabilities y (log-probabilities with `log_target`).

    'mean' divides by the number of elements; 'batchmean' by the batch size, which is the divergence by its
    definition.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> p = torch.tensor([[0.5, 0.5]])
    >>> nn.KLDivLoss(reduction="batchmean")(p.log(), p).item()
    0.0
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The divergence of the input from the target."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class CTCLoss(Module):
    """-log of the probability of label sequences, summed over all their alignments; see `ctc_loss`.

    Shapes: log-probabilities (T, N, C) or (T, C), targets (N, S) or all labels in a row, lengths (N,).

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> nn.CTCLoss()(torch.zeros(2, 1, 3), torch.tensor([[1, 2]]), [2], [2]).item()
    0.0
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.blank, self.reduction, self.zero_infinity = blank, reduction, zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """The loss of the targets."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )

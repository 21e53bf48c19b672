"""AdaptiveLogSoftmaxWithLoss: a softmax over very many classes, the rare ones in clusters of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrograd import functional as F
from retrograd.nn.container import ModuleList, Sequential
from retrograd.nn.linear import Linear
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor


class ASMoutput(NamedTuple):
    """The log-probabilities of the targets, and the mean of their negatives."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """log p of one class of many (Grave et al., 2017): classes are ordered by frequency; those
    up to cutoffs[0] and one entry a cluster share a softmax, each cluster has one behind a narrower layer.

    Args: in_features; n_classes; cutoffs, rising, below n_classes; div_value, by which each cluster is
    narrower than the one before; head_bias. Input (N, in_features) or (in_features,), target (N,) or ().

    >>> import retrograd as rg
    >>> layer = AdaptiveLogSoftmaxWithLoss(8, 10, cutoffs=[2, 5])
    >>> layer(rg.zeros(3, 8), rg.tensor([0, 4, 9])).output.shape, layer.log_prob(rg.zeros(3, 8)).shape
    (retrograd.Size([3]), retrograd.Size([3, 10]))
    """

    def __init__(self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0,
                 head_bias: bool = False, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        bounds = list(cutoffs)
        if not bounds:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if bounds != sorted(set(bounds)) or bounds[0] <= 0 or bounds[-1] > n_classes - 1 or \
                any(int(c) != c for c in bounds):
            raise ValueError("cutoffs should be a sequence of unique, positive integers sorted in an "
                             "increasing order, where each value is between 1 and n_classes-1")
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, [*bounds, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = self.cutoffs[0], len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        made = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for k in range(self.n_clusters):
            width = int(in_features // div_value ** (k + 1))
            size = self.cutoffs[k + 1] - self.cutoffs[k]
            self.tail.append(Sequential(Linear(in_features, width, bias=False, **made),
                                        Linear(width, size, bias=False, **made)))

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        for layer in (self.head, *(part for cluster in self.tail for part in cluster)):
            layer.reset_parameters()

    def forward(self, input: Tensor, target: Tensor) -> ASMoutput:
        """(log p of each target, -mean of them)."""
        if target.dim() > 1 or input.dim() != target.dim() + 1:
            raise RuntimeError(f"input is {tuple(input.shape)}, target is {tuple(target.shape)}: a batch of "
                               "vectors takes a vector of targets, one vector takes one target")
        batched = target.dim() == 1
        x, wanted = (input, target) if batched else (input.unsqueeze(0), target.unsqueeze(0))
        known = wanted.detach().numpy()
        if known.size and (known.min() < 0 or known.max() >= self.n_classes):
            raise RuntimeError(f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                               f"[{known.min()}, {known.max()}] were found. ")
        head = F.log_softmax(self.head(x), 1)
        # A target in a cluster is the cluster's entry in the head.
        entry = wanted
        for k, low in enumerate(self.cutoffs[:-1]):
            inside = (wanted >= low) & (wanted < self.cutoffs[k + 1])
            entry = F.where(inside, self.shortlist_size + k, entry)
        output = head.gather(1, entry.unsqueeze(1)).squeeze(1)
        for k, low in enumerate(self.cutoffs[:-1]):
            rows = ((wanted >= low) & (wanted < self.cutoffs[k + 1])).nonzero().squeeze(1)
            if rows.numel():
                inner = F.log_softmax(self.tail[k](x.index_select(0, rows)), 1)
                place = (wanted.index_select(0, rows) - low).unsqueeze(1)
                output = output.index_add(0, rows, inner.gather(1, place).squeeze(1))
        loss = (-output).mean()
        return ASMoutput(output if batched else output.squeeze(0), loss)

    def _all(self, input: Tensor, head: Tensor) -> Tensor:
        parts = [head[:, :self.shortlist_size]]
        for k in range(self.n_clusters):
            at = self.shortlist_size + k
            parts.append(F.log_softmax(self.tail[k](input), 1) + head[:, at:at + 1])
        return F.cat(parts, 1)

    def log_prob(self, input: Tensor) -> Tensor:
        """log p of every class: (N, n_classes)."""
        return self._all(input, F.log_softmax(self.head(input), 1))

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class of each row."""
        return self.log_prob(input).argmax(1)

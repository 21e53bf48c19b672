"""How element losses are reduced: PyTorch's reductions, in both spellings."""

from __future__ import annotations

import math
import warnings
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.functional.door import Tensor, wrap
from retrograd.graph.node import Node
from retrograd.ops import linear as lin

REDUCTIONS = ("none", "mean", "sum")


def checked_reduction(reduction: str, size_average: Any, reduce: Any, op: str,
                      known: tuple[str, ...] = REDUCTIONS) -> str:
    """The reduction asked for, in either spelling."""
    if size_average is not None or reduce is not None:
        average, some = size_average in (None, True), reduce in (None, True)
        modern = "none" if not some else "mean" if average else "sum"
        warnings.warn("size_average and reduce args will be deprecated, please use "
                      f"reduction='{modern}' instead.", stacklevel=3)
        return modern
    if reduction not in known:
        raise ArgumentError(f"reduction is {reduction!r}", op=op,
                            expected="one of " + ", ".join(map(repr, known)))
    return reduction


def mean_of(x: Node) -> Node:
    """The mean of all elements; nan where there are none."""
    return lin.reduce_sum(x, tuple(range(x.ndim))) / float(math.prod(x.shape))


def sum_of(x: Node) -> Node:
    """The sum of all elements."""
    return lin.reduce_sum(x, tuple(range(x.ndim)))


def reduced(loss: Node, reduction: str) -> Tensor:
    """One loss an element to what was asked for."""
    return wrap(mean_of(loss) if reduction == "mean" else sum_of(loss) if reduction == "sum" else loss)

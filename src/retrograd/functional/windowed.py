"""The sum of every window of the last axes, by convolutions with ones of images of one channel: what average
pooling, pooling by powers and local response normalisation share."""

from __future__ import annotations

import math

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops.tiles import tile_sum
from retrograd.ops.window import conv_p

# What walking over the images once more costs, counted in taps.
WALK = 8


def window_sums(x: Node, kernel: Shape, stride: Shape, low: Shape, high: Shape) -> Node:
    """(..., *sizes) to (..., *counts), zeros around: `low` before and `high` behind each axis."""
    n = len(kernel)
    lead, sizes = x.shape[:-n], x.shape[-n:]
    # A window as large as its axis is that axis.
    whole = [k == s and a == b == 0 for k, s, a, b in zip(kernel, sizes, low, high)]
    if any(whole):
        axes = tuple(len(lead) + d for d in range(n) if whole[d])
        left = [d for d in range(n) if not whole[d]]
        sums = lin.reduce_sum(x, axes)
        if left:
            kernel, stride, low, high = (tuple(v[d] for d in left) for v in (kernel, stride, low, high))
            sums = window_sums(sums, kernel, stride, low, high)
        counts = iter(sums.shape[len(lead):])
        return lin.reshape(sums, (*lead, *(1 if w else next(counts) for w in whole)))
    if kernel == stride and not any((*low, *high)):     # windows side by side; what is left over is cut off
        covered = tuple(s // k * k for s, k in zip(sizes, kernel))
        if covered != sizes:
            x = lin.slice_(x, (0,) * x.ndim, (*lead, *covered), (1,) * x.ndim)
        return bind(tile_sum, (x,), (kernel,))
    y = lin.reshape(x, (numel(lead), 1, *sizes))
    if math.prod(kernel) <= sum(kernel) + WALK * (n - 1):
        y = _summed(y, kernel, stride, low, high)
    else:
        for d in reversed(range(n)):
            only = [tuple(v[k] if k == d else other for k in range(n))
                    for v, other in ((kernel, 1), (stride, 1), (low, 0), (high, 0))]
            y = _summed(y, *only)
    return lin.reshape(y, (*lead, *y.shape[2:]))


def _summed(x: Node, kernel: Shape, stride: Shape, low: Shape, high: Shape) -> Node:
    ones = lin.full(1, (1, 1, *kernel), x.dtype)
    return bind(conv_p, (x, ones), (stride, low, high, (1,) * len(kernel), 1))

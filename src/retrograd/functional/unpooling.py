"""Pooling by powers, and max-pooling undone: lp_pool, max_unpool."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape, numel
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, need_tensor, number_node, wrap
from retrograd.functional.padding import sizes
from retrograd.functional.places import scatter
from retrograd.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from retrograd.graph.node import bind
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import ne

__all__ = ["lp_pool1d", "lp_pool2d", "lp_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d"]

_AVERAGES = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
_LARGEST = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}


# ---------------------------------------------------------------- powers
def _lp_pool(n: int, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool) -> Tensor:
    op = f"lp_pool{n}d"
    x = float_input(input, op)
    if math.isinf(norm_type):                   # the largest size, or the smallest
        sign = math.copysign(1.0, norm_type)
        size = wrap(bind(p.abs_, (x,)) * sign)
        return wrap(_LARGEST[n](size, kernel_size, stride, 0, 1, ceil_mode).node * sign)
    kernel = sizes(kernel_size, n, "kernel_size", op)
    power = number_node(float(norm_type), x.dtype)
    mean = _AVERAGES[n](wrap(bind(p.pow_, (x, power))), kernel, stride, 0, ceil_mode).node
    total = mean * number_node(float(math.prod(kernel)), x.dtype)
    # No gradient goes through a sum of 0, where the root has no slope.
    zero = number_node(0.0, x.dtype)
    total = bind(p.where, (bind(ne, (total, zero)), total, zero))
    return wrap(bind(p.pow_, (total, number_node(1.0 / norm_type, x.dtype))))


def lp_pool1d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
              ) -> Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, L): see lp_pool2d."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
              ) -> Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, H, W), with p = norm_type; stride is kernel_size by
    default. A negative sum (of an odd power) has no root: NaN. p = inf: the largest |x|.

    >>> import retrograd as rg
    >>> rg.nn.functional.lp_pool2d(rg.tensor([[[[3., 0.], [0., 4.]]]]), 2, 2)
    tensor([[[[5.]]]])
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
              ) -> Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, D, H, W): see lp_pool2d."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


# ---------------------------------------------------------------- undone
def _max_unpool(n: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any,
                output_size: Any) -> Tensor:
    op = f"max_unpool{n}d"
    x, i = need_tensor(input, op), need_tensor(indices, op, "indices")
    if x.ndim not in (n + 1, n + 2) or i.shape != x.shape:
        raise ShapeError(f"input is {x.shape}, indices are {i.shape}", op=op,
                         expected=f"equal shapes of {n + 1} or {n + 2} dimensions")
    kernel = sizes(kernel_size, n, "kernel_size", op)
    s = kernel if stride is None or stride == () else sizes(stride, n, "stride", op)
    q = sizes(padding, n, "padding", op, 0)
    size = tuple((t - 1) * a - 2 * b + k for t, a, b, k in zip(x.shape[-n:], s, q, kernel))
    if output_size is not None:
        size = _near(tuple(output_size), size, s, x.shape, op)
    lead = x.shape[:-n]
    flat = [lin.reshape(z, (*lead, numel(x.shape[-n:]))) for z in (x, i)]
    y = scatter(wrap(lin.full(0, (*lead, numel(size)), x.dtype)), -1, wrap(flat[1]), wrap(flat[0]))
    return wrap(lin.reshape(y.node, (*lead, *size)))


def _near(given: Shape, size: Shape, stride: Shape, shape: Shape, op: str) -> Shape:
    """The size that was asked for: less than a stride from the one that follows from the windows."""
    asked = given[len(given) - len(size):]
    if len(given) not in (len(size), len(shape)) or \
            any(not d - s < a < d + s for a, d, s in zip(asked, size, stride)):
        raise ArgumentError(f"output_size is {given}", op=op,
                            expected=f"{len(size)} sizes, each less than the stride {stride} from {size}")
    return asked


def max_unpool1d(input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:
    """(N, C, L') back to (N, C, L): see max_unpool2d."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:
    """What max_pool2d(return_indices=True) gave, put where it was found; zeros elsewhere.

    H = (H' - 1) stride - 2 padding + kernel, or as `output_size` says. Derivative: read at the indices.

    >>> import retrograd as rg
    >>> y, i = rg.nn.functional.max_pool2d(rg.arange(4.).reshape(1, 1, 2, 2), 2, return_indices=True)
    >>> rg.nn.functional.max_unpool2d(y, i, 2).tolist()
    [[[[0.0, 0.0], [0.0, 3.0]]]]
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:
    """(N, C, D', H', W') back to (N, C, D, H, W): see max_unpool2d."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)

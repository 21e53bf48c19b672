"""Pooling: the largest or the mean element of every window, fixed or adaptive."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from retrograd.base.dtype import bool_, float64, int64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, need_tensor, number_node, rounded_once, wrap
from retrograd.functional.padding import filled, not_empty, read_along, sizes, surrounded, table
from retrograd.functional.planned import planned
from retrograd.functional.windowed import WALK, window_sums
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import argmax
from retrograd.ops.gather import gather_p
from retrograd.ops.pointwise import trunc, where
from retrograd.ops.pool import pool_pick_p

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
           "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
           "adaptive_max_pool2d", "adaptive_max_pool3d", "max_pool1d_with_indices", "max_pool2d_with_indices",
           "max_pool3d_with_indices", "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices",
           "adaptive_max_pool3d_with_indices"]

_MAX_POOL = {n: f"max_pool{n}d" for n in (1, 2, 3)}
_AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


# ---------------------------------------------------------------- windows
def _shaped(x: Node, n: int, op: str) -> None:
    if x.ndim not in (n + 1, n + 2):
        raise ShapeError(f"input is {x.shape}", op=op, expected=f"(N, C, {_AXES[n]}) or (C, {_AXES[n]})")
    if x.ndim == n + 1 and 0 in x.shape:
        raise ShapeError(f"input is {x.shape}", op=op, expected="no size 0 but that of a batch")
    not_empty(x, op)


def _count(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows; in ceil_mode a last one may hang over the end if it starts within input or left
    padding."""
    reach = dilation * (kernel - 1) + 1
    room = size + 2 * padding - reach
    out = (-(-room // stride) if ceil_mode else room // stride) + 1
    return out - 1 if ceil_mode and (out - 1) * stride >= size + padding else out


def _stride(stride: Any, kernel: Shape, op: str) -> Shape:
    return kernel if stride is None or stride == () else sizes(stride, len(kernel), "stride", op)


def _layout(x: Node, kernel: Shape, s: Shape, q: Shape, dilation: Shape, ceil_mode: bool, op: str
            ) -> tuple[Shape, Shape]:
    """Padding after, and the number of windows, of each axis."""
    n = len(kernel)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation))
    if any(2 * a > r for a, r in zip(q, reach)):
        raise ArgumentError(f"padding is {q}, the kernel reaches over {reach}", op=op,
                            expected="padding of at most half the kernel")
    out = tuple(_count(*z, ceil_mode) for z in zip(x.shape[-n:], kernel, s, q, dilation))
    if any(o < 1 for o in out):
        raise ShapeError(f"input is {x.shape}, kernel_size {kernel}, stride {s}, padding {q}: the output "
                         f"would be {(*x.shape[:-n], *(max(o, 0) for o in out))}", op=op,
                         expected="an input at least as large as the kernel")
    high = tuple(max((o - 1) * a + r - size - c, 0)
                 for o, a, r, size, c in zip(out, s, reach, x.shape[-n:], q))
    return high, out


# ---------------------------------------------------------------- largest
def _lowest(x: Node) -> float:
    return -math.inf if x.dtype.is_floating_point else int(np.iinfo(x.dtype.np).min)


def _largest(w: Node, n: int) -> tuple[Node, Node]:
    """The first largest of each window (its last n axes), and its place among the window's elements."""
    flat = lin.reshape(w, (*w.shape[:-n], math.prod(w.shape[-n:])))
    last = flat.ndim - 1
    where = bind(argmax, (flat,), (last,))
    picked = bind(gather_p, (flat, lin.reshape(where, (*where.shape, 1))), (last,))
    return lin.reshape(picked, where.shape), where


def _max_pool(n: int, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool,
              return_indices: bool) -> Any:
    op = _MAX_POOL[n]
    x = need_tensor(input, op)
    kernel, d = sizes(kernel_size, n, "kernel_size", op), sizes(dilation, n, "dilation", op)
    s, low = _stride(stride, kernel, op), sizes(padding, n, "padding", op, 0)
    if not return_indices:
        return wrap(_largest_of_each((x, number_node(_lowest(x), x.dtype)), kernel, s, low, d, ceil_mode))
    _shaped(x, n, op)
    high, out = _layout(x, kernel, s, low, d, ceil_mode, op)
    lead = (0,) * (x.ndim - n)
    whole = filled(x, (*lead, *low), (*lead, *high), _lowest(x))
    # The place in the input of every element, picked as the elements are. A border element that is as large
    # as its whole window (all of it -inf) bears the place of the first one inside.
    places = np.zeros((1,) * n, np.int64)
    for k, size in enumerate(x.shape[-n:]):
        shape = [1] * n
        shape[k] = whole.shape[x.ndim - n + k]
        at = np.arange(shape[k]) - low[k]
        places = places * size + np.minimum(np.where(at < 0, at % d[k], at), size - 1).reshape(shape)
    each = lin.expand(table(places), whole.shape, tuple(range(x.ndim - n)))
    y, found = _picked(whole, (each,), kernel, s, d)
    return wrap(y), wrap(found)


def _picked(x: Node, values: tuple[Node, ...], kernel: Shape, stride: Shape, dilation: Shape) -> list[Node]:
    """The largest of each window, and what `values` hold there; large windows axis by axis. The first of
    equals in a plane is the first of its line, in the first such line, and of NaNs the last likewise."""
    n = len(kernel)
    options = (kernel, stride, dilation)
    steps: list[tuple[Shape, ...]] = [options]
    if math.prod(kernel) > sum(kernel) + WALK * (n - 1):
        steps = [tuple([tuple([v[k] if k == a else 1 for k in range(n)]) for v in options])
                 for a in range(n)[::-1]]
    found = [x, *values]
    for step in steps:
        found = [bind(pool_pick_p, (found[0], v), step) for v in found]
    return found


@planned
def _largest_of_each(nodes: tuple[Node, ...], kernel: Shape, s: Shape, low: Shape, d: Shape, ceil_mode: bool
                     ) -> Node:
    """The largest element of each window of the first node, the second one around it."""
    (x, border), n = nodes, len(kernel)
    _shaped(x, n, _MAX_POOL[n])
    high, _ = _layout(x, kernel, s, low, d, ceil_mode, _MAX_POOL[n])
    lead = (0,) * (x.ndim - n)
    return _picked(surrounded(x, (*lead, *low), (*lead, *high), border), (), kernel, s, d)[0]


def _read(places: Any, where: Node, n: int) -> Node:
    """places[window, where[..., window]]."""
    lead = where.shape[:-n]
    whole = lin.expand(table(places), (*lead, *places.shape), tuple(range(len(lead))))
    picked = bind(gather_p, (whole, lin.reshape(where, (*where.shape, 1))), (where.ndim,))
    return lin.reshape(picked, where.shape)


def max_pool1d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest element of each window of (N, C, L): see max_pool2d."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest element of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default.

    Borders count as -inf. Derivative: the cotangent goes to the first largest element of the window. With
    return_indices also its place in the flattened H x W plane.

    >>> import retrograd as rg
    >>> rg.nn.functional.max_pool2d(rg.arange(16.).reshape(1, 1, 4, 4), 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest element of each window of (N, C, D, H, W): see max_pool2d."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


# ---------------------------------------------------------------- mean
@lru_cache(maxsize=1024)
def _divisors(shape: Shape, kernel: Shape, s: Shape, q: Shape, out: Shape, count_include_pad: bool) -> Any:
    """How many elements each window counts; one number where all count the same."""
    each = []
    for size, k, a, b, o in zip(shape[-len(kernel):], kernel, s, q, out):
        start = np.arange(o) * a - b
        stop = np.minimum(start + k, size + b)      # what hangs over in ceil_mode never counts
        each.append(stop - start if count_include_pad else np.minimum(stop, size) - np.maximum(start, 0))
    count = np.ones((), np.int64)
    for e in each:
        count = count[..., None] * e
    return float(math.prod(kernel)) if (count == math.prod(kernel)).all() else count


def _avg_pool(n: int, input: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool,
              count_include_pad: bool, divisor_override: int | None = None) -> Tensor:
    op = f"avg_pool{n}d"
    x = need_tensor(input, op)
    if x.dtype is int64:                        # the mean of integers is one, cut off
        wide = _avg_pool(n, wrap(lin.cast(x, float64)), kernel_size, stride, padding, ceil_mode,
                         count_include_pad, divisor_override)
        return wrap(lin.cast(bind(trunc, (wide.node,)), int64))
    x = float_input(input, op)
    kernel = sizes(kernel_size, n, "kernel_size", op)
    s, low = _stride(stride, kernel, op), sizes(padding, n, "padding", op, 0)
    total = _sum_of_each((x,), kernel, s, low, ceil_mode)
    if divisor_override is not None:
        if divisor_override == 0:
            raise ArgumentError("divisor_override is 0", op=op, expected="a number that is not 0")
        return wrap(total / number_node(float(divisor_override), x.dtype))
    by = _divisors(x.shape, kernel, s, low, total.shape[-n:], count_include_pad)
    if isinstance(by, float):
        return wrap(total / by)
    counts = leaf(by.astype(x.dtype.np), x.dtype)
    return wrap(total / lin.expand(counts, total.shape, tuple(range(total.ndim - n))))


@planned
def _sum_of_each(nodes: tuple[Node, ...], kernel: Shape, s: Shape, low: Shape, ceil_mode: bool) -> Node:
    (x,), n = nodes, len(kernel)
    _shaped(x, n, f"avg_pool{n}d")
    high, _ = _layout(x, kernel, s, low, (1,) * n, ceil_mode, f"avg_pool{n}d")
    return window_sums(x, kernel, s, low, high)


@rounded_once
def avg_pool1d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True) -> Tensor:
    """The mean of each window of (N, C, L): see avg_pool2d."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


@rounded_once
def avg_pool2d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """The mean of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default.

    Padding counts as zeros, unless count_include_pad=False; divisor_override replaces the number of elements.
    Derivative: g / count to every element of the window.

    >>> import retrograd as rg
    >>> rg.nn.functional.avg_pool2d(rg.arange(16.).reshape(1, 1, 4, 4), 2)
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


@rounded_once
def avg_pool3d(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """The mean of each window of (N, C, D, H, W): see avg_pool2d."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


# ---------------------------------------------------------------- adaptive: windows that share out the input
def _adaptive_size(x: Node, output_size: Any, n: int, op: str) -> Shape:
    _shaped(x, n, op)
    given = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * n
    if len(given) == n:
        given = tuple(size if g is None else g for g, size in zip(given, x.shape[-n:]))
    return sizes(given, n, "output_size", op, 0)


def _bounds(size: int, out: int) -> tuple[Any, Any]:
    """Window i of an axis is [floor(i size / out), ceil((i + 1) size / out))."""
    i = np.arange(out)
    return i * size // out, -(-(i + 1) * size // out)


def _adaptive_avg(n: int, input: Any, output_size: Any) -> Tensor:
    op = f"adaptive_avg_pool{n}d"
    x = float_input(input, op)
    out = _adaptive_size(x, output_size, n, op)
    tail = x.shape[-n:]
    if all([o and s % o == 0 for s, o in zip(tail, out)]):
        return wrap(_evenly((x,), out))
    for d, o in zip(range(x.ndim - n, x.ndim), out):
        start, stop = _bounds(x.shape[d], o)
        count = stop - start
        x = spread_along(x, d, start, (np.arange(count.max(initial=0))[:, None] < count) * 1.0)
        x = x / along(count, x, d)
    return wrap(x)


@planned
def _evenly(nodes: tuple[Node], out: Shape) -> Node:
    """Means of windows that meet and have one size."""
    (x,), none = nodes, (0,) * len(out)
    kernel = tuple(s // o for s, o in zip(x.shape[-len(out):], out))
    return window_sums(x, kernel, kernel, none, none) / float(math.prod(kernel))


# A window of more elements than this is gathered and summed, and not written as a sum.
_TERMS = 8


def along(values: Any, x: Node, d: int) -> Node:
    """One number a place of axis d, as large as x."""
    row = leaf(np.ascontiguousarray(values, x.dtype.np), x.dtype)
    return lin.expand(row, x.shape, tuple(k for k in range(x.ndim) if k != d))


def spread_along(x: Node, d: int, start: Any, shares: Any) -> Node:
    """Sums over windows of axis d: window i begins at start[i] and counts shares[t, i] of its element t. What
    has no share is not looked at, whatever it is."""
    places = np.minimum(start + np.arange(len(shares))[:, None], x.shape[d] - 1)
    if len(shares) > _TERMS:
        w = read_along(x, places.T, d)
        axes = tuple(k for k in range(w.ndim) if k not in (d, d + 1))
        return lin.reduce_sum(_shared(w, shares.T, axes), (d + 1,))
    axes = tuple(k for k in range(x.ndim) if k != d)
    total: Any = lin.full(0, (*x.shape[:d], len(start), *x.shape[d + 1:]), x.dtype)
    for t, each in enumerate(places):
        part = _shared(read_along(x, each, d), shares[t], axes)
        total = total + part if t else part
    return total    # type: ignore[no-any-return]


def _shared(w: Node, shares: Any, axes: Shape) -> Node:
    """w times shares, which are repeated along `axes`; 0 where a share is."""
    if (shares == 0).any():
        some = lin.expand(leaf(np.ascontiguousarray(shares != 0), bool_), w.shape, axes)
        w = bind(where, (some, w, number_node(0.0, w.dtype)))
    if ((shares == 0) | (shares == 1)).all():
        return w
    return w * lin.expand(leaf(np.ascontiguousarray(shares, w.dtype.np), w.dtype), w.shape, axes)


@rounded_once
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    """(N, C, L) to (N, C, output_size): see adaptive_avg_pool2d."""
    return _adaptive_avg(1, input, output_size)


@rounded_once
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    """Means of windows that share out (N, C, H, W) into output_size (an int, or two; None keeps a size).

    Window i of an axis covers floor(i size / out) up to ceil((i + 1) size / out). Derivative: g / count.

    >>> import retrograd as rg
    >>> rg.nn.functional.adaptive_avg_pool2d(rg.arange(4.).reshape(1, 1, 2, 2), 1)
    tensor([[[[1.5000]]]])
    """
    return _adaptive_avg(2, input, output_size)


@rounded_once
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Tensor:
    """(N, C, D, H, W) to (N, C, *output_size): see adaptive_avg_pool2d."""
    return _adaptive_avg(3, input, output_size)


def _adaptive_max(n: int, input: Any, output_size: Any, return_indices: bool) -> Any:
    op = f"adaptive_max_pool{n}d"
    x = need_tensor(input, op)
    out = _adaptive_size(x, output_size, n, op)
    lead, tail = x.ndim - n, x.shape[-n:]
    if 0 in tail:
        raise ShapeError(f"input is {x.shape}", op=op, expected="sizes that are not 0")
    if all(o and s % o == 0 for s, o in zip(tail, out)):        # windows of one size
        kernel = tuple(s // o for s, o in zip(tail, out))
        return _max_pool(n, input, kernel, kernel, 0, 1, False, return_indices)
    w, places = x, np.zeros((1,) * 2 * n, np.int64)
    for k, (size, o) in enumerate(zip(tail, out)):
        start, stop = _bounds(size, o)
        # Shorter windows repeat their last place, which never wins against its first mention.
        at = np.minimum(start[:, None] + np.arange((stop - start).max(initial=1)), stop[:, None] - 1)
        w = read_along(w, at, lead + 2 * k)
        shape = [1] * 2 * n
        shape[k], shape[n + k] = at.shape
        places = places * size + at.reshape(shape)
    w = lin.permute(w, (*range(lead), *range(lead, w.ndim, 2), *range(lead + 1, w.ndim, 2)))
    y, where = _largest(w, n)
    if not return_indices:
        return wrap(y)
    return wrap(y), wrap(_read(places.reshape(*out, math.prod(w.shape[-n:])), where, n))


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, L) to (N, C, output_size): the largest of each window of adaptive_avg_pool1d."""
    return _adaptive_max(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest element of each window of adaptive_avg_pool2d; with return_indices also its place in H x
    W."""
    return _adaptive_max(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest element of each window of adaptive_avg_pool3d: see adaptive_max_pool2d."""
    return _adaptive_max(3, input, output_size, return_indices)


# ---------------------------------------------------------------- PyTorch's names for both results
def max_pool1d_with_indices(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                            dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """max_pool1d with return_indices."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                            dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """max_pool2d with return_indices."""
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                            dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """max_pool3d with return_indices."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def adaptive_max_pool1d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """adaptive_max_pool1d with return_indices."""
    return _adaptive_max(1, input, output_size, True)


def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """adaptive_max_pool2d with return_indices."""
    return _adaptive_max(2, input, output_size, True)


def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """adaptive_max_pool3d with return_indices."""
    return _adaptive_max(3, input, output_size, True)

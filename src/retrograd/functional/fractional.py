"""Pooling over windows at random places (Graham 2015): fractional_max_pool."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape
from retrograd.engine.random import default_generator
from retrograd.functional.activation import float_input
from retrograd.functional.door import need_tensor, number_node, wrap
from retrograd.functional.padding import not_empty, sizes
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import argmax, random_uniform, stop
from retrograd.ops.gather import gather_p

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d", "fractional_max_pool2d_with_indices",
           "fractional_max_pool3d_with_indices"]


def _starts(sample: Node, size: int, kernel: int, out: int) -> Node:
    """Where `out` windows of an axis begin, (N, C, out), by one number of [0, 1) a channel."""
    last = lin.expand(number_node(size - kernel, int64), (*sample.shape, 1), (0, 1, 2))
    if out == 1:
        return last
    kind = sample.dtype.np
    step = number_node(float(kind.type(size - kernel) / kind.type(out - 1)), sample.dtype)
    shape = (*sample.shape, out - 1)
    at = lin.expand(leaf(np.arange(out - 1, dtype=kind), sample.dtype), shape, (0, 1))
    spread = lin.expand(sample, shape, (2,))
    begin = bind(p.floor, ((at + spread) * step,)) - bind(p.floor, (spread * step,))
    return bind(lin.concat_p, (lin.cast(begin, int64), last), (2,))


def _pool(n: int, input: Any, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Any) -> Any:
    op = f"fractional_max_pool{n}d"
    x = float_input(input, op)
    if x.ndim not in (n + 1, n + 2):
        raise ShapeError(f"input is {x.shape}", op=op, expected=f"{n + 1} or {n + 2} dimensions")
    not_empty(x, op)
    single = x.ndim == n + 1
    x = lin.reshape(x, (1, *x.shape)) if single else x
    kernel, tail = sizes(kernel_size, n, "kernel_size", op), x.shape[2:]
    if (output_size is None) == (output_ratio is None):
        raise ArgumentError("output_size and output_ratio are " +
                            ("both" if output_size is not None else "not") + " given", op=op,
                            expected="one of them")
    if output_size is not None:
        out = sizes(output_size, n, "output_size", op)
    else:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * n
        out = tuple(int(s * r) for s, r in zip(tail, ratios))
    if any(o < 1 or o + k - 1 > s for o, k, s in zip(out, kernel, tail)):
        raise ShapeError(f"input is {x.shape}, kernel_size {kernel}, output_size {out}", op=op,
                         expected="output_size + kernel_size - 1 of at most the input's size")
    if samples is None:
        draw = bind(random_uniform, default_generator.draw(), ((*x.shape[:2], n), x.dtype.acc.name))
        drawn = lin.cast(draw, x.dtype)
    else:
        drawn = need_tensor(samples, op, "_random_samples")
        wanted = (*x.shape[:2], n)
        if drawn.ndim != 3 or drawn.shape[0] < x.shape[0] or drawn.shape[1:] != wanted[1:]:
            raise ShapeError(f"_random_samples are {drawn.shape}", op=op, expected=f"{wanted}")
        drawn = lin.narrow(drawn, 0, 0, x.shape[0])
    # PyTorch's order of the numbers: the width's is the first of two, and the last of three.
    order = (1, 0) if n == 2 else (0, 1, 2)
    where: Any = None
    for k, (size, each, o) in enumerate(zip(tail, kernel, out)):
        sample = lin.reshape(lin.narrow(bind(stop, (drawn,)), 2, order[k], 1), x.shape[:2])
        where = _with_axis(where, _starts(sample, size, each, o), size, each, n, k)
    flat = lin.reshape(where, (*x.shape[:2], math.prod(out) * math.prod(kernel)))
    plane = lin.reshape(x, (*x.shape[:2], math.prod(tail)))
    windows = lin.reshape(bind(gather_p, (plane, flat), (2,)),
                          (*x.shape[:2], math.prod(out), math.prod(kernel)))
    best = lin.reshape(bind(argmax, (windows,), (3,)), (*windows.shape[:3], 1))
    shape = (*x.shape[1 if single else 0:2], *out)
    y, at = (lin.reshape(bind(gather_p, (v, best), (3,)), shape)
             for v in (windows, lin.reshape(where, windows.shape)))
    return wrap(y), wrap(at)


def _with_axis(before: Node | None, starts: Node, size: int, kernel: int, n: int, k: int) -> Node:
    """Places in the flattened plane, (N, C, *out, *kernel) with extents of 1 for the axes to come: one more
    axis."""
    lead, out = starts.shape[:2], starts.shape[2]
    taps = lin.expand(leaf(np.arange(kernel), int64), (*lead, out, kernel), (0, 1, 2))
    places = lin.expand(starts, (*lead, out, kernel), (3,)) + taps
    shape: Shape = tuple(out if d == k else 1 for d in range(n)) + tuple(
        kernel if d == k else 1 for d in range(n))
    places = lin.reshape(places, (*lead, *shape))
    if before is None:
        return places
    whole = (*lead, *(max(a, b) for a, b in zip(before.shape[2:], shape)))
    return _spread(before * number_node(size, int64), whole) + _spread(places, whole)


def _spread(v: Node, shape: Shape) -> Node:
    """Axes of extent 1 repeated."""
    axes = tuple(d for d, (a, b) in enumerate(zip(v.shape, shape)) if a != b)
    kept = tuple(s for d, s in enumerate(v.shape) if d not in axes)
    return lin.expand(lin.reshape(v, kept), shape, axes)


def fractional_max_pool2d(input: Any, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
                          return_indices: bool = False, _random_samples: Any = None) -> Any:
    """The largest element of windows of (N, C, H, W) at random places, as many as `output_size`, or as that
    share of the input; with return_indices also its place in H x W.

    Window i of an axis begins at floor((i + u) a) - floor(u a), the last at the end, with
    a = (size - kernel) / (out - 1) and one u of [0, 1) a channel. Derivative: as max_pool2d's.

    >>> import retrograd as rg
    >>> rg.nn.functional.fractional_max_pool2d(rg.arange(9.).reshape(1, 1, 3, 3), 2, output_size=2).tolist()
    [[[[4.0, 5.0], [7.0, 8.0]]]]
    """
    found = _pool(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


def fractional_max_pool3d(input: Any, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
                          return_indices: bool = False, _random_samples: Any = None) -> Any:
    """The largest element of windows of (N, C, D, H, W) at random places: see fractional_max_pool2d."""
    found = _pool(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


def fractional_max_pool2d_with_indices(input: Any, kernel_size: Any, output_size: Any = None,
                                       output_ratio: Any = None, return_indices: bool = False,
                                       _random_samples: Any = None) -> Any:
    """fractional_max_pool2d with return_indices."""
    return _pool(2, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(input: Any, kernel_size: Any, output_size: Any = None,
                                       output_ratio: Any = None, return_indices: bool = False,
                                       _random_samples: Any = None) -> Any:
    """fractional_max_pool3d with return_indices."""
    return _pool(3, input, kernel_size, output_size, output_ratio, _random_samples)

"""Borders and rearrangements of the last dimensions: pad, unfold / fold, pixel_shuffle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, ArgumentTypeError, MissingError, ShapeError
from retrograd.base.shape import Shape
from retrograd.functional.door import Tensor, need_tensor, number_node, wrap
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.gather import take_p
from retrograd.ops.window import fold_p, window_count, windows_p

__all__ = ["pad", "unfold", "fold", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle",
           "native_channel_shuffle"]


def sizes(value: Any, n: int, name: str, op: str, least: int = 1) -> Shape:
    """An int, or n ints, as n ints of at least `least`."""
    if value.__class__ is int and value >= least:       # the common cases, without a detour
        return (value,) * n     # type: ignore[no-any-return]
    if value.__class__ is tuple and len(value) == n:
        for v in value:
            if v.__class__ is not int or v < least:
                break
        else:
            return value        # type: ignore[no-any-return]
    out = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if len(out) == 1:
        out *= n
    if not all(isinstance(v, (int, np.integer)) and not isinstance(v, bool) for v in out):
        raise ArgumentTypeError(f"{name} is {value!r}", op=op, expected=f"an int or {n} ints")
    if len(out) != n or any(v < least for v in out):
        raise ArgumentError(f"{name} is {value!r}", op=op,
                            expected=f"an int or {n} ints, each at least {least}")
    return tuple(map(int, out))


def not_empty(x: Node, op: str) -> None:
    """Only a batch may be empty."""
    if not all(x.shape[1:]):
        raise ShapeError(f"input is {x.shape}", op=op, expected="no size 0 but that of the batch")


def table(values: Any) -> Node:
    """Positions worked out from shapes, as a constant of the graph."""
    return leaf(np.ascontiguousarray(values, np.int64), int64)


def read_along(x: Node, index: Any, axis: int) -> Node:
    """x read at `index` (positions in an array) along one axis."""
    return bind(take_p, (x, table(index)), (axis,))


# ---------------------------------------------------------------- pad
def filled(x: Node, low: Shape, high: Shape, value: float) -> Node:
    """x surrounded by `value`; negative counts crop."""
    shape = x.shape
    if min((*low, *high), default=0) < 0:
        start = tuple(max(-a, 0) for a in low)
        stop = tuple(s - max(-b, 0) for s, b in zip(shape, high))
        if any(a > b for a, b in zip(start, stop)):
            raise ShapeError(f"input is {shape}, padding is {low} before and {high} after", op="pad",
                             expected="no size to become negative")
        x = lin.slice_(x, start, stop, (1,) * x.ndim)
        low, high = tuple(max(a, 0) for a in low), tuple(max(b, 0) for b in high)
    if not any(low) and not any(high):
        return x
    return lin.pad(x, low, high) if value == 0 else surrounded(x, low, high, number_node(value, x.dtype))


def surrounded(x: Node, low: Shape, high: Shape, value: Node) -> Node:
    """x with one value in so many places before and behind each axis."""
    if not any(low) and not any(high):
        return x
    for d, (a, b) in enumerate(zip(low, high)):
        before, after = (lin.expand(value, (*x.shape[:d], c, *x.shape[d + 1:]), tuple(range(x.ndim)))
                         for c in (a, b))
        x = _between(before, after, x, d)
    return x


def _between(before: Node, after: Node, x: Node, d: int) -> Node:
    """x with something in front of it and behind it, unless that is empty."""
    parts = tuple([n for n in (before, x, after) if n.shape[d]])
    return x if len(parts) < 2 else bind(lin.concat_p, parts, (d,))


def _positions(mode: str, size: int, low: int, high: int, input_shape: Shape) -> Any:
    """For each place of the padded axis, the place of the input that it shows."""
    at = np.arange(-low, size + high)
    limit = size - 1 if mode == "reflect" else size
    if mode != "replicate" and max(low, high) > limit or size == 0 or at.size == 0:
        raise ShapeError(f"padding ({low}, {high}) of a dimension of size {size} in {input_shape}", op="pad",
                         expected=f"at most {max(limit, 0)} on a side in mode {mode!r}")
    if mode == "replicate":
        return np.clip(at, 0, size - 1)
    if mode == "circular":
        return at % size
    return (size - 1) - np.abs((size - 1) - np.abs(at))


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Surround the last dimensions: pad = (left, right) of the last, then of the one before, and so on.

    'constant' fills with `value` (0 by default); negative counts crop. 'reflect' mirrors without repeating
    the edge, 'replicate' repeats the edge, 'circular' goes round. Derivative: each cotangent goes where its
    value came from.

    >>> import retrograd as rg
    >>> rg.nn.functional.pad(rg.tensor([1., 2., 3.]), (2, 1))
    tensor([0., 0., 1., 2., 3., 0.])
    >>> rg.nn.functional.pad(rg.tensor([[1., 2., 3.]]), (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])
    """
    x = need_tensor(input, "pad")
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise ArgumentError(f"mode is {mode!r}", op="pad",
                            expected="'constant', 'reflect', 'replicate' or 'circular'")
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ShapeError(f"pad is {tuple(pad)}, input is {x.shape}", op="pad",
                         expected=f"two counts a dimension, for at most {x.ndim} dimensions")
    low, high = [0] * x.ndim, [0] * x.ndim
    for k, (a, b) in enumerate(zip(pad[::2], pad[1::2])):
        low[x.ndim - 1 - k], high[x.ndim - 1 - k] = int(a), int(b)
    if mode == "constant":
        y = filled(x, tuple(low), tuple(high), 0 if value is None else value)
        return wrap(bind(lin.alias_p, (x,)) if y is x else y)
    if value is not None:
        raise ArgumentError(f"mode {mode!r} takes no value", op="pad", got=f"value={value}")
    if mode != "circular":
        not_empty(x, "pad")
    sides = len(pad) // 2
    if mode != "circular" and x.ndim not in (sides + 1, sides + 2):
        raise MissingError(f"{len(pad)} counts for an input of shape {x.shape}", op="pad",
                           expected="counts for all dimensions but the channels (and the batch)")
    if mode != "circular" and 0 in x.shape[x.ndim - sides - 1:]:
        raise ShapeError(f"input is {x.shape}", op="pad", expected="no empty dimension but the batch")
    y = x
    for d, (a, b) in enumerate(zip(low, high)):
        if mode != "circular" and min(a, b) < 0:            # the edges are those of the input, cropped or not
            y = read_along(y, _positions(mode, y.shape[d], a, b, x.shape), d)
        elif a or b:
            before, after = (tuple(min(c, 0) if k == d else 0 for k in range(x.ndim)) for c in (a, b))
            y = filled(y, before, after, 0)
            a, b = max(a, 0), max(b, 0)
            places = _positions(mode, y.shape[d], a, b, x.shape) if a or b else None
            if places is not None and mode == "circular" and y.shape[d]:
                y = _between(lin.narrow(y, d, y.shape[d] - a, a), lin.narrow(y, d, 0, b), y, d)
            elif places is not None:
                y = read_along(y, places, d)
    return wrap(bind(lin.alias_p, (x,)) if y is x else y)


# ---------------------------------------------------------------- unfold and fold
def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """All windows of (N, C, H, W) as columns: (N, C * taps, windows). Its transpose, and derivative, is
    fold."""
    x = need_tensor(input, "unfold")
    if x.ndim not in (3, 4):
        raise ShapeError(f"input is {x.shape}", op="unfold", expected="(N, C, H, W) or (C, H, W)")
    not_empty(x, "unfold")
    k, d, s = (sizes(v, 2, name, "unfold") for v, name in
               ((kernel_size, "kernel_size"), (dilation, "dilation"), (stride, "stride")))
    q = sizes(padding, 2, "padding", "unfold", 0)
    reach = tuple(e * (m - 1) + 1 for m, e in zip(k, d))
    if any(size + 2 * b < r for size, b, r in zip(x.shape[-2:], q, reach)):
        raise ShapeError(f"input is {x.shape}, padding is {q}, the kernel reaches over {reach}", op="unfold",
                         expected="an input at least as large as the kernel")
    lead = x.shape[:-2]
    around = filled(x, (*(0,) * len(lead), *q), (*(0,) * len(lead), *q), 0)
    w = bind(windows_p, (around,), (k, s, d))
    n = len(lead)
    w = lin.permute(w, (*range(n), n + 2, n + 3, n, n + 1))
    return wrap(lin.reshape(w, (*lead[:-1], lead[-1] * math.prod(k), math.prod(w.shape[-2:]))))


def fold(input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0,
         stride: Any = 1) -> Tensor:
    """Columns (N, C * taps, windows) added back into (N, C, H, W), overlaps summed. Derivative: unfold."""
    x = need_tensor(input, "fold")
    size = sizes(output_size, 2, "output_size", "fold")
    k, d, s = (sizes(v, 2, name, "fold") for v, name in
               ((kernel_size, "kernel_size"), (dilation, "dilation"), (stride, "stride")))
    q = sizes(padding, 2, "padding", "fold", 0)
    around = tuple(a + 2 * b for a, b in zip(size, q))
    counts = tuple(window_count(*z) for z in zip(around, k, s, d))
    taps = math.prod(k)
    if x.ndim not in (2, 3) or x.shape[-2] % taps or x.shape[-1] != math.prod(counts):
        raise ShapeError(f"input is {x.shape}", op="fold",
                         expected=f"(N, C * {taps}, {math.prod(counts)}): kernel {k} has {taps} taps and "
                         f"output_size {size} has {counts[0]} x {counts[1]} windows")
    lead = (*x.shape[:-2], x.shape[-2] // taps)
    n = len(lead)
    w = lin.permute(lin.reshape(x, (*lead, *k, *counts)), (*range(n), n + 2, n + 3, n, n + 1))
    y = bind(fold_p, (w,), (around, s, d))
    return wrap(filled(y, (*(0,) * n, *(-a for a in q)), (*(0,) * n, *(-a for a in q)), 0))


# ---------------------------------------------------------------- pixels and channels
def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """(*, C r*r, H, W) to (*, C, H r, W r): each group of r*r channels becomes an r by r block of pixels."""
    x, r = need_tensor(input, "pixel_shuffle"), upscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-3] % (r * r):
        raise ShapeError(f"input is {x.shape}, upscale_factor is {r}", op="pixel_shuffle",
                         expected=f"(*, C * {r * r}, H, W)")
    lead, (c, h, w) = x.shape[:-3], x.shape[-3:]
    n = len(lead)
    blocks = lin.reshape(x, (*lead, c // (r * r), r, r, h, w))
    y = lin.permute(blocks, (*range(n), n, n + 3, n + 1, n + 4, n + 2))
    return wrap(lin.reshape(y, (*lead, c // (r * r), h * r, w * r)))


def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """(*, C, H r, W r) to (*, C r*r, H, W): pixel_shuffle backwards."""
    x, r = need_tensor(input, "pixel_unshuffle"), downscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-2] % r or x.shape[-1] % r:
        raise ShapeError(f"input is {x.shape}, downscale_factor is {r}", op="pixel_unshuffle",
                         expected=f"(*, C, H * {r}, W * {r})")
    lead, (c, h, w) = x.shape[:-3], x.shape[-3:]
    n = len(lead)
    blocks = lin.reshape(x, (*lead, c, h // r, r, w // r, r))
    y = lin.permute(blocks, (*range(n), n, n + 2, n + 4, n + 1, n + 3))
    return wrap(lin.reshape(y, (*lead, c * r * r, h // r, w // r)))


def channel_shuffle(input: Any, groups: int) -> Tensor:
    """(N, C, ...) with channel i of every group side by side: channels (groups, C / groups) turned round.

    >>> import retrograd as rg
    >>> rg.nn.functional.channel_shuffle(rg.arange(4.).reshape(1, 4, 1), 2).flatten().tolist()
    [0.0, 2.0, 1.0, 3.0]
    """
    x = need_tensor(input, "channel_shuffle")
    if x.ndim < 3 or groups < 1 or x.shape[1] % groups:
        raise ShapeError(f"input is {x.shape}, groups is {groups}", op="channel_shuffle",
                         expected="(N, C, ...) with C a multiple of groups")
    rows = lin.reshape(x, (x.shape[0], groups, x.shape[1] // groups, math.prod(x.shape[2:])))
    return wrap(lin.reshape(lin.permute(rows, (0, 2, 1, 3)), x.shape))


def native_channel_shuffle(input: Any, groups: int) -> Tensor:
    """channel_shuffle."""
    return channel_shuffle(input, groups)

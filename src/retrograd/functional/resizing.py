"""Images of another size: interpolate."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.dtype import float32, uint8
from retrograd.base.errors import ArgumentError, MissingError, ShapeError
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, need_tensor, rounded_once, wrap
from retrograd.functional.elementwise import clamp, floor
from retrograd.functional.padding import not_empty, read_along, sizes
from retrograd.functional.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    along,
    spread_along,
)
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin

__all__ = ["interpolate", "upsample", "upsample_nearest", "upsample_bilinear"]

_RANK = {"nearest": None, "nearest-exact": None, "area": None, "linear": 1, "bilinear": 2, "trilinear": 3,
         "bicubic": 2}
_COPIED = ("nearest", "nearest-exact")      # modes that compute nothing
_BETWEEN = ("linear", "bilinear", "trilinear", "bicubic")       # modes that take align_corners
_MEANS: dict[int, Callable[..., Tensor]] = {
    1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}


@rounded_once
def interpolate(input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
                align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
                antialias: bool = False) -> Tensor:
    """(N, C, ...) resized to `size`, or by `scale_factor`: 'nearest', 'nearest-exact' (of the centres),
    'area' (means), 'linear' (N, C, W), 'bilinear' or 'bicubic' (N, C, H, W), 'trilinear' (N, C, D, H, W).

    align_corners=True maps the first and last places onto each other; else pixels are areas, and centres are
    mapped. With antialias ('bilinear' and 'bicubic') the shares are spread over as many pixels as one of the
    result covers. Derivative: each cotangent goes back where its value came from, in the same shares.

    >>> import retrograd as rg
    >>> rg.nn.functional.interpolate(rg.tensor([[[0., 2.]]]), size=3, mode="linear", align_corners=True)
    tensor([[[0., 1., 2.]]])
    """
    op = "interpolate"
    x = need_tensor(input, op)
    x = x if x.dtype is uint8 else float_input(input, op)
    n = x.ndim - 2
    if mode not in _RANK:
        raise MissingError(f"mode is {mode!r}", op=op, fix=f"The modes are {', '.join(map(repr, _RANK))}.")
    if antialias and mode not in _FILTERS:
        raise ArgumentError(f"antialias with mode {mode!r}", op=op,
                            expected=f"mode {' or '.join(map(repr, _FILTERS))} with it")
    if n < 1 or _RANK[mode] not in (None, n):
        raise ShapeError(f"input is {x.shape}, mode is {mode!r}", op=op,
                         expected=f"(N, C and {_RANK[mode] or 'some'} more dimensions)")
    if (size is None) == (scale_factor is None):
        raise ArgumentError("size and scale_factor are " + ("both" if size is not None else "not") + " given",
                            op=op, expected="one of them")
    not_empty(x, op)
    if mode not in _BETWEEN and align_corners is not None:
        raise ArgumentError("align_corners is given", op=op, expected="mode 'linear' or 'bilinear' with it")
    if size is not None:
        if recompute_scale_factor:
            raise ArgumentError("recompute_scale_factor is given with size", op=op,
                                expected="scale_factor with it")
        out, scale = sizes(size, n, "size", op), [None] * n
    else:
        factors = list(scale_factor) if isinstance(scale_factor, (tuple, list)) else [scale_factor] * n
        if len(factors) != n:
            raise ArgumentError(f"scale_factor is {scale_factor}, input is {x.shape}", op=op,
                                expected=f"a number or {n} numbers")
        out = tuple(math.floor(s * f) for s, f in zip(x.shape[2:], factors))
        if any(o < 1 for o in out):
            raise ShapeError(f"input is {x.shape}, scale_factor is {scale_factor}: the result would be "
                             f"{(*x.shape[:2], *out)}", op=op, expected="sizes of at least 1",
                             fix="Use a larger scale_factor, or size.")
        scale = [None] * n if recompute_scale_factor else factors
    if mode == "area":
        return _MEANS[n](input, out)
    corners, kind = bool(align_corners), np.float64 if x.dtype is uint8 else x.dtype.acc.np.type
    rounds = x.dtype is uint8 and mode not in _COPIED
    passes = list(enumerate(zip(out, scale), 2))
    for d, (o, f) in passes[::-1] if rounds else passes:
        x = lin.cast(x, float32) if rounds else x
        x = spread_along(x, d, *_filtered(x.shape[d], o, f, mode, corners, kind)) if antialias else \
            _resize(x, d, o, f, mode, corners, kind)
        if rounds:      # bytes after each dimension, the last one first, as in PyTorch
            x = lin.cast(clamp(floor(wrap(x + 0.5)), 0, 255).node, uint8)
    return wrap(bind(lin.alias_p, (x,)))


def _old_name(name: str) -> None:
    warnings.warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
                  stacklevel=3)


def upsample(input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
             align_corners: bool | None = None) -> Tensor:
    """interpolate by its old name."""
    _old_name("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """interpolate with mode 'nearest', by its old name."""
    _old_name("upsample_nearest")
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """interpolate with mode 'bilinear', corner onto corner, by its old name."""
    _old_name("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", True)


def _near_keys(z: Any, a: float) -> Any:
    """Keys' polynomial at a distance of at most 1."""
    return ((a + 2) * z - (a + 3)) * z * z + 1


def _far_keys(z: Any, a: float) -> Any:
    """Keys' polynomial at a distance between 1 and 2."""
    return ((a * z - 5 * a) * z + 8 * a) * z - 4 * a


# How many pixels a filter reaches on each side, and the share of a pixel at a distance, as PIL has them.
_FILTERS: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "bilinear": (1, lambda z: np.maximum(1 - z, 0)),
    "bicubic": (2, lambda z: np.where(z < 1, _near_keys(z, -0.5), np.where(z < 2, _far_keys(z, -0.5), 0)))}


def _step(old: int, out: int, factor: float | None, align_corners: bool, kind: Any) -> Any:
    """How far apart the places lie that are read, in the dtype of the pixels, as PyTorch computes them."""
    if align_corners:
        return kind(old - 1) / kind(out - 1) if out > 1 else kind(0)
    return kind(1.0 / factor) if factor else kind(old) / kind(out)


def _filtered(old: int, out: int, factor: float | None, mode: str, align_corners: bool, kind: Any
              ) -> tuple[Any, Any]:
    """Where the old pixels of each new one begin, and their shares, (taps, out), of a filter as wide as the
    larger of both."""
    reach, share = _FILTERS[mode]
    step = _step(old, out, factor, align_corners, kind)
    width = max(step, kind(1))
    middle = step * (np.arange(out).astype(kind) + kind(0.5))
    first = np.maximum(np.trunc(middle - reach * width + kind(0.5)), 0)
    last = np.minimum(np.trunc(middle + reach * width + kind(0.5)), old)
    at = first + np.arange(int((last - first).max(initial=0)))[:, None]
    from_middle = (at - first).astype(kind) + (first - middle) + kind(0.5)
    shares = np.where(at < last, share(np.abs(from_middle * (1 / width))), 0.0)
    total = shares.sum(0)
    return first, shares / np.where(total == 0, 1, total)


def _resize(x: Node, d: int, out: int, factor: float | None, mode: str, align_corners: bool, kind: Any
            ) -> Node:
    """One dimension of x at `out` places."""
    old = x.shape[d]
    if mode not in _BETWEEN:
        step = 1.0 / factor if factor else old / out
        middle = 0.5 if mode == "nearest-exact" else 0.0
        products = ((np.arange(out) + middle) * np.float32(step)).astype(np.float32)       # as PyTorch rounds
        at = np.minimum(np.floor(products), old - 1)
        return read_along(x, at, d)
    step, places = _step(old, out, factor, align_corners, kind), np.arange(out).astype(kind)
    # In float32 the product is not rounded before 0.5 is taken off (a fused multiply-add there).
    where = places * step if align_corners else ((places + 0.5) * np.float64(step) - 0.5).astype(kind)
    if mode == "bicubic":
        return _cubic(x, d, where)
    where = np.maximum(where, 0.0)
    low = np.minimum(np.floor(where), old - 1)
    a, b = read_along(x, low, d), read_along(x, np.minimum(low + 1, old - 1), d)
    return a + (b - a) * along(where - low, a, d)


def _cubic(x: Node, d: int, where: Any) -> Node:
    """Four places around each, by Keys' polynomials with a = -0.75; the first and last are repeated."""
    low, a = np.floor(where), -0.75
    total: Any = None
    for tap in range(-1, 3):
        z = np.abs(where - low - tap)
        part = read_along(x, np.clip(low + tap, 0, x.shape[d] - 1), d)
        term = part * along(np.where(z <= 1, _near_keys(z, a), _far_keys(z, a)), part, d)
        total = term if total is None else total + term
    return total  # type: ignore[no-any-return]

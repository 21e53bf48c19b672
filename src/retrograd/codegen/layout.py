"""Where the elements of a view lie in the memory it reads, found by letting NumPy make the same
view of nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import Shape
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import reshape_p

_NOTHING = np.zeros(1, np.int8)


class Layout(NamedTuple):
    """Element i of the value is element offset + sum(i * strides) of the array of `base`."""

    base: Any       # a Node, or scratch memory
    offset: int
    shape: Shape
    strides: Shape


def whole(base: Any, shape: Shape) -> Layout:
    """A row-major array."""
    return Layout(base, 0, shape, row_major(shape))


@lru_cache(maxsize=4096)
def row_major(shape: Shape) -> Shape:
    """The strides of an array of that shape."""
    strides, step = [], 1
    for s in reversed(shape):
        strides.append(step)
        step *= s
    return tuple(reversed(strides))


def viewed(layout: Layout, n: Node) -> Layout | None:
    """The layout of a strided primitive applied to a value of that layout; None where a copy is needed."""
    if n.prim.alias:
        return layout
    seen = _view(n.prim, n.params, n.shape, layout.shape, layout.strides)
    return None if seen is None else Layout(layout.base, layout.offset + seen[0], n.shape, seen[1])


@lru_cache(maxsize=4096)
def _view(prim: Primitive, params: tuple[Any, ...], shape: Shape, source: Shape,
          strides: Shape) -> tuple[int, Shape] | None:
    """Where a view of an array begins, and its strides; None where a copy is needed."""
    # One-byte elements, so that strides in bytes are strides in elements. The memory is never touched.
    a: Any = np.lib.stride_tricks.as_strided(_NOTHING, source, strides)
    if prim is reshape_p:
        try:
            out = np.reshape(a, shape, copy=False)
        except ValueError:
            return None
    else:
        out = prim.np(a, *params)
    begin = out.__array_interface__["data"][0] - a.__array_interface__["data"][0]
    return begin, out.strides


def reshaped(layout: Layout, shape: Shape) -> Layout | None:
    """The same elements in that shape; None where strides do not serve."""
    seen = _view(reshape_p, (), shape, layout.shape, layout.strides)
    return None if seen is None else Layout(layout.base, layout.offset, shape, seen[1])


def merged(shape: Shape, strides: list[Shape]) -> tuple[Shape, list[Shape]]:
    """Axes of size 1 dropped and neighbours that all operands walk as one made one."""
    sizes: list[int] = []
    steps: list[list[int]] = [[] for _ in strides]
    for d, size in enumerate(shape):
        if size == 1:
            continue
        if sizes and all(s[-1] == st[d] * size for s, st in zip(steps, strides)):
            sizes[-1] *= size
            for s, st in zip(steps, strides):
                s[-1] = st[d]
        else:
            sizes.append(size)
            for s, st in zip(steps, strides):
                s.append(st[d])
    if not sizes:
        return (1,), [(0,)] * len(strides)
    return tuple(sizes), [tuple(s) for s in steps]


@lru_cache(maxsize=4096)
def one_step(sizes: Shape, strides: Shape) -> int | None:
    """The single stride that walks those axes, or None."""
    size, steps = merged(sizes, [strides])
    return steps[0][0] if len(size) == 1 else None

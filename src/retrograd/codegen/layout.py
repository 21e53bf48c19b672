"""Where the elements of a view lie in the memory it reads: by arithmetic on strides, or by letting NumPy make
the same view of nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, leaf_p
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import expand_p, flip_p, permute_p, reshape_p, slice_p

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


def all_of_it(layout: Layout) -> bool:
    """Whether it is all of a row-major array, in whatever shape."""
    shape = layout.shape
    return layout[1:] == whole(None, shape)[1:] and numel(shape) == numel(layout.base.shape)


@lru_cache(maxsize=4096)
def row_major(shape: Shape) -> Shape:
    """The strides of an array of that shape."""
    strides, step = [], 1
    for s in reversed(shape):
        strides.append(step)
        step *= s
    return tuple(reversed(strides))


def given(n: Node) -> Layout:
    """Where the elements of a known value lie: row-major, unless it stands for an operand with strides."""
    return Layout(n, 0, n.shape, n.params[0]) if n.prim is leaf_p and n.params else whole(n, n.shape)


def viewed(layout: Layout, n: Node) -> Layout | None:
    """The layout of a strided primitive applied to a value of that layout; None where a copy is needed."""
    if n.prim.alias:
        return layout
    move = _MOVES.get(n.prim)
    seen = move(layout.shape, layout.strides, *n.params) if move is not None else \
        _view(n.prim, n.params, layout.shape, layout.strides)
    return None if seen is None else Layout(layout.base, layout.offset + seen[0], n.shape, seen[1])


@lru_cache(maxsize=4096)
def _view(prim: Primitive, params: tuple[Any, ...], source: Shape, strides: Shape) -> tuple[int, Shape]:
    """Where a view of an array begins, and its strides."""
    # One-byte elements, so that strides in bytes are strides in elements. The memory is never touched.
    a: Any = np.lib.stride_tricks.as_strided(_NOTHING, source, strides)
    out = prim.np(a, *params)       # type: ignore[misc]
    begin = out.__array_interface__["data"][0] - a.__array_interface__["data"][0]
    return begin, out.strides


def reshaped(layout: Layout, shape: Shape) -> Layout | None:
    """The same elements in that shape; None where strides do not serve."""
    seen = _reshaped(layout.shape, layout.strides, shape)
    return None if seen is None else Layout(layout.base, layout.offset, shape, seen[1])


Moved = tuple[int, Shape] | None        # elements from the first one to the new first one, strides


def _expanded(shape: Shape, strides: Shape, new: Shape, axes: Shape) -> Moved:
    walk = iter(strides)
    return 0, tuple([0 if d in axes else next(walk) for d in range(len(new))])


def _sliced(shape: Shape, strides: Shape, start: Shape, stop: Shape, step: Shape) -> Moved:
    return sum([a * s for a, s in zip(start, strides)]), tuple([s * k for s, k in zip(strides, step)])


def _flipped(shape: Shape, strides: Shape, axes: Shape) -> Moved:
    return (sum([(shape[d] - 1) * strides[d] for d in axes]),
            tuple([-s if d in axes else s for d, s in enumerate(strides)]))


def _reshaped(shape: Shape, strides: Shape, new: Shape) -> Moved:
    """Axes of the old shape and of the new one in groups of equal size, each walked by one step."""
    old = [(n, s) for n, s in zip(shape, strides) if n != 1]
    out: list[int] = []
    i = j = 0
    while j < len(new):
        if new[j] == 1:
            out.append(0)
            j += 1
            continue
        if i == len(old):
            return None                     # elements there are none of
        size, step = old[i]
        goal, first = new[j], j
        i, j = i + 1, j + 1
        while size != goal:
            if size < goal:
                if i == len(old):
                    return None
                n, s = old[i]
                if step != n * s:
                    return None
                size, step, i = size * n, s, i + 1
            else:
                if j == len(new):
                    return None
                goal, j = goal * new[j], j + 1
        group: list[int] = []
        for n in reversed(new[first:j]):
            group.append(step)
            step = step * n
        out += reversed(group)
    for d in range(len(new) - 1, -1, -1):
        if new[d] == 1:                     # never walked; as in a row-major array
            out[d] = out[d + 1] * new[d + 1] if d + 1 < len(new) else 1
    return 0, tuple(out)


_MOVES: dict[Primitive, Callable[..., Moved]] = {
    permute_p: lambda shape, strides, perm: (0, tuple([strides[d] for d in perm])),
    expand_p: _expanded, slice_p: _sliced, flip_p: _flipped, reshape_p: _reshaped}


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

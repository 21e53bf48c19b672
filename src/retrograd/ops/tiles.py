"""Sums over tiles that cover the last axes without overlap: (..., o k) to (..., o), kept as one node because
the way back is one repetition, whatever the sum is written as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrograd.base.shape import Shape
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import linear as lin
from retrograd.ops.families import Inferred, expansion, rng_for

# A longer run of neighbours is summed as a row.
_TERMS = 32
# Fewer copies are written side by side.
_COPIES = 8


def _infer(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, (kernel,) = inputs[0], params
    n = len(kernel)
    return (*x.shape[:-n], *(s // k for s, k in zip(x.shape[-n:], kernel))), x.dtype


def _sums(x: Node, kernel: Shape) -> Node:
    first = x.ndim - len(kernel)
    for d, k in enumerate(kernel[:-1], first):          # whole lines are added up first
        x = lin.reduce_sum(lin.reshape(x, (*x.shape[:d], x.shape[d] // k, k, *x.shape[d + 1:])), (d + 1,))
    last, k = x.ndim - 1, kernel[-1]
    x = lin.reshape(x, (*x.shape[:-1], x.shape[-1] // k, k))
    if k > _TERMS:
        return lin.reduce_sum(x, (last + 1,))
    total = x
    for t in range(k):                                  # then neighbours, a lane a tile
        part = lin.reshape(lin.narrow(x, last + 1, t, 1), x.shape[:-1])
        total = total + part if t else part
    return total


def _sums_np(x: Any, kernel: Shape) -> Any:
    n = len(kernel)
    shape = [e for s, k in zip(x.shape[-n:], kernel) for e in (s // k, k)]
    tiles = x.reshape(*x.shape[:-n], *shape)
    return tiles.sum(tuple(range(tiles.ndim - 2 * n + 1, tiles.ndim, 2)), dtype=x.dtype)


def _repeated(g: Node, kernel: Shape) -> Node:
    last, k = g.ndim - 1, kernel[-1]
    if k <= _COPIES:                                    # side by side, then line by line
        column = lin.reshape(g, (*g.shape, 1))
        row = bind(lin.concat_p, (column,) * k, (last + 1,)) if k > 1 else column
    else:
        row = lin.expand(g, (*g.shape, k), (last + 1,))
    y = lin.reshape(row, (*g.shape[:-1], g.shape[-1] * k))
    n = len(kernel)
    lines = tuple(e for o, m in zip(y.shape[-n:-1], kernel) for e in (o, m))
    first = y.ndim - n
    y = lin.expand(y, (*y.shape[:first], *lines, y.shape[-1]), tuple(range(first + 1, first + 2 * n - 2, 2)))
    sizes = tuple(o * m for o, m in zip(g.shape[-n:], kernel))
    return lin.reshape(y, (*g.shape[:first], *sizes))


def _sample() -> Iterator[Sample]:
    rng = rng_for("tile_sum")
    for shape, kernel in (((2, 4, 6), (2, 3)), ((3, 8), (4,)), ((2, 2, 66), (2, 33))):
        yield Sample((rng.uniform(-1, 1, shape),), (kernel,))


tile_sum: Primitive
tile_sum = expansion("tile_sum", "x", "kernel", _infer, _sums, np=_sums_np, sample=_sample, complex=True,
                     vjp=lambda g, kernel: (_repeated(g, kernel),),
                     jvp=lambda dx, kernel: bind(tile_sum, (dx,), (kernel,)))

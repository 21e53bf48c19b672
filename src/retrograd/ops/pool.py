"""The largest element of every window as a pair of linear maps: `pool_pick` reads v where x is largest in
each window, `pool_place` adds g up there. Each is the transpose of the other; x decides the places and has no
derivative. Windows lie in the last axes; the first of equals is largest, and the last NaN, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.window import window_count


def infer_pick(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, v = inputs
    assert x.shape == v.shape, f"pool_pick was given {x.shape} and {v.shape}"
    kernel, stride, dilation = params
    n = len(kernel)
    counts = tuple(window_count(*z) for z in zip(x.shape[-n:], kernel, stride, dilation))
    return x.shape[:-n] + counts, v.dtype


def _places(x: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Any:
    """For each window the place of its largest element in the flattened last axes."""
    n = len(kernel)
    counts = tuple(window_count(*z) for z in zip(x.shape[-n:], kernel, stride, dilation))
    best: Any = None
    place: Any = None
    for tap in np.ndindex(kernel):
        at = [np.arange(c) * s + t * d for c, s, t, d in zip(counts, stride, tap, dilation)]
        value = x[(..., *np.ix_(*at))]
        here = np.ravel_multi_index(np.ix_(*at), x.shape[-n:])
        if best is None:
            best, place = value, np.broadcast_to(here, value.shape)
        else:
            with np.errstate(invalid="ignore"):
                wins = (value > best) | (value != value)
            best, place = np.where(wins, value, best), np.where(wins, here, place)
    return place


def _flat(x: Any, n: int) -> Any:
    return x.reshape(*x.shape[:-n], numel(x.shape[-n:]))


def _pick_np(x: Any, v: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Any:
    n = len(kernel)
    places = _places(x, kernel, stride, dilation)
    return np.take_along_axis(_flat(v, n), _flat(places, n), -1).reshape(places.shape)


def _place_np(x: Any, g: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Any:
    n = len(kernel)
    places = _flat(_places(x, kernel, stride, dilation), n)
    out = np.zeros((numel(x.shape[:-n]), numel(x.shape[-n:])), g.dtype)
    windows = len(out), places.shape[-1]
    np.add.at(out, (np.arange(len(out))[:, None], places.reshape(windows)), g.reshape(windows))
    return out.reshape(x.shape)


_CALLS = (((2, 5, 6), ((2, 3), (1, 2), (2, 1))), ((2, 3, 4, 6), ((2, 2), (2, 2), (1, 1))),
          ((3, 7), ((3,), (2,), (1,))))


def _spread(g: Node, x: Node, kernel: Shape, stride: Shape, dilation: Shape) -> Node:
    return bind(pool_place_p, (x, g), (kernel, stride, dilation))


def _pick_sample() -> Iterator[Sample]:
    rng = rng_for("pool_pick")
    for shape, params in _CALLS:
        yield Sample((rng.uniform(-1, 1, shape), rng.uniform(-1, 1, shape)), params)


def _place_sample() -> Iterator[Sample]:
    rng = rng_for("pool_place")
    for shape, params in _CALLS:
        x = rng.uniform(-1, 1, shape)
        yield Sample((x, rng.uniform(-1, 1, _pick_np(x, x, *params).shape)), params)


pool_pick_p = Primitive(
    "pool_pick", "window", "x v", "kernel stride dilation", infer=infer_pick, np=_pick_np, exact=True,
    moves=True, complex=False, linear=(("v",),), lower="pick", sample=_pick_sample,
    flops=lambda n: numel(n.shape) * numel(n.params[0]),
    transpose=(None, _spread))
pool_place_p = Primitive(
    "pool_place", "window", "x g", "kernel stride dilation", infer=lambda i, p: (i[0].shape, i[1].dtype),
    np=_place_np, complex=False, linear=(("g",),), lower="spread", sample=_place_sample,
    flops=lambda n: numel(n.inputs[1].shape) * (numel(n.params[0]) + 1),
    transpose=(None, lambda g, x, kernel, stride, dilation: bind(
        pool_pick_p, (x, g), (kernel, stride, dilation))))

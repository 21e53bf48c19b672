"""Images read at places that are computed: grid_sample, and the grids of affine maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from retrograd.base.dtype import bool_, int64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape, numel
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, number_node, same_dtype, wrap
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import and_, eq, stop
from retrograd.ops.contract import matmul
from retrograd.ops.gather import gather_p

__all__ = ["grid_sample", "affine_grid"]


def _number(x: Node, value: float) -> Node:
    return number_node(value, x.dtype)


def _between(x: Node, low: float, high: float) -> Node:
    """x, at least low and at most high; its derivative is 0 where it is neither between them."""
    inside = bind(and_, (x > _number(x, low), x < _number(x, high)))
    edge = bind(p.where, (bind(stop, (x,)) > _number(x, low), _number(x, high), _number(x, low)))
    return bind(p.where, (inside, x, edge))


def _unnormalized(g: Node, size: int, align_corners: bool) -> Node:
    """-1 and 1 as the middles of the first and last pixel, or as the edges of the image."""
    if align_corners:
        return (g + _number(g, 1.0)) * _number(g, (size - 1) / 2)
    return ((g + _number(g, 1.0)) * _number(g, float(size)) - _number(g, 1.0)) * _number(g, 0.5)


def _reflected(x: Node, low: float, high: float) -> Node:
    """x between two mirrors."""
    span = high - low
    if span <= 0:
        return x * _number(x, 0.0)
    away = bind(p.abs_, (x - _number(x, low),))
    turns = bind(p.floor, (bind(stop, (away,)) * _number(x, 1.0 / span),))
    rest = away - turns * _number(x, span)
    even = bind(eq, (turns, bind(p.floor, (turns * _number(x, 0.5),)) * _number(x, 2.0)))
    return bind(p.where, (even, rest + _number(x, low), _number(x, high) - rest))


def _placed(x: Node, size: int, padding_mode: str, align_corners: bool) -> Node:
    """A place along an axis of that size as the mode for places outside has it."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        x = _reflected(x, 0.0, size - 1.0) if align_corners else _reflected(x, -0.5, size - 0.5)
    return _between(x, 0.0, size - 1.0)


class _Image:
    """An image (N, C, *S) that is read at places (N, *out) along each axis."""

    def __init__(self, x: Node, padding_mode: str, align_corners: bool) -> None:
        self.x, self.sizes = x, x.shape[2:]
        self.padding_mode, self.align_corners = padding_mode, align_corners
        self.flat = lin.reshape(x, (*x.shape[:2], numel(self.sizes)))

    def read(self, places: Sequence[Node], outside: bool) -> Node:
        """(N, C, *out): the elements at whole places, given as floats; with `outside` zeros where a place is
        not in the image."""
        index: Any = None
        inside: Any = None
        for at, size in zip(places, self.sizes):
            if outside:
                here = bind(and_, (at >= _number(at, 0.0), at <= _number(at, size - 1.0)))
                inside = here if inside is None else bind(and_, (inside, here))
                at = bind(p.where, (here, at, _number(at, 0.0)))
            whole = lin.cast(at, int64)
            index = whole if index is None else index * number_node(size, int64) + whole
        N, C, out = *self.x.shape[:2], index.shape[1:]
        spread = lin.expand(lin.reshape(index, (N, numel(out))), (N, C, numel(out)), (1,))
        y = lin.reshape(bind(gather_p, (self.flat, spread), (2,)), (N, C, *out))
        if inside is None:
            return y
        return bind(p.where, (lin.expand(inside, y.shape, (1,)), y, _number(y, 0.0)))


def _corners(places: Sequence[Node]) -> Iterator[tuple[list[Node], Node]]:
    """The whole places around each, and the share of each."""
    low = [bind(p.floor, (bind(stop, (at,)),)) for at in places]
    for side in product((0, 1), repeat=len(places)):
        share: Any = None
        for at, first, s in zip(places, low, side):
            part = at - first if s else first + _number(first, 1.0) - at
            share = part if share is None else share * part
        yield [f + _number(f, 1.0) if s else f for f, s in zip(low, side)], share


def _cubic(t: Node) -> list[Node]:
    """The shares of the four places around one that lies t behind the second (Keys, a = -0.75)."""
    a = -0.75

    def near(z: Node) -> Node:
        return ((z * _number(z, a + 2) - _number(z, a + 3)) * z) * z + _number(z, 1.0)

    def far(z: Node) -> Node:
        return ((z * _number(z, a) - _number(z, 5 * a)) * z + _number(z, 8 * a)) * z - _number(z, 4 * a)
    one = _number(t, 1.0)
    return [far(t + one), near(t), near(one - t), far(_number(t, 2.0) - t)]


def grid_sample(input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool | None = None) -> Tensor:
    """Image (N, C, H, W) read at grid (N, H', W', 2) of places (x, y), or (N, C, D, H, W) at (N, D', H', W',
    3): (N, C, H', W').

    -1 and 1 are the edges of the image (with align_corners the middles of its first and last pixel). Between
    pixels: 'bilinear', 'nearest' or, of four axes, 'bicubic'. Outside: 'zeros', 'border' or 'reflection'.
    Derivatives to both.

    >>> import retrograd as rg
    >>> grid = rg.tensor([[[[0., 0.], [-1., 1.]]]])
    >>> rg.nn.functional.grid_sample(rg.arange(4.).reshape(1, 1, 2, 2), grid, align_corners=True)
    tensor([[[[1.5000, 2.0000]]]])
    """
    op = "grid_sample"
    x, g = float_input(input, op), float_input(grid, op)
    n = x.ndim - 2
    if n not in (2, 3) or g.shape != (x.shape[0], *g.shape[1:-1], n) or g.ndim != n + 2:
        raise ShapeError(f"input is {x.shape}, grid is {g.shape}", op=op,
                         expected="(N, C, H, W) and (N, H', W', 2), "
                         "or (N, C, D, H, W) and (N, D', H', W', 3)")
    same_dtype(op, ("input", x), ("grid", g))
    if mode not in ("bilinear", "nearest", "bicubic") or mode == "bicubic" and n != 2:
        raise ArgumentError(f"mode is {mode!r}, input is {x.shape}", op=op,
                            expected="'bilinear', 'nearest' or, for (N, C, H, W), 'bicubic'")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ArgumentError(f"padding_mode is {padding_mode!r}", op=op,
                            expected="'zeros', 'border' or 'reflection'")
    if 0 in x.shape[2:]:
        raise ShapeError(f"input is {x.shape}", op=op, expected="an image that is not empty")
    align, image = bool(align_corners), _Image(x, padding_mode, bool(align_corners))
    raw = [_unnormalized(lin.reshape(lin.narrow(g, n + 1, n - 1 - k, 1), g.shape[:-1]), size, align)
           for k, size in enumerate(x.shape[2:])]
    outside = padding_mode == "zeros"
    if mode == "bicubic":
        return wrap(_bicubic(image, raw, outside))
    places = [_placed(at, size, padding_mode, align) for at, size in zip(raw, x.shape[2:])]
    if mode == "nearest":
        whole = [bind(p.round_, (at,)) for at in places]
        y = image.read([bind(stop, (at,)) for at in whole], outside)
        # Which pixel is nearest has the derivative 0 to the grid, not none; a place may be infinite.
        never = lin.full(False, raw[0].shape, bool_)
        nothing = bind(p.where, (never, raw[0], _number(raw[0], 0.0)))
        return wrap(y + lin.expand(nothing, y.shape, (1,)) if g.rg else y)
    # A corner behind the last pixel has no share where places do not leave the image: it reads that pixel.
    total: Any = None
    for whole, share in _corners(places):
        if not outside:
            whole = [_least(w, size - 1.0) for w, size in zip(whole, x.shape[2:])]
        term = image.read(whole, outside)
        term = term * lin.expand(share, term.shape, (1,))
        total = term if total is None else total + term
    return wrap(total)


def _least(x: Node, high: float) -> Node:
    return bind(p.where, (x < _number(x, high), x, _number(x, high)))


def _bicubic(image: _Image, places: Sequence[Node], outside: bool) -> Node:
    """Four by four pixels around each place; each lies outside for itself."""
    low = [bind(p.floor, (bind(stop, (at,)),)) for at in places]
    shares = [_cubic(at - first) for at, first in zip(places, low)]
    total: Any = None
    for taps in product(range(4), repeat=2):
        whole = [_placed(f + _number(f, t - 1.0), size, image.padding_mode, image.align_corners)
                 for f, t, size in zip(low, taps, image.sizes)]
        share = shares[0][taps[0]] * shares[1][taps[1]]
        term = image.read(whole, outside)
        term = term * lin.expand(share, term.shape, (1,))
        total = term if total is None else total + term
    return total


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The grid (N, H, W, 2) at which grid_sample reads the affine map theta (N, 2, 3) of an image of `size`
    (N, C, H, W); or (N, D, H, W, 3) of theta (N, 3, 4).

    >>> import retrograd as rg
    >>> still = rg.tensor([[[1., 0., 0.], [0., 1., 0.]]])
    >>> rg.nn.functional.affine_grid(still, (1, 1, 1, 2), align_corners=True).tolist()
    [[[[-1.0, 0.0], [1.0, 0.0]]]]
    """
    op = "affine_grid"
    t, n = float_input(theta, op), len(size) - 2
    if n not in (2, 3) or t.shape != (size[0], n, n + 1) or min(size) < 1:
        raise ShapeError(f"theta is {t.shape}, size is {tuple(size)}", op=op,
                         expected="theta (N, 2, 3) and size (N, C, H, W), or (N, 3, 4) and (N, C, D, H, W)")
    lines: list[Any] = []
    for k, s in enumerate(reversed(size[2:])):
        along = np.linspace(-1, 1, s) if s > 1 else np.zeros(1)
        if not align_corners:
            along = along * (s - 1) / s
        lines.append(along.reshape([-1 if d == n - 1 - k else 1 for d in range(n)]))
    shape: Shape = tuple(size[2:])
    base = np.stack([np.broadcast_to(a, shape) for a in (*lines, np.ones(()))], -1)
    points = leaf(np.ascontiguousarray(base.reshape(-1, n + 1), t.dtype.np), t.dtype)
    points = lin.expand(points, (t.shape[0], *points.shape), (0,))
    return wrap(lin.reshape(matmul(points, lin.swap_last(t)), (t.shape[0], *shape, n)))

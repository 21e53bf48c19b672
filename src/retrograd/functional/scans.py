"""Running products, extremes and log-sums, differences of neighbours and areas under curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import axis
from retrograd.functional.door import Tensor, as_number, dtype_or, floating, need_tensor, wrap
from retrograd.functional.elementwise import (
    add,
    div,
    exp,
    ge,
    isfinite,
    logical_xor,
    mul,
    round,
    sub,
    where,
)
from retrograd.functional.places import gather
from retrograd.functional.plane import angle, imag, real
from retrograd.functional.reduce import cumsum, sum, values_indices
from retrograd.functional.shape import cat, narrow, reshape
from retrograd.graph.node import Node, bind, const
from retrograd.ops import linear as lin
from retrograd.ops import special as s
from retrograd.ops.constant import index_of_running_extreme, iota, stop
from retrograd.ops.gather import gather_p


def _scan(x: Node, d: int, combine: Callable[[Node, Node], Node], unit: float) -> Node:
    """All prefixes combined, in log2(n) steps: after step k an element holds the last 2**k terms."""
    n, shift = x.shape[d], 1
    while shift < n:
        head = tuple(shift if k == d else size for k, size in enumerate(x.shape))
        fill = lin.expand(const(unit, x.dtype), head, tuple(range(x.ndim)))
        moved = bind(lin.concat_p, (fill, lin.narrow(x, d, 0, n - shift)), (d,))
        x = combine(x, moved)
        shift *= 2
    return x


def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Running products along dim. The derivative is right where factors are 0 too.

    >>> import retrograd as rg
    >>> rg.cumprod(rg.tensor([1.0, 2.0, 3.0]), 0)
    tensor([1., 2., 6.])
    """
    x = need_tensor(input, "cumprod")
    x = lin.cast(x, dtype_or(dtype, x.dtype if x.dtype.smooth else int64))
    d = axis(dim, x.ndim, "cumprod")
    return wrap(_scan(x, d, lambda a, b: a * b, 1) if x.ndim else bind(lin.alias_p, (x,)))


def logcumsumexp(input: Any, dim: int) -> Tensor:
    """log of the running sums of e**input along dim, without overflow.

    >>> import retrograd as rg
    >>> rg.logcumsumexp(rg.zeros(3), 0)
    tensor([0.0000, 0.6931, 1.0986])
    """
    x = floating(input, "logcumsumexp")
    d = axis(dim, x.ndim, "logcumsumexp")
    both: Callable[[Node, Node], Node] = s.log_sum
    out = wrap(_scan(x, d, both, float("-inf")) if x.ndim else bind(lin.alias_p, (x,)))
    return _unwound(out, x, d) if x.dtype.is_complex and x.ndim and x.shape[d] else out


def _unwound(y: Any, n: Node, d: int) -> Tensor:
    """Running log-sums of complex numbers with their angles as they add up on the way, as in PyTorch. Each
    step turns the larger of the two that it adds, by less than a right angle."""
    x, size = wrap(bind(stop, (n,))), n.shape[d]
    first = wrap(lin.full(-math.inf, tuple(1 if k == d else s for k, s in enumerate(n.shape)), n.dtype))
    before = cat([first, narrow(wrap(bind(stop, (y.node,))), d, 0, size - 1)], d)
    fresh = ge(real(x), real(before))                   # what is new is larger: the angle begins with its own
    turn = angle(add(exp(where(fresh, sub(before, x), sub(x, before))), 1))
    turns = cumsum(turn, d)
    begun = sub(add(imag(x), turn), turns)
    places = wrap(bind(iota, (), (n.shape, d, "int64")))
    last = cummax(where(fresh, places, wrap(lin.full(0, n.shape, int64))), d).values
    laps = round(div(sub(add(gather(begun, d, last), turns), imag(y)), 2 * math.pi))
    return add(y, mul(where(isfinite(laps), laps, 0.0), 2j * math.pi))


def _running(input: Any, dim: int, largest: bool, op: str) -> values_indices:
    x = need_tensor(input, op)
    d = axis(dim, x.ndim, op)
    if x.ndim == 0:
        return values_indices(wrap(bind(lin.alias_p, (x,))), wrap(lin.full(0, (), int64)))
    at = bind(index_of_running_extreme, (x,), (d, largest))
    return values_indices(wrap(bind(gather_p, (x, at), (d,))), wrap(at))


def cummax(input: Any, dim: int) -> values_indices:
    """(values, indices) of the largest element so far along dim, the last of equals.

    >>> import retrograd as rg
    >>> rg.cummax(rg.tensor([1.0, 3.0, 2.0]), 0).values
    tensor([1., 3., 3.])
    """
    return _running(input, dim, True, "cummax")


def cummin(input: Any, dim: int) -> values_indices:
    """(values, indices) of the smallest element so far along dim, the last of equals.

    >>> import retrograd as rg
    >>> rg.cummin(rg.tensor([2.0, 3.0, 1.0]), 0).values
    tensor([2., 2., 1.])
    """
    return _running(input, dim, False, "cummin")


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """The n-th differences of neighbours along dim: input[i + 1] - input[i].

    >>> import retrograd as rg
    >>> rg.diff(rg.tensor([1, 4, 9]))
    tensor([3, 5])
    """
    x = need_tensor(input, "diff")
    if x.ndim == 0:
        raise ShapeError("input has no dimension", op="diff", expected="at least one")
    if n < 0:
        raise ArgumentError(f"n is {n}", op="diff", expected="n >= 0")
    d = axis(dim, x.ndim, "diff")
    parts = [t for t in (prepend, input, append) if t is not None] if n else [input]
    out = cat(parts, d) if len(parts) > 1 else input
    for _ in range(min(n, out.node.shape[d])):
        size = out.node.shape[d]
        above, below = narrow(out, d, 1, size - 1), narrow(out, d, 0, size - 1)
        out = logical_xor(above, below) if x.dtype.name == "bool" else sub(above, below)
    return wrap(bind(lin.alias_p, (out.node,))) if out is input else out    # n = 0: a copy


def _slabs(y: Any, x: Any, dx: Any, dim: int, op: str) -> tuple[Tensor, int]:
    """The areas between neighbours."""
    n = need_tensor(y, op, "y")
    d = axis(dim, n.ndim, op)
    size = n.shape[d]
    means = div(add(narrow(y, d, 1, size - 1), narrow(y, d, 0, size - 1)), 2) if size else y
    if x is None:
        return mul(means, 1 if dx is None else dx), d
    width = need_tensor(x, op, "x")
    if width.ndim == 1:
        if width.shape[0] != size:
            raise ShapeError(f"x has {width.shape[0]} places, y {size} along dim", op=op)
        width_t: Any = reshape(x, tuple(size if k == d else 1 for k in range(n.ndim)))
    else:
        width_t = x
    back = width_t.node.ndim - n.ndim + d
    return mul(means, diff(width_t, dim=back)), d


def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The area under y along dim by the trapezoidal rule, at places x or dx apart.

    >>> import retrograd as rg
    >>> rg.trapezoid(rg.tensor([1.0, 5.0, 10.0]))
    tensor(10.5000)
    """
    slabs, d = _slabs(y, x, dx, dim, "trapezoid")
    return sum(slabs, d - y.node.ndim)


trapz = trapezoid


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The running areas under y along dim by the trapezoidal rule.

    >>> import retrograd as rg
    >>> rg.cumulative_trapezoid(rg.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])
    """
    slabs, d = _slabs(y, x, dx, dim, "cumulative_trapezoid")
    return cumsum(slabs, d - y.node.ndim)


def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> list[Tensor]:
    """Slopes along dimensions by central differences, one-sided at the ends (of order edge_order).

    >>> import retrograd as rg
    >>> rg.gradient(rg.tensor([1.0, 4.0, 9.0]))
    [tensor([3., 4., 5.])]
    """
    x = need_tensor(input, "gradient")
    if edge_order not in (1, 2):
        raise ArgumentError(f"edge_order is {edge_order}", op="gradient", expected="1 or 2")
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    spacing = 1 if spacing is None else spacing
    given = spacing if isinstance(spacing, (tuple, list)) else [spacing] * len(dims)
    return [_slope(input, axis(d, x.ndim, "gradient"), step, edge_order) for d, step in zip(dims, given)]


def _slope(x: Any, d: int, step: Any, order: int) -> Tensor:
    n = x.node.shape[d]
    if n < order + 1:
        raise ShapeError(f"dimension {d} has {n} places", op="gradient", expected=f"more than {order}")

    def part(t: Any, start: int, length: int) -> Tensor:
        return narrow(t, d, start, length)
    number = as_number(step)
    if number is None:
        at = step.to(x.dtype)
        widths: Any = reshape(diff(at), tuple(n - 1 if k == d else 1 for k in range(x.node.ndim)))
    else:
        shape = tuple(n - 1 if k == d else 1 for k in range(x.node.ndim))
        widths = wrap(lin.full(number, shape, floating(x, "gradient").dtype))
    left, right = part(widths, 0, n - 2), part(widths, 1, n - 2)
    low, mid, high = part(x, 0, n - 2), part(x, 1, n - 2), part(x, 2, n - 2)
    inner: Any = _weighted(low, mid, high, left, right)
    slopes = div(diff(x, dim=d), widths)
    first, last = part(slopes, 0, 1), part(slopes, n - 2, 1)
    if order == 2:
        second, before = part(slopes, 1, 1), part(slopes, n - 3, 1)
        first = _edge(first, second, part(widths, 0, 1), part(widths, 1, 1))
        last = _edge(last, before, part(widths, n - 2, 1), part(widths, n - 3, 1))
    return cat([first, inner, last], d)


def _weighted(low: Any, mid: Any, high: Any, left: Any, right: Any) -> Any:
    whole = left + right
    return (high - mid) / right * (left / whole) + (mid - low) / left * (right / whole)


def _edge(near: Any, next_: Any, a: Any, b: Any) -> Any:
    return near + (near - next_) * (a / (a + b))

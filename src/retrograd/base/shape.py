"""Shapes: Size, broadcasting plans, axes from dims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import index as as_index
from typing import Any, NamedTuple

from retrograd.base.errors import ArgumentTypeError, IndexRangeError, ShapeError

Shape = tuple[int, ...]
numel = math.prod


class Size(tuple):  # type: ignore[type-arg]
    """The shape a user sees: a tuple with `numel()` and PyTorch's repr."""

    __slots__ = ()

    def numel(self) -> int:
        return math.prod(self)

    def __repr__(self) -> str:
        return f"retrograd.Size({list(self)})"

    def __getitem__(self, key: Any) -> Any:
        out = tuple.__getitem__(self, key)
        return Size(out) if isinstance(key, slice) else out

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, tuple(other)))


class Lift(NamedTuple):
    """How one operand reaches the broadcast shape: reshape to `keep` (without its stretched 1s),
    expand on `axes`."""

    keep: Shape
    axes: Shape


@lru_cache(maxsize=4096)
def broadcast_plan(a: Shape, b: Shape) -> tuple[Shape, Lift | None, Lift | None]:
    """Broadcast shape of a and b and the lift of each (None when it has the shape already)."""
    out = broadcast_shapes(a, b)
    return out, lift(a, out), lift(b, out)


@lru_cache(maxsize=4096)
def lift(a: Shape, out: Shape) -> Lift | None:
    """The lift of shape `a` to shape `out`, which it must broadcast to."""
    if a == out:
        return None
    lead = len(out) - len(a)
    if lead < 0 or any(s != t and s != 1 for s, t in zip(a, out[lead:])):
        raise ShapeError(f"a tensor of shape {a} cannot be expanded to {out}", op="expand",
                         expected="each size to be equal or 1, counted from the right")
    stretched = [d for d, s in enumerate(a) if s == 1 and out[d + lead] != 1]
    keep = tuple(s for d, s in enumerate(a) if d not in stretched)
    return Lift(keep, tuple(range(lead)) + tuple(d + lead for d in stretched))


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The common shape, by NumPy's rule (sizes equal or 1, counted from the right)."""
    if shapes and shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    n = max(map(len, shapes), default=0)
    out = []
    for d in range(-n, 0):
        sizes = {s[d] for s in shapes if len(s) >= -d} - {1}
        if len(sizes) > 1:
            got = " and ".join(str(tuple(s)) for s in shapes)
            raise ShapeError(f"shapes do not broadcast: {got} differ at dimension {d}", op="broadcast",
                             expected="sizes equal or 1, counted from the right")
        out.append(sizes.pop() if sizes else 1)
    return tuple(out)


def axis(dim: Any, ndim: int, op: str) -> int:
    """One dim at the door to one non-negative axis."""
    try:
        d = as_index(dim)
    except TypeError:
        raise ArgumentTypeError(f"dim is {dim!r}", op=op, expected="an int") from None
    n = max(ndim, 1)
    if not -n <= d < n:
        raise IndexRangeError(f"dim {d} is out of range for a tensor with {ndim} "
                              f"dimension{'s' * (ndim != 1)}",
                              op=op, expected=f"-{n} <= dim < {n}")
    return d % n if ndim else 0


_ALL_AXES = [tuple(range(n)) for n in range(65)]


def axes(dim: Any, ndim: int, op: str) -> Shape:
    """dim (None = all, an int or several) to sorted non-negative axes."""
    if dim is None:
        return _ALL_AXES[ndim]
    if dim.__class__ is int and -ndim <= dim < ndim:
        return (dim + ndim if dim < 0 else dim,)
    if not isinstance(dim, (tuple, list)):
        return (axis(dim, ndim, op),) if ndim else (axis(dim, ndim, op),)[:0]
    if len(dim) == 0:
        return tuple(range(ndim))
    found = sorted(axis(d, ndim, op) for d in dim)
    if len(set(found)) < len(found):
        raise ShapeError(f"dim {tuple(dim)} names an axis twice", op=op)
    return tuple(found) if ndim else ()


def shape_of(args: Sequence[Any], op: str) -> Shape:
    """Sizes given as f(2, 3) or f((2, 3)) to a tuple of ints."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = args[0]
    try:
        return tuple(map(as_index, args))
    except TypeError:
        raise ArgumentTypeError(f"sizes are {tuple(args)!r}", op=op, expected="ints") from None


def infer_reshape(old: Shape, new: Shape) -> Shape:
    """Replace one -1 in `new`; check that the element counts agree."""
    total = math.prod(old)
    if new.count(-1) > 1 or any(s < -1 for s in new):
        raise ShapeError(f"shape {new} is not possible for {total} elements", op="reshape",
                         expected="non-negative sizes and at most one -1")
    if -1 in new:
        known = -math.prod(new)
        if known == 0 or total % known:
            raise ShapeError(f"shape {new} does not fit {total} elements of {old}", op="reshape")
        new = tuple(total // known if s == -1 else s for s in new)
    if math.prod(new) != total:
        raise ShapeError(f"shape {new} has {math.prod(new)} elements, the tensor {old} has {total}",
                         op="reshape", expected="the same number of elements")
    return new


def without(shape: Shape, axes_: Shape) -> Shape:
    """The shape with those axes removed."""
    if len(axes_) == 1:
        a, = axes_
        return shape[:a] + shape[a + 1:]
    return tuple(s for d, s in enumerate(shape) if d not in axes_)

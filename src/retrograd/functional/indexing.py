"""Indexing: ints, slices, None and ... give views; integer and boolean tensors give copies;
both can be assigned to."""

from __future__ import annotations

from functools import lru_cache
from operator import index as as_index
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import BOOL, FLOATING, INTEGER, bool_, from_numpy, int64, uint8
from retrograd.base.errors import ArgumentTypeError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Shape, broadcast_shapes, numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, TensorBase, View, as_number, expand_to, hooks, number_node, wrap
from retrograd.functional.shape import slice_view, slicing
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.gather import check_range, place_p, take_p
from retrograd.ops.pointwise import where


class Plan(NamedTuple):
    """A key taken apart: the box that is cut out, its shape with new and without indexed axes,
    index tensors."""

    start: Shape
    stop: Shape
    step: Shape
    shape: Shape
    advanced: list[tuple[int, Node]]        # (axis of `shape`, indices)
    plain: bool                             # the whole tensor, unchanged


def _count(item: Any) -> int:
    """How many axes an item of a key consumes."""
    if item is None or item is Ellipsis:
        return 0
    n = _mask_rank(item)
    return n if n is not None else 1


def _mask_rank(item: Any) -> int | None:
    if isinstance(item, TensorBase) and item.node.dtype in (bool_, uint8):
        return int(item.node.ndim)
    if isinstance(item, np.ndarray) and item.dtype == bool:
        return int(item.ndim)
    if item is True or item is False:
        return 0
    return None


def _items(key: Any, ndim: int) -> list[Any]:
    items = list(key) if isinstance(key, tuple) else [key]
    items = [np.asarray(i) if isinstance(i, (list, range)) else i for i in items]
    items = [i.astype(np.int64) if isinstance(i, np.ndarray) and i.size == 0 and i.dtype.kind == "f" else i
             for i in items]
    used = sum(map(_count, items))
    if used > ndim:
        raise IndexRangeError(f"{used} indices for a tensor with {ndim} dimensions", op="index")
    dots = [k for k, i in enumerate(items) if i is Ellipsis]
    if len(dots) > 1:
        raise IndexRangeError("more than one ... in an index", op="index")
    at = dots[0] if dots else len(items)
    items[at:at + len(dots)] = [slice(None)] * (ndim - used)
    return items


def indices_of_mask(mask: Node) -> tuple[Node, ...]:
    """Where a mask is true, one index vector an axis; an evaluation point."""
    evaluate([mask])
    return tuple(leaf(i.astype(np.int64, copy=False), int64) for i in np.nonzero(mask.value))


def index_node(item: Any, size: int) -> Node:
    """An integer index tensor as int64 with negative places counted from the end;
    checked now if it is known."""
    if isinstance(item, TensorBase):
        n = item.node
    else:
        n = leaf(np.array(item), from_numpy(item.dtype))
    if n.dtype.kind != INTEGER:
        raise DTypeError(f"an index tensor is {n.dtype.name}", op="index", expected="integers or bool",
                         fix="Convert it with .long().")
    n = lin.cast(n, int64)
    if n.value is not None and isinstance(n.value, np.ndarray) and local.state.capture is None:
        if not n.value.size or (low := n.value.min()) >= 0 and n.value.max() < size:
            return n
        if low < -size or n.value.max() >= size:
            bad = int(n.value[(n.value < -size) | (n.value >= size)].flat[0])
            raise IndexRangeError(f"index {bad} is out of range for an axis of size {size}", op="index",
                                  expected=f"{-size} <= index < {size}")
        return leaf(np.where(n.value < 0, n.value + size, n.value), int64)
    return bind(where, (n < 0, n + size, n))


def plan(key: Any, shape: Shape) -> Plan:
    """Take a key apart; every error of a key is raised here."""
    items = _items(key, len(shape))
    start: list[int] = []
    stop: list[int] = []
    step: list[int] = []
    out: list[int] = []
    advanced: list[tuple[int, Node]] = []
    for item in items:
        d = len(start)
        rank = _mask_rank(item)
        if item is None:
            out.append(1)
        elif rank == 0:
            true = bool(item)
            advanced.append((len(out), leaf(np.zeros(int(true), np.int64), int64)))
            out.append(1)
        elif rank is not None:
            mask = item.node if isinstance(item, TensorBase) else leaf(np.array(item), bool_)
            if mask.shape != shape[d:d + rank]:
                raise IndexRangeError(f"a mask of shape {mask.shape} indexes axes of shape "
                                      f"{shape[d:d + rank]}", op="index", expected="equal shapes")
            if mask.dtype is uint8:
                mask = lin.cast(mask, bool_)
            for k, vector in enumerate(indices_of_mask(mask)):
                advanced.append((len(out), vector))
                _whole(shape[d + k], start, stop, step, out)
        elif isinstance(item, slice):
            if item.step is not None and as_index(item.step) <= 0:
                raise ShapeError(f"a slice has step {item.step}", op="index", expected="a positive step",
                                 fix="Use x.flip(dim) for the reverse order.")
            a, b, s = slice(*(None if v is None else as_index(v) for v in (item.start, item.stop, item.step))
                            ).indices(shape[d])
            start.append(a)
            stop.append(max(a, b))
            step.append(s)
            out.append(lin.slice_size(a, max(a, b), s))
        elif (isinstance(item, TensorBase) and item.node.ndim > 0) or \
                (isinstance(item, np.ndarray) and item.ndim):
            advanced.append((len(out), index_node(item, shape[d])))
            _whole(shape[d], start, stop, step, out)
        else:
            k = _integer(item, shape[d], d)
            start.append(k)
            stop.append(k + 1)
            step.append(1)
    plain = not advanced and tuple(out) == shape and not any(start)
    return Plan(tuple(start), tuple(stop), tuple(step), tuple(out), advanced, plain)


def _whole(size: int, start: list[int], stop: list[int], step: list[int], out: list[int]) -> None:
    start.append(0)
    stop.append(size)
    step.append(1)
    out.append(size)


def _integer(item: Any, size: int, d: int) -> int:
    if isinstance(item, TensorBase) and item.node.dtype.kind == INTEGER:
        item = item.item()              # type: ignore[attr-defined]
    try:
        k = as_index(item)
    except TypeError:
        kind = IndexRangeError if isinstance(item, float) else ArgumentTypeError
        raise kind(f"index {item!r} is a {type(item).__name__}", op="index",
                                expected="ints, slices, None, ..., integer or bool tensors") from None
    if not -size <= k < size:
        raise IndexRangeError(f"index {k} is out of range for dimension {d} of size {size}", op="index",
                              expected=f"{-size} <= index < {size}")
    return k % size


def _box(t: Any, p: Plan) -> Tensor:
    """The view that the basic part of a key selects."""
    return slice_view(t, p.start, p.stop, p.step, p.shape)


def _flatten_indexed(x: Node, advanced: list[tuple[int, Node]]) -> tuple[Node, Node, Shape, tuple[int, ...]]:
    """x with the indexed axes merged in front, the index into that axis, its shape, the permutation used."""
    axes = [a for a, _ in advanced]
    rest = [d for d in range(x.ndim) if d not in axes]
    perm = (*axes, *rest)
    flat = lin.reshape(lin.permute(x, perm),
                       (numel(tuple(x.shape[a] for a in axes)), *(x.shape[d] for d in rest)))
    try:
        shape = broadcast_shapes(*(i.shape for _, i in advanced))
    except ShapeError:
        raise IndexRangeError(f"index tensors of shapes {[i.shape for _, i in advanced]} do not broadcast",
                              op="index") from None
    total: Node | None = None
    for a, i in advanced:
        i = expand_to(i, shape)
        total = i if total is None else total * x.shape[a] + i
    assert total is not None
    return flat, total, shape, perm


def _result_place(advanced: list[tuple[int, Node]]) -> int:
    """Where the indexed axes go: in place of the first if they are neighbours, else in front."""
    axes = [a for a, _ in advanced]
    return axes[0] if axes == list(range(axes[0], axes[0] + len(axes))) else 0


@lru_cache(maxsize=4096)
def _basic(key: tuple[Any, ...], shape: Shape) -> View:
    """The view of a key made of ints, None, ... and slices (as tuples), which depends on the shape only."""
    p = plan(tuple(slice(*i) if i.__class__ is tuple else i for i in key), shape)
    return slicing(shape, p.start, p.stop, p.step,
                   tuple(map(lin.slice_size, p.start, p.stop, p.step)), p.shape)


def _basic_key(key: Any) -> tuple[Any, ...] | None:
    """A key of that kind in a form that can be looked up; None for any other."""
    out = []
    for i in key if key.__class__ is tuple else (key,):
        kind = i.__class__
        if kind is int or i is None or i is Ellipsis:
            out.append(i)
        elif kind is slice and all(v is None or v.__class__ is int for v in (i.start, i.stop, i.step)):
            out.append((i.start, i.stop, i.step))
        else:
            return None
    return tuple(out)


def getitem(t: Any, key: Any) -> Tensor:
    """t[key]."""
    basic = (key,) if key.__class__ is int else _basic_key(key)
    if basic is not None:
        return hooks.wrap_view(t, _basic(basic, t._node.shape))
    p = plan(key, t._node.shape)
    if not p.advanced:
        return _box(t, p)
    x = t.node if p.shape == t._node.shape and not any(p.start) else _box(t, p).node
    if len(p.advanced) == 1:
        a, i = p.advanced[0]
        return wrap(bind(take_p, (x, i), (a,)))
    flat, index, shape, _ = _flatten_indexed(x, p.advanced)
    y = bind(take_p, (flat, index), (0,))
    at = _result_place(p.advanced)
    k = len(shape)
    return wrap(lin.permute(y, (*range(k, k + at), *range(k), *range(k + at, y.ndim))))


def _value_node(value: Any, like: Node, shape: Shape) -> Node:
    if isinstance(value, TensorBase):
        v = value.node
    elif as_number(value) is not None:
        v = number_node(as_number(value) if like.dtype.kind != BOOL else bool(value), like.dtype)
    elif isinstance(value, np.ndarray):
        v = leaf(np.array(value), from_numpy(value.dtype))
    else:
        raise ArgumentTypeError(f"the value assigned is a {type(value).__name__}", op="index assignment",
                                expected="a Tensor or a number")
    v = lin.cast(v, like.dtype)
    while v.ndim > len(shape) and v.shape[0] == 1:
        v = lin.reshape(v, v.shape[1:])
    try:
        return expand_to(v, shape)
    except ShapeError:
        raise ShapeError(f"a value of shape {v.shape} is assigned to a place of shape {shape}",
                         op="index assignment", expected="a shape that broadcasts to the place") from None


FEW = 4096          # elements that NumPy copies in less time than a write is recorded
_BOUNDS = (int, type(None))


def _plain_to_numpy(item: Any) -> bool:
    """Whether NumPy reads an item of a key as it is read here."""
    kind = item.__class__
    if kind is slice:
        return item.start.__class__ in _BOUNDS and item.stop.__class__ in _BOUNDS and \
            (item.step is None or item.step.__class__ is int and item.step > 0)
    return kind is int or item is None or item is Ellipsis


def _written_at_once(n: Node, key: Any, value: Any) -> Node | None:
    """What a tensor holds after t[key] = value, where all is known and little: a dataset that fills its
    examples number by number makes thousands of such writes. None where it has to be recorded."""
    old = n.value
    if old.__class__ is not np.ndarray or n.rg or old.size > FEW:
        return None
    if isinstance(value, TensorBase):
        given = value.node
        new, fits = given.value, given.dtype is n.dtype and not given.rg and given.value is not None
    else:
        new, kind = value, value.__class__
        fits = kind is int and n.dtype.kind in (INTEGER, FLOATING) and n.dtype.itemsize >= 4 or \
            kind is float and n.dtype.kind == FLOATING and n.dtype.itemsize >= 4
    state = local.state
    if not fits or state.capture is not None or state.levels or \
            not all(map(_plain_to_numpy, key if key.__class__ is tuple else (key,))):
        return None
    array = old.copy()
    try:
        array[key] = new
    except (IndexError, ValueError, OverflowError):     # said in our words below
        return None
    return leaf(array, n.dtype)


def setitem(t: Any, key: Any, value: Any) -> None:
    """t[key] = value."""
    n = t.node
    known = _written_at_once(n, key, value)
    if known is not None:
        t._write(known, "index assignment")
        return
    if isinstance(key, TensorBase) and key.node.dtype is bool_ and key.node.shape == n.shape and \
            (as_number(value) is not None or isinstance(value, TensorBase) and value.node.shape == ()):
        t._write(bind(where, (key.node, _value_node(value, n, n.shape), n)), "index assignment")
        return
    p = plan(key, n.shape)
    view = t if p.plain else _box(t, p)
    x = view.node
    if not p.advanced:
        new = _value_node(value, n, p.shape)
        if new is (value.node if isinstance(value, TensorBase) else None):
            new = bind(lin.alias_p, (new,))
        view._write(new, "index assignment")
        return
    flat, index, shape, perm = _flatten_indexed(x, p.advanced)
    check_known(index, flat.shape[0])
    rest = tuple(x.shape[d] for d in perm[len(p.advanced):])
    at = _result_place(p.advanced)
    v = _value_node(value, n, rest[:at] + shape + rest[at:])
    k = len(shape)
    v = lin.permute(v, (*range(at, at + k), *range(at), *range(at + k, v.ndim)))
    placed = bind(place_p, (flat, v, index))
    back = lin.permute(lin.reshape(placed, tuple(x.shape[d] for d in perm)), lin.inverse(perm))
    view._write(back, "index assignment")


def check_known(index: Node, size: int, op: str = "index") -> None:
    """Raise at the call if the index is known and out of range."""
    if index.value is not None and isinstance(index.value, np.ndarray):
        check_range(index.value, size, op)

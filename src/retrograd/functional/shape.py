"""Shapes: views (which share memory with their input) and the functions that join and repeat."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, ArgumentTypeError, IndexRangeError, InplaceError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Shape, axis, broadcast_shapes, infer_reshape, numel, shape_of
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import (
    Tensor,
    TensorBase,
    View,
    common_dtype,
    expand_to,
    hooks,
    need_tensor,
    wrap,
)
from retrograd.graph.node import Node, bind, leaf, record
from retrograd.ops import linear as lin
from retrograd.ops.gather import take_p


# ---------------------------------------------------------------- views
# A view is a function of the shapes alone, so each is made once.
@lru_cache(maxsize=4096)
def _reshaping(old: Shape, new: Shape) -> View:
    return View(old, lambda b: lin.reshape(b, new), lambda b, v: lin.reshape(v, old),
                lambda a: _array_view(a, new))


def _reshape_view(input: Any, old: Shape, new: Shape) -> Tensor:
    return hooks.wrap_view(input, _reshaping(old, new))


def _array_view(a: Any, shape: Shape) -> Any:
    # ValueError where NumPy would have to copy: then it is not a view
    return np.reshape(a, shape, copy=False)


@lru_cache(maxsize=4096)
def _reshape_to(old: Shape, asked: Shape) -> View:
    return _reshaping(old, infer_reshape(old, asked))


def reshape(input: Any, *sizes: Any, shape: Any = None) -> Tensor:
    """The same elements in row-major order with another shape; one size may be -1. Shares memory.

    Derivative: the cotangent with the old shape.
    """
    old = input._node.shape if isinstance(input, TensorBase) else need_tensor(input, "reshape").shape
    shape = sizes if shape is None else (shape,)
    for size in shape:
        if size.__class__ is not int:
            shape = shape_of(shape, "reshape")
            break
    return hooks.wrap_view(input, _reshape_to(old, shape))


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions start_dim..end_dim as one."""
    n = need_tensor(input, "flatten")
    if n.ndim == 0:
        return _reshape_view(input, (), (1,))
    a, b = axis(start_dim, n.ndim, "flatten"), axis(end_dim, n.ndim, "flatten")
    if a > b:
        raise ArgumentError(f"start_dim {start_dim} comes after end_dim {end_dim}", op="flatten")
    if a == b:
        return input        # type: ignore[no-any-return]
    return _reshape_view(input, n.shape, n.shape[:a] + (numel(n.shape[a:b + 1]),) + n.shape[b + 1:])


def unflatten(input: Any, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension as several."""
    n = need_tensor(input, "unflatten")
    d = axis(dim, n.ndim, "unflatten")
    inner = infer_reshape((n.shape[d],), tuple(sizes))
    return _reshape_view(input, n.shape, n.shape[:d] + inner + n.shape[d + 1:])


def squeeze(input: Any, dim: Any = None) -> Tensor:
    """Without dimensions of size 1: all of them, or those named."""
    n = need_tensor(input, "squeeze")
    dims = range(n.ndim) if dim is None else [axis(d, n.ndim, "squeeze") for d in
                                              (dim if isinstance(dim, (tuple, list)) else (dim,))]
    return _reshape_view(input, n.shape, tuple(s for d, s in enumerate(n.shape) if d not in dims or s != 1))


def unsqueeze(input: Any, dim: int) -> Tensor:
    """With a new dimension of size 1 at `dim`."""
    n = need_tensor(input, "unsqueeze")
    d = axis(dim, n.ndim + 1, "unsqueeze")
    return _reshape_view(input, n.shape, n.shape[:d] + (1,) + n.shape[d:])


def named_sizes(given: tuple[Any, ...], named: dict[str, Any], name: str, op: str) -> tuple[Any, ...]:
    """Sizes or dimensions that were given one after another, or as one argument of that name."""
    if named and (given or set(named) != {name}):
        raise ArgumentTypeError(f"arguments {given} and {sorted(named)}", op=op, expected=f"{name}, once")
    return (named[name],) if named else given


def permute(input: Any, *order: Any, dims: Any = None) -> Tensor:
    """Dimensions in another order. Derivative: the inverse permutation. Shares memory."""
    given = shape_of(order if dims is None else (dims,), "permute")
    return hooks.wrap_view(input, _permuting(need_tensor(input, "permute").shape, given))


@lru_cache(maxsize=1024)
def _permuting(shape: Shape, given: Shape) -> View:
    ndim = len(shape)
    perm = tuple(axis(d, ndim, "permute") for d in given)
    if sorted(perm) != list(range(ndim)):
        raise ShapeError(f"dims {given} do not name each of the {ndim} dimensions once", op="permute")
    back = lin.inverse(perm)
    return View(shape, lambda b: lin.permute(b, perm), lambda b, v: lin.permute(v, back),
                lambda a: a.transpose(perm))


@lru_cache(maxsize=1024)
def _swapping(shape: Shape, dim0: int, dim1: int) -> View:
    ndim = len(shape)
    a, b = axis(dim0, ndim, "transpose"), axis(dim1, ndim, "transpose")
    perm = list(range(ndim))
    if ndim:
        perm[a], perm[b] = b, a
    return _permuting(shape, tuple(perm))


def transpose(input: Any, dim0: int, dim1: int) -> Tensor:
    """Two dimensions exchanged. Shares memory."""
    n = need_tensor(input, "transpose")
    return hooks.wrap_view(input, _swapping(n.shape, dim0, dim1))


swapdims = transpose


def swapaxes(input: Any, axis0: int, axis1: int) -> Tensor:
    """`transpose`, with NumPy's names."""
    return transpose(input, axis0, axis1)


def t(input: Any) -> Tensor:
    """The transpose of a matrix; vectors and scalars as they are."""
    shape = input._node.shape if isinstance(input, TensorBase) else need_tensor(input, "t").shape
    rank = len(shape)
    if rank == 2:
        return hooks.wrap_view(input, _swapping(shape, 0, 1))
    if rank > 2:
        raise ShapeError(f"the tensor has {rank} dimensions", op="t", expected="at most 2", fix="Use x.mT .")
    return hooks.wrap_view(input, _permuting(shape, tuple(range(rank))))


def movedim(input: Any, source: Any, destination: Any) -> Tensor:
    """Dimensions `source` at places `destination`, the others in their order."""
    n = need_tensor(input, "movedim")
    src = [axis(d, n.ndim, "movedim") for d in (source if isinstance(source, (tuple, list)) else (source,))]
    dst = [axis(d, n.ndim, "movedim") for d in (destination if isinstance(destination, (tuple, list))
                                                else (destination,))]
    if len(src) != len(dst) or len(set(src)) < len(src) or len(set(dst)) < len(dst):
        raise ShapeError(f"source is {source}, destination is {destination}", op="movedim",
                         expected="as many dimensions, each once")
    rest = [d for d in range(n.ndim) if d not in src]
    for at, d in sorted(zip(dst, src)):
        rest.insert(at, d)
    return permute(input, tuple(rest))


moveaxis = movedim


def expand(input: Any, *sizes: Any, size: Any = None) -> Tensor:
    """Broadcast to a larger shape without copying; -1 keeps a size. Derivative: the sum over the repeats."""
    n = need_tensor(input, "expand")
    shape = shape_of(sizes if size is None else (size,), "expand")
    lead = len(shape) - n.ndim
    if lead < 0 or -1 in shape[:lead]:
        raise ShapeError(f"a tensor of shape {n.shape} cannot be expanded to {shape}", op="expand")
    return hooks.wrap_view(input, _expanding(n.shape, tuple(n.shape[d - lead] if s == -1 else s
                                                           for d, s in enumerate(shape))))


@lru_cache(maxsize=4096)
def _expanding(old: Shape, shape: Shape) -> View:
    once = numel(old) == numel(shape)           # then only axes of size 1 were added
    return View(old, lambda b: expand_to(b, shape),
                (lambda b, v: lin.reshape(v, old)) if once else _not_through_expand,
                lambda a: np.reshape(a, shape, copy=False) if once else np.broadcast_to(a, shape))


def _not_through_expand(base: Node, value: Node) -> Node:
    raise InplaceError("an expanded tensor is written in place: several of its elements are one in memory",
                       op="in-place", fix="Write to a .clone() of it.")


def broadcast_to(input: Any, *sizes: Any, size: Any = None) -> Tensor:
    """expand to a shape."""
    return expand(input, *sizes, size=size)


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors at their common shape."""
    shape = broadcast_shapes(*(need_tensor(x, "broadcast_tensors").shape for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


@lru_cache(maxsize=4096)
def slicing(base: Shape, start: Shape, stop: Shape, step: Shape, cut: Shape, shape: Shape) -> View:
    """The view that cuts a strided box (of shape `cut`) and shows it as `shape`."""
    where = tuple(slice(a, max(a, b), s) for a, b, s in zip(start, stop, step))

    def write(b: Node, v: Node) -> Node:
        return bind(lin.update_p, (b, lin.reshape(v, cut)), (start, step))
    return View(base, lambda b: lin.reshape(lin.slice_(b, start, stop, step), shape), write,
                lambda a: a[where] if cut == shape else _array_view(a[where], shape))


def slice_view(input: Any, start: Shape, stop: Shape, step: Shape, shape: Shape | None = None) -> Tensor:
    """A strided box of a tensor, shown as `shape`, that shares its memory."""
    cut = tuple(map(lin.slice_size, start, stop, step))
    return hooks.wrap_view(input, slicing(input.node.shape, start, stop, step, cut,
                                           cut if shape is None else shape))


def narrow(input: Any, dim: int, start: int, length: int) -> Tensor:
    """`length` places from `start` along one dimension. Shares memory."""
    n = need_tensor(input, "narrow")
    if isinstance(start, TensorBase):
        if start.node.shape or start.node.dtype.kind != INTEGER:        # type: ignore[attr-defined]
            raise ArgumentError("start is no integer without dimensions", op="narrow")
        start = int(start.item())       # type: ignore[attr-defined]
    known = dim.__class__ is start.__class__ is length.__class__ is int
    make = _narrowing if known else _narrowing.__wrapped__
    return hooks.wrap_view(input, make(n.shape, dim, start, length))


@lru_cache(maxsize=4096)
def _narrowing(shape: Shape, dim: int, start: int, length: int) -> View:
    ndim = len(shape)
    if not ndim:
        raise ShapeError("input has no dimension", op="narrow", expected="at least one")
    d = axis(dim, ndim, "narrow")
    start = start + shape[d] if start < 0 else start
    if not 0 <= start <= start + length <= shape[d]:
        raise IndexRangeError(f"start {start} and length {length} leave dimension {dim} of size {shape[d]}",
                              op="narrow")
    first = tuple(start if k == d else 0 for k in range(ndim))
    last = tuple(start + length if k == d else s for k, s in enumerate(shape))
    cut = (*shape[:d], length, *shape[d + 1:])
    return slicing(shape, first, last, (1,) * ndim, cut, cut)


def select(input: Any, dim: int, index: int) -> Tensor:
    """One place along a dimension, which disappears. Shares memory."""
    n = need_tensor(input, "select")
    d = axis(dim, n.ndim, "select")
    if not -n.shape[d] <= index < n.shape[d]:
        raise IndexRangeError(f"index {index} is out of range for dimension {dim} of size {n.shape[d]}",
                              op="select")
    k = index % n.shape[d]
    return slice_view(input, tuple(k if i == d else 0 for i in range(n.ndim)),
                      tuple(k + 1 if i == d else s for i, s in enumerate(n.shape)), (1,) * n.ndim,
                      n.shape[:d] + n.shape[d + 1:])


def split(tensor: Any, split_size_or_sections: Any = None, dim: int = 0, *,
          split_size: Any = None) -> tuple[Tensor, ...]:
    """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
    n = need_tensor(tensor, "split", "tensor")
    step = split_size_or_sections if split_size is None else split_size
    if step is None:
        raise ArgumentTypeError("split_size is missing", op="split", expected="a size, or sizes of pieces")
    step = step if isinstance(step, int) else tuple(step)
    known = all([k.__class__ is int for k in (dim, *(step if step.__class__ is tuple else (step,)))])
    views = (_splitting if known else _splitting.__wrapped__)(n.shape, step, dim)
    return tuple([hooks.wrap_view(tensor, view) for view in views])


@lru_cache(maxsize=1024)
def _splitting(shape: Shape, step: int | tuple[int, ...], dim: int) -> list[View]:
    d = axis(dim, len(shape), "split")
    size = shape[d]
    if isinstance(step, int):
        if step <= 0:
            raise ArgumentError(f"split size is {step}", op="split", expected="a positive size")
        sizes = [min(step, size - k) for k in range(0, size, step)] or [0]
    else:
        sizes = list(step)
        if sum(sizes) != size:
            raise ShapeError(f"sizes {sizes} sum to {sum(sizes)}, dimension {dim} has {size}", op="split")
    return [_narrowing(shape, d, sum(sizes[:k]), s) for k, s in enumerate(sizes)]


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""
    n = need_tensor(input, "chunk")
    if chunks <= 0:
        raise ArgumentError(f"chunks is {chunks}", op="chunk", expected="a positive number")
    size = n.shape[axis(dim, n.ndim, "chunk")]
    return split(input, max(1, -(-size // chunks)), dim)


def unbind(input: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """One tensor for each place along a dimension."""
    n = need_tensor(input, "unbind")
    d = axis(dim, n.ndim, "unbind")
    return tuple(select(input, d, k) for k in range(n.shape[d]))


# ---------------------------------------------------------------- copies
def cat(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
    if isinstance(tensors, TensorBase):
        raise ArgumentTypeError("tensors is a Tensor", op="cat", expected="a list or tuple of tensors")
    nodes = [x.node if isinstance(x, TensorBase) else need_tensor(x, "cat", f"tensors[{k}]")
             for k, x in enumerate(tensors)]
    if not nodes:
        raise ArgumentError("no tensors were given", op="cat", expected="a non-empty list")
    if len(nodes) == 2 and dim.__class__ is int:            # the common case, without a detour
        x, y = nodes
        a, b = x.shape, y.shape
        d = dim + len(a) if dim < 0 else dim
        if x.dtype is y.dtype and 0 <= d < len(a) == len(b) > 1 and a[:d] == b[:d] and a[d + 1:] == b[d + 1:]:
            shape = (*a[:d], a[d] + b[d], *a[d + 1:])
            return hooks.wrap(record(lin.concat_p, (x, y), (d,), shape, x.dtype, local.state))
    kept = [n for n in nodes if n.shape != (0,)] or nodes[:1]       # PyTorch skips empty vectors
    for k, n in enumerate(kept):
        if not n.ndim:
            raise ShapeError(f"tensors[{k}] has no dimension", op="cat", expected="at least one",
                             fix="Use stack.")
    d = axis(dim, kept[0].ndim, "cat")
    dtype = common_dtype(nodes)
    a = kept[0].shape
    for k, n in enumerate(kept):
        b = n.shape
        if b != a and (len(b) != len(a) or b[:d] != a[:d] or b[d + 1:] != a[d + 1:]):
            raise ShapeError(f"tensors[0] is {a}, tensors[{k}] is {b}", op="cat",
                             expected=f"equal sizes except in dimension {dim}")
    kept = [n if n.dtype is dtype else lin.cast(n, dtype) for n in kept]
    return wrap(bind(lin.concat_p, tuple(kept), (d,)) if len(kept) > 1 else bind(lin.alias_p, (kept[0],)))


concat = concatenate = cat


def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new dimension."""
    nodes = [need_tensor(x, "stack", f"tensors[{k}]") for k, x in enumerate(tensors)]
    if not nodes:
        raise ArgumentError("no tensors were given", op="stack", expected="a non-empty list")
    for k, n in enumerate(nodes):
        if n.shape != nodes[0].shape:
            raise ShapeError(f"tensors[0] is {nodes[0].shape}, tensors[{k}] is {n.shape}", op="stack",
                             expected="equal shapes")
    d = axis(dim, nodes[0].ndim + 1, "stack")
    shape = nodes[0].shape[:d] + (1,) + nodes[0].shape[d:]
    dtype = common_dtype(nodes)
    return wrap(bind(lin.concat_p, tuple(lin.reshape(lin.cast(n, dtype), shape) for n in nodes), (d,)))


def hstack(tensors: Sequence[Any]) -> Tensor:
    """Vectors end to end, others side by side."""
    if not tensors:
        raise ArgumentError("no tensors were given", op="hstack", expected="a non-empty list")
    tensors = [atleast_1d(x) for x in tensors]
    return cat(tensors, 0 if need_tensor(tensors[0], "hstack").ndim <= 1 else 1)


def vstack(tensors: Sequence[Any]) -> Tensor:
    """Rows on top of each other."""
    return cat([reshape(x, 1, -1) if need_tensor(x, "vstack").ndim <= 1 else x for x in tensors], 0)


def flip(input: Any, *dims: Any, **named: Any) -> Tensor:
    """Elements in reverse order along dimensions (dims=(0, 1), or one after another); a copy. Derivative:
    flipped too."""
    n = need_tensor(input, "flip")
    given = shape_of(named_sizes(dims, named, "dims", "flip"), "flip")
    axes = tuple(sorted(axis(d, n.ndim, "flip") for d in given))
    if len(set(axes)) < len(axes):
        raise ShapeError(f"dims {axes} name a dimension twice", op="flip", expected="each once")
    return wrap(bind(lin.flip_p, (n,), (axes,)) if axes else bind(lin.alias_p, (n,)))


def roll(input: Any, shifts: Any, dims: Any = None) -> Tensor:
    """Elements moved along dimensions; those that leave come back at the other end."""
    n = need_tensor(input, "roll")
    moves = tuple(shifts) if isinstance(shifts, (tuple, list)) else (shifts,)
    along = () if dims is None else tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)
    if not moves or (along or len(moves) > 1) and len(moves) != len(along):
        raise ShapeError(f"shifts is {shifts}, dims is {dims}", op="roll",
                         expected="a shift for each dimension")
    if not along:
        return reshape(roll(reshape(input, -1), moves, 0), n.shape)
    out = input
    for s, d in zip(moves, along):
        k = axis(d, n.ndim, "roll")
        size = n.shape[k]
        s = s % size if size else 0
        if s:
            out = cat((narrow(out, k, size - s, s), narrow(out, k, 0, size - s)), k)
    return out if out is not input else wrap(bind(lin.alias_p, (n,)))


def repeat(input: Any, *sizes: Any) -> Tensor:
    """Copies of the tensor side by side: sizes[d] times along each dimension, new dimensions in front."""
    n = need_tensor(input, "repeat")
    times = shape_of(sizes, "repeat")
    if len(times) < n.ndim:
        raise ShapeError(f"{len(times)} repeats for a tensor with {n.ndim} dimensions", op="repeat")
    old = (1,) * (len(times) - n.ndim) + n.shape
    wide = tuple(x for pair in zip(times, old) for x in pair)
    x = lin.reshape(n, tuple(x for s in old for x in (1, s)))
    return wrap(lin.reshape(expand_to(x, wide), tuple(r * s for r, s in zip(times, old))))


def tile(input: Any, *counts: Any, dims: Any = None) -> Tensor:
    """repeat, with missing leading counts taken as 1."""
    times = shape_of(counts if dims is None else (dims,), "tile")
    n = need_tensor(input, "tile")
    return repeat(input, (1,) * max(0, n.ndim - len(times)) + times)


def repeat_interleave(input: Any, repeats: Any = None, dim: int | None = None, *,
                      output_size: int | None = None) -> Tensor:
    """Each element `repeats` times in a row: one number for all, or a vector with one for each place along
    dim (an evaluation point). A vector of repeats alone gives the places 0, 0, 1, ... themselves."""
    n = need_tensor(input, "repeat_interleave")
    if repeats is None:
        return wrap(leaf(_repeated(n, len(n.shape) and n.shape[0]), n.dtype))
    if dim is None:
        input, n, dim = reshape(input, -1), lin.reshape(n, (numel(n.shape),)), 0
    d = axis(dim, n.ndim, "repeat_interleave")
    if not isinstance(repeats, int):
        times = need_tensor(repeats, "repeat_interleave", "repeats")
        return wrap(bind(take_p, (n, leaf(_repeated(times, n.shape[d]).astype(np.int64), int64)), (d,)))
    if repeats < 0:
        raise ArgumentError(f"repeats is {repeats}", op="repeat_interleave", expected="repeats >= 0")
    wide = n.shape[:d + 1] + (repeats,) + n.shape[d + 1:]
    x = expand_to(lin.reshape(n, n.shape[:d + 1] + (1,) + n.shape[d + 1:]), wide)
    return wrap(lin.reshape(x, n.shape[:d] + (n.shape[d] * repeats,) + n.shape[d + 1:]))


def _repeated(times: Node, size: int) -> Any:
    """0, 0, 1, ...: each place as often as a vector says (or one number for all)."""
    if times.dtype.kind != INTEGER or times.ndim > 1 or times.ndim and times.shape[0] not in (1, size):
        raise ArgumentTypeError(f"repeats is {times.dtype.name} of shape {times.shape}",
                                op="repeat_interleave",
                                expected=f"an int, or a vector of {size} integers")
    evaluate([times])
    counts = np.broadcast_to(times.value, (size,))
    if (counts < 0).any():
        raise ArgumentError("a number of repeats is negative", op="repeat_interleave",
                            expected="repeats >= 0")
    return np.repeat(np.arange(size, dtype=times.dtype.np), counts)


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Coordinate grids of vectors: output k varies along dimension k ('ij'; 'xy' swaps the first two)."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    if indexing not in ("ij", "xy"):
        raise ArgumentError(f"indexing is {indexing!r}", op="meshgrid", expected="'ij' or 'xy'")
    if indexing == "xy" and len(tensors) > 1:
        out = meshgrid(tensors[1], tensors[0], *tensors[2:])
        return out[1], out[0], *out[2:]
    nodes = [need_tensor(x, "meshgrid") for x in tensors]
    if any(n.ndim > 1 for n in nodes):
        raise ShapeError(f"the tensors are {', '.join(str(n.shape) for n in nodes)}", op="meshgrid",
                         expected="vectors, or scalars")
    shape = tuple(numel(n.shape) for n in nodes)
    return tuple(expand(reshape(x, tuple(-1 if d == k else 1 for d in range(len(shape)))), shape)
                 for k, x in enumerate(tensors))


def ravel(input: Any) -> Tensor:
    """The elements as a vector."""
    return reshape(input, -1)


def atleast_1d(*tensors: Any) -> Any:
    """A scalar as a vector of one element; of several tensors, or a sequence, each."""
    if len(tensors) != 1 or isinstance(tensors[0], (tuple, list)):
        given = tensors[0] if len(tensors) == 1 else tensors
        return tuple(atleast_1d(x) for x in given)
    input = tensors[0]
    return reshape(input, 1) if need_tensor(input, "atleast_1d").ndim == 0 else input


def clone(input: Any, *, memory_format: Any = None) -> Tensor:
    """A copy with the same derivative, row-major whatever memory_format says."""
    return wrap(bind(lin.alias_p, (need_tensor(input, "clone"),)))

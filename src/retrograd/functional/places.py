"""Reading and writing at computed places: gather, scatter, index_select, masks, triangles, diagonals."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from retrograd.base.dtype import BOOL, INTEGER, bool_, from_numpy, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Shape, axis, broadcast_shapes, numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import (
    Tensor,
    View,
    as_number,
    expand_to,
    hooks,
    need_tensor,
    number_node,
    wrap,
)
from retrograd.functional.indexing import check_known, getitem, index_node, indices_of_mask
from retrograd.functional.products import _diagonal
from retrograd.graph.node import Node, bind, const, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import iota, ne
from retrograd.ops.gather import gather_p, place_p, scatter_add_p, scatter_along_p, take_p
from retrograd.ops.linear import update_p
from retrograd.ops.pointwise import where


def _index(index: Any, op: str) -> Node:
    i = need_tensor(index, op, "index")
    if i.dtype.kind != INTEGER:
        raise DTypeError(f"index is {i.dtype.name}", op=op, expected="an int64 tensor",
                         fix="Convert it with .long().")
    return lin.cast(i, int64)


def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on. Derivative:
    cotangents added where they were read."""
    x, i = need_tensor(input, "gather"), _index(index, "gather")
    d = axis(dim, x.ndim, "gather")
    if not (x.ndim and i.ndim) or not numel(i.shape):
        return _lifted(x, i, d, "gather")
    if x.ndim != i.ndim or any(b > a for k, (a, b) in enumerate(zip(x.shape, i.shape)) if k != d):
        raise ShapeError(f"input is {x.shape}, index is {i.shape}", op="gather",
                         expected="as many dimensions, none larger than input's except dim")
    check_known(i, x.shape[d], "gather")
    return wrap(bind(gather_p, (x, i), (d,)))


def _row(n: Node) -> Node:
    """A tensor without dimensions as a vector of one; others as they are."""
    return n if n.ndim else lin.reshape(n, (1,))


def _lifted(x: Node, i: Node, d: int, op: str) -> Tensor:
    """gather where nothing is asked for, or a tensor has no dimensions."""
    if not numel(i.shape):
        none = lin.narrow(lin.reshape(x, (numel(x.shape),)), 0, 0, 0)
        return wrap(lin.reshape(none, i.shape))
    if x.ndim > 1 or i.ndim > 1:
        raise ShapeError(f"input is {x.shape}, index is {i.shape}", op=op, expected="as many dimensions")
    return wrap(lin.reshape(gather(wrap(_row(x)), d, wrap(_row(i))).node, i.shape))


def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Tensor:
    """gather with sizes broadcast; without dim, places in the flattened input."""
    x, i = need_tensor(input, "take_along_dim"), _index(indices, "take_along_dim")
    if dim is None:
        flat = lin.reshape(x, (numel(x.shape),))
        return gather(wrap(flat), 0, wrap(lin.reshape(i, (numel(i.shape),))))
    if x.ndim != i.ndim:
        raise ShapeError(f"input is {x.shape}, indices is {i.shape}", op="take_along_dim",
                         expected="as many dimensions")
    d = axis(dim, x.ndim, "take_along_dim")
    shape = tuple(i.shape[k] if k == d else max(a, i.shape[k]) for k, a in enumerate(x.shape))
    xs = tuple(x.shape[d] if k == d else s for k, s in enumerate(shape))
    i = bind(where, (i < 0, i + x.shape[d], i)) if x.ndim else i         # from the end
    return gather(wrap(expand_to(x, xs)), d, wrap(expand_to(i, shape)))


def index_select(input: Any, dim: int, index: Any) -> Tensor:
    """The slices along dim that a vector of indices names."""
    x, i = need_tensor(input, "index_select"), _index(index, "index_select")
    d = axis(dim, x.ndim, "index_select")
    if not x.ndim:
        return wrap(lin.reshape(index_select(wrap(_row(x)), 0, index).node, ()))
    i = _row(i)
    check_known(i, x.shape[d], "index_select")
    return wrap(bind(take_p, (x, i), (d,)))


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Tensor:
    """input with src[i][j] added at input[index[i][j]][j] (for dim 0). Derivative to src:
    read where it was added."""
    x, i = need_tensor(input, "scatter_add"), _index(index, "scatter_add")
    v = need_tensor(src, "scatter_add", "src")
    d = axis(dim, x.ndim, "scatter_add")
    _like(x, v, "scatter_add")
    if max(x.ndim, i.ndim, v.ndim) <= 1 and 0 in (x.ndim, i.ndim, v.ndim):
        return wrap(lin.reshape(scatter_add(wrap(_row(x)), 0, wrap(_row(i)), wrap(_row(v))).node, x.shape))
    if not numel(i.shape):
        return wrap(bind(lin.alias_p, (x,)))
    if not x.ndim == i.ndim == v.ndim:
        raise ShapeError(f"input is {x.shape}, index is {i.shape}, src is {v.shape}", op="scatter_add",
                         expected="as many dimensions")
    check_known(i, x.shape[d], "scatter_add")
    return wrap(x + bind(scatter_along_p, (_cut(v, i.shape), i), (d, x.shape)))


def _cut(v: Node, shape: Shape) -> Node:
    return lin.slice_(v, (0,) * v.ndim, shape, (1,) * v.ndim)


def scatter(input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str | None = None
            ) -> Tensor:
    """input with src (a tensor or a number) written at the places that index names along dim; with reduce
    "add" or "multiply", added to or multiplied with what is there."""
    x, i = need_tensor(input, "scatter"), _index(index, "scatter")
    d = axis(dim, x.ndim, "scatter")
    if not (x.ndim and i.ndim) and max(x.ndim, i.ndim) <= 1:
        src = value if src is None else src
        s = src if as_number(src) is not None else wrap(_row(need_tensor(src, "scatter", "src")))
        return wrap(lin.reshape(scatter(wrap(_row(x)), 0, wrap(_row(i)), s, reduce=reduce).node, x.shape))
    if not numel(i.shape):
        return wrap(bind(lin.alias_p, (x,)))
    if x.ndim != i.ndim:
        raise ShapeError(f"input is {x.shape}, index is {i.shape}", op="scatter",
                         expected="as many dimensions")
    if reduce is not None:
        return _scattered(x, d, i, value if src is None else src, reduce)
    check_known(i, x.shape[d], "scatter")
    src = value if src is None else src
    number = as_number(src)
    v = expand_to(number_node(number, x.dtype), i.shape) if number is not None else \
        _cut(_like(x, need_tensor(src, "scatter", "src"), "scatter"), i.shape)
    # Where several write to one place, the last one wins.
    many, flat = numel(i.shape), numel(x.shape)
    at = lin.reshape(_flat_places(i, d, x.shape), (many,))
    y = bind(place_p, (lin.reshape(x, (flat,)), lin.reshape(v, (many,)), at))
    return wrap(lin.reshape(y, x.shape))


def _flat_places(i: Node, d: int, shape: Shape) -> Node:
    """Where the elements that i names along d lie in an array of that shape read line by line."""
    if i.value is None or local.state.capture is not None:      # read out of a list, which looks at the range
        i = bind(take_p, (bind(iota, (), ((shape[d],), 0, "int64")), i), (0,))
    total = i * number_node(numel(shape[d + 1:]), int64)
    for k in range(len(shape)):
        if k != d and i.shape[k] > 1:
            total = total + bind(iota, (), (i.shape, k, "int64")) * number_node(numel(shape[k + 1:]), int64)
    return total


def _like(x: Node, src: Node, op: str) -> Node:
    """src, which must have input's dtype."""
    if src.dtype is not x.dtype:
        raise DTypeError(f"input is {x.dtype.name}, src is {src.dtype.name}", op=op, expected="one dtype")
    return src


def _scattered(x: Node, d: int, i: Node, src: Any, reduce: str) -> Tensor:
    """scatter that adds or multiplies."""
    if reduce not in ("add", "multiply"):
        raise ArgumentError(f"reduce is {reduce!r}", op="scatter", expected="'add' or 'multiply'")
    number = as_number(src)
    v = expand_to(number_node(number, x.dtype), i.shape) if number is not None else \
        need_tensor(src, "scatter", "src")
    if reduce == "add" and x.dtype is not bool_:
        return scatter_add(wrap(x), d, wrap(i), wrap(v))
    from_functional: Any = import_module("retrograd.functional.writing")
    return from_functional.scatter_reduce(wrap(x), d, wrap(i), wrap(v),       # type: ignore[no-any-return]
                                          "sum" if reduce == "add" else "prod")


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Tensor:
    """input with alpha * source added to the slices along dim that index names."""
    x, i = need_tensor(input, "index_add"), _index(index, "index_add")
    v = need_tensor(source, "index_add", "source")
    d = axis(dim, x.ndim, "index_add")
    if not x.ndim:
        y = index_add(wrap(_row(x)), 0, wrap(_row(i)), wrap(_row(v)), alpha=alpha)
        return wrap(lin.reshape(y.node, ()))
    i = _row(i)
    if v.shape != (*x.shape[:d], numel(i.shape), *x.shape[d + 1:]) and (v.ndim or numel(x.shape) != 1):
        raise ShapeError(f"input is {x.shape}, index has {numel(i.shape)} places, source is {v.shape}",
                         op="index_add", expected="input's sizes, and dim as long as index")
    v = v if v.ndim else lin.reshape(v, x.shape)
    check_known(i, x.shape[d], "index_add")
    if alpha != 1:
        v = v * number_node(alpha, v.dtype)
    return wrap(x + bind(scatter_add_p, (v, i), (d, x.shape[d])))


def masked_select(input: Any, mask: Any) -> Tensor:
    """The elements where mask is true, as a vector; an evaluation point for the mask."""
    x, m = need_tensor(input, "masked_select"), need_tensor(mask, "masked_select", "mask")
    if m.dtype.kind != BOOL:
        raise DTypeError(f"mask is {m.dtype.name}", op="masked_select", expected="a bool tensor")
    if x.shape != m.shape:
        from_shape = broadcast_shapes(x.shape, m.shape)
        x, m = expand_to(x, from_shape), expand_to(m, from_shape)
    return getitem(wrap(x), wrap(m))


def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """Places of the elements that are not zero: rows of indices, or one vector an axis.
    An evaluation point."""
    x = need_tensor(input, "nonzero")
    if x.ndim == 0:
        rows = getitem(nonzero(wrap(lin.reshape(x, (1,)))), (slice(None), slice(0, 0)))
        return (nonzero(wrap(lin.reshape(x, (1,))), as_tuple=True)[0],) if as_tuple else rows
    vectors = indices_of_mask(x if x.dtype is bool_ else bind(ne, (x, const(0, x.dtype))))
    if as_tuple:
        return tuple(wrap(v) for v in vectors)
    rows = np.stack([v.value for v in vectors], 1) if vectors else np.zeros((int(bool(x.value)), 0), np.int64)
    return wrap(leaf(rows, int64))


def argwhere(input: Any) -> Tensor:
    """Places of the elements that are not zero, one a row. An evaluation point.

    >>> import retrograd as rg
    >>> rg.argwhere(rg.tensor([0, 7]))
    tensor([[1]])
    """
    return nonzero(input)  # type: ignore[no-any-return]


def unique(input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
           dim: int | None = None) -> Any:
    """The different values in rising order (with inverse and counts if asked). An evaluation point."""
    x = need_tensor(input, "unique")
    evaluate([x])
    values, inverse, counts = np.unique(x.value, return_inverse=True, return_counts=True, axis=dim)
    shape = x.shape if dim is None else (x.shape[dim],)
    out = [wrap(leaf(values, x.dtype))]
    if return_inverse:
        out.append(wrap(leaf(inverse.reshape(shape).astype(np.int64), int64)))
    if return_counts:
        out.append(wrap(leaf(counts.astype(np.int64), int64)))
    return out[0] if len(out) == 1 else tuple(out)


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    """How often each number occurs (or the sum of its weights). An evaluation point."""
    x = need_tensor(input, "bincount")
    if x.dtype.kind != INTEGER:
        raise DTypeError(f"input is {x.dtype.name}", op="bincount", expected="an integer tensor")
    if x.ndim != 1:
        raise ShapeError(f"input is {x.shape}", op="bincount", expected="a vector")
    w = None if weights is None else need_tensor(weights, "bincount", "weights")
    evaluate([n for n in (x, w) if n is not None])
    counts = np.bincount(x.value, None if w is None else w.value, minlength)
    if w is not None and w.dtype.name == "float32":
        counts = counts.astype(np.float32)
    return wrap(leaf(counts, from_numpy(counts.dtype)))


# ---------------------------------------------------------------- triangles and diagonals
def _triangle(input: Any, diagonal: int, op: str, lower: bool) -> Tensor:
    x = need_tensor(input, op)
    if x.ndim < 2:
        raise ShapeError(f"input is {x.shape}", op=op, expected="at least two dimensions")
    shape = x.shape[-2:]
    rows, cols = bind(iota, (), (shape, 0, "int64")), bind(iota, (), (shape, 1, "int64"))
    keep = cols <= rows + diagonal if lower else cols >= rows + diagonal
    return wrap(bind(where, (expand_to(keep, x.shape), x, const(0, x.dtype))))


def tril(input: Any, diagonal: int = 0) -> Tensor:
    """The lower triangle, zeros above the diagonal."""
    return _triangle(input, diagonal, "tril", True)


def triu(input: Any, diagonal: int = 0) -> Tensor:
    """The upper triangle, zeros below the diagonal."""
    return _triangle(input, diagonal, "triu", False)


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as the last one. Shares memory."""
    x = need_tensor(input, "diagonal")
    if axis(dim1, x.ndim, "diagonal") == axis(dim2, x.ndim, "diagonal"):
        raise ShapeError(f"dim1 is {dim1}, dim2 is {dim2}", op="diagonal", expected="two dimensions")
    return hooks.wrap_view(input, _diagonal_view(x.shape, offset, axis(dim1, x.ndim, "diagonal"),
                                                 axis(dim2, x.ndim, "diagonal")))


@lru_cache(maxsize=1024)
def _diagonal_view(shape: Shape, offset: int, a: int, b: int) -> View:
    rest = tuple(d for d in range(len(shape)) if d not in (a, b))
    perm = (a, b, *rest)
    rows, cols = shape[a], shape[b]
    n = max(0, min(rows, cols - offset) if offset >= 0 else min(rows + offset, cols))
    start = (max(-offset, 0), max(offset, 0), *(0,) * len(rest))
    stop = (start[0] + n, start[1] + n, *(shape[d] for d in rest))
    ones = (1,) * len(shape)

    def square(base: Node) -> Node:
        return lin.slice_(lin.permute(base, perm), start, stop, ones)

    def read(base: Node) -> Node:
        y = _diagonal(square(base), 0, 1)
        return lin.permute(y, (*range(1, y.ndim), 0))

    def write(base: Node, v: Node) -> Node:
        box = square(base)
        on = bind(iota, (), (box.shape, 0, "int64")).equal(bind(iota, (), (box.shape, 1, "int64")))
        v = lin.expand(lin.permute(v, (v.ndim - 1, *range(v.ndim - 1))), box.shape, (1,))
        new = bind(update_p, (lin.permute(base, perm), bind(where, (on, v, box)), ), (start, ones))
        return lin.permute(new, lin.inverse(perm))
    return View(shape, read, write, lambda m: _array_diagonal(m, perm, start, n))


def _array_diagonal(m: Any, perm: Shape, start: Shape, n: int) -> Any:
    box = m.transpose(perm)[start[0]:, start[1]:]
    steps = box.strides
    return np.lib.stride_tricks.as_strided(box, (*box.shape[2:], n), (*steps[2:], steps[0] + steps[1]))


_DIAGONAL = diagonal        # `diag` has a parameter of that name


def diag(input: Any, diagonal: int = 0) -> Tensor:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
    x = need_tensor(input, "diag")
    if x.ndim == 2:
        return wrap(bind(lin.alias_p, (_DIAGONAL(input, diagonal).node,)))
    if x.ndim != 1:
        raise ShapeError(f"input is {x.shape}", op="diag", expected="a vector or a matrix")
    n, k = x.shape[0], diagonal
    side = n + abs(k)
    shape = (side, side)
    rows, cols = bind(iota, (), (shape, 0, "int64")), bind(iota, (), (shape, 1, "int64"))
    padded = lin.pad(x, (max(-k, 0),), (max(k, 0),))
    return wrap(bind(where, (cols.equal(rows + k), lin.expand(padded, shape, (1,)), const(0, x.dtype))))


def trace(input: Any) -> Tensor:
    """Sum of the diagonal of a matrix."""
    x = need_tensor(input, "trace")
    if x.ndim != 2:
        raise ShapeError(f"input is {x.shape}", op="trace", expected="a matrix")
    y = diagonal(input).node
    return wrap(lin.reduce_sum(y if y.dtype.smooth else lin.cast(y, int64), (0,)))


def one_hot_node(x: Node, classes: int) -> Node:
    """int64 ones at the classes named, along a new last axis."""
    shape = (*x.shape, classes)
    return lin.cast(lin.expand(x, shape, (x.ndim,)).equal(bind(iota, (), (shape, x.ndim, "int64"))), int64)


def take(input: Any, index: Any) -> Tensor:
    """Elements of the flattened input."""
    x = need_tensor(input, "take")
    i = index_node(index, numel(x.shape))
    return wrap(bind(take_p, (lin.reshape(x, (numel(x.shape),)), i), (0,)))


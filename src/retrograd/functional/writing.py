"""Copies of a tensor with parts replaced: by index, by mask, by place, along diagonals, slices; and reduced
there."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.base.dtype import BOOL, bool_, int64
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.modes import modes
from retrograd.base.shape import axis, broadcast_shapes, numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, as_number, expand_to, need_tensor, number_node, wrap
from retrograd.functional.indexing import check_known, setitem
from retrograd.functional.places import _cut, _index, diagonal, index_node, scatter_add
from retrograd.functional.shape import clone, select, slice_view
from retrograd.graph.node import Node, bind, const, leaf
from retrograd.ops import composite
from retrograd.ops import linear as lin
from retrograd.ops.constant import scatter_extreme
from retrograd.ops.gather import gather_p, place_p, scatter_along_p, take_p
from retrograd.ops.pointwise import div, where


def _front(ndim: int, d: int) -> tuple[int, ...]:
    return (d, *(k for k in range(ndim) if k != d))


def _vector(index: Any, size: int, op: str) -> Node:
    i = _index(index, op)
    if i.ndim > 1:
        raise ShapeError(f"index is {i.shape}", op=op, expected="a vector")
    check_known(i, size, op)
    return lin.reshape(i, (numel(i.shape),))


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Tensor:
    """input with the slices along dim that index names replaced by those of source. d/d source: read where it
    was written.

    >>> import retrograd as rg
    >>> rg.index_copy(rg.zeros(3), 0, rg.tensor([2, 0]), rg.tensor([1.0, 5.0]))
    tensor([5., 0., 1.])
    """
    x, v = need_tensor(input, "index_copy"), need_tensor(source, "index_copy", "source")
    if x.ndim != v.ndim and x.ndim and v.ndim:
        raise IndexRangeError(f"input has {x.ndim} dimensions, source {v.ndim}", op="index_copy",
                              expected="as many dimensions")
    if x.dtype is not v.dtype:
        raise DTypeError(f"input is {x.dtype.name}, source is {v.dtype.name}", op="index_copy",
                         expected="one dtype")
    d = axis(dim, x.ndim, "index_copy")
    whole, v = (lin.reshape(n, (1,)) if n.ndim == 0 else n for n in (x, v))
    i = _vector(index, whole.shape[d], "index_copy")
    if v.shape != (*whole.shape[:d], i.shape[0], *whole.shape[d + 1:]):
        raise ShapeError(f"source is {v.shape}, input is {x.shape}, index has {i.shape[0]} places",
                         op="index_copy", expected="input's sizes, and dim as long as index")
    perm = _front(whole.ndim, d)
    y = bind(place_p, (lin.permute(whole, perm), lin.permute(v, perm), i))
    return wrap(lin.reshape(lin.permute(y, lin.inverse(perm)), x.shape))


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Tensor:
    """input with `value` in the slices along dim that index names.

    >>> import retrograd as rg
    >>> rg.index_fill(rg.zeros(3), 0, rg.tensor([2, 0]), 7.0)
    tensor([7., 0., 7.])
    """
    x = need_tensor(input, "index_fill")
    d = axis(dim, x.ndim, "index_fill")
    size = x.shape[d] if x.ndim else 1
    i = _vector(index, size, "index_fill")
    number = as_number(value)
    v = lin.cast(need_tensor(value, "index_fill", "value"), x.dtype) if number is None else \
        number_node(number, x.dtype)
    if v.shape != ():
        raise ShapeError(f"value is {v.shape}", op="index_fill", expected="one number")
    hit = bind(scatter_along_p, (lin.full(1, i.shape, int64), i), (0, (size,))) > 0
    others = tuple(k for k in range(x.ndim) if k != d)
    hit = lin.expand(hit, x.shape, others) if x.ndim else lin.reshape(hit, ())
    return wrap(bind(where, (hit, expand_to(v, x.shape), x)))


def masked_scatter(input: Any, mask: Any, source: Any) -> Tensor:
    """input with the elements where mask is true replaced by those of source, one after another.

    >>> import retrograd as rg
    >>> rg.masked_scatter(rg.zeros(3), rg.tensor([True, False, True]), rg.tensor([1.0, 2.0]))
    tensor([1., 0., 2.])
    """
    x, m = need_tensor(input, "masked_scatter"), need_tensor(mask, "masked_scatter", "mask")
    v = need_tensor(source, "masked_scatter", "source")
    if m.dtype.kind != BOOL or v.dtype is not x.dtype:
        raise DTypeError(f"mask is {m.dtype.name}, input is {x.dtype.name}, source is {v.dtype.name}",
                         op="masked_scatter", expected="a bool mask, and one dtype")
    shape = broadcast_shapes(x.shape, m.shape)
    x, m = expand_to(x, shape), expand_to(m, shape)
    given = numel(v.shape)
    if not modes.levels:
        evaluate([m])
        wanted = int(np.count_nonzero(m.value))
        if wanted > given:
            raise ArgumentError(f"source has {given} elements, mask {wanted} true ones", op="masked_scatter")
        if not wanted:
            return wrap(bind(lin.alias_p, (x,)))
    flat = lin.reshape(m, (numel(shape),))
    rank = bind(lin.cumsum_p, (lin.cast(flat, int64),), (0, False)) - 1
    at = bind(where, (flat, rank, const(0, int64)))
    picked = bind(take_p, (lin.reshape(v, (given,)), at), (0,))
    return wrap(bind(where, (m, lin.reshape(picked, shape), x)))


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Tensor:
    """input with elements of source written (or added) at places of the flattened input.

    >>> import retrograd as rg
    >>> rg.put(rg.zeros(2, 2), rg.tensor([3]), rg.tensor([5.0]))
    tensor([[0., 0.],
            [0., 5.]])
    """
    x, v = need_tensor(input, "put"), need_tensor(source, "put", "source")
    i = index_node(index, numel(x.shape))
    flat, i = lin.reshape(x, (numel(x.shape),)), lin.reshape(i, (numel(i.shape),))
    v = lin.reshape(v, (numel(v.shape),))
    y = flat + bind(scatter_along_p, (v, i), (0, flat.shape)) if accumulate else bind(place_p, (flat, v, i))
    return wrap(lin.reshape(y, x.shape))


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Tensor:
    """input with values written (or added) at input[indices].

    >>> import retrograd as rg
    >>> rg.index_put(rg.zeros(3), (rg.tensor([0, 0]),), rg.tensor([1.0, 2.0]), accumulate=True)
    tensor([3., 0., 0.])
    """
    if not accumulate:
        y = clone(input)
        setitem(y, tuple(indices), values)
        return y
    x = need_tensor(input, "index_put")
    places = wrap(leaf(np.arange(numel(x.shape)).reshape(x.shape), int64))
    at = places[tuple(indices)].node                        # type: ignore[index]
    v = lin.cast(expand_to(need_tensor(values, "index_put", "values"), at.shape), x.dtype)
    return put(input, wrap(at), wrap(v), True)


# ---------------------------------------------------------------- parts that are views
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """input with src on a diagonal.

    >>> import retrograd as rg
    >>> rg.diagonal_scatter(rg.zeros(2, 2), rg.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    y = clone(input)
    diagonal(y, offset, dim1, dim2).copy_(src)              # type: ignore[attr-defined]
    return y


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Tensor:
    """input with src at one place along dim.

    >>> import retrograd as rg
    >>> rg.select_scatter(rg.zeros(2, 2), rg.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    y = clone(input)
    part: Any = select(y, dim, index)
    if part.node.shape != need_tensor(src, "select_scatter", "src").shape:
        raise ShapeError(f"src is {src.node.shape}, the place {part.node.shape}", op="select_scatter")
    part.copy_(src)
    return y


def slice_scatter(input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None,
                  step: int = 1) -> Tensor:
    """input with src in a slice along dim.

    >>> import retrograd as rg
    >>> rg.slice_scatter(rg.zeros(4), rg.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])
    """
    y = clone(input)
    n = need_tensor(input, "slice_scatter")
    d = axis(dim, n.ndim, "slice_scatter")
    low, high, by = slice(start, end, step).indices(n.shape[d])
    part: Any = slice_view(y, tuple(low if k == d else 0 for k in range(n.ndim)),
                           tuple(max(low, high) if k == d else s for k, s in enumerate(n.shape)),
                           tuple(by if k == d else 1 for k in range(n.ndim)))
    if part.node.shape != need_tensor(src, "slice_scatter", "src").shape:
        raise ShapeError(f"src is {src.node.shape}, the slice {part.node.shape}", op="slice_scatter")
    part.copy_(src)
    return y


# ---------------------------------------------------------------- reductions over what goes to one place
def scatter_reduce(input: Any, dim: int, index: Any, src: Any, reduce: str, *,
                   include_self: bool = True) -> Tensor:
    """input with the elements of src that index sends to one place along dim reduced there: "sum", "prod",
    "mean", "amax" or "amin", with what stands there if include_self. Ties of extremes share the cotangent.

    >>> import retrograd as rg
    >>> rg.scatter_reduce(rg.zeros(2), 0, rg.tensor([0, 0, 1]), rg.tensor([1.0, 3.0, 2.0]), "mean",
    ...                   include_self=False)
    tensor([2., 2.])
    """
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise ArgumentError(f"reduce is {reduce!r}", op="scatter_reduce",
                            expected="'sum', 'prod', 'mean', 'amax' or 'amin'")
    x, i = need_tensor(input, "scatter_reduce"), _index(index, "scatter_reduce")
    v = need_tensor(src, "scatter_reduce", "src")
    if v.dtype is not x.dtype:
        raise DTypeError(f"input is {x.dtype.name}, src is {v.dtype.name}", op="scatter_reduce",
                         expected="one dtype")
    if x.ndim == 0:
        rows = [wrap(lin.reshape(n, (1,))) for n in (x, i, v)]
        one = scatter_reduce(rows[0], 0, rows[1], rows[2], reduce, include_self=include_self)
        return wrap(lin.reshape(one.node, ()))
    d = axis(dim, x.ndim, "scatter_reduce")
    if any(a > b for k, (a, b) in enumerate(zip(i.shape, v.shape))) or x.ndim != i.ndim:
        raise ShapeError(f"input is {x.shape}, index is {i.shape}, src is {v.shape}", op="scatter_reduce")
    check_known(i, x.shape[d], "scatter_reduce")
    v = _cut(v, i.shape)
    count = bind(scatter_along_p, (lin.full(1, i.shape, int64), i), (d, x.shape))
    hit = count > 0
    if reduce in ("amax", "amin"):
        return wrap(_extreme(x, v, i, d, reduce == "amax", include_self, hit))
    unit = const(1 if reduce == "prod" else 0, x.dtype)
    start = x if include_self else bind(where, (hit, expand_to(unit, x.shape), x))
    if reduce == "prod":
        return wrap(_product(start, v, i, d))
    total = scatter_add(wrap(start), d, wrap(i), wrap(v)).node
    if reduce == "sum":
        return wrap(total)
    number = count + 1 if include_self else bind(where, (hit, count, const(1, int64)))
    if x.dtype.is_floating_point:
        return wrap(bind(div, (total, lin.cast(number, x.dtype))))
    return wrap(total) // wrap(lin.cast(number, x.dtype))    # type: ignore[operator, no-any-return]


def _extreme(x: Node, v: Node, i: Node, d: int, largest: bool, include: bool, hit: Node) -> Node:
    """The values, as the mean of those that are extreme: that has the derivative."""
    top = bind(scatter_extreme, (x, v, i), (d, largest, include))
    if not x.dtype.is_floating_point:
        return top
    mine = lin.cast(v.equal(bind(gather_p, (top, i), (d,))), x.dtype)
    stays = lin.cast(x.equal(top), x.dtype)
    if not include:
        stays = bind(where, (hit, expand_to(const(0.0, x.dtype), x.shape), stays))
    zero = const(0.0, x.dtype)
    winners = bind(where, (mine > 0.0, v, expand_to(zero, v.shape)))
    kept = bind(where, (stays > 0.0, x, expand_to(zero, x.shape)))
    total = bind(scatter_along_p, (winners, i), (d, x.shape)) + kept
    number = bind(scatter_along_p, (mine, i), (d, x.shape)) + stays
    some = number > 0.0
    number = bind(where, (some, number, expand_to(const(1.0, x.dtype), x.shape)))
    mean = bind(where, (some, total / number, top))
    return bind(lin.override_p, (mean, top))


def _product(x: Node, v: Node, i: Node, d: int) -> Node:
    """Places with what goes there side by side, ones where there is no more, and the product of each."""
    evaluate([i])
    grid = list(np.ogrid[tuple(slice(s) for s in i.shape)])
    grid[d] = i.value
    place = np.ravel_multi_index(tuple(np.broadcast_arrays(*grid)), x.shape).reshape(-1)
    table = _side_by_side(place, numel(x.shape))
    one = lin.full(1, (1,), x.dtype)
    padded = bind(lin.concat_p, (lin.reshape(v, (numel(v.shape),)), one), (0,))
    columns = bind(take_p, (padded, leaf(table, int64)), (0,))
    columns = bind(lin.concat_p, (lin.reshape(x, (numel(x.shape), 1)), columns), (1,))
    return lin.reshape(bind(composite.prod, (columns,), ((1,),)), x.shape)


def _side_by_side(place: Any, places: int) -> Any:
    """For each place the numbers of those that go there; len(place) where there are no more."""
    order = np.argsort(place, kind="stable")
    ordered = place[order]
    counts = np.bincount(place, minlength=places)
    table = np.full((places, int(counts.max(initial=0))), place.size, np.int64)
    first = np.cumsum(counts) - counts
    table[ordered, np.arange(place.size) - first[ordered]] = order
    return table


def fill_diagonal(input: Any, fill_value: Any, wrap: bool = False) -> Tensor:
    """input with a number on its main diagonal; of tall matrices with wrap also below it, after a gap.

    >>> import retrograd as rg
    >>> rg.zeros(2, 2).fill_diagonal_(1.0)
    tensor([[1., 0.],
            [0., 1.]])
    """
    x = need_tensor(input, "fill_diagonal_")
    if x.ndim < 2 or x.ndim > 2 and len(set(x.shape)) > 1:
        raise ShapeError(f"the tensor is {x.shape}", op="fill_diagonal_", expected="a matrix, or equal sizes")
    step = sum(numel(x.shape[k + 1:]) for k in range(x.ndim))
    count = numel(x.shape) if wrap or x.ndim > 2 or x.shape[0] <= x.shape[1] else x.shape[1] * x.shape[1]
    on = np.zeros(numel(x.shape), bool)
    on[:min(count, x.shape[0] * step):step] = True
    return _filled(x, leaf(on.reshape(x.shape), bool_), fill_value)


def fill(input: Any, value: Any) -> Tensor:
    """A tensor of input's size and dtype with `value`, a number or a tensor without dimensions, everywhere.

    >>> import retrograd as rg
    >>> rg.fill(rg.zeros(2), 3)
    tensor([3., 3.])
    """
    x = need_tensor(input, "fill")
    number = as_number(value)
    v = number_node(number, x.dtype) if number is not None else need_tensor(value, "fill", "value")
    if v.shape != ():
        raise ShapeError(f"value is {v.shape}", op="fill", expected="one number")
    everywhere = expand_to(const(True, bool_), x.shape)
    v = expand_to(lin.cast(v, x.dtype), x.shape)
    return _wrap(bind(where, (everywhere, v, x)))


_wrap = wrap        # fill_diagonal has a parameter of that name


def _filled(x: Node, mask: Node, value: Any) -> Tensor:
    return _wrap(bind(where, (mask, expand_to(number_node(value, x.dtype), x.shape), x)))

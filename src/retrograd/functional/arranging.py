"""Tensors put together and taken apart: stacks, blocks, grids, triangles' indices, windows, turned
pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations as choose
from itertools import combinations_with_replacement as choose_again
from typing import Any

import numpy as np

from retrograd.base.dtype import INTEGER, as_dtype, float32, int64
from retrograd.base.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ShapeError
from retrograd.base.shape import Shape, axis, numel, shape_of
from retrograd.functional.door import Tensor, View, common_dtype, hooks, need_tensor, wrap
from retrograd.functional.elementwise import pow
from retrograd.functional.places import diag, take
from retrograd.functional.shape import (
    cat,
    flatten,
    flip,
    meshgrid,
    movedim,
    narrow,
    reshape,
    split,
    stack,
    transpose,
    unsqueeze,
)
from retrograd.graph.node import Node, bind, const, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import iota
from retrograd.ops.gather import place_p
from retrograd.ops.pointwise import where
from retrograd.ops.window import windows_p


def many_of(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensors of a call that takes several, or one sequence of them."""
    return tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors


def _each(one: Any, tensors: tuple[Any, ...]) -> Any:
    """One tensor for one, a tuple for several or for a sequence."""
    several = len(tensors) != 1 or isinstance(tensors[0], (tuple, list))
    return tuple(one(x) for x in many_of(tensors)) if several else one(tensors[0])


def _two(x: Any) -> Tensor:
    n = need_tensor(x, "atleast_2d")
    return reshape(x, 1, 1) if n.ndim == 0 else unsqueeze(x, 0) if n.ndim == 1 else x


def _three(x: Any) -> Tensor:
    n = need_tensor(x, "atleast_3d")
    return x if n.ndim > 2 else unsqueeze(unsqueeze(x, 0), 2) if n.ndim == 1 else unsqueeze(_two(x), 2)


def atleast_2d(*tensors: Any) -> Any:
    """With two dimensions at least: vectors become one row.

    >>> import retrograd as rg
    >>> rg.atleast_2d(rg.ones(3)).shape
    retrograd.Size([1, 3])
    """
    return _each(_two, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """With three dimensions at least: vectors become (1, n, 1), matrices (m, n, 1).

    >>> import retrograd as rg
    >>> rg.atleast_3d(rg.ones(3)).shape
    retrograd.Size([1, 3, 1])
    """
    return _each(_three, tensors)


def dstack(tensors: Sequence[Any]) -> Tensor:
    """Along the third dimension.

    >>> import retrograd as rg
    >>> rg.dstack([rg.ones(2), rg.zeros(2)]).shape
    retrograd.Size([1, 2, 2])
    """
    return cat([_three(x) for x in tensors], 2)


def column_stack(tensors: Sequence[Any]) -> Tensor:
    """Vectors as the columns of a matrix, matrices side by side.

    >>> import retrograd as rg
    >>> rg.column_stack([rg.tensor([1, 2]), rg.tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])
    """
    return cat([x if need_tensor(x, "column_stack").ndim > 1 else reshape(x, -1, 1) for x in tensors], 1)


# ---------------------------------------------------------------- taken apart
def tensor_split(input: Any, indices_or_sections: Any = None, dim: int = 0, *, sections: Any = None,
                 indices: Any = None) -> tuple[Tensor, ...]:
    """A number of pieces as equal as possible, the longer ones first, or pieces cut at indices. They share
    memory.

    >>> import retrograd as rg
    >>> [p.tolist() for p in rg.tensor_split(rg.arange(5), 2)]
    [[0, 1, 2], [3, 4]]
    """
    indices_or_sections = next((v for v in (sections, indices) if v is not None), indices_or_sections)
    n = need_tensor(input, "tensor_split")
    d = axis(dim, n.ndim, "tensor_split")
    size = n.shape[d] if n.ndim else 0
    if not n.ndim:
        raise ShapeError("input has no dimension", op="tensor_split", expected="at least one")
    given = indices_or_sections.tolist() if hasattr(indices_or_sections, "tolist") else indices_or_sections
    if isinstance(given, int):
        if given <= 0:
            raise ArgumentError(f"{given} sections", op="tensor_split", expected="at least one")
        cuts = [size // given * k + min(k, size % given) for k in range(given + 1)]
        return tuple(narrow(input, d, a, b - a) for a, b in zip(cuts, cuts[1:]))
    ends = [slice(None, c).indices(size)[1] for c in given]
    pairs = zip([0, *ends], [*ends, size])
    return tuple(narrow(input, d, min(a, size), max(b - a, 0)) for a, b in pairs)


def split_with_sizes(input: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of the given sizes.

    >>> import retrograd as rg
    >>> [len(p) for p in rg.split_with_sizes(rg.arange(5), [1, 4])]
    [1, 4]
    """
    return split(input, list(split_sizes), dim)


def _along(name: str, least: int, which: Any) -> Any:
    def fn(input: Any, indices_or_sections: Any) -> tuple[Tensor, ...]:
        n = need_tensor(input, name)
        if n.ndim < least:
            raise ShapeError(f"input has {n.ndim} dimensions", op=name, expected=f"at least {least}")
        d = which(n.ndim)
        if isinstance(indices_or_sections,
                      int) and (indices_or_sections <= 0 or n.shape[d] % indices_or_sections):
            raise ShapeError(f"size {n.shape[d]} cannot be cut into {indices_or_sections} equal pieces",
                             op=name)
        return tensor_split(input, indices_or_sections, d)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"""tensor_split into equal pieces, {'side by side' if name == 'hsplit' else 'by dimension'}.

    >>> import retrograd as rg
    >>> [tuple(p.shape) for p in rg.{name}(rg.ones(2, 2, 2), 2)][0]
    {dict(hsplit=(2, 1, 2), vsplit=(1, 2, 2), dsplit=(2, 2, 1))[name]}
    """
    return fn


hsplit = _along("hsplit", 1, lambda rank: 0 if rank == 1 else 1)
vsplit = _along("vsplit", 2, lambda rank: 0)
dsplit = _along("dsplit", 3, lambda rank: 2)


def windows(input: Any, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` places along a dimension, `step` apart, as a new last dimension. Shares memory.
    Derivative: added back where windows overlap.

    >>> import retrograd as rg
    >>> rg.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    x = need_tensor(input, "unfold")
    d = axis(dimension, x.ndim, "unfold")
    if step <= 0 or not 0 <= size <= (x.shape[d] if x.ndim else 1):
        raise ShapeError(f"size is {size}, step is {step}, dimension {dimension} has "
                         f"{x.shape[d] if x.ndim else 1} places", op="unfold",
                         expected="a positive step, and size at most that")
    if not x.ndim:
        return narrow(reshape(input, 1), 0, 0, size)
    return hooks.wrap_view(input, _sliding(x.shape, d, size, step))


@lru_cache(maxsize=1024)
def _sliding(shape: Shape, d: int, size: int, step: int) -> View:
    line = shape or (1,)
    perm = (*(k for k in range(len(line)) if k != d), d)
    lead = tuple(line[k] for k in perm[:-1])
    count = (line[d] - size) // step + 1

    def read(b: Node) -> Node:
        if not size:
            return bind(windows_p, (b,), ((0,), (step,), (1,)))
        rows = lin.reshape(lin.permute(lin.reshape(b, line), perm), (1, numel(lead), line[d]))
        w = lin.reshape(bind(windows_p, (rows,), ((size,), (step,), (1,))), (*lead, count, size))
        return lin.permute(w, (*range(d), len(lead), *range(d, len(lead)), len(lead) + 1))

    def array(a: Any) -> Any:
        a = a.reshape(line)
        return np.lib.stride_tricks.as_strided(
            a, (*line[:d], count, *line[d + 1:], size),
            (*a.strides[:d], a.strides[d] * step, *a.strides[d + 1:], a.strides[d]))

    def write(b: Node, v: Node) -> Node:
        at = array(np.arange(numel(line)).reshape(line)).reshape(-1)
        flat, v = lin.reshape(b, (numel(line),)), lin.reshape(v, (numel(v.shape),))
        return lin.reshape(bind(place_p, (flat, v, leaf(np.ascontiguousarray(at), int64))), shape)
    return View(shape, read, write, array)


# ---------------------------------------------------------------- turned
def fliplr(input: Any) -> Tensor:
    """Columns in reverse order.

    >>> import retrograd as rg
    >>> rg.fliplr(rg.tensor([[1, 2]]))
    tensor([[2, 1]])
    """
    if need_tensor(input, "fliplr").ndim < 2:
        raise ShapeError("input has less than 2 dimensions", op="fliplr")
    return flip(input, 1)


def flipud(input: Any) -> Tensor:
    """Rows in reverse order.

    >>> import retrograd as rg
    >>> rg.flipud(rg.tensor([1, 2]))
    tensor([2, 1])
    """
    if need_tensor(input, "flipud").ndim < 1:
        raise ShapeError("input has no dimension", op="flipud")
    return flip(input, 0)


def rot90(input: Any, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned k times by a quarter, from the first of dims towards the second.

    >>> import retrograd as rg
    >>> rg.rot90(rg.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    n = need_tensor(input, "rot90")
    if len(dims) != 2:
        raise ArgumentError(f"dims is {tuple(dims)}", op="rot90", expected="two dimensions")
    a, b = (axis(d, n.ndim, "rot90") for d in dims)
    if a == b:
        raise ArgumentError(f"dims {tuple(dims)} are one dimension", op="rot90",
                            expected="two different ones")
    k %= 4
    if k == 0:
        return wrap(bind(lin.alias_p, (n,)))
    if k == 2:
        return flip(input, (a, b))
    return transpose(flip(input, b), a, b) if k == 1 else flip(transpose(input, a, b), b)


# ---------------------------------------------------------------- combinations and grids
def cartesian_prod(*tensors: Any) -> Tensor:
    """Every choice of one element from each vector, one a row.

    >>> import retrograd as rg
    >>> rg.cartesian_prod(rg.tensor([1, 2]), rg.tensor([3, 4]))[1]
    tensor([1, 4])
    """
    vectors = many_of(tensors)
    for x in vectors:
        if need_tensor(x, "cartesian_prod").ndim != 1:
            raise ShapeError(f"a tensor is {x.node.shape}", op="cartesian_prod", expected="vectors")
    if len(vectors) == 1:
        return vectors[0]  # type: ignore[no-any-return]
    return stack([flatten(g) for g in meshgrid(*vectors, indexing="ij")], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every choice of r elements of a vector, one a row.

    >>> import retrograd as rg
    >>> rg.combinations(rg.tensor([1, 2, 3]))[2]
    tensor([2, 3])
    """
    n = need_tensor(input, "combinations")
    if n.ndim != 1 or r < 0:
        raise ShapeError(f"input is {n.shape}, r is {r}", op="combinations", expected="a vector, r >= 0")
    rows = list((choose_again if with_replacement else choose)(range(n.shape[0]), r))
    if not r:
        return wrap(lin.full(0, (0,), n.dtype))
    return take(input, wrap(leaf(np.array(rows, np.int64).reshape(len(rows), r), int64)))


def _corner(name: str, fn: Any) -> Any:
    def indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None,
                layout: Any = None
                ) -> Tensor:
        places = np.stack(fn(row, offset, col)).astype((as_dtype(dtype) if dtype is not None else int64).np)
        return wrap(leaf(places, as_dtype(dtype) if dtype is not None else int64))
    indices.__name__ = indices.__qualname__ = name
    indices.__doc__ = f"""Rows and columns of the {'lower' if name[:4] == 'tril' else 'upper'} triangle.

    >>> import retrograd as rg
    >>> rg.{name}(2, 2)
    tensor([[0, {'1, 1' if name == 'tril_indices' else '0, 1'}],
            [0, {'0, 1' if name == 'tril_indices' else '1, 1'}]])
    """
    return indices


tril_indices = _corner("tril_indices", np.tril_indices)
triu_indices = _corner("triu_indices", np.triu_indices)


def block_diag(*tensors: Any) -> Tensor:
    """Matrices along the diagonal of one, zeros elsewhere.

    >>> import retrograd as rg
    >>> rg.block_diag(rg.ones(1, 1), rg.tensor([[2.0, 3.0]]))
    tensor([[1., 0., 0.],
            [0., 2., 3.]])
    """
    blocks = [_two(x).node for x in tensors]
    if not blocks:
        return wrap(lin.full(0, (1, 0), float32))
    dtype = common_dtype([x.node for x in tensors])
    for b in blocks:
        if b.ndim != 2:
            raise ShapeError(f"a tensor has {b.ndim} dimensions", op="block_diag", expected="at most 2")
    width, at, rows = builtin_sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        rows.append(lin.pad(lin.cast(b, dtype), (0, at), (0, width - at - b.shape[1])))
        at += b.shape[1]
    return wrap(bind(lin.concat_p, tuple(rows), (0,)) if len(rows) > 1 else bind(lin.alias_p, (rows[0],)))


def builtin_sum(numbers: Any) -> int:
    """Python's sum of sizes (`sum` is the tensors' here)."""
    total = 0
    for x in numbers:
        total += x
    return total


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The last dimension as the diagonal of two new ones.

    >>> import retrograd as rg
    >>> rg.diag_embed(rg.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])
    """
    x = need_tensor(input, "diag_embed")
    a, b = axis(dim1, x.ndim + 1, "diag_embed"), axis(dim2, x.ndim + 1, "diag_embed")
    if a == b:
        raise ArgumentError(f"dim1 and dim2 are both {a}", op="diag_embed",
                            expected="two different dimensions")
    side = x.shape[-1] + abs(offset)
    shape = (*x.shape[:-1], side, side)
    low, high = max(-offset, 0), max(offset, 0)
    lead = (0,) * (x.ndim - 1)
    square = (side, side)
    rows, cols = bind(iota, (), (square, 0, "int64")), bind(iota, (), (square, 1, "int64"))
    on = lin.expand(cols.equal(rows + offset), shape, tuple(range(x.ndim - 1)))
    values = lin.expand(lin.pad(x, (*lead, low), (*lead, high)), shape, (x.ndim,))      # each in its row
    out = bind(where, (on, values, lin.expand(const(0, x.dtype), shape, tuple(range(len(shape))))))
    return movedim(wrap(out), (-2, -1), (a, b))


def diagflat(input: Any, offset: int = 0) -> Tensor:
    """The elements as a diagonal matrix.

    >>> import retrograd as rg
    >>> rg.diagflat(rg.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag(reshape(input, -1), offset)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of a vector's elements as columns, the highest first (or last, if increasing).

    >>> import retrograd as rg
    >>> rg.vander(rg.tensor([2, 3]), 3)
    tensor([[4, 2, 1],
            [9, 3, 1]])
    """
    n = need_tensor(x, "vander", "x")
    if n.ndim != 1:
        raise ShapeError(f"x is {n.shape}", op="vander", expected="a vector")
    count = n.shape[0] if N is None else N
    if count < 0:
        raise ArgumentError(f"N is {count}", op="vander", expected="N >= 0")
    if not count:
        return wrap(lin.full(0, (n.shape[0], 0), n.dtype))
    columns = [wrap(lin.full(1, n.shape, n.dtype)), *(pow(x, k) for k in range(1, count))]
    return stack(columns if increasing else columns[::-1], 1)


def unravel_index(indices: Any, shape: Any) -> tuple[Tensor, ...]:
    """Places of a flattened tensor of that shape as one index for each dimension.

    >>> import retrograd as rg
    >>> [i.item() for i in rg.unravel_index(rg.tensor(5), (2, 3))]
    [1, 2]
    """
    n = need_tensor(indices, "unravel_index", "indices")
    if n.dtype.kind != INTEGER:
        raise ArgumentTypeError(f"indices is {n.dtype.name}",
                                op="unravel_index", expected="an integer tensor")
    sizes = shape_of((shape,) if isinstance(shape, int) else shape, "unravel_index")
    values = np.asarray(indices.detach().numpy())
    if values.size and not (-numel(sizes) <= values.min() and values.max() < numel(sizes)):
        raise IndexRangeError(f"an index is out of range for shape {sizes}", op="unravel_index")
    out, rest = [], values % max(numel(sizes), 1)
    for s in reversed(sizes):
        out.append(wrap(leaf(np.asarray(rest % s, n.dtype.np), n.dtype)))
        rest = rest // s
    return tuple(reversed(out))

"""Reductions: sums, means, spreads, extremes, norms, orders."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from retrograd.base.dtype import DType, int64, uint8
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.shape import Shape, axes, axis, numel
from retrograd.functional.door import Tensor, binary, dtype_or, floating, need_tensor, wrap
from retrograd.functional.elementwise import _length, truth
from retrograd.functional.planned import planned
from retrograd.graph.node import Node, bind, const, scalar
from retrograd.graph.primitive import Primitive
from retrograd.ops import complex as plane
from retrograd.ops import composite, singular
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops import reduction as r
from retrograd.ops.constant import argmax as argmax_p
from retrograd.ops.constant import argmin as argmin_p
from retrograd.ops.constant import argsort as argsort_p
from retrograd.ops.constant import stop
from retrograd.ops.gather import gather_p


class values_indices(NamedTuple):
    """What max(dim), min(dim), sort and topk return."""

    values: Any
    indices: Any


def kept(y: Node, shape: Shape, over: Shape, keepdim: bool) -> Node:
    """With the reduced axes as size 1, if asked."""
    return lin.reshape(y, tuple(1 if d in over else s for d, s in enumerate(shape))) if keepdim else y


def _summable(x: Node, dtype: Any) -> Node:
    """Integers and bools are summed in int64."""
    return lin.cast(x, dtype_or(dtype, x.dtype if x.dtype.smooth else int64))


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over `dim` (all dimensions by default). Derivative: the cotangent repeated
    over the summed elements.

    >>> import retrograd as rg
    >>> rg.tensor([[1., 2.], [3., 4.]]).sum(0)
    tensor([4., 6.])
    """
    x = need_tensor(input, "sum")
    if dtype is not None or not x.dtype.smooth:
        x = _summable(x, dtype)
    over = axes(dim, len(x.shape), "sum")
    if over and not keepdim:
        return wrap(lin.reduce_sum(x, over))
    return wrap(kept(lin.reduce_sum(x, over) if over else bind(lin.alias_p, (x,)), x.shape, over, keepdim))


def _mean(x: Node, over: Shape) -> Node:
    """A sum over some axes over their number; of half types in float32, where the sum does not overflow."""
    if not over:
        return x
    count = 1
    for a in over:
        count *= x.shape[a]
    wide = x.dtype.acc
    if wide is not x.dtype:
        return lin.cast(_mean(lin.cast(x, wide), over), x.dtype)
    return bind(p.div, (lin.reduce_sum(x, over), scalar(float(count), wide)))


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """sum / number of elements; nan where there are none. Derivative: cotangent / number."""
    x = need_tensor(input, "mean")
    if dtype is None and not x.dtype.smooth:
        raise DTypeError(f"mean of {x.dtype.name} is not defined", op="mean",
                         expected="a floating-point tensor",
                         fix="Use x.float().mean() or mean(dtype=retrograd.float32).")
    if dtype is not None:
        x = lin.cast(x, dtype_or(dtype, x.dtype))
        if not x.dtype.is_floating_point:
            raise DTypeError(f"dtype is {x.dtype.name}", op="mean", expected="a floating-point dtype")
    over = axes(dim, len(x.shape), "mean")
    y = _mean(x, over)
    return wrap(kept(y, x.shape, over, True) if keepdim else y)


def _centred(input: Any, dim: Any, op: str) -> tuple[DType, Node, Shape, int]:
    """The dtype of the result, what is left without the mean, over which axes, over how many elements."""
    x = need_tensor(input, op)
    if not x.dtype.smooth:
        raise DTypeError(f"{op} of {x.dtype.name} is not defined", op=op, expected="a floating-point tensor")
    over, dtype = axes(dim, x.ndim, op), x.dtype
    x = lin.cast(x, dtype.acc)          # half types are rounded once, at the end
    return dtype, x - lin.expand(_mean(x, over), x.shape, over), over, numel(tuple(x.shape[a] for a in over))


def _correction(unbiased: Any, correction: Any) -> float:
    if correction is not None:
        return float(correction)
    return 1.0 if unbiased is None or unbiased else 0.0


def _spread_args(dim: Any, unbiased: Any) -> tuple[Any, Any]:
    return (None, dim) if dim.__class__ is bool else (dim, unbiased)     # var(False) means unbiased=False


def var(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
        correction: Any = None) -> Tensor:
    """sum((x - mean)**2) / (n - correction); correction 1 (unbiased) by default.
    Derivative 2 (x - mean)/(n - c)."""
    dim, unbiased = _spread_args(dim, unbiased)
    dtype, centred, over, n = _centred(input, dim, "var")
    centred = _length(centred)
    rest = builtins.max(n - _correction(unbiased, correction), 0.0)
    y = lin.reduce_sum(centred * centred, over) / rest if over else (centred * centred) / rest
    return wrap(kept(_rounded(y, dtype), centred.shape, over, keepdim))


def _rounded(y: Node, dtype: DType) -> Node:
    return lin.cast(y, dtype) if dtype.acc is not dtype else y


def std(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
        correction: Any = None) -> Tensor:
    """sqrt(var). Derivative (x - mean)/((n - c) std); 0 where the spread is 0."""
    dim, unbiased = _spread_args(dim, unbiased)
    dtype, centred, over, n = _centred(input, dim, "std")
    centred = _length(centred)
    rest = builtins.max(n - _correction(unbiased, correction), 0.0)
    length = bind(r.reduce_norm, (centred,), (over,)) if over else bind(p.abs_, (centred,))
    y = length * (1.0 / math.sqrt(rest)) if rest else length / 0.0
    return wrap(kept(_rounded(y, dtype), centred.shape, over, keepdim))


def var_mean(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
             correction: Any = None) -> tuple[Tensor, Tensor]:
    """The spread and the centre together: what var and mean give."""
    dim, unbiased = _spread_args(dim, unbiased)
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
             correction: Any = None) -> tuple[Tensor, Tensor]:
    """The spread and the centre together: what std and mean give."""
    dim, unbiased = _spread_args(dim, unbiased)
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def prod(input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Product. Derivative: the product of the others (right also where factors are 0)."""
    x = _summable(need_tensor(input, "prod"), dtype)
    over = axes(dim, x.ndim, "prod")
    return wrap(kept(bind(composite.prod, (x,), (over,)) if over else bind(lin.alias_p, (x,)),
                     x.shape, over, keepdim))


# ---------------------------------------------------------------- extremes
def _nonempty(x: Node, over: Shape, op: str) -> None:
    if numel(tuple(x.shape[a] for a in over)) == 0:
        raise IndexRangeError(f"a dimension of {x.shape} is empty: it has no extreme", op=op,
                              expected="at least one element along dim")


def _extreme(prim: Primitive, name: str, doc: str) -> Callable[..., Tensor]:
    def fn(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
        x = need_tensor(input, name)
        over = axes(dim if dim != () else None, x.ndim, name)
        _nonempty(x, over, name)
        return wrap(kept(bind(prim, (x,), (over,)) if over else bind(lin.alias_p, (x,)),
                         x.shape, over, keepdim))
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    return fn


amax = _extreme(r.reduce_max, "amax", "Largest element; ties share the cotangent evenly.")
amin = _extreme(r.reduce_min, "amin", "Smallest element; ties share the cotangent evenly.")


def _arg(prim: Primitive, name: str, which: str) -> Callable[..., Tensor]:
    def fn(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
        x = need_tensor(input, name)
        if dim is None:
            _nonempty(x, tuple(range(x.ndim)), name)
            flat = lin.reshape(x, (numel(x.shape),))
            y = bind(prim, (flat,), (0,))
            return wrap(lin.reshape(y, (1,) * x.ndim) if keepdim else y)
        d = axis(dim, x.ndim, name)
        if x.ndim == 0:
            return wrap(lin.full(0, (), int64))
        _nonempty(x, (d,), name)
        return wrap(kept(bind(prim, (x,), (d,)), x.shape, (d,), keepdim))
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = (f"Index of the {which} element (the first of equals), of the whole tensor or along dim. "
                  "No derivative.")
    return fn


argmax, argmin = _arg(argmax_p, "argmax", "largest"), _arg(argmin_p, "argmin", "smallest")


@planned
def _found(nodes: tuple[Node], prim: Primitive, d: int, keepdim: bool) -> tuple[Node, Node]:
    """The elements whose places along an axis a primitive tells, and these places."""
    x, = nodes
    index = kept(bind(prim, (x,), (d,)), x.shape, (d,), True)
    found = bind(gather_p, (x, index), (d,))
    if keepdim:
        return found, index
    shape = x.shape[:d] + x.shape[d + 1:]
    return lin.reshape(found, shape), lin.reshape(index, shape)


def _along(prim: Primitive, name: str, all_of: Callable[..., Tensor], which: str,
           two: Callable[..., Tensor]) -> Any:
    def fn(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        dim = other if dim is None else dim
        if dim is None:
            return all_of(input)
        x = need_tensor(input, name)
        if hasattr(dim, "node"):
            return two(input, dim)
        d = axis(dim, x.ndim, name)
        if x.ndim == 0:
            return values_indices(wrap(bind(lin.alias_p, (x,))), wrap(lin.full(0, (), int64)))
        _nonempty(x, (d,), name)
        values, index = _found((x,), prim, d, bool(keepdim))
        return values_indices(wrap(values), wrap(index))
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = (f"The {which} of all elements (ties share the cotangent), or along dim (values, indices), "
                  "where the cotangent goes to the one index returned; with a second tensor, "
                  "element by element.")
    return fn


max = _along(argmax_p, "max", amax, "largest", lambda a, b: _two(p.maximum, a, b, "max"))
min = _along(argmin_p, "min", amin, "smallest", lambda a, b: _two(p.minimum, a, b, "min"))


def _two(prim: Primitive, a: Any, b: Any, op: str) -> Tensor:
    return binary(prim, a, b, op)


@planned
def _counted(nodes: tuple[Node], over: Shape, keepdim: bool, whole: bool) -> Node:
    """Whether all elements are true (`whole`), or some: bool, or uint8 for uint8 input, as in PyTorch."""
    x, = nodes
    count = lin.reduce_sum(lin.cast(truth(x), int64), over)
    y = count.equal(numel(tuple(x.shape[a] for a in over))) if whole else truth(count)
    return kept(lin.cast(y, uint8) if x.dtype is uint8 else y, x.shape, over, keepdim)


def any(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether some element is not zero. False where there are none."""
    x = need_tensor(input, "any")
    return wrap(_counted((x,), axes(dim, x.ndim, "any"), bool(keepdim), False))


def all(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether no element is zero. True where there are none."""
    x = need_tensor(input, "all")
    return wrap(_counted((x,), axes(dim, x.ndim, "all"), bool(keepdim), True))


def count_nonzero(input: Any, dim: Any = None) -> Tensor:
    """How many elements are not zero."""
    x = truth(need_tensor(input, "count_nonzero"))
    return wrap(lin.reduce_sum(lin.cast(x, int64), axes(dim, x.ndim, "count_nonzero")))


# ---------------------------------------------------------------- exponentials, norms, running sums
def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Tensor:
    """log(sum(e**x)) without overflow; -inf where all are. Derivative: softmax."""
    x = floating(input, "logsumexp")
    over = axes(dim, x.ndim, "logsumexp")
    if x.dtype.is_complex:
        parts = plane.real(bind(stop, (x,)))
        top = bind(r.reduce_max, (parts,), (over,)) if over else parts
        shifted = bind(p.exp, (x - lin.cast(lin.expand(top, x.shape, over) if over else top, x.dtype),))
        total = lin.reduce_sum(shifted, over) if over else shifted
        y = bind(p.log, (total,)) + lin.cast(top, x.dtype)
        return wrap(kept(y, x.shape, over, keepdim))
    return wrap(kept(bind(r.logsumexp, (x,), (over,)) if over else bind(lin.alias_p, (x,)),
                     x.shape, over, keepdim))


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: None = None,
         dtype: Any = None) -> Tensor:
    """(sum |x|**p)**(1/p); p 'fro' or 2: the Euclidean norm; inf, -inf: largest, smallest |x|;
    0: count of nonzeros.

    Derivative of the Euclidean norm: x/norm, and 0 at 0.
    """
    x = need_tensor(input, "norm")
    if not x.dtype.smooth:
        raise DTypeError(f"norm of {x.dtype.name} is not defined", op="norm",
                         expected="a floating-point tensor")
    x = lin.cast(x, dtype_or(dtype, x.dtype))
    over = axes(dim, x.ndim, "norm")
    if p == "nuc":
        return wrap(kept(_nuclear(x, over), x.shape, over, keepdim))
    x = _length(x)
    dtype = x.dtype
    return wrap(kept(_rounded(_norm(lin.cast(x, dtype.acc), p, over), dtype), x.shape, over, keepdim))


def _nuclear(x: Node, over: Shape) -> Node:
    """The sum of the singular values of matrices."""
    if len(over) != 2:
        raise ShapeError(f"{len(over)} dimensions", op="norm", expected="two dimensions of matrices")
    turned = lin.permute(x, (*[d for d in range(x.ndim) if d not in over], *over))
    s = singular.svd_parts(bind(singular.svd_p, (turned,)), turned.shape)[1]
    return lin.reduce_sum(s, (s.ndim - 1,))


def _norm(x: Node, order: Any, over: Shape) -> Node:
    size = bind(p.abs_, (x,))
    if not over:
        return size
    if order in ("fro", 2, None):
        return bind(r.reduce_norm, (x,), (over,))
    if not isinstance(order, (int, float)):
        raise ArgumentError(f"p is {order!r}", op="norm", expected="'fro', 'nuc', a number, inf or -inf")
    if order == 1:
        return lin.reduce_sum(size, over)
    if order in (math.inf, -math.inf):
        _nonempty(x, over, "norm")
    if order == math.inf:
        return bind(r.reduce_max, (size,), (over,))
    if order == -math.inf:
        return bind(r.reduce_min, (size,), (over,))
    if order == 0:      # constant wherever it has a derivative
        return lin.reduce_sum(bind(p.where, (truth(x), const(1, x.dtype), 0 * bind(p.sign, (x,)))), over)
    total = lin.reduce_sum(bind(p.pow_, (size, lin.full(order, (), x.dtype))), over)
    return bind(p.pow_, (total, lin.full(1.0 / order, (), x.dtype)))


def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Running sums along dim. Derivative: running sums from the other end."""
    x = _summable(need_tensor(input, "cumsum"), dtype)
    d = axis(dim, x.ndim, "cumsum")
    return wrap(bind(lin.cumsum_p, (x,), (d, False)) if x.ndim else bind(lin.alias_p, (x,)))


# ---------------------------------------------------------------- orders
def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """Indices that sort along dim; equal elements keep their order. No derivative."""
    x = need_tensor(input, "argsort")
    d = axis(dim, x.ndim, "argsort")
    return wrap(bind(argsort_p, (x,), (d, bool(descending))) if x.ndim else lin.full(0, (), int64))


def _single(x: Node) -> values_indices:
    """Of a tensor without dimensions: itself, and place 0."""
    return values_indices(wrap(bind(lin.alias_p, (x,))), wrap(lin.full(0, (), int64)))


def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> values_indices:
    """(values, indices) in order along dim. Derivative: each cotangent goes where its value came from."""
    x = need_tensor(input, "sort")
    d = axis(dim, x.ndim, "sort")
    if x.ndim == 0:
        return _single(x)
    order = bind(argsort_p, (x,), (d, bool(descending)))
    return values_indices(wrap(bind(gather_p, (x, order), (d,))), wrap(order))


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> values_indices:
    """(values, indices) of the k largest (or smallest) along dim, in order."""
    x = need_tensor(input, "topk")
    d = axis(dim, x.ndim, "topk")
    if x.ndim and not 0 <= k <= x.shape[d]:
        raise IndexRangeError(f"k is {k}, dimension {dim} has size {x.shape[d]}", op="topk",
                              expected="k <= size")
    if not x.ndim:
        return _single(x)
    order = lin.narrow(bind(argsort_p, (x,), (d, bool(largest))), d, 0, k)
    return values_indices(wrap(bind(gather_p, (x, order), (d,))), wrap(order))


def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median: of all elements, or (values, indices) along dim."""
    x = need_tensor(input, "median")
    if dim is None:
        flat = wrap(lin.reshape(x, (numel(x.shape),)))
        return median(flat, 0).values
    d = axis(dim, x.ndim, "median")
    _nonempty(x, (d,) if x.ndim else (), "median")
    if not x.ndim:
        return _single(x)
    n = x.shape[d]
    order = lin.narrow(bind(argsort_p, (x,), (d, False)), d, (n - 1) // 2, 1)
    out = bind(gather_p, (x, order), (d,)), order
    if not keepdim:
        out = tuple(lin.reshape(y, x.shape[:d] + x.shape[d + 1:]) for y in out)         # type: ignore[assignment]
    return values_indices(wrap(out[0]), wrap(out[1]))


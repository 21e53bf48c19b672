"""Linear primitives and their duals, side by side: each one's transpose is the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import INTEGER, DType, bool_, by_name, uint8
from retrograd.base.shape import Shape, numel
from retrograd.graph.aval import Aval
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, infer_pointwise, infer_reduction, pointwise, rng_for, view


def _one(*shape: int, name: str = "linear") -> Any:
    return rng_for(name).uniform(-1, 1, shape)


def _samples(*calls: tuple[Shape, tuple[Any, ...]]) -> Any:
    def sample() -> Iterator[Sample]:
        for shape, params in calls:
            yield Sample((_one(*shape),), params)
    return sample


# ---------------------------------------------------------------- the same elements
alias_p = Primitive("alias", "pointwise", "x", "made_by", infer=infer_pointwise, np=lambda x, *_: x,
                    complex=True, lower=lambda m, x, *_: x, transpose=lambda g: g, exact=True, alias=True,
                    flops=lambda n: 0, sample=_samples(((5,), ()), ((2, 3), ("composite",))))


copy_p = pointwise("copy", np.array, lambda m, x: x, transpose=(lambda g: g,), exact=True,
                   moves=True, complex=True)

# The value v with the derivative of x: what x becomes when its memory is written behind autograd's back.
override_p = Primitive("override", "pointwise", "x v", infer=lambda i, p: (i[0].shape, i[0].dtype),
                       np=lambda x, v: v, lower=lambda m, x, v: v,
                       vjp=lambda g: (g, None), jvp=lambda dx: dx, exact=True, complex=True,
                       real=True, flops=lambda n: 0)


def infer_cast(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    return inputs[0].shape, by_name(params[0])


def _low_byte(x: Any) -> Any:
    """Floats as uint8, as in PyTorch: the low byte of the int64; 0 for what no int64 holds, and for nan."""
    wide = x.astype(np.float64, copy=False)
    return np.where(np.abs(wide) < 2.0 ** 63, wide, 0).astype(np.int64).astype(np.uint8)


def _cast_np(x: Any, dtype: str) -> Any:
    d = by_name(dtype)
    if x.dtype.kind == "c" and not d.is_complex:
        x = x if d is bool_ else x.real
    with np.errstate(invalid="ignore", over="ignore"):
        if d.acc is not d and x.dtype == np.float64:
            x = x.astype(d.acc.np)      # a half type by way of float32, as in PyTorch
        if d is uint8 and x.dtype.kind in "fV":
            return _low_byte(x)
        y = x.astype(d.np)
    if d.kind != INTEGER or x.dtype.kind not in "fV" or not x.size:
        return y
    # nan becomes 0 and what is out of range the nearest integer, on every machine and in both tiers
    low, high = float(np.iinfo(d.np).min), -float(np.iinfo(d.np).min)
    wide = x.astype(np.float64, copy=False)
    if not np.abs(wide).max() < high:
        y = np.where(wide >= high, np.iinfo(d.np).max, np.where(wide < low, np.iinfo(d.np).min, y))
        y = np.where(np.isnan(wide), 0, y).astype(d.np)
    return y


cast_p = Primitive("cast", "pointwise", "x", "dtype", infer=infer_cast, np=_cast_np, exact=True, moves=True,
                   complex=True,
                   lower=lambda m, x, dtype: m.cast(x, dtype),
                   transpose=lambda g, x_aval: cast(g, x_aval.dtype),
                   sample=_samples(((3,), ("float64",)), ((2, 2), ("float32",))), flops=lambda n: 0)


def cast(x: Node, dtype: DType) -> Node:
    return x if x.dtype is dtype else bind(cast_p, (x,), (dtype.name,))


# ---------------------------------------------------------------- expand and reduce_sum
def _expand_np(x: Any, shape: Shape, axes: Shape) -> Any:
    return np.broadcast_to(np.expand_dims(x, axes), shape)


expand_p = view("expand", _expand_np, "shape axes", lambda i, p: (p[0], i[0].dtype),
                transpose=lambda g, axes: reduce_sum(g, axes),
                batch=lambda p, x: ((x.shape[0], *p[0]), tuple(a + 1 for a in p[1])),
                strided=True,
                sample=_samples(((3,), ((2, 3), (0,))), ((2,), ((2, 4), (1,))), ((), ((2, 2), (0, 1)))))


def _sum_np(x: Any, axes: Shape) -> Any:
    return np.ascontiguousarray(x).sum(axis=axes, dtype=x.dtype)      # one layout, so one order of summation


reduce_sum_p = Primitive("reduce_sum", "reduction", "x", "axes", np=_sum_np, lower="sum",
                         infer=infer_reduction, complex=True, real=True,
                         transpose=lambda g, x_aval, axes: expand(g, x_aval.shape, axes),
                         sample=_samples(((4,), ((0,),)), ((2, 3), ((0,),)), ((2, 3, 4), ((0, 2),))),
                         flops=lambda n: numel(n.inputs[0].shape))


def expand(x: Node, shape: Shape, axes: Shape) -> Node:
    """Repeat x along new axes; `axes` are their places in `shape`."""
    return bind(expand_p, (x,), (shape, axes)) if axes else x


def reduce_sum(x: Node, axes: Shape) -> Node:
    return bind(reduce_sum_p, (x,), (axes,)) if axes else x


# ---------------------------------------------------------------- permute, reshape, flip: their own duals
def inverse(perm: Shape) -> Shape:
    out = [0] * len(perm)
    for i, p in enumerate(perm):
        out[p] = i
    return tuple(out)


permute_p = view("permute", lambda x, perm: x.transpose(perm), "perm",
                 lambda i, p: (tuple(i[0].shape[a] for a in p[0]), i[0].dtype),
                 transpose=lambda g, perm: permute(g, inverse(perm)),
                 batch=lambda p, x: ((0, *(a + 1 for a in p[0])),),
                 strided=True, sample=_samples(((2, 3), ((1, 0),)), ((2, 3, 4), ((1, 2, 0),))))


def permute(x: Node, perm: Shape) -> Node:
    return x if perm == tuple(range(len(perm))) else bind(permute_p, (x,), (perm,))


def swap_last(x: Node) -> Node:
    """The matrix transpose: last two axes exchanged."""
    n = len(x.shape)
    return permute(x, (*range(n - 2), n - 1, n - 2))


reshape_p = view("reshape", lambda x, shape: x.reshape(shape), "shape", lambda i, p: (p[0], i[0].dtype),
                 transpose=lambda g, x_aval: reshape(g, x_aval.shape),
                 batch=lambda p, x: ((x.shape[0], *p[0]),),
                 strided=True, cuts=True,
                 sample=_samples(((2, 3), ((6,),)), ((4,), ((2, 1, 2),)), ((1,), ((),))))


def reshape(x: Node, shape: Shape) -> Node:
    return x if x.shape == shape else bind(reshape_p, (x,), (shape,))


flip_p: Primitive
flip_p = view("flip", lambda x, axes: np.flip(x, axes), "axes", lambda i, p: (i[0].shape, i[0].dtype),
              transpose=lambda g, axes: bind(flip_p, (g,), (axes,)),
              batch=lambda p, x: (tuple(a + 1 for a in p[0]),),
              strided=True, sample=_samples(((3,), ((0,),)), ((2, 3), ((0, 1),))))


# ---------------------------------------------------------------- slice and pad
def slice_size(start: int, stop: int, step: int) -> int:
    return max(0, -(-(stop - start) // step))


def infer_slice(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    return tuple(slice_size(*s) for s in zip(*params)), inputs[0].dtype


def _slice_np(x: Any, start: Shape, stop: Shape, step: Shape) -> Any:
    return x[tuple(slice(a, max(a, b), s) for a, b, s in zip(start, stop, step))]


def slice_transposed(whole: Shape, cut: Shape, start: Shape, stop: Shape, step: Shape
                     ) -> tuple[Shape, Shape, Shape]:
    """The parameters of the pad that puts a slice back into its places."""
    high = tuple(size - (a + (n - 1) * s + 1) if n else size - a
                 for size, a, n, s in zip(whole, start, cut, step))
    return start, high, tuple(s - 1 for s in step)


slice_p = view("slice", _slice_np, "start stop step", infer_slice,
               transpose=lambda g, x_aval, *cut: pad(g, *slice_transposed(x_aval.shape, g.shape, *cut)),
               batch=lambda p, x: ((0, *p[0]), (x.shape[0], *p[1]), (1, *p[2])),
               strided=True, cuts=True,
               sample=_samples(((5,), ((1,), (4,), (1,))), ((5, 4), ((0, 1), (5, 4), (2, 2))),
                               ((3,), ((1,), (1,), (1,)))))


def infer_pad(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    low, high, inner = params
    return tuple(a + max(0, n + (n - 1) * k) + b for a, n, k, b in zip(low, inputs[0].shape, inner, high)), \
        inputs[0].dtype


def _pad_np(x: Any, low: Shape, high: Shape, inner: Shape) -> Any:
    shape = tuple(a + max(0, n + (n - 1) * k) + b for a, n, k, b in zip(low, x.shape, inner, high))
    out = np.zeros(shape, x.dtype)
    out[tuple(slice(a, a + (n - 1) * (k + 1) + 1 if n else a, k + 1)
              for a, n, k in zip(low, x.shape, inner))] = x
    return out


def _pad_transpose(g: Node, x_aval: Aval, low: Shape, high: Shape, inner: Shape) -> Node:
    stop = tuple(a + (n - 1) * (k + 1) + 1 if n else a for a, n, k in zip(low, x_aval.shape, inner))
    return slice_(g, low, stop, tuple(k + 1 for k in inner))


pad_p = view("pad", _pad_np, "low high inner", infer_pad, transpose=_pad_transpose, lower="pad",
             batch=lambda p, x: ((0, *p[0]), (0, *p[1]), (0, *p[2])),
             sample=_samples(((3,), ((1,), (2,), (0,))), ((2, 3), ((0, 1), (1, 0), (1, 2))),
                             ((0,), ((1,), (2,), (0,)))))


def slice_(x: Node, start: Shape, stop: Shape, step: Shape) -> Node:
    if stop == x.shape and not any(start) and all(s == 1 for s in step):
        return x
    return bind(slice_p, (x,), (start, stop, step))


def pad(x: Node, low: Shape, high: Shape, inner: Shape | None = None) -> Node:
    """Surround x with zeros, and put `inner` zeros between neighbours."""
    inner = inner or (0,) * len(low)
    return bind(pad_p, (x,), (low, high, inner)) if any(low) or any(high) or any(inner) else x


# ---------------------------------------------------------------- concat and its pieces
def infer_concat(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    axis, = params
    first = inputs[0].shape
    return first[:axis] + (sum(i.shape[axis] for i in inputs),) + first[axis + 1:], inputs[0].dtype


def narrow(x: Node, axis: int, start: int, length: int) -> Node:
    """x restricted to `length` places from `start` along one axis."""
    n = x.ndim
    return slice_(x, tuple(start if d == axis else 0 for d in range(n)),
                  tuple(start + length if d == axis else s for d, s in enumerate(x.shape)), (1,) * n)


def _concat_transpose(g: Node, xs_avals: tuple[Aval, ...], axis: int) -> tuple[Node, ...]:
    out, start = [], 0
    for x in xs_avals:
        out.append(narrow(g, axis, start, x.shape[axis]))
        start += x.shape[axis]
    return tuple(out)


def _concat_sample() -> Iterator[Sample]:
    yield Sample((_one(2, 3), _one(1, 3), _one(4, 3)), (0,))
    yield Sample((_one(2, 3), _one(2, 0), _one(2, 2)), (1,))


concat_p = Primitive("concat", "view", "*xs", "axis", infer=infer_concat, exact=True, moves=True,
                     sample=_concat_sample,
                     np=lambda *args: np.concatenate(args[:-1], args[-1]), transpose=_concat_transpose,
                     lower="concat", flops=lambda n: 0)


# ---------------------------------------------------------------- update: a slice replaced, linear in both
def _update_np(x: Any, v: Any, start: Shape, step: Shape) -> Any:
    out = np.array(x)
    out[tuple(slice(a, a + (n - 1) * s + 1 if n else a, s) for a, n, s in zip(start, v.shape, step))] = v
    return out


def _stop_of(start: Shape, step: Shape, sizes: Shape) -> Shape:
    return tuple(a + (n - 1) * s + 1 if n else a for a, n, s in zip(start, sizes, step))


def _update_sample() -> Iterator[Sample]:
    yield Sample((_one(5), _one(2)), ((1,), (2,)))
    yield Sample((_one(3, 4), _one(2, 2)), ((1, 0), (1, 3)))


update_p: Primitive
update_p = Primitive("update", "view", "x v", "start step", np=_update_np, exact=True, moves=True,
                     linear=(("x", "v"),),
                     infer=lambda i, p: (i[0].shape, i[0].dtype), sample=_update_sample,
                     lower="update", transpose=(
    lambda g, v_aval, start, step: bind(update_p, (g, zeros(v_aval)), (start, step)),
    lambda g, v_aval, start, step: slice_(g, start, _stop_of(start, step, v_aval.shape), step)),
    flops=lambda n: 0)


def zeros(aval: Aval) -> Node:
    return full(0, aval.shape, aval.dtype)


def full(value: float, shape: Shape, dtype: DType) -> Node:
    return expand(const(value, dtype), shape, tuple(range(len(shape))))


# ---------------------------------------------------------------- running sums: the dual runs the other way
def _cumsum_np(x: Any, axis: int, reverse: bool) -> Any:
    if reverse:
        return np.flip(np.cumsum(np.flip(x, axis), axis, dtype=x.dtype), axis)
    return np.cumsum(x, axis, dtype=x.dtype)


cumsum_p: Primitive
cumsum_p = Primitive("cumsum", "linear", "x", "axis reverse", infer=lambda i, p: (i[0].shape, i[0].dtype),
                     np=_cumsum_np, lower="scan", exact=True, real=True,
                     transpose=lambda g, axis, reverse: bind(cumsum_p, (g,), (axis, not reverse)),
                     batch=lambda p, x: (p[0] + 1, p[1]),
                     sample=_samples(((4,), (0, False)), ((2, 3), (1, True))), flops=lambda n: numel(n.shape))


"""What primitives mean in simpler ones, where the compiler has kernels for those only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.dtype import by_name
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind, const, leaf
from retrograd.graph.primitive import Primitive
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.constant import iota
from retrograd.ops.contract import matmul
from retrograd.ops.reduction import logsumexp, reduce_max, reduce_norm
from retrograd.ops.window import conv_input_p, conv_p, conv_weight_p, fold_p, infer_conv, windows_p


def _norm(x: Node, axes: Shape) -> Node:
    return bind(pw.sqrt, (lin.reduce_sum(x * x, axes),))


def _logsumexp(x: Node, axes: Shape) -> Node:
    top = bind(reduce_max, (x,), (axes,))
    finite = bind(pw.abs_, (top,)) < float("inf")
    top = bind(pw.where, (finite, top, const(0.0, x.dtype)))
    total = lin.reduce_sum(bind(pw.exp, (x - lin.expand(top, x.shape, axes),)), axes)
    return bind(pw.log, (total,)) + top


def _positions(shape: Shape, axis: int, dtype: str) -> Node:
    """One row of positions, spread over the shape: it is read, not computed, and fits the cache."""
    row = leaf(np.arange(shape[axis], dtype=by_name(dtype).np), by_name(dtype))
    return lin.expand(row, shape, tuple(d for d in range(len(shape)) if d != axis))


# ---------------------------------------------------------------- convolution as one product a group
def _columns(x: Node, kernel: Shape, stride: Shape, low: Shape, high: Shape, dilation: Shape,
             groups: int) -> Node:
    """(N, C, *S) to (groups, N * positions, C/groups * taps): windows are a strided view, then one copy."""
    n = len(kernel)
    x = lin.pad(x, (0, 0, *low), (0, 0, *high))
    w = bind(windows_p, (x,), (kernel, stride, dilation))
    N, C, rest = w.shape[0], w.shape[1], w.shape[2:]
    w = lin.reshape(w, (N, groups, C // groups, *rest))
    w = lin.permute(w, (1, 0, *range(3, 3 + n), 2, *range(3 + n, 3 + 2 * n)))
    return lin.reshape(w, (groups, N * numel(rest[:n]), C // groups * numel(kernel)))


def _rows(g: Node, groups: int) -> Node:
    """(N, O, *T) to (groups, N * positions, O/groups)."""
    N, O = g.shape[:2]
    rows = lin.permute(lin.reshape(g, (N, groups, O // groups, numel(g.shape[2:]))), (1, 0, 3, 2))
    return lin.reshape(rows, (groups, N * numel(g.shape[2:]), O // groups))


def _kernels(w: Node, groups: int) -> Node:
    """(O, C/groups, *K) to (groups, O/groups, C/groups * taps)."""
    return lin.reshape(w, (groups, w.shape[0] // groups, numel(w.shape[1:])))


def _conv(x: Node, w: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int) -> Node:
    y = matmul(_columns(x, w.shape[2:], stride, low, high, dilation, groups),
               lin.swap_last(_kernels(w, groups)))
    shape, _ = infer_conv((x, w), (stride, low, high, dilation, groups))
    y = lin.reshape(y, (groups, x.shape[0], numel(shape[2:]), w.shape[0] // groups))
    return lin.reshape(lin.permute(y, (1, 0, 3, 2)), shape)


def _conv_input(c: Node, w: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
                size: Shape) -> Node:
    cols = matmul(_rows(c, groups), _kernels(w, groups))
    N, counts, kernel, n = c.shape[0], c.shape[2:], w.shape[2:], len(size)
    cols = lin.reshape(cols, (groups, N, *counts, w.shape[1], *kernel))
    cols = lin.permute(cols, (1, 0, 2 + n, *range(2, 2 + n), *range(3 + n, 3 + 2 * n)))
    cols = lin.reshape(cols, (N, groups * w.shape[1], *counts, *kernel))
    whole = tuple(s + a + b for s, a, b in zip(size, low, high))
    x = bind(fold_p, (cols,), (whole, stride, dilation))
    return lin.slice_(x, (0, 0, *low), (*x.shape[:2], *(a + s for a, s in zip(low, size))), (1,) * (2 + n))


def _conv_weight(x: Node, c: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
                 size: Shape) -> Node:
    cols = _columns(x, size, stride, low, high, dilation, groups)
    w = matmul(lin.swap_last(_rows(c, groups)), cols)
    return lin.reshape(w, (c.shape[1], x.shape[1] // groups, *size))


MEANINGS: dict[Primitive, Callable[..., Any]] = {
    reduce_norm: _norm, logsumexp: _logsumexp, iota: _positions,
    conv_p: _conv, conv_input_p: _conv_input, conv_weight_p: _conv_weight}


def meaning(prim: Primitive) -> Callable[..., Any] | None:
    """The primitive as a function of nodes and parameters in simpler primitives, if it has such a form."""
    return prim.expansion or MEANINGS.get(prim)


def runs(axes: Shape) -> list[Shape]:
    """Axes in groups of neighbours: a reduction over several groups is one reduction a group,
    last group first."""
    groups: list[list[int]] = []
    for a in axes:
        if groups and groups[-1][-1] == a - 1:
            groups[-1].append(a)
        else:
            groups.append([a])
    return [tuple(g) for g in groups]

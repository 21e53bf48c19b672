"""What primitives mean in simpler ones, where the compiler has kernels for those only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.base.shape import Shape
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.attention import attention_p, by_blocks
from retrograd.ops.constant import count, iota
from retrograd.ops.convolution import convolved, input_of_convolution, weights_of_convolution
from retrograd.ops.reduction import logsumexp, reduce_max, reduce_norm
from retrograd.ops.window import conv_input_p, conv_p, conv_weight_p


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
    row = bind(count, (), (shape[axis], dtype))
    return lin.expand(row, shape, tuple(d for d in range(len(shape)) if d != axis))


MEANINGS: dict[Primitive, Callable[..., Any]] = {
    reduce_norm: _norm, logsumexp: _logsumexp, iota: _positions, attention_p: by_blocks,
    conv_p: convolved, conv_input_p: input_of_convolution, conv_weight_p: weights_of_convolution}


def meaning(prim: Primitive) -> Callable[..., Any] | None:
    """The primitive as a function of nodes and parameters in simpler primitives, if it has such a form; None
    comes out of that function for a node that is simple already."""
    if prim in MEANINGS:
        return MEANINGS[prim]
    return prim.expansion if prim.lower is None else None


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

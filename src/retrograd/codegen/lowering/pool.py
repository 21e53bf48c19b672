"""Largest elements of windows, picked or added up, to one kernel each, behind zeros where it adds."""

from __future__ import annotations

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.layout import Layout, one_step, row_major
from retrograd.codegen.loops.pool import Pool
from retrograd.codegen.lowering.call import Address, Call, copied, start_of
from retrograd.codegen.lowering.nest import array, fill, moved_as
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node

MANY_TAPS = 32      # more are loops


def _three(values: Shape, missing: int) -> Shape:
    return (missing,) * (3 - len(values)) + tuple(values)


def _readable(calls: list[Call], x: Node, layout: Layout, n: int) -> Layout:
    """A value whose lines are contiguous and whose planes are one step apart; copied if need be."""
    lead = x.ndim - n
    if one_step(x.shape[:lead], layout.strides[:lead]) is None or layout.strides[-1] != 1 and x.shape[-1] > 1:
        return copied(calls, layout, x)
    return layout


def _walk(shape: Shape, strides: Shape, n: int, stride: Shape, dilation: Shape) -> list[int]:
    """From plane to plane, from window to window and from tap to tap along all axes but the last."""
    lead = one_step(shape[:-n], strides[:-n]) or 0
    steps = _three(strides[len(strides) - n:-1], 0)[1:]
    return [lead, *(a * s for a, s in zip(steps, _three(stride, 1))),
            *(a * d for a, d in zip(steps, _three(dilation, 1)))]


def _kernel(x: str, v: str, params: tuple[Shape, Shape, Shape], places: bool) -> tuple[Pool, list[int]]:
    """The kernel, and the taps, the step and the gap of windows as its arguments."""
    taps, stride, dilation = params
    apart = places and all(s > d * (k - 1) for k, s, d in zip(taps, stride, dilation))
    few = numel(taps) <= MANY_TAPS
    pool = Pool(x, v, places, _three(taps, 1) if few else None, stride[-1] if few else 0,
                dilation[-1] if few else 0, apart and few)
    return pool, [*_three(taps, 1), stride[-1], dilation[-1]]


def lower_pick(work: Work, schedule: Schedule) -> list[Call]:
    """y = v where x is largest in each window."""
    n = work.nodes[0]
    (x, v), rank = n.inputs, len(n.params[0])
    calls: list[Call] = []
    pool, taps = _kernel(x.dtype.name, moved_as(v.dtype), n.params, False)
    layouts = [_readable(calls, i, schedule.layouts[i], rank) for i in (x, v)]
    counts, size = n.shape[-rank:], n.dtype.itemsize
    calls.append(Call(pool, [
        *(start_of(lay, i) for lay, i in zip(layouts, (x, v))), Address(n, 0, size),
        0, numel(n.shape[:-rank]), *_three(counts, 1), *taps,
        *_walk(x.shape, layouts[0].strides, rank, *n.params[1:]),
        *_walk(v.shape, layouts[1].strides, rank, *n.params[1:])],
        axes=pool.axes(), cost=nanoseconds(numel(n.shape) * numel(n.params[0]) * 8, 0)))
    return calls


def lower_spread(work: Work, schedule: Schedule) -> list[Call]:
    """g added up where x is largest in each window, zeros elsewhere."""
    n = work.nodes[0]
    (x, g), rank = n.inputs, len(n.params[0])
    calls: list[Call] = []
    pool, taps = _kernel(x.dtype.name, n.dtype.name, n.params, True)
    layout = _readable(calls, x, schedule.layouts[x], rank)
    given = schedule.layouts[g]
    if given.strides != row_major(g.shape):
        given = copied(calls, given, g)
    counts, size = g.shape[-rank:], n.dtype.itemsize
    if not pool.apart or any(c * k != s for c, k, s in zip(counts, n.params[0], n.shape[-rank:])):
        calls.append(fill(n.shape, array(schedule.layouts[n], n)))
    calls.append(Call(pool, [
        start_of(layout, x), start_of(given, g), Address(n, 0, size),
        0, numel(n.shape[:-rank]), *_three(counts, 1), *taps,
        *_walk(x.shape, layout.strides, rank, *n.params[1:]),
        *_walk(n.shape, row_major(n.shape), rank, *n.params[1:])],
        axes=pool.axes(), cost=nanoseconds(numel(g.shape) * numel(n.params[0]) * 16, 0)))
    return calls

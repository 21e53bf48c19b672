"""Work along one axis (the place of an extreme, running sums, windows added back) to kernel calls."""

from __future__ import annotations

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, one_step
from retrograd.codegen.loops.arg import Arg
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.scan import Scan
from retrograd.codegen.lowering.call import Address, Call, copied, start_of, stride_letters
from retrograd.codegen.lowering.nest import Result, array, fill, nest
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node


def _around(calls: list[Call], x: Node, axis: int, schedule: Schedule) -> tuple[Layout, list[int]]:
    """Where x lies, and its strides over (before the axis, the axis, after it); copied if one stride each
    does not walk it."""
    layout = schedule.layouts[x]
    cuts = ((0, axis), (axis, axis + 1), (axis + 1, x.ndim))
    walk = [one_step(x.shape[a:b], layout.strides[a:b]) for a, b in cuts]
    if None in walk:
        layout = copied(calls, layout, x)
        walk = [one_step(x.shape[a:b], layout.strides[a:b]) for a, b in cuts]
    return layout, [s or 0 for s in walk]


def _given(letters: str, strides: Shape) -> list[int]:
    return [s for letter, s in zip(letters, strides) if letter == "s"]


def lower_arg(work: Work, schedule: Schedule) -> list[Call]:
    """The place of the largest or smallest along an axis."""
    n = work.nodes[0]
    x, (axis,) = n.inputs[0], n.params
    calls: list[Call] = []
    layout, walk = _around(calls, x, axis, schedule)
    outer, inner = numel(x.shape[:axis]), numel(x.shape[axis + 1:])
    strides = tuple(walk[:2] if inner == 1 else walk)
    letters = stride_letters(strides)
    kernel = Arg(Operand(x.dtype.name, letters), str(n.prim.lower)[3:], host().lanes("float64"))
    columns = [] if inner == 1 else [inner, 0, inner]
    calls.append(Call(kernel, [start_of(layout, x), Address(n, 0, 8), 0, outer, x.shape[axis], *columns,
                               *_given(letters, strides)],
                      axes=kernel.axes(), cost=nanoseconds(4 * numel(x.shape), 0)))
    return calls


def lower_scan(work: Work, schedule: Schedule) -> list[Call]:
    """Running sums; from the end they are those of both arrays read backwards."""
    n = work.nodes[0]
    x, (axis, reverse) = n.inputs[0], n.params
    calls: list[Call] = []
    layout, walk = _around(calls, x, axis, schedule)
    count, inner, size = x.shape[axis], numel(x.shape[axis + 1:]), n.dtype.itemsize
    source, target = walk, [count * inner, inner, 1]
    first, start = start_of(layout, x), Address(n, 0, size)
    if reverse:
        first = first._replace(offset=first.offset + (count - 1) * source[1])
        start = start._replace(offset=(count - 1) * inner)
        source, target = [source[0], -source[1], source[2]], [target[0], -inner, 1]
    rank = 2 if inner == 1 else 3
    letters = [stride_letters(tuple(s[:rank])) for s in (source, target)]
    kernel = Scan(Operand(x.dtype.name, letters[0]), Operand(n.dtype.name, letters[1]))
    given = [*_given(letters[0], tuple(source)), *_given(letters[1], tuple(target))]
    columns = [inner] if rank == 3 else []
    calls.append(Call(kernel, [first, start, 0, numel(x.shape[:axis]), count, *columns, *given],
                      axes=kernel.axes(), cost=nanoseconds(100 * numel(x.shape), 0)))
    return calls


def lower_overlap(work: Work, schedule: Schedule) -> list[Call]:
    """Windows (*lead, *counts, *kernel) added back into (*lead, *size), tap after tap."""
    n = work.nodes[0]
    c, (size, stride, dilation) = n.inputs[0], n.params
    k, lead = len(size), c.ndim - 2 * len(size)
    out, steps = array(schedule.layouts[n], n), schedule.layouts[n].strides
    taps = tuple(s * d for s, d in zip(steps[lead:], dilation))
    counts = tuple(s * d for s, d in zip(steps[lead:], stride))
    order = (*range(lead), *range(lead + k, c.ndim), *range(lead, lead + k))
    given = schedule.layouts[c].strides
    values = array(schedule.layouts[c], c, tuple(given[d] for d in order))
    target = out._replace(strides=(*steps[:lead], *taps, *counts))
    add = Step(lambda m, total, value: m.add(total, value), (1, 0), "add")
    shape = tuple(c.shape[d] for d in order)
    added = nest(shape, [values, target], (add,), [Result(2, target, inplace=1)], whole=True)
    return [fill(n.shape, out), added]

"""Values put together from others in boxes of the result (pad, concat, update) to one copy a box."""

from __future__ import annotations

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.phases import DEALT, Alternate
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, one_step
from retrograd.codegen.lowering.call import Address, Call
from retrograd.codegen.lowering.images import bordered
from retrograd.codegen.lowering.nest import array, copy, fill, moved_as
from retrograd.codegen.schedule import Schedule, Work


def _box(whole: Layout, start: Shape, shape: Shape, step: Shape | None = None) -> Layout:
    """The elements start, start + step, ... of an array."""
    offset = sum(a * s for a, s in zip(start, whole.strides))
    strides = whole.strides if step is None else tuple(s * k for s, k in zip(whole.strides, step))
    return Layout(whole.base, whole.offset + offset, shape, strides)


def lower_concat(work: Work, schedule: Schedule) -> list[Call]:
    """Each part into its range of the axis."""
    n = work.nodes[0]
    axis, out, at = n.params[0], schedule.layouts[n], 0
    if alternate := _alternating(work, schedule):
        return [alternate]
    calls = []
    for part in n.inputs:
        if numel(part.shape) and schedule.layouts[part].base is not out.base:     # else it lies there
            start = tuple(at if d == axis else 0 for d in range(n.ndim))
            calls.append(copy(part.shape, array(schedule.layouts[part], part),
                              array(_box(out, start, part.shape), n)))
        at += part.shape[axis]
    return calls


def _alternating(work: Work, schedule: Schedule) -> Call | None:
    """Two parts whose elements alternate in lines of the result: both are read once, in registers."""
    n = work.nodes[0]
    if n.ndim < 2 or n.params[0] != n.ndim - 1 or len(n.inputs) != 2 or n.shape[-1] != 2 or \
            n.inputs[0].shape[-1] != 1 or moved_as(n.dtype) not in DEALT or not numel(n.shape):
        return None
    lead, width, size = n.shape[:-2], n.shape[-2], n.dtype.itemsize
    layouts = [schedule.layouts[v] for v in (*n.inputs, n)]
    lines = [one_step(lead, lay.strides[:-2]) for lay in layouts]
    steps = [lay.strides[-2] for lay in layouts] if width > 1 else [1, 1, 2]
    if steps != [1, 1, 2] or layouts[2].strides[-1] != 1 or layouts[2].base in (v.base for v in layouts[:2]):
        return None
    kernel = Alternate(moved_as(n.dtype), host().lanes(moved_as(n.dtype)))
    places = [Address(lay.base, lay.offset, size) for lay in layouts]
    between = [s for s in lines if s is not None]
    return None if len(between) < len(lines) else Call(
        kernel, [*places, 0, numel(lead), width, *between], axes=kernel.axes(),
        cost=nanoseconds(0, 2 * numel(n.shape) * size))


def lower_pad(work: Work, schedule: Schedule) -> list[Call]:
    """Zeros around, and the middle. With zeros between neighbours all of it is zeroed first."""
    n = work.nodes[0]
    x, out, (low, high, inner) = n.inputs[0], schedule.layouts[n], n.params
    if max(inner) == 0 and numel(x.shape):
        at_once = bordered(x, schedule.layouts[x], out, low, n.shape, 1)
        if at_once is not None:
            return [at_once]
    calls: list[Call] = []
    if any(inner) or numel(x.shape) == 0:
        calls.append(fill(n.shape, array(out, n)))
    else:
        start, shape = [0] * n.ndim, list(n.shape)
        for d in range(n.ndim):         # two slabs an axis, what remains is narrower in it
            for at, size in ((0, low[d]), (n.shape[d] - high[d], high[d])):
                if size:
                    start[d], shape[d] = at, size
                    slab = _box(out, tuple(start), tuple(shape))
                    calls.append(fill(slab.shape, array(slab, n)))
            start[d], shape[d] = low[d], x.shape[d]
    if numel(x.shape):
        middle = _box(out, low, x.shape, tuple(k + 1 for k in inner))
        calls.append(copy(x.shape, array(schedule.layouts[x], x), array(middle, n)))
    return calls


def lower_update(work: Work, schedule: Schedule) -> list[Call]:
    """x, then v over a box of it."""
    n = work.nodes[0]
    x, v = n.inputs
    out, (start, step) = schedule.layouts[n], n.params
    calls = [copy(n.shape, array(schedule.layouts[x], x), array(out, n))]
    if numel(v.shape):
        calls.append(copy(v.shape, array(schedule.layouts[v], v), array(_box(out, start, v.shape, step), n)))
    return calls

"""The cotangent of all that is kept of a loop goes in; those of its outputs come out, without what is zero.

They are looked for in what the cotangent was put together from: what nobody read is not written, and a loop
of which the last output was read begins its way back with that.
"""

from __future__ import annotations

from retrograd.autodiff.loop import Loop
from retrograd.autodiff.loop_back import Source
from retrograd.base.shape import numel
from retrograd.graph.node import Node, const_p
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw


def parts_of(g: Node, loop: Loop) -> dict[Source, Node]:
    """The cotangents of the outputs; what is zero is not there."""
    found: dict[Source, Node] = {}
    for (kind, k), (at, shape) in zip(loop.outputs, loop.blocks):
        if kind == "path":
            one, rest = shape[1:], (loop.length, *shape[1:])
            first, after = (at + numel(rest), at) if loop.reverse else (at, at + numel(one))
            pieces = [(("dfirst", k), first, one), (("dafter", k), after, rest)]
        else:
            pieces = [(("dlast" if kind == "last" else "dy", k), at, shape)]
        for source, begin, size in pieces:
            part = _part(g, begin, begin + numel(size))
            if part is not None:
                found[source] = lin.reshape(part, size)
    for source in [s for s in found if s[0] == "dafter"]:
        last = _only(found[source], 0 if loop.reverse else loop.length - 1)
        if last is not None:
            del found[source]
            end = "dlast", source[1]
            found[end] = found[end] + last if end in found else last
    return found


def _part(g: Node, begin: int, end: int) -> Node | None:
    """Elements of a flat cotangent, looked for in what it was put together from; None is zero."""
    if g.value is None:
        if g.prim is pw.add:
            a, b = (_part(i, begin, end) for i in g.inputs)
            return b if a is None else a if b is None else a + b
        if g.prim is lin.expand_p and g.inputs[0].prim is const_p and g.inputs[0].params[0] == 0:
            return None
        at, inside = 0, []
        if g.prim is lin.concat_p:
            for i in g.inputs:
                if at < end and at + i.shape[0] > begin:
                    inside.append((i, at))
                at += i.shape[0]
        elif g.prim is lin.pad_p and not any(g.params[2]):
            at, = g.params[0]
            inside = [(g.inputs[0], at)] if at < end and at + g.inputs[0].shape[0] > begin else []
            if not inside:
                return None
        parts = [(i, at, _part(i, max(begin - at, 0), min(end - at, i.shape[0]))) for i, at in inside]
        if parts and all([part is None for _, _, part in parts]):
            return None
        if len(parts) == 1 and parts[0][1] <= begin and end <= parts[0][1] + parts[0][0].shape[0]:
            return parts[0][2]
    return lin.narrow(g, 0, begin, end - begin)


def _only(x: Node, time: int) -> Node | None:
    """The value at one time of a cotangent that is zero at all others; None where it is not."""
    shape = x.shape
    while x.value is None and x.prim is lin.reshape_p:
        x = x.inputs[0]
    return _at(x, 0, time) if x.shape == shape else None


def _at(x: Node, axis: int, place: int) -> Node | None:
    """A value at one place along an axis, without the axis, if zeros were put around that place."""
    if x.value is not None or x.prim not in (lin.permute_p, lin.pad_p):
        return None
    inner, params = x.inputs[0], x.params
    if x.prim is lin.permute_p:
        perm = params[0]
        one = _at(inner, perm[axis], place)
        return None if one is None else \
            lin.permute(one, tuple([p - (p > perm[axis]) for p in perm if p != perm[axis]]))
    around = [(*p[:axis], *p[axis + 1:]) for p in params]
    low, _, _ = params
    if (low[axis], inner.shape[axis]) == (place, 1):
        one = lin.reshape(inner, (*inner.shape[:axis], *inner.shape[axis + 1:]))
    elif low[axis] == 0 and inner.shape[axis] == x.shape[axis]:
        one = _at(inner, axis, place)
    else:
        return None
    return one if one is None or not any(map(any, around)) else lin.pad(one, *around)

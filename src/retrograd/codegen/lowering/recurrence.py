"""A loop over time to calls: those of one step, again and again, each time further along.

One step is planned like any graph, over operands that stand for what a step reads. What does not differ
between steps (a matrix packed into panels) is done once, before the first. Results are written where they are
kept; a carry of which only the last is kept lies in two places in turn. The kernels are those of one step,
whatever the length. Short steps are one call that repeats theirs (loops/repeat.py); where threads can share a
step, its calls are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import numel
from retrograd.codegen.canonicalize import canonicalize
from retrograd.codegen.checks import without_checks
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.codegen.layout import Layout, whole
from retrograd.codegen.loops.repeat import Repeat
from retrograd.codegen.lowering.call import Address, Call, Routine, Scratch, copy_call
from retrograd.codegen.passes import simplest
from retrograd.codegen.place import place_parts
from retrograd.codegen.schedule import Schedule, Work
from retrograd.codegen.symbol import number_of
from retrograd.graph.graph import topological
from retrograd.graph.node import PLAIN, Node, leaf_p
from retrograd.ops.linear import copy_p

LINE = 64               # elements from one of two places to the other are a multiple
SHARED = 20_000         # nanoseconds of a call of a step that threads may share
SLICE = 10_000_000      # and of the steps that one call repeats
_NOTHING = np.zeros(())


class _Place(NamedTuple):
    """Where a value of a step lies: so many elements into an array, and by how many further along at the next
    time; or, in turn, in one place and another."""

    of: Any
    offset: int = 0
    step: int = 0
    turn: int = 0           # elements further along at odd counts of steps


class _Step(NamedTuple):
    """The operands and results of one step, and its calls, each with what it may write."""

    operands: list[Node]
    roots: list[Node]
    calls: list[tuple[set[Any], Call]]


def lower_recurrence(work: Work, schedule: Schedule, lowerings: Any) -> list[Call]:
    """The calls of all steps. `lowerings` says how the work of a step is lowered."""
    n = work.nodes[0]
    loop = n.params[0]
    layouts = [schedule.layouts[i] for i in n.inputs]
    c, count = loop.consts, loop.carries
    ys = [k for kind, k in loop.outputs if kind == "each"]
    step = _planned(loop, layouts, [*range(count), *[count + k for k in ys]], lowerings)
    size = n.dtype.itemsize
    before, after, calls = [], [], []
    blocks = dict(zip(loop.outputs, loop.blocks))
    for k in range(count):
        aval = loop.body.inputs[c + k]
        elements, row = numel(aval.shape), layouts[c + k]
        if ("path", k) in blocks:
            at, _ = blocks["path", k]
            early, late = _Place(n, at, elements), _Place(n, at + elements, elements)
            first = at + (loop.length * elements if loop.reverse else 0)
            last = at + (0 if loop.reverse else loop.length * elements)
            end: Layout = Layout(n, last, aval.shape, whole(n, aval.shape).strides)
            before.append(late if loop.reverse else early)
            after.append(early if loop.reverse else late)
            start: Any = Layout(n, first, aval.shape, whole(n, aval.shape).strides)
        else:
            room = -(-elements // LINE) * LINE
            both = Scratch(2 * room * aval.dtype.itemsize)
            before.append(_Place(both, turn=room))
            after.append(_Place(both, room, turn=-room))
            start = whole(both, aval.shape)
            end = start._replace(offset=loop.length % 2 * room)
        calls.append(copy_call(row, n.inputs[c + k], start))
        if ("last", k) in blocks:
            at, shape = blocks["last", k]
            to = Layout(n, at, shape, whole(n, shape).strides)
            after_all = copy_call(end, n.inputs[c + k], to)
            blocks["last", k] = after_all       # type: ignore[assignment]
    places: dict[Any, _Place] = dict(zip(step.operands[c:], before))
    places.update({p: _Place(lay.base, lay.offset) for p, lay in zip(step.operands[:c], layouts)})
    places.update({p: _Place(lay.base, lay.offset, lay.strides[0])
                   for p, lay in zip(step.operands[c + count:], layouts[c + count:])})
    places.update(zip(step.roots, after))
    places.update({r: _Place(n, blocks["each", k][0], numel(r.shape))
                   for r, k in zip(step.roots[count:], ys)})
    calls += _repeated(step, places, loop)
    calls += [blocks["last", k] for k in range(count) if ("last", k) in blocks]     # type: ignore[misc]
    assert all([a.itemsize == size for call in calls for a in call.args
                if isinstance(a, Address) and a.of is n]), "outputs of one dtype"
    return calls


def _planned(loop: Any, layouts: Sequence[Layout], outputs: Sequence[int], lowerings: Any) -> _Step:
    """One step as calls over operands that lie as the loop's do."""
    c, count = loop.consts, loop.carries
    operands = []
    for k, (aval, lay) in enumerate(zip(loop.body.inputs, layouts)):
        strides = lay.strides if k < c else whole(None, aval.shape).strides if k < c + count else \
            lay.strides[1:]
        operands.append(Node(leaf_p, (), (strides,), aval.shape, aval.dtype, PLAIN, _NOTHING))
    values = loop.body.bound(operands)
    roots: list[Node] = []
    for r in canonicalize([values[k] for k in outputs]):
        computed = r.value is None and r.inputs and not r.prim.strided and r not in roots
        roots.append(r if computed else Node(copy_p, (r,), (), r.shape, r.dtype))
    found, checks = without_checks(simplest(roots))
    inner = fuse_products(fuse(topological([*found, *checks]), found), found)
    inner = replace(place_parts(inner, found), steady=frozenset(operands[:c]))
    assert all([inner.layouts[r] == whole(r, r.shape) for r in found]), "a result of a step is an array"
    calls = [({inner.home(s) for s in w.stores}, call)
             for w in inner.work for call in lowerings[w.kind](w, inner)]
    return _Step(operands, list(found), calls)


def _repeated(step: _Step, places: dict[Any, _Place], loop: Any) -> list[Call]:
    """The calls that are the same at all steps, once, then the others for each step."""
    varies: set[Any] = {p for p, place in places.items() if place.step or place.turn}
    varies.update(step.roots)
    met: set[Any] = set()
    once: list[Call] = []
    often: list[Call] = []
    for stores, call in step.calls:
        touched = [a.of for a in call.args if isinstance(a, Address)]
        written = [of for of in touched if of in stores or isinstance(of, Scratch) and of not in met]
        met.update(touched)
        for of in written:
            if of not in places and not isinstance(of, Scratch):
                places[of] = _Place(Scratch(numel(of.shape) * of.dtype.itemsize))
        if call.failure is None and not any([of in varies for of in touched]):
            once.append(call)
        else:
            often.append(call)
            varies.update([of for of in touched if isinstance(of, Scratch) or of in stores])
    calls = [replace(call, args=[_moved(a, places, 0, 0) for a in call.args]) for call in once]
    plans = [(call, [(k, a, places.get(a.of)) for k, a in enumerate(call.args) if isinstance(a, Address)])
             for call in often]
    if not any([call.failure or number_of(call.cost) >= SHARED and loop.length.__class__ is int
                for call in often]):
        return calls + _in_one(plans, loop) if often else calls
    for number, t in enumerate(loop.order):
        for call, addresses in plans:
            args = list(call.args)
            for k, a, place in addresses:
                if place is not None:
                    offset = place.offset + t * place.step + number % 2 * place.turn + a.offset
                    args[k] = Address(place.of, offset, a.itemsize)
            if call.failure is not None:            # each step has a verdict of its own
                at = call.description.parameters().index("out")
                args[at] = Address(Scratch(args[at].of.nbytes), 0, args[at].itemsize)   # type: ignore[union-attr]
            calls.append(Call(call.description, args, call.failure, call.axes, call.cost))
    return calls


def _in_one(plans: Sequence[tuple[Call, list[tuple[int, Address, _Place | None]]]], loop: Any) -> list[Call]:
    """Calls that repeat those of a step, each for so many steps that Ctrl-C is seen in between."""
    words: list[Any] = []
    for call, addresses in plans:
        words += [Routine(call.description), len(call.args)]
        found = {k: (a, place) for k, a, place in addresses}
        for k, x in enumerate(call.args):
            a, place = found.get(k, (None, None))
            if a is None or place is None:
                words += [x, 0, 0]
                continue
            first = place.offset + a.offset + (place.step * (loop.length - 1) if loop.reverse else 0)
            words += [Address(place.of, first, a.itemsize),
                      (-place.step if loop.reverse else place.step) * a.itemsize, place.turn * a.itemsize]
    cost = sum([call.cost for call, _ in plans])
    parts = int(number_of(cost * loop.length) / SLICE) + 1
    room = Address(Scratch(8 * max([len(call.args) for call, _ in plans])), 0, 8)
    marks = [loop.length * k // parts for k in range(parts + 1)]
    return [Call(Repeat(), [room, begin, end, len(plans), *words], cost=cost * (end - begin))
            for begin, end in zip(marks, marks[1:])]


def _moved(a: Any, places: dict[Any, _Place], t: int, number: int) -> Any:
    place = places.get(a.of) if isinstance(a, Address) else None
    return a if place is None else Address(place.of, place.offset + t * place.step + a.offset, a.itemsize)

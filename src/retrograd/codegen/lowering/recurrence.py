"""A loop over time to calls: those of one step, again and again, each time further along.

One step is planned like any graph, over operands that stand for what a step reads. What does not differ
between steps (a matrix packed into panels) is done once, before the first. Results are written where they are
kept; a carry of which only the last is kept lies in two places in turn. The kernels are those of one step,
whatever the length. Steps are one call that repeats theirs (loops/repeat.py). Where the rows of a batch do
not meet (lowering/apart.py) threads share the rows; where they do, and one step is work enough for several,
the calls of all steps are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.shape import numel
from retrograd.codegen.axis import axes_of
from retrograd.codegen.canonicalize import canonicalize
from retrograd.codegen.checks import without_checks
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.codegen.layout import Layout, whole
from retrograd.codegen.loops.repeat import Repeat
from retrograd.codegen.lowering.apart import Rows, rows_apart
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
WIDE = 50_000           # and for FEWEST rows, where they may share the rows of all steps: such weights fit no
#                         core's cache
SLICE = 10_000_000      # and of the steps that one call repeats
FEWEST, SHORTEST = 8, 64    # rows that a thread leads through the steps at least, and elements of a value
TURN = 200_000          # nanoseconds for which it does, before it waits for the others
_NOTHING = np.zeros(())


class _Place(NamedTuple):
    """Where a value of a step lies: so many bytes into an array, and by how many further along at the next
    time; or, in turn, in one place and another."""

    of: Any
    offset: int = 0
    step: int = 0
    turn: int = 0           # bytes further along at odd counts of steps

    def at(self, a: Address, beyond: int = 0) -> Address:
        """An address in the value, in the array; of pairs of elements too, so it counts bytes."""
        return Address(self.of, self.offset + a.offset * a.itemsize + beyond, 1)


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
    before, after, calls = [], [], []
    blocks = dict(zip(loop.outputs, loop.blocks))
    for k in range(count):
        aval = loop.body.inputs[c + k]
        elements, row = numel(aval.shape), layouts[c + k]
        size = aval.dtype.itemsize
        if ("path", k) in blocks:
            at, _ = blocks["path", k]
            early, late = [_Place(n, begin * size, elements * size) for begin in (at, at + elements)]
            first = at + (loop.length * elements if loop.reverse else 0)
            last = at + (0 if loop.reverse else loop.length * elements)
            end: Layout = Layout(n, last, aval.shape, whole(n, aval.shape).strides)
            before.append(late if loop.reverse else early)
            after.append(early if loop.reverse else late)
            start: Any = Layout(n, first, aval.shape, whole(n, aval.shape).strides)
        else:
            room = -(-elements // LINE) * LINE
            both = Scratch(2 * room * size)
            before.append(_Place(both, turn=room * size))
            after.append(_Place(both, room * size, turn=-room * size))
            start = whole(both, aval.shape)
            end = start._replace(offset=loop.length % 2 * room)
        calls.append(copy_call(row, n.inputs[c + k], start))
        if ("last", k) in blocks:
            at, shape = blocks["last", k]
            to = Layout(n, at, shape, whole(n, shape).strides)
            after_all = copy_call(end, n.inputs[c + k], to)
            blocks["last", k] = after_all       # type: ignore[assignment]
    places: dict[Any, _Place] = dict(zip(step.operands[c:], before))
    for k, (p, lay) in enumerate(zip(step.operands, layouts)):
        size = p.dtype.itemsize
        if not c <= k < c + count:
            places[p] = _Place(lay.base, lay.offset * size, 0 if k < c else lay.strides[0] * size)
    places.update(zip(step.roots, after))
    size = n.dtype.itemsize
    places.update({r: _Place(n, blocks["each", k][0] * size, numel(r.shape) * size)
                   for r, k in zip(step.roots[count:], ys)})
    calls += _repeated(step, places, loop)
    return calls + [blocks["last", k] for k in range(count) if ("last", k) in blocks]   # type: ignore[misc]


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
    carried = [*step.operands[loop.consts:loop.consts + loop.carries], *step.roots[:loop.carries]]
    met: set[Any] = set()
    written = set(carried)
    once: list[Call] = []
    often: list[Call] = []
    for stores, call in step.calls:
        touched = [a.of for a in call.args if isinstance(a, Address)]
        new = [of for of in touched if of in stores or isinstance(of, Scratch) and of not in met]
        met.update(touched)
        for of in new:
            if of not in places and not isinstance(of, Scratch):
                places[of] = _Place(Scratch(numel(of.shape) * of.dtype.itemsize))
        if call.failure is None and not any([of in varies for of in touched]):
            once.append(call)
        else:
            often.append(call)
            varies.update([of for of in touched if isinstance(of, Scratch) or of in stores])
            written.update([of for of in touched if of in stores], new)
    calls = [replace(call, args=[places[a.of].at(a) if isinstance(a, Address) and a.of in places else a
                                 for a in call.args]) for call in once]
    if not often:
        return calls
    plans = [(call, [(k, a, places.get(a.of)) for k, a in enumerate(call.args) if isinstance(a, Address)])
             for call in often]
    rows, apart = 1, None
    if not any([call.failure for call in often]):
        rows = carried[0].shape[0] if carried and carried[0].ndim else 1
        apart = _apart(often, rows, carried, written)
        cost = max([number_of(call.cost) for call in often])
        near = cost < SHARED if apart is None else cost * FEWEST < WIDE * number_of(rows)
        if near or loop.length.__class__ is not int:
            return calls + _in_one(plans, loop, rows, apart)
    for number, t in enumerate(loop.order):
        for call, addresses in plans:
            args = list(call.args)
            for k, a, place in addresses:
                if place is not None:
                    args[k] = place.at(a, t * place.step + number % 2 * place.turn)
            if call.failure is not None:            # each step has a verdict of its own
                at = call.description.parameters().index("out")
                args[at] = Address(Scratch(args[at].of.nbytes), 0, args[at].itemsize)   # type: ignore[union-attr]
            calls.append(Call(call.description, args, call.failure, call.axes, call.cost))
    return calls


def _apart(calls: Sequence[Call], rows: int, carried: Sequence[Any], written: AbstractSet[Any]
           ) -> Rows | None:
    """How the calls of a step are held to some rows of the first axis of what is carried."""
    if rows < 2 * FEWEST or not all([x.ndim and x.shape[0] == rows for x in carried]):
        return None
    pitch = {x: numel(x.shape[1:]) * x.dtype.itemsize for x in carried}
    found = rows_apart(calls, rows, pitch, written.__contains__)
    if found is None:
        return None
    least = max([FEWEST, *[-(-SHORTEST // number_of(numel(x.shape[1:]))) for x in carried]])
    if rows.__class__ is int:           # as many parts as halving makes of the rows, of one size
        least = -(-rows // (1 << (rows // least).bit_length() - 1)) if rows > least else rows
    return found._replace(align=-(-least // found.align) * found.align)


def _in_one(plans: Sequence[tuple[Call, list[tuple[int, Address, _Place | None]]]], loop: Any, rows: int,
            apart: Rows | None) -> list[Call]:
    """Calls that repeat those of a step, each for so many steps that Ctrl-C is seen in between, and that no
    thread waits long for another."""
    words: list[Any] = []
    for number, (call, addresses) in enumerate(plans):
        place, each = (len(call.args), 1) if apart is None else apart.held[number]
        words += [Routine(call.description), len(call.args), place, each]
        found = {k: (a, place) for k, a, place in addresses}
        for k, x in enumerate(call.args):
            a, lies = found.get(k, (None, None))
            if a is None or lies is None:
                words += [x, 0, 0]
                continue
            first = lies.at(a, lies.step * (loop.length - 1) if loop.reverse else 0)
            words += [first, -lies.step if loop.reverse else lies.step, lies.turn]
    align = rows if apart is None else apart.align
    units = 1 if apart is None else -(-rows // align)
    cost = sum([call.cost for call, _ in plans])
    slice_ = SLICE if apart is None else min(SLICE, TURN * number_of(units))
    parts = int(number_of(cost * loop.length) / slice_) + 1
    longest = 2 + max([len(call.args) for call, _ in plans])
    room = Address(Scratch(8 * longest * units), 0, 8)
    marks = [loop.length * k // parts for k in range(parts + 1)]
    repeat = Repeat()
    axes = () if apart is None else axes_of(repeat.parameters(), row_begin=align)
    return [Call(repeat, [room, begin, end, len(plans), 0, rows, align, longest, *words], axes=axes,
                 cost=cost * (end - begin))
            for begin, end in zip(marks, marks[1:])]

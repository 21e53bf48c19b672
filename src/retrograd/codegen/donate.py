"""A schedule and the leaves that results may be written over go in; a place for each result, and an order in
which those writes come last, come out.

Whatever reads an old value runs before, and so does whatever can fail: a program that is given up on the way
has changed nothing. A loop writes straight into a leaf that it reads at the same index and that nobody reads
later, and so do rows that take the place of others; any other result is computed in the arena and copied at
the end.

    w1 = sub(w, mul(rate, g))       over w      ->   loop [sub, mul], writes w in place
    w1 = matmul(w, a)               over w      ->   product into the arena, then copy into w
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from retrograd.codegen.kinds import kind_of
from retrograd.codegen.layout import Layout, all_of_it, whole
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node, const_p
from retrograd.ops.linear import copy_p


class Donation(NamedTuple):
    """The schedule with its writes last, where each root lies, and from which work on leaves are written."""

    schedule: Schedule
    seen: list[Layout]
    first: int
    targets: dict[Node, Node]       # value computed -> the leaf in whose memory it lies


def donate_leaves(schedule: Schedule, roots: Sequence[Node], gifts: Mapping[int, Node]) -> Donation:
    """Place the roots of those positions in the memory of leaves of the same shape and dtype."""
    seen = [schedule.layouts[r] for r in roots]
    for k, leaf in gifts.items():
        assert (roots[k].shape, roots[k].dtype) == (leaf.shape, leaf.dtype), "a gift fits what is put into it"
    # What cannot be copied by a kernel gets memory of its own.
    gifts = {k: leaf for k, leaf in gifts.items() if kind_of(_copied(roots[k])) == "loop"}
    targets = _straight(schedule, seen, gifts)
    for n, leaf in targets.items():
        schedule.members[n].over[n] = leaf
    last = {id(schedule.members[n]) for n in targets}
    asked = Counter(lay.base for lay in seen)
    readers = [w for w in schedule.work if id(w) not in last]
    writers = [w for w in schedule.work if id(w) in last]
    for k, r in enumerate(roots):
        if k not in gifts and _scattered(schedule, seen[k], asked):
            written = id(schedule.members.get(seen[k].base)) in last
            (writers if written else readers).append(_copy(schedule, r))
            seen[k] = schedule.layouts[(writers if written else readers)[-1].nodes[0]]
    for k, leaf in gifts.items():
        n = seen[k].base
        if targets.get(n) is leaf or seen[k] == whole(leaf, leaf.shape):
            continue                                    # in its place, or there before
        source = roots[k]
        home = schedule.members.get(n)
        if home is None or home.kind == "numpy":        # it may lie in a leaf that is written before the copy
            readers.append(_copy(schedule, source))
            source = readers[-1].nodes[0]
        writers.append(_copy(schedule, source))
        copy = writers[-1].nodes[0]
        targets[copy], seen[k] = leaf, schedule.layouts[copy]
    order = Schedule([*readers, *writers], schedule.layouts, schedule.members)
    return Donation(order, seen, len(readers), targets)


def _scattered(schedule: Schedule, layout: Layout, asked: Counter[Node]) -> bool:
    """Whether a result is a view of something computed: it becomes an array of its own, unless it is all of
    it in another shape and nobody asks for it in its own."""
    base = layout.base
    home = schedule.members.get(base)
    computed = home is not None and home.kind != "numpy" or base.prim is const_p
    if not computed or layout[1:] == whole(base, base.shape)[1:] or kind_of(_copied(base)) != "loop":
        return False
    return base.prim is const_p or asked[base] > 1 or not all_of_it(layout)


def _copied(source: Node) -> Node:
    return Node(copy_p, (source,), (), source.shape, source.dtype)


def _copy(schedule: Schedule, source: Node) -> Work:
    """Work of its own that copies a value, row-major."""
    n = _copied(source)
    work = Work("loop", 1 + max((w.level for w in schedule.work), default=0), n.shape, [n], [n])
    schedule.layouts[n], schedule.members[n] = whole(n, n.shape), work
    return work


def _straight(schedule: Schedule, seen: Sequence[Layout], gifts: Mapping[int, Node]) -> dict[Node, Node]:
    """The results that a loop may write where the old value lies."""
    if not gifts:
        return {}
    asked = Counter(lay.base for lay in seen)
    read: dict[Node, list[tuple[Work, Layout]]] = {}
    for w in schedule.work:
        for layout in _read(schedule, w):
            read.setdefault(layout.base, []).append((w, layout))
    found: dict[Node, Node] = {}
    for k, leaf in gifts.items():
        n = seen[k].base
        maker = schedule.members.get(n)
        if maker is None or seen[k] != whole(n, n.shape) or asked[n] > 1:
            continue
        if maker.kind != "loop" and not _replaces(schedule, maker, leaf):
            continue
        if all(lay == whole(leaf, maker.shape) for by, lay in read.get(leaf, ()) if by is maker):
            found[n] = leaf
    while True:
        writers = {schedule.members[n] for n in found}
        owners = {(leaf, schedule.members[n]) for n, leaf in found.items()}
        bad = {w for w in writers if any(by not in writers for s in w.stores for by, _ in read.get(s, ()))}
        late = {leaf for leaf in found.values()
                if any(by in writers and (leaf, by) not in owners for by, _ in read.get(leaf, ()))}
        kept = {n: leaf for n, leaf in found.items() if schedule.members[n] not in bad and leaf not in late}
        if len(kept) == len(found):
            return found
        found = kept


def _replaces(schedule: Schedule, w: Work, leaf: Node) -> bool:
    """Whether work writes rows into a copy of the leaf at places that were read from it before: these are in
    range, so that nothing can fail any more."""
    if w.kind != "place":
        return False
    layouts, (x, _, places) = schedule.layouts, w.nodes[0].inputs
    reads = [t.nodes[0].inputs for t in schedule.work if t.kind == "take" and t.nodes[0].params == (0,)]
    return layouts[x] == whole(leaf, x.shape) and any(
        layouts[i] == layouts[places] and layouts[table] == layouts[x] for table, i in reads)


def _read(schedule: Schedule, w: Work) -> Iterable[Layout]:
    """What a piece of work reads from memory; a result of NumPy may be a view of what that read, and so on,
    each once: the ways through a chain of such results are many."""
    found, met = [(w, True)], {id(w)}
    for work, itself in found:
        for i in [i for n in work.nodes for i in n.inputs]:
            layout = schedule.layouts.get(i)
            if layout is None:
                continue
            yield layout if itself else Layout(layout.base, -1, (), ())
            made = schedule.members.get(layout.base)
            if made is not None and made.kind == "numpy" and id(made) not in met:
                met.add(id(made))
                found.append((made, False))

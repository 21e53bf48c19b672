"""Work to work: a value that costs less to compute again than to put down and read back is not stored.

    1 region  sub, mul, reduce_sum -> 2 stored          1 region  sub, mul, reduce_sum -> 1 stored
    2 loop    mul (reads sub)                     ->    2 loop    sub, mul

A value is dropped if nobody asked for it, all who read it are loops or regions of its shape, each can compute
it in a few operations from what lies in memory anyway, and what they read instead is no more than what was
written and read. What is computed twice has the same bits twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from itertools import chain
from typing import NamedTuple

from retrograd.base.shape import numel
from retrograd.codegen.cost import flops
from retrograd.codegen.layout import Layout
from retrograd.codegen.schedule import Work
from retrograd.graph.node import Node, const_p

OPERATIONS = 8      # an element, of all that is computed again for a value
MAX_STEPS, MAX_POINTERS = 96, 24


class _Again(NamedTuple):
    """What a reader computes instead of reading a value, in order, and what it reads for that."""

    nodes: list[Node]
    pointers: list[Node]


def recompute(work: list[Work], members: dict[Node, Work], layouts: dict[Node, Layout],
              asked: Collection[Node]) -> list[Work]:
    """The work that is left; works, and where nodes are at home, are changed in place."""
    readers: dict[Node, list[Work]] = {}
    for w in work:
        for p in w.pointers:
            if p in members:
                readers.setdefault(p, []).append(w)
    changed = False
    for home in work:
        for n in list(home.nodes) if home.kind == "loop" else ():
            if n in readers and n not in asked and members[n] is home and _cheap(n, members):
                changed |= _dropped(n, readers, members, layouts, asked)
    return _pruned(work, members, layouts, asked) if changed else work


def _dropped(n: Node, readers: dict[Node, list[Work]], members: dict[Node, Work],
             layouts: dict[Node, Layout], asked: Collection[Node]) -> bool:
    """Whether all readers of a value compute it themselves from now on."""
    found = []
    for w in readers[n]:
        again = _again(n, w, members, layouts, lambda v: v in asked or v in readers)
        if again is None:
            return False
        found.append((w, again))
    saved = _bytes(n) * (1 + len(found))
    if 8 * sum([_bytes(p) for _, again in found for p in again.pointers]) > 9 * saved:
        return False                    # an eighth: rows and columns that are spread weigh little
    for w, again in found:
        w.nodes = _ordered([*again.nodes, *w.nodes], layouts)
        w.roles.update(dict.fromkeys(again.nodes, "full"))
        del w.pointers[n]
        for p in again.pointers:
            w.pointers[p] = None
            if p in members:
                readers.setdefault(p, []).append(w)
                w.waits |= members[p].waits
    del readers[n]
    return True


def _ordered(nodes: list[Node], layouts: dict[Node, Layout]) -> list[Node]:
    """The nodes of a work, each behind what it reads."""
    own, placed = set(nodes), dict[Node, None]()

    def place(n: Node) -> None:
        for i in n.inputs:
            base = layouts[i].base if i in layouts else None
            if base in own and base not in placed:
                place(base)
        placed[n] = None

    for n in nodes:
        if n not in placed:
            place(n)
    return list(placed)


def _bytes(n: Node) -> int:
    return numel(n.shape) * n.dtype.itemsize


def _again(n: Node, w: Work, members: dict[Node, Work], layouts: dict[Node, Layout],
           stored: Callable[[Node], bool]) -> _Again | None:
    """`stored`: whether a value is put down anyway."""
    if w.kind != "loop" or n.shape != w.shape:
        return None
    for m in w.nodes:
        for i in m.inputs:
            if i is not n and i in layouts and layouts[i].base is n:
                return None
    inside = set(w.nodes)
    nodes: dict[Node, None] = {}
    pointers: dict[Node, None] = {}

    def visit(m: Node) -> bool:
        """Whether `m` can be computed in `w`; what it needs comes before it."""
        if len(nodes) > OPERATIONS:
            return False
        for i in m.inputs:
            base = i if i.prim is const_p else layouts[i].base
            if not isinstance(base, Node):
                return False
            if base.prim is const_p or base in nodes or base in w.pointers and base is not n or \
                    base in inside and base is i and w.roles.get(base) == "full":
                continue
            if base in inside:
                return False
            home = members.get(base)
            if home is not None and base is i and base.shape == w.shape and not stored(base) and \
                    _cheap(base, members):
                if not visit(base):
                    return False
            elif home is not None and not stored(base) and 8 * _bytes(base) > _bytes(n):
                return False            # it would have to be put down for this
            elif home is not None and home.kind not in ("loop", "fold"):
                return False            # a product is put down only for some who read it
            else:
                pointers[base] = None
        nodes[m] = None
        return True

    if not visit(n) or sum(map(flops, nodes)) > OPERATIONS:
        return None
    room = len(w.nodes) + len(nodes) < MAX_STEPS and len(w.pointers) + len(pointers) < MAX_POINTERS
    return _Again(list(nodes), list(pointers)) if room else None


def _cheap(n: Node, members: dict[Node, Work]) -> bool:
    return n.prim.family == "pointwise" and members[n].kind == "loop" and flops(n) <= OPERATIONS


def _pruned(work: list[Work], members: dict[Node, Work], layouts: dict[Node, Layout],
            asked: Collection[Node]) -> list[Work]:
    """What nobody reads any more is not computed; work that is left without nodes goes."""
    read = Counter(chain(asked, *[w.pointers for w in work]))
    look = [w for w in work if w.kind == "loop"]
    while look:
        w = look.pop()
        kept: list[Node] = []
        used: set[Node] = set()
        for n in reversed(w.nodes):
            if n in used or read[n] and members[n] is w:
                kept.append(n)
                used.update([layouts[i].base for i in n.inputs if i in layouts])
        if len(kept) < len(w.nodes):
            w.nodes = kept[::-1]
            w.roles = {n: w.roles[n] for n in w.nodes if n in w.roles}
            own = set(w.nodes)
            bases = [layouts[i].base for n in w.nodes for i in n.inputs if i.prim is not const_p]
            before = list(w.pointers)
            w.pointers = {b: None for b in bases if b.prim is not const_p and b not in own}
            read.subtract(before)
            read.update(list(w.pointers))
            look += dict.fromkeys(members[p] for p in before
                                  if not read[p] and p in members and members[p].kind == "loop")
    left = [w for w in work if w.nodes]
    inside = {id(w): set(w.nodes) for w in left}
    for w in left:
        for n in w.nodes:
            if n not in inside.get(id(members[n]), ()):
                members[n] = w
    return left

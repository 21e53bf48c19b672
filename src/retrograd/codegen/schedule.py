"""Graph to kernels in order: which nodes share a loop, which run alone, which are left to NumPy.

A node's level is one more than that of what it waits for. Pointwise nodes of one shape and level
share a loop, and a node joins the loop of what it reads if all it waits for is in that loop or
earlier. Fusing changes no bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrograd.base.shape import Shape, numel
from retrograd.codegen.kinds import kind_of
from retrograd.codegen.layout import Layout, one_step, viewed, whole
from retrograd.graph.node import Node, const_p
from retrograd.ops.linear import copy_p

MAX_STEPS, MAX_POINTERS = 96, 24


@dataclass
class Work:
    """One kernel, or one call of NumPy: the nodes it computes and those whose values it stores."""

    kind: str                       # as `kind_of` says
    level: int
    shape: Shape
    nodes: list[Node] = field(default_factory=list)
    stores: list[Node] = field(default_factory=list)
    pointers: dict[Node, None] = field(default_factory=dict)     # a set in order: schedules must not vary
    over: dict[Node, Node] = field(default_factory=dict)         # stored value -> leaf it is written over


@dataclass
class Schedule:
    """Work in order, where every value's elements lie, and the values that exist in memory."""

    work: list[Work]
    layouts: dict[Node, Layout]
    members: dict[Node, Work]       # node computed -> work


def make_schedule(order: Sequence[Node], roots: Sequence[Node]) -> Schedule:
    """Group the nodes of a canonical graph."""
    layouts: dict[Node, Layout] = {}
    members: dict[Node, Work] = {}
    work: list[Work] = []
    loops: dict[tuple[int, Shape], list[Work]] = {}
    added: list[Node] = []

    def add(n: Node, kind: str, waits: list[Node]) -> None:
        levels = [members[b].level for b in waits if b in members]
        top = max(levels, default=0)
        layouts[n] = whole(n, n.shape)
        added.append(n)
        if kind == "loop":
            home = _loop_for(n, waits, top, members, loops)
        else:
            home = Work(kind, top + 1, n.shape)
            work.append(home)
        if home.kind == "loop" and not home.nodes:
            work.append(home)
            loops.setdefault((home.level, n.shape), []).append(home)
        home.nodes.append(n)
        home.pointers.update(dict.fromkeys(
            i for i in waits if i.prim is not const_p and members.get(i) is not home))
        members[n] = home

    for n in order:
        if n.value is not None or n.prim is const_p:
            layouts[n] = whole(n, n.shape)
            continue
        kind = kind_of(n)
        if kind == "view":
            inner = layouts.get(n.inputs[-1])
            seen = viewed(inner, n) if inner is not None and numel(n.shape) else None
            if seen is not None:
                layouts[n] = seen
                continue
            if inner is not None and numel(n.shape):
                # A reshape that has to copy: the copy is a loop over the shape it reads.
                source = n.inputs[-1]
                copy = Node(copy_p, (source,), (), source.shape, source.dtype)
                add(copy, "loop", [inner.base])
                layout = viewed(layouts[copy], n)
                assert layout is not None
                layouts[n] = layout
                continue
            kind = "numpy"
        add(n, kind, [layouts[i].base if i in layouts else i for i in n.inputs if i.prim is not const_p])
    _mark_stores(added, roots, layouts, members)
    work = _fuse_into_folds(work, members, layouts, {layouts[r].base for r in roots})
    return Schedule(in_order(work, roots, layouts, members), layouts, members)


def in_order(work: Sequence[Work], roots: Sequence[Node], layouts: dict[Node, Layout],
             members: dict[Node, Work]) -> list[Work]:
    """Each root's work right before it is needed: values die young, so the arena stays small."""
    out: list[Work] = []
    seen: set[int] = set()
    for r in roots:
        stack = [members[layouts[r].base]] if layouts[r].base in members else []
        while stack:
            w = stack[-1]
            if id(w) in seen:
                stack.pop()
                continue
            more = [members[p] for p in w.pointers if p in members and id(members[p]) not in seen and
                    members[p] is not w]
            if more:
                stack.extend(sorted(more, key=lambda w: -w.level))
                continue
            seen.add(id(w))
            out.append(w)
            stack.pop()
    assert len(out) == len(work), "work that no root needs"
    return out


def _loop_for(n: Node, waits: list[Node], top: int, members: dict[Node, Work],
              loops: dict[tuple[int, Shape], list[Work]]) -> Work:
    latest = [i for i in waits if i in members and members[i].level == top]
    homes = {id(members[i]): members[i] for i in latest}
    if len(homes) == 1:
        home = next(iter(homes.values()))
        # read in registers: the very node, at the very shape
        direct = all(i in n.inputs for i in latest)
        if home.kind == "loop" and home.shape == n.shape and direct and _fits(home, waits):
            return home
    for home in loops.get((top + 1, n.shape), ()):
        if _fits(home, waits):
            return home
    return Work("loop", top + 1, n.shape)


def _fits(home: Work, waits: list[Node]) -> bool:
    return len(home.nodes) < MAX_STEPS and len({*home.pointers, *waits}) < MAX_POINTERS


def _mark_stores(order: Sequence[Node], roots: Sequence[Node], layouts: dict[Node, Layout],
                 members: dict[Node, Work]) -> None:
    """A value is stored if it is a root or is read outside the loop that computes it, or through a view."""
    needed = {layouts[r].base for r in roots}
    for n in order:
        if n.value is not None:
            continue
        home = members.get(n)
        for i in n.inputs:
            base = layouts[i].base if i in layouts else i
            if home is None:
                continue            # a view reads nothing itself
            if base not in members or (members[base] is home and home.kind == "loop" and base is i):
                continue
            needed.add(base)
    for n in order:
        if n in members and (n in needed or members[n].kind != "loop"):
            members[n].stores.append(n)


def _fuse_into_folds(work: list[Work], members: dict[Node, Work], layouts: dict[Node, Layout],
                     asked: set[Node]) -> list[Work]:
    """A loop whose one result is read by one reduction only becomes part of the reduction."""
    readers: dict[int, list[Work]] = {}
    for w in work:
        for p in w.pointers:
            if p in members and members[p] is not w:
                readers.setdefault(id(members[p]), []).append(w)
    gone: set[int] = set()
    for w in work:
        if w.kind != "fold":
            continue
        x = w.nodes[0].inputs[0]
        home = members.get(x)
        if x in asked or home is None or not home.pointers or home.kind != "loop":
            continue
        if home.stores != [x] or readers.get(id(home)) != [w]:
            continue
        if not all(_walks(i, home.shape, w.nodes[0].params[0], layouts)
                   for n in home.nodes for i in n.inputs):
            continue
        w.nodes = [*home.nodes, *w.nodes]
        w.pointers = dict(home.pointers)
        w.level = max(w.level, home.level)
        gone.add(id(home))
        for n in home.nodes:
            members[n] = w
    return [w for w in work if id(w) not in gone]


def _walks(i: Node, shape: Shape, axes: Shape, layouts: dict[Node, Layout]) -> bool:
    """Whether an operand is walked by one stride over each of: the axes before, of,
    and after the reduction."""
    if i.prim is const_p or i.shape == ():
        return True
    strides = layouts[i].strides
    cuts = ((0, axes[0]), (axes[0], axes[-1] + 1), (axes[-1] + 1, len(shape)))
    return all(one_step(shape[a:b], strides[a:b]) is not None for a, b in cuts)

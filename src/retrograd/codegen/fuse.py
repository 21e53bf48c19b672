"""Graph to work in order: which nodes share a kernel, which run alone, which are left to NumPy.

    %2 = exp(%0)                                    loop [4,8]: exp, neg -> 1 stored
    %3 = neg(%2)                              ->

    %1 = reduce_max(%0) axes=(1)
    %2 = expand(%1) shape=(4,8) axes=(1)            region [4,8]: reduce_max, sub, reduce_sum -> 1 stored
    %3 = sub(%0, %2)                          ->
    %4 = reduce_sum(%3) axes=(1)

A pointwise node joins the kernel of what it reads if it reads it element by element; a reduction over the
last axes joins the kernel of what it folds, and then what reads its result joins, a number a row or spread
over the row; a sum over the first axes joins too, but who reads it waits for all rows. Nothing joins work
that something else it reads waits for. Siblings, of one shape and one distance from the leaves, share a loop,
unless they read different products, which each will follow. Where products are added up, each addition
follows its own (what is put down and read back is the sum, not the product). Fusing changes no bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from retrograd.base.shape import Shape, numel
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.kinds import FOLLOWED, kind_of
from retrograd.codegen.layout import Layout, given, one_step, viewed, whole
from retrograd.codegen.loops.reduce import CHUNK
from retrograd.codegen.recompute import MAX_POINTERS, MAX_STEPS, recompute
from retrograd.codegen.schedule import Schedule, Work, in_order
from retrograd.graph.node import Node, const_p
from retrograd.ops.linear import copy_p

MAX_LANES = 65_536          # a row's values are kept in the cache, and on the stack
FEW_LANES, FEW_ROWS = 4_096, 16     # longer rows than that must leave work for several threads


@dataclass
class _State:
    uses: Counter[Node]                 # how often a value is read or asked for
    layouts: dict[Node, Layout] = field(default_factory=dict)
    members: dict[Node, Work] = field(default_factory=dict)
    work: list[Work] = field(default_factory=list)
    siblings: dict[tuple[int, Shape], list[Work]] = field(default_factory=dict)


def fuse(order: Sequence[Node], roots: Sequence[Node]) -> Schedule:
    """Group the nodes of a canonical graph; checks that no root needs are in `order` too."""
    s = _State(Counter(chain(roots, *[n.inputs for n in order if n.value is None])))
    layouts = s.layouts
    for n in order:
        if n.value is not None or n.prim is const_p:
            layouts[n] = given(n)
            continue
        kind = kind_of(n)
        if kind == "view":
            if _seen_through(s, n):
                continue
            kind = "numpy"
        layouts[n] = whole(n, n.shape)
        _place(s, n, kind)
    asked = {layouts[r].base for r in roots}
    s.work = recompute([w for w in s.work if w.nodes], s.members, layouts, asked)
    _mark_stores(s, asked)
    work = _fuse_into_folds(s.work, s.members, layouts, asked)
    for w in work:
        _settle(w)
    return Schedule(in_order(work, roots, layouts, s.members), layouts, s.members)


def _seen_through(s: _State, n: Node) -> bool:
    """A view as a layout over what it reads, or over a copy of that; False where neither serves."""
    source = n.inputs[-1]           # project keeps its value last
    inner = s.layouts.get(source)
    if inner is None or not numel(n.shape):
        return False
    seen = viewed(inner, n)
    if seen is None:
        # A reshape that has to copy: the copy is a loop over the shape it reads.
        copy = Node(copy_p, (source,), (), source.shape, source.dtype)
        s.layouts[copy] = whole(copy, copy.shape)
        _place(s, copy, kind_of(copy))
        seen = viewed(s.layouts[copy], n)
        assert seen is not None
    s.layouts[n] = seen
    return True


def _place(s: _State, n: Node, kind: str) -> None:
    """Put a node into work that is there, or into new work."""
    bases = [s.layouts[i].base if i in s.layouts else i for i in n.inputs if i.prim is not const_p]
    bases = [b for b in bases if b.prim is not const_p]
    homes = {s.members[b]: None for b in bases if b in s.members}
    level = 1 + max([w.level for w in homes], default=0)
    home = role = None
    if kind in ("loop", "fold"):
        many = len(homes) > 1 and any([w.kind in FOLLOWED for w in homes])
        for w in sorted(homes, key=lambda w: -w.number):
            role = _role(s, n, kind, w)
            if role is not None and many and _adds_another(s, n, w):
                role = None
            if role is not None and _fits(w, bases) and _legal(w, homes):
                home = _with_others(s, n, w, homes) if kind == "loop" else w
                break
        else:
            shape = n.shape if kind == "loop" else n.inputs[0].shape
            near = s.siblings.get((level, shape), [])
            if near and (products := _followed(s, n)):      # the steps of a loop are many siblings
                near = [w for w in near if not w.pointers.keys().isdisjoint(products)]
            for w in near:
                role = _role(s, n, kind, w)
                if role is not None and _fits(w, bases) and _legal(w, homes):
                    home = w
                    break
    if home is None:
        home = _new(s, n, kind, level)
        role = _role(s, n, kind, home)
        if kind == "fold" and role is None:
            home.kind, home.shape = "fold", n.shape
    home.nodes.append(n)
    s.members[n] = home
    if role is not None:
        home.roles[n] = role
        if kind == "fold":
            home.cut = n.params[0][0] if role == "row" else n.params[0][-1] + 1
    waits = 0
    for w in homes:
        if w is not home:
            waits |= w.waits
            w.read = True
            if w.level >= home.level:
                home.level = w.level + 1
    for b in bases:
        if s.members.get(b) is not home:
            home.pointers[b] = None
    if waits & ~home.waits:
        home.waits |= waits
        if home.read:               # whoever waits for it waits for more now
            bit = 1 << home.number
            for w in s.work:
                if w.waits & bit:
                    w.waits |= waits


def _followed(s: _State, n: Node) -> list[Node]:
    """Products of which a node reads the elements: it may follow one in its kernel, a block at a time
    (fuse_products.py), but not two."""
    bases = [s.layouts[i].base for i in n.inputs if i in s.layouts and numel(i.shape) == numel(n.shape)]
    return [b for b in bases if b in s.members and s.members[b].kind in FOLLOWED]


def _adds_another(s: _State, n: Node, w: Work) -> bool:
    """Whether a node takes what work makes from a product to the next product, as a sum of products does: it
    follows the next one then, since nobody else reads either."""
    layouts, members = s.layouts, s.members
    if any([s.uses[i] > 1 for i in n.inputs]):
        return False
    for i in n.inputs:
        base = layouts[i].base if i in layouts else i
        if base in members and members[base].kind in FOLLOWED and base not in w.pointers and \
                s.uses[base] == 1 and layouts[i] == whole(base, n.shape):
            return any([p in members and members[p].kind in FOLLOWED and numel(p.shape) == numel(n.shape)
                        for p in w.pointers])
    return False


def _with_others(s: _State, n: Node, home: Work, homes: dict[Work, None]) -> Work:
    """The work that a node joins, made one with others that it could join as well."""
    for w in list(homes):
        waiting = home.waits >> w.number & 1 or w.waits >> home.number & 1
        if w is home or waiting or not w.shape == home.shape == n.shape:
            continue
        cut = home.cut if w.cut is None else w.cut
        room = len(w.nodes) + len(home.nodes) < MAX_STEPS and \
            len(w.pointers) + len(home.pointers) < MAX_POINTERS
        folds = [m for m in w.nodes if m.prim.family == "reduction"]
        if room and home.cut in (None, cut) and _role(s, n, "loop", w) == "full" and \
                all(_rows_serve(home, m, cut) for m in folds if cut is not None):
            _merge(s, home, w)
            del homes[w]
    return home


def _merge(s: _State, home: Work, w: Work) -> None:
    """Two works that do not wait for each other made one."""
    home.nodes += w.nodes
    home.pointers.update(w.pointers)
    home.roles.update(w.roles)
    home.cut = home.cut if w.cut is None else w.cut
    home.level = max(home.level, w.level)
    home.read |= w.read
    waits = home.waits | w.waits
    bits = 1 << home.number | 1 << w.number
    for other in s.work:
        if other.waits & bits:
            other.waits |= waits
    for m in w.nodes:
        s.members[m] = home
    w.kind, w.nodes = "merged", []
    w.pointers.clear()


def _new(s: _State, n: Node, kind: str, level: int) -> Work:
    w = Work(kind, level, n.shape, number=len(s.work))
    if kind in ("loop", "fold"):
        w.kind = "loop"
        w.shape = n.shape if kind == "loop" else n.inputs[0].shape
        s.siblings.setdefault((level, w.shape), []).append(w)
    w.waits = 1 << w.number
    s.work.append(w)
    return w


def _role(s: _State, n: Node, kind: str, w: Work) -> str | None:
    """What a node would be in that work; None if it cannot be computed there."""
    if w.kind != "loop":
        return None
    if kind == "fold":
        return _fold_role(s, n, w)
    layouts, members = s.layouts, s.members
    full = n.shape == w.shape
    if not full and (w.cut is None or numel(n.shape) != numel(w.shape[:w.cut])):
        return None
    for i in n.inputs:
        layout = layouts.get(i)
        if layout is None or members.get(layout.base) is not w:
            continue
        role = w.roles[layout.base]
        if role == "full":
            if not full or layout.base is not i:
                return None
        elif role == "sink" or not _a_row_each(layout, w, full):
            return None
    return "full" if full else "row"


def _a_row_each(layout: Layout, w: Work, full: bool) -> bool:
    """Whether a view of one number a row gives each row its own, in a value of the row or spread over it."""
    assert w.cut is not None
    if layout.offset:
        return False
    step = 1
    if full and layout.shape == w.shape:
        for size, stride in zip(reversed(w.shape[w.cut:]), reversed(layout.strides[w.cut:])):
            if size > 1 and stride:
                return False
        shape, strides = w.shape[:w.cut], layout.strides[:w.cut]
    elif full:
        return numel(layout.shape) == 1 and numel(w.shape[:w.cut]) == 1
    else:
        shape, strides = layout.shape, layout.strides
    for size, stride in zip(reversed(shape), reversed(strides)):
        if size > 1:
            if stride != step:
                return False
            step *= size
    return full or step == numel(w.shape[:w.cut])


def _fold_role(s: _State, n: Node, w: Work) -> str | None:
    x, axes = n.inputs[0], n.params[0]
    if x.shape != w.shape:
        return None
    base = s.layouts[x].base
    if s.members.get(base) is w and (base is not x or w.roles[base] != "full"):
        return None
    if axes[-1] == len(x.shape) - 1 and w.cut in (None, axes[0]):
        return "row" if _rows_serve(w, n, axes[0]) else None
    down = axes[0] == 0 and numel(x.shape[axes[-1] + 1:]) > 1       # else it is a row, and dealt out as one
    if down and w.cut in (None, axes[-1] + 1) and n.prim.lower == "sum":
        rows = numel(x.shape[:axes[-1] + 1])
        return "sink" if rows <= CHUNK * CHUNK and _rows_serve(w, n, axes[-1] + 1) else None
    return None


def _rows_serve(w: Work, n: Node, cut: int) -> bool:
    """Whether rows are short enough to lie in the cache, and folds deal them out alike."""
    lanes = numel(w.shape[cut:])
    if lanes > MAX_LANES or (lanes > FEW_LANES and numel(w.shape[:cut]) < FEW_ROWS):
        return False
    folds = [m for m in w.nodes if m.prim.family == "reduction"]
    return all(SIZE[m.dtype.name] == SIZE[n.dtype.name] for m in folds)


def _legal(w: Work, homes: dict[Work, None]) -> bool:
    """Whether nothing else that a node reads waits for that work."""
    return not any(h is not w and h.waits >> w.number & 1 for h in homes)


def _fits(w: Work, bases: list[Node]) -> bool:
    return len(w.nodes) < MAX_STEPS and len(w.pointers) + len(bases) < MAX_POINTERS


def _mark_stores(s: _State, asked: set[Node]) -> None:
    """A value is stored if it is a root or is read outside the work that computes it."""
    needed = set(asked)
    for w in s.work:
        for p in w.pointers:
            if p in s.members:
                needed.add(p)
    for w in s.work:
        w.stores = [n for n in w.nodes if n in needed]


def _settle(w: Work) -> None:
    """A loop with one reduction, at its end, is a fold; with more it is a region."""
    if w.kind != "loop" or w.cut is None:
        return
    folds = [n for n in w.nodes if n.prim.family == "reduction"]
    if len(folds) == 1 and w.stores == folds and w.nodes[-1] is folds[0]:
        w.kind, w.shape = "fold", folds[0].shape
    else:
        w.kind = "region"


def _fuse_into_folds(work: list[Work], members: dict[Node, Work], layouts: dict[Node, Layout],
                     asked: set[Node]) -> list[Work]:
    """A loop whose one result is read by one reduction only becomes part of the reduction."""
    readers: dict[Work, list[Work]] = {}
    for w in work:
        for p in w.pointers:
            if p in members and members[p] is not w:
                readers.setdefault(members[p], []).append(w)
    gone: set[Work] = set()
    for w in work:
        if w.kind != "fold":
            continue
        x = w.nodes[0].inputs[0]
        home = members.get(x)
        if x in asked or home is None or not home.pointers or home.kind != "loop" or home.cut is not None:
            continue
        if home.stores != [x] or readers.get(home) != [w]:
            continue
        if not all(_walks(i, home.shape, w.nodes[0].params[0], layouts)
                   for n in home.nodes for i in n.inputs):
            continue
        w.nodes = [*home.nodes, *w.nodes]
        w.pointers = dict(home.pointers)
        w.level = max(w.level, home.level)
        gone.add(home)
        for n in home.nodes:
            members[n] = w
    return [w for w in work if w not in gone]


def _walks(i: Node, shape: Shape, axes: Shape, layouts: dict[Node, Layout]) -> bool:
    """Whether an operand is walked by one stride over each of: the axes before, of,
    and after the reduction."""
    if i.prim is const_p or i.shape == ():
        return True
    strides = layouts[i].strides
    cuts = ((0, axes[0]), (axes[0], axes[-1] + 1), (axes[-1] + 1, len(shape)))
    return all(one_step(shape[a:b], strides[a:b]) is not None for a, b in cuts)

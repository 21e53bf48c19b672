"""Work, and the order it is done in: the data between fusing and lowering."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from retrograd.base.shape import Shape, numel
from retrograd.codegen.layout import Layout
from retrograd.codegen.symbol import number_of
from retrograd.graph.node import Node


@dataclass(eq=False)
class Work:
    """One kernel, or one call of NumPy: the nodes it computes and those whose values it stores.

    In a region the axes of `shape` before `cut` are rows. A node's role there is "full" (a value for each
    element), "row" (one a row) or "sink" (a sum over rows, which nobody inside can read).
    """

    kind: str                       # as `kind_of` says, or "region"
    level: int
    shape: Shape
    nodes: list[Node] = field(default_factory=list)
    stores: list[Node] = field(default_factory=list)
    pointers: dict[Node, None] = field(default_factory=dict)     # a set in order: schedules must not vary
    over: dict[Node, Node] = field(default_factory=dict)         # stored value -> leaf it is written over
    cut: int | None = None
    roles: dict[Node, str] = field(default_factory=dict)
    number: int = 0                 # counts work as it is made
    waits: int = 0                  # this work and all it waits for, a bit each
    read: bool = False              # whether other work waits for it


@dataclass
class Schedule:
    """Work in order, where every value's elements lie, and the values that exist in memory."""

    work: list[Work]
    layouts: dict[Node, Layout]
    members: dict[Node, Work]       # node computed -> work
    steady: frozenset[Node] = frozenset()       # values that many runs of this schedule read as they are

    panels: dict[Any, dict[Any, Any]] = field(default_factory=dict)     # of operands that were packed already
    meets: dict[Any, int] = field(default_factory=dict)     # how much an operand meets in all products
    alike: dict[Any, Any] | None = None     # what work was lowered to, by signature (lowering/alike.py)

    def home(self, of: Any) -> Any:
        """In whose memory a value lies: its own, or that of what it is a part of."""
        return self.layouts[of].base if of in self.members else of


WORTH = 1 << 18     # bytes: a smaller value is near anyway, and its order serves the threads better


def in_order(work: Sequence[Work], roots: Sequence[Node], layouts: dict[Node, Layout],
             members: dict[Node, Work]) -> list[Work]:
    """Each root's work right before it is needed, but what frees as many bytes as it makes at once where it
    can be done: values die young, so the arena stays small, and gradients to weights are computed where what
    they read is still near. Checks, whose values nobody may need, come last."""
    asked = [layouts[r].base for r in roots]
    return _early(_by_roots(work, asked, members), {*asked}, members)


def _early(order: Sequence[Work], kept: Set[Node], members: dict[Node, Work]) -> list[Work]:
    """The same work; what can be done already and makes no more than it frees is not put off."""
    reads = {w: [p for p in w.pointers if p in members and members[p] is not w] for w in order}
    left: dict[Node, dict[Work, None]] = {}         # who still reads a value
    for w in order:
        for p in reads[w]:
            left.setdefault(p, {})[w] = None
    waits = {w: len({members[p] for p in reads[w]}) for w in order}
    followers: dict[Work, dict[Work, None]] = {}
    for w in order:
        for p in reads[w]:
            followers.setdefault(members[p], {})[w] = None
    out: dict[Work, None] = {}

    def pays(w: Work) -> bool:
        if w in out or waits[w]:
            return False
        freed = sum([_nbytes(p) for p in reads[w] if len(left[p]) == 1 and p not in kept])
        return freed >= max(WORTH, sum(map(_nbytes, w.stores)))
    for first in order:
        ready = [first]
        while ready:
            w = ready.pop()
            if w in out or w is not first and not pays(w):
                continue
            out[w] = None
            for follower in followers.get(w, ()):
                waits[follower] -= 1
            near = dict(followers.get(w, ()))
            for p in reads[w]:
                del left[p][w]
                if len(left[p]) == 1:
                    near.update(left[p])
            ready += [n for n in reversed(near) if pays(n)]
    return list(out)


def _nbytes(n: Node) -> int:
    return int(number_of(numel(n.shape))) * n.dtype.itemsize


def _by_roots(work: Sequence[Work], asked: Sequence[Node], members: dict[Node, Work]) -> list[Work]:
    """Each root's work right before it is needed."""
    out: list[Work] = []
    seen: set[int] = set()
    ends = [members[n] for n in asked if n in members]
    for last in (*ends, *(w for w in work if w.nodes[0].prim.lower == "check")):
        stack = [last]
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

"""Which pending nodes somebody outside the graph still holds, read off reference counts.

A node counted as held without need is computed once more than necessary; one missed would be lost. So every
reference that is not provably the graph's own counts as a holder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from retrograd.base.dtype import float32
from retrograd.base.modes import ROOM, State, local
from retrograd.engine.linearize import Linear, linearize
from retrograd.graph.graph import topological
from retrograd.graph.node import LEAF, MAX_BYTES, Node, hole, hole_p, leaf_p

MAX_NODES = 256
TRACKED_WEIGHT = 1 / 32     # of a node that backward will want: kept anyway, and computed best with backward;
#                             and of a view, which takes no time and no memory
CROWD = 16        # pending nodes that are not worth a look


def _uses(order: Sequence[Node]) -> dict[int, int]:
    """How often the graph refers to each of its nodes."""
    uses: dict[int, int] = {}
    for n in order:
        for i in n.inputs if n.owner.__class__ is not tuple else (*n.inputs, *n.owner):
            uses[id(i)] = uses.get(id(i), 0) + 1
    return uses


def _spare_references(pending: Sequence[Node]) -> tuple[list[int], set[int]]:
    """References of each pending node beyond those of the graph, the list and this function;
    and who has no value.

    What vmap records for one example is made from holes: nobody can compute it, so nobody shall be asked to.
    """
    order = topological(pending)
    empty: set[int] = set()
    if any([n.prim is hole_p for n in order]):
        for n in order:
            if n.prim is hole_p or (n.value is None and any(id(i) in empty for i in n.inputs)):
                empty.add(id(n))
    uses = _uses(order)
    for p in pending:
        uses[id(p)] = uses.get(id(p), 0) + 1
    n = p = None                        # type: ignore[assignment]  # loop variables refer to nodes too
    count = sys.getrefcount
    return [count(pending[k]) - uses[id(pending[k])] for k in range(len(pending))], empty


def _calibrate() -> int:
    probe = [hole((), float32), hole((), float32)]
    return min(_spare_references(probe)[0])


_UNHELD = _calibrate()


def spare_references(pending: Sequence[Node]) -> list[int]:
    """For each of `pending`, the recorder's list: references beyond the graph's own and the list's;
    0 for what nobody can compute."""
    spare, empty = _spare_references(pending)
    return [0 if id(n) in empty else s - _UNHELD for n, s in zip(pending, spare)]


def prune(pending: list[Node]) -> None:
    """Drop, last first, the nodes that only this list refers to:
    dropping one may free those it was made from."""
    count = sys.getrefcount
    kept: list[Node] = []
    while pending:
        n = pending.pop()
        if n.value is None and count(n) > _ALONE:
            kept.append(n)
    kept.reverse()
    pending.extend(kept)


def _calibrate_alone() -> int:
    n = hole((), float32)
    return sys.getrefcount(n)


_ALONE = _calibrate_alone()


def all_held() -> list[Node]:
    """The held nodes of this thread that have no value yet."""
    pending = waiting()
    if not pending:
        return []
    spare, empty = _spare_references(pending)
    return [n for n, s in zip(pending, spare) if s > _UNHELD and id(n) not in empty]


def take_held() -> list[Node]:
    """`all_held`; the recorder then remembers only them."""
    found = all_held()
    local.state.pending[:] = found
    return found


def alive_last(pending: Sequence[Node]) -> bool:
    """Whether the last node is to be computed for somebody, or for another node."""
    return pending[-1].value is None and sys.getrefcount(pending[-1]) > _LAST


def _calibrate_last() -> int:
    pending = [hole((), float32)]
    return sys.getrefcount(pending[-1])


_LAST = _calibrate_last()


def waiting() -> list[Node]:
    """The recorder's own list without the dead and without repeats: held nodes, and nodes that these read."""
    pending: list[Node] = local.state.pending
    prune(pending)
    if len(pending) > 1 and len(set(map(id, pending))) < len(pending):
        pending[:] = {id(n): n for n in pending}.values()
    return pending


def held_of(pending: Sequence[Node], linear: Linear) -> list[Node]:
    """Those of `pending` that somebody outside the graph holds, where `linear` covers all of them."""
    count, uses = sys.getrefcount, linear.uses
    # `pending` is the recorder's list or a copy of part of it: a copy counts as one more
    more = _COVERED if pending is local.state.pending else _COVERED + 1
    return [n for n in pending if count(n) - uses.get(id(n), 0) > more]


def _calibrate_covered() -> int:
    probe = [hole((), float32), hole((), float32)]
    linear = linearize(probe)
    count = sys.getrefcount
    return min([count(n) - linear.uses.get(id(n), 0) for n in probe])


_COVERED = _calibrate_covered()


def retained(held: Sequence[Node]) -> tuple[int, int, int]:
    """(nodes to compute, their weight, bytes) of pending work; nodes that lead to a derivative weigh less,
    and so do views."""
    order = topological(held)
    nbytes = sum([n.value.nbytes for n in order if n.value is not None and n.prim is leaf_p and n.rg != LEAF])
    if nbytes > MAX_BYTES:
        nbytes = _retained_alone(order)
    todo = [n for n in order if n.value is None]
    return len(todo), int(sum([TRACKED_WEIGHT if n.rg or n.prim.strided else 1 for n in todo])), nbytes


def _retained_alone(order: Sequence[Node]) -> int:
    """Bytes of the known values in a graph that only the graph refers to: weights, say, are there anyway."""
    count, uses = sys.getrefcount, _uses(order)
    return sum([n.value.nbytes for n in order if n.value is not None and n.prim is leaf_p
                and count(n) - uses.get(id(n), 0) <= _IN_ORDER])


def _calibrate_in_order() -> int:
    order, count = [hole((), float32)], sys.getrefcount
    return max([count(n) for n in order])


_IN_ORDER = _calibrate_in_order()


def emptied(state: State, waited: int | None = None) -> None:
    """All that waited is computed, so many nodes. What comes next may be as much, but need not: the room
    shrinks to that step by step."""
    limit = abs(state.limit)
    recorded = (len(state.pending) if waited is None else waited) + state.looked
    if recorded and limit < ROOM and not state.saving:
        state.limit = max(CROWD, 5 * recorded // 4, min(limit, max(2 * recorded, 3 * limit // 4)))
    state.made = state.looked = 0
    state.pending.clear()

"""Schedule to schedule: a loop over the elements of a product follows it in one kernel, block by block.

    product [64, 256]   matmul -> 1 stored                product [64, 256]   matmul, add, relu -> 1 stored
    loop    [64, 256]   add, relu -> 1 stored      ->

The loop must read the product element by element, in whatever shape, and wait for nothing that waits for the
product. A loop that reads several products follows the one that can be computed last, so that it keeps no
other waiting (in a recurrence the product of the state, not that of the input). What a product is computed
to, and by which instructions the loop, stays: fusing changes no bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from retrograd.base.shape import numel
from retrograd.codegen.kinds import FOLLOWED
from retrograd.codegen.layout import whole
from retrograd.codegen.schedule import Schedule, Work, in_order
from retrograd.graph.node import Node


def fuse_products(schedule: Schedule, roots: Sequence[Node], apart: Collection[Node] = ()) -> Schedule:
    """Loops that compute a node of `apart` stay loops: they will write it over a leaf."""
    members = dict(schedule.members)
    waits = {w: w.waits for w in schedule.work}
    place = {w: k for k, w in enumerate(schedule.work)}
    readers: dict[Node, dict[Work, None]] = {}
    for w in schedule.work:
        for p in w.pointers:
            readers.setdefault(p, {})[w] = None
    asked = {schedule.layouts[r].base for r in roots}
    for product in schedule.work:
        if product.kind not in FOLLOWED:
            continue
        n = product.nodes[0]
        for loop in sorted(readers.get(n, ()), key=place.__getitem__):
            def follows(product: Work, loop: Work = loop) -> bool:
                n = product.nodes[0]
                return _follows(schedule, n, loop, apart) and not _waits_for(product, n, loop, members, waits)
            if follows(product) and not _later(product, loop, members, follows):
                shared = len(readers[n]) > 1
                one = _joined(product, loop, n in asked or shared)
                place[one] = place.pop(loop)
                del place[product]
                for p in one.pointers:
                    readers[p].pop(product, None)
                    readers[p].pop(loop, None)
                    readers[p][one] = None
                members.update(dict.fromkeys(one.nodes, one))
                _wait(waits, product, loop, one, shared)
                break
    work = sorted(place, key=place.__getitem__)
    return Schedule(in_order(work, roots, schedule.layouts, members), schedule.layouts, members)


def _follows(schedule: Schedule, n: Node, loop: Work, apart: Collection[Node]) -> bool:
    """Whether a loop has the product's elements, and reads it at the same place in all of them."""
    if loop.kind != "loop" or n not in loop.pointers or numel(loop.shape) != numel(n.shape):
        return False
    if any(s in apart for s in loop.stores):
        return False
    read = [schedule.layouts[i] for m in loop.nodes for i in m.inputs
            if i in schedule.layouts and schedule.layouts[i].base is n]
    return all(layout == whole(n, loop.shape) for layout in read)


def _later(product: Work, loop: Work, members: dict[Node, Work], follows: Callable[[Work], bool]) -> bool:
    """Whether the loop could follow a product that is further from the leaves."""
    others = [members[p] for p in loop.pointers if p in members]
    return any([w.level > product.level and w.kind in FOLLOWED and len(w.nodes) == 1 and follows(w)
                for w in others])


def _waits_for(product: Work, n: Node, loop: Work, members: dict[Node, Work], waits: dict[Work, int]) -> bool:
    """Whether something else that the loop reads waits for the product."""
    bit = 1 << product.number
    return any(waits[members[p]] & bit for p in loop.pointers if p is not n and p in members)


def _joined(product: Work, loop: Work, stored: bool) -> Work:
    """One work; the product itself is stored if others read it."""
    n = product.nodes[0]
    pointers = {**product.pointers, **{p: None for p in loop.pointers if p is not n}}
    return Work(product.kind, loop.level, product.shape, [n, *loop.nodes], [n] * stored + loop.stores,
                pointers, number=product.number)


def _wait(waits: dict[Work, int], product: Work, loop: Work, one: Work, shared: bool) -> None:
    """Whoever waited for either waits for both; if the loop alone read the product, who waited for the loop
    did already."""
    both = waits.pop(product) | waits.pop(loop)
    bits = 1 << product.number | 1 << loop.number
    for w, waited in waits.items() if shared else ():
        if waited & bits:
            waits[w] = waited | both
    waits[one] = both

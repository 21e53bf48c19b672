"""Schedule to schedule: what a loop, one that follows a product too, or another concatenation makes for a
concatenation alone, it writes where that belongs.

    loop   [4, 8]    mul, add -> 2 stored               loop   [4, 8]    mul, add -> 2 stored, into %3
    concat [4, 16]   %3 = concat(%1, %2)        ->      concat [4, 16]   nothing is left to be copied

Nobody else may read the part, and nobody may have asked for it. No bit is changed: elements lie elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from retrograd.base.shape import numel
from retrograd.codegen.layout import Layout, reshaped, whole
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node
from retrograd.ops.linear import concat_p


def place_parts(schedule: Schedule, asked: Collection[Node]) -> Schedule:
    """`asked`: values that have places of their own."""
    layouts = dict(schedule.layouts)
    readers: dict[Node, dict[int, Work]] = {}
    parts = {i for w in schedule.work for i in w.nodes[0].inputs if w.nodes[0].prim is concat_p}
    for w in schedule.work if parts else ():
        for i in [i for n in w.nodes for i in n.inputs if i in layouts and layouts[i].base in parts]:
            if schedule.members.get(layouts[i].base) is not w:
                readers.setdefault(layouts[i].base, {})[id(w)] = w
    for w in reversed(schedule.work):       # a concatenation that is a part, after that whose part it is
        n = w.nodes[0]
        if n.prim is not concat_p or w.kind == "numpy":
            continue
        axis, at = n.params[0], 0
        for part in n.inputs:
            home = schedule.members.get(part)
            # Read by this work once: what else it reads of the part, through views, lies where the part does.
            once = sum(i in layouts and layouts[i].base is part for i in n.inputs) == 1
            alone = list(readers.get(part, ())) == [id(w)] and once and part not in asked
            if alone and home is not None and part not in home.over and numel(part.shape) > 0 and \
                    schedule.layouts[part] == whole(part, part.shape):
                out = layouts[n]
                there = Layout(out.base, out.offset + at * out.strides[axis], part.shape, out.strides)
                if home.kind in ("loop", "concat") or home.kind == "product" and _follows(home, part, there):
                    layouts[part] = there
            at += part.shape[axis]
    return replace(schedule, layouts=layouts)


def _follows(home: Work, part: Node, there: Layout) -> bool:
    """Whether what follows a product makes the part, and can write it there row by row."""
    n = home.nodes[0]
    *lead, m, columns = n.shape
    return part is not n and min(m, columns) > 1 and all(
        (lay := reshaped(there, shape)) is not None and lay.strides[-1] == 1
        for shape in ((numel(lead), m, columns), (1, numel(lead) * m, columns)))

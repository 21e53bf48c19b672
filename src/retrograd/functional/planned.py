"""A function of nodes goes in that binds what their shapes, their dtypes and its settings say; one that is
run once for each of these, and from then on records what it bound, comes out.

    @planned
    def _correlated(nodes: tuple[Node, ...], stride: Shape, padding: Shape) -> Node:
        ...

It is run on nodes without values, so it may look at nothing else: at no value, and at no mode. Its errors are
raised at each call: what it refuses is never remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, NamedTuple

from retrograd.base.dtype import DType
from retrograd.base.modes import local
from retrograd.base.shape import Shape
from retrograd.graph.body import Step
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const, const_p, hole, record, record_all

REMEMBERED = 1024       # shapes and settings of one function


class Plan(NamedTuple):
    """What is bound. Steps count the given nodes, the constants, then what earlier steps made; `alone` where
    that is one primitive over the given nodes."""

    consts: list[tuple[Any, DType]]
    steps: list[Step]
    results: int | tuple[int, ...]
    alone: Step | None


def planned(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn(nodes, *settings)`, which gives one node or a tuple of them, planned; settings can be looked up in
    a dict, and equal ones mean the same."""
    @lru_cache(maxsize=REMEMBERED)
    def plan(avals: tuple[tuple[Shape, DType], ...], settings: tuple[Any, ...]) -> Plan:
        holes = tuple([hole(*aval) for aval in avals])
        return _plan(holes, fn(holes, *settings))

    @wraps(fn)
    def recorded(nodes: tuple[Node, ...], *settings: Any) -> Any:
        consts, steps, results, alone = plan(tuple([(n.shape, n.dtype) for n in nodes]), settings)
        state = local.state
        if alone is not None:
            return record(alone.prim, nodes, alone.params, alone.shape, alone.dtype, state)
        values = [*nodes, *[const(*c) for c in consts]]
        record_all(steps, values, state)
        return values[results] if isinstance(results, int) else tuple([values[k] for k in results])
    return recorded


def _plan(holes: Sequence[Node], found: Node | tuple[Node, ...]) -> Plan:
    roots = found if isinstance(found, tuple) else (found,)
    order = topological(roots)
    consts = [n for n in order if n.prim is const_p]
    made = [n for n in order if n.prim is not const_p and n not in holes]
    assert all([n.value is None for n in order]), "a value entered what is to be planned"
    number = {n: k for k, n in enumerate([*holes, *consts, *made])}
    steps = [Step(n.prim, tuple([number[i] for i in n.inputs]), n.params, n.shape, n.dtype) for n in made]
    results = tuple([number[n] for n in roots]) if isinstance(found, tuple) else number[found]
    one = len(steps) == 1 and steps[0].inputs == tuple(range(len(holes))) and results == len(holes)
    return Plan([(n.params[0], n.dtype) for n in consts], steps, results, steps[0] if one else None)

"""Nodes that share a loop go in; what decides their kernel comes out, as a key, and what they read.

A graph is often one cell many times over (steps of a loop, layers): work with the same key has the same
kernel, strides and cost, and differs in addresses only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from retrograd.codegen.layout import Layout
from retrograd.codegen.schedule import Schedule
from retrograd.graph.body import exact
from retrograd.graph.node import Node, const_p, scalar_p

Inputs = list[tuple[Layout, Node]]
T = TypeVar("T")


def remembered(schedule: Schedule, key: Callable[[], Any], make: Callable[[], T]) -> T:
    """What was made for that key in this schedule; made each time where it remembers nothing (sizes that are
    symbols are compared at a price)."""
    if schedule.alike is None:
        return make()
    name = key()
    if name not in schedule.alike:
        schedule.alike[name] = make()
    return schedule.alike[name]     # type: ignore[no-any-return]


def signature(nodes: Sequence[Node], schedule: Schedule, product: Node | None = None
              ) -> tuple[list[Any], Inputs, dict[Node, int]]:
    """The key, the operands in the order of `Steps.inputs`, and the nodes numbered; `product` is the first
    operand, under whatever shape. Numbers are members, negative ones operands."""
    layouts = schedule.layouts
    inputs: Inputs = []
    at: dict[Layout, int] = {}
    number: dict[Node, int] = {}
    if product is not None:
        number[product] = 0
        inputs.append((layouts[product], product))
    members: dict[Node, int] = dict(number)
    key: list[Any] = []
    for n in nodes:
        key += n.prim, n.dtype, n.shape
        if n.params:
            key += n.params, exact(n.params)
        for i in n.inputs:
            known = number.get(i)
            if known is not None:
                key.append(known)
                continue
            layout = layouts.get(i)
            base = i if layout is None else layout.base
            if base.prim is const_p:        # a number is itself
                key += base, i.dtype
                continue
            assert layout is not None, i
            if base is product:
                number[i] = 0
                key.append(0)
                continue
            k = at.get(layout)
            if k is None:
                k = at[layout] = -1 - len(inputs)
                inputs.append((layout, base if base.prim is scalar_p else i))
            key += k, layout.shape, layout.strides, i.dtype, base.prim is scalar_p, i is base
            if base.prim is scalar_p:       # it is cast once for each that sees it
                number[i] = k, len(key)     # type: ignore[assignment]
        number[n] = members[n] = len(members)
    return key, inputs, members

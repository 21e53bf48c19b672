"""Nodes that share a loop go in; numbered inputs and steps of a kernel come out."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from retrograd.codegen.layout import Layout
from retrograd.codegen.loops.operand import Step
from retrograd.codegen.schedule import Schedule
from retrograd.graph.node import Node, const_p, scalar_p


def _named(prim: Any, params: tuple[Any, ...]) -> tuple[Callable[..., Any], str]:
    name = prim.name
    if not prim.source.startswith("retrograd."):    # defined elsewhere: what it does is part of its name
        code = prim.lower.__code__
        name += f"@{zlib.crc32(repr((code.co_code, code.co_consts, code.co_names)).encode()):08x}"
    if not params:
        return prim.lower, name
    return (lambda m, *x: prim.lower(m, *x, *params)), f"{name}:{','.join(map(str, params))}"


class Steps:
    """Nodes of a loop as numbered inputs and steps of a kernel."""

    def __init__(self, schedule: Schedule, members: list[Node]) -> None:
        self.schedule = schedule
        self.inside = set(members)
        self.inputs: list[tuple[Layout, Node]] = []
        self._input_at: dict[tuple[Any, ...], int] = {}
        self._plan: list[tuple[str, Any, tuple[Any, ...]]] = []
        self.value: dict[Node, Any] = {}
        self._consts: dict[Node, Any] = {}

    def operand(self, i: Node) -> Any:
        """('in', k) or ('step', k) for an operand of a member."""
        if i in self.value:
            return self.value[i]
        base = i if i.prim is const_p else self.schedule.layouts[i].base
        if base.prim is const_p:            # a number is the same number through any view
            if base not in self._consts:
                v, name = base.params[0], base.dtype.name
                self._consts[base] = self._add(lambda m: m.cast(v, name), f"const:{v!r}:{name}", ())
            return self._consts[base]
        layout = self.schedule.layouts[i]
        key = (layout.base, layout.offset, layout.shape, layout.strides)
        if key not in self._input_at:
            self._input_at[key] = len(self.inputs)
            self.inputs.append((layout, base if base.prim is scalar_p else i))
        at = ("in", self._input_at[key])
        if base.prim is scalar_p:
            name = (i.dtype.acc if i is base else i.dtype).name     # what is computed with it is not rounded
            at = self._add(lambda m, x: m.cast(x, name), f"cast:{name}", (at,))
            self.value[i] = at
        return at

    def _add(self, lower: Callable[..., Any], name: str, args: tuple[Any, ...]) -> Any:
        self._plan.append((name, lower, args))
        return "step", len(self._plan) - 1

    def add(self, n: Node) -> None:
        lower, name = _named(n.prim, n.params)
        self.value[n] = self._add(lower, name, tuple(self.operand(i) for i in n.inputs))

    def number(self, at: Any) -> int:
        return int(at[1]) if at[0] == "in" else len(self.inputs) + int(at[1])

    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(lower, tuple(self.number(a) for a in args), name)
                     for name, lower, args in self._plan)

"""Nodes that share a loop go in; numbered inputs and steps of a kernel come out."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from retrograd.codegen.cost import flops
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

    def __init__(self, schedule: Schedule, folded: AbstractSet[Node] = frozenset()) -> None:
        self.schedule = schedule
        self.folded = folded        # members with one value a row, read through views
        self.inputs: list[tuple[Layout, Node]] = []
        self._input_at: dict[tuple[Any, ...], int] = {}
        self._plan: list[tuple[str, Any, tuple[Any, ...]]] = []
        self.dtypes: list[str] = []                 # of each step
        self.flops: list[int] = []
        self.folds: list[tuple[Any, Node]] = []
        self.value: dict[Node, Any] = {}
        self.consts: dict[Node, Any] = {}

    def operand(self, i: Node) -> Any:
        """('in', k), ('step', k) or ('fold', k) for an operand of a member."""
        if i in self.value:
            return self.value[i]
        base = i if i.prim is const_p else self.schedule.layouts[i].base
        if base in self.folded:             # one number a row, spread over it
            return self.value[base]
        if base.prim is const_p:            # a number is the same number through any view
            if base not in self.consts:
                v, name = base.params[0], base.dtype.name
                self.consts[base] = self.step(lambda m: m.cast(v, name), f"const:{v!r}:{name}", (), name)
            return self.consts[base]
        layout = self.schedule.layouts[i]
        key = (layout.base, layout.offset, layout.shape, layout.strides)
        if key not in self._input_at:
            self._input_at[key] = len(self.inputs)
            self.inputs.append((layout, base if base.prim is scalar_p else i))
        at = ("in", self._input_at[key])
        if base.prim is scalar_p:
            name = (i.dtype.acc if i is base else i.dtype).name     # what is computed with it is not rounded
            at = self.step(lambda m, x: m.cast(x, name), f"cast:{name}", (at,), name)
            self.value[i] = at
        return at

    def step(self, lower: Callable[..., Any], name: str, args: tuple[Any, ...], dtype: str,
             flops: int = 0) -> Any:
        self._plan.append((name, lower, args))
        self.dtypes.append(dtype)
        self.flops.append(flops)
        return "step", len(self._plan) - 1

    def add(self, n: Node) -> None:
        """A pointwise member."""
        lower, name = _named(n.prim, n.params)
        args = tuple(self.operand(i) for i in n.inputs)
        self.value[n] = self.step(lower, name, args, n.dtype.name, flops(n))

    def fold(self, n: Node) -> None:
        """A reduction over rows as a value of its own."""
        self.folds.append((self.operand(n.inputs[0]), n))
        self.value[n] = "fold", len(self.folds) - 1

    def number(self, at: Any) -> int:
        """Inputs first, then folds, then steps."""
        kind, k = at
        before = 0 if kind == "in" else len(self.inputs) + (len(self.folds) if kind == "step" else 0)
        return before + int(k)

    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(lower, tuple(self.number(a) for a in args), name)
                     for name, lower, args in self._plan)

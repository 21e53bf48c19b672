"""Tensors and a formula of all of them go in; what it says of each is written over its memory, by one program
that is recorded once.

Only where nobody else can see that memory: else the caller records the formula, as any code of a user's does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retrograd.base.config import config
from retrograd.base.modes import local, no_grad
from retrograd.engine import held
from retrograd.engine.linearize import linearize
from retrograd.engine.program import make_program, programs
from retrograd.graph.node import Node
from retrograd.tensors.delivery import delivery_holding
from retrograd.tensors.inplace import cells
from retrograd.tensors.tensor import Tensor, from_value

Formula = Callable[[Sequence[Tensor]], tuple[list[Tensor], list[Tensor]]]


class _Known(NamedTuple):
    program: Any
    order: list[int]            # places of its leaves among the tensors
    scalars: list[Any]


def written_over(tensors: Sequence[Tensor], formula: Formula, form: Any,
                 beside: Sequence[Tensor] = ()) -> list[Tensor] | None:
    """formula(tensors) gives some tensors, which are returned, and the new value of each, which is put where
    it lies. None, and nothing is done, where that cannot be. `form` tells the formula from others, with its
    numbers; `beside` are further tensors that it reads."""
    state = local.state
    if config.eager or config.check or state.levels or state.capture is not None:
        return None
    nodes = _nobody_elses(tensors)
    if nodes is None:
        return None
    nodes = nodes + [t.node for t in beside]
    key = "together", form, tuple([(n.shape, n.dtype) for n in nodes])
    known = programs.get(key)
    if known is None:
        known = _build(tensors, nodes, formula)
        programs.put(key, known)
        held.prune(state.pending)
    if known is False:
        return None
    arrays = [nodes[k].value for k in known.order]

    def written() -> None:
        for t in tensors:
            s = t._storage
            if s is not None:
                s.version = t._seen = s.version + 1
    found = known.program.run(arrays, known.scalars, True, written)
    return [from_value(value) for value in found[:len(found) - len(tensors)]]


def _nobody_elses(tensors: Sequence[Tensor]) -> list[Node] | None:
    """The nodes that the tensors stand on, if all are known and nobody else refers to their memory."""
    delivery = delivery_holding(tensors)
    if delivery is not None:
        return [t._node for t in tensors] if delivery.unseen() else None
    places = cells(tensors)
    return places.nodes if places is not None and places.intact() else None


@no_grad()
def _build(tensors: Sequence[Tensor], nodes: Sequence[Node], formula: Formula) -> Any:
    """The program; False if it reads more than the nodes, or cannot write over all of the tensors."""
    place = {n: k for k, n in enumerate(nodes)}
    more, results = formula(tensors)
    roots = [r.node for r in (*more, *results)]
    linear = linearize(roots)
    if any(n not in place for n in linear.leaves):
        return False
    leaf_at = {n: j for j, n in enumerate(linear.leaves)}
    donate = {k: leaf_at[n] for k, n in enumerate(nodes[:len(tensors)], len(more))}
    program = make_program(roots, linear.leaves, linear.scalars, donate)
    if len(program.over) < len(tensors):
        return False
    return _Known(program, [place[n] for n in linear.leaves], [n.value for n in linear.scalars])

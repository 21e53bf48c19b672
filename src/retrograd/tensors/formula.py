"""The formulas of a step over many parameters as one program;
its formula is recorded for the first parameter only.

The parameters of a group differ in shape, not in formula, and share its numbers. So a step records
the formula once, finds by it and by the shapes the program of the whole group, and gives that the
memory of every parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retrograd.base.modes import local
from retrograd.engine import evaluate as engine
from retrograd.engine.linearize import linearize
from retrograd.engine.program import ProgramCache, make_program
from retrograd.graph.node import Node
from retrograd.tensors.tensor import Tensor, from_value

State = dict[str, Any]
Update = Callable[[Tensor, Tensor, State], Tensor]
# Pending nodes of a step are needed at once: looking for dead ones among them would find none.
ROOM = 1 << 20


class Programs(ProgramCache):
    """The programs of one optimiser: a few, since shapes and formula hardly change."""

    def __init__(self) -> None:
        super().__init__(16)


class Item(NamedTuple):
    """A parameter, its gradient, its state before the step."""

    p: Tensor
    g: Tensor
    state: State


class _Known(NamedTuple):
    program: Any
    leaves: list[int]       # places among the nodes of the items, item after item
    scalars: list[int]      # places among the numbers of the formula


def run(items: Sequence[Item], update: Update, cache: Programs) -> list[tuple[Tensor, State]]:
    """New value and new state of every item."""
    state = local.state
    limit, state.limit = state.limit, ROOM
    try:
        found = _by_formula(items, update, cache)
        return found if found is not None else _one_by_one(items, update)
    finally:
        state.limit = limit


def _one_by_one(items: Sequence[Item], update: Update) -> list[tuple[Tensor, State]]:
    out = [_applied(item, update) for item in items]
    engine.evaluate([n for value, state in out for n in _results(value, state)])
    return out


def _applied(item: Item, update: Update) -> tuple[Tensor, State]:
    state = dict(item.state)
    return update(item.p, item.g, state), state


def _results(value: Tensor, state: State) -> list[Node]:
    return [value.node, *(v.node for v in state.values() if isinstance(v, Tensor))]


def _inputs(item: Item) -> list[Node]:
    return [item.p.node, item.g.node, *(v.node for v in item.state.values() if isinstance(v, Tensor))]


def _alike(items: Sequence[Item]) -> bool:
    """Whether the items have the same entries of state, and the same numbers in them."""
    def numbers(state: State) -> list[Any]:
        return [(k, type(v) if isinstance(v, Tensor) else v) for k, v in state.items()]
    first = numbers(items[0].state)
    return all(numbers(i.state) == first for i in items[1:])


def _by_formula(items: Sequence[Item], update: Update, cache: Programs) -> list[tuple[Tensor, State]] | None:
    """By the program of the group; None where the formula reads something that is not the item's own."""
    if len(items) < 2 or not _alike(items):
        return None
    given = [n for item in items for n in _inputs(item)]
    if any(n.value is None for n in given):
        engine.evaluate(given)
    value, state = _applied(items[0], update)
    formula = linearize(_results(value, state))
    key = formula.key, tuple([(n.shape, n.dtype.name) for n in given])
    known = cache.get(key)
    if known is None:
        known = _build(items, update, given)
        cache.put(key, known)
    if known is False:
        return None
    numbers = [n.value for n in formula.scalars]
    arrays = known.program.run([given[k].value for k in known.leaves], [numbers[k] for k in known.scalars])
    rest = iter(arrays)
    return [_rebuilt(state, rest, item.p) for item in items]


def _rebuilt(state: State, arrays: Any, p: Tensor) -> tuple[Tensor, State]:
    value = from_value(next(arrays), p.dtype)
    return value, {k: from_value(next(arrays), v.dtype) if isinstance(v, Tensor) else v
                   for k, v in state.items()}


def _build(items: Sequence[Item], update: Update, given: Sequence[Node]) -> Any:
    """The program over all items, and where its arguments come from; False if some come from elsewhere."""
    results = [_results(*_applied(item, update)) for item in items]
    roots = [n for nodes in results for n in nodes]
    linear = linearize(roots)
    place = {n: k for k, n in enumerate(given)}
    number = {n: k for nodes in results for k, n in enumerate(linearize(nodes).scalars)}
    if any(n not in place for n in linear.leaves) or any(n not in number for n in linear.scalars):
        return False
    return _Known(make_program(roots, linear.leaves, linear.scalars), [place[n] for n in linear.leaves],
                  [number[n] for n in linear.scalars])

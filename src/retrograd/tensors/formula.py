"""The formulas of a step over many parameters go in; one program computes them, and its results take
the place of the old values.

Parameters that share a formula and its numbers are a batch: they differ in shape only. What a step found
(the program, the nodes, the arrays) is kept as a `Plan`; while everything is as the last step left it, the
next one hands new numbers and new gradients to the same program, which writes over the memory of parameters
and state.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import starmap
from operator import call
from typing import Any, NamedTuple

from retrograd.base.config import config
from retrograd.base.dtype import DType
from retrograd.base.modes import ROOM, local
from retrograd.engine import evaluate as engine
from retrograd.engine.linearize import linearize
from retrograd.engine.program import ProgramCache, make_program
from retrograd.graph.node import Node, leaf, scalar
from retrograd.ops.gather import parts_of
from retrograd.runtime.bound import Bound
from retrograd.runtime.program import SMALL
from retrograd.runtime.table import Guard
from retrograd.tensors.inplace import Cells, cells
from retrograd.tensors.overwriting import Overwriting, gradients
from retrograd.tensors.tensor import Tensor

State = dict[str, Any]
Change = tuple[Any, ...]        # setattr or a dict's own __setitem__, and its arguments


class Programs(ProgramCache):
    """The programs of one optimiser: a few, since shapes and formula hardly change."""

    def __init__(self) -> None:
        super().__init__(16)


class Item(NamedTuple):
    """A parameter, its gradient, its state before the step."""

    p: Tensor
    g: Tensor
    state: State


@dataclass
class Batch:
    """Items of one formula, which share its numbers.

    `apply(item, numbers)` is the new value and the new state, with `numbers` as tensors, or as they are for
    None. `form` is what the formula depends on beside shapes and numbers, `counted` the entries of the new
    state that are no tensors; where they are not declared they are read off the formula of the first item.
    """

    items: Sequence[Item]
    apply: Callable[[Item, Sequence[Tensor] | None], tuple[Tensor, State]]
    declared: bool
    form: Any = None
    numbers: Sequence[float] = ()
    counted: State = field(default_factory=dict)


class _Known(NamedTuple):
    program: Any
    leaves: list[int]           # places among parameters and states, item after item, then gradients
    scalars: list[int]          # places among the numbers of the batches, one after another
    entries: list[list[tuple[str, DType]]]      # tensors in the new state of each item
    everywhere: bool            # whether every result has a leaf to be written over


@dataclass
class Plan:
    """A program and the memory that it was run in last."""

    known: _Known
    cells: Cells | None             # what the program writes over
    params: list[Tensor]
    avals: list[tuple[Any, Any]]    # shape and dtype of the gradients
    bound: Overwriting | None = None

    def bind(self, guards: Sequence[Guard]) -> None:
        """Bind the program to its memory: from now on `steadily` looks at these guards, and at who else
        refers to what is written, in one native call."""
        self.bound = None
        if self.cells is None or not Bound.fits(self.known.program):
            return
        tensors, writes = self.cells.tensors, self.cells.owners
        self.cells = None               # what it refers to counts as looked at
        for t in tensors:
            t._own()
        self.cells = cells(tensors)
        if self.cells is None or not self.cells.intact():
            return
        known = self.known
        bound = Overwriting(known.program, known.leaves, known.scalars, self.cells, writes, self.params,
                            self.avals)
        if bound.fits:
            bound.guard(guards)
            self.bound = bound

    def steadily(self, numbers: Sequence[float], changes: Sequence[Change]) -> bool:
        """`run` where the guards hold; False, and nothing is done, where they do not."""
        try:
            return self.bound is not None and self.bound.run(numbers, making(changes))
        except BaseException:
            self.bound = None           # an interrupt may have left it half changed
            raise

    def run(self, numbers: Sequence[float], changes: Sequence[Change]) -> bool:
        """A step with those numbers; False, and nothing is done, where something is not as it was."""
        values = self._found()
        if values is None and local.state.pending:
            engine.synchronize()        # who waits reads the old values; a gradient may be among them
            values = self._found()
        if values is None or self.cells is None:
            return False
        self.cells.written()
        arrays = self.cells.arrays + values
        self.known.program.run([arrays[k] for k in self.known.leaves],
                               [numbers[k] for k in self.known.scalars], True, making(changes))
        return True

    def _found(self) -> list[Any] | None:
        """The gradients, if all is as it was."""
        values = gradients(self.params, self.avals)
        return values if values is not None and self.cells is not None and self.cells.intact() else None


def making(changes: Sequence[Change]) -> Callable[[], Any]:
    """What makes all changes in one call without Python in it: an interrupt comes before or after."""
    return partial(*changes[0]) if len(changes) == 1 else partial(deque, starmap(call, changes), 0)


def run(batches: Sequence[Batch], cache: Programs, keep: Callable[[Item], Sequence[Change]]) -> Plan | None:
    """New values and states of all items; `keep(item)` are the changes that make its state known.

    Everything is changed, or nothing. Returns what finds the way next time, or None where the next step
    has to look anew.
    """
    state = local.state
    limit, state.limit = state.limit, ROOM      # these are needed at once: looking for dead ones finds none
    general = config.eager or bool(state.levels) or state.capture is not None
    try:
        if not general:
            engine.synchronize()
        engine.evaluate([n for batch in batches for item in batch.items for n in parts_of(item.g.node)])
        places = None if general else \
            cells([t for batch in batches for item in batch.items for t in _written(item)])
        if places is not None:
            own = places.intact()
            done, plan = _by_program(batches, cache, keep, places, own)
            if done:
                return plan
        _one_by_one(batches, keep)
        return None
    finally:
        state.limit = limit


def _written(item: Item) -> list[Tensor]:
    return [item.p, *(v for v in item.state.values() if isinstance(v, Tensor))]


def _results(value: Tensor, state: State) -> list[Node]:
    return [value.node, *(v.node for v in state.values() if isinstance(v, Tensor))]


def _one_by_one(batches: Sequence[Batch], keep: Callable[[Item], Sequence[Change]]) -> None:
    """By the general way: nodes recorded for each item, new values assigned."""
    done = [(item, *batch.apply(item, None)) for batch in batches for item in batch.items]
    results = [n for _, value, state in done for n in _results(value, state)]
    engine.evaluate(results)
    for n in results:                   # the program refers to small ones: no step could write there
        if n.value is not None and n.value.nbytes < SMALL:
            n.value = n.value.copy()
    for item, value, state in done:
        item.p._assign(value)
        for key, new in state.items():
            old = item.state.get(key)
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                if old is not new:
                    old._assign(new)    # who holds it sees every step
            else:
                item.state[key] = new
        if item.state:
            making(keep(item))()


def _by_program(batches: Sequence[Batch], cache: Programs, keep: Callable[[Item], Sequence[Change]],
                places: Cells, own: bool) -> tuple[bool, Plan | None]:
    """By the program of the whole step; (False, None) where a formula reads something not the item's own."""
    declared = all(batch.declared for batch in batches)
    batches = [_described(part) for batch in batches for part in _alike(batch)]
    items = [item for batch in batches for item in batch.items]
    gradients = [n for item in items for n in parts_of(item.g.node)]
    given = places.nodes + gradients
    key = tuple([(batch.form, len(batch.items)) for batch in batches]), \
        tuple([(n.shape, n.dtype.name) for n in given])
    known = cache.get(key)
    if known is None:
        known = _build(batches, given)
        cache.put(key, known)
    if known is False:
        return False, None
    arrays = [given[k].value for k in known.leaves]
    numbers = [v for batch in batches for v in batch.numbers]
    scalars = [numbers[k] for k in known.scalars]
    counts = [(item.state.__setitem__, k, v) for batch in batches for item in batch.items
              for k, v in batch.counted.items()]
    counts += [change for item, keys in zip(items, known.entries) if keys or item.state
               for change in keep(item)]
    if own and known.everywhere:
        places.written()
        known.program.run(arrays, scalars, True, making(counts))
        plan = Plan(known, places, [item.p for item in items], [(g.shape, g.dtype) for g in gradients])
        return True, plan if declared and len(gradients) == len(items) else None
    results = known.program.run(arrays, scalars)
    making([*_replacements(items, known.entries, results), *counts])()
    return True, None


def _replacements(items: Sequence[Item], entries: Sequence[Sequence[tuple[str, DType]]],
                  results: Sequence[Any]) -> list[Change]:
    """What puts new arrays into the tensors of the items."""
    changes: list[Change] = []
    arrays = iter(results)
    for item, keys in zip(items, entries):
        changes += _moved(item.p, leaf(next(arrays), item.p.dtype))
        for key, dtype in keys:
            new, old = leaf(next(arrays), dtype), item.state.get(key)
            changes += _moved(old, new) if isinstance(old, Tensor) else \
                [(item.state.__setitem__, key, Tensor(new))]
    return changes


def _moved(t: Tensor, n: Node) -> list[Change]:
    s = t._storage
    if s is None:
        return [(setattr, t, "_node", n)]
    return [(setattr, s, "node", n), (setattr, s, "version", s.version + 1)]


def _alike(batch: Batch) -> list[Batch]:
    """Parts whose items have one shape and dtype, where the numbers are not declared: a formula may have
    computed them from the sizes, as the divisor of a mean is."""
    if batch.declared or len(batch.items) == 1:
        return [batch]
    parts: dict[Any, list[Item]] = {}
    for item in batch.items:
        parts.setdefault((item.p.node.shape, item.p.node.dtype), []).append(item)
    return [replace(batch, items=items) for items in parts.values()]


def _described(batch: Batch) -> Batch:
    """With form, numbers and plain entries of the state: read off the first item where they are not given."""
    if batch.declared:
        return batch
    first = batch.items[0]
    value, state = batch.apply(first, None)
    linear = linearize(_results(value, state))
    counted = {k: v for k, v in state.items() if not isinstance(v, Tensor)}
    return Batch(batch.items, batch.apply, False, linear.key, [n.value for n in linear.scalars], counted)


def _build(batches: Sequence[Batch], given: Sequence[Node]) -> Any:
    """The program over all items, and where its arguments come from; False if some come from elsewhere."""
    place = {n: k for k, n in enumerate(given)}
    number: dict[Node, int] = {}
    results: list[Node] = []
    entries: list[list[tuple[str, DType]]] = []
    gifts: list[Node | None] = []
    count = 0
    for batch in batches:
        numbers = batch.numbers
        shared: dict[DType, list[Tensor]] = {}
        for item in batch.items:
            if batch.declared:
                kind = item.p.dtype.to_real()           # complex numbers are updated as pairs
                if kind not in shared:
                    scalars = [scalar(v, kind) for v in numbers]
                    number.update(zip(scalars, range(count, count + len(scalars))))
                    shared[kind] = [Tensor(n) for n in scalars]
                value, state = batch.apply(item, shared[kind])
                nodes = _results(value, state)
            else:
                value, state = batch.apply(item, None)
                nodes = _results(value, state)
                number.update((n, count + k) for k, n in enumerate(linearize(nodes).scalars))
            keys = [k for k, v in state.items() if isinstance(v, Tensor)]
            entries.append([(k, state[k].dtype) for k in keys])
            results += nodes
            for old, n in zip((item.p, *(item.state.get(k) for k in keys)), nodes):
                fits = isinstance(old, Tensor) and (old.node.shape, old.node.dtype) == (n.shape, n.dtype)
                gifts.append(old.node if fits else None)        # type: ignore[union-attr]
        count += len(numbers)
    linear = linearize(results)
    if any(n not in place for n in linear.leaves) or any(n not in number for n in linear.scalars):
        return False
    leaf_at = {n: j for j, n in enumerate(linear.leaves)}
    donate = {k: leaf_at[n] for k, n in enumerate(gifts) if n is not None and n in leaf_at}
    program = make_program(results, linear.leaves, linear.scalars, donate)
    return _Known(program, [place[n] for n in linear.leaves], [number[n] for n in linear.scalars], entries,
                  len(program.over) == len(results))

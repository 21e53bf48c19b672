"""The groups of an optimiser go in; batches of parameters that share a formula and its numbers come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retrograd.base.modes import modes
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import bind
from retrograd.ops import complex as plane
from retrograd.ops.gather import few_rows
from retrograd.tensors import formula
from retrograd.tensors.tensor import Tensor

Group = dict[str, Any]


@dataclass
class Cohort:
    """Parameters of one group with as many steps behind them and the same entries of state."""

    group: Group
    step: float                     # the number of the step to come
    form: Any
    items: list[formula.Item]

    def formula(self, optimizer: Any) -> formula.Batch:
        """What `tensors/formula.py` computes."""
        numbers = optimizer.numbers(self.group, self.step)
        names, values = tuple(numbers), tuple(numbers.values())

        def apply(item: formula.Item, given: Sequence[Tensor] | None) -> tuple[Tensor, dict[str, Any]]:
            group = {**self.group, **dict(zip(names, values if given is None else given))}
            state = dict(item.state)
            g = -item.g if group.get("maximize", False) else item.g
            value = updated(optimizer, item.p, g, state, group)
            for c in optimizer.counters[:1]:
                if state[c] == item.state[c]:       # a formula of its own way may count itself
                    state[c] += 1.0
            return value, state
        counted = dict.fromkeys(optimizer.counters[:1], self.step)
        return formula.Batch(self.items, apply, optimizer.declared, self.form, values, counted)


def updated(optimizer: Any, p: Tensor, g: Tensor, state: dict[str, Any], group: Group) -> Tensor:
    """The new value of a parameter by the optimiser's formula; complex numbers are pairs of real ones to it,
    as in PyTorch. `state` becomes the new state."""
    if not p.dtype.is_complex:
        return optimizer.update(p, g, state, group)  # type: ignore[no-any-return]
    pairs = {k: _pairs(v) for k, v in state.items()}
    value = optimizer.update(_pairs(p), _pairs(g), pairs, group)
    shape = (*p.node.shape, 2)
    for k, v in pairs.items():
        state[k] = _numbers(v) if isinstance(v, Tensor) and v.node.shape == shape else v
    return _numbers(value)  # type: ignore[no-any-return]


def _pairs(x: Any) -> Any:
    """Complex numbers as pairs; anything else as it is."""
    return Tensor(bind(plane.as_real_p, (x.node,))) if isinstance(x, Tensor) and x.dtype.is_complex else x


def _numbers(x: Tensor) -> Tensor:
    return Tensor(bind(plane.as_complex_p, (x.node,)))


def gather(optimizer: Any) -> list[Cohort]:
    """The parameters that have a gradient, in cohorts."""
    cohorts: dict[Any, Cohort] = {}
    for k, group in enumerate(optimizer.param_groups):
        form = form_of(group)
        for p in group["params"]:
            g = p.grad
            if g is None:
                continue
            if few_rows(g.node) and modes.capture is None and not optimizer.by_rows(group):
                evaluate([g.node])
            state = optimizer.state.get(p)
            if not state:
                state = optimizer.init_state(p, group)
            entries = tuple([(key, None if isinstance(v, Tensor) else v) for key, v in state.items()])
            cohort = cohorts.get((k, entries))
            if cohort is None:
                step = state[optimizer.counters[0]] + 1.0 if optimizer.counters else 0.0
                cohort = cohorts[k, entries] = Cohort(group, step, (form, tuple(state)), [])
            cohort.items.append(formula.Item(p, g, state))
    return list(cohorts.values())


def form_of(group: Group) -> tuple[Any, ...]:
    """What of the options may shape a formula: numbers by their sign only."""
    return tuple([(key, (v > 0) - (v < 0) if isinstance(v, (int, float)) else
                   v if v is None or isinstance(v, str) else None)
                  for key, v in group.items() if key != "params"])

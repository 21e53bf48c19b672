"""The groups of an optimiser go in; batches of parameters that share a formula and its numbers come out,
and what finds the same batches again at the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import is_
from typing import Any

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
            value = optimizer.update(item.p, g, state, group)
            for c in optimizer.counters[:1]:
                if state[c] == item.state[c]:       # a formula of its own way may count itself
                    state[c] += 1.0
            return value, state
        counted = dict.fromkeys(optimizer.counters[:1], self.step)
        return formula.Batch(self.items, apply, optimizer.declared, self.form, values, counted)


def gather(optimizer: Any) -> list[Cohort]:
    """The parameters that have a gradient, in cohorts."""
    cohorts: dict[Any, Cohort] = {}
    for k, group in enumerate(optimizer.param_groups):
        form = form_of(group)
        for p in group["params"]:
            g = p.grad
            if g is None:
                continue
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


class Last:
    """What the last step found: the same again is one call of its program."""

    def __init__(self, optimizer: Any, plan: formula.Plan, cohorts: Sequence[Cohort]) -> None:
        self.plan = plan
        self.groups = list(optimizer.param_groups)
        self.sizes = [len(group["params"]) for group in self.groups]
        self.options = [list(group.values()) for group in self.groups]
        self.forms = [form_of(group) for group in self.groups]
        params = [p for group in self.groups for p in group["params"]]
        trained = {id(item.p) for cohort in cohorts for item in cohort.items}
        self.idle = [p for p in params if id(p) not in trained]
        self.cohorts = [(cohort.group, cohort.step, [item.state for item in cohort.items])
                        for cohort in cohorts]
        self.entries = [(item.state, key) for cohort in cohorts for item in cohort.items
                        for key, v in item.state.items() if isinstance(v, Tensor)]
        self.objects = self._objects(optimizer)

    def again(self, optimizer: Any) -> bool:
        """Take the same step with the numbers and gradients of now; False where something has changed."""
        if not self._same(optimizer):
            return False
        numbers: list[float] = []
        changes: list[formula.Change] = []
        counters = optimizer.counters[:1]
        cohorts = []
        for group, step, states in self.cohorts:
            for c in counters:
                if [state[c] for state in states] != [step] * len(states):
                    return False
                changes += [(state.__setitem__, c, step + 1.0) for state in states]
            cohorts.append((group, step + 1.0, states))
            numbers += optimizer.numbers(group, step + 1.0).values()
        if not self.plan.run(numbers, changes):
            return False
        self.cohorts = cohorts
        return True

    def _same(self, optimizer: Any) -> bool:
        groups = optimizer.param_groups
        now = self._objects(optimizer)
        if len(now) != len(self.objects) or not all(map(is_, now, self.objects)):
            return False
        if [len(group["params"]) for group in groups] != self.sizes:
            return False
        for k, (group, options, form) in enumerate(zip(groups, self.options, self.forms)):
            now = list(group.values())
            if now != options:
                if form_of(group) != form:
                    return False
                self.options[k] = now
        return all([p._grad is None for p in self.idle])

    def _objects(self, optimizer: Any) -> list[Any]:
        """Everything that has to be the same object again."""
        found = list(optimizer.param_groups)
        for group in optimizer.param_groups:
            found += group["params"]
        state = optimizer.state
        found += state
        found += state.values()
        found += [values.get(key) for values, key in self.entries]
        return found

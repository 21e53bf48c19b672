"""The step of an optimiser while a training step is captured: its formulas become pending nodes.

Numbers of the formula are arguments of the captured program. A class that declares them (`numbers`) is asked
for them before each replay; another one reads options and step counts as Numbers, which are computed again.
What shapes the formula (flags, which parameters, what state there is) is looked at before each replay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import repeat
from operator import getitem, is_, itemgetter, setitem
from typing import Any

from retrograd.engine.capture import Capture
from retrograd.engine.scalars import Number, Numbers, is_number
from retrograd.optim.gather import Cohort, form_of, gather, updated
from retrograd.optim.step_hooks import hooked, hooks_after, hooks_before
from retrograd.runtime.objects import OPEN, WHOLE, elements, entries, entry_place
from retrograd.runtime.table import Guard
from retrograd.tensors import formula
from retrograd.tensors.tensor import Tensor

Group = dict[str, Any]
State = dict[str, Any]


class RecordedStep:
    """What a replay must find as it was, and the numbers that it is given anew."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.list: list[Group] = optimizer.param_groups
        self.groups = list(self.list)
        self.options: list[Any] = []            # as they were last
        self.floats: list[tuple[Group, Any, Any]] = []      # those that guards leave out, as they were last
        self.shapes = [_shape_of(g, optimizer.declared) for g in self.groups]
        self.sizes = [len(g["params"]) for g in self.groups]
        self.params = [p for g in self.groups for p in g["params"]]
        self.hooks = _hooks(optimizer)
        self.state = optimizer.state
        self.entries: list[State] = []
        self.holders: list[State] = []
        self.keys: list[str] = []
        self.tensors_kept: list[Any] = []
        self.objects: list[Any] = []            # everything that has to be the same object again
        self.places: list[int] = []             # of the numbers that `numbers` finds
        # By cohort: the states, the group, and how many numbers there are.
        self.declared: list[tuple[list[State], Group, int]] = []
        self.counted: list[tuple[State, str, int, int]] = []    # entry, key, Numbers before and after

    def close(self) -> None:
        """Remember what state there is after the step."""
        self.entries = list(self.state.values())
        kept = [(entry, k) for entry in self.entries for k, v in entry.items() if isinstance(v, Tensor)]
        self.holders, self.keys = [entry for entry, _ in kept], [k for _, k in kept]
        self.tensors_kept = [entry[k] for entry, k in kept]
        self.objects = [*self.groups, *self.entries, *self.params, *self.tensors_kept]

    def tensors(self) -> Iterator[Tensor]:
        """The tensors it works on."""
        yield from self.params
        yield from self.tensors_kept
        for group in self.groups:
            yield from (v for v in group.values() if isinstance(v, Tensor))

    def check(self) -> bool:
        """Whether the optimiser is as it was, but for the values of tensors and numbers."""
        o = self.optimizer
        groups, state = o.param_groups, o.state
        if state is not self.state or len(state) != len(self.entries) or len(groups) != len(self.groups):
            return False
        now = [*groups, *state.values()]
        for group, size in zip(groups, self.sizes):
            params = group["params"]
            if len(params) != size:
                return False
            now += params
        try:
            now += map(getitem, self.holders, self.keys)
        except KeyError:
            return False
        if not all(map(is_, now, self.objects)):
            return False
        if not self._options(o):
            return False
        self.list = groups
        return not (hooked(o) or self.hooks) or _hooks(o) == self.hooks

    def guards(self) -> list[Guard] | None:
        """What holds while groups, parameters and state are the same objects and all parameters of a cohort
        counted alike, as `check` and `numbers` say; None where nobody can tell so natively."""
        if not OPEN or not self.optimizer.declared:
            return None
        counters = self.optimizer.counters
        try:
            found = [*elements(self.optimizer.param_groups), *entries(self.state)]
            self.floats = []
            for group in self.groups:
                numbers = [k for k, v in group.items() if v.__class__ is float]
                found += [*entries(group, numbers), *elements(group["params"])]
                if numbers:
                    self.floats.append((group, itemgetter(*numbers), itemgetter(*numbers)(group)))
            for entry in self.entries:
                found += entries(entry, counters)
            for states, _, _ in self.declared:
                for c in counters:
                    if any(s[c] is not states[0][c] for s in states):
                        return None
                    first, *rest = [entry_place(s, next(key for key in s if key == c)) for s in states]
                    found += [Guard(place, WHOLE, twin=first) for place in rest]
        except LookupError:
            return None
        return found

    def glance(self) -> bool:
        """`check` where the guards hold."""
        o = self.optimizer
        if o.param_groups is not self.list or o.state is not self.state or self.hooks \
                or hooked(o):
            return False
        for group, numbers, before in self.floats:
            if numbers(group) != before:
                # A schedule tells them; they are as good as long as the formula is the same.
                if [_shape_of(g, True) for g in self.groups] != self.shapes:
                    return False
                self.floats = [(g, get, get(g)) for g, get, _ in self.floats]
                return True
        return True

    def _options(self, o: Any) -> bool:
        """Whether options that shape the formula are as they were; the others are read by `numbers`."""
        options: list[Any] = []
        for group in self.groups:
            options += group.values()
        if len(options) != len(self.options) or not all(map(is_, options, self.options)):
            if [_shape_of(g, o.declared) for g in self.groups] != self.shapes:
                return False
            self.options = options
        return True

    def ahead(self, changes: list[formula.Change]) -> list[float]:
        """`numbers` where the guards hold."""
        found: list[float] = []
        o = self.optimizer
        for states, group, _ in self.declared:
            step = 0.0
            for c in o.counters:
                step = states[0][c] + 1.0
                changes.append((deque, map(setitem, states, repeat(c), repeat(step)), 0))
            found += o.numbers(group, step).values()
        return found

    def numbers(self, changes: list[formula.Change]) -> list[float] | None:
        """The numbers of now, in the order of `places`, or None where parameters that counted alike no longer
        do. What is to be counted afterwards is added to `changes`."""
        found: list[float] = []
        o = self.optimizer
        for states, group, many in self.declared:
            step = 0.0
            for c in o.counters:
                steps = list(map(itemgetter(c), states))
                step = steps[0]
                if steps.count(step) != len(steps):
                    return None
                step += 1.0
                changes.append((deque, map(setitem, states, repeat(c), repeat(step)), 0))
            values = o.numbers(group, step).values()
            if len(values) != many:
                return None
            found += values
        return found


def _hooks(optimizer: Any) -> list[Any]:
    return [*hooks_before(optimizer), *hooks_after(optimizer)]


def _shape_of(group: Group, declared: bool) -> Any:
    """What of the options shapes a formula. Where it declares its numbers: their signs; else what is no
    number (comparisons of Numbers are remembered as conditions)."""
    def option(value: Any) -> Any:
        if is_number(value):
            return None
        if value.__class__ is tuple:
            return tuple(option(v) for v in value)
        return value if value is None or value.__class__ in (bool, str) else id(value)
    rest = [(k, option(v)) for k, v in group.items() if k != "params"]
    return (form_of(group), rest) if declared else rest


def record_step(optimizer: Any, capture: Capture) -> None:
    """Update every parameter that has a gradient, without computing anything."""
    cohorts = gather(optimizer)
    for cohort in cohorts:
        for item in cohort.items:
            if item.state and optimizer.state.get(item.p) is not item.state:
                # As if it had been there before: a replay then finds it, and the first step is like the rest.
                optimizer.state[item.p] = item.state
    step = RecordedStep(optimizer)
    apply = _declared if optimizer.declared else _undeclared
    done = [one for cohort in cohorts for one in apply(optimizer, cohort, step, capture.numbers)]
    for p, value, entry, before, state in done:
        p._assign(value)
        _store(p, entry, before, state, step, capture)
    step.close()
    capture.steps.append(step)


def _declared(optimizer: Any, cohort: Cohort, step: RecordedStep, numbers: Numbers) -> Iterator[Any]:
    batch = cohort.formula(optimizer)
    places = [numbers.supplied(v) for v in batch.numbers]
    step.declared.append(([item.state for item in cohort.items], cohort.group, len(places)))
    step.places += [n.place for n in places]
    for item in cohort.items:
        before = dict(item.state)
        value, state = batch.apply(item, [Tensor(numbers.node(n, item.p.dtype.to_real())) for n in places])
        yield item.p, value, item.state, before, state


def _undeclared(optimizer: Any, cohort: Cohort, step: RecordedStep, numbers: Numbers) -> Iterator[Any]:
    group = _options(cohort.group, numbers)
    for p, g, entry in cohort.items:
        before: dict[str, Any] = {k: numbers.shared((id(cohort.group), k), v) if is_number(v) else v
                                  for k, v in entry.items()}
        state = dict(before)
        value = updated(optimizer, p, -g if cohort.group.get("maximize", False) else g, state, group)
        for c in optimizer.counters:
            if state[c] is before[c]:               # a formula of the user's own may count itself
                state[c] = state[c] + 1.0
        yield p, value, entry, before, state


def _options(group: Group, numbers: Numbers) -> Group:
    options = {}
    for key, value in group.items():
        if is_number(value):
            value = numbers.source(group, key)
        elif value.__class__ is tuple and value and all(map(is_number, value)):
            value = tuple(numbers.source(group, key, k) for k in range(len(value)))
        options[key] = value
    return options


def _store(p: Tensor, entry: State, before: State, state: State, step: RecordedStep,
           capture: Capture) -> None:
    """The new state of a parameter, into the entry that holds the old one."""
    if before.keys() != state.keys():
        capture.once = True             # the next step finds other state: it will be captured anew
    if state and step.optimizer.state.get(p) is not entry:
        step.optimizer.state[p] = entry
    for key, new in state.items():
        old = before.get(key)
        if isinstance(old, Tensor) and isinstance(new, Tensor):
            if new is not old:
                old._assign(new)
        elif isinstance(new, Number):
            entry[key] = new.value
            step.counted.append((entry, key, old.place if isinstance(old, Number) else new.place, new.place))
        else:
            entry[key] = new
            if isinstance(new, Tensor):
                capture.kept.append(new)

"""What a step of an optimiser found goes in; the next one, if nothing changed, is one call of its program.

Whether groups, options and state are as they were is asked as for a compiled step (recorded.py): natively,
together with whether anybody else sees what is written over, or object by object where those guards do not
hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd.optim.gather import Cohort
from retrograd.optim.recorded import RecordedStep
from retrograd.tensors import formula

PATIENCE = 64


class Last:
    """The last step of an optimiser that declares its numbers."""

    def __init__(self, optimizer: Any, plan: formula.Plan, cohorts: Sequence[Cohort]) -> None:
        self.plan = plan
        step = self.step = RecordedStep(optimizer)
        # With the state alone: who keeps gradients makes others pass for looked at.
        step.declared = [([item.state for item in c.items], c.group, len(optimizer.numbers(c.group, c.step)))
                         for c in cohorts]
        step.close()
        trained = {id(item.p) for cohort in cohorts for item in cohort.items}
        self.idle = [p for p in step.params if id(p) not in trained]
        self.times, self.patience = 0, 2            # steps found object by object; so many are enough

    def again(self) -> bool:
        """Take the same step with the numbers and gradients of now; False where something has changed."""
        if self.idle and not all([p._grad is None for p in self.idle]):
            return False
        plan, step = self.plan, self.step
        changes: list[formula.Change] = []
        bound = plan.bound
        if bound is not None and step.glance() and plan.steadily(step.ahead(changes), changes):
            if bound.strays >= self.patience:       # gradients lie elsewhere than they did: where, perhaps
                self._bind()
            return True
        changes = []
        numbers = step.numbers(changes) if step.check() else None
        if numbers is None or not plan.run(numbers, changes):
            return False
        self.times += 1
        if self.times >= self.patience:
            self._bind()
        return True

    def _bind(self) -> None:
        self.times, self.patience = 0, min(2 * self.patience, PATIENCE)
        guards = self.step.guards()
        if guards is not None:
            self.plan.bind(guards)

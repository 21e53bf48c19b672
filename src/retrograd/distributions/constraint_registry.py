"""From a constraint to a transform of all real numbers (or vectors) whose values satisfy it.

`biject_to` gives one that is invertible, for inference; `transform_to` one that may have more parameters than
it needs, for optimisation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.distributions import constraints as c
from retrograd.distributions import transforms as t

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]

Factory = Callable[[Any], Any]


class ConstraintRegistry:
    """Transforms by the class of the constraint that their values satisfy.

    >>> import retrograd as rg
    >>> from retrograd.distributions import constraints
    >>> rg.distributions.transform_to(constraints.positive)(rg.tensor(0.0))
    tensor(1.)
    """

    def __init__(self) -> None:
        self._registry: dict[type, Factory] = {}

    def register(self, constraint: Any, factory: Factory | None = None) -> Any:
        """Use factory(constraint) for constraints of that class (a class, or one of them); without a factory,
        a decorator of one."""
        if factory is None:
            return lambda fn: self.register(constraint, fn)
        kind = type(constraint) if isinstance(constraint, c.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, c.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got "
                            f"{constraint}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform for a constraint."""
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(
                f"Cannot transform {type(constraint).__name__} constraints. Register one:  "
                f"biject_to.register({type(constraint).__name__}, factory) .")
        return factory(constraint)


def _above(one: Any) -> Any:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(one.lower_bound, 1)])


def _below(one: Any) -> Any:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(one.upper_bound, -1)])


def _between(one: Any) -> Any:
    low, high = one.lower_bound, one.upper_bound
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and (low, high) == (0, 1):
        return t.SigmoidTransform()
    return t.ComposeTransform([t.SigmoidTransform(), t.AffineTransform(low, high - low)])


def _each(registry: ConstraintRegistry) -> Factory:
    def factory(one: Any) -> Any:
        base = registry(one.base_constraint)
        return t.IndependentTransform(base, one.reinterpreted_batch_ndims)
    return factory


def _cat(registry: ConstraintRegistry) -> Factory:
    return lambda one: t.CatTransform([registry(part) for part in one.cseq], one.dim, one.lengths)


def _stack(registry: ConstraintRegistry) -> Factory:
    return lambda one: t.StackTransform([registry(part) for part in one.cseq], one.dim)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()

for _registry in (biject_to, transform_to):
    for _kind, _factory in (
        (c.real, lambda one: t.identity_transform), (c.independent, _each(_registry)),
        (c.positive, lambda one: t.ExpTransform() if one in (c.positive, c.nonnegative) else _above(one)),
        (c.greater_than_eq, lambda one: t.ExpTransform() if one is c.nonnegative else _above(one)),
        (c.less_than, _below), (c.interval, _between), (c.half_open_interval, _between),
        (c.corr_cholesky, lambda one: t.CorrCholeskyTransform()),
        (c.cat, _cat(_registry)), (c.stack, _stack(_registry)),
    ):
        _registry.register(_kind, _factory)
biject_to.register(c.simplex, lambda one: t.StickBreakingTransform())
transform_to.register(c.simplex, lambda one: t.SoftmaxTransform())
transform_to.register(c.lower_cholesky, lambda one: t.LowerCholeskyTransform())
for _definite in (c.positive_definite, c.positive_semidefinite):
    transform_to.register(_definite, lambda one: t.PositiveDefiniteTransform())

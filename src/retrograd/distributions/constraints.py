"""What parameters and values of distributions have to satisfy: `check` answers for each place of a batch.

A constraint says how many trailing dimensions it judges together (`event_dim`) and whether its values are
whole numbers (`is_discrete`). `constraint_registry` finds the transform whose values satisfy one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd.base.dtype import bool_
from retrograd.functional.eigen import eigvalsh
from retrograd.functional.elementwise import eq, floor, ge, gt, le, logical_and, lt
from retrograd.functional.factors import cholesky_ex
from retrograd.functional.reduce import all as all_true
from retrograd.functional.reduce import sum
from retrograd.functional.shape import cat as joined
from retrograd.functional.shape import stack as stacked
from retrograd.functional.shape import unbind
from retrograd.tensors.create import full

__all__ = [
    "Constraint", "MixtureSameFamilyConstraint", "boolean", "cat", "corr_cholesky", "dependent",
    "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent",
    "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky", "lower_triangular",
    "multinomial", "nonnegative", "nonnegative_integer", "one_hot", "positive", "positive_definite",
    "positive_integer", "positive_semidefinite", "real", "real_vector", "simplex", "square", "stack",
    "symmetric", "unit_interval",
]

NEAR = 1e-6         # how far sums and symmetric elements may be apart, of numbers that are rounded


class Constraint:
    """A condition on values; `event_dim` trailing dimensions are judged together.

    >>> import retrograd as rg
    >>> positive.check(rg.tensor([1.0, -1.0]))
    tensor([ True, False])
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """Where the condition holds."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__[1:] + "()"


# ---------------------------------------------------------------- conditions that depend on other parameters
class _Dependent(Constraint):
    """A placeholder: the condition is another parameter's business."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> None:
        self._discrete, self._rank = is_discrete, event_dim

    @property
    def is_discrete(self) -> Any:       # type: ignore[override]
        """As it was given."""
        return self._given(self._discrete, "is_discrete")

    @property
    def event_dim(self) -> Any:         # type: ignore[override]
        """As it was given."""
        return self._given(self._rank, "event_dim")

    @staticmethod
    def _given(value: Any, name: str) -> Any:
        if value is NotImplemented:
            raise NotImplementedError(f".{name} cannot be determined statically")
        return value

    def __call__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> Any:
        """The same with more known of it."""
        return _Dependent(is_discrete=self._discrete if is_discrete is NotImplemented else is_discrete,
                          event_dim=self._rank if event_dim is NotImplemented else event_dim)

    def check(self, value: Any) -> Any:
        """Cannot be answered."""
        raise ValueError("Cannot determine validity of dependent constraint")


class _DependentProperty(property, _Dependent):
    """A property whose value is a constraint: of an instance it is known, of the class it is dependent.

    >>> class Low:
    ...     low = 2
    ...     @dependent_property(is_discrete=False, event_dim=0)
    ...     def support(self):
    ...         return greater_than(self.low)
    >>> Low().support, is_dependent(Low.support)
    (GreaterThan(lower_bound=2), True)
    """

    def __init__(self, fn: Callable[[Any], Any] | None = None, *, is_discrete: Any = NotImplemented,
                 event_dim: Any = NotImplemented) -> None:
        property.__init__(self, fn)
        _Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, fn: Callable[[Any], Any]) -> Any:       # type: ignore[override]
        """As a decorator with arguments."""
        return _DependentProperty(fn, is_discrete=self._discrete, event_dim=self._rank)


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint stands for one that other parameters decide.

    >>> is_dependent(dependent), is_dependent(real)
    (True, False)
    """
    return isinstance(constraint, _Dependent)


# ---------------------------------------------------------------- conditions on numbers
class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Any) -> Any:
        return eq(eq(value, 0), eq(value, 1)).logical_not()


class _Real(Constraint):
    def check(self, value: Any) -> Any:
        return eq(value, value)


class _Bounds(Constraint):
    """Comparisons with bounds; a class names them and the two comparisons."""

    low: Any = None
    high: Any = None
    whole = False

    def __init__(self, **bounds: Any) -> None:
        self._bounds = bounds
        self.__dict__.update(bounds)
        self.is_discrete = self.whole

    def check(self, value: Any) -> Any:
        """Where the bounds hold, and the number is whole where it has to be."""
        tests = [test(value, self._bounds[name]) for name, test in
                 (("lower_bound", self.low), ("upper_bound", self.high)) if test is not None]
        if self.whole:
            tests.append(eq(value, floor(value)))
        out = tests[0]
        for test in tests[1:]:
            out = logical_and(out, test)
        return out

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({', '.join(f'{k}={v}' for k, v in self._bounds.items())})"


class _Lower(_Bounds):
    def __init__(self, lower_bound: Any) -> None:
        super().__init__(lower_bound=lower_bound)


class _Upper(_Bounds):
    def __init__(self, upper_bound: Any) -> None:
        super().__init__(upper_bound=upper_bound)


class _Both(_Bounds):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        super().__init__(lower_bound=lower_bound, upper_bound=upper_bound)


class _GreaterThan(_Lower):
    low = staticmethod(gt)


class _GreaterThanEq(_Lower):
    low = staticmethod(ge)


class _IntegerGreaterThan(_Lower):
    low, whole = staticmethod(ge), True


class _LessThan(_Upper):
    high = staticmethod(lt)


class _IntegerLessThan(_Upper):
    high, whole = staticmethod(le), True


class _Interval(_Both):
    low, high = staticmethod(ge), staticmethod(le)


class _HalfOpenInterval(_Both):
    low, high = staticmethod(ge), staticmethod(lt)


class _IntegerInterval(_Both):
    low, high, whole = staticmethod(ge), staticmethod(le), True


# ---------------------------------------------------------------- conditions on vectors and matrices
class _IndependentConstraint(Constraint):
    """A condition on each element of the last dimensions."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        result = self.base_constraint.check(value)
        n = self.reinterpreted_batch_ndims
        if result.dim() < n:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        return result.flatten(-n).all(-1) if n else result

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """The condition that all components of a mixture put on a value.

    >>> import retrograd as rg
    >>> MixtureSameFamilyConstraint(greater_than(rg.tensor([0.0, 1.0]))).check(rg.tensor([0.5, 2.0]))
    tensor([False,  True])
    """

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint
        self.is_discrete, self.event_dim = base_constraint.is_discrete, base_constraint.event_dim

    def check(self, value: Any) -> Any:
        """Where the conditions of all components hold."""
        held = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        return held.flatten(-self.event_dim - 1 if held.dim() > value.dim() - self.event_dim else -1).all(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


class _OneHot(Constraint):
    is_discrete, event_dim = True, 1

    def check(self, value: Any) -> Any:
        return logical_and(all_true(boolean.check(value), -1), eq(sum(value, -1), 1))


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value: Any) -> Any:
        near = lt((sum(value, -1) - 1).abs(), NEAR)
        return logical_and(all_true(ge(value, 0), -1), near)


class _Multinomial(Constraint):
    """Counts of which there are no more than `upper_bound`."""

    is_discrete, event_dim = True, 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        return logical_and(all_true(ge(value, 0), -1), le(sum(value, -1), self.upper_bound))


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return eq(value, value.tril()).flatten(-2).all(-1)


class _LowerCholesky(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return logical_and(lower_triangular.check(value),
                           gt(value.diagonal(dim1=-2, dim2=-1), 0).all(-1))


class _CorrCholesky(Constraint):
    """Lower triangular factors whose rows have length 1."""

    event_dim = 2

    def check(self, value: Any) -> Any:
        eps = 2.0 ** -52 if value.dtype.itemsize == 8 else 2.0 ** -23
        near = le((sum(value * value, -1) - 1).abs(), 10 * value.shape[-1] * eps).all(-1)
        return logical_and(lower_cholesky.check(value), near)


class _Square(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=bool_)


class _Symmetric(_Square):
    def check(self, value: Any) -> Any:
        if value.shape[-2] != value.shape[-1]:
            return super().check(value)
        near = le((value - value.mT).abs(), NEAR + NEAR * value.mT.abs())
        return near.flatten(-2).all(-1)


class _PositiveSemidefinite(_Symmetric):
    def check(self, value: Any) -> Any:
        held = super().check(value)
        return logical_and(held, self._above(value)) if value.shape[-2] == value.shape[-1] else held

    def _above(self, value: Any) -> Any:
        return ge(eigvalsh(value.detach()), 0).all(-1)


class _PositiveDefinite(_PositiveSemidefinite):
    def _above(self, value: Any) -> Any:
        return eq(cholesky_ex(value.detach()).info, 0)


# ---------------------------------------------------------------- several conditions at once
class _Joint(Constraint):
    """A condition for each part of a tensor along a dimension."""

    def __init__(self, cseq: Sequence[Constraint], dim: int) -> None:
        self.cseq, self.dim = list(cseq), dim
        if not all(isinstance(one, Constraint) for one in self.cseq):
            raise ValueError("All constraints must be of type Constraint")
        self.is_discrete = any(one.is_discrete for one in self.cseq)
        self.event_dim = max(one.event_dim for one in self.cseq)

    def _place(self, value: Any) -> None:
        if not -value.dim() <= self.dim < value.dim():
            raise ValueError(f"dim is {self.dim}, the value has {value.dim()} dimensions")


class _Cat(_Joint):
    def __init__(self, cseq: Sequence[Constraint], dim: int = 0, lengths: Any = None) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq):
            raise ValueError(f"{len(self.lengths)} lengths for {len(self.cseq)} constraints")

    def check(self, value: Any) -> Any:
        self._place(value)
        parts = value.split(self.lengths, self.dim)
        return joined([one.check(part) for one, part in zip(self.cseq, parts)], self.dim)


class _Stack(_Joint):
    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        super().__init__(cseq, dim)
        if self.dim + self.event_dim < 0:
            self.event_dim += 1

    def check(self, value: Any) -> Any:
        self._place(value)
        return stacked([one.check(part) for one, part in zip(self.cseq, unbind(value, self.dim))], self.dim)


dependent, dependent_property, independent = _Dependent(), _DependentProperty, _IndependentConstraint
boolean, one_hot, real = _Boolean(), _OneHot(), _Real()
real_vector = independent(real, 1)
nonnegative_integer, positive_integer = _IntegerGreaterThan(0), _IntegerGreaterThan(1)
positive, nonnegative = _GreaterThan(0.0), _GreaterThanEq(0.0)
integer_interval, multinomial = _IntegerInterval, _Multinomial
greater_than, greater_than_eq, less_than = _GreaterThan, _GreaterThanEq, _LessThan
unit_interval = _Interval(0.0, 1.0)
interval, half_open_interval = _Interval, _HalfOpenInterval
simplex = _Simplex()
lower_triangular, lower_cholesky, corr_cholesky = _LowerTriangular(), _LowerCholesky(), _CorrCholesky()
square, symmetric = _Square(), _Symmetric()
positive_semidefinite, positive_definite = _PositiveSemidefinite(), _PositiveDefinite()
cat, stack = _Cat, _Stack

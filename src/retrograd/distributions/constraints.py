"""What parameters and values of distributions have to satisfy: `check` answers element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.functional.elementwise import eq, floor, ge, gt, le, logical_and, lt
from retrograd.functional.reduce import all as all_true
from retrograd.functional.reduce import sum


class Constraint:
    """A condition on values; `event_dim` trailing dimensions are judged together.

    >>> import retrograd as rg
    >>> positive.check(rg.tensor([1.0, -1.0]))
    tensor([ True, False])
    """

    is_discrete = False

    def __init__(self, name: str, holds: Callable[[Any], Any], event_dim: int = 0,
                 discrete: bool = False) -> None:
        self.name, self._holds, self.event_dim, self.is_discrete = name, holds, event_dim, discrete

    def check(self, value: Any) -> Any:
        """Where the condition holds."""
        return self._holds(value)

    def __repr__(self) -> str:
        return self.name


def _whole(x: Any) -> Any:
    return eq(x, floor(x))


def _simplex(x: Any) -> Any:
    total = sum(x, -1)
    return logical_and(all_true(ge(x, 0), -1), logical_and(gt(total, 1 - 1e-6), lt(total, 1 + 1e-6)))


def _lower_triangular(x: Any) -> Any:
    return eq(x, x.tril()).flatten(-2).all(-1)


def _positive_diagonal(x: Any) -> Any:
    return logical_and(_lower_triangular(x), (x.diagonal(dim1=-2, dim2=-1) > 0).all(-1))


def _positive_definite(x: Any) -> Any:
    close = (x - x.mT).abs() <= 1e-6 * (1 + x.abs())
    return logical_and(close.flatten(-2).all(-1), x.diagonal(dim1=-2, dim2=-1).amin(-1) > 0)


real = Constraint("Real()", lambda x: eq(x, x))
boolean = Constraint("Boolean()", lambda x: eq(eq(x, 0), eq(x, 1)).logical_not(), discrete=True)
positive = Constraint("GreaterThan(lower_bound=0.0)", lambda x: gt(x, 0))
nonnegative = Constraint("GreaterThanEq(lower_bound=0.0)", lambda x: ge(x, 0))
unit_interval = Constraint("Interval(lower_bound=0.0, upper_bound=1.0)", lambda x: logical_and(ge(x, 0),
                                                                                               le(x, 1)))
nonnegative_integer = Constraint("IntegerGreaterThan(lower_bound=0)", lambda x: logical_and(ge(x, 0),
                                                                                            _whole(x)),
                                 discrete=True)
positive_integer = Constraint("IntegerGreaterThan(lower_bound=1)", lambda x: logical_and(ge(x, 1), _whole(x)),
                              discrete=True)
simplex = Constraint("Simplex()", _simplex, 1)
one_hot = Constraint("OneHot()", lambda x: logical_and(all_true(boolean.check(x), -1), eq(sum(x, -1), 1)), 1,
                     True)
real_vector = Constraint("IndependentConstraint(Real(), 1)", lambda x: all_true(eq(x, x), -1), 1)
lower_triangular = Constraint("LowerTriangular()", _lower_triangular, 2)
lower_cholesky = Constraint("LowerCholesky()", _positive_diagonal, 2)
positive_definite = Constraint("PositiveDefinite()", _positive_definite, 2)
dependent = Constraint("Dependent()", lambda x: eq(x, x))


def greater_than(lower_bound: Any) -> Constraint:
    """x > lower_bound.

    >>> greater_than(2)
    GreaterThan(lower_bound=2)
    """
    return Constraint(f"GreaterThan(lower_bound={lower_bound})", lambda x: gt(x, lower_bound))


def greater_than_eq(lower_bound: Any) -> Constraint:
    """x >= lower_bound.

    >>> greater_than_eq(2)
    GreaterThanEq(lower_bound=2)
    """
    return Constraint(f"GreaterThanEq(lower_bound={lower_bound})", lambda x: ge(x, lower_bound))


def less_than(upper_bound: Any) -> Constraint:
    """x < upper_bound.

    >>> less_than(2)
    LessThan(upper_bound=2)
    """
    return Constraint(f"LessThan(upper_bound={upper_bound})", lambda x: lt(x, upper_bound))


def interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """lower_bound <= x <= upper_bound.

    >>> interval(0, 2)
    Interval(lower_bound=0, upper_bound=2)
    """
    return Constraint(f"Interval(lower_bound={lower_bound}, upper_bound={upper_bound})",
                      lambda x: logical_and(ge(x, lower_bound), le(x, upper_bound)))


def integer_interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """Whole numbers from lower_bound to upper_bound.

    >>> integer_interval(0, 2)
    IntegerInterval(lower_bound=0, upper_bound=2)
    """
    return Constraint(f"IntegerInterval(lower_bound={lower_bound}, upper_bound={upper_bound})",
                      lambda x: logical_and(logical_and(ge(x, lower_bound), le(x, upper_bound)), _whole(x)),
                      discrete=True)

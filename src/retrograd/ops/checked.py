"""Values that are refused: a tensor goes in and comes out as it is, or the user's error where one is outside.

The NumPy tier looks when it gets there; the native tier reads the input itself and looks beside its kernels
(codegen/checks.py), so what reads the value fuses as if nothing stood between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import rng_for


class Condition(NamedTuple):
    """What values must be: `holds` for each of an array, and what is said otherwise."""

    holds: Callable[[Any], Any]
    why: str
    expected: str
    fix: str


CONDITIONS: dict[str, Condition] = {
    "nonzero": Condition(lambda x: x != 0, "ZeroDivisionError: an integer divisor is 0",
                         "integers other than 0", "Divide floating-point tensors for inf and nan."),
    "probability": Condition(lambda x: (x >= 0) & (x <= 1), "input has elements outside [0, 1]",
                             "probabilities", "Use binary_cross_entropy_with_logits for raw outputs."),
}


def refused(condition: str, op: str, where: str = "") -> ArgumentError:
    """The error of either tier, and of the call."""
    said = CONDITIONS[condition]
    return ArgumentError(said.why, op=op, expected=said.expected, fix=said.fix, where=where)


def check_values(x: Any, condition: str, op: str) -> Any:
    """The array, if all its elements are allowed."""
    with np.errstate(invalid="ignore"):         # NaN is not above 0
        if not CONDITIONS[condition].holds(x).all():
            raise refused(condition, op)
    return x


def _sample() -> Iterator[Sample]:
    for condition in CONDITIONS:
        # A step to the side may be refused.
        yield Sample((rng_for("checked").uniform(0.3, 0.7, (2, 3)),), (condition, "sample"),
                     smooth=condition == "nonzero")


checked_p = Primitive("checked", "linear", "x", "condition op", infer=lambda i, p: (i[0].shape, i[0].dtype),
                      np=check_values, lower="check", exact=True, vjp=lambda g: (g,), jvp=lambda dx: dx,
                      sample=_sample, flops=lambda n: 0)


def checked(x: Node, condition: str, op: str) -> Node:
    """x, behind a check: at once if the values are known, and in every program that reads them."""
    if x.value is not None:
        check_values(x.value, condition, op)
    return bind(checked_p, (x,), (condition, op))

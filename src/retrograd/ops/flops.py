"""Counts of operations go in and come out: the algebra `m` of a lowering, counting instead of emitting.

    count(lambda m, x: m.mul(x, m.tanh(x)), 1)      # 1 for mul, 16 for tanh

A value is nothing here, so the same lambda that emits a kernel says what an element of it costs. The costs
are the arithmetic instructions of a float32 element in `codegen/emit/` (an fma counts as two), rounded. This
is the one place that says what a scalar function costs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

_FREE = ("const", "like", "cast", "select", "bits", "from_bits", "copysign", "neg", "abs", "isnan", "isinf",
         "logical_and", "logical_or", "logical_xor", "logical_not", "and_", "or_", "xor", "not_")
_COST = dict.fromkeys(_FREE, 0) | dict.fromkeys(
    ("add", "sub", "mul", "div", "sqrt", "floor", "ceil", "trunc", "round", "maximum", "minimum", "eq", "ne",
     "lt", "le", "gt", "ge", "sign"), 1) | {
    "fma": 2, "guarded_mul": 2, "rsqrt": 2, "remainder": 4, "floor_div": 6,
    "exp": 17, "expm1": 26, "sigmoid": 24, "tanh": 16, "log": 24, "log1p": 28, "erf": 18,
    "softplus": 47, "sin": 50, "cos": 50, "tan": 50, "atan": 34, "pow": 60,
}
UNKNOWN = 50            # without a lowering, or with one that looks at its values


class FlopAlgebra:
    """Answers to every name that LLVMAlgebra has for lowerings, and adds up in `flops`."""

    def __init__(self) -> None:
        self.flops = 0

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in _COST:
            raise AttributeError(name)

        def counted(*_: object, **__: object) -> None:
            self.flops += _COST[name]
        return counted


def count(lower: Callable[..., object], arity: int) -> int:
    """Operations for one element of a pointwise function of `arity` inputs."""
    m = FlopAlgebra()
    lower(m, *[None] * arity)
    return m.flops


@lru_cache(maxsize=4096)
def per_element(lower: Any, params: tuple[object, ...], arity: int) -> int:
    """Operations for one element of a pointwise primitive, by its lowering."""
    if not callable(lower):
        return UNKNOWN
    try:
        return count(lambda m, *x: lower(m, *x, *params), arity)
    except (AttributeError, TypeError):     # a lowering of the user's own that does not only compose
        return UNKNOWN

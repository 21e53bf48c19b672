"""Questions about single numbers, element by element: signs, bits, fractions, divisors, neighbours."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import BOOL, FLOATING, INTEGER, bool_, complex128, float64, int32
from retrograd.base.errors import DTypeError
from retrograd.functional.door import Tensor, TensorBase, binary, need_tensor, operand, pair, wrap
from retrograd.functional.elementwise import (
    _not_a_number,
    eq,
    ge,
    isnan,
    le,
    logical_or,
    mul,
    pow,
    sub,
    trunc,
    where,
)
from retrograd.graph.node import bind
from retrograd.graph.primitive import Primitive
from retrograd.ops import linear as lin
from retrograd.ops import numbers as n
from retrograd.ops import pointwise as p


def frac(input: Any) -> Tensor:
    """input - trunc(input), with the sign of input. Derivative 1.

    >>> import retrograd as rg
    >>> rg.frac(rg.tensor([1.25, -2.5]))
    tensor([ 0.2500, -0.5000])
    """
    return sub(input, trunc(input))


def signbit(input: Any) -> Tensor:
    """Whether the sign bit is set: below 0, and for -0.0.

    >>> import retrograd as rg
    >>> rg.signbit(rg.tensor([1.0, -0.0]))
    tensor([False,  True])
    """
    x = need_tensor(input, "signbit")
    if x.dtype.kind == BOOL:
        return wrap(lin.full(False, x.shape, bool_))
    return wrap(bind(n.signbit, (x,)))


def copysign(input: Any, other: Any) -> Tensor:
    """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0.

    >>> import retrograd as rg
    >>> rg.copysign(rg.tensor([1.0, -2.0]), rg.tensor([-0.0, 3.0]))
    tensor([-1.,  2.])
    """
    _not_a_number(input, "copysign")
    return binary(n.copysign, input, other, "copysign", floating=True)


def heaviside(input: Any, values: Any) -> Tensor:
    """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch.

    >>> import retrograd as rg
    >>> rg.heaviside(rg.tensor([-1.0, 0.0, 2.0]), rg.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    x, v = need_tensor(input, "heaviside"), need_tensor(values, "heaviside", "values")
    if x.dtype is not v.dtype:
        raise DTypeError(f"input is {x.dtype.name}, values is {v.dtype.name}", op="heaviside",
                         expected="one dtype")
    a, b = pair(input, values, "heaviside")
    step = wrap(lin.cast(a > 0, a.dtype))
    return where(wrap(a.equal(0)), wrap(b), step)


def fmax(input: Any, other: Any) -> Tensor:
    """The larger of two; where one is nan, the other. Ties go to input.

    >>> import retrograd as rg
    >>> rg.fmax(rg.tensor([1.0, rg.nan]), rg.tensor([2.0, 3.0]))
    tensor([2., 3.])
    """
    _not_a_number(other, "fmax", "other")
    a, b = (wrap(x) for x in pair(input, other, "fmax"))
    return where(logical_or(ge(a, b), isnan(b)), a, b)


def fmin(input: Any, other: Any) -> Tensor:
    """The smaller of two; where one is nan, the other. Ties go to input.

    >>> import retrograd as rg
    >>> rg.fmin(rg.tensor([1.0, rg.nan]), rg.tensor([2.0, 3.0]))
    tensor([1., 3.])
    """
    _not_a_number(other, "fmin", "other")
    a, b = (wrap(x) for x in pair(input, other, "fmin"))
    return where(logical_or(le(a, b), isnan(b)), a, b)


def ldexp(input: Any, other: Any) -> Tensor:
    """input 2**other.

    >>> import retrograd as rg
    >>> rg.ldexp(rg.tensor([1.5]), rg.tensor([3]))
    tensor([12.])
    """
    _not_a_number(input, "ldexp")
    return mul(input, pow(2.0, other))


def frexp(input: Any) -> tuple[Tensor, Tensor]:
    """(mantissa, exponent) with input = mantissa 2**exponent and |mantissa| in [0.5, 1). Derivative to the
    mantissa: 2**-exponent.

    >>> import retrograd as rg
    >>> [t.item() for t in rg.frexp(rg.tensor(6.0))]
    [0.75, 3]
    """
    x = need_tensor(input, "frexp")
    if x.dtype.kind != FLOATING:
        raise DTypeError(f"input is {x.dtype.name}", op="frexp", expected="a floating-point tensor")
    exponent = wrap(bind(n.exponent, (x,)))
    whole = wrap(lin.cast(exponent.node, float64))              # 2**1023 has no float32
    scale = pow(2.0, mul(whole, -1.0))
    return wrap(lin.cast(mul(wrap(lin.cast(x, float64)), scale).node, x.dtype)), \
        wrap(lin.cast(exponent.node, int32))


def _whole(prim: Primitive, name: str, input: Any, other: Any) -> Tensor:
    for x in (input, other):
        d = x.node.dtype if isinstance(x, TensorBase) else None
        if isinstance(x, float) or d is not None and d.kind != INTEGER:
            raise DTypeError("floating-point and bool tensors have none", op=name, expected="integer tensors")
    return binary(prim, input, other, name)


def gcd(input: Any, other: Any) -> Tensor:
    """The greatest common divisor of integers.

    >>> import retrograd as rg
    >>> rg.gcd(rg.tensor([12, 7]), rg.tensor([18, 0]))
    tensor([6, 7])
    """
    _not_a_number(other, "gcd", "other")
    return _whole(n.gcd, "gcd", input, other)


def lcm(input: Any, other: Any) -> Tensor:
    """The least common multiple of integers.

    >>> import retrograd as rg
    >>> rg.lcm(rg.tensor([4, 7]), rg.tensor([6, 0]))
    tensor([12,  0])
    """
    _not_a_number(other, "lcm", "other")
    return _whole(n.lcm, "lcm", input, other)


def nextafter(input: Any, other: Any) -> Tensor:
    """The next representable number after input, towards other. No derivative.

    >>> import retrograd as rg
    >>> rg.nextafter(rg.tensor(1.0), rg.tensor(2.0)) > 1
    tensor(True)
    """
    return binary(n.nextafter, input, other, "nextafter")


def bitwise_left_shift(input: Any, other: Any) -> Tensor:
    """input 2**other, of integers.

    >>> import retrograd as rg
    >>> rg.bitwise_left_shift(rg.tensor([1, 3]), 2)
    tensor([ 4, 12])
    """
    return _whole(n.left_shift, "bitwise_left_shift", input, other)


def bitwise_right_shift(input: Any, other: Any) -> Tensor:
    """floor(input / 2**other), of integers.

    >>> import retrograd as rg
    >>> rg.bitwise_right_shift(rg.tensor([5, -3]), 1)
    tensor([ 2, -2])
    """
    return _whole(n.right_shift, "bitwise_right_shift", input, other)


def float_power(input: Any, exponent: Any) -> Tensor:
    """input**exponent in double precision.

    >>> import retrograd as rg
    >>> rg.float_power(rg.tensor([2]), 0.5).dtype
    retrograd.float64
    """
    complex_ = any([x.node.dtype.is_complex if isinstance(x, TensorBase) else isinstance(x, complex)
                    for x in (input, exponent)])
    wide = complex128 if complex_ else float64
    a, b = (wrap(lin.cast(x.node, wide)) if isinstance(x, TensorBase) else x for x in (input, exponent))
    return pow(a, b)


def isposinf(input: Any) -> Tensor:
    """True where input is +inf.

    >>> import retrograd as rg
    >>> rg.isposinf(rg.tensor([rg.inf, -rg.inf]))
    tensor([ True, False])
    """
    return _is_number(input, math.inf, "isposinf")


def isneginf(input: Any) -> Tensor:
    """True where input is -inf.

    >>> import retrograd as rg
    >>> rg.isneginf(rg.tensor([rg.inf, -rg.inf]))
    tensor([False,  True])
    """
    return _is_number(input, -math.inf, "isneginf")


def _is_number(input: Any, number: float, op: str) -> Tensor:
    x = need_tensor(input, op)
    return eq(input, number) if x.dtype.kind == FLOATING else wrap(lin.full(False, x.shape, bool_))


def positive(input: Any) -> Tensor:
    """input itself; not of bool tensors.

    >>> import retrograd as rg
    >>> rg.positive(rg.tensor([-2.0]))
    tensor([-2.])
    """
    if need_tensor(input, "positive").dtype is bool_:
        raise DTypeError("positive of a bool tensor is not defined", op="positive")
    return input  # type: ignore[no-any-return]


def clamp_min(input: Any, min: Any) -> Tensor:
    """The larger of input and min. Derivative 1 from the bound on, as `clamp`.

    >>> import retrograd as rg
    >>> rg.clamp_min(rg.tensor([-1.0, 2.0]), 0)
    tensor([0., 2.])
    """
    return wrap(bind(p.clamp_min, pair(input, min, "clamp_min")))


def clamp_max(input: Any, max: Any) -> Tensor:
    """The smaller of input and max. Derivative 1 up to the bound, as `clamp`.

    >>> import retrograd as rg
    >>> rg.clamp_max(rg.tensor([-1.0, 2.0]), 0)
    tensor([-1.,  0.])
    """
    return wrap(bind(p.clamp_max, pair(input, max, "clamp_max")))


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """other - alpha input.

    >>> import retrograd as rg
    >>> rg.rsub(rg.tensor([1.0]), 3)
    tensor([2.])
    """
    return sub(other, input, alpha=alpha)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Which elements are among test_elements.

    >>> import retrograd as rg
    >>> rg.isin(rg.tensor([1, 2, 3]), rg.tensor([2, 5]))
    tensor([False,  True, False])
    """
    a, b = operand(elements, "isin", "elements"), operand(test_elements, "isin", "test_elements")
    flat = lin.reshape(b, (math.prod(b.shape),))
    side = lin.expand(lin.reshape(a, (*a.shape, 1)), (*a.shape, 1), ())
    hit = eq(wrap(side), wrap(flat)).any(-1)        # type: ignore[attr-defined]
    return wrap(hit.node.equal(False)) if invert else hit  # type: ignore[no-any-return]

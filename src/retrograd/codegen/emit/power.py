"""A base and an exponent go in; base ** exponent comes out, of floats within 2 ulp, of integers exactly.

x ** y = exp(y log x), where an error of log x grows by y log x, up to 745: float32 goes through float64, and
float64 through a logarithm in two parts that keeps 2^-64. Integers are squared as often as the largest
exponent of a vector has digits, modulo 2^bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.exponential import EXP_RANGE, exp, reduced
from retrograd.codegen.emit.formats import FLOAT32, clamp, format_of, polynomial, scaled
from retrograd.codegen.emit.logarithm import log, split
from retrograd.codegen.emit.types import i1, is_float, width_of

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra, Operand

Pair = tuple[ir.Value, ir.Value]  # a number as the sum of a float and a much smaller one

# (2 atanh(s) - 2 s - 2 s^3 / 3) / s^5 as a polynomial in s^2, |s| <= 0.1725; error of the log 2^-65.
_ATANH = (
    0.39999999999999997, 0.2857142857143467, 0.22222222219958113, 0.1818181858783945, 0.15384575156660357,
    0.13335650488490894, 0.11687649623253708, 0.11887721568361964)
_TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)
# ln 2 to 40 bits, so that its product with an exponent is exact, and the rest.
_LN2 = (0.6931471805592082, 7.371002565167799e-13)


def pow(m: LLVMAlgebra, x: Operand, y: Operand) -> ir.Value:
    x, y = m.numbers(x, y)
    if not is_float(x.type):
        return _integer(m, x, y)
    magnitude = m.abs(x)
    if format_of(x) is FLOAT32:
        wide = m.mul(m.cast(y, "float64"), log(m, m.cast(magnitude, "float64")))
        result = m.cast(exp(m, wide), "float32")
    else:
        result = _double(m, magnitude, y)
    return _special(m, x, y, result)


def _integer(m: LLVMAlgebra, x: ir.Value, y: ir.Value) -> ir.Value:
    """A negative power is that of the reciprocal, rounded towards 0: 0, but for the powers of 1 and -1."""
    b = m.b
    zero, one = m.like(x, 0), m.like(x, 1)
    negative = b.icmp_signed("<", y, zero)
    begin, loop, end = b.block, b.append_basic_block("power"), b.append_basic_block("powered")
    rest = b.select(negative, zero, y)
    b.branch(loop)
    b.position_at_end(loop)
    power, square, digits = (b.phi(x.type) for _ in range(3))
    odd = b.icmp_signed("!=", b.and_(digits, one), zero)
    result = b.select(odd, b.mul(power, square), power)
    left = b.lshr(digits, one)
    for phi, first, following in ((power, one, result), (square, x, b.mul(square, square)),
                                  (digits, rest, left)):
        phi.add_incoming(first, begin)
        phi.add_incoming(following, loop)
    more = b.icmp_signed("!=", left, zero)
    lanes = width_of(more.type)
    b.cbranch(m.intrinsic(f"llvm.vector.reduce.or.v{lanes}i1", i1, more) if lanes else more, loop, end)
    b.position_at_end(end)
    sign = b.select(b.icmp_signed("!=", b.and_(y, one), zero), x, one)
    unit = b.or_(b.icmp_signed("==", x, one), b.icmp_signed("==", x, m.like(x, -1)))
    return b.select(negative, b.select(unit, sign, zero), result)


def _double(m: LLVMAlgebra, x: ir.Value, y: ir.Value) -> ir.Value:
    """x ** y in float64 for x >= 0."""
    b, form = m.b, format_of(x)
    high, low = _log_pair(m, x)
    product = b.fmul(y, high)
    rest = m.fma(y, low, m.fma(y, high, b.fneg(product)))
    n, p = reduced(m, clamp(m, product, *EXP_RANGE[form.name]), form, rest)
    result = scaled(m, b.fadd(m.like(x, 1.0), p), n, form)
    # At 0, infinity and NaN, and where y log x is beyond all measure, the two parts mean nothing: one is
    # enough.
    usual = b.and_(b.fcmp_ordered(">", x, m.like(x, 0.0)), b.fcmp_ordered("<", x, m.like(x, math.inf)))
    bounded = b.fcmp_ordered("<", m.abs(product), m.like(x, 1000.0))
    return b.select(b.and_(usual, bounded), result, exp(m, b.fmul(y, log(m, x))))


def _log_pair(m: LLVMAlgebra, x: ir.Value) -> Pair:
    """log(x) for normal and subnormal x > 0, as `log` does it but with every large part carried in two
    floats."""
    b, form = m.b, format_of(x)
    e, mantissa = split(m, x, form)
    two = m.like(x, 2.0)
    f = b.fsub(mantissa, m.like(x, 1.0))
    d = b.fadd(f, two)
    d_low = b.fsub(f, b.fsub(d, two))
    s = b.fdiv(f, d)
    missing = m.fma(b.fneg(s), d_low, m.fma(b.fneg(s), d, f))
    s_pair = s, b.fdiv(missing, d)
    z_pair = _product(m, s_pair, s_pair)
    tail = m.fma(z_pair[0], polynomial(m, z_pair[0], _ATANH), m.like(x, _TWO_THIRDS[1]))
    q_pair = _sum(m, m.like(x, _TWO_THIRDS[0]), tail)
    cube = _product(m, s_pair, _product(m, z_pair, q_pair))
    high, low = _sum(m, b.fadd(s, s), cube[0])
    low = b.fadd(low, m.fma(s_pair[1], two, cube[1]))
    whole, carry = _sum(m, b.fmul(e, m.like(x, _LN2[0])), high)
    # For e = 0 the first term is no longer the larger, but it is zero and the sum exact.
    return _sum(m, whole, b.fadd(carry, m.fma(e, m.like(x, _LN2[1]), low)))


def _product(m: LLVMAlgebra, x: Pair, y: Pair) -> Pair:
    high = m.b.fmul(x[0], y[0])
    error = m.fma(x[0], y[0], m.b.fneg(high))
    return high, m.fma(x[0], y[1], m.fma(x[1], y[0], error))


def _sum(m: LLVMAlgebra, large: ir.Value, small: ir.Value) -> Pair:
    """Exact when |large| >= |small|, or large is zero."""
    total = m.b.fadd(large, small)
    return total, m.b.fsub(small, m.b.fsub(total, large))


def _special(m: LLVMAlgebra, x: ir.Value, y: ir.Value, result: ir.Value) -> ir.Value:
    """The cases IEEE 754 lists, for a `result` computed from |x|."""
    b = m.b
    one, zero, infinity = m.like(x, 1.0), m.like(x, 0.0), m.like(x, math.inf)
    # A negative base has a power for integers only, negative for odd ones.
    whole = b.fcmp_ordered("==", y, m.trunc(y))
    half = b.fmul(y, m.like(y, 0.5))
    odd = b.and_(whole, b.fcmp_unordered("!=", half, m.trunc(half)))
    result = b.select(odd, m.copysign(result, x), result)
    finite_negative = b.and_(b.fcmp_ordered("<", x, zero), b.fcmp_ordered(">", x, b.fneg(infinity)))
    result = b.select(b.and_(finite_negative, b.not_(whole)), m.like(x, math.nan), result)
    minus_one = b.and_(b.fcmp_ordered("==", x, b.fneg(one)), b.fcmp_ordered("==", m.abs(y), infinity))
    unity = b.or_(b.or_(b.fcmp_ordered("==", x, one), b.fcmp_ordered("==", y, zero)), minus_one)
    return b.select(unity, one, result)

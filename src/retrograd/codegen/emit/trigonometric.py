"""A float goes in; its sine, cosine or tangent comes out, within 2 ulp over the whole range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, format_of, polynomial
from retrograd.codegen.emit.quadrant import reduced

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

Pair = tuple[ir.Value, ir.Value]  # a number as the sum of a float and a much smaller one

# (sin(r) - r) / r^3 as a polynomial in r^2, |r| <= pi / 4; relative error 2^-37, 2^-68.
_SIN = {
    FLOAT32.name: (-0.16666667, 0.008333329, -0.00019839256, 2.7175647e-06),
    FLOAT64.name: (
        -0.16666666666666666, 0.008333333333333321, -0.00019841269841253603, 2.755731921342126e-06,
        -2.5052104708968445e-08, 1.6058340553760215e-10, -7.577393765238683e-13),
}
# (cos(r) - 1 + r^2 / 2) / r^4 as a polynomial in r^2; relative error 2^-33, 2^-75.
_COS = {
    FLOAT32.name: (0.041666646, -0.0013887306, 2.4431172e-05),
    FLOAT64.name: (
        0.041666666666666664, -0.0013888888888888872, 2.4801587301569893e-05, -2.755731921468395e-07,
        2.087675420969982e-09, -1.1470275451059724e-11, 4.7373031375208697e-14),
}
# Below this the sine and the tangent are their argument.
_TINY = {FLOAT32.name: 2.0**-13, FLOAT64.name: 2.0**-27}


def sin(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    return _own_if_tiny(m, x, _wave(m, x, 0))


def cos(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    return _wave(m, x, 1)


def tan(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    form, b = format_of(x), m.b
    quadrant, r, lost = reduced(m, x)
    (sine, sine_low), (cosine, cosine_low) = _polynomials(m, r, lost, form.name)
    swapped = _bit(m, quadrant, 0)
    above, below = b.select(swapped, b.fneg(cosine), sine), b.select(swapped, sine, cosine)
    quotient = b.fdiv(above, below)
    if form is FLOAT64:
        # float32 has been computed in float64 so far; here the division is corrected by what sine and cosine
        # lost.
        above_low = b.select(swapped, b.fneg(cosine_low), sine_low)
        below_low = b.select(swapped, sine_low, cosine_low)
        missing = b.fadd(m.fma(b.fneg(quotient), below, above), m.fma(b.fneg(quotient), below_low, above_low))
        quotient = b.fadd(quotient, b.fdiv(missing, below))
    result = m.cast(quotient, form.name)
    return _own_if_tiny(m, x, _nan_unless_finite(m, x, result))


def _wave(m: LLVMAlgebra, x: ir.Value, quarter_turns: int) -> ir.Value:
    """sin(x + quarter_turns * pi / 2)."""
    form, b = format_of(x), m.b
    quadrant, wide, lost = reduced(m, x)
    # The polynomials run in x's own type, at full width; the turns, modulo 4 or below 2^20, are exact there.
    r = m.cast(wide, form.name)
    quadrant = b.fadd(m.cast(quadrant, form.name), m.like(x, float(quarter_turns)))
    (sine, _), (cosine, _) = _polynomials(m, r, lost, form.name)
    value = b.select(_bit(m, quadrant, 0), cosine, sine)
    value = b.select(_bit(m, quadrant, 1), b.fneg(value), value)
    return _nan_unless_finite(m, x, value)


def _polynomials(m: LLVMAlgebra, r: ir.Value, lost: ir.Value | None, coefficients: str) -> tuple[Pair, Pair]:
    """Sine and cosine of r + lost, each with what its last addition lost."""
    b = m.b
    square = b.fmul(r, r)
    one, minus_half = m.like(r, 1.0), m.like(r, -0.5)
    small = b.fmul(b.fmul(r, square), polynomial(m, square, _SIN[coefficients]))
    lowered = m.fma(square, minus_half, one)
    drop = m.fma(square, minus_half, b.fsub(one, lowered))
    if lost is not None:
        small = m.fma(lowered, lost, small)
        drop = m.fma(b.fneg(r), lost, drop)
    drop = m.fma(b.fmul(square, square), polynomial(m, square, _COS[coefficients]), drop)
    sine, cosine = b.fadd(r, small), b.fadd(lowered, drop)
    return (sine, b.fsub(small, b.fsub(sine, r))), (cosine, b.fsub(drop, b.fsub(cosine, lowered)))


def _bit(m: LLVMAlgebra, n: ir.Value, bit: int) -> ir.Value:
    """Whether the float n, an integer, has that bit."""
    bits = m.bits(m.b.fadd(n, m.like(n, format_of(n).magic)))
    return m.b.icmp_unsigned("!=", m.b.and_(bits, m.like_bits(n, 1 << bit)), m.like_bits(n, 0))


def _nan_unless_finite(m: LLVMAlgebra, x: ir.Value, result: ir.Value) -> ir.Value:
    return m.b.select(m.b.fcmp_ordered("<", m.abs(x), m.like(x, math.inf)), result, m.like(x, math.nan))


def _own_if_tiny(m: LLVMAlgebra, x: ir.Value, result: ir.Value) -> ir.Value:
    # The polynomial loses the sign of zero.
    return m.b.select(m.b.fcmp_ordered("<", m.abs(x), m.like(x, _TINY[format_of(x).name])), x, result)

"""A float goes in; its exp, expm1, sigmoid or tanh comes out, within 2 ulp.

exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2. The polynomials are minimax fits (Remez).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.formats import (
    FLOAT32,
    FLOAT64,
    Format,
    clamp,
    format_of,
    nearest_integer,
    polynomial,
    power_of_two,
    scale_by_power,
)

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

LOG2_E = 1.4426950408889634

# (exp(r) - 1 - r) / r^2 on |r| <= 0.35; relative error of exp: 2^-28, 2^-58.
_EXP = {
    FLOAT32.name: (0.49999994, 0.16666515, 0.041668456, 0.008369419, 0.0013813181),
    FLOAT64.name: (
        0.5000000000000012, 0.16666666666666385, 0.04166666666651916, 0.00833333333350757,
        0.0013888888946919677, 0.00019841269486321403, 2.4801489352369324e-05, 2.7557597065267415e-06,
        2.763168737578098e-07, 2.4999026253964164e-08),
}
# Outside, exp is 0 or infinity, by rounding.
EXP_RANGE = {FLOAT32.name: (-104.0, 89.0), FLOAT64.name: (-746.0, 710.0)}

# (tanh(x) - x) / x^3 as a polynomial in x^2, |x| <= 0.625; relative error of tanh: 2^-29, 2^-57.
_TANH = {
    FLOAT32.name: (-0.33333284, 0.13331492, -0.053743582, 0.020650765, -0.0057171644),
    FLOAT64.name: (
        -0.33333333333332876, 0.1333333333326498, -0.053968253932508606, 0.021869487602512547,
        -0.008863221325957866, 0.0035919916217847865, -0.001454970725613874, 0.0005863532634513398,
        -0.00022863474415993378, 7.722080893521852e-05, -1.610830578623739e-05),
}
# tanh is 1 from here on.
_TANH_ONE = {FLOAT32.name: 9.1, FLOAT64.name: 19.1}


def exp(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    form = format_of(x)
    n, p = reduced(m, clamp(m, x, *EXP_RANGE[form.name]), form)
    return scale_by_power(m, m.b.fadd(m.like(x, 1.0), p), n, form)


def reduced(m: LLVMAlgebra, x: ir.Value, form: Format,
            rest: ir.Value | None = None) -> tuple[ir.Value, ir.Value]:
    """n and p with exp(x + rest) = 2^n (1 + p)."""
    n = nearest_integer(m, x, LOG2_E, form)
    r = m.fma(n, m.like(x, -form.ln2_high), x)
    r = m.fma(n, m.like(x, -form.ln2_low), r)
    if rest is not None:
        r = m.b.fadd(r, rest)
    q = polynomial(m, r, _EXP[form.name])
    return n, m.fma(m.b.fmul(r, r), q, r)


def expm1(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """exp(x) - 1 = (2^n - 1) + 2^n r + 2^n r^2 q(r), the first sum kept in two parts."""
    form, b = format_of(x), m.b
    # Below the lower bound exp(x) - 1 is -1 by rounding.
    bounded = clamp(m, x, -(form.mantissa + 3) * 0.75, EXP_RANGE[form.name][1])
    n = nearest_integer(m, bounded, LOG2_E, form)
    exact = m.fma(n, m.like(x, -form.ln2_high), bounded)
    low = m.like(x, -form.ln2_low)
    r = m.fma(n, low, exact)
    r_error = m.fma(n, low, b.fsub(exact, r))
    q = m.fma(b.fmul(r, r), polynomial(m, r, _EXP[form.name]), r_error)
    # Half of everything, since 2^n itself overflows where the result does not yet.
    scale = power_of_two(m, b.fsub(n, m.like(x, 1.0)), form)
    t, u = b.fsub(scale, m.like(x, 0.5)), b.fmul(scale, r)
    total = b.fadd(t, u)
    error = b.fsub(u, b.fsub(total, t))
    half = b.fadd(total, m.fma(scale, q, error))
    result = b.fadd(half, half)
    # Halving loses a bit of subnormals, and the sign of zero is in x.
    tiny = b.fcmp_ordered("<", m.abs(x), m.like(x, form.epsilon))
    return b.select(tiny, x, result)


def sigmoid(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """1 / (1 + exp(-x)), through exp(-|x|), so that small results keep their digits."""
    form, b = format_of(x), m.b
    one = m.like(x, 1.0)
    n, p = reduced(m, clamp(m, b.fneg(m.abs(x)), EXP_RANGE[form.name][0], 0.0), form)
    head = b.fadd(one, p)
    e = scale_by_power(m, head, n, form)
    e_error = scale_by_power(m, b.fsub(p, b.fsub(head, one)), n, form)
    total = b.fadd(one, e)
    total_error = b.fadd(b.fsub(e, b.fsub(total, one)), e_error)
    negative = b.fcmp_ordered("<", x, m.like(x, 0.0))
    above = b.select(negative, e, one)
    above_error = b.select(negative, e_error, m.like(x, 0.0))
    # One step of division with the remainder, which also carries the rounding errors of e and of 1 + e.
    inverse = b.fdiv(one, total)
    quotient = b.fmul(above, inverse)
    remainder = m.fma(b.fneg(quotient), total, above)
    remainder = b.fadd(remainder, m.fma(b.fneg(quotient), total_error, above_error))
    return m.fma(remainder, inverse, quotient)


def tanh(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """An odd polynomial up to 0.625, then 1 - 2 / (exp(2 |x|) + 1) with the sign of x."""
    form, b = format_of(x), m.b
    magnitude = m.abs(x)
    square = b.fmul(x, x)
    near = m.fma(b.fmul(x, square), polynomial(m, square, _TANH[form.name]), x)
    bounded = clamp(m, b.fadd(magnitude, magnitude), 0.0, 2 * _TANH_ONE[form.name])
    n, p = reduced(m, bounded, form)
    one = m.like(x, 1.0)
    e = b.fmul(b.fadd(one, p), power_of_two(m, n, form))
    far = b.fsub(one, b.fdiv(m.like(x, 2.0), b.fadd(e, one)))
    is_near = b.fcmp_ordered("<", magnitude, m.like(x, 0.625))
    # The sign goes on last: the polynomial makes +0 of -0.
    return m.copysign(b.select(is_near, near, far), x)

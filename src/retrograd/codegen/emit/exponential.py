"""A float goes in; its exp, expm1 or sigmoid comes out, within 2 ulp.

exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2. The polynomials are minimax fits (Remez).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.formats import (
    FLOAT32,
    FLOAT64,
    Format,
    Rounded,
    clamp,
    format_of,
    nearest_integer,
    polynomial,
    power_of_two,
    rounded,
    scaled,
)
from retrograd.codegen.emit.table import looked_up

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

# The same for float32 on |r| <= ln(2) / 32; relative error of exp 2^-29. And 2^(k / 16).
_EXP_NEAR = (0.5000162, 0.1666679)
_SIXTEENTHS = (1.0, 1.0442737, 1.0905077, 1.1387886, 1.1892071, 1.2418578, 1.2968396, 1.3542556, 1.4142135,
               1.4768262, 1.5422108, 1.6104903, 1.6817929, 1.7562522, 1.8340081, 1.9152066)
# What rounding took from each of these, as a part of it.
_LOST = (0.0, 4.628547e-08, -1.19921575e-08, 4.7297824e-08, 3.193418e-08, 3.6210572e-08, -3.099072e-08,
         -7.475213e-09, 1.7114271e-08, -3.0476834e-08, 5.233334e-09, 6.1075918e-09, -1.4719605e-08,
         -5.258795e-09, -6.1282597e-09, 5.1406093e-09)


def exp(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    form = format_of(x)
    return bounded_exp(m, clamp(m, x, *EXP_RANGE[form.name]), form)


def bounded_exp(m: LLVMAlgebra, x: ir.Value, form: Format, careful: bool = False) -> ir.Value:
    """exp(x) for x in EXP_RANGE, within an ulp; `careful` within 0.8."""
    if form is FLOAT32:
        # n counts sixteenths, whose powers are looked up.
        n = rounded(m, x, LOG2_E, form, fraction=4)
        r = _rest(m, x, n, form)
        power = looked_up(m, "sixteenth_powers_of_two", _SIXTEENTHS, m.bits(n.shifted))
        if careful:
            r = m.b.fadd(r, looked_up(m, "lost_of_sixteenths", _LOST, m.bits(n.shifted)))
        p = m.fma(m.b.fmul(r, r), polynomial(m, r, _EXP_NEAR), r)
        return scaled(m, m.fma(power, p, power), n, form)
    n, p = reduced(m, x, form)
    return scaled(m, m.b.fadd(m.like(x, 1.0), p), n, form)


def reduced(m: LLVMAlgebra, x: ir.Value, form: Format,
            rest: ir.Value | None = None) -> tuple[Rounded, ir.Value]:
    """n and p with exp(x + rest) = 2^n (1 + p)."""
    n = rounded(m, x, LOG2_E, form)
    r = _rest(m, x, n, form)
    if rest is not None:
        r = m.b.fadd(r, rest)
    q = polynomial(m, r, _EXP[form.name])
    return n, m.fma(m.b.fmul(r, r), q, r)


def _rest(m: LLVMAlgebra, x: ir.Value, n: Rounded, form: Format) -> ir.Value:
    """x - n ln 2."""
    r = m.fma(n.value, m.like(x, -form.ln2_high), x)
    return m.fma(n.value, m.like(x, -form.ln2_low), r)


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
    lowest = m.like(x, EXP_RANGE[form.name][0])
    minus = b.fneg(m.abs(x))
    e = bounded_exp(m, b.select(b.fcmp_ordered("<", minus, lowest), lowest, minus), form, careful=True)
    negative = b.fcmp_ordered("<", x, m.like(x, 0.0))
    # e / (1 + e) and 1 - e / (1 + e); so written that the quotient's error counts e times.
    above = b.select(negative, e, one)
    return m.fma(b.fneg(above), b.fdiv(e, b.fadd(one, e)), above)

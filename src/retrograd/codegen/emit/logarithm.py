"""A float goes in; its log, log1p or softplus comes out, within 2 ulp.

log(x) = e ln 2 + log(1 + f) with x = 2^e (1 + f) and 1 + f in [sqrt(1/2), sqrt(2)), and
log(1 + f) = 2 atanh(s) with s = f / (2 + f), written so that the large parts f and f^2 / 2 enter last and
exactly (the scheme of fdlibm).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.exponential import EXP_RANGE, bounded_exp
from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, Format, at_most, format_of, polynomial

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# (2 atanh(s) - 2 s) / s^3 as a polynomial in s^2, |s| <= 0.1725; absolute error of log: 2^-30 |f|, 2^-59 |f|.
_ATANH = {
    FLOAT32.name: (0.6666678, 0.3997704, 0.29886296),
    FLOAT64.name: (
        0.6666666666666741, 0.39999999999371305, 0.28571428752710476, 0.22222197446336991,
        0.18183626251408788, 0.15312384157729383, 0.14813406427537404),
}
# The bits of 1 less those of sqrt(1/2): adding them makes the exponent field count from sqrt(1/2).
_ROOT_HALF_OFFSET = {
    FLOAT32.name: 0x3F800000 - 0x3F3504F3, FLOAT64.name: 0x3FF0000000000000 - 0x3FE6A09E667F3BCD}
_ONE_BITS = {FLOAT32.name: 0x3F800000, FLOAT64.name: 0x3FF0000000000000}


def log(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    form = format_of(x)
    e, y = split(m, x, form)
    result = _assembled(m, e, m.b.fsub(y, m.like(x, 1.0)), m.like(x, 0.0), form)
    return _special(m, x, x, result)


def log1p(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """log(1 + x): the rounding error of 1 + x comes back as a correction of the result."""
    form, b = format_of(x), m.b
    one = m.like(x, 1.0)
    total = b.fadd(one, x)
    e, y = split(m, total, form)
    # 1 + x - total, exactly: the larger of 1 and x is subtracted first.
    large = b.fcmp_ordered(">", x, one)
    lost = b.fsub(b.select(large, one, x), b.fsub(total, b.select(large, x, one)))
    near = b.fcmp_ordered("==", e, m.like(x, 0.0))
    f = b.select(near, x, b.fsub(y, one))
    correction = b.select(near, m.like(x, 0.0), b.fdiv(lost, total))
    result = _special(m, x, total, _assembled(m, e, f, correction, form))
    # Tiny x, zero with its sign included, is its own log1p.
    tiny = b.fcmp_ordered("<", m.abs(x), m.like(x, form.epsilon))
    return b.select(tiny, x, result)


def softplus(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """log(1 + exp(x)), as max(x, 0) + log1p(exp(-|x|)): neither end overflows or loses digits."""
    form, size = format_of(x), m.abs(x)
    e = bounded_exp(m, m.neg(at_most(m, size, -EXP_RANGE[form.name][0])), form, careful=True)
    return m.add(m.maximum(x, 0.0), log1p(m, e))


def split(m: LLVMAlgebra, x: ir.Value, form: Format) -> tuple[ir.Value, ir.Value]:
    """A float e and y in [sqrt(1/2), sqrt(2)) with x = 2^e y, for positive x."""
    b = m.b
    subnormal = b.fcmp_ordered("<", x, m.like(x, form.smallest_normal))
    shift = form.mantissa + 1
    x = b.select(subnormal, b.fmul(x, m.like(x, 2.0**shift)), x)
    mantissa = m.like_bits(x, form.mantissa)
    bits = m.bits(x)
    biased = b.lshr(b.add(bits, m.like_bits(x, _ROOT_HALF_OFFSET[form.name])), mantissa)
    y = b.add(b.sub(bits, b.shl(biased, mantissa)), m.like_bits(x, _ONE_BITS[form.name]))
    # An integer in the low bits of 2^mantissa is a float: no conversion, which AVX2 lacks for 64 bits.
    unit = 2.0**form.mantissa
    integer = b.or_(biased, m.bits(m.like(x, unit)))
    offset = unit + form.bias
    e = b.fsub(m.from_bits(integer, x), b.select(subnormal, m.like(x, offset + shift), m.like(x, offset)))
    return e, m.from_bits(y, x)


def _assembled(m: LLVMAlgebra, e: ir.Value, f: ir.Value, correction: ir.Value, form: Format) -> ir.Value:
    """e ln 2 + log(1 + f) + correction."""
    b = m.b
    s = b.fdiv(f, b.fadd(f, m.like(f, 2.0)))
    z = b.fmul(s, s)
    tail = b.fmul(z, polynomial(m, z, _ATANH[form.name]))
    half_square = b.fmul(b.fmul(f, m.like(f, 0.5)), f)
    small = m.fma(e, m.like(f, form.ln2_low), correction)
    small = m.fma(s, b.fadd(half_square, tail), small)
    return m.fma(e, m.like(f, form.ln2_high), b.fadd(f, b.fsub(small, half_square)))


def _special(m: LLVMAlgebra, x: ir.Value, argument: ir.Value, result: ir.Value) -> ir.Value:
    """The logarithm of `argument` at 0, below 0, at infinity and at NaN; `x` is what the user gave."""
    b = m.b
    infinity, zero = m.like(x, math.inf), m.like(x, 0.0)
    result = b.select(b.fcmp_ordered("<", argument, infinity), result, x)
    result = b.select(b.fcmp_ordered("==", argument, zero), m.like(x, -math.inf), result)
    return b.select(b.fcmp_ordered("<", argument, zero), m.like(x, math.nan), result)

"""A floating type goes in; the constants of its bit layout, and what is built from them alone, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.types import NoKernel, f32, f64, i32, i64, scalar_of

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra


@dataclass(frozen=True)
class Format:
    name: str
    type: ir.Type
    integer: ir.IntType
    mantissa: int  # stored bits
    bias: int
    # Adding 1.5 * 2^mantissa leaves the nearest integer (ties to even) in the low bits. Unlike a conversion
    # to integer it is defined for NaN, and AVX2 has it for doubles.
    magic: float
    smallest_normal: float
    epsilon: float
    ln2_high: float  # ln 2 rounded, and the rest: n * ln2_high is subtracted exactly by one fma
    ln2_low: float


FLOAT32 = Format("float32", f32, i32, 23, 127, 12582912.0, 2.0**-126, 2.0**-24,
                 0.693147182464599609375, -1.904654299957767878541823431924e-9)
FLOAT64 = Format("float64", f64, i64, 52, 1023, 6755399441055744.0, 2.0**-1022, 2.0**-53,
                 0.6931471805599453, 2.319046813846299558417771099e-17)


def format_of(x: ir.Value) -> Format:
    scalar = scalar_of(x.type)
    if scalar == f32:
        return FLOAT32
    if scalar == f64:
        return FLOAT64
    raise NoKernel(f"transcendental functions are for float32 and float64, not {scalar}")


def polynomial(m: LLVMAlgebra, x: ir.Value, coefficients: Sequence[float]) -> ir.Value:
    """sum of coefficients[i] * x^i by Horner's rule, one fma a term."""
    total = m.like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = m.fma(total, x, m.like(x, c))
    return total


def power_of_two(m: LLVMAlgebra, n: ir.Value, form: Format) -> ir.Value:
    """2^n for a float n that is an integer with 2^n normal."""
    # n + magic + bias has n + bias in its low bits; the shift drops the others.
    shifted = m.b.fadd(n, m.like(n, form.magic + form.bias))
    bits = m.b.shl(m.bits(shifted), m.like_bits(n, form.mantissa))
    return m.from_bits(bits, n)


def scale_by_power(m: LLVMAlgebra, y: ir.Value, n: ir.Value, form: Format) -> ir.Value:
    """y * 2^n for a float n that is an integer, in two steps, so that results reach infinity and the
    subnormals."""
    magic = m.like(n, form.magic)
    half = m.b.fsub(m.fma(n, m.like(n, 0.5), magic), magic)
    rest = m.b.fsub(n, half)
    first = m.b.fmul(y, power_of_two(m, half, form))
    return m.b.fmul(first, power_of_two(m, rest, form))


def nearest_integer(m: LLVMAlgebra, x: ir.Value, factor: float, form: Format) -> ir.Value:
    """round(x * factor) as a float, for results well below 2^mantissa."""
    magic = m.like(x, form.magic)
    return m.b.fsub(m.fma(x, m.like(x, factor), magic), magic)


def clamp(m: LLVMAlgebra, x: ir.Value, low: float, high: float) -> ir.Value:
    """x between low and high; NaN stays NaN."""
    low_, high_ = m.like(x, low), m.like(x, high)
    x = m.b.select(m.b.fcmp_ordered("<", x, low_), low_, x)
    return m.b.select(m.b.fcmp_ordered(">", x, high_), high_, x)

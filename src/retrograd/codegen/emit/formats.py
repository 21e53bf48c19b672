"""A floating type goes in; the constants of its bit layout, and what is built from them alone, come out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from llvmlite import ir

from retrograd.codegen.emit.table import in_pieces
from retrograd.codegen.emit.types import (
    NoKernel,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    mangled,
    scalar_of,
    width_of,
    with_width,
)
from retrograd.codegen.jit import host

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


class Rounded(NamedTuple):
    """A multiple of 2^-fraction: `value`, and the float `shifted` in whose low bits its digits are."""

    value: ir.Value
    shifted: ir.Value
    fraction: int


def rounded(m: LLVMAlgebra, x: ir.Value, factor: float, form: Format, fraction: int = 0) -> Rounded:
    """x * factor to the nearest multiple of 2^-fraction, for results well below 2^(mantissa - fraction)."""
    magic = m.like(x, form.magic / 2**fraction)
    shifted = m.fma(x, m.like(x, factor), magic)
    return Rounded(m.b.fsub(shifted, magic), shifted, fraction)


def nearest_integer(m: LLVMAlgebra, x: ir.Value, factor: float, form: Format) -> ir.Value:
    """round(x * factor) as a float, for results well below 2^mantissa."""
    return rounded(m, x, factor, form).value


def scaled(m: LLVMAlgebra, y: ir.Value, n: Rounded, form: Format) -> ir.Value:
    """y * 2^floor(n) for y around 1, rounded once, so that results reach infinity and the subnormals."""
    b, digits = m.b, m.bits(n.shifted)
    if host().vector_bytes == 64:
        lanes = 512 // form.integer.width
        width = width_of(y.type)
        if width and width % lanes == 0:
            return in_pieces(m, lanes, lambda a, k: _vscalef(m, a, k, form), y, n.value)
        return _ldexp(m, y, digits, n.fraction, form)
    # In two steps, of which the first is exact: the integers are added to exponents.
    field = m.like_bits(y, -1 << form.mantissa)
    half = b.and_(b.shl(digits, m.like_bits(y, form.mantissa - 1 - n.fraction)), field)
    whole = b.and_(b.shl(digits, m.like_bits(y, form.mantissa - n.fraction)), field)
    first = m.from_bits(b.add(m.bits(y), half), y)
    rest = b.add(b.sub(whole, half), m.like_bits(y, form.bias << form.mantissa))
    return b.fmul(first, m.from_bits(rest, y))


def _vscalef(m: LLVMAlgebra, y: ir.Value, n: ir.Value, form: Format) -> ir.Value:
    """The instruction of AVX-512, which takes the floor of n itself."""
    name, mask = ("ps", i16) if form is FLOAT32 else ("pd", i8)
    everywhere, as_it_is = ir.Constant(mask, -1), i32(4)
    return m.intrinsic(f"llvm.x86.avx512.mask.scalef.{name}.512", y.type, y, n, m.like(y, 0.0), everywhere,
                       as_it_is)


def _ldexp(m: LLVMAlgebra, y: ir.Value, digits: ir.Value, fraction: int, form: Format) -> ir.Value:
    """The same where LLVM chooses the vectors."""
    b = m.b
    magic = struct.unpack("<q", struct.pack("<d", form.magic))[0] if form is FLOAT64 else \
        struct.unpack("<i", struct.pack("<f", form.magic / 2**fraction))[0]
    k = b.sub(b.ashr(digits, m.like_bits(y, fraction)), m.like_bits(y, magic >> fraction))
    if form is FLOAT64:
        k = b.trunc(k, with_width(i32, width_of(y.type)))
    return m.intrinsic(f"llvm.ldexp.{mangled(y.type)}.{mangled(k.type)}", y.type, y, k)


def at_most(m: LLVMAlgebra, x: ir.Value, high: float) -> ir.Value:
    """The smaller of x and high; NaN stays NaN."""
    high_ = m.like(x, high)
    return m.b.select(m.b.fcmp_ordered(">", x, high_), high_, x)


def clamp(m: LLVMAlgebra, x: ir.Value, low: float, high: float) -> ir.Value:
    """x between low and high; NaN stays NaN."""
    low_ = m.like(x, low)
    return at_most(m, m.b.select(m.b.fcmp_ordered("<", x, low_), low_, x), high)

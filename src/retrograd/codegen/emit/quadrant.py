"""A float goes in; the nearest number of quarter turns and what is left, at most pi / 4, come out as float64.

Up to 2^20 a few terms of pi / 2 are subtracted. Beyond, x = integer * 2^k, and only 2^k * 2 / pi modulo 4
matters: it is looked up in parts short enough that their products with the integer are exact (Payne and
Hanek). In vectors that is left out where no lane needs it; in a loop over elements both are computed always
and one is selected, so that LLVM makes vectors of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, Format, format_of, nearest_integer
from retrograd.codegen.emit.types import f64, i1, width_of

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# pi / 2 in three parts.
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
_TWO_OVER_PI = 0.6366197723675814
_LARGE_EXPONENT = 20
# Bits after the point where each part of 2^k * 2 / pi ends. float32: 24-bit integers times 29 bits are exact
# in float64. float64: integers are split into 26 and 27 bits, and sums of two products of 25 bits are exact.
_ENDS = {FLOAT32.name: (27, 56, 109), FLOAT64.name: (23, 48, 73, 98, 123, 176)}
_LOW_BITS = 27


def reduced(m: LLVMAlgebra, x: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value | None]:
    """Quarter turns (modulo 4 if x is large), the rest, and for float64 what the rest lost in rounding."""
    b = m.b
    form = format_of(x)
    wide = m.cast(x, "float64")
    turns = nearest_integer(m, wide, _TWO_OVER_PI, FLOAT64)
    high, middle, low = (m.like(wide, -part) for part in _HALF_PI)
    exact = m.fma(turns, high, wide)
    large = b.fcmp_ordered(">=", m.abs(wide), m.like(wide, 2.0**_LARGE_EXPONENT))
    if form is FLOAT32:
        rest = m.fma(turns, middle, exact)
        turns, rest = _where_large(m, large, (turns, rest), lambda: _far_single(m, x))
        return turns, rest, None
    # Next to a multiple of pi / 2 the second term cancels too, so nothing of either may be rounded away.
    product = b.fmul(turns, middle)
    rest, lost = _exact_sum(m, exact, product)
    lost = m.fma(turns, low, b.fadd(lost, m.fma(turns, middle, b.fneg(product))))
    turns, rest, lost = _where_large(m, large, (turns, rest, lost), lambda: _far_double(m, x))
    return turns, rest, lost


def _where_large(m: LLVMAlgebra, large: ir.Value, near: tuple[ir.Value, ...],
                 far: Callable[[], tuple[ir.Value, ...]]) -> list[ir.Value]:
    """Near or far values, lane by lane; no lane of a vector is far as a rule, and then that is left out."""
    b, lanes = m.b, width_of(large.type)
    if not lanes:
        return [b.select(large, f, n) for f, n in zip(far(), near)]
    before = b.block
    some = m.intrinsic(f"llvm.vector.reduce.or.v{lanes}i1", i1, large)
    with b.if_then(some, likely=False):
        selected = [b.select(large, f, n) for f, n in zip(far(), near)]
        inside = b.block
    results = []
    for n, s in zip(near, selected):
        phi = b.phi(n.type)
        phi.add_incoming(n, before)
        phi.add_incoming(s, inside)
        results.append(phi)
    return results


def _far_single(m: LLVMAlgebra, x: ir.Value) -> tuple[ir.Value, ir.Value]:
    """For float32 x of at least 2^20."""
    b = m.b
    row, integer = _row_and_integer(m, x, FLOAT32)
    integer = m.cast(integer, "float64")
    high, middle, low = _looked_up(m, FLOAT32, row)
    turns, fraction = _without_integer(m, b.fmul(integer, high))
    fraction = m.fma(integer, low, m.fma(integer, middle, fraction))
    more, fraction = _without_integer(m, fraction)
    return _modulo_4(m, b.fadd(turns, more)), b.fmul(fraction, m.like(fraction, _HALF_PI[0]))


def _far_double(m: LLVMAlgebra, x: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value]:
    """For float64 x of at least 2^20. The comments say which multiples of powers of two the exact numbers
    are."""
    b = m.b
    row, integer = _row_and_integer(m, x, FLOAT64)
    kept = m.like_bits(x, -(1 << _LOW_BITS))
    top = m.from_bits(b.and_(m.bits(integer), kept), x)
    bottom = b.fsub(integer, top)
    top = b.fmul(top, m.like(x, 2.0**-_LOW_BITS))
    above = _looked_up(m, FLOAT64, b.add(row, m.like_bits(x, _LOW_BITS)))
    below = _looked_up(m, FLOAT64, row)
    products = [m.fma(top, high, b.fmul(bottom, low)) for high, low in zip(above, below)]
    turns, fraction = _without_integer(m, products[0])                    # 2^-23
    more, fraction = _without_integer(m, b.fadd(fraction, products[1]))   # 2^-48
    turns = b.fadd(turns, more)
    head, lost = _exact_sum(m, fraction, products[2])                     # 2^-73
    head, lost = _exact_sum(m, head, b.fadd(lost, products[3]))           # 2^-98
    tail = b.fadd(b.fadd(lost, products[4]), products[5])
    more, head = _without_integer(m, head)
    head, tail = _exact_sum(m, head, tail)
    half_pi = m.like(x, _HALF_PI[0])
    rest = b.fmul(head, half_pi)
    error = m.fma(head, half_pi, b.fneg(rest))
    error = m.fma(tail, half_pi, m.fma(head, m.like(x, _HALF_PI[1]), error))
    return _modulo_4(m, b.fadd(turns, more)), rest, error


def _modulo_4(m: LLVMAlgebra, turns: ir.Value) -> ir.Value:
    # Only so does the number survive in float32.
    return m.fma(nearest_integer(m, turns, 0.25, FLOAT64), m.like(turns, -4.0), turns)


def _row_and_integer(m: LLVMAlgebra, x: ir.Value, form: Format) -> tuple[ir.Value, ir.Value]:
    """The row of the table for x's exponent, and x's digits as an integer with its sign, in x's own type."""
    b = m.b
    bits, mantissa = m.bits(x), m.like_bits(x, form.mantissa)
    width = form.integer.width
    sign = b.and_(bits, m.like_bits(x, -(1 << (width - 1))))
    exponent = b.lshr(b.xor(bits, sign), mantissa)
    row = b.sub(exponent, m.like_bits(x, form.bias + _LARGE_EXPONENT))
    row = b.select(b.icmp_signed("<", row, m.like_bits(x, 0)), m.like_bits(x, 0), row)
    # The exponent field of 2^mantissa in place of x's own.
    digits = b.and_(bits, m.like_bits(x, (1 << form.mantissa) - 1))
    digits = b.or_(digits, m.like_bits(x, (form.bias + form.mantissa) << form.mantissa))
    return row, m.from_bits(b.or_(digits, sign), x)


def _without_integer(m: LLVMAlgebra, x: ir.Value) -> tuple[ir.Value, ir.Value]:
    nearest = nearest_integer(m, x, 1.0, FLOAT64)
    return nearest, m.b.fsub(x, nearest)


def _exact_sum(m: LLVMAlgebra, x: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
    """x + y in two parts, whichever is larger."""
    b = m.b
    total = b.fadd(x, y)
    seen = b.fsub(total, x)
    return total, b.fadd(b.fsub(x, b.fsub(total, seen)), b.fsub(y, seen))


def _looked_up(m: LLVMAlgebra, form: Format, row: ir.Value) -> list[ir.Value]:
    name = f"two_over_pi_{form.name}"
    return [m.lookup(f"{name}_{part}", f64, values, row) for part, values in enumerate(_table(form))]


@lru_cache(maxsize=2)
def _table(form: Format) -> tuple[tuple[float, ...], ...]:
    """2^k * 2 / pi modulo 4, cut into parts, for the k of every exponent from 2^20 on."""
    ends = _ENDS[form.name]
    extra = 0 if form is FLOAT32 else _LOW_BITS
    first = _LARGE_EXPONENT - form.mantissa
    last = form.bias + 1 - form.mantissa + extra
    bits = last + ends[-1]
    digits = _two_over_pi(bits)
    rows = []
    for k in range(first, last + 1):
        shift = bits - ends[-1] - k
        value = (digits >> shift) % (4 << ends[-1])
        parts = []
        for end in ends:
            unit = ends[-1] - end
            parts.append(math.ldexp(value >> unit, -end))
            value %= 1 << unit
        rows.append(parts)
    return tuple(zip(*rows))


def _two_over_pi(bits: int) -> int:
    """2 / pi times 2^bits, by Machin's formula in integers."""
    one = 1 << (bits + 16)

    def arctan_of_inverse(n: int) -> int:
        total, power, k = 0, one // n, 1
        while power:
            total += power // k if k % 4 == 1 else -(power // k)
            power //= n * n
            k += 2
        return total

    pi = 16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)
    return (2 * one << bits) // pi

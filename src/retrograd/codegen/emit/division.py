"""A dividend and a divisor go in; their quotient rounded down, or the remainder with the divisor's sign,
comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.types import NoKernel, is_bool, is_float

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra, Operand


def remainder(m: LLVMAlgebra, x: Operand, y: Operand) -> ir.Value:
    """x - floor_div(x, y) * y, exact; NaN (integers: 0) where y is 0."""
    x, y = _operands(m, x, y)
    if not is_float(x.type):
        return _integer_division(m, x, y)[1]
    b = m.b
    rest = b.frem(x, y)
    zero = m.like(x, 0.0)
    nonzero = b.fcmp_unordered("!=", rest, zero)
    opposite = b.xor(b.fcmp_ordered("<", rest, zero), b.fcmp_ordered("<", y, zero))
    moved = b.select(b.and_(nonzero, opposite), b.fadd(rest, y), rest)
    return b.select(nonzero, moved, m.copysign(zero, y))


def floor_div(m: LLVMAlgebra, x: Operand, y: Operand) -> ir.Value:
    """floor(x / y) of the exact quotient, as NumPy computes it; x / y (integers: 0) where y is 0."""
    x, y = _operands(m, x, y)
    if not is_float(x.type):
        return _integer_division(m, x, y)[0]
    b = m.b
    rest = b.frem(x, y)
    zero, one = m.like(x, 0.0), m.like(x, 1.0)
    quotient = b.fdiv(b.fsub(x, rest), y)
    opposite = b.xor(b.fcmp_ordered("<", rest, zero), b.fcmp_ordered("<", y, zero))
    opposite = b.and_(b.fcmp_unordered("!=", rest, zero), opposite)
    quotient = b.select(opposite, b.fsub(quotient, one), quotient)
    # The quotient is an integer but for its rounding: snap it to the nearest.
    down = m.floor(quotient)
    snapped = b.select(b.fcmp_ordered(">", b.fsub(quotient, down), m.like(x, 0.5)), b.fadd(down, one), down)
    ratio = b.fdiv(x, y)
    snapped = b.select(b.fcmp_unordered("!=", quotient, zero), snapped, m.copysign(zero, ratio))
    return b.select(b.fcmp_ordered("==", y, zero), ratio, snapped)


def _operands(m: LLVMAlgebra, x: Operand, y: Operand) -> tuple[ir.Value, ir.Value]:
    x, y = m.numbers(x, y)
    if is_bool(x.type):
        raise NoKernel("division is not defined for bool")
    return x, y


def _integer_division(m: LLVMAlgebra, x: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Quotient and remainder, both rounding down."""
    b = m.b
    zero, one = m.like(x, 0), m.like(x, 1)
    # Processors trap on division by zero and on the smallest integer by -1: both go around the instruction.
    by_zero, by_minus_one = b.icmp_signed("==", y, zero), b.icmp_signed("==", y, m.like(x, -1))
    safe = b.select(b.or_(by_zero, by_minus_one), one, y)
    quotient = b.sdiv(x, safe)
    rest = b.sub(x, b.mul(quotient, safe))
    opposite = b.icmp_signed("<", b.xor(rest, safe), zero)
    down = b.and_(opposite, b.icmp_signed("!=", rest, zero))
    quotient = b.select(down, b.sub(quotient, one), quotient)
    rest = b.select(down, b.add(rest, safe), rest)
    quotient = b.select(by_minus_one, b.neg(x), b.select(by_zero, zero, quotient))
    return quotient, b.select(by_zero, zero, rest)

"""Types that differ in memory and in registers: what is loaded and stored, and how values
are rounded to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from llvmlite import ir

from retrograd.codegen.emit.types import (
    NoKernel,
    f32,
    i8,
    i16,
    i32,
    is_bool,
    is_float,
    scalar_of,
    splat,
    width_of,
    with_width,
)
from retrograd.codegen.jit import host

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

_HALF = ir.HalfType()


def loaded(b: ir.IRBuilder, value: ir.Value, dtype: str) -> ir.Value:
    """What was read from memory, as it is in a register."""
    lanes = width_of(value.type)
    if dtype == "bool":
        return b.icmp_unsigned("!=", value, splat(value.type, 0))
    if dtype == "uint8":
        return b.zext(value, with_width(i16, lanes))
    if dtype == "bfloat16":
        bits = b.zext(value, with_width(i32, lanes))
        return b.bitcast(b.shl(bits, splat(bits.type, 16)), with_width(f32, lanes))
    if dtype == "float16":
        return b.fpext(b.bitcast(value, with_width(_HALF, lanes)), with_width(f32, lanes))
    return value


def stored(b: ir.IRBuilder, value: ir.Value, dtype: str) -> ir.Value:
    """A value, rounded before, as it lies in memory."""
    lanes = width_of(value.type)
    if dtype == "bool":
        return b.zext(value, with_width(i8, lanes))
    if dtype == "uint8":
        return b.trunc(value, with_width(i8, lanes))
    if dtype == "bfloat16":
        bits = b.bitcast(value, with_width(i32, lanes))
        return b.trunc(b.lshr(bits, splat(bits.type, 16)), with_width(i16, lanes))
    if dtype == "float16":
        return b.bitcast(b.fptrunc(value, with_width(_HALF, lanes)), with_width(i16, lanes))
    return value


def to_float16(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """The nearest half, as a float32."""
    if not host().half:
        raise NoKernel("this processor does not convert float16")
    x = m.cast(x, "float32")
    return m.b.fpext(m.b.fptrunc(x, with_width(_HALF, width_of(x.type))), x.type)


def to_bfloat16(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """The nearest bfloat16, halves to even, as a float32. NaN is the quiet one of its sign."""
    b, x = m.b, m.cast(x, "float32")
    bits = m.bits(x)
    odd = b.and_(b.lshr(bits, m.like_bits(x, 16)), m.like_bits(x, 1))
    up = b.add(b.add(bits, m.like_bits(x, 0x7FFF)), odd)
    nan = b.or_(b.and_(bits, m.like_bits(x, 0x80000000)), m.like_bits(x, 0x7FC00000))
    bits = b.and_(b.select(m.isnan(x), nan, up), m.like_bits(x, 0xFFFF0000))
    return m.from_bits(bits, x)


def to_uint8(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """The low byte of an integer; of a float, of the int64 it is cut to (0 for what no int64 holds)."""
    target = with_width(i16, width_of(x.type))
    if is_bool(x.type):
        return m.b.zext(x, target)
    if is_float(x.type):
        x = m.cast(m.select(m.lt(m.abs(x), 2.0 ** 63), x, 0.0), "int64")
    if scalar_of(x.type).width < 16:
        x = m.b.sext(x, target)
    elif scalar_of(x.type).width > 16:
        x = m.b.trunc(x, target)
    return m.b.and_(x, splat(target, 0xFF))


ROUND: dict[str, Callable[[LLVMAlgebra, ir.Value], ir.Value]] = {
    "float16": to_float16, "bfloat16": to_bfloat16, "uint8": to_uint8}


def constant(value: float | int | bool, dtype: str) -> float | int | bool:
    """A number as a value of that dtype is held in a register."""
    if dtype == "uint8":
        return int(value) & 0xFF
    with np.errstate(over="ignore"):
        single = np.float32(value) if dtype in ("float16", "bfloat16") else None
        if dtype == "float16":
            return float(np.float16(single))
    if single is None or np.isnan(single):
        return value
    bits = int(single.view(np.uint32))
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return float(np.uint32(bits).view(np.float32))

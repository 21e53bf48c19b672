"""Values of a kernel go in; the LLVM instructions of about forty scalar functions come out.

This is the `m` of a primitive's lowering, `lower=lambda m, x: m.tanh(x)`. Operands have one type, or are
Python numbers, which take the type of the other operand. With `width` the same calls work on vectors of that
many lanes.

No instruction carries a fast-math flag, and a fused multiply-add appears only where `fma` is written: a value
then has the same bits in whatever loop it is computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from llvmlite import ir

from retrograd.base.dtype import DType
from retrograd.codegen.emit import (
    arctangent,
    division,
    error_function,
    exponential,
    hyperbolic,
    logarithm,
    power,
    storage,
    trigonometric,
)
from retrograd.codegen.emit.types import (
    NoKernel,
    i32,
    is_bool,
    is_float,
    mangled,
    name_of,
    register_type,
    scalar_of,
    splat,
    width_of,
    with_width,
)

Operand: TypeAlias = ir.Value | float | int | bool
DTypeName: TypeAlias = str | DType


class LLVMAlgebra:
    def __init__(self, builder: ir.IRBuilder, module: ir.Module, dtype: str = "float32",
                 width: int = 0) -> None:
        self.b = builder
        self.module = module
        self.dtype = dtype
        self.width = width

    # ---- constants and conversions

    def const(self, value: float | int | bool, dtype: DTypeName | None = None) -> Operand:
        """A number; without a dtype it takes that of the operand it meets."""
        return value if dtype is None else splat(register_type(name_of(dtype), self.width), value)

    def like(self, x: ir.Value, value: float | int) -> ir.Constant:
        """The number `value` in the type of `x`."""
        return splat(x.type, value)

    def like_bits(self, x: ir.Value, value: int) -> ir.Constant:
        """The integer `value` in the type of `bits(x)`."""
        return splat(self._integers(x), value)

    def bits(self, x: ir.Value) -> ir.Value:
        return self.b.bitcast(x, self._integers(x))

    def from_bits(self, bits: ir.Value, like: ir.Value) -> ir.Value:
        return self.b.bitcast(bits, like.type)

    def cast(self, x: Operand, dtype: DTypeName) -> ir.Value:
        """`x` as `dtype`: floats truncate towards zero, saturating (NaN gives 0); anything but zero is True.
        """
        name = name_of(dtype)
        if not isinstance(x, ir.Value):
            return splat(register_type(name, self.width), storage.constant(x, name))
        if name in storage.ROUND:
            return storage.ROUND[name](self, x)
        target = register_type(name, width_of(x.type))
        if x.type == target:
            return x
        if is_bool(target):
            return self.ne(x, self.like(x, 0))
        if is_float(x.type):
            return self._cast_float(x, target)
        if is_float(target):
            return self.b.uitofp(x, target) if is_bool(x.type) else self.b.sitofp(x, target)
        if is_bool(x.type):
            return self.b.zext(x, target)
        wider = scalar_of(target).width > scalar_of(x.type).width
        return self.b.sext(x, target) if wider else self.b.trunc(x, target)

    def _cast_float(self, x: ir.Value, target: ir.Type) -> ir.Value:
        if is_float(target):
            wider = isinstance(scalar_of(target), ir.DoubleType)
            return self.b.fpext(x, target) if wider else self.b.fptrunc(x, target)
        # The plain conversion is undefined out of range and differs between machines.
        return self.intrinsic(f"llvm.fptosi.sat.{mangled(target)}.{mangled(x.type)}", target, x)

    def split(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """k and r with x = 2^k r and r between about sqrt(1/2) and sqrt(2); x is a normal float64 > 0."""
        b, root = self.b, 0x3FE6A09E00000000
        shifted = b.add(self.bits(x), self.like_bits(x, 0x3FF0000000000000 - root))
        rest = b.add(b.and_(shifted, self.like_bits(x, 0x000FFFFFFFFFFFFF)), self.like_bits(x, root))
        # The exponent in the low bits of 1.5 * 2^52 is a float64 without a conversion, which AVX2 lacks.
        k = b.add(b.lshr(shifted, self.like_bits(x, 52)), self.like_bits(x, 0x4338000000000000 - 0x3FF))
        return b.fsub(self.from_bits(k, x), self.like(x, 6755399441055744.0)), self.from_bits(rest, x)

    # ---- arithmetic

    def add(self, a: Operand, b: Operand) -> ir.Value:
        a, b = self._pair(a, b)
        if is_bool(a.type):
            return self.b.or_(a, b)
        return self.b.fadd(a, b) if is_float(a.type) else self.b.add(a, b)

    def sub(self, a: Operand, b: Operand) -> ir.Value:
        a, b = self.numbers(a, b)
        return self.b.fsub(a, b) if is_float(a.type) else self.b.sub(a, b)

    def mul(self, a: Operand, b: Operand) -> ir.Value:
        a, b = self._pair(a, b)
        if is_bool(a.type):
            return self.b.and_(a, b)
        return self.b.fmul(a, b) if is_float(a.type) else self.b.mul(a, b)

    def div(self, a: Operand, b: Operand) -> ir.Value:
        a, b = self.floats(a, b)
        return self.b.fdiv(a, b)

    def fma(self, a: Operand, b: Operand, c: ir.Value) -> ir.Value:
        """a * b + c, rounded once. A rule of a primitive uses it only if it says so in its own definition."""
        a, b = self.floats(a, b) if isinstance(a, ir.Value) or isinstance(b, ir.Value) else (
            self.like(c, a), self.like(c, b))
        return self.intrinsic(f"llvm.fma.{mangled(c.type)}", c.type, a, b, c)

    def guarded_mul(self, g: Operand, d: Operand) -> ir.Value:
        """g * d, but 0 where g is 0, whatever d is."""
        g, d = self.numbers(g, d)
        return self.select(self.eq(g, 0), self.like(g, 0), self.mul(g, d))

    def neg(self, x: ir.Value) -> ir.Value:
        x, _ = self.numbers(x, x)
        return self.b.fneg(x) if is_float(x.type) else self.b.neg(x)

    def abs(self, x: ir.Value) -> ir.Value:
        if is_float(x.type):
            return self._float_intrinsic("fabs", x)
        return self.b.select(self.b.icmp_signed("<", x, self.like(x, 0)), self.b.neg(x), x)

    def sign(self, x: ir.Value) -> ir.Value:
        """-1, 0 or 1; zero for either zero, NaN for NaN."""
        x, _ = self.numbers(x, x)
        negative = self.select(self.lt(x, 0), self.like(x, -1), self.like(x, 0))
        result = self.select(self.gt(x, 0), self.like(x, 1), negative)
        return self.select(self.isnan(x), x, result) if is_float(x.type) else result

    def copysign(self, magnitude: Operand, sign: Operand) -> ir.Value:
        magnitude, sign = self.floats(magnitude, sign)
        return self._float_intrinsic("copysign", magnitude, sign)

    def sqrt(self, x: ir.Value) -> ir.Value:
        return self._float_intrinsic("sqrt", x)

    def rsqrt(self, x: ir.Value) -> ir.Value:
        return self.div(1.0, self.sqrt(x))

    def floor(self, x: ir.Value) -> ir.Value:
        return self._rounded("floor", x)

    def ceil(self, x: ir.Value) -> ir.Value:
        return self._rounded("ceil", x)

    def trunc(self, x: ir.Value) -> ir.Value:
        return self._rounded("trunc", x)

    def round(self, x: ir.Value) -> ir.Value:
        """The nearest integer, halves to even."""
        return self._rounded("roundeven", x)

    def maximum(self, a: Operand, b: Operand) -> ir.Value:
        """The larger; NaN if either is."""
        return self._extreme("maximum", ">", *self._pair(a, b))

    def minimum(self, a: Operand, b: Operand) -> ir.Value:
        return self._extreme("minimum", "<", *self._pair(a, b))

    # ---- comparisons and logic

    def eq(self, a: Operand, b: Operand) -> ir.Value:
        return self._compare("==", a, b)

    def ne(self, a: Operand, b: Operand) -> ir.Value:
        a, b = self._pair(a, b)
        # NaN differs from everything: the one comparison that is true of it.
        return self.b.fcmp_unordered("!=", a, b) if is_float(a.type) else self.b.icmp_signed("!=", a, b)

    def lt(self, a: Operand, b: Operand) -> ir.Value:
        return self._compare("<", a, b)

    def le(self, a: Operand, b: Operand) -> ir.Value:
        return self._compare("<=", a, b)

    def gt(self, a: Operand, b: Operand) -> ir.Value:
        return self._compare(">", a, b)

    def ge(self, a: Operand, b: Operand) -> ir.Value:
        return self._compare(">=", a, b)

    def isnan(self, x: ir.Value) -> ir.Value:
        return self.b.fcmp_unordered("uno", x, x) if is_float(x.type) else splat(self._bools(x), 0)

    def isinf(self, x: ir.Value) -> ir.Value:
        return self.eq(self.abs(x), math.inf) if is_float(x.type) else splat(self._bools(x), 0)

    def select(self, condition: ir.Value, a: Operand, b: Operand) -> ir.Value:
        a, b = self._pair(a, b)
        return self.b.select(condition, a, b)

    def logical_and(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.b.and_(self._truth(a), self._truth(b))

    def logical_or(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.b.or_(self._truth(a), self._truth(b))

    def logical_xor(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.b.xor(self._truth(a), self._truth(b))

    def logical_not(self, x: ir.Value) -> ir.Value:
        return self.b.not_(self._truth(x))

    def and_(self, a: Operand, b: Operand) -> ir.Value:
        return self.b.and_(*self._integral(a, b))

    def or_(self, a: Operand, b: Operand) -> ir.Value:
        return self.b.or_(*self._integral(a, b))

    def xor(self, a: Operand, b: Operand) -> ir.Value:
        return self.b.xor(*self._integral(a, b))

    def not_(self, x: ir.Value) -> ir.Value:
        return self.b.not_(self._integral(x, x)[0])

    # ---- functions with a file of their own

    exp, expm1 = exponential.exp, exponential.expm1
    sigmoid, tanh = exponential.sigmoid, hyperbolic.tanh
    log, log1p, softplus = logarithm.log, logarithm.log1p, logarithm.softplus
    erf = error_function.erf
    sin, cos, tan = trigonometric.sin, trigonometric.cos, trigonometric.tan
    atan = arctangent.atan
    pow = power.pow
    remainder, floor_div = division.remainder, division.floor_div

    # ---- how the above are said in LLVM

    def intrinsic(self, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
        function = self.module.globals.get(name)
        if function is None:
            kind = ir.FunctionType(result, [a.type for a in arguments])
            function = ir.Function(self.module, kind, name)
        return self.b.call(function, arguments)

    def lookup(self, name: str, element: ir.Type, values: Sequence[float], index: ir.Value) -> ir.Value:
        """values[index]; the table is a constant of the module."""
        kind = ir.ArrayType(element, len(values))
        table = self.module.globals.get(name)
        if table is None:
            table = ir.GlobalVariable(self.module, kind, name)
            table.initializer = ir.Constant(kind, list(values))
            table.global_constant, table.linkage = True, "internal"

        def one(i: ir.Value) -> ir.Value:
            return self.b.load(self.b.gep(table, [i32(0), i], source_etype=kind), typ=element)

        lanes = width_of(index.type)
        if not lanes:
            return one(index)
        result = ir.Constant(with_width(element, lanes), ir.Undefined)
        for lane in range(lanes):
            value = one(self.b.extract_element(index, i32(lane)))
            result = self.b.insert_element(result, value, i32(lane))
        return result

    def _float_intrinsic(self, name: str, *arguments: ir.Value) -> ir.Value:
        t = arguments[0].type
        if not is_float(t):
            raise NoKernel(f"{name} is for floats, not {scalar_of(t)}")
        return self.intrinsic(f"llvm.{name}.{mangled(t)}", t, *arguments)

    def _rounded(self, name: str, x: ir.Value) -> ir.Value:
        return self._float_intrinsic(name, x) if is_float(x.type) else x

    def _extreme(self, name: str, comparison: str, a: ir.Value, b: ir.Value) -> ir.Value:
        if is_float(a.type):
            # The intrinsic is what LLVM turns into a vector reduction; compare and select is not.
            return self._float_intrinsic(name, a, b)
        compare = self.b.icmp_unsigned if is_bool(a.type) else self.b.icmp_signed
        return self.b.select(compare(comparison, a, b), a, b)

    def _compare(self, comparison: str, a: Operand, b: Operand) -> ir.Value:
        a, b = self._pair(a, b)
        if is_float(a.type):
            return self.b.fcmp_ordered(comparison, a, b)
        # As a signed number the one bit of True is -1.
        return (self.b.icmp_unsigned if is_bool(a.type) else self.b.icmp_signed)(comparison, a, b)

    def _pair(self, a: Operand, b: Operand) -> tuple[ir.Value, ir.Value]:
        """Both operands as values of one type."""
        if not isinstance(a, ir.Value):
            a = self.like(b, a) if isinstance(b, ir.Value) else self.cast(a, self.dtype)
        if not isinstance(b, ir.Value):
            b = self.like(a, b)
        assert a.type == b.type, (a.type, b.type)
        return a, b

    def numbers(self, a: Operand, b: Operand) -> tuple[ir.Value, ir.Value]:
        a, b = self._pair(a, b)
        if is_bool(a.type):
            raise NoKernel("this arithmetic is not defined for bool")
        return a, b

    def floats(self, a: Operand, b: Operand) -> tuple[ir.Value, ir.Value]:
        a, b = self._pair(a, b)
        if not is_float(a.type):
            raise NoKernel(f"this arithmetic is for floats, not {scalar_of(a.type)}")
        return a, b

    def _integral(self, a: Operand, b: Operand) -> tuple[ir.Value, ir.Value]:
        a, b = self._pair(a, b)
        if is_float(a.type):
            raise NoKernel("bits of floats are not the user's")
        return a, b

    def _truth(self, x: ir.Value) -> ir.Value:
        return x if is_bool(x.type) else self.ne(x, 0)

    def _integers(self, x: ir.Value) -> ir.Type:
        size = 64 if isinstance(scalar_of(x.type), ir.DoubleType) else 32
        return with_width(ir.IntType(size), width_of(x.type))

    def _bools(self, x: ir.Value) -> ir.Type:
        return with_width(ir.IntType(1), width_of(x.type))

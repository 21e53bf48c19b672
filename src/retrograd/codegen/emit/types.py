"""Names of dtypes go in; LLVM types, in registers and in memory, come out.

A value is a scalar or a vector of `width` lanes. A bool is `i1` in a register and one byte in memory.
A half type is a float32 in a register, rounded when it is made, and a uint8 an i16 between 0 and 255:
arithmetic is done on wider types only (codegen/widen.py).
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.base.dtype import DType

f32 = ir.FloatType()
f64 = ir.DoubleType()
i1, i8, i16, i32, i64 = (ir.IntType(n) for n in (1, 8, 16, 32, 64))
void = ir.VoidType()
pointer = ir.PointerType()

REGISTER: dict[str, ir.Type] = {
    "float32": f32, "float64": f64, "bool": i1, "int8": i8, "int16": i16, "int32": i32, "int64": i64,
    "float16": f32, "bfloat16": f32, "uint8": i16,
}
MEMORY: dict[str, ir.Type] = {**REGISTER, "bool": i8, "float16": i16, "bfloat16": i16, "uint8": i8}
SIZE: dict[str, int] = {
    "float32": 4, "float64": 8, "bool": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "float16": 2, "bfloat16": 2, "uint8": 1, "complex64": 8, "complex128": 16,
}
# Two bfloat16 that lie side by side, as one element of a product: a float32 by its size alone.
PAIR = "bfloat16x2"
MEMORY[PAIR], SIZE[PAIR] = f32, 4


class _BFloat(ir.Type):
    """bfloat, which llvmlite has no class for."""

    def _to_string(self) -> str:
        return "bfloat"


bfloat = _BFloat()
# Bytes of a lane in a register.
WIDTH: dict[str, int] = {**SIZE, "float16": 4, "bfloat16": 4, "uint8": 2}


class NoKernel(NotImplementedError):
    """This function has no native code for this dtype; the interpreter computes it."""


def name_of(dtype: str | DType) -> str:
    return dtype if isinstance(dtype, str) else dtype.name


def register_type(dtype: str, width: int = 0) -> ir.Type:
    """The type of a value of `dtype` in a register; `width` 0 means a scalar."""
    if dtype not in REGISTER:
        raise NoKernel(f"no kernel for dtype {dtype}; the interpreter computes it")
    return with_width(REGISTER[dtype], width)


def with_width(scalar: ir.Type, width: int) -> ir.Type:
    return ir.VectorType(scalar, width) if width else scalar


def width_of(t: ir.Type) -> int:
    return t.count if isinstance(t, ir.VectorType) else 0


def scalar_of(t: ir.Type) -> ir.Type:
    return t.element if isinstance(t, ir.VectorType) else t


def is_float(t: ir.Type) -> bool:
    return isinstance(scalar_of(t), (ir.FloatType, ir.DoubleType))


def is_bool(t: ir.Type) -> bool:
    return scalar_of(t) == i1


def mangled(t: ir.Type) -> str:
    """How an intrinsic's name spells a type: f32, v16f32, v8i64."""
    scalar, width = scalar_of(t), width_of(t)
    if isinstance(scalar, ir.IntType):
        name = f"i{scalar.width}"
    else:
        name = "f32" if isinstance(scalar, ir.FloatType) else "f64"
    return f"v{width}{name}" if width else name


def splat(t: ir.Type, value: float | int | bool) -> ir.Constant:
    """The constant `value` in every lane of type `t`."""
    one = ir.Constant(scalar_of(t), float(value) if is_float(t) else int(value))
    return _Splat(t, one) if width_of(t) else one


class _Splat(ir.Constant):
    """A vector of equal numbers in LLVM's short form: spelled out they were most of a kernel's text."""

    def __init__(self, t: ir.Type, one: ir.Constant) -> None:
        self.type, self.constant = t, (one,) * t.count

    def _get_reference(self) -> str:
        return f"splat ({self.constant[0]})"

"""Aval: what is known of a value before it is computed (shape and dtype)."""

from __future__ import annotations

from typing import NamedTuple

from retrograd.base.dtype import DType
from retrograd.base.shape import Shape, numel

SHORT = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16",
         "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "uint8": "u8", "bool": "bool",
         "complex64": "c64", "complex128": "c128"}


class Aval(NamedTuple):
    """Shape and dtype; prints as f32[2,3]."""

    shape: Shape
    dtype: DType

    def __str__(self) -> str:
        return f"{SHORT[self.dtype.name]}[{','.join(map(str, self.shape))}]"

    @property
    def nbytes(self) -> int:
        return numel(self.shape) * self.dtype.itemsize

"""The dtypes and how they promote: PyTorch's names, sizes and promotion rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentTypeError, MissingError

BOOL, INTEGER, FLOATING, COMPLEX = 0, 1, 2, 3


class DType:
    """An element type. Singletons: compare with `is` or `==`."""

    __slots__ = ("name", "kind", "itemsize", "is_floating_point", "is_complex", "smooth", "_np", "_load",
                 "order", "acc")

    def __init__(self, name: str, kind: int, itemsize: int, order: int,
                 load: Callable[[], Any] | None = None) -> None:
        self.name, self.kind, self.itemsize, self.order = name, kind, itemsize, order
        self.is_floating_point, self.is_complex = kind == FLOATING, kind == COMPLEX
        self.smooth = kind >= FLOATING      # numbers that have derivatives
        self._load = load
        self._np: np.dtype[Any] | None = None if load else np.dtype(name)
        self.acc = self

    @property
    def np(self) -> np.dtype[Any]:
        """The NumPy dtype; bfloat16's comes from ml_dtypes, imported when first used."""
        if self._np is None:
            assert self._load is not None
            self._np = np.dtype(self._load())
        return self._np

    @property
    def is_signed(self) -> bool:
        return self.name not in ("uint8", "bool")

    def wrapped(self, value: int) -> int:
        """A whole number of at most 64 bits as an integer dtype counts, modulo 2^bits: -1 is 255 in uint8."""
        if self.itemsize == 8:
            return value
        count = 1 << 8 * self.itemsize
        return (value + count // 2) % count - count // 2 if self.is_signed else value % count

    def to_real(self) -> DType:
        """The dtype of the parts of a complex number; any other is its own."""
        return _PARTS.get(self, self)

    def to_complex(self) -> DType:
        """The complex dtype whose parts are of this one, or hold it; of integers the default."""
        if self.is_complex:
            return self
        return complex128 if (self if self.is_floating_point else default()) is float64 else complex64

    def __repr__(self) -> str:
        return f"retrograd.{self.name}"

    def __reduce__(self) -> tuple[Callable[[str], DType], tuple[str]]:
        return by_name, (self.name,)


def _bfloat16() -> Any:
    import ml_dtypes  # optional at run time: only programs that use bfloat16 load it
    return ml_dtypes.bfloat16


float64 = DType("float64", FLOATING, 8, 3)
float32 = DType("float32", FLOATING, 4, 2)
float16 = DType("float16", FLOATING, 2, 1)
bfloat16 = DType("bfloat16", FLOATING, 2, 1, _bfloat16)
int64 = DType("int64", INTEGER, 8, 4)
int32 = DType("int32", INTEGER, 4, 3)
int16 = DType("int16", INTEGER, 2, 2)
int8 = DType("int8", INTEGER, 1, 1)
uint8 = DType("uint8", INTEGER, 1, 1)
bool_ = DType("bool", BOOL, 1, 0)
complex128 = DType("complex128", COMPLEX, 16, 3)
complex64 = DType("complex64", COMPLEX, 8, 2)
_PARTS = {complex128: float64, complex64: float32}
# Half types are computed in float32 and rounded once, as PyTorch does on a CPU.
float16.acc = bfloat16.acc = float32

ALL = (float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool_, complex128, complex64)
_BY_NAME = {d.name: d for d in ALL}
_BY_NP: dict[Any, DType] = {d._np: d for d in ALL if d._np is not None}
_BY_TYPE: dict[type, DType] = {bool: bool_, int: int64, float: float64, complex: complex128}
_NOT_YET = ("uint16", "uint32", "uint64")


def by_name(name: str) -> DType:
    """The dtype of that name; an error that lists the names otherwise."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    raise MissingError(f"there is no dtype {name!r} yet", fix="The dtypes are " + ", ".join(_BY_NAME) + ".")


def from_numpy(dtype: Any) -> DType:
    """Our dtype for a NumPy dtype (byte order ignored)."""
    dtype = np.dtype(dtype)
    found = _BY_NP.get(dtype) or _BY_NP.get(dtype.newbyteorder("="))
    if found is None:
        if dtype.name == "bfloat16":
            return bfloat16
        if dtype.name in _NOT_YET:
            raise MissingError(f"NumPy dtype {dtype} is not supported yet",
                               fix="Convert first, e.g. array.astype('int64').")
        raise ArgumentTypeError(f"cannot make a tensor of NumPy dtype {dtype}",
                                expected="one of " + ", ".join(_BY_NAME))
    return found


def as_dtype(dtype: Any) -> DType:
    """Accept a DType, a Python type (int, float, bool) or a NumPy dtype."""
    if dtype.__class__ is DType:
        return dtype
    if isinstance(dtype, type) and dtype in _BY_TYPE:
        if dtype is complex:
            return default().to_complex()
        return default() if dtype is float else _BY_TYPE[dtype]
    try:
        return from_numpy(dtype)
    except TypeError:
        raise ArgumentTypeError(f"dtype is {dtype!r}",
                                expected="a retrograd.dtype such as retrograd.float32") from None


_default = [float32]


def default() -> DType:
    """The dtype of Python floats in `tensor`, `zeros`, `randn`, ..."""
    return _default[0]


def set_default(dtype: Any) -> None:
    d = as_dtype(dtype)
    if not d.is_floating_point:
        raise ArgumentTypeError(f"default dtype is {d}", op="set_default_dtype",
                                expected="a floating-point dtype")
    _default[0] = d


def promote(a: DType, b: DType) -> DType:
    """The dtype of an operation between tensors with dimensions: PyTorch's lattice."""
    if a is b:
        return a
    if a.kind != b.kind:
        low, high = (a, b) if a.kind < b.kind else (b, a)
        return complex128 if low is float64 and high is complex64 else high
    if a.kind >= FLOATING:
        if a.order == b.order:      # float16 with bfloat16: neither holds the other
            return float32
        return a if a.order > b.order else b
    if uint8 in (a, b):             # int8 with uint8: the next signed type holds both
        other = b if a is uint8 else a
        return int16 if other is int8 else other
    return a if a.order > b.order else b


def of_scalar(value: bool | int | float | complex) -> DType:
    """The weak dtype of a Python number."""
    if isinstance(value, complex):
        return default().to_complex()
    return bool_ if value.__class__ is bool else int64 if isinstance(value, int) else default()


def promote_scalar(dtype: DType, value: bool | int | float | complex) -> DType:
    """A Python number never widens within its kind: float16 * 0.5 is float16,
    int64 * 0.5 the default float."""
    if isinstance(value, complex):
        return dtype.to_complex()
    if dtype.smooth:
        return dtype
    weak = of_scalar(value)
    return weak if weak.kind > dtype.kind else dtype


def result_type(avals: list[tuple[DType, int]]) -> DType:
    """PyTorch's categories: tensors with dimensions, then zero-dimensional ones, which only lift the kind."""
    ranked = [d for d, ndim in avals if ndim]
    zero = [d for d, ndim in avals if not ndim]
    best: DType | None = None
    for d in ranked:
        best = d if best is None else promote(best, d)
    low: DType | None = None
    for d in zero:
        low = d if low is None else promote(low, d)
    if best is None:
        assert low is not None
        return low
    if low is None or low.kind <= best.kind:
        return best
    if best.is_floating_point:      # a complex number without dimensions lifts the kind, not the precision
        return best.to_complex()
    return promote(best, low)


class finfo:
    """Limits of a floating-point dtype: bits, eps, max, min, tiny, smallest_normal, resolution.

    >>> import retrograd as rg
    >>> rg.finfo(rg.float16).eps
    0.0009765625
    """

    def __init__(self, dtype: DType | None = None) -> None:
        d = (as_dtype(dtype) if dtype is not None else default()).to_real()
        if not d.is_floating_point:
            raise ArgumentTypeError(f"got {d}", op="finfo", expected="a floating-point dtype",
                                    fix="Use iinfo.")
        if d is bfloat16:
            import ml_dtypes  # see _bfloat16
            info: Any = ml_dtypes.finfo(d.np)
        else:
            info = np.finfo(d.np)
        self.dtype, self.bits = d.name, d.itemsize * 8
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = float(info.resolution)

    def __repr__(self) -> str:
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
                f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
                f"dtype={self.dtype})")


class iinfo:
    """Limits of an integer dtype: bits, min, max."""

    def __init__(self, dtype: DType) -> None:
        d = as_dtype(dtype)
        if d.kind != INTEGER:
            raise ArgumentTypeError(f"got {d}", op="iinfo", expected="an integer dtype", fix="Use finfo.")
        info = np.iinfo(d.np)
        self.dtype, self.bits, self.min, self.max = d.name, info.bits, int(info.min), int(info.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"

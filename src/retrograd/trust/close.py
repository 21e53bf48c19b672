"""assert_close: two nested results agree within the rounding of their dtype, or the error says where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.dtype import DType
from retrograd.base.errors import ArgumentError
from retrograd.tensors.tensor import Tensor

# (relative, absolute) by dtype, as PyTorch's; 0 for what is not floating point.
TOLERANCES = {dt.float16: (1e-3, 1e-5), dt.bfloat16: (1.6e-2, 1e-5), dt.float32: (1.3e-6, 1e-5),
              dt.float64: (1e-7, 1e-7), dt.complex64: (1.3e-6, 1e-5), dt.complex128: (1e-7, 1e-7)}


class _Ask(NamedTuple):
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    msg: str | Callable[[str], str] | None

    def tolerances(self, a: DType, b: DType) -> tuple[float, float]:
        """The given ones, or the wider of the two dtypes'."""
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        pairs = [TOLERANCES.get(d, (0.0, 0.0)) for d in (a, b)]
        return max(p[0] for p in pairs), max(p[1] for p in pairs)


def assert_close(actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None,
                 atol: float | None = None, equal_nan: bool = False, check_device: bool = True,
                 check_dtype: bool = True, check_layout: bool = True, check_stride: bool = False,
                 msg: str | Callable[[str], str] | None = None) -> None:
    """Raise AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere.

    Tensors, arrays, numbers, and sequences and mappings of them. Without rtol and atol the dtype decides. msg
    is the message, or makes one of the generated message.

    >>> import retrograd as rg
    >>> rg.testing.assert_close(rg.tensor([1.0, 2.0]), rg.tensor([1.0, 2.000001]))
    """
    if (rtol is None) != (atol is None):
        raise ArgumentError(
            "only one of rtol and atol is given", op="assert_close", expected="both or neither"
        )
    _compare(actual, expected, _Ask(rtol, atol, equal_nan, check_dtype, msg), "")


def _compare(a: Any, b: Any, ask: _Ask, place: str) -> None:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if set(a) != set(b):
            odd = sorted(map(repr, set(a) ^ set(b)))
            _fail(f"The keys of the mappings do not match: {', '.join(odd)} on one side only.", ask, place)
        for key in a:
            _compare(a[key], b[key], ask, f"{place}[{key!r}]")
    elif _sequence(a) and _sequence(b):
        if len(a) != len(b):
            _fail(f"The length of the sequences do not match: {len(a)} != {len(b)}", ask, place)
        for k, (x, y) in enumerate(zip(a, b)):
            _compare(x, y, ask, f"{place}[{k}]")
    elif a is None or b is None or isinstance(a, str):
        if a is not b and a != b:
            _fail(f"{a!r} and {b!r} are not equal.", ask, place)
    else:
        _compare_arrays(a, b, ask, place)


def _sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)


def _array(x: Any) -> tuple[Any, DType, str]:
    """The value, its dtype, and what kind of thing it is."""
    if isinstance(x, Tensor):
        return x.detach().numpy(), x.dtype, "Tensor-likes"
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x), dt.from_numpy(np.asarray(x).dtype), "Tensor-likes"
    if isinstance(x, (bool, int, float, complex)):
        d = dt.bool_ if isinstance(x, bool) else dt.int64 if isinstance(x, int) else \
            dt.complex128 if isinstance(x, complex) else dt.float64
        return np.asarray(x), d, "Scalars"
    raise ArgumentError(f"cannot compare a {type(x).__name__}", op="assert_close",
                        expected="tensors, arrays, numbers, or sequences and mappings of them")


def _compare_arrays(actual: Any, expected: Any, ask: _Ask, place: str) -> None:
    (a, da, kind), (b, db, _) = _array(actual), _array(expected)
    if a.shape != b.shape:
        _fail(f"The values for attribute 'shape' do not match: {a.shape} != {b.shape}.", ask, place)
    if kind != "Scalars" and ask.check_dtype and da is not db:
        _fail(f"The values for attribute 'dtype' do not match: {da} != {db}.", ask, place)
    rtol, atol = ask.tolerances(da, db)
    exact = not (da.smooth or db.smooth)
    wide = np.int64 if exact else np.complex128 if da.is_complex or db.is_complex else np.float64
    x, y = (v.astype(wide) for v in (a, b))
    with np.errstate(all="ignore"):
        gap = np.abs(x - y)
        close = (x == y) | (np.isfinite(y) & (gap <= atol + rtol * np.abs(y)))
        if ask.equal_nan:
            close |= np.isnan(x) & np.isnan(y)
        if close.all():
            return
        relative = np.where(y == 0, np.where(gap == 0, 0.0, np.inf), gap / np.abs(y))
    _fail(_report(kind, x, y, close, gap, relative, (rtol, atol)), ask, place)


def _report(
    kind: str, x: Any, y: Any, close: Any, gap: Any, relative: Any, tolerances: tuple[float, float]
) -> str:
    rtol, atol = tolerances
    word = "equal" if rtol == atol == 0 else "close"
    if kind == "Scalars":
        return (f"Scalars are not {word}!\n\nExpected {y} but got {x}.\n"
                f"Absolute difference: {gap} (up to {atol} allowed)\n"
                f"Relative difference: {relative} (up to {rtol} allowed)")
    wrong = int((~close).sum())
    lines = [
        f"{kind} are not {word}!",
        "",
        f"Mismatched elements: {wrong} / {close.size} ({wrong / close.size:.1%})",
    ]
    for name, values, limit in (("absolute", gap, atol), ("relative", relative, rtol)):
        # A nan is the greatest difference there is; what is close does not count.
        worst = np.where(close, -1.0, np.where(np.isnan(values), np.inf, values))
        at = np.unravel_index(int(worst.argmax()), worst.shape)
        lines.append(
            f"Greatest {name} difference: {values[at]} at index {tuple(map(int, at))} (up to {limit} allowed)"
        )
    return "\n".join(lines)


def _fail(text: str, ask: _Ask, place: str) -> None:
    if place:
        text += f"\n\nThe failure occurred for item {place}"
    if ask.msg is not None:
        text = ask.msg(text) if callable(ask.msg) else ask.msg
    raise AssertionError(text)

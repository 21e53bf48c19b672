"""Inferred shapes and dtypes are the real ones, over dtypes; values of small types agree with wide ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

HALVES = ("float16", "bfloat16")
FLOATS = ("float64", "float32", *HALVES)
INTEGERS = ("int64", "int32", "int16", "int8", "uint8")


def _raw(call: Any) -> Any:
    """The primitive's own meaning on the arrays, as the primitive gives it."""
    with np.errstate(all="ignore"):
        return np.asarray(call.prim.np(*call.inputs, *call.params))


def test_inferred_shape_and_dtype_are_the_real_ones(any_call: Any, law: Any) -> None:
    call = any_call
    y = call.bind(call.leaves())
    got = call.value()
    law.holds(got.shape == y.shape and got.dtype == y.dtype.np,
              f"{call}: {got.dtype}{got.shape} for {y.aval}")


def test_the_meaning_of_a_primitive_has_the_inferred_dtype_by_itself(call: Any, tools: Any, law: Any) -> None:
    """Nothing is rounded on the way out: float64 stays float64 inside, float32 is not widened by accident."""
    if call.prim.np is None:
        return
    for dtype in (tools.dtypes.float64, tools.dtypes.float32):
        same = call.cast(dtype)
        law.holds(_raw(same).dtype == same.bind(same.leaves()).dtype.np,
                  f"{same} in {dtype}: {_raw(same).dtype}")


@pytest.mark.parametrize("name", FLOATS)
def test_floating_point_types_agree_with_double_precision(call: Any, name: str, tools: Any, law: Any) -> None:
    dtype = tools.dtypes.by_name(name)
    small = call.cast(dtype)
    if not call.floats:
        return
    reference = small.cast(tools.dtypes.float64, kinds="fV")        # the operands as they were rounded
    y = small.bind(small.leaves())
    got, expected = small.value(), reference.value()
    law.holds(got.shape == y.shape and got.dtype == y.dtype.np, f"{small} in {name}: {got.dtype}{got.shape}")
    if not y.dtype.is_floating_point:
        law.same_bits(got, expected, f"{small} in {name}")
        return
    # Half types are rounded once a node (an expansion is some ten nodes), others some tens of times inside.
    roundings = 32 if name not in HALVES or call.prim.expansion is not None else 1
    eps = float(tools.dtypes.finfo(dtype).eps)
    scale = max([1.0, *(float(np.abs(np.asarray(x, np.float64)).max(initial=0)) for x in small.inputs)])
    law.close(got.astype(np.float64), expected.astype(np.float64), roundings * eps, scale=scale,
              what=f"{small}, {name}")


def _whole(call: Any, dtype: Any) -> Any:
    """The call on small whole numbers in place of its floating-point operands (if none: its bool ones)."""
    def whole(x: Any) -> Any:
        numbers = (np.rint(np.abs(np.asarray(x, np.float64)) * 3) % 5 + 1).astype(np.int64)
        return (numbers % 2 if dtype.name == "bool" else numbers).astype(dtype.np)
    kinds = "f" if call.floats else "b"
    return call.with_inputs([whole(x) if x.dtype.kind in kinds else x for x in call.inputs])


def _takes(call: Any, dtype: Any) -> bool:
    """Whether the primitive means something on such operands: else the door converts them before it binds."""
    small = _whole(call, dtype)
    if call.prim.np is None or call.drawn:
        return False
    try:
        return bool(_raw(small).dtype.kind == small.bind(small.leaves()).dtype.np.kind)
    except (TypeError, ValueError, AssertionError, RuntimeError):
        return False


@pytest.mark.parametrize("name", [*INTEGERS, "bool"])
def test_integers_and_bool_agree_with_wide_numbers(call: Any, name: str, tools: Any, law: Any) -> None:
    """Integers wrap and bool saturates, as the same whole numbers would in a wide type."""
    dtype = tools.dtypes.by_name(name)
    if not _takes(call, dtype) or (name == "bool" and not call.floats):
        return
    small = _whole(call, dtype)
    # The oracle is arithmetic in double precision; logic has no meaning there: its oracle is int64.
    widest = np.float64 if call.floats else np.int64
    wide = small.with_inputs([x.astype(widest) if k in call.floats or not call.floats
                              else x for k, x in enumerate(small.inputs)])
    expected = wide.value()
    if not np.array_equal(expected, np.rint(expected)):
        return                          # the door gives such functions floating-point operands
    got, y = small.value(), small.bind(small.leaves())
    law.holds(got.shape == y.shape and got.dtype == y.dtype.np, f"{small} in {name}: {got.dtype}{got.shape}")
    if expected.dtype.kind == "f" and got.dtype.kind != "f":
        expected = expected.astype(np.int64 if got.dtype.kind in "iu" else bool)
    law.same_bits(got, expected.astype(got.dtype), f"{small} in {name}")

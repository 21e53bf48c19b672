"""Two tiers, one meaning: kernels compute what NumPy computes, bit for bit where a primitive is exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrograd.base.config import config
from retrograd.engine import program as engine_program
from retrograd.engine.program import programs

FLOATS = ("float64", "float32", "float16", "bfloat16")
WHOLE = ("int64", "int32", "int16", "int8", "uint8", "bool")


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs too small to be worth a kernel get one all the same, and no program is remembered."""
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)


def _both_tiers(call: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.setattr(config, "jit", True)
    native = call.value()
    programs._programs.clear()
    monkeypatch.setattr(config, "jit", False)
    return native, call.value()


@pytest.mark.parametrize("name", FLOATS)
def test_kernels_compute_what_numpy_computes(call: Any, name: str, tools: Any, law: Any,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    if name != "float64" and not call.floats:
        return
    dtype = tools.dtypes.by_name(name)
    cast = call.cast(dtype)
    native, numpy = _both_tiers(cast, monkeypatch)
    same = native.dtype == numpy.dtype and native.shape == numpy.shape
    law.holds(same, f"{call}: {native.dtype}{native.shape}")
    if call.prim.exact or numpy.dtype.kind in "biu":
        law.same_bits(native, numpy, f"{call} in {name}")
    else:
        # Each side is within 2 ulp a function and sums some ten terms; half types round once more.
        eps = float(tools.dtypes.finfo(dtype).eps)
        native, numpy = native.astype(np.float64), numpy.astype(np.float64)
        law.close(native, numpy, 32 * eps, scale=1.0, what=f"{call} in {name}")


@pytest.mark.parametrize("name", WHOLE)
def test_kernels_compute_what_numpy_computes_on_integers(call: Any, name: str, tools: Any, law: Any,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """Every primitive that NumPy keeps within the dtype, on positive and negative numbers, zeros included."""
    if not call.floats or call.prim.np is None:
        return
    dtype = tools.dtypes.by_name(name)
    wide = call.with_inputs([np.rint(x * 5).astype(np.int64) if k in call.floats else x
                             for k, x in enumerate(call.inputs)])
    cast = wide.with_inputs([x.astype(dtype.np) if k in call.floats else x
                             for k, x in enumerate(wide.inputs)])
    try:
        with np.errstate(all="ignore"):
            natural = np.asarray(call.prim.np(*cast.inputs, *call.params))
            node = cast.bind(cast.leaves())
    except (TypeError, ValueError, RuntimeError, AssertionError):
        return              # NumPy has no such function of integers, and Retrograd no such node
    if natural.dtype != node.dtype.np:
        return              # it would be computed in a floating type
    native, numpy = _both_tiers(cast, monkeypatch)
    law.same_bits(native, numpy, f"{call} in {name}")


def test_complex_values_have_the_same_bits_beside_what_has_kernels(complex_call: Any, law: Any,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    """Few primitives have kernels for them, so that their graphs alone are NumPy's if they are small."""
    native = complex_call.value()
    programs._programs.clear()
    monkeypatch.setattr(engine_program, "SMALL", 4096)
    law.same_bits(complex_call.value(), native, str(complex_call))


SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-300, 1e300, -1e300, 5e-324, 1e-40, 3e38, -3.5,
           0.5, 2.0]


@pytest.mark.parametrize("name", FLOATS)
def test_kernels_treat_special_values_as_numpy_does(call: Any, name: str, tools: Any, law: Any,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros of both signs, infinities, NaN, the largest and the smallest numbers, in every pair."""
    if call.prim.family != "pointwise" or call.place or not call.floats:
        return
    pairs = np.array(np.meshgrid(*[SPECIAL] * len(call.floats))).reshape(len(call.floats), -1)
    columns = iter(pairs)
    with np.errstate(over="ignore"):
        wide = call.with_inputs([next(columns) if k in call.floats else np.resize(x, pairs.shape[1])
                                 for k, x in enumerate(call.inputs)]).cast(tools.dtypes.by_name(name))
    native, numpy = _both_tiers(wide, monkeypatch)
    if numpy.dtype.kind not in "fV":
        law.same_bits(native, numpy, f"{call} in {name}")
        return
    form = tools.dtypes.finfo(tools.dtypes.from_numpy(numpy.dtype))
    native, numpy = native.astype(np.float64), numpy.astype(np.float64)
    finite = np.isfinite(numpy)
    law.holds(np.array_equal(np.isnan(native), np.isnan(numpy)), f"{call} in {name}: NaN at other places")
    infinite = np.isinf(numpy)
    law.holds(np.array_equal(native[infinite], numpy[infinite]), f"{call} in {name}: infinities elsewhere")
    np.testing.assert_allclose(native[finite], numpy[finite], rtol=16 * form.eps, atol=form.tiny,
                               err_msg=f"{call} in {name}")

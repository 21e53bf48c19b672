"""Tables of sixteen numbers, and scaling by powers of two: the same numbers at any width, on any machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, rounded, scaled
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.table import SIZE, looked_up
from retrograd.codegen.jit import compile_module, compiling_for, host
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import Access, Operand

HERE = host()
MACHINES = {"this machine": HERE}
if HERE.vector_bytes == 64:
    MACHINES["AVX2"] = HERE.without_avx512()
VALUES = tuple(k * k - 7.5 for k in range(SIZE))
COUNT = 64


def applied(function: Callable[[LLVMAlgebra, ir.Value], ir.Value], x: Any, width: int) -> Any:
    """`function` of an array of 64 elements, in vectors of `width`; 0: one by one."""
    module, out = ir.Module("table"), np.empty(COUNT, "f8" if x.dtype == "f8" else "f4")
    kernel = Kernel(module, "f", 2, 1)
    m = LLVMAlgebra(kernel.b, module, "float32", width)
    source, target = (Access(kernel.b, Operand(a.dtype.name, "1"), p, [], iter(()))
                      for a, p in zip((x, out), kernel.pointers))
    with loop(kernel.b, ir.Constant(ir.IntType(64), 0), kernel.integers[0], width or 1) as i:
        value = source.load_lanes(m, [i]) if width else source.load(kernel.b, [i])
        target.store(kernel.b, [i], function(m, value))
    kernel.finish()
    code = compile_module(module, ["f"])
    Table([(code["f"], [x.ctypes.data, out.ctypes.data, COUNT])])()
    return out


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> Iterator[None]:
    target = MACHINES[request.param]
    with nullcontext() if target is HERE else compiling_for(target):
        yield


@pytest.mark.parametrize("width", [0, 2, 4, 8, 16, 32, 64])
def test_every_lane_finds_its_number_whatever_the_width(machine: None, width: int) -> None:
    index = np.random.default_rng(0).integers(-1000, 1000, COUNT, np.int32)
    found = applied(lambda m, i: looked_up(m, "squares", VALUES, i), index, width)
    assert found.tolist() == [VALUES[i % SIZE] for i in index]


@pytest.mark.parametrize("width", [0, 4, 8, 16, 32])
@pytest.mark.parametrize(("dtype", "form", "fraction"), [("f4", FLOAT32, 0), ("f4", FLOAT32, 4),
                                                         ("f8", FLOAT64, 0)])
def test_scaling_rounds_once_from_the_subnormals_to_infinity(machine: None, width: int, dtype: str, form: Any,
                                                             fraction: int) -> None:
    least, most = (-150, 128) if dtype == "f4" else (-1076, 1024)
    n = np.linspace(least, most, COUNT).astype(dtype)
    y = 1.2345678901
    found = applied(lambda m, x: scaled(m, m.like(x, y), rounded(m, x, 1.0, form, fraction), form), n, width)
    nearest = np.floor(np.rint(n.astype("f8") * 2 ** fraction) / 2 ** fraction)
    with np.errstate(over="ignore"):
        expected = [np.dtype(dtype).type(_ldexp(float(np.dtype(dtype).type(y)), int(k))) for k in nearest]
    assert found.tolist() == [float(e) for e in expected]


def _ldexp(y: float, n: int) -> float:
    try:
        return math.ldexp(y, n)
    except OverflowError:
        return math.inf

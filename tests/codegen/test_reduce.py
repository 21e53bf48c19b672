"""Reductions: right against float64, and the same bits whatever is beside them."""

import numpy as np
import pytest
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.jit import compile_module
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.reduce import CHUNK, Reduce, emit_reduce

EXTENTS = (
    (0, 3, 2), (1, 0, 5), (1, 1, 1), (3, 63, 1), (2, 64, 17), (2, 65, 130), (1, 16385, 1), (3, 700, 145))
NESTS = {
    f"{monoid}_{dtype}_{kind}": Reduce((Operand(dtype, strides),), (), monoid, dtype)
    for monoid in ("sum", "max") for dtype in ("float32", "float64", "int64")
    for kind, strides in (("row", "c1"), ("column", "cc1"))
} | {
    "sum_squares_row": Reduce(
        (Operand("float32", "c1"),), (Step(lambda m, x: m.mul(x, x), (0,)),), "sum", "float32"),
    "sum_strided_row": Reduce((Operand("float32", "ss"),), (), "sum", "float32"),
    "sum_strided_column": Reduce((Operand("float32", "sss"),), (), "sum", "float32"),
    "sum_narrow_strip": Reduce((Operand("float32", "cc1"),), (), "sum", "float32", strip=32, vector=8),
    "any_row": Reduce((Operand("bool", "c1"),), (), "max", "bool"),
}


@pytest.fixture(scope="module")
def kernels():
    module = ir.Module("reductions")
    for name, nest in NESTS.items():
        emit_reduce(module, name, nest)
    return compile_module(module, list(NESTS))


def folded(kernels, name, x, strides=(), outer=None, inner=None):
    """x of (outer, folded, inner), reduced over the middle."""
    nest = NESTS[name]
    out = np.full((x.shape[0], x.shape[2]), 77).astype(nest.dtype)
    low, high = outer or (0, x.shape[0])
    extents = [low, high, x.shape[1]]
    if nest.rank == 3:
        extents += [x.shape[2], *(inner or (0, x.shape[2]))]
    Table([(kernels[name], [x.ctypes.data, out.ctypes.data, *extents, *strides])])()
    return out


def data(shape, dtype):
    rng = np.random.default_rng([*shape, len(dtype)])
    if dtype == "int64":
        return rng.integers(-(2**40), 2**40, shape)
    return rng.standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_sums_agree_with_a_wider_sum(kernels, dtype):
    for shape in EXTENTS:
        x = data(shape, dtype)
        wide = np.longdouble if dtype == "float64" else np.float64 if dtype == "float32" else np.int64
        expected = x.astype(wide).sum(1)
        got = folded(kernels, f"sum_{dtype}_" + ("row" if shape[2] == 1 else "column"), x)
        if dtype == "int64":
            assert (got == expected).all()
            continue
        # Terms pass through at most CHUNK additions, a few chunks and a tree of 6: a fraction of the worst
        # case.
        bound = 0.1 * (CHUNK + 10) * np.finfo(dtype).eps * np.abs(x).sum(1) + 1e-300
        assert (np.abs(got - expected) <= bound).all(), shape


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_maxima_are_exact(kernels, dtype):
    for shape in EXTENTS:
        if shape[1] == 0:
            continue
        x = data(shape, dtype)
        got = folded(kernels, f"max_{dtype}_" + ("row" if shape[2] == 1 else "column"), x)
        assert (got == x.max(1)).all(), shape


def test_a_nan_is_the_maximum(kernels):
    x = data((1, 200, 1), "float32")
    x[0, 150] = np.nan
    assert np.isnan(folded(kernels, "max_float32_row", x)).all()


def test_the_fold_of_nothing_is_the_identity(kernels):
    nothing = np.zeros((2, 0, 1), np.float32)
    assert (folded(kernels, "sum_float32_row", nothing) == 0).all()
    assert (folded(kernels, "max_float32_row", nothing) == -np.inf).all()


def test_a_producer_is_applied_before_the_fold(kernels):
    x = data((3, 100, 1), "float32")
    squares = folded(kernels, "sum_squares_row", x)
    assert (squares == folded(kernels, "sum_float32_row", x * x)).all()


def test_bits_depend_neither_on_strides_nor_on_cuts_nor_on_the_strip(kernels):
    x = data((3, 700, 145), "float32")
    whole = folded(kernels, "sum_float32_column", x)
    cut = folded(kernels, "sum_float32_column", x, outer=(1, 3), inner=(16, 99))
    assert (cut[1:, 16:99] == whole[1:, 16:99]).all() and (cut[0] == 77).all() and (cut[:, 99:] == 77).all()
    assert (folded(kernels, "sum_narrow_strip", x) == whole).all()
    turned = np.asfortranarray(x)
    steps = [s // 4 for s in turned.strides]
    assert (folded(kernels, "sum_strided_column", turned, steps) == whole).all()
    row = np.ascontiguousarray(x[:, :, :1])
    assert (folded(kernels, "sum_strided_row", x[:, :, :1], (700 * 145, 145)) ==
            folded(kernels, "sum_float32_row", row)).all()


def test_any_is_the_maximum_of_bools(kernels):
    x = np.zeros((2, 130, 1), bool)
    x[1, 129] = True
    assert folded(kernels, "any_row", x).ravel().tolist() == [False, True]

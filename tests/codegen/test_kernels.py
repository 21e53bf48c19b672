"""Kernels are found by what describes them."""

import numpy as np

from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.driver import Table
from retrograd.codegen.jit import host
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise

ONE = Operand("float32", "1")


def doubled(name="", factor=2.0):
    return Pointwise((ONE,), (Step(lambda m, x: m.mul(x, factor), (0,), name),), (Output(1, ONE),))


def test_a_described_kernel_runs():
    x, out = np.arange(5, dtype=np.float32), np.empty(5, np.float32)
    Table([(address_of(doubled()), [x.ctypes.data, out.ctypes.data, 0, 5])])()
    assert (out == 2 * x).all()


def test_equal_descriptions_share_one_kernel():
    assert address_of(doubled("mul:2")) == address_of(doubled("mul:2"))
    assert address_of(doubled()) == address_of(doubled())
    assert address_of(doubled("mul:2")) != address_of(doubled("mul:3", 3.0))
    tile = default_tile(host(), "float32")
    assert address_of(Gemm(tile)) == address_of(Gemm(tile))


def test_what_a_kernel_takes_is_listed():
    matrix, row = Operand("float32", "s1"), Operand("float32", "01")
    nest = Pointwise((matrix, row), (), (Output(0, Operand("float32", "c1")),))
    assert nest.parameters() == ("in0", "in1", "out0", "begin", "end", "n1", "in0.stride0")

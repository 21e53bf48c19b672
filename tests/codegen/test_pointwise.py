"""Loop nests of scalar functions: every stride letter, sizes 0 and 1, cuts, in-place, several outputs."""

import numpy as np
import pytest
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.jit import compile_module, host
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise, emit_pointwise, vector_of

F = "float32"
ADD = Step(lambda m, x, y: m.add(x, y), (0, 1))
NESTS = {
    "row": Pointwise((Operand(F, "c1"), Operand(F, "01")), (ADD,), (Output(2, Operand(F, "c1")),)),
    "column": Pointwise((Operand(F, "c1"), Operand(F, "10")), (ADD,), (Output(2, Operand(F, "c1")),)),
    "strided": Pointwise((Operand(F, "ss"), Operand(F, "00")), (ADD,), (Output(2, Operand(F, "ss")),)),
    "cube": Pointwise((Operand(F, "cc1"), Operand(F, "0s0")), (ADD,), (Output(2, Operand(F, "cc1")),)),
    "scaled": Pointwise(
        (Operand(F, "1"), Operand("float64", "0")),
        (Step(lambda m, s: m.cast(s, "float32"), (1,)), Step(lambda m, x, s: m.mul(x, s), (0, 2))),
        (Output(3, Operand(F, "1"), inplace=0),)),
    "two": Pointwise(
        (Operand(F, "1"), Operand(F, "1")),
        (ADD, Step(lambda m, x, y: m.gt(x, y), (2, 0)), Step(lambda m, c, x: m.select(c, x, 0.0), (3, 2))),
        (Output(4, Operand(F, "1")), Output(3, Operand("bool", "1")))),
}
SHAPES = ((0, 3), (3, 0), (1, 1), (2, 17), (5, 64))


@pytest.fixture(scope="module")
def kernels():
    module = ir.Module("nests")
    for name, nest in NESTS.items():
        emit_pointwise(module, name, nest)
    return compile_module(module, list(NESTS))


def run(kernels, name, arrays, *integers):
    values = [a.ctypes.data for a in arrays] + list(integers)
    assert len(values) == len(NESTS[name].parameters())
    Table([(kernels[name], values)])()


def normal(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(F)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_and_columns_are_broadcast(kernels, shape):
    x, row, column, out = normal(*shape), normal(shape[1]), normal(shape[0], 1), np.empty(shape, F)
    run(kernels, "row", (x, row, out), 0, *shape)
    assert (out == x + row).all()
    run(kernels, "column", (x, column, out), 0, *shape)
    assert (out == x + column).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_any_strides_are_walked(kernels, shape):
    x, one, out = normal(2 * shape[1] + 1, shape[0] + 1), normal(1), np.zeros((shape[1], shape[0]), F)
    view = x.T[:shape[0], 1::2]
    run(kernels, "strided", (view, one, out), 0, *shape, *(s // 4 for s in view.strides), 1, shape[0])
    assert (out.T == view + one).all()


def test_three_axes_with_a_broadcast_in_the_middle(kernels):
    x, middle, out = normal(3, 4, 5), normal(8), np.empty((3, 4, 5), F)
    run(kernels, "cube", (x, middle, out), 0, 3, 4, 5, 2)
    assert (out == x + middle[::2, None]).all()


def test_numbers_are_read_when_the_kernel_runs_and_results_may_replace_an_input(kernels):
    x, scale = normal(100), np.array([0.1])
    expected = x * np.float32(0.1)
    run(kernels, "scaled", (x, scale), 0, 100)
    assert (x == expected).all()
    scale[0] = 2.0
    run(kernels, "scaled", (x, scale), 0, 100)
    assert (x == 2 * expected).all()


def test_one_loop_stores_several_values(kernels):
    x, y, out, mask = normal(77), -normal(1, 77)[0], np.empty(77, F), np.empty(77, bool)
    run(kernels, "two", (x, y, out, mask), 0, 77)
    assert (mask == (x + y > x)).all() and (out == np.where(mask, x + y, 0)).all()


def test_work_can_be_cut_anywhere(kernels):
    x, row, out = normal(5, 64), normal(64), np.zeros((5, 64), F)
    run(kernels, "row", (x, row, out), 1, 3, 64)
    assert (out[1:3] == (x + row)[1:3]).all() and not out[0].any() and not out[3:].any()


def test_fused_bits_are_those_of_the_steps_one_by_one():
    chain = (
        Step(lambda m, x: m.mul(x, 3.0), (0,)), Step(lambda m, x, y: m.add(x, y), (1, 0)),
        Step(lambda m, x: m.tanh(x), (2,)), Step(lambda m, x, y: m.sub(x, y), (3, 1)))
    module = ir.Module("fusion")
    one = Operand(F, "1")
    emit_pointwise(module, "fused", Pointwise((one,), chain, (Output(4, one),)))
    emit_pointwise(module, "held", Pointwise((one,), chain, tuple(Output(i, one) for i in (1, 2, 3, 4))))
    for i, step in enumerate(chain):
        count = len(step.arguments)
        nest = Pointwise((one,) * count, (Step(step.lower, tuple(range(count))),), (Output(count, one),))
        emit_pointwise(module, f"step{i}", nest)
    addresses = compile_module(module, ["fused", "held", *(f"step{i}" for i in range(4))])
    values = [normal(1001)]
    for i, step in enumerate(chain):
        values.append(np.empty(1001, F))
        arrays = [values[j].ctypes.data for j in step.arguments]
        Table([(addresses[f"step{i}"], [*arrays, values[-1].ctypes.data, 0, 1001])])()
    fused, held = np.empty(1001, F), [np.empty(1001, F) for _ in range(4)]
    Table([(addresses["fused"], [values[0].ctypes.data, fused.ctypes.data, 0, 1001]),
           (addresses["held"], [values[0].ctypes.data, *(h.ctypes.data for h in held), 0, 1001])])()
    assert (fused == values[-1]).all()
    assert all((h == v).all() for h, v in zip(held, values[1:]))


def test_numbers_of_the_user_do_not_narrow_the_vectors():
    """They lie in slots of 64 bits, whatever they are computed with."""
    narrow, number = Operand(F, "1"), Operand("float64", "0")
    assert vector_of([narrow, number, narrow]) == vector_of([narrow]) == host().lanes(F)
    assert vector_of([narrow, Operand("float64", "1")]) == host().lanes("float64")

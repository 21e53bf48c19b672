"""The scalar algebra: exactly as NumPy. How far exp and its kin are from the truth: test_accuracy.py."""

import math

import numpy as np
import pytest
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.emit.probe import result_dtype
from retrograd.codegen.jit import assembly, compile_module, host
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise, emit_pointwise
from retrograd.ops.flops import count

FLOATS = ("float32", "float64")
TRANSCENDENTAL = (
    "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "tan", "rsqrt")
ARITHMETIC = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, "remainder": np.remainder, "floor_div": np.floor_divide, "eq": np.equal,
    "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor,
    "and_": np.bitwise_and, "or_": np.bitwise_or, "xor": np.bitwise_xor,
    "neg": np.negative, "abs": np.abs, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc,
    "round": np.round, "sign": np.sign, "isnan": np.isnan, "logical_not": np.logical_not, "not_": np.invert,
}
UNARY = list(ARITHMETIC)[-11:]
SPECIAL = [
    0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, 1.5, 2.5, -2.5, 1e-310, 1e-40, -1e-40,
    3e38, 7.0, -7.0]


def lowering(name):
    if name in UNARY or name in TRANSCENDENTAL:
        return lambda m, x: getattr(m, name)(x)
    return lambda m, x, y: getattr(m, name)(x, y)


def cases():
    for dtype in (*FLOATS, "int32", "int64", "bool"):
        for name in (*ARITHMETIC, *TRANSCENDENTAL, "pow"):
            arity = 1 if name in UNARY or name in TRANSCENDENTAL else 2
            result = result_dtype(lowering(name), (dtype,) * arity)
            if result is not None:
                yield name, dtype, arity, result


CASES = {f"{name}_{dtype}": (name, dtype, arity, result) for name, dtype, arity, result in cases()}


@pytest.fixture(scope="module")
def kernels():
    module = ir.Module("algebra")
    for key, (name, dtype, arity, result) in CASES.items():
        step = Step(lowering(name), tuple(range(arity)))
        output = Output(arity, Operand(result, "1"))
        emit_pointwise(module, key, Pointwise((Operand(dtype, "1"),) * arity, (step,), (output,)))
    return compile_module(module, list(CASES))


def computed(kernels, key, *inputs):
    out = np.empty(inputs[0].shape, CASES[key][3])
    Table([(kernels[key], [*(x.ctypes.data for x in inputs), out.ctypes.data, 0, out.size])])()
    return out


@pytest.mark.parametrize("name", ["tanh", "expm1", "log1p", "sin", "tan"])
def test_zero_keeps_its_sign_and_tiny_arguments_their_bits(kernels, name):
    x = np.array([0.0, -0.0, 1e-45, -1e-45, 1e-30], np.float32)
    got = computed(kernels, f"{name}_float32", x)
    assert (got == x).all() and (np.signbit(got) == np.signbit(x)).all()


@pytest.mark.parametrize("key", [k for k, c in CASES.items() if c[0] in ARITHMETIC])
def test_arithmetic_has_the_bits_of_numpy(kernels, key):
    name, dtype, arity, result = CASES[key]
    rng = np.random.default_rng(9)
    if dtype == "bool":
        x, y = np.repeat([False, True], 2), np.tile([False, True], 2)
    elif dtype in FLOATS:
        values = np.array([*SPECIAL, *rng.uniform(-9, 9, 60)]).astype(dtype)
        x, y = np.repeat(values, values.size), np.tile(values, values.size)
    else:
        limits = np.iinfo(dtype)
        edges = [0, 1, -1, 2, -2, 3, -3, 7, -7, limits.min, limits.max]
        values = np.array([*edges, *rng.integers(-99, 99, 30)], dtype)
        x, y = np.repeat(values, values.size), np.tile(values, values.size)
    with np.errstate(all="ignore"):
        expected = ARITHMETIC[name](*(x, y)[:arity]).astype(result)
    got = computed(kernels, key, *(x, y)[:arity])
    same = (got == expected) | ((got != got) & (expected != expected))
    assert same.all(), (x[~same][:5], y[~same][:5], got[~same][:5], expected[~same][:5])


def test_casts_truncate_saturate_and_know_bool():
    chain = Pointwise(
        (Operand("float32", "1"),),
        (Step(lambda m, x: m.cast(x, "int32"), (0,)), Step(lambda m, x: m.cast(x, "bool"), (0,)),
         Step(lambda m, b: m.cast(b, "float64"), (2,)), Step(lambda m, x: m.guarded_mul(x, math.inf), (0,))),
        tuple(Output(i, Operand(d, "1")) for i, d in enumerate(("int32", "bool", "float64", "float32"), 1)))
    module = ir.Module("casts")
    emit_pointwise(module, "casts", chain)
    x = np.array([1.9, -1.9, 0.0, -0.0, np.nan, 3e9, -np.inf], np.float32)
    outs = [np.empty(7, o.operand.dtype) for o in chain.outputs]
    Table([(compile_module(module, ["casts"])["casts"], [a.ctypes.data for a in (x, *outs)] + [0, 7])])()
    assert outs[0].tolist() == [1, -1, 0, 0, 0, 2**31 - 1, -(2**31)]
    assert outs[1].tolist() == outs[2].tolist() == [True, True, False, False, True, True, True]
    assert outs[3][2:4].tolist() == [0, 0] and np.isnan(outs[3][4])


def test_loops_are_vectorised_to_full_width():
    if host().vector_bytes != 64:
        pytest.skip("looks for the registers of AVX-512")
    module = ir.Module("width")
    for name in ("exp", "log", "tanh", "sin"):
        one = Operand("float32", "1")
        emit_pointwise(module, name, Pointwise((one,), (Step(lowering(name), (0,)),), (Output(1, one),)))
    text = assembly(module)
    for body in text.split(".body:")[1:]:
        assert body.split(".Lfunc_end")[0].count("%zmm") > 40


def test_flops_are_counted_by_the_same_lambdas():
    assert count(lambda m, x, y: m.add(m.mul(x, y), 1.0), 2) == 2
    assert count(lambda m, x: m.select(m.gt(x, 0), x, m.const(0.0)), 1) == 1
    for name, _, arity, _ in CASES.values():
        assert count(lowering(name), arity) >= 0

"""Products as programs run them: every layout, batch and shape, without a trace of it in the bits."""

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from retrograd.base import dtype as dt
from retrograd.codegen.compile_graph import compile_graph
from retrograd.codegen.contract.gemm import Gemm, emit_gemm
from retrograd.codegen.contract.matvec import emit_matvec, matvec_kernel
from retrograd.codegen.contract.pack import Pack, emit_pack
from retrograd.codegen.contract.plan import Side, plan_product
from retrograd.codegen.contract.tile import K_BLOCK, crossed_tile, default_tile, low_tile
from retrograd.codegen.jit import Target
from retrograd.codegen.kinds import kind_of
from retrograd.graph.node import leaf
from retrograd.ops.contract import matmul
from retrograd.ops.linear import expand, permute, slice_, swap_last

SHAPES = [
    (1, 1, 1), (1, 5, 3), (5, 1, 3), (1, 8, 20), (1, 1100, 50), (70, 1030, 1), (1, 20, 300), (2, 33, 64),
    (4, 17, 40), (5, 7, 3), (3, K_BLOCK + 5, 20), (37, 50, 70), (97, 128, 512), (512, 130, 97),
    (70, 33, 2), (40, 3, 130), (1, 1, 7), (7, 1, 1), (1, 6, 1),
]
AVX512 = Target("", "", 64, 32)
AVX2 = Target("", "", 32, 16)
NEON = Target("", "", 16, 32)


def run(build, *arrays):
    leaves = [leaf(a, getattr(dt, str(a.dtype))) for a in arrays]
    out = build(*leaves)
    return compile_graph([out], leaves, [], None).run(list(arrays), [])[0]


def numbers(*shape, dtype="float32"):
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(dtype)


def within_rounding(got, a, b):
    """k roundings of half an ulp each, of terms no larger than the sum of magnitudes."""
    wide = np.float64 if a.dtype == np.float32 else np.longdouble
    bound = 0.5 * (a.shape[-1] + 1) * np.finfo(a.dtype).eps * (np.abs(a) @ np.abs(b))
    return bool((np.abs(got - a.astype(wide) @ b.astype(wide)) <= bound).all())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_bits_depend_on_no_layout_of_the_operands(shape, dtype):
    m, k, n = shape
    a, b = numbers(m, k, dtype=dtype), numbers(k, n, dtype=dtype)
    plain = run(matmul, a, b)
    assert within_rounding(plain, a, b)
    at, bt = np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)
    assert (run(lambda x, y: matmul(swap_last(x), y), at, b) == plain).all()
    assert (run(lambda x, y: matmul(x, swap_last(y)), a, bt) == plain).all()
    assert (run(lambda x, y: matmul(swap_last(x), swap_last(y)), at, bt) == plain).all()
    wide = np.repeat(b, 2, axis=1)
    assert (run(lambda x, y: matmul(x, slice_(y, (0, 0), (k, 2 * n), (1, 2))), a, wide) == plain).all()
    wide = np.repeat(a, 3, axis=1)
    assert (run(lambda x, y: matmul(slice_(x, (0, 0), (m, 3 * k), (1, 3)), y), wide, b) == plain).all()


@pytest.mark.parametrize("m, n", [(5, 7), (1, 7), (5, 1)])
def test_batches_are_read_where_they_lie(m, n):
    a, b = numbers(2, m, 3, 9), numbers(3, 9, n)
    # As attention reads heads: the batch is two axes that no single stride walks; and one operand is shared.
    heads = a.transpose(0, 2, 1, 3)
    got = run(lambda x, y: matmul(permute(x, (0, 2, 1, 3)), expand(y, (2, 3, 9, n), (0,))), a, b)
    assert (got == run(matmul, np.ascontiguousarray(heads), np.stack([b, b]))).all()
    assert within_rounding(got, heads, b)


def test_three_axes_of_a_batch_that_do_not_merge():
    a, b = numbers(4, 3, 2, 5, 6), numbers(2, 3, 4, 6, 5)
    got = run(lambda x, y: matmul(permute(x, (2, 1, 0, 3, 4)), y), a, b)
    assert within_rounding(got, a.transpose(2, 1, 0, 3, 4), b)


def test_one_matrix_for_a_whole_batch_is_one_tall_product():
    a, b = numbers(6, 5, 9), numbers(9, 40)
    got = run(lambda x, y: matmul(x, expand(y, (6, 9, 40), (0,))), a, b)
    assert (got == run(matmul, a.reshape(30, 9), b).reshape(6, 5, 40)).all()


def test_a_zero_and_a_nan_meet_only_their_own_sums():
    a, b = numbers(3, 20), numbers(20, 18)
    a[1, 19], b[19, 17] = np.nan, np.inf
    got = run(lambda x, y: matmul(x, swap_last(y)), a, np.ascontiguousarray(b.T))
    assert np.isnan(got[1]).all() and np.isinf(got[[0, 2], 17]).all() and np.isfinite(got[[0, 2], :17]).all()


def test_the_planner_puts_into_the_lanes_what_costs_less():
    def plan(a, b, k):
        return plan_product(Side(*a), Side(*b), k, "float32", AVX512)

    plain = plan((64, 260, 1), (784, 1, 784), 256)
    assert not (plain.turned or plain.crossed or plain.pack_rows or plain.pack_columns)
    assert plan((64, 784, 1), (256, 784, 1), 784).turned                    # x @ W.T: x is smaller to pack
    assert plan((4, 784, 1), (256, 784, 1), 784).crossed
    square = plan((1024, 1024, 1), (1024, 1, 1024), 1024)               # both fall into few sets of a cache
    assert square.pack_rows and square.pack_columns
    assert plan((1000, 1, 1000), (1000, 1000, 1), 1000).turned              # A.T @ B.T needs no transposing


@pytest.mark.parametrize("target, rows", [(AVX512, 12), (AVX2, 6), (NEON, 12)])
def test_tiles_follow_the_registers_of_the_machine(target, rows):
    for dtype in ("float32", "float64"):
        tile = default_tile(target, dtype)
        assert tile.rows == rows and tile.lanes == target.lanes(dtype)
        # Sums, a row of B and one broadcast fit; a crossed tile holds a square of B as well.
        assert tile.rows * tile.vectors + tile.vectors + 1 <= target.vector_registers
        for few in (1, 2, 3, 4):
            low = low_tile(target, dtype, few)
            assert low.rows == few and low.rows * low.vectors + 2 <= target.vector_registers


@pytest.mark.parametrize("target", [AVX2, NEON], ids=["avx2", "neon"])
def test_kernels_compile_for_other_machines(target):
    module = ir.Module("other")
    tile = default_tile(target, "float32")
    emit_gemm(module, "gemm", Gemm(tile))
    emit_gemm(module, "crossed", Gemm(crossed_tile(target, "float32", 2), crossed=True))
    emit_pack(module, "pack", Pack("float32", tile.width, tile.lanes))
    emit_matvec(module, "along", matvec_kernel(target, "float32", along=True))
    emit_matvec(module, "across", matvec_kernel(target, "float32", along=False))
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    triple, cpu = ("x86_64-linux-gnu", "haswell") if target is AVX2 else ("aarch64-linux-gnu", "neoverse-n1")
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, opt=2)
    parsed = llvm.parse_assembly(str(module))
    parsed.triple, parsed.data_layout = triple, str(machine.target_data)
    text = machine.emit_assembly(parsed)
    assert ("vfmadd" in text and "%ymm" in text) if target is AVX2 else "fmla" in text
    assert machine.emit_object(parsed)


def test_a_product_has_a_kernel():
    a, b = (leaf(numbers(3, 3), dt.float32) for _ in range(2))
    assert kind_of(matmul(a, b)) == "product"


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("shape", [(37, 50, 70), (3, 600, 20), (1, 1030, 50), (70, 30, 1), (4, 3, 5)])
def test_integers_wrap_around_as_in_numpy(shape, dtype):
    m, k, n = shape
    rng = np.random.default_rng(k)
    a, b = (rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, size, dtype) for size in ((m, k), (k, n)))
    assert (run(matmul, a, b) == a @ b).all()
    assert (run(lambda x, y: matmul(x, swap_last(y)), a, np.ascontiguousarray(b.T)) == a @ b).all()

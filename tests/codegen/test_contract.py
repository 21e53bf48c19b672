"""Products of matrices: right at every size, and the same bits for every layout, tile and cut."""

import numpy as np
import pytest
from llvmlite import ir

from retrograd.codegen.contract.gemm import Gemm, emit_gemm
from retrograd.codegen.contract.pack import Pack, emit_pack
from retrograd.codegen.contract.tile import K_BLOCK, Tile, crossed_tile, default_tile, low_tile
from retrograd.codegen.driver import Table
from retrograd.codegen.jit import compile_module, host

SIZES = (
    (0, 3, 4), (3, 0, 4), (3, 4, 0), (1, 1, 1), (5, 7, 3), (13, 40, 33), (25, K_BLOCK + 1, 70), (48, 64, 64))
TILES = {
    "float32": default_tile(host(), "float32"),
    "float64": default_tile(host(), "float64"),
    # As a machine with 16-byte vectors would have it.
    "narrow": Tile(6, 2, 4, "float32"),
}

LOW = {f"{name}{rows}": of(host(), "float32", rows)
       for name, of in (("low", low_tile), ("crossed", crossed_tile)) for rows in (2, 3, 4)}


@pytest.fixture(scope="module")
def kernels():
    module = ir.Module("products")
    names = []
    for name, tile in TILES.items():
        emit_gemm(module, f"gemm_{name}", Gemm(tile))
        emit_pack(module, f"pack_{name}", Pack(tile.dtype, tile.width, tile.lanes))
        names += [f"gemm_{name}", f"pack_{name}"]
    tile = TILES["float32"]
    emit_pack(module, "pack_rows", Pack("float32", tile.rows, tile.lanes))
    names += ["pack_rows"]
    for name, tile in LOW.items():
        emit_gemm(module, name, Gemm(tile, crossed=name.startswith("crossed")))
    return compile_module(module, [*names, *LOW])


def strides(x):
    return [s // x.itemsize for s in x.strides]


def product(kernels, a, b, name, pack=False, cuts=((0, None),)):
    """a (batch, m, k) times b (batch, k, n)."""
    tile = TILES.get(name) or LOW[name]
    (batch, m, k), n = a.shape, b.shape[2]
    c = np.full((batch, m, n), np.nan, a.dtype)
    (a_batch, a_row, a_depth), (b_batch, b_depth, b_lane) = strides(a), strides(b)
    panel, calls = tile.width, []
    if pack:
        count = -(-n // tile.width) * tile.width * k
        panels = np.full(batch * count, np.nan, a.dtype)
        calls.append((kernels[f"pack_{name}"], [
            b.ctypes.data, panels.ctypes.data, 0, batch, 0, n, k, batch, 0, b_batch, b_lane, b_depth,
            0, count, k]))
        b, b_batch, panel, b_depth = panels, count, tile.width * k, tile.width
    elif name.startswith("crossed"):
        panel, b_depth = tile.width * b_lane, b_lane
    for begin, end in cuts:
        calls.append((kernels[name if name in LOW else f"gemm_{name}"], [
            a.ctypes.data, b.ctypes.data, c.ctypes.data, 0, batch, begin, m if end is None else end, 0, n, k,
            batch, 0, a_batch, tile.rows * a_row, a_row, a_depth, 0, b_batch, panel, b_depth, m * n, n,
            0, 0]))
    Table(calls)()
    return c


def operands(m, k, n, dtype="float32", batch=2):
    rng = np.random.default_rng(m * 10_000 + k * 100 + n)
    return rng.standard_normal((batch, m, k)).astype(dtype), rng.standard_normal((batch, k, n)).astype(dtype)


def turned(x):
    """The same matrices with their two axes swapped in memory."""
    return np.ascontiguousarray(x.swapaxes(1, 2)).swapaxes(1, 2)


@pytest.mark.parametrize("name", TILES)
@pytest.mark.parametrize("size", SIZES)
def test_products_agree_with_a_wider_product(kernels, size, name):
    a, b = operands(*size, dtype=TILES[name].dtype)
    got = product(kernels, a, b, name)
    wide = np.float64 if a.dtype == np.float32 else np.longdouble
    expected = a.astype(wide) @ b.astype(wide)
    # k roundings of half an ulp each, of terms no larger than the sum of magnitudes.
    bound = 0.5 * (size[1] + 1) * np.finfo(a.dtype).eps * (np.abs(a) @ np.abs(b))
    assert got.shape == expected.shape and (np.abs(got - expected) <= bound).all()


@pytest.mark.parametrize("size", SIZES)
def test_bits_depend_neither_on_layout_nor_on_packing_nor_on_the_tile(kernels, size):
    a, b = operands(*size)
    plain = product(kernels, a, b, "float32")
    for a_, b_ in ((a, b), (turned(a), b), (a, turned(b)), (turned(a), turned(b))):
        assert (product(kernels, a_, b_, "float32", pack=True) == plain).all()
    assert (product(kernels, a, b, "narrow") == plain).all()
    assert (product(kernels, turned(a), b, "float32") == plain).all()
    assert (product(kernels, a[:, ::-1], b, "float32")[:, ::-1] == plain).all()


@pytest.mark.parametrize("size", SIZES)
def test_a_product_stored_transposed_has_the_same_bits(kernels, size):
    m, k, n = size
    a, b = operands(*size, batch=1)
    tile = TILES["float32"]
    # The kernel's rows are the columns of b and its lanes the rows of a: c is written as c[lane, row].
    c = np.full((m, n), np.nan, np.float32)
    left, right = np.ascontiguousarray(b[0].T), np.ascontiguousarray(a[0].T)
    Table([(kernels["gemm_float32"], [
        left.ctypes.data, right.ctypes.data, c.ctypes.data, 0, 1, 0, n, 0, m, k, 1,
        0, 0, tile.rows * k, k, 1, 0, 0, tile.width, m, 0, n, 1, 0])])()
    assert (c == product(kernels, a, b, "float32")[0]).all()


def test_packed_rows_are_read_as_well(kernels):
    a, b = operands(25, 40, 33, batch=1)
    tile, m, k, n = TILES["float32"], 25, 40, 33
    panels = np.full(-(-m // tile.rows) * tile.rows * k, np.nan, np.float32)
    c = np.full((1, m, n), np.nan, np.float32)
    Table([
        (kernels["pack_rows"], [a.ctypes.data, panels.ctypes.data, 0, 1, 0, m, k, 1, 0, 0, k, 1, 0, 0, k]),
        (kernels["gemm_float32"], [panels.ctypes.data, b.ctypes.data, c.ctypes.data, 0, 1, 0, m, 0, n, k, 1,
                                   0, 0, tile.rows * k, 1, tile.rows, 0, 0, tile.width, n, 0, n, 0, 0]),
    ])()
    assert (c == product(kernels, a, b, "float32")).all()


def test_bits_do_not_depend_on_where_rows_are_cut(kernels):
    a, b = operands(48, 64, 64)
    rows = TILES["float32"].rows
    cut = product(kernels, a, b, "float32", cuts=((2 * rows, 48), (0, rows), (rows, 2 * rows)))
    assert (cut == product(kernels, a, b, "float32")).all()


def test_nothing_outside_the_product_is_written(kernels):
    a, b = operands(5, 7, 3, batch=1)
    tile = TILES["float32"]
    c = np.full((8, 20), 9, np.float32)
    Table([(kernels["gemm_float32"], [
        a.ctypes.data, b.ctypes.data, c.ctypes.data, 0, 1, 0, 5, 0, 3, 7, 1,
        0, 0, tile.rows * 7, 7, 1, 0, 0, tile.width, 3, 0, 20, 0, 0])])()
    assert (c[5:] == 9).all() and (c[:, 3:] == 9).all() and (c[:5, :3] != 9).all()


@pytest.mark.parametrize("name", LOW)
@pytest.mark.parametrize("size", SIZES)
def test_low_tiles_and_columns_turned_on_the_way_have_the_same_bits(kernels, size, name):
    a, b = operands(*size)
    plain = product(kernels, a, b, "float32")
    assert (product(kernels, a, turned(b) if name.startswith("crossed") else b, name) == plain).all()

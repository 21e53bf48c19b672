"""Elements moved to and from places: native programs against NumPy and PyTorch, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.base.errors import IndexRangeError
from retrograd.codegen.compile_graph import describe
from retrograd.engine import program as engine_program
from retrograd.engine.program import programs
from retrograd.nn import functional as F

DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs too small to be worth a kernel get one all the same, and no program is remembered."""
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)


def _made(rng: Any, shape: tuple[int, ...], dtype: str) -> Any:
    t = rg.from_numpy(rng.integers(0, 100, shape)).to(getattr(rg, dtype))
    rg.synchronize()
    return t


def _whole(t: Any) -> Any:
    return t.detach().to(rg.float64).numpy()


def _native(t: Any) -> Any:
    assert "numpy" not in describe([t.node]), describe([t.node])
    return _whole(t)


# ---------------------------------------------------------------- boxes
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_parts_are_joined_along_any_axis(rng: Any, axis: int, dtype: str) -> None:
    parts = [_made(rng, tuple(n if d == axis else s for d, s in enumerate((3, 4, 5))), dtype)
             for n in (1, 0, 3)]
    expected = np.concatenate([_whole(p) for p in parts], axis)
    got = rg.cat(parts, axis)
    assert got.dtype == getattr(rg, dtype) and np.array_equal(_native(got), expected)


def test_views_are_joined_without_a_copy_first(rng: Any) -> None:
    x = _made(rng, (6, 8), "float32")
    got = rg.cat([x.t(), x[::2].t(), x.flip(0).t(), x[:1].expand(3, 8).t()], 1)
    a = _whole(x)
    assert describe([got.node]).count("\n") == 0
    assert np.array_equal(_native(got), np.concatenate([a.T, a[::2].T, a[::-1].T, a[[0, 0, 0]].T], 1))


def test_a_number_seen_as_an_array_can_be_joined(rng: Any) -> None:
    x = _made(rng, (2, 3), "float32") + 1
    assert np.array_equal(_native(rg.cat([x, rg.zeros(1, 3), rg.full((1, 3), 2.5)])),
                          np.concatenate([_whole(x), np.zeros((1, 3)), np.full((1, 3), 2.5)]))


@pytest.mark.parametrize("pads", [(0, 0, 1, 0), (2, 3, 0, 1), (1, 1, 1, 1, 1, 1), (0, 5)])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 1, 1), (3, 1, 17)])
def test_zeros_are_put_around(rng: Any, shape: tuple[int, ...], pads: tuple[int, ...]) -> None:
    x = _made(rng, shape, "float32") + 1
    widths = [(0, 0)] * (3 - len(pads) // 2) + [pads[k:k + 2] for k in range(len(pads) - 2, -1, -2)]
    assert np.array_equal(_native(F.pad(x, pads)), np.pad(_whole(x), widths))


def test_a_strided_slice_leads_back_to_zeros_between(rng: Any) -> None:
    x = rg.tensor(rng.standard_normal((5, 7)).astype("f4"), requires_grad=True)
    (x[1::2, ::3] * 2).sum().backward()
    expected = np.zeros((5, 7), "f4")
    expected[1::2, ::3] = 2
    assert np.array_equal(x.grad.numpy(), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_slice_is_replaced(rng: Any, dtype: str) -> None:
    x = rg.cat([_made(rng, (5, 6), dtype)])
    expected = _whole(x).copy()
    v = _made(rng, (2, 2), dtype)
    x[1:5:3, ::3] = v
    expected[1:5:3, ::3] = _whole(v)
    assert np.array_equal(_whole(x), expected)


# ---------------------------------------------------------------- indices
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_are_taken_along_any_axis(rng: Any, axis: int, dtype: str) -> None:
    x, i = _made(rng, (4, 5, 6), dtype), rng.integers(0, 4, (3,))
    got = rg.index_select(x, axis, rg.tensor(i) + 0)
    assert np.array_equal(_native(got), np.take(_whole(x), i, axis))


def test_slices_of_views_are_taken_in_place(rng: Any) -> None:
    x, i = _made(rng, (9, 8), "float32"), rng.integers(0, 4, (2, 3))
    got = x.t()[::2][rg.tensor(i)]
    assert np.array_equal(_native(got), _whole(x).T[::2][i])


@pytest.mark.parametrize("axis", [0, 1])
def test_one_place_an_element(rng: Any, torch: Any, axis: int) -> None:
    x, i = rng.standard_normal((7, 9)).astype("f4"), rng.integers(0, 7, (4, 6))
    ours, theirs = rg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    (a := rg.gather(ours, axis, rg.tensor(i))).square().sum().backward()
    (b := torch.gather(theirs, axis, torch.tensor(i))).square().sum().backward()
    assert np.array_equal(a.detach().numpy(), b.detach().numpy())
    # sums of at most 28 terms; the order may differ
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=28 * 2**-24)


@pytest.mark.parametrize("shape", [(11, 1), (11, 5), (11, 64), (1, 3)])
@pytest.mark.parametrize("count", [1, 2, 300])
def test_rows_are_added_in_the_order_of_their_positions(rng: Any, shape: tuple[int, int], count: int) -> None:
    i, v = rng.integers(0, shape[0], count), rng.standard_normal((count, shape[1])).astype("f4")
    table = rg.zeros(*shape, requires_grad=True)
    (F.embedding(rg.tensor(i), table) * rg.tensor(v)).sum().backward()
    expected = np.zeros(shape, "f4")
    for k, row in zip(i, v):
        expected[k] += row
    assert table.grad.numpy().tobytes() == expected.tobytes()


def test_rows_are_replaced_and_the_last_wins(rng: Any) -> None:
    x, v = _made(rng, (6, 3), "float32"), _made(rng, (4, 3), "float32")
    y = x + 0
    y[rg.tensor([5, 0, 5, 2])] = v
    expected = _whole(x).copy()
    expected[[5, 0, 5, 2]] = _whole(v)
    assert np.array_equal(_whole(y), expected)


@pytest.mark.parametrize("bad", [5, -6, 2**40])
@pytest.mark.parametrize("read", [
    lambda x, i: x[i], lambda x, i: rg.gather(x, 0, i[:, None].expand(3, 2)),
    lambda x, i: rg.zeros(5, 2).index_add(0, i, x[:3]),
    lambda x, i: rg.zeros(5, 2).scatter_add(0, i[:, None].expand(3, 2), x[:3])],
    ids=["take", "gather", "scatter", "add_at"])
def test_an_index_out_of_range_is_the_same_error_in_either_tier(read: Any, bad: int,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for jit in (True, False):
        monkeypatch.setattr(config, "jit", jit)
        programs._programs.clear()
        x = rg.ones(5, 2)
        y = read(x * 2, rg.tensor([0, bad, 7]) * 1)         # computed: nobody knows the index before
        with pytest.raises(IndexRangeError) as caught:
            y.sum().item()
        said.append(str(caught.value))
        assert __file__ in said[-1] and "is out of range for an axis of size 5" in said[-1]
    assert said[0] == said[1]


# ---------------------------------------------------------------- long rows
@pytest.mark.parametrize("dtype", ("float32", "bfloat16", "int8", "bool"))
def test_long_rows_are_copied_wherever_they_lie(rng: Any, dtype: str) -> None:
    table, places = _made(rng, (9, 2, 700), dtype), rng.integers(0, 9, (4, 3))
    a, index = _whole(table), rg.tensor(places)
    assert np.array_equal(_native(table[index]), a[places])
    assert np.array_equal(_native(table[2:, :1][index % 7]), a[2:, :1][places % 7])
    assert np.array_equal(_native(rg.cat([table[index[0]], table], 0)), np.concatenate([a[places[0]], a]))
    assert np.array_equal(_native(table[:1].expand(9, 2, 700)[index]), a[[0] * 9][places])
    with pytest.raises(IndexRangeError, match="index 9"):
        rg.index_select(table, 0, index[0] * 0 + 9).tolist()


@pytest.mark.parametrize("shape, pads", [
    ((5,), (1, 2)), ((3, 40), (0, 0, 2, 1)), ((2, 3, 7), (1, 1)), ((2, 3, 4, 33), (20, 50, 1, 0)),
    ((2, 3, 4, 70), (1, 15, 2, 2)), ((2, 2, 3, 4, 5), (1, 2, 0, 1, 2, 0)),
    ((2, 1, 3, 2, 4, 5), (1, 1, 1, 1, 1, 1)),
    ((2, 2, 2, 2, 3), (1, 0, 0, 1, 1, 1, 2, 0)), ((1, 1, 17, 16), (0, 1, 1, 0))])
@pytest.mark.parametrize("dtype", ("float32", "float64", "int16"))
def test_borders_are_numpys(shape: tuple[int, ...], pads: tuple[int, ...], dtype: str) -> None:
    """Axes that are walked line by line (contract/borders.py), and those that are not."""
    x = np.random.default_rng(0).integers(1, 100, shape).astype(dtype)
    pairs = [pads[i:i + 2] for i in range(0, len(pads), 2)][::-1]
    expected = np.pad(x, [(0, 0)] * (x.ndim - len(pairs)) + pairs)
    assert np.array_equal(F.pad(rg.tensor(x), pads).numpy(), expected)
    turned = rg.tensor(np.ascontiguousarray(x.swapaxes(0, -1))).transpose(0, -1)
    assert np.array_equal(F.pad(turned, pads).numpy(), expected)

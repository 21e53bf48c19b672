"""Pooling against PyTorch: windows, borders, ceil_mode, indices, ties, adaptive windows."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, ShapeError

WINDOWS_1D = [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1},
              {"kernel_size": 3, "stride": 1},
              {"kernel_size": 3, "stride": 4, "padding": 1, "ceil_mode": True},
              {"kernel_size": 2, "stride": 3, "ceil_mode": True}]
WINDOWS_2D = [{"kernel_size": 2}, {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
              {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
              {"kernel_size": (2, 3), "stride": 3, "ceil_mode": True}]


def distinct(rng: Any, *shape: int) -> np.ndarray:
    """Values far apart, in random order: every window has one largest."""
    return rng.permutation(int(np.prod(shape))).reshape(shape) * 0.37 - 3.0


@pytest.mark.parametrize("options", WINDOWS_1D + [{"kernel_size": 2, "dilation": 3}], ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 10), (3, 11)], ids=str)
def test_max_pool1d(agree: Any, rng: Any, shape: Any, options: Any) -> None:
    agree(lambda F, x: F.max_pool1d(x, return_indices=True, **options), distinct(rng, *shape), order=2)
    agree(lambda F, x: F.max_pool1d(x, **options), distinct(rng, *shape))


@pytest.mark.parametrize("options", WINDOWS_2D + [{"kernel_size": 2, "dilation": (1, 3)}], ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 7, 8), (3, 8, 9)], ids=str)
def test_max_pool2d(agree: Any, rng: Any, shape: Any, options: Any) -> None:
    agree(lambda F, x: F.max_pool2d(x, return_indices=True, **options), distinct(rng, *shape), order=2)
    agree(lambda F, x: F.max_pool2d(x, **options), distinct(rng, *shape))


def test_max_pool3d(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.max_pool3d(x, 2, stride=1, padding=1, return_indices=True),
          distinct(rng, 2, 2, 3, 4, 3))


def test_of_equal_elements_the_first_gets_the_gradient(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.max_pool2d(x, 2, stride=1, return_indices=True),
          rng.integers(0, 2, (1, 2, 5, 5)).astype(float))
    agree(lambda F, x: F.adaptive_max_pool2d(x, 3, return_indices=True),
          rng.integers(0, 2, (1, 2, 5, 5)).astype(float))


def test_borders_never_win_and_negative_values_do() -> None:
    y = F.max_pool1d(rg.tensor([[-5.0, -3.0]]), 2, stride=2, padding=1)
    assert y.tolist() == [[-5.0, -3.0]]


def test_max_pooling_of_integers() -> None:
    y = F.max_pool1d(rg.tensor([[3, -1, -7, -2]]), 2, padding=1)
    assert y.dtype is rg.int64 and y.tolist() == [[3, -1, -2]]


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("options", WINDOWS_1D, ids=str)
def test_avg_pool1d(agree: Any, rng: Any, options: Any, include: bool) -> None:
    agree(lambda F, x: F.avg_pool1d(x, count_include_pad=include, **options), rng.standard_normal((2, 3, 10)),
          order=2)


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("options", [*WINDOWS_2D, {"kernel_size": 3, "divisor_override": 5, "padding": 1}],
                         ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 7, 8), (3, 8, 9)], ids=str)
def test_avg_pool2d(agree: Any, rng: Any, shape: Any, options: Any, include: bool) -> None:
    agree(lambda F, x: F.avg_pool2d(x, count_include_pad=include, **options), rng.standard_normal(shape),
          order=2)


def test_avg_pool3d(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.avg_pool3d(x, 2, stride=1, padding=1), rng.standard_normal((2, 2, 3, 4, 3)))


@pytest.mark.parametrize(("size", "out"), list(product([1, 5, 6, 7], [1, 2, 3, 5, 8])))
def test_adaptive_windows_share_out_every_size(agree: Any, rng: Any, size: int, out: int) -> None:
    x = rng.standard_normal((2, 3, size))
    agree(lambda F, x: (F.adaptive_avg_pool1d(x, out), *F.adaptive_max_pool1d(x, out, return_indices=True)),
          x)


@pytest.mark.parametrize("out", [1, (2, 3), (None, 4), (7, 1), (3, 4)], ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 7, 9), (3, 6, 8)], ids=str)
def test_adaptive_pooling_in_two_dimensions(agree: Any, rng: Any, shape: Any, out: Any) -> None:
    agree(lambda F, x: (F.adaptive_avg_pool2d(x, out), *F.adaptive_max_pool2d(x, out, return_indices=True)),
          distinct(rng, *shape), order=2)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_of_nans_the_last_is_largest(torch: Any, n: int) -> None:
    x = np.random.default_rng(n).standard_normal((2, 3, *(9, 8, 7)[:n]))
    x.flat[::7] = np.nan
    x[0, 0, :4] = -np.inf           # the border of such windows is as large, and no place
    for ours, theirs in zip(*(getattr(T.nn.functional, f"max_pool{n}d")(
            T.tensor(x), 3, 2, 1, return_indices=True) for T in (rg, torch))):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("options", [
    {"kernel_size": 5, "padding": 2}, {"kernel_size": (5, 6), "stride": 1}, {"kernel_size": 5, "dilation": 2},
    {"kernel_size": (7, 5), "stride": 2, "ceil_mode": True}], ids=str)
def test_large_windows_are_searched_line_by_line(agree: Any, rng: Any, options: Any) -> None:
    x = rng.integers(0, 4, (2, 2, 11, 12)).astype(float)
    agree(lambda F, x: F.max_pool2d(x, return_indices=True, **options), x, order=2)


@pytest.mark.parametrize("out", [5, (3, 2), (7, 20)], ids=str)
def test_a_mean_of_adaptive_windows_reads_its_window_only(torch: Any, out: Any) -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 13, 17))
    x[0, 0, 4, 5], x[0, 1, 12, 16] = np.nan, np.inf
    ours, theirs = (T.nn.functional.adaptive_avg_pool2d(T.tensor(x), out).numpy() for T in (rg, torch))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("power", [1, 2, 3, 2.5, float("inf"), -float("inf")])
def test_powers_of_a_window(agree: Any, rng: Any, power: float) -> None:
    x = rng.standard_normal((2, 3, 6, 7))
    x = np.abs(x) if power == 2.5 else x        # a negative sum has no root: NaN in both
    x[0, 0, :2, :2] = 0.0
    agree(lambda F, x: F.lp_pool2d(x, power, 2), x, k=512)
    agree(lambda F, x: F.lp_pool1d(x, power, 3, 2, ceil_mode=True), x[0], k=512)


# ---------------------------------------------------------------- mistakes
def test_a_window_larger_than_the_input(refused: Any) -> None:
    refused(lambda: F.max_pool2d(rg.zeros(1, 3, 4, 1), 2), ShapeError,
            "max_pool2d: input is (1, 3, 4, 1), kernel_size (2, 2), stride (2, 2), padding (0, 0): the "
            "output would be (1, 3, 2, 0).\n            Expected an input at least as large as the kernel.")


def test_padding_of_more_than_half_the_kernel(refused: Any) -> None:
    refused(lambda: F.avg_pool1d(rg.zeros(1, 3, 4), 2, padding=2), ArgumentError,
            "avg_pool1d: padding is (2,), the kernel reaches over (2,).\n"
            "               Expected padding of at most half the kernel.")


def test_too_few_dimensions(refused: Any) -> None:
    refused(lambda: F.max_pool2d(rg.zeros(4, 4), 2), ShapeError,
            "max_pool2d: input is (4, 4).\n            Expected (N, C, H, W) or (C, H, W).")


@pytest.mark.parametrize("n", [2, 3])
def test_fractional_windows_lie_where_pytorchs_do(torch: Any, n: int) -> None:
    rng = np.random.default_rng(n)
    x, u = rng.standard_normal((2, 3, *(9, 8, 7)[:n])), rng.random((2, 3, n))
    for kernel, out in ((1, 4), (2, 3), (3, 1)):
        (y, at), (z, there) = (getattr(T.nn.functional, f"fractional_max_pool{n}d")(
            T.tensor(x), kernel, out, None, True, T.tensor(u)) for T in (rg, torch))
        assert (y.numpy() == z.numpy()).all() and (at.numpy() == there.numpy()).all()

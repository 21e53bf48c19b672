"""pad in its four modes, unfold and fold, pixel shuffling and resizing against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, MissingError, ShapeError


@pytest.mark.parametrize("value", [None, 0.0, 2.5, float("-inf")])
@pytest.mark.parametrize("pad", [(1, 2), (0, 0), (1, 0, 2, 1), (-1, 2), (-1, -1, 1, -2), (0, 0, 1, 1, 2, 0)],
                         ids=str)
def test_constant_padding(agree: Any, rng: Any, pad: Any, value: Any) -> None:
    agree(lambda F, x: F.pad(x, pad, value=value), rng.standard_normal((2, 4, 5)), order=2)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize(("shape", "pad"), [((2, 3, 5), (2, 3)), ((2, 3, 4, 5), (1, 2, 3, 0)),
                                            ((1, 2, 3, 4, 5), (1, 1, 2, 0, 1, 2)), ((3, 5), (4, 0))], ids=str)
def test_padding_from_the_input(agree: Any, rng: Any, mode: str, shape: Any, pad: Any) -> None:
    agree(lambda F, x: F.pad(x, pad, mode=mode), rng.standard_normal(shape), order=2)


def test_integers_and_bools_are_padded() -> None:
    assert F.pad(rg.tensor([1, 2]), (1, 1), value=9).tolist() == [9, 1, 2, 9]
    assert F.pad(rg.tensor([True]), (1, 0)).tolist() == [False, True]


UNFOLDS = [{"kernel_size": 2}, {"kernel_size": (2, 3), "dilation": (2, 1), "padding": (1, 0),
                                "stride": (1, 2)},
           {"kernel_size": 3, "padding": 2, "stride": 3}]


@pytest.mark.parametrize("options", UNFOLDS, ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 6, 7), (3, 6, 7)], ids=str)
def test_unfold_and_fold(agree: Any, rng: Any, shape: Any, options: Any) -> None:
    agree(lambda F, x: F.unfold(x, **options), rng.standard_normal(shape), order=2)
    columns = F.unfold(rg.zeros(*shape), **options).shape
    agree(lambda F, c: F.fold(c, (6, 7), **options), rng.standard_normal(tuple(columns)), order=2)


def test_fold_is_the_transpose_of_unfold(rng: Any) -> None:
    x, c = rg.tensor(rng.standard_normal((2, 3, 6, 7))), rg.tensor(rng.standard_normal((2, 12, 30)))
    left, right = (F.unfold(x, 2) * c).sum().item(), (F.fold(c, (6, 7), 2) * x).sum().item()
    assert left == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)], ids=str)
def test_pixel_shuffle_and_back(agree: Any, rng: Any, lead: Any) -> None:
    x = rng.standard_normal((*lead, 12, 3, 4))
    agree(lambda F, x: (F.pixel_shuffle(x, 2), F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2)), x)


@pytest.mark.parametrize("option", [{"size": 7}, {"size": 3}, {"scale_factor": 2}, {"scale_factor": 1.7},
                                    {"scale_factor": 0.4}], ids=str)
@pytest.mark.parametrize(("mode", "corners", "shape"), [
    ("nearest", None, (2, 3, 5)), ("nearest", None, (2, 3, 5, 6)), ("linear", False, (2, 3, 5)),
    ("linear", True, (2, 3, 5)), ("bilinear", False, (2, 3, 5, 6)), ("bilinear", True, (2, 3, 5, 6)),
    ("bilinear", None, (1, 1, 5, 5)), ("bicubic", False, (2, 3, 5, 6)), ("bicubic", True, (2, 3, 5, 6)),
    ("trilinear", False, (1, 2, 3, 4, 5)), ("trilinear", True, (1, 2, 3, 4, 5)),
    ("nearest-exact", None, (2, 3, 5)), ("nearest-exact", None, (2, 3, 5, 6)), ("area", None, (2, 3, 5)),
    ("area", None, (2, 3, 5, 6)), ("area", None, (1, 2, 3, 4, 5))], ids=str)
def test_interpolate(agree: Any, rng: Any, mode: str, corners: Any, shape: Any, option: Any) -> None:
    agree(lambda F, x: F.interpolate(x, mode=mode, align_corners=corners, **option),
          rng.standard_normal(shape))


# ---------------------------------------------------------------- mistakes
def test_reflection_further_than_the_input(refused: Any) -> None:
    refused(lambda: F.pad(rg.zeros(1, 3), (3, 0), mode="reflect"), ShapeError,
            "pad: padding (3, 0) of a dimension of size 3 in (1, 3).\n"
            "            Expected at most 2 on a side in mode 'reflect'.")


def test_wrong_padding_lists(refused: Any) -> None:
    refused(lambda: F.pad(rg.zeros(3), (1, 1, 1, 1)), ShapeError,
            "pad: pad is (1, 1, 1, 1), input is (3,).\n"
            "            Expected two counts a dimension, for at most 1 dimensions.")
    refused(lambda: F.pad(rg.zeros(3), (1, 1), mode="mirror"), ArgumentError,
            "pad: mode is 'mirror'.\n"
            "               Expected 'constant', 'reflect', 'replicate' or 'circular'.")
    refused(lambda: F.pad(rg.zeros(3), (-2, -2)), ShapeError,
            "pad: input is (3,), padding is (-2,) before and (-2,) after.\n"
            "            Expected no size to become negative.")


def test_columns_that_do_not_fit(refused: Any) -> None:
    refused(lambda: F.fold(rg.zeros(1, 12, 9), (6, 7), 2), ShapeError,
            "fold: input is (1, 12, 9).\n"
            "            Expected (N, C * 4, 30): kernel (2, 2) has 4 taps and output_size (6, 7) has "
            "5 x 6 windows.")


@pytest.mark.parametrize("option", [
    {"scale_factor": (2.0, 2.0, 2.0)}, {"scale_factor": 0.1}, {"scale_factor": -1.0}, {"size": (0, 2)},
    {"size": 2, "recompute_scale_factor": True}, {}], ids=str)
def test_sizes_that_interpolate_cannot_give(torch: Any, option: Any) -> None:
    for T in (rg, torch):
        with pytest.raises((RuntimeError, ValueError)):
            T.nn.functional.interpolate(T.zeros(1, 1, 4, 4), **option)


def test_windows_of_unfold_that_do_not_fit(refused: Any) -> None:
    refused(lambda: F.unfold(rg.zeros(1, 1, 2, 4), 3, padding=(0, 1)), ShapeError,
            "unfold: input is (1, 1, 2, 4), padding is (0, 1), the kernel reaches over (3, 3).\n"
            "            Expected an input at least as large as the kernel.")


def test_unknown_modes_of_interpolate(refused: Any) -> None:
    refused(lambda: F.interpolate(rg.zeros(1, 1, 2, 2), size=3, mode="lanczos"), MissingError,
            "interpolate: mode is 'lanczos'.\n"
            "              The modes are 'nearest', 'nearest-exact', 'area', 'linear', 'bilinear', "
            "'trilinear', 'bicubic'.")


def test_channel_shuffle(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.channel_shuffle(x, 3), rng.standard_normal((2, 12, 3, 2)))


def test_what_is_padded_is_a_copy() -> None:
    x = rg.ones(3)
    y = F.pad(x, (0, 0))
    y[0] = 5.0
    np.testing.assert_array_equal(x.numpy(), np.ones(3))

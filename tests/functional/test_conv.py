"""Convolutions against PyTorch in every option, both derivatives; their definition; their mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError

# input, weight (out, C/groups, *kernel), options
CONV = {
    "conv1d": [((2, 3, 8), (4, 3, 3), {}),
               ((2, 4, 9), (6, 2, 2), {"stride": 2, "padding": 1, "groups": 2}),
               ((3, 8), (4, 3, 3), {"dilation": 2}),
               ((2, 3, 8), (4, 3, 4), {"padding": "same"}),
               ((2, 3, 8), (4, 3, 4), {"padding": "valid"}),
               ((1, 1, 1), (1, 1, 1), {})],
    "conv2d": [((2, 3, 6, 5), (4, 3, 3, 2), {}),
               ((2, 4, 7, 6), (4, 1, 3, 3), {"groups": 4, "padding": 1}),
               ((2, 4, 7, 8), (6, 2, 2, 3), {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 2),
                                             "groups": 2}),
               ((3, 5, 5), (2, 3, 3, 3), {"padding": "same", "dilation": 2}),
               ((2, 1, 4, 4), (3, 1, 4, 4), {}),
               ((1, 2, 5, 5), (2, 2, 1, 1), {"stride": 3})],
    "conv3d": [((1, 2, 4, 5, 3), (3, 2, 2, 3, 2), {"padding": 1}),
               ((4, 4, 4, 4), (4, 2, 2, 2, 2), {"groups": 2, "stride": (1, 2, 2)})],
}
# input, weight (C, out/groups, *kernel), options
TRANSPOSED = {
    "conv_transpose1d": [
        ((2, 3, 5), (3, 4, 3), {}),
        ((2, 4, 5), (4, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}),
        ((3, 5), (3, 2, 2), {"stride": 3, "output_padding": 2, "dilation": 2})],
    "conv_transpose2d": [
        ((2, 3, 3, 4), (3, 2, 3, 2), {}),
        ((1, 4, 3, 3), (4, 2, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}),
        ((2, 2, 3, 3), (2, 2, 2, 3), {"stride": (1, 2), "dilation": (2, 1), "padding": (0, 1)}),
        ((1, 1, 2, 2), (1, 1, 2, 2), {"stride": 1, "dilation": 3, "output_padding": 2})],
}
CASES = [(name, *case) for table in (CONV, TRANSPOSED) for name, cases in table.items() for case in cases]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")     # PyTorch's
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("name", "x", "w", "options"), CASES,
                         ids=[f"{c[0]}-{k}" for k, c in enumerate(CASES)])
def test_value_and_two_derivatives_are_pytorchs(agree: Any, rng: Any, name: str, x: Any, w: Any, options: Any,
                                                bias: bool) -> None:
    out = w[0] if name in CONV else w[1] * options.get("groups", 1)
    arrays = [rng.standard_normal(x), rng.standard_normal(w)] + ([rng.standard_normal(out)] if bias else [])
    # Sums of at most 3 x 3 x 4 products, twice for the second derivative.
    agree(lambda F, x, w, *b: getattr(F, name)(x, w, *b, **options), *arrays, order=2, k=128)


def test_convolution_is_its_definition(rng: Any) -> None:
    x, w = rng.integers(-9, 9, (1, 2, 5, 5)).astype(float), rng.integers(-9, 9, (3, 2, 2, 2)).astype(float)
    y = F.conv2d(rg.tensor(x), rg.tensor(w), stride=2, padding=1).numpy()
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    for o in range(3):
        for i in range(3):
            for j in range(3):
                assert y[0, o, i, j] == (p[0, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2] * w[o]).sum()


def test_transposed_convolution_is_the_adjoint(rng: Any) -> None:
    x, w, y = (rg.tensor(rng.standard_normal(s)) for s in ((2, 3, 7), (4, 3, 3), (2, 4, 4)))
    left = (F.conv1d(x, w, stride=2, padding=1) * y).sum().item()
    right = (F.conv_transpose1d(y, w, stride=2, padding=1) * x).sum().item()
    assert left == pytest.approx(right, rel=1e-13)


def test_an_empty_batch() -> None:
    assert F.conv2d(rg.zeros(0, 3, 5, 5), rg.zeros(4, 3, 3, 3)).shape == (0, 4, 3, 3)


# ---------------------------------------------------------------- mistakes
def test_another_number_of_channels(refused: Any) -> None:
    refused(lambda: F.conv2d(rg.zeros(2, 3, 8, 8), rg.zeros(4, 1, 3, 3)), ShapeError,
            "conv2d: input (2, 3, 8, 8) has 3 channels, weight (4, 1, 3, 3) with groups=1 takes 1.\n"
            "            Expected input of shape (N, 1, H, W).")


def test_a_batch_of_images_without_channels(refused: Any) -> None:
    refused(lambda: F.conv2d(rg.zeros(8, 8), rg.zeros(4, 1, 3, 3)), ShapeError,
            "conv2d: input is (8, 8).\n"
            "            Expected (N, C, H, W) or (C, H, W).\n"
            "            Add the channel dimension with x.unsqueeze(1).")


def test_a_kernel_larger_than_the_input(refused: Any) -> None:
    refused(lambda: F.conv2d(rg.zeros(1, 1, 2, 9), rg.zeros(1, 1, 5, 5), padding=1), ShapeError,
            "conv2d: input (1, 1, 2, 9) is (4, 11) with its padding, the kernel reaches over (5, 5).\n"
            "            Expected an input at least as large as the kernel.\n"
            "            Use a larger input, more padding or a smaller kernel.")


def test_other_dtypes(refused: Any) -> None:
    refused(lambda: F.conv1d(rg.zeros(1, 1, 4, dtype=rg.float64), rg.zeros(1, 1, 2)), DTypeError,
            "conv1d: dtypes differ: input is float64, weight is float32.\n"
            "            Expected one dtype.\n"
            "            Convert with input.to(weight.dtype).")


def test_same_padding_with_a_stride(refused: Any) -> None:
    refused(lambda: F.conv1d(rg.zeros(1, 1, 4), rg.zeros(1, 1, 3), stride=2, padding="same"), ArgumentError,
            "conv1d: padding is 'same' with stride (2,).\n"
            "               Expected stride 1 with 'same'.\n"
            "               Use padding=(1,) .")


def test_groups_that_do_not_divide(refused: Any) -> None:
    refused(lambda: F.conv1d(rg.zeros(1, 4, 4), rg.zeros(3, 2, 3), groups=2), ArgumentError,
            "conv1d: groups is 2, weight is (3, 2, 3).\n"
            "               Expected a positive number that divides the weight's first size.")


def test_bias_of_another_length(refused: Any) -> None:
    refused(lambda: F.conv1d(rg.zeros(1, 1, 4), rg.zeros(2, 1, 3), rg.zeros(3)), ShapeError,
            "conv1d: bias is (3,), weight is (2, 1, 3).\n            Expected bias of shape (2,).")


def test_wrong_options(refused: Any) -> None:
    refused(lambda: F.conv2d(rg.zeros(1, 1, 4, 4), rg.zeros(1, 1, 2, 2), stride=0), ArgumentError,
            "conv2d: stride is 0.\n               Expected an int or 2 ints, each at least 1.")
    refused(lambda: F.conv_transpose1d(rg.zeros(1, 1, 4), rg.zeros(1, 1, 2), output_padding=1), ArgumentError,
            "conv_transpose1d: output_padding is (1,), stride is (1,), dilation is (1,).\n"
            "               Expected output_padding smaller than stride or dilation.")

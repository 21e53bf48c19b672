"""Images read at computed places, and pools undone: PyTorch's values and derivatives in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

torch = pytest.importorskip("torch")


def agree(call: Callable[[Any, Any, Any], Any], *arrays: Any) -> None:
    """Value and derivatives of call(library, functional, tensors)."""
    found = []
    for lib in (rg, torch):
        tensors = [lib.tensor(a).requires_grad_() for a in arrays]
        y = call(lib, lib.nn.functional, tensors)
        g = np.random.default_rng(5).standard_normal(tuple(y.shape))
        grads = lib.autograd.grad(y, tensors, lib.tensor(g))
        found.append([z.detach().numpy() for z in (y, *grads)])
    for ours, theirs in zip(*found):
        # Some dozen operations on numbers of size 1 to 10, rounded in float64.
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * max(1.0, np.abs(theirs).max(initial=0)))


def normal(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_grid_sample_is_pytorchs(mode: str, padding: str, align: bool) -> None:
    grid = normal(2, 5, 6, 2) * 1.3        # some places lie far outside
    agree(lambda lib, F, t: F.grid_sample(*t, mode=mode, padding_mode=padding, align_corners=align),
          normal(2, 3, 4, 7), grid)


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_grid_sample_of_volumes_is_pytorchs(mode: str, padding: str) -> None:
    agree(lambda lib, F, t: F.grid_sample(*t, mode=mode, padding_mode=padding, align_corners=False),
          normal(2, 2, 3, 4, 5), normal(2, 2, 3, 4, 3))


@pytest.mark.parametrize(("size", "align"), [
    ((2, 1, 4, 5), False), ((2, 1, 4, 5), True), ((2, 1, 3, 4, 5), False), ((2, 1, 3, 4, 5), True),
    ((2, 3, 1, 1), False)], ids=str)        # PyTorch warns of one pixel and align_corners
def test_affine_grid_is_pytorchs(size: tuple[int, ...], align: bool) -> None:
    n = len(size) - 2
    agree(lambda lib, F, t: F.affine_grid(*t, size, align_corners=align), normal(2, n, n + 1))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_max_unpool_puts_back_what_max_pool_took(n: int) -> None:
    def call(lib: Any, F: Any, t: Any) -> Any:
        y, i = getattr(F, f"max_pool{n}d")(t[0], 2, return_indices=True)
        return getattr(F, f"max_unpool{n}d")(y, i, 2, output_size=t[0].shape)
    agree(call, normal(*(2, 3, 5, 6, 7)[:n + 2]))


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_lp_pool_is_pytorchs(n: int, power: float) -> None:
    agree(lambda lib, F, t: getattr(F, f"lp_pool{n}d")(t[0], power, 2, ceil_mode=True),
          np.abs(normal(*(2, 3, 5, 6, 4)[:n + 2])) + 0.1)


@pytest.mark.parametrize("kind", ["avg", "max"])
def test_adaptive_pools_of_volumes_are_pytorchs(kind: str) -> None:
    agree(lambda lib, F, t: getattr(F, f"adaptive_{kind}_pool3d")(t[0], (2, 3, 1)), normal(2, 3, 5, 6, 4))


def test_transposed_convolution_of_volumes_is_pytorchs() -> None:
    agree(lambda lib, F, t: F.conv_transpose3d(*t, stride=2, padding=1, output_padding=1, groups=2),
          normal(2, 4, 3, 4, 2), normal(4, 3, 3, 2, 3), normal(6))


def test_a_wrong_grid_is_an_error_that_names_the_shapes() -> None:
    F = rg.nn.functional
    with pytest.raises(RuntimeError, match=r"grid_sample.*\(1, 1, 2, 2\).*\(1, 2, 2, 3\)"):
        F.grid_sample(rg.zeros(1, 1, 2, 2), rg.zeros(1, 2, 2, 3))
    with pytest.raises(ValueError, match="padding_mode"):
        F.grid_sample(rg.zeros(1, 1, 2, 2), rg.zeros(1, 2, 2, 2), padding_mode="edge")


@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("place", [np.inf, -np.inf, np.nan])
def test_the_nearest_pixel_to_no_place_is_pytorchs(torch: Any, place: float, padding_mode: str) -> None:
    found = []
    for T in (torch, rg):
        x = T.arange(4.0).reshape(1, 1, 2, 2).requires_grad_()
        grid = T.tensor([[[[0.1, place], [-1.0, 1.0]]]]).requires_grad_()
        y = T.nn.functional.grid_sample(x, grid, "nearest", padding_mode, align_corners=False)
        y.sum().backward()
        found.append([y.detach().numpy(), x.grad.numpy(), grid.grad.numpy()])
    for ours, theirs in zip(*found):
        assert (ours == theirs).all()

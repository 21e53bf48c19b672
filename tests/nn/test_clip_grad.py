"""Clipping of gradients, and parameters as a vector."""

from __future__ import annotations

import math

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters

GRADIENTS = [np.array([3.0, -4.0]), np.array([[12.0]]), None]


def parameters(lib, scale=1.0):
    result = []
    for gradient in GRADIENTS:
        p = lib.nn.Parameter(lib.zeros(2 if gradient is None else gradient.shape, dtype=lib.float64))
        p.grad = None if gradient is None else lib.tensor(scale * gradient)
        result.append(p)
    return result


@pytest.mark.parametrize("norm_type", [2.0, 1.0, math.inf, 3])
@pytest.mark.parametrize("max_norm", [1.0, 100.0])
def test_the_norm_before_is_returned_and_gradients_are_pytorchs(torch, norm_type, max_norm):
    results = []
    for lib, clip in ((rg, clip_grad_norm_), (torch, torch.nn.utils.clip_grad_norm_)):
        ps = parameters(lib)
        total = clip(ps, max_norm, norm_type)
        results.append([total.numpy(), *(p.grad.numpy() for p in ps if p.grad is not None)])
    for mine, reference in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-14)


def test_exact_clipping_meets_the_bound_exactly():
    ps = parameters(rg)
    assert clip_grad_norm_(ps, 1.3, exact=True).item() == 13.0
    np.testing.assert_allclose(ps[1].grad.numpy(), [[1.2]], rtol=1e-15)


def test_exact_clipping_leaves_small_and_zero_gradients_alone():
    ps = parameters(rg, scale=0.0)
    clip_grad_norm_(ps, 0.0, exact=True)
    assert ps[0].grad.tolist() == [0.0, 0.0]


def test_the_gradient_tensor_itself_is_changed():
    ps = parameters(rg)
    held = ps[0].grad
    clip_grad_norm_(ps, 1.0)
    assert ps[0].grad is held and abs(held.norm().item() - 5 / 13) < 1e-6


def test_a_generator_and_one_tensor_are_taken():
    ps = parameters(rg)
    assert clip_grad_norm_((p for p in ps), 100.0).item() == 13.0
    assert clip_grad_norm_(ps[0], 100.0).item() == 5.0


def test_no_gradients_have_norm_zero():
    assert clip_grad_norm_([rg.nn.Parameter(rg.zeros(1))], 1.0).item() == 0.0


def test_a_non_finite_norm_is_an_error_when_asked_for():
    ps = parameters(rg, scale=math.inf)
    with pytest.raises(
        RuntimeError, match="The total norm of order 2.0 for gradients from `parameters` is non-finite"
    ):
        clip_grad_norm_(ps, 1.0, error_if_nonfinite=True)


def test_values_are_cut_in_place():
    ps = parameters(rg)
    clip_grad_value_(ps, 3.5)
    assert ps[0].grad.tolist() == [3.0, -3.5] and ps[1].grad.tolist() == [[3.5]]


def test_parameters_go_to_a_vector_and_back():
    layer = rg.nn.Linear(2, 3)
    vector = parameters_to_vector(layer.parameters())
    assert vector.requires_grad and tuple(vector.shape) == (9,)
    other = rg.nn.Linear(2, 3)
    vector_to_parameters(vector, other.parameters())
    assert rg.equal(other.weight, layer.weight) and other.weight.is_leaf

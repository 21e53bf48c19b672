"""Normalisation against PyTorch: values, two derivatives, running statistics; and its closed properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError


@pytest.mark.parametrize("affine", ["", "w", "b", "wb"])
@pytest.mark.parametrize(("shape", "over"), [((4, 5), (5,)), ((2, 3, 4), (3, 4)), ((2, 3, 4), (4,)),
                                             ((6,), (6,))],
                         ids=str)
def test_layer_norm(agree: Any, rng: Any, shape: Any, over: Any, affine: str) -> None:
    x, w, b = rng.standard_normal(shape), rng.standard_normal(over), rng.standard_normal(over)
    # The second derivative sums products of normalised rows several times; PyTorch's fails with a bias alone.
    agree(lambda F, x, w, b: F.layer_norm(x, over, w if "w" in affine else None, b if "b" in affine else None,
                                          eps=1e-3), x, w, b, order=1 if affine == "b" else 2, k=512)


def test_layer_norm_gives_mean_zero_and_variance_one(rng: Any) -> None:
    y = F.layer_norm(rg.tensor(5 + 3 * rng.standard_normal((7, 64))), 64, eps=0.0).numpy()
    np.testing.assert_allclose(y.mean(1), 0.0, atol=1e-14)
    np.testing.assert_allclose(y.var(1), 1.0, rtol=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("eps", [None, 1e-3])
def test_rms_norm(agree: Any, rng: Any, eps: Any, weighted: bool) -> None:
    x, w = rng.standard_normal((3, 4, 5)), rng.standard_normal((4, 5))
    agree(lambda F, x, w: F.rms_norm(x, (4, 5), w if weighted else None, eps), x, w, order=2, k=256)


# ---------------------------------------------------------------- batches
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5), (2, 3, 4, 3)], ids=str)
def test_batch_norm(agree: Any, rng: Any, shape: Any, training: bool, affine: bool) -> None:
    w, b = rng.uniform(0.5, 1, 3), rng.standard_normal(3)
    mean, var = rng.standard_normal(3), rng.uniform(0.5, 2, 3)

    def call(F: Any, x: Any, w: Any, b: Any, mean: Any, var: Any) -> Any:
        running = mean.detach().clone(), var.detach().clone()
        y = F.batch_norm(x, *running, *((w, b) if affine else ()), training=training, momentum=0.3, eps=1e-3)
        return y, running
    agree(call, rng.standard_normal(shape), w, b, mean, var, order=2, k=512)


def test_batch_norm_needs_no_running_statistics_in_training(agree: Any, rng: Any) -> None:
    agree(lambda F, x: F.batch_norm(x, None, None, training=True), rng.standard_normal((5, 3)), k=128)


def test_running_variance_is_unbiased_and_momentum_weighs_the_new_value() -> None:
    mean, var = rg.zeros(1, dtype=rg.float64), rg.ones(1, dtype=rg.float64)
    F.batch_norm(rg.tensor([[1.0], [3.0]], dtype=rg.float64), mean, var, training=True, momentum=0.25)
    assert mean.item() == 0.25 * 2.0
    assert var.item() == 0.75 * 1.0 + 0.25 * 2.0


def test_running_statistics_carry_no_history_and_survive_no_grad() -> None:
    x, mean, var = rg.randn(4, 2, requires_grad=True), rg.zeros(2), rg.ones(2)
    F.batch_norm(x, mean, var, training=True)
    assert not mean.requires_grad and not var.requires_grad
    before = mean.tolist()
    with rg.no_grad():
        F.batch_norm(x, mean, var, training=True)
    assert mean.tolist() != before
    after = mean.tolist()
    F.batch_norm(x, mean, var, training=False)
    assert mean.tolist() == after


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_inputs_go_with_parameters_of_single_precision(torch: Any, rng: Any, name: str) -> None:
    x, w = rng.standard_normal((4, 6, 6)), rng.standard_normal(6)

    def calls(T: Any) -> list[Any]:
        F, half, one = T.nn.functional, T.tensor(x).to(getattr(T, name)), T.tensor(w).float().requires_grad_()
        ys = [F.layer_norm(half, (6,), one, one), F.group_norm(half, 2, one, one),
              F.instance_norm(half, None, None, one, one), F.batch_norm(half, None, None, one, one, True),
              F.batch_norm(half, one.detach(), one.detach().abs() + 1, one, one)]
        return [t.float() for y in ys for t in (y.detach(), T.autograd.grad(y.float().sum(), one)[0])]
    for ours, theirs in zip(calls(rg), calls(torch)):
        # One rounding of the result in either, and of sums of them.
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=0.02, atol=0.02 * len(w))


# ---------------------------------------------------------------- groups and instances
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 4, 3, 2)], ids=str)
def test_group_norm(agree: Any, rng: Any, shape: Any, groups: int, affine: bool) -> None:
    agree(lambda F, x, w, b: F.group_norm(x, groups, *((w, b) if affine else ()), eps=1e-3),
          rng.standard_normal(shape), rng.standard_normal(4), rng.standard_normal(4), order=2, k=512)


@pytest.mark.parametrize("use_input_stats", [False, True])
@pytest.mark.parametrize("affine", [False, True])
def test_instance_norm(agree: Any, rng: Any, affine: bool, use_input_stats: bool) -> None:
    def call(F: Any, x: Any, w: Any, b: Any, mean: Any, var: Any) -> Any:
        running = mean.detach().clone(), var.detach().clone()
        y = F.instance_norm(x, *running, *((w, b) if affine else (None, None)), use_input_stats, 0.3, 1e-3)
        return y, running
    agree(call, rng.standard_normal((3, 2, 4, 5)), rng.standard_normal(2), rng.standard_normal(2),
          rng.standard_normal(2), rng.uniform(0.5, 2, 2), k=256)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("shape", [(2, 4, 3), (2, 4, 3, 2)], ids=str)
def test_local_response_norm(agree: Any, rng: Any, shape: Any, size: int) -> None:
    agree(lambda F, x: F.local_response_norm(x, size, alpha=0.5, beta=0.6, k=1.5), rng.standard_normal(shape),
          order=2)


# ---------------------------------------------------------------- mistakes
def test_sizes_that_are_not_the_last_ones(refused: Any) -> None:
    refused(lambda: F.layer_norm(rg.zeros(2, 3), (4,)), ShapeError,
            "layer_norm: input is (2, 3), normalized_shape is (4,).\n"
            "            Expected input of shape (*, 4).")
    refused(lambda: F.layer_norm(rg.zeros(2, 3), (3,), rg.ones(2)), ShapeError,
            "layer_norm: weight is (2,), input is (2, 3).\n            Expected weight of shape (3,).")


def test_one_value_a_channel(refused: Any) -> None:
    refused(lambda: F.batch_norm(rg.zeros(1, 3), None, None, training=True), ArgumentError,
            "batch_norm: input is (1, 3): one value a channel has no variance.\n"
            "               Expected more than one value a channel when training.\n"
            "               Use a larger batch, drop_last=True in the DataLoader, or model.eval().")


def test_evaluation_without_running_statistics(refused: Any) -> None:
    refused(lambda: F.batch_norm(rg.zeros(2, 3), None, None), ArgumentError,
            "batch_norm: running_mean and running_var are not both given.\n"
            "               Expected running statistics when training is False.\n"
            "               Pass training=True to use the statistics of the batch.")


def test_another_number_of_channels(refused: Any) -> None:
    refused(lambda: F.batch_norm(rg.zeros(2, 3), rg.zeros(4), rg.ones(4)), ShapeError,
            "batch_norm: running_mean is (4,), input is (2, 3).\n"
            "            Expected one element a channel: (3,).")
    refused(lambda: F.group_norm(rg.zeros(2, 3, 4), 2), ShapeError,
            "group_norm: input is (2, 3, 4), num_groups is 2.\n"
            "            Expected (N, C, ...) with C a multiple of num_groups.")
    with pytest.raises(ValueError, match="one value a group has no variance"):
        F.group_norm(rg.zeros(1, 2, 1), 2)


def test_integers_are_refused(refused: Any) -> None:
    refused(lambda: F.batch_norm(rg.tensor([[1], [2]]), None, None, training=True), DTypeError,
            "batch_norm: input is int64.\n"
            "            Expected a floating-point tensor.\n"
            "            Convert it with .float().")


@pytest.mark.parametrize(("shape", "call"), [
    ((2, 3, 0, 4), lambda T, x: T.nn.functional.group_norm(x, 3)),
    ((2, 0, 4), lambda T, x: T.nn.functional.group_norm(x, 1)),
    ((0, 3, 4), lambda T, x: T.nn.functional.group_norm(x, 3)),
    ((2, 3, 0), lambda T, x: T.nn.functional.layer_norm(x, (0,)))])
def test_what_has_no_elements_is_normalised_to_nothing(torch: Any, shape: Any, call: Any) -> None:
    found = []
    for T in (rg, torch):
        x = T.zeros(*shape).requires_grad_()
        y = call(T, x)
        y.sum().backward()
        found.append((tuple(y.shape), tuple(x.grad.shape)))
    assert found[0] == found[1]

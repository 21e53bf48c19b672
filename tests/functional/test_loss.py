"""Losses against PyTorch and closed formulas; every mistake users make, its message read as a whole."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional as F
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError

REDUCTIONS = ("mean", "sum", "none")


@pytest.fixture
def pair(rng: Any) -> tuple[np.ndarray, np.ndarray]:
    return rng.standard_normal((4, 3)), rng.standard_normal((4, 3))


# ---------------------------------------------------------------- differences
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_losses_of_differences(agree: Any, pair: Any, name: str, reduction: str) -> None:
    agree(lambda F, x, t: getattr(F, name)(x, t, reduction=reduction), *pair, order=2)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_losses_of_differences_at_zero(agree: Any, name: str) -> None:
    agree(lambda F, x, t: getattr(F, name)(x, t, reduction="none"), np.zeros(3), np.array([0.0, 1.0, -1.0]))


@pytest.mark.parametrize("width", [0.3, 2.0])
def test_width_of_the_quadratic_part(agree: Any, pair: Any, width: float) -> None:
    agree(lambda F, x, t: (F.smooth_l1_loss(x, t, beta=width), F.huber_loss(x, t, delta=width)), *pair,
          order=2)


def test_smooth_l1_with_beta_zero_is_l1(agree: Any, pair: Any) -> None:
    agree(lambda F, x, t: F.smooth_l1_loss(x, t, beta=0.0), *pair)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
def test_element_weights(agree: Any, pair: Any, rng: Any, name: str, reduction: str) -> None:
    agree(lambda F, x, t, w: getattr(F, name)(x, t, reduction=reduction, weight=w), *pair,
          rng.uniform(size=(4, 3)))


def test_mean_of_nothing_is_nan() -> None:
    assert math.isnan(F.mse_loss(rg.zeros(0), rg.zeros(0)).item())


def test_integer_targets_are_promoted() -> None:
    loss = F.mse_loss(rg.tensor([1.0, 2.0]), rg.tensor([1, 4]))
    assert loss.dtype is rg.float32 and loss.item() == 2.0


def test_old_spelling_of_reductions() -> None:
    x, t = rg.tensor([1.0, 2.0]), rg.tensor([0.0, 0.0])
    message = "size_average and reduce args will be deprecated, please use reduction='sum' instead."
    with pytest.warns(UserWarning) as caught:
        assert F.mse_loss(x, t, size_average=False).item() == 5.0
    assert str(caught[0].message) == message and caught[0].filename == __file__
    with pytest.warns(UserWarning, match="reduction='none'"):
        assert F.mse_loss(x, t, reduce=False).tolist() == [1.0, 4.0]


# ---------------------------------------------------------------- class targets
LOGITS_TARGETS = [((5, 4), (5,)), ((4,), ()), ((2, 4, 3), (2, 3)), ((2, 4, 3, 2), (2, 3, 2)), ((0, 4), (0,))]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shapes", LOGITS_TARGETS, ids=str)
@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_class_indices(agree: Any, rng: Any, name: str, shapes: Any, reduction: str) -> None:
    x, t = rng.standard_normal(shapes[0]), rng.integers(0, 4, shapes[1])
    agree(lambda F, x, t: getattr(F, name)(x, t, reduction=reduction), x, t, order=2)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shapes", [((6, 4), (6,)), ((2, 4, 3), (2, 3))], ids=str)
def test_ignored_targets_weights_and_smoothing(agree: Any, rng: Any, shapes: Any, weighted: bool,
                                               smoothing: float,
                                               reduction: str) -> None:
    x, t, w = rng.standard_normal(shapes[0]), rng.integers(0, 4, shapes[1]), rng.uniform(0.2, 1, 4)
    t.reshape(-1)[[1, 3]] = 2, -1
    # Weights are data, as PyTorch has no derivative to them.
    agree(lambda F, x, t, w: F.cross_entropy(x, t, weight=w.detach() if weighted else None, ignore_index=-1,
                                             reduction=reduction, label_smoothing=smoothing), x, t, w,
          order=2)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_nll_loss_with_weights(agree: Any, rng: Any, reduction: str) -> None:
    x, t, w = rng.standard_normal((6, 4)), rng.integers(0, 4, 6), rng.uniform(0.2, 1, 4)
    t[2] = -100
    agree(lambda F, x, t, w: F.nll_loss(x, t, weight=w.detach(), reduction=reduction), x, t, w)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3)], ids=str)
def test_class_probabilities(agree: Any, rng: Any, shape: Any, weighted: bool, smoothing: float,
                             reduction: str) -> None:
    x, t, w = rng.standard_normal(shape), rng.uniform(size=shape), rng.uniform(0.2, 1, 4)
    agree(lambda F, x, t, w: F.cross_entropy(x, t, weight=w.detach() if weighted else None,
                                             reduction=reduction,
                                             label_smoothing=smoothing), x, t, w, order=2)


def test_cross_entropy_of_equal_logits_is_log_of_the_classes() -> None:
    x = rg.zeros(3, 8, dtype=rg.float64, requires_grad=True)
    loss = F.cross_entropy(x, rg.tensor([1, 1, 5]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(8), rel=1e-15)
    np.testing.assert_allclose(x.grad.numpy(), (np.full((3, 8), 1 / 8) - np.eye(8)[[1, 1, 5]]) / 3,
                               atol=1e-16)


def test_cross_entropy_of_huge_logits_is_finite() -> None:
    x = rg.tensor([[1e4, 0.0]], requires_grad=True)
    loss = F.cross_entropy(x, rg.tensor([1]))
    loss.backward()
    assert loss.item() == 1e4 and x.grad.tolist() == [[1.0, -1.0]]


def test_all_targets_ignored_gives_nan() -> None:
    assert math.isnan(F.cross_entropy(rg.zeros(2, 3), rg.tensor([-100, -100])).item())


def test_other_integer_targets_are_class_indices() -> None:
    x = rg.randn(3, 4)
    want = F.cross_entropy(x, rg.tensor([0, 3, 1])).item()
    assert F.cross_entropy(x, rg.tensor([0, 3, 1], dtype=rg.uint8)).item() == want
    assert F.cross_entropy(x, rg.tensor([0, 3, 1], dtype=rg.int32)).item() == want


# ---------------------------------------------------------------- probabilities
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy(agree: Any, rng: Any, weighted: bool, reduction: str) -> None:
    x, t, w = rng.uniform(0.1, 0.9, (4, 3)), rng.uniform(size=(4, 3)), rng.uniform(size=3)
    def call(F: Any, x: Any, t: Any, w: Any) -> Any:
        return F.binary_cross_entropy(x, t, weight=w.detach() if weighted else None, reduction=reduction)
    agree(call, x, t, w)
    # PyTorch's second derivative is off by 1e-10 (an epsilon in each factor): single precision hides it.
    agree(call, x, t, w, order=2, k=128, dtypes=("float32",))


def test_binary_cross_entropy_of_saturated_outputs(agree: Any) -> None:
    # log(0) counts as -100, and its slope as 1e12: a saturated wrong answer still learns.
    # PyTorch rounds that 1e-12 to float32, so its slopes have float32's precision: k = 2**27.
    agree(lambda F, x, t: F.binary_cross_entropy(x, t.detach(), reduction="none"),
          np.array([0.0, 1.0, 1e-20]), np.array([1.0, 0.0, 1.0]), k=2.0**27, dtypes=("float64",))
    x = rg.tensor([0.0, 1.0], dtype=rg.float64, requires_grad=True)
    loss = F.binary_cross_entropy(x, rg.tensor([1.0, 0.0], dtype=rg.float64), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [100.0, 100.0]
    np.testing.assert_allclose(x.grad.numpy(), [-1e12, 1e12], rtol=1e-15)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("option", ["", "weight", "pos_weight"])
def test_binary_cross_entropy_with_logits(agree: Any, rng: Any, option: str, reduction: str) -> None:
    x, t, w = 3 * rng.standard_normal((4, 3)), rng.uniform(size=(4, 3)), rng.uniform(0.5, 2, 3)
    agree(lambda F, x, t, w: F.binary_cross_entropy_with_logits(
        x, t, reduction=reduction, **({option: w.detach()} if option else {})), x, t, w, order=2)


def test_binary_cross_entropy_with_logits_does_not_overflow(agree: Any) -> None:
    agree(lambda F, x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
          np.array([-1e4, 1e4, -1e4, 1e4]), np.array([0.0, 1.0, 1.0, 0.0]))


@pytest.mark.parametrize("reduction", ["batchmean", "sum", "none"])
@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div(agree: Any, rng: Any, log_target: bool, reduction: str) -> None:
    x, t = np.log(rng.dirichlet(np.ones(4), 3)), rng.dirichlet(np.ones(4), 3)
    agree(lambda F, x, t: F.kl_div(x, t, reduction=reduction, log_target=log_target), x,
          np.log(t) if log_target else t, order=2, k=256)     # 1 / t of small t


def test_kl_div_of_a_zero_probability_is_zero(agree: Any) -> None:
    agree(lambda F, x, t: F.kl_div(x, t.detach(), reduction="none"), np.array([-1.0, -2.0]),
          np.array([0.0, 1.0]))


def test_kl_div_warns_that_its_mean_is_not_the_divergence() -> None:
    with pytest.warns(UserWarning, match="'batchmean' divides only by the batch size"):
        F.kl_div(rg.zeros(2, 2), rg.full((2, 2), 0.5))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (4,)], ids=str)
def test_gaussian_nll_loss(agree: Any, pair: Any, rng: Any, shape: Any, full: bool, reduction: str) -> None:
    var = rng.uniform(0.5, 2, shape)
    var.reshape(-1)[0] = 1e-9
    # Gradients reach 1e12 where the variance is bounded; they are compared beside the largest.
    agree(lambda F, x, t, v: F.gaussian_nll_loss(x, t, v, full=full, reduction=reduction), *pair, var)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("log_input", [True, False])
@pytest.mark.parametrize("full", [False, True])
def test_poisson_nll_loss(agree: Any, rng: Any, full: bool, log_input: bool, reduction: str) -> None:
    x, t = rng.uniform(0.5, 2, (4, 3)), rng.integers(0, 5, (4, 3)).astype(float)
    agree(lambda F, x, t: F.poisson_nll_loss(x, t.detach(), log_input=log_input, full=full,
                                             reduction=reduction),
          x, t, order=2)


# ---------------------------------------------------------------- margins
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [0.0, 0.7])
def test_margin_losses_of_signs(agree: Any, rng: Any, margin: float, reduction: str) -> None:
    x, y, t = rng.standard_normal(6), rng.standard_normal(6), np.array([1.0, -1, 1, -1, -1, 1])
    agree(lambda F, x, y, t: (F.hinge_embedding_loss(x, t.detach(), margin=margin, reduction=reduction),
                              F.margin_ranking_loss(x, y, t.detach(), margin=margin, reduction=reduction)), x,
          y, t)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cosine_embedding_loss(agree: Any, rng: Any, reduction: str) -> None:
    x, y, t = rng.standard_normal((4, 5)), rng.standard_normal((4, 5)), np.array([1, -1, -1, 1])
    agree(lambda F, x, y, t: F.cosine_embedding_loss(x, y, t, margin=0.1, reduction=reduction), x, y, t,
          order=2)


def test_cosine_embedding_loss_of_two_vectors(agree: Any, rng: Any) -> None:
    agree(lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), *rng.standard_normal((2, 5)), np.array(-1))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("p", [2.0, 1.0, 3.0])
def test_triplet_margin_loss(agree: Any, rng: Any, p: float, swap: bool, reduction: str) -> None:
    agree(lambda F, a, b, c: F.triplet_margin_loss(a, b, c, p=p, swap=swap, reduction=reduction),
          *rng.standard_normal((3, 4, 5)), order=2, k=64)


# ---------------------------------------------------------------- mistakes
def test_a_column_against_a_vector_is_an_error_not_a_warning(refused: Any) -> None:
    refused(lambda: F.mse_loss(rg.zeros(4, 1), rg.zeros(4)), ShapeError,
            "mse_loss: input is (4, 1), target is (4,): broadcasting would compare every element "
            "with every other.\n"
            "            Expected equal shapes.\n"
            "            Use  input.squeeze(1)  or  target.unsqueeze(1) .")
    refused(lambda: F.l1_loss(rg.zeros(4), rg.zeros(4, 1)), ShapeError,
            "l1_loss: input is (4,), target is (4, 1): broadcasting would compare every element "
            "with every other.\n"
            "            Expected equal shapes.\n"
            "            Use  target.squeeze(1)  or  input.unsqueeze(1) .")


def test_a_column_against_a_vector_inside_no_grad_and_in_a_loop() -> None:
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        with rg.no_grad(), pytest.raises(ShapeError, match="target.unsqueeze"):
            loss(rg.zeros(3, 1), rg.zeros(3))


def test_other_shapes_that_broadcast_warn_as_pytorch_does() -> None:
    message = ("Using a target size (1, 3) that is different to the input size (2, 3). This will likely lead "
               "to incorrect results due to broadcasting. Please ensure they have the same size.")
    with pytest.warns(UserWarning) as caught:
        F.mse_loss(rg.zeros(2, 3), rg.zeros(1, 3))
    assert str(caught[0].message) == message and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.mse_loss(rg.zeros(2, 3), rg.zeros(2, 3))


def test_shapes_that_do_not_broadcast(refused: Any) -> None:
    refused(lambda: F.mse_loss(rg.zeros(2, 3), rg.zeros(4)), ShapeError,
            "mse_loss: input is (2, 3), target is (4,).\n            Expected equal shapes.")


def test_unknown_reduction(refused: Any) -> None:
    refused(lambda: F.mse_loss(rg.zeros(2), rg.zeros(2), reduction="avg"), ArgumentError,
            "mse_loss: reduction is 'avg'.\n               Expected one of 'none', 'mean', 'sum'.")


def test_float_class_indices(refused: Any) -> None:
    for loss in (F.cross_entropy, F.nll_loss):
        refused(lambda loss=loss: loss(rg.zeros(2, 3), rg.tensor([0.0, 1.0])), DTypeError,
                f"{loss.__name__}: target is float32; class indices are integers.\n"
                "            Expected a target of dtype int64.\n"
                "            Convert it with  target.long() .")


def test_a_column_of_class_indices(refused: Any) -> None:
    refused(lambda: F.cross_entropy(rg.zeros(2, 3), rg.tensor([[0], [1]])), ShapeError,
            "cross_entropy: input is (2, 3), target is (2, 1).\n"
            "            Expected class indices of shape (2,) or class probabilities of shape (2, 3).\n"
            "            Use  target.squeeze(1) .")


def test_one_hot_integers(refused: Any) -> None:
    refused(lambda: F.cross_entropy(rg.zeros(2, 3), rg.tensor([[0, 1, 0], [1, 0, 0]])), DTypeError,
            "cross_entropy: target is int64 and has the input's shape (2, 3): class probabilities.\n"
            "            Expected floating-point probabilities, or class indices without the class "
            "dimension.\n"
            "            Use  target.float() , or  target.argmax(1)  for one-hot rows.")


def test_a_class_out_of_range_is_named_at_the_call(refused: Any) -> None:
    refused(lambda: F.cross_entropy(rg.zeros(3, 3), rg.tensor([0, 3, 1])), IndexRangeError,
            "cross_entropy: target 3 is not a class: input has 3 classes.\n"
            "                 Expected 0 <= target < 3, or ignore_index -100.\n"
            "                 Subtract 1 if classes are counted from 1.")
    refused(lambda: F.nll_loss(rg.zeros(2, 3), rg.tensor([0, -1])), IndexRangeError,
            "nll_loss: target -1 is not a class: input has 3 classes.\n"
            "                 Expected 0 <= target < 3, or ignore_index -100.\n"
            "                 Pass ignore_index=-1 to leave such targets out.")


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_a_class_out_of_range_is_found_at_evaluation_when_computed(name: str) -> None:
    target = rg.tensor([0, 1]) + rg.tensor([0, 4])
    loss = getattr(F, name)(rg.zeros(2, 3), target)
    with pytest.raises(IndexRangeError, match="index 5 is out of range for an axis of size 3"):
        loss.item()


def test_computed_targets_may_be_ignored() -> None:
    x, target = rg.randn(3, 4), rg.tensor([0, -100, 2])
    assert F.cross_entropy(x, target + 0).item() == F.cross_entropy(x, target).item()


def test_class_weights_of_another_length(refused: Any) -> None:
    refused(lambda: F.cross_entropy(rg.zeros(2, 3), rg.tensor([0, 1]), weight=rg.ones(2)), ShapeError,
            "cross_entropy: weight is (2,), input has 3 classes.\n"
            "            Expected one weight a class: shape (3,).")


def test_binary_losses_refuse_other_shapes_and_integer_targets(refused: Any) -> None:
    refused(lambda: F.binary_cross_entropy_with_logits(rg.zeros(4, 1), rg.zeros(4)), ShapeError,
            "binary_cross_entropy_with_logits: input is (4, 1), target is (4,).\n"
            "            Expected equal shapes.\n"
            "            Use  target.unsqueeze(1) .")
    refused(lambda: F.binary_cross_entropy(rg.full((2,), 0.5), rg.tensor([0, 1])), DTypeError,
            "binary_cross_entropy: input is float32, target is int64.\n"
            "            Expected floating-point tensors.\n"
            "            Convert the target with  target.float() .")


def test_binary_cross_entropy_of_what_is_no_probability(refused: Any) -> None:
    refused(lambda: F.binary_cross_entropy(rg.tensor([1.5]), rg.tensor([1.0])), ArgumentError,
            "binary_cross_entropy: input has elements outside [0, 1].\n"
            "               Expected probabilities.\n"
            "               Use binary_cross_entropy_with_logits for raw outputs.")


def test_negative_variance(refused: Any) -> None:
    refused(lambda: F.gaussian_nll_loss(rg.zeros(2), rg.zeros(2), rg.tensor([1.0, -1.0])), ArgumentError,
            "gaussian_nll_loss: var has negative elements.\n               Expected variances >= 0.")

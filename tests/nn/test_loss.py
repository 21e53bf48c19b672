"""Losses as modules, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn

RNG = np.random.default_rng(1)
X, Y = RNG.standard_normal((6, 4)), RNG.standard_normal((6, 4))
P, Q = 1 / (1 + np.exp(-X)), 1 / (1 + np.exp(-Y))
LOGP, SOFT = (np.log(e / e.sum(1, keepdims=True)) for e in (np.exp(X), np.exp(Y)))
CLASSES = np.array([0, 3, 1, 1, 2, 0])
NAMED = np.array([[3, 0, -1, 1], [0, 1, 2, 3], [-1, 2, 2, 2], [2, -1, -1, -1], [1, 3, 0, -1], [0, -1, 3, 3]])
IMAGE = RNG.standard_normal((2, 4, 3, 3))
PIXELS = RNG.integers(0, 4, (2, 3, 3))
REGRESSION = {
    "mse": (lambda n, **o: n.MSELoss(**o), X, Y),
    "l1": (lambda n, **o: n.L1Loss(**o), X, Y),
    "smooth_l1": (lambda n, **o: n.SmoothL1Loss(beta=0.5, **o), X, Y),
    "huber": (lambda n, **o: n.HuberLoss(delta=0.7, **o), X, Y),
    "bce": (lambda n, **o: n.BCELoss(**o), P, Q),
    "bce_with_logits": (lambda n, **o: n.BCEWithLogitsLoss(**o), X, Q),
    "kl_div": (lambda n, **o: n.KLDivLoss(**o), LOGP, np.exp(SOFT)),
    "kl_div_of_logs": (lambda n, **o: n.KLDivLoss(log_target=True, **o), LOGP, SOFT),
    "cross_entropy": (lambda n, **o: n.CrossEntropyLoss(**o), X, CLASSES),
    "cross_entropy_smoothed": (lambda n, **o: n.CrossEntropyLoss(label_smoothing=0.1, **o), X, CLASSES),
    "cross_entropy_ignoring": (lambda n, **o: n.CrossEntropyLoss(ignore_index=1, **o), X, CLASSES),
    "cross_entropy_of_distributions": (lambda n, **o: n.CrossEntropyLoss(**o), X, np.exp(SOFT)),
    "cross_entropy_of_images": (lambda n, **o: n.CrossEntropyLoss(**o), IMAGE, PIXELS),
    "nll": (lambda n, **o: n.NLLLoss(**o), LOGP, CLASSES),
    "soft_margin": (lambda n, **o: n.SoftMarginLoss(**o), X, np.sign(Y).astype(int)),
    "hinge_embedding": (lambda n, **o: n.HingeEmbeddingLoss(margin=0.5, **o), X, np.sign(Y)),
    "multi_label_soft_margin": (lambda n, **o: n.MultiLabelSoftMarginLoss(**o), X, (Y > 0).astype(float)),
    "multi_margin": (lambda n, **o: n.MultiMarginLoss(**o), X, CLASSES),
    "multi_margin_squared": (lambda n, **o: n.MultiMarginLoss(p=2, margin=0.3, **o), X, CLASSES),
    "multi_margin_of_a_row": (lambda n, **o: n.MultiMarginLoss(**o), X[0], CLASSES[1]),
    "multi_label_margin": (lambda n, **o: n.MultiLabelMarginLoss(**o), X, NAMED),
    "multi_label_margin_of_a_row": (lambda n, **o: n.MultiLabelMarginLoss(**o), X[0], NAMED[0]),
    "poisson_nll": (lambda n, **o: n.PoissonNLLLoss(full=True, **o), X, np.round(np.exp(Y))),
    "poisson_nll_of_rates": (lambda n, **o: n.PoissonNLLLoss(log_input=False, **o), np.exp(X),
                             np.round(np.exp(Y))),
    "nll_ignoring": (lambda n, **o: n.NLLLoss(ignore_index=3, **o), LOGP, CLASSES),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", REGRESSION)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss by both the batch size")
def test_a_loss_agrees_with_pytorch(same_as_torch, torch, name, reduction):
    make, x, y = REGRESSION[name]
    same_as_torch(make(nn, reduction=reduction), make(torch.nn, reduction=reduction), x, y, tolerance=1e-12)


def test_batchmean_divides_by_the_batch(same_as_torch, torch):
    same_as_torch(
        nn.KLDivLoss(reduction="batchmean"), torch.nn.KLDivLoss(reduction="batchmean"), LOGP, np.exp(SOFT)
    )


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_class_weights_normalise_the_mean(same_as_torch, torch, name):
    weights = [0.5, 2.0, 1.0, 4.0]
    ours = getattr(nn, name)(weight=rg.tensor(weights))
    theirs = getattr(torch.nn, name)(weight=torch.tensor(weights))
    same_as_torch(ours, theirs, LOGP, CLASSES)


def test_pos_weight_multiplies_the_positive_term(same_as_torch, torch):
    ours = nn.BCEWithLogitsLoss(pos_weight=rg.tensor([1.0, 2.0, 3.0, 4.0]))
    theirs = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 3.0, 4.0]))
    same_as_torch(ours, theirs, X, Q)


def test_weights_are_buffers_in_the_state_dict(same_outcome):
    same_outcome(lambda lib: list(lib.nn.CrossEntropyLoss(weight=lib.ones(3)).state_dict()))
    same_outcome(lambda lib: list(lib.nn.CrossEntropyLoss().state_dict()))


def test_the_old_arguments_are_understood_with_a_warning():
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        assert nn.MSELoss(size_average=False).reduction == "sum"
    with pytest.warns(UserWarning, match="please use reduction='none' instead"):
        assert nn.MSELoss(reduce=False).reduction == "none"


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_of_three_tensors_agree_with_pytorch(same_as_torch, torch, reduction):
    signs, z = np.sign(Y[:, 0]), RNG.standard_normal((6, 4))
    for make, *inputs in (
        (lambda n: n.MarginRankingLoss(0.3, reduction=reduction), X[:, 0], Y[:, 1], signs),
        (lambda n: n.CosineEmbeddingLoss(0.2, reduction=reduction), X, Y, signs),
        (lambda n: n.TripletMarginLoss(2.0, swap=True, reduction=reduction), X, Y, z),
        (lambda n: n.GaussianNLLLoss(full=True, reduction=reduction), X, Y, z * z + 0.1),
    ):
        same_as_torch(make(nn), make(torch.nn), *inputs, tolerance=1e-12)


def test_class_weights_of_margins(same_as_torch, torch):
    weights = np.array([1.0, 0.5, 2.0, 0.25])
    for name, target in (("MultiMarginLoss", CLASSES), ("MultiLabelSoftMarginLoss", (Y > 0).astype(float))):
        ours, theirs = (getattr(lib.nn, name)(weight=lib.tensor(weights)) for lib in (rg, torch))
        same_as_torch(ours, theirs, X, target, tolerance=1e-12)


@pytest.mark.parametrize("bias", [False, True])
def test_an_adaptive_softmax_is_pytorch_s(torch, bias):
    rng = np.random.default_rng(0)
    x, classes = rng.standard_normal((9, 16)), np.array([0, 3, 4, 7, 8, 11, 1, 0, 9])
    theirs = torch.nn.AdaptiveLogSoftmaxWithLoss(16, 12, [2, 5, 8], div_value=2.0, head_bias=bias).double()
    mine = rg.nn.AdaptiveLogSoftmaxWithLoss(16, 12, [2, 5, 8], div_value=2.0, head_bias=bias).double()
    mine.load_state_dict({k: rg.tensor(v.numpy()) for k, v in theirs.state_dict().items()})

    def found(T, layer):
        given = T.tensor(x, requires_grad=True)
        out = layer(given, T.tensor(classes))
        out.loss.backward()
        one = layer(given[0], T.tensor(3))
        seen = (out.output, out.loss, given.grad, one.output, layer.log_prob(given), layer.predict(given))
        return [v.detach().numpy() for v in (*seen, *(p.grad for p in layer.parameters()))]
    for a, b in zip(found(rg, mine), found(torch, theirs), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    with pytest.raises(RuntimeError, match="Target values"):
        mine(rg.tensor(x[:1]), rg.tensor([12]))
    with pytest.raises(ValueError, match="cutoffs"):
        rg.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [3, 2])

"""CTC beside PyTorch's, beside all alignments listed one by one, and beside finite differences."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn import functional as F

RNG = np.random.default_rng(7)
T, N, C = 9, 4, 5
X = RNG.standard_normal((T, N, C))
TARGETS = np.array([[1, 2, 2, 3], [4, 4, 1, 1], [2, 0, 0, 0], [3, 1, 3, 0]])
STEPS, SIZES = [9, 8, 5, 9], [4, 4, 1, 3]


def both(torch, call, **options):
    """Loss and gradient at the logits, by either library."""
    found = []
    for lib in (rg, torch):
        x = lib.tensor(X, requires_grad=True)
        loss = call(lib, lib.nn.functional.log_softmax(x, -1), **options)
        (loss * lib.tensor(np.arange(1.0, N + 1)) if loss.ndim else loss).sum().backward()
        found.append((loss.detach().numpy(), x.grad.numpy()))
    return found


def close(found):
    for ours, theirs in zip(*found, strict=True):
        # a few hundred logarithms and exponentials, in another order
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("packed", [False, True])
def test_loss_and_gradient_are_pytorchs(torch, reduction, packed):
    rows = np.concatenate([t[:n] for t, n in zip(TARGETS, SIZES, strict=True)]) if packed else TARGETS

    def call(lib, x):
        return lib.nn.functional.ctc_loss(x, lib.tensor(rows), lib.tensor(STEPS), lib.tensor(SIZES),
                                          reduction=reduction)
    close(both(torch, call))


def test_another_blank_and_one_sequence_without_a_batch_are_pytorchs(torch):
    def call(lib, x):
        target, steps, size = (lib.tensor(v) for v in ([1, 2, 2], 9, 3))
        one = lib.nn.functional.ctc_loss(x[:, 0], target, steps, size, blank=4)
        return one + lib.nn.CTCLoss(blank=4)(x, lib.tensor(TARGETS[:, 1:] % 4), STEPS, [2, 3, 0, 2])
    close(both(torch, call))


def test_the_gradient_at_log_probabilities_is_pytorchs(torch):
    found = []
    for lib in (rg, torch):
        x = lib.log_softmax(lib.tensor(X), -1).detach().requires_grad_()
        lib.nn.functional.ctc_loss(x, lib.tensor(TARGETS), lib.tensor(STEPS), lib.tensor(SIZES)).backward()
        found.append((x.grad.numpy(),))
    close(found)


def test_a_target_that_does_not_fit_has_no_probability(torch):
    for zero in (False, True):
        losses = []
        for lib in (rg, torch):
            x = lib.nn.functional.log_softmax(lib.tensor(X[:3, :2]), -1)
            losses.append(lib.nn.functional.ctc_loss(x, lib.tensor([[1, 1, 1], [1, 2, 3]]), [3, 3], [3, 3],
                                                     reduction="none", zero_infinity=zero).numpy())
        np.testing.assert_allclose(*losses, rtol=1e-12)
    x = rg.tensor(X[:3, :2], requires_grad=True)
    targets = rg.tensor([[1, 1, 1], [1, 2, 3]])
    F.ctc_loss(F.log_softmax(x, -1), targets, [3, 3], [3, 3], zero_infinity=True).backward()
    assert x.grad.isfinite().all() and x.grad[:, 0].abs().max() == 0 and x.grad[:, 1].abs().max() > 0


def read(alignment, blank=0):
    return tuple(c for k, c in enumerate(alignment) if c != blank and (k == 0 or c != alignment[k - 1]))


def test_the_loss_sums_all_alignments():
    x = F.log_softmax(rg.tensor(X[:5, :1]), -1)
    p = x.exp().numpy()[:, 0]
    total = {}
    for alignment in itertools.product(range(C), repeat=5):
        labels = read(alignment)
        total[labels] = total.get(labels, 0.0) + math.prod(p[t, c] for t, c in enumerate(alignment))
    for labels in ((), (1,), (2, 2), (1, 2, 3), (4, 4, 4)):
        target = rg.tensor(np.array([[*labels, 0]]))
        loss = F.ctc_loss(x, target, [5], [len(labels)], reduction="sum").item()
        assert loss == pytest.approx(-math.log(total[labels]), rel=1e-12)
    best = max(total, key=total.get)
    (found, score), = F.ctc_decode(x, beam=200)
    assert tuple(found) == best and score == pytest.approx(math.log(total[best]), rel=1e-12)


def test_derivatives_are_those_of_finite_differences():
    target = rg.tensor([[1, 1], [2, 3]])
    x = rg.tensor(X[:4, :2], requires_grad=True)
    assert rg.autograd.gradcheck(lambda x: F.ctc_loss(F.log_softmax(x, -1), target, [4, 3], [2, 2]), (x,))
    assert rg.autograd.gradgradcheck(lambda x: F.ctc_loss(F.log_softmax(x, -1), target, [4, 4], [2, 1]), (x,))


def test_float32_over_many_steps_keeps_its_digits(torch):
    logits = RNG.standard_normal((300, 2, 20))
    losses = []
    for lib, dtype in ((rg, "float32"), (torch, "float64")):
        x = lib.nn.functional.log_softmax(lib.tensor(logits, dtype=getattr(lib, dtype)), -1)
        losses.append(lib.nn.functional.ctc_loss(x, lib.tensor(RNG_LABELS), [300, 250], [40, 30]).item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


RNG_LABELS = np.random.default_rng(1).integers(1, 20, (2, 40))


def test_decoding_reads_the_likeliest_alignment():
    x = F.log_softmax(rg.tensor(X), -1)
    for k, (labels, score) in enumerate(F.ctc_decode(x, STEPS)):
        steps = x.numpy()[:STEPS[k], k]
        assert tuple(labels) == read(steps.argmax(1)) and score == pytest.approx(steps.max(1).sum())


def test_a_network_learns_labels_without_their_places():
    rg.manual_seed(0)
    model = nn.LSTM(8, 16, bidirectional=True)
    head = nn.Linear(32, 4)
    optimizer = rg.optim.Adam([*model.parameters(), *head.parameters()], 0.02)
    x, target = rg.randn(12, 3, 8), rg.tensor([[1, 2, 3], [3, 3, 1], [2, 1, 0]])
    for _ in range(60):
        log_probs = F.log_softmax(head(model(x)[0]), -1)
        optimizer.zero_grad()
        F.ctc_loss(log_probs, target, [12, 12, 12], [3, 3, 2]).backward()
        optimizer.step()
    assert [labels for labels, _ in F.ctc_decode(log_probs)] == [[1, 2, 3], [3, 3, 1], [2, 1]]


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: F.ctc_loss(x, rg.tensor([[1.5]]), [1], [1]), "integers"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [1, 1], [1]), "one a sequence"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [1], [1], blank=7), "classes"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [1], [1], reduction="max"), "none"),
    (lambda x: F.ctc_loss(x[0, 0], rg.tensor([[1]]), [1], [1]), "T, N, C"),
    (lambda x: F.ctc_loss(rg.zeros(2, 2, 3), rg.tensor([1, 2, 1]), [2, 2], [1, 1]), "add up to 2"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [3], [1]), "input_lengths are"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [2], [2]), "target_lengths are"),
    (lambda x: F.ctc_loss(x, rg.tensor([[1]]), [-1], [1]), "from 0 to 2"),
])
def test_wrong_arguments_say_what_is_expected(call, message):
    with pytest.raises((RuntimeError, TypeError, ValueError), match=message):
        call(rg.zeros(2, 1, 3))

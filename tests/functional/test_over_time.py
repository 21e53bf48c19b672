"""lstm, gru, rnn_tanh and rnn_relu of lists of weights, in both forms of arguments, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
SIZES = [3, 3, 2, 1]        # of the batch at each step, of four sequences' packed form


def called(lib, name, packed, *, biases, depth, both, batch_first=False, projected=0):
    """Outputs, final states and gradients of one call, as arrays."""
    rng = np.random.default_rng(3)
    inputs, hidden, ways = 2, 3, 2 if both else 1
    out, rows = projected or hidden, GATES[name] * hidden

    def normal(*shape):
        return lib.tensor(rng.standard_normal(shape), requires_grad=True)
    params = []
    for layer in range(depth):
        wide = inputs if layer == 0 else out * ways
        for _ in range(ways):
            params += [normal(rows, wide), normal(rows, out)]
            params += [normal(rows), normal(rows)] if biases else []
            params += [normal(out, hidden)] if projected else []
    hx = [normal(depth * ways, SIZES[0], size) for size in (out, hidden)][:2 if name == "lstm" else 1]
    x = normal(sum(SIZES), inputs) if packed else \
        normal(*((SIZES[0], 4) if batch_first else (4, SIZES[0])), inputs)
    given = (x, lib.tensor(SIZES)) if packed else (x,)
    results = getattr(lib, name)(*given, tuple(hx) if name == "lstm" else hx[0], params, biases, depth, 0.0,
                                 False, both, *(() if packed else (batch_first,)))
    sum((k + 1) * (r * r).sum() for k, r in enumerate(results)).backward()
    return [t.detach().numpy() for t in results] + [t.grad.numpy() for t in (x, *hx, *params)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", GATES)
def test_functions_over_time_are_pytorchs(torch, name, packed):
    for case in ({"biases": True, "depth": 1, "both": False}, {"biases": False, "depth": 2, "both": True},
                 *([] if packed else [{"biases": True, "depth": 1, "both": False, "batch_first": True}])):
        found = [called(lib, name, packed, **case) for lib in (rg, torch)]
        for mine, theirs in zip(*found, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("packed", [False, True])
def test_an_lstm_whose_h_is_smaller_projects(torch, packed):
    found = [called(lib, "lstm", packed, biases=True, depth=2, both=True, projected=2) for lib in (rg, torch)]
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-12)


def test_dropout_between_layers_is_drawn_in_training_only():
    w = [rg.ones(1, 1), rg.ones(1, 1)] * 2
    x, h = rg.ones(20, 1, 1), rg.zeros(2, 1, 1)
    rg.manual_seed(0)
    def run(train):
        return rg.rnn_relu(x, h, w, has_biases=False, num_layers=2, dropout=0.5, train=train,
                           bidirectional=False, batch_first=False)[0]
    assert rg.equal(run(False), run(False)) and not rg.equal(run(False), run(True))


def test_wrong_arguments_are_named():
    x, h, w = rg.zeros(2, 1, 3), rg.zeros(1, 1, 1), [rg.zeros(1, 3), rg.zeros(1, 1)]
    rest = (False, 1, 0.0, False, False, False)
    for args, message in (((x, h, w, *rest[:-1]), "missing batch_first"),
                          ((x, h, w, *rest, 1), "10 arguments"),
                          ((x, h, w[:1], *rest), "there are 1 weights"),
                          ((x, (h, h), w, *rest), "hx holds 2 tensors"),
                          ((x[0], h, w, *rest), "input is 2D"),
                          ((x[..., :2], h, w, *rest), "input has 2 features"),
                          ((x, h[0], w, *rest), r"hx is \(1, 1\)"),
                          ((x[0], rg.tensor([2]), h, w, *rest[:-1]), "data has 1 rows")):
        with pytest.raises((RuntimeError, TypeError, ValueError), match=message):
            rg.rnn_tanh(*args)

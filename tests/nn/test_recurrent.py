"""RNN, LSTM, GRU and their cells beside PyTorch's, with the same weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn

RNG = np.random.default_rng(2)
OPTIONS = {
    "plain": {},
    "two_layers": {"num_layers": 2},
    "bidirectional": {"bidirectional": True},
    "deep_and_bidirectional": {"num_layers": 2, "bidirectional": True, "batch_first": True},
    "without_bias": {"bias": False},
}


def normal(*shape):
    return RNG.standard_normal(shape)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_recurrent_layer_agrees_with_pytorch(same_as_torch, torch, kind, options):
    ours, theirs = (getattr(lib, kind)(3, 4, **OPTIONS[options]) for lib in (nn, torch.nn))
    same_as_torch(ours, theirs, normal(5, 2, 3))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_words_and_names_are_pytorchs(same_outcome, kind):
    for options in (
        {},
        {"num_layers": 2, "bidirectional": True, "batch_first": True, "dropout": 0.5},
        {"bias": False},
    ):
        same_outcome(lambda lib, options=options: getattr(lib.nn, kind)(3, 4, **options))
        same_outcome(lambda lib, options=options: list(getattr(lib.nn, kind)(3, 4, **options).state_dict()))


def test_an_rnn_with_relu_agrees_with_pytorch(same_as_torch, torch):
    same_as_torch(nn.RNN(3, 4, nonlinearity="relu"), torch.nn.RNN(3, 4, nonlinearity="relu"), normal(5, 2, 3))


def test_an_lstm_with_projections_agrees_with_pytorch(same_as_torch, torch):
    ours, theirs = (lib.LSTM(3, 5, num_layers=2, proj_size=2) for lib in (nn, torch.nn))
    same_as_torch(ours, theirs, normal(4, 2, 3))


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_an_initial_state_is_used(same_as_torch, torch, kind):
    ours, theirs = (getattr(lib, kind)(3, 4, num_layers=2) for lib in (nn, torch.nn))
    same_as_torch(ours, theirs, normal(5, 2, 3), normal(2, 2, 4))


def test_the_initial_states_of_an_lstm_are_used(torch):
    ours = nn.LSTM(3, 4).double()
    theirs = torch.nn.LSTM(3, 4).double()
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    x, h, c = normal(5, 2, 3), normal(1, 2, 4), normal(1, 2, 4)
    results = []
    for lib, module in ((rg, ours), (torch, theirs)):
        states = [lib.tensor(value, requires_grad=True) for value in (h, c)]
        output, (h_n, c_n) = module(lib.tensor(x), tuple(states))
        (output.sum() + 2 * h_n.sum() + 3 * c_n.sum()).backward()
        results.append([t.detach().numpy() for t in (output, h_n, c_n, states[0].grad, states[1].grad)])
    for mine, reference in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_an_input_without_batch_gives_outputs_without(same_as_torch, torch, kind):
    ours, theirs = (getattr(lib, kind)(3, 4, bidirectional=True) for lib in (nn, torch.nn))
    same_as_torch(ours, theirs, normal(5, 3))


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_agrees_with_pytorch(same_as_torch, torch, kind):
    ours, theirs = (getattr(lib, kind)(3, 4) for lib in (nn, torch.nn))
    same_as_torch(ours, theirs, normal(2, 3))
    same_as_torch(ours, theirs, normal(3))


def test_a_cell_uses_its_state(same_as_torch, torch):
    same_as_torch(nn.GRUCell(3, 4), torch.nn.GRUCell(3, 4), normal(2, 3), normal(2, 4))
    same_as_torch(
        nn.RNNCell(3, 4, nonlinearity="relu"),
        torch.nn.RNNCell(3, 4, nonlinearity="relu"),
        normal(2, 3),
        normal(2, 4),
    )


def test_weights_start_within_one_over_sqrt_hidden():
    rg.manual_seed(0)
    largest = max(p.abs().max().item() for p in nn.LSTM(10, 25).parameters())
    assert 0.9 / math.sqrt(25) < largest <= 1 / math.sqrt(25)


def test_dropout_works_between_layers_in_training_only():
    layer = nn.GRU(3, 4, num_layers=2, dropout=0.5)
    x = rg.ones(6, 2, 3)
    rg.manual_seed(0)
    first = layer(x)[0]
    assert not rg.equal(first, layer(x)[0])
    layer.eval()
    assert rg.equal(layer(x)[0], layer(x)[0])


def test_arguments_are_checked_in_pytorchs_words(same_outcome):
    for arguments in ({"dropout": 2}, {"bias": 1}, {"batch_first": 0}, {"num_layers": 0}, {"proj_size": 9}):
        same_outcome(lambda lib, arguments=arguments: lib.nn.LSTM(3, 4, **arguments))
    same_outcome(lambda lib: lib.nn.GRU(0, 4))
    same_outcome(lambda lib: lib.nn.GRU(3, 4.0))
    same_outcome(lambda lib: lib.nn.RNN(3, 4, nonlinearity="sin"))


def test_dropout_of_one_layer_warns():
    with pytest.warns(UserWarning, match="non-zero dropout expects num_layers greater than 1"):
        nn.LSTM(3, 4, dropout=0.5)


def test_wrong_sizes_are_refused():
    layer = nn.GRU(3, 4)
    with pytest.raises(RuntimeError, match="Expected 3, got 5"):
        layer(rg.zeros(2, 1, 5))
    with pytest.raises(RuntimeError, match="Expected hidden"):
        layer(rg.zeros(2, 1, 3), rg.zeros(1, 7, 4))
    with pytest.raises(ValueError, match="GRU: Expected input to be 2D or 3D, got 1D instead"):
        layer(rg.zeros(3))

"""RNN, LSTM, GRU and their cells beside PyTorch's, with the same weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn
from retrograd.functional import over_time

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


@pytest.mark.parametrize(("name", "gates"), [("rnn_tanh_cell", 1), ("rnn_relu_cell", 1), ("gru_cell", 3),
                                             ("lstm_cell", 4)])
def test_the_functions_of_cells_are_pytorchs(torch, name, gates):
    shapes = (2, 3), (2, 5), (gates * 5, 3), (gates * 5, 5), (gates * 5,), (gates * 5,)
    x, h, *weights = [normal(*shape) for shape in shapes]
    results = []
    for lib in (rg, torch):
        state = (lib.tensor(h), lib.tensor(-h)) if name == "lstm_cell" else lib.tensor(h)
        out = getattr(lib, name)(lib.tensor(x), state, *[lib.tensor(w) for w in weights])
        results.append([t.numpy() for t in (out if name == "lstm_cell" else (out,))])
    for mine, reference in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-12, atol=1e-13)


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
    with pytest.raises(RuntimeError, match="sequence length to be larger than 0"):
        nn.LSTM(3, 4, batch_first=True)(rg.zeros(2, 0, 3))
    with pytest.raises(ValueError, match="GRU: Expected input to be 2D or 3D, got 1D instead"):
        layer(rg.zeros(3))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_truncated_backpropagation_through_time_is_pytorchs(torch, kind):
    """The state goes on from piece to piece, its history does not."""
    ours, theirs = (getattr(lib, kind)(3, 4).double() for lib in (nn, torch.nn))
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    x = normal(9, 2, 3)
    grads = []
    for lib, module in ((rg, ours), (torch, theirs)):
        state = None
        for piece in lib.tensor(x).split(3):
            out, state = module(piece, state)
            (out ** 2).sum().backward()
            state = tuple(s.detach() for s in state) if kind == "LSTM" else state.detach()
        grads.append([p.grad.numpy() for p in module.parameters()])
    for mine, reference in zip(*grads, strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-11, atol=1e-13)


def test_the_resetting_before_the_map_is_the_loop_written_out():
    layer = nn.GRU(3, 4, reset_after=False).double()
    x, h = rg.tensor(normal(5, 2, 3), requires_grad=True), rg.zeros(2, 4).double()
    w_i, w_h, b_i, b_h = layer.all_weights[0]
    for step in x:
        r_x, z_x, n_x = (step @ w_i.T + b_i).chunk(3, -1)
        r_h, z_h = (h @ w_h[:8].T + b_h[:8]).chunk(2, -1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        h = (1 - z) * (n_x + (r * h) @ w_h[8:].T + b_h[8:]).tanh() + z * h
    expected = rg.autograd.grad((h ** 2).sum(), (x, w_h))
    got = rg.autograd.grad((layer(x)[1] ** 2).sum(), (x, w_h))
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-11, atol=1e-13)


def test_a_step_that_is_compiled_trains_as_the_plain_loop_does():
    def train(compiled):
        rg.manual_seed(0)
        layer, head = nn.LSTM(3, 4, num_layers=2, dropout=0.5, bidirectional=True), nn.Linear(8, 1)
        optimizer = rg.optim.Adam([*layer.parameters(), *head.parameters()], 0.01)

        def step(x):
            optimizer.zero_grad()
            loss = (head(layer(x)[0]) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss
        run = rg.compile(step) if compiled else step
        losses = [run(rg.tensor(normal_of(k, 5, 2, 3), dtype=rg.float32)).item() for k in range(5)]
        return losses, [p.detach().numpy().tobytes() for p in layer.parameters()]
    assert train(True) == train(False)


def normal_of(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_inputs_mapped_before_the_loop_and_in_it_give_the_same_bits(kind, monkeypatch):
    layer, x = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True), rg.tensor(normal(5, 2, 3)).float()
    x.requires_grad_()

    def computed(near):
        monkeypatch.setattr(over_time, "NEAR", near)
        out = layer(x)[0]
        grads = rg.autograd.grad((out * out).sum(), (x, *layer.parameters()))
        return [t.detach().numpy().tobytes() for t in (out, *grads)]
    assert computed(0) == computed(1 << 19)

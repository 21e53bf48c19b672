"""Packed and padded sequences beside PyTorch's, and recurrent layers over them."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn

RNG = np.random.default_rng(3)
LENGTHS = [[5, 3, 3, 1], [2, 5, 1, 4], [4, 4, 4, 4]]


def sequences(lib, lengths, size=3):
    rng = np.random.default_rng(len(lengths))
    return [lib.tensor(rng.standard_normal((n, size))) for n in lengths]


def same(ours, theirs):
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("batch_first", [False, True])
def test_packing_and_padding_are_pytorchs(torch, lengths, batch_first):
    found = []
    for lib in (rg, torch):
        rnn = lib.nn.utils.rnn
        padded = rnn.pad_sequence(sequences(lib, lengths), batch_first, padding_value=-1.0)
        packed = rnn.pack_padded_sequence(padded, lengths, batch_first, enforce_sorted=False)
        back, sizes = rnn.pad_packed_sequence(packed, batch_first, -2.0, total_length=6)
        left = rnn.pad_sequence(sequences(lib, lengths), padding_side="left")
        copy = padded.clone()               # PyTorch turns it in place
        found.append([padded, *packed, back, sizes, left, *rnn.unpad_sequence(copy, sizes, batch_first),
                      *rnn.unpack_sequence(packed), rnn.pack_sequence(sequences(lib, lengths), False).data])
    for ours, theirs in zip(*found, strict=True):
        same(ours, theirs)


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}], ids=str)
def test_a_recurrent_layer_over_packed_sequences_is_pytorchs(torch, kind, lengths, options):
    ours, theirs = (getattr(lib, kind)(3, 4, **options).double() for lib in (nn, torch.nn))
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    layers = 4 if options else 1
    start = RNG.standard_normal((2, layers, len(lengths), 4))
    found = []
    for lib, module in ((rg, ours), (torch, theirs)):
        xs = [x.requires_grad_() for x in sequences(lib, lengths)]
        packed = lib.nn.utils.rnn.pack_sequence(xs, enforce_sorted=False)
        states = [lib.tensor(s, requires_grad=True) for s in start[:2 if kind == "LSTM" else 1]]
        out, last = module(packed, tuple(states) if kind == "LSTM" else states[0])
        last = last if kind == "LSTM" else (last,)
        padded, _ = lib.nn.utils.rnn.pad_packed_sequence(out)
        ((padded ** 2).sum() + sum(((k + 2) * s).sum() for k, s in enumerate(last))).backward()
        grads = [t.grad for t in (*xs, *states, *module.parameters())]
        found.append([padded, *last, *grads])
    for mine, reference in zip(*found, strict=True):
        # sums of a few dozen terms in another order
        np.testing.assert_allclose(mine.detach().numpy(), reference.detach().numpy(), rtol=1e-11, atol=1e-13)


def test_an_lstm_with_projections_takes_packed_sequences(torch):
    ours, theirs = (lib.LSTM(3, 5, proj_size=2).double() for lib in (nn, torch.nn))
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    outs = [module(lib.nn.utils.rnn.pack_sequence(sequences(lib, [4, 2])))[0].data
            for lib, module in ((rg, ours), (torch, theirs))]
    np.testing.assert_allclose(outs[0].detach().numpy(), outs[1].detach().numpy(), rtol=1e-12)


def test_padding_that_is_not_a_number_reaches_nothing():
    layer = nn.GRU(3, 4)
    x = rg.full((5, 2, 3), float("nan"))
    x[:2, 0], x[:5, 1] = 1.0, 2.0
    packed = nn.utils.rnn.pack_padded_sequence(x.requires_grad_(), [2, 5], enforce_sorted=False)
    out, h = layer(packed)
    (out.data.sum() + h.sum()).backward()
    assert all(p.grad.isfinite().all() for p in layer.parameters())
    assert out.data.isfinite().all() and x.grad[2:, 0].abs().max() == 0


@pytest.mark.parametrize("call", [
    lambda lib, rnn: rnn.pack_padded_sequence(lib.ones(4, 2, 3), [2, 4]),
    lambda lib, rnn: rnn.pack_padded_sequence(lib.ones(4, 2, 3), [4, 0]),
    lambda lib, rnn: rnn.pack_padded_sequence(lib.ones(4, 2, 3), [3]),
    lambda lib, rnn: rnn.pad_packed_sequence(rnn.pack_sequence([lib.ones(4, 3)]), total_length=2),
    lambda lib, rnn: rnn.pad_sequence([lib.ones(2)], padding_side="up"),
])
def test_errors_are_of_pytorchs_kind(torch, call):
    raised = []
    for lib in (rg, torch):
        with pytest.raises((RuntimeError, ValueError)) as found:
            call(lib, lib.nn.utils.rnn)
        raised.append(type(found.value))
    assert issubclass(raised[0], raised[1])

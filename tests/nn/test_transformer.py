"""Layers, stacks and the whole Transformer beside PyTorch's, with the same parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg

E, H, FF, N, L, S = 8, 2, 12, 3, 7, 5
RNG = np.random.default_rng(0)


def both(torch: Any, make: Any) -> tuple[Any, Any]:
    """The same module of each library, in float64, with the same parameters."""
    theirs, ours = make(torch.nn).double(), make(rg.nn).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [tuple(p.shape) for p in ours.parameters()] == [tuple(p.shape) for p in theirs.parameters()]
    with torch.no_grad():
        for p in theirs.parameters():
            p.uniform_(-1, 1)
    ours.load_state_dict({k: rg.from_numpy(v.numpy().copy()) for k, v in theirs.state_dict().items()})
    return theirs, ours


def compared(torch: Any, make: Any, arrays: list[Any], options: Any = None) -> None:
    """Outputs, and gradients to inputs and parameters. 1e-10: some hundred roundings of numbers below 1e3."""
    results = []
    for T, module in zip((torch, rg), both(torch, make)):
        inputs = [T.tensor(a, dtype=T.float64, requires_grad=True) for a in arrays]
        y = module(*inputs, **(options(T) if options else {}))
        (y**2).sum().backward()
        grads = [i.grad for i in inputs] + [p.grad for p in module.parameters()]
        results.append([y.detach().numpy(), *(g.numpy() for g in grads)])
    for theirs, ours in zip(*results):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_an_encoder_layer(torch: Any, activation: str, batch_first: bool, norm_first: bool) -> None:
    compared(
        torch,
        lambda nn: nn.TransformerEncoderLayer(
            E, H, FF, 0.0, activation, batch_first=batch_first, norm_first=norm_first
        ),
        [normal(N, L, E) if batch_first else normal(L, N, E)],
    )


@pytest.mark.parametrize("bias", [False, True])
def test_a_decoder_layer_with_masks(torch: Any, bias: bool) -> None:
    padding = np.zeros((N, S), bool)
    padding[1, 3:] = True

    def masks(T: Any) -> Any:
        causal = T.nn.Transformer.generate_square_subsequent_mask(L, dtype=T.float64)
        return {"tgt_mask": causal, "tgt_is_causal": True, "memory_key_padding_mask": T.tensor(padding)}

    compared(
        torch,
        lambda nn: nn.TransformerDecoderLayer(E, H, FF, 0.0, bias=bias, batch_first=True),
        [normal(N, L, E), normal(N, S, E)],
        masks,
    )


def test_without_a_batch(torch: Any) -> None:
    compared(torch, lambda nn: nn.TransformerEncoderLayer(E, H, FF, 0.0), [normal(L, E)])


def test_an_encoder_with_padding_and_a_causal_mask(torch: Any) -> None:
    padding = np.zeros((N, L), bool)
    padding[2, 4:] = True

    def masks(T: Any) -> Any:
        upper = T.triu(T.ones(L, L, dtype=T.bool), 1)
        return {"mask": upper, "src_key_padding_mask": T.tensor(padding)}

    compared(
        torch,
        lambda nn: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(E, H, FF, 0.0, batch_first=True),
            2,
            nn.LayerNorm(E),
            enable_nested_tensor=False,
        ),
        [normal(N, L, E)],
        masks,
    )


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("batch_first", [False, True])
def test_the_whole_transformer(torch: Any, batch_first: bool) -> None:
    arrays = [normal(N, S, E), normal(N, L, E)]
    compared(
        torch,
        lambda nn: nn.Transformer(E, H, 2, 2, FF, 0.0, batch_first=batch_first),
        arrays if batch_first else [a.swapaxes(0, 1) for a in arrays],
        lambda T: {"tgt_mask": T.nn.Transformer.generate_square_subsequent_mask(L, dtype=T.float64)},
    )


def test_layers_of_a_stack_are_copies() -> None:
    stack = rg.nn.TransformerEncoder(rg.nn.TransformerEncoderLayer(E, H, FF), 3)
    first, second = (stack.layers[k].linear1.weight for k in (0, 1))
    assert first is not second
    assert first.tolist() == second.tolist()


def test_the_causal_mask(torch: Any) -> None:
    ours = rg.nn.Transformer.generate_square_subsequent_mask(3).tolist()
    assert ours == torch.nn.Transformer.generate_square_subsequent_mask(3).tolist()
    assert ours[0][1] == -math.inf


def test_dropout_is_drawn_in_training_only() -> None:
    layer = rg.nn.TransformerEncoderLayer(E, H, FF, 0.5, batch_first=True)
    x = rg.randn(N, L, E)
    assert layer(x).tolist() != layer(x).tolist()
    layer.eval()
    assert layer(x).tolist() == layer(x).tolist()


def test_an_unknown_activation_is_an_error() -> None:
    with pytest.raises(ValueError, match="'relu', 'gelu'"):
        rg.nn.TransformerEncoderLayer(E, H, activation="swoosh")


def test_a_compiled_step_trains_it_to_the_same_bits() -> None:
    found = []
    for compiled in (False, True):
        rg.manual_seed(0)
        model = rg.nn.TransformerEncoder(
            rg.nn.TransformerEncoderLayer(E, H, FF, 0.1, batch_first=True), 2
        )
        optimizer = rg.optim.Adam(model.parameters())
        x = rg.randn(N, L, E)

        def step(model: Any = model, optimizer: Any = optimizer, x: Any = x) -> Any:
            optimizer.zero_grad()
            loss = model(x).square().mean()
            loss.backward()
            optimizer.step()
            return loss

        run = rg.compile(step) if compiled else step
        found.append([run().item() for _ in range(3)])
    assert found[0] == found[1]

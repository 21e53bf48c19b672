"""Weights that PyTorch saved as safetensors load into the same layers and give the same outputs, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.nn.test_layers import LAYERS

import retrograd as rg

RNG = np.random.default_rng(11)
MORE = {
    "bilinear": (lambda n: n.Bilinear(3, 4, 5), (2, 3), (2, 4)),
    "rnn": (lambda n: n.RNN(3, 4, num_layers=2, nonlinearity="relu"), (5, 2, 3)),
    "lstm": (lambda n: n.LSTM(3, 4, bidirectional=True, proj_size=2), (5, 2, 3)),
    "gru": (lambda n: n.GRU(3, 4, num_layers=2, bias=False, batch_first=True), (2, 5, 3)),
    "rnn_cell": (lambda n: n.RNNCell(3, 4), (2, 3)),
    "lstm_cell": (lambda n: n.LSTMCell(3, 4), (2, 3)),
    "gru_cell": (lambda n: n.GRUCell(3, 4), (2, 3)),
    "attention": (lambda n: n.MultiheadAttention(8, 2), (5, 2, 8), (5, 2, 8), (5, 2, 8)),
    "attention_of_other_widths": (lambda n: n.MultiheadAttention(8, 2, kdim=3, vdim=5, add_bias_kv=True),
                                  (4, 2, 8), (6, 2, 3), (6, 2, 5)),
    "encoder_layer": (lambda n: n.TransformerEncoderLayer(8, 2, 16), (5, 2, 8)),
    "decoder_layer": (lambda n: n.TransformerDecoderLayer(8, 2, 16, norm_first=True), (5, 2, 8), (4, 2, 8)),
    "transformer": (lambda n: n.Transformer(8, 2, 1, 1, 16, batch_first=True), (2, 5, 8), (2, 4, 8)),
    "nested": (lambda n: n.Sequential(n.Sequential(n.Conv2d(2, 4, 3), n.BatchNorm2d(4)), n.Flatten(),
                                      n.Linear(4 * 9, 5)), (2, 2, 5, 5)),
}
CASES: dict[str, Any] = {**{name: (make, shape) for name, (make, shape) in LAYERS.items()}, **MORE}


def leaves(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, (tuple, list)) else [value]


def outputs(lib: Any, module: Any, arrays: list[np.ndarray]) -> list[np.ndarray]:
    with lib.no_grad():
        found = leaves(module.eval()(*(lib.tensor(a) for a in arrays)))
    return [t.numpy() for t in found if t is not None]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:LSTM with projections")
@pytest.mark.parametrize("name", CASES)
def test_a_layer_reads_pytorchs_weights_and_pytorch_reads_ours(name: str, torch: Any, tmp_path: Path) -> None:
    theirs_file = pytest.importorskip("safetensors.torch")
    make, *shapes = CASES[name]
    ours, theirs = make(rg.nn), make(torch.nn)
    arrays = [RNG.standard_normal(shape).astype(np.float32) for shape in shapes]
    state = theirs.state_dict()
    mine, reference = ({k: tuple(v.shape) for k, v in each.items()} for each in (ours.state_dict(), state))
    assert mine == reference and list(mine) == list(reference)
    theirs_file.save_file(state, tmp_path / "theirs.safetensors")
    ours.load_state_dict(rg.load(tmp_path / "theirs.safetensors"))
    wanted = outputs(torch, theirs, arrays)
    for mine, reference in zip(outputs(rg, ours, arrays), wanted, strict=True):
        # float32: some hundred terms at most, then products with weights of order one
        np.testing.assert_allclose(mine, reference, rtol=2e-5, atol=2e-6)
    rg.save(ours.state_dict(), tmp_path / "ours.safetensors")
    again = make(torch.nn)
    again.load_state_dict(theirs_file.load_file(tmp_path / "ours.safetensors"))
    for mine, reference in zip(outputs(torch, again, arrays), wanted, strict=True):
        np.testing.assert_array_equal(mine, reference)

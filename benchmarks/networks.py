"""The networks of the step benchmarks, written once for any library with PyTorch's names."""

from __future__ import annotations

from typing import Any

import numpy as np

# name: steps a repeat
WORK = {"xor": 400, "mlp64": 100, "mlp512": 30, "resmlp": 10, "conv32": 2, "lstm32": 2, "gpt8": 2}
TARGETS = {"xor": (0.15, 0.3), "mlp64": (0.5, 0.42), "mlp512": (0.75, 0.42), "resmlp": (0.55, 0.42),
           "gpt8": (0.5, 0.55)}
LSTM_WIDTH = 128
GPT_LENGTH, GPT_WIDTH, GPT_LAYERS, GPT_WORDS = 128, 128, 4, 65


def data(work: str) -> tuple[Any, Any]:
    """Inputs and labels as NumPy arrays, the same for every library."""
    rng = np.random.default_rng(0)

    def normal(*shape: int) -> Any:
        return rng.standard_normal(shape).astype(np.float32)
    if work == "xor":
        return normal(4, 2), rng.integers(0, 2, 4)
    batch = int("".join(c for c in work if c.isdigit()) or 64)
    if work.startswith("gpt"):
        return (rng.integers(0, GPT_WORDS, (batch, GPT_LENGTH)),
                rng.integers(0, GPT_WORDS, batch * GPT_LENGTH))
    shape = {"mlp": (784,), "res": (128,), "con": (3, 32, 32), "lst": (100, 40)}[work[:3]]
    return normal(batch, *shape), rng.integers(0, 10, batch)


def linear_layers(work: str) -> list[tuple[int, int]] | None:
    """(inputs, outputs) of the layers of the networks that are linear layers and little else."""
    return {"xor": [(2, 8), (8, 2)], "resmlp": [(128, 128)] * 50 + [(128, 10)]}.get(
        work, [(784, 256), (256, 10)] if work.startswith("mlp") else None)


def floor(work: str, gflops: float, gbytes: float) -> float | None:
    """Microseconds that a step with Adam needs at the peaks of the machine: operations over the FMA peak plus
    bytes over the bandwidth. A product counts twice in backward, but for the gradient of the inputs; Adam
    reads four arrays and writes three, and the gradient is written once."""
    if work.startswith("gpt"):
        return _gpt_floor(len(data(work)[0]), gflops, gbytes)
    if work.startswith("lstm"):
        return _lstm_floor(*data(work)[0].shape, gflops, gbytes)
    layers = linear_layers(work)
    if layers is None:
        return None
    batch = len(data(work)[0])
    operations = sum(6 * batch * i * o for i, o in layers) - 2 * batch * layers[0][0] * layers[0][1]
    parameters = sum(i * o + o for i, o in layers)
    return operations / gflops / 1e3 + (8 * 4 * parameters + 4 * batch * layers[0][0]) / gbytes / 1e3


def _gpt_floor(batch: int, gflops: float, gbytes: float) -> float:
    """The same of a GPT: in a block four linear layers, and attention, of whose two products forward and five
    backward a causal mask hides half. Tables are parameters; activations are taken to stay in a cache."""
    width, rows = GPT_WIDTH, batch * GPT_LENGTH
    matrices = GPT_LAYERS * 12 * width ** 2 + width * GPT_WORDS
    attention = GPT_LAYERS * 7 * rows * GPT_LENGTH * width
    parameters = matrices + (GPT_WORDS + GPT_LENGTH) * width
    return (6 * rows * matrices + attention) / gflops / 1e3 + 8 * 4 * parameters / gbytes / 1e3


def _lstm_floor(batch: int, steps: int, inputs: int, gflops: float, gbytes: float) -> float:
    """The same of an LSTM: products with both weights forward and for their gradients, and one back through
    the states. What the gates take, and what is kept for the way back, is not counted."""
    rows, gates = batch * steps, 4 * LSTM_WIDTH
    operations = 2 * rows * gates * (2 * (inputs + LSTM_WIDTH) + LSTM_WIDTH)
    parameters = gates * (inputs + LSTM_WIDTH + 2)
    return operations / gflops / 1e3 + 8 * 4 * parameters / gbytes / 1e3


def network(T: Any, nn: Any, F: Any, work: str) -> Any:
    """The model."""
    T.manual_seed(0)
    if work == "xor":
        return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    if work.startswith("mlp"):
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return {"resmlp": _residual, "conv32": _convolutional, "lstm32": _recurrent, "gpt8": gpt}[work](T, nn, F)


def _residual(T: Any, nn: Any, F: Any) -> Any:
    class Residual(nn.Module):      # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(128, 128) for _ in range(50)])
            self.head = nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = x + T.relu(layer(x))
            return self.head(x)
    return Residual()


def _convolutional(T: Any, nn: Any, F: Any) -> Any:
    class Convolutional(nn.Module):     # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.c1, self.b1 = nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(64)
            self.c2, self.b2 = nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128)
            self.head = nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            x = F.max_pool2d(F.relu(self.b1(self.c1(x))), 2)
            return self.head(F.relu(self.b2(self.c2(x))).mean((2, 3)))
    return Convolutional()


def _recurrent(T: Any, nn: Any, F: Any) -> Any:
    class Recurrent(nn.Module):     # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(40, LSTM_WIDTH, batch_first=True), nn.Linear(LSTM_WIDTH, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0][:, -1])
    return Recurrent()


def gpt(T: Any, nn: Any, F: Any, layers: int = GPT_LAYERS, width: int = GPT_WIDTH, heads: int = 4) -> Any:
    """Blocks of attention and two linear layers, as GPT has them."""
    class Block(nn.Module):     # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            b, length, _ = x.shape
            q, k, v = (z.reshape(b, length, heads, width // heads).transpose(1, 2)
                       for z in self.qkv(self.norm1(x)).split(width, -1))
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(b, length, width))
            return x + self.down(F.gelu(self.up(self.norm2(x))))

    class GPT(nn.Module):       # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(GPT_WORDS, width)
            self.places = nn.Embedding(GPT_LENGTH, width)
            self.blocks = nn.ModuleList([Block() for _ in range(layers)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, GPT_WORDS)

        def forward(self, i: Any) -> Any:
            x = self.words(i) + self.places(T.arange(i.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x)).flatten(0, 1)
    return GPT()

"""Work whose sizes or graphs keep changing: microseconds a sample and kernels compiled, beside PyTorch eager.

tree      a child-sum tree network over random binary trees, a new shape each sample: forward, backward, Adam
generate  a small GPT writes 200 tokens, its context growing by one each time, nothing kept between
cached    the same with keys and values kept and joined by `cat`
lengths   an LSTM trained on 100 different sequence lengths
batches   an MLP trained on 200 different batch sizes
"""

from __future__ import annotations

import importlib
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.networks import network

WORK = ("tree", "generate", "cached", "lengths", "batches")
JUDGED, TARGET = WORK, 1.5
HIDDEN = 96


def measure(lib: str, work: str) -> dict[str, float]:
    """Median microseconds of the last half; kernels loaded in all, and in the last half."""
    T: Any = importlib.import_module(lib)
    nn: Any = importlib.import_module(lib + ".nn")
    F: Any = importlib.import_module(lib + ".nn.functional")
    optim: Any = importlib.import_module(lib + ".optim")
    T.manual_seed(0)
    samples = list(_MAKE[work](T, nn, F, optim))
    kernels = _kernels if lib == "retrograd" else lambda: 0
    before = kernels()
    times = []
    middle = 0
    for k, sample in enumerate(samples):
        if k == len(samples) // 2:
            middle = kernels()
        start = time.perf_counter()
        sample()
        times.append((time.perf_counter() - start) * 1e6)
    return {"us": statistics.median(times[len(times) // 2:]), "total": sum(times) / len(times),
            "kernels": kernels() - before, "late": kernels() - middle}


def _kernels() -> int:
    found = importlib.import_module("retrograd.codegen.jit").compilations()
    return int(found["compiled"] + found["from disk"])


def _trained(T: Any, F: Any, optim: Any, model: Any, run: Callable[[Any], Any], lib_fused: bool
             ) -> Callable[[Any, Any], Callable[[], None]]:
    opt = optim.Adam(model.parameters(), lr=1e-3, **({"fused": True} if lib_fused else {}))

    def sample(x: Any, y: Any) -> Callable[[], None]:
        def step() -> None:
            opt.zero_grad()
            loss = F.cross_entropy(run(x), y)
            loss.backward()
            opt.step()
            loss.item()
        return step
    return sample


def _tree(T: Any, nn: Any, F: Any, optim: Any) -> Iterator[Callable[[], None]]:
    class Cell(nn.Module):      # type: ignore[misc, name-defined]
        """Child-sum TreeLSTM of Tai, Socher and Manning (2015)."""

        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(50, HIDDEN)
            self.iou_x, self.iou_h = nn.Linear(HIDDEN, 3 * HIDDEN), nn.Linear(HIDDEN, 3 * HIDDEN, bias=False)
            self.f_x, self.f_h = nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, HIDDEN, bias=False)
            self.head = nn.Linear(HIDDEN, 5)

        def node(self, tree: Any) -> tuple[Any, Any]:
            if isinstance(tree, int):
                x = self.words(T.tensor([tree]))
                i, o, u = self.iou_x(x).chunk(3, 1)
                c = T.sigmoid(i) * T.tanh(u)
                return T.sigmoid(o) * T.tanh(c), c
            word, left, right = tree
            x = self.words(T.tensor([word]))
            (hl, cl), (hr, cr) = self.node(left), self.node(right)
            i, o, u = (self.iou_x(x) + self.iou_h(hl + hr)).chunk(3, 1)
            fx = self.f_x(x)
            c = T.sigmoid(i) * T.tanh(u)
            c = c + T.sigmoid(fx + self.f_h(hl)) * cl + T.sigmoid(fx + self.f_h(hr)) * cr
            return T.sigmoid(o) * T.tanh(c), c

        def forward(self, tree: Any) -> Any:
            return self.head(self.node(tree)[0])

    rng = random.Random(0)

    def grown(leaves: int) -> Any:
        if leaves == 1:
            return rng.randrange(50)
        left = rng.randrange(1, leaves)
        return rng.randrange(50), grown(left), grown(leaves - left)
    model = Cell()
    sample = _trained(T, F, optim, model, model, T.__name__ == "torch")
    for _ in range(60):
        yield sample(grown(rng.randrange(6, 14)), T.tensor([rng.randrange(5)]))


def _gpt(T: Any, nn: Any, F: Any) -> Any:
    width, heads = 64, 4

    class Block(nn.Module):     # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any, past: Any) -> tuple[Any, Any]:
            b, length, _ = x.shape
            q, k, v = (z.reshape(b, length, heads, width // heads).transpose(1, 2)
                       for z in self.qkv(self.norm1(x)).split(width, -1))
            if past is not None:
                k, v = T.cat([past[0], k], 2), T.cat([past[1], v], 2)
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
            x = x + self.out(mixed.transpose(1, 2).reshape(b, length, width))
            return x + self.down(F.gelu(self.up(self.norm2(x)))), (k, v)

    class GPT(nn.Module):       # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(65, width), nn.Embedding(256, width)
            self.blocks = nn.ModuleList([Block() for _ in range(2)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 65)

        def forward(self, i: Any, past: Any = None) -> tuple[Any, Any]:
            seen = 0 if past is None else past[0][0].shape[2]
            x = self.words(i) + self.places(T.arange(seen, seen + i.shape[1]))
            kept = []
            for k, block in enumerate(self.blocks):
                x, kv = block(x, None if past is None else past[k])
                kept.append(kv)
            return self.head(self.norm(x[:, -1])), kept
    return GPT()


def _generate(T: Any, nn: Any, F: Any, optim: Any) -> Iterator[Callable[[], None]]:
    model = _gpt(T, nn, F)
    text = [1]

    def token() -> None:
        with T.no_grad():
            text.append(model(T.tensor([text]))[0].argmax(1).item())
    for _ in range(200):
        yield token


def _cached(T: Any, nn: Any, F: Any, optim: Any) -> Iterator[Callable[[], None]]:
    model = _gpt(T, nn, F)
    state: list[Any] = [1, None]

    def token() -> None:
        with T.no_grad():
            logits, state[1] = model(T.tensor([[state[0]]]), state[1])
            state[0] = logits.argmax(1).item()
    for _ in range(200):
        yield token


def _lengths(T: Any, nn: Any, F: Any, optim: Any) -> Iterator[Callable[[], None]]:
    class Recurrent(nn.Module):     # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(16, 64, batch_first=True), nn.Linear(64, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0][:, -1])
    model = Recurrent()
    rng = np.random.default_rng(0)
    sample = _trained(T, F, optim, model, model, T.__name__ == "torch")
    for length in rng.permutation(np.arange(1, 101)):
        yield sample(T.from_numpy(rng.standard_normal((8, int(length), 16)).astype(np.float32)),
                     T.from_numpy(rng.integers(0, 10, 8)))


def _batches(T: Any, nn: Any, F: Any, optim: Any) -> Iterator[Callable[[], None]]:
    model = network(T, nn, F, "mlp64")
    rng = np.random.default_rng(0)
    sample = _trained(T, F, optim, model, model, T.__name__ == "torch")
    for size in rng.permutation(np.arange(1, 201)):
        yield sample(T.from_numpy(rng.standard_normal((int(size), 784)).astype(np.float32)),
                     T.from_numpy(rng.integers(0, 10, int(size))))


_MAKE: dict[str, Callable[..., Iterator[Callable[[], None]]]] = {
    "tree": _tree, "generate": _generate, "cached": _cached, "lengths": _lengths, "batches": _batches}

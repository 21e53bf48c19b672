"""Milliseconds of single layers, forward and each gradient alone, beside PyTorch's, and floors.

A layer is a row of LAYERS: arrays by name (those of capital initials need no gradient), a function of the
library and the tensors, and the operations of its forward. Gradients are asked of a result that is known:
what is measured is the pullback. PyTorch's convolutions are tried with channels last too, the better counts.
BENCH_THREADS=1 measures the time of one thread, which a busy machine does not spoil.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

TARGET = 0.8            # of PyTorch's time
THREADS = int(os.environ.get("BENCH_THREADS", "2"))


class Layer(NamedTuple):
    """`call(T, F, *tensors)` is the layer; `operations` counts its multiply-adds twice. `channels_last`:
    whether PyTorch may lay its images out so. `back`: how many times those operations a gradient alone takes,
    where that is not once."""

    arrays: dict[str, tuple[int, ...]]
    call: Callable[..., Any]
    operations: int = 0
    channels_last: bool = False
    back: Mapping[str, float] = MappingProxyType({})


def _conv(batch: int, channels: int, out: int, kernel: int, size: int, rank: int = 2, stride: int = 1,
          groups: int = 1) -> Layer:
    """A convolution of cubes, padded so that stride 1 keeps the size."""
    x, w = (batch, channels) + (size,) * rank, (out, channels // groups) + (kernel,) * rank
    padding = kernel // 2
    count = (size + 2 * padding - kernel) // stride + 1
    operations = 2 * batch * count ** rank * int(np.prod(w))

    def call(T: Any, F: Any, x: Any, w: Any) -> Any:
        return getattr(F, f"conv{rank}d")(x, w, None, stride, padding, 1, groups)
    return Layer({"x": x, "w": w}, call, operations, rank == 2)


def _recurrent(kind: str, steps: int, batch: int, inputs: int, hidden: int, layers: int = 1,
               both: bool = False) -> Layer:
    """A recurrent layer with its weights (biases need no gradient here); "w" leads from state to state."""
    rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * hidden
    names, arrays, operations = [], {"x": (steps, batch, inputs)}, 0
    for layer in range(layers):
        width = inputs if layer == 0 else hidden * (2 if both else 1)
        for way in ("", "_reverse") if both else ("",):
            for name, shape in (("weight_ih", (rows, width)), ("weight_hh", (rows, hidden)),
                                ("bias_ih", (rows,)), ("bias_hh", (rows,))):
                names.append(f"{name}_l{layer}{way}")
                # The last of the weights that lead from state to state stands for all of them.
                last = name == "weight_hh" and layer == layers - 1 and way == ""
                arrays["w" if last else names[-1].capitalize()] = shape
            operations += 2 * steps * batch * rows * (width + hidden)

    modules: dict[str, Any] = {}

    def call(T: Any, F: Any, x: Any, *weights: Any) -> Any:     # noqa: ARG001
        if T.__name__ not in modules:
            modules[T.__name__] = getattr(T.nn, kind)(inputs, hidden, layers, bidirectional=both)
        return T.func.functional_call(modules[T.__name__], dict(zip(names, weights)), (x,))[0]
    return Layer(arrays, call, operations)


def _attention(batch: int, heads: int, length: int, width: int, causal: bool = False) -> Layer:
    """Attention of heads: two products forward. The gradient to q or to k computes the scores again, their
    cotangent and its own: three; that to v needs two."""
    shape = (batch, heads, length, width)
    operations = 4 * batch * heads * length * length * width // (2 if causal else 1)

    def call(T: Any, F: Any, q: Any, k: Any, v: Any) -> Any:     # noqa: ARG001
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return Layer({"q": shape, "k": shape, "v": shape}, call, operations, back={"to q": 1.5, "to k": 1.5})


LAYERS: dict[str, Layer] = {
    "conv 64-64 3x3 on 56x56": _conv(1, 64, 64, 3, 56),
    "conv 64-64 3x3 on 56x56, batch 8": _conv(8, 64, 64, 3, 56),
    "conv 3-64 7x7 stride 2 on 224x224": _conv(1, 3, 64, 7, 224, stride=2),
    "conv 3-64 7x7 stride 2 on 224x224, batch 8": _conv(8, 3, 64, 7, 224, stride=2),
    "conv 256-256 3x3 on 14x14": _conv(1, 256, 256, 3, 14),
    "conv 256-256 3x3 on 14x14, batch 8": _conv(8, 256, 256, 3, 14),
    "depthwise 3x3, 96 channels of 28x28": _conv(1, 96, 96, 3, 28, groups=96),
    "depthwise 3x3, 96 channels of 28x28, batch 8": _conv(8, 96, 96, 3, 28, groups=96),
    "depthwise 3x3 stride 2, 96 channels of 56x56, batch 4": _conv(4, 96, 96, 3, 56, stride=2, groups=96),
    "depthwise 7x7, 384 channels of 14x14, batch 4": _conv(4, 384, 384, 7, 14, groups=384),
    "conv1d 80-256 k=5, 400 steps": _conv(1, 80, 256, 5, 400, rank=1),
    "attention, 8 heads of 64, 1024 steps, causal": _attention(1, 8, 1024, 64, causal=True),
    "attention, 8 heads of 64, 1024 steps": _attention(1, 8, 1024, 64),
    "attention, 4 heads of 32, 128 steps, batch 8, causal": _attention(8, 4, 128, 32, causal=True),
    "LSTM 40-128, 100 steps, batch 32": _recurrent("LSTM", 100, 32, 40, 128),
    "GRU 64-64, 50 steps, batch 16": _recurrent("GRU", 50, 16, 64, 64),
    "LSTM 64-64 both ways, 2 layers, 50 steps, batch 16": _recurrent("LSTM", 50, 16, 64, 64, 2, True),
    "RNN 64-64, 50 steps, batch 16": _recurrent("RNN", 50, 16, 64, 64),
    "conv 3-64 3x3 on 32x32, batch 32": _conv(32, 3, 64, 3, 32),
    "conv 64-128 3x3 on 16x16, batch 32": _conv(32, 64, 128, 3, 16),
    "conv 64-1 3x3 on 64x64, batch 4": _conv(4, 64, 1, 3, 64),
    "conv 32-8 1x1 of 8 groups on 64x64, batch 4": _conv(4, 32, 8, 1, 64, groups=8),
    "conv 2-48 4x4 stride 2 on 64x64, batch 16": _conv(16, 2, 48, 4, 64, stride=2),
}


def measure(lib: str, only: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """By layer: milliseconds of "forward" and of each gradient; for PyTorch the better of its layouts."""
    T: Any = importlib.import_module(lib)
    result = {}
    for name, layer in LAYERS.items():
        if only and not any(o in name for o in only):
            continue
        times = _times(lib, T, layer, False)
        if lib == "torch" and layer.channels_last:
            last = _times(lib, T, layer, True)
            times = {what: min(ms, last[what]) for what, ms in times.items()}
        result[name] = times
    return result


def _times(lib: str, T: Any, layer: Layer, channels_last: bool) -> dict[str, float]:
    F: Any = importlib.import_module(lib + ".nn.functional")
    rng = np.random.default_rng(0)

    def array(shape: tuple[int, ...]) -> Any:
        t = T.tensor(rng.standard_normal(shape).astype("float32"))
        return t.contiguous(memory_format=T.channels_last) if channels_last and len(shape) == 4 else t
    tensors = {name: array(shape) for name, shape in layer.arrays.items()}
    leaves = {name: t.requires_grad_() for name, t in tensors.items() if name[0].islower()}
    still = [t.detach() for t in tensors.values()]
    out = layer.call(T, F, *tensors.values())
    g = array(tuple(out.shape))

    def done(value: Any) -> None:
        if lib == "retrograd":
            T.synchronize()

    def forward() -> None:
        done(layer.call(T, F, *still))
    times = {"forward": best(forward)}
    done(out.detach())
    for name, leaf in leaves.items():
        def backward(leaf: Any = leaf) -> None:
            done(T.autograd.grad(out, [leaf], g, retain_graph=True))
        times[f"to {name}"] = best(backward)
    return times


def best(call: Callable[[], Any], seconds: float = 0.15) -> float:
    """Milliseconds: the least of as many calls as fit the time, at least five."""
    clock = time.thread_time if THREADS == 1 else time.perf_counter
    call()
    call()
    fastest, until, count = float("inf"), time.perf_counter() + seconds, 0
    while count < 5 or time.perf_counter() < until:
        start = clock()
        call()
        fastest, count = min(fastest, clock() - start), count + 1
    return 1e3 * fastest


def table(runs: dict[str, list[dict[str, dict[str, float]]]], gflops: float) -> list[str]:
    """The least of the rounds of each library; the floor counts operations at the peak."""
    libs = list(runs)
    lines = ["| layer, ms | " + " | ".join([*libs, "ratio", "floor"]) + " |",
             "|---|" + "---:|" * (len(libs) + 2)]
    for name, times in runs[libs[0]][0].items():
        floor = LAYERS[name].operations / gflops / 1e6
        for what in times:
            least_ms = floor * LAYERS[name].back.get(what, 1)
            row = [min(r[name][what] for r in runs[lib]) for lib in libs]
            ratio = f"{row[0] / row[1]:.2f} ({TARGET})" if len(row) > 1 else "-"
            least = f"{least_ms:.3f}: {least_ms / row[0]:.0%}" if floor else "-"
            lines.append(f"| {name}: {what} | " + " | ".join(f"{v:.3f}" for v in row) +
                         f" | {ratio} | {least} |")
    return lines

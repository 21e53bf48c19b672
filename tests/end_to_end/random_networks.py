"""Random networks, trained by Retrograd and by PyTorch from the same weights: all numbers must agree.

    python -m tests.end_to_end.random_networks [SECONDS] [FIRST SEED]

Each seed is a network, an optimiser and data. It is trained in float64 by PyTorch, by the plain loop and by
`retrograd.compile`; the last two must have equal bits, and agree with PyTorch to 1e-8 of the largest number.
A seed that fails is printed with its network; `--seed N` runs it alone.
"""

from __future__ import annotations

import sys
import time
import traceback
import warnings
from random import Random
from typing import Any

import numpy as np

STEPS, CLASSES = 5, 3
TOLERANCE = 1e-8        # relative: sums are taken in another order, and five steps carry the difference on


class Shape:
    """What flows between layers: channels, and extents in space or time."""

    def __init__(self, channels: int, extents: tuple[int, ...]) -> None:
        self.channels, self.extents = channels, extents

    @property
    def size(self) -> int:
        return self.channels * int(np.prod(self.extents))


def plan(r: Random) -> tuple[list[tuple[str, tuple[Any, ...], dict[str, Any]]], Shape, int]:
    """A list of layers (name, arguments), the shape of one sample, the rows of a batch."""
    kind = r.choice(["mlp", "mlp", "cnn", "cnn1d", "rnn", "attention"])
    layers: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def add(name: str, *args: Any, **options: Any) -> None:
        layers.append((name, args, options))
    rows = r.choice([1, 2, 3, 5, 8])
    if kind == "mlp":
        first = now = Shape(r.choice([1, 3, 7, 16, 33]), ())
    elif kind in ("cnn", "cnn1d"):
        dims = 2 if kind == "cnn" else 1
        first = now = Shape(r.choice([1, 2, 3, 6]), tuple(r.choice([5, 6, 8, 9, 12]) for _ in range(dims)))
    else:
        first = now = Shape(r.choice([2, 4, 6]), (r.choice([1, 3, 5, 8]),))
    for _ in range(r.randint(1, 3)):
        now = _window(r, now, add) if kind.startswith("cnn") else _sequence(r, now, add, kind) \
            if kind in ("rnn", "attention") else _dense(r, now, add, rows)
    if now.extents:
        if kind.startswith("cnn") and r.random() < 0.4:
            dims = len(now.extents)
            add(f"AdaptiveAvgPool{dims}d", 1)
            now = Shape(now.channels, (1,) * dims)
        add("Flatten")
        now = Shape(now.size, ())
    add("Linear", now.channels, CLASSES, bias=r.random() < 0.8)
    return layers, first, rows


ACTIVATIONS = ["ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "ELU", "LeakyReLU", "Softplus", "Hardswish", "Mish",
               "SELU", "Softsign", "LogSigmoid", "Hardtanh", "ReLU6"]


def _dense(r: Random, now: Shape, add: Any, rows: int) -> Shape:
    width = r.choice([1, 2, 5, 16, 31, 64])
    add("Linear", now.channels, width, bias=r.random() < 0.8)
    norms = ["LayerNorm", "RMSNorm"] * (width > 1) + ["BatchNorm1d"] * (rows > 1)
    if norms and r.random() < 0.5:
        add(r.choice(norms), width)
    if r.random() < 0.8:
        add(r.choice(ACTIVATIONS))
    if width > 1 and r.random() < 0.15:         # of one element it is 1, and a norm of that is rounding alone
        add("Softmax", dim=-1)
    return Shape(width, ())


def _window(r: Random, now: Shape, add: Any) -> Shape:
    dims, smallest = len(now.extents), min(now.extents)
    kernel, stride, dilation = r.choice([k for k in (1, 2, 3, 5) if k <= smallest]), r.choice([1, 1, 2]), 1
    if kernel > 1 and 2 * (kernel - 1) + 1 <= smallest:
        dilation = r.choice([1, 1, 2])
    pad = r.choice([0, kernel // 2])
    groups = r.choice([g for g in (1, 1, 2, 3, now.channels) if now.channels % g == 0])
    out = groups * r.choice([1, 2, 4])
    mode = r.choice(["zeros", "zeros", "reflect", "replicate", "circular"]) if pad < smallest else "zeros"
    add(f"Conv{dims}d", now.channels, out, kernel, stride=stride, padding=pad, dilation=dilation,
        groups=groups, bias=r.random() < 0.7, padding_mode=mode)
    extents = tuple((e + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1 for e in now.extents)
    now = Shape(out, extents)
    if r.random() < 0.5 and now.size > now.channels:
        add(f"BatchNorm{dims}d", out)
    elif r.random() < 0.3 and now.size > out:      # of one element it is 0: rounding decides at a kink
        add("GroupNorm", r.choice([g for g in (1, 2, out) if out % g == 0]), out)
    if r.random() < 0.8:
        add(r.choice(ACTIVATIONS))
    if r.random() < 0.4 and min(extents) >= 2:
        options = {"kernel_size": 2, "stride": r.choice([1, 2]), "padding": r.choice([0, 1])}
        add(r.choice([f"MaxPool{dims}d", f"AvgPool{dims}d"]), **options)
        now = Shape(out, tuple((e + 2 * options["padding"] - 2) // options["stride"] + 1 for e in extents))
    return now


def _sequence(r: Random, now: Shape, add: Any, kind: str) -> Shape:
    """Samples are (channels, time); the layers of sequences want (time, channels)."""
    width = r.choice([2, 4, 8])
    if kind == "rnn":
        both = r.random() < 0.4
        add("Recurrent", r.choice(["RNN", "LSTM", "GRU"]), now.channels, width, bidirectional=both,
            num_layers=r.choice([1, 1, 2]), bias=r.random() < 0.8)
        return Shape(width * (2 if both else 1), now.extents)
    add("Attention", now.channels, r.choice([h for h in (1, 2) if now.channels % h == 0]),
        r.random() < 0.5, r.random() < 0.5)
    return now


def build(lib: Any, layers: Any) -> Any:
    """The network in a library."""
    nn = lib.nn

    class Recurrent(nn.Module):     # type: ignore[misc]
        def __init__(self, name: str, *args: Any, **options: Any) -> None:
            super().__init__()
            self.cell = getattr(nn, name)(*args, batch_first=True, **options)

        def forward(self, x: Any) -> Any:
            return self.cell(x.transpose(1, 2))[0].transpose(1, 2)

    class Attention(nn.Module):     # type: ignore[misc]
        def __init__(self, width: int, heads: int, causal: bool, normed: bool) -> None:
            super().__init__()
            self.width, self.heads, self.causal = width, heads, causal
            self.norm = nn.LayerNorm(width) if normed else nn.Identity()
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            x = x.transpose(1, 2)
            n, t, c = x.shape
            q, k, v = (a.reshape(n, t, self.heads, c // self.heads).transpose(1, 2)
                       for a in self.qkv(self.norm(x)).split(c, 2))
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
            return (x + self.out(y.transpose(1, 2).reshape(n, t, c))).transpose(1, 2)
    own = {"Recurrent": Recurrent, "Attention": Attention}
    model = nn.Sequential(*[(own.get(name) or getattr(nn, name))(*a, **o) for name, a, o in layers])
    return model.to(lib.float64)


# With a large eps: where a gradient is 0 but for rounding (a bias before a batch norm), an update by the sign
# of what rounding left would differ by the whole rate.
OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05}), ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.05, "weight_decay": 0.1, "momentum": 0.5}),
    ("Adam", {"lr": 0.01, "eps": 1e-2}), ("Adam", {"lr": 0.01, "amsgrad": True, "eps": 1e-2}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.1, "eps": 1e-2}),
    ("RMSprop", {"lr": 0.01, "centered": True, "eps": 1e-2}), ("Adagrad", {"lr": 0.05, "eps": 1e-2}),
    ("NAdam", {"lr": 0.01, "eps": 1e-2}), ("RAdam", {"lr": 0.01, "eps": 1e-2}),
    ("Adadelta", {"lr": 1.0, "eps": 1e-2})]


def train(lib: Any, model: Any, seed: int, shape: Shape, rows: int, compiled: bool) -> list[Any]:
    """Losses, gradients and parameters of some steps."""
    r, rng = Random(seed), np.random.default_rng(seed)
    name, options = r.choice(OPTIMIZERS)
    optimizer = getattr(lib.optim, name)(model.parameters(), **options)
    loss_of = r.choice([
        lambda out, y: lib.nn.functional.cross_entropy(out, y),
        lambda out, y: lib.nn.functional.cross_entropy(out, y, label_smoothing=0.1),
        lambda out, y: lib.nn.functional.mse_loss(out.tanh(), lib.nn.functional.one_hot(y, CLASSES).double()),
        lambda out, y: -(out.log_softmax(1).gather(1, y[:, None])).mean() + 1e-3 * out.square().sum()])
    clip, penalty = r.random() < 0.3, r.random() < 0.25

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        if penalty:
            x = x.detach().clone().requires_grad_()
        out = model(x)
        loss = loss_of(out, y)
        if penalty:
            g, = lib.autograd.grad(out.sum(), x, create_graph=True)
            loss = loss + 0.1 * g.square().mean()
        loss.backward()
        if clip:
            lib.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        return loss
    run = lib.compile(step) if compiled else step
    found = []
    for _ in range(STEPS):
        x = lib.tensor(rng.standard_normal((rows, shape.channels, *shape.extents)))
        y = lib.tensor(rng.integers(0, CLASSES, rows))
        found.append(run(x, y).detach().numpy().copy())
    found += [p.grad.numpy().copy() for p in model.parameters() if p.grad is not None]
    return found + [p.detach().numpy().copy() for p in model.parameters()]


def check(seed: int, torch: Any, rg: Any) -> str:
    """What is wrong with a seed; empty if nothing is."""
    # PyTorch's own fused attention has no second derivative.
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return _checked(seed, torch, rg)


def _checked(seed: int, torch: Any, rg: Any) -> str:
    layers, shape, rows = plan(Random(seed))
    torch.manual_seed(seed)
    theirs = build(torch, layers)
    weights = {k: v.numpy().copy() for k, v in theirs.state_dict().items()}
    try:
        expected = train(torch, theirs, seed, shape, rows, False)
    except Exception as e:
        expected = e
    results = []
    for compiled in (False, True):
        try:
            ours = build(rg, layers)
            ours.load_state_dict({k: rg.tensor(v) for k, v in weights.items()})
            results.append(train(rg, ours, seed, shape, rows, compiled))
        except Exception as e:
            if isinstance(expected, type(e)) or isinstance(e, type(expected)):
                return ""
            return "\n    ".join(traceback.format_exc().splitlines()[-4:])
    if isinstance(expected, Exception):
        return f"PyTorch raises {expected!r}"
    plain, compiled_ = results
    if not all(a.tobytes() == b.tobytes() for a, b in zip(plain, compiled_)):
        return "the compiled step has other bits than the plain loop"
    scale = max(1.0, *(np.abs(e).max() for e in expected if e.size))
    worst = max(float(np.abs(a - e).max()) / scale for a, e in zip(plain, expected) if e.size)
    return "" if worst < TOLERANCE else f"differs from PyTorch by {worst:.2e} of the largest number"


def main(argv: list[str]) -> int:
    import torch
    import torch.nn.attention

    import retrograd as rg
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    alone = "--seed" in argv
    numbers = [float(a) for a in argv if not a.startswith("--")]
    seconds, seed = (0.0, int(numbers[0])) if alone else \
        (numbers[0] if numbers else 60.0, int(numbers[1]) if len(numbers) > 1 else 0)
    began, count, failed = time.monotonic(), 0, 0
    while count == 0 or time.monotonic() - began < seconds:
        wrong = check(seed, torch, rg)
        if wrong:
            failed += 1
            layers, shape, rows = plan(Random(seed))
            print(f"seed {seed}: {wrong}\n    {rows} x {shape.channels} {shape.extents}")
            for name, args, options in layers:
                print(f"    {name} {args} {options}")
        seed, count = seed + 1, count + 1
    print(f"{count} networks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

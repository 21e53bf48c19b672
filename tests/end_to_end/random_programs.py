"""Random programs of views, sums, products and indices, by Retrograd and by PyTorch: values and gradients.

    python -m tests.end_to_end.random_programs [SECONDS] [FIRST SEED]

Each seed is a program in float64 over a few leaves. Its operands are views of views more often than not, with
sizes 0 and 1 among them, since what lies where is what a compiler gets wrong.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

TOLERANCE = 1e-9        # relative to the largest number: sums are taken in another order
Op = Callable[[Random, Any, Callable[[], Any]], Callable[[Any, list[Any]], Any] | None]


def _axes(r: Random, x: Any) -> list[int]:
    return r.sample(range(x.ndim), r.randint(1, x.ndim)) if x.ndim else []


def view(r: Random, x: Any) -> Callable[[Any], Any]:
    """A random view of a tensor, as a function."""
    kind = r.choice(["permute", "slice", "step", "reshape", "expand", "flip", "diagonal", "select"])
    n = x.ndim
    if kind == "permute":
        order = r.sample(range(n), n)
        return lambda t: t.permute(order)
    if kind in ("slice", "step") and n:
        keys = []
        for size in x.shape:
            begin = r.randint(0, max(0, size - 1))
            keys.append(slice(begin, r.randint(begin, size) if r.random() < 0.3 else None,
                              r.choice([1, 2, 3]) if kind == "step" else 1))
        return lambda t: t[tuple(keys)]
    if kind == "select" and n and x.shape[-1]:
        at = r.randrange(-x.shape[-1], x.shape[-1])
        return lambda t: t[..., at]
    if kind == "reshape":
        total = int(np.prod(x.shape))
        sizes = [d for d in range(1, total + 1) if total % d == 0][:12] if total else [0]
        first = r.choice(sizes)
        shape = (first, total // first) if total else (0, 3)
        return lambda t: t.reshape(shape)
    if kind == "expand":
        more = r.choice([1, 2, 3])
        shape = (more, *[s if s != 1 else r.choice([1, 4]) for s in x.shape])
        return lambda t: t.expand(shape)
    if kind == "flip" and n:
        axes = _axes(r, x)
        return lambda t: t.flip(axes)
    if kind == "diagonal" and n >= 2:
        return lambda t: t.diagonal(0, 0, 1)
    return lambda t: t.unsqueeze(0).squeeze(0)


UNARY = ["tanh", "sin", "exp", "abs", "neg", "square", "sigmoid", "relu", "atan", "erf"]
BINARY = ["add", "sub", "mul", "maximum", "minimum"]
REDUCE = ["sum", "mean", "amax", "amin", "logsumexp"]


def operation(r: Random, have: list[Any]) -> tuple[str, Callable[[Any, list[Any]], Any]]:
    """A random operation over PyTorch tensors: its name, and a function of a library and the tensors."""
    k = r.randrange(len(have))
    x = have[k]
    kind = r.choice([*3 * ["view"], *2 * ["binary", "reduce", "matmul"], "unary", "cat", "stack", "where",
                     "softmax", "cumsum", "gather", "index", "put", "pad", "norm"])
    if kind == "view":
        f = view(r, x)
        return "view", lambda lib, t: f(t[k])
    if kind == "unary":
        name = r.choice(UNARY)
        return name, lambda lib, t: getattr(lib, name)(t[k])
    if kind == "binary":
        fits = [j for j, y in enumerate(have) if _broadcasts(x.shape, y.shape)]
        j, name = r.choice(fits), r.choice(BINARY)
        return name, lambda lib, t: getattr(lib, name)(t[k], t[j])
    if kind == "reduce" and x.ndim:
        name, axes, keep = r.choice(REDUCE), _axes(r, x), r.random() < 0.4
        if 0 in x.shape and name != "sum":
            name = "sum"
        return f"{name} {axes}", lambda lib, t: getattr(lib, name)(t[k], axes, keep)
    if kind == "matmul" and x.ndim >= 1:
        fits = [j for j, y in enumerate(have) if _multiplies(x.shape, y.shape)]
        if fits:
            j = r.choice(fits)
            return "matmul", lambda lib, t: lib.matmul(t[k], t[j])
        if x.ndim >= 2:
            return "matmul T", lambda lib, t: lib.matmul(t[k], t[k].transpose(-1, -2))
    if kind in ("cat", "stack") and x.ndim:
        axis, same = r.randrange(x.ndim), [j for j, y in enumerate(have) if y.shape == x.shape]
        js = [r.choice(same) for _ in range(r.randint(1, 3))]
        return kind, lambda lib, t: getattr(lib, kind)([t[j] for j in js], axis)
    if kind == "where":
        return "where", lambda lib, t: lib.where(t[k] > 0.1, t[k] * 2, lib.tanh(t[k]))
    if kind == "softmax" and x.ndim and 0 not in x.shape:
        axis, name = r.randrange(x.ndim), r.choice(["softmax", "log_softmax"])
        return name, lambda lib, t: getattr(lib, name)(t[k], axis)
    if kind == "cumsum" and x.ndim:
        axis = r.randrange(x.ndim)
        return "cumsum", lambda lib, t: lib.cumsum(t[k], axis)
    if kind == "gather" and x.ndim and 0 not in x.shape:
        axis = r.randrange(x.ndim)
        places = np.random.default_rng(r.randrange(99)).integers(0, x.shape[axis], x.shape)
        return "gather", lambda lib, t: lib.gather(t[k], axis, lib.tensor(places))
    if kind == "index" and x.ndim and x.shape[0]:
        rows = [r.randrange(x.shape[0]) for _ in range(r.randint(1, 5))]
        return "index", lambda lib, t: t[k][lib.tensor(rows)]
    if kind == "put" and x.ndim and x.shape[0]:
        at = r.randrange(x.shape[0])

        def put(lib: Any, t: list[Any]) -> Any:
            y = t[k] * 1
            y[at] = y[at] * 2
            y[..., :1].mul_(0.5)
            return y
        return "put", put
    if kind == "pad" and x.ndim and 0 not in x.shape:
        around = (r.randint(0, 2), r.randint(0, 2))
        return "pad", lambda lib, t: lib.nn.functional.pad(t[k], around)
    if kind == "norm" and x.ndim and x.shape[-1]:
        return "layer_norm", lambda lib, t: lib.nn.functional.layer_norm(t[k], t[k].shape[-1:])
    return "double", lambda lib, t: t[k] * 2


def _broadcasts(a: Any, b: Any) -> bool:
    return all(m == n or m == 1 or n == 1 for m, n in zip(reversed(a), reversed(b)))


def _multiplies(a: Any, b: Any) -> bool:
    if not a or not b:
        return False
    inner = b[-2] if len(b) > 1 else b[0]
    return bool(a[-1] == inner and _broadcasts(a[:-2], b[:-2]))


def check(seed: int, torch: Any, rg: Any) -> str:
    """What is wrong with a seed; empty if nothing is."""
    r, rng = Random(seed), np.random.default_rng(seed)
    sizes, ranks = [1, 1, 2, 3, 4, 5, 7, 17], [1, 2, 2, 3, 4]
    shapes = [[r.choice(sizes) for _ in range(r.choice(ranks))] for _ in range(3)]
    arrays = [rng.standard_normal(s) for s in shapes]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    ours = [rg.tensor(a, requires_grad=True) for a in arrays]
    t, o, story = list(theirs), list(ours), [f"leaf {s}" for s in shapes]
    for _ in range(r.randint(3, 14)):
        name, f = operation(r, t)
        value = f(torch, t)
        if value.numel() > 4000 or (value.numel() and float(value.detach().abs().max()) > 1e6):
            continue
        story.append(f"{name} -> {list(value.shape)}")
        t.append(value)
        try:
            o.append(f(rg, o))
        except Exception as e:
            return f"{e!r}\n    " + "\n    ".join(story)
    ends = [k for k in range(3, len(t)) if r.random() < 0.5] or [len(t) - 1]
    for side, lib in ((t, torch), (o, rg)):
        total = sum((lib.sin(side[k] + 0.3).sum() for k in ends), lib.zeros((), dtype=lib.float64))
        if total.requires_grad:
            total.backward()
    pairs = [(f"value {k}", a.detach().numpy(), b.detach().numpy()) for k, (a, b) in enumerate(zip(t, o))]
    pairs += [(f"gradient {k}", a.grad.numpy(), b.grad.numpy() if b.grad is not None else np.nan)
              for k, (a, b) in enumerate(zip(theirs, ours)) if a.grad is not None]
    for name, a, b in pairs:
        scale = max(1.0, np.abs(a).max()) if a.size else 1.0
        if a.shape != np.shape(b) or not np.allclose(a, b, rtol=0, atol=TOLERANCE * scale, equal_nan=True):
            return f"{name} differs\n    " + "\n    ".join(story)
    return ""


def main(argv: list[str]) -> int:
    import torch

    import retrograd as rg
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    seconds, seed = (float(argv[0]) if argv else 60.0), int(argv[1]) if len(argv) > 1 else 0
    began, count, failed = time.monotonic(), 0, 0
    while count == 0 or time.monotonic() - began < seconds:
        wrong = check(seed, torch, rg)
        if wrong:
            failed += 1
            print(f"seed {seed}: {wrong}", flush=True)
        seed, count = seed + 1, count + 1
    print(f"{count} programs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whole training steps of networks that nothing here was tuned for, beside PyTorch in one process: the best
microseconds a step, from the same weights; first losses are compared before anything is timed."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks import works_functions as wf
from benchmarks import works_pictures as wp
from benchmarks import works_sequences as ws
from benchmarks.library import Library, Work

WORK: dict[str, Callable[[Library], Work]] = {
    "MLP 13-37-5, batch 100": partial(wp.mlp, sizes=(13, 37, 5), batch=100),
    "MLP 1000-700-10, batch 50": partial(wp.mlp, sizes=(1000, 700, 10), batch=50),
    "MLP 300-200-100-10, batch 1": partial(wp.mlp, sizes=(300, 200, 100, 10), batch=1, act="Tanh"),
    "MLP 64-128-128-10, batch 4096": partial(wp.mlp, sizes=(64, 128, 128, 10), batch=4096, act="SiLU"),
    "MLP 90-210-7, batch 77, float64": partial(wp.mlp, sizes=(90, 210, 7), batch=77, dtype="float64"),
    "autoencoder": wp.autoencoder, "VAE": wp.vae, "DCGAN": wp.dcgan, "ResNet-18": wp.resnet,
    "MobileNet": wp.mobilenet, "UNet": wp.unet, "ViT": wp.vit, "MLP-Mixer": wp.mixer,
    "WaveNet": ws.wavenet, "WaveNet, float64": partial(ws.wavenet, dtype="float64"),
    "GRU, packed": ws.gru_classifier, "LSTM tagger": ws.tagger, "seq2seq": ws.seq2seq, "encoder": ws.encoder,
    "matrix factors": wf.factorisation, "DLRM": wf.dlrm, "PINN": wf.pinn, "gradient penalty": wf.penalty,
    "MAML": wf.maml, "per-sample gradients": wf.per_sample, "experts": wf.experts, "RealNVP": wf.flow,
    "L-BFGS": wf.lbfgs,
    "RMSprop, 10M": partial(wf.optimizer, kind="RMSprop"),
    "SGD with momentum, 10M": partial(wf.optimizer, kind="SGD", lr=0.01, momentum=0.9, weight_decay=1e-4),
    "AdamW, 10M": partial(wf.optimizer, kind="AdamW"), "Adagrad, 10M": partial(wf.optimizer, kind="Adagrad"),
}
# column: (library, whether compiled); the last one only where a C++ compiler is found
WAYS = {"plain": ("retrograd", False), "compile": ("retrograd", True),
        "torch": ("torch", False), "torch.compile": ("torch", True)}
# Relative differences allowed between the losses of the first steps: later ones went through an optimiser
# that divides small gradients by small gradients.
LOSSES = (1e-4, 1e-2, 5e-2)
ROUNDS = 9
SECONDS = 0.06      # of a library, a round


def ready(lib: str, compiled: bool, work: str, weights: list[Any] | None,
          ) -> tuple[Callable[[], Any], list[Any]]:
    """What does one step at each call; the weights it began with."""
    L = Library(lib, compiled)
    module, step, args = WORK[work](L)
    own = [*module.parameters(), *module.buffers()]
    if weights is not None:
        assert len(own) == len(weights), (lib, len(own), len(weights))
        with L.T.no_grad():
            for p, w in zip(own, weights):
                p.copy_(L.T.from_numpy(w))
    given = [np.array(p.detach().numpy()) for p in own]
    run = L.T.compile(step) if compiled and lib != "torch" else step
    return (lambda: run(*args)), given


def measure(work: str, *columns: str) -> dict[str, Any]:
    """{column: best microseconds a step}; a column whose first losses differ from the first one's says so."""
    torch: Any = importlib.import_module("torch")
    runs: dict[str, Callable[[], Any]] = {}
    result: dict[str, Any] = {}
    weights, wanted = None, None
    for column in ("torch", *(c for c in columns if c != "torch")):
        torch.manual_seed(0)
        try:
            run, weights = ready(*WAYS[column], work, weights)
            losses = [_number(run()) for _ in LOSSES]
        except Exception as e:          # a network that one of them cannot run is a line of the table, too
            result[column] = f"{type(e).__name__}: {str(e)[:200]}"
            continue
        wanted = losses if wanted is None else wanted
        if any(abs(a - b) > rtol * abs(b) + 1e-4 for a, b, rtol in zip(losses, wanted, LOSSES)):
            result[column] = f"losses {losses}, not {wanted}"
            continue
        runs[column] = run
    for name, us in _best(runs).items():
        result[name] = us
    return result


def _number(loss: Any) -> float:
    return float(loss.detach())


def _best(runs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Each in turn, some rounds; the loss is read at the end of a round."""
    counts = {}
    for name, run in runs.items():
        times = []
        for _ in range(8):
            start = time.perf_counter()
            _number(run())
            times.append(time.perf_counter() - start)
        counts[name] = max(1, int(SECONDS / min(times)))
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            run()                       # what the other library left in the caches is gone
            start = time.perf_counter()
            for _ in range(counts[name] - 1):
                run()
            _number(run())
            best[name] = min(best[name], (time.perf_counter() - start) / counts[name] * 1e6)
    return best


def best(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The smallest figure of each column; words where it has none."""
    return {c: min((r[c] for r in rounds if isinstance(r[c], float)), default=rounds[0][c])
            for c in rounds[0]}


def table(results: dict[str, dict[str, Any]]) -> list[str]:
    """A row a network; ratios below 1 say that Retrograd is faster."""
    columns = [c for c in WAYS if any(c in r for r in results.values())]
    lines = ["| step, us | " + " | ".join([*columns, "plain / torch", "compile / best peer"]) + " |",
             "|---|" + "---:|" * (len(columns) + 2)]
    for work, r in results.items():
        cells = [f"{r[c]:.4g}" if isinstance(r.get(c), float) else r.get(c, "-") for c in columns]
        cells += [_ratio(r, "plain", "torch"), _ratio(r, "compile", "torch", "torch.compile")]
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    return lines


def _ratio(r: dict[str, Any], ours: str, *peers: str) -> str:
    measured = [r[p] for p in peers if isinstance(r.get(p), float)]
    return f"{r[ours] / min(measured):.2f}" if isinstance(r.get(ours), float) and measured else "-"

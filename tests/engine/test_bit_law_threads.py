"""The bit law and threads: the parameters after 200 steps are the same on any number of threads, with a cold
and a warm cache of kernels, however work is cut."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen import parallelize

nn = rg.nn
THREADS = (1, 2, 3, 4, 8)
# Large enough that products, loops and reductions are all cut into blocks.
BATCH, WIDTH, CLASSES = 192, 160, 10


class Recurrent(nn.Module):
    """Two directions over ten steps: threads share the rows of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.head = nn.GRU(WIDTH // 10, 20, bidirectional=True), nn.Linear(40, CLASSES)

    def forward(self, x: Any) -> Any:
        return self.head(self.gru(x.view(BATCH, 10, -1).transpose(0, 1))[0].mean(0))


NETWORKS: dict[str, Callable[[], Any]] = {
    "mlp": lambda: nn.Sequential(nn.Linear(WIDTH, 200), nn.ReLU(), nn.Linear(200, CLASSES)),
    "norm": lambda: nn.Sequential(
        nn.Linear(WIDTH, 120), nn.LayerNorm(120), nn.GELU(), nn.Linear(120, CLASSES)),
    "dropout": lambda: nn.Sequential(
        nn.Linear(WIDTH, 120), nn.Tanh(), nn.Dropout(0.3), nn.Linear(120, CLASSES)),
    "recurrent": Recurrent,
}
STEPS = {"recurrent": 10}       # instead of 200


def trained(name: str, steps: int | None = None, compiled: bool = False) -> str:
    """SHA-256 of the parameters after so many steps of Adam."""
    steps = STEPS.get(name, 200) if steps is None else steps
    rg.manual_seed(7)
    net = NETWORKS[name]()
    optimizer = rg.optim.Adam(net.parameters(), lr=1e-3)
    data = np.random.default_rng(3)
    x = rg.tensor(data.standard_normal((BATCH, WIDTH)).astype("float32"))
    y = rg.tensor(data.integers(0, CLASSES, BATCH))

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    run = rg.compile(step) if compiled else step
    for _ in range(steps):
        run()
    digest = hashlib.sha256()
    for p in net.parameters():
        digest.update(p.detach().numpy().tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_the_same_on_any_number_of_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for count in THREADS:
        monkeypatch.setattr(config, "num_threads", count)
        found[count] = trained(name)
        found[count, "compiled"] = trained(name, compiled=True)
    assert len(set(found.values())) == 1, found


def test_parameters_are_the_same_with_a_cold_and_a_warm_cache(tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); from test_bit_law_threads import *\n" \
             "for name in NETWORKS: print(trained(name, 20), trained(name, 20, compiled=True))"
    said = []
    for count in ("2", "1"):
        env = {**os.environ, "RETROGRAD_CACHE": str(tmp_path), "RETROGRAD_NUM_THREADS": count}
        done = subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent)], text=True,
                              capture_output=True, check=True, env=env)
        said.append(done.stdout.split())
    monkeypatch.setattr(config, "num_threads", 3)
    assert said[0] == said[1] == [sha for name in NETWORKS for sha in [trained(name, 20)] * 2]
    assert any(tmp_path.iterdir())


@pytest.mark.parametrize("nanoseconds", [300, 2_000, 10_000])
def test_large_values_are_the_same_on_any_number_of_threads_however_they_are_cut(
        nanoseconds: int, monkeypatch: pytest.MonkeyPatch, fresh_programs: None) -> None:
    """Each family of kernels at a size that is cut: maps, rows, columns, one number, products, moves."""
    monkeypatch.setattr(parallelize, "BLOCK_COST", nanoseconds)
    rng = np.random.default_rng(0)
    a = rg.tensor(rng.standard_normal((300, 1100)).astype("float32"))
    b = rg.tensor(rng.standard_normal((1100, 64)).astype("float32"))
    cube = rg.tensor(rng.standard_normal((12, 70, 90)).astype("float32"))
    index = rg.tensor(rng.integers(0, 300, 2000))
    work: dict[str, Callable[[], Any]] = {
        "map": lambda: (a.exp() + a).tanh(), "turned": lambda: a.t() * 2, "row": lambda: a.sum(1),
        "column": lambda: a.sum(0), "all": lambda: (a * a).sum(), "mean": lambda: a.mean(),
        "max": lambda: a.amax(), "product": lambda: a @ b, "transposes": lambda: b.t() @ a.t(),
        "batch": lambda: cube @ cube.transpose(1, 2), "softmax": lambda: a.softmax(1),
        "scan": lambda: a.cumsum(1), "scatter": lambda: rg.zeros(300, 1100).index_add(0, index[:300], a),
        "take": lambda: a[index], "cat": lambda: rg.cat([a, a * 2], 1), "draw": lambda: rg.randn(500, 600),
    }
    found: dict[str, set[bytes]] = {name: set() for name in work}
    for count in THREADS:
        monkeypatch.setattr(config, "num_threads", count)
        for name, compute in work.items():
            rg.manual_seed(0)
            found[name].add(compute().numpy().tobytes())
    assert [name for name, bits in found.items() if len(bits) > 1] == []

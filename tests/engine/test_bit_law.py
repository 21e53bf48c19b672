"""The bit law: a node's bits depend on its inputs, not on who holds or prints it or when it is evaluated."""

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

F = rg.nn.functional

UNARY: list[Callable[[Any], Any]] = [
    lambda t: t.exp().clamp(max=20.0), lambda t: t.tanh(), lambda t: t.sigmoid(), lambda t: F.relu(t),
    lambda t: -t,
    lambda t: (t.abs() + 0.1).sqrt(), lambda t: (t.abs() + 0.1).log(), lambda t: t.sin() * t.cos(),
    lambda t: t * 0.3 + 1.7,
    lambda t: t.softmax(1), lambda t: F.log_softmax(t, 0),
    lambda t: F.scaled_dot_product_attention(t, t * 0.5, t, is_causal=True),
    lambda t: F.scaled_dot_product_attention(t, t * 0.5, t, dropout_p=0.3),
    lambda t: t - t.mean(1, keepdim=True), lambda t: t / (1 + t.abs().sum(0, keepdim=True)),
    lambda t: t.cumsum(0) * 0.1,
    lambda t: t.flip(1), lambda t: F.gelu(t), lambda t: t.t().reshape(t.shape), lambda t: t.roll(1, 0),
    lambda t: rg.cat([t[:, 1:], t[:, :1]], 1), lambda t: t[rg.arange(t.shape[0]).flip(0)],
    lambda t: t.clamp(-1.0, 1.0),
    lambda t: F.layer_norm(t, (t.shape[1],)), lambda t: (t * t).sum(0).sqrt().expand(t.shape),
    lambda t: t.amax(1, keepdim=True) - t,
    lambda t: t.masked_fill(t > 1.0, 0.25), lambda t: F.softplus(t), lambda t: t.pow(2),
    lambda t: (t.abs() + 0.5).pow(1.3),
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (1.5 + b.abs()),
    lambda a, b: rg.maximum(a, b), lambda a, b: rg.where(a > b, a, b * 0.5), lambda a,
    b: (a @ b.t()) @ b * 0.05,
    lambda a, b: a * b.mean(), lambda a, b: rg.cat([a, b], 0)[::2], lambda a,
    b: F.mse_loss(a, b, reduction="none"),
]


def _record(seed: int, shape: tuple[int, int], dtype: str,
            watch: Callable[[Any], None]) -> tuple[list[Any], list[Any]]:
    """A random graph of twenty calls, each result shown to `watch`: its leaves, and the last few results."""
    rng = np.random.default_rng(seed)
    rg.manual_seed(seed)
    leaves = [rg.tensor(rng.uniform(-2, 2, shape), dtype=getattr(rg, dtype), requires_grad=k > 0)
              for k in range(3)]
    pool = list(leaves)
    for _ in range(20):
        if rng.uniform() < 0.6:
            t = UNARY[rng.integers(len(UNARY))](pool[rng.integers(len(pool))])
        else:
            t = BINARY[rng.integers(len(BINARY))](*(pool[k] for k in rng.integers(0, len(pool), 2)))
        watch(t)
        pool.append(t)
    return leaves, pool[-3:]


def _raw(t: Any) -> bytes:
    """Half types as float32, which holds them exactly."""
    return bytes((t if t.dtype in (rg.float32, rg.float64) else t.float()).numpy().tobytes())


def _bits(seed: int, shape: tuple[int, int], dtype: str, watch: Callable[[Any], None],
          first: bool) -> list[bytes]:
    """Bits of the results and of the gradients of their sum; results are read first or after backward."""
    leaves, results = _record(seed, shape, dtype, watch)
    values = [_raw(r.detach()) for r in results] if first else []
    loss = sum(r.sum() for r in results)
    if loss.requires_grad:
        loss.backward()
    values = values or [_raw(r.detach()) for r in results]
    return [*values, *(_raw(x.grad) for x in leaves if x.grad is not None)]


SHAPES = [(4, 5), (1, 3), (80, 70)]


KINDS = [(seed, shape, dtype) for seed in range(8) for shape in SHAPES for dtype in ("float32", "float64")]
KINDS += [(seed, SHAPES[0], dtype) for seed in (0, 1) for dtype in ("float16", "bfloat16")]


@pytest.mark.parametrize("seed, shape, dtype", KINDS, ids=str)
def test_random_graphs_have_equal_bits_whole_held_printed_and_node_by_node(
        seed: int, shape: tuple[int, int], dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Any] = []
    whole = _bits(seed, shape, dtype, lambda t: None, False)
    assert _bits(seed, shape, dtype, lambda t: None, True) == whole, "read before backward"
    assert _bits(seed, shape, dtype, held.append, False) == whole, "every tensor held"
    assert _bits(seed, shape, dtype, lambda t: held.append(repr(t)), False) == whole, "every tensor printed"
    assert _bits(seed, shape, dtype, lambda t: t.sum().item(), False) == whole, "a sum of every tensor read"
    monkeypatch.setattr(config, "eager", True)
    assert _bits(seed, shape, dtype, lambda t: None, False) == whole, "evaluated node by node"


@pytest.mark.parametrize("seed", range(4))
def test_without_gradients_the_bits_are_those_with_gradients(seed: int) -> None:
    with rg.no_grad():
        plain = _bits(seed, (80, 70), "float32", lambda t: None, True)
    assert _bits(seed, (80, 70), "float32", lambda t: None, True)[:3] == plain


# ---------------------------------------------------------------- a training run
class Net(rg.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = rg.nn.Linear(12, 70), rg.nn.Linear(70, 3)
        self.norm, self.drop = rg.nn.LayerNorm(70), rg.nn.Dropout(0.2)

    def forward(self, x: Any, watch: Callable[[Any], None]) -> Any:
        a = self.first(x)
        watch(a)
        b = self.norm(a)
        watch(b)
        c = self.drop(F.gelu(b))
        watch(c)
        d = self.last(c)
        watch(d)
        return d


def _sha(watch: Callable[[Any], None] = lambda t: None, before: Callable[[Any], Any] = lambda loss: None,
         after: Callable[[Any, Any], Any] = lambda net, loss: None, make: Any = None) -> str:
    """SHA-256 of the parameters after twenty steps."""
    rg.manual_seed(7)
    net = Net()
    opt = (make or (lambda p: rg.optim.Adam(p, lr=0.01)))(net.parameters())
    data = np.random.default_rng(3)
    x, y = rg.tensor(data.standard_normal((64, 12)).astype("float32")), rg.tensor(data.integers(0, 3, 64))
    for _ in range(20):
        opt.zero_grad()
        loss = F.cross_entropy(net(x, watch), y)
        watch(loss)
        before(loss)
        loss.backward()
        after(net, loss)
        opt.step()
    digest = hashlib.sha256()
    for p in net.parameters():
        digest.update(p.detach().numpy().tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def plain_run() -> str:
    return _sha()


def test_a_training_run_is_repeated_bit_for_bit(plain_run: str) -> None:
    assert _sha() == plain_run


def test_printing_activations_does_not_change_a_training_run(plain_run: str) -> None:
    assert _sha(watch=repr) == plain_run


def test_holding_every_intermediate_does_not_change_a_training_run(plain_run: str) -> None:
    held: list[Any] = []
    assert _sha(watch=held.append) == plain_run


def test_reading_the_loss_before_backward_does_not_change_a_training_run(plain_run: str) -> None:
    assert _sha(before=lambda loss: loss.item()) == plain_run


def test_looking_at_gradients_does_not_change_a_training_run(plain_run: str) -> None:
    assert _sha(after=lambda net, loss: [repr(p.grad) for p in net.parameters()] + [loss.item()]) == plain_run


def test_evaluating_node_by_node_does_not_change_a_training_run(plain_run: str,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "eager", True)
    assert _sha() == plain_run


def test_the_variable_that_evaluates_node_by_node_changes_no_bit(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text("import retrograd as rg\n"
                      "rg.manual_seed(0)\n"
                      "w = rg.randn(70, 80, requires_grad=True)\n"
                      "h = (rg.randn(60, 70) @ w).tanh()\n"
                      "rg.nn.functional.layer_norm(h, (80,)).softmax(1).pow(2).sum().backward()\n"
                      "import hashlib; print(hashlib.sha256(w.grad.numpy().tobytes()).hexdigest())\n")
    said = [subprocess.run([sys.executable, script], env={**os.environ, "RETROGRAD_EAGER": eager}, text=True,
                           capture_output=True, check=True).stdout for eager in ("0", "1")]
    assert said[0] == said[1] and len(said[0]) == 65


def test_a_warm_cache_of_programs_does_not_change_a_training_run(plain_run: str, fresh_programs: Any) -> None:
    assert _sha() == plain_run and _sha() == plain_run


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW", "RMSprop", "Adagrad"])
def test_printing_does_not_change_a_run_of_any_optimizer(optimizer: str) -> None:
    def make(parameters: Any) -> Any:
        return getattr(rg.optim, optimizer)(parameters, lr=0.01)
    assert _sha(make=make) == _sha(make=make, watch=repr, before=lambda loss: loss.item())


def test_a_small_graph_read_often_keeps_its_bits(fresh_programs: None) -> None:
    """Computed by NumPy at first and by a trail's kernels later: what rounds differently there."""
    x = rg.tensor(np.random.default_rng(0).standard_normal((2, 4, 6)))
    w = rg.tensor(np.random.default_rng(1).standard_normal((4, 3, 2)))
    y = x[:1].expand(2, 4, 6)
    seen = [{call().numpy().tobytes() for _ in range(24)} for call in (
        lambda: rg.nn.functional.conv_transpose1d(x, w), lambda: rg.nn.functional.conv_transpose1d(y, w),
        lambda: rg.nn.functional.conv1d(x, w.permute(1, 0, 2)), lambda: rg.linalg.norm(x, dim=1),
        lambda: rg.logsumexp(x, 1))]
    assert [len(bits) for bits in seen] == [1] * len(seen)

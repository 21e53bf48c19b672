"""Graphs of known structure in new sizes: the bits of whole programs, nothing compiled, no backward walked
again; errors on their line; sizes that differ in more than a number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.engine.test_bit_law import BINARY, UNARY

import retrograd as rg
from retrograd.codegen.jit import compilations
from retrograd.engine import backward, families
from retrograd.engine.families import Families

F = rg.nn.functional
SHAPES = [(6, 7), (9, 7), (5, 7), (11, 13), (40, 30), (1, 3), (80, 70), (300, 9)]


@pytest.fixture
def found(fresh_programs: Any, monkeypatch: pytest.MonkeyPatch) -> Families:
    """Families of this test alone, with a program for all sizes at the second sight."""
    monkeypatch.setattr(families, "SIGHTINGS", 2)
    found: Families = families.families
    return found


def _kernels() -> int:
    counted = compilations()
    return counted["compiled"] + counted["from disk"]


def _bits(seed: int, shape: tuple[int, int], first: bool) -> list[bytes]:
    """Of a graph that is the same whatever the shape: results, read before backward or after, gradients."""
    choose, values = np.random.default_rng(seed), np.random.default_rng(shape)
    rg.manual_seed(seed)
    leaves = [rg.tensor(values.uniform(-2, 2, shape), dtype=rg.float32, requires_grad=k > 0)
              for k in range(3)]
    pool = list(leaves)
    for _ in range(12):
        if choose.uniform() < 0.6:
            pool.append(UNARY[choose.integers(len(UNARY))](pool[choose.integers(len(pool))]))
        else:
            a, b = choose.integers(0, len(pool), 2)
            pool.append(BINARY[choose.integers(len(BINARY))](pool[a], pool[b]))
    results = [*pool[-3:], leaves[1].exp()]
    found = [r.detach().numpy().tobytes() for r in results] if first else []
    sum(r.sum() for r in results).backward()
    found = found or [r.detach().numpy().tobytes() for r in results]
    return [*found, *(x.grad.numpy().tobytes() for x in leaves if x.grad is not None)]


@pytest.mark.parametrize("seed", range(8))
def test_random_graphs_in_new_sizes_have_the_bits_of_whole_programs(
        seed: int, found: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> list[list[bytes]]:
        return [_bits(seed, shape, first) for shape in SHAPES for first in (False, True)]
    elastic = run()
    assert found.ran
    monkeypatch.setattr(families, "STEADY", 0)
    before = found.ran
    assert elastic == run() and found.ran == before


class _Transformer(rg.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.norm = rg.nn.Embedding(11, 8), rg.nn.LayerNorm(8)
        self.qkv, self.head = rg.nn.Linear(8, 24), rg.nn.Linear(8, 11)

    def forward(self, i: Any) -> Any:
        x = self.words(i) + rg.arange(i.shape[1]).float().unsqueeze(1) * 0.1
        q, k, v = (z.reshape(*i.shape, 2, 4).transpose(1, 2) for z in self.qkv(self.norm(x)).split(8, -1))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.head(x + F.gelu(mixed.transpose(1, 2).reshape(*i.shape, 8)))


def _trained(lengths: list[int], seen: Callable[[], None] = lambda: None) -> list[bytes]:
    rg.manual_seed(0)
    model, rng = _Transformer(), np.random.default_rng(0)
    opt = rg.optim.Adam(model.parameters(), lr=0.01)
    for n in lengths:
        i = rg.tensor(rng.integers(0, 11, (2, n)))
        opt.zero_grad()
        F.cross_entropy(model(i).flatten(0, 1), i.flatten()).backward()
        opt.step()
        seen()
    return [p.detach().numpy().tobytes() for p in model.parameters()]


def test_training_over_new_lengths_walks_few_backwards_and_compiles_little(
        found: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels: list[int] = []
    walks: list[int] = []
    walked = backward.pullback
    monkeypatch.setattr(backward, "pullback", lambda *a, **k: walks.append(len(kernels)) or walked(*a, **k))
    lengths = [*range(2, 9), 60, 63, 64, *range(9, 50)]
    elastic = _trained(lengths, lambda: kernels.append(_kernels()))
    assert kernels[-1] == kernels[len(kernels) // 2] and len(set(walks)) <= 10
    monkeypatch.setattr(families, "STEADY", 0)
    assert elastic == _trained(lengths)


def test_threads_share_large_sizes_to_the_same_bits(found: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    a, w = rg.linspace(-1, 1, 700 * 256).reshape(700, 256), rg.linspace(-2, 1, 256 * 300).reshape(256, 300)

    def run() -> list[bytes]:
        return [(a[:n] @ w).tanh().softmax(1).numpy().tobytes() for n in (520, 640, 580, 699, 513)]
    elastic = run()
    assert found.ran
    monkeypatch.setattr(families, "STEADY", 0)
    assert elastic == run()


def test_two_threads_may_run_one_family(found: Families) -> None:
    w = rg.linspace(-1, 1, 30).reshape(5, 6)
    expected = {n: (rg.ones(n, 5) @ w).exp().sum(1).numpy() for n in range(2, 20)}
    wrong: list[int] = []

    def many() -> None:
        for _ in range(20):
            wrong.extend(n for n, e in expected.items()
                         if not np.array_equal((rg.ones(n, 5) @ w).exp().sum(1).numpy(), e))
    threads = [threading.Thread(target=many) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found.ran and not wrong


def test_a_bad_index_is_an_error_on_the_users_line(found: Families) -> None:
    table, x = rg.linspace(0, 1, 60).reshape(20, 3), rg.ones(3, requires_grad=True)
    for size in range(2, 10):
        x.grad = None
        (table[rg.arange(size) * 2].exp() * x).sum().backward()
    assert found.ran
    y = table[rg.arange(15) * 2].exp() * x          # the line
    with pytest.raises(IndexError, match=r"test_families.py:\d+"):
        y.sum().backward()


def test_results_are_arrays_of_their_own(found: Families) -> None:
    kept = [rg.ones(n, 4).exp() for n in range(2, 9)]
    for n, t in enumerate(kept, 2):
        value = t.numpy()
        assert value.shape == (n, 4) and value.flags.c_contiguous
    assert len({t.numpy().ctypes.data for t in kept}) == len(kept)


def test_a_size_that_came_often_gets_a_program(found: Families, monkeypatch: pytest.MonkeyPatch,
                                               fresh_programs: Any) -> None:
    monkeypatch.setattr(families, "STEADY", 5)
    for n in (3, 4, 5):
        rg.ones(n, 4).exp().softmax(1).sum().item()
    for _ in range(20):
        rg.ones(6, 4).exp().softmax(1).sum().item()
    assert 0 < found.ran < 12


class _Recurrent(rg.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = rg.nn.GRU(3, 5, batch_first=True, bidirectional=True)
        self.lstm, self.head = rg.nn.LSTM(10, 6), rg.nn.Linear(6, 4)

    def forward(self, x: Any) -> Any:
        return self.head(self.lstm(self.gru(x)[0].transpose(0, 1))[0][-1])


def test_loops_over_ever_new_lengths_have_the_bits_of_whole_programs(
        found: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = [5, 2, 7, 3, 9, 30, 4, 70, 6, 41, 64, 12, 1, 100, 33]

    def run() -> list[bytes]:
        rg.manual_seed(0)
        model, rng = _Recurrent(), np.random.default_rng(0)
        opt = rg.optim.Adam(model.parameters(), lr=0.01)
        for n in lengths:
            opt.zero_grad()
            x = rg.tensor(rng.standard_normal((2, n, 3)).astype("f4"))
            F.cross_entropy(model(x), rg.tensor(rng.integers(0, 4, 2))).backward()
            opt.step()
        return [p.detach().numpy().tobytes() for p in model.parameters()]
    elastic = run()
    assert found.ran >= 5
    monkeypatch.setattr(families, "STEADY", 0)
    before = found.ran
    assert elastic == run() and found.ran == before


def test_a_size_of_zero_or_one_is_no_size_like_the_others(found: Families) -> None:
    for n in (3, 4, 5, 0, 6, 1, 0, 2):
        x = rg.ones(n, 4, requires_grad=True)
        y = (x.softmax(1).mean(0) * x.sum(0)).exp()
        y.sum().backward()
        assert x.grad is not None and x.grad.shape == (n, 4)
        expected = np.exp(np.full(4, 0.25 * n if n else np.nan))
        np.testing.assert_allclose(y.detach().numpy(), expected, rtol=1e-6)     # 8 ulp of float32
    assert found.ran


def test_normalizing_ever_new_batches_compiles_nothing_and_has_the_bits_of_programs(
        found: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels: list[int] = []

    def run() -> list[bytes]:
        rg.manual_seed(0)
        model = rg.nn.Sequential(rg.nn.Linear(4, 6), rg.nn.BatchNorm1d(6), rg.nn.ReLU(), rg.nn.Dropout(0.2))
        opt = rg.optim.SGD(model.parameters(), lr=0.1)
        for n in (8, 9, 10, 12, 40, 33, 16, 11, 50):
            opt.zero_grad()
            model(rg.linspace(-1, 1, 4 * n).reshape(n, 4).sin()).square().mean().backward()
            opt.step()
            kernels.append(_kernels())
        return [v.detach().numpy().tobytes() for v in model.state_dict().values()]
    elastic = run()
    assert found.ran >= 5 and kernels[4] == kernels[8]
    monkeypatch.setattr(families, "STEADY", 0)
    assert elastic == run()

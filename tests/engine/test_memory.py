"""Memory: pending work is bounded, nothing keeps the dead alive, and no cycle waits for the collector."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.engine import held
from retrograd.engine.held import CROWD
from retrograd.graph import node
from retrograd.graph.node import recorder

BATCH = (100, 1000)                 # 400 kB of float32
BATCH_BYTES = 4 * BATCH[0] * BATCH[1]


def _peak(work: Callable[[], Any]) -> int:
    """Of a thread of its own: how often one looks at pending work depends on what it recorded before."""
    thread = threading.Thread(target=work)
    tracemalloc.start()
    try:
        thread.start()
        thread.join()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_running_count_over_a_thousand_batches_holds_no_thousand_batches() -> None:
    def work() -> int:
        correct = rg.zeros((), dtype=rg.int64)
        for k in range(1000):
            prediction = rg.from_numpy(np.full(BATCH, k % 7, np.float32))
            correct += (prediction == 3).sum()
        return int(correct.item())
    total = []
    peak = _peak(lambda: total.append(work()))
    assert total == [143 * BATCH[0] * BATCH[1]]     # k % 7 == 3 for 143 of 1,000
    # 64 MB is the bound on what pending work retains (160 of these batches); twice that for what is computed.
    assert peak < 2 * (64 << 20) + 4 * BATCH_BYTES < 1000 * BATCH_BYTES / 2


def test_a_large_graph_leaves_no_room_for_a_thousand_batches() -> None:
    def work() -> None:
        x = rg.ones(2, requires_grad=True)
        y = x
        for _ in range(3000):
            y = y * 1.0001
        y.sum().backward()
        assert recorder.limit > 1000
        correct = rg.zeros((), dtype=rg.int64)
        for k in range(400):
            correct += (rg.from_numpy(np.full(BATCH, k % 7, np.float32)) == 3).sum()
        int(correct.item())
    assert _peak(work) < 2 * (64 << 20) + 4 * BATCH_BYTES < 400 * BATCH_BYTES


def test_the_room_of_a_large_graph_is_given_back_step_by_step() -> None:
    def work() -> None:
        recorder.limit = 4000
        x = rg.ones(2, requires_grad=True)
        for _ in range(30):
            (x * 2).sum().backward()
        limits.append(recorder.limit)
    limits: list[int] = []
    _peak(work)
    assert limits == [CROWD]


def test_weights_that_are_there_anyway_are_not_retained_by_a_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed in the middle of a step because the model is large; batches that only pending work
    refers to do count."""
    for module in (held, node):
        monkeypatch.setattr(module, "MAX_BYTES", 1 << 15)
    recorder.limit = CROWD
    w, frozen = rg.tensor(np.eye(64), requires_grad=True), rg.tensor(np.eye(64))
    h = rg.tensor(np.ones((2, 64)))
    for _ in range(40):
        h = (h @ w @ frozen).relu()
    assert h.node.value is None
    kept = [(rg.tensor(np.full((64, 64), k)) * 2).sum() for k in range(40)]
    assert sum(t.node.value is None for t in kept) < 30


def test_a_forward_that_comes_again_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    retained = held.retained
    monkeypatch.setattr(held, "retained", lambda nodes: looks.append(len(nodes)) or retained(nodes))
    x, w = rg.ones(3, 3), rg.tensor(np.eye(3, dtype=np.float32))
    for k in range(8):
        if k == 4:
            looks.clear()
        h = x
        for _ in range(30):
            h = (h @ w).relu() + x
        assert h.sum().item() > 0
    assert looks == []


def test_a_running_loss_kept_as_a_tensor_does_not_keep_its_batches() -> None:
    """total = total + loss.detach(), the commonest leak of training scripts, when nothing is printed."""
    def work() -> None:
        w = rg.ones(BATCH[1], 1, requires_grad=True)
        total = rg.zeros(())
        for k in range(300):
            loss = (rg.from_numpy(np.full(BATCH, k, np.float32)) @ w).mean()
            loss.backward()
            total = total + loss.detach()
            w.grad = None
    assert _peak(work) < 64 << 20


def test_a_batch_dies_when_its_step_is_over() -> None:
    w = rg.ones(10, requires_grad=True)
    alive = []
    for k in range(5):
        batch = np.full(10, k, np.float32)
        alive.append(weakref.ref(batch))
        loss = (rg.from_numpy(batch) * w).sum()
        loss.backward()
        del batch
    assert [r() is not None for r in alive[:-1]] == [False] * 4


def test_backward_frees_what_the_forward_kept(no_collector: None) -> None:
    x = rg.ones(1000, requires_grad=True)
    h = x * 2
    kept = h.exp()
    kept.tolist()
    array = weakref.ref(kept.node.value)
    loss = (kept * kept).sum()
    del kept, h
    loss.backward()
    assert array() is None


@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
def test_a_step_leaves_no_nodes_and_no_cycles(no_collector: None, living_nodes: Callable[[], int],
                                              read: bool) -> None:
    """200 steps by hand with the collector off: the number of nodes is flat."""
    w = [rg.ones(4, 4, requires_grad=True), rg.ones(4, 1, requires_grad=True)]
    x = rg.ones(3, 4)

    def step() -> None:
        h = (x @ w[0]).tanh()
        loss = (h @ w[1]).pow(2).mean()
        if read:
            loss.item()
            repr(h)
        loss.backward()
        with rg.no_grad():
            for p in w:
                p -= 0.01 * p.grad
                p.grad.zero_()
    for _ in range(5):
        step()
    before = living_nodes()
    for _ in range(200):
        step()
    assert living_nodes() - before <= 40        # what is pending of the last step


def test_tensors_storages_and_nodes_form_no_cycle(no_collector: None,
                                                  living_nodes: Callable[[], int]) -> None:
    def work() -> None:
        x = rg.ones(3, requires_grad=True)
        y = x * 2
        v = y[1:]
        v.add_(1)
        d = y.detach()
        d.mul_(2)
        x.data.add_(1)
        y.register_hook(lambda g: None)
        y.retain_grad()
        (y.sum() + v.sum()).backward(create_graph=False, retain_graph=True)
        p = rg.nn.Parameter(rg.ones(2))
        (p * p).sum().backward()
        a = rg.ones(2)
        a.numpy()[0] = 3
        repr(a)
    work()
    rg.synchronize()
    before = living_nodes()
    for _ in range(50):
        work()
    rg.synchronize()
    assert living_nodes() - before <= 5


def test_a_tensor_dies_with_its_last_name(no_collector: None) -> None:
    x = rg.ones(3, requires_grad=True)
    y = x * 2
    v = y[1:]
    refs = [weakref.ref(t) for t in (x, y, v)]
    y.sum().backward()
    del x, y, v
    assert [r() for r in refs] == [None] * 3


def test_higher_derivatives_leave_no_cycle(no_collector: None, living_nodes: Callable[[], int]) -> None:
    def work() -> None:
        x = rg.ones(3, requires_grad=True)
        g, = rg.autograd.grad((x ** 3).sum(), x, create_graph=True)
        h, = rg.autograd.grad(g.sum(), x)
        assert h.tolist() == [6, 6, 6]
    work()
    rg.synchronize()
    before = living_nodes()
    for _ in range(50):
        work()
    rg.synchronize()
    assert living_nodes() - before <= 5


def test_a_value_that_is_overwritten_is_dropped() -> None:
    x = rg.zeros(1000)
    x.tolist()
    old = weakref.ref(x.node.value)
    x.add_(1)
    x.tolist()
    gc.collect()
    assert old() is None


def test_a_long_loop_of_writes_in_place_keeps_no_history(living_nodes: Callable[[], int]) -> None:
    x = rg.zeros(10)
    gc.collect()
    before = living_nodes()
    for _ in range(5000):
        x.mul_(0.5).add_(1)
    assert living_nodes() - before < 3000       # the limit on pending work, not the length of the loop
    np.testing.assert_allclose(x.numpy(), 2.0, rtol=1e-6)

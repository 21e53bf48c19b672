"""Reading from one line again and again: whatever changes between two reads, values are PyTorch's."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd
from retrograd.base.errors import RetrogradError
from retrograd.base.modes import local
from retrograd.engine import history, reads
from retrograd.engine.reads import Read
from retrograd.engine.trails import SLOT
from retrograd.graph.graph import topological

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.skipif(SLOT is None, reason="this interpreter keeps its objects elsewhere"),
              pytest.mark.usefixtures("fresh_programs")]

READS = 40          # the first few look, then some differ


def data(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def odd(k: int) -> bool:
    return k in (30, 34, 35)


class Run:
    """Tensors of one library, and what reads leave behind."""

    def __init__(self, T: Any) -> None:
        self.T = T
        self.a, self.b = T.tensor(data(4, 3, seed=1)), T.tensor(data(3, 4, seed=2))
        self.w = T.tensor(data(3, 3, seed=3), requires_grad=True)
        self.kept: list[Any] = []


def plain(run: Run, k: int) -> Any:
    return run.T.tanh(run.a @ run.b).sum().item()


def other_numbers(run: Run, k: int) -> Any:
    return (run.T.exp(run.a * (0.5 + 0.01 * k)) + k).tolist()


def integers(run: Run, k: int) -> Any:
    return (run.T.arange(5) * (k + 2) + run.T.full((5,), k)).tolist()


def another_operand(run: Run, k: int) -> Any:
    return (run.T.tensor(data(4, 3, seed=k)) @ run.b).exp().tolist()


def another_shape(run: Run, k: int) -> Any:
    return run.T.tensor(data(2 if odd(k) else 4, 3, seed=k)).exp().sum(0).tolist()


def strided(run: Run, k: int) -> Any:
    x = run.T.tensor(data(3, 4, seed=k)).t() if odd(k) else run.T.tensor(data(4, 3, seed=k))
    return run.T.tanh(x).tolist()


def another_axis(run: Run, k: int) -> Any:
    return run.T.exp(run.a).sum(1 if odd(k) else 0).tolist()


def results_kept(run: Run, k: int) -> Any:
    run.kept.append(run.T.exp(run.a * k))
    run.kept[-1].sum().item()
    return [x.tolist() for x in run.kept[-3:]]


def arrays_kept(run: Run, k: int) -> Any:
    run.kept.append(run.T.exp(run.a * k).numpy())
    return [x.tolist() for x in run.kept[-3:]]


def arrays_written(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    x.numpy()[0] = k
    return x.tolist()


def views(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    run.kept = [x.t(), x[1], run.a.t() * 1, x[:, ::2]]
    return [run.kept[0].tolist(), *[v.tolist() for v in run.kept[1:]], run.kept[3].sum().item()]


def held_on_the_way(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    if odd(k):
        run.kept.append(x)
    return [(x @ run.b).sum().item(), *[y.tolist() for y in run.kept]]


def dropped(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    x.sum()
    return (x @ run.b).tolist()


def beside(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    first, second = x @ run.b, x * 2
    first.sum().item()
    return second.tolist()


def in_a_circle(run: Run, k: int) -> Any:
    return [run.T.tanh(run.a[j]).sum().item() for j in range(3 if odd(k) else 4)]


def state_carried(run: Run, k: int) -> Any:
    h = run.a if not run.kept else run.kept[0]
    h = run.T.tanh(h @ run.b @ run.a * 0.1)
    run.kept = [h]
    return (h @ run.b).exp().sum().item()


def read_then_backward(run: Run, k: int) -> Any:
    x = run.T.tanh(run.a @ run.w)
    first = (x * x).sum().item()
    loss = run.T.log_softmax(x @ run.b * (2.0 if odd(k) else 1.0), 1)[:, 0].mean()
    seen = loss.item()
    (loss + x.sum() * 0.1).backward()
    grad, run.w.grad = run.w.grad.tolist(), None
    return [first, seen, grad]


def read_in_a_loop(run: Run, k: int) -> Any:
    """A choice that depends on a value, then one backward over everything."""
    total, x = run.T.zeros(()).double(), run.a[0]
    for _ in range(2 + k % 3):
        x = run.T.tanh(x @ run.w) + 0.1
        total = total + (x.sum() if x.sum().item() > 0 else x[0] * 2)
        if odd(k):
            run.kept.append(total)
    total.backward()
    grad, run.w.grad = run.w.grad.tolist(), None
    return [grad, *[t.item() for t in run.kept[-2:]]]


def hooked(run: Run, k: int) -> Any:
    x = run.T.tanh(run.a @ run.w)
    if odd(k):
        x.register_hook(lambda g: g * 3)
    x.sum().item()
    x.exp().sum().backward()
    grad, run.w.grad = run.w.grad.tolist(), None
    return grad


def twice(run: Run, k: int) -> Any:
    x = run.T.tanh(run.a @ run.w)
    x.sum().item()
    x.exp().sum().backward(retain_graph=True)
    x.square().sum().backward()
    grad, run.w.grad = run.w.grad.tolist(), None
    return grad


def synchronize(run: Run) -> None:
    if run.T is retrograd:
        retrograd.synchronize()


def all_that_is_held(run: Run, k: int) -> Any:
    x = run.T.exp(run.a)
    first, second, third = x * 2, x + k, run.b.exp()
    if odd(k):
        run.kept.append(x)
    del x
    synchronize(run)
    return [y.tolist() for y in (first, second, third, *run.kept)]


def large(run: Run, k: int) -> Any:
    """More than one thread is worth, with values that are stored in between."""
    x = run.T.tensor(data(8, 5000, seed=k % 3))
    run.kept = [*run.kept[-1:], run.T.softmax(x * (k + 1), 1) @ run.T.tanh(x).t()]
    synchronize(run)
    return [y.sum(0).tolist() for y in run.kept]


def large_kept(run: Run, k: int) -> Any:
    run.kept = [*run.kept[-2:], run.T.full((300, 300), k) * run.T.arange(300)]
    synchronize(run)
    return [y[7, 5:9].tolist() for y in run.kept]


PATTERNS: list[Callable[[Run, int], Any]] = [
    plain, other_numbers, integers, another_operand, another_shape, strided, another_axis, results_kept,
    arrays_kept, arrays_written, views, held_on_the_way, dropped, beside, in_a_circle, state_carried,
    read_then_backward, read_in_a_loop, hooked, twice, all_that_is_held, large, large_kept]


def flat(value: Any) -> list[float]:
    return [x for v in value for x in flat(v)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.__name__)
def test_reads_are_those_of_pytorch_whatever_changes(pattern: Callable[[Run, int], Any]) -> None:
    ours, theirs = Run(retrograd), Run(torch)
    for k in range(READS):
        np.testing.assert_allclose(flat(pattern(ours, k)), flat(pattern(theirs, k)), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("pattern", [results_kept, views, beside, read_then_backward, large_kept],
                         ids=lambda p: p.__name__)
def test_reads_are_the_same_where_others_run_meanwhile_and_no_memory_is_kept(
        pattern: Callable[[Run, int], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "COST", 0)
    monkeypatch.setattr(reads, "KEPT", 0)
    found: list[Any] = []

    def work() -> None:
        run = Run(retrograd)
        values = [pattern(run, k) for k in range(READS)]
        found.append((values, [array for read in read_trails() for array in read.results.arrays]))
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    theirs = Run(torch)
    expected = [pattern(theirs, k) for k in range(READS)]
    for values, arrays in found:
        assert arrays and set(arrays) == {None}
        for ours, other in zip(values, expected):
            np.testing.assert_allclose(flat(ours), flat(other), rtol=1e-9, atol=1e-12)
    assert len(found) == 2


def test_a_trail_leads_to_a_large_program_too() -> None:
    local.state.reads.clear()
    run = Run(retrograd)
    for k in range(16):
        large(run, k)
    assert any(read.results.bound.program.leased for read in read_trails())


def read_trails() -> list[Read]:
    return [read for line in local.state.reads.values() for read in line.reads]


def test_a_line_that_reads_again_and_again_has_a_trail_that_is_followed() -> None:
    local.state.reads.clear()
    run = Run(retrograd)
    served = 0
    for _ in range(30):
        x = retrograd.tanh(run.a @ run.b)
        served += any([read.run(x.node, local.state.pending) for read in read_trails()])
        x.tolist()
    assert len(read_trails()) == 1
    assert served > 10


def test_a_node_that_waits_twice_has_one_trail() -> None:
    local.state.reads.clear()
    run = Run(retrograd)
    for _ in range(30):
        (retrograd.tanh(run.a @ run.b).reshape(4, 4) * 2.0).tolist()
    assert len(read_trails()) == 1


def test_an_index_out_of_range_is_an_error_on_the_line_that_a_trail_serves() -> None:
    table = retrograd.tensor(data(5, 2))
    for k in [*range(12), 7, 3]:
        places = retrograd.tensor([0, k if k > 6 else k % 5])
        if k > 6:
            with pytest.raises((RetrogradError, IndexError)):
                retrograd.exp(table[places * 1]).tolist()
        else:
            retrograd.exp(table[places * 1]).tolist()


def test_a_state_beside_what_is_read_does_not_grow_a_past() -> None:
    lstm, state = retrograd.nn.LSTM(3, 4), None
    x = retrograd.tensor(data(1, 1, 3)).float()
    with retrograd.no_grad():
        for _ in range(12):
            out, state = lstm(x, state)
            out.sum().item()
            assert sum(n.value is None for n in topological([s.node for s in state])) < 10


def test_a_backward_through_values_that_were_read_writes_no_pullback(monkeypatch: pytest.MonkeyPatch) -> None:
    run, walked = Run(retrograd), []
    real = history.quick.gradients      # of units
    monkeypatch.setattr(history.quick, "gradients", lambda *args: walked.append(1) or real(*args))
    for k in range(12):
        read_in_a_loop(run, k)
    assert walked


def test_memory_of_reads_is_bounded() -> None:
    a = retrograd.tensor(data(4, 4))
    for _ in range(50):
        retrograd.tanh(a @ a).tolist()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(200):
        retrograd.tanh(a @ a).tolist()
    gc.collect()
    assert len(gc.get_objects()) < before + 100
    assert len(local.state.pending) < 64

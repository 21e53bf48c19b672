"""Copies: what shared memory shares it again, by copy, pickle and between processes."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

STORIES: dict[str, Callable[[Any], Any]] = {}


def _story(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    STORIES[function.__name__.strip("_").replace("_", " ")] = function
    return function


@_story
def _deep_copies_of_views_are_of_one_memory(lib: Any) -> Any:
    x = lib.arange(6.0).view(2, 3)
    row, twin, turned = x[1], x.detach(), x.t()
    c = copy.deepcopy([x, {"row": row}, twin, turned, row])
    c[0][1, 0] = 77
    return [x, c[0], c[1]["row"], c[2], c[3], c[3].stride(), c[1]["row"] is c[4], c[1]["row"]._is_view(),
            c[1]["row"].storage_offset()]


@_story
def _a_leaf_keeps_its_gradient_and_its_attributes(lib: Any) -> Any:
    x = lib.ones(2, requires_grad=True)
    x.grad = lib.ones(2)
    x.note = [1]
    c = copy.deepcopy(x)
    c.grad.zero_()
    c.note.append(2)
    return [c, c.requires_grad, c.is_leaf, c.grad, x.grad, c.note, x.note]


@_story
def _a_parameter_is_copied_without_its_gradient(lib: Any) -> Any:
    w = lib.nn.Parameter(lib.ones(2), requires_grad=False)
    v = lib.nn.Parameter(lib.ones(2))
    v.grad = lib.ones(2)
    c, d = copy.deepcopy([w, v])
    c.add_(1)
    return [w, c, type(c).__name__, c.requires_grad, d.requires_grad, d.grad]


@_story
def _tied_weights_stay_tied(lib: Any) -> Any:
    net = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Linear(2, 2))
    net[1].weight = net[0].weight
    c = copy.deepcopy(net)
    return [c[1].weight is c[0].weight, c[1].weight is net[0].weight]


@_story
def _a_tensor_with_a_history_is_refused(lib: Any) -> Any:
    return copy.deepcopy(lib.ones(2, requires_grad=True) * 2)


@_story
def _a_shallow_copy_is_another_name(lib: Any) -> Any:
    x = lib.ones(2)
    x.note = 1
    c = copy.copy(x)
    c.add_(1)
    w = copy.copy(lib.nn.Parameter(x))
    return [x, c.note, type(w).__name__, w.requires_grad, w.is_leaf, w.data_ptr() == x.data_ptr()]


@_story
def _complex_memory(lib: Any) -> Any:
    z = lib.tensor([1 + 2j, 3 + 4j])
    c = copy.deepcopy([z, z.real, z.imag])
    c[0][0] = 9
    return [lib.view_as_real(c[0]), c[1], c[2]]


@pytest.mark.parametrize("name", STORIES)
def test_copies_are_as_pytorchs(both: Callable[..., None], name: str) -> None:
    both(STORIES[name])


@pytest.mark.parametrize("protocol", [2, 5])
def test_pickled_together_they_share_again(protocol: int) -> None:
    x = rg.arange(6.0).view(2, 3)
    w = rg.nn.Parameter(x)
    x.note = "kept"
    a, row, turned, parameter, half = pickle.loads(pickle.dumps(
        (x, x[1], x.t(), w, rg.ones(2).bfloat16().requires_grad_()), protocol))
    a[1, 0] = 77
    assert row.tolist() == [77, 4, 5] and turned.tolist() == [[0, 77], [1, 4], [2, 5]]
    assert parameter.tolist() == a.tolist() and type(parameter) is rg.nn.Parameter
    assert (a.note, turned.stride(), half.dtype, half.requires_grad) == ("kept", (1, 3), rg.bfloat16, True)
    computed = pickle.loads(pickle.dumps(x * w, protocol))      # as a leaf, as in PyTorch
    assert computed.is_leaf and computed.requires_grad


def test_a_view_that_a_worker_sends_takes_no_more_than_it_shows() -> None:
    from retrograd.data.worker import BATCH, _packed
    data = rg.zeros(1000, 10)
    sent = _packed(0, 0, BATCH, [data[3], data[:2].t()])
    assert sum(len(memoryview(part).cast("B")) for part in sent) < 2000


def test_shared_memory_is_seen_by_a_fork() -> None:
    x = rg.zeros(3)
    assert not x.is_shared() and x.share_memory_() is x and x[1:].is_shared()
    y = x + 1
    x[1] = 5
    assert (x.tolist(), y.tolist(), (x * 2).tolist()) == ([0, 5, 0], [1, 1, 1], [0, 10, 0])
    net = rg.nn.Linear(2, 1).share_memory()
    optimizer = rg.optim.SGD(net.parameters(), lr=0.5)
    before = net.weight.detach().clone()
    for _ in range(3):
        optimizer.zero_grad()
        net(rg.ones(1, 2)).sum().backward()
        optimizer.step()
    assert net.weight.is_shared()
    np.testing.assert_allclose((before - net.weight).detach().numpy(), 1.5, rtol=1e-6)    # of float32


SCRIPT = """
    import sys
    import retrograd as rg
    from retrograd import multiprocessing as mp

    def child(rank, x, views, queue):
        x.add_(rank + 1)
        views[0][0] = 100 + rank
        queue.put((rank, x.sum().item(), x.is_shared()))

    if __name__ == "__main__":
        context = mp.get_context(sys.argv[1])
        x, queue = rg.zeros(4).share_memory_(), context.Queue()
        for rank in range(2):
            process = context.Process(target=child, args=(rank, x, [x[2:]], queue))
            process.start()
            told = queue.get()
            process.join()
            print(told, x.tolist())
        queue.put([x[1:], x, rg.ones(2)])
        part, whole, copy = queue.get()
        whole[3] = -1
        print(part.tolist(), x.tolist(), copy.is_shared())
"""
SAID = """(0, 103.0, True) [1.0, 1.0, 100.0, 1.0]
(1, 110.0, True) [3.0, 3.0, 101.0, 3.0]
[3.0, 101.0, -1.0] [3.0, 3.0, 101.0, -1.0] False
"""


@pytest.mark.parametrize("how", ["fork", pytest.param("spawn", marks=pytest.mark.slow),
                                 pytest.param("forkserver", marks=pytest.mark.slow)])
@pytest.mark.skipif(sys.platform != "linux", reason="memory without a name")
def test_processes_share_what_was_shared(tmp_path: Any, how: str) -> None:
    (tmp_path / "script.py").write_text(textwrap.dedent(SCRIPT))
    done = subprocess.run([sys.executable, tmp_path / "script.py", how], capture_output=True, text=True,
                          timeout=120)
    assert (done.stdout, done.stderr) == (SAID, "")

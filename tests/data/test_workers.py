"""Worker processes of a DataLoader: PyTorch's batches in its order, and whatever can go wrong in one."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.utils.data import DataLoader, Dataset, IterableDataset, Sampler, TensorDataset, get_worker_info

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these datasets are local: they need fork")
Pair = namedtuple("Pair", "x name")


class Samples(Dataset):
    """Number k as k, with what `do` does when number `at` is read."""

    def __init__(self, n: int = 23, at: int = -1, do: Any = None) -> None:
        self.n, self.at, self.do = n, at, do

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, k: int) -> Any:
        if k == self.at:
            self.do()
        return k


def plain(batches: Any) -> Any:
    if hasattr(batches, "tolist"):
        return batches.tolist()
    if isinstance(batches, dict):
        return {k: plain(v) for k, v in batches.items()}
    if isinstance(batches, (list, tuple)):
        return type(batches)(*map(plain, batches)) if hasattr(batches, "_fields") else [*map(plain, batches)]
    return batches


def children() -> list[Any]:
    gc.collect()
    return multiprocessing.active_children()


# ---------------------------------------------------------------- the same batches
def _stream(lib: Any, parts: bool) -> Any:
    class Stream(lib.utils.data.IterableDataset):      # type: ignore[misc]
        def __iter__(self) -> Any:
            info = lib.utils.data.get_worker_info()
            return iter(range(info.id, 17, info.num_workers) if parts and info else range(5))
    return Stream()


CASES: dict[str, Any] = {
    "in order": lambda lib, w: dict(dataset=range(23), batch_size=4, num_workers=w),
    "the last one dropped": lambda lib, w: dict(dataset=range(23), batch_size=4, drop_last=True,
                                                num_workers=w),
    "one by one": lambda lib, w: dict(dataset=[np.ones(2) * k for k in range(7)], batch_size=None,
                                      num_workers=w),
    "fewer than workers": lambda lib, w: dict(dataset=range(2), num_workers=w),
    "nothing": lambda lib, w: dict(dataset=[], num_workers=w),
    "own batches": lambda lib, w: dict(dataset=range(9), batch_sampler=[[3, 1], [], [8]], num_workers=w,
                                       collate_fn=list),
    "tensors": lambda lib, w: dict(dataset=lib.utils.data.TensorDataset(lib.arange(9.0).reshape(3, 3),
                                                                        lib.arange(3)), num_workers=w),
    "dicts and names": lambda lib, w: dict(dataset=[{"a": k, "b": Pair(float(k), str(k))} for k in range(5)],
                                           batch_size=2, num_workers=w),
    "streams": lambda lib, w: dict(dataset=_stream(lib, True), batch_size=3, num_workers=w),
    "streams one by one": lambda lib, w: dict(dataset=_stream(lib, True), batch_size=None, num_workers=w),
    "a stream in every worker": lambda lib, w: dict(dataset=_stream(lib, False), batch_size=2, num_workers=w),
    "far ahead": lambda lib, w: dict(dataset=range(30), prefetch_factor=7, num_workers=w),
}


@pytest.mark.filterwarnings("ignore:This DataLoader will create 3 worker processes")
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_batches_are_pytorchs(torch: Any, case: str, workers: int) -> None:
    ours, theirs = (plain(list(lib.utils.data.DataLoader(**CASES[case](lib, workers))))
                    for lib in (rg, torch))
    assert ours == theirs
    assert children() == []


def test_any_number_of_workers_reads_the_same_shuffled_batches() -> None:
    seen = []
    for workers in (0, 1, 2, 5):
        shuffled = DataLoader(Samples(), batch_size=4, shuffle=True, num_workers=workers,
                              generator=rg.Generator().manual_seed(3))
        seen.append(plain(list(shuffled)))
    assert seen[0] == seen[1] == seen[2] == seen[3]
    order = [k for batch in seen[0] for k in batch]
    assert sorted(order) == list(range(23)) != order


def test_large_batches_and_every_dtype_arrive_whole() -> None:
    data = TensorDataset(*(rg.arange(5000).reshape(50, 100).to(d) for d in (
        rg.float32, rg.float64, rg.bfloat16, rg.float16, rg.int64, rg.uint8, rg.bool)), rg.zeros(50, 0))
    for here, there in zip(DataLoader(data, batch_size=50), DataLoader(data, batch_size=50, num_workers=1)):
        for a, b in zip(here, there):
            assert a.dtype is b.dtype and a.shape == b.shape and plain(a) == plain(b)
            b.add_(b)                               # it is our own memory


def test_batches_out_of_order_are_all_there() -> None:
    slow = Samples(12, 0, lambda: time.sleep(0.3))
    batches = plain(list(DataLoader(slow, batch_size=2, num_workers=2, in_order=False)))
    assert sorted(batches) == [[k, k + 1] for k in range(0, 12, 2)] and batches[0] != [0, 1]


# ---------------------------------------------------------------- who a worker is
class Told(Dataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, k: int) -> Any:
        info = get_worker_info()
        return (k, info.id, info.num_workers, info.seed, len(info.dataset), rg.rand(1).item(),
                random.random(), float(np.random.rand()), rg.get_num_threads())


def test_each_worker_knows_itself_and_draws_its_own_numbers() -> None:
    assert get_worker_info() is None
    rg.manual_seed(0)
    first = list(DataLoader(Told(), batch_size=None, num_workers=2))
    again = list(DataLoader(Told(), batch_size=None, num_workers=2))
    rg.manual_seed(0)
    assert list(DataLoader(Told(), batch_size=None, num_workers=2)) == first
    assert [t[:3] for t in first] == [[k, k % 2, 2] for k in range(4)]
    assert first[0][3] + 1 == first[1][3] and first[0][3] == first[2][3]
    assert all(t[4] == 4 and t[8] == 1 for t in first)
    for column in (5, 6, 7):
        assert len({t[column] for t in [*first, *again]}) == 8


def test_worker_init_fn_is_called_with_the_number() -> None:
    place: list[int] = []
    loader = DataLoader([0] * 4, batch_size=1, num_workers=2, worker_init_fn=place.append,
                        collate_fn=lambda batch: list(place))
    assert list(loader) == [[0], [1], [0], [1]] and place == []


# ---------------------------------------------------------------- what goes wrong
class Local(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)


def fails(kind: Any, *args: Any) -> Any:
    def do() -> None:
        raise kind(*args)
    return do


def unpicklable() -> None:
    class Inner(Exception):
        pass
    raise Inner("inside")


@pytest.mark.parametrize(("do", "kind"), [
    (fails(ValueError, "bad sample"), ValueError), (fails(KeyError, "absent"), KeyError),
    (fails(Local, 3, "two arguments"), RuntimeError), (unpicklable, RuntimeError),
    (fails(StopIteration, "too early"), RuntimeError)], ids=["value", "key", "arguments", "local", "stop"])
def test_an_exception_comes_with_worker_batch_and_traceback(do: Any, kind: Any) -> None:
    batches = iter(DataLoader(Samples(24, 13, do), batch_size=4, num_workers=2))
    assert [next(batches).tolist()[0] for _ in range(3)] == [0, 4, 8]
    with pytest.raises(kind, match=r"worker process 1, batch 3 \(indices \[12, 13, 14, 15\]\)") as e:
        next(batches)
    assert e.type is kind and "test_workers.py" in str(e.value) and "__getitem__" in str(e.value)
    assert [b.tolist()[0] for b in batches] == [16, 20]        # who catches it may go on


def test_what_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(Exception, match="batch 0.*lambda"):
        list(DataLoader([1], num_workers=1, collate_fn=lambda batch: lambda: batch))


@pytest.mark.parametrize(("do", "how"), [
    (lambda: os.kill(os.getpid(), signal.SIGKILL), "by signal SIGKILL"),
    (lambda: os._exit(3), "with exit code 3"),
], ids=["killed", "left"])
def test_a_worker_that_dies_is_told_at_once(do: Any, how: str) -> None:
    with pytest.raises(RuntimeError, match=rf"worker 0 \(pid \d+\) exited unexpectedly {how}; batch \d"):
        list(DataLoader(Samples(40, 16, do), batch_size=4, num_workers=2))
    assert children() == []


def test_a_worker_that_hangs_is_a_timeout() -> None:
    hanging = Samples(9, 4, lambda: time.sleep(60))
    with pytest.raises(RuntimeError, match="timed out after 0.5 seconds"):
        list(DataLoader(hanging, num_workers=1, timeout=0.5))
    assert children() == []


# ---------------------------------------------------------------- their life
def test_a_pass_that_is_given_up_leaves_no_process() -> None:
    batches = iter(DataLoader(Samples(), num_workers=2))
    next(batches)
    assert len(children()) == 2
    del batches
    assert children() == []


def test_persistent_workers_stay_for_the_next_pass() -> None:
    loader = DataLoader(Samples(), batch_size=4, num_workers=2, persistent_workers=True)
    first = plain(list(loader))
    before = {p.pid for p in children()}
    given_up = iter(loader)
    next(given_up)
    assert plain(list(loader)) == first and {p.pid for p in children()} == before
    with pytest.raises(RuntimeError, match="another pass"):
        next(given_up)
    again = pickle.loads(pickle.dumps(loader))
    assert plain(list(again)) == first
    del loader, given_up, again
    assert children() == []


SCRIPT = """
import os, signal, sys
import retrograd as rg
from retrograd.utils.data import DataLoader, TensorDataset
a = rg.randn(300, 300)
before = float((a @ a).sum())                   # worker threads are there
data = TensorDataset(rg.arange(10.0).reshape(10, 1))
how = sys.argv[1]
def main():
    loader = DataLoader(data, batch_size=5, num_workers=2,
                        multiprocessing_context=None if how in ("unguarded", "left") else how)
    for x, in loader:
        print(x.sum().item(), flush=True)
        if how == "left":
            print(*[p.pid for p in __import__("multiprocessing").active_children()], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    assert float((a @ a).sum()) == before
if how == "unguarded" or __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("how", ["unguarded", "spawn", "forkserver"])
def test_a_script_with_workers(tmp_path: Any, how: str) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, tmp_path / "train.py", how], text=True, capture_output=True,
                          timeout=120)
    assert (done.stdout, done.stderr) == ("10.0\n35.0\n", "")


def test_workers_of_a_process_that_was_killed_end_too(tmp_path: Any) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, tmp_path / "train.py", "left"], text=True, capture_output=True,
                          timeout=120)
    pids = [int(word) for word in done.stdout.split()[1:]]
    assert len(pids) == 2
    for _ in range(300):
        if not any(_runs(pid) for pid in pids):
            return
        time.sleep(0.1)
    raise AssertionError(f"{pids} still run")


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_streams_are_part_of_every_worker_unless_they_ask(torch: Any) -> None:
    class Stream(IterableDataset):
        def __iter__(self) -> Any:
            return iter(range(3))
    assert plain(list(DataLoader(Stream(), batch_size=None, num_workers=2))) == [0, 0, 1, 1, 2, 2]


def test_a_sampler_of_ones_own_is_asked_here() -> None:
    class Backwards(Sampler):
        def __iter__(self) -> Any:
            assert get_worker_info() is None
            return iter([2, 1, 0])

        def __len__(self) -> int:
            return 3
    assert plain(list(DataLoader(Samples(3), sampler=Backwards(), num_workers=2))) == [[2], [1], [0]]

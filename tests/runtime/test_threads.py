"""Worker threads: the same results on any number of them, through forks, at the end, and beside others."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llvmlite import ir

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.driver import driver
from retrograd.codegen.emit.atomic import external
from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.jit import compile_module
from retrograd.codegen.pool import REST, SLEEPERS
from retrograd.runtime import program, threads
from retrograd.runtime.table import Block, RowTable, Stage, StageTable


@pytest.fixture(autouse=True)
def four_threads() -> Iterator[None]:
    before = config.num_threads
    config.num_threads = 4
    yield
    config.num_threads = before


def _workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("retrograd-")]


def _large(seed: int = 0) -> Any:
    """A program of a few milliseconds: worth waking somebody."""
    rng = np.random.default_rng(seed)
    a, b = (rg.tensor(rng.standard_normal((256, 256)).astype("float32")) for _ in range(2))
    return ((a @ b).tanh() @ a).sum(0).numpy()


def _child(script: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], text=True, capture_output=True, timeout=120,
                          env={**os.environ, "RETROGRAD_NUM_THREADS": "3", **env})


LARGE = """
import retrograd as rg, hashlib
def large():
    rg.manual_seed(0)
    a, b = rg.randn(256, 256), rg.randn(256, 256)
    return hashlib.sha256(((a @ b).tanh() @ a).numpy().tobytes()).hexdigest()
"""


def test_workers_start_with_the_first_large_program_and_as_many_as_asked() -> None:
    driver().pool.close()
    rg.ones(3).exp().tolist()
    assert _workers() == []                     # a tiny program wakes nobody
    _large()
    assert len(_workers()) == 3
    rg.set_num_threads(2)
    _large()
    assert len(_workers()) == 1 and rg.get_num_threads() == 2


def test_results_are_equal_on_any_number_of_threads_under_stress() -> None:
    """Many programs in a row on more threads than cores: claims, barriers and sleeps in all orders."""
    found = set()
    for count in (1, 2, 3, 4, 8):
        config.num_threads = count
        for _ in range(20):
            found.add(_large().tobytes())
    assert len(found) == 1


def test_two_python_threads_run_programs_at_once() -> None:
    expected = [_large(seed).tobytes() for seed in range(2)]
    wrong = []

    def work(seed: int) -> None:
        for _ in range(30):
            if _large(seed).tobytes() != expected[seed]:
                wrong.append(seed)
    pair = [threading.Thread(target=work, args=(seed,)) for seed in range(2)]
    for t in pair:
        t.start()
    for t in pair:
        t.join()
    assert wrong == []


def test_two_python_threads_run_the_same_compiled_function() -> None:
    compiled = rg.compile(lambda a, b: ((a @ b).tanh() @ b).sum(0))
    rng = np.random.default_rng(0)
    a, b = (rg.tensor(rng.standard_normal((256, 256)).astype("float32")) for _ in range(2))
    expected = [compiled(a, b).numpy().tobytes(), compiled(b, a).numpy().tobytes()]
    wrong = []

    def work(seed: int) -> None:
        for _ in range(30):
            if compiled(*((a, b), (b, a))[seed]).numpy().tobytes() != expected[seed]:
                wrong.append(seed)
    pair = [threading.Thread(target=work, args=(seed,)) for seed in range(2)]
    for t in pair:
        t.start()
    for t in pair:
        t.join()
    assert wrong == []


def test_a_forked_child_and_its_parent_both_go_on() -> None:
    done = _child(LARGE + """
import os
first = large()
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(large() != first)
    assert large() == first
    assert os.waitpid(child, 0)[1] == 0
print("well")
""")
    assert done.stdout == "well\n", done.stderr


def test_a_fork_waits_for_a_program_of_another_thread() -> None:
    done = _child(LARGE + """
import os, threading
first, stop = large(), []
def work():
    while not stop:
        assert large() == first
other = threading.Thread(target=work)
other.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop.append(1)
other.join()
print("well")
""")
    assert done.stdout == "well\n", done.stderr


def test_a_process_ends_while_its_workers_sleep_or_spin() -> None:
    for pause in ("", "import time; time.sleep(0.01)"):
        assert _child(LARGE + "large()\n" + pause).returncode == 0


def test_idle_workers_sleep() -> None:
    _large()
    pool = driver().pool
    sleepers = ctypes.c_int64.from_address(pool.address() + SLEEPERS)
    while sleepers.value < 3:                   # they look for more for a fraction of a millisecond
        time.sleep(0.001)
    time.sleep(0.05)
    assert sleepers.value == 3                  # and nothing wakes them
    _large()


def _napping() -> int:
    """The address of a kernel that gives its core away for as many nanoseconds as its argument says."""
    module = ir.Module("nap")
    function = ir.Function(module, ir.FunctionType(void, [pointer]), "nap")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    b.call(external(b, "nanosleep", i64, pointer, pointer), [function.args[0], ir.Constant(pointer, None)])
    b.ret_void()
    return compile_module(module, ["nap"])["nap"]


def test_a_caller_that_waits_for_a_worker_put_aside_does_without_for_a_while() -> None:
    config.num_threads = 2
    nap, pool = _napping(), driver().pool
    rows = RowTable([(nap, [0, 1_000_000]), (nap, [0, 20_000_000])])       # seconds, nanoseconds
    stages = StageTable([Stage(0, 2, (Block(0), Block(1)), patience=100_000)], [0, 0])
    rest = ctypes.c_int64.from_address(pool.address() + REST)
    # Until the worker took the second while we were in the first, twice in a short time.
    while rest.value < time.monotonic_ns():
        driver().run(pool.address(), rows.address, stages.address, 0, 1, 0)
    _large()
    pool.close()
    pool.address()
    assert rest.value == 0              # other workers have done nothing wrong


def test_ctrl_c_is_seen_between_slices_and_tensors_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    w = rg.ones(256, 256)
    h = w
    for _ in range(20):
        h = (h @ w) / 256
    total = h.sum()
    native, calls = driver(), []

    def run(*args: int) -> int:
        calls.append(args)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return run_before(*args)
    run_before = native.run
    monkeypatch.setattr(program, "SLICE", 0)        # every stage is a slice
    monkeypatch.setattr(native, "run", run)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)      # ignored in a shell's background
    try:
        with pytest.raises(KeyboardInterrupt):
            total.item()
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(calls) == 2 and calls[1][3] < calls[1][4]
    assert total.item() == 256 * 256 and (w.numpy() == 1).all()


@pytest.mark.parametrize(("files", "cpus"), [
    ({}, None),
    ({"groups": "0::/\n", "root/cpu.max": "max 100000\n"}, None),
    ({"groups": "0::/\n", "root/cpu.max": "250000 100000\n"}, 2.5),
    ({"groups": "0::/a/b\n", "root/a/cpu.max": "100000 100000\n",
      "root/a/b/cpu.max": "400000 100000\n"}, 1.0),
    ({"groups": "3:memory:/x\n2:cpu,cpuacct:/x\n", "root/cpu/x/cpu.cfs_quota_us": "150000\n",
      "root/cpu/x/cpu.cfs_period_us": "100000\n"}, 1.5),
    ({"groups": "2:cpu:/x\n", "root/cpu/cpu.cfs_quota_us": "-1\n", "root/cpu/cpu.cfs_period_us": "100000\n"},
     None),
], ids=["nothing", "no limit", "version 2", "the tightest", "version 1", "version 1 without"])
def test_the_quota_of_a_control_group(tmp_path: Path, files: dict[str, str], cpus: float | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert threads._quota(tmp_path / "root", tmp_path / "groups") == cpus


def test_usable_cpus_follow_the_affinity_and_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for quota, cpus in ((None, 8), (2.5, 2), (0.5, 1), (64.0, 8)):
        monkeypatch.setattr(threads, "_quota", lambda quota=quota: quota)
        assert threads.usable_cpus() == cpus

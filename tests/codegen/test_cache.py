"""Objects on disk: what comes back, what is not trusted, what is deleted, and many processes at once."""

import os
import stat
import subprocess
import sys
import time

import pytest

from retrograd.base.config import config
from retrograd.codegen import cache

KEY = "0" * 64


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "cache", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def aged(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_was_stored_comes_back_and_damage_is_noticed(folder):
    cache.store(KEY, b"an object")
    assert cache.load(KEY) == b"an object"
    contents = (folder / KEY).read_bytes()
    for damaged in (b"", contents[:20], contents[:-1], contents[:-1] + b"?"):
        (folder / KEY).write_bytes(damaged)
        assert cache.load(KEY) is None
    cache.store(KEY, b"an object")
    assert cache.load(KEY) == b"an object"


def test_directory_and_files_are_private(folder):
    folder.mkdir(mode=0o777)
    os.chmod(folder, 0o777)
    cache.store(KEY, b"an object")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(folder / KEY).st_mode) == 0o600


def test_a_directory_that_cannot_be_used_is_ignored(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setattr(config, "cache", str(tmp_path / "file"))
    cache.store(KEY, b"an object")
    assert cache.load(KEY) is None
    monkeypatch.setattr(config, "cache", "off")
    assert cache.directory() is None


def test_directories_and_files_of_somebody_else_are_not_trusted(tmp_path, folder, monkeypatch):
    cache.store(KEY, b"an object")
    monkeypatch.setattr(os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    assert cache.load(KEY) is None
    monkeypatch.setattr(config, "cache", str(tmp_path / "theirs"))
    assert cache.directory() is None


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    cache.store(KEY, b"an object")

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "replace", full)
    cache.store("1" * 64, b"another")
    assert [p.name for p in folder.iterdir()] == [KEY]
    assert cache.load("1" * 64) is None and cache.load(KEY) == b"an object"


def test_keys_differ_by_text_and_by_machine():
    keys = {cache.key_of(text, machine) for text in ("a", "b") for machine in ("x", "y")}
    assert len(keys) == 4


def test_what_was_not_used_for_longest_is_deleted(folder):
    for k in range(8):
        cache.store(str(k), bytes([k]) * 100)
        aged(folder / str(k), 10_000 * (k + 1))
    assert cache.load("7") == bytes([7]) * 100          # the oldest, but now it is used
    cache.evict(folder, 8 * 132)
    assert len(list(folder.iterdir())) == 8
    cache.evict(folder, 8 * 132 - 1)
    assert sorted(p.name for p in folder.iterdir()) == ["0", "1", "2", "3", "7"]


def test_what_a_killed_process_left_half_written_is_deleted(folder):
    cache.store(KEY, b"an object")
    for name, age in ((".writing-old", 7200), (".writing-new", 10)):
        (folder / name).write_bytes(b"half")
        aged(folder / name, age)
    cache.evict(folder, 1 << 20)
    assert sorted(p.name for p in folder.iterdir()) == [".writing-new", KEY]


def test_the_size_is_looked_at_with_the_first_file_and_now_and_then(folder, monkeypatch):
    folder.mkdir()
    looks = []
    monkeypatch.setattr(cache, "evict", lambda path, limit: looks.append((path, limit)))
    for k in range(257):
        cache.store(str(k), b"an object")
    assert looks == [(folder, cache.LIMIT)] * 2


BUSY = """
import random, sys
from retrograd.codegen import cache
random.seed(int(sys.argv[1]))
wrong = 0
for turn in range(400):
    k = random.randrange(12)
    image = bytes([k]) * (1000 + 7 * k)
    found = cache.load(str(k))
    wrong += found is not None and found != image
    cache.store(str(k), image)
    if turn % 16 == 0:
        cache.evict(cache.directory().path, 6000)
print(wrong)
"""


def test_processes_write_read_and_delete_at_once(folder):
    environment = {**os.environ, "RETROGRAD_CACHE": str(folder)}
    running = [subprocess.Popen([sys.executable, "-c", BUSY, str(seed)], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE) for seed in range(3)]
    results = [p.communicate() for p in running]
    assert results == [("0\n", "")] * 3 and [p.returncode for p in running] == [0] * 3
    assert not [p for p in folder.iterdir() if p.name.startswith(".writing")]


STEP = """
import hashlib
import retrograd as rg
from retrograd.codegen.jit import compilations
rg.manual_seed(0)
model = rg.nn.Sequential(rg.nn.Linear(9, 5), rg.nn.Tanh(), rg.nn.Linear(5, 3))
optimizer = rg.optim.Adam(model.parameters(), lr=0.01)
x, y = rg.randn(4, 9), rg.tensor([0, 1, 2, 0])
for _ in range(3):
    optimizer.zero_grad()
    rg.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
sha = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest()
print(sha, *compilations().values())
"""


def test_processes_share_kernels_and_a_cold_and_a_warm_cache_give_the_same_bits(folder):
    environment = {**os.environ, "RETROGRAD_CACHE": str(folder)}

    def start(**more):
        return subprocess.Popen([sys.executable, "-c", STEP], env={**environment, **more}, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    cold = [p.communicate() for p in [start(), start()]]            # two at once
    warm, off = start().communicate(), start(RETROGRAD_CACHE="off").communicate()
    assert [errors for _, errors in (*cold, warm, off)] == [""] * 4
    said = [out.split() for out, _ in (*cold, warm, off)]
    assert len({sha for sha, *_ in said}) == 1
    assert all(int(loaded) > 3 for *_, loaded in said)
    assert said[2][1] == "0" and said[2][2] == said[2][3]           # nothing compiled, all from disk
    assert said[3][1] == said[3][3] and said[3][2] == "0"           # the other way round

"""Compiling, the disk cache and the driver."""

import os
import stat
import threading

import numpy as np
import pytest
from llvmlite import ir

from retrograd.base.config import config
from retrograd.codegen import cache, jit
from retrograd.codegen.driver import Table
from retrograd.codegen.emit.types import f64, i64, pointer, void

KEY = "0" * 64


def adding(amount, name="work"):
    """A kernel that adds `amount` to the float64 at args[0]."""
    module = ir.Module("adding")
    function = ir.Function(module, ir.FunctionType(void, [pointer]), name)
    b = ir.IRBuilder(function.append_basic_block("entry"))
    place = b.load(b.gep(function.args[0], [i64(0)], source_etype=i64), typ=pointer)
    b.store(b.fadd(b.load(place, typ=f64), f64(amount)), place)
    b.ret_void()
    return module


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "cache", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def test_a_table_runs_its_kernels_in_order():
    one, two = (jit.compile_module(adding(x), ["work"])["work"] for x in (1.0, 2.0))
    x = np.zeros(1)
    table = Table([(one, [x.ctypes.data]), (two, [x.ctypes.data]), (one, [x.ctypes.data])])
    table()
    table()
    assert x[0] == 8
    Table([])()


def test_the_same_text_is_compiled_once():
    first = jit.compile_module(adding(3.0), ["work"])
    assert jit.compile_module(adding(3.0), ["work"]) is first
    assert jit.compile_lazily(str(adding(3.0)), lambda: pytest.fail("built again"), ["work"]) is first


def test_threads_may_compile_at_once():
    results = [None] * 4

    def work(i):
        x = np.zeros(1)
        Table([(jit.compile_module(adding(100.0 + i), ["work"])["work"], [x.ctypes.data])])()
        results[i] = x[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [100, 101, 102, 103]


def test_objects_are_kept_on_disk_in_a_private_directory(folder):
    jit.compile_module(adding(4.0), ["work"])
    files = list(folder.iterdir())
    assert len(files) == 1 and stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert len(cache.load(files[0].name)) > 100


def test_what_was_stored_comes_back_and_damage_is_noticed(folder):
    cache.store(KEY, b"an object")
    assert cache.load(KEY) == b"an object"
    contents = (folder / KEY).read_bytes()
    for damaged in (b"", contents[:20], contents[:-1], contents[:-1] + b"?"):
        (folder / KEY).write_bytes(damaged)
        assert cache.load(KEY) is None
    cache.store(KEY, b"an object")
    assert cache.load(KEY) == b"an object"


def test_a_directory_that_cannot_be_used_is_ignored(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setattr(config, "cache", str(tmp_path / "file"))
    cache.store(KEY, b"an object")
    assert cache.load(KEY) is None
    monkeypatch.setattr(config, "cache", "off")
    assert cache.directory() is None


def test_a_directory_of_somebody_else_is_not_trusted(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "cache", str(tmp_path / "theirs"))
    monkeypatch.setattr(os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    assert cache.directory() is None


def test_keys_differ_by_text_and_by_machine():
    keys = {cache.key_of(text, machine) for text in ("a", "b") for machine in ("x", "y")}
    assert len(keys) == 4

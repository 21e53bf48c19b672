"""Compiling, what is remembered of it, and the driver."""

import os
import stat
import sys
import threading

import numpy as np
import pytest
from llvmlite import ir

import retrograd as rg
from retrograd.base.config import config
from retrograd.base.errors import CompilationError
from retrograd.codegen import cache, jit
from retrograd.codegen.driver import Table
from retrograd.codegen.emit.types import f64, i64, pointer, void


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
    again = jit.Request(str(adding(3.0)), lambda: pytest.fail("built again"), ("work",))
    assert jit.compile_all([again, again]) == [first, first]


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


def test_a_damaged_object_is_compiled_again(folder):
    """Also one whose contents are as they were written, but mean nothing to LLVM."""
    compiler = jit._compiler()
    request = jit.Request(str(adding(5.0)), lambda: adding(5.0), ("work",))
    key = compiler.key_of(request)
    for damage in (lambda: (folder / key).write_bytes(b"?"), lambda: cache.store(key, b"no object")):
        cache.store(key, b"something")
        damage()
        before = compiler.compiled
        x = np.zeros(1)
        code, = jit._Compiler.all_of(_without_memory(compiler), [request])
        Table([(code["work"], [x.ctypes.data])])()
        assert x[0] == 5 and compiler.compiled == before + 1 and len(cache.load(key)) > 100


def _without_memory(compiler):
    compiler.memory = jit.Memory()
    return compiler


def test_code_is_forgotten_unless_it_is_used():
    memory = jit.Memory(size=2)
    used, *others = (jit.Code(work=k) for k in range(4))
    for k, code in enumerate([used, *others]):
        memory.put(k, code)
    del others, code
    assert memory.get(0) is used and memory.get(1) is None and len(memory) == 3
    del used
    assert memory.get(0) is None and len(memory) == 2


def test_unloaded_code_can_be_loaded_again(folder):
    """Many times, with other code in between: what a long session does."""
    compiler = jit._compiler()
    remembered, compiler.memory = compiler.memory, jit.Memory(size=1)
    try:
        before, x = compiler.compiled, np.zeros(1)
        for _ in range(20):
            for amount in (6.0, 7.0, 8.0):
                code = jit.compile_module(adding(amount), ["work"])
                Table([(code["work"], [x.ctypes.data])])()
        assert x[0] == 20 * 21 and compiler.compiled == before + 3 and len(compiler.memory) <= 2
    finally:
        compiler.memory = remembered


def test_several_are_compiled_at_once_and_an_error_is_raised():
    requests = [jit.Request(f"several {k}", lambda k=k: adding(k + 0.25), ("work",)) for k in range(5)]
    x = np.zeros(5)
    codes = jit.compile_all(requests)
    Table([(code["work"], [x.ctypes.data + 8 * k]) for k, code in enumerate(codes)])()
    assert x.tolist() == [0.25, 1.25, 2.25, 3.25, 4.25]

    def fails():
        raise ValueError("no such kernel")
    failing = [jit.Request(f"fails {k}", fails, ("work",)) for k in range(2)]
    with pytest.raises(ValueError, match="no such kernel"):
        jit.compile_all([*requests, *failing])


def test_what_is_begun_ahead_is_there_when_it_is_asked_for(folder):
    requests = [jit.Request(f"ahead {k}", lambda k=k: adding(k + 0.5), ("work",)) for k in range(3)]
    again = jit.Request("ahead 1", lambda: pytest.fail("built again"), ("work",))
    interval, compiler = sys.getswitchinterval(), jit._compiler()
    before = compiler.compiled
    with jit.ahead() as begin:
        for request in (*requests, again):
            begin(request)
        with jit.ahead() as inner:
            inner(again)
        codes = jit.compile_all([*requests, again])
        begin(again)
    assert codes[3] is codes[1] and compiler.compiled == before + 3
    assert sys.getswitchinterval() == interval
    x = np.zeros(3)
    Table([(code["work"], [x.ctypes.data + 8 * k]) for k, code in enumerate(codes[:3])])()
    assert x.tolist() == [0.5, 1.5, 2.5]


def test_what_cannot_be_compiled_ahead_is_an_error_of_who_asks_for_it(folder):
    wrong = jit.Request("wrong ahead", lambda: "this is no module", ("work",))
    with jit.ahead() as begin:
        begin(wrong)
        jit.compile_module(adding(0.125), ["work"])
        with pytest.raises(CompilationError) as caught:
            jit.compile_all([wrong])
    assert caught.value.got == "wrong ahead"


def test_a_program_keeps_its_kernels():
    """They are unloaded only when no program uses them, however many others were compiled since."""
    compiler = jit._compiler()
    remembered, compiler.memory = compiler.memory, jit.Memory(size=1)
    try:
        x = rg.linspace(-1, 1, 7, dtype=rg.float64)
        expected = x.numpy().copy() * 1.5 + np.exp(x.numpy())

        def used():
            return (x * 1.5 + x.exp()).numpy()
        used()
        for n in range(2, 5):
            rg.exp(rg.ones(n, n)).sum(0).numpy()
        np.testing.assert_allclose(used(), expected, rtol=1e-14)
    finally:
        compiler.memory = remembered

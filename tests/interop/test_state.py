"""save and load: what nests comes back as it was, from a safetensors file; the rest is refused."""

from __future__ import annotations

import io
import math
import os
import random
import struct
import threading
from collections import Counter, OrderedDict, namedtuple
from pathlib import Path

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.errors import ArgumentError, MissingError, UnpicklingRefused
from retrograd.interop import atomic
from retrograd.interop.safetensors import load_file, save_file

safetensors_numpy = pytest.importorskip("safetensors.numpy")
DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def back(value):
    file = io.BytesIO()
    rg.save(value, file)
    file.seek(0)
    return rg.load(file)


def same(a, b) -> bool:
    """Equal in value, in type, and in the order of dicts."""
    if type(a) is not type(b):
        return False
    if isinstance(a, rg.Tensor):
        return a.dtype is b.dtype and a.requires_grad == b.requires_grad and a.shape == b.shape and \
            a.detach().numpy().tobytes() == b.detach().numpy().tobytes()
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and np.asarray(a).tobytes() == np.asarray(b).tobytes()
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(k, q) and same(v, w) for (k, v), (q, w) in zip(a.items(), b.items())
        )
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b)
    return a == b


VALUES = {
    "plain": [
        None,
        True,
        False,
        0,
        1,
        -1,
        2**62,
        2**63,
        -(2**200),
        10**5000,
        "text",
        "",
        "中文 \n\t\0 \ud800",
        b"",
        b"\0\xff",
    ],
    "floats": [
        0.0,
        -0.0,
        1.5,
        0.1,
        5e-324,
        1.7976931348623157e308,
        math.inf,
        -math.inf,
        math.nan,
        -math.nan,
        struct.unpack("d", b"\1\0\0\0\0\0\xf8\x7f")[0],
    ],
    "keys": {"a": 1, 1: 2, 1.5: 3, None: 4, (1, "x", (2,)): 5, b"k": 6, "1": 7, False: 8},
    "nested": {
        "a": [1, (2, [3, {"b": ()}])],
        "c": OrderedDict([("z", 1), ("a", 2)]),
        "n": Counter("hello"),
        "e": {},
    },
    "kinds": {"dtype": rg.float16, "size": rg.Size([2, 3]), "device": rg.device("cpu")},
    "arrays": {
        "a": np.arange(6, dtype=np.uint32).reshape(2, 3),
        "s": np.float32(1.5),
        "b": np.bool_(True),
        "i": np.int64(3),
        "c": np.ones(2, np.complex64),
        "f": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.arange(3, dtype=">f4").astype("=f4"),
        "r": np.arange(10)[::-2],
    },
    "random states": {
        "python": random.Random(0).getstate(),
        "numpy": np.random.RandomState(0).get_state(),
        "own": (1, 2),
    },
}


@pytest.mark.parametrize("name", VALUES)
def test_values_come_back_as_they_were(name):
    assert same(VALUES[name], back(VALUES[name]))


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_tensors_of_every_dtype_and_shape_come_back(name, shape):
    t = rg.arange(math.prod(shape)).reshape(shape).to(getattr(rg, name))
    assert same(t, back(t))
    assert same({"t": t}, back({"t": t}))


def test_nan_payloads_and_signed_zeros_in_tensors_are_kept():
    bits = np.array([0x7FF8000000000001, 0xFFF8000000000000, 0x8000000000000000], np.uint64)
    assert back(rg.from_numpy(bits.view(np.float64))).numpy().view(np.uint64).tolist() == bits.tolist()


def test_a_training_checkpoint_resumes_bit_for_bit(tmp_path):
    def fresh():
        rg.manual_seed(0)
        model = rg.nn.Sequential(rg.nn.Linear(4, 8), rg.nn.Tanh(), rg.nn.Linear(8, 2))
        return model, rg.optim.Adam(model.parameters(), lr=0.01)

    def step(model, optimizer):
        optimizer.zero_grad()
        model(rg.ones(3, 4)).pow(2).mean().backward()
        optimizer.step()

    model, optimizer = fresh()
    step(model, optimizer)
    rg.save({"epoch": 1, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "rng": rg.get_rng_state()}, tmp_path / "c.pt")
    step(model, optimizer)
    other, its_optimizer = fresh()
    checkpoint = rg.load(tmp_path / "c.pt", map_location="cpu")
    assert checkpoint["epoch"] == 1 and same(rg.get_rng_state(), checkpoint["rng"])
    other.load_state_dict(checkpoint["model"])
    its_optimizer.load_state_dict(checkpoint["optimizer"])
    step(other, its_optimizer)
    for a, b in zip(model.parameters(), other.parameters()):
        assert same(a, b)


def test_state_dicts_keep_their_type_and_versions():
    state = rg.nn.BatchNorm1d(3).state_dict()
    loaded = back(state)
    assert type(loaded) is OrderedDict and loaded._metadata == state._metadata
    assert same(state, loaded)


def test_one_memory_is_stored_once_and_comes_back_shared():
    w = rg.ones(3)
    file = io.BytesIO()
    rg.save({"a": w, "b": w, "c": w.detach(), "other": rg.ones(3)}, file)
    assert len(safetensors_numpy.load(file.getvalue())) == 2
    file.seek(0)
    loaded = rg.load(file)
    assert loaded["a"] is loaded["b"] and loaded["c"] is not loaded["a"]
    loaded["a"].add_(1)
    assert loaded["c"].tolist() == [2.0] * 3 and loaded["other"].tolist() == [1.0] * 3


def test_views_come_back_with_their_values():
    w = rg.arange(6.0).reshape(2, 3)
    loaded = back({"w": w, "row": w[1], "t": w.t()})
    assert loaded["row"].tolist() == [3.0, 4.0, 5.0] and loaded["t"].tolist() == w.t().tolist()


def test_a_parameter_comes_back_as_a_tensor_that_requires_grad():
    loaded = back(
        {"p": rg.nn.Parameter(rg.ones(2)), "y": rg.ones(2, requires_grad=True) * 2, "x": rg.ones(2)}
    )
    assert type(loaded["p"]) is rg.Tensor
    assert (
        loaded["p"].requires_grad
        and loaded["p"].is_leaf
        and loaded["y"].is_leaf
        and not loaded["x"].requires_grad
    )


# ---------------------------------------------------------------- the format
@pytest.mark.parametrize("name", DTYPES)
def test_the_safetensors_library_reads_what_save_writes(name, tmp_path):
    t = rg.arange(6).reshape(2, 3).to(getattr(rg, name))
    rg.save({"model": {"w": t}, "epoch": 3}, tmp_path / "x.safetensors")
    read = safetensors_numpy.load_file(tmp_path / "x.safetensors")
    assert list(read) == ["model.w"]
    assert read["model.w"].shape == (2, 3) and read["model.w"].tobytes() == t.numpy().tobytes()


@pytest.mark.parametrize("name", DTYPES)
def test_load_reads_what_the_safetensors_library_writes(name, tmp_path):
    arrays = {"b": rg.arange(6).reshape(2, 3).to(getattr(rg, name)).numpy(), "a": np.ones((), np.float32)}
    safetensors_numpy.save_file(arrays, tmp_path / "x.safetensors", {"format": "np"})
    for loaded in (rg.load(tmp_path / "x.safetensors"), load_file(str(tmp_path / "x.safetensors"))):
        assert set(loaded) == {"a", "b"} and loaded["b"].dtype.name == name
        assert loaded["b"].numpy().tobytes() == arrays["b"].tobytes()


def test_the_safetensors_library_reads_what_save_file_writes(tmp_path):
    save_file(
        {"x": rg.ones(2, 3), "half": rg.ones(1, dtype=rg.float16)},
        tmp_path / "x.safetensors",
        {"made": "here"},
    )
    assert {k: v.shape for k, v in safetensors_numpy.load_file(tmp_path / "x.safetensors").items()} == \
        {"x": (2, 3), "half": (1,)}


def test_torch_reads_our_state_dict_and_we_read_its(torch, tmp_path):
    safetensors_torch = pytest.importorskip("safetensors.torch")
    ours = rg.nn.Linear(3, 2)
    rg.save(ours.state_dict(), tmp_path / "ours.safetensors")
    theirs = torch.nn.Linear(3, 2)
    theirs.load_state_dict(safetensors_torch.load_file(tmp_path / "ours.safetensors"))
    assert theirs.weight.tolist() == ours.weight.tolist()
    theirs = torch.nn.Linear(3, 2)
    safetensors_torch.save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    ours.load_state_dict(rg.load(tmp_path / "theirs.safetensors"))
    assert theirs.weight.tolist() == ours.weight.tolist()


def test_names_that_collide_stay_apart():
    value = {
        "a.b": rg.zeros(1),
        "a": {"b": rg.ones(1)},
        "__metadata__": rg.ones(2),
        "x\n\0": rg.ones(3),
        "": rg.ones(4),
    }
    assert same(value, back(value))


# ---------------------------------------------------------------- what is refused
Point = namedtuple("Point", "x y")


class Thing:
    def __init__(self):
        self.inside = 1


def function():
    pass


REFUSED = [
    (lambda: {"model": [function]}, "cannot save the function function at ['model'][0]"),
    (lambda: {"model": {"hook": lambda x: x}}, ".<lambda> at ['model']['hook']"),
    (lambda: Thing(), "cannot save a Thing at the top"),
    (lambda: {1: Thing}, "cannot save the class Thing at [1]"),
    (lambda: {"m": rg.nn.Linear(1, 1)}, "Save its state:  x.state_dict()"),
    (lambda: Point(1, 2), "tuple(x)"),
    (lambda: {"s": {1, 2}}, "sorted(x)"),
    (lambda: {"p": Path("a")}, "str(x)"),
    (lambda: 1 + 2j, "a complex"),
    (lambda: {"a": np.array(["x"])}, "an array of dtype <U1 at ['a']"),
    (lambda: {"a": np.array([None])}, "an array of dtype object"),
    (lambda: {rg.ones(1): 1}, "a Tensor is a key of the dict at the top"),
    (lambda: {np.int64(1): 1}, "a int64 is a key"),
]


@pytest.mark.parametrize("make,text", REFUSED)
def test_anything_else_is_refused_by_its_path(make, text, tmp_path):
    with pytest.raises(UnpicklingRefused) as info:
        rg.save(make(), tmp_path / "x")
    assert text in str(info.value)
    assert os.listdir(tmp_path) == []


def test_a_value_that_contains_itself_is_refused():
    value = {"a": []}
    value["a"].append(value)
    with pytest.raises(UnpicklingRefused, match=r"the dict at \['a'\]\[0\] contains itself"):
        rg.save(value, io.BytesIO())


def test_the_same_list_twice_is_no_cycle():
    part = [1]
    assert back([part, part]) == [[1], [1]]


def test_nesting_beyond_reason_is_refused():
    value: list = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(UnpicklingRefused, match="nested deeper"):
        rg.save(value, io.BytesIO())


@pytest.mark.parametrize("protocol", range(2, 6))
def test_raw_pickles_are_refused_unread(protocol):
    import pickle

    class Bomb:
        def __reduce__(self):
            return print, ("the pickle was executed",)
    with pytest.raises(UnpicklingRefused, match="is a pickle"):
        rg.load(io.BytesIO(pickle.dumps(Bomb(), protocol)))


def test_npy_files_name_numpy():
    file = io.BytesIO()
    np.save(file, np.ones(2))
    file.seek(0)
    with pytest.raises(ArgumentError, match="numpy.load"):
        rg.load(file)


# ---------------------------------------------------------------- files
def test_load_reads_from_where_a_file_stands():
    file = io.BytesIO()
    file.write(b"12345")
    rg.save([1], file)
    file.seek(5)
    assert rg.load(file) == [1]


def test_an_unread_buffer_says_seek():
    file = io.BytesIO()
    rg.save([1], file)
    with pytest.raises(ArgumentError, match=r"buffer.seek\(0\)"):
        rg.load(file)


def test_text_files_and_pipes_are_refused(tmp_path):
    (tmp_path / "t").write_text("x" * 100)
    with open(tmp_path / "t") as file, pytest.raises(ArgumentError, match="open as text"):
        rg.load(file)
    with open(tmp_path / "t", "w") as file, pytest.raises(TypeError):
        rg.save([1], file)
    read, write = os.pipe()
    with os.fdopen(read, "rb") as file, os.fdopen(write, "wb"), pytest.raises(ArgumentError, match="BytesIO"):
        rg.load(file)


def test_missing_files_and_folders_raise_what_open_raises(tmp_path):
    with pytest.raises(FileNotFoundError) as info:
        rg.load(tmp_path / "none")
    assert info.value.filename == str(tmp_path / "none") or info.value.filename == tmp_path / "none"
    with pytest.raises(FileNotFoundError) as info:
        rg.save(1, tmp_path / "no" / "x")
    assert info.value.filename == str(tmp_path / "no" / "x")
    with pytest.raises(IsADirectoryError):
        rg.save(1, tmp_path)
    with pytest.raises(TypeError, match="a path or a binary file object"):
        rg.save(1, 3.5)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "x"
    rg.save([1], path)

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(atomic, "_write_all", full)
    with pytest.raises(OSError, match="No space"):
        rg.save([2], path)
    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        rg.save([2], path)
    assert os.listdir(tmp_path) == ["x"] and rg.load(path) == [1]


def test_the_file_is_flushed_to_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    events = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append("fsync"), sync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append("replace"), replace(a, b)))
    rg.save([1], tmp_path / "x")
    assert events == ["fsync", "replace", "fsync"]


def test_links_and_permissions_stay(tmp_path):
    rg.save([1], tmp_path / "x")
    os.chmod(tmp_path / "x", 0o640)
    os.symlink(tmp_path / "x", tmp_path / "link")
    rg.save([2], tmp_path / "link")
    assert os.path.islink(tmp_path / "link") and rg.load(tmp_path / "x") == [2]
    assert os.stat(tmp_path / "x").st_mode & 0o777 == 0o640


def test_a_device_file_is_written_to_not_replaced():
    rg.save([rg.ones(2)], "/dev/null")
    assert not os.path.isfile("/dev/null")


def test_writers_at_the_same_time_leave_a_whole_file(tmp_path):
    path = tmp_path / "x"
    threads = [
        threading.Thread(target=rg.save, args=({"n": n, "t": rg.full((1000,), n)}, path)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = rg.load(path)
    assert loaded["t"].tolist() == [loaded["n"]] * 1000 and os.listdir(tmp_path) == ["x"]


def test_other_devices_are_refused_and_callables_pass(tmp_path):
    rg.save([1], tmp_path / "x")
    assert rg.load(
        tmp_path / "x", map_location=lambda storage, place: storage, weights_only=False, mmap=True
    ) == [1]
    with pytest.raises(RuntimeError, match="cuda"):
        rg.load(tmp_path / "x", map_location="cuda:0")


def test_dtypes_without_tensors_are_refused_by_name(tmp_path):
    safetensors_numpy.save_file({"n": np.ones(2, np.uint32)}, tmp_path / "x")
    with pytest.raises(MissingError, match="tensor 'n'.*uint32"):
        rg.load(tmp_path / "x")

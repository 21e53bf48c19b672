"""Files of torch.save: what is data in them comes back as PyTorch reads it; other files are refused."""

from __future__ import annotations

import collections
import io
import os
import pickle
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.errors import RetrogradError, UnpicklingRefused

OLD = {"_use_new_zipfile_serialization": False}
FORMS: dict[str, dict[str, Any]] = {"zip": {}, "old": OLD, "zip 3": {"pickle_protocol": 3},
                                    "zip 5": {"pickle_protocol": 5}}


def _saved(torch: Any, value: Any, **form: Any) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(value, file, **form)
    file.seek(0)
    return file


def _told(value: Any) -> Any:
    """A value of either library as plain data."""
    if hasattr(value, "detach"):
        plain = value.detach()
        return (type(value).__name__, tuple(value.shape), value.stride(), value.requires_grad, value.is_leaf,
                str(value.dtype).rpartition(".")[2], plain.double().numpy().tolist())
    if isinstance(value, dict):
        return type(value).__name__, [(k, _told(v)) for k, v in value.items()], getattr(value, "_metadata", 0)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [_told(v) for v in value]
    return type(value).__name__.lower(), str(value).replace("retrograd.", "torch.")


@pytest.mark.parametrize("form", FORMS)
def test_everything_that_is_data_comes_back(torch: Any, form: str) -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.LSTM(3, 2))
    weights = [torch.nn.Parameter(torch.randn(2, 3))]
    optimizer = torch.optim.Adam(weights, amsgrad=True)
    weights[0].grad = torch.ones(2, 3)
    optimizer.step()
    base = torch.arange(6.0)
    value = {
        "model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 1e-300,
        "infinite": float("inf"), "large": 1 << 70, "negative": -(1 << 40), "complex": 1 + 2j, "none": None,
        "text": "täxt\n", "bytes": b"\x00\xff", "bytearray": bytearray(b"x"), 7: True, (1, "a"): False,
        "size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu"), "set": {1, 2},
        "counter": collections.Counter("aab"), "list": [1, [2, (3,)], (), []],
        "ordered": collections.OrderedDict(z=1, a=2), "parameter": weights[0], "frozen": torch.nn.Parameter(
            torch.ones(2).bfloat16(), requires_grad=False), "leaf": torch.ones(2, requires_grad=True),
        "shared": [base, base[1:].view(5, 1).t(), base.view(2, 3), base[::2]],
        "expanded": torch.ones(1).expand(3), "empty": torch.ones(0, 3), "scalar": torch.tensor(3),
        **{name: torch.ones(2).to(getattr(torch, name)) for name in
           ("float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")},
    }
    mine = rg.load(_saved(torch, value, **FORMS[form]))
    theirs = torch.load(_saved(torch, value, **FORMS[form]), weights_only=False)
    for key in value:
        assert _told(mine[key]) == _told(theirs[key]), key
    assert list(mine) == list(value)
    mine["shared"][0][1] = 77
    theirs["shared"][0][1] = 77
    assert _told(mine["shared"]) == _told(theirs["shared"])


def test_a_checkpoint_of_pytorch_is_trained_on_as_pytorch_does(torch: Any) -> None:
    def steps(lib: Any, net: Any, optimizer: Any, x: Any) -> None:
        for _ in range(3):
            optimizer.zero_grad()
            (net(x) ** 2).sum().backward()
            optimizer.step()

    def made(lib: Any) -> tuple[Any, Any, Any]:
        net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1)).double()
        return net, lib.optim.Adam(net.parameters(), lr=0.01), lib.tensor(
            np.linspace(-1, 1, 6).reshape(2, 3))
    theirs = made(torch)
    steps(torch, *theirs)
    mine = made(rg)
    state = rg.load(_saved(torch, {"model": theirs[0].state_dict(), "optimizer": theirs[1].state_dict()}))
    mine[0].load_state_dict(state["model"])
    mine[1].load_state_dict(state["optimizer"])
    steps(torch, *theirs)
    steps(rg, *mine)
    for a, b in zip(mine[0].parameters(), theirs[0].parameters()):
        # float64, three steps: rounding alone
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12, atol=1e-12)


def test_a_big_endian_file_is_turned_around(torch: Any) -> None:
    value = {"a": torch.arange(3.0), "b": torch.arange(3), "c": torch.ones(2, dtype=torch.bool)}
    old = zipfile.ZipFile(_saved(torch, value))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if "/data/" in name:
                width = {12: 4, 24: 8}.get(len(data), 1)
                data = np.frombuffer(data, np.uint8).reshape(-1, width)[:, ::-1].tobytes()
            new.writestr(name, b"big" if name.endswith("byteorder") else data)
    file.seek(0)
    assert _told(rg.load(file)) == _told(value)


# ---------------------------------------------------------------- files made by hand
def archive(pickled: bytes, parts: dict[str, bytes] | None = None, **how: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, data in {"a/data.pkl": pickled, **(parts or {})}.items():
            out.writestr(name, data, **how)
    return file.getvalue()


def call(module: str, name: str, *args: bytes) -> bytes:
    return b"c" + f"{module}\n{name}\n".encode() + b"(" + b"".join(args) + b"tR"


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value: int) -> bytes:
    return b"\x8b" + struct.pack("<I", 16) + value.to_bytes(16, "little", signed=True)


def memory(size: int = 2, key: str = "0", kind: str = "FloatStorage") -> bytes:
    where = f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
    return b"(" + text("storage") + where + number(size) + b"tQ"


def tensor(stored: bytes, offset: int = 0, size: tuple[int, ...] = (2,),
           stride: tuple[int, ...] = (1,)) -> bytes:
    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"
    return call("torch._utils", "_rebuild_tensor_v2", stored, number(offset), numbers(size), numbers(stride),
                b"\x89", call("collections", "OrderedDict"))


def held(*values: bytes, start: bytes = b"\x80\x02") -> bytes:
    return start + b"]" + b"".join(v + b"a" for v in values) + b"."


DATA = {"a/data/0": bytes(8)}


def test_the_files_made_by_hand_are_read_where_nothing_is_wrong() -> None:
    assert rg.load(io.BytesIO(archive(held(tensor(memory())), DATA)))[0].tolist() == [0, 0]


class Attack:
    """Unpickling it calls `function(*args)`."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.said = function, args

    def __reduce__(self) -> Any:
        return self.said


def _bomb() -> bytes:
    return archive(held(b"N") + b"N" * 10**7, compress_type=zipfile.ZIP_DEFLATED)


# What a hostile file does, and what the error says of it.
HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    **{f"{what} by protocol {protocol}": (archive(pickle.dumps([Attack(*attack)], protocol)), asks)
       for protocol in (2, 4) for what, attack, asks in (
           ("os.system", (os.system, "touch executed"), "system"),
           ("eval", (eval, "open('executed', 'w')"), "eval"),
           ("exec", (exec, "open('executed', 'w')"), "exec"),
           ("open", (io.open, "executed", "w"), "open"),
           ("getattr", (getattr, os, "system"), "getattr"),
           ("import", (__import__, "os"), "__import__"),
           ("pickle again", (pickle.loads, b"x"), "loads"),
           ("a partial", (__import__("functools").partial, print), "partial"))
       if not (what == "getattr")},
    "attributes by dots": (archive(b"\x80\x04\x8c\x08builtins\x8c\x0dstr.__class__\x93."), "str.__class__"),
    "getattr of a call": (archive(held(call("builtins", "getattr", text("a"), text("b")))), ".getattr"),
    "a name of ours": (archive(held(call("retrograd", "save", text("x"), text("executed")))), "save"),
    "torch.load": (archive(held(call("torch", "load", text("x")))), "torch.load"),
    "a call of a dtype": (archive(held(b"ctorch\nfloat32\n)R")), "a call of a DType"),
    "a call of a text": (archive(held(text("os") + b")R")), "a call of a str"),
    "a class alone": (archive(held(b"ccollections\nOrderedDict\n")), "collections.OrderedDict"),
    "state of a tensor": (archive(held(tensor(memory()) + b"}b"), DATA), "the state of a Tensor"),
    "state with attributes": (archive(held(call("collections", "OrderedDict") + b"}" + text("__class__")
                                           + b"Nsb")), "the state of a OrderedDict"),
    "a new object": (archive(held(b"ccollections\nOrderedDict\n)\x81")), "opcode"),
    "an instance": (archive(b"(ios\nsystem\n."), "opcode"),
    "an extension": (archive(b"\x82\x01."), "opcode"),
    "text pickles": (archive(b"I1\n."), "opcode"),
    "protocol 9": (archive(b"\x80\x09N."), "protocol 9"),
    "another module": (archive(held(b"(" + text("module") + b"NNNNtQ")), "outside the file"),
    "a number as a memory": (archive(held(b"K\x01Q")), "outside the file"),
    "bytes in another code": (archive(held(call("_codecs", "encode", text("a"), text("rot13")))), "encode"),
    "a dict as a dict": (archive(held(call("collections", "OrderedDict", b"]"))) and
                         archive(held(call("collections", "Counter", text("aaa")))), "Counter"),
    "a list as a key": (archive(b"\x80\x02}]Ns."), "a list as a key"),
    "a tuple without end as a key": (archive(b"\x80\x02})" + b"\x85" * 10**5 + b"Ns."), "as a key"),
    "nested lists": (archive(b"\x80\x02" + b"]" * 10**5 + b"a" * (10**5 - 1) + b"."), "nested deeper"),
    "nested tuples": (archive(b"\x80\x02)" + b"\x85" * 10**5 + b"."), "nested deeper"),
    "nested dicts": (archive(b"\x80\x02" + b"}N" * 1000 + b"N" + b"s" * 1000 + b"."), "nested deeper"),
    "a list in itself": (archive(b"\x80\x02]q\x00h\x00a."), "contains itself"),
    "lists of lists of lists": (archive(b"\x80\x02]" + b"".join(
        b"q%c]" % k + b"(" + b"h%c" % k * 90 + b"e" for k in range(60)) + b"q\xffctorch\nx\n."), ".x"),
    "more than its memory": (archive(held(tensor(memory(), size=(3,))), DATA), "3 elements"),
    "before its memory": (archive(held(tensor(memory(), offset=-1)), DATA), "lies nowhere"),
    "behind its memory": (archive(held(tensor(memory(), offset=1)), DATA), "3 elements"),
    "a negative stride": (archive(held(tensor(memory(), 1, (2,), (-1,))), DATA), "no sizes"),
    "a negative size": (archive(held(tensor(memory(), size=(-2,))), DATA), "no sizes"),
    "a size that overflows": (archive(held(tensor(memory(), size=(2**63, 2), stride=(1, 1))), DATA),
                              "no sizes"),
    "a size without end": (archive(held(tensor(memory(), size=(2**40,), stride=(0,))), DATA), "too often"),
    "many large sizes": (archive(held(*[tensor(memory(), size=(2**26,), stride=(0,))] * 9), DATA),
                         "too often"),
    "too many strides": (archive(held(tensor(memory(), stride=(1, 1))), DATA), "strides"),
    "a memory beyond the file": (archive(held(tensor(memory(2**60))), DATA), "bytes of the file"),
    "many memories": (archive(held(*(tensor(memory(300, str(k))) for k in range(9))),
                              {f"a/data/{k}": b"" for k in range(9)}), "data/0"),
    "a memory that is short": (archive(held(tensor(memory())), {"a/data/0": bytes(7)}), "8 are expected"),
    "a memory that is long": (archive(held(tensor(memory())), {"a/data/0": bytes(99)}), "8 are expected"),
    "a memory that is not there": (archive(held(tensor(memory(key="7"))), DATA), "no 'data/7'"),
    "a path as a memory": (archive(held(tensor(memory(key="../../../etc/passwd")))), "no name"),
    "an absolute path": (archive(held(tensor(memory(key="/etc/passwd")))), "no name"),
    "one memory of two kinds": (archive(held(tensor(memory()), tensor(memory(kind="IntStorage"))), DATA),
                                "in two ways"),
    "an unknown kind of memory": (archive(held(tensor(memory(kind="QInt8Storage"))), DATA), "QInt8"),
    "no memory": (archive(held(tensor(b"N"))), "lies nowhere"),
    "a parameter of a text": (archive(held(call("torch._utils", "_rebuild_parameter", b"N"))), "no tensor"),
    "too few arguments": (archive(held(call("torch._utils", "_rebuild_tensor_v2"))), "arguments"),
    "integers that want gradients": (archive(held(call(
        "torch._utils", "_rebuild_tensor_v2", memory(kind="IntStorage"), b"K\x00", b"(K\x02t", b"(K\x01t",
        b"\x88", b"N")), DATA), "gradients"),
    "a compressed part": (_bomb, "compressed"),
    "no data.pkl": (archive(b"N.", {}).replace(b"data.pkl", b"code.pkl"), "without data.pkl"),
    "two roots": (archive(b"N.", {"b/data.pkl": b"N."}), "without data.pkl"),
    "an empty pickle": (archive(b""), "too early"),
    "no end": (archive(b"\x80\x02]"), "too early"),
    "an empty stack": (archive(b"."), "make no sense"),
    "something left over": (archive(b"NN."), "left over"),
    "a mark that is missing": (archive(b"t."), "make no sense"),
    "something remembered never": (archive(b"h\x05."), "make no sense"),
    "a text that is none": (archive(b"X\x02\x00\x00\x00\xff\xfe."), "make no sense"),
    "a text longer than the file": (archive(b"\x8d" + b"\xff" * 7 + b"\x00."), "too early"),
    "a key without value": (archive(b"}(Nu."), "no value"),
    "an item of a number": (archive(b"K\x01Na."), "adding to a int"),
    "an order of bytes": (archive(b"N.", {"a/byteorder": b"middle"}), "byte order"),
    "no archive": (b"PK\x03\x04" + bytes(50), "no zip archive"),
    "an npz file": (archive(b"", {"x.npy": b""}).replace(b"data.pkl", b"code.pkl"), ".npz"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_executes_nothing(name: str, tmp_path: Any, monkeypatch: Any) -> None:
    data, says = HOSTILE[name]
    data = data() if callable(data) else data
    monkeypatch.chdir(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(RetrogradError) as caught:
            rg.load(io.BytesIO(data))
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()
    assert says in str(caught.value), caught.value
    assert not list(tmp_path.iterdir())


def test_what_is_refused_says_how_to_convert_it(torch: Any, tmp_path: Any) -> None:
    torch.save(torch.nn.Linear(1, 1), tmp_path / "whole.pt")
    with pytest.raises(UnpicklingRefused) as caught:
        rg.load(tmp_path / "whole.pt")
    assert "whole.pt' asks for torch.nn.modules.linear.Linear" in str(caught.value)
    assert "nothing was executed" in str(caught.value)
    assert "safetensors.torch.save_file" in str(caught.value)


def _tried(data: bytes) -> None:
    """A file gives a value or an error of ours, never another."""
    try:
        rg.load(io.BytesIO(data))
    except RetrogradError:
        pass


@pytest.mark.parametrize("form", ["zip", "old"])
def test_damaged_files_give_a_value_or_an_error_of_ours(torch: Any, form: str) -> None:
    whole = _saved(torch, {"w": torch.ones(2, 2), "n": [1, "a", (2.5, None)]}, **FORMS[form]).getvalue()
    chance = random.Random(0)
    for cut in range(1, len(whole), 29):
        _tried(whole[:cut])
    for _ in range(150):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        _tried(bytes(flipped))
    for _ in range(50):
        at, to = sorted(chance.sample(range(len(whole)), 2))
        _tried(whole[:at] + whole[to:])

"""Damaged and hostile files: load ends with an error of ours or a value, soon and in little memory."""

from __future__ import annotations

import io
import json
import random
import time
import tracemalloc
from collections import OrderedDict

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.errors import ArgumentError, RetrogradError

VALUE = {
    "epoch": 3,
    "loss": [0.5, float("nan")],
    "model": OrderedDict(w=rg.arange(12.0).reshape(3, 4), b=rg.ones(4)),
    "n": np.arange(3),
    "t": (1, None, b"x", rg.float16, 2**70),
    "half": rg.ones(2, dtype=rg.bfloat16),
}
SLOW, LARGE = 20.0, 64 << 20  # seconds of this process (a hang) and bytes that one bad file may cost


def whole() -> bytes:
    file = io.BytesIO()
    rg.save(VALUE, file)
    return file.getvalue()


def tried(data: bytes) -> Exception | None:
    """The error of loading these bytes; any that is not ours fails the test."""
    started = time.process_time()
    try:
        rg.load(io.BytesIO(data))
    except RetrogradError as error:
        return error
    finally:
        assert time.process_time() - started < SLOW
    return None


def file_of(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8)) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_every_truncation_is_noticed():
    data = whole()
    for length in range(len(data)):
        assert isinstance(tried(data[:length]), ArgumentError), length


def test_every_appended_byte_is_noticed():
    assert isinstance(tried(whole() + b"\0"), ArgumentError)


@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits_give_an_error_or_a_value(seed):
    rng, data = random.Random(seed), whole()
    for _ in range(250):
        bad = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        tried(bytes(bad))


@pytest.mark.parametrize("seed", range(4))
def test_blocks_moved_zeroed_and_doubled_give_an_error_or_a_value(seed):
    rng, data = random.Random(seed), whole()
    for _ in range(250):
        a, b = sorted(rng.randrange(len(data)) for _ in range(2))
        block = rng.choice((bytes(b - a), data[a:b] * 2, b"", rng.randbytes(b - a), data[a:b][::-1]))
        tried(data[:a] + block + data[b:])


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_are_refused(seed):
    rng = random.Random(seed)
    for _ in range(500):
        length = rng.randrange(200)
        body = rng.randbytes(length)
        for data in (body, len(body).to_bytes(8, "little") + body, rng.randbytes(2) + bytes(6) + body):
            if data:
                assert tried(data) is not None


@pytest.mark.parametrize("seed", range(8))
def test_random_structures_give_an_error_or_a_value(seed):
    rng = random.Random(seed)
    kinds = [
        "tensor",
        "dict",
        "OrderedDict",
        "Counter",
        "tuple",
        "Size",
        "int",
        "float",
        "bytes",
        "dtype",
        "device",
        "ndarray",
        "number",
        "function",
        None,
        3,
    ]

    def value(depth: int) -> object:
        if depth == 0 or rng.random() < 0.3:
            return rng.choice([None, True, 1, -1.5, "x", "w", "ff", "float32", "cpu", "cuda", [], {}, 10**30])
        if rng.random() < 0.3:
            return [value(depth - 1) for _ in range(rng.randrange(3))]
        fields = ["name", "items", "pairs", "hex", "bits", "base64", "alias", "requires_grad", "metadata"]
        return {"is": rng.choice(kinds), **{f: value(depth - 1) for f in fields if rng.random() < 0.6}}

    for _ in range(300):
        structure = json.dumps({"version": 1, "root": value(4)})
        tried(file_of({"__metadata__": {"retrograd": structure}, "w": entry()}, bytes(8)))


HOSTILE = {
    "no header": file_of(b""),
    "no json": file_of(b"{]"),
    "not utf-8": file_of(b"\xff\xfe{}"),
    "a list": file_of([]),
    "a number": file_of(1),
    "a nan": file_of(b'{"a": NaN}'),
    "a name twice": file_of(
        b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
        b'"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        b"\0",
    ),
    "deep": file_of(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "header length 2**64 - 1": b"\xff" * 8 + b"{}",
    "header length 2**63": (1 << 63).to_bytes(8, "little") + b"{}",
    "header length 100 MB": (10**8).to_bytes(8, "little") + b"{}" + bytes(50),
    "entry is a list": file_of({"a": []}),
    "entry without offsets": file_of({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
    "entry with more": file_of({"a": {**entry(), "more": 1}}, bytes(8)),
    "dtype is a list": file_of({"a": entry(dtype=["F32"])}, bytes(8)),
    "dtype unknown": file_of({"a": entry(dtype="F8_E4M3", offsets=(0, 2))}, bytes(2)),
    "shape negative": file_of({"a": entry(shape=(-2,))}, bytes(8)),
    "shape of floats": file_of({"a": entry(shape=(2.0,))}, bytes(8)),
    "shape of bools": file_of({"a": entry(shape=(True, 2))}, bytes(8)),
    "shape is a string": file_of({"a": entry(shape="2")}, bytes(8)),
    "shape of 65 dimensions": file_of({"a": entry(shape=(1,) * 64 + (2,))}, bytes(8)),
    "shape overflows to right": file_of({"a": entry(shape=(2**32, 2**32, 2))}, bytes(8)),
    "shape beyond memory": file_of({"a": entry(shape=(2**50,), offsets=(0, 2**52))}, bytes(8)),
    "empty beyond memory": file_of({"a": entry(shape=(0, 2**62), offsets=(0, 0))}),
    "empty and long": file_of({"a": entry(shape=(0, 10**400), offsets=(0, 0))}),
    "offsets backwards": file_of({"a": entry(offsets=(8, 0))}, bytes(8)),
    "offsets negative": file_of({"a": entry(offsets=(-8, 0))}, bytes(8)),
    "offsets beyond": file_of({"a": entry(offsets=(8, 16))}, bytes(8)),
    "offsets huge": file_of({"a": entry(offsets=(10**30, 10**30 + 8))}, bytes(8)),
    "offsets three": file_of({"a": entry(offsets=(0, 8, 8))}, bytes(8)),
    "overlap": file_of({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12)),
    "same place": file_of({"a": entry(), "b": entry()}, bytes(8)),
    "a gap": file_of({"a": entry(), "b": entry(offsets=(12, 20))}, bytes(20)),
    "data left over": file_of({"a": entry()}, bytes(9)),
    "control characters": file_of({"a\x1b[2J": entry()}, bytes(8)),
    "a name of a megabyte": file_of({"a" * 10**6: entry()}, bytes(8)),
    "metadata is a list": file_of({"__metadata__": []}),
    "metadata of numbers": file_of({"__metadata__": {"a": 1}}),
    "structure no json": file_of({"__metadata__": {"retrograd": "{"}}),
    "structure deep": file_of(
        {"__metadata__": {"retrograd": '{"version":1,"root":' + "[" * 10**5 + "]" * 10**5 + "}"}}
    ),
    "structure deep but read": file_of(
        {"__metadata__": {"retrograd": '{"version":1,"root":' + "[" * 900 + "]" * 900 + "}"}}
    ),
    "structure of tomorrow": file_of({"__metadata__": {"retrograd": '{"version":99,"root":1}'}}),
    "structure without tensor": file_of(
        {"__metadata__": {"retrograd": '{"version":1,"root":{"is":"tensor","name":"w"}}'}}
    ),
    "structure with unhashable key": file_of(
        {"__metadata__": {"retrograd": '{"version":1,"root":{"is":"dict","pairs":[[[],1]]}}'}}
    ),
    "an integer of many digits": file_of(
        {"__metadata__": {"retrograd": '{"version":1,"root":' + "9" * 10**5 + "}"}}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_little_memory(name):
    data = HOSTILE[name]
    tracemalloc.start()
    try:
        assert tried(data) is not None
        assert tracemalloc.get_traced_memory()[1] < LARGE
    finally:
        tracemalloc.stop()


def test_the_error_names_the_file_and_what_is_wrong(tmp_path):
    (tmp_path / "weights.st").write_bytes(whole()[:-1])
    with pytest.raises(ArgumentError) as info:
        rg.load(tmp_path / "weights.st")
    assert "weights.st' is not a whole safetensors file" in str(info.value)
    assert "data" in str(info.value) and "Write it again" in str(info.value)


def test_many_tensors_load_soon():
    data = file_of({f"t{k}": entry("U8", (1,), (k, k + 1)) for k in range(20_000)}, bytes(20_000))
    assert tried(data) is None

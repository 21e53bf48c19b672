"""Event files: each record's checksums fit, and each message says what was written (read by rules of its
own)."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.interop.events import crc32c, read_records
from retrograd.utils.tensorboard import SummaryWriter


def fields(message: bytes) -> dict[int, list[Any]]:
    """A message by field numbers; bytes stay bytes."""
    found: dict[int, list[Any]] = {}
    k = 0

    def varint() -> int:
        nonlocal k
        value = shift = 0
        while True:
            byte = message[k]
            k, value, shift = k + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value
    while k < len(message):
        key = varint()
        kind = key & 7
        if kind == 0:
            value: Any = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value, k = message[k:k + size], k + size
        found.setdefault(key >> 3, []).append(value)
    return found


def values(folder: Path) -> list[dict[int, list[Any]]]:
    """All values of all files below a folder, with the step as field 0."""
    out = []
    for path in sorted(folder.rglob("events.out.tfevents.*")):
        with path.open("rb") as file:
            first, *rest = [fields(m) for m in read_records(file)]
        assert first[3] == [b"brain.Event:2"]
        out += [{**fields(v), 0: e.get(2, [])} for e in rest for v in fields(e[5][0])[1]]
    return out


def test_the_checksum_is_castagnolis() -> None:
    # RFC 3720, B.4
    assert crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


def test_numbers_and_texts(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", rg.tensor(0.5), 3)
        writer.add_scalar("exact", 0.1, 4, double_precision=True)
        writer.add_text("note", "hello", 5)
    loss, exact, note = values(tmp_path)
    assert (loss[0], loss[1], struct.unpack("<f", loss[2][0])) == ([3], [b"loss"], (0.5,))
    assert struct.unpack("<d", fields(exact[8][0])[6][0]) == (0.1,)
    assert note[1] == [b"note/text_summary"] and fields(note[8][0])[8] == [b"hello"]


def test_a_histogram_counts_all_values_between_its_limits(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal(1000)
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("w", rg.tensor(x), 1)
        writer.add_histogram("few", x, 1, bins=7)
    for value in values(tmp_path):
        body = fields(value[5][0])
        limits, counts = (np.frombuffer(body[k][0]) for k in (6, 7))
        assert counts.sum() == 1000 and len(limits) == len(counts) and (np.diff(limits) > 0).all()
        assert [struct.unpack("<d", body[k][0])[0] for k in (1, 2, 3)] == [x.min(), x.max(), 1000]
        np.testing.assert_array_equal(counts[1:], np.histogram(x, limits)[0])


def test_pictures_are_pngs(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("one", rg.tensor([[[0.0, 1.0]], [[0.5, 0.0]], [[0.0, 0.0]]]))
        writer.add_images("two", rg.ones(3, 1, 2, 2))
    one, two = (fields(v[4][0]) for v in values(tmp_path))
    data = one[4][0]
    start = data.index(b"IDAT") + 4
    rows = zlib.decompress(data[start:start + struct.unpack(">I", data[start - 8:start - 4])[0]])
    assert rows == bytes([0, 0, 127, 0, 255, 0, 0]) and (one[1], one[2]) == ([1], [2])
    assert (two[1], two[2]) == ([2], [6])


def test_several_numbers_are_runs_beside(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("acc", {"train": 1.0, "test": 0.5}, 2)
        writer.add_hparams({"lr": 0.1}, {"acc": 0.9}, run_name="r")
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"acc_train", "acc_test", "r"}
    assert len(values(tmp_path)) == 4


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(NotImplementedError, match="add_graph"):
        writer.add_graph(rg.nn.Linear(1, 1))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 1.0)
    path, = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(bytes(data))
    with path.open("rb") as file, pytest.raises(ValueError, match="damaged"):
        list(read_records(file))

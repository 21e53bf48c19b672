"""TensorBoard's event files: messages in protocol buffers' wire format go in, checked records come out.

A record is a length, its checksum, the message, its checksum: CRC-32C, masked as TFRecord does. Messages
are written
by hand: a field is (number << 3 | kind) and its value.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, BinaryIO

import numpy as np


# ---------------------------------------------------------------- records
@cache
def _table() -> tuple[int, ...]:
    """CRC-32C (Castagnoli) of single bytes."""
    out = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        out.append(byte)
    return tuple(out)


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    crc, table = 0xFFFFFFFF, _table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(message: bytes) -> bytes:
    """A message as it stands in the file.

    >>> len(record(b"abc"))
    19
    """
    length = struct.pack("<Q", len(message))
    return length + _masked(length) + message + _masked(message)


def read_records(file: BinaryIO) -> Iterator[bytes]:
    """The messages of a file; a ValueError where a checksum does not fit.

    >>> import io
    >>> list(read_records(io.BytesIO(record(b"abc"))))
    [b'abc']
    """
    while head := file.read(12):
        if len(head) < 12 or _masked(head[:8]) != head[8:]:
            raise ValueError("the length of a record is damaged")
        message = file.read(struct.unpack("<Q", head[:8])[0])
        if _masked(message) != file.read(4):
            raise ValueError("a record is damaged")
        yield message


# ---------------------------------------------------------------- fields
def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def whole(number: int, value: int) -> bytes:
    """An integer field.

    >>> whole(2, 300)
    b'\\x10\\xac\\x02'
    """
    return _varint(number << 3) + _varint(int(value))


def double(number: int, value: float) -> bytes:
    """A field of 64 bits.

    >>> len(double(1, 0.5))
    9
    """
    return _varint(number << 3 | 1) + struct.pack("<d", value)


def single(number: int, value: float) -> bytes:
    """A field of 32 bits.

    >>> len(single(2, 0.5))
    5
    """
    return _varint(number << 3 | 5) + struct.pack("<f", value)


def nested(number: int, value: bytes | str) -> bytes:
    """A field of bytes: text, a message, or numbers side by side.

    >>> nested(1, "ab")
    b'\\n\\x02ab'
    """
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


# ---------------------------------------------------------------- messages
def event(wall_time: float, step: int | None, *, version: str | None = None,
          values: Iterable[bytes] = ()) -> bytes:
    """An event: the version of the file, or a summary of values.

    >>> event(0.0, None, version="brain.Event:2")[-13:]
    b'brain.Event:2'
    """
    out = double(1, wall_time) + (whole(2, step) if step is not None else b"")
    if version is not None:
        return out + nested(3, version)
    return out + nested(5, b"".join(nested(1, v) for v in values))


def scalar(tag: str, value: float) -> bytes:
    """A number.

    >>> scalar("a", 1.0)
    b'\\n\\x01a\\x15\\x00\\x00\\x80?'
    """
    return nested(1, tag) + single(2, value)


def _plugin(name: str) -> bytes:
    return nested(9, nested(1, nested(1, name)))


def precise(tag: str, value: float) -> bytes:
    """A number in double precision, as a tensor of the scalars plugin.

    >>> len(precise("a", 1.0)) > 8
    True
    """
    tensor = whole(1, 2) + nested(6, struct.pack("<d", value))
    return nested(1, tag) + nested(8, tensor) + _plugin("scalars")


def text(tag: str, value: str) -> bytes:
    """A text in Markdown.

    >>> b"hello" in text("a", "hello")
    True
    """
    tensor = whole(1, 7) + nested(2, nested(2, whole(1, 1))) + nested(8, value)
    return nested(1, tag + "/text_summary") + nested(8, tensor) + _plugin("text")


def histogram(tag: str, values: Any, bins: Any) -> bytes:
    """How many values fall between edges; empty bins at both ends are left out but for one.

    >>> len(histogram("a", np.array([1.0, 2.0]), 3)) > 50
    True
    """
    values = np.asarray(values, np.float64).reshape(-1)
    if not values.size:
        raise ValueError("The input has no element.")
    counts, edges = np.histogram(values, bins=bins)
    some = np.flatnonzero(counts)
    if some.size:
        first, last = some[0], some[-1] + 1
        counts, limits = counts[first:last], edges[first:last + 1]
        counts = np.r_[0, counts]           # the lower edge of the first bin is the limit of an empty one
    else:
        counts, limits = np.r_[0.0], edges[:1]
    told = (values.min(), values.max(), values.size, values.sum(), (values * values).sum())
    body = b"".join(double(k, v) for k, v in enumerate(told, 1)) + \
        nested(6, limits.astype("<f8").tobytes()) + nested(7, counts.astype("<f8").tobytes())
    return nested(1, tag) + nested(5, body)


def edges_of_tensorboard() -> Any:
    """The edges that grow by a tenth, on both sides of 0.

    >>> len(edges_of_tensorboard())
    1549
    """
    up = []
    value = 1e-12
    while value < 1e20:
        up.append(value)
        value *= 1.1
    return np.array([*(-v for v in reversed(up)), 0.0, *up])


def image(tag: str, pixels: Any) -> bytes:
    """A picture of uint8 (height, width, channels), as a PNG.

    >>> b"PNG" in image("a", np.zeros((2, 2, 3), np.uint8))
    True
    """
    height, width, channels = pixels.shape
    body = whole(1, height) + whole(2, width) + whole(3, channels) + nested(4, png(pixels))
    return nested(1, tag) + nested(4, body)


def png(pixels: Any) -> bytes:
    """uint8 pixels (height, width, 1, 3 or 4 channels) as a PNG file.

    >>> png(np.zeros((1, 1, 3), np.uint8))[:4]
    b'\\x89PNG'
    """
    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * channels)], 1)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes())) + \
        chunk(b"IEND", b"")

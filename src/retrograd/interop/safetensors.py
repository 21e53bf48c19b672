"""The safetensors format: arrays by name and a dictionary of strings, to bytes and back. Nothing is executed.

8 bytes: length of the header; the header as JSON, {name: {dtype, shape, data_offsets}, "__metadata__": {}};
the data. https://huggingface.co/docs/safetensors. What is read is checked before memory is taken for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from io import SEEK_END, SEEK_SET
from math import prod
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import bfloat16
from retrograd.base.errors import ArgumentError, MissingError, UnpicklingRefused
from retrograd.interop.atomic import writing
from retrograd.tensors.create import from_numpy
from retrograd.tensors.tensor import Tensor, evaluate

LARGEST_HEADER = 100_000_000        # bytes: the limit of the safetensors library
LONGEST_NAME = 4096
KINDS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "C64": "complex64",
}
CODES = {name: code for code, name in KINDS.items()}
OP = "load"


class Entry(NamedTuple):
    """Where an array lies in the data, and what it is."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


# ---------------------------------------------------------------- writing
def pack(arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> Iterator[bytes | memoryview]:
    """The bytes of a file, piece by piece. Wider elements come first, so that every array is aligned."""
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    offsets, at = {}, 0
    for name in order:
        offsets[name] = [at, at + arrays[name].nbytes]
        at += arrays[name].nbytes
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    for name, array in arrays.items():
        header[name] = {
            "dtype": CODES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": offsets[name],
        }
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > LARGEST_HEADER:
        raise ArgumentError(
            f"the header would have {len(text):,} bytes",
            op="save",
            expected=f"at most {LARGEST_HEADER:,}",
            fix="Keep large data in tensors, not in lists.",
        )
    yield len(text).to_bytes(8, "little")
    yield text
    for name in order:
        array = np.ascontiguousarray(arrays[name])
        little = array if array.dtype.byteorder in "=|<" or array.dtype.kind == "V" else array.astype(
            array.dtype.newbyteorder("<"))
        yield little.reshape(-1).view(np.uint8).data if array.nbytes else b""


def save_file(
    tensors: Mapping[str, Tensor], filename: Any, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name to a safetensors file (a path or a binary file object).

    >>> import io, retrograd as rg
    >>> file = io.BytesIO()
    >>> save_file({"w": rg.ones(2)}, file)
    >>> _ = file.seek(0)
    >>> load_file(file)
    {'w': tensor([1., 1.])}
    """
    for name, t in tensors.items():
        if not isinstance(name, str) or not isinstance(t, Tensor):
            raise ArgumentError(
                f"{name!r} is a {type(t).__name__}", op="save_file", expected="tensors by name"
            )
    evaluate(tensors.values())
    with writing(filename) as write:
        for piece in pack({name: t._value() for name, t in tensors.items()}, metadata or {}):
            write(piece)


# ---------------------------------------------------------------- reading
class Source:
    """A readable binary file from its current position on, whose end is known."""

    def __init__(self, file: Any, name: str) -> None:
        self.file, self.name = file, name
        try:
            start = file.tell()
            self.size = file.seek(0, SEEK_END) - start
            file.seek(start, SEEK_SET)
        except (AttributeError, OSError):
            raise ArgumentError(f"{name} cannot be searched in", op=OP, expected="a regular file",
                                fix="Read it into io.BytesIO(...) first.") from None

    def peek(self, count: int) -> bytes:
        """The next bytes, or what there is of them; the position stays."""
        at = self.file.tell()
        head = self.file.read(count)
        self.file.seek(at, SEEK_SET)
        return head if isinstance(head, bytes) else b""

    def take(self, count: int) -> bytes:
        data = np.empty(count, np.uint8)
        self.fill(data)
        return data.tobytes()

    def fill(self, array: Any) -> None:
        """Read into memory that is there already, also where the file hands out less than asked."""
        view = memoryview(array.reshape(-1).view(np.uint8))
        at = 0
        while at < len(view):
            piece = self.file.read(min(len(view) - at, 1 << 26))
            if isinstance(piece, str):
                raise ArgumentError(
                    f"{self.name} is open as text", op=OP, expected="a file opened with mode 'rb'"
                )
            if not piece:
                raise self.broken(f"it ends {len(view) - at:,} bytes too early")
            view[at:at + len(piece)] = piece
            at += len(piece)

    def broken(self, why: str) -> ArgumentError:
        return ArgumentError(f"{self.name} is not a whole safetensors file: {why}", op=OP,
                             fix="Write it again, or take an older copy.")


def read(source: Source) -> tuple[dict[str, Any], dict[str, str]]:
    """The arrays of a file by name, and its dictionary of strings."""
    if source.size == 0:
        raise ArgumentError(
            f"{source.name} is empty", op=OP, fix="After writing to a buffer, call buffer.seek(0)."
        )
    if source.size < 8:
        raise source.broken(f"it has {source.size} bytes")
    head = source.take(8)
    _refuse_other_formats(head, source.name)
    length = int.from_bytes(head, "little")
    if length > min(LARGEST_HEADER, source.size - 8):
        raise source.broken(f"its header would have {length:,} bytes, the file has {source.size:,}")
    entries, metadata = parse_header(source.take(length), source.size - 8 - length, source)
    arrays = {}
    for entry in sorted(entries, key=lambda e: (e.start, e.stop)):
        arrays[entry.name] = array = np.empty(entry.shape, entry.dtype)
        if array.nbytes:
            source.fill(array)
    return {e.name: arrays[e.name] for e in entries}, metadata


def parse_header(text: bytes, available: int, source: Source) -> tuple[list[Entry], dict[str, str]]:
    """Entries and metadata of a header; every claim is checked against the bytes available."""
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise source.broken(f"its header is no JSON ({why[:200]})") from None
    if not isinstance(header, dict):
        raise source.broken("its header is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise source.broken("its __metadata__ does not map strings to strings")
    entries = [_entry(name, value, source) for name, value in header.items()]
    at = 0
    for e in sorted(entries, key=lambda e: (e.start, e.stop)):
        if e.start != at:
            raise source.broken(f"{'overlapping data' if e.start < at else 'a gap'} before tensor {e.name!r}")
        at = e.stop
    if at != available:
        raise source.broken(f"its tensors take {at:,} bytes of data, {available:,} are there")
    return entries, metadata


def _entry(name: str, value: Any, source: Source) -> Entry:
    if len(name) > LONGEST_NAME or any(ord(c) < 32 for c in name):
        raise source.broken(f"a tensor's name is no name: {name[:60]!r}")
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise source.broken(f"tensor {name!r} is not described by dtype, shape and data_offsets")
    shape, offsets, code = value["shape"], value["data_offsets"], value["dtype"]
    if not isinstance(code, str):
        raise source.broken(f"tensor {name!r} has the dtype {code!r}")
    if code not in KINDS:
        raise MissingError(
            f"tensor {name!r} of {source.name} has the dtype {code[:20]!r}, which is not there yet",
            op=OP,
            expected="one of " + ", ".join(KINDS),
        )
    if not _counts(shape) or len(shape) > 32:
        raise source.broken(f"tensor {name!r} has a shape that is none")
    if not _counts(offsets) or len(offsets) != 2:
        raise source.broken(f"tensor {name!r} has offsets that are none")
    dtype = bfloat16.np if code == "BF16" else np.dtype(KINDS[code])
    start, stop = offsets
    if stop - start != prod(shape) * dtype.itemsize:
        raise source.broken(
            f"tensor {name!r} claims {stop - start:,} bytes for its shape {str(shape)[:80]} of {code}"
        )
    if prod(max(s, 1) for s in shape) >= 1 << 58:        # one size may be 0 and the others absurd
        raise source.broken(f"tensor {name!r} has a size beyond any memory")
    return Entry(name, dtype, tuple(shape), start, stop)


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and v >= 0 for v in values)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a name appears twice")
    return out


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _refuse_other_formats(head: bytes, name: str) -> None:
    if head[:4] == b"PK\x03\x04":
        kind = "a zip archive, as torch.save (and numpy.savez) write it"
    elif head[0] == 0x80 and head[1] <= 5 and any(head[2:]):
        kind = "a pickle"
    elif head[:6] == b"\x93NUMPY":
        raise ArgumentError(
            f"{name} is a .npy file", op=OP, fix="Use retrograd.from_numpy(numpy.load(path))."
        )
    else:
        return
    raise UnpicklingRefused(
        f"{name} is {kind}. Reading a pickle can run any code, so it is never read",
        op=OP,
        expected="a safetensors file, as retrograd.save writes it",
        fix="Convert it once, where PyTorch is installed and if you trust the file:\n"
        "    import torch, safetensors.torch\n"
        '    state = torch.load("model.pt", map_location="cpu")      # a state_dict: tensors by name\n'
        '    safetensors.torch.save_file({k: v.clone() for k, v in state.items()}, "model.safetensors")',
    )


def load_file(filename: Any, device: Any = "cpu") -> dict[str, Tensor]:
    """Tensors by name from any safetensors file (a path or a binary file object); see `save_file`."""
    with opened(filename) as source:
        arrays, _ = read(source)
    return {name: tensor_of(name, array, source.name) for name, array in arrays.items()}


def tensor_of(name: str, array: Any, where: str) -> Tensor:
    """An array of a file as a tensor; dtypes that tensors do not have are refused by name."""
    if array.dtype.name in ("uint16", "uint32", "uint64"):
        raise MissingError(
            f"tensor {name!r} of {where} is {array.dtype.name}; there are no such tensors yet", op=OP
        )
    return from_numpy(array)


class opened:
    """A path or a file object as a Source, closed at the end if it was opened here."""

    def __init__(self, f: Any) -> None:
        self.own = not hasattr(f, "read")
        self.file = open(f, "rb") if self.own else f
        name = repr(os.fspath(f)) if self.own else repr(getattr(f, "name", None) or type(f).__name__)
        try:
            self.source = Source(self.file, name)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Source:
        return self.source

    def __exit__(self, *exc: object) -> None:
        if self.own:
            self.file.close()

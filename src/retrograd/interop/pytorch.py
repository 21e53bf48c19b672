"""Files of torch.save go in, their values come out: containers, numbers, texts, tensors; nothing else.

A file is a zip archive: `data.pkl` says what there is, `data/KEY` is the memory of tensors. Older ones are
pickles one after another, then the memory. What the pickles say is read by `interop/opcodes.py`; the names
below are all that it knows.
"""

from __future__ import annotations

import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from retrograd.base.dtype import DType, by_name
from retrograd.base.errors import ArgumentError, MissingError, UnpicklingRefused
from retrograd.base.shape import Size
from retrograd.graph.node import leaf
from retrograd.interop.opcodes import Damaged, Reader, Recipe, Refused
from retrograd.interop.safetensors import Source
from retrograd.tensors.device import CPU
from retrograd.tensors.memory import shown
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

OLD = bytes.fromhex("8002") + b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little") + b"."
LONGEST = 1 << 28                # bytes of what is no tensor
REPEATED = 1 << 30               # bytes that tensors with strides of 0 may show beyond their memory, in all
ENTRIES = 1 << 20                # memories in a file
STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16",
    "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "UntypedStorage": "uint8",
}
DTYPES = {"float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32",
          "short": "int16", **{name: name for name in STORAGES.values()}}
CONVERT = (
    "Convert it once, where PyTorch is installed and if you trust the file:\n"
    "    import torch, safetensors.torch\n"
    '    state = torch.load("model.pt", map_location="cpu", weights_only=False)\n'
    "    state = state if isinstance(state, dict) else state.state_dict()        # tensors by name\n"
    '    safetensors.torch.save_file({k: v.clone() for k, v in state.items()}, "model.safetensors")'
)


def is_pytorch(head: bytes) -> bool:
    """Whether a file that begins so may be one of torch.save.

    >>> is_pytorch(b"PK\\x03\\x04...."), is_pytorch(b"\\x93NUMPY..")
    (True, False)
    """
    return head[:4] == b"PK\x03\x04" or head.startswith(OLD)


class Memory:
    """The memory of tensors, as a file names it; `dtype` is how its bytes are read."""

    def __init__(self, kind: str, size: int, where: str, repeated: list[int]) -> None:
        self.repeated = repeated        # bytes that tensors may still show more often than once
        try:
            self.dtype: DType = by_name(kind)
        except (KeyError, ValueError, RuntimeError):
            raise MissingError(f"{where} holds {kind}; there are no such tensors yet", op="load") from None
        self.array = np.empty(size, self.dtype.np)
        self.held = Storage(leaf(self.array, self.dtype))


class _File:
    """What both forms of file share: the memories by key, and what may be made."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.memories: dict[str, Memory] = {}
        self.room = source.size         # no more memory is taken than the file has bytes
        self.repeated = [REPEATED]

    def read(self, data: bytes, at: int = 0) -> tuple[Any, int]:
        """A value, and where it ends."""
        reader = Reader(data, NAMES, self.memory, at)
        try:
            return reader.value(), reader.at
        except Refused as what:
            raise _refused(self.source.name, str(what)) from None
        except Damaged as why:
            raise self.broken(str(why)) from None

    def memory(self, found: Any) -> Memory:
        """The memory that a persistent id names: ("storage", type, key, device, elements, ...)."""
        if type(found) is not tuple or len(found) < 5 or found[0] != "storage":
            raise Refused("a reference to something outside the file")
        kind, key, _, size = found[1:5]
        if type(kind) is not _Kind or type(key) is not str or type(size) is not int or size < 0:
            raise Damaged("a memory is described by what describes none")
        if len(found) > 5 and found[5] is not None:
            raise Refused("a part of a memory (files of PyTorch before 0.4)")
        if key not in self.memories:
            self.room -= size * max(by_size(kind.dtype), 1)
            if self.room < 0:
                raise Damaged(f"its memories would take more than the {self.source.size:,} bytes of the file")
            self.memories[key] = made = Memory(
                kind.dtype, size, self.source.name, self.repeated)
            self.fill(key, made)
        memory = self.memories[key]
        if memory.dtype.name != kind.dtype or memory.array.size != size:
            raise Damaged(f"memory {key[:40]!r} is described in two ways")
        return memory

    def fill(self, key: str, memory: Memory) -> None:
        """Read the bytes, where they are known to be already."""

    def broken(self, why: str) -> ArgumentError:
        return ArgumentError(f"{self.source.name} is not a whole file of torch.save: {why}", op="load",
                             fix="Write it again, or take an older copy.")


class _Archive(_File):
    """A zip archive. Nothing is unpacked to disk, and only what is not compressed is read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        try:
            self.zip = zipfile.ZipFile(source.file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError) as error:
            raise self.broken(f"it is no zip archive ({str(error)[:100]})") from None
        self.parts = {part.filename: part for part in self.zip.infolist()[:ENTRIES]}
        roots = [n for n in self.parts if n.count("/") == 1 and n.endswith("/data.pkl")]
        if len(self.parts) != len(self.zip.infolist()):
            raise self.broken("a name appears twice, or there are too many")
        if len(roots) != 1:
            if any(name.endswith(".npy") for name in self.parts):
                raise ArgumentError(f"{source.name} is a .npz file", op="load",
                                    fix="Use retrograd.from_numpy(numpy.load(path)[name]).")
            raise _refused(source.name, "a zip archive without data.pkl")
        self.root = roots[0][:-len("data.pkl")]
        order = self.part("byteorder") if self.root + "byteorder" in self.parts else b"little"
        if order not in (b"little", b"big"):
            raise self.broken("its byte order is none")
        self.swapped = order == b"big"

    def part(self, name: str, size: int | None = None) -> bytes:
        info = self.parts.get(self.root + name)
        if info is None:
            raise self.broken(f"it has no {name[:60]!r}")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise self.broken(f"{name[:60]!r} is compressed or encrypted, which torch.save does not do")
        if info.file_size > (LONGEST if size is None else size) or (size or 0) > info.file_size:
            raise self.broken(f"{name[:60]!r} has {info.file_size:,} bytes, "
                              f"{LONGEST if size is None else size:,} are expected")
        try:
            with self.zip.open(info) as file:
                data = file.read(info.file_size)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise self.broken(f"{name[:60]!r} cannot be read ({str(error)[:100]})") from None
        if len(data) != info.file_size:
            raise self.broken(f"{name[:60]!r} ends too early")
        return data

    def fill(self, key: str, memory: Memory) -> None:
        if "/" in key:
            raise Damaged(f"{key[:40]!r} is no name of a memory")
        raw = memory.array.view(np.uint8) if memory.array.size else memory.array
        data = self.part(f"data/{key}", memory.array.nbytes)
        if memory.array.size:
            raw[:] = np.frombuffer(data, np.uint8)
            if self.swapped and memory.array.dtype.itemsize > 1:
                width = memory.array.dtype.itemsize // (2 if memory.dtype.is_complex else 1)
                raw[:] = raw.reshape(-1, width)[:, ::-1].reshape(-1)

    def value(self) -> Any:
        return self.read(self.part("data.pkl"))[0]


class _Old(_File):
    """Pickles one after another: a number, a version, the machine, the value, the keys; then the memories."""

    def value(self) -> Any:
        data = self.source.take(self.source.size)
        at = len(OLD)
        version, at = self.read(data, at)
        if version != 1001:
            raise self.broken("its version is not 1001")
        machine, at = self.read(data, at)
        if type(machine) is not dict or machine.get("little_endian") is not True:
            raise self.broken("it was written on another kind of machine")
        out, at = self.read(data, at)
        keys, at = self.read(data, at)
        if type(keys) is not list or set(map(type, keys)) - {str} or set(keys) != set(self.memories):
            raise self.broken("its memories are not those that its tensors name")
        for key in keys:
            memory = self.memories[key]
            count = int.from_bytes(data[at:at + 8], "little")
            end = at + 8 + memory.array.nbytes
            if count != memory.array.size or end > len(data):
                raise self.broken(f"memory {key[:40]!r} has not the size that its tensors say")
            if count:
                memory.array.view(np.uint8)[:] = np.frombuffer(data, np.uint8, end - at - 8, at + 8)
            at = end
        return out


def read(source: Source, head: bytes) -> Any:
    """The value of a file of torch.save that begins with `head`; parameters as Parameters, tensors sharing
    memory as they did, all on the CPU."""
    file = _Archive(source) if head[:2] == b"PK" else _Old(source)
    return file.value()


def _refused(name: str, what: str) -> UnpicklingRefused:
    return UnpicklingRefused(
        f"{name} asks for {what[:200]}, which is not read: only data is, and nothing was executed", op="load",
        expected="dicts, lists, tuples, numbers, texts and tensors, as in a state_dict", fix=CONVERT)


# ---------------------------------------------------------------- what may be made
class _Kind:
    """A class of storages, as a file names it."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype


def by_size(name: str) -> int:
    """Bytes an element of that dtype takes.

    >>> by_size("bfloat16"), by_size("complex64")
    (2, 8)
    """
    return 2 if name == "bfloat16" else np.dtype(name).itemsize


def _counts(values: Any) -> tuple[int, ...]:
    if type(values) not in (tuple, Size) or any(type(v) is not int or not 0 <= v < 1 << 48 for v in values) \
            or len(values) > 64:
        raise Damaged("sizes are no sizes")
    return tuple(values)


def _tensor(memory: Any, offset: Any, size: Any, stride: Any, requires_grad: Any = False, hooks: Any = None,
            metadata: Any = None) -> Tensor:
    if type(memory) is not Memory or type(offset) is not int or not 0 <= offset < 1 << 48:
        raise Damaged("a tensor lies nowhere")
    size = _counts(size)
    memory.repeated[0] -= max(0, prod(size) - memory.array.size) * memory.array.itemsize
    if memory.repeated[0] < 0:
        raise Damaged(f"a tensor of size {str(size)[:80]} repeats the elements of a memory too often")
    try:
        out = shown(memory.held, offset, size, _counts(stride))
    except RuntimeError as error:
        raise Damaged(str(error)[:200]) from None
    return out.requires_grad_() if requires_grad is True else out


def _parameter(data: Any, requires_grad: Any = True, hooks: Any = None, state: Any = None) -> Parameter:
    if not isinstance(data, Tensor):
        raise Damaged("a parameter is made of no tensor")
    return Parameter(data.detach(), requires_grad is True)


def _size(values: Any = ()) -> Size:
    return Size(_counts(values))


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise Refused("_codecs.encode")
    return text.encode("latin-1")


def _ordered(pairs: Any = ()) -> OrderedDict[Any, Any]:
    if pairs:
        raise Refused("an OrderedDict of a form that torch.save does not write")
    return OrderedDict()


def _counter(counts: Any = ()) -> Counter[Any]:
    if type(counts) is not dict and counts != ():
        raise Refused("a Counter of something")
    return Counter(dict(counts))


def _set(items: Any = ()) -> set[Any]:
    if type(items) is not list and items != ():
        raise Refused("a set of something")
    if any(i is not None and type(i) not in (str, int, float, bool, bytes) for i in items):
        raise Refused("a set of something")
    return set(items)


def _complex(real: Any = 0.0, imag: Any = 0.0) -> complex:
    if type(real) is not float or type(imag) is not float:
        raise Damaged("a complex number has no parts")
    return complex(real, imag)


def _bytearray(data: Any = b"", encoding: Any = None) -> bytearray:
    return bytearray(data if type(data) is bytes and encoding is None else _encoded(data))


def _dtypes() -> dict[tuple[str, str], Any]:
    """Names of dtypes, for those that are here."""
    out = {}
    for name, meant in DTYPES.items():
        try:
            out["torch", name] = by_name(meant)
        except (KeyError, ValueError, RuntimeError):
            continue
    return out


def _names() -> Mapping[tuple[str, str], Any]:
    made: dict[tuple[str, str], Callable[..., Any]] = {
        ("collections", "OrderedDict"): _ordered, ("collections", "Counter"): _counter,
        ("torch", "Size"): _size, ("torch", "device"): lambda *where: CPU,
        ("torch._utils", "_rebuild_tensor"): _tensor, ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        ("torch._utils", "_rebuild_parameter"): _parameter,
        ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
        ("_codecs", "encode"): _encoded,
    }
    for module in ("__builtin__", "builtins"):
        made[module, "set"], made[module, "complex"] = _set, _complex
        made[module, "bytearray"] = _bytearray
    recipes = {names: Recipe(".".join(names), make) for names, make in made.items()}
    kinds = {(module, name): _Kind(dtype) for name, dtype in STORAGES.items()
             for module in ("torch", "torch.storage")}
    return {**recipes, **kinds, **_dtypes()}


NAMES = _names()

"""Nested Python values as JSON with the arrays taken out, and back; what is not listed here is refused.

None, bool, str, lists and finite floats are themselves in JSON; anything else is an object {"is": kind, ...}.
"""

from __future__ import annotations

import base64
import math
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from retrograd.base.dtype import DType, by_name
from retrograd.base.errors import ArgumentError, UnpicklingRefused
from retrograd.base.shape import Size
from retrograd.interop.safetensors import CODES, LONGEST_NAME, tensor_of
from retrograd.tensors.tensor import Device, Tensor, evaluate

MAPPINGS: dict[str, type] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
SEQUENCES: dict[str, type] = {"tuple": tuple, "Size": Size}
JSON_INTEGERS = 1 << 63         # larger ones as hexadecimal text, which Python reads at any length
DEEPEST = 200                   # levels of nesting


class Encoder:
    """One walk over a value: `encode` gives its structure, `arrays` then what was taken out, by name."""

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}                    # name -> tensor or array
        self._seen: dict[Any, tuple[str, list[Any]]] = {}   # memory -> its name and the tensors that show it
        self._open: set[int] = set()                        # containers being walked

    def encode(self, value: Any, path: tuple[Any, ...] = ()) -> Any:
        """The structure of a value; `path` leads to it from the root, as keys and indices."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -JSON_INTEGERS <= value < JSON_INTEGERS else {"is": "int", "hex": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {"is": "float", "bits": struct.pack(">d", value).hex()}
        if isinstance(value, Tensor):
            return self._tensor(value, path)
        if isinstance(value, (np.ndarray, np.generic)):
            return self._array(value, path)
        if kind is bytes:
            return {"is": "bytes", "base64": base64.b64encode(value).decode()}
        if isinstance(value, DType):
            return {"is": "dtype", "name": value.name}
        if isinstance(value, Device):
            return {"is": "device", "name": str(value)}
        return self._container(value, path)

    def _container(self, value: Any, path: tuple[Any, ...]) -> Any:
        kind = type(value)
        name = kind.__name__
        if kind is not list and MAPPINGS.get(name) is not kind and SEQUENCES.get(name) is not kind:
            raise _refused(value, path)
        if id(value) in self._open:
            raise UnpicklingRefused(f"the {name} at {_where(path)} contains itself", op="save")
        if len(path) >= DEEPEST:
            raise UnpicklingRefused(f"the value is nested deeper than {DEEPEST} levels", op="save")
        self._open.add(id(value))
        try:
            if not isinstance(value, dict):
                items = [self.encode(item, (*path, k)) for k, item in enumerate(value)]
                return items if kind is list else {"is": name, "items": items}
            pairs = [[self._key(k, path), self.encode(item, (*path, k))] for k, item in value.items()]
            out = {"is": name, "pairs": pairs}
            versions = getattr(value, "_metadata", None)        # what Module.state_dict() hangs on its dict
            if isinstance(versions, dict):
                out["metadata"] = self.encode(versions, (*path, "_metadata"))
            return out
        finally:
            self._open.discard(id(value))

    def _key(self, key: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(key, (Tensor, np.ndarray, np.generic)):
            raise UnpicklingRefused(
                f"a {type(key).__name__} is a key of the dict at {_where(path)}",
                op="save",
                expected="a string, a number, a bool, None or a tuple of these",
                fix="Convert it, e.g. int(key) .",
            )
        return self.encode(key, (*path, key))

    def _tensor(self, t: Tensor, path: tuple[Any, ...]) -> Any:
        memory = id(t._storage) if t._storage is not None and t._parent is None else id(t)
        # The dtype too: a storage keeps its shape, but be sure that one name means one array.
        key = (memory, t.node.shape, t.dtype)
        if key not in self._seen:
            self._seen[key] = self._fresh(path, t), []
        name, same = self._seen[key]
        number = next((k for k, other in enumerate(same) if other is t), len(same))
        if number == len(same):
            same.append(t)
        out: dict[str, Any] = {"is": "tensor", "name": name}
        if number:
            out["alias"] = number
        if t.requires_grad:
            out["requires_grad"] = True
        return out

    def _array(self, array: Any, path: tuple[Any, ...]) -> Any:
        if array.dtype.name not in CODES:
            raise UnpicklingRefused(
                f"cannot save an array of dtype {array.dtype} at {_where(path)}",
                op="save",
                expected="an array of numbers or bools: " + ", ".join(CODES),
            )
        key = id(array)
        if key not in self._seen or isinstance(array, np.generic):
            self._seen[key] = self._fresh(path, np.asarray(array)), [array]
        return {"is": "ndarray" if isinstance(array, np.ndarray) else "number", "name": self._seen[key][0]}

    def _fresh(self, path: tuple[Any, ...], value: Any) -> str:
        """A name made of the path, unlike those given already."""
        words = ".".join(p if isinstance(p, str) else str(p) for p in path) or "tensor"
        clean = "".join(c if ord(c) >= 32 else "_" for c in words).encode("utf-8", "replace").decode()
        name = clean = clean[-(LONGEST_NAME - 20):]
        n = 1
        while name in self._named or name == "__metadata__":
            n += 1
            name = f"{clean}~{n}"
        self._named[name] = value
        return name

    def arrays(self) -> dict[str, Any]:
        """The arrays by name; all tensors that were not computed yet are computed as one program."""
        evaluate([t for t in self._named.values() if isinstance(t, Tensor)])
        return {name: v._value() if isinstance(v, Tensor) else v for name, v in self._named.items()}


def _where(path: tuple[Any, ...]) -> str:
    return "".join(f"[{p!r}]" for p in path) or "the top"


def _refused(value: Any, path: tuple[Any, ...]) -> UnpicklingRefused:
    """The error for a value that only a pickle could hold, with what to save in its place."""
    kind = type(value)
    what, fix = f"a {kind.__qualname__}", ""
    if isinstance(value, (FunctionType, MethodType)):
        what, fix = f"the function {value.__qualname__}", "Leave it out, and name it in code when loading."
    elif isinstance(value, type):
        what, fix = f"the class {value.__qualname__}", "Leave it out, and name it in code when loading."
    elif callable(getattr(value, "state_dict", None)):
        fix = "Save its state:  x.state_dict() ; build the object in code and call load_state_dict(...) ."
    elif isinstance(value, dict):
        fix = "Convert it:  dict(x) ."
    elif isinstance(value, tuple):
        fix = "Convert it:  tuple(x) , or  x._asdict() ."
    elif isinstance(value, (set, frozenset)):
        fix = "Convert it:  sorted(x) ."
    elif isinstance(value, (int, float, str, bytes)):
        fix = (
            f"Convert it:  {next(t.__name__ for t in (int, float, str, bytes) if isinstance(value, t))}(x) ."
        )
    elif hasattr(value, "__fspath__"):
        fix = "Convert it:  str(x) ."
    elif hasattr(value, "__dict__"):
        fix = "Save  vars(x) , if that holds only such values."
    return UnpicklingRefused(
        f"cannot save {what} at {_where(path)}",
        op="save",
        expected="dicts, lists, tuples, numbers, strings, bytes, None, tensors and arrays",
        fix=fix,
    )


class Decoder:
    """The way back: a structure and the arrays of its file to the value."""

    def __init__(self, arrays: dict[str, Any], where: str) -> None:
        self._arrays, self._where = arrays, where
        self._tensors: dict[tuple[str, int], Tensor] = {}
        self._made: dict[str, Callable[[dict[str, Any]], Any]] = {
            "int": lambda s: int(s["hex"], 16),
            "float": lambda s: struct.unpack(">d", bytes.fromhex(s["bits"]))[0],
            "bytes": lambda s: base64.b64decode(s["base64"], validate=True),
            "dtype": lambda s: by_name(s["name"]),
            "device": lambda s: Device(s["name"]),
            "tensor": self._tensor,
            "ndarray": lambda s: self._arrays[s["name"]],
            "number": lambda s: self._arrays[s["name"]][()],
        }

    def decode(self, s: Any, level: int = 0) -> Any:
        """The value of a structure. Errors of any kind mean a damaged file; the caller says so."""
        if not isinstance(s, (list, dict)):
            return s
        if level > DEEPEST:         # a key of the innermost mapping is one level further in
            raise RecursionError(f"more than {DEEPEST} levels")
        inner = level + 1
        if isinstance(s, list):
            return [self.decode(item, inner) for item in s]
        kind = s["is"]
        if kind in MAPPINGS:
            return self._mapping(MAPPINGS[kind], s, inner)
        if kind in SEQUENCES:
            return SEQUENCES[kind](self.decode(item, inner) for item in s["items"])
        if kind not in self._made:
            raise ArgumentError(f"kind {kind!r} is not known")
        return self._made[kind](s)

    def _mapping(self, kind: type, s: dict[str, Any], inner: int) -> Any:
        out = kind()
        for key, value in s["pairs"]:
            out[self.decode(key, inner)] = self.decode(value, inner)
        if "metadata" in s and kind is OrderedDict:
            out._metadata = self.decode(s["metadata"], inner)   # type: ignore[attr-defined]
        return out

    def _tensor(self, s: dict[str, Any]) -> Tensor:
        """One tensor for each that was saved; those of one name share memory."""
        name, number = s["name"], s.get("alias", 0)
        if (name, number) not in self._tensors:
            first = self._tensors.get((name, -1))
            if first is None:
                first = self._tensors[name, -1] = tensor_of(name, self._arrays[name], self._where)
                t = first
            else:
                t = first.detach()
            self._tensors[name, number] = t.requires_grad_() if s.get("requires_grad") is True else t
        return self._tensors[name, number]

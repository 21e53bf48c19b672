"""A Python value goes in; a picture comes out that equals a later one while a replay may rely on the value.

Numbers and strings are pictured by value, containers and plain objects by what they hold, functions and
classes by identity, tensors by identity and by what shapes a graph (never by value: those are read anew).
"""

from __future__ import annotations

import random
from array import array
from collections import OrderedDict, defaultdict, deque
from functools import partial
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.engine.random import Generator
from retrograd.graph.wrapping import TensorBase

ATOMS = (int, float, complex, str, bytes, bool, type(None), type(...), range, DType)
NAMES = (FunctionType, BuiltinFunctionType, type, ModuleType, Generator)
DEPTH, MOST, BYTES = 8, 20_000, 1 << 16


class Unseen(Exception):
    """A value that nobody can compare cheaply; the message continues "it reads ..."."""


class Same:
    """An object, compared by identity and kept alive (so that its id stays its own)."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Same and other.it is self.it      # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return id(self.it)


class Picturing:
    """One pass over values: pictures, the tensors met, and whether something in them can change unnoticed."""

    def __init__(self) -> None:
        self.tensors: list[Any] = []
        self.optimizers: list[Any] = []
        self.silent = False             # a container or object was met that changes without telling anybody
        self._seen: dict[int, int] = {}
        self._room = MOST

    def of(self, value: Any, depth: int = 0) -> Any:
        """The picture of a value."""
        kind = value.__class__
        if kind in ATOMS:
            return kind, repr(value) if kind is float or kind is complex else value
        if kind is FunctionType and (value.__defaults__ or value.__kwdefaults__) and depth <= DEPTH:
            given = *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()
            return Same(value), self.of(given, depth + 1)
        if kind in NAMES or isinstance(value, (type, ModuleType)):
            return Same(value)
        if id(value) in self._seen:             # a second name of the same, or a circle
            return "again", self._seen[id(value)]
        self._seen[id(value)] = len(self._seen)
        self._room -= 1
        if self._room < 0:
            raise Unseen(f"more than {MOST} Python values")
        if isinstance(value, TensorBase):
            return self._tensor(value)
        own = getattr(kind, "_picture", None)
        if own is not None:
            return own(value, self)
        if depth > DEPTH:
            return Same(value)
        return self._inside(value, kind, depth + 1)

    def _tensor(self, t: Any) -> Any:
        self.tensors.append(t)
        hooks = tuple(Same(h) for held in (t.__dict__.get("_hooks"), t.__dict__.get("_after_accumulate"))
                      for h in (held or {}).values())
        return Same(t), t._node.shape, t.dtype, t._leaf, t._detached, hooks

    def _inside(self, value: Any, kind: type, depth: int) -> Any:
        if kind is tuple:
            return kind, tuple(self.of(v, depth) for v in value)
        if isinstance(value, MethodType):
            return Same(value.__func__), self.of(value.__self__, depth)
        if isinstance(value, np.generic):
            return kind, value.tobytes()
        self.silent = True
        if kind in (list, deque):
            return kind, [self.of(v, depth) for v in value]
        if kind in (set, frozenset):
            return kind, {Same(v) if v.__class__ not in ATOMS else v for v in value}
        if kind in (dict, OrderedDict, defaultdict, MappingProxyType):
            return kind, [(self.of(k, depth), self.of(v, depth)) for k, v in value.items()]
        if kind is np.ndarray:
            if value.nbytes > BYTES or value.dtype.hasobject:
                raise Unseen(f"a NumPy array of {value.nbytes} bytes: hand it over as a tensor")
            return Same(value), value.shape, value.dtype, value.tobytes()
        if kind in (bytearray, array):
            return kind, bytes(value)
        if kind is partial:
            return kind, self.of(value.func, depth), self.of(value.args, depth), \
                self.of(value.keywords, depth)
        if hasattr(kind, "__next__"):
            raise Unseen(f"a {kind.__name__}, whose next value nobody knows: take it outside the step")
        if isinstance(value, random.Random):
            return Same(value), value.getstate()
        if isinstance(value, np.random.Generator):
            return Same(value), repr(value.bit_generator.state)
        if isinstance(value, np.random.RandomState):
            return Same(value), repr(value.get_state())
        return Same(value), self._parts(value, kind, depth)

    def _parts(self, value: Any, kind: type, depth: int) -> Any:
        """What an object holds: its attributes, and its elements where its class is a container's."""
        own = getattr(value, "__dict__", None)
        parts = [(k, self.of(v, depth)) for k, v in own.items()] if own.__class__ is dict else []
        for base in kind.__mro__:
            for name in base.__dict__.get("__slots__", ()):
                if isinstance(name, str) and name not in ("__dict__", "__weakref__") and hasattr(value, name):
                    parts.append((name, self.of(getattr(value, name), depth)))
        if isinstance(value, dict):
            parts += [(self.of(k, depth), self.of(v, depth)) for k, v in value.items()]
        elif isinstance(value, (list, tuple, deque)):
            parts += [self.of(v, depth) for v in value]
        return parts

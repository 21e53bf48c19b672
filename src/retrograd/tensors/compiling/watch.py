"""What a step reads of Python's world beside tensors: globals, closures and objects of the functions entered.

A profile function sees every call while the step is captured. For each function that is neither ours nor
the standard library's, the names its code uses are looked up and pictured before it runs, and compared when
the step is over (a difference is an effect outside the graph) and before each replay (a difference needs a
new capture). Calls with an effect that no picture shows (print, input, clocks) are noted with their line.
"""

from __future__ import annotations

import builtins
import dis
import gc
import random
import sys
import sysconfig
from collections.abc import Sequence
from types import BuiltinFunctionType, CellType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.modes import local
from retrograd.graph.node import line_text
from retrograd.tensors.compiling.picture import Picturing, Unseen

_PATHS = sysconfig.get_paths()
_OURS = __file__.rsplit("tensors", 1)[0]
_LIBRARY = tuple({_PATHS["stdlib"], _PATHS["platstdlib"]})
_NUMPY = np.__file__.rsplit("__init__", 1)[0]
EFFECTS = {builtins.print: "prints", builtins.input: "asks for input", builtins.open: "opens a file"}
CLOCKS = ("time",)
MISSING = object()


def foreign(filename: str) -> bool:
    """Whether a file is a user's: not this package's, not Python's or NumPy's own.

    >>> foreign("train.py"), foreign(random.__file__), foreign(__file__)
    (True, False, False)
    """
    if filename.startswith((_OURS, _NUMPY, "<frozen")):
        return False
    return not (filename.startswith(_LIBRARY) and "site-packages" not in filename)


def _generated(frame: FrameType) -> bool:
    """Whether a function was written by the program for one of our classes (named tuples, dataclasses)."""
    module = str(frame.f_globals.get("__name__"))
    return frame.f_code.co_filename == "<string>" and module.startswith(("retrograd.", "namedtuple_"))


class Place:
    """Where a step found a value, and the value's picture."""

    __slots__ = ("name", "value", "picture", "silent", "holder", "key")

    def __init__(self, name: str, holder: Any, key: Any, value: Any, picture: Any, silent: bool) -> None:
        self.name, self.holder, self.key = name, holder, key
        self.value, self.picture, self.silent = value, picture, silent

    def now(self) -> Any:
        """What is there now."""
        holder = self.holder
        if holder is None:
            return self.value
        if holder.__class__ is CellType:
            try:
                return holder.cell_contents
            except ValueError:
                return MISSING
        return holder.get(self.key, MISSING)

    def kept_in(self, cells: Sequence[CellType]) -> list[Place]:
        """This value in the cells that hold it; if the step has put another there, in one of the cells."""
        own = [Place(self.name, c, self.key, self.value, self.picture, self.silent) for c in cells]
        return [p for p in own if p.now() is self.value] or own[:1]

    def same(self) -> bool:
        """Whether a replay may rely on what is there now."""
        value = self.now()
        if value is self.value and value.__class__ in (int, float, str, FunctionType, ModuleType, type):
            return True
        try:
            return bool(Picturing().of(value) == self.picture)
        except Unseen:
            return False


class _Refusal(NamedTuple):
    """Why a place cannot be watched."""

    reason: str
    where: str


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The globals that a function may load, and the attributes that it may look up."""
    loads: set[str] = set()
    attributes: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            loads.add(instruction.argval)
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            attributes.add(instruction.argval)
    return loads, attributes


class Watch:
    """The profile function while a step is captured, and what it saw."""

    def __init__(self, fn: Any) -> None:
        self.places: list[Place] = []
        self.tensors: list[Any] = []
        self.optimizers: list[Any] = []
        self._options = False           # whether options of optimisers are read by the user's own code
        self.reason = self.where = ""
        self._codes: dict[CodeType, list[Any]] = {}         # functions entered: their free variables,
        self._closures: set[tuple[Any, ...]] = set()        # of each closure
        self._known: set[tuple[int, Any]] = set()
        self._fn = fn
        self._before: Any = None
        if isinstance(fn, FunctionType):
            self.add(fn.__name__, None, None, fn)
        if getattr(fn, "__self__", None) is not None and not isinstance(fn, BuiltinFunctionType):
            self.add("self", None, None, fn.__self__)

    def __enter__(self) -> Watch:
        self._before = sys.getprofile()
        sys.setprofile(self._event)
        return self

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(self._before)

    def refuse(self, reason: str, where: str) -> None:
        """The step cannot be replayed; the first reason counts."""
        if not self.reason:
            self.reason, self.where = reason, where

    def add(self, name: str, holder: Any, key: Any, value: Any, where: str = "") -> None:
        """Watch a value at a place."""
        known = id(holder), key if holder is not None else id(value)
        if known in self._known:
            return
        self._known.add(known)
        place = self._place(name, holder, key, value, where)
        if isinstance(place, _Refusal):
            self.refuse(place.reason, place.where)
        else:
            self.places.append(place)

    def _place(self, name: str, holder: Any, key: Any, value: Any, where: str) -> Place | _Refusal:
        picturing = Picturing()
        try:
            picture = picturing.of(value)
        except Unseen as e:
            return _Refusal(f"it reads {name}: {e}", where)
        self.tensors += picturing.tensors
        self.optimizers += picturing.optimizers
        if self._options:
            for optimizer in picturing.optimizers:
                self._add_options(optimizer)
        return Place(name, holder, key, value, picture, picturing.silent)

    def _event(self, frame: FrameType, event: str, arg: Any) -> None:
        if local.state.capture is None:         # a value was read: the rest runs plainly
            return
        if event == "call":
            code = frame.f_code
            if code not in self._codes:
                self._codes[code] = []
                if foreign(code.co_filename) and not _generated(frame):
                    self._entered(frame, code)
            elif self._codes[code]:             # another closure of the same function, perhaps
                self._enclosed(frame, code, line_text((code, frame.f_lasti)))
        elif event == "c_call":
            code = frame.f_code
            if arg in EFFECTS and foreign(code.co_filename):
                self.refuse(f"it {EFFECTS[arg]}", line_text((code, frame.f_lasti)))
            elif arg.__module__ in CLOCKS and foreign(code.co_filename):
                self.refuse(f"it calls {arg.__module__}.{arg.__name__}", line_text((code, frame.f_lasti)))
            elif isinstance(getattr(arg, "__self__", None), (random.Random, np.random.RandomState)):
                outer: FrameType | None = frame
                while outer is not None and not foreign(outer.f_code.co_filename):
                    outer = outer.f_back
                if outer is not None:
                    self.refuse("it draws from Python's or NumPy's random numbers",
                                line_text((outer.f_code, outer.f_lasti)))

    def _entered(self, frame: FrameType, code: CodeType) -> None:
        """Picture the names that a function may read, before it reads them."""
        where = line_text((code, frame.f_lasti))
        loads, attributes = _names(code)
        if "param_groups" in attributes and not self._options:
            self._options = True
            for optimizer in self.optimizers:
                self._add_options(optimizer)
        for name in loads & frame.f_globals.keys():
            value = frame.f_globals[name]
            self.add(name, frame.f_globals, name, value, where)
            if isinstance(value, (ModuleType, type)):
                inside = vars(value)
                for attribute in attributes & inside.keys():
                    self.add(f"{name}.{attribute}", inside, attribute, inside[attribute], where)
        if code.co_freevars:
            self._enclosed(frame, code, where)

    def _enclosed(self, frame: FrameType, code: CodeType, where: str) -> None:
        """Picture the free variables of a closure, once."""
        local = frame.f_locals
        values = [(name, local[name]) for name in code.co_freevars if name in local]
        key = code, *(id(value) for _, value in values)
        if key not in self._closures:
            self._closures.add(key)
            self._codes[code] += [self._place(name, None, name, value, where) for name, value in values]

    def _add_options(self, optimizer: Any) -> None:
        self.add("the options of an optimizer", vars(optimizer), "param_groups", optimizer.param_groups)

    def finish(self) -> None:
        """Find the cells of the closures that were entered: one made inside the step needs no watch. Several
        closures of a function may hold one value; all their cells are watched."""
        wanted = {code: places for code, places in self._codes.items() if places}
        function = getattr(self._fn, "__func__", self._fn)
        found = [function] if getattr(function, "__code__", None) in wanted else []
        rest = [code for code in wanted if not found or code is not function.__code__]
        if rest:
            found += [f for f in gc.get_referrers(*rest)
                      if isinstance(f, FunctionType) and f.__code__ in rest]
        cells: dict[tuple[CodeType, str], dict[int, CellType]] = {}
        for f in found:
            for name, cell in zip(f.__code__.co_freevars, f.__closure__ or ()):
                cells.setdefault((f.__code__, name), {})[id(cell)] = cell
        for code, places in wanted.items():
            for place in places:
                if isinstance(place, _Refusal):
                    if any(f.__code__ is code for f in found):
                        self.refuse(place.reason, place.where)
                else:
                    self.places += place.kept_in(list(cells.get((code, place.name), {}).values()))

    def changed(self) -> Place | None:
        """A place that no longer holds what was pictured."""
        return next((place for place in self.places if not place.same()), None)

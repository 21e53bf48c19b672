"""The bytes of a pickle go in, plain values come out; nothing is imported, and only what is given is called.

This is no unpickler. It knows the opcodes that containers, numbers and texts are written with. A name in the
file is looked up in a table of `Recipe`s; one that is not there, and any other opcode, is an error. A recipe
is no Python object that the file could reach further from: it is called with checked arguments, or it is
nothing.
"""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 200                   # levels of nesting, as in what `save` writes
_KEY_LEVELS = 8                 # of tuples as keys
MAPPINGS = (dict, OrderedDict, Counter)


class Refused(Exception):
    """What is written there is not among the things that are read: (what)."""


class Damaged(Exception):
    """This is no pickle, or not a whole one: (why)."""


@dataclass(frozen=True)
class Recipe:
    """What a name in a file stands for: `make` is called with the arguments written there."""

    name: str
    make: Callable[..., Any]


class Reader:
    """One walk over the bytes: a stack, marks in it, and what was remembered by number."""

    def __init__(self, data: bytes, names: Mapping[tuple[str, str], Any],
                 persistent: Callable[[Any], Any], at: int = 0) -> None:
        self.data, self.at, self.names, self.persistent = data, at, names, persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def value(self) -> Any:
        """The value up to the opcode that ends it; `at` is behind it then."""
        try:
            while True:
                code = self.take(1)[0]
                if code == ord("."):
                    out = self.stack.pop()
                    if self.stack or self.marks:
                        raise Damaged("something is left over at its end")
                    checked(out)
                    return out
                act = _ACTS.get(code)
                if act is None:
                    raise Refused(f"the opcode {chr(code)!r}")
                act(self)
        except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
            raise Damaged(f"its opcodes make no sense ({type(error).__name__})") from None

    # ------------------------------------------------------------ bytes
    def take(self, count: int) -> bytes:
        piece = self.data[self.at:self.at + count]
        if len(piece) != count:
            raise Damaged(f"it ends {count - len(piece)} bytes too early")
        self.at += count
        return piece

    def number(self, layout: str) -> Any:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))[0]

    def line(self) -> str:
        end = self.data.find(b"\n", self.at, self.at + 1000)
        if end < 0:
            raise Damaged("a name has no end")
        return self.take(end + 1 - self.at)[:-1].decode("utf-8")

    # ------------------------------------------------------------ the stack
    def push(self, value: Any) -> None:
        self.stack.append(value)

    def marked(self) -> list[Any]:
        """What was pushed since the last mark."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def last(self, count: int) -> None:
        """The last values as a tuple."""
        items = tuple(self.stack[-count:])
        if len(items) != count:
            raise Damaged("a tuple lacks items")
        self.stack[-count:] = [items]

    def remember(self, number: int) -> None:
        self.memo[number] = self.stack[-1]

    # ------------------------------------------------------------ containers
    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise Refused(f"adding to a {type(target).__name__}")
        target.extend(items)

    def add(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not set:
            raise Refused(f"adding to a {type(target).__name__}")
        target.update(map(key, items))

    def fill(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in MAPPINGS:
            raise Refused(f"items of a {type(target).__name__}")
        if len(items) % 2:
            raise Damaged("a key has no value")
        for k in range(0, len(items), 2):
            target[key(items[k])] = items[k + 1]

    # ------------------------------------------------------------ names
    def name(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise Damaged("a name is no text")
        found = self.names.get((module, name))
        if found is None:
            raise Refused(f"{module}.{name}")
        self.push(found)

    def call(self) -> None:
        args = self.stack.pop()
        recipe = self.stack.pop()
        if type(recipe) is not Recipe or type(args) is not tuple:
            raise Refused(f"a call of a {type(recipe).__name__}")
        try:
            self.push(recipe.make(*args))
        except (TypeError, ValueError, OverflowError) as error:
            raise Damaged(f"{recipe.name} gets arguments that are none ({str(error)[:200]})") from None

    def build(self) -> None:
        """State of an object: the versions that a state_dict carries are kept, those of others refused."""
        state = self.stack.pop()
        target = self.stack[-1]
        if type(target) is not OrderedDict or type(state) is not dict or set(state) - {"_metadata"}:
            raise Refused(f"the state of a {type(target).__name__}")
        if isinstance(state.get("_metadata"), dict):
            target._metadata = state["_metadata"]       # type: ignore[attr-defined]


def key(value: Any, level: int = 0) -> Any:
    """A value that may be a key: hashing one that is nested deeply would overrun the stack."""
    if type(value) is tuple and level < _KEY_LEVELS:
        for item in value:
            key(item, level + 1)
        return value
    if value is None or type(value) in (str, int, float, bool, bytes, complex):
        return value
    raise Refused(f"a {type(value).__name__} as a key")


def checked(value: Any) -> None:
    """An error where a value contains itself, is nested too deeply, or holds a name that is no value."""
    done: set[int] = set()
    path: list[tuple[Any, Any]] = []
    inside: set[int] = set()

    def enter(v: Any) -> None:
        if type(v) is Recipe:
            raise Refused(v.name)
        if id(v) in inside:
            raise Refused("a value that contains itself")
        if type(v) not in (list, tuple, *MAPPINGS) or id(v) in done:
            return
        if len(path) >= DEEPEST:
            raise Damaged(f"it is nested deeper than {DEEPEST} levels")
        parts: Any = v.values() if isinstance(v, dict) else v
        inside.add(id(v))
        path.append((v, iter(parts)))

    enter(value)
    while path:
        v, parts = path[-1]
        for part in parts:
            depth = len(path)
            enter(part)
            if len(path) > depth:
                break
        else:
            path.pop()
            inside.discard(id(v))
            done.add(id(v))


def _whole_number(r: Reader, size: int) -> None:
    r.push(int.from_bytes(r.take(size), "little", signed=True))


def _text(r: Reader, size: int) -> None:
    r.push(r.take(size).decode("utf-8", "surrogatepass"))


def _protocol(r: Reader) -> None:
    version = r.take(1)[0]
    if not 2 <= version <= 5:
        raise Refused(f"protocol {version} of pickle")


def _stack_global(r: Reader) -> None:
    name, module = r.stack.pop(), r.stack.pop()
    r.name(module, name)


def _pair(r: Reader) -> list[Any]:
    value, name = r.stack.pop(), r.stack.pop()
    return [name, value]


_ACTS: dict[int, Callable[[Reader], Any]] = {ord(code): act for code, act in {
    "\x80": _protocol, "\x95": lambda r: r.take(8),                             # a frame
    "(": Reader.mark, "0": lambda r: r.stack.pop(),
    "N": lambda r: r.push(None), "\x88": lambda r: r.push(True), "\x89": lambda r: r.push(False),
    "J": lambda r: r.push(r.number("i")), "K": lambda r: r.push(r.number("B")),
    "M": lambda r: r.push(r.number("H")), "G": lambda r: r.push(struct.unpack(">d", r.take(8))[0]),
    "\x8a": lambda r: _whole_number(r, r.number("B")), "\x8b": lambda r: _whole_number(r, r.number("I")),
    "X": lambda r: _text(r, r.number("I")), "\x8c": lambda r: _text(r, r.number("B")),
    "\x8d": lambda r: _text(r, r.number("Q")),
    "B": lambda r: r.push(r.take(r.number("I"))), "C": lambda r: r.push(r.take(r.number("B"))),
    "\x8e": lambda r: r.push(r.take(r.number("Q"))),
    "U": lambda r: r.push(r.take(r.number("B")).decode("ascii")),               # text of Python 2
    "\x96": lambda r: r.push(bytearray(r.take(r.number("Q")))),
    "]": lambda r: r.push([]), "}": lambda r: r.push({}), ")": lambda r: r.push(()),
    "\x8f": lambda r: r.push(set()),
    "a": lambda r: r.extend([r.stack.pop()]), "e": lambda r: r.extend(r.marked()),
    "\x90": lambda r: r.add(r.marked()),
    "s": lambda r: r.fill(_pair(r)), "u": lambda r: r.fill(r.marked()),
    "t": lambda r: r.push(tuple(r.marked())), "\x85": lambda r: r.last(1), "\x86": lambda r: r.last(2),
    "\x87": lambda r: r.last(3),
    "q": lambda r: r.remember(r.number("B")), "r": lambda r: r.remember(r.number("I")),
    "\x94": lambda r: r.remember(len(r.memo)),
    "h": lambda r: r.push(r.memo[r.number("B")]), "j": lambda r: r.push(r.memo[r.number("I")]),
    "c": lambda r: r.name(r.line(), r.line()), "\x93": _stack_global,
    "R": Reader.call, "b": Reader.build, "Q": lambda r: r.push(r.persistent(r.stack.pop())),
}.items()}

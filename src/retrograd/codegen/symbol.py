"""Sizes as symbols: what is computed from them is written down, and what is asked of them is a guard.

    with sizes 8 and 3 as s0 and s1, `s0 * 4 + s1` is the number 35 with the text "((s0 * 4) + s1)", and
    `s0 == s1` is False and adds the guard "s0 != s1".

A result that was computed from symbols holds for all sizes that pass the same guards. A symbol is no int, so
nothing is asked in secret: who needs one (NumPy, range, a text) gets it by a guard that it is this one.
"""

from __future__ import annotations

import operator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NoReturn

BAND = 3         # bits: the sizes from 8 to 63, say, are of one order


class Guards:
    """The questions that were asked, with their answers, as texts in order."""

    def __init__(self) -> None:
        self.texts: dict[str, None] = {}
        self.pinned = False             # whether a number was needed as such: the result serves it alone

    def symbol(self, value: int, name: str) -> Symbol:
        """A size. Decisions about time alone ask nothing (`number_of`): they serve sizes of this order."""
        low = 1 << (max(value, 1).bit_length() - 1) // BAND * BAND
        self.texts[f"{min(low, value)} <= {name} < {low << BAND}"] = None
        return Symbol(value, name, self)


def text_of(x: Any) -> str:
    """A number, or what stands for one, as text."""
    return x.text if x.__class__ is Symbol or x.__class__ is Real else \
        repr(x) if x.__class__ is float else repr(int(x))


class Real:
    """What a symbol becomes among floats (costs, which decide about time): computed with, never asked."""

    __slots__ = ("value", "text")

    def __init__(self, value: float, text: str) -> None:
        self.value, self.text = value, text

    def _made(self, x: Any, op: str, reflected: bool = False) -> Any:
        if not isinstance(x, (Real, Symbol, float, int)):
            return NotImplemented
        a, b = (x, self) if reflected else (self, x)
        return Real(_AMONG_FLOATS[op](number_of(a), number_of(b)), f"({text_of(a)} {op} {text_of(b)})")

    def __add__(self, x: Any) -> Any:
        return self._made(x, "+")

    def __sub__(self, x: Any) -> Any:
        return self._made(x, "-")

    def __rsub__(self, x: Any) -> Any:
        return self._made(x, "-", True)

    def __mul__(self, x: Any) -> Any:
        return self._made(x, "*")

    def __truediv__(self, x: Any) -> Any:
        return self._made(x, "/")

    __radd__, __rmul__ = __add__, __mul__

    def _ask(self, x: object = None) -> NoReturn:
        raise TypeError("the cost of a unit is not known")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _ask       # type: ignore[assignment]
    __hash__ = None                                                              # type: ignore[assignment]


def number_of(x: Any) -> Any:
    """The number that was computed, here and now: nothing is asked, so only time may depend on it."""
    return x.value if x.__class__ is Symbol or x.__class__ is Real else x


class Symbol:
    """An integer known by its text; its value answers what is asked, and every answer becomes a guard."""

    __slots__ = ("value", "text", "guards")

    def __init__(self, value: int, text: str, guards: Guards) -> None:
        self.value, self.text, self.guards = value, text, guards

    def _other(self, x: Any) -> tuple[int, str] | None:
        if x.__class__ is Symbol:
            if x.guards is not self.guards:
                raise TypeError("symbols of two traces meet")
            return x.value, x.text
        return (int(x), repr(int(x))) if isinstance(x, int) else None

    def _made(self, x: Any, op: str, reflected: bool = False) -> Any:
        if x.__class__ is float:
            return Real(self.value, self.text)._made(x, op, reflected)
        other = self._other(x)
        if other is None:
            return NotImplemented
        a, b = (other, (self.value, self.text)) if reflected else ((self.value, self.text), other)
        return Symbol(_COMPUTE[op](a[0], b[0]), f"({a[1]} {op} {b[1]})", self.guards)

    def _asked(self, x: Any, op: str) -> Any:
        other = self._other(x)
        if other is None:
            return NotImplemented
        answer: bool = _ASK[op](self.value, other[0])
        if self.text != other[1]:
            self.guards.texts[f"{self.text} {op if answer else _NOT[op]} {other[1]}"] = None
        return answer

    def __add__(self, x: Any) -> Any:
        return self if x.__class__ is int and x == 0 else self._made(x, "+")

    def __radd__(self, x: Any) -> Any:
        return self if x.__class__ is int and x == 0 else self._made(x, "+", True)

    def __sub__(self, x: Any) -> Any:
        return self._made(x, "-")

    def __rsub__(self, x: Any) -> Any:
        return self._made(x, "-", True)

    def __mul__(self, x: Any) -> Any:
        return (self if x == 1 else 0) if x.__class__ is int and x in (0, 1) else self._made(x, "*")

    def __rmul__(self, x: Any) -> Any:
        return (self if x == 1 else 0) if x.__class__ is int and x in (0, 1) else self._made(x, "*", True)

    def __floordiv__(self, x: Any) -> Any:
        return self._made(x, "//")

    def __rfloordiv__(self, x: Any) -> Any:
        return self._made(x, "//", True)

    def __divmod__(self, x: Any) -> tuple[Any, Any]:
        return self // x, self % x

    def __mod__(self, x: Any) -> Any:
        return self._made(x, "%")

    def __truediv__(self, x: Any) -> Real:
        return Real(self.value, self.text) / x      # type: ignore[no-any-return]

    def __rtruediv__(self, x: Any) -> float:
        return float(x) / self.__index__()      # the factor of a mean: part of what is computed

    def __neg__(self) -> Symbol:
        return Symbol(-self.value, f"(-{self.text})", self.guards)

    def __eq__(self, x: object) -> Any:
        if x.__class__ is Symbol and x.guards is not self.guards:
            return False        # met in a memory of results: this trace computes its own
        return self._asked(x, "==")

    def __ne__(self, x: object) -> Any:
        return not self == x

    def __lt__(self, x: Any) -> Any:
        return self._asked(x, "<")

    def __le__(self, x: Any) -> Any:
        return self._asked(x, "<=")

    def __gt__(self, x: Any) -> Any:
        return self._asked(x, ">")

    def __ge__(self, x: Any) -> Any:
        return self._asked(x, ">=")

    def __bool__(self) -> bool:
        return bool(self._asked(0, "!="))

    def __hash__(self) -> int:
        return _HASH        # among symbols a set or a dict asks for equality; it does not find a number's key

    def __index__(self) -> int:
        """The number itself, for whoever cannot do without (NumPy, range): the result holds for it alone."""
        self.guards.texts[f"{self.text} == {self.value}"] = None
        self.guards.pinned = True
        return self.value

    __int__ = __index__

    def __repr__(self) -> str:
        return repr(self.__index__())


def settled(x: Any) -> Any:
    """A description of a kernel without symbols: what is part of a kernel holds for those numbers alone."""
    if x.__class__ is Symbol:
        return int(x)
    if x.__class__ is tuple:
        return tuple([settled(v) for v in x])
    if is_dataclass(x) and not isinstance(x, type):
        found = {f.name: getattr(x, f.name) for f in fields(x) if f.init}
        new = {name: settled(v) for name, v in found.items()}
        return x if all([new[name] is v for name, v in found.items()]) else replace(x, **new)
    return x


_HASH = 0x5bd1e99557          # of no size: a symbol that is 0 would be found in the place of the number 0
_COMPUTE = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "//": int.__floordiv__, "%": int.__mod__}
_AMONG_FLOATS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_ASK = {"==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__,
        ">=": int.__ge__}
_NOT = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

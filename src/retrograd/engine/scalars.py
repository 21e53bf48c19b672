"""Python numbers that remember how they were computed, so that a compiled step can compute them again.

While a step is captured its optimisers read `lr`, `betas` and step counts as `Number`s; a number among its
arguments that differs from call to call is one too. Arithmetic on them gives Numbers; beside a tensor a
Number is an argument of the program; a comparison becomes a condition under which the captured step holds.
What leaves this algebra (`float(lr)`) is pinned to the value it had.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.graph.node import Node, scalar
from retrograd.graph.wrapping import TensorBase, wrap
from retrograd.ops.linear import cast

Operation = Callable[[Any, Any], Any]


class Numbers:
    """All Numbers of one capture: where they come from, how they are computed, what was decided by them.

    >>> group = {"lr": 0.5}
    >>> numbers = Numbers()
    >>> lr = numbers.source(group, "lr")
    >>> half = lr / 2
    >>> group["lr"] = 0.1
    >>> numbers.evaluate()[half.place]
    0.05
    """

    def __init__(self) -> None:
        self.values: list[Any] = []                                     # at capture, by place
        self.sources: list[tuple[int, dict[str, Any], Any, int | None]] = []
        self.steps: list[tuple[int, Operation, int, int]] = []          # place, operation, places of operands
        self.conditions: list[tuple[int, Any]] = []                     # place, the value it must have
        self.nodes: dict[Node, int] = {}                                # scalar nodes, by place
        self._known: dict[Any, Number] = {}
        self.open = True                                                # while the step is captured

    def source(self, where: dict[str, Any], key: Any, index: int | None = None) -> Number:
        """The number at where[key], or at where[key][index]."""
        known = "source", id(where), key, index
        if known not in self._known:
            value = where[key] if index is None else where[key][index]
            made = self._new(known, value)
            self.sources.append((made.place, where, key, index))
        return self._known[known]

    def shared(self, tag: Any, value: Any) -> Number:
        """A number that several places hold alike and whoever replays the step supplies."""
        known = "shared", tag, value.__class__, value
        return self._known[known] if known in self._known else self._new(known, value)

    def supplied(self, value: Any) -> Number:
        """A number that whoever replays the step supplies."""
        return self._new(("supplied", len(self.values)), value)

    def constant(self, value: Any) -> Number:
        """A number that is the same in every run."""
        known = "constant", value.__class__, repr(value)
        return self._known[known] if known in self._known else self._new(known, value)

    def apply(self, fn: Operation, a: Any, b: Any) -> Number:
        """fn(a, b), computed again in every run."""
        a = a if type(a) is Number else self.constant(a)
        b = b if type(b) is Number else self.constant(b)
        known = fn, a.place, b.place
        if known not in self._known:
            made = self._new(known, fn(self.values[a.place], self.values[b.place]))
            self.steps.append((made.place, fn, a.place, b.place))
        return self._known[known]

    def decided(self, number: Number) -> Any:
        """The value of a number that the program depends on: the captured step holds while it stays."""
        value = self.values[number.place]
        if self.open:
            self.conditions.append((number.place, value))
        return value

    def node(self, number: Number, dtype: DType) -> Node:
        """The number as an argument of the program."""
        known = "node", number.place, dtype
        if known not in self._known:
            node = scalar(self.values[number.place], dtype.to_real())
            self.nodes[node] = number.place
            self._known[known] = cast(node, dtype)      # type: ignore[assignment]
        return self._known[known]   # type: ignore[return-value]

    def _new(self, known: Any, value: Any) -> Number:
        made = self._known[known] = Number(self, len(self.values))
        self.values.append(value)
        return made

    def settle(self) -> None:
        """The capture is over: nodes and Numbers are not needed any more."""
        self.nodes, self._known, self.open = {}, {}, False
        self.conditions = list({place: (place, v) for place, v in self.conditions}.values())

    def evaluate(self, given: dict[int, Any] | None = None) -> list[Any] | None:
        """All values of a run, with `given` for the shared ones; None where a condition does not hold."""
        values = list(self.values)
        for place, where, key, index in self.sources:
            now = where[key] if index is None else where[key][index]
            if now.__class__ is not values[place].__class__:
                return None
            values[place] = now
        for place, now in (given or {}).items():
            values[place] = now
        for place, fn, a, b in self.steps:
            values[place] = fn(values[a], values[b])
        return values if all(same_number(values[k], v) for k, v in self.conditions) else None


def same_number(a: Any, b: Any) -> bool:
    """Equal for every purpose: 1 is not 1.0, 0.0 is not -0.0, nan is nan.

    >>> same_number(0.0, -0.0), same_number(float("nan"), float("nan")), same_number(1, True)
    (False, True, False)
    """
    return a.__class__ is b.__class__ and (a == b and (a != 0 or repr(a) == repr(b)) or a != a and b != b)


def rounded(value: Any, dtype: DType) -> Any:
    """The nearest number of a dtype; of a Number it is computed again in every run.

    >>> from retrograd.base.dtype import float32
    >>> rounded(0.1, float32)
    0.10000000149011612
    """
    return value.numbers.apply(_nearest, value, dtype) if type(value) is Number else _nearest(value, dtype)


def _nearest(value: float, dtype: DType) -> float:
    return float(dtype.np.type(value))


def is_number(value: Any) -> bool:
    """Whether a value can stand for itself as a Number: a Python int or float, not a bool."""
    return value.__class__ is float or value.__class__ is int


class Number:
    """One number of a capture."""

    __slots__ = ("numbers", "place")

    def __init__(self, numbers: Numbers, place: int) -> None:
        self.numbers, self.place = numbers, place

    @property       # type: ignore[misc]
    def __class__(self) -> type:
        """isinstance says what it stands for; type() tells the truth."""
        return type(self.numbers.values[self.place])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pinned(), name)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return np.asarray(self.pinned()).__array__(*args, **kwargs)

    def __format__(self, spec: str) -> str:
        return format(self.pinned(), spec)

    @property
    def value(self) -> Any:
        """What it is in the run that is being captured."""
        return self.numbers.values[self.place]

    def node(self, dtype: DType) -> Node:
        """It as an argument of the program."""
        return self.numbers.node(self, dtype)

    def pinned(self) -> Any:
        """The value; the captured step holds while it stays."""
        return self.numbers.decided(self)

    def __float__(self) -> float:
        return float(self.pinned())

    def __int__(self) -> int:
        return int(self.pinned())

    def __index__(self) -> int:
        return operator.index(self.pinned())

    def __bool__(self) -> bool:
        return bool(self.numbers.decided(self.numbers.apply(_truth, self, 0)))

    def __hash__(self) -> int:
        return hash(self.pinned())

    def __repr__(self) -> str:
        return repr(self.value)

    def __neg__(self) -> Any:
        return self.numbers.apply(operator.mul, self, -1)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.numbers.apply(_magnitude, self, 0)


def _truth(a: Any, _: Any) -> bool:
    return bool(a)


def _magnitude(a: Any, _: Any) -> Any:
    return abs(a)


def _binary(fn: Operation, reflected: bool) -> Callable[[Number, Any], Any]:
    def method(self: Number, other: Any) -> Any:
        numbers = self.numbers
        if isinstance(other, TensorBase):
            if not other.node.dtype.smooth:
                return fn(other, self.pinned()) if reflected else fn(self.pinned(), other)
            mine = wrap(self.node(other.node.dtype))
            return fn(other, mine) if reflected else fn(mine, other)
        if type(other) is not Number and not isinstance(other, (int, float)):
            return NotImplemented
        return numbers.apply(fn, other, self) if reflected else numbers.apply(fn, self, other)
    return method


def _comparison(fn: Operation) -> Callable[[Number, Any], Any]:
    def method(self: Number, other: Any) -> Any:
        if isinstance(other, TensorBase) or type(other) is not Number \
                and not isinstance(other, (int, float)):
            return fn(self.pinned(), other)
        return self.numbers.decided(self.numbers.apply(fn, self, other))
    return method


for _name in ("add", "sub", "mul", "truediv", "pow", "floordiv", "mod"):
    setattr(Number, f"__{_name}__", _binary(getattr(operator, _name), False))
    setattr(Number, f"__r{_name}__", _binary(getattr(operator, _name), True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Number, f"__{_name}__", _comparison(getattr(operator, _name)))

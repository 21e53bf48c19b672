"""Node: one application of a primitive, the same object for eager code, captured code,
forward and backward."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from retrograd.base.dtype import INTEGER, DType, bool_
from retrograd.base.errors import DTypeError, RetrogradError
from retrograd.base.modes import ROOM, State, local, modes
from retrograd.base.shape import Shape
from retrograd.graph.aval import Aval
from retrograd.graph.primitive import Primitive

PLAIN, TRACKED, LEAF = 0, 1, 2
"""Values of Node.rg: no derivative wanted; on the way to one; a point where cotangents are collected."""


class Node:
    """prim(inputs, params) with its shape and dtype; `value` is an array once it is known,
    and is never written to.

    `where` is the user's line as (code, instruction); `hooks` are called on the cotangent; `owner` is a weak
    reference to the tensor whose .grad collects (of a leaf), what a composite read before it was opened, or
    what is kept beside a value (`Primitive.beside`).
    `shows` is set under RETROGRAD_CHECK=inplace only: the memory it was read from, and its version then.
    """

    __slots__ = ("prim", "inputs", "params", "shape", "dtype", "rg", "value", "where", "hooks", "owner",
                 "shows")

    def __init__(self, prim: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...], shape: Shape,
                 dtype: DType, rg: int = PLAIN, value: Any = None, where: Any = None) -> None:
        self.prim = prim
        self.inputs = inputs
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.rg = rg
        self.value = value
        self.where = where
        self.hooks: Any = None
        self.owner: Any = None

    @property
    def aval(self) -> Aval:
        return Aval(self.shape, self.dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    if TYPE_CHECKING:       # ops/arithmetic.py installs these
        def __add__(self, other: Any) -> Node: ...
        def __radd__(self, other: Any) -> Node: ...
        def __sub__(self, other: Any) -> Node: ...
        def __rsub__(self, other: Any) -> Node: ...
        def __mul__(self, other: Any) -> Node: ...
        def __rmul__(self, other: Any) -> Node: ...
        def __truediv__(self, other: Any) -> Node: ...
        def __rtruediv__(self, other: Any) -> Node: ...
        def __and__(self, other: Any) -> Node: ...
        def __or__(self, other: Any) -> Node: ...
        def __gt__(self, other: Any) -> Node: ...
        def __ge__(self, other: Any) -> Node: ...
        def __lt__(self, other: Any) -> Node: ...
        def __le__(self, other: Any) -> Node: ...
        def __neg__(self) -> Node: ...
        def equal(self, other: Any) -> Node: ...
        def cast(self, dtype: DType) -> Node: ...

    def __repr__(self) -> str:
        state = "" if self.value is None else " known"
        return f"<{self.prim.name} {self.aval}{state}>"


def _no_rule(*_: Any) -> Any:
    raise AssertionError("leaves and constants are made directly, never bound")


def _source(name: str, params: str = "") -> Primitive:
    return Primitive(name, "source", "", params, infer=_no_rule, constant=True)


leaf_p = _source("leaf")            # a value that is known
const_p = _source("const", "value")     # a structural number: part of the graph's key
scalar_p = _source("scalar")        # a Python number that may differ between runs of one program
hole_p = _source("hole")            # a value supplied from outside (vmap, capture)
freed_p = _source("freed", "made_by")          # what a node becomes once its graph was walked back and freed


recorder = modes
"""Per thread: nodes of tensors not computed yet, and the forward line that backward nodes inherit."""

_PACKAGE = __file__.rsplit("/graph/", 1)[0].rsplit("\\graph\\", 1)[0]
_internal: dict[str, bool] = {}


def user_line(depth: int = 2) -> tuple[CodeType, int] | None:
    """(code, instruction) of the nearest frame outside this package: cheap to take,
    turned to text when needed."""
    frame = sys._getframe(depth)
    while frame is not None:
        code = frame.f_code
        name = code.co_filename
        inside = _internal.get(name)
        if inside is None:
            inside = _internal[name] = name.startswith(_PACKAGE)
        if not inside:
            return code, frame.f_lasti
        frame = frame.f_back  # type: ignore[assignment]
    return None


def line_text(where: tuple[CodeType, int] | None) -> str:
    """'file.py:12, in f' of a code pointer; '' when there is none."""
    if where is None:
        return ""
    code, last = where
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= last < end and number is not None:
            line = number
    return f"{code.co_filename}:{line}, in {code.co_name}"


_new = Node.__new__


def bind(prim: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...] = ()) -> Node:
    """The one door: infer the aval (raising on the user's line) and add a node."""
    try:
        if not prim.complex:
            for i in inputs:
                if i.dtype.is_complex:
                    raise _not_of_complex(prim, i.dtype)
        shape, dtype = prim.infer(inputs, params)
    except RetrogradError as e:
        if recorder.where is not None and not e.where:      # inside a derivative: name the forward line
            raise type(e)(e.why, op=e.op, got=e.got, expected=e.expected, fix=e.fix,
                          where=line_text(recorder.where)) from None
        raise
    return record(prim, inputs, params, shape, dtype, local.state)


def _not_of_complex(prim: Primitive, dtype: DType) -> DTypeError:
    return DTypeError(f"it is not defined for complex numbers ({dtype.name})", op=prim.name,
                      expected="real numbers", fix="Use the parts .real and .imag, or .abs() .")


def record(prim: Primitive, inputs: tuple[Node, ...], params: tuple[Any, ...], shape: Shape, dtype: DType,
           state: State) -> Node:
    """A node whose aval is known. Two calls below the user's line the code pointer costs least."""
    rg = PLAIN
    if state.grad and dtype.smooth and prim.differentiable:
        for i in inputs:
            if i.rg:
                rg = TRACKED
                break
    where = state.where
    if where is None:
        frame = sys._getframe(2)
        while frame is not None:            # user_line, without the price of a call
            code = frame.f_code
            inside = _internal.get(code.co_filename)
            if inside is False:
                where = code, frame.f_lasti
                break
            if inside is None:
                where = user_line(2)
                break
            frame = frame.f_back            # type: ignore[assignment]
    n = _new(Node)                          # `Node(...)`, without the price of a class that is called
    n.prim = prim
    n.inputs = inputs
    n.params = params
    n.shape = shape
    n.dtype = dtype
    n.rg = rg
    n.value = None
    n.where = where
    n.hooks = n.owner = None
    return n


def record_all(steps: Iterable[tuple[Primitive, tuple[int, ...], tuple[Any, ...], Shape, DType]],
               values: list[Node], state: State) -> None:
    """Nodes whose avals are known, one after another, on the line that the caller's caller has from the user;
    inputs are told by their places in `values`, where each new node is put."""
    where = state.where
    if where is None:
        where = user_line(3)
    for prim, inputs, params, shape, dtype in steps:
        given = tuple([values[k] for k in inputs])
        rg = PLAIN
        if state.grad and dtype.smooth and prim.differentiable:
            for i in given:
                if i.rg:
                    rg = TRACKED
                    break
        n = _new(Node)
        n.prim = prim
        n.inputs = given
        n.params = params
        n.shape = shape
        n.dtype = dtype
        n.rg = rg
        n.value = None
        n.where = where
        n.hooks = n.owner = None
        values.append(n)


def silent(prim: Primitive, base: Node, params: tuple[Any, ...], shape: Shape, state: State) -> Node:
    """A view of one node, which cannot fail later: without a code pointer, but for the one inherited."""
    n = _new(Node)
    n.prim = prim
    n.inputs = (base,)
    n.params = params
    n.shape = shape
    n.dtype = base.dtype
    n.rg = TRACKED if base.rg and state.grad else PLAIN
    n.value = None
    n.where = state.where
    n.hooks = n.owner = None
    return n


_consts: dict[tuple[Any, type, DType], Node] = {}


def const(value: Any, dtype: DType) -> Node:
    """A structural number of shape (): one node a value and dtype. -0.0 and 0.0 are different constants."""
    # 1, 1.0 and True are one key but for their class; 0.0 and -0.0, and nan, need their text
    kind = value.__class__
    if type(value) is not kind:         # it stands for a number of each run: for this one from now on
        value = kind(value)
    plain = kind is not float and kind is not complex or kind is float and value and value == value
    key = (value, kind, dtype) if plain else (repr(value), bool, dtype)
    node = _consts.get(key)
    if node is None or node.value is not None:      # a tensor stood on it and was read: it is a leaf now
        if dtype is bool_:
            value = bool(value)
        elif dtype.is_complex:
            value = complex(value)
        elif not dtype.is_floating_point:
            value = dtype.wrapped(int(value))
        else:
            value = float(value)
        node = _consts[key] = Node(const_p, (), (value,), (), dtype)
    return node


def scalar(value: int | float | complex, dtype: DType) -> Node:
    """A number of shape () that is an argument of the program, kept as a Python number (nothing is lost). One
    that stands for a number of each run (engine/scalars.py) knows its node. Slots hold 64 bits: a complex
    number is an array."""
    if type(value) is not value.__class__:
        return value.node(dtype)        # type: ignore[union-attr]
    if dtype.is_complex:
        return leaf(np.asarray(value, dtype.np), dtype)
    if dtype.kind == INTEGER and type(value) is int:
        value = dtype.wrapped(value)
    return Node(scalar_p, (), (), (), dtype, PLAIN, value)


MAX_BYTES = 64 << 20    # of values; what pending work retains of them shall not be more


def made(nbytes: int) -> None:
    """Values of so many bytes have come to be. Pending work that holds them all holds too much: it is looked
    through at the next operation (the limit is negative), however much room there was by what came before."""
    state = local.state
    state.made += nbytes
    if state.made > MAX_BYTES and 0 < state.limit < ROOM:
        state.limit = -state.limit


def leaf(value: Any, dtype: DType, rg: int = PLAIN) -> Node:
    """A node whose value is known. The array must not be written to afterwards."""
    return Node(leaf_p, (), (), value.shape, dtype, rg, value)


def hole(shape: Shape, dtype: DType, rg: int = PLAIN) -> Node:
    """A node whose value comes from outside the graph it is used in."""
    return Node(hole_p, (), (), shape, dtype, rg)


def release(node: Node) -> None:
    """Forget how a known value was made."""
    node.prim, node.inputs, node.params = leaf_p, (), ()

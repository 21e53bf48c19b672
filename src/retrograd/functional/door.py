"""What every function at the door does: tensors to nodes, numbers to scalars, promotion,
broadcasting, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from retrograd.base.dtype import (
    DType,
    as_dtype,
    default,
    from_numpy,
    of_scalar,
    promote,
    promote_scalar,
    result_type,
)
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import Lift, Shape, broadcast_plan, lift
from retrograd.engine.scalars import Number
from retrograd.graph.node import Node, bind, const, leaf, record, scalar, silent
from retrograd.graph.primitive import Primitive
from retrograd.graph.wrapping import Tensor, TensorBase, View, hooks, wrap
from retrograd.ops import linear as lin
from retrograd.ops.families import infer_pointwise

__all__ = ["Tensor", "TensorBase", "View", "hooks", "wrap"]     # passed on to the functions

NUMBERS = (int, float, bool, complex)
STRUCTURAL = (0, 1, -1)


def number_node(value: Any, dtype: DType) -> Node:
    """A Python number beside a tensor: 0, 1 and -1 shape the graph, others are arguments of the program."""
    if isinstance(value, complex) and not dtype.is_complex:
        raise ArgumentError(f"{value} does not fit a {dtype.name} tensor", expected="a real number",
                            fix="Convert the tensor first, e.g. x.to(retrograd.complex64) .")
    if value in STRUCTURAL:
        return const(value, dtype)
    if not dtype.smooth:
        value = int(value)
    return scalar(value, dtype)


def as_number(x: Any) -> Any:
    """Python numbers as they are, NumPy scalars as Python numbers, anything else as None."""
    if isinstance(x, NUMBERS):
        return x.pinned() if type(x) is Number else x
    if isinstance(x, np.generic):
        return x.item()
    return None


def need_tensor(x: Any, op: str, name: str = "input") -> Node:
    """The node of a tensor argument; an error that names the argument otherwise."""
    if isinstance(x, TensorBase):
        return x._node if x._storage is None else x.node
    raise ArgumentTypeError(f"argument '{name}' is a {type(x).__name__}", op=op, expected="a Tensor",
                            fix="Make one with retrograd.tensor(...) or retrograd.from_numpy(...).")


def rounded_once(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A function of several steps that computes half types in float32 and rounds its result once, as PyTorch
    does: the steps between are not rounded."""
    @wraps(fn)
    def computed(*args: Any, **kwargs: Any) -> Any:
        first = args[0] if args else None
        if not isinstance(first, TensorBase) or first.node.dtype.acc is first.node.dtype:
            return fn(*args, **kwargs)
        found = {x.node.dtype for x in (*args, *kwargs.values())
                 if isinstance(x, TensorBase) and x.node.dtype.smooth}
        y = fn(*map(_widened, args), **{name: _widened(x) for name, x in kwargs.items()})
        return wrap(lin.cast(y.node, first.node.dtype)) if len(found) == 1 else y
    return computed


def _widened(x: Any) -> Any:
    return wrap(lin.cast(x.node, x.node.dtype.acc)) if isinstance(x, TensorBase) else x


def from_array(a: Any) -> Tensor:
    """A NumPy operand as a tensor of its own."""
    return wrap(leaf(np.array(a), from_numpy(a.dtype)))


def expand_to(x: Node, shape: Shape) -> Node:
    """Broadcast a node to a shape."""
    return lifted(x, lift(x.shape, shape), shape)


def lifted(x: Node, plan: Lift | None, shape: Shape) -> Node:
    """A node carried to a broadcast shape by its plan, which has checked everything."""
    if plan is None:
        return x
    state = local.state
    if plan.keep != x.shape:
        x = silent(lin.reshape_p, x, (plan.keep,), plan.keep, state)
    return silent(lin.expand_p, x, (shape, plan.axes), shape, state)


def broadcast2(a: Node, b: Node, op: str) -> tuple[Node, Node]:
    """Both nodes at their common shape; a shape () operand stays as it is (primitives take it
    beside any shape)."""
    if a.shape == b.shape or a.shape == () or b.shape == ():
        return a, b
    try:
        shape, la, lb = broadcast_plan(a.shape, b.shape)
    except ShapeError:
        raise ShapeError(f"shapes do not broadcast: {a.shape} and {b.shape}", op=op,
                         expected="sizes equal or 1, counted from the right") from None
    return a if la is None else lifted(a, la, shape), b if lb is None else lifted(b, lb, shape)


def pair(a: Any, b: Any, op: str, *, floating: bool = False) -> tuple[Node, Node]:
    """Two operands (at least one a tensor) as nodes of one dtype and compatible shapes."""
    if isinstance(b, np.ndarray):
        b = from_array(b)
    elif isinstance(a, np.ndarray):
        a = from_array(a)
    a_tensor, b_tensor = isinstance(a, TensorBase), isinstance(b, TensorBase)
    if a_tensor and b_tensor:
        x, y = a.node, b.node
        if x.dtype is not y.dtype:
            d = promote(x.dtype, y.dtype) if bool(x.shape) == bool(y.shape) else \
                result_type([(x.dtype, len(x.shape)), (y.dtype, len(y.shape))])
            x, y = lin.cast(x, d), lin.cast(y, d)
        if floating and not x.dtype.smooth:
            x, y = lin.cast(x, default()), lin.cast(y, default())
        return broadcast2(x, y, op)
    if a_tensor:
        x = a.node
        value: Any = b if type(b) is Number else as_number(b)
        other, name = b, "other"
    else:
        x, value = need_tensor(b, op, "other"), a if type(a) is Number else as_number(a)
        other, name = a, "input"
    if value is None:
        raise ArgumentTypeError(f"argument '{name}' is a {type(other).__name__}", op=op,
                                expected="a Tensor or a number")
    d = promote_scalar(x.dtype, value)
    if floating and not d.smooth:
        d = default()
    x, y = lin.cast(x, d), number_node(value, d)
    return (x, y) if a_tensor else (y, x)


def binary(prim: Primitive, a: Any, b: Any, op: str, *, floating: bool = False) -> Tensor:
    """A pointwise primitive of two operands with promotion and broadcasting."""
    if isinstance(a, TensorBase) and isinstance(b, TensorBase):      # the common case, without a detour
        x, y = a.node, b.node
        if x.dtype is y.dtype and x.shape == y.shape and (not floating or x.dtype.is_floating_point):
            return hooks.wrap(bind(prim, (x, y)))
    return hooks.wrap(bind(prim, pair(a, b, op, floating=floating)))


def unary(prim: Primitive, x: Any, op: str, *, floating: bool = False) -> Tensor:
    """A pointwise primitive of one tensor; integers become the default float where the function needs it."""
    n = x.node if isinstance(x, TensorBase) else need_tensor(x, op)
    if prim.infer is infer_pointwise and n.dtype.is_floating_point:     # the common case, without a detour
        return hooks.wrap(record(prim, (n,), (), n.shape, n.dtype, local.state))
    if floating and not n.dtype.smooth:
        n = lin.cast(n, default())
    return hooks.wrap(bind(prim, (n,)))


def floating(x: Any, op: str, name: str = "input") -> Node:
    """The node of a tensor argument, cast to the default float if it is an integer."""
    n = need_tensor(x, op, name)
    return n if n.dtype.smooth else lin.cast(n, default())


def same_dtype(op: str, *named: tuple[str, Node]) -> DType:
    """The dtype all operands have; an error that lists them otherwise (matmul, linear,
    conv do not promote)."""
    first = named[0][1].dtype
    for _, n in named:
        if n.dtype is not first:
            got = ", ".join(f"{name} is {n.dtype.name}" for name, n in named)
            raise DTypeError(f"dtypes differ: {got}", op=op, expected="one dtype",
                             fix=f"Convert with {named[0][0]}.to({named[1][0]}.dtype).")
    return first


def common_dtype(nodes: Sequence[Node]) -> DType:
    return result_type([(n.dtype, len(n.shape)) for n in nodes])


def operand(x: Any, op: str, name: str) -> Node:
    """A tensor or a number as a node of its own dtype."""
    if isinstance(x, TensorBase):
        return x.node
    value = as_number(x)
    if value is None:
        return need_tensor(x, op, name)
    return number_node(value, of_scalar(value))


def dtype_or(dtype: Any, otherwise: DType) -> DType:
    return otherwise if dtype is None else as_dtype(dtype)

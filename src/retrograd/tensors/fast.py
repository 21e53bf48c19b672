"""The hottest path: an operator on tensors of equal shape and dtype,
from the user's line to a node in one call.

Everything here is also done, more generally, by functional/door.py; an operand that is not plain goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from retrograd.base.config import config
from retrograd.base.dtype import DType, bool_
from retrograd.base.modes import State, local
from retrograd.base.shape import axes
from retrograd.functional.door import STRUCTURAL, broadcast2
from retrograd.functional.elementwise import pow as general_pow
from retrograd.functional.into import naming
from retrograd.functional.products import matmul as general_matmul
from retrograd.functional.reduce import sum as general_sum
from retrograd.graph.node import Node, const, record, scalar
from retrograd.graph.primitive import Primitive
from retrograd.ops.contract import matmul_p
from retrograd.ops.linear import reduce_sum_p
from retrograd.ops.pointwise import mul as mul_p
from retrograd.tensors.tensor import Tensor

new = Tensor.__new__
OPERANDS = (Tensor, int, float, complex, np.ndarray, np.generic)
named_sum = naming(general_sum)
plain_kinds: set[type] = {Tensor}
"""Tensor and the subclasses of our own, which override no operator."""


def binary(prim: Primitive, general: Callable[..., Any], *, reflected: bool = False, floating: bool = False,
           predicate: bool = False) -> Callable[[Tensor, Any], Any]:
    """An operator method: tensors alike, or a floating tensor and a Python float, directly;
    others by `general`."""
    strict = floating or predicate

    @wraps(general)
    def method(self: Tensor, other: Any) -> Any:
        s = self._storage               # as `node` does, without the price of a property
        x = self._node if s is None or (s.version == self._seen and s.memory is None) else self._refresh()
        kind = other.__class__
        dtype: DType = x.dtype
        shape = x.shape
        if kind is Tensor or kind in plain_kinds:
            y = other._node if other._storage is None else other.node
            if y.dtype is not dtype or (strict and not dtype.is_floating_point):
                return general(other, self) if reflected else general(self, other)
            if y.shape != shape:
                x, y = broadcast2(x, y, prim.name)
                shape = x.shape or y.shape
        elif (kind is float or kind is int) and dtype.is_floating_point:
            y = const(other, dtype) if other in STRUCTURAL else scalar(other, dtype)
        elif isinstance(other, OPERANDS):
            return general(other, self) if reflected else general(self, other)
        else:
            return NotImplemented
        if config.eager:
            return general(other, self) if reflected else general(self, other)
        state = local.state
        node = record(prim, (y, x) if reflected else (x, y), (), shape, bool_ if predicate else dtype, state)
        out = new(Tensor)                   # `finished`, without the price of a call
        out._node = node
        pending = state.pending
        pending.append(node)
        if len(pending) > state.limit:
            out._crowded()
        return out
    return method


def finished(node: Node, state: State) -> Any:
    """The tensor of a node just recorded."""
    out = new(Tensor)
    out._node = node
    pending = state.pending
    pending.append(node)
    if len(pending) > state.limit:
        out._crowded()
    return out


def matmul(self: Tensor, other: Any) -> Any:
    """The @ operator: two matrices directly, others by `functional.matmul`."""
    if other.__class__ is not Tensor and other.__class__ not in plain_kinds:
        return general_matmul(self, other) if isinstance(other, OPERANDS) else NotImplemented
    a = self._node if self._storage is None else self.node
    b = other._node if other._storage is None else other.node
    m, n = a.shape, b.shape
    if len(m) != 2 or len(n) != 2 or m[1] != n[0] or a.dtype is not b.dtype or config.eager:
        return general_matmul(self, other)
    state = local.state
    return finished(record(matmul_p, (a, b), (), (m[0], n[1]), a.dtype, state), state)


def power(self: Tensor, exponent: Any) -> Any:
    """The ** operator: a square directly, others by `functional.pow`."""
    if exponent.__class__ is not int or exponent != 2 or config.eager:
        return general_pow(self, exponent) if isinstance(exponent, OPERANDS) else NotImplemented
    x = self._node if self._storage is None else self.node
    if not x.dtype.is_floating_point:
        return general_pow(self, exponent)
    state = local.state
    return finished(record(mul_p, (x, x), (), x.shape, x.dtype, state), state)


def sum(self: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, **others: Any) -> Any:
    """x.sum(): of a floating tensor as a whole directly, others by `functional.sum`."""
    x = self._node if self._storage is None else self.node
    if (dim is not None or keepdim or dtype is not None or not x.shape or not x.dtype.is_floating_point
            or others or config.eager):
        if others:          # NumPy's names, which must not stand beside PyTorch's
            others |= {name: value for name, value in (("dim", dim), ("keepdim", keepdim)) if value}
            return named_sum(self, dtype=dtype, **others)
        return general_sum(self, dim, keepdim, dtype=dtype)
    state = local.state
    return finished(record(reduce_sum_p, (x,), (axes(None, len(x.shape), "sum"),), (), x.dtype, state), state)


def unary(prim: Primitive, general: Callable[..., Any]) -> Callable[[Tensor], Any]:
    """A method of no arguments on a floating tensor."""
    @wraps(general)
    def method(self: Tensor) -> Any:
        s = self._storage
        x = self._node if s is None or (s.version == self._seen and s.memory is None) else self._refresh()
        if not x.dtype.is_floating_point or config.eager:
            return general(self)
        state = local.state
        node = record(prim, (x,), (), x.shape, x.dtype, state)
        out = new(Tensor)
        out._node = node
        pending = state.pending
        pending.append(node)
        if len(pending) > state.limit:
            out._crowded()
        return out
    return method

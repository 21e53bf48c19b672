"""The way up to the user's tensors: `wrap` and `wrap_view`, installed by tensors/ when it is imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from retrograd.base.dtype import DType, float32
from retrograd.base.modes import local
from retrograd.base.shape import Shape
from retrograd.graph.node import Node, hole, record


class TensorBase:
    """What everything below tensors/ knows of a tensor: its `node`."""

    __slots__ = ()
    node: Any
    if TYPE_CHECKING:           # and what every tensor tells or has
        _node: Any
        _storage: Any
        dtype: DType
        tolist: Callable[[], Any]
        requires_grad: bool


Tensor = Any            # below tensors/ the class is known by its protocol only


_NOTHING = np.zeros(1, np.int8)      # its memory is never touched


def _numbers(dtype: DType) -> Any:
    return np.zeros(1, dtype.np)


class View:
    """A tensor that shares another's memory: how its node is read, written back, and seen in an array.

    `read` is given as a function of nodes and kept as the primitives it binds for that shape: a view depends
    on shapes only, so it is made once and read often.
    """

    __slots__ = ("steps", "write", "array", "shape", "cuts", "dtype", "base", "_strides")

    def __init__(self, shape: Shape, read: Callable[[Node], Node], write: Callable[[Node, Node], Node],
                 array: Callable[[Any], Any], dtype: DType = float32) -> None:
        probe = hole(shape, dtype)
        n = read(probe)
        self.base = dtype
        # The dtype of the view, where it is another one than that of what it views.
        self.dtype = n.dtype if n.dtype is not dtype else None
        steps = []
        while n is not probe:
            steps.append((n.prim, n.params, n.shape))
            n = n.inputs[0]
        self.steps, self.write, self.array = tuple(reversed(steps)), write, array
        self.shape = shape
        # Only a box is cut out: of a known value that is a view of its array, and no work for a program.
        self.cuts = bool(steps) and all(p.cuts for p, _, _ in steps)
        self._strides: dict[Shape, Shape | None] = {}

    def strides(self, base: Shape) -> Shape | None:
        """Strides (in elements) of the view of an array with those strides; None where it would be a copy."""
        if base not in self._strides:
            # strides in bytes are strides in elements, where they are of one size
            nothing, size = (_NOTHING, 1) if self.dtype is None else (_numbers(self.base), self.base.itemsize)
            a: Any = np.lib.stride_tricks.as_strided(nothing, self.shape, [s * size for s in base])
            try:
                seen = self.array(a)
                self._strides[base] = seen.strides if self.dtype is None else \
                    tuple([s // seen.itemsize for s in seen.strides])
            except ValueError:
                self._strides[base] = None
        return self._strides[base]

    def read(self, base: Node) -> Node:
        """The view of a node of the shape it was made for."""
        state = local.state
        for prim, params, shape in self.steps:
            base = record(prim, (base,), params, shape, self.dtype or base.dtype, state)
        return base


class _Hooks:
    wrap: Callable[[Node], Any]
    wrap_view: Callable[[Any, View], Any]


hooks = _Hooks()


def wrap(node: Node) -> Tensor:
    return hooks.wrap(node)

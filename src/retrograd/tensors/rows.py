"""A tensor goes in; its rows at given places come out, batch after batch, each in memory of its own.

NumPy copies the first few; then a native kernel does, which fetches a row while it copies the one before. The
elements are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import ref

import numpy as np

from retrograd.base.config import config
from retrograd.base.dtype import DType, int64
from retrograd.base.errors import IndexRangeError
from retrograd.base.listening import listener
from retrograd.base.shape import Shape
from retrograd.engine.linearize import linearize
from retrograd.engine.program import make_program
from retrograd.graph.node import bind, leaf
from retrograd.ops.gather import take_p
from retrograd.runtime.bound import Bound
from retrograd.runtime.recycle import LARGE
from retrograd.tensors.reading import current
from retrograd.tensors.tensor import Tensor, from_value

PATIENCE = 16       # batches of one length before a kernel is asked for
LONG = 512          # bytes of a row; NumPy copies shorter ones as fast


class Rows:
    """Reads rows of a tensor; what somebody writes into it between two calls is seen. Without `kernels` the
    compiler is never loaded for it.

    >>> import retrograd as rg
    >>> Rows(rg.tensor([[1, 2], [3, 4]]))(np.array([1, 1, 0])).tolist()
    [[3, 4], [3, 4], [1, 2]]
    """

    def __init__(self, data: Tensor, kernels: bool = True) -> None:
        self._data, self._kernels = data, kernels
        self._length, self._times = -1, 0
        self._copier: _Copier | None = None

    def __call__(self, places: np.ndarray) -> Tensor:
        data = self._data
        table = current(data)
        if len(places) != self._length:
            found = None
            if self._length < 0:
                self._length = len(places)
        elif self._copier is not None:
            found = self._copier.rows(table, places)
        else:
            found = None
            self._times += 1
            if self._times == PATIENCE and self._kernels:
                self._copier = _copier(table, places, data.dtype)
        return from_value(table.take(places, axis=0) if found is None else found, data.dtype)


class _Copier:
    """A program bound to memory that is another one at each call."""

    def __init__(self, program: Any, table: int, shape: Shape) -> None:
        self._bound, self._table, self._shape = Bound(program), table, shape
        self._fresh = self._bound.frame.fresh[0][:2]
        self._known: Callable[[], Any] = _nothing       # the array whose address the program has

    def rows(self, table: np.ndarray, places: np.ndarray) -> np.ndarray | None:
        """The rows; None where NumPy has to copy them."""
        bound = self._bound
        if self._known() is not table:
            self._known = _nothing
            if table.shape != self._shape or not bound.leaf(self._table, table):
                return None
            self._known = ref(table)
        if places.dtype != np.int64 or not bound.leaf(1 - self._table, places):
            return None
        out = np.empty(*self._fresh)            # a batch is small: its memory comes back warm
        bound.output(0, out)
        try:
            bound.run(_nothing)
        except IndexRangeError:         # NumPy counts places below 0 from the end, or has its own error
            return None
        return out


def _nothing() -> None:
    """Nothing is to be done when the rows are there."""


def _copier(table: np.ndarray, places: np.ndarray, dtype: DType) -> _Copier | None:
    row = table.nbytes // max(1, len(table))
    if not config.jit or listener() is not None or row < LONG or row * len(places) < LARGE \
            or (places[1:] - places[:-1] == 1).all():          # in order NumPy is as fast
        return None
    program, place = _program(table.shape, dtype, len(places))
    return _Copier(program, place, table.shape) if Bound.fits(program) else None


@lru_cache(maxsize=16)
def _program(shape: Shape, dtype: DType, length: int) -> tuple[Any, int]:
    """What copies so many rows of a table of that shape, and which of its leaves the table is."""
    table = leaf(np.empty(shape, dtype.np), dtype)
    node = bind(take_p, (table, leaf(np.zeros(length, np.int64), int64)), (0,))
    linear = linearize([node])
    return make_program([node], linear.leaves, linear.scalars), linear.leaves.index(table)

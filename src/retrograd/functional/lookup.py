"""Rows of a table by index, and indices as rows of zeros and a one."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.autodiff.custom import record_call
from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from retrograd.base.modes import no_grad
from retrograd.base.shape import numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.statistics import renorm
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import stop
from retrograd.ops.gather import place_p, scatter_add_p, scatter_along_p, take_p, uses_p

__all__ = ["embedding", "one_hot"]


def _indices(input: Any, op: str, count: int | None) -> Node:
    """Integer indices as int64; out of range is an error here if they are known, else when they are read."""
    i = need_tensor(input, op)
    if i.dtype.kind != INTEGER:
        raise DTypeError(f"input is {i.dtype.name}; indices are integers", op=op, expected="dtype int64",
                         fix="Convert it with  input.long() .")
    known = i.value if i.value is not None and i.value.size else None
    bound = count if count is not None else np.iinfo(i.dtype.np).max + 1
    # Below zero is above all bounds for the same bits without a sign.
    if known is not None and known.view(f"u{known.itemsize}").max() >= bound:
        bad = known[(known < 0) | (known >= (known.max() + 1 if count is None else count))].flat[0]
        raise IndexRangeError(f"index {int(bad)} is out of range" +
                              ("" if count is None else f": there are {count} "
                               f"{'rows' if op == 'embedding' else 'classes'}"), op=op,
                              expected="0 <= index" + ("" if count is None else f" < {count}"))
    return lin.cast(i, int64)


def embedding(input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None,
              norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """Row input[...] of weight (rows, D): indices of shape (*) give (*, D).

    With `max_norm` the rows that are used are first scaled down, in place, to a `norm_type`-norm of at most
    that. Derivative to weight: the cotangents of each row's uses, summed, with `scale_grad_by_freq` divided
    by their number; none to the row `padding_idx`, whose value is used as it is. Where few rows of a large
    table are used, `.grad` is held as these rows until somebody looks at it, and SGD without momentum and
    decay writes only them; `sparse` changes nothing.

    >>> import retrograd as rg
    >>> rg.nn.functional.embedding(rg.tensor([2, 0]), rg.tensor([[1., 2.], [3., 4.], [5., 6.]]))
    tensor([[5., 6.],
            [1., 2.]])
    """
    w = need_tensor(weight, "embedding", "weight")
    if w.ndim != 2:
        raise ShapeError(f"weight is {w.shape}", op="embedding", expected="(rows, D)")
    rows = w.shape[0]
    i = _indices(input, "embedding", rows)
    if max_norm is not None:
        _renormalized(weight, i, float(max_norm), float(norm_type))
    y = bind(take_p, (weight.node, i), (0,))
    if scale_grad_by_freq:
        y, = record_call(_ByFrequency(i, rows), (y,), (bind(stop, (y,)),), (True,))
    if padding_idx is None:
        return wrap(y)
    if not -rows <= padding_idx < rows:
        raise ArgumentError(f"padding_idx is {padding_idx}, weight has {rows} rows", op="embedding",
                            expected=f"-{rows} <= padding_idx < {rows}")
    padding = lin.expand(i.equal(padding_idx % rows), y.shape, (y.ndim - 1,))
    return wrap(bind(p.where, (padding, bind(stop, (y,)), y)))


def _renormalized(weight: Any, i: Node, max_norm: float, norm_type: float) -> None:
    """The rows of weight that are used, each once however often, scaled down to that norm, in place."""
    places = lin.reshape(i, (numel(i.shape),))
    if numel(places.shape):
        with no_grad():
            w = weight.node
            used = renorm(wrap(bind(take_p, (w, places), (0,))), norm_type, 0, max_norm)
            weight._write(bind(place_p, (w, used.node, places)), "embedding")


class _ByFrequency:
    """The identity, but that cotangents are divided by how often their index is used. (As in PyTorch that is
    no derivative of anything: tangents pass.)"""

    outputs = 1

    def __init__(self, i: Node, rows: int) -> None:
        self.i, self.rows = i, rows

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        g, = cotangents
        if g is None or not numel(g.shape):
            return [g]
        count = numel(self.i.shape)
        number = bind(uses_p, (lin.reshape(self.i, (count,)),), (self.rows,))
        uses = bind(scatter_add_p, (lin.full(1, (count,), g.dtype), number), (0, count))
        each = lin.reshape(bind(take_p, (uses, number), (0,)), self.i.shape)
        return [g / lin.expand(each, g.shape, (g.ndim - 1,))]

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        return tangents


def one_hot(tensor: Any, num_classes: int = -1) -> Tensor:
    """(*) class indices to (*, num_classes) int64 rows with a 1 at the class; -1: one more than the largest,
    which is computed now. No derivative.

    >>> import retrograd as rg
    >>> rg.nn.functional.one_hot(rg.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    i = need_tensor(tensor, "one_hot", "tensor")
    if num_classes < -1 or num_classes == 0:
        raise ArgumentError(f"num_classes is {num_classes}", op="one_hot",
                            expected="a positive number, or -1")
    if num_classes == -1:
        evaluate([i])
        if not i.value.size:
            raise ArgumentError("there are no indices to count classes by", op="one_hot",
                                fix="Pass num_classes.")
        num_classes = int(i.value.max()) + 1
    places = _indices(tensor, "one_hot", num_classes)
    ones = lin.full(1, (*places.shape, 1), int64)
    return wrap(bind(scatter_along_p, (ones, lin.reshape(places, ones.shape)),
                     (places.ndim, (*places.shape, num_classes))))

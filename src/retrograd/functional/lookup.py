"""Rows of a table by index, and indices as rows of zeros and a one."""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import INTEGER, int64
from retrograd.base.errors import ArgumentError, DTypeError, IndexRangeError, MissingError, ShapeError
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import stop
from retrograd.ops.gather import scatter_along_p, take_p

__all__ = ["embedding", "one_hot"]


def _indices(input: Any, op: str, count: int | None) -> Node:
    """Integer indices as int64; out of range is an error here if they are known, else when they are read."""
    i = need_tensor(input, op)
    if i.dtype.kind != INTEGER:
        raise DTypeError(f"input is {i.dtype.name}; indices are integers", op=op, expected="dtype int64",
                         fix="Convert it with  input.long() .")
    known = i.value if i.value is not None and i.value.size else None
    if known is not None and (known.min() < 0 or count is not None and known.max() >= count):
        bad = known[(known < 0) | (known >= (known.max() + 1 if count is None else count))].flat[0]
        raise IndexRangeError(f"index {int(bad)} is out of range" +
                              ("" if count is None else f": there are {count} "
                               f"{'rows' if op == 'embedding' else 'classes'}"), op=op,
                              expected="0 <= index" + ("" if count is None else f" < {count}"))
    return lin.cast(i, int64)


def embedding(input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None,
              norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """Row input[...] of weight (rows, D): indices of shape (*) give (*, D).

    Derivative to weight: the cotangents of each row's uses, summed; none to the row `padding_idx`, whose
    value is used as it is. Where few rows of a large table are used, `.grad` is held as these rows until
    somebody looks at it, and SGD without momentum and decay writes only them; `sparse` changes nothing.

    >>> import retrograd as rg
    >>> rg.nn.functional.embedding(rg.tensor([2, 0]), rg.tensor([[1., 2.], [3., 4.], [5., 6.]]))
    tensor([[5., 6.],
            [1., 2.]])
    """
    w = need_tensor(weight, "embedding", "weight")
    for name, value, off in (("max_norm", max_norm, None), ("scale_grad_by_freq", scale_grad_by_freq, False)):
        if value is not off and value != off:
            raise MissingError(f"{name}={value!r} is not implemented yet", op="embedding",
                               fix=f"Leave {name} out.")
    if w.ndim != 2:
        raise ShapeError(f"weight is {w.shape}", op="embedding", expected="(rows, D)")
    rows = w.shape[0]
    i = _indices(input, "embedding", rows)
    y = bind(take_p, (w, i), (0,))
    if padding_idx is None:
        return wrap(y)
    if not -rows <= padding_idx < rows:
        raise ArgumentError(f"padding_idx is {padding_idx}, weight has {rows} rows", op="embedding",
                            expected=f"-{rows} <= padding_idx < {rows}")
    padding = lin.expand(i.equal(padding_idx % rows), y.shape, (y.ndim - 1,))
    return wrap(bind(p.where, (padding, bind(stop, (y,)), y)))


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

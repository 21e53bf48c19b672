"""Questions about tensors and dtypes, answered at once: how large, equal or close, what they promote to."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base import dtype as dt
from retrograd.base.dtype import BOOL, DType, as_dtype
from retrograd.base.errors import ArgumentError, DTypeError
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import TensorBase, as_number, need_tensor
from retrograd.functional.elementwise import eq, isclose
from retrograd.functional.reduce import all as all_true
from retrograd.graph.node import Node


def _truth(t: Any) -> bool:
    """The value of a bool tensor with one element."""
    node: Node = t.node
    evaluate([node])
    return bool(node.value)


def is_tensor(obj: Any) -> bool:
    """Whether obj is a Tensor.

    >>> import retrograd as rg
    >>> rg.is_tensor(rg.ones(2)), rg.is_tensor([1.0])
    (True, False)
    """
    return isinstance(obj, TensorBase)


def numel(input: Any) -> int:
    """Number of elements.

    >>> import retrograd as rg
    >>> rg.numel(rg.ones(2, 3))
    6
    """
    return math.prod(need_tensor(input, "numel").shape)


def is_floating_point(input: Any) -> bool:
    """Whether the dtype of a tensor is a floating-point one.

    >>> import retrograd as rg
    >>> rg.is_floating_point(rg.ones(2)), rg.is_floating_point(rg.arange(2))
    (True, False)
    """
    return need_tensor(input, "is_floating_point").dtype.is_floating_point


def is_complex(input: Any) -> bool:
    """Whether the dtype of a tensor is a complex one.

    >>> import retrograd as rg
    >>> rg.is_complex(rg.ones(2)), rg.is_complex(rg.tensor([1j]))
    (False, True)
    """
    return need_tensor(input, "is_complex").dtype.is_complex


def is_nonzero(input: Any) -> bool:
    """Whether the one element of a tensor is not zero.

    >>> import retrograd as rg
    >>> rg.is_nonzero(rg.tensor([0.5]))
    True
    """
    n = need_tensor(input, "is_nonzero")
    if math.prod(n.shape) != 1:
        raise ArgumentError(
            f"a tensor of shape {n.shape} is not one number", op="is_nonzero", expected="one element"
        )
    return not _truth(eq(input, 0))


def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and the same elements; nan equals nothing.

    >>> import retrograd as rg
    >>> rg.equal(rg.ones(2), rg.ones(2)), rg.equal(rg.ones(2), rg.ones(1))
    (True, False)
    """
    a, b = need_tensor(input, "equal"), need_tensor(other, "equal", "other")
    return a.shape == b.shape and _truth(all_true(eq(input, other)))


def allclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether |input - other| <= atol + rtol * |other| everywhere (after broadcasting).

    >>> import retrograd as rg
    >>> rg.allclose(rg.tensor([1.0, 2.0]), rg.tensor([1.0, 2.00001]))
    True
    """
    a, b = need_tensor(input, "allclose"), need_tensor(other, "allclose", "other")
    if a.dtype is not b.dtype:
        raise DTypeError(
            f"input is {a.dtype.name}, other is {b.dtype.name}",
            op="allclose",
            expected="one dtype",
            fix="Convert with other.to(input.dtype).",
        )
    return _truth(all_true(isclose(input, other, rtol, atol, equal_nan)))


def promote_types(type1: Any, type2: Any) -> DType:
    """The dtype that holds the values of both.

    >>> import retrograd as rg
    >>> rg.promote_types(rg.int64, rg.float16)
    retrograd.float16
    """
    return dt.promote(as_dtype(type1), as_dtype(type2))


def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The dtype of an operation on two tensors or numbers; 0-dim tensors and numbers only lift the kind.

    >>> import retrograd as rg
    >>> rg.result_type(rg.ones(2, dtype=rg.float16), 2.5)
    retrograd.float16
    """
    operands = (tensor1, tensor2)
    tensors = [(t.node.dtype, len(t.node.shape)) for t in operands if isinstance(t, TensorBase)]
    numbers = [_number(t) for t in operands if not isinstance(t, TensorBase)]
    if not tensors:
        return dt.promote(*map(dt.of_scalar, numbers))
    d = dt.result_type(tensors)
    return dt.promote_scalar(d, numbers[0]) if numbers else d


def _number(value: Any) -> Any:
    number = as_number(value)
    if number is None:
        need_tensor(value, "result_type", "operand")
    return number


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a conversion of dtypes keeps the kind of the values (float to int does not).

    >>> import retrograd as rg
    >>> rg.can_cast(rg.float64, rg.float32), rg.can_cast(rg.float32, rg.int64)
    (True, False)
    """
    source, target = as_dtype(from_), as_dtype(to)
    if source.is_complex and not target.is_complex or source.is_floating_point and not target.smooth:
        return False
    return target.kind != BOOL or source.kind == BOOL

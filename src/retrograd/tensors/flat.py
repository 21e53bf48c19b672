"""A storage is a row of elements: its node in some shape goes in, the first ones in another come out.

Tensors on one storage mostly have the shape of its node. One that was resized, or that was laid over the
memory of another, has its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.graph.wrapping import View
from retrograd.ops import linear as lin


def row(node: Node) -> Node:
    """All elements as a vector.

    >>> import numpy as np
    >>> from retrograd.base.dtype import float32
    >>> from retrograd.graph.node import leaf
    >>> row(leaf(np.zeros((2, 3), np.float32), float32)).shape
    (6,)
    """
    return node if node.ndim == 1 else lin.reshape(node, (numel(node.shape),))


def leading(node: Node, shape: Shape) -> Node:
    """The first elements, in that shape."""
    size = numel(shape)
    flat = row(node)
    return lin.reshape(flat if flat.shape == (size,) else lin.slice_(flat, (0,), (size,), (1,)), shape)


def with_leading(node: Node, new: Node) -> Node:
    """The node with its first elements replaced by those of `new`, in its own shape."""
    if numel(node.shape) == numel(new.shape):
        return lin.reshape(new, node.shape)
    return lin.reshape(bind(lin.update_p, (row(node), row(new)), ((0,), (1,))), node.shape)


@lru_cache(maxsize=4096)
def row_major(shape: Shape) -> Shape:
    """The strides of elements in row-major order.

    >>> row_major((2, 3, 4))
    (12, 4, 1)
    """
    out, step = [], 1
    for s in reversed(shape):
        out.append(step)
        step *= max(s, 1)
    return tuple(reversed(out))


def same_walk(shape: Shape, a: Shape, b: Shape) -> bool:
    """Whether two sets of strides visit the same places (those of axes of size 1 do not matter)."""
    return 0 in shape or all(x == y for n, x, y in zip(shape, a, b) if n != 1)


def through(array: Any, chain: list[View], shape: tuple[int, ...] | None = None) -> Any:
    """The array, of which the first elements are seen in that shape, as the views show it; None where NumPy
    would have to copy."""
    try:
        if shape is not None and array.shape != shape:
            array = np.reshape(np.reshape(array, -1, copy=False)[:numel(shape)], shape)
        for view in chain:
            array = view.array(array)
    except ValueError:
        return None
    return array

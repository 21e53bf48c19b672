"""A tensor goes in; the array that holds its elements at this moment comes out, to be read at once."""

from __future__ import annotations

from typing import Any

from retrograd.tensors.flat import through
from retrograd.tensors.tensor import Tensor


def current(t: Tensor) -> Any:
    """The elements of `t` without a copy: outside memory where it has some, else its value.

    Whoever reads later must ask again: the tensor may have been written in between.

    >>> import retrograd as rg
    >>> current(rg.tensor([1, 2])).tolist()
    [1, 2]
    """
    root, chain = t._chain()
    storage = root._storage
    memory = None if storage is None else storage.memory
    array = None if memory is None else through(memory, chain, root._node.shape)
    return t._value() if array is None else array

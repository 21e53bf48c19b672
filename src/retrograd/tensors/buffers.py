"""Tensors over memory that others made: buffers, files, DLPack; and over memory laid out as one asks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import as_dtype, default
from retrograd.base.errors import ArgumentError
from retrograd.tensors.create import empty, from_numpy
from retrograd.tensors.memory import as_strided
from retrograd.tensors.tensor import Tensor


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0,
               requires_grad: bool = False) -> Tensor:
    """A vector over the memory of a buffer (bytes, bytearray, array, mmap), from `offset` bytes on. What is
    read only is copied.

    >>> import retrograd as rg
    >>> rg.frombuffer(bytearray([1, 0, 2, 0]), dtype=rg.int16)
    tensor([1, 2], dtype=retrograd.int16)
    """
    kind = as_dtype(dtype)
    array = np.frombuffer(buffer, kind.np, count, offset)
    out = from_numpy(array if array.flags.writeable else array.copy())
    return out.requires_grad_() if requires_grad else out


def from_file(filename: str, shared: bool | None = None, size: int = 0, *, dtype: Any = None,
              layout: Any = None,
              device: Any = None, pin_memory: bool = False) -> Tensor:
    """A vector over a file: with shared=True writes go to the file, which is made as long as it takes.

    >>> import tempfile
    >>> import retrograd as rg
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = rg.from_file(file.name, shared=True, size=2).fill_(3)
    ...     rg.from_file(file.name, size=2)
    tensor([3., 3.])
    """
    kind = default() if dtype is None else as_dtype(dtype)
    if shared and os.path.getsize(filename) < size * kind.itemsize:
        os.truncate(filename, size * kind.itemsize)
    return from_numpy(np.memmap(filename, kind.np, "r+" if shared else "c", shape=(size,)))


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor over the memory of another library's, by DLPack.

    >>> import numpy as np
    >>> import retrograd as rg
    >>> rg.from_dlpack(np.array([1.0, 2.0], np.float32))
    tensor([1., 2.])
    """
    array = np.from_dlpack(ext_tensor)
    return from_numpy(array.copy() if copy or not array.flags.writeable else array)


def to_dlpack(tensor: Tensor) -> Any:
    """The capsule that `from_dlpack` of another library takes.

    >>> import retrograd as rg
    >>> type(rg.to_dlpack(rg.ones(1))).__name__
    'PyCapsule'
    """
    return tensor.__dlpack__()      # type: ignore[attr-defined]


def empty_strided(size: Sequence[int], stride: Sequence[int], *, dtype: Any = None, layout: Any = None,
                  device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A tensor of that size with those strides, over memory of its own.

    >>> import retrograd as rg
    >>> rg.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    if len(size) != len(stride):
        raise ArgumentError(f"size is {tuple(size)}, stride {tuple(stride)}", op="empty_strided",
                            expected="one stride for each dimension")
    room = 1 + sum((n - 1) * s for n, s in zip(size, stride)) if all(size) else 0
    out: Tensor = as_strided(empty(room, dtype=dtype), tuple(size), tuple(stride))
    return out.requires_grad_() if requires_grad else out


def empty_permuted(size: Sequence[int], physical_layout: Sequence[int], *, dtype: Any = None,
                   layout: Any = None,
                   device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A tensor of that size whose dimensions lie in the order `physical_layout`, the outermost first.

    >>> import retrograd as rg
    >>> rg.empty_permuted((2, 3), (1, 0)).stride()
    (1, 2)
    """
    if sorted(physical_layout) != list(range(len(size))):
        raise ArgumentError(f"physical_layout is {tuple(physical_layout)}", op="empty_permuted",
                            expected="each dimension once")
    out = empty(*[size[d] for d in physical_layout], dtype=dtype)
    back = sorted(range(len(size)), key=lambda d: physical_layout[d])
    out = out.permute(*back)        # type: ignore[attr-defined]
    return out.requires_grad_() if requires_grad else out

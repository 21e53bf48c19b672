"""The memory of a tensor as an object: its bytes or its elements, its address, who shares it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import DType, by_name
from retrograd.base.errors import ArgumentError, ArgumentTypeError, IndexRangeError
from retrograd.base.shape import numel
from retrograd.graph.node import leaf
from retrograd.tensors import shared
from retrograd.tensors.device import CPU, Device
from retrograd.tensors.memory import _grow, _laid, over
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor


class _Memory:
    """What both kinds share; `_held` is the memory."""

    _held: Storage

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self._held.address()

    def nbytes(self) -> int:
        """Bytes in all."""
        return numel(self._held.node.shape) * self._held.node.dtype.itemsize

    def __len__(self) -> int:
        return self.size()

    def size(self) -> int:
        """Elements in all."""
        raise NotImplementedError

    def _row(self) -> Tensor:
        """All elements, as a tensor on this memory."""
        held = self._held
        return _laid(over(held), (numel(held.node.shape),), (1,), 0, "storage")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        raise NotImplementedError

    @property
    def device(self) -> Device:
        return CPU

    @property
    def _cdata(self) -> int:
        return id(self._held)

    is_cuda = is_sparse = False

    def is_shared(self) -> bool:
        """Whether other processes may see it."""
        return self._held.home is not None and self._held.home.shared is not None

    def share_memory_(self) -> Any:
        """Move it to where other processes see it."""
        shared.share(self._held)
        return self

    def is_pinned(self, device: Any = None) -> bool:
        """False: there is no device that would need it."""
        return False

    def cpu(self) -> Any:
        """The storage itself."""
        return self

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._held is self._held      # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return id(self._held)

    def __repr__(self) -> str:
        lines = "".join(f" {v}\n" for v in self.tolist()[:1000])
        return f"{lines}[retrograd.{type(self).__name__}({self._about()}device=cpu) of size {self.size()}]"

    def _about(self) -> str:
        return ""


class UntypedStorage(_Memory):
    """Memory as bytes: of a tensor (`x.untyped_storage()`), or so many new ones.

    >>> import retrograd as rg
    >>> x = rg.ones(2)
    >>> len(x.untyped_storage()), x[1:].untyped_storage().data_ptr() == x.data_ptr()
    (8, True)
    """

    def __init__(self, size: Any = 0) -> None:
        if isinstance(size, int):
            size = leaf(np.zeros(size, np.uint8), by_name("uint8"))
        self._held = size if isinstance(size, Storage) else Storage(size)

    def size(self) -> int:
        return self.nbytes()

    def _bytes(self) -> Any:
        value = self._row()._value()
        return np.ascontiguousarray(value).view(np.uint8).reshape(-1)

    def tolist(self) -> list[int]:
        return self._bytes().tolist()       # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        found = self._bytes()[index]
        if not isinstance(index, slice):
            return int(found)
        return UntypedStorage(leaf(found.copy(), by_name("uint8")))

    def __setitem__(self, index: Any, value: Any) -> None:
        changed = self._bytes().copy()
        changed[index] = value
        _write(self, changed)

    def fill_(self, value: int) -> UntypedStorage:
        """Write one byte everywhere."""
        self[:] = value
        return self

    def resize_(self, size: int) -> None:
        """Room for so many bytes; what there is beyond that stays."""
        each = self._held.node.dtype.itemsize
        if size % each:
            raise ArgumentError(f"{size} bytes are no whole number of elements", op="resize_",
                                expected=f"a multiple of {each}")
        _grow(self._held, size // each)

    def clone(self) -> UntypedStorage:
        """A copy."""
        return UntypedStorage(self._row().clone()._own_root())      # type: ignore[attr-defined]

    def copy_(self, source: Any, non_blocking: bool = False) -> UntypedStorage:
        """Write the bytes of another storage of this size."""
        if source.nbytes() != self.nbytes():
            raise ArgumentError(f"{source.nbytes()} bytes are copied to {self.nbytes()}", op="copy_",
                                expected="equal sizes")
        _write(self, UntypedStorage(source._held)._bytes())
        return self


def _write(self: UntypedStorage, raw: Any) -> None:
    flat = self._row()
    flat._assign(leaf(np.array(raw).view(flat.dtype.np), flat.dtype))


class TypedStorage(_Memory):
    """Memory as elements of the dtype that the tensor has.

    >>> import retrograd as rg
    >>> memory = rg.arange(3.0).view(3, 1).storage()
    >>> memory[1], len(memory), memory.dtype
    (1.0, 3, retrograd.float32)
    """

    def __init__(self, held: Any) -> None:
        if not isinstance(held, Storage):
            raise ArgumentTypeError(f"held is a {type(held).__name__}", op="TypedStorage",
                                    fix="Ask a tensor:  x.storage() .")
        self._held = held

    def size(self) -> int:
        return numel(self._held.node.shape)

    @property
    def dtype(self) -> DType:
        return self._held.node.dtype

    def element_size(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self._held)

    _untyped_storage = property(untyped)

    def tolist(self) -> list[Any]:
        return self._row().tolist()     # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int) and not -self.size() <= index < self.size():
            raise IndexRangeError(f"index {index} in a storage of size {self.size()}", op="storage")
        found: Any = self._row()[index]      # type: ignore[index]
        return found.tolist() if isinstance(index, slice) else found.item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._row()[index] = value           # type: ignore[index]

    def fill_(self, value: Any) -> TypedStorage:
        """Write one value everywhere."""
        self[:] = value
        return self

    def clone(self) -> TypedStorage:
        """A copy."""
        return TypedStorage(self._row().clone()._own_root())        # type: ignore[attr-defined]

    def resize_(self, size: int) -> None:
        """Room for so many elements."""
        _grow(self._held, size)

    def _about(self) -> str:
        return f"dtype={self.dtype!r}, "


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The memory this tensor shares with its views and detached twins, as bytes.

    >>> import retrograd as rg
    >>> rg.ones(2)[1:].untyped_storage().nbytes()
    8
    """
    return UntypedStorage(self._own_root())         # type: ignore[attr-defined]


def storage(self: Tensor) -> TypedStorage:
    """The memory this tensor shares with its views and detached twins, as elements.

    >>> import retrograd as rg
    >>> rg.arange(3.0)[1:].storage().tolist()
    [0.0, 1.0, 2.0]
    """
    return TypedStorage(self._own_root())           # type: ignore[attr-defined]

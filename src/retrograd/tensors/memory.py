"""Where a tensor lies: strides, offsets, addresses and storages come out; other names for memory are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, AutogradError, DTypeError, InplaceError, ShapeError
from retrograd.base.modes import changes
from retrograd.base.shape import Shape, numel, shape_of
from retrograd.functional import plane
from retrograd.functional import shape as s
from retrograd.functional.door import TensorBase, View, need_tensor
from retrograd.graph.node import Node, bind, hole, leaf
from retrograd.ops import linear as lin
from retrograd.ops.gather import place_p
from retrograd.ops.strided import places, strided_p
from retrograd.tensors import shared
from retrograd.tensors.flat import row, row_major, same_walk, through
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor


# ---------------------------------------------------------------- questions
def _is_view(self: Tensor) -> bool:
    """Whether this is a view of another tensor, by which its history goes."""
    return self._parent is not None and not self._placed


def _base(self: Tensor) -> Tensor | None:
    """The tensor that this is a view of, through any chain of views; None where it is none."""
    t = self
    while t._parent is not None and not t._placed:
        t = t._parent
    return None if t is self else t


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie in row-major order (or with channels last, where that is asked).

    >>> import retrograd as rg
    >>> rg.ones(2, 3).is_contiguous(), rg.ones(2, 3).t().is_contiguous()
    (True, False)
    """
    shape = self._node.shape
    if memory_format in ("channels_last", "channels_last_3d"):
        if len(shape) != (4 if memory_format == "channels_last" else 5):
            return False
        order = (0, *range(2, len(shape)), 1)
        steps: Shape = self.stride()
        moved = tuple(shape[d] for d in order)
        return same_walk(moved, tuple(steps[d] for d in order), row_major(moved))
    return self._parent is None or same_walk(shape, self.stride(), row_major(shape))


def storage_offset(self: Tensor) -> int:
    """Elements between the start of the memory that is shared and this tensor's first one.

    >>> import retrograd as rg
    >>> rg.ones(2, 3)[1].storage_offset()
    3
    """
    if self._parent is None:
        return 0
    root, chain = self._chain()
    shape = root._node.shape
    steps = [k * root.itemsize for k in row_major(shape)]
    whole: Any = np.lib.stride_tricks.as_strided(np.zeros(1, root.dtype.np), shape, steps)
    seen = through(whole, chain)
    between = seen.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    return int(between // seen.itemsize)


def data_ptr(self: Tensor) -> int:
    """The address of the first element: the same for as long as the memory lives, and for all who share it.

    What lies there are the values of this moment; to read them later or write them, use `numpy()`.
    """
    if not self.numel():
        return 0
    root, _ = self._chain()
    return root._own().address() + storage_offset(self) * self.dtype.itemsize


def is_set_to(self: Tensor, tensor: Any) -> bool:
    """Whether both show the same elements of the same memory.

    >>> import retrograd as rg
    >>> x = rg.ones(2)
    >>> x.is_set_to(x.detach()), x.is_set_to(rg.ones(2))
    (True, False)
    """
    return (self._own_root() is tensor._own_root() and self.shape == tensor.shape
            and self.stride() == tensor.stride() and storage_offset(self) == storage_offset(tensor))


def is_shared(self: Tensor) -> bool:
    """Whether other processes may see the memory.

    >>> import retrograd as rg
    >>> rg.ones(1).is_shared(), rg.ones(1).share_memory_().is_shared()
    (False, True)
    """
    home = self._own_root().home            # type: ignore[attr-defined]
    return home is not None and home.shared is not None


def share_memory_(self: Tensor) -> Tensor:
    """Move the memory to where processes see it that are forked later, or that the tensor is sent to.

    What one process writes the others read. Each read compares the memory with what was read before, so
    that recorded values never change.
    """
    shared.share(self._own_root())          # type: ignore[attr-defined]
    return self


# ---------------------------------------------------------------- other names for memory
def as_strided(input: Any, size: Sequence[int], stride: Sequence[int],
               storage_offset: int | None = None) -> Tensor:
    """A view of the whole memory below a tensor: element i is offset + sum(i * stride) of it.

    The offset is the tensor's own unless it is given. Derivative: what was read goes back to where it lay,
    added where it was read more than once.

    >>> import retrograd as rg
    >>> rg.arange(6).as_strided((2, 2), (1, 2), 1)
    tensor([[1, 3],
            [2, 4]])
    """
    need_tensor(input, "as_strided")
    offset = input.storage_offset() if storage_offset is None else int(storage_offset)
    root, _ = input._chain()
    if root.dtype is not input.dtype:       # real numbers of complex memory, or the other way round
        root = plane.view_as_real(root) if root.dtype.is_complex else \
            plane.view_as_complex(s.reshape(root, -1, 2))
    return _laid(root, tuple(map(int, size)), tuple(map(int, stride)), offset, "as_strided")


def _laid(root: Tensor, size: Shape, strides: Shape, offset: int, op: str) -> Tensor:
    """The view of a root's memory with those strides."""
    if len(size) != len(strides):
        raise ShapeError(f"{len(strides)} strides for {len(size)} sizes", op=op, expected="one for each")
    if offset < 0 or any(n < 0 for n in (*size, *strides)):
        raise ArgumentError(f"size is {size}, strides are {strides}, the offset is {offset}", op=op,
                            expected="no negative numbers")
    whole = root._own().node.shape if root._parent is None else root.node.shape
    last = offset + sum((n - 1) * k for n, k in zip(size, strides)) + 1 if 0 not in size else 0
    if last > numel(whole):
        raise ArgumentError(f"size {size}, strides {strides} and offset {offset} ask for {last} elements",
                            op=op, expected=f"at most the {numel(whole)} that the memory has")
    if whole != root.node.shape:
        root = over(root._own())
    return root._shared(_striding(whole, size, strides, offset if last else 0))


@lru_cache(maxsize=1024)
def _striding(shape: Shape, size: Shape, strides: Shape, offset: int) -> View:
    def read(b: Node) -> Node:
        return bind(strided_p, (row(b),), (size, strides, offset))

    def array(a: Any) -> Any:
        flat = np.reshape(a, -1, copy=False)
        steps = tuple(k * flat.strides[0] for k in strides)
        return np.lib.stride_tricks.as_strided(flat[offset:], size, steps)

    def write(b: Node, v: Node) -> Node:
        if any(n > 1 and not k for n, k in zip(size, strides)):
            raise InplaceError("several elements of the tensor written to are one in memory", op="in-place",
                               fix="Write to a .clone() of it.")
        at = leaf(places(size, strides, offset).reshape(-1), int64)
        return lin.reshape(bind(place_p, (row(b), row(v), at)), shape)
    return View(shape, read, write, array)


def over(storage: Storage, shape: Shape | None = None) -> Tensor:
    """A tensor over a storage: all of it, or its first elements in that shape."""
    out = Tensor.__new__(Tensor)
    out._storage, out._seen, out._detached = storage, -1, True
    n = storage.node
    out._node = n if shape is None else hole(shape, n.dtype)
    out._refresh()
    return out


def shown(held: Storage, offset: int, size: Shape, stride: Shape) -> Tensor:
    """A tensor of that size over a storage: of all of it in row-major order, or a part that is no view of
    another tensor. The storage takes the shape of the first that shows all of it."""
    if offset == 0 and len(size) == len(stride) and same_walk(size, stride, row_major(size)):
        if numel(size) == numel(held.node.shape):
            node = held.node
            if node.shape != size and node.ndim == 1 and not node.rg and held.memory is None \
                    and held.home is None and node.value is not None:
                held.node = leaf(node.value.reshape(size), node.dtype)
            return over(held, size)
    out = _laid(over(held), size, stride, offset, "load")
    out._placed = True
    return out


def as_strided_scatter(input: Any, src: Any, size: Sequence[int], stride: Sequence[int],
                       storage_offset: int | None = None) -> Tensor:
    """A copy of input with src where as_strided would read.

    >>> import retrograd as rg
    >>> rg.as_strided_scatter(rg.zeros(4), rg.ones(2), (2,), (2,), 1)
    tensor([0., 1., 0., 1.])
    """
    out = s.clone(input)
    part = as_strided(out, size, stride, storage_offset)
    if part.node.shape != need_tensor(src, "as_strided_scatter", "src").shape:
        raise ShapeError(f"src is {src.node.shape}, the places are {part.node.shape}",
                         op="as_strided_scatter")
    part.copy_(src)                                         # type: ignore[attr-defined]
    return out


def as_strided_(self: Tensor, size: Sequence[int], stride: Sequence[int],
                storage_offset: int | None = None) -> Tensor:
    """This tensor as `as_strided` shows it."""
    return moved(self, lambda x: as_strided(x, size, stride, storage_offset), "as_strided_")


def moved(self: Tensor, view: Callable[[Tensor], Tensor], op: str) -> Tensor:
    """This tensor becomes a view of what it was; other names of its memory stay as they are."""
    self._may_be_written(op)
    changes.count += 1
    self._own()
    before = Tensor.__new__(Tensor)
    before.__dict__.update(self.__dict__)
    out = view(before)
    self._parent, self._view, self._placed = out._parent, out._view, True
    self._node, self._seen = out._node, out._seen
    return self


def set_(self: Tensor, source: Any = None, storage_offset: int = 0, size: Sequence[int] | None = None,
         stride: Sequence[int] | None = None) -> Tensor:
    """Another name for the memory of source: a tensor, or a storage from an offset on in a size with strides.
    Without a source: empty.

    >>> import retrograd as rg
    >>> rg.zeros(2).set_(rg.ones(3))
    tensor([1., 1., 1.])
    >>> rg.zeros(0).set_(rg.arange(4.0).untyped_storage(), 1, (2,), (2,))
    tensor([1., 3.])
    """
    if source is None:
        source = Tensor(lin.full(0, (0,), self.dtype))
    whole = source if isinstance(source, TensorBase) else over(source._held)
    if whole.dtype is not self.dtype:
        raise DTypeError(f"the memory holds {whole.dtype.name}, the tensor {self.dtype.name}", op="set_",
                         expected="one dtype")
    if self.requires_grad:
        raise AutogradError("a tensor that requires grad cannot be laid over other memory", op="set_",
                            fix="Do it inside  with retrograd.no_grad():  on x.data .")
    if not isinstance(source, TensorBase) or size is not None:
        length = numel(whole._node.shape) - storage_offset
        size = (length,) if size is None else shape_of((size,), "set_")
        whole = _laid(whole, tuple(size), tuple(stride) if stride is not None else row_major(tuple(size)),
                      storage_offset, "set_")
    changes.count += 1
    self._lie(whole)
    return self


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Another size in place: the elements stay in row-major order; where there is no room for them, the
    memory grows (new elements are 0), for all who share it.

    >>> import retrograd as rg
    >>> rg.arange(3).resize_(2, 2)
    tensor([[0, 1],
            [2, 0]])
    """
    shape = shape_of(sizes, "resize_")
    if self.requires_grad:
        raise AutogradError("a tensor that requires grad cannot be resized", op="resize_",
                            fix="Resize a .detach().clone() of it.")
    if self.node.shape == shape:
        return self
    root, _ = self._chain()
    held, offset = root._own(), storage_offset(self)
    _grow(held, offset + numel(shape))
    changes.count += 1
    if offset:
        self._lie(_laid(over(held), shape, row_major(shape), offset, "resize_"))
        return self
    self._lie(over(held, shape))
    return self


def resize_as_(self: Tensor, the_template: Any, *, memory_format: Any = None) -> Tensor:
    """`resize_` to the size of another tensor.

    >>> import retrograd as rg
    >>> rg.arange(4).resize_as_(rg.ones(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return resize_(self, need_tensor(the_template, "resize_as_", "the_template").shape)


def _grow(held: Storage, size: int) -> None:
    """Room for so many elements; what is there stays."""
    held.settle()
    old = numel(held.node.shape)
    if size <= old:
        return
    if held.outside():
        raise ArgumentError(f"{size} elements are asked for, the memory has {old} and others see it",
                            op="resize_", fix="Resize a .clone() of it.")
    flat = row(held.node)
    room = lin.full(0, (size - old,), flat.dtype)
    held.write(bind(lin.concat_p, (flat, room), (0,)))


def _own_root(self: Tensor) -> Storage:
    """The storage below the chain of views."""
    root, _ = self._chain()
    return root._own()

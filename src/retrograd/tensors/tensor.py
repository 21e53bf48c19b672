"""Tensor: a handle on a node, with a storage once its memory is shared or written."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.config import config
from retrograd.base.errors import (
    ArgumentError,
    AutogradError,
    DTypeError,
    InplaceError,
    MissingAttributeError,
)
from retrograd.base.modes import changes, local, modes, recording
from retrograd.base.shape import Size, numel
from retrograd.engine import evaluate as engine
from retrograd.functional.door import TensorBase, View, hooks
from retrograd.graph.node import LEAF, PLAIN, TRACKED, Node, bind, leaf, leaf_p, made, recorder, silent
from retrograd.ops.constant import stop
from retrograd.ops.linear import alias_p, cast, override_p
from retrograd.tensors import made_by
from retrograd.tensors.declared import Methods
from retrograd.tensors.device import CPU, Device
from retrograd.tensors.flat import leading, row_major, through, with_leading
from retrograd.tensors.storage import Storage


class Tensor(Methods):
    """A multi-dimensional array that records how it was made; see `retrograd.tensor` to create one.

    Operations compute nothing at once; a value is computed where it is needed
    (`item`, `print`, `backward`, ...).
    """

    # Most tensors only ever have a node: the rest are class attributes until they are set.
    _storage: Storage | None = None
    _parent: Tensor | None = None
    _quiet = False              # `.data`: writes through it are not counted
    _placed = False             # shows a part of memory without being a view of a tensor
    _view: Any = None
    _seen = 0
    _leaf = _detached = False
    _grad: Tensor | None = None
    _after_accumulate: Any = None

    def __init__(self, node: Any = None, *sizes: int) -> None:
        if node.__class__ is not Node:
            node = _from_user(node, sizes)
        self._node = node
        if node.value is None:
            state = local.state
            pending = state.pending
            pending.append(node)
            if len(pending) > state.limit or config.eager:
                self._crowded()

    def _crowded(self) -> None:
        """The recorder is full (or evaluates at once)."""
        if config.eager and not modes.levels and recorder.capture is None:
            engine.evaluate([self._node])
        if recorder.saving:
            recorder.saving[-1].recorded(self._node)
        if len(recorder.pending) > recorder.limit:
            engine.check_pending()

    # ------------------------------------------------------------ node, storage, views
    @property
    def node(self) -> Node:
        """The node that stands for this tensor now."""
        s = self._storage
        if s is None or (s.version == self._seen and s.memory is None):
            return self._node
        return self._refresh()

    def _refresh(self) -> Node:
        """Read the storage again: it was written, or somebody outside may have written to it."""
        s = self._storage
        assert s is not None
        if self._parent is not None:
            small = self._outside_view()
            if small is not None:
                if local.state.capture is not None:
                    local.state.capture.stop("it reads memory that NumPy sees")
                n = leaf(np.array(small, order="C"), self._node.dtype)
                return self._tracked(n) if self._leaf else n
            raw = self._parent.node
            if self._seen != s.version:
                raw = recording(self._view.read, raw) if self._node.rg else self._view.read(raw)
        else:
            s.settle()
            raw = s.node if s.node.shape == self._node.shape else leading(s.node, self._node.shape)
            # Forward mode walks all nodes, also those that were recorded without gradients.
            if self._detached and self._seen != s.version:
                if raw.rg or local.state.levels:
                    known = _fixed(raw) and raw.value.__class__ is np.ndarray and not local.state.levels
                    raw = leaf(raw.value, raw.dtype) if known else bind(stop, (raw,))
                if self._node.rg == TRACKED and self._seen >= 0:        # a history of its own: it stays
                    raw = recording(bind, override_p, (self._node, raw))
        if self._seen != s.version:
            self._node = self._tracked(raw) if self._leaf else raw
            self._seen = s.version
            if self._node.value is None:
                recorder.pending.append(self._node)
        return self._node

    def _chain(self) -> tuple[Tensor, list[View]]:
        """The tensor whose storage this views, and the views from there to here."""
        chain: list[View] = []
        t = self
        while t._parent is not None:
            chain.append(t._view)
            t = t._parent
        return t, chain[::-1]

    def _outside_view(self) -> Any:
        """The part of outside-visible memory that this view of an untracked tensor shows, else None."""
        root, chain = self._chain()
        s = root._storage
        if s is None or s.memory is None or root._leaf or s.node.rg or not s.outside():
            return None
        return through(s.memory, chain, root._node.shape)

    def _tracked(self, raw: Node) -> Node:
        """The node of a leaf that collects gradients, over the value `raw`."""
        if raw.rg or local.state.levels:
            raw = bind(stop, (raw,))
        n = leaf(raw.value, raw.dtype, LEAF) if _fixed(raw) and raw.prim is leaf_p else \
            Node(alias_p, (raw,), (), raw.shape, raw.dtype, LEAF, None, raw.where)
        n.owner = weakref.ref(self)
        n.hooks = self.__dict__.get("_hooks")
        return n

    def _lie(self, other: Tensor) -> None:
        """Another name for the memory of `other`, as it lies there; what this one showed stays for others."""
        if other is self:
            return
        if other._parent is not None:
            other = other.detach()      # its parents are nobody's to write a history on
        self._storage, self._parent, self._view = other._own(), other._parent, other._view
        self._node, self._seen, self._placed = other.node, -1, True
        self._detached = self._detached or bool(other._storage.node.rg)
        self._refresh()

    def _own(self) -> Storage:
        """The storage, made when first needed."""
        if self._storage is None:
            self._storage = Storage(self._node)
            self._seen = 0
        return self._storage

    def _shared(self, view: View) -> Tensor:
        """A view of this tensor."""
        storage = self._storage or self._own()
        node = self._node if storage.version == self._seen and storage.memory is None else self._refresh()
        state = local.state
        if view.cuts and _fixed(node) and not node.rg and node.value.__class__ is np.ndarray:
            # A batch of a data set: where it begins is no part of any program.
            part = through(node.value, [view])
            node = leaf(part, node.dtype) if part is not None else view.read(node)
        elif view.dtype is not None:
            node = view.read(node)
        elif view.steps:                    # view.read, and without a code pointer: a view cannot fail later
            for prim, params, shape in view.steps:
                node = silent(prim, node, params, shape, state)
        if node.rg == LEAF or node.rg and not state.grad:       # all of it: a view is no leaf
            node = silent(alias_p, node, (), node.shape, state)
        if (self._parent is not None or view.dtype is not None) and view.strides(self.stride()) is None:
            return Tensor(node)             # the elements do not lie so: a copy, as in PyTorch
        out = Tensor.__new__(Tensor)
        out._storage, out._parent, out._view = storage, self, view
        out._node, out._seen = node, storage.version
        if node.value is None:
            state.pending.append(node)
            if len(state.pending) > state.limit or config.eager:
                out._crowded()
        return out

    def detach(self) -> Tensor:
        """The same memory without a history: writes go through, gradients do not."""
        if self._parent is not None:
            part = self._parent.detach()._shared(self._view)
            part._placed = True
            return part
        out = _twin(self)
        out._detached = True
        out._node, out._seen = self._node, -1
        out._refresh()
        return out

    def _write(self, new: Node, op: str) -> Tensor:
        """In-place: this tensor's memory holds `new` from now on."""
        self._may_be_written(op)
        self._store(new)
        if new.rg and local.state.saving:
            local.state.saving[-1].recorded(new)
        return self

    def _may_be_written(self, op: str) -> None:
        """An error where that would change a leaf while gradients are recorded."""
        t: Tensor | None = self if modes.grad else None
        while t is not None:
            if t._leaf:
                raise _leaf_written(op, t is not self)
            t = t._parent

    def _store(self, new: Node) -> None:
        if self._parent is not None:
            self._parent._store(self._view.write(self._parent.node, new))
        else:
            storage = self._own()
            mine = new
            if (self._leaf or self._detached) and new.rg:
                new = bind(stop, (new,))
            old = storage.node
            if old.shape != new.shape:
                new = with_leading(old, new)
            if old.rg and (self._detached or not modes.grad):
                new = recording(bind, override_p, (old, new))    # the value changes, the history does not
            storage.write(new)
            storage.quiet += self._quiet
            if mine.rg and self._detached and not self._leaf and mine.shape == self._node.shape:
                self._node, self._seen = mine, storage.version      # the history is this name's alone
                recorder.pending.append(mine)
        self._refresh()

    def _assign(self, new: Any) -> None:
        """Rebind the memory to the value of `new`, whatever it records (optimisers, load_state_dict)."""
        n = new.node if isinstance(new, TensorBase) else new
        if self._parent is not None:
            self.detach()._store(n)
        else:
            storage = self._own()
            if n.rg:
                n = bind(stop, (n,))
            if storage.node.shape != n.shape and self._node.shape == n.shape:
                n = with_leading(storage.node, n)
            if storage.node.rg and storage.node.shape == n.shape:
                n = recording(bind, override_p, (storage.node, n))
            storage.write(n)
        self._refresh()

    # ------------------------------------------------------------ what it is
    @property
    def shape(self) -> Size:
        return Size(self._node.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return Size(self._node.shape) if dim is None else self._node.shape[dim]

    @property
    def dtype(self) -> dt.DType:
        return self._node.dtype

    @property
    def ndim(self) -> int:
        return len(self._node.shape)

    def dim(self) -> int:
        """Number of dimensions."""
        return len(self._node.shape)

    def numel(self) -> int:
        """Number of elements."""
        return numel(self._node.shape)

    nelement = numel

    @property
    def device(self) -> Device:
        return CPU

    is_cuda = is_sparse = is_quantized = is_meta = is_mps = False
    layout = "strided"
    names = None

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    def element_size(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.numel() * self.dtype.itemsize

    def is_floating_point(self) -> bool:
        """Whether the dtype is a floating-point one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is a complex one."""
        return self.dtype.is_complex

    def stride(self, dim: int | None = None) -> Any:
        """Elements between neighbours along each dimension, of memory in row-major order."""
        s = row_major(self._node.shape) if self._parent is None else \
            self._view.strides(self._parent.stride())
        return s if dim is None else s[dim]

    @property
    def _version(self) -> int:
        s = self._storage
        return 0 if s is None else s.version - s.quiet

    # ------------------------------------------------------------ autograd
    @property
    def requires_grad(self) -> bool:
        return self.node.rg != PLAIN

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Collect gradients in `.grad` of this tensor (a leaf), or stop doing so."""
        n = self.node
        if n.rg == TRACKED:
            if requires_grad:
                return self
            raise AutogradError("requires_grad of a tensor that was computed cannot be switched off",
                                op="requires_grad_", fix="Use x.detach() .")
        if requires_grad == self._leaf:
            return self
        if requires_grad and not self.dtype.smooth:
            raise DTypeError(f"only floating-point and complex tensors can require gradients; this one is "
                             f"{self.dtype.name}", op="requires_grad_", fix="Convert it, e.g. x.float() .")
        self._own()
        changes.count += 1
        self._leaf, self._seen = bool(requires_grad), -1
        self._refresh()
        return self

    @property
    def is_leaf(self) -> bool:
        return self.node.rg != TRACKED

    @property
    def grad(self) -> Tensor | None:
        """The gradient collected by backward(), of this tensor's shape; None before."""
        if local.state.capture is not None:
            local.state.capture.asks_grad(self)
        if self._grad is None and self.node.rg == TRACKED and "retain" not in (self.node.hooks or {}):
            return None
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, TensorBase):
                raise DTypeError(f"grad is a {type(value).__name__}", op="grad", expected="a Tensor or None")
            if value.node.shape != self._node.shape:
                raise ArgumentError(f"grad has shape {value.node.shape}, the tensor {self._node.shape}",
                                    op="grad")
        if local.state.capture is not None:
            local.state.capture.sets_grad(self)
        self._grad = value

    @property
    def grad_fn(self) -> Any:
        n = self.node
        return made_by.GradFn(n) if n.rg == TRACKED else None

    @property
    def data(self) -> Tensor:
        """The same memory without a history, and without a count of its writes."""
        out = self.detach()
        (out if out._parent is None else out._chain()[0])._quiet = True
        return out

    @data.setter
    def data(self, value: Tensor) -> None:
        changes.count += 1
        self._lie(value)

    def detach_(self) -> Tensor:
        """Forget the history of this tensor; others of its memory keep theirs."""
        if self._parent is not None and not self._placed:
            raise AutogradError("a view has its history of its base", op="detach_", fix="Use x.detach() .")
        changes.count += 1
        self._own()
        self._leaf, self._detached, self._seen = False, True, -1
        self._refresh()
        return self

    # ------------------------------------------------------------ values
    def numpy(self, *, force: bool = False) -> Any:
        """The value as a NumPy array that shares memory with this tensor."""
        if self.node.rg and not force:
            raise AutogradError("a tensor that requires grad cannot become a NumPy array", op="numpy",
                                fix="Use x.detach().numpy() .")
        if self.node.rg or force:
            return self.detach().numpy()
        root, chain = self._chain()
        array = through(root._own().expose(), chain, root._node.shape)
        return np.array(self._value()) if array is None else array

    def _value(self) -> Any:
        """The value as an array that must not be written to."""
        n = self.node
        engine.read(n)
        if n.value.__class__ is not np.ndarray:
            return np.asarray(n.value, n.dtype.np)
        return n.value

    def item(self) -> Any:
        """The value of a tensor with one element as a Python number."""
        if self.numel() != 1:
            raise ArgumentError(f"a tensor with {self.numel()} elements has no single value", op="item",
                                expected="one element", fix="Reduce it first, or use tolist().")
        v = self._value()
        return v.reshape(()).item() if self.dtype is not dt.bfloat16 else float(v.reshape(()))

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        v = self._value()
        return v.tolist() if self.dtype is not dt.bfloat16 else v.astype(np.float32).tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        a = self.numpy()
        return a if dtype is None or a.dtype == dtype else a.astype(dtype)

    __array_priority__ = 1000

    def __getattr__(self, name: str) -> Any:
        for hint_of in elsewhere if name[:1] != "_" else ():
            hint = hint_of(name)
            if hint is not None:
                raise MissingAttributeError(f"Tensor.{name} is not implemented yet", fix=hint)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)


# What to use for a name that PyTorch has; the package adds it.
elsewhere: list[Callable[[str], str | None]] = []


def _from_user(data: Any, sizes: tuple[int, ...]) -> Node:
    """torch.Tensor(data) or torch.Tensor(2, 3): the default dtype; sizes give zeros."""
    d = dt.default()
    if isinstance(data, TensorBase):
        return cast(bind(stop, (data.node,)), d)
    if data is None or isinstance(data, int):
        return leaf(np.zeros((() if data is None else (data,)) + sizes if data is not None else 0, d.np), d)
    return leaf(np.array(data, d.np), d)


def _fixed(node: Node) -> bool:
    """Whether a value is known and stays so: a step that is captured will be run again with others."""
    return node.value is not None and local.state.capture is None


def _leaf_written(op: str, through_view: bool) -> InplaceError:
    what = "a view of a leaf that requires grad" if through_view else "a leaf that requires grad"
    return InplaceError(f"{what} is written in place, which backward could not undo", op=op,
                        fix="Write inside  with retrograd.no_grad():  , or to a copy made by x.clone().")


def _twin(t: Tensor) -> Any:
    """A tensor on the same storage."""
    out = Tensor.__new__(Tensor)
    out._storage = t._own()
    return out


def evaluate(tensors: Iterable[Tensor]) -> None:
    """Compute many tensors as one program."""
    engine.evaluate([t.node for t in tensors])


def from_value(array: Any, dtype: dt.DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor over an array that nobody else will write to."""
    t = Tensor(leaf(array, dtype or dt.from_numpy(array.dtype)))
    made(array.nbytes)
    return t.requires_grad_() if requires_grad else t


def wrap(node: Node) -> Tensor:
    """`Tensor(node)`, without the price of a class that is called."""
    out = _new(Tensor)
    out._node = node
    if node.value is None:
        state = local.state
        pending = state.pending
        pending.append(node)
        if len(pending) > state.limit or config.eager:
            out._crowded()
    return out


_new = Tensor.__new__
hooks.wrap = wrap
hooks.wrap_view = Tensor._shared

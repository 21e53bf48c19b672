"""Parameter and Buffer: tensors that a module registers when they are assigned to it."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from retrograd.base.dtype import default
from retrograd.base.errors import ArgumentTypeError
from retrograd.base.shape import numel
from retrograd.functional.door import TensorBase
from retrograd.graph.node import leaf
from retrograd.ops import linear as lin
from retrograd.tensors import copying, memory
from retrograd.tensors.fast import plain_kinds
from retrograd.tensors.storage import CALL
from retrograd.tensors.tensor import Tensor


class Parameter(Tensor):
    """A leaf that collects gradients; shares the memory of `data`.

    >>> import retrograd as rg
    >>> rg.nn.Parameter(rg.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        if data is None:
            data = Tensor(leaf(np.zeros(0, default().np), default()))
        if not isinstance(data, TensorBase):
            raise ArgumentTypeError(f"data is a {type(data).__name__}", op="Parameter", expected="a Tensor",
                                    fix="Use retrograd.tensor(...).")
        if data._parent is not None:      # type: ignore[attr-defined]
            data = _whole_or_alone(data)    # type: ignore[arg-type]
        super().__init__(data.node)
        self._detached = True
        if data._parent is None:        # type: ignore[attr-defined]
            self._storage, self._seen = data._own(), -1        # type: ignore[attr-defined]
        else:
            self._lie(data)             # type: ignore[arg-type]
        self._leaf = requires_grad
        self._refresh()

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(copying.duplicate(self, memo), self.requires_grad)
        return memo[id(self)]

    def __repr__(self, **kwargs: Any) -> str:
        return "Parameter containing:\n" + super().__repr__(**kwargs)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self.detach(), self.requires_grad, copying.attributes(self))


class Buffer(Tensor):
    """A tensor that a module keeps in its state without training it."""

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        data = Tensor(0) if data is None else data
        super().__init__(data.node)
        self._storage, self._seen = data._own(), -1
        self.persistent = persistent


def _whole_or_alone(view: Tensor) -> Tensor:
    """What a parameter made of a view stands on: the memory in the view's shape where it shows all of that,
    a copy where nobody else knows that memory, else the view."""
    held = view._own_root()                 # type: ignore[attr-defined]
    node, shape = held.node, view._node.shape
    plain = not node.rg and held.memory is None and held.home is None and node.dtype is view.dtype
    if plain and numel(node.shape) == numel(shape) and view.is_contiguous():    # type: ignore[attr-defined]
        held.node = leaf(node.value.reshape(shape), node.dtype) if node.value.__class__ is np.ndarray else \
            lin.reshape(node, shape)
        return memory.over(held)
    del held
    return view if _known_elsewhere(view) else view.clone()                     # type: ignore[attr-defined]


def _known_elsewhere(view: Tensor) -> bool:
    """Whether somebody else refers to a tensor that it is a view of, or to the memory."""
    held, count = view._own_root(), 1       # type: ignore[attr-defined]
    t: Any = view._parent
    while t is not None:
        if sys.getrefcount(t) > 1 + CALL:
            return True
        t, count = t._parent, count + 1
    return sys.getrefcount(held) > count + CALL


def _rebuild(cls: Any, data: Tensor, requires_grad: bool, own: dict[str, Any]) -> Any:
    out = cls(data, requires_grad)
    out.__dict__.update(own)
    return out


plain_kinds.update((Parameter, Buffer))

"""Tensors go in, copies come out that share memory as the originals do: for `copy.deepcopy` and the user's
own pickling. Histories stay behind.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from retrograd.base.errors import AutogradError
from retrograd.graph.node import TRACKED, bind, leaf
from retrograd.ops.constant import stop
from retrograd.ops.linear import alias_p
from retrograd.tensors.memory import over, shown
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

# What a tensor keeps of its own; anything else in it is an attribute that the user set.
_OWN = frozenset("""
    _node _storage _parent _view _seen _leaf _detached _grad _after_accumulate _hooks _quiet _placed _retains
    """.split())


def attributes(t: Tensor) -> dict[str, Any]:
    """What the user hung on a tensor."""
    held = t.__dict__
    return {k: held[k] for k in held.keys() - _OWN} if len(held) > 1 else {}


def duplicate(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """The same values in memory of its own, which is shared by the copies of all that share the original."""
    held = self._own_root()                         # type: ignore[attr-defined]
    if id(held) not in memo:
        held.settle()
        node = bind(alias_p, (held.node,))
        memo[id(held)] = Storage(bind(stop, (node,)) if node.rg else node)
    root, chain = self._chain()
    t = over(memo[id(held)], root._node.shape)
    for view in chain:
        t = t._shared(view)
    t._placed = bool(chain)
    return t


def deepcopy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """copy.deepcopy: with gradient and attributes, without hooks."""
    if self.node.rg == TRACKED:
        raise AutogradError("a tensor with a history cannot be deep-copied", op="deepcopy",
                            fix="Use x.detach().clone() .")
    if id(self) not in memo:
        memo[id(self)] = out = _of_class(duplicate(self, memo), type(self))
        if self.requires_grad:
            out.requires_grad_()
        out.__dict__.update(copy.deepcopy(attributes(self), memo))
        if self._grad is not None:
            out._grad = copy.deepcopy(self._grad, memo)
    return memo[id(self)]   # type: ignore[no-any-return]


def shallow(self: Tensor) -> Tensor:
    """copy.copy: another name for the same memory."""
    out = _of_class(self.detach(), type(self))
    out.__dict__.update(attributes(self))
    return out.requires_grad_() if self.requires_grad else out


def reduced(self: Tensor, protocol: Any) -> Any:
    """For pickling: the memory, once for all that share it, and how the tensor lies there."""
    root, _ = self._chain()
    if self.node.rg == TRACKED or root.dtype is not self.dtype:
        return compact(self)
    offset = self.storage_offset()                  # type: ignore[attr-defined]
    return rebuilt, (type(self), root._own(), offset, tuple(self.shape), self.stride(), self.requires_grad,
                     attributes(self))


def compact(self: Tensor) -> Any:
    """For sending: the values that it shows, and nothing else of its memory."""
    held = Storage(leaf(np.array(self._value()), self.dtype))
    return rebuilt, (type(self), held, 0, tuple(self.shape), None, self.requires_grad, attributes(self))


def rebuilt(kind: Any, held: Storage, offset: int, size: Any, stride: Any, requires_grad: bool,
            own: dict[str, Any]) -> Tensor:
    """The way back."""
    t = over(held) if stride is None else shown(held, offset, size, stride)
    out = _of_class(t, kind)
    if requires_grad:
        out.requires_grad_()
    out.__dict__.update(own)
    return out      # type: ignore[no-any-return]


def _of_class(t: Tensor, kind: Any) -> Any:
    if type(t) is kind:
        return t
    out = kind.__new__(kind)
    out.__dict__.update(t.__dict__)
    return out

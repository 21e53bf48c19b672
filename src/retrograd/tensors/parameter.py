"""Parameter and Buffer: tensors that a module registers when they are assigned to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.base.dtype import default
from retrograd.base.errors import ArgumentTypeError
from retrograd.functional.door import TensorBase
from retrograd.graph.node import leaf
from retrograd.tensors.fast import plain_kinds
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
        if data._base is not None:      # type: ignore[attr-defined]
            data = data.clone()         # type: ignore[attr-defined]
        super().__init__(data.node)
        self._storage, self._seen = data._own(), -1        # type: ignore[attr-defined]
        self._detached = True
        self._leaf = requires_grad
        self._refresh()

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self, **kwargs: Any) -> str:
        return "Parameter containing:\n" + super().__repr__(**kwargs)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self.detach(), self.requires_grad)


class Buffer(Tensor):
    """A tensor that a module keeps in its state without training it."""

    def __init__(self, data: Any, *, persistent: bool = True) -> None:
        super().__init__(data.node)
        self._storage, self._seen = data._own(), -1
        self.persistent = persistent


def _rebuild(cls: Any, data: Tensor, requires_grad: bool) -> Any:
    return cls(data, requires_grad)


plain_kinds.update((Parameter, Buffer))

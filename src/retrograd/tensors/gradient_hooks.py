"""Several tensors go in; one function is called when their gradients are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.tensors.autograd import register_hook
from retrograd.tensors.handle import RemovableHandle


class Handles:
    """Several hooks that are removed together."""

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        self._handles = handles

    def remove(self) -> None:
        """Take the hooks off; harmless the second time."""
        for handle in self._handles:
            handle.remove()

    def __enter__(self) -> Handles:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def register_multi_grad_hook(tensors: Sequence[Any], fn: Callable[[Any], None], *, mode: str = "all"
                             ) -> Handles:
    """Call fn(gradients) in each backward that reaches all tensors, once all are known; with mode "any" call
    fn(gradient) with the first. A backward that reaches only some of them does not call it with "all".

    >>> import retrograd as rg
    >>> x, y = rg.ones(1, requires_grad=True), rg.ones(1, requires_grad=True)
    >>> handle = register_multi_grad_hook((x, y), lambda grads: print([g.item() for g in grads]))
    >>> (x * 2 + y * 3).sum().backward()
    [2.0, 3.0]
    """
    if mode not in ("all", "any"):
        raise ArgumentError(f"mode is {mode!r}", op="register_multi_grad_hook", expected="'all' or 'any'")
    found: dict[int, Any] = {}
    many = len(tensors)

    def told(k: int, g: Any) -> None:
        if k in found:              # a new backward
            found.clear()
        found[k] = g
        if mode == "any" and len(found) == 1:
            fn(g)
        if len(found) == many:
            if mode == "all":
                fn([found[j] for j in range(many)])
            found.clear()
    return Handles([register_hook(t, lambda g, k=k: told(k, g)) for k, t in enumerate(tensors)])

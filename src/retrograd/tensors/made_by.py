"""What `grad_fn` returns: the operation that made a tensor, by PyTorch's naming; hooks on its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd.autodiff.reverse import After, made_by
from retrograd.base.errors import AutogradError
from retrograd.graph.node import LEAF, Node, freed_p
from retrograd.graph.wrapping import wrap
from retrograd.tensors.handle import RemovableHandle


class GradFn:
    """What made a tensor, by PyTorch's naming; that of a leaf collects gradients."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def name(self) -> str:
        n = self._node
        if n.rg == LEAF:
            return "torch::autograd::AccumulateGrad"
        name = str(n.params[0]) if n.prim is freed_p else made_by(n)
        return "".join(w.capitalize() for w in name.split("_")) + "Backward0"

    @property
    def next_functions(self) -> tuple[Any, ...]:
        return tuple((GradFn(i), 0) if i.rg else (None, 0) for i in self._node.inputs)

    @property
    def variable(self) -> Any:
        """Of a leaf: the tensor whose gradient is collected."""
        if self._node.rg != LEAF or self._node.owner is None:
            raise AttributeError(f"'{self.name()}' object has no attribute 'variable'")
        return self._node.owner()

    def register_prehook(self, hook: Callable[[Any], Any]) -> Any:
        """Call hook(grad_outputs) before the operation hands its gradient on; what it returns replaces it."""
        def before(g: Node) -> Node | None:
            out = hook((wrap(g),))
            if out is None:
                return None
            found = out[0] if isinstance(out, tuple) else out
            return found.node       # type: ignore[no-any-return]
        return self._register(before)

    def register_hook(self, hook: Callable[[Any, Any], Any]) -> Any:
        """Call hook(grad_inputs, grad_outputs) when the gradients of the inputs are known; what it returns
        replaces them.

        >>> import retrograd as rg
        >>> x = rg.ones(2, requires_grad=True)
        >>> y = x * 3
        >>> handle = y.grad_fn.register_hook(lambda inputs, outputs: print(inputs[0], outputs[0]))
        >>> y.sum().backward()
        tensor([3., 3.]) tensor([1., 1.])
        """
        if self._node.rg == LEAF:
            hooks = self.variable.__dict__.setdefault("_after_accumulate", {})
            return RemovableHandle(hooks, lambda t: hook((), (t.grad,)))

        def after(shares: Sequence[Any], g: Node) -> Sequence[Any] | None:
            given = tuple(None if s is None else wrap(s) for s in shares)
            out = hook(given, (wrap(g),))
            if out is None:
                return None
            out = out if isinstance(out, tuple) else (out,)
            if len(out) != len(given):
                raise AutogradError(f"a hook returned {len(out)} gradients", op="register_hook",
                                    expected=f"None or {len(given)}")
            return [None if o is None else o.node for o in out]
        return self._register(After(after))

    def _register(self, hook: Any) -> Any:
        if self._node.hooks is None:
            self._node.hooks = {}
        return RemovableHandle(self._node.hooks, hook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GradFn) and other._node is self._node

    def __hash__(self) -> int:
        return id(self._node)

    def __repr__(self) -> str:
        return f"<{self.name().rpartition('::')[2]}>"

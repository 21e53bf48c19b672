"""What `grad_fn` returns: the operation that made a tensor, by PyTorch's naming; hooks on its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from retrograd.autodiff.custom import project_p
from retrograd.autodiff.reverse import After, reads, second_time
from retrograd.autodiff.rules import residuals
from retrograd.base.errors import AutogradError
from retrograd.graph.node import LEAF, Node, freed_p
from retrograd.graph.wrapping import wrap
from retrograd.tensors.handle import RemovableHandle
from retrograd.tensors.node_names import shown


class Metadata(dict[Any, Any]):
    """Notes of the user's on a node, kept with its hooks; as one of them it changes nothing."""

    def __call__(self, g: Node) -> None:
        return None


class GradFn:
    """What made a tensor, by PyTorch's naming; that of a leaf collects gradients.

    >>> import retrograd as rg
    >>> y = (rg.ones(2, requires_grad=True) * 2).sum()
    >>> y.grad_fn.name(), [fn.name() for fn, _ in y.grad_fn.next_functions]
    ('SumBackward0', ['MulBackward0'])
    """

    _node: Node

    def __new__(cls, node: Node) -> GradFn:
        name = shown(node)[0]
        found = object.__new__(cls if cls is not GradFn else _class_of(name.rpartition("::")[2]))
        found._node, found._name = node, name
        return found

    _name: str

    def name(self) -> str:
        """Of the operation, as PyTorch calls it."""
        return self._name

    @property
    def next_functions(self) -> tuple[Any, ...]:
        """(node, number of its output) for each differentiable input; (None, 0) where none is wanted."""
        return tuple((GradFn(i), int(i.params[0]) if i.prim is project_p else 0) if i.rg else (None, 0)
                     for i in shown(self._node)[1])

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dict for notes of one's own on this node.

        >>> import retrograd as rg
        >>> y = rg.ones(2, requires_grad=True) * 2
        >>> y.grad_fn.metadata["layer"] = 1
        >>> y.grad_fn.metadata
        {'layer': 1}
        """
        if self._node.hooks is None:
            self._node.hooks = {}
        return self._node.hooks.setdefault("metadata", Metadata())      # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        """`_saved_self`, `_saved_other`, `_saved_result`: what the derivative reads, as tensors."""
        if not name.startswith("_saved_"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        n = self._node
        if n.prim is freed_p:
            raise second_time(n)
        place = {"self": 0, "input": 0, "other": 1, "mat2": 1, "weight": 1}.get(name[7:])
        inputs = () if n.rg == LEAF else reads(n)
        which = n if name == "_saved_result" else None if place is None else next(iter(inputs[place:]), None)
        if which is None or which not in (inputs if n.prim.expansion is not None else residuals(n)):
            raise AttributeError(f"{self.name()} keeps no {name[7:]!r}")
        return wrap(which)

    @property
    def variable(self) -> Any:
        """Of a leaf: the tensor whose gradient is collected."""
        if self._node.rg != LEAF or self._node.owner is None:
            raise AttributeError(f"'{self.name()}' object has no attribute 'variable'")
        return self._node.owner()

    def register_prehook(self, fn: Callable[[Any], Any]) -> Any:
        """Call fn(grad_outputs) before the operation hands its gradient on; what it returns replaces it."""
        def before(g: Node) -> Node | None:
            out = fn((wrap(g),))
            if out is None:
                return None
            found = out[0] if isinstance(out, tuple) else out
            return found.node       # type: ignore[no-any-return]
        return self._register(before)

    def register_hook(self, fn: Callable[[Any, Any], Any]) -> Any:
        """Call fn(grad_inputs, grad_outputs) when the gradients of the inputs are known; what it returns
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
            return RemovableHandle(hooks, lambda t: fn((), (t.grad,)))

        def after(shares: Sequence[Any], g: Node) -> Sequence[Any] | None:
            given = tuple(None if s is None else wrap(s) for s in shares)
            out = fn(given, (wrap(g),))
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
        return f"<{type(self).__name__} object at {id(self._node):#x}>"


@lru_cache(1024)
def _class_of(name: str) -> type[GradFn]:
    """PyTorch has a class for each operation: `type(y.grad_fn).__name__` is its name."""
    return type(name, (GradFn,), {"__module__": GradFn.__module__, "__doc__": GradFn.__doc__})


class GradientEdge(NamedTuple):
    """A place in the graph: output `output_nr` of an operation. `grad` takes it for a tensor."""

    node: GradFn
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The place of a tensor in the graph: it stays when the tensor is gone.

    >>> import retrograd as rg
    >>> x = rg.tensor(3.0, requires_grad=True)
    >>> edge = get_gradient_edge(x * 2)
    >>> edge.node.name(), rg.autograd.grad(edge, x, rg.tensor(1.0))
    ('MulBackward0', (tensor(2.),))
    """
    n = tensor.node
    if not n.rg:
        raise AutogradError("the tensor does not require grad", op="get_gradient_edge",
                            expected="a tensor with requires_grad=True, or computed from one")
    return GradientEdge(GradFn(n), int(n.params[0]) if n.prim is project_p else 0)

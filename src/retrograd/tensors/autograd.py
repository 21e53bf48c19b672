"""backward and grad on tensors: what is differentiated, where gradients go, hooks."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from retrograd.base.config import config
from retrograd.base.errors import ArgumentError, AutogradError, RetrogradError, ShapeError
from retrograd.base.modes import local, modes, no_grad
from retrograd.engine import again
from retrograd.engine import backward as engine
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import TensorBase
from retrograd.graph.node import LEAF, PLAIN, Node, bind, const, line_text
from retrograd.ops import linear as lin
from retrograd.ops.gather import few_rows
from retrograd.ops.linear import full
from retrograd.ops.pointwise import add as add_p
from retrograd.tensors import delivery, overwritten, together
from retrograd.tensors.handle import RemovableHandle
from retrograd.tensors.tensor import Tensor


def _several(x: Any) -> tuple[Any, ...]:
    if not isinstance(x, (tuple, list)):
        return (x,)
    if hasattr(x, "ownership_token"):                   # a GradientEdge
        return (Tensor(x.node._node),)
    return tuple([t if isinstance(t, TensorBase) or not hasattr(t, "ownership_token") else
                  Tensor(t.node._node) for t in x])


def start_of(root: Tensor, g: Any, op: str) -> Node:
    """The cotangent that backward starts with."""
    n = root.node
    if g is None:
        if n.dtype.is_complex:
            raise ArgumentError("grad can be implicitly created only for real scalar outputs but got "
                                f"{n.dtype.name}", op=op, where=line_text(n.where),
                                fix="Take a real loss, e.g. its .abs() or .real, or pass gradient=... .")
        if n.shape == ():
            return const(1.0, n.dtype)
        if root.numel() != 1:
            raise ShapeError(f"only a scalar has a gradient; this output has shape {tuple(n.shape)}", op=op,
                             expected="a loss with one element, or gradient=... of the output's shape",
                             fix="Reduce it, e.g.  loss.mean().backward()  or  loss.sum().backward() .",
                             where=line_text(n.where))
        return full(1, n.shape, n.dtype)
    if not isinstance(g, TensorBase):
        raise ArgumentError(f"gradient is a {type(g).__name__}", op=op, expected="a Tensor or None")
    if g.node.shape != n.shape:
        raise ShapeError(f"gradient has shape {tuple(g.node.shape)}, the output {tuple(n.shape)}", op=op,
                         expected="equal shapes")
    if g.node.dtype.is_complex is not n.dtype.is_complex:
        raise ArgumentError(f"gradient is {g.node.dtype.name}, the output {n.dtype.name}", op=op,
                            expected="both complex or both real")
    return lin.cast(g.node, n.dtype)


def _require_history(roots: Sequence[Tensor], op: str) -> None:
    for k, r in enumerate(roots):
        if r.node.rg == PLAIN:
            raise AutogradError(
                f"output {k} was not computed from anything that requires grad"
                if len(roots) > 1
                else "nothing that this was computed from requires grad",
                op=op,
                expected="an output that depends on a tensor with requires_grad=True",
                fix="Set requires_grad=True on the inputs or parameters; check for no_grad(), "
                "detach(), .data or .item() on the way.",
                where=line_text(r.node.where),
            )


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add d(tensors)/d(leaf) to `.grad` of every leaf (or of `inputs`) that requires grad.

    The graph is freed afterwards unless retain_graph (or create_graph). Several outputs: the sum over them,
    each weighted by its cotangent in grad_tensors.
    """
    if grad_tensors is None and not retain_graph and not create_graph and inputs is None \
            and isinstance(tensors, Tensor) and _once_more(tensors):
        return
    roots = _several(tensors)
    given = _several(grad_tensors) if grad_tensors is not None else (None,) * len(roots)
    if len(given) != len(roots):
        raise ArgumentError(f"{len(given)} gradients for {len(roots)} outputs", op="backward")
    _require_history(roots, "backward")
    if "inplace" in config.check:
        overwritten.check(roots)
    starts = [start_of(r, g, "backward") for r, g in zip(roots, given)]
    keep = create_graph if retain_graph is None else retain_graph
    wrt = None
    if inputs is not None:
        wrt = [x.node for x in _several(inputs)]
    found = engine.gradients([r.node for r in roots], starts, wrt=wrt, retain_graph=keep,
                             create_graph=create_graph)
    owners = {n.owner(): g for n, g in found.items() if n.owner is not None} if inputs is None else \
        {x: found[x.node] for x in _several(inputs) if x.node in found}
    _deliver(owners, create_graph)


def _once_more(loss: Tensor) -> bool:
    """Backward from a line that did the same before; False where the general way has to."""
    state, root = local.state, loss.node
    if root.shape or root.value is not None or state.capture is not None or state.detect or state.levels \
            or config.check:
        return False
    found = again.known(root, state)
    try:
        return found is not None and delivery.deliver(found, root, state, _add)
    except RetrogradError:              # perhaps of a bystander: the general way finds out
        return False


def _held_as_rows(g: Node) -> Tensor:
    """A gradient that is computed when somebody looks, and that nothing else waits for."""
    t = Tensor.__new__(Tensor)
    t._node = g
    return t


def _add(pairs: Sequence[tuple[Tensor, Tensor]]) -> None:
    """Add to what is in .grad, in place: in its own memory, if nobody else can see that."""
    olds, news = [t for t, _ in pairs], [g for _, g in pairs]
    done = together.written_over(olds, lambda tensors: ([], list(map(_sum, tensors, news))), "add", news)
    if done is None:
        totals = list(map(_sum, olds, news))
        evaluate([total.node for total in totals])
        for t, total in zip(olds, totals):
            t._store(total.node)


@no_grad()
def _sum(t: Tensor, g: Tensor) -> Tensor:
    return Tensor(bind(add_p, (t.node, g.node)))


def _deliver(owners: dict[Any, Node], create_graph: bool) -> None:
    """Put gradients into .grad, or add them to what is there, in place."""
    pairs, sums = [], []
    capture = modes.capture
    for t, g in owners.items():
        if t is None:
            continue
        if capture is not None:
            capture.asks_grad(t)
            capture.sets_grad(t)
        if t._grad is None:
            t._grad = _held_as_rows(g) if few_rows(g) and capture is None and not create_graph else Tensor(g)
        elif create_graph:
            t._grad = Tensor(bind(add_p, (t._grad.node, g)))
        elif capture is None and g.value is not None and t._grad.node.value is not None:
            pairs.append((t._grad, Tensor(g)))
        else:
            before = modes.grad
            modes.grad = False
            try:
                total = bind(add_p, (t._grad.node, g))
            finally:
                modes.grad = before
            sums.append((t, total))
    if pairs:
        _add(pairs)
    if sums and modes.capture is None:
        evaluate([total for _, total in sums])
    for t, total in sums:
        t._grad._store(total)
    for t in owners:
        if t is not None and t._after_accumulate:
            for hook in list(t._after_accumulate.values()):
                hook(t)


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None,
         create_graph: bool = False, only_inputs: bool = True, allow_unused: bool | None = None,
         is_grads_batched: bool = False, materialize_grads: bool = False) -> tuple[Tensor | None, ...]:
    """d(outputs)/d(input) for each input, without touching .grad.

    create_graph: the results can be differentiated again. allow_unused: None where an input plays no part
    (zeros with materialize_grads), else an error. is_grads_batched: grad_outputs hold many cotangents along
    a first dimension, and so do the results.

    >>> import retrograd as rg
    >>> x = rg.tensor(3., requires_grad=True)
    >>> rg.autograd.grad(x ** 3, x)
    (tensor(27.),)
    """
    roots, wrt = _several(outputs), _several(inputs)
    given = _several(grad_outputs) if grad_outputs is not None else (None,) * len(roots)
    if allow_unused is None:
        allow_unused = materialize_grads
    if len(given) != len(roots):
        raise ArgumentError(f"{len(given)} gradients for {len(roots)} outputs", op="grad")
    _require_history(roots, "grad")
    if "inplace" in config.check:
        overwritten.check(roots)
    for k, x in enumerate(wrt):
        if not x.requires_grad:
            raise AutogradError(f"inputs[{k}] does not require grad", op="grad",
                                fix="Set requires_grad=True on it before the forward pass.")
    keep = create_graph if retain_graph is None else retain_graph
    ends = [x.node for x in wrt]
    lead: tuple[int, ...] = ()
    if is_grads_batched:
        many = _stacked_starts(roots, given)
        lead = many[0].shape[:1]
        found = engine.batched_gradients(
            [r.node for r in roots], many, ends, retain_graph=keep, create_graph=create_graph
        )
    else:
        starts = [start_of(r, g, "grad") for r, g in zip(roots, given)]
        found = engine.gradients(
            [r.node for r in roots], starts, wrt=ends, retain_graph=keep, create_graph=create_graph
        )
    out: list[Tensor | None] = []
    for k, x in enumerate(wrt):
        g = found.get(x.node)
        if g is None and materialize_grads:
            g = full(0, lead + x.node.shape, x.node.dtype)
        if g is None and not allow_unused:
            raise AutogradError(f"inputs[{k}] was not used in the graph of the outputs", op="grad",
                                fix="Pass allow_unused=True to get None for it.")
        out.append(None if g is None else Tensor(g))
    return tuple(out)


def _stacked_starts(roots: Sequence[Tensor], given: Sequence[Any]) -> list[Node]:
    """Cotangents with one more dimension in front, of one size."""
    for r, g in zip(roots, given):
        if (
            not isinstance(g, TensorBase)
            or g.node.shape[1:] != r.node.shape
            or g.node.ndim != r.node.ndim + 1
        ):
            got = f"shape {g.node.shape}" if isinstance(g, TensorBase) else f"a {type(g).__name__}"
            raise ShapeError(f"with is_grads_batched=True, grad_outputs has {got}", op="grad",
                             expected=f"a tensor of shape (examples, *{tuple(r.node.shape)})")
    if len({g.node.shape[0] for g in given}) > 1:
        raise ShapeError(
            "grad_outputs differ in their first size", op="grad", expected="one number of examples"
        )
    return [lin.cast(g.node, r.node.dtype) for r, g in zip(roots, given)]


# ---------------------------------------------------------------- hooks
def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Call hook(gradient) when the gradient of this tensor is known; what it returns replaces it."""
    n = self.node
    if n.rg == PLAIN:
        raise AutogradError(
            "a hook on a tensor that does not require grad would never be called", op="register_hook"
        )

    def on_node(g: Node) -> Node | None:
        out = hook(Tensor(g))
        if out is None:
            return None
        if not isinstance(out, TensorBase) or out.node.shape != g.shape:
            raise AutogradError(f"a hook returned {type(out).__name__}", op="register_hook",
                                expected=f"None or a Tensor of shape {g.shape}")
        return out.node  # type: ignore[no-any-return]
    if n.hooks is None:
        n.hooks = {}
    if n.rg == LEAF:                # a leaf that is written to stands on another node: the hooks move along
        self._hooks = n.hooks
    handle = RemovableHandle(n.hooks, on_node)
    if "retain" in n.hooks:         # what is retained is what all hooks made of it
        n.hooks["retain"] = n.hooks.pop("retain")
    return handle


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
    """Call hook(tensor) after its .grad was updated by backward()."""
    if self.node.rg != LEAF:
        raise AutogradError(
            "only leaves that require grad accumulate", op="register_post_accumulate_grad_hook"
        )
    hooks: dict[int, Any] = self.__dict__.setdefault("_after_accumulate", {})
    return RemovableHandle(hooks, hook)


def retain_grad(self: Tensor) -> None:
    """Keep the gradient of this tensor, which is not a leaf, in .grad when backward() passes."""
    n = self.node
    if n.rg == LEAF:
        return
    if n.rg == PLAIN:
        raise AutogradError("a tensor that does not require grad has no gradient to retain", op="retain_grad")
    if n.hooks is None:
        n.hooks = {}
    me = weakref.ref(self)

    def keep(g: Node) -> None:
        t = me()
        if t is not None:       # held from here on, so the backward in progress computes it
            if modes.capture is not None:
                modes.capture.asks_grad(t)
                modes.capture.sets_grad(t)
            t._grad = Tensor(g if t._grad is None else bind(add_p, (t._grad.node, g)))
    n.hooks["retain"] = keep
    self.__dict__["_retains"] = True


def _backward(
    self: Tensor,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add d(self)/d(leaf) to `.grad` of every leaf: see `autograd.backward`."""
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def install() -> None:
    for name, fn in (("backward", _backward), ("register_hook", register_hook), ("retain_grad", retain_grad),
                     ("register_post_accumulate_grad_hook", register_post_accumulate_grad_hook),
                     ("retains_grad", property(lambda self: "_retains" in self.__dict__))):
        setattr(Tensor, name, fn)


install()
if "inplace" in config.check:
    overwritten.install()

"""What is kept for backward, through hooks of the user's: packed when an operation is recorded, unpacked by
its pullback.

Inside `saved_tensors_hooks` each recorded operation whose derivative reads a value becomes a call with rules
of its own (autodiff/custom.py), in place: it holds what the pack hook made of those values, and applies the
operation's own derivative to what the unpack hook makes of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from retrograd.autodiff.custom import call_node, call_p, output, project_p
from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.passage import alias_of
from retrograd.autodiff.reverse import made_by, pullback
from retrograd.autodiff.rules import residuals
from retrograd.base.errors import ArgumentTypeError, EvaluationError, ShapeError
from retrograd.base.modes import local, modes, no_grad
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import (
    LEAF,
    PLAIN,
    TRACKED,
    Node,
    bind,
    const_p,
    line_text,
    recorder,
    scalar_p,
    user_line,
)
from retrograd.graph.wrapping import TensorBase, wrap
from retrograd.ops.constant import stop


class saved_tensors_hooks:
    """Inside, pack_hook(tensor) is called with each tensor that a derivative will read, and its result kept;
    unpack_hook(result) gives the tensor back when backward comes to it.

    Each operation asks for its own tensors, in the order of its arguments, its result last. The gradients are
    those of what unpack_hook returns. Values that tensors of yours still hold stay in memory as well.

    >>> import retrograd as rg
    >>> x = rg.tensor([5.0], requires_grad=True)
    >>> with rg.autograd.graph.saved_tensors_hooks(lambda t: ("packed", t), lambda kept: kept[1]):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor([10.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook
        self._seen: set[Node] = set()

    def __enter__(self) -> None:
        state = local.state
        if state.no_saving is not None:
            raise EvaluationError(state.no_saving, op="saved_tensors_hooks")
        if state.capture is not None:
            state.capture.stop("what backward reads goes through hooks")
        state.saving.append(self)
        state.limit = -1            # every tensor that comes to be is looked at

    def __exit__(self, *error: object) -> None:
        state = local.state
        state.saving.remove(self)
        self._seen.clear()
        state.limit = -1 if state.saving else 1

    # ------------------------------------------------------------ while it records
    def recorded(self, node: Node) -> None:
        """A tensor has come to be: what its operation recorded is packed. Nodes of one operation bear one
        line of the user's; what an earlier line recorded is not this one's."""
        if not node.rg or modes.levels:
            return
        here = recorder.where or user_line()
        todo, order = [node], []
        while todo:
            n = todo.pop()
            if n in self._seen or n.rg != TRACKED or n.prim in (project_p, call_p) or \
                    (n.where is not None and n.where != here):
                continue
            self._seen.add(n)
            order.append(n)
            todo.extend(n.inputs)
        for n in reversed(order):
            self._pack(n)

    def _pack(self, n: Node) -> None:
        """Exchange an operation for a call, where its derivative reads something."""
        read = set(residuals(n))
        if n.prim.expansion is not None:
            read |= set(n.inputs)
        kept = {k: self.saved(i) for k, i in enumerate(n.inputs) if i in read and not _number(i)}
        if not kept and n not in read:
            return
        plain = tuple([_plain(i) for i in n.inputs])
        value = Node(n.prim, plain, n.params, n.shape, n.dtype, PLAIN, n.value, n.where)
        rules = _Packed(n, kept, self.saved(value) if n in read else None)
        call = call_node(rules, n.inputs)
        call.rg, call.where = TRACKED, n.where
        n.prim, n.inputs, n.params = project_p, (call, value), (0,)

    def saved(self, n: Node) -> Saved:
        """What the pack hook makes of a value."""
        owner = n.owner() if n.rg == LEAF and n.owner is not None else None
        with aside(), no_grad():
            packed = self.pack_hook(wrap(n) if owner is None else owner)
        return Saved(packed, self.unpack_hook, n)


@contextmanager
def aside() -> Iterator[None]:
    """What a hook itself records is nobody's to look at.

    >>> with aside():
    ...     pass
    """
    state = local.state
    limit, saving = state.limit, state.saving
    state.limit, state.saving = 1, []
    try:
        yield
    finally:
        state.limit, state.saving = limit, saving


class Saved:
    """One packed value: what the hook made of it, and how it comes back."""

    def __init__(self, packed: Any, unpack: Callable[[Any], Any], n: Node) -> None:
        self._packed, self._unpack, self._aval = packed, unpack, n.aval

    def again(self) -> Node:
        """The value, without a history."""
        with no_grad():
            found = self._unpack(self._packed)
        if not isinstance(found, TensorBase):
            raise ArgumentTypeError(f"unpack_hook returned a {type(found).__name__}",
                                    op="saved_tensors_hooks",
                                    expected="a Tensor", where=line_text(recorder.where))
        n: Node = found.node
        if n.aval != self._aval:
            raise ShapeError(f"unpack_hook returned {n.aval}", op="saved_tensors_hooks",
                             expected=f"what was packed, {self._aval}", where=line_text(recorder.where))
        return _plain(n)


def with_history(value: Node, of: Node) -> Node:
    """A value with the derivative of the node that it was packed from."""
    if not of.rg or not modes.grad:
        return value
    return output(call_node(_Through(), (of,)), value, 0)


def _plain(n: Node) -> Node:
    if not n.rg:
        return n
    return bind(stop, (n,))


def _number(n: Node) -> bool:
    return n.prim in (const_p, scalar_p)


class _Through:
    """The identity: cotangents and tangents pass."""

    outputs = 1

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        return cotangents

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        return tangents


class _Packed:
    """The rules of an operation whose residuals are packed."""

    outputs = 1

    def __init__(self, n: Node, kept: dict[int, Saved], result: Saved | None) -> None:
        self.op = made_by(n)
        self._prim, self._params, self._aval = n.prim, n.params, n.aval
        self._inputs, self._kept, self._result = n.inputs, kept, result

    def _again(self) -> tuple[Node, list[Node]]:
        """(the operation on what was unpacked, the aliases it reads)."""
        aliases = []
        for k, i in enumerate(self._inputs):
            value = with_history(self._kept[k].again(), i) if k in self._kept else i
            aliases.append(alias_of(value) if i.rg else value)
        shape, dtype = self._aval.shape, self._aval.dtype
        node = Node(self._prim, tuple(aliases), self._params, shape, dtype, TRACKED, None, recorder.where)
        if self._result is not None:
            value = self._result.again()
            evaluate([value])
            node.value = value.value
        return node, aliases

    def pullback(self, cotangents: list[Node | None]) -> Sequence[Node | None]:
        """By the operation's own derivative."""
        node, aliases = self._again()
        g, = cotangents
        if g is None:
            return [None] * len(aliases)
        ends = [a for a in dict.fromkeys(aliases) if a.rg]
        found = pullback([node], [g], ends, create_graph=modes.grad, ends=True)[0]
        return [found.get(a) for a in aliases]

    def pushforward(self, tangents: list[Node | None]) -> Sequence[Node | None]:
        """By the operation's own derivative."""
        node, aliases = self._again()
        return pushforward([node], {a: t for a, t in zip(aliases, tangents) if t is not None})


@contextmanager
def save_on_cpu(pin_memory: bool = False, device_type: str = "cuda") -> Iterator[None]:
    """Nothing to do: everything is kept on the CPU.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.save_on_cpu():
    ...     y = rg.ones(2) * 2
    """
    yield


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside, `saved_tensors_hooks` raises with that message.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.disable_saved_tensors_hooks("not here"):
    ...     with rg.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x):
    ...         pass
    Traceback (most recent call last):
    retrograd.base.errors.EvaluationError: saved_tensors_hooks: not here.
    """
    state = local.state
    before, state.saving, state.no_saving = (state.saving, state.no_saving), [], error_message
    try:
        yield
    finally:
        state.saving, state.no_saving = before
        state.limit = -1 if state.saving else state.limit


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """Nothing to do: what backward will want keeps its old value when a tensor is written to.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.allow_mutation_on_saved_tensors():
    ...     x = rg.tensor([3.0], requires_grad=True) * 1
    ...     y = x * x
    ...     _ = x.mul_(100)
    """
    yield

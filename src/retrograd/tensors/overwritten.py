"""RETROGRAD_CHECK=inplace: a backward goes in; PyTorch's error comes out where something that it needs was
written over after it was recorded.

Here such a backward is right anyway: a node keeps the value it was recorded with. In PyTorch a tensor keeps
its memory, so code that must run there too wants to know. While the check is on, a node is marked with the
storage that it showed and how often that had been written; nothing is marked otherwise.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from retrograd.autodiff.expand import meaning_of, must_expand, opened, stands_apart
from retrograd.autodiff.reverse import downward, made_by
from retrograd.autodiff.rules import residuals
from retrograd.base.dtype import INTEGER
from retrograd.base.errors import InplaceError
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, line_text, user_line
from retrograd.graph.wrapping import hooks
from retrograd.ops.pointwise import abs_
from retrograd.tensors import inplace
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

REMEMBERED = 16             # writes to one memory
# What PyTorch keeps, where our rules read something else: inputs by position, and "y", the result.
PYTORCH_KEEPS: dict[str, tuple[Any, ...]] = {
    "div": (0, 1), "erfinv": (0,), "layer_norm": (0, 1), "log_softmax": ("y",), "prod": (0, "y"),
}


class Write(NamedTuple):
    """Where memory was written, and the nodes that the operation itself made."""

    place: Any
    own: frozenset[Node]


def check(roots: Sequence[Tensor]) -> None:
    """An error where memory that a derivative reads was written since."""
    for n in downward([t.node for t in roots]):
        if n.inputs:
            for r in dict.fromkeys(m for k in kept(n) for m in _memories(k, n)):
                _compare(r, n)


def _compare(r: Node, n: Node) -> None:
    storage, seen = r.shows
    now = _version(storage)
    known = getattr(storage, "writes", {})
    first = known.get(seen + 1)
    # What an operation in place reads of what it overwrites, PyTorch copies first.
    if now > seen and (first is None or n not in first.own):
        place = line_text(first.place) if first is not None else ""
        raise InplaceError(
            f"{'the result of ' if r is n else 'an input of '}{made_by(n)} ({r.dtype.name} "
            f"{tuple(r.shape)}), which its derivative reads, was modified by an inplace operation at "
            f"{place or 'a place that was not noted (a step of an optimizer, say)'}; it is at version {now}, "
            f"expected version {seen}", op="backward",
            fix="Write to another tensor (x = x + 1 in place of x += 1), or use x.clone() before. "
                "Without RETROGRAD_CHECK=inplace the gradient is right here, but PyTorch raises.",
            where=line_text(n.where))


def kept(n: Node) -> Iterable[Node]:
    """The nodes that the derivative of a node reads: of a composite, those of what it means that are its own
    inputs or its result."""
    inputs = n.owner if opened(n) else n.inputs
    told = PYTORCH_KEEPS.get(made_by(n))
    if told is not None:
        if made_by(n) == "div":         # a number over x is the number times 1 / x
            told = told[not inputs[1].rg:] if inputs[0].inputs or inputs[0].shape else ()
        return [n if k == "y" else inputs[k] for k in told]
    if not (opened(n) or must_expand(n) or stands_apart(n)):
        return residuals(n)
    meaning = n.inputs[0] if opened(n) else meaning_of(n)
    inner = topological([meaning], through_values=True, tracked=True, ends=frozenset(inputs))
    found = [_seen(r, inputs) for m in inner if m.rg and m not in inputs for r in kept(m)]
    return [n if r is meaning else r for r in found if r is meaning or r in inputs]


def _seen(r: Node, inputs: Sequence[Node]) -> Node:
    """What a node is a view of, down to the inputs."""
    while r.prim.strided and r not in inputs:
        r = r.inputs[0]
    return r


def _memories(r: Node, n: Node) -> Iterable[Node]:
    """The marked nodes that a kept one was read from, by views or inside the same call of the user's."""
    found: list[Node] = []
    stack, seen = [r], set()
    while stack:
        m = stack.pop()
        if m in seen:
            continue
        seen.add(m)
        marked = getattr(m, "shows", None)
        if marked:
            found.append(m)
        elif marked is None and m is not n and (m.prim.strided or _beside(m, n) and n.prim is not abs_
                                                and m.dtype.kind != INTEGER):
            stack += m.inputs
    return found


def _beside(m: Node, n: Node) -> bool:
    """Whether one call of the user's recorded both."""
    return m.where == n.where and m.where is not None


# ---------------------------------------------------------------- marks
def _version(storage: Storage) -> int:
    return storage.version - storage.quiet


def _mark(t: Tensor) -> None:
    """The node of a tensor shows its memory as it is now; of one that had to be copied, none."""
    if getattr(t._node, "shows", None) is None:
        t._node.shows = () if t._storage is None else (t._storage, _version(t._storage))


def _made(written: Node) -> frozenset[Node]:
    """The nodes that an operation in place made on its way to what it writes."""
    found, stack = set(), [written] if written.rg else []
    while stack:
        m = stack.pop()
        if m not in found and getattr(m, "shows", None) is None and _beside(m, written):
            found.add(m)
            stack += m.inputs
    return frozenset(found)


def install() -> Callable[[], None]:
    """Switch the marks on; what comes back switches them off."""
    before = {(Tensor, name): getattr(Tensor, name) for name in ("_own", "_refresh", "_shared")} | \
        {(hooks, "wrap_view"): hooks.wrap_view, (Storage, "write"): Storage.write,
         (inplace, "_kind"): inplace._kind}
    own, refresh, shared, _, write, _ = before.values()

    def marked_own(self: Tensor) -> Storage:
        fresh = self._storage is None
        out: Storage = own(self)
        if fresh:
            _mark(self)
        return out

    def marked_refresh(self: Tensor) -> Node:
        out: Node = refresh(self)
        _mark(self)
        return out

    def marked_shared(self: Tensor, view: Any) -> Tensor:
        out: Tensor = shared(self, view)
        _mark(out)
        return out

    def noted_write(self: Storage, node: Node) -> None:
        made = _made(node)
        write(self, node)
        if getattr(self, "writes", None) is None:
            self.writes = OrderedDict()
        self.writes[_version(self)] = Write(user_line(), made)
        if len(self.writes) > REMEMBERED:
            self.writes.popitem(last=False)

    def written_over(t: Tensor) -> None:
        """No memory is written over where it lies: its nodes would show what they did not."""

    for (owner, name), with_marks in zip(before, (marked_own, marked_refresh, marked_shared, marked_shared,
                                                  noted_write, written_over)):
        setattr(owner, name, with_marks)

    def undo() -> None:
        for (owner, name), plain in before.items():
            setattr(owner, name, plain)
    return undo

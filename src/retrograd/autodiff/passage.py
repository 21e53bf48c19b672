"""Into a transformation and out of it: arguments stand on aliases, results depend on them through these.

There are no levels and no tags: the derivative is taken with respect to the aliases, so whatever else the
function reads is a constant, and an outer transformation walks through the aliases as through any node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd.autodiff.custom import project_p
from retrograd.autodiff.walk import order_between
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError
from retrograd.base.pytree import Structure, flatten, unflatten
from retrograd.graph.node import LEAF, PLAIN, TRACKED, Node, bind, release
from retrograd.graph.wrapping import Tensor, TensorBase, wrap
from retrograd.ops import linear as lin
from retrograd.ops.constant import stop
from retrograd.ops.linear import alias_p


def alias_of(x: Node) -> Node:
    """A node of the same value at which cotangents are collected or a tangent starts."""
    n = bind(alias_p, (x,))
    n.rg = TRACKED
    return n


def enter(op: str, tree: Any, name: str, outside: bool) -> tuple[Any, list[Node]]:
    """The tree with its tensors on aliases, and these. Without gradients `outside`, the history ends here."""
    leaves, structure = flatten(tree)
    aliases = []
    for x in leaves:
        if not isinstance(x, TensorBase):
            raise ArgumentTypeError(
                f"{name} holds a {type(x).__name__}",
                op=op,
                expected="tensors",
                fix="Pass it as another argument (see argnums), or through functools.partial.",
            )
        n = x.node
        if not n.dtype.smooth:
            raise DTypeError(f"{name} holds a tensor of {n.dtype.name}, which has no derivative", op=op,
                             expected="floating-point tensors", fix="Leave it out of argnums, or convert it.")
        aliases.append(alias_of(n if outside or not n.rg else bind(stop, (n,))))
    return unflatten(structure, [wrap(a) for a in aliases]), aliases


def chosen(op: str, args: Sequence[Any], argnums: int | tuple[int, ...]) -> tuple[int, ...]:
    """The positions that argnums names, as non-negative numbers."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for k in numbers:
        if not isinstance(k, int) or not -len(args) <= k < len(args):
            raise ArgumentError(
                f"argnums is {argnums!r}, the call has {len(args)} positional arguments",
                op=op,
                expected="positions of arguments",
            )
    positions = tuple(k % len(args) for k in numbers)
    if len(set(positions)) < len(positions) or not positions:
        raise ArgumentError(f"argnums is {argnums!r}", op=op, expected="different positions, at least one")
    return positions


def enter_arguments(op: str, args: Sequence[Any], argnums: int | tuple[int, ...], outside: bool,
                    ) -> tuple[list[Any], list[Node], Structure]:
    """All arguments, those of argnums on aliases; the aliases; the structure of a gradient."""
    new = list(args)
    aliases: list[Node] = []
    for k in chosen(op, args, argnums):
        new[k], more = enter(op, args[k], f"argument {k}", outside)
        aliases += more
    picked = new[argnums] if isinstance(argnums, int) else tuple(new[k] for k in argnums)
    return new, aliases, flatten(picked)[1]


def tensors_of(op: str, tree: Any, what: str) -> tuple[list[Node], Structure]:
    """The nodes of a tree of tensors."""
    leaves, structure = flatten(tree)
    for x in leaves:
        if not isinstance(x, TensorBase):
            raise ArgumentTypeError(
                f"{what} holds a {type(x).__name__}",
                op=op,
                expected="tensors",
                fix="Return tensors only; with has_aux=True a second output may be anything."
                if what == "the output"
                else "",
            )
    return [x.node for x in leaves], structure


def with_aux(op: str, out: Any, has_aux: bool) -> tuple[Any, Any]:
    """(output, aux) of a function that returns a pair if has_aux, else (output, None)."""
    if not has_aux:
        return out, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise ArgumentTypeError(f"with has_aux=True the function returned a {type(out).__name__}", op=op,
                                expected="a tuple (output, aux)")
    return out


class Aux:
    """The tensors in what a function returned on the side, to be rebuilt from the nodes of the outside."""

    def __init__(self, tree: Any) -> None:
        self.leaves, self.structure = flatten(tree)
        self.nodes: list[Node] = [x.node for x in self.leaves if isinstance(x, TensorBase)]

    def rebuilt(self, nodes: Sequence[Node]) -> Any:
        fresh = iter(nodes)
        return unflatten(
            self.structure, [wrap(next(fresh)) if isinstance(x, TensorBase) else x for x in self.leaves]
        )


def leave(results: Sequence[Node], aliases: Sequence[Node], outside: bool) -> list[Node]:
    """The results as the outside sees them: tracked only where something outside is.

    A node that was tracked for the sake of the aliases alone becomes plain; it stays the same node, so
    nothing is recorded twice, and a graph without history runs as one program.
    """
    ends = frozenset(aliases)
    changed: set[Node] = set()
    for n in order_between([r for r in results if r.rg], ends, tracked=True):
        if n in ends:
            if n.inputs[0].rg:
                continue
        elif n.rg == LEAF or not any(i in changed for i in n.inputs) or any(i.rg for i in n.inputs):
            continue
        n.rg = PLAIN
        changed.add(n)
        if n.prim is project_p:         # without derivative the output of a custom function is its value
            n.prim, n.inputs, n.params = alias_p, n.inputs[1:], ()
        if n.value is not None:
            release(n)
    return [r if outside or not r.rg else bind(stop, (r,)) for r in results]


def seen_from_outside(results: Sequence[Node], aliases: Sequence[Node], outside: bool) -> list[Node]:
    """As `leave`, but the graph stays as it is, to be walked again (vjp, linearize)."""
    ends = frozenset(aliases)
    true: set[Node] = set()
    for n in order_between([r for r in results if r.rg], ends, tracked=True):
        if n in ends:
            reaches = bool(n.inputs[0].rg)
        else:
            above = [i for i in n.inputs if i.rg]
            reaches = n.rg == LEAF or not above or any(i in true for i in above)
        if reaches:
            true.add(n)
    return [r if not r.rg or (outside and r in true) else bind(stop, (r,)) for r in results]


def matching(
    op: str, tree: Any, structure: Structure, like: Sequence[Node], name: str, of: str
) -> list[Node]:
    """Cotangents or tangents given by the user, which must fit what they belong to."""
    leaves, given = flatten(tree)
    if given != structure and not (len(leaves) == len(like) == 1):
        raise ArgumentError(
            f"{name} differ in structure from the {of}: {len(leaves)} tensors for {len(like)}",
            op=op,
            expected=f"one tensor for each of the {of}, nested in the same way",
        )
    out = []
    for k, (t, n) in enumerate(zip(leaves, like)):
        if not isinstance(t, TensorBase):
            raise ArgumentTypeError(f"{name}[{k}] is a {type(t).__name__}", op=op, expected="a Tensor")
        if t.node.shape != n.shape:
            raise ArgumentError(
                f"{name}[{k}] has shape {t.node.shape}, the value it belongs to {n.shape}",
                op=op,
                expected="equal shapes",
            )
        out.append(lin.cast(t.node, n.dtype))
    return out


def zero_like(n: Node) -> Node:
    return lin.zeros(n.aval)


def rebuilt(structure: Structure, nodes: Sequence[Node]) -> Any:
    """The tree of that structure, of tensors on those nodes."""
    return unflatten(structure, [wrap(n) for n in nodes])


__all__ = ["Aux", "Tensor", "alias_of", "chosen", "enter", "enter_arguments", "leave", "matching", "rebuilt",
           "seen_from_outside", "tensors_of", "with_aux", "zero_like"]

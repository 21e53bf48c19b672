"""Reverse mode: walk the nodes down once, each handing its inputs their share of the cotangent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from retrograd.autodiff.custom import call_p, project_p, rules_of
from retrograd.autodiff.expand import expand_node, meaning_of, must_expand, opened, stands_apart
from retrograd.autodiff.pieces import Piece, Row, total
from retrograd.autodiff.rules import vjp
from retrograd.base.errors import AutogradError
from retrograd.base.modes import modes
from retrograd.graph.graph import NOWHERE, topological
from retrograd.graph.node import LEAF, Node, bind, freed_p, line_text, recorder
from retrograd.ops.linear import alias_p, concat_p, full, pad, slice_p, slice_transposed


class After:
    """A hook on what a node hands to its inputs: hook(shares, cotangent) may give others."""

    __slots__ = ("_hook", "_cotangent")

    def __init__(self, hook: Callable[[Sequence[Any], Node], Sequence[Any] | None]) -> None:
        self._hook = hook

    def __call__(self, g: Node) -> None:
        self._cotangent = g             # called with the other hooks, before

    def after(self, shares: Sequence[Any]) -> Sequence[Any]:
        """What the hook makes of the shares."""
        out = self._hook(shares, self._cotangent)
        del self._cotangent
        return shares if out is None else out


def second_time(n: Node) -> AutogradError:
    """The error of a graph that was freed."""
    return AutogradError(
        "trying to go backward through the graph a second time, but it was freed by the first",
        op="backward",
        expected="one backward for one forward",
        fix="Call backward(retain_graph=True) the first time, or compute the loss again; what is carried "
            "from step to step (a hidden state, a running loss) needs .detach() .",
        where=line_text(n.where),
    )


def pullback(roots: Sequence[Node], cotangents: Sequence[Node], wrt: Sequence[Node] | None = None, *,
             create_graph: bool = False, ends: bool = False, trace: list[tuple[Node, Node]] | None = None,
             ) -> tuple[dict[Node, Node], list[Node]]:
    """Cotangents of the nodes `wrt` (None: of every leaf) and the nodes whose rules ran.

    g_x = sum over the uses of x of J^T g. Each node is visited once, after all its uses. A composite is one
    node: what meets at its inputs inside is added up there first, so a graph gives the same bits whether
    composites are walked through or applied as one. What slices of x hand back is put side by side and added
    last (pieces.py). With `ends` the nodes wrt were made for this walk, which
    does not look below them. `trace` collects (node, cotangent it handed on).
    """
    below = frozenset(wrt) if ends and wrt else NOWHERE
    order = downward([r for r in roots if r.rg], below)
    if not ends:
        for n in order:
            if n.prim is freed_p and n.rg != LEAF:
                raise second_time(n)
    needed = _toward(order, wrt, below) if wrt is not None else None
    wanted = set(wrt) if wrt is not None else None
    cot: dict[Node, Any] = {}
    cut: dict[Node, list[Piece]] = {}
    result: dict[Node, Node] = {}
    walked: list[Node] = []
    before = modes.grad, recorder.where
    modes.grad = create_graph
    try:
        for r, g in zip(roots, cotangents):
            if r.rg:
                cot[r] = g if r not in cot else cot[r] + g
        for n in reversed(order):
            g = cot.pop(n, None)
            if n in cut:
                whole = joined(n, cut.pop(n))
                g = whole if g is None else g + whole
            if g is None:
                continue
            if n in below:
                result[n] = g
                continue
            recorder.where = n.where
            if n.hooks:
                for hook in list(n.hooks.values()):
                    g = hook(g) or g
            if n in wanted if wanted is not None else n.rg == LEAF:
                result[n] = g
            if n.rg == LEAF or not n.inputs:
                continue
            inputs = reads(n)
            if needed is not None and not any(i in needed for i in inputs):
                continue
            walked.append(n)
            if n.prim is slice_p and not n.hooks:
                cut.setdefault(inputs[0], []).append(Piece(n.params, n.shape, g))
                if trace is not None:
                    trace.append((n, g))
                continue
            if n.prim is project_p:
                _meet(cot, n, g)
                continue
            if must_expand(n):
                expand_node(n)
            shares: Sequence[Any]
            if n.prim is call_p:
                of_each: Any = g        # by number of the output
                shares = rules_of(n).pullback([of_each.get(k) for k in range(rules_of(n).outputs)])
            elif opened(n) or stands_apart(n):
                inputs = tuple([x for x in dict.fromkeys(inputs) if x.rg and (needed is None or x in needed)])
                meaning = n.inputs if opened(n) else [meaning_of(n)]
                inner = pullback(meaning, [g], inputs, create_graph=create_graph, ends=True, trace=trace)[0]
                shares = [inner.get(x) for x in inputs]
            else:
                shares = vjp(n, g, needed)
            if n.hooks:
                for hook in [h for h in n.hooks.values() if h.__class__ is After]:
                    shares = hook.after(shares)
            for x, gx in zip(inputs, shares):
                if gx is None or not x.rg or (needed is not None and x not in needed):
                    continue
                if trace is not None:
                    trace.append((n, gx))
                old = cot.get(x)
                cot[x] = gx if old is None else old + gx
    finally:
        modes.grad, recorder.where = before
    return result, order if wrt is None else walked


def reads(n: Node) -> tuple[Node, ...]:
    """The inputs of a node; of an opened composite those that it had."""
    return n.owner if opened(n) else n.inputs       # type: ignore[no-any-return]


def downward(roots: Sequence[Node], below: AbstractSet[Node] = NOWHERE) -> list[Node]:
    """The nodes on the way to a derivative, inputs first; composites are not looked into."""
    return topological(roots, through_values=True, tracked=True, ends=below, reads=reads)


def joined(x: Node, pieces: Sequence[Piece]) -> Node:
    """The cotangent of x from those of its slices."""
    def padded(p: Piece) -> Node:
        return pad(p.g, *slice_transposed(x.shape, p.shape, *p.params))

    def side_by_side(row: Row) -> Node:
        d = row.axis
        parts = [p.g if p.__class__ is Piece else full(0, (*x.shape[:d], p, *x.shape[d + 1:]), x.dtype)
                 for p in row.parts]
        return bind(concat_p, tuple(parts), (d,))
    return total(x.shape, pieces, padded, side_by_side, Node.__add__)      # type: ignore[no-any-return]


def _meet(cot: dict[Node, Any], n: Node, g: Node) -> None:
    """Hand the cotangent of one output of a call to the call."""
    gathered = cot.setdefault(n.inputs[0], {})
    index = n.params[0]
    gathered[index] = g if index not in gathered else gathered[index] + g


def _toward(order: list[Node], wrt: Sequence[Node], below: Any) -> set[Node]:
    """The nodes from which some node of `wrt` is reached."""
    needed = set(wrt)
    for n in order:
        if n not in needed and n.rg != LEAF and n not in below and any(i in needed for i in reads(n)):
            needed.add(n)
    return needed


def made_by(n: Node) -> str:
    """The name of what made a node: the composite's, where it was replaced by its meaning."""
    return str(n.params[0]) if n.prim is alias_p and n.params else n.prim.name


def free(order: Sequence[Node]) -> None:
    """Drop what the walked nodes kept; walking them again is an error."""
    for n in order:
        if n.rg != LEAF and n.inputs:
            n.prim, n.inputs, n.params, n.hooks, n.owner = freed_p, (), (made_by(n),), None, None

"""Forward mode: walk the same nodes up, carrying tangents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from retrograd.autodiff.custom import call_p, project_p, rules_of
from retrograd.autodiff.expand import meaning_of, stands_apart
from retrograd.autodiff.rules import jvp
from retrograd.autodiff.walk import order_between
from retrograd.graph.node import Node, recorder


def pushforward(roots: Sequence[Node], tangents: Mapping[Node, Node]) -> list[Node | None]:
    """Tangents of the roots (None: zero) for given tangents of some nodes: dy = J dx."""
    tan: dict[Node, Any] = dict(tangents)
    before = recorder.where
    try:
        for n in order_between(roots, tangents.keys()):
            if n in tan or not n.inputs:
                continue
            incoming = [tan.get(i) for i in n.inputs]
            if all(t is None for t in incoming):
                continue
            recorder.where = n.where
            out: Any
            if n.prim is call_p:
                out = rules_of(n).pushforward(incoming)
            elif n.prim is project_p:
                out = incoming[0][n.params[0]] if incoming[0] is not None else incoming[1]
            elif stands_apart(n):
                given = {i: t for i, t in zip(n.inputs, incoming) if t is not None}
                out, = pushforward([meaning_of(n)], given)
            else:
                out = jvp(n, incoming)
            if out is not None:
                tan[n] = out
    finally:
        recorder.where = before
    return [tan.get(r) for r in roots]

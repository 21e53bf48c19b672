"""Read vjp and jvp of one node off the one derivative its primitive declares."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from retrograd.autodiff.custom import call_p, kept_by
from retrograd.base.config import config
from retrograd.base.dtype import bool_
from retrograd.graph.node import Node, bind, const
from retrograd.ops import complex as plane
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw


def scaled(g: Node, d: Any, singular: bool) -> Node | None:
    """g times a local derivative: a number, a node, or a boolean node that selects."""
    if d is None:
        return None
    if d.__class__ is not Node:
        return g if d == 1 else -g if d == -1 else g * d if d else lin.full(0, g.shape, g.dtype)
    if d.dtype is bool_:
        return bind(pw.where, (d, g, const(0.0, g.dtype)))
    if singular and not config.strict_ieee:
        return bind(pw.guarded_mul, (g, d))
    return g * d


def _fitted(g: Node | None, x: Node) -> Node | None:
    """The cotangent of a shape () operand beside larger ones is the sum over the elements it served."""
    if g is None or g.shape == x.shape:
        return g
    return lin.reduce_sum(g, tuple(range(g.ndim)))


def vjp(node: Node, g: Node, needed: Set[Node] | None = None) -> tuple[Node | None, ...]:
    """Cotangents of the node's inputs (None: none), given the cotangent of its output. Of inputs that are not
    `needed` a rule may leave them out.

    Rules are written for real numbers, g -> J^T g. A cotangent of complex numbers is (dL/da) + i (dL/db),
    as in PyTorch, and goes back by J^H: the rule between two conjugations. It is the only place for them.
    """
    if not node.dtype.is_complex or node.prim.real:
        return _transposed(node, g, needed)
    shares = _transposed(node, plane.conj(g), needed)
    return tuple([None if share is None else plane.conj(share) for share in shares])


def _transposed(node: Node, g: Node, needed: Set[Node] | None) -> tuple[Node | None, ...]:
    """g -> J^T g, by the rule."""
    prim = node.prim
    inputs = node.inputs
    if prim.partials is not None:
        if prim.family == "reduction":
            up = lin.expand(g, inputs[0].shape, node.params[0])
            return (scaled(up, prim.partials[0](node), prim.singular),)
        return tuple([_fitted(scaled(g, rule(node), prim.singular), x) if rule is not None and x.rg else None
                      for rule, x in zip(prim.partials, inputs)])
    if prim.transpose is not None:
        if prim.variadic:
            return tuple(prim.transpose[0](node, g))
        return tuple([_fitted(rule(node, g), x) if rule is not None and x.rg else None
                      for rule, x in zip(prim.transpose, inputs)])
    if prim.vjp is not None:
        return tuple(prim.vjp(node, g, needed=needed))
    assert not prim.differentiable, f"{prim} is an expansion and must be expanded before it is differentiated"
    return (None,) * len(inputs)


def jvp(node: Node, tangents: list[Node | None]) -> Node | None:
    """Tangent of the node's output (None: zero), given those of its inputs."""
    prim = node.prim
    out: Node | None = None
    if prim.partials is not None:
        for rule, dx in zip(prim.partials, tangents):
            if rule is None or dx is None:
                continue
            term = scaled(dx, rule(node), prim.singular)
            if prim.family == "reduction" and term is not None:
                term = lin.reduce_sum(term, node.params[0])
            out = term if out is None or term is None else out + term
    elif prim.transpose is not None:
        out = _linear_jvp(node, tangents)
    elif prim.jvp is not None:
        out = prim.jvp(node, None, tangents)
    if out is not None and out.shape != node.shape:
        out = lin.expand(out, node.shape, tuple(range(len(node.shape))))
    return out


def _linear_jvp(node: Node, tangents: list[Node | None]) -> Node | None:
    """The primitive applied to the tangents: once for each group of inputs it is jointly linear in."""
    prim = node.prim
    groups = prim.linear or (tuple(range(len(node.inputs))),)
    out: Node | None = None
    for group in groups:
        if all(tangents[k] is None for k in group):
            continue
        inputs = list(node.inputs)
        for k in group:
            t = tangents[k]
            inputs[k] = lin.zeros(node.inputs[k].aval) if t is None else t
        term = bind(prim, tuple(inputs), node.params)
        out = term if out is None else out + term
    return out


def residuals(node: Node) -> list[Node]:
    """The nodes whose values the reverse rule of this node reads."""
    if node.prim is call_p:
        return list(kept_by(node))
    if node.prim.reads is not None:
        return node.prim.reads(node)
    out: list[Node] = []
    keeps = node.prim.keeps
    per_input = len(keeps) == len(node.inputs)
    for k, names in enumerate(keeps):
        if per_input and not node.inputs[k].rg:
            continue
        for name in names:
            if name == "y":
                out.append(node)
            elif name == "inputs":
                out.extend(node.inputs)
            else:
                out.append(node.inputs[name])
    return out



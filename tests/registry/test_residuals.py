"""What a rule names is all it reads: the rest of the forward may go; and what it names it does read."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.autodiff.expand import expanded
from retrograd.autodiff.rules import residuals
from retrograd.engine.evaluate import evaluate
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const_p, hole_p, release, scalar_p


def _forward(call: Any, tools: Any) -> tuple[list[Node], Node, list[Node]]:
    """Operands, output, and the nodes between them, expansions replaced."""
    xs = call.leaves(tools.LEAF)
    y = call.bind(xs)
    expanded([y])
    nodes = [n for n in topological([y], through_values=True) if n.prim not in (const_p, scalar_p)]
    return xs, y, nodes


def _kept(nodes: list[Node]) -> set[Node]:
    """(Structural numbers cost nothing.)"""
    return {r for n in nodes if n.rg and n.inputs for r in residuals(n) if r.prim is not const_p}


def _start(y: Node, tools: Any, rng: np.random.Generator) -> Node:
    return tools.given([np.asarray(tools.drawn(rng, y.shape, y.dtype.np))])[0]


def test_declared_residuals_suffice(differentiable_call: Any, tools: Any, law: Any,
                                    rng: np.random.Generator) -> None:
    """After the forward everything but the residuals loses its value; the pullback comes to the same bits."""
    g = rng.bit_generator.state
    xs, y, _ = _forward(differentiable_call, tools)
    expected = tools.values(tools.vjp(y, _start(y, tools, rng), xs))

    rng.bit_generator.state = g
    xs, y, nodes = _forward(differentiable_call, tools)
    grads = tools.vjp(y, _start(y, tools, rng), xs)
    kept = _kept(nodes)
    evaluate([n for n in kept if n.value is None])
    for n in nodes:
        if n in kept:
            release(n)
        else:
            n.prim, n.inputs, n.params, n.value = hole_p, (), (), None
    for got, want in zip(tools.values(grads), expected, strict=True):
        law.holds((got is None) == (want is None), str(differentiable_call))
        if want is not None:
            law.same_bits(got, want, str(differentiable_call))


def test_declared_residuals_are_read(differentiable_call: Any, tools: Any, law: Any,
                                     rng: np.random.Generator) -> None:
    """A value that is kept and never read is memory lost for the length of a forward pass."""
    xs, y, nodes = _forward(differentiable_call, tools)
    g = _start(y, tools, rng)
    grads = [n for n in tools.vjp(y, g, xs) if n is not None]
    forward = set(nodes)
    read = {i for n in topological(grads,
                                   through_values=True) if n not in forward for i in n.inputs if i in forward}
    read |= forward & set(grads)
    law.holds(_kept(nodes) <= read, f"{differentiable_call} keeps {_kept(nodes) - read} for nothing")

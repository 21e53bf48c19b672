"""A composite kept as one node is its expansion: value, both modes, second order."""

from __future__ import annotations

from typing import Any

import numpy as np

ROUNDINGS = 64 * 2.2e-16        # the two sum in different orders; samples have some ten terms


def _pair(call: Any, tools: Any) -> tuple[list[Any], Any, Any]:
    """Operands, the node, and what it says it means, written out."""
    xs = call.leaves(tools.LEAF)
    return xs, call.bind(xs), call.prim.expansion(*xs, *call.params)


def test_the_expansion_has_the_shape_and_dtype_of_the_node(expansion_call: Any, tools: Any, law: Any) -> None:
    _, node, meaning = _pair(expansion_call, tools)
    law.holds(node.aval == meaning.aval, f"{expansion_call}: {meaning.aval} for {node.aval}")


def test_the_value_is_that_of_the_expansion(expansion_call: Any, tools: Any, law: Any) -> None:
    _, node, meaning = _pair(expansion_call, tools)
    got, expected = tools.values([node, meaning])
    law.close(got, expected, ROUNDINGS, scale=1.0, what=str(expansion_call))


def test_the_pushforward_is_that_of_the_expansion(expansion_call: Any, tools: Any, law: Any,
                                                  rng: np.random.Generator) -> None:
    xs, node, meaning = _pair(expansion_call, tools)
    dx = tools.given(expansion_call.direction(rng))
    got, expected = tools.values([tools.jvp(node, xs, dx), tools.jvp(meaning, xs, dx)])
    law.close(got, expected, ROUNDINGS, scale=1.0, what=str(expansion_call))


def test_the_pullback_is_that_of_the_expansion(expansion_call: Any, tools: Any, law: Any,
                                               rng: np.random.Generator) -> None:
    xs, node, meaning = _pair(expansion_call, tools)
    g, = tools.given([np.asarray(rng.uniform(-1, 1, node.shape), node.dtype.np)])
    for got, expected in zip(tools.values(tools.vjp(node, g, xs)), tools.values(tools.vjp(meaning, g, xs)),
                             strict=True):
        law.holds((got is None) == (expected is None), str(expansion_call))
        if got is not None:
            law.close(got, expected, ROUNDINGS, scale=1.0, what=str(expansion_call))


def test_the_second_derivative_is_that_of_the_expansion(expansion_call: Any, tools: Any, law: Any,
                                                        rng: np.random.Generator) -> None:
    """d/dx <J^T g, v>, reverse over reverse and forward over reverse."""
    call = expansion_call
    xs, node, meaning = _pair(call, tools)
    g, = tools.given([np.asarray(rng.uniform(-1, 1, node.shape), node.dtype.np)])
    v, u = tools.given(call.direction(rng)), tools.given(call.direction(rng))
    found = []
    for y in (node, meaning):
        slope = tools.dot(list(zip(tools.vjp(y, g, xs), v)))
        one, = tools.given([np.ones((), slope.dtype.np)])
        back = tools.vjp(slope, one, xs) if slope.rg else []
        found.append(tools.values([tools.jvp(slope, xs, u), *back]))
    for got, expected in zip(*found, strict=True):
        law.holds((got is None) == (expected is None), str(call))
        if got is not None:
            law.close(got, expected, 4 * ROUNDINGS, scale=1.0, what=str(call))

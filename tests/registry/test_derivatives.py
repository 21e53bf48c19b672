"""Derivatives of every primitive: against finite differences and each other; second order in any nesting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


@pytest.fixture
def xs_and_y(differentiable_call: Any, tools: Any) -> tuple[list[Any], Any]:
    xs = differentiable_call.leaves(tools.LEAF)
    return xs, differentiable_call.bind(xs)


def _step(call: Any) -> float:
    """The step that balances truncation (h^2) and rounding (eps / h) of a central difference."""
    return call.eps ** (1 / 3)


def _directions(call: Any, rng: np.random.Generator) -> list[list[Any]]:
    """All operands at once, and each alone."""
    everything = [call.direction(rng)]
    if len(call.floats) > 1:
        for k in call.floats:
            everything.append([d if j == k else None for j, d in enumerate(call.direction(rng))])
    return everything


def test_pushforward_is_the_central_difference(differentiable_call: Any, tools: Any, law: Any,
                                               rng: np.random.Generator) -> None:
    call, h = differentiable_call, _step(differentiable_call)
    for dx in _directions(call, rng):
        ahead, behind = (tools.double(call.moved(dx, step).value()) for step in (h, -h))
        numeric = (ahead - behind) / (2 * h)
        xs = call.leaves(tools.LEAF)
        y = call.bind(xs)
        dy, = tools.values([tools.jvp(y, xs, tools.given(dx))])
        # 300 h^2: third derivatives of the samples stay below some hundred.
        law.close(np.zeros(y.shape, y.dtype.np) if dy is None else np.broadcast_to(dy, y.shape), numeric,
                  300 * h * h, scale=1.0, what=str(call))


def test_pullback_is_the_adjoint_of_pushforward(differentiable_call: Any, tools: Any, law: Any,
                                                rng: np.random.Generator) -> None:
    call = differentiable_call
    for dx in _directions(call, rng):
        xs = call.leaves(tools.LEAF)
        y = call.bind(xs)
        g = tools.drawn(rng, y.shape, y.dtype.np)
        dy, *gx = tools.values([tools.jvp(y, xs, tools.given(dx)), *tools.vjp(y, tools.given([g])[0], xs)])
        forward = tools.inner(g, dy)
        backward = sum(tools.inner(a, b) for a, b in zip(gx, dx))
        # 1e-12 in double precision: 4500 roundings.
        law.close(backward, forward, 4500 * call.eps, scale=1.0, what=str(call))


def test_pullback_gives_operands_their_shape_and_dtype(differentiable_call: Any, xs_and_y: Any, tools: Any,
                                                       law: Any, rng: np.random.Generator) -> None:
    xs, y = xs_and_y
    g = tools.drawn(rng, y.shape, y.dtype.np)
    for x, gx in zip(xs, tools.vjp(y, tools.given([g])[0], xs)):
        law.holds(gx is None or gx.aval == x.aval, f"{differentiable_call}: {gx} for {x}")


def test_pushforward_gives_the_output_its_shape_and_dtype(differentiable_call: Any, xs_and_y: Any, tools: Any,
                                                          law: Any, rng: np.random.Generator) -> None:
    xs, y = xs_and_y
    dy = tools.jvp(y, xs, tools.given(differentiable_call.direction(rng)))
    law.holds(dy is None or dy.aval == y.aval, f"{differentiable_call}: {dy} for {y}")


def test_second_order_agrees_in_all_nestings(differentiable_call: Any, tools: Any, law: Any,
                                             rng: np.random.Generator) -> None:
    """<g, D2f(x)[u, v]> five ways: numerically, and forward and reverse over forward and reverse."""
    call, h = differentiable_call, _step(differentiable_call)
    u, v = call.direction(rng), call.direction(rng)
    y = call.bind(call.leaves())
    g = tools.drawn(rng, y.shape, y.dtype.np)

    def slope(at: Any) -> float:
        xs = at.leaves(tools.LEAF)
        return tools.inner(g, tools.values([tools.jvp(at.bind(xs), xs, tools.given(v))])[0])
    numeric = (slope(call.moved(u, h)) - slope(call.moved(u, -h))) / (2 * h)

    xs = call.leaves(tools.LEAF)
    y = call.bind(xs)
    G, U, V = tools.given([g])[0], tools.given(u), tools.given(v)
    gx = tools.vjp(y, G, xs)
    dy = tools.jvp(y, xs, V)

    def forward_over(node: Any) -> Any:
        return None if node is None else tools.jvp(node, xs, U)

    def reverse_over(node: Any) -> float:
        if node is None or not node.rg:
            return 0.0
        back = tools.vjp(node, tools.given([np.ones((), node.dtype.np)])[0], xs)
        return sum(tools.inner(a, b) for a, b in zip(tools.values(back), u))

    paired = tools.dot(list(zip(gx, V)))
    found = {"forward over reverse": tools.inner(1.0, tools.values([forward_over(paired)])[0]),
             "forward over forward": tools.inner(g, tools.values([forward_over(dy)])[0]),
             "reverse over reverse": reverse_over(paired),
             "reverse over forward": reverse_over(tools.dot([(G, dy)]))}
    for name, value in found.items():
        # As at first order; fourth derivatives are larger.
        law.close(value, numeric, 3000 * h * h, scale=1.0, what=f"{call}, {name}")
        law.close(value, found["forward over reverse"], 4500 * call.eps, scale=1.0, what=f"{call}, {name}")


def test_pullback_is_linear_in_the_cotangent_with_the_pushforward_as_slope(
        differentiable_call: Any, tools: Any, law: Any, rng: np.random.Generator) -> None:
    """d/dg <J^T g, v> = J v: the pullback's own pullback is the pushforward."""
    call = differentiable_call
    v = call.direction(rng)
    xs = call.leaves(tools.LEAF)
    y = call.bind(xs)
    g = tools.given([tools.drawn(rng, y.shape, y.dtype.np)])[0]
    g.rg = tools.LEAF
    paired = tools.dot(list(zip(tools.vjp(y, g, xs), tools.given(v))))
    if paired is None:
        return
    slope, dy = tools.values([tools.vjp(paired, tools.given([np.ones((), paired.dtype.np)])[0], [g])[0],
                              tools.jvp(y, xs, tools.given(v))])
    none = np.zeros(y.shape, y.dtype.np)            # no derivative and a derivative of zero are one thing
    law.close(none if slope is None else np.broadcast_to(slope, y.shape), none if dy is None else dy,
              4500 * call.eps, scale=1.0, what=str(call))

"""GELU, x Phi(x) or its tanh approximation, and its slope, both computed from x alone.

A composite would keep what its derivative reads, three values an element; computing the slope again, where it
is multiplied, takes less time than reading them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import pointwise as pw
from retrograd.ops.families import infer_pointwise, rng_for
from retrograd.ops.flops import per_element

ROOT_HALF = math.sqrt(0.5)
DENSITY = 1.0 / math.sqrt(2.0 * math.pi)        # of the normal distribution at 0
INNER, CUBE = math.sqrt(2.0 / math.pi), 0.044715


class _Arrays:
    """The scalar algebra over NumPy arrays, as far as it is used here."""

    add, mul, sub, exp, tanh, neg = np.add, np.multiply, np.subtract, np.exp, np.tanh, np.negative
    erf = pw.erf.np


def _gelu(m: Any, x: Any, approximate: str) -> Any:
    """In this order nothing overflows."""
    bent = m.tanh(_inner(m, x)) if approximate == "tanh" else m.erf(m.mul(x, ROOT_HALF))
    return m.mul(m.mul(x, 0.5), m.add(bent, 1.0))


def _inner(m: Any, x: Any) -> Any:
    return m.mul(m.add(x, m.mul(m.mul(m.mul(x, x), x), CUBE)), INNER)


def _slope(m: Any, x: Any, approximate: str) -> Any:
    """Phi(x) + x phi(x); for the approximation (1 + t) / 2 + x (1 - t^2) u' / 2 with t = tanh(u)."""
    square = m.mul(x, x)
    if approximate == "tanh":
        t = m.tanh(_inner(m, x))
        grown = m.mul(m.add(m.mul(square, 3.0 * CUBE), 1.0), INNER)
        bent = m.mul(m.mul(m.mul(x, 0.5), m.sub(1.0, m.mul(t, t))), grown)
        return m.add(m.mul(m.add(t, 1.0), 0.5), bent)
    density = m.mul(m.exp(m.mul(square, -0.5)), DENSITY)
    return m.add(m.mul(m.add(m.erf(m.mul(x, ROOT_HALF)), 1.0), 0.5), m.mul(x, density))


def _slope_of_slope(x: Node, approximate: str) -> Node:
    """phi(x) (2 - x^2); for the approximation (1 - t^2) (u' - x t u'^2 + x u'' / 2)."""
    if approximate != "tanh":
        return (DENSITY * bind(pw.exp, (-0.5 * (x * x),))) * (2.0 - x * x)
    t = bind(pw.tanh, (INNER * (x + CUBE * (x * x * x)),))
    grown = INNER * (1.0 + 3.0 * CUBE * (x * x))
    return (1.0 - t * t) * (grown - x * t * (grown * grown) + x * (3.0 * CUBE * INNER * x))


def _sample() -> Iterator[Sample]:
    for approximate in ("none", "tanh"):
        yield Sample((rng_for("gelu").uniform(-2, 2, (2, 3)),), (approximate,))


def _primitive(name: str, formula: Any, partial: Any) -> Primitive:
    return Primitive(name, "pointwise", "x", "approximate", infer=lambda i, p: infer_pointwise(i),
                     np=lambda x, approximate: formula(_Arrays, np.ascontiguousarray(x), approximate),
                     lower=formula, partials=partial, sample=_sample,
                     flops=lambda n: per_element(formula, n.params, 1) * math.prod(n.shape))


gelu = _primitive("gelu", _gelu, lambda x, approximate: bind(gelu_slope, (x,), (approximate,)))
gelu_slope: Primitive
gelu_slope = _primitive("gelu_slope", _slope, _slope_of_slope)

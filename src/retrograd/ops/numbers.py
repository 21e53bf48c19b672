"""Primitives of single numbers without a derivative worth the name: signs, exponents, divisors,
neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import int64
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import pointwise, rng_for
from retrograd.ops.pointwise import sign, where


def _sides(a: Node, b: Node) -> Node:
    """Whether the sign is turned: 1, -1, and 0 at 0."""
    same = bind(signbit, (b,))
    turned = bind(sign, (a,))
    return bind(where, (same, -turned, turned))


signbit = pointwise("signbit", np.signbit, lambda m, x: m.lt(m.copysign(m.like(x, 1.0), x), 0.0),
                    predicate=True)
copysign = pointwise("copysign", np.copysign, lambda m, a, b: m.copysign(a, b), domain=(0.5, 2.0),
                     partials=(_sides, lambda: 0))


def _exponent_np(x: Any) -> Any:
    wide = x.astype(np.float64)
    return np.frexp(wide)[1].astype(np.int64)


exponent = pointwise("exponent", _exponent_np, None, inputs="x", constant=True,
                     infer=lambda i, p: (i[0].shape, int64))


def _whole(name: str, low: int, high: int) -> Any:
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        yield Sample((rng.integers(low, high, (2, 3)), rng.integers(0, 6, (2, 3))))
    return sample


def _of_integers(name: str, fn: Any) -> Primitive:
    return pointwise(name, fn, None, inputs="a b", constant=True, sample=_whole(name, -20, 20))


gcd, lcm = _of_integers("gcd", np.gcd), _of_integers("lcm", np.lcm)
left_shift = _of_integers("left_shift", np.left_shift)
right_shift = _of_integers("right_shift", np.right_shift)


nextafter = pointwise("nextafter", np.nextafter, None, inputs="a b", constant=True)

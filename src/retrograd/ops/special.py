"""Special functions as pointwise primitives; NumPy computes them (`special_values`), the rules are below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import special_values as values
from retrograd.ops.complex import real
from retrograd.ops.families import infer_pointwise, pointwise, rng_for
from retrograd.ops.flops import UNKNOWN
from retrograd.ops.linear import expand
from retrograd.ops.pointwise import exp, log, log1p, sigmoid, sign, where


def _exp(x: Node) -> Node:
    return bind(exp, (x,))


def _zeta_next(x: Node, q: Node) -> Node:
    return -(x * bind(zeta, (x + 1.0, q)))


def _one(name: str, fn: Any, partials: Any = None, **traits: Any) -> Primitive:
    return pointwise(name, fn, None, inputs="x", partials=partials, **traits)


# ---------------------------------------------------------------- the error function's kin
erfc = _one("erfc", values.erfc, lambda x: (-2.0 / math.sqrt(math.pi)) * _exp(-(x * x)))
erfinv = _one("erfinv", values.erfinv, lambda y: (math.sqrt(math.pi) / 2) * _exp(y * y), singular=True,
              domain=(-0.9, 0.9))
erfcx = _one("erfcx", values.erfcx, lambda x, y: 2.0 * x * y - 2.0 / math.sqrt(math.pi))
ndtri = _one("ndtri", values.ndtri, lambda y: math.sqrt(2 * math.pi) * _exp(0.5 * y * y), singular=True,
             domain=(0.1, 0.9))


# ---------------------------------------------------------------- gamma
def _polygamma_sample() -> Iterator[Sample]:
    rng = rng_for("polygamma")
    for n in (0, 1, 3):
        yield Sample((rng.uniform(0.5, 3.0, (2, 3)),), (n,))


def _next(x: Node, n: int) -> Node:
    return bind(polygamma, (x,), (n + 1,))


lgamma = _one("lgamma", values.lgamma, lambda x: bind(polygamma, (x,), (0,)), singular=True,
              domain=(0.5, 4.0))
polygamma: Primitive
polygamma = Primitive("polygamma", "pointwise", "x", "n", infer=infer_pointwise, np=values.polygamma,
                      partials=_next, singular=True, sample=_polygamma_sample,
                      flops=lambda node: UNKNOWN * math.prod(node.shape))


def _gammainc_x(a: Node, x: Node) -> Node:
    return _exp((a - 1.0) * bind(log, (x,)) - x - bind(lgamma, (a,)))


def _of_second(name: str, fn: Any, names: str, rule: Any, low: float) -> Primitive:
    """A function that is differentiated to its second argument; the door gives it a first one without
    rule."""
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape in ((5,), (2, 3)):
            yield Sample((rng.uniform(low, 4.0, shape), rng.uniform(0.5, 4.0, shape)), smooth=False)
    return pointwise(name, fn, None, inputs=names, partials=(lambda: 0, rule), singular=True, sample=sample)


gammainc = _of_second("gammainc", values.gammainc, "a x", _gammainc_x, 0.5)
gammaincc = _of_second("gammaincc", values.gammaincc, "a x", lambda a, x: -_gammainc_x(a, x), 0.5)
zeta = _of_second("zeta", values.zeta, "x q", _zeta_next, 1.5)


# ---------------------------------------------------------------- Bessel functions
def _i1_slope(x: Node, y: Node) -> Node:
    flat = x.equal(0.0)
    safe = bind(where, (flat, _full(1.0, x), x))
    return bind(where, (flat, _full(0.5, x), bind(i0, (x,)) - y / safe))


def _i1e_slope(x: Node, y: Node) -> Node:
    flat = x.equal(0.0)
    safe = bind(where, (flat, _full(1.0, x), x))
    return bind(where, (flat, _full(0.5, x), bind(i0e, (x,)) - y * (bind(sign, (x,)) + 1.0 / safe)))


def _full(value: float, like: Node) -> Node:
    return expand(const(value, like.dtype), like.shape, tuple(range(like.ndim)))


i0 = _one("i0", values.i0, lambda x: bind(i1, (x,)))
i1: Primitive
i1 = _one("i1", values.i1, _i1_slope)
i0e = _one("i0e", values.i0e, lambda x, y: bind(i1e, (x,)) - bind(sign, (x,)) * y)
i1e: Primitive
i1e = _one("i1e", values.i1e, _i1e_slope)
bessel_j0 = _one("bessel_j0", values.j0, constant=True)
bessel_j1 = _one("bessel_j1", values.j1, constant=True)


# ---------------------------------------------------------------- log(e**a + e**b)
def _logaddexp(m: Any, a: Any, b: Any) -> Any:
    high, gap = m.maximum(a, b), m.abs(m.sub(a, b))
    # Equal infinities have no difference.
    return m.select(m.eq(a, b), m.add(a, math.log(2.0)), m.add(high, m.log1p(m.exp(m.neg(gap)))))


def log_sum(a: Node, b: Node) -> Node:
    """log(e**a + e**b) without overflow, of complex numbers too."""
    if not a.dtype.is_complex:
        return bind(logaddexp, (a, b))
    first = real(a) >= real(b)
    high, low = bind(where, (first, a, b)), bind(where, (first, b, a))
    alone = real(low).equal(-math.inf)
    gap = bind(where, (alone, const(0.0, a.dtype), low - high))
    return bind(where, (alone, high, high + bind(log1p, (_exp(gap),))))


logaddexp = pointwise("logaddexp", np.logaddexp, _logaddexp, commutative=True, partials=(
    lambda a, b: bind(sigmoid, (a - b,)), lambda a, b: bind(sigmoid, (b - a,))))

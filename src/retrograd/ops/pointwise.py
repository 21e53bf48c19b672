"""Pointwise primitives: arithmetic, roots and exponentials, trigonometry, kinks; each with its partials.

A rule's parameter names are what it keeps. A boolean partial selects. Where a partial can be infinite or NaN
the primitive is `singular`, and a zero cotangent stays zero (see guarded_mul).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import bool_
from retrograd.base.errors import ShapeError
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, infer_pointwise, pointwise, rng_for
from retrograd.ops.linear import cast_p


# ---------------------------------------------------------------- arithmetic
def times(a: Any, b: Any) -> Any:
    """a b of arrays. Complex numbers by their parts: NumPy's own loops round differently where operands lie
    differently."""
    if a.dtype.kind != "c":
        return np.multiply(a, b)
    out = np.empty(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    out.real = a.real * b.real - a.imag * b.imag
    out.imag = a.real * b.imag + a.imag * b.real
    return out


add = pointwise("add", np.add, lambda m, a, b: m.add(a, b), partials=(lambda: 1, lambda: 1),
                commutative=True, unit=0, exact=True, complex=True, real=True)
sub = pointwise("sub", np.subtract, lambda m, a, b: m.sub(a, b), partials=(lambda: 1, lambda: -1), exact=True,
                complex=True, real=True)
mul = pointwise("mul", times, lambda m, a, b: m.mul(a, b), partials=(lambda b: b, lambda a: a),
                commutative=True, unit=1, exact=True, complex=True)
neg = pointwise("neg", np.negative, lambda m, x: m.neg(x), partials=lambda: -1, involution=True, exact=True,
                complex=True, real=True)


def _guarded_np(a: Any, d: Any) -> Any:
    product = times(a, d)
    return np.where(a == 0, np.zeros((), product.dtype), product)


# Bilinear by declaration, so that higher orders stay right where d is infinite or NaN.
guarded_mul: Primitive
guarded_mul = pointwise("guarded_mul", _guarded_np, lambda m, a, d: m.guarded_mul(a, d), exact=True,
                        complex=True, transpose=(
    lambda g, d: bind(guarded_mul, (g, d)), lambda g, a: mul_(g, a)))


def mul_(a: Node, b: Node) -> Node:
    return bind(mul, (a, b))


div = pointwise("div", np.divide, lambda m, a, b: m.div(a, b), singular=True, exact=True, domain=(0.5, 2.0),
                complex=True, partials=(lambda b: 1 / b, lambda b, y: -(y / b)))
reciprocal = pointwise("reciprocal", lambda x: np.divide(np.ones((), x.dtype), x),
                       lambda m, x: m.div(m.const(1.0), x), partials=lambda y: -(y * y),
                       singular=True, domain=(0.5, 2.0), exact=True, complex=True)
remainder = pointwise("remainder", np.remainder, lambda m, a, b: m.remainder(a, b), domain=(0.7, 1.3),
                      partials=(lambda: 1, lambda a, b: -bind(floor, (a / b,))))
floor_divide = pointwise("floor_divide", np.floor_divide, lambda m, a, b: m.floor_div(a, b),
                         partials=(lambda: 0, lambda: 0), domain=(1.1, 3.0))


# ---------------------------------------------------------------- powers, exponentials, logarithms
def _pow_a(a: Node, b: Node) -> Node:
    zero = bind(where, (b.equal(0.0), const(0.0, b.dtype), b * bind(pow_, (a, b - 1.0))))
    return zero


def _pow_b(a: Node, b: Node, y: Node) -> Node:
    flat = a.equal(0.0) & (_real_part(b) >= 0.0)
    return bind(where, (flat, const(0.0, y.dtype), y * bind(log, (a,))))


def _real_part(b: Node) -> Node:
    return bind(cast_p, (b,), (b.dtype.to_real().name,)) if b.dtype.is_complex else b


def _pow_np(a: Any, b: Any) -> Any:
    if b.dtype.kind != "i":
        return np.power(a, b)
    # NumPy refuses negative powers of integers. They are those of the reciprocal, rounded towards 0.
    unit = np.where(np.abs(a) == 1, np.where(b & 1, a, 1), 0)
    return np.where(b < 0, unit, np.power(a, np.maximum(b, 0))).astype(a.dtype, copy=False)


pow_ = pointwise("pow", _pow_np, lambda m, a, b: m.pow(a, b), partials=(_pow_a, _pow_b), singular=True,
                 domain=(0.5, 2.0), complex=True)
exp = pointwise("exp", np.exp, lambda m, x: m.exp(x), partials=lambda y: y, complex=True)
expm1 = pointwise("expm1", np.expm1, lambda m, x: m.expm1(x), partials=lambda y: y + 1.0, complex=True)
log = pointwise("log", np.log, lambda m, x: m.log(x), partials=lambda x: 1 / x, singular=True,
                domain=(0.3, 3.0), complex=True)
log1p = pointwise("log1p", np.log1p, lambda m, x: m.log1p(x), partials=lambda x: 1 / (1.0 + x), singular=True,
                  domain=(-0.7, 3.0), complex=True)
sqrt = pointwise("sqrt", np.sqrt, lambda m, x: m.sqrt(x), partials=lambda y: 0.5 / y, singular=True,
                 domain=(0.3, 3.0), exact=True, complex=True)
rsqrt = pointwise("rsqrt", lambda x: np.divide(np.ones((), x.dtype), np.sqrt(x)), lambda m, x: m.rsqrt(x),
                  partials=lambda y: -0.5 * (y * y * y), singular=True, domain=(0.3, 3.0), exact=True,
                  complex=True)

# ---------------------------------------------------------------- trigonometry
sin = pointwise("sin", np.sin, lambda m, x: m.sin(x), partials=lambda x: bind(cos, (x,)), complex=True)
cos: Primitive
cos = pointwise("cos", np.cos, lambda m, x: m.cos(x), partials=lambda x: -bind(sin, (x,)), complex=True)
tan = pointwise("tan", np.tan, lambda m, x: m.tan(x), partials=lambda y: 1.0 + y * y, domain=(-1.2, 1.2),
                complex=True)
tanh = pointwise("tanh", np.tanh, lambda m, x: m.tanh(x), partials=lambda y: 1.0 - y * y, complex=True)
atan = pointwise("atan", np.arctan, lambda m, x: m.atan(x), partials=lambda x: 1 / (1.0 + x * x),
                 complex=True)


def _sigmoid_np(x: Any) -> Any:
    if x.dtype.kind == "c":
        return 1 / (1 + np.exp(-x))
    # exp of a non-positive number never overflows; both branches are exact at their ends
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e)).astype(e.dtype, copy=False)


sigmoid = pointwise("sigmoid", _sigmoid_np, lambda m, x: m.sigmoid(x), partials=lambda y: y * (1.0 - y),
                    complex=True)
softplus = pointwise("softplus", lambda x: np.logaddexp(x, np.zeros((), x.dtype)), lambda m, x: m.softplus(x),
                     partials=lambda x: bind(sigmoid, (x,)))


def _erf_np(x: Any) -> Any:
    # NumPy has no erf; the standard library's is correct to an ulp
    return np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype) if np.size(x) else np.array(x)


erf = pointwise("erf", _erf_np, lambda m, x: m.erf(x),
                partials=lambda x: (2.0 / math.sqrt(math.pi)) * bind(exp, (-(x * x),)))

# ------------------------------------------------------------ kinks: the subgradient chosen is in the comment
abs_ = pointwise("abs", np.abs, lambda m, x: m.abs(x), partials=lambda x: bind(sign, (x,)),
                 exact=True)                                                                  # 0 at 0
relu = pointwise("relu", lambda x: np.maximum(x, np.zeros((), x.dtype)),
                 lambda m, x: m.maximum(x, m.const(0.0)),
                 partials=lambda y: y > 0.0, exact=False)                                     # 0 at 0


def _half_at_ties(first: str) -> Any:
    def partial(a: Node, b: Node) -> Node:
        wins = (a > b) if first == "a" else (b > a)
        return wins.cast(a.dtype) + 0.5 * a.equal(b).cast(a.dtype)
    return partial


maximum = pointwise("maximum", np.maximum, lambda m, a, b: m.maximum(a, b), commutative=True, exact=False,
                    partials=(_half_at_ties("a"), _half_at_ties("b")))                        # half each
minimum = pointwise("minimum", np.minimum, lambda m, a, b: m.minimum(a, b), commutative=True, exact=False,
                    partials=(_half_at_ties("b"), _half_at_ties("a")))                        # half each
clamp_min = pointwise("clamp_min", np.maximum, lambda m, x, low: m.maximum(x, low), exact=False,
                      partials=(lambda x, low: x >= low, lambda x, low: x < low))             # 1 at the bound
clamp_max = pointwise("clamp_max", np.minimum, lambda m, x, high: m.minimum(x, high), exact=False,
                      partials=(lambda x, high: x <= high, lambda x, high: x > high))         # 1 at the bound
sign: Primitive
sign = pointwise("sign", np.sign, lambda m, x: m.sign(x), partials=lambda: 0, exact=True)
floor: Primitive
floor = pointwise("floor", np.floor, lambda m, x: m.floor(x), partials=lambda: 0, exact=True)
ceil = pointwise("ceil", np.ceil, lambda m, x: m.ceil(x), partials=lambda: 0, exact=True)
round_ = pointwise("round", np.rint, lambda m, x: m.round(x), partials=lambda: 0, exact=True)   # half to even
trunc = pointwise("trunc", np.trunc, lambda m, x: m.trunc(x), partials=lambda: 0, exact=True)


# ---------------------------------------------------------------- selection: linear in what is selected
def infer_where(inputs: tuple[Node, ...], params: Any = ()) -> Inferred:
    c, a, b = inputs
    assert c.dtype is bool_, f"where was given a condition of {c.dtype}"
    shape, dtype = infer_pointwise((a, b))
    if c.shape != shape and c.shape != ():
        if shape != ():
            raise ShapeError(f"shapes differ: {c.shape}, {a.shape}, {b.shape}", op="where")
        shape = c.shape
    return shape, dtype


def _zero(g: Node) -> Node:
    return const(0.0, g.dtype)


def _where_samples() -> Any:
    rng = rng_for("where")
    for shape in ((5,), (2, 3)):
        yield Sample((rng.uniform(size=shape) > 0.5, rng.uniform(-1, 1, shape), rng.uniform(-1, 1, shape)))


where: Primitive
where = pointwise("where", lambda c, a, b: np.asarray(np.where(c, a, b), np.result_type(a)),
                  lambda m, c, a, b: m.select(c, a, b), infer=infer_where, linear=(("a", "b"),),
                  exact=True, moves=True, complex=True,
                  transpose=(None, lambda g, c: bind(where, (c, g, _zero(g))),
                             lambda g, c: bind(where, (c, _zero(g), g))), sample=_where_samples)

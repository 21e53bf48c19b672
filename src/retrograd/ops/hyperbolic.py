"""Inverse and hyperbolic functions of one number, and the angle and length of two: pointwise primitives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive
from retrograd.ops.families import pointwise
from retrograd.ops.pointwise import rsqrt, sqrt

LARGE = 1e8         # from here on 1 is nothing beside the square


def _root(x: Node) -> Node:
    return bind(sqrt, (x,))


def _inverse_root(x: Node) -> Node:
    return bind(rsqrt, (x,))


def _asin(m: Any, x: Any) -> Any:
    return m.atan(m.div(x, m.sqrt(m.mul(m.sub(1.0, x), m.add(1.0, x)))))


def _acos(m: Any, x: Any) -> Any:
    return m.mul(2.0, m.atan(m.sqrt(m.div(m.sub(1.0, x), m.add(1.0, x)))))


asin = pointwise("asin", np.arcsin, _asin, partials=lambda x: _inverse_root(1.0 - x * x), singular=True,
                 domain=(-0.9, 0.9), complex=True)
acos = pointwise("acos", np.arccos, _acos, partials=lambda x: -_inverse_root(1.0 - x * x), singular=True,
                 domain=(-0.9, 0.9), complex=True)


def _sinh(m: Any, x: Any) -> Any:
    size = m.abs(x)
    t = m.expm1(size)
    small = m.mul(0.5, m.add(t, m.div(t, m.add(t, 1.0))))
    half = m.exp(m.mul(0.5, size))          # e**size overflows before sinh does
    return m.copysign(m.select(m.lt(size, 20.0), small, m.mul(m.mul(0.5, half), half)), x)


def _cosh(m: Any, x: Any) -> Any:
    half = m.exp(m.mul(0.5, m.abs(x)))
    return m.add(m.mul(m.mul(0.5, half), half), m.div(0.5, m.mul(half, half)))


sinh = pointwise("sinh", np.sinh, _sinh, partials=lambda x: bind(cosh, (x,)), complex=True)
cosh: Primitive
cosh = pointwise("cosh", np.cosh, _cosh, partials=lambda x: bind(sinh, (x,)), complex=True)


def _asinh(m: Any, x: Any) -> Any:
    size = m.abs(x)
    square = m.mul(size, size)
    small = m.log1p(m.add(size, m.div(square, m.add(1.0, m.sqrt(m.add(square, 1.0))))))
    return m.copysign(m.select(m.gt(size, LARGE), m.add(m.log(size), math.log(2.0)), small), x)


def _acosh(m: Any, x: Any) -> Any:
    t = m.sub(x, 1.0)
    near = m.log1p(m.add(t, m.mul(m.sqrt(t), m.sqrt(m.add(t, 2.0)))))
    return m.select(m.gt(x, LARGE), m.add(m.log(x), math.log(2.0)), near)


def _atanh(m: Any, x: Any) -> Any:
    size = m.abs(x)
    return m.copysign(m.mul(0.5, m.log1p(m.div(m.mul(2.0, size), m.sub(1.0, size)))), x)


def _acosh_slope(x: Node) -> Node:
    # Of complex numbers the root of a product is not always the product of roots.
    return _inverse_root(x - 1.0) * _inverse_root(x + 1.0) if x.dtype.is_complex else \
        _inverse_root(x * x - 1.0)


asinh = pointwise("asinh", np.arcsinh, _asinh, partials=lambda x: _inverse_root(x * x + 1.0), complex=True)
acosh = pointwise("acosh", np.arccosh, _acosh, partials=_acosh_slope, singular=True,
                  domain=(1.3, 4.0), complex=True)
atanh = pointwise("atanh", np.arctanh, _atanh, partials=lambda x: 1 / (1.0 - x * x), singular=True,
                  domain=(-0.9, 0.9), complex=True)


# ---------------------------------------------------------------- two numbers as a point of the plane
def _sides(m: Any, a: Any, b: Any) -> tuple[Any, Any]:
    return m.minimum(m.abs(a), m.abs(b)), m.maximum(m.abs(a), m.abs(b))


def _atan2(m: Any, a: Any, b: Any) -> Any:
    low, high = _sides(m, a, b)
    ratio = m.select(m.eq(high, 0.0), m.like(high, 0.0),
                     m.select(m.eq(low, high), m.like(high, 1.0), m.div(low, high)))
    angle = m.atan(ratio)
    angle = m.select(m.gt(m.abs(a), m.abs(b)), m.sub(math.pi / 2, angle), angle)
    angle = m.select(m.lt(m.copysign(m.like(high, 1.0), b), 0.0), m.sub(math.pi, angle), angle)
    return m.copysign(angle, a)


def _hypot(m: Any, a: Any, b: Any) -> Any:
    low, high = _sides(m, a, b)
    ratio = m.div(low, high)
    length = m.mul(high, m.sqrt(m.add(1.0, m.mul(ratio, ratio))))
    length = m.select(m.eq(high, 0.0), high, length)
    return m.select(m.logical_or(m.isinf(a), m.isinf(b)), m.like(high, math.inf), length)


atan2 = pointwise("atan2", np.arctan2, _atan2, domain=(0.5, 2.0), singular=True,
                  partials=(lambda a, b: b / (a * a + b * b), lambda a, b: -(a / (a * a + b * b))))
hypot = pointwise("hypot", np.hypot, _hypot, domain=(0.5, 2.0), commutative=True, singular=True,
                  partials=(lambda a, y: a / y, lambda b, y: b / y))

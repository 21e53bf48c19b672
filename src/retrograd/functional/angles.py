"""Angles: inverse, hyperbolic and inverse hyperbolic functions, degrees, the length of a hypotenuse."""

from __future__ import annotations

import math
from typing import Any

from retrograd.functional.door import Tensor, binary, need_tensor, unary
from retrograd.functional.elementwise import atan, div, eq, mul, sin, where
from retrograd.ops import hyperbolic as h


def asin(input: Any) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2).

    >>> import retrograd as rg
    >>> rg.asin(rg.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5708])
    """
    return unary(h.asin, input, "asin", floating=True)


def acos(input: Any) -> Tensor:
    """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2).

    >>> import retrograd as rg
    >>> rg.acos(rg.tensor([0.0, 1.0]))
    tensor([1.5708, 0.0000])
    """
    return unary(h.acos, input, "acos", floating=True)


def atan2(input: Any, other: Any) -> Tensor:
    """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 +
    other**2).

    >>> import retrograd as rg
    >>> rg.atan2(rg.tensor([1.0, 0.0]), rg.tensor([1.0, -1.0]))
    tensor([0.7854, 3.1416])
    """
    need_tensor(input, "atan2"), need_tensor(other, "atan2", "other")
    return binary(h.atan2, input, other, "atan2", floating=True)


def sinh(input: Any) -> Tensor:
    """(e**x - e**-x)/2, accurate near 0. Derivative cosh.

    >>> import retrograd as rg
    >>> rg.sinh(rg.tensor([0.0, 1.0]))
    tensor([0.0000, 1.1752])
    """
    return unary(h.sinh, input, "sinh", floating=True)


def cosh(input: Any) -> Tensor:
    """(e**x + e**-x)/2. Derivative sinh.

    >>> import retrograd as rg
    >>> rg.cosh(rg.tensor([0.0, 1.0]))
    tensor([1.0000, 1.5431])
    """
    return unary(h.cosh, input, "cosh", floating=True)


def asinh(input: Any) -> Tensor:
    """The inverse of sinh. Derivative 1/sqrt(input**2 + 1).

    >>> import retrograd as rg
    >>> rg.asinh(rg.tensor([0.0, 1.1752]))
    tensor([0.0000, 1.0000])
    """
    return unary(h.asinh, input, "asinh", floating=True)


def acosh(input: Any) -> Tensor:
    """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1).

    >>> import retrograd as rg
    >>> rg.acosh(rg.tensor([1.0, 1.5431]))
    tensor([0.0000, 1.0000])
    """
    return unary(h.acosh, input, "acosh", floating=True)


def atanh(input: Any) -> Tensor:
    """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2).

    >>> import retrograd as rg
    >>> rg.atanh(rg.tensor([0.0, 0.7616]))
    tensor([0.0000, 1.0000])
    """
    return unary(h.atanh, input, "atanh", floating=True)


def hypot(input: Any, other: Any) -> Tensor:
    """sqrt(input**2 + other**2) without overflow. d/d input = input/output.

    >>> import retrograd as rg
    >>> rg.hypot(rg.tensor([3.0]), rg.tensor([4.0]))
    tensor([5.])
    """
    need_tensor(input, "hypot"), need_tensor(other, "hypot", "other")
    return binary(h.hypot, input, other, "hypot")


def deg2rad(input: Any) -> Tensor:
    """Degrees as radians: input pi/180.

    >>> import retrograd as rg
    >>> rg.deg2rad(rg.tensor([180.0]))
    tensor([3.1416])
    """
    return mul(input, math.pi / 180)


def rad2deg(input: Any) -> Tensor:
    """Radians as degrees: input 180/pi.

    >>> import retrograd as rg
    >>> rg.rad2deg(rg.tensor([rg.pi]))
    tensor([180.])
    """
    return mul(input, 180 / math.pi)


def sinc(input: Any) -> Tensor:
    """sin(pi x)/(pi x), and 1 at 0.

    >>> import retrograd as rg
    >>> rg.sinc(rg.tensor([0.0, 0.5]))
    tensor([1.0000, 0.6366])
    """
    turned = mul(input, math.pi)
    flat = eq(turned, 0)
    safe = where(flat, 1.0, turned)
    return where(flat, 1.0, div(sin(safe), safe))


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh

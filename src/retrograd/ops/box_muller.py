"""Two uniform numbers go in; two independent standard normal ones, by Box and Muller, come out.

Written once for both tiers: `m` is the compiler's scalar algebra or `Arrays`. Only operations whose result
IEEE prescribes occur, so the bits are the same on any machine. Logarithm, sine and cosine are those of
FreeBSD's msun (fdlibm), within 1 ulp.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

_LOG = (0.6666666666666735130, 0.3999999999940941908, 0.2857142874366239149, 0.2222219843214978396,
        0.1818357216161805012, 0.1531383769920937332, 0.1479819860511658591)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_SIN = (-1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
        2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10)
_COS = (4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
        -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11)
_ROOT_HALF = 0x3FE6A09E00000000      # the bits of about sqrt(1/2)
_ONE, _MANTISSA = 0x3FF0000000000000, 0x000FFFFFFFFFFFFF


class Arrays:
    """The part of the scalar algebra used here, on NumPy arrays of float64."""

    add, sub, mul, div = np.add, np.subtract, np.multiply, np.divide
    sqrt, floor, neg = np.sqrt, np.floor, np.negative
    eq, select = np.equal, np.where

    @staticmethod
    def split(x: Any) -> tuple[Any, Any]:
        """k and r with x = 2^k r and r between about sqrt(1/2) and sqrt(2); x is positive and normal."""
        shifted = x.view(np.int64) + (_ONE - _ROOT_HALF)
        rest = ((shifted & _MANTISSA) + _ROOT_HALF).view(np.float64)
        return ((shifted >> 52) - 0x3FF).astype(np.float64), rest


def normals(m: Any, u: Any, v: Any) -> tuple[Any, Any]:
    """From u and v on [0, 1), multiples of 2^-53."""
    radius = m.sqrt(m.sub(0.0, m.mul(2.0, log(m, m.sub(1.0, u)))))      # 1 - u is exact, and never 0
    cosine, sine = turned(m, v)
    return m.mul(radius, cosine), m.mul(radius, sine)


def log(m: Any, x: Any) -> Any:
    """The natural logarithm of a positive normal number."""
    k, r = m.split(x)
    f = m.sub(r, 1.0)
    half = m.mul(m.mul(0.5, f), f)
    s = m.div(f, m.add(2.0, f))
    z = m.mul(s, s)
    w = m.mul(z, z)
    rest = m.add(m.mul(z, _polynomial(m, w, _LOG[::2])), m.mul(w, _polynomial(m, w, _LOG[1::2])))
    tail = m.add(m.mul(s, m.add(half, rest)), m.mul(k, _LN2_LOW))
    return m.add(m.add(m.sub(tail, half), f), m.mul(k, _LN2_HIGH))


def turned(m: Any, v: Any) -> tuple[Any, Any]:
    """cos(2 pi v) and sin(2 pi v) for v on [0, 1)."""
    quarter = m.floor(m.add(m.mul(4.0, v), 0.5))
    x = m.mul(2.0 * math.pi, m.sub(v, m.mul(0.25, quarter)))            # the difference is exact
    z = m.mul(x, x)
    sine = m.add(x, m.mul(m.mul(x, z), _polynomial(m, z, _SIN)))
    half = m.mul(0.5, z)
    near = m.sub(1.0, half)
    cosine = m.add(near, m.add(m.sub(m.sub(1.0, near), half), m.mul(m.mul(z, z), _polynomial(m, z, _COS))))
    first, second, third = (m.eq(quarter, float(k)) for k in (1, 2, 3))
    return (m.select(first, m.neg(sine), m.select(second, m.neg(cosine), m.select(third, sine, cosine))),
            m.select(first, cosine, m.select(second, m.neg(sine), m.select(third, m.neg(cosine), sine))))


def _polynomial(m: Any, x: Any, coefficients: Sequence[float]) -> Any:
    total: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = m.add(m.mul(x, total), c)
    return total

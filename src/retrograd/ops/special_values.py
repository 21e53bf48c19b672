"""Special functions of NumPy arrays: gamma and its kin, Bessel functions, the inverse of erf.

Each is computed in float64, by recurrences, series and asymptotic expansions with coefficients that are
fractions one can check (Abramowitz and Stegun, chapters 6, 9 and 23), to some ulp.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

# Bernoulli numbers B2, B4, ... B16
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
ROOT2 = math.sqrt(2.0)


def in_float64(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function on arrays of any floating dtype, computed in float64 and rounded once."""
    def meaning(x: Any, *rest: Any) -> Any:
        wide = [a.astype(np.float64) if isinstance(a, np.ndarray) else
                np.float64(a) if isinstance(a, np.generic) else a for a in rest]
        with np.errstate(all="ignore"):
            return np.asarray(fn(np.asarray(x, np.float64), *wide)).astype(x.dtype)
    return meaning


def _each(fn: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of a number, number by number."""
    vector = np.vectorize(fn, otypes=[np.float64])
    return lambda x: vector(x) if np.size(x) else np.array(x)


def _lgamma_of(x: float) -> float:
    if abs(x) > 2.5e305 or x <= 0 and x == math.floor(x):       # overflow, or a pole
        return math.inf
    return math.lgamma(x)


erfc = in_float64(_each(math.erfc))
lgamma = in_float64(_each(_lgamma_of))
_erf, _erfc, _lgamma = map(_each, (math.erf, math.erfc, _lgamma_of))

# Wichura, Algorithm AS 241 (1988), PPND16: quotients of polynomials, the constant last.
CENTRE = ((2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
           1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608),
          (5.226495278852854561e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
           5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0))
MIDDLE = ((7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
           1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590,
           1.42343711074968357734),
          (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
           1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
           2.05319162663775882187, 1.0))
FAR = ((2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
        2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990,
        6.65790464350110377720),
       (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
        5.99832206555887937690e-1, 1.0))


def _ndtri(p: Any) -> Any:
    q = p - 0.5
    r = np.sqrt(-np.log(np.minimum(p, 1 - p)))
    parts = [np.polyval(above, x) / np.polyval(below, x) for (above, below), x in
             ((CENTRE, 0.180625 - q * q), (MIDDLE, r - 1.6), (FAR, r - 5.0))]
    y = np.where(np.abs(q) <= 0.425, q * parts[0], np.copysign(np.where(r <= 5, parts[1], parts[2]), q))
    y = np.where(p == 0, -math.inf, np.where(p == 1, math.inf, y))
    return np.where((p >= 0) & (p <= 1), y, math.nan)


ndtri = in_float64(_ndtri)


def _erfinv(x: Any) -> Any:
    size = np.abs(x)
    y = -_ndtri((1 - size) / 2) / ROOT2
    # Two steps of Newton: where x is small, 1 - x has lost its digits.
    for _ in range(2):
        step = (_erf(y) - size) * (math.sqrt(math.pi) / 2) * np.exp(y * y)
        y = np.where(np.isfinite(y) & (size < 0.9), y - step, y)
    return np.copysign(y, x)


def _erfcx(x: Any) -> Any:
    direct = np.exp(np.minimum(x * x, 800.0)) * _erfc(x)
    # Large x: the continued fraction, from its 60th term back.
    far = np.maximum(x, 4.0)
    tail = far.copy()
    for k in range(60, 0, -1):
        tail = far + (k / 2) / tail
    return np.where(x > 4, 1 / (math.sqrt(math.pi) * tail), np.where(x < -26.7, math.inf, direct))


erfinv, erfcx = in_float64(_erfinv), in_float64(_erfcx)


# ---------------------------------------------------------------- digamma, polygamma, zeta
def _zeta(x: Any, q: Any) -> Any:
    """sum over k of (q + k)**-x: some terms, and the rest by Euler and Maclaurin."""
    x, q = np.broadcast_arrays(np.asarray(x, float), np.asarray(q, float))
    pole = (q <= 0) & (q == np.floor(q))
    first = np.where(np.isfinite(q) & ~pole & (q > -1e4), q, 1.0)
    steps = int(max(10, 10 - math.floor(first.min(initial=0.0))))
    total = np.zeros(x.shape)
    for k in range(steps):
        total += np.power(first + k, -x)
    a = first + steps
    total += np.power(a, 1 - x) / (x - 1) + 0.5 * np.power(a, -x)
    term = x * np.power(a, -x - 1)
    for k, b in enumerate(BERNOULLI, 1):
        total += b * term / math.factorial(2 * k)
        term = term * (x + 2 * k - 1) * (x + 2 * k) / (a * a)
    total = np.where(x == 1, math.inf, np.where(x < 1, math.nan, total))
    total = np.where(q == math.inf, 0.0, np.where(q <= -1e4, math.nan, total))
    return np.where(np.isnan(q), math.nan, np.where(pole & ~(x < 1), math.inf, total))


def _digamma(x: Any) -> Any:
    reflected = x < 0
    a = np.where(reflected, 1 - x, x)
    a = np.where(np.isfinite(a), a, 1.0)
    back = np.zeros(a.shape)
    for _ in range(10):
        small = a < 10
        back = np.where(small, back + 1 / a, back)
        a = np.where(small, a + 1, a)
    tail = sum(b / (2 * k * a ** (2 * k)) for k, b in enumerate(BERNOULLI, 1))
    y = np.log(a) - 0.5 / a - tail - back
    y = np.where(reflected, y - math.pi / np.tan(math.pi * x), y)
    y = np.where(x == 0, np.copysign(math.inf, -x), y)
    y = np.where((x < 0) & (x == np.floor(x)), math.nan, y)
    return np.where(x == math.inf, math.inf, np.where(np.isnan(x), math.nan, y))


def _polygamma(x: Any, n: int) -> Any:
    if n == 0:
        return _digamma(x)
    return (-1.0) ** (n + 1) * math.factorial(n) * _zeta(float(n + 1), x)


zeta, polygamma = in_float64(_zeta), in_float64(_polygamma)


# ---------------------------------------------------------------- incomplete gamma
def _gammainc(a: Any, x: Any) -> tuple[Any, Any]:
    """(lower, upper) regularised: the series where x < a + 1, the continued fraction elsewhere."""
    front = np.exp(a * np.log(x) - x - _lgamma(a))
    near = x < a + 1
    s = np.where(near, x, 0.0)
    term = total = 1 / a
    for k in range(1, 400):
        term = term * s / (a + k)
        total = total + term
        if np.all(np.abs(term) <= np.abs(total) * 1e-17):
            break
    lower = front * total
    z = np.where(near, a + 2, x)
    tiny = 1e-300
    b = z + 1 - a
    c, d = np.full(b.shape, 1 / tiny), 1 / b
    h = d
    for k in range(1, 400):
        an = -k * (k - a)
        b = b + 2
        d = 1 / np.where(np.abs(an * d + b) < tiny, tiny, an * d + b)
        c = np.where(np.abs(b + an / c) < tiny, tiny, b + an / c)
        h = h * d * c
        if np.all(np.abs(d * c - 1) < 1e-16):
            break
    upper = front * h
    lower = np.where(near, lower, 1 - upper)
    lower = np.where(x == 0, 0.0, np.where(x == math.inf, 1.0, np.where(a == 0, 1.0, lower)))
    bad = (a < 0) | (x < 0) | np.isnan(a) | np.isnan(x) | ((a == 0) & (x == 0))
    upper = np.where(near | (x == 0) | (x == math.inf) | (a == 0), 1 - lower, upper)
    return np.where(bad, math.nan, lower), np.where(bad, math.nan, upper)


gammainc = in_float64(lambda a, x: _gammainc(*np.broadcast_arrays(a, x))[0])
gammaincc = in_float64(lambda a, x: _gammainc(*np.broadcast_arrays(a, x))[1])


# ---------------------------------------------------------------- Bessel functions
def _scaled_bessel(x: Any, order: int) -> Any:
    """e**-|x| I_order(x): the power series, and beyond 30 the expansion in 1 / x."""
    size = np.abs(x)
    near = np.minimum(size, 30.0)
    half = near / 2
    term = half ** order / math.factorial(order)
    total = term.copy()
    for k in range(1, 90):
        term = term * half * half / (k * (k + order))
        total = total + term
    far = np.maximum(size, 30.0)
    part = series = np.ones(far.shape)
    for k in range(1, 20):
        part = -part * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * far)
        series = series + part
    large = np.where(np.isinf(far), 0.0, series / np.sqrt(2 * math.pi * far))
    y = np.where(size <= 30, total * np.exp(-near), large)
    y = np.where(np.isnan(x), math.nan, y)
    return y * np.sign(x) if order % 2 else y


def _bessel_j(x: Any, order: int) -> Any:
    """The mean of cos(order t - x sin t) over a period, and beyond 25 Hankel's expansion."""
    size = np.abs(x)
    near = np.minimum(size, 25.0)
    t = (np.arange(100) + 0.5) * (math.pi / 100)
    inner = np.cos(order * t - near[..., None] * np.sin(t)).mean(-1)
    far = np.maximum(size, 25.0)
    part, p, q = np.ones(far.shape), np.ones(far.shape), np.zeros(far.shape)
    for k in range(1, 24):
        part = part * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * far)
        sign = -1 if k // 2 % 2 else 1
        p, q = (p, q + sign * part) if k % 2 else (p + sign * part, q)
    angle = far - (order / 2 + 0.25) * math.pi
    outer = np.sqrt(2 / (math.pi * far)) * (p * np.cos(angle) - q * np.sin(angle))
    y = np.where(size <= 25, inner, np.where(np.isinf(x), 0.0, outer))
    y = np.where(np.isnan(x), math.nan, y)
    return y * np.where(x < 0, -1.0, 1.0) if order % 2 else y


i0e = in_float64(lambda x: _scaled_bessel(x, 0))
i1e = in_float64(lambda x: _scaled_bessel(x, 1))
i0 = in_float64(lambda x: np.where(np.isinf(x), math.inf, _scaled_bessel(x, 0) * np.exp(np.abs(x))))
i1 = in_float64(lambda x: np.where(np.isinf(x), x, _scaled_bessel(x, 1) * np.exp(np.abs(x))))
j0, j1 = in_float64(lambda x: _bessel_j(x, 0)), in_float64(lambda x: _bessel_j(x, 1))

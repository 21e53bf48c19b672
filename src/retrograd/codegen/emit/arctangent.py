"""A float goes in; its arc tangent comes out, within 1 ulp.

atan(x) = atan(c) + atan((x - c) / (1 + c x)) with c the nearest of 0, 1/2, 1, 3/2 and infinity, and a
polynomial near 0: constants of FreeBSD's msun (fdlibm).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, format_of, polynomial

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# The series of (x - atan(x)) / x^3 in x^2, |x| <= 7/16.
_SERIES = {
    FLOAT32.name: (3.3333328366e-01, -1.9999158382e-01, 1.4253635705e-01, -1.0648017377e-01,
                   6.1687607318e-02),
    FLOAT64.name: (3.33333333333329318027e-01, -1.99999999998764832476e-01, 1.42857142725034663711e-01,
                   -1.11111104054623557880e-01, 9.09088713343650656196e-02, -7.69187620504482999495e-02,
                   6.66107313738753120669e-02, -5.83357013379057348645e-02, 4.97687799461593236017e-02,
                   -3.65315727442169155270e-02, 1.62858201153657823623e-02),
}
# Where the next centre begins, and atan of that centre, in two parts.
_CENTRES = {
    FLOAT32.name: ((7 / 16, 4.6364760399e-01, 5.0121582440e-09),
                   (11 / 16, 7.8539812565e-01, 3.7748947079e-08),
                   (19 / 16, 9.8279368877e-01, 3.4473217170e-08),
                   (39 / 16, 1.5707962513e+00, 7.5497894159e-08)),
    FLOAT64.name: ((7 / 16, 4.63647609000806093515e-01, 2.26987774529616870924e-17),
                   (11 / 16, 7.85398163397448278999e-01, 3.06161699786838301793e-17),
                   (19 / 16, 9.82793723247329054082e-01, 1.39033110312309984516e-17),
                   (39 / 16, 1.57079632679489655800e+00, 6.12323399573676603587e-17)),
}


def atan(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """The angle between -pi/2 and pi/2 whose tangent is x; the sign of zero is kept."""
    form = format_of(x)
    a = m.abs(x)
    # (x - c) / (1 + c x) for c = 1/2, 1, 3/2 and infinity; every one of these steps is exact or harmless.
    tops = (m.fma(2.0, a, m.like(x, -1.0)), m.sub(a, 1.0), m.sub(a, 1.5), m.like(x, -1.0))
    bottoms = (m.add(a, 2.0), m.add(a, 1.0), m.fma(1.5, a, m.like(x, 1.0)), a)
    top, bottom = a, m.like(x, 1.0)
    high: ir.Value = m.like(x, 0.0)
    low: ir.Value = m.like(x, 0.0)
    for (edge, first, rest), t, d in zip(_CENTRES[form.name], tops, bottoms):
        beyond = m.ge(a, edge)
        top, bottom = m.select(beyond, t, top), m.select(beyond, d, bottom)
        high, low = m.select(beyond, m.like(x, first), high), m.select(beyond, m.like(x, rest), low)
    r = m.div(top, bottom)
    square = m.mul(r, r)
    error = m.mul(r, m.mul(square, polynomial(m, square, _SERIES[form.name])))
    result = m.sub(high, m.sub(m.sub(error, low), r))
    return m.copysign(m.select(m.eq(a, math.inf), m.like(x, math.pi / 2), result), x)

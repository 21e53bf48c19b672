"""A float goes in; its tanh comes out, within 2 ulp.

float32: a polynomial on each of sixteen intervals. float64: an odd polynomial near 0, then through exp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.exponential import reduced
from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, at_most, format_of, polynomial, power_of_two
from retrograd.codegen.emit.table import Intervals, on_intervals

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# Sixteen intervals, see table.Intervals; relative error 2^-24.4.
_INTERVALS = Intervals(0.625, 21, 0.125, 9.0109, (
    (1.625, 2.125, 2.625, 3.125, 3.875, 4.875, 5.875, 6.875, 8.375, 0.0, 0.1875, 0.3125, 0.5, 0.75, 1.0,
     1.25),
    (0.9253462, 0.97187275, 0.98955977, 0.99614656, 0.9991389, 0.9998834, 0.9999842, 0.99999785,
     0.9999999, 0.0, 0.1853332, 0.30270973, 0.46211717, 0.63514894, 0.7615942, 0.84828365),
    (0.14373423, 0.055463355, 0.020771507, 0.007692092, 0.0017215348, 0.00023315828, 3.1557727e-05,
     4.2709325e-06, 2.1331682e-07, -1.1919155e-09, 0.96565163, 0.9083668, 0.7864478, 0.5965858,
     0.41997433, 0.28041485),
    (-0.13301109, -0.053902425, -0.020553572, -0.007661938, -0.001717949, -0.00023283876, -3.1517528e-05,
     -4.2655474e-06, -2.0882526e-07, 4.4363068e-07, -0.17896691, -0.274971, -0.36342573, -0.37892073,
     -0.31985196, -0.23787294),
    (0.07517728, 0.033900652, 0.013415757, 0.0050685727, 0.0011432718, 0.00015517774, 2.1009328e-05,
     2.8434554e-06, 1.3672545e-07, -0.33335945, -0.2887179, -0.21955454, -0.09422265, 0.041803624,
     0.10360541, 0.10831275),
    (-0.024855537, -0.015025854, -0.006480023, -0.0025215435, -0.00059677946, -8.1319995e-05,
     -1.1015651e-05, -1.4909929e-06, -8.386435e-08, 0.0005132842, 0.1128414, 0.15772396, 0.16358416,
     0.09972783, 0.028121246, -0.012257584),
    (0.001100235, 0.0044523, 0.0023597241, 0.0009759768, 0.00023672718, 3.2477277e-05, 4.4034064e-06,
     5.960844e-07, 3.6171638e-08, 0.1298427, 0.09716404, 0.04596511, -0.025636828, -0.06338638,
     -0.04631893, -0.019376257),
))

# (tanh(x) - x) / x^3 as a polynomial in x^2, |x| <= 0.625; relative error of tanh 2^-57.
_NEAR = (
    -0.33333333333332876, 0.1333333333326498, -0.053968253932508606, 0.021869487602512547,
    -0.008863221325957866, 0.0035919916217847865, -0.001454970725613874, 0.0005863532634513398,
    -0.00022863474415993378, 7.722080893521852e-05, -1.610830578623739e-05)
_ONE = 19.1     # tanh is 1 from here on


def tanh(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    size = m.abs(x)
    value = on_intervals(m, "tanh", _INTERVALS, size) if format_of(x) is FLOAT32 else _double(m, size)
    # The sign goes on last: polynomials make +0 of -0.
    return m.copysign(value, x)


def _double(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """An odd polynomial up to 0.625, then 1 - 2 / (exp(2 x) + 1)."""
    b, one = m.b, m.like(x, 1.0)
    x = at_most(m, x, _ONE)
    square = b.fmul(x, x)
    near = m.fma(b.fmul(x, square), polynomial(m, square, _NEAR), x)
    n, p = reduced(m, b.fadd(x, x), FLOAT64)
    e = b.fmul(b.fadd(one, p), power_of_two(m, n.value, FLOAT64))
    far = b.fsub(one, b.fdiv(m.like(x, 2.0), b.fadd(e, one)))
    return b.select(b.fcmp_ordered("<", x, m.like(x, 0.625)), near, far)

"""A float goes in; its error function comes out, within 2 ulp.

float32: a polynomial on each of sixteen intervals. float64: an odd polynomial up to 1, then
1 - exp(-polynomial).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.exponential import exp
from retrograd.codegen.emit.formats import (
    FLOAT32,
    FLOAT64,
    at_most,
    clamp,
    format_of,
    polynomial,
)
from retrograd.codegen.emit.table import Intervals, on_intervals

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# Sixteen intervals, see table.Intervals; relative error 2^-26.5.
_INTERVALS = Intervals(1.375, 20, 0.125, (
    (0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.875, 3.375, 3.875, 0.0, 0.1875, 0.3125, 0.4375,
     0.5625),
    (0.71115565, 0.8427008, 0.92290014, 0.96610516, 0.9866717, 0.9953223, 0.9985373, 0.999593,
     0.99995214, 0.9999982, 0.99999994, 0.0, 0.20911768, 0.34146863, 0.46389812, 0.57367444),
    (0.6429311, 0.41510752, 0.23652112, 0.11893029, 0.05277499, 0.020666983, 0.007142319, 0.0021782846,
     0.00029024677, 1.2755434e-05, 3.403054e-07, 0.12837917, 1.0893989, 1.0233954, 0.93181217,
     0.82232136),
    (-0.4821955, -0.41510797, -0.29565364, -0.17839746, -0.09235719, -0.04133402, -0.016069915,
     -0.005445417, -0.0008324673, -4.2782023e-05, -1.3027053e-06, 2.228445e-07, -0.20426206, -0.31981078,
     -0.4076675, -0.46255547),
    (0.02678014, 0.1383656, 0.16753569, 0.13875361, 0.09015894, 0.04822384, 0.021724729, 0.008349949,
     0.001500329, 9.214416e-05, 3.2319901e-06, -0.3761395, -0.3376015, -0.2745057, -0.19170195,
     -0.10064953),
    (0.15010342, 0.0692828, -0.0056980643, -0.044179283, -0.047906958, -0.034434527, -0.019146174,
     -0.008683152, -0.0019817743, -0.00015496551, -6.698097e-06, 0.00025737542, 0.09956145, 0.14924254,
     0.17754534, 0.18223934),
    (-0.05248355, -0.06874951, -0.04711707, -0.015028241, 0.006438285, 0.01298789, 0.010637427,
     0.0061335796, 0.0017768098, 0.00017631864, 9.6124295e-06, 0.11108989, 0.094005845, 0.063875385,
     0.0266084, -0.010650125),
))

# erf(x) / x - 1 as a polynomial in x^2, |x| <= 1; error 2^-57.
_NEAR = (
        0.12837916709551256, -0.3761263890318355, 0.11283791670945253, -0.02686617064327622,
        0.005223977607423468, -0.0008548325989696758, 0.00012055295320494294, -1.4924744663335489e-05,
        1.6447517677871873e-06, -1.6209175911748696e-07, 1.3722976265924504e-08, -7.801188874097751e-10)
# -log(1 - erf(x)) on 1 <= x <= 6; error in erf 2^-57.
_FAR = (
        5.132857965659138e-07, 1.1283739912794626, 0.6366440570475073, 0.10270228438601402,
        -0.0189880316660273, -0.0004135511059813081, 0.0019189610690146927, -0.000773055780438025,
        0.00013656237055273518, 1.9519659087947285e-05, -2.2531599602456287e-05, 8.578380622501582e-06,
        -2.11470188127795e-06, 3.6954722919866033e-07, -4.593073322135117e-08, 3.8897805298077685e-09,
        -2.0202085069086934e-10, 4.864742504739347e-12)
# erf is 1 from here on.
_ONE = {FLOAT32.name: 4.1, FLOAT64.name: 6.0}


def erf(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    form = format_of(x)
    bounded = at_most(m, m.abs(x), _ONE[form.name])
    value = on_intervals(m, "erf", _INTERVALS, bounded) if form is FLOAT32 else _double(m, bounded)
    return m.copysign(value, x)


def _double(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    b, one = m.b, m.like(x, 1.0)
    near = m.fma(x, polynomial(m, b.fmul(x, x), _NEAR), x)
    far = b.fsub(one, exp(m, b.fneg(polynomial(m, clamp(m, x, 1.0, _ONE[FLOAT64.name]), _FAR))))
    return b.select(b.fcmp_ordered("<", x, one), near, far)

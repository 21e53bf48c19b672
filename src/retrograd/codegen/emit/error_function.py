"""A float goes in; its error function comes out, within 2 ulp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from retrograd.codegen.emit.exponential import exp
from retrograd.codegen.emit.formats import FLOAT32, FLOAT64, clamp, format_of, polynomial

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

# erf(x) / x - 1 as a polynomial in x^2, |x| <= 1; error 2^-30, 2^-57.
_NEAR = {
    FLOAT32.name: (
        0.12837917, -0.37612626, 0.112836, -0.026854446, 0.0051895366, -0.00080208457, 7.889119e-05),
    FLOAT64.name: (
        0.12837916709551256, -0.3761263890318355, 0.11283791670945253, -0.02686617064327622,
        0.005223977607423468, -0.0008548325989696758, 0.00012055295320494294, -1.4924744663335489e-05,
        1.6447517677871873e-06, -1.6209175911748696e-07, 1.3722976265924504e-08, -7.801188874097751e-10),
}
# -log(1 - erf(x)) on 1 <= x <= 4 (float32) and 6 (float64), where erf becomes 1; error in erf 2^-36, 2^-57.
_FAR = {
    FLOAT32.name: (
        -0.00020434656, 1.1296611, 0.6330398, 0.108638786, -0.025373392, 0.0042823018, -0.00046376375,
        2.531074e-05, -2.5103597e-07),
    FLOAT64.name: (
        5.132857965659138e-07, 1.1283739912794626, 0.6366440570475073, 0.10270228438601402,
        -0.0189880316660273, -0.0004135511059813081, 0.0019189610690146927, -0.000773055780438025,
        0.00013656237055273518, 1.9519659087947285e-05, -2.2531599602456287e-05, 8.578380622501582e-06,
        -2.11470188127795e-06, 3.6954722919866033e-07, -4.593073322135117e-08, 3.8897805298077685e-09,
        -2.0202085069086934e-10, 4.864742504739347e-12),
}
_ONE = {FLOAT32.name: 4.0, FLOAT64.name: 6.0}


def erf(m: LLVMAlgebra, x: ir.Value) -> ir.Value:
    """An odd polynomial up to 1, then 1 - exp(-polynomial) with the sign of x."""
    form, b = format_of(x), m.b
    magnitude = m.abs(x)
    near = m.fma(x, polynomial(m, b.fmul(x, x), _NEAR[form.name]), x)
    bounded = clamp(m, magnitude, 1.0, _ONE[form.name])
    complement = exp(m, b.fneg(polynomial(m, bounded, _FAR[form.name])))
    far = m.copysign(b.fsub(m.like(x, 1.0), complement), x)
    return b.select(b.fcmp_ordered("<", magnitude, m.like(x, 1.0)), near, far)

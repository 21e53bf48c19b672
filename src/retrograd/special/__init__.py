"""`torch.special`: the functions of `retrograd` that PyTorch lists there too.

>>> import retrograd as rg
>>> rg.special.expit(rg.tensor(0.0))
tensor(0.5000)
"""

from __future__ import annotations

from typing import Any

from retrograd.functional.activation import log_softmax, softmax
from retrograd.functional.angles import sinc
from retrograd.functional.elementwise import erf, expm1, log1p, round
from retrograd.functional.elementwise import sigmoid as expit
from retrograd.functional.into import install
from retrograd.functional.reduce import logsumexp
from retrograd.functional.special import (
    bessel_j0,
    bessel_j1,
    digamma,
    entr,
    erfc,
    erfcx,
    erfinv,
    exp2,
    gammainc,
    gammaincc,
    gammaln,
    i0,
    i0e,
    i1,
    i1e,
    log_ndtr,
    logit,
    multigammaln,
    ndtr,
    ndtri,
    polygamma,
    psi,
    xlog1py,
    xlogy,
    zeta,
)
from retrograd.missing import attribute_error

__all__ = [
    "bessel_j0", "bessel_j1", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1",
    "gammainc", "gammaincc", "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr", "log_softmax", "logit",
    "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "psi", "round", "sinc", "softmax", "xlog1py",
    "xlogy", "zeta",
]


install(globals(), "special")


def __getattr__(name: str) -> Any:
    raise attribute_error("special", name, __all__)

"""`torch.special`: the functions of `retrograd` that PyTorch lists there too.

>>> import retrograd as rg
>>> rg.special.expit(rg.tensor(0.0))
tensor(0.5000)
"""

from __future__ import annotations

from typing import Any

from retrograd.functional.activation import log_softmax, softmax
from retrograd.functional.elementwise import erf, expm1, log1p, round
from retrograd.functional.elementwise import sigmoid as expit
from retrograd.functional.reduce import logsumexp
from retrograd.missing import attribute_error

__all__ = ["erf", "expit", "expm1", "log1p", "log_softmax", "logsumexp", "round", "softmax"]


def __getattr__(name: str) -> Any:
    raise attribute_error("special", name, __all__)

"""`torch.linalg`: norms, solving, inverse and determinant, under PyTorch's module name.

>>> import retrograd as rg
>>> rg.linalg.norm(rg.tensor([3.0, 4.0]))
tensor(5.)
"""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import EvaluationError as LinAlgError
from retrograd.functional.matrix import (
    cross,
    det,
    matrix_norm,
    matrix_power,
    multi_dot,
    norm,
    slogdet,
    vecdot,
    vector_norm,
)
from retrograd.functional.places import diagonal
from retrograd.functional.products import inv, matmul, solve
from retrograd.missing import attribute_error

__all__ = [
    "LinAlgError",
    "cross",
    "det",
    "diagonal",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "multi_dot",
    "norm",
    "slogdet",
    "solve",
    "vecdot",
    "vector_norm",
]


def __getattr__(name: str) -> Any:
    raise attribute_error("linalg", name, __all__)

"""Vectors as lower triangles of matrices, and back; probabilities and logits: what `distributions.utils`
offers to distributions of one's own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.distributions.distribution import broadcast_all
from retrograd.distributions.mapping_elements import clipped
from retrograd.tensors.create import zeros

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits",
           "tril_matrix_to_vec", "vec_to_tril_matrix"]

clamp_probs = clipped


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """Lower triangular matrices, row by row from the last dimension; `diag` as in `tril`.

    >>> import retrograd as rg
    >>> vec_to_tril_matrix(rg.tensor([1.0, 2.0, 3.0]), -1)
    tensor([[0., 0., 0.],
            [1., 0., 0.],
            [2., 3., 0.]])
    """
    many = vec.shape[-1]
    # many is n (n + 1) / 2 for the diagonal itself; the positive root of that for any other
    square = (1 + 2 * diag) ** 2 + 8 * many + 4 * abs(diag) * (diag + 1)
    root = math.isqrt(square)
    if root * root != square or (root - 1) % 2:
        raise ValueError(f"The size of last dimension is {many} which cannot be expressed as "
                         "the lower triangular part of a square D x D matrix.")
    size = (root - 1) // 2 - diag
    rows, columns = F.tril_indices(size, size, diag)
    flat = zeros(*vec.shape[:-1], size * size, dtype=vec.dtype)
    return F.index_copy(flat, -1, rows * size + columns, vec).reshape(*vec.shape[:-1], size, size)


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The lower triangles of matrices, row by row.

    >>> import retrograd as rg
    >>> tril_matrix_to_vec(rg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([1., 3., 4.])
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    rows, columns = F.tril_indices(n, n, diag)
    return mat[..., rows, columns]


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """Probabilities of logits: sigmoid of one each, softmax over the last dimension.

    >>> import retrograd as rg
    >>> logits_to_probs(rg.zeros(2))
    tensor([0.5000, 0.5000])
    """
    return logits.sigmoid() if is_binary else F.softmax(logits, -1)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """Logits of probabilities, which are kept off 0 and 1.

    >>> import retrograd as rg
    >>> probs_to_logits(rg.tensor(0.5), is_binary=True)
    tensor(0.)
    """
    p = clipped(probs)
    return p.log() - (-p).log1p() if is_binary else p.log()


class lazy_property:
    """A method as an attribute that is computed once.

    >>> class Two:
    ...     @lazy_property
    ...     def value(self):
    ...         print("computed")
    ...         return 2
    >>> two = Two()
    >>> two.value + two.value
    computed
    4
    """

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, kind: Any = None) -> Any:
        if instance is None:
            return self
        value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value

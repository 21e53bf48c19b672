"""Transforms of vectors and matrices: shares, triangular factors, and several transforms side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import finfo
from retrograd.base.shape import Size
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import sum_rightmost
from retrograd.distributions.mapping import Fixed, Transform
from retrograd.distributions.triangles import tril_matrix_to_vec, vec_to_tril_matrix
from retrograd.functional.factors import cholesky
from retrograd.tensors.create import arange, eye


class SoftmaxTransform(Fixed):
    """y = softmax(x) over the last dimension; not invertible, and without a slope.

    >>> import retrograd as rg
    >>> rg.distributions.SoftmaxTransform()(rg.zeros(2))
    tensor([0.5000, 0.5000])
    """

    domain, codomain = c.real_vector, c.simplex

    def _call(self, x: Any) -> Any:
        return F.softmax(x, -1)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        """The same, of one dimension or more."""
        return _at_least(shape, 1)

    inverse_shape = forward_shape


def _at_least(shape: Any, rank: int) -> Any:
    if len(shape) < rank:
        raise ValueError("Too few dimensions on input")
    return shape


class StickBreakingTransform(Fixed):
    """n numbers to n + 1 shares: each breaks its part off what the ones before it have left of a stick.

    >>> import retrograd as rg
    >>> rg.distributions.StickBreakingTransform()(rg.zeros(2))
    tensor([0.3333, 0.3333, 0.3333])
    """

    domain, codomain = c.real_vector, c.simplex
    bijective = True

    @staticmethod
    def _log_left(x: Any, n: int) -> Any:
        """log of how many parts are still to be broken off, at each place: n, ..., 1."""
        return (n - arange(n).to(x.dtype)).log()

    def _call(self, x: Any) -> Any:
        z = F.sigmoid(x - self._log_left(x, x.shape[-1]))
        one = F.mul(x[..., :1], 0) + 1
        return F.cat([z, one], -1) * F.cat([one, (1 - z).cumprod(-1)], -1)

    def _inverse(self, y: Any) -> Any:
        first = y[..., :-1]
        rest = (1 - first.cumsum(-1)).clamp(min=2.0 ** -1022 if y.dtype.itemsize == 8 else 2.0 ** -126)
        return first.log() - rest.log() + self._log_left(y, first.shape[-1])

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum of log(z (1 - z) rest) over the breaks, z their shares of what is left."""
        x = x - self._log_left(x, x.shape[-1])
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        """One more at the end."""
        return Size((*_at_least(shape, 1)[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        """One less at the end."""
        return Size((*_at_least(shape, 1)[:-1], shape[-1] - 1))


class LowerCholeskyTransform(Fixed):
    """Matrices to lower triangular ones with a positive diagonal: that of x as powers of e.

    >>> import retrograd as rg
    >>> rg.distributions.LowerCholeskyTransform()(rg.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """

    domain, codomain = c.independent(c.real, 2), c.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + F.diag_embed(x.diagonal(dim1=-2, dim2=-1).exp())

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + F.diag_embed(y.diagonal(dim1=-2, dim2=-1).log())


class PositiveDefiniteTransform(Fixed):
    """Matrices to positive definite ones: L L' of what LowerCholeskyTransform makes of x.

    >>> import retrograd as rg
    >>> rg.distributions.PositiveDefiniteTransform()(rg.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """

    domain, codomain = c.independent(c.real, 2), c.positive_definite

    def _call(self, x: Any) -> Any:
        root = LowerCholeskyTransform()(x)
        return root @ root.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(cholesky(y))


class CorrCholeskyTransform(Fixed):
    """n (n - 1) / 2 numbers to the Cholesky factor of a correlation matrix of size n: tanh of each is the
    share of its row's length that is still there.

    >>> import retrograd as rg
    >>> rg.distributions.CorrCholeskyTransform()(rg.zeros(1))
    tensor([[1., 0.],
            [0., 1.]])
    """

    domain, codomain = c.real_vector, c.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        share = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), -1)
        left = (1 - share * share).sqrt().cumprod(-1)
        return (share + eye(share.shape[-1], dtype=x.dtype)) * F.pad(left[..., :-1], [1, 0], value=1.0)

    def _inverse(self, y: Any) -> Any:
        left = F.pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1.0)
        share = tril_matrix_to_vec(y, -1) / tril_matrix_to_vec(left, -1).sqrt()
        return (share.log1p() - (-share).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Of tanh, and of the lengths that are left: the sum of their logarithms by halves."""
        left = tril_matrix_to_vec(1 - (y * y).cumsum(-1), -2)
        slopes = -2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(-1)
        return 0.5 * left.log().sum(-1) + slopes

    def forward_shape(self, shape: Any) -> Any:
        """n (n - 1) / 2 becomes n, n."""
        many = _at_least(shape, 1)[-1]
        n = round((0.25 + 2 * many) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != many:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return Size((*shape[:-1], n, n))

    def inverse_shape(self, shape: Any) -> Any:
        """n, n becomes n (n - 1) / 2."""
        n = _at_least(shape, 2)[-1]
        if shape[-2] != n:
            raise ValueError("Input is not square")
        return Size((*shape[:-2], n * (n - 1) // 2))


# ---------------------------------------------------------------- side by side
class _Joint(Transform):
    """A transform for each part of a tensor along a dimension."""

    transforms: list[Transform]
    dim: int

    def __init__(self, tseq: Sequence[Transform], dim: int, cache_size: int) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise ValueError("All elements of tseq must be transforms")
        super().__init__(cache_size)
        self.transforms = [t.with_cache(cache_size) if cache_size else t for t in tseq]
        self.dim = dim

    @property
    def bijective(self) -> bool:        # type: ignore[override]
        """Whether all are."""
        return all(t.bijective for t in self.transforms)

    def _checked(self, x: Any, many: int) -> None:
        if not -x.dim() <= self.dim < x.dim() or x.shape[self.dim] != many:
            raise ValueError(f"dimension {self.dim} of a tensor of shape {tuple(x.shape)} is expected to be "
                             f"{many}")


class CatTransform(_Joint):
    """Transforms of parts along a dimension, each `lengths` long.

    >>> import retrograd as rg
    >>> from retrograd.distributions import CatTransform, ExpTransform, identity_transform
    >>> CatTransform([ExpTransform(), identity_transform], lengths=[1, 2])(rg.zeros(3))
    tensor([1., 0., 0.])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, lengths: Any = None,
                 cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise ValueError(f"{len(self.lengths)} lengths for {len(self.transforms)} transforms")

    @property
    def event_dim(self) -> int:
        """The largest of the parts'."""
        return max(max(t.domain.event_dim, t.codomain.event_dim) for t in self.transforms)

    @property
    def length(self) -> int:
        """All together."""
        return sum(self.lengths)

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """Those of the parts."""
        return c.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        """Those of the parts."""
        return c.cat([t.codomain for t in self.transforms], self.dim, self.lengths)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _call(self, x: Any) -> Any:
        self._checked(x, self.length)
        return F.cat([t(part) for t, part in zip(self.transforms, x.split(self.lengths, self.dim))], self.dim)

    def _inverse(self, y: Any) -> Any:
        self._checked(y, self.length)
        parts = y.split(self.lengths, self.dim)
        return F.cat([t._inv_call(part) for t, part in zip(self.transforms, parts)], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts, side by side; their sum, where the dimension is inside an event."""
        self._checked(x, self.length)
        slopes = []
        for t, a, b in zip(self.transforms, x.split(self.lengths, self.dim), y.split(self.lengths, self.dim)):
            slope = t.log_abs_det_jacobian(a, b)
            slopes.append(sum_rightmost(slope, self.event_dim - t.domain.event_dim))
        dim = (self.dim - x.dim() if self.dim >= 0 else self.dim) + self.event_dim
        return F.cat(slopes, dim) if dim < 0 else sum(slopes[1:], slopes[0])


class StackTransform(_Joint):
    """Transforms of the slices along a dimension.

    >>> import retrograd as rg
    >>> from retrograd.distributions import ExpTransform, StackTransform, identity_transform
    >>> StackTransform([ExpTransform(), identity_transform], dim=0)(rg.zeros(2))
    tensor([1., 0.])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """Those of the slices."""
        return c.stack([t.domain for t in self.transforms], self.dim)

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        """Those of the slices."""
        return c.stack([t.codomain for t in self.transforms], self.dim)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            StackTransform(self.transforms, self.dim, cache_size)

    def _call(self, x: Any) -> Any:
        self._checked(x, len(self.transforms))
        return F.stack([t(part) for t, part in zip(self.transforms, F.unbind(x, self.dim))], self.dim)

    def _inverse(self, y: Any) -> Any:
        self._checked(y, len(self.transforms))
        parts = F.unbind(y, self.dim)
        return F.stack([t._inv_call(part) for t, part in zip(self.transforms, parts)], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the slices, stacked."""
        self._checked(x, len(self.transforms))
        return F.stack([t.log_abs_det_jacobian(a, b) for t, a, b in
                        zip(self.transforms, F.unbind(x, self.dim), F.unbind(y, self.dim))], self.dim)

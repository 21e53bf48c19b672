"""Distributions of vectors: normal with a covariance of low rank, and shares that sum to 1."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.continuous import Normal
from retrograd.distributions.distribution import Centred
from retrograd.distributions.mapping_vectors import StickBreakingTransform
from retrograd.distributions.transformed import OfNormal
from retrograd.functional.factors import cholesky, solve_triangular
from retrograd.tensors.create import eye, randn


class LowRankMultivariateNormal(Centred):
    """Normal vectors with covariance W W' + diag(cov_diag), W of few columns: a small matrix is inverted.

    >>> import retrograd as rg
    >>> law = rg.distributions.LowRankMultivariateNormal(rg.zeros(2), rg.zeros(2, 1), rg.ones(2))
    >>> law.log_prob(rg.zeros(2))
    tensor(-1.8379)
    """

    arg_constraints = {"loc": c.real_vector, "cov_factor": c.independent(c.real, 2),
                       "cov_diag": c.independent(c.positive, 1)}
    support = c.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        n = loc.shape[-1]
        if cov_factor.dim() < 2 or cov_factor.shape[-2] != n:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {n} x m")
        if cov_diag.shape[-1:] != (n,):
            raise ValueError(f"cov_diag must be a batch of vectors with shape {(n,)}")
        batch = F.broadcast_tensors(loc[..., 0], cov_factor[..., 0, 0], cov_diag[..., 0])[0].shape
        self.loc, self.cov_diag = loc.expand(*batch, n), cov_diag.expand(*batch, n)
        self.cov_factor = cov_factor.expand(*batch, *cov_factor.shape[-2:])
        super().__init__(batch, (n,), validate_args=validate_args)
        # Of the capacitance matrix I + W' D^-1 W.
        scaled = self.cov_factor / self.cov_diag.unsqueeze(-1)
        small = self.cov_factor.mT @ scaled
        self._root = cholesky(small + eye(small.shape[-1], dtype=small.dtype))

    @property
    def variance(self) -> Any:
        """The diagonal of the covariance."""
        return (self.cov_factor ** 2).sum(-1) + self.cov_diag

    @property
    def covariance_matrix(self) -> Any:
        """W W' + diag(cov_diag)."""
        return self.cov_factor @ self.cov_factor.mT + F.diag_embed(self.cov_diag)

    @property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        return cholesky(self.covariance_matrix)

    @property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance, by Woodbury's identity."""
        a = solve_triangular(self._root, (self.cov_factor / self.cov_diag.unsqueeze(-1)).mT, upper=False)
        return F.diag_embed(1 / self.cov_diag) - a.mT @ a

    def rsample(self, sample_shape: Any = ()) -> Any:
        """loc + W z + sqrt(cov_diag) z'."""
        shape = self._extended_shape(sample_shape)
        few = randn(*shape[:-1], self.cov_factor.shape[-1], dtype=self.loc.dtype)
        own = randn(*shape, dtype=self.loc.dtype)
        return self.loc + (self.cov_factor @ few.unsqueeze(-1)).squeeze(-1) + self.cov_diag.sqrt() * own

    def _half_log_det(self) -> Any:
        return self._root.diagonal(dim1=-2, dim2=-1).log().sum(-1) + 0.5 * self.cov_diag.log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        """-(M + n log(2 pi) + log det) / 2, M by Woodbury's identity."""
        self._validate_sample(value)
        d = value - self.loc
        inside = (self.cov_factor.mT @ (d / self.cov_diag).unsqueeze(-1))
        root = self._root.expand(*inside.shape[:-2], *self._root.shape[-2:])
        known = (solve_triangular(root, inside, upper=False) ** 2).sum((-2, -1))
        distance = (d ** 2 / self.cov_diag).sum(-1) - known
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self) -> Any:
        """n (1 + log(2 pi)) / 2 + log det / 2."""
        return 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()


class LogisticNormal(OfNormal):
    """Shares of a stick broken at normal places: vectors that are positive and sum to 1.

    >>> import retrograd as rg
    >>> rg.distributions.LogisticNormal(rg.zeros(2), rg.ones(2)).event_shape
    retrograd.Size([3])
    """

    arg_constraints = {"loc": c.real, "scale": c.positive}
    support = c.simplex     # type: ignore[assignment]

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base if base.batch_shape else base.expand((1,)), StickBreakingTransform(),
                         validate_args)

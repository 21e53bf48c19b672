"""Distributions of matrices: Cholesky factors of correlations (LKJ), and covariances of normal samples
(Wishart)."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import finfo
from retrograd.distributions import constraints as c
from retrograd.distributions.covariance import WithCovariance, root_of, squared_length, the_one
from retrograd.distributions.distribution import Distribution, broadcast_all
from retrograd.distributions.gamma import Beta, Chi2
from retrograd.tensors.create import arange, randn, tensor


class LKJCholesky(Distribution):
    """The lower Cholesky factor L of a correlation matrix of size dim, with a density over correlations of
    det(L L')**(concentration - 1): uniform at 1, near the unit matrix for large concentrations (Lewandowski,
    Kurowicka and Joe 2009, by their onion method).

    >>> import retrograd as rg
    >>> rg.distributions.LKJCholesky(2, 1.0).log_prob(rg.eye(2))
    tensor(-0.6931)
    """

    arg_constraints = {"concentration": c.positive}
    support = c.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        self.concentration, = broadcast_all(concentration)
        # Row k + 1: the squared length of what stands before its diagonal.
        row = F.cat([arange(1), arange(dim - 1)]).to(self.concentration.dtype)
        ahead = self.concentration.unsqueeze(-1) + 0.5 * (dim - 2)
        self._beta = Beta(row + 0.5, ahead - 0.5 * row)
        super().__init__(self.concentration.shape, (dim, dim), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same for a batch of that shape."""
        return LKJCholesky(self.dim, self.concentration.expand(*tuple(batch_shape)), self._validate_args)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Rows in random directions, of a random length before the diagonal, of length 1 with it."""
        kind = self.concentration.dtype
        length = self._beta.sample(sample_shape).unsqueeze(-1)
        z = randn(*self._extended_shape(sample_shape), dtype=kind).tril(-1)
        norm = (z * z).sum(-1, True).sqrt()
        w = length.sqrt() * z / F.where(norm == 0, 1.0, norm)
        diagonal = (1 - (w * w).sum(-1)).clamp(min=finfo(kind).tiny).sqrt()
        return w + F.diag_embed(diagonal)

    def log_prob(self, value: Any) -> Any:
        """sum over k >= 2 of (2 (concentration - 1) + dim - k) log L_kk, less the logarithm of the volume."""
        self._validate_sample(value)
        a, rest = self.concentration, self.dim - 1
        power = 2 * (a - 1).unsqueeze(-1) + self.dim - arange(2, self.dim + 1).to(a.dtype)
        score = (power * value.diagonal(dim1=-2, dim2=-1)[..., 1:].log()).sum(-1)
        top = a + 0.5 * rest
        return score - (0.5 * rest * math.log(math.pi) + F.mvlgamma(top - 0.5, rest) - rest * F.lgamma(top))

    def __repr__(self) -> str:
        return f"LKJCholesky(dim: {self.dim}, concentration: {self.concentration})"


class Wishart(WithCovariance):
    """The sum of df squares x x' of normal vectors with a covariance: positive definite matrices of size n.

    >>> import retrograd as rg
    >>> rg.distributions.Wishart(rg.tensor(3.0), rg.eye(2)).mean
    tensor([[3., 0.],
            [0., 3.]])
    """

    arg_constraints = {"covariance_matrix": c.positive_definite, "precision_matrix": c.positive_definite,
                       "scale_tril": c.lower_cholesky, "df": c.greater_than(0)}
    support = c.positive_definite
    has_rsample = True

    def __init__(self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None,
                 scale_tril: Any = None, validate_args: bool | None = None) -> None:
        name, matrix = the_one(covariance_matrix=covariance_matrix, precision_matrix=precision_matrix,
                               scale_tril=scale_tril)
        df = df if hasattr(df, "node") else tensor(df, dtype=matrix.dtype)
        batch = F.broadcast_tensors(matrix[..., 0, 0], df)[0].shape
        n = matrix.shape[-1]
        self.df = df.expand(*batch)
        self.__dict__[name] = matrix.expand(*batch, n, n)
        if bool((self.df <= n - 1).any()):
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {n - 1}.")
        super().__init__(batch, (n, n), validate_args)
        self._root = root_of(name, self.__dict__[name])

    def _each(self, x: Any) -> Any:
        return x.reshape(*x.shape, 1, 1)

    @property
    def mean(self) -> Any:
        """df covariance."""
        return self._each(self.df) * self.covariance_matrix

    @property
    def mode(self) -> Any:
        """(df - n - 1) covariance; nan where df is not above n + 1."""
        factor = self.df - self._event_shape[0] - 1
        return self._each(F.where(factor <= 0, math.nan, factor)) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        """df (V_ij**2 + V_ii V_jj) of the covariance V."""
        full = self.covariance_matrix
        d = full.diagonal(dim1=-2, dim2=-1)
        return self._each(self.df) * (full ** 2 + d.unsqueeze(-1) * d.unsqueeze(-2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """L A A' L', normal numbers below the diagonal of A, roots of chi-squared ones on it (Bartlett)."""
        n = self._event_shape[0]
        low = randn(*self._extended_shape(sample_shape), dtype=self._root.dtype).tril(-1)
        squares = Chi2(self.df.unsqueeze(-1) - arange(n).to(self.df.dtype), validate_args=False)
        a = self._root @ (low + F.diag_embed(squares.rsample(sample_shape).sqrt()))
        return a @ a.mT

    def log_prob(self, value: Any) -> Any:
        """((df - n - 1) log det x - tr(V^-1 x) - df (n log 2 + log det V)) / 2 - mvlgamma_n(df / 2)."""
        self._validate_sample(value)
        n, half = self._event_shape[0], 0.5 * self.df
        root = root_of("covariance_matrix", value)
        log_det = root.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return ((self.df - n - 1) * log_det - 0.5 * squared_length(self._root, root)
                - self.df * self._half_log_det() - half * n * math.log(2.0) - F.mvlgamma(half, n))

    def _mean_log_det(self) -> Any:
        """The expected log det x, less that of the covariance and n log 2."""
        n = self._event_shape[0]
        return F.digamma(0.5 * (self.df.unsqueeze(-1) - arange(n).to(self.df.dtype))).sum(-1)

    def entropy(self) -> Any:
        """(n + 1) (log det V + n log 2) / 2 + mvlgamma_n(df/2) - (df - n - 1) E / 2 + df n / 2, E the
        expected log det x less log det V and n log 2."""
        n, half = self._event_shape[0], 0.5 * self.df
        spread = (n + 1) * (0.5 * n * math.log(2.0) + self._half_log_det())
        return spread + F.mvlgamma(half, n) - 0.5 * (self.df - n - 1) * self._mean_log_det() + half * n

    def cross_entropy(self, other: Wishart) -> Any:
        """The expected -log_prob of another Wishart distribution."""
        n, half = self._event_shape[0], 0.5 * other.df
        mine, theirs = self._half_log_det(), other._half_log_det()
        log_det = self._mean_log_det() + n * math.log(2.0) + 2 * mine
        trace = self.df * squared_length(other._root, self._root)
        return (other.df * theirs + half * n * math.log(2.0) + F.mvlgamma(half, n)
                - 0.5 * (other.df - n - 1) * log_det + 0.5 * trace)

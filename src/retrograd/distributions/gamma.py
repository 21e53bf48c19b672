"""Gamma and what is made of it: Beta, Dirichlet, Student's t, Fisher's F.

A gamma number z with concentration a is drawn by NumPy; its derivative dz/da = -(dP/da) / p, P the share
below z, is computed beside it (implicit reparametrisation), so rsample has first derivatives.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import Distribution, broadcast_all
from retrograd.graph.node import leaf
from retrograd.ops import special_values
from retrograd.tensors.create import randn
from retrograd.tensors.drawing import stream, value_of
from retrograd.tensors.tensor import Tensor


def standard_gamma(concentration: Any, shape: Any) -> Any:
    """Gamma numbers of rate 1, with a first derivative to the concentration.

    >>> import retrograd as rg
    >>> bool((standard_gamma(rg.ones(3), (2, 3)) > 0).all())
    True
    """
    dtype = concentration.dtype
    a = np.broadcast_to(value_of(concentration, "Gamma").astype(np.float64), tuple(shape))
    z = np.maximum(stream().standard_gamma(a), np.finfo(dtype.np).tiny)
    drawn = Tensor(leaf(np.asarray(z, dtype.np), dtype))
    if not concentration.requires_grad:
        return drawn
    with np.errstate(all="ignore"):
        h = 1e-4 * np.maximum(a, 1e-3)
        share = special_values.gammainc
        slope = (share(a + h, z) - share(a - h, z)) / (2 * h)
        density = np.exp((a - 1) * np.log(z) - z - special_values.lgamma(a))
        dz = np.where(density > 0, -slope / density, 0.0)
    gain = Tensor(leaf(np.asarray(np.nan_to_num(dz), dtype.np), dtype))
    return drawn + (concentration - concentration.detach()) * gain


class Gamma(Distribution):
    """Density rate**a x**(a - 1) e**(-rate x) / Gamma(a), a the concentration.

    >>> import retrograd as rg
    >>> rg.distributions.Gamma(2.0, 4.0).mean
    tensor(0.5000)
    """

    arg_constraints = {"concentration": c.positive, "rate": c.positive}
    support = c.nonnegative
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """a / rate."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        """(a - 1) / rate, at least 0."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        """a / rate**2."""
        return self.concentration / self.rate ** 2

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A standard gamma number over the rate."""
        return standard_gamma(self.concentration, self._extended_shape(sample_shape)) / self.rate

    def log_prob(self, value: Any) -> Any:
        """a log rate + (a - 1) log x - rate x - lgamma(a)."""
        self._validate_sample(value)
        a = self.concentration
        return F.xlogy(a, self.rate) + F.xlogy(a - 1, value) - self.rate * value - F.lgamma(a)

    def cdf(self, value: Any) -> Any:
        """The share of Gamma(a) below rate x."""
        self._validate_sample(value)
        return F.igamma(self.concentration, self.rate * value)

    def entropy(self) -> Any:
        """a - log rate + lgamma(a) + (1 - a) digamma(a)."""
        a = self.concentration
        return a - self.rate.log() + F.lgamma(a) + (1.0 - a) * F.digamma(a)


class Chi2(Gamma):
    """The sum of df squared standard normal numbers.

    >>> import retrograd as rg
    >>> rg.distributions.Chi2(3.0).mean
    tensor(3.)
    """

    arg_constraints = {"df": c.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        super().__init__(0.5 * df, 0.5, validate_args)

    @property
    def df(self) -> Any:
        """Degrees of freedom."""
        return self.concentration * 2


class InverseGamma(Distribution):
    """1 / x of gamma x.

    >>> import retrograd as rg
    >>> rg.distributions.InverseGamma(3.0, 4.0).mean
    tensor(2.)
    """

    arg_constraints = {"concentration": c.positive, "rate": c.positive}
    support = c.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        self.base_dist = Gamma(self.concentration, self.rate, validate_args=validate_args)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """rate / (a - 1), inf for a up to 1."""
        a = self.concentration
        return F.where(a > 1, self.rate / (a - 1), math.inf)

    @property
    def mode(self) -> Any:
        """rate / (a + 1)."""
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        """rate**2 / ((a - 1)**2 (a - 2)), inf for a up to 2."""
        a = self.concentration
        return F.where(a > 2, self.rate ** 2 / ((a - 1) ** 2 * (a - 2)), math.inf)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """One over a gamma number."""
        return self.base_dist.rsample(sample_shape).reciprocal()

    def log_prob(self, value: Any) -> Any:
        """The gamma density at 1 / x, over x**2."""
        self._validate_sample(value)
        return self.base_dist.log_prob(value.reciprocal()) - 2 * value.log()

    def entropy(self) -> Any:
        """a + log rate + lgamma(a) - (1 + a) digamma(a)."""
        a = self.concentration
        return a + self.rate.log() + F.lgamma(a) - (1.0 + a) * F.digamma(a)


class Dirichlet(Distribution):
    """Shares that sum to 1: density of prod x_i**(a_i - 1).

    >>> import retrograd as rg
    >>> rg.distributions.Dirichlet(rg.tensor([1.0, 3.0])).mean
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"concentration": c.independent(c.positive, 1)}
    support = c.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """a / sum(a)."""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Any:
        """(a - 1) / sum(a - 1), a at least 1."""
        less = (self.concentration - 1).clamp(min=0.0)
        return less / less.sum(-1, True)

    @property
    def variance(self) -> Any:
        """a (s - a) / (s**2 (s + 1)), s the sum."""
        s = self.concentration.sum(-1, True)
        return self.concentration * (s - self.concentration) / (s ** 2 * (s + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Gamma numbers over their sum."""
        g = standard_gamma(self.concentration, self._extended_shape(sample_shape))
        return g / g.sum(-1, True)

    def log_prob(self, value: Any) -> Any:
        """sum (a - 1) log x + lgamma(sum a) - sum lgamma(a)."""
        self._validate_sample(value)
        a = self.concentration
        return F.xlogy(a - 1.0, value).sum(-1) + F.lgamma(a.sum(-1)) - F.lgamma(a).sum(-1)

    def entropy(self) -> Any:
        """sum lgamma(a) - lgamma(s) - (k - s) digamma(s) - sum (a - 1) digamma(a)."""
        a = self.concentration
        k, s = a.shape[-1], a.sum(-1)
        return F.lgamma(a).sum(-1) - F.lgamma(s) - (k - s) * F.digamma(s) - ((a - 1.0) * F.digamma(a)).sum(-1)


class Beta(Distribution):
    """Shares of two: density of x**(a - 1) (1 - x)**(b - 1).

    >>> import retrograd as rg
    >>> rg.distributions.Beta(1.0, 3.0).mean
    tensor(0.2500)
    """

    arg_constraints = {"concentration1": c.positive, "concentration0": c.positive}
    support = c.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    def _dirichlet(self) -> Dirichlet:
        return Dirichlet(F.stack([self.concentration1, self.concentration0], -1), validate_args=False)

    @property
    def mean(self) -> Any:
        """a / (a + b)."""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Any:
        """(a - 1) / (a + b - 2), for a, b above 1."""
        return self._dirichlet().mode[..., 0]

    @property
    def variance(self) -> Any:
        """a b / ((a + b)**2 (a + b + 1))."""
        s = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (s ** 2 * (s + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """The first share of a Dirichlet pair."""
        return self._dirichlet().rsample(sample_shape)[..., 0]

    def log_prob(self, value: Any) -> Any:
        """That of the Dirichlet pair (x, 1 - x)."""
        self._validate_sample(value)
        return self._dirichlet().log_prob(F.stack([value, 1.0 - value], -1))

    def entropy(self) -> Any:
        """That of the Dirichlet pair."""
        return self._dirichlet().entropy()


class StudentT(Distribution):
    """loc + scale z / sqrt(chi2 / df).

    >>> import retrograd as rg
    >>> rg.distributions.StudentT(3.0).variance
    tensor(3.)
    """

    arg_constraints = {"df": c.positive, "loc": c.real, "scale": c.positive}
    support = c.real
    has_rsample = True

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """loc, nan for df up to 1."""
        return F.where(self.df > 1, self.loc, math.nan)

    @property
    def mode(self) -> Any:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Any:
        """scale**2 df / (df - 2); inf for df up to 2, nan up to 1."""
        v = F.where(self.df > 2, self.scale ** 2 * self.df / (self.df - 2), math.inf)
        return F.where(self.df > 1, v, math.nan)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """loc + scale z / sqrt(chi2 / df)."""
        shape = self._extended_shape(sample_shape)
        chi2 = 2 * standard_gamma(self.df / 2, shape)
        return self.loc + self.scale * randn(*shape, dtype=self.df.dtype) * (chi2 / self.df).rsqrt()

    def log_prob(self, value: Any) -> Any:
        """-(df + 1)/2 log(1 + z**2 / df) less the logarithm of the norm."""
        self._validate_sample(value)
        y = (value - self.loc) / self.scale
        z = self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + F.lgamma(0.5 * self.df) - \
            F.lgamma(0.5 * (self.df + 1.0))
        return -0.5 * (self.df + 1.0) * (y ** 2 / self.df).log1p() - z

    def entropy(self) -> Any:
        """log scale + (df + 1)/2 (digamma((df + 1)/2) - digamma(df/2)) + log df / 2 + log B(df/2, 1/2)."""
        n = self.df
        beta = F.lgamma(0.5 * n) + math.lgamma(0.5) - F.lgamma(0.5 * (n + 1))
        return self.scale.log() + 0.5 * (n + 1) * (F.digamma(0.5 * (n + 1)) - F.digamma(0.5 * n)) + \
            0.5 * n.log() + beta


class FisherSnedecor(Distribution):
    """(chi2(df1) / df1) / (chi2(df2) / df2).

    >>> import retrograd as rg
    >>> rg.distributions.FisherSnedecor(2.0, 4.0).mean
    tensor(2.)
    """

    arg_constraints = {"df1": c.positive, "df2": c.positive}
    support = c.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """df2 / (df2 - 2), nan for df2 up to 2."""
        return F.where(self.df2 > 2, self.df2 / (self.df2 - 2), math.nan)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """The quotient of two gamma numbers, each over half its degrees of freedom."""
        shape = self._extended_shape(sample_shape)
        above, below = standard_gamma(self.df1 / 2, shape), standard_gamma(self.df2 / 2, shape)
        return (above / self.df1) / (below / self.df2)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._validate_sample(value)
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        t1 = F.lgamma(a + b) - F.lgamma(a) - F.lgamma(b)
        return t1 + a * ratio.log() + (a - 1) * value.log() - (a + b) * (ratio * value).log1p()

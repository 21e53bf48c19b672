"""Continuous distributions of positive numbers: waiting times, sizes, tails."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.continuous import Cauchy, Normal, _LocScale, uniform
from retrograd.distributions.distribution import EULER, Distribution, broadcast_all
from retrograd.tensors.create import rand


class Exponential(Distribution):
    """Waiting times at a rate: density rate e**(-rate x).

    >>> import retrograd as rg
    >>> rg.distributions.Exponential(2.0).mean
    tensor(0.5000)
    """

    arg_constraints = {"rate": c.positive}
    support = c.nonnegative
    has_rsample = True

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self.rate, = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """1 / rate."""
        return self.rate.reciprocal()

    @property
    def mode(self) -> Any:
        """0."""
        return self.rate.detach() * 0

    @property
    def stddev(self) -> Any:
        """1 / rate."""
        return self.rate.reciprocal()

    @property
    def variance(self) -> Any:
        """1 / rate**2."""
        return self.rate ** -2

    def rsample(self, sample_shape: Any = ()) -> Any:
        """-log(1 - u) / rate."""
        return -(-rand(*self._extended_shape(sample_shape), dtype=self.rate.dtype)).log1p() / self.rate

    def log_prob(self, value: Any) -> Any:
        """log rate - rate value."""
        self._validate_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value: Any) -> Any:
        """1 - e**(-rate value)."""
        self._validate_sample(value)
        return 1 - (-self.rate * value).exp()

    def icdf(self, value: Any) -> Any:
        """-log(1 - value) / rate."""
        return -(-value).log1p() / self.rate

    def entropy(self) -> Any:
        """1 - log rate."""
        return 1.0 - self.rate.log()


class _Half(Distribution):
    """The size of a distribution that is symmetric about 0."""

    arg_constraints = {"scale": c.positive}
    support = c.nonnegative
    has_rsample = True
    whole: type[_LocScale]

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        self.scale, = broadcast_all(scale)
        self.base_dist = self.whole(F.mul(self.scale, 0), self.scale, validate_args=False)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def mode(self) -> Any:
        """0."""
        return self.scale.detach() * 0

    def rsample(self, sample_shape: Any = ()) -> Any:
        """|x| of the whole distribution."""
        return self.base_dist.rsample(sample_shape).abs()

    def log_prob(self, value: Any) -> Any:
        """log 2 + that of the whole distribution."""
        self._validate_sample(value)
        return F.where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value: Any) -> Any:
        """2 cdf - 1 of the whole distribution."""
        self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Any) -> Any:
        """The whole distribution's at (value + 1) / 2."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        """That of the whole distribution - log 2."""
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """|x| of normal x with mean 0.

    >>> import retrograd as rg
    >>> rg.distributions.HalfNormal(1.0).mean
    tensor(0.7979)
    """

    whole = Normal

    @property
    def mean(self) -> Any:
        """scale sqrt(2 / pi)."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Any:
        """scale**2 (1 - 2 / pi)."""
        return self.scale ** 2 * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """|x| of Cauchy x around 0.

    >>> import retrograd as rg
    >>> rg.distributions.HalfCauchy(1.0).cdf(rg.tensor(1.0))
    tensor(0.5000)
    """

    whole = Cauchy

    @property
    def mean(self) -> Any:
        """inf."""
        return F.mul(self.scale, math.inf)

    @property
    def variance(self) -> Any:
        """inf."""
        return F.mul(self.scale, math.inf)


class Weibull(Distribution):
    """scale (-log(1 - u))**(1 / concentration).

    >>> import retrograd as rg
    >>> rg.distributions.Weibull(2.0, 1.0).mean
    tensor(2.)
    """

    arg_constraints = {"scale": c.positive, "concentration": c.positive}
    support = c.positive
    has_rsample = True

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        super().__init__(self.scale.shape, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        return self.scale ** n * F.lgamma(1 + n / self.concentration).exp()

    @property
    def mean(self) -> Any:
        """scale Gamma(1 + 1 / concentration)."""
        return self._moment(1)

    @property
    def variance(self) -> Any:
        """The second moment less the square of the mean."""
        return self._moment(2) - self._moment(1) ** 2

    def rsample(self, sample_shape: Any = ()) -> Any:
        """scale (-log(1 - u))**(1 / concentration)."""
        u = uniform(self._extended_shape(sample_shape), self.scale)
        return self.scale * (-(-u).log1p()) ** self.concentration.reciprocal()

    def log_prob(self, value: Any) -> Any:
        """log(k / s) + (k - 1) log(x / s) - (x / s)**k."""
        self._validate_sample(value)
        k, x = self.concentration, value / self.scale
        return (k / self.scale).log() + (k - 1) * x.log() - x ** k

    def entropy(self) -> Any:
        """Euler (1 - 1 / k) + log(s / k) + 1."""
        k = self.concentration
        return EULER * (1 - k.reciprocal()) + (self.scale * k.reciprocal()).log() + 1


class Pareto(Distribution):
    """scale e**(E / alpha) of exponential E: density alpha scale**alpha / x**(alpha + 1) from scale on.

    >>> import retrograd as rg
    >>> rg.distributions.Pareto(1.0, 2.0).mean
    tensor(2.)
    """

    arg_constraints = {"scale": c.positive, "alpha": c.positive}
    has_rsample = True

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def support(self) -> Any:       # type: ignore[override]
        """From scale on."""
        return c.greater_than_eq(self.scale)

    @property
    def mean(self) -> Any:
        """alpha scale / (alpha - 1), inf for alpha up to 1."""
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def variance(self) -> Any:
        """scale**2 alpha / ((alpha - 1)**2 (alpha - 2)), inf for alpha up to 2."""
        a = self.alpha.clamp(min=2)
        return self.scale ** 2 * a / ((a - 1) ** 2 * (a - 2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """scale e**(E / alpha)."""
        e = -(-rand(*self._extended_shape(sample_shape), dtype=self.scale.dtype)).log1p()
        return self.scale * (e / self.alpha).exp()

    def log_prob(self, value: Any) -> Any:
        """log alpha + alpha log scale - (alpha + 1) log value."""
        self._validate_sample(value)
        return self.alpha.log() + self.alpha * self.scale.log() - (self.alpha + 1) * value.log()

    def cdf(self, value: Any) -> Any:
        """1 - (scale / value)**alpha."""
        self._validate_sample(value)
        return 1 - (self.scale / value) ** self.alpha

    def entropy(self) -> Any:
        """log(scale / alpha) + 1 + 1 / alpha."""
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())

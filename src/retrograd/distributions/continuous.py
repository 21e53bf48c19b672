"""Continuous distributions of single numbers on the whole line, and on an interval."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import (
    EULER,
    HALF_LOG_2PI,
    Centred,
    Distribution,
    broadcast_all,
)
from retrograd.tensors.create import rand, randn


class _LocScale(Centred):
    """A distribution that is moved and stretched: x = loc + scale z of a standard z."""

    arg_constraints = {"loc": c.real, "scale": c.positive}
    support = c.real
    has_rsample = True
    loc: Any
    scale: Any

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def _standard(self, shape: Any) -> Any:
        raise NotImplementedError

    def rsample(self, sample_shape: Any = ()) -> Any:
        """loc + scale z."""
        return self.loc + self.scale * self._standard(self._extended_shape(sample_shape))

    def _z(self, value: Any) -> Any:
        self._validate_sample(value)
        return (value - self.loc) / self.scale


def uniform(shape: Any, like: Any) -> Any:
    """Uniform numbers on (0, 1) in the dtype of a tensor.

    >>> import retrograd as rg
    >>> uniform((2,), rg.zeros(1)).shape
    retrograd.Size([2])
    """
    tiny = 2.0 ** -54 if like.dtype.itemsize == 8 else 2.0 ** -26
    return rand(*shape, dtype=like.dtype).clamp(tiny, 1 - 2 * tiny * 2)


class Normal(_LocScale):
    """Normal numbers with mean loc and standard deviation scale.

    >>> import retrograd as rg
    >>> rg.distributions.Normal(0.0, 1.0).log_prob(rg.tensor(0.0))
    tensor(-0.9189)
    """

    @property
    def stddev(self) -> Any:
        """scale."""
        return self.scale

    @property
    def variance(self) -> Any:
        """scale**2."""
        return self.scale ** 2

    def _standard(self, shape: Any) -> Any:
        return randn(*shape, dtype=self.loc.dtype)

    def log_prob(self, value: Any) -> Any:
        """-(z**2)/2 - log scale - log(2 pi)/2."""
        z = self._z(value)
        return -(z * z) / 2 - self.scale.log() - HALF_LOG_2PI

    def cdf(self, value: Any) -> Any:
        """(1 + erf(z / sqrt 2)) / 2."""
        return 0.5 * (1 + F.erf(self._z(value) * math.sqrt(0.5)))

    def icdf(self, value: Any) -> Any:
        """loc + scale sqrt 2 erfinv(2 value - 1)."""
        return self.loc + self.scale * F.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Any:
        """log scale + (1 + log(2 pi)) / 2."""
        return 0.5 + HALF_LOG_2PI + self.scale.log()


class Laplace(_LocScale):
    """Density e**-|z| / (2 scale).

    >>> import retrograd as rg
    >>> rg.distributions.Laplace(0.0, 1.0).log_prob(rg.tensor(1.0))
    tensor(-1.6931)
    """

    @property
    def variance(self) -> Any:
        """2 scale**2."""
        return 2 * self.scale ** 2

    def _standard(self, shape: Any) -> Any:
        u = uniform(shape, self.loc) * 2 - 1
        return -u.sign() * (-u.abs()).log1p()

    def log_prob(self, value: Any) -> Any:
        """-|z| - log(2 scale)."""
        return -self._z(value).abs() - (2 * self.scale).log()

    def cdf(self, value: Any) -> Any:
        """1/2 - sign(z) expm1(-|z|) / 2."""
        z = self._z(value)
        return 0.5 - 0.5 * z.sign() * (-z.abs()).expm1()

    def icdf(self, value: Any) -> Any:
        """loc - scale sign(p - 1/2) log(1 - 2 |p - 1/2|)."""
        p = value - 0.5
        return self.loc - self.scale * p.sign() * (-2 * p.abs()).log1p()

    def entropy(self) -> Any:
        """1 + log(2 scale)."""
        return 1 + (2 * self.scale).log()


class Cauchy(_LocScale):
    """Density 1 / (pi scale (1 + z**2)).

    >>> import retrograd as rg
    >>> rg.distributions.Cauchy(0.0, 1.0).cdf(rg.tensor(0.0))
    tensor(0.5000)
    """

    @property
    def mean(self) -> Any:
        """nan: there is none."""
        return F.mul(self.loc, math.nan)

    @property
    def variance(self) -> Any:
        """nan: there is none."""
        return F.mul(self.loc, math.nan)

    def _standard(self, shape: Any) -> Any:
        return (math.pi * (uniform(shape, self.loc) - 0.5)).tan()

    def log_prob(self, value: Any) -> Any:
        """-log pi - log scale - log(1 + z**2)."""
        z = self._z(value)
        return -math.log(math.pi) - self.scale.log() - (z * z).log1p()

    def cdf(self, value: Any) -> Any:
        """atan(z) / pi + 1/2."""
        return self._z(value).atan() / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        """loc + scale tan(pi (value - 1/2))."""
        return (math.pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Any:
        """log(4 pi) + log scale."""
        return math.log(4 * math.pi) + self.scale.log()


class Gumbel(_LocScale):
    """The largest of many: density e**-(z + e**-z) / scale.

    >>> import retrograd as rg
    >>> rg.distributions.Gumbel(0.0, 1.0).log_prob(rg.tensor(0.0))
    tensor(-1.)
    """

    @property
    def mean(self) -> Any:
        """loc + scale Euler's constant."""
        return self.loc + self.scale * EULER

    @property
    def variance(self) -> Any:
        """(pi scale)**2 / 6."""
        return (math.pi / math.sqrt(6) * self.scale) ** 2

    def _standard(self, shape: Any) -> Any:
        return -(-uniform(shape, self.loc).log()).log()

    def log_prob(self, value: Any) -> Any:
        """-z - e**-z - log scale."""
        z = self._z(value)
        return -z - (-z).exp() - self.scale.log()

    def cdf(self, value: Any) -> Any:
        """e**-e**-z."""
        return (-(-self._z(value)).exp()).exp()

    def icdf(self, value: Any) -> Any:
        """loc - scale log(-log value)."""
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self) -> Any:
        """log scale + 1 + Euler's constant."""
        return self.scale.log() + (1 + EULER)


class Uniform(Distribution):
    """Numbers on [low, high).

    >>> import retrograd as rg
    >>> rg.distributions.Uniform(0.0, 2.0).log_prob(rg.tensor(1.0))
    tensor(-0.6931)
    """

    arg_constraints = {"low": c.dependent, "high": c.dependent}
    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)
        if self._looks() and not bool((self.low < self.high).all()):
            raise ValueError("Uniform is not defined when low>= high")

    @property
    def support(self) -> Any:       # type: ignore[override]
        """[low, high]."""
        return c.interval(self.low, self.high)

    @property
    def mean(self) -> Any:
        """(low + high) / 2."""
        return (self.high + self.low) / 2

    @property
    def variance(self) -> Any:
        """(high - low)**2 / 12."""
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape: Any = ()) -> Any:
        """low + u (high - low)."""
        u = rand(*self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        """-log(high - low) inside, -inf outside."""
        self._validate_sample(value)
        inside = ((self.low <= value) & (self.high > value)).to(self.low.dtype)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value: Any) -> Any:
        """(value - low) / (high - low), limited to [0, 1]."""
        self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value: Any) -> Any:
        """low + value (high - low)."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        """log(high - low)."""
        return (self.high - self.low).log()

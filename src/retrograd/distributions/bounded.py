"""Distributions of numbers between bounds, of angles, and of tails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.continuous import uniform
from retrograd.distributions.distribution import EULER, Centred, Distribution, broadcast_all
from retrograd.special import i0e, i1e
from retrograd.tensors.create import from_numpy, rand


class ContinuousBernoulli(Distribution):
    """Numbers in [0, 1] with density C probs**x (1 - probs)**(1 - x) (Loaiza-Ganem and Cunningham, 2019).

    >>> import retrograd as rg
    >>> rg.distributions.ContinuousBernoulli(0.5).mean
    tensor(0.5000)
    """

    arg_constraints = {"probs": c.unit_interval, "logits": c.real}
    support = c.unit_interval
    has_rsample = True

    def __init__(self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501),
                 validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        self._lims = lims
        if probs is not None:
            given, = broadcast_all(probs)
            tiny = 2.0 ** -52 if given.dtype.itemsize == 8 else 2.0 ** -23
            self.probs = given.clamp(tiny, 1 - tiny)
            self.logits = self.probs.log() - (-self.probs).log1p()
        else:
            self.logits, = broadcast_all(logits)
            self.probs = F.sigmoid(self.logits)
        super().__init__(self.logits.shape, validate_args=validate_args)

    def _parts(self) -> tuple[Any, Any, Any]:
        """Where the formulas hold (near 1/2 a series does), probs there and something harmless elsewhere, and
        its logits."""
        far = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        p = F.where(far, self.probs, self._lims[0])
        return far, p, p.log() - (-p).log1p()

    def _log_constant(self) -> Any:
        far, p, logits = self._parts()
        x = (self.probs - 0.5) ** 2
        return F.where(far, logits.abs().log() - (1 - 2 * p).abs().log(),
                       math.log(2.0) + (4 / 3 + 104 / 45 * x) * x)

    @property
    def mean(self) -> Any:
        """probs / (2 probs - 1) - 1 / logits."""
        far, p, logits = self._parts()
        x = self.probs - 0.5
        return F.where(far, p / (2 * p - 1) - 1 / logits, 0.5 + (1 / 3 + 16 / 45 * x ** 2) * x)

    @property
    def variance(self) -> Any:
        """probs (probs - 1) / (1 - 2 probs)**2 + 1 / logits**2."""
        far, p, logits = self._parts()
        x = (self.probs - 0.5) ** 2
        return F.where(far, p * (p - 1) / (1 - 2 * p) ** 2 + logits ** -2,
                       1 / 12 - (1 / 15 - 128 / 945 * x) * x)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """icdf of a uniform number."""
        return self.icdf(rand(*self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Any) -> Any:
        """value logits + log(1 - probs) + log C."""
        self._validate_sample(value)
        return value * self.logits - F.softplus(self.logits) + self._log_constant()

    def cdf(self, value: Any) -> Any:
        """(probs**x (1 - probs)**(1 - x) + probs - 1) / (2 probs - 1)."""
        self._validate_sample(value)
        far, p, _ = self._parts()
        inner = F.where(far, (p ** value * (1 - p) ** (1 - value) + p - 1) / (2 * p - 1), value)
        return F.where(value <= 0, 0.0, F.where(value >= 1, 1.0, inner))

    def icdf(self, value: Any) -> Any:
        """log(1 + value (2 probs - 1) / (1 - probs)) / logits."""
        far, p, logits = self._parts()
        return F.where(far, ((value * (2 * p - 1) - p).log1p() - (-p).log1p()) / logits, value)

    def entropy(self) -> Any:
        """-mean logits - log(1 - probs) - log C."""
        return -self.mean * self.logits + F.softplus(self.logits) - self._log_constant()


class Kumaraswamy(Distribution):
    """Numbers in (0, 1) with cdf 1 - (1 - x**a)**b: much like Beta, in closed form.

    >>> import retrograd as rg
    >>> rg.distributions.Kumaraswamy(1.0, 1.0).mean
    tensor(0.5000)
    """

    arg_constraints = {"concentration1": c.positive, "concentration0": c.positive}
    support = c.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        """The mean of x**n: b B(1 + n / a, b)."""
        a, b = 1 + n / self.concentration1, self.concentration0
        return (F.lgamma(a) + F.lgamma(b) - F.lgamma(a + b)).exp() * b

    @property
    def mean(self) -> Any:
        """b B(1 + 1/a, b)."""
        return self._moment(1)

    @property
    def mode(self) -> Any:
        """((a - 1) / (a b - 1))**(1/a); nan where a or b is below 1."""
        a, b = self.concentration1, self.concentration0
        return F.where((a < 1) | (b < 1), math.nan, ((a - 1) / (a * b - 1)) ** (1 / a))

    @property
    def variance(self) -> Any:
        """The second moment less the square of the first."""
        return self._moment(2) - self._moment(1) ** 2

    def rsample(self, sample_shape: Any = ()) -> Any:
        """(1 - u**(1/b))**(1/a)."""
        u = uniform(self._extended_shape(sample_shape), self.concentration1)
        return (1 - u ** (1 / self.concentration0)) ** (1 / self.concentration1)

    def log_prob(self, value: Any) -> Any:
        """log(a b) + (a - 1) log x + (b - 1) log(1 - x**a)."""
        self._validate_sample(value)
        a, b = self.concentration1, self.concentration0
        return a.log() + b.log() + (a - 1) * value.log() + (b - 1) * (-(value ** a)).log1p()

    def cdf(self, value: Any) -> Any:
        """1 - (1 - x**a)**b."""
        self._validate_sample(value)
        return 1 - (1 - value ** self.concentration1) ** self.concentration0

    def entropy(self) -> Any:
        """1 - 1/b + (1 - 1/a) (digamma(b + 1) + 0.5772...) - log(a b)."""
        a, b = self.concentration1, self.concentration0
        return 1 - 1 / b + (1 - 1 / a) * (F.digamma(b + 1) + EULER) - a.log() - b.log()


class GeneralizedPareto(Distribution):
    """Tails: density (1 + k z)**(-1/k - 1) / scale of z = (x - loc) / scale; exponential where k is 0.

    >>> import retrograd as rg
    >>> rg.distributions.GeneralizedPareto(0.0, 1.0, 0.0).log_prob(rg.tensor(2.0))
    tensor(-2.)
    """

    arg_constraints = {"loc": c.real, "scale": c.positive, "concentration": c.real}
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def support(self) -> Any:           # type: ignore[override]
        """From loc on; up to loc - scale / k where k is negative."""
        k, low = self.concentration, self.loc
        return c.interval(low, F.where(k < 0, low - self.scale / k, math.inf))

    def _slope(self) -> tuple[Any, Any]:
        """Where k is 0, and k with 1 there."""
        zero = F.isclose(self.concentration, self.concentration.detach() * 0)
        return zero, F.where(zero, 1.0, self.concentration)

    @property
    def mean(self) -> Any:
        """loc + scale / (1 - k) where k is below 1, else inf."""
        k = self.concentration
        below = k < 1
        return F.where(below, self.loc + self.scale / (1 - F.where(below, k, 0.5)), math.inf)

    @property
    def variance(self) -> Any:
        """scale**2 / ((1 - k)**2 (1 - 2 k)) where k is below 1/2, else inf."""
        below = self.concentration < 0.5
        k = F.where(below, self.concentration, 0.25)
        return F.where(below, self.scale ** 2 / ((1 - k) ** 2 * (1 - 2 * k)), math.inf)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """icdf of a uniform number."""
        return self.icdf(rand(*self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        """-log scale - (1/k + 1) log(1 + k z)."""
        self._validate_sample(value)
        zero, k = self._slope()
        z = (value - self.loc) / self.scale
        return -self.scale.log() - F.where(zero, z, (1 / k + 1) * (k * z).log1p())

    def log_survival_function(self, value: Any) -> Any:
        """log of the probability of more: -log(1 + k z) / k."""
        self._validate_sample(value)
        zero, k = self._slope()
        z = (value - self.loc) / self.scale
        return -F.where(zero, z, (k * z).log1p() / k)

    def cdf(self, value: Any) -> Any:
        """1 - (1 + k z)**(-1/k)."""
        return -self.log_survival_function(value).expm1()

    def icdf(self, value: Any) -> Any:
        """loc + scale ((1 - value)**-k - 1) / k."""
        zero, k = self._slope()
        log = (-value).log1p()
        return self.loc + self.scale * F.where(zero, -log, (-k * log).expm1() / k)

    def entropy(self) -> Any:
        """log scale + k + 1."""
        return self.scale.log() + self.concentration + 1


class VonMises(Centred):
    """Angles near loc: density e**(concentration cos(x - loc)) / (2 pi I0(concentration)).

    >>> import retrograd as rg
    >>> rg.distributions.VonMises(0.0, 1.0).log_prob(rg.tensor(0.0))
    tensor(-1.0738)
    """

    arg_constraints = {"loc": c.real, "concentration": c.positive}
    support = c.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def variance(self) -> Any:
        """1 - I1 / I0: the variance on the circle."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)

    def log_prob(self, value: Any) -> Any:
        """concentration (cos(value - loc) - 1) - log(2 pi e**-concentration I0)."""
        self._validate_sample(value)
        k = self.concentration
        return k * ((value - self.loc).cos() - 1) - math.log(2 * math.pi) - i0e(k).log()

    def sample(self, sample_shape: Any = ()) -> Any:
        """By rejection from a wrapped Cauchy distribution (Best and Fisher, 1979)."""
        shape = self._extended_shape(sample_shape)
        k = np.broadcast_to(self.concentration.detach().numpy().astype(np.float64), shape)
        tau = 1 + np.sqrt(1 + 4 * k ** 2)
        rho = (tau - np.sqrt(2 * tau)) / np.maximum(2 * k, 1e-300)
        r = np.where(k < 1e-5, 1 / k + k, (1 + rho ** 2) / np.maximum(2 * rho, 1e-300))
        angle, wanted = np.zeros(shape), np.ones(shape, bool)
        while wanted.any():
            u1, u2, u3 = rand(3, *shape, dtype="float64").numpy()
            z = np.cos(math.pi * u1)
            f = (1 + r * z) / (r + z)
            gap = k * (r - f)
            with np.errstate(divide="ignore"):
                good = wanted & ((gap * (2 - gap) > u2) | (np.log(gap / u2) + 1 - gap >= 0))
            angle[good] = (np.sign(u3 - 0.5) * np.arccos(f))[good]
            wanted &= ~good
        turned = np.mod(angle + math.pi + self.loc.detach().numpy(), 2 * math.pi) - math.pi
        return from_numpy(np.asarray(turned, self.loc.dtype.np))

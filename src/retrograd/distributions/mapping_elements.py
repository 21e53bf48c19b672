"""Transforms of single numbers: lines, powers, exponentials, and functions that squeeze."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import finfo
from retrograd.base.shape import Size, broadcast_shapes
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import Distribution, sum_rightmost
from retrograd.distributions.mapping import Fixed, Transform


def clipped(p: Any) -> Any:
    """Probabilities between the least positive number and the largest below 1.

    >>> import retrograd as rg
    >>> bool(clipped(rg.tensor(1.0)) < 1)
    True
    """
    info = finfo(p.dtype)
    return p.clamp(min=info.tiny, max=1.0 - info.eps)


class AffineTransform(Transform):
    """y = loc + scale x.

    >>> import retrograd as rg
    >>> rg.distributions.AffineTransform(1.0, 2.0)(rg.tensor(3.0))
    tensor(7.)
    """

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._rank = loc, scale, event_dim

    @property
    def event_dim(self) -> int:
        """How many trailing dimensions belong together."""
        return self._rank

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """Real numbers."""
        return c.independent(c.real, self._rank) if self._rank else c.real

    codomain = domain                   # type: ignore[assignment]

    @property
    def sign(self) -> Any:
        """That of scale."""
        if isinstance(self.scale, (int, float)):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            AffineTransform(self.loc, self.scale, self._rank, cache_size)

    def _parts(self) -> tuple[Any, ...]:
        return self.loc, self.scale

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |scale|."""
        size = math.log(abs(self.scale)) if isinstance(self.scale, (int, float)) else self.scale.abs().log()
        return sum_rightmost(F.mul(x, 0) + size, self._rank)

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with loc and scale."""
        return Size(broadcast_shapes(tuple(shape), *(tuple(getattr(v, "shape", ()))
                                                     for v in (self.loc, self.scale))))

    inverse_shape = forward_shape


class PowerTransform(Transform):
    """y = x**exponent of positive x.

    >>> import retrograd as rg
    >>> rg.distributions.PowerTransform(2.0)(rg.tensor(3.0))
    tensor(9.)
    """

    domain = codomain = c.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent = exponent

    @property
    def sign(self) -> Any:
        """That of the exponent."""
        if isinstance(self.exponent, (int, float)):
            return (self.exponent > 0) - (self.exponent < 0)
        return self.exponent.sign()

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else PowerTransform(self.exponent, cache_size)

    def _parts(self) -> tuple[Any, ...]:
        return (self.exponent,)

    def _call(self, x: Any) -> Any:
        return F.pow(x, self.exponent)

    def _inverse(self, y: Any) -> Any:
        return F.pow(y, 1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |exponent y / x|."""
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with the exponent."""
        return Size(broadcast_shapes(tuple(shape), tuple(getattr(self.exponent, "shape", ()))))

    inverse_shape = forward_shape


class ExpTransform(Fixed):
    """y = e**x.

    >>> import retrograd as rg
    >>> rg.distributions.ExpTransform()(rg.tensor(0.0))
    tensor(1.)
    """

    domain, codomain = c.real, c.positive
    bijective, sign = True, 1           # type: ignore[assignment]

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """x."""
        return x


class SigmoidTransform(Fixed):
    """y = 1 / (1 + e**-x), kept off 0 and 1.

    >>> import retrograd as rg
    >>> rg.distributions.SigmoidTransform()(rg.tensor(0.0))
    tensor(0.5000)
    """

    domain, codomain = c.real, c.unit_interval
    bijective, sign = True, 1           # type: ignore[assignment]

    def _call(self, x: Any) -> Any:
        return clipped(x.sigmoid())

    def _inverse(self, y: Any) -> Any:
        y = clipped(y)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """-softplus(-x) - softplus(x)."""
        return -F.softplus(-x) - F.softplus(x)


class SoftplusTransform(Fixed):
    """y = log(1 + e**x).

    >>> import retrograd as rg
    >>> rg.distributions.SoftplusTransform()(rg.tensor(0.0))
    tensor(0.6931)
    """

    domain, codomain = c.real, c.positive
    bijective, sign = True, 1           # type: ignore[assignment]

    def _call(self, x: Any) -> Any:
        return F.softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """-softplus(-x)."""
        return -F.softplus(-x)


class TanhTransform(Fixed):
    """y = tanh(x).

    >>> import retrograd as rg
    >>> rg.distributions.TanhTransform()(rg.tensor(0.0))
    tensor(0.)
    """

    domain, codomain = c.real, c.interval(-1.0, 1.0)
    bijective, sign = True, 1           # type: ignore[assignment]

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return F.atanh(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """2 (log 2 - x - softplus(-2 x))."""
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


class AbsTransform(Fixed):
    """y = |x|; not invertible: its inverse gives the positive x.

    >>> import retrograd as rg
    >>> rg.distributions.AbsTransform()(rg.tensor(-2.0))
    tensor(2.)
    """

    domain, codomain = c.real, c.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


class CumulativeDistributionTransform(Transform):
    """y = P(X <= x) of X from a distribution: uniform, where x is drawn from it.

    >>> import retrograd as rg
    >>> from retrograd.distributions import CumulativeDistributionTransform, Normal
    >>> CumulativeDistributionTransform(Normal(0.0, 1.0))(rg.tensor(0.0))
    tensor(0.5000)
    """

    domain, codomain = c.real, c.unit_interval
    bijective, sign = True, 1           # type: ignore[assignment]

    def __init__(self, distribution: Distribution, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            CumulativeDistributionTransform(self.distribution, cache_size)

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the density at x."""
        return self.distribution.log_prob(x)

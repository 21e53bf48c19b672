"""Transforms: invertible functions with the logarithm of their slope, and distributions seen through them."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.continuous import Normal, uniform
from retrograd.distributions.discrete import Bernoulli, Categorical
from retrograd.distributions.distribution import Distribution, sum_rightmost


class Transform:
    """y = f(x), with `inv` its inverse and log_abs_det_jacobian(x, y) = log |dy/dx|."""

    bijective = True
    event_dim = 0

    def __call__(self, x: Any) -> Any:
        return self._call(x)

    def _call(self, x: Any) -> Any:
        raise NotImplementedError

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |dy/dx|."""
        raise NotImplementedError

    @property
    def inv(self) -> Transform:
        """The inverse."""
        return _Inverse(self)

    def __repr__(self) -> str:
        return type(self).__name__ + "()"


class _Inverse(Transform):
    """x = f**-1(y)."""

    def __init__(self, forward: Transform) -> None:
        self._forward, self.event_dim = forward, forward.event_dim

    def _call(self, x: Any) -> Any:
        return self._forward._inverse(x)

    def _inverse(self, y: Any) -> Any:
        return self._forward(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The forward one's, negated."""
        return -self._forward.log_abs_det_jacobian(y, x)

    @property
    def inv(self) -> Transform:
        """The transform itself."""
        return self._forward


class AffineTransform(Transform):
    """y = loc + scale x.

    >>> import retrograd as rg
    >>> AffineTransform(1.0, 2.0)(rg.tensor(3.0))
    tensor(7.)
    """

    domain = codomain = c.real

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        self.loc, self.scale, self.event_dim = loc, scale, event_dim

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |scale|."""
        size = math.log(abs(self.scale)) if isinstance(self.scale, (int, float)) else self.scale.abs().log()
        return sum_rightmost(F.mul(x, 0) + size, self.event_dim)


class ExpTransform(Transform):
    """y = e**x.

    >>> import retrograd as rg
    >>> ExpTransform()(rg.tensor(0.0))
    tensor(1.)
    """

    domain, codomain = c.real, c.positive

    def __init__(self, cache_size: int = 0) -> None:
        """Nothing to keep."""

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """x."""
        return x


class SigmoidTransform(Transform):
    """y = 1 / (1 + e**-x).

    >>> import retrograd as rg
    >>> SigmoidTransform()(rg.tensor(0.0))
    tensor(0.5000)
    """

    domain, codomain = c.real, c.unit_interval

    def __init__(self, cache_size: int = 0) -> None:
        """Nothing to keep."""

    def _call(self, x: Any) -> Any:
        return x.sigmoid()

    def _inverse(self, y: Any) -> Any:
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """-softplus(-x) - softplus(x)."""
        return -F.softplus(-x) - F.softplus(x)


class TanhTransform(Transform):
    """y = tanh(x).

    >>> import retrograd as rg
    >>> TanhTransform()(rg.tensor(0.0))
    tensor(0.)
    """

    domain, codomain = c.real, c.interval(-1.0, 1.0)

    def __init__(self, cache_size: int = 0) -> None:
        """Nothing to keep."""

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return F.atanh(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """2 (log 2 - x - softplus(-2 x))."""
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


class PowerTransform(Transform):
    """y = x**exponent of positive x.

    >>> import retrograd as rg
    >>> PowerTransform(2.0)(rg.tensor(3.0))
    tensor(9.)
    """

    domain = codomain = c.positive

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        self.exponent = exponent

    def _call(self, x: Any) -> Any:
        return F.pow(x, self.exponent)

    def _inverse(self, y: Any) -> Any:
        return F.pow(y, 1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |exponent y / x|."""
        return (self.exponent * y / x).abs().log()


class SoftmaxTransform(Transform):
    """y = softmax(x) over the last dimension; not invertible, and without a slope.

    >>> import retrograd as rg
    >>> SoftmaxTransform()(rg.zeros(2))
    tensor([0.5000, 0.5000])
    """

    bijective = False
    event_dim = 1
    domain, codomain = c.real_vector, c.simplex

    def __init__(self, cache_size: int = 0) -> None:
        """Nothing to keep."""

    def _call(self, x: Any) -> Any:
        return F.softmax(x, -1)

    def _inverse(self, y: Any) -> Any:
        return y.log()


class ComposeTransform(Transform):
    """Several transforms, one after another.

    >>> import retrograd as rg
    >>> ComposeTransform([AffineTransform(0.0, 2.0), ExpTransform()])(rg.tensor(0.0))
    tensor(1.)
    """

    def __init__(self, parts: Any, cache_size: int = 0) -> None:
        self.parts = list(parts)
        self.event_dim = max((p.event_dim for p in self.parts), default=0)

    @property
    def domain(self) -> Any:
        """That of the first."""
        return self.parts[0].domain if self.parts else c.real

    @property
    def codomain(self) -> Any:
        """That of the last."""
        return self.parts[-1].codomain if self.parts else c.real

    def _call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y: Any) -> Any:
        for part in reversed(self.parts):
            y = part._inverse(y)
        return y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum over the parts."""
        total = F.mul(x, 0) if not self.event_dim else 0
        for part in self.parts:
            z = part(x)
            total = total + sum_rightmost(part.log_abs_det_jacobian(x, z), self.event_dim - part.event_dim)
            x = z
        return total


# ---------------------------------------------------------------- distributions seen through transforms
class TransformedDistribution(Distribution):
    """y = f(x) of x from a distribution.

    >>> import retrograd as rg
    >>> from retrograd.distributions import Normal, TransformedDistribution
    >>> TransformedDistribution(Normal(0.0, 1.0), [ExpTransform()]).log_prob(rg.tensor(1.0))
    tensor(-0.9189)
    """

    def __init__(self, base_distribution: Distribution, transforms: Any,
                 validate_args: bool | None = None) -> None:
        self.base_dist = base_distribution
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        rank = max([len(base_distribution.event_shape), *(t.event_dim for t in self.transforms)])
        shape = (*base_distribution.batch_shape, *base_distribution.event_shape)
        self._reinterpreted = rank - len(base_distribution.event_shape)
        cut = len(shape) - rank
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:      # type: ignore[override]
        """Whether the distribution below has."""
        return self.base_dist.has_rsample

    @property
    def support(self) -> Any:           # type: ignore[override]
        """The codomain of the last transform."""
        last = self.transforms[-1] if self.transforms else None
        return getattr(last, "codomain", None) if last is not None else self.base_dist.support

    def _through(self, x: Any) -> Any:
        for t in self.transforms:
            x = t(x)
        return x

    def sample(self, sample_shape: Any = ()) -> Any:
        """A value of the distribution below, transformed."""
        return self._through(self.base_dist.sample(sample_shape)).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A differentiable value of the distribution below, transformed."""
        return self._through(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        """The density below at f**-1(value), less the logarithm of the slope."""
        self._validate_sample(value)
        rank, total, y = len(self._event_shape), 0.0, value
        for t in reversed(self.transforms):
            x = t._inverse(y)
            total = total - sum_rightmost(t.log_abs_det_jacobian(x, y), rank - t.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), self._reinterpreted)

    def cdf(self, value: Any) -> Any:
        """That of the distribution below, for transforms that rise."""
        for t in reversed(self.transforms):
            value = t._inverse(value)
        return self.base_dist.cdf(value)

    def icdf(self, value: Any) -> Any:
        """That of the distribution below, transformed."""
        return self._through(self.base_dist.icdf(value))


class OfNormal(TransformedDistribution):
    """A function of a normal number, with that one's parameters."""

    @property
    def loc(self) -> Any:
        """The normal number's mean."""
        return self.base_dist.loc       # type: ignore[attr-defined]

    @property
    def scale(self) -> Any:
        """Its standard deviation."""
        return self.base_dist.scale     # type: ignore[attr-defined]


class LogNormal(OfNormal):
    """e**x of normal x.

    >>> import retrograd as rg
    >>> rg.distributions.LogNormal(0.0, 1.0).log_prob(rg.tensor(1.0))
    tensor(-0.9189)
    """

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(loc, scale, validate_args=validate_args), ExpTransform(), validate_args)

    @property
    def mean(self) -> Any:
        """e**(loc + scale**2 / 2)."""
        return (self.loc + self.scale ** 2 / 2).exp()

    @property
    def mode(self) -> Any:
        """e**(loc - scale**2)."""
        return (self.loc - self.scale ** 2).exp()

    @property
    def variance(self) -> Any:
        """(e**scale**2 - 1) e**(2 loc + scale**2)."""
        s = self.scale ** 2
        return s.expm1() * (2 * self.loc + s).exp()

    def entropy(self) -> Any:
        """That of the normal, plus loc."""
        return self.base_dist.entropy() + self.loc


class LogitRelaxedBernoulli(Distribution):
    """The logit of a relaxed coin: (logits + logistic noise) / temperature.

    >>> import retrograd as rg
    >>> LogitRelaxedBernoulli(rg.tensor(1.0), probs=rg.tensor(0.5)).log_prob(rg.tensor(0.0))
    tensor(-1.3863)
    """

    arg_constraints: dict[str, c.Constraint] = {}
    support = c.real
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        self.temperature = temperature
        self._coin = Bernoulli(probs, logits, validate_args)
        super().__init__(self._coin.batch_shape, validate_args=validate_args)

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self._coin.probs

    @property
    def logits(self) -> Any:
        """Their logits."""
        return self._coin.logits

    def rsample(self, sample_shape: Any = ()) -> Any:
        """(logits + logistic noise) / temperature."""
        u = uniform(self._extended_shape(sample_shape), self.logits)
        return (u.log() - (-u).log1p() + self.logits) / self.temperature

    def log_prob(self, value: Any) -> Any:
        """log t + d - 2 log(1 + e**d), d = logits - t value."""
        self._validate_sample(value)
        d = self.logits - value * self.temperature
        t = math.log(self.temperature) if isinstance(self.temperature, (int,
                                                                        float)) else self.temperature.log()
        return t + d - 2 * F.softplus(d)


class RelaxedBernoulli(TransformedDistribution):
    """A coin that is differentiable: near 0 and 1 for small temperatures.

    >>> import retrograd as rg
    >>> x = rg.distributions.RelaxedBernoulli(rg.tensor(0.5), probs=rg.tensor(0.5)).rsample()
    >>> bool(0 < x < 1)
    True
    """

    has_rsample = True                  # type: ignore[assignment]

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature       # type: ignore[attr-defined]

    @property
    def logits(self) -> Any:
        """The logits."""
        return self.base_dist.logits            # type: ignore[attr-defined]

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self.base_dist.probs             # type: ignore[attr-defined]


class RelaxedOneHotCategorical(Distribution):
    """Classes that are differentiable: softmax((logits + Gumbel noise) / temperature).

    >>> import retrograd as rg
    >>> x = rg.distributions.RelaxedOneHotCategorical(rg.tensor(0.5), logits=rg.zeros(3)).rsample()
    >>> round(x.sum().item(), 4)
    1.0
    """

    arg_constraints: dict[str, c.Constraint] = {}
    support = c.simplex
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        self.temperature = temperature
        self._categorical = Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def logits(self) -> Any:
        """The log-probabilities."""
        return self._categorical.logits

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self._categorical.probs

    def rsample(self, sample_shape: Any = ()) -> Any:
        """softmax((logits + Gumbel noise) / temperature)."""
        noise = -(-uniform(self._extended_shape(sample_shape), self.logits).log()).log()
        return F.softmax((self.logits + noise) / self.temperature, -1)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density (Maddison, Mnih and Teh 2017)."""
        self._validate_sample(value)
        k, t, log = self._event_shape[0], self.temperature, value.log()
        logits, log = F.broadcast_tensors(self.logits, log)
        t_log = math.log(t) if isinstance(t, (int, float)) else t.log()
        score = logits - log * t
        score = (score - F.logsumexp(score, -1, True)).sum(-1)
        return score + math.lgamma(k) + (k - 1) * t_log - log.sum(-1)

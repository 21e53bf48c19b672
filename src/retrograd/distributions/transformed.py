"""Distributions seen through transforms: y = f(x) of x from another distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from retrograd import functional as F
from retrograd.base.modes import no_grad
from retrograd.distributions import constraints as c
from retrograd.distributions.combined import Independent
from retrograd.distributions.continuous import Normal, uniform
from retrograd.distributions.discrete import Bernoulli, Categorical
from retrograd.distributions.distribution import Distribution, sum_rightmost
from retrograd.distributions.mapping import ComposeTransform, Transform
from retrograd.distributions.mapping_elements import ExpTransform, SigmoidTransform


class TransformedDistribution(Distribution):
    """y = f(x) of x from a distribution.

    >>> import retrograd as rg
    >>> from retrograd.distributions import Normal, TransformedDistribution
    >>> TransformedDistribution(Normal(0.0, 1.0), [ExpTransform()]).log_prob(rg.tensor(1.0))
    tensor(-0.9189)
    """

    def __init__(self, base_distribution: Distribution, transforms: Transform | Sequence[Transform],
                 validate_args: bool | None = None) -> None:
        given = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(given, (list, tuple)) or not all(isinstance(t, Transform) for t in given):
            raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
        self.transforms = list(given)
        whole = ComposeTransform(self.transforms)
        base = base_distribution
        shape = (*base.batch_shape, *base.event_shape)
        inside, rank = whole.domain.event_dim, len(base.event_shape)
        if len(shape) < inside:
            raise ValueError(f"base_distribution needs to have shape with size at least {inside}, but got "
                             f"{shape}.")
        outer = whole.forward_shape(shape)
        wide = whole.inverse_shape(outer)       # parameters of the transforms may have more dimensions
        if tuple(wide) != shape:
            base = base.expand(wide[:len(wide) - rank])
        self.base_dist = Independent(base, inside - rank) if inside > rank else base
        event = max(whole.codomain.event_dim, rank + whole.codomain.event_dim - inside)
        cut = len(outer) - event
        super().__init__(outer[:cut], outer[cut:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:      # type: ignore[override]
        """Whether the distribution below has."""
        return self.base_dist.has_rsample

    @property
    def support(self) -> Any:           # type: ignore[override]
        """The codomain of the last transform."""
        if not self.transforms:
            return self.base_dist.support
        last = self.transforms[-1].codomain
        more = len(self._event_shape) - last.event_dim
        return c.independent(last, more) if more > 0 else last

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same for a batch of that shape."""
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__)
        whole = ComposeTransform(self.transforms)
        shape = whole.inverse_shape((*tuple(batch_shape), *self._event_shape))
        new.base_dist = self.base_dist.expand(shape[:len(shape) - len(self.base_dist.event_shape)])
        new._batch_shape = type(self._batch_shape)(batch_shape)
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        """A value of the distribution below, transformed."""
        with no_grad():
            return ComposeTransform(self.transforms)(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A differentiable value of the distribution below, transformed."""
        return ComposeTransform(self.transforms)(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        """The density below at f**-1(value), less the logarithm of the slope."""
        self._validate_sample(value)
        rank, total, y = len(self._event_shape), 0.0, value
        for t in reversed(self.transforms):
            x = t.inv(y)
            rank += t.domain.event_dim - t.codomain.event_dim
            total = total - sum_rightmost(t.log_abs_det_jacobian(x, y), rank - t.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), rank - len(self.base_dist.event_shape))

    def _rising(self, p: Any) -> Any:
        """P of what rises; 1 - P of what falls."""
        sign = 1
        for t in self.transforms:
            sign = sign * t.sign
        return p if isinstance(sign, int) and sign == 1 else sign * (p - 0.5) + 0.5

    def cdf(self, value: Any) -> Any:
        """That of the distribution below, at f**-1(value)."""
        for t in reversed(self.transforms):
            value = t.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._rising(self.base_dist.cdf(value))

    def icdf(self, value: Any) -> Any:
        """That of the distribution below, transformed."""
        return ComposeTransform(self.transforms)(self.base_dist.icdf(self._rising(value)))


class OfNormal(TransformedDistribution):
    """A function of normal numbers, with their parameters."""

    @property
    def _normal(self) -> Any:
        return getattr(self.base_dist, "base_dist", self.base_dist)

    @property
    def loc(self) -> Any:
        """The normal number's mean."""
        return self._normal.loc

    @property
    def scale(self) -> Any:
        """Its standard deviation."""
        return self._normal.scale


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

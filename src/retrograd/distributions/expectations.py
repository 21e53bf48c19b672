"""Expected values under one distribution of the log-density of another: what divergences of two different
classes are made of, KL(p, q) = -H(p) - E_p log q."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.distributions.bounded import ContinuousBernoulli
from retrograd.distributions.continuous import Gumbel, Laplace, Normal, Uniform
from retrograd.distributions.discrete import Bernoulli, Binomial, Poisson
from retrograd.distributions.distribution import EULER, HALF_LOG_2PI
from retrograd.distributions.gamma import Beta, Gamma
from retrograd.distributions.positive import Exponential, Pareto

Rule = Callable[[Any, Any], Any]


# ---------------------------------------------------------------- moments of p
def mean_log(p: Any) -> Any:
    """E log x of positive x.

    >>> import retrograd as rg
    >>> mean_log(rg.distributions.Uniform(0.0, 1.0))
    tensor(-1.)
    """
    if isinstance(p, Gamma):
        return F.digamma(p.concentration) - p.rate.log()
    if isinstance(p, Exponential):
        return -EULER - p.rate.log()
    if isinstance(p, Beta):
        return F.digamma(p.concentration1) - F.digamma(p.concentration1 + p.concentration0)
    if isinstance(p, Pareto):
        return p.scale.log() + 1 / p.alpha
    return _mean_log_between(p.low, p.high)


def _mean_log_between(low: Any, high: Any) -> Any:
    return (F.xlogy(high, high) - F.xlogy(low, low)) / (high - low) - 1


def mean_exp(p: Any, t: Any) -> Any:
    """E e**(-t x).

    >>> import retrograd as rg
    >>> mean_exp(rg.distributions.Exponential(1.0), rg.tensor(1.0))
    tensor(0.5000)
    """
    if isinstance(p, Gamma):
        return (p.rate / (p.rate + t)) ** p.concentration
    if isinstance(p, Exponential):
        return p.rate / (p.rate + t)
    if isinstance(p, Normal):
        return (0.5 * (p.scale * t) ** 2 - p.loc * t).exp()
    return ((-p.low * t).exp() - (-p.high * t).exp()) / (t * (p.high - p.low))


# ---------------------------------------------------------------- E_p log q, by the class of q
def _of_exponential(p: Any, q: Any) -> Any:
    return q.rate.log() - q.rate * p.mean


def _of_gamma(p: Any, q: Any) -> Any:
    a = q.concentration
    return F.xlogy(a, q.rate) - F.lgamma(a) + (a - 1) * mean_log(p) - q.rate * p.mean


def _of_normal(p: Any, q: Any) -> Any:
    square = p.variance + (p.mean - q.loc) ** 2
    return -HALF_LOG_2PI - q.scale.log() - 0.5 * square / q.scale ** 2


def _of_gumbel(p: Any, q: Any) -> Any:
    return (q.loc - p.mean) / q.scale - q.scale.log() - (q.loc / q.scale).exp() * mean_exp(p, 1 / q.scale)


def _of_pareto(p: Any, q: Any) -> Any:
    return q.alpha.log() + F.xlogy(q.alpha, q.scale) - (q.alpha + 1) * mean_log(p)


def _of_uniform(p: Any, q: Any) -> Any:
    return -(q.high - q.low).log() + 0 * p.mean


def _of_continuous_bernoulli(p: Any, q: Any) -> Any:
    return p.mean * q.logits - F.softplus(q.logits) + q._log_constant()


def _of_beta(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    rest = _mean_log_between(1 - p.high, 1 - p.low)         # E log(1 - x)
    return F.lgamma(a + b) - F.lgamma(a) - F.lgamma(b) + (a - 1) * mean_log(p) + (b - 1) * rest


def _of_laplace(p: Any, q: Any) -> Any:
    """E |x - m| of normal x: that of a folded normal number."""
    d = (p.loc - q.loc) / p.scale
    folded = math.sqrt(2 / math.pi) * (-0.5 * d ** 2).exp() + d * F.erf(d * math.sqrt(0.5))
    return -(2 * q.scale).log() - p.scale * folded / q.scale


def _of_poisson(p: Any, q: Any) -> Any:
    return p.probs * q.rate.log() - q.rate                  # x is 0 or 1: log x! is 0


def _outside(p: Any, q: Any) -> Any:
    """Where p has values that q has not."""
    low, high = (p.low, p.high) if isinstance(p, Uniform) else (0, 1)
    if isinstance(q, Uniform):
        return (q.low > low) | (q.high < high)
    if isinstance(q, Pareto):
        return low < q.scale
    if isinstance(q, (Beta, ContinuousBernoulli)):
        return (low < 0) | (high > 1)
    return low < 0


def _finite(cross: Rule) -> Rule:
    return lambda p, q: -p.entropy() - cross(p, q)


def _inside(cross: Rule) -> Rule:
    """Infinite where p has values that q has not."""
    return lambda p, q: F.where(_outside(p, q), math.inf, -p.entropy() - cross(p, q))


def _infinite(p: Any, q: Any) -> Any:
    """p has values that q has not, whatever the parameters."""
    return F.mul(p.mean.detach(), 0) + math.inf if not isinstance(p, Poisson) else p.rate * 0 + math.inf


def _all(rule: Rule, ps: tuple[type, ...], qs: tuple[type, ...]) -> list[tuple[type, type, Rule]]:
    return [(p, q, rule) for p in ps for q in qs]


PAIRS: tuple[tuple[type, type, Rule], ...] = (
    *_all(_finite(_of_exponential), (Beta, ContinuousBernoulli, Gamma, Pareto), (Exponential,)),
    *_all(_finite(_of_gamma), (Beta, Exponential, Pareto), (Gamma,)),
    *_all(_finite(_of_normal),
          (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform), (Normal,)),
    *_all(_finite(_of_gumbel), (Exponential, Gamma, Normal, Uniform), (Gumbel,)),
    *_all(_finite(_of_continuous_bernoulli), (Beta, ContinuousBernoulli), (ContinuousBernoulli,)),
    *_all(_inside(_of_uniform), (Beta, ContinuousBernoulli), (Uniform,)),
    (Normal, Laplace, _finite(_of_laplace)), (Bernoulli, Poisson, _finite(_of_poisson)),
    (Uniform, Beta, _inside(_of_beta)), (Uniform, Exponential, _inside(_of_exponential)),
    (Uniform, Gamma, _inside(_of_gamma)), (Uniform, Pareto, _inside(_of_pareto)),
    (Uniform, ContinuousBernoulli, _inside(_of_continuous_bernoulli)),
    *_all(_infinite, (Beta, ContinuousBernoulli), (Pareto,)),
    *_all(_infinite, (Exponential, Gamma), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    *_all(_infinite, (Gumbel, Laplace, Normal),
          (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    *_all(_infinite, (Pareto,), (Beta, ContinuousBernoulli, Uniform)),
    *_all(_infinite, (Poisson,), (Bernoulli, Binomial)),
)

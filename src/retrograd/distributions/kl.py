"""kl_divergence(p, q): the expected log p(x) - log q(x) under p, by closed formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from retrograd import functional as F
from retrograd.distributions import combined as m
from retrograd.distributions import continuous as n
from retrograd.distributions import discrete as d
from retrograd.distributions import gamma as g
from retrograd.distributions import matrix_laws as x
from retrograd.distributions import positive as p
from retrograd.distributions import transformed as t
from retrograd.distributions import vectors as v
from retrograd.distributions.covariance import squared_length
from retrograd.distributions.distribution import EULER, Distribution, sum_rightmost
from retrograd.distributions.expectations import PAIRS
from retrograd.distributions.exponential_family import ExponentialFamily, bregman

Rule = Callable[[Any, Any], Any]


def _normal(a: Any, b: Any) -> Any:
    ratio = (a.scale / b.scale) ** 2
    return 0.5 * (ratio + ((a.loc - b.loc) / b.scale) ** 2 - 1 - ratio.log())


def _bernoulli(a: Any, b: Any) -> Any:
    on = a.probs * (F.softplus(-b.logits) - F.softplus(-a.logits))
    off = (1 - a.probs) * (F.softplus(b.logits) - F.softplus(a.logits))
    on = F.where(b.probs == 0, math.inf, on)
    on = F.where(a.probs == 0, 0.0, on)
    off = F.where(b.probs == 1, math.inf, off)
    return on + F.where(a.probs == 1, 0.0, off)


def _categorical(a: Any, b: Any) -> Any:
    each = a.probs * (a.logits - b.logits)
    each = F.where((b.probs == 0).expand(*each.shape), math.inf, each)
    return F.where((a.probs == 0).expand(*each.shape), 0.0, each).sum(-1)


def _gamma(a: Any, b: Any) -> Any:
    t1 = b.concentration * (a.rate / b.rate).log()
    t2 = F.lgamma(b.concentration) - F.lgamma(a.concentration)
    t3 = (a.concentration - b.concentration) * F.digamma(a.concentration)
    return t1 + t2 + t3 + (b.rate - a.rate) * (a.concentration / a.rate)


def _beta(a: Any, b: Any) -> Any:
    s, r = a.concentration1 + a.concentration0, b.concentration1 + b.concentration0
    t1 = F.lgamma(b.concentration1) + F.lgamma(b.concentration0) + F.lgamma(s)
    t2 = F.lgamma(a.concentration1) + F.lgamma(a.concentration0) + F.lgamma(r)
    t3 = (a.concentration1 - b.concentration1) * F.digamma(a.concentration1)
    t4 = (a.concentration0 - b.concentration0) * F.digamma(a.concentration0)
    return t1 - t2 + t3 + t4 + (r - s) * F.digamma(s)


def _dirichlet(a: Any, b: Any) -> Any:
    x, y = a.concentration, b.concentration
    t1 = F.lgamma(x.sum(-1)) - F.lgamma(y.sum(-1)) - (F.lgamma(x) - F.lgamma(y)).sum(-1)
    return t1 + ((x - y) * (F.digamma(x) - F.digamma(x.sum(-1, True)))).sum(-1)


def _exponential(a: Any, b: Any) -> Any:
    ratio = b.rate / a.rate
    return -ratio.log() + ratio - 1


def _laplace(a: Any, b: Any) -> Any:
    ratio, gap = a.scale / b.scale, (a.loc - b.loc).abs()
    return -ratio.log() + gap / b.scale + ratio * (-gap / a.scale).exp() - 1


def _uniform(a: Any, b: Any) -> Any:
    out = ((b.high - b.low) / (a.high - a.low)).log()
    return F.where((b.low > a.low) | (b.high < a.high), math.inf, out)


def _geometric(a: Any, b: Any) -> Any:
    return -a.entropy() - (-b.probs).log1p() / a.probs - b.logits


def _binomial(a: Any, b: Any) -> Any:
    each = a.total_count * (a.probs * (a.logits - b.logits) + (-a.probs).log1p() - (-b.probs).log1p())
    return F.where(a.total_count > b.total_count, math.inf, each)


def _poisson(a: Any, b: Any) -> Any:
    return a.rate * (a.rate.log() - b.rate.log()) - (a.rate - b.rate)


def _gumbel(a: Any, b: Any) -> Any:
    c1, c2, c3 = a.scale / b.scale, b.loc / b.scale, a.loc / b.scale
    return c1.log().neg() - c2 + c3 + c1 * EULER + (c2 + F.lgamma(1 + c1) - c3).exp() - (1 + EULER)


def _pareto(a: Any, b: Any) -> Any:
    ratio = b.alpha / a.alpha
    out = b.alpha * (a.scale / b.scale).log() - ratio.log() + ratio - 1
    return F.where(a.scale < b.scale, math.inf, out)


def _half_normal(a: Any, b: Any) -> Any:
    return _normal(a.base_dist, b.base_dist)


def _cauchy(a: Any, b: Any) -> Any:
    return ((a.scale + b.scale) ** 2 + (a.loc - b.loc) ** 2).log() - (4 * a.scale * b.scale).log()


def _multivariate(a: Any, b: Any) -> Any:
    mine, theirs = a.scale_tril, b.scale_tril
    half = (theirs.diagonal(dim1=-2, dim2=-1).log() - mine.diagonal(dim1=-2, dim2=-1).log()).sum(-1)
    distance = squared_length(theirs, mine) + squared_length(theirs, (b.loc - a.loc).unsqueeze(-1))
    return half + 0.5 * (distance - a.event_shape[0])


def _transformed(a: Any, b: Any) -> Any:
    if a.transforms != b.transforms or a.event_shape != b.event_shape:
        raise NotImplementedError
    return kl_divergence(a.base_dist, b.base_dist)


def _independent(a: Any, b: Any) -> Any:
    if a.reinterpreted_batch_ndims != b.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(a.base_dist, b.base_dist), a.reinterpreted_batch_ndims)


MULTIVARIATE = (m.MultivariateNormal, v.LowRankMultivariateNormal)
RULES: tuple[tuple[type, type, Rule], ...] = (
    (n.Normal, n.Normal, _normal), (d.Bernoulli, d.Bernoulli, _bernoulli),
    (d.Categorical, d.Categorical, _categorical),
    (d.OneHotCategorical, d.OneHotCategorical, lambda a, b: _categorical(a._categorical, b._categorical)),
    (g.Gamma, g.Gamma, _gamma), (g.Beta, g.Beta, _beta), (g.Dirichlet, g.Dirichlet, _dirichlet),
    (p.Exponential, p.Exponential, _exponential), (n.Laplace, n.Laplace, _laplace), (n.Uniform, n.Uniform,
                                                                                     _uniform),
    (d.Geometric, d.Geometric, _geometric), (d.Binomial, d.Binomial, _binomial), (d.Poisson, d.Poisson,
                                                                                  _poisson),
    (n.Gumbel, n.Gumbel, _gumbel), (p.Pareto, p.Pareto, _pareto), (p.HalfNormal, p.HalfNormal, _half_normal),
    (t.LogNormal, t.LogNormal, lambda a, b: _normal(a.base_dist, b.base_dist)),
    (n.Cauchy, n.Cauchy, _cauchy), (x.Wishart, x.Wishart, lambda a, b: a.cross_entropy(b) - a.entropy()),
    *((one, other, _multivariate) for one in MULTIVARIATE for other in MULTIVARIATE),
    (t.TransformedDistribution, t.TransformedDistribution, _transformed),
    (ExponentialFamily, ExponentialFamily, bregman), (m.Independent, m.Independent, _independent), *PAIRS)


class _Rules:
    """The rules by their classes; `register_kl` adds to them."""

    def __init__(self) -> None:
        self.table: list[tuple[type, type, Rule]] = list(RULES)

    def find(self, a: Distribution, b: Distribution) -> Rule | None:
        """The rule of the nearest classes."""
        fits = [(type(a).__mro__.index(x) + type(b).__mro__.index(y), k, rule)
                for k, (x, y, rule) in enumerate(self.table) if isinstance(a, x) and isinstance(b, y)]
        return min(fits, key=lambda f: (f[0], -f[1]))[2] if fits else None


rules = _Rules()


def register_kl(type_p: type, type_q: type) -> Callable[[Rule], Rule]:
    """Decorate a function of (p, q) as the divergence of two classes.

    >>> register_kl(n.Cauchy, n.Normal)(lambda a, b: None) is not None
    True
    """
    def add(rule: Rule) -> Rule:
        rules.table.append((type_p, type_q, rule))
        return rule
    return add


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """The expected log p(x) - log q(x) under p.

    >>> import retrograd as rg
    >>> a, b = rg.distributions.Normal(0.0, 1.0), rg.distributions.Normal(1.0, 1.0)
    >>> rg.distributions.kl_divergence(a, b)
    tensor(0.5000)
    """
    rule = rules.find(p, q)
    if rule is None:
        raise NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and "
                                  f"q type {type(q).__name__}")
    return rule(p, q)

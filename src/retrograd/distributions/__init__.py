"""`torch.distributions`: values to draw, log-probabilities to differentiate.

>>> import retrograd as rg
>>> rg.distributions.Normal(0.0, 1.0).mean
tensor(0.)
"""

from __future__ import annotations

from typing import Any

from retrograd.distributions import constraints, kl, transforms
from retrograd.distributions.bounded import ContinuousBernoulli, GeneralizedPareto, Kumaraswamy, VonMises
from retrograd.distributions.combined import Independent, MixtureSameFamily, MultivariateNormal
from retrograd.distributions.continuous import Cauchy, Gumbel, Laplace, Normal, Uniform
from retrograd.distributions.discrete import (
    Bernoulli,
    Binomial,
    Categorical,
    Geometric,
    Multinomial,
    NegativeBinomial,
    OneHotCategorical,
    OneHotCategoricalStraightThrough,
    Poisson,
)
from retrograd.distributions.distribution import Distribution
from retrograd.distributions.gamma import Beta, Chi2, Dirichlet, FisherSnedecor, Gamma, InverseGamma, StudentT
from retrograd.distributions.kl import kl_divergence, register_kl
from retrograd.distributions.positive import Exponential, HalfCauchy, HalfNormal, Pareto, Weibull
from retrograd.distributions.transforms import (
    AffineTransform,
    ComposeTransform,
    ExpTransform,
    LogNormal,
    PowerTransform,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
    SigmoidTransform,
    SoftmaxTransform,
    TanhTransform,
    Transform,
    TransformedDistribution,
)
from retrograd.distributions.vectors import LogisticNormal, LowRankMultivariateNormal, StickBreakingTransform
from retrograd.missing import attribute_error

__all__ = [
    "AffineTransform", "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Chi2", "ComposeTransform",
    "ContinuousBernoulli", "GeneralizedPareto", "Kumaraswamy", "LogisticNormal", "LowRankMultivariateNormal",
    "StickBreakingTransform", "VonMises",
    "Dirichlet", "Distribution", "ExpTransform", "Exponential", "FisherSnedecor", "Gamma", "Geometric",
    "Gumbel", "HalfCauchy", "HalfNormal", "Independent", "InverseGamma", "Laplace", "LogNormal",
    "MixtureSameFamily", "Multinomial", "MultivariateNormal", "NegativeBinomial", "Normal",
    "OneHotCategorical", "OneHotCategoricalStraightThrough", "Pareto", "Poisson", "PowerTransform",
    "RelaxedBernoulli", "RelaxedOneHotCategorical", "SigmoidTransform", "SoftmaxTransform", "StudentT",
    "TanhTransform", "Transform", "TransformedDistribution", "Uniform", "Weibull", "constraints", "kl",
    "kl_divergence", "register_kl", "transforms",
]


def __getattr__(name: str) -> Any:
    raise attribute_error("distributions", name, __all__)

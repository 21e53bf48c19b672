"""`torch.distributions`: values to draw, log-probabilities to differentiate.

>>> import retrograd as rg
>>> rg.distributions.Normal(0.0, 1.0).mean
tensor(0.)
"""

from __future__ import annotations

from typing import Any

from retrograd.base.later import places as _places
from retrograd.distributions import constraint_registry, constraints, kl, transforms, utils
from retrograd.distributions.bounded import ContinuousBernoulli, GeneralizedPareto, Kumaraswamy, VonMises
from retrograd.distributions.combined import Independent, MixtureSameFamily, MultivariateNormal
from retrograd.distributions.constraint_registry import biject_to, transform_to
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
from retrograd.distributions.exponential_family import ExponentialFamily
from retrograd.distributions.gamma import Beta, Chi2, Dirichlet, FisherSnedecor, Gamma, InverseGamma, StudentT
from retrograd.distributions.kl import kl_divergence, register_kl
from retrograd.distributions.matrix_laws import LKJCholesky, Wishart
from retrograd.distributions.positive import Exponential, HalfCauchy, HalfNormal, Pareto, Weibull
from retrograd.distributions.transformed import (
    LogNormal,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
    TransformedDistribution,
)
from retrograd.distributions.transforms import (
    AbsTransform,
    AffineTransform,
    CatTransform,
    ComposeTransform,
    CorrCholeskyTransform,
    CumulativeDistributionTransform,
    ExpTransform,
    IndependentTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    PowerTransform,
    ReshapeTransform,
    SigmoidTransform,
    SoftmaxTransform,
    SoftplusTransform,
    StackTransform,
    StickBreakingTransform,
    TanhTransform,
    Transform,
    identity_transform,
)
from retrograd.distributions.vectors import LogisticNormal, LowRankMultivariateNormal
from retrograd.missing import attribute_error

__all__ = [
    "AbsTransform", "AffineTransform", "Bernoulli", "Beta", "Binomial", "CatTransform", "Categorical",
    "Cauchy", "Chi2", "ComposeTransform", "ContinuousBernoulli", "CorrCholeskyTransform",
    "CumulativeDistributionTransform", "Dirichlet", "Distribution", "ExpTransform", "Exponential",
    "ExponentialFamily", "FisherSnedecor", "Gamma", "GeneralizedPareto", "Geometric", "Gumbel",
    "HalfCauchy", "HalfNormal", "Independent", "IndependentTransform", "InverseGamma", "Kumaraswamy",
    "LKJCholesky", "Laplace", "LogNormal", "LogisticNormal", "LowRankMultivariateNormal",
    "LowerCholeskyTransform", "MixtureSameFamily", "Multinomial", "MultivariateNormal",
    "NegativeBinomial", "Normal", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Pareto",
    "Poisson", "PositiveDefiniteTransform", "PowerTransform", "RelaxedBernoulli",
    "RelaxedOneHotCategorical", "ReshapeTransform", "SigmoidTransform", "SoftmaxTransform",
    "SoftplusTransform", "StackTransform", "StickBreakingTransform", "StudentT", "TanhTransform",
    "Transform", "TransformedDistribution", "Uniform", "VonMises", "Weibull", "Wishart", "biject_to",
    "constraint_registry", "constraints", "identity_transform", "kl", "kl_divergence", "register_kl",
    "transform_to", "transforms", "utils",
]

_places(__name__, """bernoulli beta binomial categorical cauchy chi2 continuous_bernoulli dirichlet exp_family
    exponential fishersnedecor generalized_pareto geometric gumbel half_cauchy half_normal independent
    inverse_gamma kumaraswamy laplace lkj_cholesky log_normal logistic_normal lowrank_multivariate_normal
    mixture_same_family multinomial multivariate_normal negative_binomial normal one_hot_categorical pareto
    poisson relaxed_bernoulli relaxed_categorical studentT transformed_distribution uniform von_mises weibull
    wishart""")


def __getattr__(name: str) -> Any:
    raise attribute_error("distributions", name, __all__)

"""Written by `make stubs`: what type checkers and editors know of `retrograd.distributions`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd import distributions as bernoulli
from retrograd import distributions as beta
from retrograd import distributions as binomial
from retrograd import distributions as categorical
from retrograd import distributions as cauchy
from retrograd import distributions as chi2
from retrograd import distributions as continuous_bernoulli
from retrograd import distributions as dirichlet
from retrograd import distributions as exp_family
from retrograd import distributions as exponential
from retrograd import distributions as fishersnedecor
from retrograd import distributions as generalized_pareto
from retrograd import distributions as geometric
from retrograd import distributions as gumbel
from retrograd import distributions as half_cauchy
from retrograd import distributions as half_normal
from retrograd import distributions as independent
from retrograd import distributions as inverse_gamma
from retrograd import distributions as kumaraswamy
from retrograd import distributions as laplace
from retrograd import distributions as lkj_cholesky
from retrograd import distributions as log_normal
from retrograd import distributions as logistic_normal
from retrograd import distributions as lowrank_multivariate_normal
from retrograd import distributions as mixture_same_family
from retrograd import distributions as multinomial
from retrograd import distributions as multivariate_normal
from retrograd import distributions as negative_binomial
from retrograd import distributions as normal
from retrograd import distributions as one_hot_categorical
from retrograd import distributions as pareto
from retrograd import distributions as poisson
from retrograd import distributions as relaxed_bernoulli
from retrograd import distributions as relaxed_categorical
from retrograd import distributions as studentT
from retrograd import distributions as transformed_distribution
from retrograd import distributions as uniform
from retrograd import distributions as von_mises
from retrograd import distributions as weibull
from retrograd import distributions as wishart
from retrograd.distributions import bounded as bounded
from retrograd.distributions import combined as combined
from retrograd.distributions import constraint_registry as constraint_registry
from retrograd.distributions import constraints as constraints
from retrograd.distributions import continuous as continuous
from retrograd.distributions import covariance as covariance
from retrograd.distributions import discrete as discrete
from retrograd.distributions import distribution as distribution
from retrograd.distributions import expectations as expectations
from retrograd.distributions import exponential_family as exponential_family
from retrograd.distributions import gamma as gamma
from retrograd.distributions import kl as kl
from retrograd.distributions import mapping as mapping
from retrograd.distributions import mapping_elements as mapping_elements
from retrograd.distributions import mapping_vectors as mapping_vectors
from retrograd.distributions import matrix_laws as matrix_laws
from retrograd.distributions import positive as positive
from retrograd.distributions import transformed as transformed
from retrograd.distributions import transforms as transforms
from retrograd.distributions import triangles as triangles
from retrograd.distributions import utils as utils
from retrograd.distributions import vectors as vectors
from retrograd.distributions.bounded import ContinuousBernoulli as ContinuousBernoulli
from retrograd.distributions.bounded import GeneralizedPareto as GeneralizedPareto
from retrograd.distributions.bounded import Kumaraswamy as Kumaraswamy
from retrograd.distributions.bounded import VonMises as VonMises
from retrograd.distributions.combined import Independent as Independent
from retrograd.distributions.combined import MixtureSameFamily as MixtureSameFamily
from retrograd.distributions.combined import MultivariateNormal as MultivariateNormal
from retrograd.distributions.continuous import Cauchy as Cauchy
from retrograd.distributions.continuous import Gumbel as Gumbel
from retrograd.distributions.continuous import Laplace as Laplace
from retrograd.distributions.continuous import Normal as Normal
from retrograd.distributions.continuous import Uniform as Uniform
from retrograd.distributions.discrete import Bernoulli as Bernoulli
from retrograd.distributions.discrete import Binomial as Binomial
from retrograd.distributions.discrete import Categorical as Categorical
from retrograd.distributions.discrete import Geometric as Geometric
from retrograd.distributions.discrete import Multinomial as Multinomial
from retrograd.distributions.discrete import NegativeBinomial as NegativeBinomial
from retrograd.distributions.discrete import OneHotCategorical as OneHotCategorical
from retrograd.distributions.discrete import OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough
from retrograd.distributions.discrete import Poisson as Poisson
from retrograd.distributions.distribution import Distribution as Distribution
from retrograd.distributions.exponential_family import ExponentialFamily as ExponentialFamily
from retrograd.distributions.gamma import Beta as Beta
from retrograd.distributions.gamma import Chi2 as Chi2
from retrograd.distributions.gamma import Dirichlet as Dirichlet
from retrograd.distributions.gamma import FisherSnedecor as FisherSnedecor
from retrograd.distributions.gamma import Gamma as Gamma
from retrograd.distributions.gamma import InverseGamma as InverseGamma
from retrograd.distributions.gamma import StudentT as StudentT
from retrograd.distributions.mapping import ComposeTransform as ComposeTransform
from retrograd.distributions.mapping import IndependentTransform as IndependentTransform
from retrograd.distributions.mapping import ReshapeTransform as ReshapeTransform
from retrograd.distributions.mapping import Transform as Transform
from retrograd.distributions.mapping_elements import AbsTransform as AbsTransform
from retrograd.distributions.mapping_elements import AffineTransform as AffineTransform
from retrograd.distributions.mapping_elements import CumulativeDistributionTransform as CumulativeDistributionTransform
from retrograd.distributions.mapping_elements import ExpTransform as ExpTransform
from retrograd.distributions.mapping_elements import PowerTransform as PowerTransform
from retrograd.distributions.mapping_elements import SigmoidTransform as SigmoidTransform
from retrograd.distributions.mapping_elements import SoftplusTransform as SoftplusTransform
from retrograd.distributions.mapping_elements import TanhTransform as TanhTransform
from retrograd.distributions.mapping_vectors import CatTransform as CatTransform
from retrograd.distributions.mapping_vectors import CorrCholeskyTransform as CorrCholeskyTransform
from retrograd.distributions.mapping_vectors import LowerCholeskyTransform as LowerCholeskyTransform
from retrograd.distributions.mapping_vectors import PositiveDefiniteTransform as PositiveDefiniteTransform
from retrograd.distributions.mapping_vectors import SoftmaxTransform as SoftmaxTransform
from retrograd.distributions.mapping_vectors import StackTransform as StackTransform
from retrograd.distributions.mapping_vectors import StickBreakingTransform as StickBreakingTransform
from retrograd.distributions.matrix_laws import LKJCholesky as LKJCholesky
from retrograd.distributions.matrix_laws import Wishart as Wishart
from retrograd.distributions.positive import Exponential as Exponential
from retrograd.distributions.positive import HalfCauchy as HalfCauchy
from retrograd.distributions.positive import HalfNormal as HalfNormal
from retrograd.distributions.positive import Pareto as Pareto
from retrograd.distributions.positive import Weibull as Weibull
from retrograd.distributions.transformed import LogNormal as LogNormal
from retrograd.distributions.transformed import RelaxedBernoulli as RelaxedBernoulli
from retrograd.distributions.transformed import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from retrograd.distributions.transformed import TransformedDistribution as TransformedDistribution
from retrograd.distributions.vectors import LogisticNormal as LogisticNormal
from retrograd.distributions.vectors import LowRankMultivariateNormal as LowRankMultivariateNormal

def attribute_error(module: _b.str, name: _b.str, present: _Iterable[_b.str]) -> _Any:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`."""
biject_to: _Any
identity_transform: _Any
def kl_divergence(p: _Any, q: _Any) -> _Any:
    """The expected log p(x) - log q(x) under p."""
def register_kl(type_p: _Any, type_q: _Any) -> _Any:
    """Decorate a function of (p, q) as the divergence of two classes."""
transform_to: _Any

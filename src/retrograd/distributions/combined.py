"""Distributions of vectors, and distributions made of others: multivariate normal, independent, mixtures."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.covariance import WithCovariance, root_of, squared_length, the_one
from retrograd.distributions.discrete import Categorical
from retrograd.distributions.distribution import Centred, Distribution, sum_rightmost
from retrograd.tensors.create import randn


class MultivariateNormal(WithCovariance, Centred):
    """Normal vectors with mean loc and a covariance, a precision, or the Cholesky factor scale_tril of a
    covariance.

    >>> import retrograd as rg
    >>> rg.distributions.MultivariateNormal(rg.zeros(2), rg.eye(2)).log_prob(rg.zeros(2))
    tensor(-1.8379)
    """

    arg_constraints = {"loc": c.real_vector, "covariance_matrix": c.positive_definite,
                       "precision_matrix": c.positive_definite, "scale_tril": c.lower_cholesky}
    support = c.real_vector
    has_rsample = True

    def __init__(self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None,
                 scale_tril: Any = None,
                 validate_args: bool | None = None) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, matrix = the_one(covariance_matrix=covariance_matrix, precision_matrix=precision_matrix,
                               scale_tril=scale_tril)
        batch = F.broadcast_tensors(matrix[..., 0, 0], loc[..., 0])[0].shape
        self.loc = loc.expand(*batch, loc.shape[-1])
        self.__dict__[name] = matrix.expand(*batch, *matrix.shape[-2:])
        super().__init__(batch, loc.shape[-1:], validate_args=validate_args)
        self._root = root_of(name, self.__dict__[name])

    @property
    def variance(self) -> Any:
        """The diagonal of the covariance."""
        return (self._root ** 2).sum(-1).expand(*self._batch_shape, *self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """loc + L z."""
        z = randn(*self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self._root @ z.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Any:
        """-(M + n log(2 pi)) / 2 - log det L, M the squared distance in the covariance's own measure."""
        self._validate_sample(value)
        d = value - self.loc
        n = self._event_shape[0]
        distance = squared_length(self._root, d.unsqueeze(-1))
        return -0.5 * (n * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self) -> Any:
        """n (1 + log(2 pi)) / 2 + log det L."""
        return 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()


class Independent(Distribution):
    """The last dimensions of a distribution's batch as one event: log_prob sums over them.

    >>> import retrograd as rg
    >>> from retrograd.distributions import Independent, Normal
    >>> Independent(Normal(rg.zeros(2), rg.ones(2)), 1).log_prob(rg.zeros(2))
    tensor(-1.8379)
    """

    def __init__(self, base_distribution: Distribution, reinterpreted_batch_ndims: int,
                 validate_args: bool | None = None) -> None:
        n = reinterpreted_batch_ndims
        if n > len(base_distribution.batch_shape):
            raise ValueError("Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                             f"actual {n} vs {len(base_distribution.batch_shape)}")
        shape = (*base_distribution.batch_shape, *base_distribution.event_shape)
        rank = n + len(base_distribution.event_shape)
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        super().__init__(shape[:len(shape) - rank], shape[len(shape) - rank:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:      # type: ignore[override]
        """Whether the distribution has."""
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> bool:        # type: ignore[override]
        """Whether the distribution has, where nothing is summed."""
        return self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support

    @property
    def support(self) -> Any:           # type: ignore[override]
        """The distribution's, for more dimensions."""
        base, n = self.base_dist.support, self.reinterpreted_batch_ndims
        return c.independent(base, n) if n and base is not None else base

    @property
    def mean(self) -> Any:
        """The distribution's."""
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        """The distribution's."""
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        """The distribution's."""
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Any:
        """The distribution's."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """The distribution's."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        """The distribution's, summed."""
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Any:
        """The distribution's, summed."""
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The distribution's, with the event's dimensions behind."""
        shape = (*tuple(batch_shape), *self._event_shape[:self.reinterpreted_batch_ndims])
        return Independent(self.base_dist.expand(shape), self.reinterpreted_batch_ndims)


class MixtureSameFamily(Distribution):
    """One of several distributions (the last dimension of a batch), chosen by a Categorical.

    >>> import retrograd as rg
    >>> from retrograd.distributions import Categorical, MixtureSameFamily, Normal
    >>> m = MixtureSameFamily(Categorical(rg.ones(2)), Normal(rg.tensor([-1.0, 1.0]), rg.ones(2)))
    >>> m.mean
    tensor(0.)
    """

    def __init__(self, mixture_distribution: Categorical, component_distribution: Distribution,
                 validate_args: bool | None = None) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError("The mixture distribution needs to be a Categorical")
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        event = component_distribution.event_shape
        self._event_ndims = len(event)
        super().__init__(component_distribution.batch_shape[:-1], event, validate_args=validate_args)

    def _weights(self) -> Any:
        p = self.mixture_distribution.probs
        return p.reshape(*p.shape, *(1,) * self._event_ndims)

    @property
    def support(self) -> Any:           # type: ignore[override]
        """The components'."""
        return c.MixtureSameFamilyConstraint(self.component_distribution.support)

    @property
    def mean(self) -> Any:
        """The weighted mean of the components'."""
        return (self._weights() * self.component_distribution.mean).sum(-1 - self._event_ndims)

    @property
    def variance(self) -> Any:
        """The weighted variances, and the variance of the means."""
        at, w = -1 - self._event_ndims, self._weights()
        spread = (self.component_distribution.mean - self.mean.unsqueeze(at)) ** 2
        return (w * (self.component_distribution.variance + spread)).sum(at)

    def sample(self, sample_shape: Any = ()) -> Any:
        """A component by its weight, and a value of it."""
        at = -1 - self._event_ndims
        which = self.mixture_distribution.sample(sample_shape)
        values = self.component_distribution.sample(sample_shape)
        which = which.reshape(*which.shape, *(1,) * (self._event_ndims + 1))
        shape = list(values.shape)
        shape[at] = 1
        return F.gather(values, values.dim() + at, which.expand(*shape)).squeeze(at)

    def log_prob(self, value: Any) -> Any:
        """log sum of weight e**log_prob over the components."""
        self._validate_sample(value)
        x = value.unsqueeze(-1 - self._event_ndims)
        parts = self.component_distribution.log_prob(x)
        return F.logsumexp(parts + F.log_softmax(self.mixture_distribution.logits, -1), -1)

    def cdf(self, value: Any) -> Any:
        """The weighted sum of the components'."""
        x = value.unsqueeze(-1 - self._event_ndims)
        return (self.component_distribution.cdf(x) * self.mixture_distribution.probs).sum(-1)

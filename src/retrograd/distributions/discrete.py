"""Discrete distributions: coins, classes, counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd import functional as F
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import Distribution, broadcast_all
from retrograd.distributions.gamma import Gamma
from retrograd.functional.door import need_tensor
from retrograd.tensors.create import arange, rand, zeros
from retrograd.tensors.drawing import drawn, multinomial, stream, value_of


def tiny_of(x: Any) -> tuple[float, float]:
    """How near to 0 and 1 probabilities are kept.

    >>> import retrograd as rg
    >>> tiny_of(rg.ones(1))[0] > 0
    True
    """
    eps = float(np.finfo(np.float64 if x.dtype.itemsize == 8 else np.float32).eps)
    return eps, 1 - eps


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """log p, or log(p / (1 - p)), of probabilities kept off 0 and 1.

    >>> import retrograd as rg
    >>> probs_to_logits(rg.tensor(0.5), True)
    tensor(0.)
    """
    p = probs.clamp(*tiny_of(probs))
    return p.log() - (-p).log1p() if is_binary else p.log()


class _Probs(Distribution):
    """A distribution given by probs or by logits, one of them."""

    binary = True

    def _given(self, probs: Any, logits: Any) -> Any:
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        name, value = ("probs", probs) if logits is None else ("logits", logits)
        self.is_scalar = isinstance(value, (int, float))
        value, = broadcast_all(value)
        self.__dict__[name] = value
        return value

    def __getattr__(self, name: str) -> Any:
        # The one that was not given is worked out when it is asked for.
        if name == "probs" and "logits" in self.__dict__:
            logits = self.__dict__["logits"]
            value = logits.sigmoid() if self.binary else F.softmax(logits, -1)
        elif name == "logits" and "probs" in self.__dict__:
            value = probs_to_logits(self.__dict__["probs"], self.binary)
        else:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        self.__dict__[name] = value
        return value

    @property
    def param_shape(self) -> Any:
        """The shape of probs."""
        return self.__dict__["probs" if "probs" in self.__dict__ else "logits"].shape


class Bernoulli(_Probs):
    """1 with probability probs, else 0.

    >>> import retrograd as rg
    >>> rg.distributions.Bernoulli(rg.tensor([0.25])).log_prob(rg.tensor([1.0]))
    tensor([-1.3863])
    """

    arg_constraints = {"probs": c.unit_interval, "logits": c.real}
    support = c.boolean
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._given(probs, logits).shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Any:
        """1 where probs is above 1/2, nan where it is 1/2."""
        return F.where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs.dtype))

    @property
    def variance(self) -> Any:
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """1 where a uniform number lies below probs."""
        p = self.probs.detach()
        return (rand(*self._extended_shape(sample_shape), dtype=p.dtype) < p).to(p.dtype)

    def log_prob(self, value: Any) -> Any:
        """x log p + (1 - x) log(1 - p)."""
        self._validate_sample(value)
        logits, value = F.broadcast_tensors(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        """-p log p - (1 - p) log(1 - p)."""
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Any:
        """0 and 1."""
        values = arange(2, dtype=self.probs.dtype).reshape(-1, *(1,) * len(self._batch_shape))
        return values.expand(-1, *self._batch_shape) if expand else values


class Geometric(_Probs):
    """How often it fails before it succeeds with probability probs.

    >>> import retrograd as rg
    >>> rg.distributions.Geometric(rg.tensor([0.25])).mean
    tensor([3.])
    """

    arg_constraints = {"probs": c.unit_interval, "logits": c.real}
    support = c.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._given(probs, logits).shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """1 / p - 1."""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Any:
        """0."""
        return self.probs.detach() * 0

    @property
    def variance(self) -> Any:
        """(1 / p - 1) / p."""
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        """floor(log u / log(1 - p))."""
        p = self.probs.detach()
        u = rand(*self._extended_shape(sample_shape), dtype=p.dtype).clamp(min=1e-30)
        return (u.log() / (-p).log1p()).floor()

    def log_prob(self, value: Any) -> Any:
        """value log(1 - p) + log p."""
        self._validate_sample(value)
        value, p = F.broadcast_tensors(value, self.probs)
        p = F.where((p == 1) & (value == 0), 0.0, p)
        return value * (-p).log1p() + self.probs.log()

    def entropy(self) -> Any:
        """That of the coin, over p."""
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Categorical(_Probs):
    """The number of a class, with probabilities in the last dimension (scaled to sum to 1).

    >>> import retrograd as rg
    >>> rg.distributions.Categorical(rg.tensor([1.0, 3.0])).log_prob(rg.tensor(1))
    tensor(-0.2877)
    """

    binary = False
    arg_constraints = {"probs": c.simplex, "logits": c.real_vector}
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) != (logits is None):
            need_tensor(probs if logits is None else logits, "Categorical", "probs or logits")
        given = self._given(probs, logits)
        if given.dim() < 1:
            name = "probs" if logits is None else "logits"
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if logits is None:
            self.__dict__["probs"] = given / given.sum(-1, True)
        else:
            self.__dict__["logits"] = given - F.logsumexp(given, -1, True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @property
    def support(self) -> Any:       # type: ignore[override]
        """0, ..., the number of classes - 1."""
        return c.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        """nan: classes have no mean."""
        return zeros(*self._batch_shape, dtype=self.probs.dtype) * math.nan

    @property
    def mode(self) -> Any:
        """The most probable class."""
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Any:
        """nan."""
        return self.mean

    def sample(self, sample_shape: Any = ()) -> Any:
        """Classes by `multinomial`."""
        count = math.prod(tuple(sample_shape))
        rows = self.probs.detach().reshape(-1, self._num_events)
        if not count or not rows.shape[0]:
            return zeros(*self._extended_shape(sample_shape)).long()
        return multinomial(rows, count, True).T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Any) -> Any:
        """The class's log-probability."""
        self._validate_sample(value)
        value = value.long().unsqueeze(-1)
        value, logits = F.broadcast_tensors(value, self.logits)
        return F.gather(logits, -1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        """-sum p log p."""
        least = float(np.finfo(np.float64 if self.probs.dtype.itemsize == 8 else np.float32).min)
        return -(self.logits.clamp(min=least) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        """All classes."""
        values = arange(self._num_events).reshape(-1, *(1,) * len(self._batch_shape))
        return values.expand(-1, *self._batch_shape) if expand else values


class OneHotCategorical(Distribution):
    """A class as a row with one 1.

    >>> import retrograd as rg
    >>> rg.distributions.OneHotCategorical(rg.tensor([0.0, 3.0])).sample()
    tensor([0., 1.])
    """

    arg_constraints: dict[str, c.Constraint] = {}
    support = c.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def mean(self) -> Any:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Any:
        """The most probable class as a row."""
        return F.one_hot(self.probs.argmax(-1), self._event_shape[0]).to(self.probs.dtype)

    @property
    def variance(self) -> Any:
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Rows with one 1."""
        return F.one_hot(self._categorical.sample(sample_shape), self._event_shape[0]).to(self.probs.dtype)

    def log_prob(self, value: Any) -> Any:
        """The class's log-probability."""
        self._validate_sample(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Any:
        """That of the classes."""
        return self._categorical.entropy()


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical` whose rsample has the derivative of probs.

    >>> import retrograd as rg
    >>> rg.distributions.OneHotCategoricalStraightThrough(rg.tensor([0.0, 3.0])).rsample()
    tensor([0., 1.])
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A sample with the derivative of probs."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Poisson(Distribution):
    """Counts at a rate: rate**k e**-rate / k!.

    >>> import retrograd as rg
    >>> rg.distributions.Poisson(2.0).log_prob(rg.tensor(0.0))
    tensor(-2.)
    """

    arg_constraints = {"rate": c.nonnegative}
    support = c.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self.rate, = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """rate."""
        return self.rate

    @property
    def mode(self) -> Any:
        """floor(rate)."""
        return self.rate.floor()

    @property
    def variance(self) -> Any:
        """rate."""
        return self.rate

    def sample(self, sample_shape: Any = ()) -> Any:
        """Poisson numbers."""
        rates = np.broadcast_to(value_of(self.rate, "Poisson"), tuple(self._extended_shape(sample_shape)))
        return drawn(stream().poisson(rates.astype(np.float64)), self.rate.dtype)

    def log_prob(self, value: Any) -> Any:
        """value log rate - rate - lgamma(value + 1)."""
        self._validate_sample(value)
        return F.xlogy(value, self.rate) - self.rate - F.lgamma(value + 1)


class Binomial(_Probs):
    """How many of total_count trials succeed with probability probs.

    >>> import retrograd as rg
    >>> rg.distributions.Binomial(4, rg.tensor([0.25])).mean
    tensor([1.])
    """

    arg_constraints = {"total_count": c.nonnegative_integer, "probs": c.unit_interval, "logits": c.real}

    def __init__(self, total_count: Any = 1, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        given = self._given(probs, logits)
        name = "probs" if logits is None else "logits"
        self.total_count, self.__dict__[name] = broadcast_all(total_count, given)
        self.total_count = self.total_count.to(given.dtype)
        super().__init__(self.total_count.shape, validate_args=validate_args)

    @property
    def support(self) -> Any:       # type: ignore[override]
        """0, ..., total_count."""
        return c.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        """n p."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        """floor((n + 1) p), at most n."""
        return F.minimum(((self.total_count + 1) * self.probs).floor(), self.total_count)

    @property
    def variance(self) -> Any:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Binomial numbers."""
        shape = tuple(self._extended_shape(sample_shape))
        n, p = (np.broadcast_to(value_of(x, "Binomial"), shape) for x in (self.total_count, self.probs))
        return drawn(stream().binomial(n.astype(np.int64), p.astype(np.float64)), self.probs.dtype)

    def log_prob(self, value: Any) -> Any:
        """log (n over k) + k logit - n log(1 + e**logit)."""
        self._validate_sample(value)
        n, logits = self.total_count, self.logits
        choices = F.lgamma(n + 1) - F.lgamma(value + 1) - F.lgamma(n - value + 1)
        return value * logits + choices - n * F.softplus(logits)


class NegativeBinomial(_Probs):
    """Successes of probability probs before total_count failures.

    >>> import retrograd as rg
    >>> rg.distributions.NegativeBinomial(2.0, rg.tensor([0.5])).mean
    tensor([2.])
    """

    arg_constraints = {"total_count": c.nonnegative, "probs": c.unit_interval, "logits": c.real}
    support = c.nonnegative_integer

    def __init__(self, total_count: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        given = self._given(probs, logits)
        name = "probs" if logits is None else "logits"
        self.total_count, self.__dict__[name] = broadcast_all(total_count, given)
        super().__init__(self.total_count.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """n e**logit."""
        return self.total_count * self.logits.exp()

    @property
    def variance(self) -> Any:
        """mean / (1 - p)."""
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Poisson numbers with gamma rates."""
        rates = Gamma(self.total_count.detach(), (-self.logits.detach()).exp(),
                      validate_args=False).sample(sample_shape)
        return drawn(stream().poisson(value_of(rates, "NegativeBinomial").astype(np.float64)), rates.dtype)

    def log_prob(self, value: Any) -> Any:
        """n log(1 - p) + k log p + log (n + k - 1 over k)."""
        self._validate_sample(value)
        n = self.total_count
        plain = n * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits)
        return plain + F.lgamma(n + value) - F.lgamma(1.0 + value) - F.lgamma(n)


class Multinomial(Distribution):
    """Counts of classes in total_count draws.

    >>> import retrograd as rg
    >>> rg.distributions.Multinomial(2, rg.tensor([0.0, 1.0])).sample()
    tensor([0., 2.])
    """

    arg_constraints: dict[str, c.Constraint] = {}

    def __init__(self, total_count: int = 1, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def mean(self) -> Any:
        """n p."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Counts of total_count classes."""
        classes = self._categorical.sample((*tuple(sample_shape), self.total_count))
        at = len(tuple(sample_shape))
        return F.one_hot(classes, self._event_shape[0]).sum(at).to(self.probs.dtype)

    def log_prob(self, value: Any) -> Any:
        """log n! - sum log k! + sum k log p."""
        self._validate_sample(value)
        logits, value = F.broadcast_tensors(self.logits, value)
        logits = F.where((value == 0) & (logits == -math.inf), 0.0, logits)
        return F.lgamma(value.sum(-1) + 1) - F.lgamma(value + 1).sum(-1) + (logits * value).sum(-1)

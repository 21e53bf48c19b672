"""Distribution: shapes, checks and what all distributions share."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.dtype import default
from retrograd.base.errors import MissingError
from retrograd.base.modes import modes, no_grad
from retrograd.base.shape import Size
from retrograd.distributions.constraints import Constraint, is_dependent
from retrograd.functional.door import TensorBase
from retrograd.functional.elementwise import exp, sqrt
from retrograd.functional.reduce import all as all_true
from retrograd.functional.reduce import sum
from retrograd.functional.shape import broadcast_tensors, expand
from retrograd.tensors.create import tensor

EULER = 0.57721566490153286060
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Distribution:
    """A distribution of values of shape `event_shape`, one for each place of `batch_shape`.

    Subclasses name the constraints of their parameters in `arg_constraints`; a parameter that breaks its
    own is a ValueError, as is a value outside `support` (unless validate_args is False). In a compiled step,
    whose replay reads no value, this is asked only where validate_args is True.
    """

    arg_constraints: dict[str, Constraint] = {}
    has_rsample = has_enumerate_support = False
    _validate_args = True
    support: Any = None

    def __init__(self, batch_shape: Any = (), event_shape: Any = (),
                 validate_args: bool | None = None) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        for name, constraint in self.arg_constraints.items() if self._looks() else ():
            value = self.__dict__.get(name)
            if value is None or is_dependent(constraint):
                continue
            if not bool(all_true(constraint.check(value))):
                raise ValueError(
                    f"Expected parameter {name} (Tensor of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}")

    def _looks(self) -> bool:
        """Whether values are read to be judged: in a compiled step only where the user asked for it."""
        return self._validate_args and (modes.capture is None or "_validate_args" in self.__dict__)

    @classmethod
    def set_default_validate_args(cls, value: bool) -> None:
        """Whether parameters and values are checked where nothing else is said."""
        Distribution._validate_args = bool(value)

    @property
    def batch_shape(self) -> Size:
        """How many distributions these are."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one value."""
        return self._event_shape

    @property
    def mean(self) -> Any:
        """The expected value."""
        raise NotImplementedError

    @property
    def mode(self) -> Any:
        """The most probable value."""
        raise NotImplementedError(f"{type(self).__name__} does not implement mode")

    @property
    def variance(self) -> Any:
        """The expected square of the distance from the mean."""
        raise NotImplementedError

    @property
    def stddev(self) -> Any:
        """The square root of the variance."""
        return sqrt(self.variance)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Values of shape sample_shape + batch_shape + event_shape, without a derivative."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Values that are differentiable functions of the parameters (where has_rsample)."""
        raise NotImplementedError(f"{type(self).__name__} has no rsample")

    def sample_n(self, n: int) -> Any:
        """n values."""
        return self.sample((n,))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, at value."""
        raise NotImplementedError

    def cdf(self, value: Any) -> Any:
        """The probability of values up to value."""
        raise NotImplementedError

    def icdf(self, value: Any) -> Any:
        """The inverse of cdf."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values of a discrete distribution."""
        raise NotImplementedError

    def entropy(self) -> Any:
        """The expected -log_prob."""
        raise NotImplementedError

    def perplexity(self) -> Any:
        """e**entropy."""
        return exp(self.entropy())

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution, repeated to a larger batch_shape."""
        new = type(self).__new__(type(self))
        shape = Size(batch_shape)
        for name, value in self.__dict__.items():
            if isinstance(value, TensorBase):
                rest = value.node.shape[len(self._batch_shape):]        # type: ignore[attr-defined]
                value = expand(value, (*shape, *rest))
            elif isinstance(value, Distribution):
                value = value.expand(shape)
            new.__dict__[name] = value
        new._batch_shape = shape
        return new

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        return Size((*tuple(sample_shape), *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value: Any) -> None:
        if not self._validate_args:
            return
        if not isinstance(value, TensorBase):
            raise ValueError("The value argument to log_prob must be a Tensor")
        rank = len(self._event_shape)
        shape: tuple[int, ...] = value.node.shape                       # type: ignore[attr-defined]
        if shape[len(shape) - rank:] != tuple(self._event_shape):
            raise ValueError(f"The right-most size of value must match event_shape: {shape} vs "
                             f"{self._event_shape}.")
        for a, b in zip(reversed(shape), reversed((*self._batch_shape, *self._event_shape))):
            if a != 1 and b != 1 and a != b:
                raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {shape} vs "
                                 f"{(*self._batch_shape, *self._event_shape)}.")
        support = self.support if self._looks() else None
        if support is not None and not bool(all_true(support.check(value))):
            raise ValueError(f"Expected value argument (Tensor of shape {shape}) to be within the support "
                             f"({support!r}) of the distribution {self!r}, but found invalid values:\n"
                             f"{value}")

    def __repr__(self) -> str:
        given = [n for n in self.arg_constraints if n in self.__dict__ and self.__dict__[n] is not None]
        shown = [f"{n}: {self.__dict__[n] if self.__dict__[n].numel() == 1 else self.__dict__[n].size()}"
                 for n in given]
        return f"{type(self).__name__}({', '.join(shown)})"


class Centred(Distribution):
    """One with a largest density at its centre `loc`, which is its mean too."""

    loc: Any

    @property
    def mean(self) -> Any:
        """loc."""
        return self.loc

    @property
    def mode(self) -> Any:
        """loc."""
        return self.loc


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the dtype of the first tensor, or the
    default.

    >>> import retrograd as rg
    >>> broadcast_all(1.0, rg.zeros(2))[0]
    tensor([1., 1.])
    """
    if not all(isinstance(v, (TensorBase, int, float)) for v in values):
        raise ValueError("Input arguments must all be instances of Number or torch.Tensor")
    dtype = next((v.dtype for v in values if isinstance(v, TensorBase)),
                 default())     # type: ignore[attr-defined]
    dtype = dtype if dtype.is_floating_point or any(isinstance(v, TensorBase) for v in values) else default()
    return broadcast_tensors(*(v if isinstance(v, TensorBase) else tensor(v, dtype=dtype) for v in values))


def sum_rightmost(value: Any, n: int) -> Any:
    """Summed over the last n dimensions.

    >>> import retrograd as rg
    >>> sum_rightmost(rg.ones(2, 3), 1)
    tensor([3., 3.])
    """
    return sum(value, tuple(range(-n, 0))) if n else value


def missing(what: str, fix: str) -> MissingError:
    """The error for what is not there yet."""
    return MissingError(f"{what} is not there yet", op="distributions", fix=fix)

"""Transforms: invertible functions with the logarithm of their slope, their inverses and combinations."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import reduce
from typing import Any

from retrograd.base.shape import Size, numel
from retrograd.distributions import constraints as c
from retrograd.distributions.distribution import sum_rightmost
from retrograd.tensors.create import zeros_like


class Transform:
    """y = f(x), with `inv` its inverse and log_abs_det_jacobian(x, y) = log |det dy/dx|.

    A subclass has `domain` and `codomain` (constraints; their event_dim says how many trailing dimensions of
    x and of y belong together), and `_call`, `_inverse`, `log_abs_det_jacobian`. With cache_size=1 the last
    pair of x and y is kept, for functions whose inverse is dear or inexact.

    >>> import retrograd as rg
    >>> class Double(Transform):
    ...     domain = codomain = c.real
    ...     bijective = True
    ...     def _call(self, x):
    ...         return 2 * x
    ...     def _inverse(self, y):
    ...         return y / 2
    >>> Double()(rg.tensor(3.0)), Double().inv(rg.tensor(3.0))
    (tensor(6.), tensor(1.5000))
    """

    bijective = False
    domain: Any
    codomain: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._last: tuple[Any, Any] = None, None
        self._inv: Any = None

    @property
    def inv(self) -> Transform:
        """The inverse."""
        known = None if self._inv is None else self._inv()
        if known is None:
            known = _InverseTransform(self)
            self._inv = weakref.ref(known)
        return known        # type: ignore[no-any-return]

    @property
    def sign(self) -> Any:
        """1 where the transform rises, -1 where it falls, of one that does only one of them."""
        raise NotImplementedError

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with another cache."""
        if self._cache_size == cache_size:
            return self
        if type(self).__init__ is Transform.__init__:
            return type(self)(cache_size=cache_size)
        raise NotImplementedError(f"{type(self)}.with_cache is not implemented")

    def __call__(self, x: Any) -> Any:
        return self._kept(x, 0, self._call)

    def _inv_call(self, y: Any) -> Any:
        return self._kept(y, 1, self._inverse)

    def _kept(self, given: Any, at: int, compute: Any) -> Any:
        if self._cache_size == 0:
            return compute(given)
        if given is self._last[at]:
            return self._last[1 - at]
        found = compute(given)
        self._last = (given, found) if at == 0 else (found, given)
        return found

    def _call(self, x: Any) -> Any:
        raise NotImplementedError

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |det dy/dx|."""
        raise NotImplementedError

    def forward_shape(self, shape: Any) -> Any:
        """The shape of y for a shape of x."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of x for a shape of y."""
        return shape

    def _parts(self) -> tuple[Any, ...] | None:
        """What makes two transforms of one class differ; None where that is not known."""
        return None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Transform) or type(self) is not type(other):
            return False
        mine, theirs = self._parts(), other._parts()
        if mine is None or theirs is None:
            return self is other
        return len(mine) == len(theirs) and all(_same(a, b) for a, b in zip(mine, theirs))

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return type(self).__name__ + "()"


def _same(a: Any, b: Any) -> bool:
    answer: Any = a is b or a == b
    return bool(answer.all()) if hasattr(answer, "all") else bool(answer)


class Fixed(Transform):
    """One without parameters: all of its class are equal."""

    def _parts(self) -> tuple[Any, ...]:
        return ()


class _InverseTransform(Transform):
    """x = f**-1(y)."""

    def __init__(self, forward: Transform) -> None:
        super().__init__(forward._cache_size)
        self._forward = forward

    @property
    def domain(self) -> Any:            # type: ignore[override]
        return self._forward.codomain

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        return self._forward.domain

    @property
    def bijective(self) -> bool:        # type: ignore[override]
        return self._forward.bijective

    @property
    def sign(self) -> Any:
        return self._forward.sign

    @property
    def inv(self) -> Transform:
        return self._forward

    def with_cache(self, cache_size: int = 1) -> Transform:
        return self.inv.with_cache(cache_size).inv

    def __call__(self, x: Any) -> Any:
        return self._forward._inv_call(x)

    def _inv_call(self, y: Any) -> Any:
        return self._forward(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._forward.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self._forward.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._forward.forward_shape(shape)

    def _parts(self) -> tuple[Any, ...]:
        return (self._forward,)

    def __repr__(self) -> str:
        return f"_InverseTransform({self._forward!r})"


class ComposeTransform(Transform):
    """Several transforms, one after another.

    >>> import retrograd as rg
    >>> from retrograd.distributions import AffineTransform, ComposeTransform, ExpTransform
    >>> ComposeTransform([AffineTransform(0.0, 2.0), ExpTransform()])(rg.tensor(0.0))
    tensor(1.)
    """

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        self.parts = [part.with_cache(cache_size) if cache_size else part for part in parts]
        super().__init__(cache_size)

    def _parts(self) -> tuple[Any, ...]:
        return tuple(self.parts)

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """That of the first, with as many dimensions as the widest part needs."""
        if not self.parts:
            return c.real
        rank = self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            rank = max(rank + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return _widened(self.parts[0].domain, rank)

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        """That of the last, with as many dimensions as the widest part needs."""
        if not self.parts:
            return c.real
        rank = self.parts[0].domain.event_dim
        for part in self.parts:
            rank = max(rank + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return _widened(self.parts[-1].codomain, rank)

    @property
    def bijective(self) -> bool:        # type: ignore[override]
        """Whether all parts are."""
        return all(part.bijective for part in self.parts)

    @property
    def sign(self) -> Any:
        """The product of the parts'."""
        return reduce(lambda sign, part: sign * part.sign, self.parts, 1)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def _call(self, x: Any) -> Any:
        return reduce(lambda value, part: part(value), self.parts, x)

    def _inverse(self, y: Any) -> Any:
        return reduce(lambda value, part: part._inv_call(value), reversed(self.parts), y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum over the parts."""
        if not self.parts:
            return zeros_like(x)
        rank, total = self.domain.event_dim, 0
        for k, part in enumerate(self.parts):
            z = y if k == len(self.parts) - 1 else part(x)
            total = total + sum_rightmost(part.log_abs_det_jacobian(x, z), rank - part.domain.event_dim)
            rank += part.codomain.event_dim - part.domain.event_dim
            x = z
        return total

    def forward_shape(self, shape: Any) -> Any:
        """Through all parts."""
        return reduce(lambda s, part: part.forward_shape(s), self.parts, shape)

    def inverse_shape(self, shape: Any) -> Any:
        """Back through all parts."""
        return reduce(lambda s, part: part.inverse_shape(s), reversed(self.parts), shape)

    def __repr__(self) -> str:
        return "ComposeTransform(\n    " + ",\n    ".join(map(repr, self.parts)) + "\n)"


def _widened(constraint: Any, rank: int) -> Any:
    more = rank - constraint.event_dim
    return c.independent(constraint, more) if more > 0 else constraint


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform whose values belong together along the last dimensions: its slopes are summed over them.

    >>> import retrograd as rg
    >>> from retrograd.distributions import ExpTransform, IndependentTransform
    >>> IndependentTransform(ExpTransform(), 1).log_abs_det_jacobian(rg.ones(3), rg.ones(3).exp())
    tensor(3.)
    """

    def __init__(self, base_transform: Transform, reinterpreted_batch_ndims: int,
                 cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size) if cache_size else base_transform
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def _parts(self) -> tuple[Any, ...]:
        return self.base_transform, self.reinterpreted_batch_ndims

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            IndependentTransform(self.base_transform, self.reinterpreted_batch_ndims, cache_size)

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """The base's, for more dimensions."""
        return c.independent(self.base_transform.domain, self.reinterpreted_batch_ndims)

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        """The base's, for more dimensions."""
        return c.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims)

    @property
    def bijective(self) -> bool:        # type: ignore[override]
        """Whether the base is."""
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        """The base's."""
        return self.base_transform.sign

    def _call(self, x: Any) -> Any:
        if x.dim() < self.domain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        if y.dim() < self.codomain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform._inv_call(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The base's, summed."""
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Any) -> Any:
        """The base's."""
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        """The base's."""
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


class ReshapeTransform(Transform):
    """The last dimensions in another shape.

    >>> import retrograd as rg
    >>> from retrograd.distributions import ReshapeTransform
    >>> ReshapeTransform((4,), (2, 2))(rg.zeros(3, 4)).shape
    retrograd.Size([3, 2, 2])
    """

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        self.in_shape, self.out_shape = Size(in_shape), Size(out_shape)
        if numel(self.in_shape) != numel(self.out_shape):
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size)

    def _parts(self) -> tuple[Any, ...]:
        return self.in_shape, self.out_shape

    @property
    def domain(self) -> Any:            # type: ignore[override]
        """Real numbers of in_shape."""
        return c.independent(c.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:          # type: ignore[override]
        """Real numbers of out_shape."""
        return c.independent(c.real, len(self.out_shape))

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same with another cache."""
        return self if self._cache_size == cache_size else \
            ReshapeTransform(self.in_shape, self.out_shape, cache_size)

    def _call(self, x: Any) -> Any:
        return x.reshape(*x.shape[:x.dim() - len(self.in_shape)], *self.out_shape)

    def _inverse(self, y: Any) -> Any:
        return y.reshape(*y.shape[:y.dim() - len(self.out_shape)], *self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """0."""
        return x.new_zeros(x.shape[:x.dim() - len(self.in_shape)])

    def forward_shape(self, shape: Any) -> Any:
        """out_shape in in_shape's place."""
        return self._exchanged(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        """in_shape in out_shape's place."""
        return self._exchanged(shape, self.out_shape, self.in_shape)

    @staticmethod
    def _exchanged(shape: Any, old: Any, new: Any) -> Any:
        cut = len(shape) - len(old)
        if cut < 0:
            raise ValueError("Too few dimensions on input")
        if tuple(shape[cut:]) != tuple(old):
            raise ValueError(f"Shape mismatch: expected {tuple(shape[cut:])} but got {tuple(old)}")
        return Size((*shape[:cut], *new))

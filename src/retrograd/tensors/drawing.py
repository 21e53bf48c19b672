"""Random numbers of other laws: multinomial, Poisson, binomial, gamma; and numbers spaced evenly on a
logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd.base.dtype import INTEGER, as_dtype, default, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.engine.evaluate import evaluate, read
from retrograd.engine.random import default_generator
from retrograd.functional.door import need_tensor
from retrograd.graph.node import bind, leaf
from retrograd.graph.primitive import Primitive
from retrograd.ops.constant import argsort, random_uniform, search
from retrograd.tensors.create import arange, as_tensor, check_steps, full, randint, tensor, whole_steps
from retrograd.tensors.tensor import Tensor


def stream(generator: Any = None) -> np.random.Generator:
    """NumPy's generator for the next draw: a function of the seed and the number of the draw."""
    nodes = (generator or default_generator).draw()
    evaluate(list(nodes))
    key = [int(np.asarray(n.value)) & (1 << 64) - 1 for n in nodes]
    return np.random.Generator(np.random.Philox(key=np.array(key, np.uint64)))


def value_of(x: Any, op: str, name: str = "input") -> Any:
    """The value of a tensor argument as an array."""
    n = need_tensor(x, op, name)
    read(n)
    return np.asarray(n.value)


def drawn(values: Any, dtype: Any) -> Tensor:
    """An array of random numbers as a tensor."""
    return Tensor(leaf(np.asarray(values).astype(dtype.np), dtype))


# ---------------------------------------------------------------- laws
def multinomial(input: Any, num_samples: int, replacement: bool = False, *, generator: Any = None) -> Tensor:
    """Indices drawn with probability proportional to the last dimension of input, one row of num_samples
    for each
    row. Without replacement no index comes twice. An evaluation point.

    >>> import retrograd as rg
    >>> rg.multinomial(rg.tensor([0.0, 3.0]), 2, replacement=True)
    tensor([1, 1])
    """
    x = need_tensor(input, "multinomial")
    if x.ndim not in (1, 2) or not x.dtype.is_floating_point:
        raise ShapeError(f"input is {x.dtype.name} of shape {x.shape}", op="multinomial",
                         expected="floating-point weights with 1 or 2 dimensions")
    if x.shape[-1] > 2 ** 24:
        raise ShapeError(f"input is {x.shape}", op="multinomial", expected="at most 2**24 weights a row")
    weights = value_of(input, "multinomial").astype(np.float64)
    if num_samples <= 0:
        raise ArgumentError(f"num_samples is {num_samples}", op="multinomial", expected="a positive number")
    total = weights.sum(-1, keepdims=True)
    if weights.min(initial=0.0) < 0 or not (total > 0).all() or not weights.max(initial=0.0) < np.inf:
        raise ArgumentError("the weights are negative, not finite, or have no positive sum", op="multinomial")
    if not replacement:
        positive = (weights > 0).sum(-1)
        if num_samples > x.shape[-1] or (positive < num_samples).any():
            raise ArgumentError(f"{num_samples} samples of {int(np.min(positive))} positive weights",
                                op="multinomial", fix="Pass replacement=True.")
    draw = (generator or default_generator).draw()
    shares = weights / total
    u = bind(random_uniform, draw, ((*x.shape[:-1], num_samples if replacement else x.shape[-1]), "float64"))
    read(u)
    if replacement:
        sums = np.cumsum(shares, -1)
        sums[..., -1] = 1.0
        # Weights of 0 behind the last positive one are never reached.
        last = x.shape[-1] - 1 - np.argmax(weights[..., ::-1] > 0, -1)
        found = np.minimum(_numpy(search, sums, u.value, True), last[..., None])
    else:       # the k smallest of independent exponential numbers, each over its weight, are such a sample
        with np.errstate(divide="ignore", invalid="ignore"):
            keys = -np.log1p(-u.value) / shares
        found = _numpy(argsort, keys, x.ndim - 1, False)[..., :num_samples].copy()
    return Tensor(leaf(found, int64))


def _numpy(prim: Primitive, *args: Any) -> Any:
    """What a primitive gives for arrays, at once."""
    assert prim.np is not None
    return prim.np(*args)


def poisson(input: Any, generator: Any = None) -> Tensor:
    """Poisson numbers with the rates that input holds, in its dtype. No derivative. An evaluation point.

    >>> import retrograd as rg
    >>> rg.poisson(rg.zeros(2))
    tensor([0., 0.])
    """
    rates = value_of(input, "poisson")
    if (rates < 0).any():
        raise ArgumentError("a rate is negative", op="poisson", expected="rates >= 0")
    return drawn(stream(generator).poisson(rates.astype(np.float64)), input.dtype)


def binomial(count: Any, prob: Any, generator: Any = None) -> Tensor:
    """How many of `count` trials succeed, each with probability prob. No derivative. An evaluation point.

    >>> import retrograd as rg
    >>> rg.binomial(rg.tensor([5.0]), rg.tensor([1.0]))
    tensor([5.])
    """
    n, p = value_of(count, "binomial", "count"), value_of(prob, "binomial", "prob")
    return drawn(stream(generator).binomial(n.astype(np.int64), p.astype(np.float64)), prob.dtype)


def randint_like(input: Any, low: Any, high: Any = None, *, dtype: Any = None, device: Any = None,
                 requires_grad: bool = False, memory_format: Any = None) -> Tensor:
    """Integers low, ..., high - 1 (or 0, ..., low - 1) of the size and dtype of a tensor.

    >>> import retrograd as rg
    >>> rg.randint_like(rg.zeros(2), 1)
    tensor([0., 0.])
    """
    need_tensor(input, "randint_like")
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(input.shape), dtype=dtype or input.dtype, requires_grad=requires_grad)


# ---------------------------------------------------------------- filled
def logspace(start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None, device: Any = None,
             requires_grad: bool = False, layout: Any = None) -> Tensor:
    """`steps` values from base**start to base**end, with exponents equally far apart.

    >>> import retrograd as rg
    >>> rg.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    check_steps(steps, "logspace")
    d = as_dtype(dtype) if dtype is not None else default()
    start, end = float(start), float(end)
    at = np.linspace(start, end, int(steps)) if d.kind != INTEGER else whole_steps(start, end, steps)
    values = np.power(float(base), at)
    t = Tensor(leaf(values.astype(d.np), d))
    return t.requires_grad_() if requires_grad else t


def range(start: Any = 0, end: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None,
           requires_grad: bool = False) -> Tensor:
    """start, start + step, ... up to and including end, in the default dtype. (`arange` leaves end out.)

    >>> import retrograd as rg
    >>> rg.range(1, 3)
    tensor([1., 2., 3.])
    """
    if end is None:
        start, end = 0, start
    count = int((end - start) / step + 1)
    values = arange(count) * step + start               # type: ignore[operator]
    out = values.to(as_dtype(dtype) if dtype is not None else default())
    return out.requires_grad_() if requires_grad else out  # type: ignore[no-any-return]


def scalar_tensor(s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor without dimensions, of the default dtype.

    >>> import retrograd as rg
    >>> rg.scalar_tensor(2)
    tensor(2.)
    """
    return full((), s, dtype=dtype or default(), requires_grad=requires_grad)


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None,
            requires_grad: bool = False) -> Tensor:
    """A tensor of tensors, arrays, numbers or nested sequences, over the same memory if it can be
    (copy=None).

    >>> import retrograd as rg
    >>> rg.asarray([1, 2])
    tensor([1, 2])
    """
    if obj is None or type(obj) is object:
        raise DTypeError(f"a {type(obj).__name__} has no dtype", op="asarray",
                         expected="tensors, arrays, numbers or nested sequences")
    out = tensor(obj, dtype=dtype) if copy else as_tensor(obj, dtype)
    return out.requires_grad_() if requires_grad else out

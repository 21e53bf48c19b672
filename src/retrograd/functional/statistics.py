"""Sums without nan, covariances, distances, and slices held to a norm."""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import INTEGER
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import axis
from retrograd.functional.arranging import atleast_2d
from retrograd.functional.door import Tensor, dtype_or, need_tensor, wrap
from retrograd.functional.elementwise import clamp, div, isnan, logical_not, lt, mul, sqrt, sub, where
from retrograd.functional.places import diagonal, triu
from retrograd.functional.plane import complex, conj, imag, real
from retrograd.functional.products import matmul
from retrograd.functional.reduce import any, mean, norm, sum
from retrograd.functional.shape import squeeze, t, unsqueeze
from retrograd.ops import linear as lin


def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The sum, with nan as 0. Derivative: 1 where input is not nan.

    >>> import retrograd as rg
    >>> rg.nansum(rg.tensor([1.0, rg.nan]))
    tensor(1.)
    """
    return sum(where(isnan(input), 0, input), dim, keepdim, dtype=dtype)


def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The mean of what is not nan; nan where all is.

    >>> import retrograd as rg
    >>> rg.nanmean(rg.tensor([1.0, rg.nan, 3.0]))
    tensor(2.)
    """
    x = need_tensor(input, "nanmean")
    if not x.dtype.smooth:
        raise DTypeError(f"nanmean of {x.dtype.name} is not defined", op="nanmean",
                         expected="a floating-point tensor")
    total = nansum(input, dim, keepdim, dtype=dtype)
    count = sum(logical_not(isnan(input)), dim, keepdim)
    return div(total, wrap(lin.cast(count.node, total.node.dtype)))


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
    """The covariances of variables (rows) over observations (columns), divided by n - correction. fweights
    count
    observations, aweights weigh them.

    >>> import retrograd as rg
    >>> rg.cov(rg.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = need_tensor(input, "cov")
    if x.ndim > 2:
        raise ShapeError(f"input has {x.ndim} dimensions", op="cov", expected="at most 2")
    rows: Any = atleast_2d(input)
    rows = wrap(lin.cast(rows.node, dtype_or(None, _float_of(rows.node))))
    n = rows.node.shape[1]
    weights = None
    for name, w in (("fweights", fweights), ("aweights", aweights)):
        if w is not None:
            k = need_tensor(w, "cov", name)
            if k.shape != (n,):
                raise ShapeError(f"{name} is {k.shape}", op="cov", expected=f"({n},)")
            if (k.dtype.kind == INTEGER) != (name == "fweights"):
                raise DTypeError(f"{name} is {k.dtype.name}", op="cov",
                                 expected="integers" if name == "fweights" else "a floating-point tensor")
            if bool(any(lt(w, 0))):
                raise ArgumentError(f"{name} has negative weights", op="cov", expected="none below 0")
            weights = w if weights is None else mul(weights, w)
    if weights is None:
        centred = sub(rows, mean(rows, 1, True))
        return _squared(centred, centred, max(n - correction, 0))
    total = sum(weights)
    centred = sub(rows, div(sum(mul(rows, weights), 1, True), total))
    rest: Any = total - correction                      # type: ignore[operator]
    if aweights is not None and correction:
        rest = total - correction * div(sum(mul(weights, aweights)), total)     # type: ignore[operator]
    return _squared(mul(centred, weights), centred, rest)


def _float_of(n: Any) -> Any:
    return n.dtype if n.dtype.smooth else dtype_or(None, mul(wrap(n), 1.0).node.dtype)


def _squared(a: Any, b: Any, rest: Any) -> Any:
    out = div(matmul(a, conj(t(b))), rest)
    return squeeze(out) if out.node.shape == (1, 1) else out


def corrcoef(input: Any) -> Tensor:
    """The correlations of variables (rows) over observations (columns): covariances over both spreads.

    >>> import retrograd as rg
    >>> rg.corrcoef(rg.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    c = cov(input)
    if not c.node.ndim:
        return div(c, c)
    spread = sqrt(real(diagonal(c)))
    out = div(div(c, unsqueeze(spread, 1)), unsqueeze(spread, 0))
    if out.node.dtype.is_complex:       # type: ignore[attr-defined]
        return complex(clamp(real(out), -1, 1), clamp(imag(out), -1, 1))  # type: ignore[no-any-return]
    return clamp(out, -1, 1)


def dist(input: Any, other: Any, p: float = 2) -> Tensor:
    """The norm of input - other.

    >>> import retrograd as rg
    >>> rg.dist(rg.tensor([3.0, 0.0]), rg.tensor([0.0, 4.0]))
    tensor(5.)
    """
    return norm(sub(input, other), p)


def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Tensor:
    """Slices along dim scaled down to a p-norm of at most maxnorm.

    >>> import retrograd as rg
    >>> rg.renorm(rg.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    x = need_tensor(input, "renorm")
    if x.ndim < 2:
        raise ShapeError(f"input is {x.shape}", op="renorm", expected="at least two dimensions")
    if p <= 0 or maxnorm < 0:
        raise ArgumentError(f"p is {p}, maxnorm is {maxnorm}", op="renorm", expected="p > 0 and maxnorm >= 0")
    d = axis(dim, x.ndim, "renorm")
    size: Any = norm(input, p, tuple(k for k in range(x.ndim) if k != d), True)
    return mul(input, where(size > maxnorm, maxnorm / (size + 1e-7), 1.0))


def pdist(input: Any, p: float = 2.0) -> Tensor:
    """The p-distances of all pairs of rows, (0, 1), (0, 2), ... as a vector.

    >>> import retrograd as rg
    >>> rg.nn.functional.pdist(rg.tensor([[0.0, 0.0], [3.0, 4.0]]))
    tensor([5.])
    """
    x = need_tensor(input, "pdist")
    if x.ndim != 2:
        raise ShapeError(f"input is {x.shape}", op="pdist", expected="a matrix")
    n = x.shape[0]
    upper = triu(wrap(lin.full(1, (n, n), x.dtype)), 1).bool()      # type: ignore[attr-defined]
    rows, cols = upper.nonzero(as_tuple=True)
    return norm(sub(input[rows], input[cols]), p, -1)

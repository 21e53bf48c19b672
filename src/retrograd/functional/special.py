"""Special functions: gamma, error function and Bessel functions, entropies, logits."""

from __future__ import annotations

import math
from typing import Any

from retrograd.base.errors import ArgumentError, MissingError
from retrograd.functional.door import Tensor, TensorBase, floating, pair, rounded_once, unary, wrap
from retrograd.functional.elementwise import (
    add,
    clamp,
    div,
    eq,
    gt,
    isnan,
    le,
    log,
    log1p,
    logical_and,
    logical_or,
    lt,
    mul,
    neg,
    pow,
    square,
    sub,
    where,
)
from retrograd.graph.node import bind
from retrograd.graph.primitive import Primitive
from retrograd.ops import special as s
from retrograd.ops.constant import stop

ROOT2 = math.sqrt(2.0)


def _function(prim: Primitive, name: str, doc: str, at: float, value: str) -> Any:
    def fn(input: Any) -> Tensor:
        return unary(prim, input, name, floating=True)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"""{doc}

    >>> import retrograd as rg
    >>> rg.special.{name}(rg.tensor({at}))
    tensor({value})
    """
    return fn


erfc = _function(s.erfc, "erfc", "1 - erf(input), accurate where that is small. Derivative "
                                 "-2/sqrt(pi) e**-input**2.", 0.0, "1.")
erfinv = _function(s.erfinv, "erfinv", "The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2.",
                   0.0, "0.")
erfcx = _function(s.erfcx, "erfcx", "e**input**2 erfc(input), without underflow.", 0.0, "1.")
lgamma = _function(s.lgamma, "gammaln", "log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma.",
                   1.0, "0.")
i0 = _function(s.i0, "i0", "Modified Bessel function of order 0. Derivative i1.", 0.0, "1.")
i0e = _function(s.i0e, "i0e", "e**-|input| i0(input), without overflow.", 0.0, "1.")
i1 = _function(s.i1, "i1", "Modified Bessel function of order 1.", 0.0, "0.")
i1e = _function(s.i1e, "i1e", "e**-|input| i1(input), without overflow.", 0.0, "0.")
bessel_j0 = _function(s.bessel_j0, "bessel_j0", "Bessel function of order 0. No derivative, as in PyTorch.",
                      0.0, "1.")
bessel_j1 = _function(s.bessel_j1, "bessel_j1", "Bessel function of order 1. No derivative, as in PyTorch.",
                      2.0, "0.5767")
ndtri = _function(s.ndtri, "ndtri", "The x below which a standard normal number lies with probability input.",
                  0.5, "0.")
gammaln = lgamma


def digamma(input: Any) -> Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input).

    >>> import retrograd as rg
    >>> rg.digamma(rg.tensor(1.0))
    tensor(-0.5772)
    """
    return wrap(bind(s.polygamma, (floating(input, "digamma"),), (0,)))


psi = digamma


def polygamma(n: int, input: Any) -> Tensor:
    """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0.

    >>> import retrograd as rg
    >>> rg.polygamma(1, rg.tensor(1.0))
    tensor(1.6449)
    """
    if isinstance(n, TensorBase):
        n, input = input, n             # as a method the tensor comes first
    if n < 0:
        raise ArgumentError(f"n is {n}", op="polygamma", expected="n >= 0")
    return wrap(bind(s.polygamma, (floating(input, "polygamma"),), (int(n),)))


def mvlgamma(input: Any, p: int) -> Tensor:
    """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k
    < p.

    >>> import retrograd as rg
    >>> rg.mvlgamma(rg.tensor(2.0), 2)
    tensor(0.4516)
    """
    if p < 1:
        raise ArgumentError(f"p is {p}", op="mvlgamma", expected="p >= 1")
    total = lgamma(input)
    for k in range(1, p):
        total = add(total, lgamma(sub(input, k / 2)))
    return add(total, p * (p - 1) / 4 * math.log(math.pi))


multigammaln = mvlgamma


def _second_only(prim: Primitive, name: str, a: Any, b: Any) -> Tensor:
    first, second = pair(a, b, name, floating=True)
    if first.rg:
        raise MissingError("its derivative to the first argument is not there", op=name,
                           fix="Pass a.detach(), as PyTorch would ask too.")
    return wrap(bind(prim, (bind(stop, (first,)), second)))


def gammainc(input: Any, other: Any) -> Tensor:
    """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only.

    >>> import retrograd as rg
    >>> rg.special.gammainc(rg.tensor(1.0), rg.tensor(1.0))
    tensor(0.6321)
    """
    return _second_only(s.gammainc, "gammainc", input, other)


def gammaincc(input: Any, other: Any) -> Tensor:
    """1 - gammainc(input, other), accurate where that is small.

    >>> import retrograd as rg
    >>> rg.special.gammaincc(rg.tensor(1.0), rg.tensor(1.0))
    tensor(0.3679)
    """
    return _second_only(s.gammaincc, "gammaincc", input, other)


igamma, igammac = gammainc, gammaincc


def zeta(input: Any, other: Any) -> Tensor:
    """Hurwitz' zeta: the sum over k >= 0 of (other + k)**-input. Differentiated to `other` only.

    >>> import retrograd as rg
    >>> rg.special.zeta(rg.tensor(2.0), rg.tensor(1.0))
    tensor(1.6449)
    """
    return _second_only(s.zeta, "zeta", input, other)


def exp2(input: Any) -> Tensor:
    """2**input. Derivative output ln 2.

    >>> import retrograd as rg
    >>> rg.exp2(rg.tensor([0.0, 3.0]))
    tensor([1., 8.])
    """
    return pow(2.0, input)


def logit(input: Any, eps: float | None = None) -> Tensor:
    """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given.

    >>> import retrograd as rg
    >>> rg.logit(rg.tensor([0.5, 0.9]))
    tensor([0.0000, 2.1972])
    """
    p = wrap(floating(input, "logit"))
    x = p if eps is None else clamp(p, eps, 1 - eps)
    return sub(log(x), log1p(neg(x)))


def xlogy(input: Any, other: Any) -> Tensor:
    """input log(other), and 0 where input is 0 (unless other is nan).

    >>> import retrograd as rg
    >>> rg.xlogy(rg.tensor([0.0, 2.0]), rg.tensor([0.0, 1.0]))
    tensor([0., 0.])
    """
    return _times_log(input, other, log, 0.0, 1.0)


def xlog1py(input: Any, other: Any) -> Tensor:
    """input log(1 + other), and 0 where input is 0 (unless other is nan).

    >>> import retrograd as rg
    >>> rg.special.xlog1py(rg.tensor([0.0, 1.0]), rg.tensor([-1.0, 0.0]))
    tensor([0., 0.])
    """
    return _times_log(input, other, log1p, -1.0, 0.0)


def _times_log(input: Any, other: Any, log_of: Any, low: float, safe: float) -> Tensor:
    a, b = (wrap(n) for n in pair(input, other, "xlogy", floating=True))
    dead = logical_and(eq(a, 0), logical_or(le(b, low), eq(b, math.inf)))
    return where(dead, 0.0, mul(a, log_of(where(dead, safe, b))))


def entr(input: Any) -> Tensor:
    """-input log(input): 0 at 0, -inf below.

    >>> import retrograd as rg
    >>> rg.special.entr(rg.tensor([0.0, -1.0]))
    tensor([0., -inf])
    """
    input = wrap(floating(input, "entr"))
    inside = logical_or(gt(input, 0), isnan(input))
    safe = where(inside, input, 1.0)
    return where(inside, neg(mul(safe, log(safe))), where(eq(input, 0), mul(safe, 0.0), -math.inf))


@rounded_once
def ndtr(input: Any) -> Tensor:
    """The probability that a standard normal number lies below input.

    >>> import retrograd as rg
    >>> rg.special.ndtr(rg.tensor([0.0, 1.0]))
    tensor([0.5000, 0.8413])
    """
    return mul(erfc(mul(input, -1 / ROOT2)), 0.5)


def log_ndtr(input: Any) -> Tensor:
    """log(ndtr(input)), accurate far below 0.

    >>> import retrograd as rg
    >>> rg.special.log_ndtr(rg.tensor([-40.0]))
    tensor([-804.6085])
    """
    below = lt(input, -1)
    low, high = where(below, input, -1.0), where(below, -1.0, input)
    tail = sub(log(mul(erfcx(mul(low, -1 / ROOT2)), 0.5)), mul(square(low), 0.5))
    return where(below, tail, log1p(mul(erfc(mul(high, 1 / ROOT2)), -0.5)))


def logaddexp(input: Any, other: Any) -> Tensor:
    """log(e**input + e**other) without overflow. Derivative to input: sigmoid(input - other).

    >>> import retrograd as rg
    >>> rg.logaddexp(rg.tensor([1000.0]), rg.tensor([1000.0]))
    tensor([1000.6932])
    """
    return wrap(s.log_sum(*pair(input, other, "logaddexp")))


def logaddexp2(input: Any, other: Any) -> Tensor:
    """log2(2**input + 2**other) without overflow.

    >>> import retrograd as rg
    >>> rg.logaddexp2(rg.tensor([1.0]), rg.tensor([1.0]))
    tensor([2.])
    """
    ln2 = math.log(2.0)
    return div(logaddexp(mul(input, ln2), mul(other, ln2)), ln2)

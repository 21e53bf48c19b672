"""Written by `make stubs`: what type checkers and editors know of `retrograd.special`."""

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
from retrograd.functional import log_softmax as log_softmax
from retrograd.functional import softmax as softmax

def attribute_error(module: _b.str, name: _b.str, present: _Iterable[_b.str]) -> _Any:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`."""
def bessel_j0(input: _Any, *, out: _Any = None) -> _Tensor:
    """Bessel function of order 0. No derivative, as in PyTorch."""
def bessel_j1(input: _Any, *, out: _Any = None) -> _Tensor:
    """Bessel function of order 1. No derivative, as in PyTorch."""
def digamma(input: _Any, *, out: _Any = None) -> _Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
def entr(input: _Any, *, out: _Any = None) -> _Tensor:
    """-input log(input): 0 at 0, -inf below."""
def erf(input: _Any, *, out: _Any = None) -> _Tensor:
    """Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. Derivative 2/sqrt(pi) e**-input**2."""
def erfc(input: _Any, *, out: _Any = None) -> _Tensor:
    """1 - erf(input), accurate where that is small. Derivative -2/sqrt(pi) e**-input**2."""
def erfcx(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**input**2 erfc(input), without underflow."""
def erfinv(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2."""
def exp2(input: _Any, *, out: _Any = None) -> _Tensor:
    """2**input. Derivative output ln 2."""
def expit(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
def expm1(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**input - 1, accurate near 0. Derivative: output + 1."""
def gammainc(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only."""
def gammaincc(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """1 - gammainc(input, other), accurate where that is small."""
def gammaln(input: _Any, *, out: _Any = None) -> _Tensor:
    """log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma."""
def i0(input: _Any, *, out: _Any = None) -> _Tensor:
    """Modified Bessel function of order 0. Derivative i1."""
def i0e(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**-|input| i0(input), without overflow."""
def i1(input: _Any, *, out: _Any = None) -> _Tensor:
    """Modified Bessel function of order 1."""
def i1e(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**-|input| i1(input), without overflow."""
def install(namespace: _b.dict[_b.str, _Any], module: _b.str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
def log1p(input: _Any, *, out: _Any = None) -> _Tensor:
    """log(1 + input), accurate near 0. Derivative 1/(1 + input)."""
def log_ndtr(input: _Any, *, out: _Any = None) -> _Tensor:
    """log(ndtr(input)), accurate far below 0."""
def logit(input: _Any, eps: _b.float | None = None, *, out: _Any = None) -> _Tensor:
    """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given."""
def logsumexp(input: _Any, dim: _Any, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """log(sum(e**x)) without overflow; -inf where all are. Derivative: softmax."""
def multigammaln(input: _Any, p: _b.int, *, out: _Any = None) -> _Tensor:
    """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k < p."""
def ndtr(input: _Any, *, out: _Any = None) -> _Tensor:
    """The probability that a standard normal number lies below input."""
def ndtri(input: _Any, *, out: _Any = None) -> _Tensor:
    """The x below which a standard normal number lies with probability input."""
def polygamma(n: _b.int, input: _Any, *, out: _Any = None) -> _Tensor:
    """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
def psi(input: _Any, *, out: _Any = None) -> _Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
def round(input: _Any, *, decimals: _b.int = 0, out: _Any = None) -> _Tensor:
    """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
def sinc(input: _Any, *, out: _Any = None) -> _Tensor:
    """sin(pi x)/(pi x), and 1 at 0."""
def xlog1py(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input log(1 + other), and 0 where input is 0 (unless other is nan)."""
def xlogy(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input log(other), and 0 where input is 0 (unless other is nan)."""
def zeta(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Hurwitz' zeta: the sum over k >= 0 of (other + k)**-input. Differentiated to `other` only."""

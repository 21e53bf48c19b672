"""Activations: pointwise nonlinearities, gates and softmaxes, with PyTorch's derivatives at their kinks.

Each takes any shape and returns the same shape and dtype. `inplace=True` writes the result into the input's
memory.
"""

from __future__ import annotations

import warnings
from typing import Any

from retrograd.base.dtype import as_dtype
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.modes import local
from retrograd.base.shape import axis
from retrograd.engine.random import default_generator
from retrograd.functional import elementwise
from retrograd.functional.door import (
    Tensor,
    TensorBase,
    expand_to,
    floating,
    hooks,
    need_tensor,
    number_node,
    same_dtype,
    wrap,
)
from retrograd.graph.node import Node, bind, const, record
from retrograd.ops import composite
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import random_uniform, stop
from retrograd.ops.gelu import gelu as gelu_p

__all__ = ["relu", "leaky_relu", "prelu", "rrelu", "threshold", "elu", "selu", "celu", "gelu", "silu", "mish",
           "softplus", "softsign", "logsigmoid", "tanhshrink", "hardtanh", "relu6", "hardsigmoid",
           "hardswish", "hardshrink", "softshrink", "glu", "softmax", "log_softmax", "softmin", "relu_",
           "leaky_relu_", "elu_", "selu_", "celu_", "hardtanh_", "threshold_"]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def float_input(input: Any, op: str) -> Node:
    """The node of a floating-point or complex tensor; an error otherwise. (What has no meaning on complex
    numbers says so itself.)"""
    x = need_tensor(input, op)
    if not x.dtype.smooth:
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="a floating-point tensor",
                         fix="Convert it with .float().")
    return x


def _result(input: Any, y: Node, op: str, inplace: bool) -> Tensor:
    return input._write(y, op + "_") if inplace else wrap(y)


def _where(condition: Node, a: Node, b: Node) -> Node:
    return bind(p.where, (condition, a, b))


def _zero(x: Node) -> Node:
    return const(0, x.dtype)


def _exp_below(x: Node, scale: float = 1.0) -> Node:
    """expm1(scale * x) where x <= 0; kept at 0 above, so that the branch not taken never overflows."""
    low = bind(p.clamp_max, (x, _zero(x)))
    return bind(p.expm1, (low if scale == 1.0 else low * number_node(scale, x.dtype),))


# ---------------------------------------------------------------- rectifiers
def relu(input: Any, inplace: bool = False) -> Tensor:
    """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan.

    >>> import retrograd as rg
    >>> rg.relu(rg.tensor([-1., 0., 2.]))
    tensor([0., 0., 2.])
    """
    if not inplace and isinstance(input, TensorBase):       # the common case, without a detour
        x = input.node
        if x.dtype.is_floating_point:
            return hooks.wrap(record(p.relu, (x,), (), x.shape, x.dtype, local.state))
    return _result(input, bind(p.relu, (need_tensor(input, "relu"),)), "relu", inplace)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, else negative_slope * x. Derivative 1 or negative_slope (negative_slope at 0)."""
    x = float_input(input, "leaky_relu")
    y = _where(x > 0, x, x * number_node(negative_slope, x.dtype))
    return _result(input, y, "leaky_relu", inplace)


def prelu(input: Any, weight: Any) -> Tensor:
    """x where x > 0, else weight * x; weight has one element, or one for each channel (dimension 1).

    Derivative to x: 1 or weight (weight at 0); to weight: the sum of cotangent * min(x, 0).
    """
    x, w = float_input(input, "prelu"), need_tensor(weight, "prelu", "weight")
    same_dtype("prelu", ("input", x), ("weight", w))
    channels = x.shape[1] if x.ndim > 1 else 1
    if w.shape not in ((), (1,), (channels,)):
        raise ShapeError(f"weight is {w.shape}, input is {x.shape}", op="prelu",
                         expected=f"weight of shape (1,) or ({channels},)")
    slope = lin.reshape(w, ()) if w.shape in ((), (1,)) else \
        expand_to(lin.reshape(w, (channels, *(1,) * (x.ndim - 2))), x.shape)
    return wrap(_where(x > 0, x, x * slope))


def rrelu(input: Any, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False,
          inplace: bool = False) -> Tensor:
    """x where x > 0, else slope * x: the slope is drawn evenly from [lower, upper] for each element in
    training, and their mean otherwise. Derivative 1 or the slope."""
    x = float_input(input, "rrelu")
    if lower > upper:
        raise ArgumentError(f"lower {lower} is above upper {upper}", op="rrelu", expected="lower <= upper")
    slope = number_node((lower + upper) / 2, x.dtype)
    if training:
        drawn = bind(random_uniform, default_generator.draw(), (x.shape, x.dtype.name))
        slope = number_node(lower, x.dtype) + number_node(upper - lower, x.dtype) * drawn
    return _result(input, _where(x > 0, x, x * slope), "rrelu", inplace)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else value. Derivative 1 above the threshold, 0 at it and below."""
    x = need_tensor(input, "threshold")
    y = _where(x <= number_node(threshold, x.dtype), number_node(value, x.dtype), x)
    return _result(input, y, "threshold", inplace)


# ---------------------------------------------------------------- exponential below zero
def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (e**x - 1). Derivative 1 or alpha e**x (alpha at 0)."""
    x = float_input(input, "elu")
    return _result(input, _where(x > 0, x, _exp_below(x) * number_node(alpha, x.dtype)), "elu", inplace)


def selu(input: Any, inplace: bool = False) -> Tensor:
    """1.0507... * elu(x, 1.6732...): keeps mean 0 and variance 1 through layers of such units."""
    x = float_input(input, "selu")
    y = SELU_SCALE * _where(x > 0, x, SELU_ALPHA * _exp_below(x))
    return _result(input, y, "selu", inplace)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(0, x) + min(0, alpha (e**(x/alpha) - 1)). Derivative 1 or e**(x/alpha): continuous for every
    alpha."""
    x = float_input(input, "celu")
    if alpha == 0:
        raise ArgumentError("alpha is 0", op="celu", expected="a number that is not 0", fix="Use relu.")
    y = _where(x > 0, x, _exp_below(x, 1.0 / alpha) * number_node(alpha, x.dtype))
    return _result(input, y, "celu", inplace)


# ---------------------------------------------------------------- smooth
def gelu(input: Any, approximate: str = "none") -> Tensor:
    """x Phi(x), Phi the normal distribution function; approximate='tanh': the formula with tanh in its place.

    Derivative Phi(x) + x phi(x).
    """
    x = float_input(input, "gelu")
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"approximate is {approximate!r}", op="gelu", expected="'none' or 'tanh'")
    return wrap(bind(gelu_p, (x,), (approximate,)))


def silu(input: Any, inplace: bool = False) -> Tensor:
    """x sigmoid(x), also called swish. Derivative s (1 + x (1 - s)) with s = sigmoid(x)."""
    if isinstance(input, TensorBase) and input.node.dtype.is_complex and not inplace:
        return elementwise.mul(input, elementwise.sigmoid(input))
    x = float_input(input, "silu")
    return _result(input, x * bind(p.sigmoid, (x,)), "silu", inplace)


def mish(input: Any, inplace: bool = False) -> Tensor:
    """x tanh(log(1 + e**x))."""
    x = float_input(input, "mish")
    return _result(input, x * bind(p.tanh, (bind(p.softplus, (x,)),)), "mish", inplace)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + e**(beta x)) / beta, and x itself where beta x > threshold. Derivative sigmoid(beta x).

    >>> import retrograd as rg
    >>> rg.nn.functional.softplus(rg.tensor([0., 30.]))
    tensor([ 0.6931, 30.0000])
    """
    x = float_input(input, "softplus")
    if beta == 0:
        raise ArgumentError("beta is 0", op="softplus", expected="a number that is not 0")
    b = number_node(beta, x.dtype)
    z = x if beta == 1 else x * b
    y = bind(p.softplus, (z,))
    return wrap(_where(z > number_node(threshold, x.dtype), x, y if beta == 1 else y / b))


def softsign(input: Any) -> Tensor:
    """x / (1 + |x|). Derivative 1 / (1 + |x|)**2."""
    x = wrap(floating(input, "softsign"))
    return elementwise.div(x, elementwise.add(elementwise.abs(x), 1.0))


def logsigmoid(input: Any) -> Tensor:
    """log(sigmoid(x)) = -log(1 + e**-x), without overflow. Derivative sigmoid(-x)."""
    x = float_input(input, "logsigmoid")
    return wrap(-bind(p.softplus, (-x,)))


def tanhshrink(input: Any) -> Tensor:
    """x - tanh(x). Derivative tanh(x)**2."""
    x = float_input(input, "tanhshrink")
    return wrap(x - bind(p.tanh, (x,)))


# ---------------------------------------------------------------- piecewise linear
def _hard(x: Node, low: float, high: float) -> Node:
    """x limited to [low, high]; derivative 1 strictly within, 0 at the bounds and outside."""
    a, b = number_node(low, x.dtype), number_node(high, x.dtype)
    limited = bind(p.clamp_max, (bind(p.clamp_min, (x, a)), b))
    return _where((x > a) & (x < b), x, bind(stop, (limited,)))


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x limited to [min_val, max_val]. Derivative 1 strictly within, 0 at the bounds and outside (clamp has
    1)."""
    x = need_tensor(input, "hardtanh")
    if min_val > max_val:
        raise ArgumentError(f"min_val {min_val} is above max_val {max_val}", op="hardtanh",
                            expected="min_val <= max_val")
    return _result(input, _hard(x, min_val, max_val), "hardtanh", inplace)


def relu6(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6). Derivative 1 strictly between 0 and 6, else 0."""
    return _result(input, _hard(need_tensor(input, "relu6"), 0.0, 6.0), "relu6", inplace)


def hardsigmoid(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x + 3, 0), 6) / 6. Derivative 1/6 strictly between -3 and 3, else 0."""
    x = float_input(input, "hardsigmoid")
    return _result(input, _hard(x + 3.0, 0.0, 6.0) / 6.0, "hardsigmoid", inplace)


def hardswish(input: Any, inplace: bool = False) -> Tensor:
    """x min(max(x + 3, 0), 6) / 6. Derivative 0 up to -3, x/3 + 1/2 between, 1 from 3 on."""
    x = float_input(input, "hardswish")
    y = _where(x <= -3.0, _zero(x), _where(x >= 3.0, x, x * (x + 3.0) / 6.0))
    return _result(input, y, "hardswish", inplace)


def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x where |x| > lambd, else 0. Derivative 1 or 0."""
    x = float_input(input, "hardshrink")
    return wrap(_where(bind(p.abs_, (x,)) <= number_node(lambd, x.dtype), _zero(x), x))


def softshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x - lambd above lambd, x + lambd below -lambd, 0 between. Derivative 1 outside, 0 between and at
    +-lambd."""
    x = float_input(input, "softshrink")
    if lambd < 0:
        raise ArgumentError(f"lambd is {lambd}", op="softshrink", expected="a number >= 0")
    edge = number_node(lambd, x.dtype)
    toward = x - bind(p.sign, (x,)) * edge
    return wrap(_where(bind(p.abs_, (x,)) <= edge, _zero(x), toward))


# ---------------------------------------------------------------- gates and softmaxes
def glu(input: Any, dim: int = -1) -> Tensor:
    """a sigmoid(b), a and b the halves of the input along `dim`, whose size must be even."""
    x = float_input(input, "glu")
    d = axis(dim, x.ndim, "glu")
    if x.ndim == 0 or x.shape[d] % 2:
        raise ShapeError(f"input is {x.shape}", op="glu", expected=f"an even size in dimension {dim}")
    half = x.shape[d] // 2
    return wrap(lin.narrow(x, d, 0, half) * bind(p.sigmoid, (lin.narrow(x, d, half, half),)))


def _softmax_dim(x: Node, dim: Any, op: str, stacklevel: int) -> int:
    if dim is None:
        warnings.warn(f"Implicit dimension choice for {op} has been deprecated. "
                      "Change the call to include dim=X as an argument.", stacklevel=stacklevel + 1)
        dim = 0 if x.ndim in (0, 1, 3) else 1
    return axis(dim, x.ndim, op)


def _along(prim: Any, input: Any, dim: Any, dtype: Any, op: str, stacklevel: int, sign: int = 1) -> Tensor:
    x = need_tensor(input, op)
    x = x if sign == 1 else -x
    if dtype is not None:
        x = lin.cast(x, as_dtype(dtype))
    if not x.dtype.is_floating_point:
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="a floating-point tensor",
                         fix="Convert it with .float(), or pass dtype=retrograd.float32.")
    d = _softmax_dim(x, dim, op, stacklevel)
    if x.ndim == 0:
        return wrap(lin.reshape(bind(prim, (lin.reshape(x, (1,)),), (0,)), ()))
    if x.shape[d] == 0:
        return wrap(bind(lin.alias_p, (x,)))
    return wrap(bind(prim, (x,), (d,)))


def softmax(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """e**x / sum(e**x) along dim, without overflow. Derivative y (g - sum(g y)).

    A row of nothing but -inf gives nan. Without dim, PyTorch's old choice is taken with a warning.

    >>> import retrograd as rg
    >>> rg.softmax(rg.tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return _along(composite.softmax, input, dim, dtype, "softmax", _stacklevel)


def log_softmax(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """x - log(sum(e**x)) along dim, without overflow. Derivative g - softmax(x) sum(g)."""
    return _along(composite.log_softmax, input, dim, dtype, "log_softmax", _stacklevel)


def softmin(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """softmax(-x) along dim."""
    return _along(composite.softmax, input, dim, dtype, "softmin", _stacklevel, sign=-1)


# ---------------------------------------------------------------- in place
def relu_(input: Any) -> Tensor:
    """relu into the input's own memory."""
    return relu(input, inplace=True)


def leaky_relu_(input: Any, negative_slope: float = 0.01) -> Tensor:
    """leaky_relu into the input's own memory."""
    return leaky_relu(input, negative_slope, inplace=True)


def elu_(input: Any, alpha: float = 1.0) -> Tensor:
    """elu into the input's own memory."""
    return elu(input, alpha, inplace=True)


def selu_(input: Any) -> Tensor:
    """selu into the input's own memory."""
    return selu(input, inplace=True)


def celu_(input: Any, alpha: float = 1.0) -> Tensor:
    """celu into the input's own memory."""
    return celu(input, alpha, inplace=True)


def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """hardtanh into the input's own memory."""
    return hardtanh(input, min_val, max_val, inplace=True)


def threshold_(input: Any, threshold_: float, value: float) -> Tensor:
    """threshold into the input's own memory."""
    return threshold(input, threshold_, value, inplace=True)

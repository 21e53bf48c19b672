"""Pointwise functions: arithmetic, comparison, logic, rounding, selection."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import BOOL, FLOATING, INTEGER, bool_, finfo, float64, promote_scalar
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from retrograd.base.shape import broadcast_shapes
from retrograd.functional.door import (
    Tensor,
    TensorBase,
    as_number,
    binary,
    broadcast2,
    common_dtype,
    expand_to,
    from_array,
    need_tensor,
    number_node,
    operand,
    pair,
    rounded_once,
    unary,
    wrap,
)
from retrograd.functional.indexing import indices_of_mask
from retrograd.functional.planned import planned
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive
from retrograd.ops import checked
from retrograd.ops import complex as plane
from retrograd.ops import constant as c
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p


# ---------------------------------------------------------------- arithmetic
def add(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """input + alpha * other. d/d input = 1, d/d other = alpha.

    >>> import retrograd as rg
    >>> rg.add(rg.tensor([1., 2.]), rg.tensor([3., 4.]), alpha=10)
    tensor([31., 42.])
    """
    if alpha != 1:
        other = mul(other, alpha) if isinstance(other, TensorBase) else other * alpha
    return binary(p.add, input, other, "add")


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha.
    Not defined for bool tensors (use logical_xor)."""
    for x in (input, other):
        if isinstance(x, TensorBase) and x.node.dtype is bool_:
            raise DTypeError("subtraction of bool tensors is not defined", op="sub",
                             fix="Use  a ^ b  (logical_xor) or convert with .int().")
    if alpha != 1:
        other = mul(other, alpha) if isinstance(other, TensorBase) else other * alpha
    return binary(p.sub, input, other, "sub")


def mul(input: Any, other: Any) -> Tensor:
    """input * other, element by element. d/d input = other, d/d other = input.

    >>> import retrograd as rg
    >>> x = rg.tensor([1., 2.], requires_grad=True)
    >>> (x * 3).sum().backward(); x.grad
    tensor([3., 3.])
    """
    return binary(p.mul, input, other, "mul")


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2.

    rounding_mode 'floor' or 'trunc' rounds the quotient (derivative 0). x/0 is inf or nan by IEEE 754.
    """
    if rounding_mode is None:
        return binary(p.div, input, other, "div", floating=True)
    if rounding_mode == "floor":
        input, other = _divisible(input, other, "div")
        return binary(p.floor_divide, input, other, "div")
    if rounding_mode == "trunc":
        input, other = _divisible(input, other, "div")
        x, y = pair(input, other, "div")
        if x.dtype.is_floating_point:
            return wrap(bind(p.trunc, (bind(p.div, (x, y)),)))
        d = x.dtype
        q = bind(p.trunc, (bind(p.div, (lin.cast(x, float64), lin.cast(y, float64))),))
        return wrap(lin.cast(q, d))
    raise ArgumentError(f"rounding_mode is {rounding_mode!r}", op="div", expected="None, 'trunc' or 'floor'")


def _divisible(input: Any, other: Any, op: str) -> tuple[Any, Any]:
    """The operands of a division, an integer divisor of integers behind a check for 0. A number is known."""
    input, other = (from_array(x) if isinstance(x, np.ndarray) else x for x in (input, other))
    whole = not input.node.dtype.smooth if isinstance(input, TensorBase) else \
        not isinstance(as_number(input), (float, complex))
    if isinstance(other, TensorBase):
        if whole and other.node.dtype.kind == INTEGER:
            other = wrap(checked.checked(other.node, "nonzero", op))
    elif whole and not isinstance(other, (float, complex)) and as_number(other) == 0:
        raise checked.refused("nonzero", op)
    return input, other


def floor_divide(input: Any, other: Any) -> Tensor:
    """floor(input / other), towards minus infinity, without a derivative (`div` with rounding_mode="floor"
    has 0). An integer divided by 0 is an error."""
    input, other = _divisible(input, other, "floor_divide")
    out = binary(p.floor_divide, input, other, "floor_divide")
    return wrap(bind(c.stop, (out.node,))) if out.node.rg else out


def remainder(input: Any, other: Any) -> Tensor:
    """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer
    divided by 0 is an error."""
    input, other = _divisible(input, other, "remainder")
    return binary(p.remainder, input, other, "remainder")


def fmod(input: Any, other: Any) -> Tensor:
    """input - other * trunc(input / other), with the sign of input (C's fmod). d/d input = 1."""
    _not_a_number(input, "fmod")
    x, y = pair(input, other, "fmod")
    if x.dtype.acc is x.dtype:
        return sub(input, mul(div(input, other, rounding_mode="trunc"), other))
    wide = fmod(wrap(lin.cast(x, x.dtype.acc)), wrap(lin.cast(y, x.dtype.acc)))     # rounded once
    return wrap(lin.cast(wide.node, x.dtype))


def _not_a_number(x: Any, op: str, name: str = "input") -> None:
    """A number where PyTorch wants a tensor (some of its functions take either, these do not)."""
    if as_number(x) is not None:
        raise ArgumentTypeError(f"argument '{name}' is a {type(x).__name__}", op=op, expected="a Tensor",
                                fix=f"Write retrograd.tensor({x}).")


def neg(input: Any) -> Tensor:
    """-input. Derivative -1."""
    if isinstance(input, TensorBase) and input.node.dtype is bool_:
        raise DTypeError("the negative of a bool tensor is not defined", op="neg",
                         fix="Use  ~x  (logical_not) or convert with .int().")
    return unary(p.neg, input, "neg")


def pow(input: Any, exponent: Any) -> Tensor:
    """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input).

    The exponents 2, 3, 0.5, 1, 0, -1 and -0.5 are part of the program; others are arguments of it. 0**0 is 1,
    and its derivative to the base is 0. Powers of integers are taken modulo 2^bits. Negative exponents in a
    tensor give 0, but for the bases 1 and -1; a negative number as the exponent of integers is an error.
    """
    if exponent.__class__ is int and exponent == 2 and isinstance(input, TensorBase):
        x = input.node
        if x.dtype.smooth:
            return wrap(bind(p.mul, (x, x)))
    e = as_number(exponent)
    if e is None or not isinstance(input, TensorBase):
        return binary(p.pow_, input, exponent, "pow")
    x = input.node
    x = lin.cast(x, promote_scalar(x.dtype, e))
    if not x.dtype.smooth:
        if e < 0:
            raise ArgumentError(f"an integer tensor cannot be raised to {e}", op="pow",
                                fix="Convert with .float() first.")
        return wrap(bind(p.pow_, (x, number_node(e, x.dtype))))
    if e == 2:
        return wrap(x * x)
    if e == 3:
        return wrap(x * x * x)
    if e == 1:
        return wrap(bind(lin.alias_p, (x,)))
    simple = {0.5: p.sqrt, -1: p.reciprocal, -0.5: p.rsqrt}.get(e)
    if simple is not None:
        return wrap(bind(simple, (x,)))
    return wrap(bind(p.pow_, (x, number_node(e, x.dtype))))


def _floating_unary(prim: Primitive, name: str, doc: str) -> Any:
    def fn(input: Any) -> Tensor:
        return unary(prim, input, name, floating=True)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    return fn


exp = _floating_unary(p.exp, "exp", "e**input. Derivative: the output.")
expm1 = _floating_unary(p.expm1, "expm1", "e**input - 1, accurate near 0. Derivative: output + 1.")
log = _floating_unary(p.log, "log", "Natural logarithm; -inf at 0, nan below. Derivative 1/input.")
log1p = _floating_unary(p.log1p, "log1p", "log(1 + input), accurate near 0. Derivative 1/(1 + input).")
sqrt = _floating_unary(p.sqrt, "sqrt", "Square root; nan below 0. Derivative 1/(2 output), inf at 0: "
                                       "a zero cotangent stays zero there.")
rsqrt = _floating_unary(p.rsqrt, "rsqrt", "1/sqrt(input). Derivative -output**3 / 2.")
reciprocal = _floating_unary(p.reciprocal, "reciprocal", "1/input. Derivative -output**2.")
sin = _floating_unary(p.sin, "sin", "Sine of radians. Derivative cos(input).")
cos = _floating_unary(p.cos, "cos", "Cosine of radians. Derivative -sin(input).")
tan = _floating_unary(p.tan, "tan", "Tangent of radians. Derivative 1 + output**2.")
tanh = _floating_unary(p.tanh, "tanh", "Hyperbolic tangent. Derivative 1 - output**2.")
atan = _floating_unary(p.atan, "atan", "Inverse tangent. Derivative 1/(1 + input**2).")
sigmoid = _floating_unary(p.sigmoid, "sigmoid", "1/(1 + e**-input), without overflow. "
                                                "Derivative output (1 - output), at most 1/4.")
erf = _floating_unary(p.erf, "erf", "Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. "
                                    "Derivative 2/sqrt(pi) e**-input**2.")


def square(input: Any) -> Tensor:
    """input * input. Derivative 2 input."""
    return pow(input, 2)


def log2(input: Any) -> Tensor:
    """Logarithm to base 2. Derivative 1/(input ln 2)."""
    return mul(log(input), 1.0 / math.log(2.0))


def log10(input: Any) -> Tensor:
    """Logarithm to base 10. Derivative 1/(input ln 10)."""
    return mul(log(input), 1.0 / math.log(10.0))


def abs(input: Any) -> Tensor:
    """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
    n = need_tensor(input, "abs")
    if n.dtype.is_complex:
        return wrap(bind(plane.length_p, (n,)))
    if n.dtype is bool_:
        raise DTypeError("abs of a bool tensor is not defined", op="abs")
    return wrap(bind(p.abs_, (n,)))


def sign(input: Any) -> Tensor:
    """-1, 0 or 1. Derivative 0."""
    x = need_tensor(input, "sign")
    return wrap(bind(lin.alias_p, (x,))) if x.dtype is bool_ else unary(p.sign, input, "sign")


def _rounding(prim: Primitive, name: str, doc: str) -> Any:
    def fn(input: Any) -> Tensor:
        n = need_tensor(input, name)
        return wrap(bind(prim if n.dtype.smooth else lin.alias_p, (n,)))
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    return fn


floor = _rounding(p.floor, "floor", "The largest integer not above input. Derivative 0.")
ceil = _rounding(p.ceil, "ceil", "The smallest integer not below input. Derivative 0.")
trunc = _rounding(p.trunc, "trunc", "Towards zero. Derivative 0.")
_round = _rounding(p.round_, "round", "To the nearest integer.")


def round(input: Any, *, decimals: int = 0) -> Tensor:
    """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
    if decimals == 0:
        return _round(input)
    scale = 10.0 ** decimals
    return div(_round(mul(input, scale)), scale)


# ---------------------------------------------------------------- extremes and bounds
def maximum(input: Any, other: Any) -> Tensor:
    """The larger of two, element by element; nan if either is. Ties share the cotangent half and half."""
    _not_a_number(input, "maximum")
    _not_a_number(other, "maximum", "other")
    return binary(p.maximum, input, other, "maximum")


def minimum(input: Any, other: Any) -> Tensor:
    """The smaller of two, element by element; nan if either is. Ties share the cotangent half and half."""
    _not_a_number(input, "minimum")
    _not_a_number(other, "minimum", "other")
    return binary(p.minimum, input, other, "minimum")


def clamp(input: Any, min: Any = None, max: Any = None) -> Tensor:
    """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside;
    where min > max, max wins."""
    if min is None and max is None:
        raise ArgumentError("neither min nor max is given", op="clamp", expected="at least one of them")
    x = input
    if min is not None:
        x = wrap(bind(p.clamp_min, pair(x, min, "clamp")))
    if max is not None:
        x = wrap(bind(p.clamp_max, pair(x, max, "clamp")))
    return x


# ---------------------------------------------------------------- comparison and logic
def _comparison(prim: Primitive, name: str, sign_: str) -> Any:
    def fn(input: Any, other: Any) -> Tensor:
        if not isinstance(input, TensorBase):
            _not_a_number(input, name)
        return binary(prim, input, other, name)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"input {sign_} other, element by element, as a bool tensor. No derivative."
    return fn


eq, ne = _comparison(c.eq, "eq", "=="), _comparison(c.ne, "ne", "!=")
lt, le = _comparison(c.lt, "lt", "<"), _comparison(c.le, "le", "<=")
gt, ge = _comparison(c.gt, "gt", ">"), _comparison(c.ge, "ge", ">=")


def truth(n: Node) -> Node:
    """A node as bool: not equal to zero."""
    return n if n.dtype is bool_ else bind(c.ne, (n, const(0, n.dtype)))


def _logical(prim: Primitive, name: str) -> Any:
    def fn(input: Any, other: Any) -> Tensor:
        a, b = truth(need_tensor(input, name)), truth(need_tensor(other, name, "other"))
        return wrap(bind(prim, broadcast2(a, b, name)))
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"{name.replace('_', ' ')} of two tensors taken as truth values. No derivative."
    return fn


logical_and, logical_or = _logical(c.and_, "logical_and"), _logical(c.or_, "logical_or")
logical_xor = _logical(c.xor, "logical_xor")


def logical_not(input: Any) -> Tensor:
    """True where input is zero. No derivative."""
    return wrap(bind(c.not_, (truth(need_tensor(input, "logical_not")),)))


def _bitwise(prim: Primitive, name: str) -> Any:
    def fn(input: Any, other: Any) -> Tensor:
        for x in (input, other):
            if isinstance(x, (float, complex)) or isinstance(x, TensorBase) and x.node.dtype.smooth:
                raise DTypeError("bit operations need integer or bool tensors", op=name)
        return binary(prim, input, other, name)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"{name}: bit by bit on integers, logic on bool. No derivative."
    return fn


bitwise_and, bitwise_or = _bitwise(c.and_, "bitwise_and"), _bitwise(c.or_, "bitwise_or")
bitwise_xor = _bitwise(c.xor, "bitwise_xor")


def bitwise_not(input: Any) -> Tensor:
    """~input: bit by bit on integers, logic on bool."""
    n = need_tensor(input, "bitwise_not")
    if n.dtype.smooth:
        raise DTypeError("bit operations need integer or bool tensors", op="bitwise_not")
    return wrap(bind(c.not_, (n,)))


def isnan(input: Any) -> Tensor:
    """True where input is nan."""
    n = need_tensor(input, "isnan")
    return wrap(bind(c.isnan, (n,))) if n.dtype.smooth else wrap(lin.full(False, n.shape, bool_))


def _length(n: Node) -> Node:
    """Complex numbers by their length, which is infinite or nan where a part is."""
    return bind(plane.length_p, (n,)) if n.dtype.is_complex else n


def isinf(input: Any) -> Tensor:
    """True where input is +inf or -inf."""
    n = _length(need_tensor(input, "isinf"))
    if n.dtype.kind != FLOATING:
        return wrap(lin.full(False, n.shape, bool_))
    return wrap(bind(c.eq, (bind(p.abs_, (n,)), const(math.inf, n.dtype))))


def isfinite(input: Any) -> Tensor:
    """True where input is neither infinite nor nan."""
    n = _length(need_tensor(input, "isfinite"))
    if n.dtype.kind != FLOATING:
        return wrap(lin.full(True, n.shape, bool_))
    return wrap(bind(c.lt, (bind(p.abs_, (n,)), const(math.inf, n.dtype))))


def isclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8,
            equal_nan: bool = False) -> Tensor:
    """|input - other| <= atol + rtol * |other|, element by element; equal infinities are close."""
    x, y = need_tensor(input, "isclose"), need_tensor(other, "isclose", "other")
    if rtol < 0 or atol < 0:
        raise ArgumentError(f"rtol is {rtol}, atol is {atol}", op="isclose", expected="no negative tolerance")
    if x.dtype is bool_ and y.dtype is bool_:
        return eq(input, other)
    close = logical_or(eq(input, other), logical_and(
        le(abs(sub(input, other)), add(abs(mul(other, rtol)), atol)), isfinite(other)))
    return logical_or(close, logical_and(isnan(input), isnan(other))) if equal_nan else close


# ---------------------------------------------------------------- selection
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """input where condition is true, else other. A branch that was not selected gets a zero cotangent,
    whatever it holds (nan and inf included). With one argument: `nonzero(condition, as_tuple=True)`."""
    cond = need_tensor(condition, "where", "condition")
    if input is None and other is None:
        vectors = indices_of_mask(cond if cond.dtype is bool_ else bind(c.ne, (cond, const(0, cond.dtype))))
        return tuple(wrap(v) for v in vectors)
    if cond.dtype.kind != BOOL:
        raise DTypeError(f"condition is {cond.dtype.name}", op="where", expected="a bool tensor",
                         fix="Compare first, e.g.  condition != 0 .")
    if not isinstance(input, TensorBase) and not isinstance(other, TensorBase):
        a, b = operand(input, "where", "input"), operand(other, "where", "other")
        d = common_dtype([a, b])
        a, b = lin.cast(a, d), lin.cast(b, d)
    else:
        a, b = pair(input, other, "where")
    return wrap(_chosen((cond, a, b)))


@planned
def _chosen(nodes: tuple[Node, Node, Node]) -> Node:
    shape = broadcast_shapes(*[n.shape for n in nodes])
    return bind(p.where, tuple([expand_to(n, shape) for n in nodes]))


def masked_fill(input: Any, mask: Any, value: Any) -> Tensor:
    """input with `value` where mask is true. The cotangent of the filled places is zero."""
    x = need_tensor(input, "masked_fill")
    m = need_tensor(mask, "masked_fill", "mask")
    if m.dtype.kind != BOOL:
        raise DTypeError(f"mask is {m.dtype.name}", op="masked_fill", expected="a bool tensor")
    v = as_number(value)
    if v is not None:
        v_node = number_node(v, x.dtype)
    else:
        v_node = need_tensor(value, "masked_fill", "value")
        if v_node.shape != ():
            raise ShapeError(f"value has shape {v_node.shape}", op="masked_fill",
                             expected="a number or a tensor with no dimensions")
        if v_node.dtype.is_complex and not x.dtype.is_complex:
            raise DTypeError(f"value is {v_node.dtype.name}, input {x.dtype.name}", op="masked_fill",
                             expected="a real value")
        v_node = lin.cast(v_node, x.dtype)
    return wrap(_chosen((m, v_node, x)))


@rounded_once
def lerp(input: Any, end: Any, weight: Any) -> Tensor:
    """input + weight * (end - input)."""
    return add(input, mul(weight, sub(end, input)))


@rounded_once
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Tensor:
    """input + value * tensor1 * tensor2."""
    return add(input, mul(mul(tensor1, tensor2), value))


@rounded_once
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Tensor:
    """input + value * tensor1 / tensor2."""
    return add(input, mul(div(tensor1, tensor2), value))


def nan_to_num(input: Any, nan: float = 0.0, posinf: float | None = None,
               neginf: float | None = None) -> Tensor:
    """nan replaced by `nan`, infinities by the given or the largest finite numbers."""
    n = need_tensor(input, "nan_to_num")
    if n.dtype.kind != FLOATING:
        return wrap(bind(lin.alias_p, (n,)))
    info = finfo(n.dtype)
    out = where(isnan(input), nan, input)
    out = where(eq(input, math.inf), info.max if posinf is None else posinf, out)
    return where(eq(input, -math.inf), info.min if neginf is None else neginf, out)


"""Every primitive against PyTorch: how it is said there, by how many ulps the two may differ, and why.

A primitive is in PEERS or, with the reason, in ALONE; a new one fails until it is entered.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from retrograd.engine import program as engine_program
from retrograd.engine.program import programs
from retrograd.ops import philox

torch = pytest.importorskip("torch")
F = torch.nn.functional


class Peer(NamedTuple):
    """`said(*tensors, *params)` in PyTorch; the largest difference in ulps in float64, float32 and the half
    types, and its reason. An ulp is that of the element, or that of `least` if the element is smaller, or
    (`largest`) that of the largest element. Without `signed` zeros of both signs are one. `finite`: operands
    that must be finite for PyTorch to have one answer."""

    said: Callable[..., Any]
    ulps: tuple[float, float, float] = (0, 0, 0)
    reason: str = "exact: moved, compared, or rounded once by IEEE 754"
    largest: bool = False
    least: float = 0.0
    signed: bool = True
    finite: tuple[int, ...] = ()


# ---------------------------------------------------------------- how PyTorch says it
def iota(shape: Any, axis: int, dtype: str) -> Any:
    steps = torch.arange(shape[axis], dtype=getattr(torch, dtype))
    return steps.reshape([-1 if k == axis else 1 for k in range(len(shape))]).expand(shape)


def expand(x: Any, shape: Any, axes: Any) -> Any:
    for a in axes if x.ndim < len(shape) else ():
        x = x.unsqueeze(a)
    return x.expand(shape)


def strided(shape: Any, start: Any, step: Any) -> Any:
    return tuple(slice(a, a + (n - 1) * s + 1, s) for n, a, s in zip(shape, start, step))


def pad(x: Any, low: Any, high: Any, inner: Any) -> Any:
    out = torch.zeros([a + (n - 1) * (i + 1) + 1 + b for n, a, b, i in zip(x.shape, low, high, inner)],
                      dtype=x.dtype)
    out[strided(x.shape, low, [i + 1 for i in inner])] = x
    return out


def update(x: Any, v: Any, start: Any, step: Any) -> Any:
    out = x.clone()
    out[strided(v.shape, start, step)] = v
    return out


def cumsum(x: Any, axis: int, reverse: bool) -> Any:
    return x.flip(axis).cumsum(axis).flip(axis) if reverse else x.cumsum(axis)


def prod(x: Any, axes: Any) -> Any:
    for a in reversed(axes):
        x = x.prod(a)
    return x


def tile_sum(x: Any, kernel: Any) -> Any:
    n = len(kernel)
    tiles = [e for s, k in zip(x.shape[-n:], kernel) for e in (s // k, k)]
    return x.reshape(*x.shape[:-n], *tiles).sum(tuple(range(-2 * n + 1, 0, 2)))


def standardize(x: Any, axes: Any, eps: float) -> Any:
    last = tuple(range(-len(axes), 0))
    return F.layer_norm(x.movedim(axes, last), [x.shape[a] for a in axes], eps=eps).movedim(last, axes)


def windows(x: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    lead = x.ndim - len(kernel)
    for k, (n, s, d) in enumerate(zip(kernel, stride, dilation)):
        x = x.unfold(lead + k, (n - 1) * d + 1, s)[..., ::d]
    return x


def fold(c: Any, size: Any, stride: Any, dilation: Any) -> Any:
    n = len(size)
    x = torch.zeros((*c.shape[:c.ndim - 2 * n], *size), dtype=c.dtype)
    return torch.func.vjp(lambda x: windows(x, c.shape[c.ndim - n:], stride, dilation), x)[1](c)[0]


def largest(x: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    """Places in the flattened windowed axes, of (planes, windows)."""
    n = len(kernel)
    pool = getattr(F, f"max_pool{n}d")
    return pool(x.reshape(1, -1, *x.shape[-n:]), kernel, stride, 0, dilation, return_indices=True)[1][0]


def pool_pick(x: Any, v: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    n, at = len(kernel), largest(x, kernel, stride, dilation)
    picked = v.reshape(len(at), -1).gather(1, at.reshape(len(at), -1))
    return picked.reshape(*x.shape[:-n], *at.shape[1:])


def pool_place(x: Any, g: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    at = largest(x, kernel, stride, dilation)
    out = torch.zeros_like(x, dtype=g.dtype).reshape(len(at), -1)
    return out.scatter_add(1, at.reshape(len(at), -1), g.reshape(len(at), -1)).reshape(x.shape)


def conv(x: Any, w: Any, stride: Any, low: Any, high: Any, dilation: Any, groups: int) -> Any:
    around = [n for pair in zip(reversed(low), reversed(high)) for n in pair]
    call = (F.conv1d, F.conv2d, F.conv3d)[len(stride) - 1]
    return call(F.pad(x, around), w, None, stride, 0, dilation, groups)


def conv_input(c: Any, w: Any, stride: Any, low: Any, high: Any, dilation: Any, groups: int,
               size: Any) -> Any:
    x = torch.zeros((c.shape[0], w.shape[1] * groups, *size), dtype=c.dtype)
    return torch.func.vjp(lambda x: conv(x, w, stride, low, high, dilation, groups), x)[1](c)[0]


def conv_weight(x: Any, c: Any, stride: Any, low: Any, high: Any, dilation: Any, groups: int,
                size: Any) -> Any:
    w = torch.zeros((c.shape[1], x.shape[1] // groups, *size), dtype=c.dtype)
    return torch.func.vjp(lambda w: conv(x, w, stride, low, high, dilation, groups), w)[1](c)[0]


def place(x: Any, v: Any, i: Any) -> Any:
    out = x.clone()
    out[i] = v
    return out


def scatter_add(v: Any, i: Any, axis: int, size: int) -> Any:
    values = v.flatten(axis, axis + i.ndim - 1)
    shape = (*v.shape[:axis], size, *v.shape[axis + i.ndim:])
    return torch.zeros(shape, dtype=v.dtype).index_add(axis, i.flatten(), values)


def remainder(a: Any, b: Any) -> Any:
    # One element at a time: beside a subnormal divisor PyTorch's vector code gives NaN where its scalar code
    # gives zero.
    a, b = torch.broadcast_tensors(a, b)
    each = [torch.remainder(x, y) for x, y in zip(a.reshape(-1), b.reshape(-1))]
    return torch.stack(each).reshape(a.shape)


def in_float32(said: Callable[..., Any]) -> Callable[..., Any]:
    """Half types computed in float32: PyTorch's own erf of bfloat16 gives zero for small numbers, its
    convolutions of bfloat16 NaN at places that no NaN or infinity reaches."""
    def wider(*args: Any) -> Any:
        return said(*[a.float() if isinstance(a, torch.Tensor) and a.itemsize == 2 else a
                      for a in args]).to(args[0].dtype)
    return wider


def attention(*given: Any) -> Any:
    """The formula: the fused function takes a mask or causality, and passes over NaN that a mask hides. Which
    weights are dropped is a matter of our generator: a block of it is four keys of a query."""
    q, k, v, *rest, causal, scale, drop = given
    scores = (q * scale) @ k.transpose(-1, -2) + (rest[0] if len(rest) % 2 else 0)
    if causal:
        scores = scores.masked_fill(~T.ones(scores.shape, dtype=T.bool).tril(), -math.inf)
    blind = (scores == -math.inf).all(-1, keepdim=True)
    weights = T.softmax(scores, -1).masked_fill(blind, 0.0)
    if drop:
        *lead, keys = scores.shape
        drawn = philox.uniform(*map(int, rest[-2:]), (*lead, -(-keys // 4) * 4), 32)[..., :keys]
        weights = weights * T.from_numpy(drawn >= drop).to(weights.dtype) / (1 - drop)
    return weights @ v


def in_float64(said: Callable[..., Any]) -> Callable[..., Any]:
    """Special functions in double precision: PyTorch's of float32 are hundreds of ulps off near their
    zeros."""
    def wider(*args: Any) -> Any:
        return said(*[a.double() for a in args]).to(args[0].dtype)
    return wider


def gelu(x: Any, approximate: str) -> Any:
    # In float64: PyTorch's vector code for float32 gives inf at 3e38, and NaN at inf.
    return F.gelu(x.double(), approximate=approximate).to(x.dtype)


# Samples have at most some ten terms.
FUNCTION = ((4, 4, 1), "ours is within 2 ulp of the function, PyTorch's (SLEEF, libm or MKL) within 1 or so; "
                       "in a half type both are rounded once")
COMPOSED = ((8, 8, 1), "three or four functions of 2 ulp each, where PyTorch calls libm in double precision")
SPECIAL_FUNCTION = ((256, 1, 1),
                    "series and expansions here, Cephes' rational fits in PyTorch: in float64 each is "
                                 "some ten ulps off the function")
SQUARE = ((1, 1, 1), "ours is rounded once; PyTorch's comes from MKL, and is up to 1 ulp off")
SUM = ((4, 4, 4), "as many roundings as terms, added in another order")
NORM = ((32, 32, 32), "x less the mean loses digits where the mean is large; PyTorch is the farther off")
HALVES = ((4, 4, 32), "PyTorch rounds half types between the steps, here they are rounded once a node")
ZEROS = "exact; which of two equal zeros comes out differs even between PyTorch's vector and scalar code"
NAN = "exact; NaN stays NaN as in NumPy, where PyTorch makes it 0"

T = torch
PEERS: dict[str, Peer] = {
    **{name: Peer(getattr(T, name)) for name in (
        "eq", "ne", "lt", "le", "gt", "ge", "isnan", "argmax", "argmin", "permute", "reshape", "flip",
        "add", "sub", "mul", "neg", "div", "reciprocal", "abs", "floor", "ceil", "round", "trunc", "where")},
    **{name: Peer(getattr(T, name), *FUNCTION) for name in (
        "pow", "exp", "expm1", "log", "log1p", "rsqrt", "sin", "cos", "tan", "tanh", "atan", "sigmoid")},
    "erf": Peer(in_float32(T.erf), *FUNCTION),
    **{name: Peer(in_float64(getattr(T, name)), *COMPOSED) for name in (
        "asin", "acos", "sinh", "cosh", "asinh", "acosh", "atanh", "atan2", "hypot")},
    **{name: Peer(in_float64(getattr(T.special, name)), *SPECIAL_FUNCTION, least=least) for name, least in (
        ("erfc", 0.0), ("erfinv", 0.0), ("erfcx", 0.0), ("ndtri", 1e-8), ("i0e", 0.0), ("i1e", 0.0))},
    "lgamma": Peer(in_float64(T.lgamma), *SPECIAL_FUNCTION, least=1.0),
    "sqrt": Peer(T.sqrt, *SQUARE),
    "and": Peer(T.bitwise_and), "or": Peer(T.bitwise_or), "xor": Peer(T.bitwise_xor),
    "not": Peer(T.bitwise_not),
    "argsort": Peer(lambda x, axis, descending: T.argsort(x, dim=axis, descending=descending, stable=True)),
    "stop": Peer(T.detach), "alias": Peer(lambda x, *_: x.view_as(x)), "copy": Peer(T.clone),
    "iota": Peer(iota), "count": Peer(lambda size, dtype: iota((size,), 0, dtype)),
    "share": Peer(lambda size, dtype: torch.tensor(1 / size, dtype=getattr(torch, dtype))),
    "cast": Peer(lambda x, dtype: x.to(getattr(T, dtype))),
    "bits": Peer(lambda x, dtype: x.contiguous().view(getattr(T, dtype))),
    "expand": Peer(expand), "pad": Peer(pad), "update": Peer(update),
    "slice": Peer(lambda x, start, stop, step: x[tuple(map(slice, start, stop, step))]),
    "concat": Peer(lambda *xs: T.cat(xs[:-1], xs[-1])),
    "guarded_mul": Peer(lambda a, d: T.where(a == 0, T.zeros((), dtype=a.dtype), a * d)),
    "remainder": Peer(remainder, reason=ZEROS, signed=False),
    "floor_divide": Peer(T.floor_divide, (0, 0, 1), HALVES[1]),
    "relu": Peer(T.relu, reason=ZEROS, signed=False),
    "maximum": Peer(T.maximum, reason=ZEROS, signed=False),
    "minimum": Peer(T.minimum, reason=ZEROS, signed=False),
    "clamp_min": Peer(lambda x, low: T.clamp(x, min=low), reason=ZEROS, signed=False),
    "clamp_max": Peer(lambda x, high: T.clamp(x, max=high), reason=ZEROS, signed=False),
    "sign": Peer(lambda x: T.where(x.isnan(), x, x.sign()), reason=NAN),
    "softplus": Peer(lambda x: T.logaddexp(x, T.zeros((), dtype=x.dtype)), *FUNCTION),
    "reduce_sum": Peer(T.sum, *SUM, largest=True), "cumsum": Peer(cumsum, *SUM, largest=True),
    "reduce_max": Peer(T.amax, reason=ZEROS, signed=False),
    "reduce_min": Peer(T.amin, reason=ZEROS, signed=False),
    "reduce_norm": Peer(lambda x, axes: T.linalg.vector_norm(x, dim=axes), *SUM),
    "prod": Peer(prod, *SUM),
    "logsumexp": Peer(T.logsumexp, *HALVES, least=1.0),
    "matmul": Peer(T.matmul, *SUM, largest=True), "linear": Peer(F.linear, *SUM, largest=True),
    "softmax": Peer(T.softmax, *FUNCTION),
    "log_softmax": Peer(T.log_softmax, *FUNCTION, least=1.0),
    "cross_entropy": Peer(lambda x, t, reduction, ignore: F.cross_entropy(
        x, t, reduction=reduction, ignore_index=ignore), *HALVES, least=1.0),
    "layer_norm": Peer(lambda x, w, b, n, eps: F.layer_norm(x, w.shape, w, b, eps), *NORM, largest=True),
    # An infinite weight: PyTorch takes mean * weight from x * weight.
    "group_norm": Peer(lambda x, w, b, groups, eps: F.group_norm(x, groups, w, b, eps), *NORM, largest=True,
                       finite=(1,)),
    # Weights that are dropped are zeros: what signs their products sum to is a matter of how one sums.
    "attention": Peer(attention, *SUM, largest=True, signed=False),
    "tile_sum": Peer(tile_sum, *SUM, largest=True),
    "standardize": Peer(standardize, *NORM, largest=True),
    "gelu": Peer(gelu, *FUNCTION, largest=True),
    "solve": Peer(T.linalg.solve, *SUM, largest=True),
    "pool_pick": Peer(pool_pick), "pool_place": Peer(pool_place, *SUM, largest=True),
    "strided": Peer(lambda x, size, strides, offset: T.as_strided(
        x, (*x.shape[:-1], *size), (*x.stride()[:-1], *strides), offset)),
    "windows": Peer(windows), "fold": Peer(fold, *SUM, largest=True),
    "conv": Peer(in_float32(conv), *SUM, largest=True),
    # An infinite weight makes NaN of the zeros around an image: here, and in some of PyTorch's kernels.
    "conv_input": Peer(in_float32(conv_input), *SUM, largest=True, finite=(1,)),
    "conv_weight": Peer(in_float32(conv_weight), *SUM, largest=True),
    **{name: Peer(getattr(T, name)) for name in ("signbit", "copysign", "gcd", "lcm")},
    "left_shift": Peer(T.bitwise_left_shift), "right_shift": Peer(T.bitwise_right_shift),
    "logaddexp": Peer(in_float64(T.logaddexp), *FUNCTION, least=1.0),
    "index_of_running_extreme": Peer(
        lambda x, axis, largest: (T.cummax if largest else T.cummin)(x, axis)[1]),
    "index_of_mode": Peer(lambda x, axis: T.mode(x, axis, keepdim=True)[1], finite=(0,)),
    "scatter_extreme": Peer(lambda x, v, i, axis, largest, include: x.scatter_reduce(
        axis, i, v, "amax" if largest else "amin", include_self=include), reason=ZEROS, signed=False),
    "take": Peer(lambda x, i, axis: x[(*[slice(None)] * axis, i)]),
    "gather": Peer(lambda x, i, axis: T.gather(x, axis, i)),
    "scatter_add": Peer(scatter_add, *SUM, largest=True),
    "scatter_add_along": Peer(lambda v, i, axis, shape: T.zeros(shape, dtype=v.dtype).scatter_add(axis, i, v),
                              *SUM, largest=True),
    "place": Peer(place),
}

ALONE = {
    "gelu_slope": "the derivative of gelu, compared where that is differentiated",
    "dot_bfloat16": "what a compiler makes of matmul, which is compared",
    "uses": "numbers of values as they first appear: PyTorch's unique sorts them",
    "attention_rows": "attention with the logarithms of its sums: what it means is tested by itself",
    "attention_back": "the pullback of attention, compared where that is differentiated",
    "leaf": "holds a value", "const": "holds a number", "scalar": "holds a number",
    "hole": "holds no value yet",
    "freed": "holds no value any more",
    "random_uniform": "PyTorch draws other numbers from a seed (on the CPU by a Mersenne twister)",
    "random_normal": "as random_uniform", "random_int": "as random_uniform",
    "override": "the value of one tensor with the derivative of another: a write through .data",
    "checked": "refuses values, and changes none; PyTorch's functions look themselves",
    "scan": "a loop over a function; tests/autodiff/test_scan.py compares it with the loop written out",
    **dict.fromkeys(("i0", "i1", "bessel_j0", "bessel_j1"),
                    "PyTorch's formulas give NaN at infinity; elsewhere tests/conformance compares them"),
    **dict.fromkeys(("gammainc", "gammaincc", "zeta", "polygamma"),
                    "outside its domain PyTorch's iteration ends where it happens to; inside, "
                    "tests/conformance compares it"),
    "search": "a spoilt row is not sorted and has no answer; tests/conformance compares sorted ones",
    **dict.fromkeys(("cholesky", "eigh", "qr", "svd", "pinv", "eig"),
                    "PyTorch refuses NaN, and signs of vectors are free; tests/conformance compares factors"),
    **dict.fromkeys(("det", "slogdet", "lu", "lu_pivots", "matrix_exp"),
                    "PyTorch has no half types there, and NaN stops a search for pivots; tests/conformance "
                    "compares"),
    "cofactors": "the derivative of det, compared where that is differentiated", "cofactor_slope": "the same",
    "lu_order": "a permutation of rows by their exchanges: tests/conformance compares linalg.lu",
    **dict.fromkeys(("fourier", "to_half_spectrum", "from_half_spectrum"),
                    "PyTorch has no half types there, and spreads NaN otherwise; tests/conformance compares"),
    **dict.fromkeys(("conj", "real", "imag", "length", "as_real", "as_complex"),
                    "complex numbers, whose samples tests/conformance compares"),
    "exponent": "one half of frexp, as int64; tests/conformance compares that",
    "nextafter": "PyTorch has no half types there; tests/conformance compares the others",
    "call": "a function with rules of the user's own", "project": "one result of such a function",
}

DTYPES = {"float64": 0, "float32": 1, "float16": 2, "bfloat16": 2}     # which of a peer's ulps is meant
NO_HALVES = ("solve",)       # PyTorch has no half types there

SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, 1e-40, -6e-8, -3.5, 0.5, 2.0, 30.0]
# For functions of an element: in a sum, its order decides what overflows.
HUGE = [3e38, -3e38, 1e300, -1e300]
ELEMENTWISE = ("gelu",)             # composites of that kind


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)


def test_every_primitive_has_a_peer_or_a_reason_for_none(prim: Any, tools: Any) -> None:
    assert (prim.name in PEERS) != (prim.name in ALONE), \
        f"{prim.name}: say it in PyTorch in PEERS, or in ALONE why it cannot be said"
    assert prim.name in ALONE or tools.calls_of(prim), f"{prim.name} has no sample to compare"


def _tensor(a: Any, tools: Any) -> Any:
    a = np.array(a, order="C")
    if tools.dtypes.from_numpy(a.dtype).name == "bfloat16":
        return torch.from_numpy(a.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(a)


def _compare(call: Any, name: str, tools: Any, law: Any) -> None:
    peer = PEERS[call.prim.name]
    theirs = peer.said(*[_tensor(x, tools) for x in call.inputs], *call.params)
    ours = np.asarray(call.value())
    dtype = tools.dtypes.from_numpy(ours.dtype)
    what = f"{call} in {name}"
    law.holds((ours.shape, f"torch.{dtype.name}") == (tuple(theirs.shape), str(theirs.dtype)), what)
    if not dtype.is_floating_point:
        law.same_bits(ours, theirs.numpy(), what)
        return
    ours, theirs = ours.astype(np.float64), theirs.double().numpy()
    nan, finite = np.isnan(theirs), np.isfinite(theirs)
    law.holds(np.array_equal(np.isnan(ours), nan), f"{what}: NaN at other places: {ours}, {theirs}")
    rest = ~nan & ~finite
    law.holds(np.array_equal(ours[rest], theirs[rest]), f"{what}: infinities elsewhere: {ours}, {theirs}")
    if peer.signed:
        zero = theirs == 0
        law.holds(np.array_equal(np.signbit(ours[zero]), np.signbit(theirs[zero])), f"{what}: signs of zeros")
    form, size = tools.dtypes.finfo(dtype), np.abs(theirs[finite])
    size = np.maximum(size, max(form.tiny, peer.least, size.max(initial=0) if peer.largest else 0))
    ulp = 2.0 ** np.floor(np.log2(size)) * form.eps
    off = np.abs(ours[finite] - theirs[finite]) / ulp
    limit = peer.ulps[DTYPES[name]]
    law.holds(bool((off <= limit).all()),
              f"{what}: {off.max(initial=0):.3g} ulp from PyTorch, {limit} allowed: {peer.reason}")


def _can(call: Any, name: str) -> bool:
    halves = DTYPES[name] == 2
    return call.prim.name in PEERS and (name == "float64" or bool(call.floats)) and \
        not (halves and call.prim.name in NO_HALVES)


@pytest.mark.parametrize("name", DTYPES)
def test_values_are_pytorchs_to_the_stated_ulps(call: Any, name: str, tools: Any, law: Any) -> None:
    if _can(call, name):
        _compare(call.cast(tools.dtypes.by_name(name)), name, tools, law)


@pytest.mark.parametrize("name", DTYPES)
def test_special_values_give_what_pytorch_gives(call: Any, name: str, tools: Any, law: Any) -> None:
    """NaN, infinities, zeros of both signs, subnormals: in every pair for what works element by element, else
    a quarter of the elements, a few times."""
    if not _can(call, name) or not call.floats:
        return
    dtype = tools.dtypes.by_name(name)
    with np.errstate(over="ignore", under="ignore"):
        if call.prim.family == "pointwise":
            pairs = np.array(np.meshgrid(*[SPECIAL + HUGE] * len(call.floats))).reshape(len(call.floats), -1)
            columns = iter(pairs)
            calls = [call.with_inputs([next(columns) if k in call.floats else np.resize(x, pairs.shape[1])
                                       for k, x in enumerate(call.inputs)])] if not call.place else []
        else:
            values = SPECIAL + HUGE * (call.prim.name in ELEMENTWISE)
            calls = [call.with_inputs([_spoilt(x, values, np.random.default_rng(seed))
                                       if k in call.floats and k not in PEERS[call.prim.name].finite else x
                                       for k, x in enumerate(call.inputs)]) for seed in range(8)]
        calls = [c.cast(dtype) for c in calls]
    for c in calls:
        _compare(c, name, tools, law)


def _spoilt(x: Any, values: list[float], rng: np.random.Generator) -> Any:
    x = x.copy()
    chosen = rng.uniform(size=x.shape) < 0.25
    x[chosen] = rng.choice(values, int(chosen.sum()))
    return x

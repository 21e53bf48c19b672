"""Windows and convolution: three bilinear maps, each the derivative of the others,
and the pair windows / fold.

conv is bilinear in (x, w); <g, conv(x, w)> = <conv_input(g, w), x> = <conv_weight(x, g), w>. So the
pullback of each is the other two, and every order of derivative is again these three. Layout:
x (N, C, *S), w (O, C/groups, *K).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, rng_for

CONV = "stride low high dilation groups"


def window_count(size: int, kernel: int, stride: int, dilation: int) -> int:
    """How many windows of that kernel fit."""
    return max(0, (size - dilation * (kernel - 1) - 1) // stride + 1)


def _counts(shape: Shape, kernel: Shape, stride: Shape, dilation: Shape) -> Shape:
    return tuple(window_count(*z) for z in zip(shape, kernel, stride, dilation))


def _strided(x: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Any:
    """View (*lead, *S) as (*lead, *counts, *kernel)."""
    n = len(kernel)
    lead, tail = x.shape[:-n], x.shape[-n:]
    st = x.strides
    return np.lib.stride_tricks.as_strided(
        x, lead + _counts(tail, kernel, stride, dilation) + kernel,
        st[:-n] + tuple(a * b for a, b in zip(st[-n:], stride))
        + tuple(a * b for a, b in zip(st[-n:], dilation)),
        writeable=False)


def _fold(c: Any, size: Shape, stride: Shape, dilation: Shape) -> Any:
    """Add windows (*lead, *counts, *kernel) back into (*lead, *size); taps in a fixed order."""
    n = len(size)
    lead, counts, kernel = c.shape[:-2 * n], c.shape[-2 * n:-n], c.shape[-n:]
    out = np.zeros(lead + size, c.dtype)
    for tap in product(*map(range, kernel)):
        at: Any = tuple(slice(t * d, t * d + (m - 1) * s + 1 if m else t * d, s)
                        for t, d, m, s in zip(tap, dilation, counts, stride))
        out[(..., *at)] += c[(..., *tap)]
    return out


def _padded(x: Any, low: Shape, high: Shape) -> Any:
    if not any(low) and not any(high):
        return x
    return np.pad(x, [(0, 0), (0, 0), *zip(low, high)])


# ---------------------------------------------------------------- windows and fold
def infer_windows(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    kernel, stride, dilation = params
    shape, n = inputs[0].shape, len(params[0])
    return shape[:-n] + _counts(shape[-n:], kernel, stride, dilation) + kernel, inputs[0].dtype


def infer_fold(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    size = params[0]
    return inputs[0].shape[:-2 * len(size)] + size, inputs[0].dtype


def _windows_sample() -> Iterator[Sample]:
    rng = rng_for("windows")
    yield Sample((rng.uniform(-1, 1, (2, 5, 6)),), ((2, 3), (1, 2), (2, 1)))
    yield Sample((rng.uniform(-1, 1, (7,)),), ((3,), (2,), (1,)))


def _fold_sample() -> Iterator[Sample]:
    rng = rng_for("fold")
    yield Sample((rng.uniform(-1, 1, (2, 3, 2, 2, 3)),), ((5, 6), (1, 2), (2, 1)))


windows_p = Primitive("windows", "window", "x", "kernel stride dilation", infer=infer_windows, exact=True,
                      strided=True, np=_strided, sample=_windows_sample, batch=lambda p, x: p,
                      flops=lambda n: 0, transpose=lambda g, x_aval, kernel, stride, dilation: bind(
                          fold_p, (g,), (x_aval.shape[-len(kernel):], stride, dilation)))
fold_p: Primitive
fold_p = Primitive("fold", "window", "c", "size stride dilation", infer=infer_fold, np=_fold, lower="overlap",
                   sample=_fold_sample, batch=lambda p, x: p, flops=lambda n: numel(n.inputs[0].shape),
                   transpose=lambda g, c_aval, stride, dilation: bind(
                       windows_p, (g,), (c_aval.shape[-(len(stride)):], stride, dilation)))


# ---------------------------------------------------------------- convolution
def _columns(x: Any, kernel: Shape, stride: Shape, dilation: Shape, groups: int) -> Any:
    """(N, C, *S) to (groups, N * positions, C/groups * taps)."""
    n = len(kernel)
    w = _strided(x, kernel, stride, dilation)
    N, C = w.shape[:2]
    w = w.reshape((N, groups, C // groups) + w.shape[2:])
    order = (1, 0, *range(3, 3 + n), 2, *range(3 + n, 3 + 2 * n))
    positions = N * numel(w.shape[3:3 + n])
    return w.transpose(order).reshape(groups, positions, C // groups * numel(kernel))


def _rows(g: Any, groups: int) -> Any:
    """(N, O, *T) to (groups, N * positions, O/groups)."""
    (N, O), each = g.shape[:2], numel(g.shape[2:])
    g = g.reshape((N, groups, O // groups, each))
    return np.ascontiguousarray(g.transpose(1, 0, 3, 2)).reshape(groups, N * each, O // groups)


def _conv_np(x: Any, w: Any, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int) -> Any:
    kernel, O = w.shape[2:], w.shape[0]
    x = _padded(x, low, high)
    counts = _counts(x.shape[2:], kernel, stride, dilation)
    cols = _columns(x, kernel, stride, dilation, groups)
    wt = np.ascontiguousarray(w.reshape(groups, O // groups, numel(w.shape[1:])).transpose(0, 2, 1))
    y = np.matmul(cols, wt)                                           # groups, N*positions, O/groups
    y = y.reshape(groups, x.shape[0], numel(counts), O // groups).transpose(1, 0, 3, 2)
    return np.ascontiguousarray(y).reshape((x.shape[0], O, *counts))


def _conv_input_np(g: Any, w: Any, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
                   size: Shape) -> Any:
    kernel, O, Cg = w.shape[2:], w.shape[0], w.shape[1]
    N, counts = g.shape[0], g.shape[2:]
    each = w.reshape(groups, O // groups, numel(w.shape[1:]))
    cols = np.matmul(_rows(g, groups), np.ascontiguousarray(each))
    cols = cols.reshape((groups, N, *counts, Cg, *kernel))
    n = len(kernel)
    order = (1, 0, 2 + n, *range(2, 2 + n), *range(3 + n, 3 + 2 * n))
    cols = cols.transpose(order).reshape((N, groups * Cg, *counts, *kernel))
    padded = tuple(s + a + b for s, a, b in zip(size, low, high))
    out = _fold(cols, padded, stride, dilation)
    return out[(..., *(slice(a, a + s) for a, s in zip(low, size)))]


def _conv_weight_np(x: Any, g: Any, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
                    size: Shape) -> Any:
    cols = _columns(_padded(x, low, high), size, stride, dilation, groups)
    counts = g.shape[2:]
    have = _counts(_padded(x, low, high).shape[2:], size, stride, dilation)
    assert counts == have, f"conv_weight: cotangent has positions {counts}, the input {have}"
    rows = np.ascontiguousarray(_rows(g, groups).transpose(0, 2, 1))
    return np.matmul(rows, cols).reshape((g.shape[1], x.shape[1] // groups, *size))


def infer_conv(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, w = inputs
    stride, low, high, dilation, _ = params
    size = tuple(s + a + b for s, a, b in zip(x.shape[2:], low, high))
    return (x.shape[0], w.shape[0], *_counts(size, w.shape[2:], stride, dilation)), x.dtype


def _conv_flops(node: Node) -> int:
    w = next(i for i in node.inputs) if node.prim.name == "conv_weight" else node.inputs[1]
    if node.prim.name == "conv":
        return 2 * numel(node.shape) * numel(w.shape[1:])
    if node.prim.name == "conv_input":
        return 2 * numel(node.inputs[0].shape) * numel(w.shape[1:])
    return 2 * numel(node.inputs[1].shape) * numel(node.shape[1:])


_CALLS = (((2, 3, 5), (4, 3, 2), ((1,), (1,), (1,), (1,), 1)),
          ((2, 4, 5, 6), (6, 2, 3, 2), ((2, 1), (1, 0), (1, 1), (1, 2), 2)),
          ((2, 3, 6, 5), (6, 1, 2, 3), ((1, 1), (1, 0), (0, 2), (1, 2), 3)))


def _conv_sample() -> Iterator[Sample]:
    rng = rng_for("conv")
    for x, w, p in _CALLS:
        yield Sample((rng.uniform(-1, 1, x), rng.uniform(-1, 1, w)), p)


def _shape_of_y(x: Shape, w: Shape, p: tuple[Any, ...]) -> Shape:
    size = tuple(s + a + b for s, a, b in zip(x[2:], p[1], p[2]))
    return (x[0], w[0], *_counts(size, w[2:], p[0], p[3]))


def _conv_input_sample() -> Iterator[Sample]:
    rng = rng_for("conv_input")
    for x, w, p in _CALLS:
        yield Sample((rng.uniform(-1, 1, _shape_of_y(x, w, p)), rng.uniform(-1, 1, w)), (*p, x[2:]))


def _conv_weight_sample() -> Iterator[Sample]:
    rng = rng_for("conv_weight")
    for x, w, p in _CALLS:
        yield Sample((rng.uniform(-1, 1, x), rng.uniform(-1, 1, _shape_of_y(x, w, p))), (*p, w[2:]))


conv_p = Primitive("conv", "window", "x w", CONV, infer=infer_conv, np=_conv_np, lower="conv",
                   sample=_conv_sample, flops=_conv_flops, transpose=(
    lambda g, w, x_aval, stride, low, high, dilation, groups:
        bind(conv_input_p, (g, w), (stride, low, high, dilation, groups, x_aval.shape[2:])),
    lambda g, x, w_aval, stride, low, high, dilation, groups:
        bind(conv_weight_p, (x, g), (stride, low, high, dilation, groups, w_aval.shape[2:]))))
conv_input_p: Primitive
conv_input_p = Primitive(
    "conv_input", "window", "c w", CONV + " size", np=_conv_input_np, lower="conv_input",
    sample=_conv_input_sample, flops=_conv_flops,
    infer=lambda i, p: ((i[0].shape[0], i[1].shape[1] * p[4], *p[5]), i[0].dtype),
    transpose=(
        lambda g, w, stride, low, high, dilation, groups:
            bind(conv_p, (g, w), (stride, low, high, dilation, groups)),
        lambda g, c, w_aval, stride, low, high, dilation, groups:
            bind(conv_weight_p, (g, c), (stride, low, high, dilation, groups, w_aval.shape[2:]))))
conv_weight_p: Primitive
conv_weight_p = Primitive(
    "conv_weight", "window", "x c", CONV + " size", np=_conv_weight_np, lower="conv_weight",
    sample=_conv_weight_sample,
    flops=_conv_flops, infer=lambda i, p: ((i[1].shape[1], i[0].shape[1] // p[4], *p[5]), i[0].dtype),
    transpose=(
        lambda g, c, x_aval, stride, low, high, dilation, groups:
            bind(conv_input_p, (c, g), (stride, low, high, dilation, groups, x_aval.shape[2:])),
        lambda g, x, stride, low, high, dilation, groups:
            bind(conv_p, (x, g), (stride, low, high, dilation, groups))))

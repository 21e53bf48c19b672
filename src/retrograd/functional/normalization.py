"""Normalisation: by batch, layer, group, instance, root mean square, and across neighbouring channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from retrograd.base.dtype import DType, default, finfo, float64
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, expand_to, need_tensor, number_node, same_dtype, wrap
from retrograd.functional.planned import planned
from retrograd.functional.windowed import window_sums
from retrograd.graph.node import Node, bind
from retrograd.ops import composite
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import stop
from retrograd.ops.group_norm import group_norm as group_norm_p

__all__ = ["layer_norm", "rms_norm", "batch_norm", "group_norm", "instance_norm", "local_response_norm"]


# ---------------------------------------------------------------- shared
def _mean(x: Node, axes: Shape) -> Node:
    return lin.reduce_sum(x, axes) / float(math.prod(x.shape[a] for a in axes))


def _over_channels(v: Node, shape: Shape) -> Node:
    """A vector of one element a channel, repeated to (N, C, ...)."""
    return lin.expand(v, shape, (0, *range(2, len(shape))))


def _parameter(value: Any, name: str, shape: Shape, x: Node, op: str) -> Node | None:
    if value is None:
        return None
    n = need_tensor(value, op, name)
    if n.shape != shape:
        raise ShapeError(f"{name} is {n.shape}, input is {x.shape}", op=op,
                         expected=f"{name} of shape {shape}")
    if n.dtype is not x.dtype.acc:              # half types go with parameters of the wider type as well
        same_dtype(op, ("input", x), (name, n))
    return n


def _wide(parameter: Node | None, dtype: DType) -> Node | None:
    return None if parameter is None else lin.cast(parameter, dtype)


def _affine(unit: Node, weight: Node | None, bias: Node | None) -> Node:
    """unit * weight + bias, one of each a channel."""
    y = unit if weight is None else unit * _over_channels(weight, unit.shape)
    return y if bias is None else y + _over_channels(bias, unit.shape)


def _trailing(x: Node, normalized_shape: int | Sequence[int], op: str) -> Shape:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or x.shape[len(x.shape) - len(shape):] != shape:
        raise ShapeError(f"input is {x.shape}, normalized_shape is {shape}", op=op,
                         expected=f"input of shape (*, {', '.join(map(str, shape))})" if shape else "a size")
    return shape


# ---------------------------------------------------------------- over the last dimensions
def layer_norm(input: Any, normalized_shape: int | Sequence[int], weight: Any = None, bias: Any = None,
               eps: float = 1e-5) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and (biased) variance over the last dimensions,
    whose sizes are `normalized_shape`; weight and bias have that shape.

    Derivative to x, with u = (x - mean) / s and h = g * weight: (h - mean(h) - u mean(h u)) / s.

    >>> import retrograd as rg
    >>> rg.nn.functional.layer_norm(rg.tensor([[1., 3.]]), (2,), eps=0.0)
    tensor([[-1.,  1.]])
    """
    x = float_input(input, "layer_norm")
    shape = _trailing(x, normalized_shape, "layer_norm")
    w = _parameter(weight, "weight", shape, x, "layer_norm")
    b = _parameter(bias, "bias", shape, x, "layer_norm")
    dtype, wide = x.dtype, x.dtype.acc
    if wide is not dtype:                           # half types are rounded once, at the end
        x, w, b = lin.cast(x, wide), _wide(w, wide), _wide(b, wide)
    y = bind(composite.layer_norm, (
        x, lin.full(1, shape, wide) if w is None else w, lin.full(0, shape, wide) if b is None else b),
        (len(shape), float(eps)))
    return wrap(lin.cast(y, dtype))


def rms_norm(input: Any, normalized_shape: int | Sequence[int], weight: Any = None,
             eps: float | None = None) -> Tensor:
    """x / sqrt(mean(x**2) + eps) * weight, the mean over the last dimensions; eps defaults to the dtype's
    epsilon."""
    x = need_tensor(input, "rms_norm")
    x = x if x.dtype.is_complex else float_input(input, "rms_norm")
    shape = _trailing(x, normalized_shape, "rms_norm")
    w = _parameter(weight, "weight", shape, x, "rms_norm")
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    dtype, wide = x.dtype, x.dtype.acc              # half types are rounded once, at the end
    least = number_node(finfo(wide).eps if eps is None else eps, wide)
    x = lin.cast(x, wide)
    y = x * lin.expand(bind(p.rsqrt, (_mean(x * x, axes) + least,)), x.shape, axes)
    return wrap(lin.cast(y if w is None else y * expand_to(lin.cast(w, wide), x.shape), dtype))


# ---------------------------------------------------------------- over the batch
def batch_norm(input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None,
               training: bool = False, momentum: float = 0.1, eps: float = 1e-5) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...).

    Training: mean and biased variance of the batch; the running statistics, if given, move towards them in
    place, by `momentum` of the way (the variance's estimate is the unbiased one). Otherwise the running
    statistics are used. Derivative to x in training, with u the normalised x, s the spread, h = g * weight:
    (h - mean(h) - u mean(h u)) / s.
    """
    op = "batch_norm"
    x = float_input(input, op)
    if x.shape == (0,):
        return wrap(bind(lin.alias_p, (x,)))
    if x.ndim < 2:
        raise ShapeError(f"input is {x.shape}", op=op, expected="(N, C) or (N, C, ...)")
    channels = x.shape[1:2]
    w, b = (_parameter(v, name, channels, x, op) for v, name in ((weight, "weight"), (bias, "bias")))
    stats = [_statistic(v, name, channels, x, op) for v, name in
             ((running_mean, "running_mean"), (running_var, "running_var"))]
    dtype = x.dtype
    if dtype.acc is not dtype:                      # half types are rounded once, at the end
        x, w, b = lin.cast(x, dtype.acc), _wide(w, dtype.acc), _wide(b, dtype.acc)
    if not training:
        mean, var = stats
        if mean is None or var is None:
            raise ArgumentError("running_mean and running_var are not both given", op=op,
                                expected="running statistics when training is False",
                                fix="Pass training=True to use the statistics of the batch.")
        given = x, lin.cast(mean, x.dtype), lin.cast(var, x.dtype), number_node(eps, x.dtype)
        y = _standardized((*given, *[n for n in (w, b) if n is not None]), w is not None, b is not None)
        return wrap(lin.cast(y, dtype))
    if eps <= 0:
        raise ArgumentError(f"eps is {eps}", op=op, expected="eps > 0 when training")
    axes = (0, *range(2, x.ndim))
    count = math.prod(x.shape[a] for a in axes)
    if not count:
        return wrap(bind(lin.alias_p, (lin.cast(x, dtype),)))
    if count == 1:
        raise ArgumentError(f"input is {x.shape}: one value a channel has no variance", op=op,
                            expected="more than one value a channel when training",
                            fix="Use a larger batch, drop_last=True in the DataLoader, or model.eval().")
    running = [(k, r) for k, r in enumerate((running_mean, running_var)) if r is not None]
    if running:
        old = [n for _, r in running for n in (r.node, *_shares(momentum, r.node.dtype))]
        unbiased = number_node(count / (count - 1.0), x.dtype)
        for (_, r), new in zip(running, _moved((x, unbiased, *old), axes, tuple([k for k, _ in running]))):
            r._assign(new)
    y = _of_batch((x, *[n for n in (w, b) if n is not None]), axes, float(eps), w is not None, b is not None)
    return wrap(lin.cast(y, dtype))


def _statistic(value: Any, name: str, shape: Shape, x: Node, op: str) -> Node | None:
    if value is None:
        return None
    n = need_tensor(value, op, name)
    if n.shape != shape:
        raise ShapeError(f"{name} is {n.shape}, input is {x.shape}", op=op,
                         expected=f"one element a channel: {shape}")
    return n


@planned
def _standardized(nodes: tuple[Node, ...], weighted: bool, biased: bool) -> Node:
    """Of input, mean, variance, eps, and weight and bias if there are any."""
    x, mean, var, eps, *rest = nodes
    scale = bind(p.rsqrt, (var + eps,))
    unit = (x - _over_channels(mean, x.shape)) * _over_channels(scale, x.shape)
    return _affine(unit, rest[0] if weighted else None, rest[-1] if biased else None)


@planned
def _of_batch(nodes: tuple[Node, ...], axes: Shape, eps: float, weighted: bool, biased: bool) -> Node:
    """Of input, and weight and bias if there are any."""
    x, *rest = nodes
    return _affine(bind(composite.standardize, (x,), (axes, eps)), rest[0] if weighted else None,
                   rest[-1] if biased else None)


def _shares(momentum: float, dtype: DType) -> tuple[Node, Node]:
    """Of what was there, and of what comes."""
    return number_node(1.0 - momentum, dtype), number_node(momentum, dtype)


def _mixed(old: Node, keep: Node, take: Node, batch: Node) -> Node:
    """keep old + take batch, outside autograd."""
    return old * keep + lin.cast(bind(stop, (batch,)), old.dtype) * take


@planned
def _moved(nodes: tuple[Node, ...], axes: Shape, which: tuple[int, ...]) -> tuple[Node, ...]:
    """Running means (0) and variances (1), each followed by its shares, moved towards those of the batch."""
    x, unbiased, *running = nodes
    mean, _, var = composite.moments(x, axes)
    stats = [var * unbiased if kind else mean for kind in which]
    return tuple([_mixed(*each) for each in zip(running[::3], running[1::3], running[2::3], stats)])


def _move(running: Any, batch: Node, momentum: float) -> None:
    """A running statistic moves towards that of the batch, in place."""
    if running is not None:
        running._assign(_mixed(running.node, *_shares(momentum, running.node.dtype), batch))


# ---------------------------------------------------------------- over groups of channels
def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None,
               eps: float = 1e-5) -> Tensor:
    """As layer_norm over each of `num_groups` groups of channels of (N, C, ...); weight and bias are one a
    channel."""
    op = "group_norm"
    x = float_input(input, op)
    if x.ndim < 2 or num_groups < 1 or x.shape[1] % num_groups:
        raise ShapeError(f"input is {x.shape}, num_groups is {num_groups}", op=op,
                         expected="(N, C, ...) with C a multiple of num_groups")
    if math.prod(x.shape) == num_groups:
        raise ArgumentError(f"input is {x.shape}: one value a group has no variance", op=op,
                            expected="more than one value a group",
                            fix="Use fewer groups or a larger input.")
    w, b = (_parameter(v, name, x.shape[1:2], x, op) for v, name in ((weight, "weight"), (bias, "bias")))
    return wrap(_by_groups(x, num_groups, w, b, eps))


def _by_groups(x: Node, groups: int, w: Node | None, b: Node | None, eps: float) -> Node:
    channels, dtype, wide = x.shape[1:2], x.dtype, x.dtype.acc     # half types are rounded once, at the end
    y = bind(group_norm_p, (
        lin.cast(x, wide), lin.full(1, channels, wide) if w is None else lin.cast(w, wide),
        lin.full(0, channels, wide) if b is None else lin.cast(b, wide)), (groups, float(eps)))
    return lin.cast(y, dtype)


def instance_norm(input: Any, running_mean: Any = None, running_var: Any = None, weight: Any = None,
                  bias: Any = None, use_input_stats: bool = True, momentum: float = 0.1,
                  eps: float = 1e-5) -> Tensor:
    """Each channel of each sample of (N, C, ...) at mean 0 and variance 1, then weight and bias.

    Running statistics move towards the averages over the batch; with use_input_stats=False they are used
    instead.
    """
    op = "instance_norm"
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    x = float_input(input, op)
    if x.ndim < 3 or math.prod(x.shape[2:]) == 1:
        raise ShapeError(f"input is {x.shape}: one value a channel has no variance", op=op,
                         expected="(N, C, ...) with more than one value a channel")
    w, b = (_parameter(v, name, x.shape[1:2], x, op) for v, name in ((weight, "weight"), (bias, "bias")))
    if running_mean is not None or running_var is not None:
        rows = lin.reshape(x, (*x.shape[:2], math.prod(x.shape[2:])))
        count = rows.shape[2]
        mean, _, var = composite.moments(rows, (2,))
        _move(running_mean, _mean(mean, (0,)), momentum)
        _move(running_var, _mean(var, (0,)) * number_node(count / (count - 1.0), var.dtype), momentum)
    return wrap(_by_groups(x, x.shape[1], w, b, eps))


# ---------------------------------------------------------------- across neighbouring channels
def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75,
                        k: float = 1.0) -> Tensor:
    """x / (k + alpha mean(x**2 over `size` neighbouring channels, zeros beyond the ends))**beta; x is (N, C,
    ...)."""
    x = need_tensor(input, "local_response_norm")
    if x.ndim < 3 or size < 1:
        raise ShapeError(f"input is {x.shape}, size is {size}", op="local_response_norm",
                         expected="(N, C, d1, ...) and a size of at least 1")
    if 0 in x.shape:
        return wrap(bind(lin.alias_p, (x,)))
    whole = not x.dtype.is_floating_point
    rows = lin.reshape(x * x, (x.shape[0], x.shape[1], math.prod(x.shape[2:])))
    near = window_sums(lin.cast(rows, float64) if whole else rows, (size, 1), (1, 1), (size // 2, 0),
                       ((size - 1) // 2, 0))
    mean = lin.reshape(near, x.shape) / float(size)
    if whole:                                   # the mean of integers is one, cut off
        x, mean = lin.cast(x, default()), lin.cast(bind(p.trunc, (mean,)), default())
    base = number_node(k, x.dtype) + number_node(alpha, x.dtype) * mean
    return wrap(x / bind(p.pow_, (base, number_node(beta, x.dtype))))

"""Dropout: elements or whole channels set to zero at random, from the default generator."""

from __future__ import annotations

import math
import warnings
from typing import Any

from retrograd.base.dtype import bool_
from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape
from retrograd.engine.random import default_generator
from retrograd.functional.activation import float_input
from retrograd.functional.door import Tensor, need_tensor, number_node, wrap
from retrograd.functional.planned import planned
from retrograd.graph.node import Node, bind, const
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.constant import random_uniform

__all__ = ["dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"]

ALPHA = 1.7580993408473766     # SELU's limit for x -> -inf, with the sign changed


def _checked(p: float, op: str) -> float:
    if not 0.0 <= p <= 1.0:
        raise ArgumentError(f"p is {p}", op=op, expected="a probability from 0 to 1")
    return float(p)


def survives(x: Node, p: float, shape: Shape) -> Node:
    """True with probability 1 - p, one draw an element of `shape`, repeated over the rest of x's
    dimensions."""
    if p == 1.0:
        return const(False, bool_)
    return _drawn(x, *default_generator.draw(), number_node(p, x.dtype.acc), shape)


def _drawn(x: Node, seed: Node, counter: Node, least: Node, shape: Shape) -> Node:
    draw = bind(random_uniform, (seed, counter), (shape, x.dtype.acc.name))
    return lin.expand(draw >= least, x.shape, tuple(range(len(shape), x.ndim)))


def dropped(x: Node, p: float, shape: Shape | None = None) -> Node:
    """x / (1 - p) where it survives, else 0."""
    if p == 1.0:
        return bind(pw.where, (const(False, bool_), x, const(0, x.dtype)))
    least, scale = number_node(p, x.dtype.acc), number_node(1.0 / (1.0 - p), x.dtype)
    return _thinned((x, *default_generator.draw(), least, scale), x.shape if shape is None else shape)


@planned
def _thinned(nodes: tuple[Node, ...], shape: Shape) -> Node:
    """x times scale where a draw of seed and counter reaches the least that survives, else 0."""
    x, seed, counter, least, scale = nodes
    keep = _drawn(x, seed, counter, least, shape)
    return bind(pw.where, (keep, x * scale, const(0, x.dtype)))


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """x / (1 - p) with probability 1 - p, else 0, drawn for each element; the input itself unless training.

    Derivative: 1 / (1 - p) where the element survived, else 0. The draw comes from the default generator: the
    same after the same manual_seed.

    >>> import retrograd as rg
    >>> rg.nn.functional.dropout(rg.ones(3), p=0.5, training=False)
    tensor([1., 1., 1.])
    """
    x = float_input(input, "dropout")
    if _checked(p, "dropout") == 0.0 or not training:
        return input
    y = dropped(x, float(p))
    return input._write(y, "dropout_") if inplace else wrap(y)


def _channels(n: int, input: Any, p: float, training: bool, inplace: bool) -> Tensor:
    op = f"dropout{n}d"
    x = float_input(input, op)
    if x.ndim not in (n + 1, n + 2):
        if n == 1 or x.ndim < 2:
            raise ShapeError(f"input is {x.shape}", op=op,
                             expected=f"N, C and {n} more dimensions, or C and {n} more")
        warnings.warn(f"{op}: Received a {x.ndim}-D input to {op}, which is deprecated and will result in an "
                      "error in a future release. To retain the behavior and silence this warning, please "
                      f"use dropout instead. Note that {op} exists to provide channel-wise dropout on inputs "
                      f"with {n} spatial dimensions, a channel dimension, and an optional batch dimension "
                      f"(i.e. {n + 1}D or {n + 2}D inputs).", stacklevel=3)
    if _checked(p, op) == 0.0 or not training:
        return input
    # Two-dimensional dropout takes three dimensions as (N, C, L), as PyTorch does; the others as (C, ...).
    single = x.ndim == n + 1 and n != 2
    y = dropped(x, float(p), x.shape[:1] if single else x.shape[:2])
    return input._write(y, op + "_") if inplace else wrap(y)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, L) or (C, L)."""
    return _channels(1, input, p, training, inplace)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, H, W); three dimensions are taken as (N, C, L)."""
    return _channels(2, input, p, training, inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    return _channels(3, input, p, training, inplace)


def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """dropout for SELU networks: dropped elements become -1.7581, then a x + b restores mean 0 and variance
    1."""
    return _alpha("alpha_dropout", input, p, training, inplace, lambda x: x.shape)


def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False,
                          inplace: bool = False) -> Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""
    return _alpha("feature_alpha_dropout", input, p, training, inplace, lambda x: x.shape[:2])


def _alpha(op: str, input: Any, p: float, training: bool, inplace: bool, shape_of_draw: Any) -> Tensor:
    p = _checked(p, op)
    if p == 0.0 or not training:
        need_tensor(input, op)
        return input
    x = float_input(input, op)
    if p == 1.0:
        y = dropped(x, 1.0)
    else:
        scale = 1.0 / math.sqrt((ALPHA * ALPHA * p + 1.0) * (1.0 - p))
        shift = number_node(ALPHA * scale * p, x.dtype)
        keep = survives(x, p, shape_of_draw(x))
        y = x * number_node(scale, x.dtype)
        y = bind(pw.where, (keep, y, number_node(-ALPHA * scale, x.dtype))) + shift
    return input._write(y, op + "_") if inplace else wrap(y)

"""The same memory read as another dtype: no arithmetic, and no derivative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import by_name
from retrograd.base.errors import ShapeError
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, rng_for


def _infer(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    x, = inputs
    dtype = by_name(params[0])
    old, new = x.dtype.itemsize, dtype.itemsize
    if old == new:
        return x.shape, dtype
    if not x.shape or x.shape[-1] * old % new:
        raise ShapeError(f"a tensor of shape {x.shape} has {x.dtype.name} elements of {old} bytes", op="view",
                         expected=f"a last dimension that holds whole elements of {new} bytes")
    return (*x.shape[:-1], x.shape[-1] * old // new), dtype


def _np(x: Any, dtype: str) -> Any:
    return np.ascontiguousarray(x).reshape(x.shape).view(by_name(dtype).np)


def _sample() -> Iterator[Sample]:
    rng = rng_for("bits")
    yield Sample((rng.integers(-9, 9, (2, 4)),), ("float64",))
    yield Sample((rng.integers(-9, 9, (2, 4)),), ("int32",))


bits_p = Primitive("bits", "constant", "x", "dtype", infer=_infer, np=_np, constant=True, exact=True,
                   moves=True, complex=True, sample=_sample, flops=lambda n: 0)

"""Memory read with any strides: elements of a row go in, those at offset + sum(i * strides) come out.

The pullback adds what was read back to its places, which is a scatter; the pullback of that is a gather.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from retrograd.base.dtype import int64
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind, leaf
from retrograd.graph.primitive import Sample
from retrograd.ops import linear as lin
from retrograd.ops.families import rng_for, view
from retrograd.ops.gather import scatter_along_p


def _strided_np(x: Any, size: Shape, strides: Shape, offset: int) -> Any:
    step = x.strides[-1]
    return np.lib.stride_tricks.as_strided(x[..., offset:], x.shape[:-1] + size,
                                           x.strides[:-1] + tuple(s * step for s in strides), writeable=False)


@lru_cache(maxsize=256)
def places(size: Shape, strides: Shape, offset: int) -> Any:
    """Where each element lies in the row.

    >>> places((2, 2), (3, 1), 1).tolist()
    [[1, 2], [4, 5]]
    """
    at: Any = np.full(size, offset, np.int64)
    for d, (n, s) in enumerate(zip(size, strides)):
        at += (np.arange(n) * s).reshape((n,) + (1,) * (len(size) - d - 1))
    return at


def _added_back(g: Node, x_aval: Any, size: Shape, strides: Shape, offset: int) -> Node:
    lead, count = x_aval.shape[:-1], numel(size)
    at = np.broadcast_to(places(size, strides, offset).reshape(count), (*lead, count))
    index = leaf(np.ascontiguousarray(at), int64)
    return bind(scatter_along_p, (lin.reshape(g, (*lead, count)), index), (len(lead), x_aval.shape))


def _sample() -> Iterator[Sample]:
    rng = rng_for("strided")
    yield Sample((rng.uniform(-1, 1, (12,)),), ((2, 3), (4, 1), 2))
    yield Sample((rng.uniform(-1, 1, (2, 7)),), ((3, 2), (2, 1), 1))


strided_p = view("strided", _strided_np, "size strides offset",
                 lambda i, p: (i[0].shape[:-1] + p[0], i[0].dtype), transpose=_added_back, strided=True,
                 batch=lambda p, x: p, sample=_sample)

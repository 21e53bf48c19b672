"""Contraction: the batched matrix product, closed under differentiation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import float32
from retrograd.base.errors import ShapeError
from retrograd.graph.node import Node, bind
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.linear import swap_last


def infer_matmul(inputs: tuple[Node, ...], params: Any = ()) -> Inferred:
    a, b = inputs
    if a.shape[-1] != b.shape[-2]:
        hint = "a @ b.T" if a.shape[-1] == b.shape[-1] else "a.T @ b" if a.shape[-2] == b.shape[-2] else ""
        raise ShapeError(f"inner sizes differ: a is {a.shape}, b is {b.shape}", op="matmul",
                         expected="a[..., k] @ b[k, ...]", fix=f"Did you mean  {hint} ?" if hint else "")
    assert a.shape[:-2] == b.shape[:-2], f"matmul was given batches {a.shape} and {b.shape}"
    return a.shape[:-1] + b.shape[-1:], a.dtype


def _matmul_np(a: Any, b: Any) -> Any:
    # One layout, so that the library picks one order of summation whatever view the operand came from.
    if a.dtype.kind in "biu":
        return np.matmul(a, b)
    return np.matmul(np.ascontiguousarray(a), np.ascontiguousarray(b))


def _sample() -> Iterator[Sample]:
    rng = rng_for("matmul")
    for a, b in (((2, 3), (3, 4)), ((2, 3, 2), (2, 2, 1)), ((1, 0), (0, 2))):
        yield Sample((rng.uniform(-1, 1, a), rng.uniform(-1, 1, b)))


matmul_p = Primitive(
    "matmul", "contract", "a b", infer=infer_matmul, np=_matmul_np, lower="product", sample=_sample,
    transpose=(lambda g, b: matmul(g, swap_last(b)), lambda g, a: matmul(swap_last(a), g)),
    flops=lambda n: 2 * int(np.prod(n.shape)) * n.inputs[0].shape[-1])


def _dot_infer(inputs: tuple[Node, ...], params: Any = ()) -> Inferred:
    return infer_matmul(inputs)[0], float32


# What a compiler makes of a product of bfloat16 where the processor has an instruction for it.
dot_p = Primitive("dot_bfloat16", "contract", "a b", infer=_dot_infer, lower="product", constant=True,
                  np=lambda a, b: np.matmul(a.astype(np.float32), b.astype(np.float32)),
                  flops=lambda n: 2 * int(np.prod(n.shape)) * n.inputs[0].shape[-1])
"""The product of two bfloat16 matrices as float32, two terms at a time."""


def matmul(a: Node, b: Node) -> Node:
    """c[..., i, j] = sum_k a[..., i, k] b[..., k, j]; equal batch axes."""
    return bind(matmul_p, (a, b))

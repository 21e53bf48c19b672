"""Types that are stored but not computed with, and a node's inputs in the type that it is computed in.

    %1 = add(%0, %0) : bf16[4]     ->     %1 = cast(%0) dtype='float32' : f32[4]
                                          %2 = add(%1, %1) : f32[4]
                                          %3 = cast(%2) dtype='bfloat16' : bf16[4]

Half types are computed in float32 and rounded once a node; uint8 is computed in int16, whose low byte is the
same whatever was carried above it. In a fused loop the two casts are a rounding in a register.
"""

from __future__ import annotations

from retrograd.base.dtype import DType, bfloat16, float16, float32, int16, uint8
from retrograd.codegen.jit import host
from retrograd.graph.node import Node, bind, const, const_p, scalar_p
from retrograd.ops.contract import dot_p, matmul_p
from retrograd.ops.linear import cast, cast_p

WIDE: dict[DType, DType] = {float16: float32, bfloat16: float32, uint8: int16}


def wide(dtype: DType) -> DType:
    """The type that values of a dtype are computed in."""
    return WIDE.get(dtype, dtype)


def needs_wide(n: Node) -> bool:
    """Whether a node computes with values of a type that is only stored. A composite without a meaning of its
    own is computed node by node, and each of its nodes is asked."""
    if n.prim.moves or n.prim.alias or n.prim.strided or n.prim.np is None or n.prim is dot_p:
        return False
    return n.dtype in WIDE or any(i.dtype in WIDE for i in n.inputs)


def widened(n: Node, inputs: tuple[Node, ...]) -> Node:
    """The node on wide inputs, before its result is rounded; or one that takes them as they are."""
    if n.prim is matmul_p and n.dtype is bfloat16 and host().dots and n.inputs[0].shape[-1] % 2 == 0 \
            and 1 not in n.shape[-2:]:
        return bind(dot_p, inputs)
    names = {d.name: w.name for d, w in WIDE.items()}
    params = tuple(names.get(p, p) if isinstance(p, str) else p for p in n.params)
    return bind(n.prim, tuple(_wide_input(i) for i in inputs), params)


def _wide_input(i: Node) -> Node:
    # A number written by the user is not rounded to the half type first: as in NumPy's tier, and in PyTorch.
    if i.prim is const_p and i.value is None:
        return const(i.params[0], wide(i.dtype))
    return cast(i, wide(i.dtype))


def rounded_number(i: Node) -> Node:
    """A number that is moved to where values of its type are stored."""
    return bind(cast_p, (i,), (i.dtype.name,)) if i.prim is scalar_p and i.dtype in WIDE else i

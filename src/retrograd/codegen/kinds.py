"""How a node is computed: by which kind of work. Asked of the node alone, never of its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from retrograd.base.dtype import DType, float32, float64, int64
from retrograd.base.shape import numel
from retrograd.codegen.canonicalize import native_dtypes
from retrograd.codegen.emit.probe import result_dtype
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive


class Kind(NamedTuple):
    """A kind of work, and which nodes of that lowering it has kernels for."""

    name: str
    takes: Callable[[Node], bool]


def makes(*dtypes: DType) -> Callable[[Node], bool]:
    """Nodes whose result has one of those dtypes."""
    return lambda n: n.dtype in dtypes


_FOLD = Kind("fold", makes(float32, float64, int64))
KINDS: dict[str, Kind] = {          # by the `lower` of the primitive
    "sum": _FOLD, "max": _FOLD, "min": _FOLD,
    "product": Kind("product", makes(float32, float64)),
}


@lru_cache(maxsize=4096)
def has_kernel(prim: Primitive, dtypes: tuple[str, ...], params: tuple[object, ...], out: str) -> bool:
    """Whether the lowering of a pointwise primitive supports those dtypes."""
    lower = prim.lower
    if not callable(lower):
        return False
    return result_dtype(lambda m, *x: lower(m, *x, *params), dtypes) == out


def kind_of(n: Node) -> str:
    """ "view", "loop", a kind from the table, or "numpy"."""
    prim = n.prim
    if prim.alias or prim.strided:
        return "view"
    if not native_dtypes(n) or numel(n.shape) == 0 or any(numel(i.shape) == 0 for i in n.inputs):
        return "numpy"
    if prim.family == "pointwise":
        names = tuple(i.dtype.name for i in n.inputs)
        return "loop" if has_kernel(prim, names, n.params, n.dtype.name) else "numpy"
    kind = KINDS.get(prim.lower) if isinstance(prim.lower, str) else None
    return kind.name if kind is not None and kind.takes(n) else "numpy"

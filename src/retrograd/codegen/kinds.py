"""How a node is computed: by which kind of work. Asked of the node alone, never of its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from retrograd.base.dtype import INTEGER, DType, bool_, float32, float64, int8, int16, int32, int64
from retrograd.codegen.canonicalize import canonicalize
from retrograd.codegen.emit.probe import result_dtype
from retrograd.codegen.emit.types import REGISTER
from retrograd.codegen.jit import host
from retrograd.codegen.widen import wide
from retrograd.graph.body import Body
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, const_p, hole
from retrograd.graph.primitive import Primitive

FOLLOWED = ("product", "conv")      # kinds of work whose kernels take an epilogue


class Kind(NamedTuple):
    """A kind of work, and which nodes of that lowering it has kernels for."""

    name: str
    takes: Callable[[Node], bool]
    empty: bool = False     # whether operands may be without elements


def makes(*dtypes: DType) -> Callable[[Node], bool]:
    """Nodes whose result is computed in one of those dtypes."""
    return lambda n: wide(n.dtype) in dtypes


def moves(n: Node) -> bool:
    """Elements of any dtype, moved to or from places that int64 indices name."""
    return not n.dtype.is_complex and all(i.dtype in (n.dtype, int64) for i in n.inputs)


def adds(n: Node) -> bool:
    """The same, where what is moved is added up in its own dtype."""
    return moves(n) and n.dtype is not bool_


def repeats(n: Node) -> bool:
    """Loops over time of which every step has kernels."""
    loop = n.params[0]
    return loop.length > 0 and all([i.dtype is aval.dtype for i, aval in zip(n.inputs, loop.body.inputs)]) \
        and _native_body(loop.body)


@lru_cache(maxsize=1024)
def _native_body(body: Body) -> bool:
    roots = canonicalize(body.bound([hole(*aval) for aval in body.inputs]))
    return all([n.prim is const_p or not n.inputs or kind_of(n) != "numpy" for n in topological(roots)])


_NUMBERS = (float32, float64, int64, int32, int16, int8)
_MULTIPLIED = (float32, float64, int32, int64)
_EXTREME = Kind("fold", makes(*_NUMBERS, bool_))
_ARG = Kind("arg", lambda n: wide(n.inputs[0].dtype) in (*_NUMBERS, bool_))
KINDS: dict[str, Kind] = {          # by the `lower` of the primitive
    "sum": Kind("fold", makes(*_NUMBERS)), "max": _EXTREME, "min": _EXTREME,
    "argmax": _ARG, "argmin": _ARG, "scan": Kind("scan", makes(*_NUMBERS)),
    "overlap": Kind("overlap", makes(*_NUMBERS)),
    "product": Kind("product", makes(*_MULTIPLIED)), "conv": Kind("conv", makes(*_MULTIPLIED)),
    "conv_weight": Kind("conv_weight", makes(*_MULTIPLIED)),
    "conv_input": Kind("conv_input", makes(*_MULTIPLIED)),
    "attention": Kind("attention", makes(float32, float64)),
    "attention_back": Kind("attention_back", makes(float32, float64)),
    "uniform": Kind("draw", makes(float32, float64)), "normal": Kind("draw", makes(float32, float64)),
    "integers": Kind("choose", makes(int64)),
    "pick": Kind("pick", lambda n: wide(n.inputs[0].dtype) in _NUMBERS),
    "spread": Kind("spread", makes(*_NUMBERS)),
    "concat": Kind("concat", moves, empty=True), "pad": Kind("pad", moves, empty=True),
    "update": Kind("update", moves, empty=True),
    "uses": Kind("uses", moves),
    "take": Kind("take", moves), "gather": Kind("gather", moves), "place": Kind("place", moves, empty=True),
    "check": Kind("check", lambda n: n.dtype.kind == INTEGER or n.dtype in (float32, float64)),
    "recurrence": Kind("recurrence", repeats),
    "scatter": Kind("scatter", adds), "add_at": Kind("add_at", adds),
}


@lru_cache(maxsize=4096)
def has_kernel(prim: Primitive, dtypes: tuple[str, ...], params: tuple[object, ...], out: str,
               half: bool) -> bool:  # noqa: ARG001  part of the key: `result_dtype` asks the machine
    """Whether the lowering of a pointwise primitive supports those dtypes, on a machine that converts halves
    or does not."""
    lower = prim.lower
    if not callable(lower):
        return False
    made = result_dtype(lambda m, *x: lower(m, *x, *params), dtypes)
    return made is not None and REGISTER[made] == REGISTER[out]


def kind_of(n: Node) -> str:
    """ "view", "loop", a kind from the table, or "numpy"."""
    prim = n.prim
    if prim.alias or prim.strided:
        return "view"
    kind = KINDS.get(prim.lower) if isinstance(prim.lower, str) else None
    if 0 in n.shape or not (kind and kind.empty) and any([0 in i.shape for i in n.inputs]):
        return "numpy"
    if kind is not None:
        return kind.name if kind.takes(n) else "numpy"
    if prim.family == "pointwise":
        names = tuple([i.dtype.name for i in n.inputs])
        return "loop" if has_kernel(prim, names, n.params, n.dtype.name, host().half) else "numpy"
    return "numpy"

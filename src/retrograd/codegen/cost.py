"""Nodes go in; how many operations they take comes out, and what a program made of them costs at least."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from retrograd.base.shape import numel
from retrograd.codegen.emit.flops import count
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive

UNKNOWN = 50


def flops(n: Node) -> int:
    """Operations an element, as the lowering of the primitive counts them."""
    return _flops(n.prim, n.params, len(n.inputs))


@lru_cache(maxsize=4096)
def _flops(prim: Primitive, params: tuple[object, ...], arity: int) -> int:
    lower = prim.lower
    if not callable(lower):
        return UNKNOWN
    try:
        return count(lambda m, *x: lower(m, *x, *params), arity)
    except (AttributeError, TypeError):     # a lowering of the user's own that does not only compose
        return UNKNOWN


def operations(n: Node) -> int:
    """Operations of a whole node."""
    if n.prim.family == "pointwise" and callable(n.prim.lower):
        return flops(n) * numel(n.shape)
    return int(n.prim.flops(n)) if n.prim.flops is not None else 0


@dataclass(frozen=True)
class KernelCost:
    """One kernel of a program: operations, bytes that must move at least once, seconds it takes at least."""

    name: str
    flops: int
    nbytes: int
    seconds: float


@dataclass(frozen=True)
class Cost:
    """What a call costs: operations, bytes, the least time for them, and planned memory; kernel by kernel.

    A kernel takes at least as long as its operations take at the machine's peak, and as its bytes take at its
    bandwidth, whichever is longer.
    """

    kernels: tuple[KernelCost, ...]
    peak_bytes: int         # that the largest program plans beside its arguments
    programs: int

    @property
    def flops(self) -> int:
        return sum(k.flops for k in self.kernels)

    @property
    def nbytes(self) -> int:
        return sum(k.nbytes for k in self.kernels)

    @property
    def seconds(self) -> float:
        return sum(k.seconds for k in self.kernels)

    def __repr__(self) -> str:
        lines = [f"{'operations':>14s} {'bytes':>14s} {'at least us':>12s}"]
        rows = [*self.kernels, KernelCost("total", self.flops, self.nbytes, self.seconds)]
        lines += [f"{k.flops:>14,} {k.nbytes:>14,} {1e6 * k.seconds:>12.1f}  {k.name}" for k in rows]
        lines.append(f"{self.programs} programs, planned peak {self.peak_bytes:,} bytes")
        return "\n".join(lines)

"""Nodes go in; how many operations they take comes out, and what a program made of them costs at least."""

from __future__ import annotations

from dataclasses import dataclass

from retrograd.graph.node import Node
from retrograd.ops.flops import per_element


def flops(n: Node) -> int:
    """Operations an element of a pointwise node, as the lowering of the primitive counts them."""
    return per_element(n.prim.lower, n.params, len(n.inputs))


def operations(n: Node) -> int:
    """Operations of a whole node."""
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

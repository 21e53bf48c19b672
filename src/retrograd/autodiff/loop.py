"""A loop over time as data: what one step is, how often, and which of its values are kept.

    for t in order:  *carry, *ys = body(*consts, *carry, *[x[t] for x in xs])

What is kept lies side by side in one array: for each output a block of its shape. `("path", k)` is carry k
before the first step and after every step, (length + 1, ...), in the order of the xs: of a loop that runs
backwards the first carry comes last. `("last", k)` is carry k at the end, `("each", j)` all values of y j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.base.shape import Shape, numel
from retrograd.graph.aval import Aval
from retrograd.graph.body import Body
from retrograd.graph.node import Node, bind, hole
from retrograd.ops import linear as lin

Output = tuple[str, int]


@dataclass(frozen=True)
class Loop:
    """`consts` and `carries` count inputs of the body; the others are slices of the xs. Outputs are of one
    dtype. `save`: whether a loop recorded for it keeps what the pullback reads, or only the carries."""

    body: Body
    consts: int
    carries: int
    length: int
    reverse: bool
    outputs: tuple[Output, ...]
    save: bool = True

    def __repr__(self) -> str:
        names = ",".join(f"{kind} {k}" for kind, k in self.outputs)
        way = "backwards, " if self.reverse else ""
        return f"<{self.length} times {way}{self.body} {names}>"

    @property
    def sizes(self) -> tuple[int, ...]:
        """What may be a symbol (engine/families.py)."""
        return self.length,

    @property
    def structure(self) -> tuple[Any, ...]:
        """Everything but the sizes."""
        return self.body, self.consts, self.carries, self.reverse, self.outputs, self.save

    def resized(self, sizes: Sequence[int]) -> Loop:
        """The same loop in other sizes."""
        return replace(self, length=sizes[0])

    @property
    def xs(self) -> int:
        """How many inputs are walked along."""
        return len(self.body.inputs) - self.consts - self.carries

    def aval(self, output: Output) -> Aval:
        """Shape and dtype of an output."""
        kind, k = output
        one = self.body.results[k + (self.carries if kind == "each" else 0)]
        if kind == "last":
            return one
        return Aval((self.length + (kind == "path"), *one.shape), one.dtype)

    @cached_property
    def blocks(self) -> tuple[tuple[int, Shape], ...]:
        """Where each output begins, and its shape."""
        found, at = [], 0
        for output in self.outputs:
            shape = self.aval(output).shape
            found.append((at, shape))
            at += numel(shape)
        return tuple(found)

    @cached_property
    def size(self) -> int:
        """Elements of all outputs."""
        return sum([numel(shape) for _, shape in self.blocks])

    @cached_property
    def dtype(self) -> DType:
        """Of all outputs."""
        return self.aval(self.outputs[0]).dtype

    @property
    def order(self) -> range:
        """The times in the order they are computed in."""
        return range(self.length - 1, -1, -1) if self.reverse else range(self.length)

    def run(self, *arrays: Any) -> Any:
        """The meaning in NumPy."""
        consts, carry = arrays[:self.consts], list(arrays[self.consts:self.consts + self.carries])
        xs = arrays[self.consts + self.carries:]
        out = np.empty(self.size, self.dtype.np)
        places = [(kind, k, out[at:at + numel(shape)].reshape(shape))
                  for (kind, k), (at, shape) in zip(self.outputs, self.blocks)]
        paths = [(k, place) for kind, k, place in places if kind == "path"]
        for k, place in paths:
            place[self.length if self.reverse else 0] = carry[k]
        for t in self.order:
            values = self.body.run([*consts, *carry, *[x[t] for x in xs]])
            carry = values[:self.carries]
            for k, place in paths:
                place[t if self.reverse else t + 1] = carry[k]
            for kind, k, place in places:
                if kind == "each":
                    place[t] = values[self.carries + k]
        for kind, k, place in places:
            if kind == "last":
                place[...] = carry[k]
        return out

    # ------------------------------------------------------------ reading what was kept
    def block(self, y: Node, output: Output) -> Node:
        """One output of the array of all."""
        at, shape = self.blocks[self.outputs.index(output)]
        return cut(y, at, shape)

    def before(self, y: Node, k: int) -> Node:
        """Carry k as each step saw it."""
        return self._path(y, k, self.reverse)

    def after(self, y: Node, k: int) -> Node:
        """Carry k as each step left it."""
        return self._path(y, k, not self.reverse)

    def first(self, y: Node, k: int) -> Node:
        """Carry k before the first step, from its path."""
        at, shape = self.blocks[self.outputs.index(("path", k))]
        return cut(y, at + (self.length * numel(shape[1:]) if self.reverse else 0), shape[1:])

    def _path(self, y: Node, k: int, late: bool) -> Node:
        at, shape = self.blocks[self.outputs.index(("path", k))]
        return cut(y, at + (numel(shape[1:]) if late else 0), (self.length, *shape[1:]))

    def pack(self, parts: Sequence[Node | None]) -> Node:
        """Values of all outputs side by side; None is zero."""
        flat = [lin.full(0, (numel(shape),), self.dtype) if p is None else lin.reshape(p, (numel(shape),))
                for p, (_, shape) in zip(parts, self.blocks)]
        return flat[0] if len(flat) == 1 else bind(lin.concat_p, tuple(flat), (0,))


def cut(y: Node, at: int, shape: Shape) -> Node:
    """A box of a flat array."""
    return lin.reshape(lin.slice_(y, (at,), (at + numel(shape),), (1,)), shape)


@lru_cache(maxsize=1024)
def operations(body: Body) -> int:
    """Of one step."""
    nodes = body.values([hole(*aval) for aval in body.inputs])[len(body.inputs):]
    return sum([int(n.prim.flops(n)) for n in nodes if n.prim.flops is not None])

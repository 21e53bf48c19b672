"""A reduction over many elements to few results goes in; the same in two steps, of which the first can be
cut, comes out.

The kernel of a reduction adds in chunks (loops/reduce.py). The sum of a chunk is a result of its own here,
and the chunks are added by a second call: the same additions in the same order, as long as there are no more
than CHUNK of them. A row is dealt out to a fixed number of partial sums, so it is folded as so many columns;
what is left of it lies behind them, where the second call finds it as what is left of its row.

    sum of 100,000 floats   ->   (6, 256, 64) to (6, 64);  (1, 26, 64) to (1, 64);  32 moved;  480 to 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from retrograd.base.shape import Shape
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.reduce import CHUNK, Reduce
from retrograd.codegen.lowering.call import Address, Call, Scratch, moved, stride_letters

LARGE = 1 << 16         # elements of a result
FEW = 16                # results; more of them are work enough for any number of threads


class Source(NamedTuple):
    """An operand: its first element, its dtype, its strides over (folded, inner)."""

    start: Address
    dtype: str
    strides: Shape


def partial_sums(dtype: str) -> int:
    """Among how many a row is dealt out."""
    return 256 // SIZE[dtype]


def worth_splitting(dtype: str, outer: int, folded: int, inner: int) -> bool:
    """By shape alone, since more than CHUNK chunks are added in another order."""
    columns = partial_sums(dtype) if inner == 1 else inner
    return SIZE[dtype] >= 4 and outer < FEW and folded * inner >= max(LARGE, 2 * CHUNK * columns)


def split(nest: Reduce, sources: Sequence[Source], folded: int, inner: int, out: Address,
          flops: float) -> list[Call]:
    """Calls for a reduction of (1, folded, inner); `nest` says what is done to the elements."""
    size = out.itemsize
    row = inner == 1
    if row:                                 # walk over it as a matrix
        inner = partial_sums(nest.dtype)
        sources = [s._replace(strides=(s.strides[0] * inner, s.strides[0])) for s in sources]
        nest = replace(nest, strip=inner)
    rows, rest = divmod(folded, inner) if row else (folded, 0)
    chunks, last = divmod(rows, CHUNK)
    partial = Scratch(((chunks + (last > 0)) * inner + rest) * size)

    def step(outer: int, count: int, begin: int, columns: int) -> Call:
        """Chunks of so many rows, from row `begin` on, to where their sums belong."""
        walks = [(CHUNK * s.strides[0], *s.strides) for s in sources]
        letters = [stride_letters(w) for w in walks]
        kernel = replace(nest, inputs=tuple(Operand(s.dtype, a) for s, a in zip(sources, letters)))
        at = [s.start._replace(offset=s.start.offset + begin * s.strides[0]) for s in sources]
        target = Address(partial, -(-begin // CHUNK) * inner, size)
        given = [s for a, w in zip(letters, walks) for letter, s in zip(a, w) if letter == "s"]
        done = outer * count * columns
        cost = nanoseconds(flops * done / (folded * (1 if row else inner)),
                           moved((outer, count, columns), walks, kernel.inputs))
        return Call(kernel, [*at, target, 0, outer, count, columns, 0, columns, *given], axes=kernel.axes(),
                    cost=cost)

    calls = [step(chunks, CHUNK, 0, inner)]
    if last:
        calls.append(step(1, last, chunks * CHUNK, inner))
    if rest:
        calls.append(step(1, 1, rows, rest))
    terms = partial.nbytes // size
    operand = Operand(nest.dtype, "01" if row else "0s1")
    total = replace(nest, inputs=(operand,), steps=(Step(lambda m, v: v, (0,), "same"),))
    extents = [0, 1, terms] if row else [0, 1, terms // inner, inner, 0, inner, inner]
    calls.append(Call(total, [Address(partial, 0, size), out, *extents]))
    return calls

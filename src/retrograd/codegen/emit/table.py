"""Sixteen numbers and an index a lane go in; the number that each lane names comes out.

AVX-512 and AVX2 hold such a table in one register, or two, and read it by one instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llvmlite import ir

from retrograd.codegen.emit.types import f32, i32, splat, width_of
from retrograd.codegen.jit import host

if TYPE_CHECKING:
    from retrograd.codegen.emit.algebra import LLVMAlgebra

SIZE = 16


def looked_up(m: LLVMAlgebra, name: str, values: Sequence[float], index: ir.Value) -> ir.Value:
    """values[index % 16], of float32."""
    assert len(values) == SIZE, name
    lanes = width_of(index.type)
    if lanes and host().vector_bytes == 64 and lanes % SIZE == 0:
        return in_pieces(m, SIZE, lambda i: _permuted(m, "avx512.permvar.sf.512", values, i), index)
    if lanes and host().vector_bytes >= 32:
        return in_pieces(m, SIZE // 2, lambda i: _of_two(m, values, i), index)
    return m.lookup(name, f32, values, m.b.and_(index, splat(index.type, SIZE - 1)))


class Intervals(NamedTuple):
    """A function with f(x) = x + x s(x) near 0, on sixteen intervals that are shorter where it bends more.

    The interval of x >= 0 is named by the leading bits of x + offset, but for the last `shift`. Columns: the
    middles of the intervals, f there, and the coefficients of (f(middle + r) - f(middle)) / r in r. In the
    first interval, below `first`, r is x, and the coefficients are those of s. From `one` on f is 1.
    """

    offset: float
    shift: int
    first: float
    one: float
    columns: tuple[tuple[float, ...], ...]


def on_intervals(m: LLVMAlgebra, name: str, f: Intervals, x: ir.Value) -> ir.Value:
    """f(x) for a float32 x >= 0."""
    b = m.b
    moved = b.fadd(x, m.like(x, f.offset))
    index = b.lshr(m.bits(moved), m.like_bits(x, f.shift))
    middle, base, *terms = (looked_up(m, f"{name}_{k}", c, index) for k, c in enumerate(f.columns))
    r = b.fsub(x, middle)
    total = terms.pop()
    while terms:
        total = m.fma(total, r, terms.pop())
    near = b.fcmp_ordered("<", moved, m.like(x, f.offset + f.first))
    value = m.fma(r, total, b.select(near, x, base))
    # The last interval comes to the number before 1. Where x is NaN, so is the value.
    return b.select(b.fcmp_ordered(">", x, m.like(x, f.one)), m.like(x, 1.0), value)


def _of_two(m: LLVMAlgebra, values: Sequence[float], index: ir.Value) -> ir.Value:
    """From two tables of eight; the bit that says which is moved to where an instruction looks for it."""
    half = SIZE // 2
    low, high = (_permuted(m, "avx2.permps", part, index) for part in (values[:half], values[half:]))
    moved = m.b.shl(index, splat(index.type, 32 - SIZE.bit_length() + 1))
    return m.b.select(m.b.icmp_signed("<", moved, splat(index.type, 0)), high, low)


def _permuted(m: LLVMAlgebra, instruction: str, values: Sequence[float], index: ir.Value) -> ir.Value:
    table = ir.Constant(ir.VectorType(f32, len(values)), [ir.Constant(f32, v) for v in values])
    return m.intrinsic(f"llvm.x86.{instruction}", table.type, table, index)


def in_pieces(m: LLVMAlgebra, lanes: int, function: Callable[..., ir.Value], *vectors: ir.Value) -> ir.Value:
    """A function of vectors of `lanes` lanes over shorter or longer ones."""
    width = width_of(vectors[0].type)
    if width == lanes:
        return function(*vectors)
    parts = [function(*(_lanes_of(m, v, at, lanes) for v in vectors)) for at in range(0, width, lanes)]
    while len(parts) > 1:
        assert len(parts) % 2 == 0, width
        parts = [_side_by_side(m, *pair) for pair in zip(parts[::2], parts[1::2])]
    return parts[0] if width > lanes else _lanes_of(m, parts[0], 0, width)


def _lanes_of(m: LLVMAlgebra, v: ir.Value, begin: int, count: int) -> ir.Value:
    """`count` lanes from `begin` on; past the end, again from lane 0."""
    places = [at % v.type.count for at in range(begin, begin + count)]
    return m.b.shuffle_vector(v, v, ir.Constant(ir.VectorType(i32, count), places))


def _side_by_side(m: LLVMAlgebra, a: ir.Value, b: ir.Value) -> ir.Value:
    places = list(range(2 * a.type.count))
    return m.b.shuffle_vector(a, b, ir.Constant(ir.VectorType(i32, len(places)), places))

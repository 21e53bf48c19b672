"""Numbers of blocks, a counter and a seed, scalars or vectors of i64, go in; four words of 32 bits a block
come out: those of `ops/philox.py`, bit for bit."""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.types import i64, splat
from retrograd.ops.philox import M0, M1, ROUNDS, W0, W1

_LOW = 0xFFFFFFFF

Keys = list[tuple[ir.Value, ir.Value]]


def keys_of(b: ir.IRBuilder, seed: ir.Value) -> Keys:
    """The two keys of each round, of a scalar seed."""
    k0, k1 = b.and_(seed, i64(_LOW)), b.lshr(seed, i64(32))
    return [(b.and_(b.add(k0, i64(r * W0)), i64(_LOW)), b.and_(b.add(k1, i64(r * W1)), i64(_LOW)))
            for r in range(ROUNDS)]


def words_of(b: ir.IRBuilder, block: ir.Value, counter: ir.Value, keys: Keys) -> list[ir.Value]:
    """Ten rounds; words of 32 bits in i64, whose products are one instruction of any vector unit. All are of
    the type of `block`."""
    def same(value: int) -> ir.Value:
        return splat(block.type, value)
    low, half = same(_LOW), same(32)
    c0, c1 = b.and_(block, low), b.lshr(block, half)
    c2, c3 = b.and_(counter, low), b.lshr(counter, half)
    for k0, k1 in keys:
        p0, p1 = b.mul(c0, same(M0)), b.mul(c2, same(M1))
        c0, c1, c2, c3 = (b.xor(b.xor(b.lshr(p1, half), c1), k0), b.and_(p1, low),
                          b.xor(b.xor(b.lshr(p0, half), c3), k1), b.and_(p0, low))
    return [c0, c1, c2, c3]

"""The seed and the counter of a draw go in; a function comes out that fills a tile, keys down and queries in
the lanes, with `factor` where a weight survives dropout and 0 where it does not.

Weight (row r, key j) takes word r * 4 * step + j of the draw, where rows are counted over all matrices of the
batch and `step` is a quarter of the keys, rounded up: a block of the generator is four keys of one query. It
survives if the upper 24 bits of its word are at least `threshold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from llvmlite import ir

from retrograd.codegen.contract.tile import Tile
from retrograd.codegen.emit.philox import keys_of, words_of
from retrograd.codegen.emit.types import MEMORY, SIZE, i64, pointer, splat, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import broadcast
from retrograd.ops.philox import WORDS


@dataclass(frozen=True)
class MayDrop:
    """A kernel of attention; where it drops weights it has further arguments. `factor` is the bits of a
    float64."""

    tile: Tile
    drops: bool = False
    own: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]

    @property
    def pointers(self) -> tuple[str, ...]:
        return (*self.own[0], "seed", "counter") if self.drops else self.own[0]

    @property
    def integers(self) -> tuple[str, ...]:
        return (*self.own[1], "step", "threshold", "factor") if self.drops else self.own[1]

    def parameters(self) -> tuple[str, ...]:
        return self.pointers + self.integers


def survivors_function(module: ir.Module, tile: Tile, rows: int) -> ir.Function:
    """`void f(tile, count, block, step, seed, counter, threshold, factor)` for `count` keys of a tile of
    `rows` queries, of which the first has its first key in that block; made once a module."""
    name = f"survivors_{tile.dtype}"
    known = module.globals.get(name)
    if known is not None:
        return known
    element, lanes = MEMORY[tile.dtype], tile.lanes
    kind = ir.FunctionType(void, [pointer, i64, i64, i64, i64, i64, i64, element])
    function = ir.Function(module, kind, name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    target, count, block, step, seed, counter, threshold, factor = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    whole, vector = ir.VectorType(i64, lanes), ir.VectorType(element, lanes)
    keys = [(broadcast(b, k0, lanes), broadcast(b, k1, lanes)) for k0, k1 in keys_of(b, seed)]
    counters, least_word = broadcast(b, counter, lanes), broadcast(b, threshold, lanes)
    kept, dropped = broadcast(b, factor, lanes), splat(vector, 0.0)
    with loop(b, i64(0), i64(rows), lanes) as first:
        numbers = b.add(broadcast(b, first, lanes), ir.Constant(whole, list(range(lanes))))
        blocks = b.add(broadcast(b, block, lanes), b.mul(numbers, broadcast(b, step, lanes)))
        with loop(b, i64(0), count, WORDS) as j:
            quarter = broadcast(b, b.udiv(j, i64(WORDS)), lanes)
            for k, word in enumerate(words_of(b, b.add(blocks, quarter), counters, keys)):
                survives = b.icmp_unsigned(">=", b.lshr(word, splat(whole, 8)), least_word)
                place = b.add(b.mul(b.add(j, i64(k)), i64(rows)), first)
                b.store(b.select(survives, kept, dropped), b.gep(target, [place], source_etype=element),
                        align=SIZE[tile.dtype])
    b.ret_void()
    return function

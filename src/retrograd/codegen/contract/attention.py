"""Queries, keys and values with any strides go in; a kernel that gathers for each query what it attends to,
tile by tile of scores, comes out.

    y = softmax(scale q k^T + bias) v,  and the logarithm of each row's sum of exponentials

For a block of queries the keys pass by in tiles of KEYS. With each tile the largest score m and the sum l of
exp(score - m) are brought up to date, and what was gathered so far is scaled to the new m (Dao,
"FlashAttention-2", 2023). Tiles that a causal block cannot see are not computed. A row that sees nothing
gathers zeros, and the logarithm of its sum is written as +inf, so that its weights are 0 in the pullback.
Weights that are dropped (contract/attention_drop.py) count in the sums and gather nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.attention_drop import MayDrop
from retrograd.codegen.contract.blocks import LOWEST, Blocks, masked_store, queries, strides_of
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i64, splat
from retrograd.codegen.loops.loop import fold, least, loop

KEYS = 128          # of a tile: part of the meaning, as the blocks of k of a product are
POINTERS = ("q", "k", "v", "bias", "y", "sums")
# Work is cut by the beginnings; `scale` is the bits of a float64; query i sees keys to i + ahead; a head of q
# and k has `width` elements, one of v `values`. The batch is counted along three axes, the last two named.
INTEGERS = (
    "batch_begin", "batch_end", "row_begin", "row_end", "middle", "inner",
    "length", "keys", "width", "values", "ahead", "scale", "biased",
    *strides_of("q", "row", "depth"), *strides_of("k", "row", "depth"), *strides_of("v", "row", "depth"),
    *strides_of("bias", "row", "key"), *strides_of("y", "row"))


@dataclass(frozen=True)
class Attention(MayDrop):
    own = POINTERS, INTEGERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), batch_begin=1, row_begin=queries(self.tile.dtype))


def emit_attention(module: ir.Module, name: str, attention: Attention) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `parameters()` lists them."""
    kernel = Kernel(module, name, len(attention.pointers), len(attention.integers))
    _Emitter(kernel, attention.tile, attention.pointers, attention.integers).emit()
    kernel.finish()


class _Emitter(Blocks):
    def emit(self) -> None:
        b, arg = self.b, self.arg
        rows = i64(self.rows)
        # Whole squares are turned on the way out.
        values = b.mul(b.sdiv(b.add(arg["values"], i64(self.lanes - 1)), i64(self.lanes)), i64(self.lanes))
        q, y = self.scratch(b.mul(arg["width"], rows)), self.scratch(b.mul(values, rows))
        tile, bias, sums = (self.scratch(KEYS * self.rows), self.scratch(KEYS * self.rows),
                            self.scratch(self.rows))
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            at = self.batch(batch)
            with self.blocks(arg["row_begin"], arg["row_end"]) as (first, count):
                self.turned_in(self.along(at["q"], "q", "row", first), q, count, arg["width"], arg["q.row"],
                               arg["q.depth"])
                self.times_scale(q, arg["width"])
                top, total = self._gathered(at, q, y, tile, bias, batch, first, count)
                zero, one = splat(self.vector, 0.0), splat(self.vector, 1.0)
                blind = [b.fcmp_ordered("==", x, zero) for x in total]
                inverse = [b.select(n, zero, b.fdiv(one, x)) for n, x in zip(blind, total)]
                self.over(y, arg["values"], lambda row: [b.fmul(x, f) for x, f in zip(row, inverse)])
                self.turned_out(y, self.along(at["y"], "y", "row", first), arg["y.row"], arg["values"], count)
                self.put(sums, [b.select(n, splat(self.vector, math.inf), b.fadd(t, self.m.log(x)))
                                for n, t, x in zip(blind, top, total)])
                place = self._at(self.pointer["sums"], b.add(b.mul(batch, arg["length"]), first))
                masked_store(self, self.vectors(sums), place, count)

    def _gathered(self, at: dict[str, ir.Value], q: ir.Value, y: ir.Value, tile: ir.Value, bias: ir.Value,
                  batch: ir.Value, first: ir.Value, count: ir.Value
                  ) -> tuple[list[ir.Value], list[ir.Value]]:
        """All keys that the block sees, a tile at a time: the largest score and the sum of each lane."""
        b, arg, m = self.b, self.arg, self.m
        lanes = len(self.number(0.0))
        end = self.seen(first, count)
        lowest, zero = splat(self.vector, LOWEST), splat(self.vector, 0.0)

        def body(key: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
            before, total = held[:lanes], held[lanes:]
            number = least(b, b.sub(end, key), i64(KEYS))
            self.scores(at, q, bias, tile, first, count, key, number)
            top = self.top(tile, number, before)
            # Where nothing was seen yet, all scores are -inf: their exponentials are 0 about any number.
            about = [b.select(b.fcmp_ordered("==", x, lowest), zero, x) for x in top]
            fade = [m.exp(b.fsub(x, y)) for x, y in zip(before, about)]

            def weigh(j: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
                row = self.row(tile, j)
                weights = [m.exp(b.fsub(x, y)) for x, y in zip(self.vectors(row), about)]
                self.put(row, weights)
                return [b.fadd(x, y) for x, y in zip(sums, weights)]
            sums = fold(b, i64(0), number, self.number(0.0), weigh)
            if self.drops:
                self.survivors(bias, batch, first, key, number)
                with loop(b, i64(0), number) as j:
                    pairs = zip(self.vectors(self.row(tile, j)), self.vectors(self.row(bias, j)))
                    self.put(self.row(tile, j), [b.fmul(x, y) for x, y in pairs])
            later = b.icmp_signed(">", key, i64(0))
            with b.if_then(later):
                self.over(y, arg["values"], lambda row: [b.fmul(x, f) for x, f in zip(row, fade)])
            self.product(arg["values"], number, self.along(at["v"], "v", "row", key), arg["v.depth"],
                         arg["v.row"], tile, y, later)
            return top + [b.fadd(b.fmul(x, f), s) for x, f, s in zip(total, fade, sums)]
        held = fold(b, i64(0), end, self.number(LOWEST) + self.number(0.0), body, KEYS)
        return held[:lanes], held[lanes:]

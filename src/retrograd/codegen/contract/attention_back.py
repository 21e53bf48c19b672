"""What attention read, what it gave and the cotangent of that go in; a kernel for the cotangents of queries,
keys and values comes out.

With the weights P of a block of queries, computed again from the scores and the kept logarithms of sums:

    dv += P^T g      dS = P * (g v^T - sum(g * y))      dq = scale dS k      dk += dS^T (scale q)

A block of queries meets all the keys that it sees, tile by tile of KEYS (Dao, "FlashAttention-2", 2023).
Where weights are dropped, with D the factors of contract/attention_drop.py, they gather as D * P, and g v^T
stands for D * g v^T. What nobody asks for is not computed. Queries are dealt to a few groups, by shape alone;
each sums into keys and values of its own, which contract/attention_sum.py adds in order.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.attention_drop import MayDrop
from retrograd.codegen.contract.blocks import Blocks, strides_of
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.types import i1, i64, splat
from retrograd.codegen.loops.loop import fold, least, loop
from retrograd.codegen.loops.operand import lanes_below

KEYS = 64           # of a tile: part of the meaning
POINTERS = ("q", "k", "v", "bias", "y", "sums", "g", "dq", "dk", "dv")
# As for attention. dk and dv have (batch, group, keys, wide) elements, where `wide.k` and `wide.v` are the
# elements of a head rounded up to whole panels; a group has `group` queries.
INTEGERS = (
    "batch_begin", "batch_end", "group_begin", "group_end", "groups", "group", "middle", "inner",
    "length", "keys", "width", "values", "wide.k", "wide.v", "ahead", "scale", "biased",
    *strides_of("q", "row", "depth"), *strides_of("k", "row", "depth"), *strides_of("v", "row", "depth"),
    *strides_of("bias", "row", "key"), *strides_of("y", "row"), *strides_of("g", "row", "depth"),
    *strides_of("dq", "row"))


@dataclass(frozen=True)
class AttentionBack(MayDrop):
    """`which`: of the cotangents of q, k and v, those that are asked for; the others' places are not read."""

    which: tuple[bool, bool, bool] = (True, True, True)
    own = POINTERS, INTEGERS

    def axes(self) -> tuple[Axis, ...]:
        return axes_of(self.parameters(), batch_begin=1, group_begin=1)


def emit_attention_back(module: ir.Module, name: str, attention: AttentionBack) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `parameters()` lists them."""
    kernel = Kernel(module, name, len(attention.pointers), len(attention.integers))
    _Emitter(kernel, attention).emit()
    kernel.finish()


class _Emitter(Blocks):
    def __init__(self, kernel: Kernel, attention: AttentionBack) -> None:
        super().__init__(kernel, attention.tile, attention.pointers, attention.integers)
        self.to_q, self.to_k, self.to_v = attention.which
        self.to_scores = self.to_q or self.to_k

    def emit(self) -> None:
        b, arg, rows = self.b, self.arg, i64(self.rows)

        def square(depth: str) -> ir.Value:
            whole = b.mul(b.sdiv(b.add(arg[depth], i64(self.lanes - 1)), i64(self.lanes)), i64(self.lanes))
            return self.scratch(b.mul(whole, rows))
        # Of q, and of g: rows as lanes, and rows as they are, whole panels long.
        self.q, self.dq, self.g, self.y = square("width"), square("width"), square("values"), square("values")
        self.q_rows, self.g_rows = (self.scratch(b.mul(arg[w], rows)) for w in ("wide.k", "wide.v"))
        self.weights, self.slopes, self.bias = (self.scratch(KEYS * self.rows) for _ in range(3))
        self.row_sums, self.row_slopes = self.scratch(self.rows), self.scratch(self.rows)
        with loop(b, arg["batch_begin"], arg["batch_end"]) as batch:
            at = self.batch(batch)
            with loop(b, arg["group_begin"], arg["group_end"]) as group:
                first = b.mul(group, arg["group"])
                begin = b.mul(b.add(b.mul(batch, arg["groups"]), group), arg["keys"])
                self.dk, self.dv = (self._at(self.pointer[n], b.mul(begin, arg[w]))
                                    for n, w in (("dk", "wide.k"), ("dv", "wide.v")))
                if self.to_k:
                    self._cleared(self.dk, b.mul(arg["keys"], arg["wide.k"]))
                if self.to_v:
                    self._cleared(self.dv, b.mul(arg["keys"], arg["wide.v"]))
                end = least(b, b.add(first, arg["group"]), arg["length"])
                with self.blocks(first, end) as (row, count):
                    self._block(at, batch, row, count)

    def _cleared(self, place: ir.Value, count: ir.Value) -> None:
        """Whole panels of zeros."""
        with loop(self.b, i64(0), count, self.lanes) as k:
            self.b.store(splat(self.vector, 0.0), self._at(place, k), align=self.align)

    def _block(self, at: dict[str, ir.Value], batch: ir.Value, row: ir.Value, count: ir.Value) -> None:
        b, arg = self.b, self.arg
        q, g, y = (self.along(at[n], n, "row", row) for n in ("q", "g", "y"))
        self.turned_in(q, self.q, count, arg["width"], arg["q.row"], arg["q.depth"])
        self.times_scale(self.q, arg["width"])
        if self.to_k:
            self._copied(q, "q", self.q_rows, count, arg["width"], arg["wide.k"], self.scale)
        if self.to_v:
            self._copied(g, "g", self.g_rows, count, arg["values"], arg["wide.v"], None)

        def dot(d: ir.Value, held: list[ir.Value]) -> list[ir.Value]:
            pairs = zip(self.vectors(self.row(self.g, d)), self.vectors(self.row(self.y, d)), held)
            return [self._fma(x, y, z) for x, y, z in pairs]
        if self.to_scores:
            self.turned_in(g, self.g, count, arg["values"], arg["g.row"], arg["g.depth"])
            self.turned_in(y, self.y, count, arg["values"], arg["y.row"], i64(1))
            self.put(self.row_slopes, fold(b, i64(0), arg["values"], self.number(0.0), dot))
        place = self._at(self.pointer["sums"], b.add(b.mul(batch, arg["length"]), row))
        kept = []
        for k in range(0, self.rows, self.lanes):
            mask = lanes_below(b, b.sub(count, i64(k)), self.lanes)
            kept.append(self._load(self.vector, self._at(place, i64(k)), mask))
        self.put(self.row_sums, kept)
        end = self.seen(row, count)
        with loop(b, i64(0), end, KEYS) as key:
            self._tile(at, batch, row, count, key, least(b, b.sub(end, key), i64(KEYS)))
        if self.to_q:
            self.times_scale(self.dq, arg["width"])
            self.turned_out(self.dq, self.along(at["dq"], "dq", "row", row), arg["dq.row"], arg["width"],
                            count)

    def _tile(self, at: dict[str, ir.Value], batch: ir.Value, row: ir.Value, count: ir.Value, key: ir.Value,
              number: ir.Value) -> None:
        b, arg = self.b, self.arg
        self.scores(at, self.q, self.bias, self.weights, row, count, key, number)
        if self.to_scores:
            self.product(number, arg["values"], self.along(at["v"], "v", "row", key), arg["v.row"],
                         arg["v.depth"], self.g, self.slopes, i1(0))
        if self.drops:
            self.survivors(self.bias, batch, row, key, number)
        sums, slopes = self.vectors(self.row_sums), self.vectors(self.row_slopes)
        with loop(b, i64(0), number) as j:
            place, other = self.row(self.weights, j), self.row(self.slopes, j)
            weights = [self.m.exp(b.fsub(x, s)) for x, s in zip(self.vectors(place), sums)]
            kept = self.vectors(self.row(self.bias, j)) if self.drops else None
            if self.to_v:
                self.put(place, weights if kept is None else [b.fmul(x, d) for x, d in zip(weights, kept)])
            if self.to_scores:
                given = self.vectors(other)
                given = given if kept is None else [b.fmul(x, d) for x, d in zip(given, kept)]
                self.put(other, [b.fmul(w, b.fsub(x, s)) for w, x, s in zip(weights, given, slopes)])
        if self.to_v:
            self._summed(self.weights, self.g_rows, arg["wide.v"], self.dv, key, number, count)
        if self.to_k:
            self._summed(self.slopes, self.q_rows, arg["wide.k"], self.dk, key, number, count)
        if self.to_q:
            self.product(arg["width"], number, self.along(at["k"], "k", "row", key), arg["k.depth"],
                         arg["k.row"], self.slopes, self.dq, b.icmp_signed(">", key, i64(0)))

    def _summed(self, tile: ir.Value, rows: ir.Value, wide: ir.Value, target: ir.Value, key: ir.Value,
                number: ir.Value, count: ir.Value) -> None:
        """target[key + j] += sum over queries i of tile[j, i] rows[i], a panel of columns at a time."""
        b = self.b
        target = self._at(target, b.mul(key, wide))
        with loop(b, i64(0), wide, self.tile.width) as column:
            b.call(self.product_function, [
                number, count, tile, i64(self.rows), i64(1), self._at(rows, column), wide,
                self._at(target, column), wide, i1(1)])

    def _copied(self, source: ir.Value, name: str, target: ir.Value, count: ir.Value, width: ir.Value,
                wide: ir.Value, scale: ir.Value | None) -> None:
        """Rows of an operand, whose depth is contiguous, in whole panels with zeros at the end."""
        b = self.b
        with loop(b, i64(0), count) as i:
            line = self.along(source, name, "row", i)
            with loop(b, i64(0), wide, self.lanes) as d:
                x = self._load(self.vector, self._at(line, d), lanes_below(b, b.sub(width, d), self.lanes))
                x = x if scale is None else b.fmul(x, scale)
                b.store(x, self._at(target, b.add(b.mul(i, wide), d)), align=self.align)



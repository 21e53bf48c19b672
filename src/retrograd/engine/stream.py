"""A graph goes in; its nodes are run by units: a stream of templates and addresses for one native call.

What is done for each node is a few list operations, since this is what a graph that is ever new pays. A
value is a tuple (address, form, piece). A piece is [address, room, readers]: memory that goes back to the
arena with its last reader; None is memory that outlives the run, or is not the arena's.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd import codegen
from retrograd.autodiff.pieces import Piece as Cut
from retrograd.autodiff.pieces import Row, total
from retrograd.base.dtype import FLOATING
from retrograd.base.errors import RetrogradError
from retrograd.base.shape import Shape, numel
from retrograd.engine.linearize import Linear
from retrograd.engine.units import FIXED, FRESH, Form, Unit, Units
from retrograd.graph.node import LEAF, Node, const_p, line_text
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import concat_p, expand_p, pad_p, slice_p, slice_transposed
from retrograd.ops.pointwise import add as add_p
from retrograd.runtime.buffer import address
from retrograd.runtime.recycle import recycler

ALIGN = 64
SMALLEST = 1 << 20          # bytes of a block of an arena

Piece = list[int] | None
Value = tuple[int, Form, Piece]


class Arena:
    """Memory for the values of one run: what is given back is used again, by size, the last one first."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []
        self._top = self._end = 0
        self._scratch = self._scratch_room = 0
        self.free: dict[int, list[int]] = {}
        self.args = np.empty(codegen.unroll.MAX_ARGS, np.int64)

    def take(self, room: int) -> int:
        """The address of so many bytes."""
        free = self.free.get(room)
        if free:
            return free.pop()
        at = self._top
        if at + room > self._end:
            at = self._grow(room)
        self._top = at + room
        return at

    def _grow(self, room: int) -> int:
        size = max(SMALLEST, room, 2 * (self._blocks[-1].size if self._blocks else 0)) + ALIGN
        self._blocks.append(np.empty(size, np.uint8))
        start = address(self._blocks[-1])
        self._end = start + size
        return -(-start // ALIGN) * ALIGN

    def give(self, at: int, room: int) -> None:
        self.free.setdefault(room, []).append(at)

    def scratch(self, nbytes: int) -> int:
        """Memory that one unit uses while it runs: each unit the same."""
        if nbytes > self._scratch_room:
            self._scratch_room = -(-nbytes // ALIGN) * ALIGN
            self._scratch = self.take(self._scratch_room)
        return self._scratch

    def reset(self) -> None:
        """Empty, with one block as large as all were."""
        self.free.clear()
        self._scratch = self._scratch_room = 0
        if len(self._blocks) > 1:
            size = sum(block.size for block in self._blocks)
            self._blocks = [np.empty(size, np.uint8)]
        if self._blocks:
            start = address(self._blocks[0])
            self._top, self._end = -(-start // ALIGN) * ALIGN, start + self._blocks[0].size


class Run:
    """One run of one graph."""

    def __init__(self, linear: Linear, arena: Arena, units: Units) -> None:
        self.linear, self.arena, self.found = linear, arena, units
        units.bound()
        self.units = units.units                # held: forgetting units leaves those of a run alone
        self.values: dict[Node, Value] = {}
        self.stream: list[int] = []
        self.count = 0
        self.alive: list[Any] = []
        self.checks: list[tuple[int, Any, Node]] = []

    # ------------------------------------------------------------ values that are known
    def given(self) -> None:
        """Leaves, scalars and constants."""
        forms, values = self.found, self.values
        array_form = forms.array
        for n in self.linear.leaves:
            value = n.value
            if not value.flags.c_contiguous:
                value = np.ascontiguousarray(value)
                self.alive.append(value)
            values[n] = address(value), array_form(n.shape, n.dtype), None
        if self.linear.scalars:
            slots = np.empty(len(self.linear.scalars), np.float64)
            whole = slots.view(np.int64)
            at = address(slots)
            self.alive.append(slots)
            for k, n in enumerate(self.linear.scalars):
                (slots if n.dtype.kind == FLOATING else whole)[k] = n.value
                values[n] = at + 8 * k, forms.scalar(n.dtype), None

    # ------------------------------------------------------------ running
    def flush(self) -> None:
        """Run what was put into the stream."""
        if self.count:
            stream = array("q", self.stream)
            codegen.unroll.unroll()(stream.buffer_info()[0], self.count, address(self.arena.args))
            self.stream.clear()
            self.count = 0

    def apply(self, unit: Unit, operands: Sequence[Value], n: Node) -> list[Value | None]:
        """Put a unit into the stream; its results. Pieces that it reads are one reader more for each result
        that lies in them."""
        arena = self.arena
        fresh: list[Any] = [[arena.take(room), room, 0] for room in unit.rooms]
        if unit.program is not None:
            fresh = self._by_program(unit, operands, n)
        elif unit.template:
            stream = self.stream
            stream.append(unit.template)
            stream += [v[0] for v in operands]
            stream += [p[0] for p in fresh]
            scratch = 0
            if unit.checks:
                scratch = arena.take(-(-unit.scratch // ALIGN) * ALIGN)
                self.checks += [(scratch + offset, failure, n) for offset, failure in unit.checks]
            elif unit.scratch:
                scratch = arena.scratch(unit.scratch)
            stream.append(scratch)
            self.count += 1
        out: list[Value | None] = []
        for result in unit.results:
            if result is None:
                out.append(None)
                continue
            kind, number, offset, form = result
            if kind == FIXED:
                out.append((number + offset, form, None))
                continue
            at, _, piece = (fresh[number][0], 0, fresh[number]) if kind == FRESH else operands[number]
            if piece is not None and piece[1]:
                piece[2] += 1
            out.append((at + offset, form, piece))
        return out

    def _by_program(self, unit: Unit, operands: Sequence[Value], n: Node) -> list[list[int]]:
        """A unit that needs NumPy: everything before it is run first."""
        self.flush()
        self._check()
        program, leaves, scalars = unit.program
        arrays = [np.asarray(operands[k][1].array(operands[k][0]), order="C") for k in leaves]
        numbers = [_number(operands[k]) for k in scalars]
        try:
            found = program.run(arrays, numbers)
        except RetrogradError as e:
            raise type(e)(e.why, op=e.op, got=e.got, expected=e.expected, fix=e.fix,
                          where=line_text(n.where)) from None
        found = [np.asarray(a, order="C") for a in found]      # of the same rank, unlike ascontiguousarray
        self.alive += found
        return [[address(a), 0, 0] for a in found]

    def _check(self) -> None:
        """Raise what the first bad index found by a kernel deserves, on the user's line."""
        for at, failure, n in self.checks:
            bad, index = (ctypes.c_int64 * 2).from_address(at)
            if bad:
                e = failure(int(index))
                raise type(e)(e.why, op=e.op, got=e.got, expected=e.expected, fix=e.fix,
                              where=line_text(n.where)) from None
        self.checks.clear()

    def finish(self) -> None:
        self.flush()
        self._check()

    def read(self, v: Value) -> Any:
        """A copy of a value, for outside."""
        at, form, _ = v
        if form.const is not None:
            return np.array(form.const[0], form.dtype.np)
        if form.strides is None:
            return np.array(_number(v), form.dtype.np)
        if form.whole:
            nbytes = numel(form.shape) * form.dtype.itemsize
            out = recycler.empty(form.shape, form.dtype.np, nbytes)
            if nbytes:
                ctypes.memmove(address(out), at, nbytes)
            return out
        return np.array(form.array(at), order="C")

    # ------------------------------------------------------------ forward
    def forward(self, keep: Sequence[Node], free: bool) -> None:
        """Everything in the order of the graph; with `free`, memory that nobody will read is used again."""
        self.given()
        values, units, found, arena = self.values, self.units, self.found, self.arena
        stream, take, room_of = self.stream, arena.take, arena.free.get
        uses = self.linear.uses
        kept = {id(n) for n in keep}
        for n in self.linear.order:
            if n.value is not None:
                continue
            prim, inputs = n.prim, n.inputs
            if not inputs:
                values[n] = self._source(n)
                continue
            operands = [values[i] for i in inputs]
            key = (prim, n.params, *[v[1] for v in operands])
            unit = units.get(key)
            if unit is None:
                unit = found.forward(key, n.shape, n.dtype)
            simple = unit.simple
            if simple is not None:
                template, room, form, scratch = simple
                waiting = room_of(room)
                at = waiting.pop() if waiting else take(room)
                stream += (template, *[v[0] for v in operands], at,
                           arena.scratch(scratch) if scratch else 0)
                self.count += 1
                piece: Piece = [at, room, 0] if free else None
                values[n] = at, form, piece
            elif unit.views is not None:
                (which, offset, form), = unit.views
                at, _, piece = operands[which]
                values[n] = at + offset, form, piece
            else:
                value, = self.apply(unit, operands, n)
                assert value is not None
                values[n] = value if free else (value[0], value[1], None)
                piece = value[2]
                if piece is not None and piece[1]:
                    piece[2] -= 1                       # counted by who reads this node, below
            if free:
                if piece is not None:
                    piece[2] += uses.get(id(n), 0) + (id(n) in kept)
                for _, _, piece in operands:
                    if piece is not None:
                        piece[2] -= 1
                        if not piece[2] and piece[1]:
                            arena.give(piece[0], piece[1])

    def _source(self, n: Node) -> Value:
        """A number of the graph, or positions."""
        if n.prim is const_p:
            return 0, self.found.const(n.params[0], n.dtype), None
        made = np.asarray(n.prim.np(*n.params), order="C")    # type: ignore[misc]
        self.alive.append(made)
        return address(made), self.found.array(n.shape, n.dtype), None

    # ------------------------------------------------------------ reverse
    def reverse(self, root: Node, cotangent: Node, order: Sequence[Node]) -> dict[Node, Value]:
        """Cotangents of the leaves, in the order and with the sums of `pullback`. What the forward computed
        stays; the memory of cotangents is used again."""
        values, units, found, arena = self.values, self.units, self.found, self.arena
        stream, take, room_of = self.stream, arena.take, arena.free.get
        start = values.get(cotangent) or (0, found.const(cotangent.params[0], cotangent.dtype), None)
        cot: dict[Node, Value] = {root: start}
        cut: dict[Node, list[Cut]] = {}
        result: dict[Node, Value] = {}
        for n in reversed(order):
            g = cot.pop(n, None)
            if n in cut:
                pieces = cut.pop(n)
                if g is None and n.prim.family == "loop":
                    self._loop(n, pieces, cot)
                    continue
                joined = self._joined(n, pieces)
                g = joined if g is None else self._sum(g, joined, n)
            if g is None:
                continue
            if n.rg == LEAF:
                result[n] = g
                continue
            inputs = n.inputs
            if not inputs:
                continue
            prim = n.prim
            if prim is slice_p:
                cut.setdefault(inputs[0], []).append(Cut(n.params, n.shape, g))
                continue
            operands = [values[i] for i in inputs]
            needs = tuple([i.rg != 0 for i in inputs])
            y = values[n]
            key = (prim, n.params, y[1], g[1], needs, *[v[1] for v in operands])
            unit = units.get(key)
            if unit is None:
                unit = found.backward(key, prim, n.params, [v[1] for v in operands], needs, y[1], g[1])
            operands += (y, g)
            several = unit.several
            if several is not None:
                shares: list[Value | None] = []
                stream.append(unit.template)
                stream += [v[0] for v in operands]
                for room, form in zip(unit.rooms, several):
                    waiting = room_of(room)
                    at = waiting.pop() if waiting else take(room)
                    stream.append(at)
                    shares.append((at, form, [at, room, 1]))
                stream.append(arena.scratch(unit.scratch) if unit.scratch else 0)
                self.count += 1
            elif unit.views is not None:
                shares = []
                for which, offset, form in unit.views:
                    at, _, piece = operands[which]
                    if piece is not None and piece[1]:
                        piece[2] += 1
                    shares.append((at + offset, form, piece))
            else:
                shares = self.apply(unit, operands, n)
            self._share(n, shares, cot)
            piece = g[2]
            if piece is not None:
                self._leave(piece)
        return result

    def _share(self, n: Node, shares: Sequence[Value | None], cot: dict[Node, Value]) -> None:
        """Hand the inputs of a node their shares of its cotangent."""
        k = 0
        for x in n.inputs:
            if x.rg:
                share = shares[k]
                k += 1
                if share is not None:
                    old = cot.get(x)
                    cot[x] = share if old is None else self._sum(old, share, n)

    def _loop(self, n: Node, pieces: Sequence[Cut], cot: dict[Node, Value]) -> None:
        """The pullback of a loop over time, which looks at what its cotangent is put together from."""
        values = self.values
        operands = [*[values[i] for i in n.inputs], values[n], *[p.g for p in pieces]]
        needs = tuple([i.rg != 0 for i in n.inputs])
        told = tuple([p._replace(g=p.g[1]) for p in pieces])
        key = (n.prim, n.params, values[n][1], told, needs, *[v[1] for v in operands])
        unit = self.units.get(key) or self.found.backward(
            key, n.prim, n.params, [values[i][1] for i in n.inputs], needs, values[n][1], told)
        self._share(n, self.apply(unit, operands, n), cot)
        for p in pieces:
            if p.g[2] is not None:
                self._leave(p.g[2])

    def _leave(self, piece: list[int]) -> None:
        """One reader less."""
        if piece[1]:
            piece[2] -= 1
            if not piece[2]:
                self.arena.give(piece[0], piece[1])

    def _sum(self, a: Value, b: Value, n: Node) -> Value:
        return self._made(add_p, (), (a, b), a[1].shape or b[1].shape, n)

    def _joined(self, x: Node, pieces: Sequence[Cut]) -> Value:
        """As `pullback` joins the cotangents of the slices of a value."""
        def padded(p: Cut) -> Value:
            around = slice_transposed(x.shape, p.shape, *p.params)
            if any(map(any, around)):
                return self._made(pad_p, around, (p.g,), x.shape, x)
            return p.g      # type: ignore[no-any-return]

        def side_by_side(row: Row) -> Value:
            parts: list[Value] = []
            for p in row.parts:
                if p.__class__ is not Cut:
                    shape = (*x.shape[:row.axis], p, *x.shape[row.axis + 1:])
                    zero = 0, self.found.const(0, x.dtype), None
                    parts.append(self._made(expand_p, (shape, tuple(range(len(shape)))), (zero,), shape, x))
                else:
                    parts.append(p.g)
            return self._made(concat_p, (row.axis,), parts, x.shape, x)
        return total(x.shape, pieces, padded, side_by_side,         # type: ignore[no-any-return]
                     lambda a, b: self._sum(a, b, x))

    def _made(self, prim: Primitive, params: tuple[Any, ...], operands: Sequence[Value], shape: Shape,
              n: Node) -> Value:
        """The value of one node that is not in the graph, and the last reader of what it reads."""
        key = (prim, params, *[v[1] for v in operands])
        unit = self.units.get(key)
        if unit is None:
            unit = self.found.forward(key, shape, operands[0][1].dtype)
        simple = unit.simple
        if simple is not None:
            template, room, form, scratch = simple
            at = self.arena.take(room)
            self.stream += (template, *[v[0] for v in operands], at,
                            self.arena.scratch(scratch) if scratch else 0)
            self.count += 1
            out: Value = at, form, [at, room, 1]
        else:
            found, = self.apply(unit, operands, n)
            assert found is not None
            out = found
        for _, _, piece in operands:
            if piece is not None:
                self._leave(piece)
        return out


def _number(v: Value) -> Any:
    kind = ctypes.c_double if v[1].dtype.kind == FLOATING else ctypes.c_int64
    return kind.from_address(v[0]).value

"""A graph that was not seen before, node by node: unit kernels in one native call, without planning.

The bit law makes fused and unfused evaluation equal, so which way a graph goes is a matter of time only: one
that comes again and again gets a program of its own; one whose like is ever new pays microseconds a node.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd import codegen
from retrograd.autodiff.pieces import Piece as Cut
from retrograd.autodiff.pieces import Row, total
from retrograd.autodiff.reverse import downward
from retrograd.base.config import config
from retrograd.base.dtype import FLOATING
from retrograd.base.errors import RetrogradError
from retrograd.base.listening import listener
from retrograd.base.shape import Shape, numel
from retrograd.engine.linearize import Linear
from retrograd.engine.program import SMALL
from retrograd.engine.units import Form, Unit, Units
from retrograd.graph.node import LEAF, PLAIN, Node, const_p, line_text
from retrograd.graph.primitive import Primitive
from retrograd.ops.linear import concat_p, expand_p, pad_p, slice_p, slice_transposed
from retrograd.ops.pointwise import add as add_p
from retrograd.runtime.buffer import address

ALIGN = 64
_FRESH, _OPERAND, _FIXED = range(3)     # as codegen/unit.py numbers them
FAMILIAR = 3        # new graphs in which a kind of node was met before it is worth a unit
OFTEN = 6           # times that one graph is run by units before it gets a program of its own
LARGE = 32_768      # elements a node: with more, a loop over them takes longer than its planning
GRAPHS = 4096       # graphs that are remembered for that


class Value:
    """Where a value lies while a graph is run; `memory` is the piece it lies in, if that is the arena's."""

    __slots__ = ("at", "form", "memory")

    def __init__(self, at: int, form: Form, memory: Piece | None) -> None:
        self.at, self.form, self.memory = at, form, memory


class Piece:
    """A piece of the arena and how many readers it still has."""

    __slots__ = ("at", "room", "left")

    def __init__(self, at: int, room: int) -> None:
        self.at, self.room, self.left = at, room, 0


class Policy:
    """Which graphs are run by units. It looks at history, so it may decide about time only."""

    def __init__(self) -> None:
        self.units = Units()
        self.ran = 0                                    # graphs run by units
        self._met: dict[Any, int] = {}                  # kind of a node -> new graphs in which it was met
        self._graphs: OrderedDict[int, int] = OrderedDict()

    def takes(self, key: Any, linear: Linear, roots: Sequence[Node], *, backward: bool) -> bool:
        """Whether a graph without a program is run by units."""
        # Who looks at programs wants to see every graph as one.
        looked_at = config.debug or config.check or config.dump or listener() is not None
        if not linear.plain or looked_at or not config.jit:
            return False
        name = hash(key)
        times = self._graphs.pop(name, 0)
        self._graphs[name] = times + 1
        if len(self._graphs) > GRAPHS:
            self._graphs.popitem(last=False)
        if times >= OFTEN:
            return False
        met = self._met
        kinds = {(n.prim, n.dtype, len(n.shape), backward and n.rg)
                 for n in linear.order if n.value is None and n.prim is not const_p}
        familiar = all([met.get(kind, 0) >= FAMILIAR for kind in kinds])
        if familiar and not self._fits(linear, roots):
            return False
        if not times:
            for kind in kinds:
                met[kind] = met.get(kind, 0) + 1
        return familiar


    def _fits(self, linear: Linear, roots: Sequence[Node]) -> bool:
        """Whether planning is much of the work (large arrays want fusing and threads) and units can do it."""
        elements = sum([numel(n.shape) for n in linear.order])
        return elements <= LARGE * len(linear.order) and not any([_twice(n) for n in linear.order]) \
            and codegen.compile_graph.worth_native(roots, SMALL)


def _twice(n: Node) -> bool:
    """A composite of twice the same: what it adds up inside has no unit."""
    return n.prim.expansion is not None and len(set(n.inputs)) < len(n.inputs)


policy = Policy()


class Arena:
    """Memory for the values of one run: pieces given back are used again, by size."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []
        self._top = self._end = 0
        self._free: dict[int, list[Piece]] = {}
        self.args = (np.empty(codegen.unroll.MAX_ARGS, np.int64))

    def piece(self, room: int) -> Piece:
        free = self._free.get(room)
        if free:
            return free.pop()
        at = self._top
        if at + room > self._end:
            at = self._grow(room)
        self._top = at + room
        return Piece(at, room)

    def _grow(self, room: int) -> int:
        size = max(1 << 20, room, 2 * (self._blocks[-1].size if self._blocks else 0)) + ALIGN
        self._blocks.append(np.empty(size, np.uint8))
        start = address(self._blocks[-1])
        self._end = start + size
        return -(-start // ALIGN) * ALIGN

    def give(self, piece: Piece) -> None:
        self._free.setdefault(piece.room, []).append(piece)

    def reset(self) -> None:
        """Empty, with one block as large as all were."""
        self._free.clear()
        if len(self._blocks) > 1:
            total = sum(block.size for block in self._blocks)
            self._blocks = [np.empty(total, np.uint8)]
        if self._blocks:
            start = address(self._blocks[0])
            self._top, self._end = -(-start // ALIGN) * ALIGN, start + self._blocks[0].size


_spare: list[Arena] = []
_lock = threading.Lock()


class Run:
    """One run of one graph."""

    def __init__(self, linear: Linear, arena: Arena) -> None:
        self.linear, self.arena = linear, arena
        policy.units.bound()
        self.units = policy.units.units         # held: forgetting units leaves those of a run alone
        self.values: dict[Node, Value] = {}
        self.stream: list[int] = []
        self.count = 0
        self.alive: list[Any] = []
        self.checks: list[tuple[int, Any, Node]] = []
        self.failed: Node | None = None

    # ------------------------------------------------------------ values that are known
    def given(self) -> None:
        """Leaves, scalars and constants."""
        forms, values = policy.units, self.values
        array_form = forms.array
        for n in self.linear.leaves:
            value = n.value
            if not value.flags.c_contiguous:
                value = np.ascontiguousarray(value)
                self.alive.append(value)
            values[n] = Value(address(value), array_form(n.shape, n.dtype), None)
        if self.linear.scalars:
            slots = np.empty(len(self.linear.scalars), np.float64)
            whole = slots.view(np.int64)
            at = address(slots)
            self.alive.append(slots)
            for k, n in enumerate(self.linear.scalars):
                (slots if n.dtype.kind == FLOATING else whole)[k] = n.value
                values[n] = Value(at + 8 * k, forms.scalar(n.dtype), None)

    # ------------------------------------------------------------ running
    def flush(self) -> None:
        """Run what was put into the stream."""
        if self.count:
            stream = array("q", self.stream)
            codegen.unroll.unroll()(stream.buffer_info()[0], self.count, address(self.arena.args))
            self.stream.clear()
            self.count = 0

    def apply(self, unit: Unit, operands: Sequence[Value], n: Node) -> list[Value | None]:
        """Put a unit into the stream; its results."""
        arena = self.arena
        fresh = [arena.piece(room) for room in unit.rooms]
        if unit.program is not None:
            fresh = self._by_program(unit, operands, n)
        elif unit.template:
            stream = self.stream
            stream.append(unit.template)
            stream += [v.at for v in operands]
            if fresh:
                stream += [p.at for p in fresh]
            scratch = 0
            if unit.scratch:
                piece = arena.piece(-(-unit.scratch // ALIGN) * ALIGN)
                scratch = piece.at
                if unit.checks:
                    self.checks += [(scratch + offset, failure, n) for offset, failure in unit.checks]
                else:
                    arena.give(piece)
            stream.append(scratch)
            self.count += 1
        out: list[Value | None] = []
        for result in unit.results:
            if result is None:
                out.append(None)
                continue
            kind, number, offset, form = result
            if kind == _FRESH:
                piece = fresh[number]
                out.append(Value(piece.at + offset, form, piece))
            elif kind == _FIXED:
                out.append(Value(number + offset, form, None))
            else:
                source = operands[number]
                out.append(Value(source.at + offset, form, source.memory))
        return out

    def _by_program(self, unit: Unit, operands: Sequence[Value], n: Node) -> list[Piece]:
        """A unit that needs NumPy: everything before it is run first."""
        self.flush()
        self._check()
        program, leaves, scalars = unit.program
        arrays = [np.asarray(operands[k].form.array(operands[k].at), order="C") for k in leaves]
        numbers = [_number(operands[k]) for k in scalars]
        try:
            found = program.run(arrays, numbers)
        except RetrogradError as e:
            raise type(e)(e.why, op=e.op, got=e.got, expected=e.expected, fix=e.fix,
                          where=line_text(n.where)) from None
        found = [np.asarray(a, order="C") for a in found]      # of the same rank, unlike ascontiguousarray
        self.alive += found
        return [Piece(address(a), 0) for a in found]

    def _check(self) -> None:
        """Raise what the first bad index found by a kernel deserves, on the user's line."""
        for at, failure, n in self.checks:
            bad, index = np.ctypeslib.as_array((np.ctypeslib.ctypes.c_int64 * 2).from_address(at))
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
        if v.form.const is not None:
            return np.array(v.form.const[0], v.form.dtype.np)
        if v.form.strides is None:
            return np.array(_number(v), v.form.dtype.np)
        return np.array(v.form.array(v.at), order="C")

    # ------------------------------------------------------------ forward
    def forward(self, keep: Sequence[Node], free: bool) -> None:
        """Everything in the order of the graph; with `free`, memory that nobody will read is used again."""
        self.given()
        values, units, found = self.values, self.units, policy.units
        uses = self.linear.uses
        kept = {id(n) for n in keep}
        for n in self.linear.order:
            if n.value is not None:
                continue
            prim = n.prim
            if prim is const_p:
                values[n] = Value(0, found.const(n.params[0], n.dtype), None)
                continue
            if not n.inputs:                    # positions
                array = np.ascontiguousarray(prim.np(*n.params))    # type: ignore[misc]
                self.alive.append(array)
                values[n] = Value(address(array), found.array(n.shape, n.dtype), None)
                continue
            operands = [values[i] for i in n.inputs]
            key = (prim, n.params, *[v.form for v in operands])
            unit = units.get(key)
            if unit is None:
                unit = found.forward(key, n.shape, n.dtype)
            out, = self.apply(unit, operands, n)
            assert out is not None
            values[n] = out
            if free:
                piece = out.memory
                if piece is not None:
                    piece.left += uses.get(id(n), 0) + (id(n) in kept)
                for v in operands:
                    piece = v.memory
                    if piece is not None:
                        piece.left -= 1
                        if not piece.left and piece.room:
                            self.arena.give(piece)

    # ------------------------------------------------------------ reverse
    def reverse(self, root: Node, cotangent: Node, order: Sequence[Node]) -> dict[Node, Value]:
        """Cotangents of the leaves, in the order and with the sums of `pullback`."""
        values, units, found = self.values, self.units, policy.units
        start = values.get(cotangent) or Value(0, found.const(cotangent.params[0], cotangent.dtype), None)
        cot: dict[Node, Value] = {root: start}
        cut: dict[Node, list[Cut]] = {}
        result: dict[Node, Value] = {}
        for n in reversed(order):
            g = cot.pop(n, None)
            if n in cut:
                joined = self._joined(n, cut.pop(n))
                g = joined if g is None else self._sum(g, joined, n)
            if g is None:
                continue
            if n.rg == LEAF:
                result[n] = g
                continue
            inputs = n.inputs
            if not inputs:
                continue
            if n.prim is slice_p:
                cut.setdefault(inputs[0], []).append(Cut(n.params, n.shape, g))
                continue
            operands = [values[i] for i in inputs]
            needs = tuple([i.rg != PLAIN for i in inputs])
            y = values[n]
            forms = [v.form for v in operands]
            key = (prim := n.prim, n.params, y.form, g.form, needs, *forms)
            unit = units.get(key)
            if unit is None:
                unit = found.backward(key, prim, n.params, forms, needs, y.form, g.form)
            operands += (y, g)
            shares = iter(self.apply(unit, operands, n))
            for x in inputs:
                if not x.rg:
                    continue
                share = next(shares)
                if share is None:
                    continue
                old = cot.get(x)
                cot[x] = share if old is None else self._sum(old, share, n)
        return result

    def _sum(self, a: Value, b: Value, n: Node) -> Value:
        return self._made(add_p, (), (a, b), a.form.shape or b.form.shape, n)

    def _joined(self, x: Node, pieces: Sequence[Cut]) -> Value:
        """As `pullback` joins the cotangents of the slices of a value."""
        def padded(p: Cut) -> Value:
            around = slice_transposed(x.shape, p.shape, *p.params)
            return self._made(pad_p, around, (p.g,), x.shape, x) if any(map(any, around)) else p.g

        def side_by_side(row: Row) -> Value:
            parts = []
            for p in row.parts:
                if p.__class__ is not Cut:
                    shape = (*x.shape[:row.axis], p, *x.shape[row.axis + 1:])
                    zero = Value(0, policy.units.const(0, x.dtype), None)
                    parts.append(self._made(expand_p, (shape, tuple(range(len(shape)))), (zero,), shape, x))
                else:
                    parts.append(p.g)
            return self._made(concat_p, (row.axis,), parts, x.shape, x)
        return total(x.shape, pieces, padded, side_by_side,         # type: ignore[no-any-return]
                     lambda a, b: self._sum(a, b, x))

    def _made(self, prim: Primitive, params: tuple[Any, ...], operands: Sequence[Value], shape: Shape,
              n: Node) -> Value:
        """The value of one node that is not in the graph."""
        key = (prim, params, *[v.form for v in operands])
        unit = self.units.get(key)
        if unit is None:
            unit = policy.units.forward(key, shape, operands[0].form.dtype)
        out, = self.apply(unit, operands, n)
        assert out is not None
        return out


def _number(v: Value) -> Any:
    kind = np.ctypeslib.ctypes.c_double if v.form.dtype.kind == FLOATING else np.ctypeslib.ctypes.c_int64
    return kind.from_address(v.at).value


def _leased() -> Arena:
    with _lock:
        return _spare.pop() if _spare else Arena()


def _returned(arena: Arena) -> None:
    arena.reset()
    with _lock:
        _spare.append(arena)


def values(linear: Linear, roots: Sequence[Node]) -> list[Any]:
    """The values of the roots of a graph."""
    arena = _leased()
    try:
        run = Run(linear, arena)
        run.forward(roots, True)
        run.finish()
        policy.ran += 1
        return [run.read(run.values[r]) for r in roots]
    finally:
        _returned(arena)


def gradients(linear: Linear, asked: Sequence[Node], root: Node, cotangent: Node
              ) -> tuple[list[Any], dict[Node, Any], list[Node]]:
    """The values of `asked`, the cotangents of the leaves below the root, and the nodes walked."""
    arena = _leased()
    try:
        run = Run(linear, arena)
        run.forward(asked, False)
        order = downward([root])
        found = run.reverse(root, cotangent, order)
        run.finish()
        policy.ran += 1
        return [run.read(run.values[r]) for r in asked], {w: run.read(v) for w, v in found.items()}, order
    finally:
        _returned(arena)

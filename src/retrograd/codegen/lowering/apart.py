"""Calls of one step, and by how many rows the values go that pass from step to step, come in; the args that
hold each call to some rows go out, if rows are apart.

Rows are apart if every call, held to a row, touches of the memory that steps write that row alone: then each
may be led through all steps, on a thread of its own, and nobody waits. It is read off the args of the calls,
whatever they compute: how far apart the rows of every operand lie, and how far one reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import lcm
from typing import Any, NamedTuple

from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.pointwise import Pointwise
from retrograd.codegen.loops.reduce import Reduce
from retrograd.codegen.loops.region import Region
from retrograd.codegen.lowering.call import Address, Call, Routine


class Held(NamedTuple):
    """The args at `place` and behind it bound an extent of which every row has `each`."""

    place: int
    each: int


class Rows(NamedTuple):
    """Of each call what holds it to rows, and the number of rows that are cut at a multiple of."""

    held: list[Held]
    align: int


class _Touch(NamedTuple):
    """An operand along an axis: the arg that says where it begins, elements from one unit of the axis to the
    next, and how far beyond its first element a unit reaches. Units of a `group` lie among one another: it is
    the group that reaches so far."""

    arg: int
    step: int
    reach: int
    group: int = 1


class _Walk(NamedTuple):
    """An axis of a call, whose bounds are the args at `place`, and what it touches along it."""

    place: int
    touches: list[_Touch]


def rows_apart(calls: Sequence[Call], rows: int, carried: Mapping[Any, int], written: Any) -> Rows | None:
    """`carried`: bytes of a row of the values that pass from step to step. `written` tells which memory
    steps write, those included."""
    pitch = dict(carried)
    held, align = [], 1
    for call in calls:
        for walk in _walks(call):
            each = _each(call, walk, rows, pitch, written)
            if each:
                held.append(Held(walk.place, each))
                align = lcm(align, *[t.group for t in walk.touches])
                break
        else:
            return None
    return Rows(held, align)


def _each(call: Call, walk: _Walk, rows: int, pitch: dict[Any, int], written: Any) -> int:
    """Units of the axis that belong to a row, if along it rows are apart, else 0; how far apart they are in
    memory met for the first time is added to `pitch`."""
    begin, end = call.args[walk.place:walk.place + 2]
    if begin != 0 or end % rows != 0:       # type: ignore[operator]
        return 0
    each = end // rows                      # type: ignore[operator]
    touched: dict[int, list[_Touch]] = {}
    for t in walk.touches:
        touched.setdefault(t.arg, []).append(t)
    new: dict[Any, int] = {}
    for k, a in enumerate(call.args):
        if not isinstance(a, Address) or not written(a.of):
            continue
        for t in touched.get(k, [_Touch(k, 0, 0)]):
            own = t.step * each * a.itemsize
            apart = pitch.get(a.of, new.setdefault(a.of, own))
            within = (a.offset + (each - 1) * t.step + t.reach + 1) * a.itemsize <= t.group * apart
            if apart != own or a.offset < 0 or t.group > 1 and each != 1 or not within:
                return 0
    pitch.update({of: apart for of, apart in new.items() if of not in pitch})
    return int(each) if each.__class__ is int else each     # a symbol stays one


# ---------------------------------------------------------------- what kernels touch
def _walks(call: Call) -> Iterator[_Walk]:
    """The axes along which a call may be held, and what it touches there."""
    known = _KINDS.get(type(call.description))
    if known is not None and call.axes:
        yield from known(call.description, call, dict(zip(call.description.parameters(), call.args)))


def _strides(operand: Operand, name: str, extents: Sequence[Any], arg: Mapping[str, Any]) -> list[Any] | None:
    """Of an operand over the axes of a nest; None if it lies where an index says, or is walked backwards."""
    found: list[Any] = []
    for axis, letter in enumerate(operand.strides):
        inner = 1
        for n in extents[axis + 1:] if letter == "c" else ():
            inner *= n
        found.append(arg[f"{name}.stride{axis}"] if letter == "s" else inner if letter == "c" else
                     int(letter))
    return None if operand.at is not None or any([s < 0 for s in found]) else found


def _reach(strides: Sequence[Any], extents: Sequence[Any]) -> Any:
    return sum([(n - 1) * s for n, s in zip(extents, strides)])


def _nest(operands: Sequence[tuple[str, int, Operand]], extents: Sequence[Any], arg: Mapping[str, Any],
          place: int) -> Iterator[_Walk]:
    """The outermost axis of loops over operands, each with its name and the arg that says where it begins."""
    touches = []
    for name, at, operand in operands:
        strides = _strides(operand, name, extents, arg)
        if strides is None:
            return
        touches.append(_Touch(at, strides[0], _reach(strides[1:], extents[1:])))
    yield _Walk(place, touches)


def _pointwise(nest: Pointwise, call: Call, arg: Mapping[str, Any]) -> Iterator[_Walk]:
    names = nest.parameters()
    operands = []
    for name, operand in nest.named():
        output = nest.outputs[int(name[3:])] if name.startswith("out") else None
        at = name if output is None or output.inplace is None else f"in{output.inplace}"
        operands.append((name, names.index(at), operand))
    extents = [arg["end"], *[arg[f"n{axis}"] for axis in range(1, nest.rank)]]
    return _nest(operands, extents, arg, names.index("begin"))


def _region(nest: Region, call: Call, arg: Mapping[str, Any]) -> Iterator[_Walk]:
    if any([phase.sinks for phase in nest.phases]):
        return
    names = nest.parameters()
    named = [*[(f"in{k}", operand) for k, operand in enumerate(nest.inputs)],
             *[(f"out{k}", operand) for k, operand in enumerate(nest.outputs)]]
    operands = [(name, names.index(name), operand) for name, operand in named]
    extents = [arg["end"], *[arg[f"n{axis}"] for axis in range(1, nest.rank)]]
    yield from _nest(operands, extents, arg, names.index("begin"))


def _reduce(nest: Reduce, call: Call, arg: Mapping[str, Any]) -> Iterator[_Walk]:
    names = nest.parameters()
    operands = [(f"in{k}", k, operand) for k, operand in enumerate(nest.inputs)]
    inner = [arg["inner"]] if nest.rank == 3 else []
    own = _Touch(names.index("out"), *((inner[0], inner[0] - 1) if inner else (1, 0)))
    for walk in _nest(operands, [arg["end"], arg["folded"], *inner], arg, names.index("begin")):
        yield _Walk(walk.place, [*walk.touches, own])


def _gemm(gemm: Gemm, call: Call, arg: Mapping[str, Any]) -> Iterator[_Walk]:
    """Rows of one product, or the products of a batch."""
    if arg["turned"]:
        return
    names, tile = gemm.parameters(), gemm.tile
    m, n, k, batches = (arg[name] for name in ("m_end", "n_end", "k", "batch_end"))
    a, b, c = (names.index(name) for name in "abc")
    panels = arg["a.panel"] != tile.rows * arg["a.row"]
    if batches == 1:
        own = _Touch(a, k, arg["a.panel"] - 1, tile.rows) if panels else \
            _Touch(a, arg["a.row"], (k - 1) * arg["a.depth"])
        after = _after(call, arg, 1, [n])
        if after is not None:
            yield _Walk(names.index("m_begin"), [own, _Touch(c, arg["c.row"], n - 1), *after])
    elif arg["inner"] == batches:
        of_a = -(-m // tile.rows) * arg["a.panel"] - 1 if panels else \
            _reach((arg["a.row"], arg["a.depth"]), (m, k))
        packed = not gemm.crossed and arg["b.step"] == tile.width
        of_b = -(-n // tile.width) * arg["b.panel"] - 1 if packed else \
            _reach((arg["b.step"], 1), (n, k) if gemm.crossed else (k, n))
        after = _after(call, arg, 0, [m, n])
        if after is not None:
            yield _Walk(names.index("batch_begin"),
                        [_Touch(a, arg["a.batch"], of_a), _Touch(b, arg["b.batch"], of_b),
                         _Touch(c, arg["c.batch"], m * n - 1), *after])


def _after(call: Call, arg: Mapping[str, Any], axis: int, inner: Sequence[Any]) -> list[_Touch] | None:
    """What the epilogue of a product touches along its batch (0) or its rows (1)."""
    finish = arg["finish"]
    if not isinstance(finish, Routine):
        return []
    first = len(arg)
    epilogue: Any = finish.description
    given = dict(zip(epilogue.parameters(), call.args[first:]))
    touches = []
    for k, (name, operand) in enumerate(epilogue.named()):
        strides = _strides(operand, name, (), given)
        if strides is None:
            return None
        touches.append(_Touch(first + k, strides[axis], _reach(strides[axis + 1:], inner)))
    return touches


def _pack(pack: Pack, call: Call, arg: Mapping[str, Any]) -> Iterator[_Walk]:
    """Panels of one matrix, or the matrices of a batch."""
    names, lanes, k = pack.parameters(), arg["lane_end"], arg["k"]
    source, panels = (names.index(name) for name in ("source", "panels"))
    if arg["batch_end"] == 1:
        yield _Walk(names.index("lane_begin"), [
            _Touch(source, arg["source.lane"], (k - 1) * arg["source.depth"]),
            _Touch(panels, arg["panels.lane"], pack.width * arg["panels.lane"] - 1, pack.width)])
    elif arg["inner"] == arg["batch_end"]:
        whole = -(-lanes // pack.width) * pack.width * arg["panels.lane"]
        yield _Walk(names.index("batch_begin"), [
            _Touch(source, arg["source.batch"],
                   _reach((arg["source.lane"], arg["source.depth"]), (lanes, k))),
            _Touch(panels, arg["panels.batch"], whole - 1)])


_KINDS: dict[type, Callable[..., Iterator[_Walk]]] = {
    Pointwise: _pointwise, Region: _region, Reduce: _reduce, Gemm: _gemm, Pack: _pack}

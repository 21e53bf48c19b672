"""Reading and adding at computed places (take, gather and their duals) to nests with an operand at an
index, behind a check of the indices."""

from __future__ import annotations

from collections.abc import Callable

from retrograd.base.errors import RetrogradError
from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import Axis, nanoseconds
from retrograd.codegen.jit import host
from retrograd.codegen.layout import one_step
from retrograd.codegen.loops.add_rows import AddRows
from retrograd.codegen.loops.check import Check
from retrograd.codegen.loops.copy_rows import CopyRows
from retrograd.codegen.loops.operand import Step
from retrograd.codegen.loops.uses import Uses
from retrograd.codegen.lowering.call import Address, Call, Scratch, start_of
from retrograd.codegen.lowering.check import flat
from retrograd.codegen.lowering.nest import Array, Result, array, copy, fill, nest
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node, line_text
from retrograd.ops.gather import out_of_range

PARTS = 8               # of a table at most: each looks at all places
FEW_COLUMNS = 8         # rows shorter than this are no rows for a vector
LONG_ROW = 512          # bytes; shorter rows are soon there
_MULTIPLE = ("float32", "float64", "int32", "int64")


def _failure(size: int, op: str, n: Node) -> Callable[[int], RetrogradError]:
    where = n.where
    return lambda bad: out_of_range(bad, size, op, line_text(where))


def _checked(calls: list[Call], index: Node, size: int, op: str, n: Node, schedule: Schedule) -> None:
    """A check of an index before it is used."""
    args = flat(calls, index, schedule)
    calls.append(Call(Check(), [*args, size], _failure(size, op, n)))


def _spread(strides: Shape, before: int, after: int) -> Shape:
    return (0,) * before + strides + (0,) * after


def lower_take(work: Work, schedule: Schedule) -> list[Call]:
    """Slices along one axis: y[lead, i, rest] = x[lead, index[i], rest]."""
    n = work.nodes[0]
    (x, index), (axis,) = n.inputs, n.params
    calls: list[Call] = []
    _checked(calls, index, x.shape[axis], "index", n, schedule)
    rows = _long_rows(n, schedule)
    if rows is not None:
        calls.append(_rows_copied(n, rows, calls, schedule))
        return calls
    lead, rest = axis, x.ndim - axis - 1
    steps = schedule.layouts[x].strides
    places = array(schedule.layouts[index], index, _spread(schedule.layouts[index].strides, lead, rest))
    source = array(schedule.layouts[x], x, steps[:axis] + (0,) * index.ndim + steps[axis + 1:])
    source = source._replace(at=0, reach=steps[axis], size=x.shape[axis])
    calls.append(nest(n.shape, [places, source], (), [Result(1, array(schedule.layouts[n], n))]))
    return calls


def _long_rows(n: Node, schedule: Schedule) -> tuple[int, int] | None:
    """The steps from row to row, of the table and of what is taken from it, if whole rows are copied."""
    (x, index), (axis,) = n.inputs, n.params
    many, taken = index.ndim, schedule.layouts[n].strides
    row, steps = n.shape[many:], schedule.layouts[x].strides
    if axis or not many or numel(row) * n.dtype.itemsize < LONG_ROW or one_step(row, steps[1:]) != 1 \
            or one_step(row, taken[many:]) != 1:
        return None
    out = one_step(index.shape, taken[:many])
    return None if out is None else (steps[0], out)


def _rows_copied(n: Node, steps: tuple[int, int], calls: list[Call], schedule: Schedule) -> Call:
    x, index = n.inputs
    place, *_ = flat(calls, index, schedule)
    size, nbytes = n.dtype.itemsize, numel(n.shape[index.ndim:]) * n.dtype.itemsize
    kernel, layouts = CopyRows(), schedule.layouts
    return Call(kernel, [start_of(layouts[x], x), place, start_of(layouts[n], n), 0, numel(index.shape),
                         nbytes, steps[0] * size, steps[1] * size, x.shape[0]], axes=kernel.axes(),
                cost=nanoseconds(0, 2 * numel(n.shape) * size))


def lower_scatter(work: Work, schedule: Schedule) -> list[Call]:
    """The dual of take: slices added, in the order of their positions."""
    n = work.nodes[0]
    (v, index), (axis, size) = n.inputs, n.params
    rows = _as_rows(v, index, axis, schedule)
    if rows is not None:
        return _rows_added(n, rows, schedule)
    lead, rest = axis, v.ndim - axis - index.ndim
    steps = schedule.layouts[n].strides
    spread = _spread(schedule.layouts[index].strides, lead, rest)
    return _added(n, v, index, spread, steps[:axis] + (0,) * index.ndim + steps[axis + 1:],
                  (steps[axis], size, "index_add"), schedule)


def _as_rows(v: Node, index: Node, axis: int, schedule: Schedule) -> int | None:
    """The step from row to row, if v is rows of neighbours for the places of one axis after the other."""
    layout, many = schedule.layouts[v], index.ndim
    if axis or many == v.ndim or v.dtype.name not in _MULTIPLE or numel(v.shape[many:]) < FEW_COLUMNS:
        return None
    step = one_step(v.shape[:many], layout.strides[:many]) if many else 0
    return step if one_step(v.shape[many:], layout.strides[many:]) == 1 else None


def _rows_added(n: Node, step: int, schedule: Schedule) -> list[Call]:
    """A table of zeros with rows added: parts of it by several threads."""
    (v, index), (_, size) = n.inputs, n.params
    calls: list[Call] = []
    _checked(calls, index, size, "index_add", n, schedule)
    place, *_ = flat(calls, index, schedule)
    width, itemsize = numel(v.shape[index.ndim:]), n.dtype.itemsize
    kernel = AddRows(n.dtype.name, host().lanes(n.dtype.name))
    calls.append(Call(kernel, [
        start_of(schedule.layouts[v], v), place, Address(n, 0, itemsize), 0, size, numel(index.shape), width,
        step, size], axes=(Axis(3, -(-size // PARTS)),),
        cost=nanoseconds(0, (3 * numel(v.shape) + size * width) * itemsize)))
    return calls


def lower_gather(work: Work, schedule: Schedule) -> list[Call]:
    """One place an element: y[i, j] = x[i, index[i, j]] for axis 1."""
    n = work.nodes[0]
    (x, index), (axis,) = n.inputs, n.params
    calls: list[Call] = []
    _checked(calls, index, x.shape[axis], "gather", n, schedule)
    steps = schedule.layouts[x].strides
    source = array(schedule.layouts[x], x, steps[:axis] + (0,) + steps[axis + 1:])
    source = source._replace(at=0, reach=steps[axis], size=x.shape[axis])
    calls.append(nest(n.shape, [array(schedule.layouts[index], index), source], (),
                      [Result(1, array(schedule.layouts[n], n))]))
    return calls


def lower_add_at(work: Work, schedule: Schedule) -> list[Call]:
    """The dual of gather: elements added, in row-major order."""
    n = work.nodes[0]
    (v, index), (axis, shape) = n.inputs, n.params
    steps = schedule.layouts[n].strides
    return _added(n, v, index, schedule.layouts[index].strides, steps[:axis] + (0,) + steps[axis + 1:],
                  (steps[axis], shape[axis], "scatter_add"), schedule)


def _added(n: Node, v: Node, index: Node, spread: Shape, strides: Shape, along: tuple[int, int, str],
           schedule: Schedule) -> list[Call]:
    """Zeros, and v added at its places; `along` is the stride, the size and the name of the indexed axis."""
    reach, size, op = along
    calls: list[Call] = []
    _checked(calls, index, size, op, n, schedule)
    out = array(schedule.layouts[n], n)
    calls.append(fill(n.shape, out))
    target = Array(out.start, n.dtype.name, strides, 1, reach, size)
    values = array(schedule.layouts[v], v)
    places = array(schedule.layouts[index], index, spread)
    add = Step(lambda m, total, value: m.add(total, value), (2, 0), "add")
    calls.append(nest(v.shape, [values, places, target], (add,), [Result(3, target, inplace=2)]))
    return calls


def lower_uses(work: Work, schedule: Schedule) -> list[Call]:
    """Numbers of places as they first appear, behind a check of these."""
    n = work.nodes[0]
    index, (size,) = n.inputs[0], n.params
    calls: list[Call] = []
    _checked(calls, index, size, "index", n, schedule)
    place, *_ = flat(calls, index, schedule)
    count = numel(n.shape)
    marks, seen = Address(Scratch(8 * size), 0, 8), Address(Scratch(8 * count), 0, 8)
    calls.append(Call(Uses(), [place, Address(n, 0, 8), marks, seen, count, size],
                      cost=nanoseconds(0, 256 * count)))
    return calls


def lower_place(work: Work, schedule: Schedule) -> list[Call]:
    """Rows of x replaced by those of v, one after the other."""
    n = work.nodes[0]
    x, v, index = n.inputs
    calls: list[Call] = []
    out = array(schedule.layouts[n], n)
    if n not in work.over:          # else x lies there, and its rows were read at these places (donate.py)
        _checked(calls, index, x.shape[0], "index_put", n, schedule)
        calls.append(copy(n.shape, array(schedule.layouts[x], x), out))
    if numel(v.shape):
        steps = schedule.layouts[n].strides
        target = out._replace(strides=(0,) * index.ndim + steps[1:], at=1, reach=steps[0], size=x.shape[0])
        spread = _spread(schedule.layouts[index].strides, 0, v.ndim - index.ndim)
        calls.append(nest(v.shape, [array(schedule.layouts[v], v),
                                    array(schedule.layouts[index], index, spread)], (), [Result(0, target)]))
    return calls

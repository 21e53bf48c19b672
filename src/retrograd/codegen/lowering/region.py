"""A region of reductions and pointwise nodes over rows to one kernel: which phase computes what, and what a
later phase reads back instead of computing it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, merged, one_step, whole
from retrograd.codegen.loops.operand import LINE, Operand, Step
from retrograd.codegen.loops.reduce import CHUNK, Reduce, strips
from retrograd.codegen.loops.region import Fold, Phase, Put, Region
from retrograd.codegen.lowering.call import (
    NEAR,
    Address,
    Call,
    Scratch,
    copied,
    moved,
    slot_dtype,
    start_of,
    stride_letters,
)
from retrograd.codegen.lowering.steps import Steps
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node

ROW_COST = 60   # nanoseconds of a row however short: folds end in a tree, lanes are masked
CHEAP = 6       # operations below which a value is computed again rather than put down and read back


class _Place(NamedTuple):
    """Where an operand lies: strides over the axes of rows, and along the lanes (0 or 1)."""

    address: Address
    dtype: str
    rows: Shape
    along: int


def lower_region(work: Work, schedule: Schedule) -> list[Call]:
    """One kernel over the rows; for each sum over rows a second one, which adds up the chunks."""
    assert work.cut is not None
    rows, lanes = work.shape[:work.cut], numel(work.shape[work.cut:])
    steps = Steps(schedule, {n for n in work.nodes if work.roles[n] == "row"})
    sunk = []
    for n in work.nodes:
        if work.roles[n] == "sink":
            steps.value[n] = steps.operand(n.inputs[0])
            sunk.append(n)
        elif n.prim.family == "reduction":
            steps.fold(n)
        else:
            steps.add(n)
    before: list[Call] = []
    after: list[Call] = []
    places = [_placed(before, layout, n, work.shape, work.cut) for layout, n in steps.inputs]
    stored = [n for n in work.stores if work.roles[n] != "sink"]
    for n in stored:
        each, along = (1, 0) if work.roles[n] == "row" else (lanes, 1)
        strides = tuple(s * each for s in whole(n, rows).strides)
        places.append(_Place(Address(n, 0, n.dtype.itemsize), n.dtype.name, strides, along))
    sizes, strides_ = merged(rows, [p.rows for p in places])
    for n in sunk:
        places.append(_Place(_sink(after, n, numel(rows), lanes), n.dtype.name, (), 1))
        strides_.append((*(0 for _ in sizes[1:]), lanes))
    walks = [(*st, p.along) for st, p in zip(strides_, places)]
    operands = [Operand(p.dtype, stride_letters(st)) for st, p in zip(walks, places)]
    k = len(steps.inputs)
    nbytes = moved((*sizes, lanes), walks, operands)
    streams = tuple(j for j, n in enumerate(stored) if work.roles[n] == "full" and _whole_lines(n, lanes)) \
        if nbytes > NEAR else ()
    targets = [(n, work.roles[n]) for n in [*stored, *sunk]]
    phases, buffers = _phases(steps, places, targets, streams)
    nest = Region(tuple(operands[:k]), _folds(steps), steps.steps(), phases, tuple(operands[k:]), buffers,
                  host().lanes("float32"), nbytes > NEAR, streams)
    args: list[int | Address] = [*(p.address for p in places), 0, sizes[0], *sizes[1:], lanes]
    for operand, st in zip(operands, walks):
        args += [s for letter, s in zip(operand.strides, st) if letter == "s"]
    flops = sum(n.prim.flops(n) for n in work.nodes if n.prim.flops)
    cost = nanoseconds(flops, nbytes) + ROW_COST * numel(rows)
    return [*before, Call(nest, args, axes=nest.axes(), cost=cost), *after]


def _whole_lines(n: Node, lanes: int) -> bool:
    """Whether rows of a value, and each vector of one, are whole lines of the cache or whole parts of one."""
    return n.dtype.itemsize >= 4 and lanes * n.dtype.itemsize % LINE == 0


def _folds(steps: Steps) -> tuple[Fold, ...]:
    return tuple(Fold(steps.number(at), str(n.prim.lower), n.dtype.name) for at, n in steps.folds)


# ---------------------------------------------------------------- where operands lie
def _placed(calls: list[Call], layout: Layout, n: Node, shape: Shape, cut: int) -> _Place:
    """An input by its strides, or a copy of it where strides do not serve."""
    rows = shape[:cut]
    dtype = slot_dtype(layout, n)
    if numel(layout.shape) == 1:
        return _Place(start_of(layout, n), dtype, (0,) * cut, 0)
    if layout.shape == shape:
        along = one_step(shape[cut:], layout.strides[cut:])
        if along in (0, 1):
            return _Place(start_of(layout, n), dtype, layout.strides[:cut], int(along))
        if not any(layout.strides[:cut]):
            layout = copied(calls, Layout(layout.base, layout.offset, shape[cut:], layout.strides[cut:]), n)
            return _Place(start_of(layout, n), dtype, (0,) * cut, 1)
        layout = copied(calls, layout, n)
        return _Place(start_of(layout, n), dtype, layout.strides[:cut], 1)
    strides = _over_rows(layout, rows)
    if strides is None:
        layout = copied(calls, layout, n)
        strides = whole(None, rows).strides
    return _Place(start_of(layout, n), dtype, strides, 0)


def _over_rows(layout: Layout, rows: Shape) -> Shape | None:
    """Strides over the axes of rows of a value with one element a row, under whatever shape."""
    steps = [s for s, size in zip(layout.strides, layout.shape) if size > 1]
    if [s for s in layout.shape if s > 1] == [s for s in rows if s > 1]:
        rest = iter(steps)
        return tuple(next(rest) if size > 1 else 0 for size in rows)
    step = one_step(layout.shape, layout.strides)
    return None if step is None else tuple(s * step for s in whole(None, rows).strides)


def _sink(after: list[Call], n: Node, rows: int, lanes: int) -> Address:
    """Where a sum over rows goes: the value itself, or sums of chunks that a second call adds."""
    size, chunks = n.dtype.itemsize, -(-rows // CHUNK)
    if chunks == 1:
        return Address(n, 0, size)
    parts = Address(Scratch(chunks * lanes * size), 0, size)
    same = Step(lambda m, x: x, (0,), "same")
    nest = Reduce((Operand(n.dtype.name, "0s1"),), (same,), "sum", n.dtype.name,
                  *strips(host(), n.dtype.name))
    args: list[int | Address] = [parts, Address(n, 0, size), 0, 1, chunks, lanes, 0, lanes, lanes]
    after.append(Call(nest, args, axes=nest.axes(), cost=nanoseconds(0, size * chunks * lanes)))
    return parts


# ---------------------------------------------------------------- what happens when
@dataclass
class _Plan:
    """The values of a region by number, and the phases under construction."""

    steps: Steps
    args: list[tuple[int, ...]]         # of every value; none for inputs
    on_row: list[bool]
    ready: list[int]                    # the first phase that can compute it
    put: dict[int, int] = field(default_factory=dict)       # the phase that puts a value into memory
    saved: list[int] = field(default_factory=list)          # values put into buffers
    streamed: set[int] = field(default_factory=set)         # put where it takes long to read them back
    seen: set[tuple[int, int]] = field(default_factory=set)

    def flops(self, v: int) -> int:
        first = len(self.steps.inputs) + len(self.steps.folds)
        return self.steps.flops[v - first] if v >= first else 1


def _phases(steps: Steps, places: list[_Place],
            targets: list[tuple[Node, str]],
            streams: tuple[int, ...] = ()) -> tuple[tuple[Phase, ...], tuple[str, ...]]:
    plan = _values(steps, places)
    first = len(steps.inputs)
    folds = [steps.number(at) for at, _ in steps.folds]
    values = [steps.number(steps.value[n]) for n, _ in targets]
    outs = {role: [(v, k) for k, (v, (_, r)) in enumerate(zip(values, targets)) if r == role]
            for role in ("full", "row", "sink")}
    plan.put = {v: plan.ready[v] for v, _ in outs["full"] if not plan.on_row[v]}
    plan.streamed = {v for v, k in outs["full"] if k in streams}
    wanted = [(plan.ready[v], v) for v in folds]
    wanted += [(plan.ready[v], v) for v, (_, role) in zip(values, targets) if role != "row"]
    for p, v in sorted(wanted):
        _demand(plan, v, p)
    count = 1 + max([p for p, _ in wanted] + [plan.ready[v] for v, _ in outs["row"]], default=0)
    by_row: list[list[int]] = [[] for _ in range(count)]
    for v in range(first + len(folds), len(plan.args)):
        if plan.on_row[v] and plan.args[v] and plan.ready[v] < count:
            by_row[plan.ready[v]].append(v)

    def at(p: int, puts: list[Put]) -> tuple[Put, ...]:
        return tuple(put for put in puts if plan.ready[put[0]] == p)

    saves = [(v, k) for k, v in enumerate(plan.saved)]
    phases = tuple(Phase(tuple(by_row[p]), at(p, outs["row"]),
                         tuple(k for k, v in enumerate(folds) if plan.ready[v] == p),
                         at(p, outs["full"]), at(p, saves), at(p, outs["sink"])) for p in range(count))
    dtypes = tuple(steps.dtypes[v - first - len(folds)] for v in plan.saved)
    return phases, dtypes


def _values(steps: Steps, places: list[_Place]) -> _Plan:
    """Which values are one number a row, and from which phase on."""
    first = len(steps.inputs)
    count = len(steps.folds)
    on_row = [p.along == 0 for p in places[:first]] + [True] * count
    plan = _Plan(steps, [()] * (first + count), on_row, [0] * first + [-1] * count)
    sources = [steps.number(at) for at, _ in steps.folds]
    known = 0                       # folds whose operand came by: it comes before whatever reads the fold
    for step in steps.steps():
        while known < count and sources[known] < len(plan.ready):
            plan.ready[first + known] = plan.ready[sources[known]] + 1
            known += 1
        plan.args.append(step.arguments)
        plan.on_row.append(all(plan.on_row[a] for a in step.arguments))
        plan.ready.append(max((plan.ready[a] for a in step.arguments), default=0))
    for k in range(known, count):
        plan.ready[first + k] = plan.ready[sources[k]] + 1
    return plan


def _demand(plan: _Plan, v: int, p: int) -> None:
    """The lanes of phase p want v: note what an earlier phase must put down for it."""
    if (v, p) in plan.seen or plan.on_row[v] or not plan.args[v]:
        return
    plan.seen.add((v, p))
    if plan.put.get(v, p) < p:
        if v in plan.streamed and v not in plan.saved:
            plan.saved.append(v)
        return
    if plan.ready[v] < p and _left(plan, v, CHEAP) < 0:
        plan.put[v] = plan.ready[v]
        plan.saved.append(v)
        _demand(plan, v, plan.ready[v])
        return
    for a in plan.args[v]:
        _demand(plan, a, p)


def _left(plan: _Plan, v: int, budget: int) -> int:
    """What is left of a budget of operations after computing v again; negative if it does not do."""
    budget -= plan.flops(v)
    for a in plan.args[v]:
        if budget < 0:
            break
        if a in plan.put or not plan.args[a]:
            budget -= not plan.on_row[a]        # a load
        elif not plan.on_row[a]:
            budget = _left(plan, a, budget)
    return budget

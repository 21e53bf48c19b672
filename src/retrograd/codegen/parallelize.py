"""Calls in order go in; batches of calls that may run at once, and the blocks they are cut into, come out.

A call waits for what it reads, and for whoever reads or writes the memory it writes. Large calls look a
little ahead for others that wait for nothing in their batch. Cuts are made by shape, never by the number of
threads.

    product A, product B (reads A), product C     ->   [A, C], [B]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from retrograd.base.shape import numel
from retrograd.codegen.lowering.call import Call, Scratch
from retrograd.codegen.pool import MAX_ARGS, MAX_BLOCKS
from retrograd.codegen.schedule import Work
from retrograd.codegen.symbol import number_of
from retrograd.runtime.table import CUTS, Block, Cut, Stage

# Nanoseconds by codegen/axis.py.
BLOCK_COST = 10_000         # of one block; less is not worth a claim
MANY, LARGE_BLOCK = 128, 100_000    # blocks enough for any machine, unless they take longer than this
MOST = 4096
TOGETHER = 10_000           # a batch below this runs on one thread: a barrier costs about one thousand
WAKE = 60_000               # a program whose batches are below this in all wakes nobody
ENOUGH = 400_000            # a batch above this looks for no more
LONGEST = 50_000_000        # of one stage: between stages, Ctrl-C is seen
PATIENCE = 100_000          # beyond what blocks should take: a wait longer than that is the system's doing
WINDOW = 16                 # calls looked ahead
AHEAD = 1 << 20             # bytes that such a call may fill: they lie there until they are read


class Batch(NamedTuple):
    """Calls, each with its work, that may run at once (`cuts`: the blocks of each) or, if there is but one,
    on one thread. A call of NumPy is alone, without a Call."""

    calls: list[tuple[Work, Call | None]]
    cuts: list[list[tuple[Cut, ...]]]

    @property
    def native(self) -> bool:
        return self.calls[0][1] is not None

    @property
    def together(self) -> bool:
        return sum(map(len, self.cuts)) > 1

    @property
    def cost(self) -> float:
        return sum(call.cost for _, call in self.calls if call is not None)


def parallelize(steps: Sequence[tuple[Work, list[Call]]], memory: Callable[[Any], Any],
                commit: int) -> tuple[list[Batch], int]:
    """The batches, and from which of them on leaves are written over, which begins at step `commit`.
    `memory`: what tells apart the places of values."""
    batches: list[Batch] = []
    run: list[tuple[Work, Call]] = []
    committed = None

    def end_run() -> None:
        batches.extend(_batches(run, memory))
        run.clear()
    for k, (work, calls) in enumerate(steps):
        if k == commit or work.kind == "numpy":
            end_run()
        if k == commit:
            committed = len(batches)
        if work.kind == "numpy":
            batches.append(Batch([(work, None)], []))
        run += [(work, call) for call in calls]
    end_run()
    return batches, len(batches) if committed is None else committed


def _batches(run: Sequence[tuple[Work, Call]], memory: Callable[[Any], Any]) -> Iterator[Batch]:
    for chosen in grouped(run, memory):
        yield from _batch([run[k] for k in chosen])


def grouped(run: Sequence[tuple[Work, Call]], memory: Callable[[Any], Any]) -> Iterator[list[int]]:
    """Numbers of calls that may run at once, group after group."""
    waits = _waits(run, memory)
    left, done = deque(range(len(run))), set[int]()
    while left:
        chosen = [left.popleft()]
        cost = run[chosen[0]][1].cost
        if cost >= TOGETHER:
            near = [left.popleft() for _ in range(min(WINDOW - 1, len(left)))]
            for k in near:
                if cost < ENOUGH and waits[k] <= done and _filled(*run[k]) <= AHEAD:
                    chosen.append(k)
                    cost += run[k][1].cost
            left.extendleft(reversed([k for k in near if k not in chosen]))
        done.update(chosen)
        yield chosen


def _filled(work: Work, call: Call) -> int:
    """Bytes that a call writes, or reads of what its work uses for itself."""
    places = call.touched
    return int(sum([number_of(of.nbytes) for of in places if isinstance(of, Scratch)]) +
               sum([number_of(numel(n.shape)) * n.dtype.itemsize for n in work.stores if n in places]))


def _batch(calls: Sequence[tuple[Any, Call]]) -> Iterator[Batch]:
    """Calls that may run at once, as one batch if any is worth cutting."""
    cuts = [cut(call) for _, call in calls]
    if sum(map(len, cuts)) > 1:
        yield Batch(list(calls), cuts)
        return
    for pair in calls:
        yield Batch([pair], [])


def _waits(run: Sequence[tuple[Work, Call]], memory: Callable[[Any], Any]) -> list[set[int]]:
    """For each call the earlier ones that must be done: they write what it touches, or touch what it
    writes."""
    waits: list[set[int]] = []
    writer: dict[Any, int] = {}
    readers: dict[Any, list[int]] = {}
    for k, (work, call) in enumerate(run):
        touched = {memory(of) for of in call.touched}
        stored = {memory(n) for n in work.stores}
        written = {m for m in touched if m in stored or isinstance(m, Scratch)}
        before = {writer[m] for m in touched if m in writer}
        before.update(*(readers.get(m, ()) for m in written))
        waits.append(before - {k})
        for m in touched:
            readers.setdefault(m, []).append(k)
        writer.update(dict.fromkeys(written, k))
    return waits


Bound = tuple[int, int, int, int]       # where in the args, its alignment, begin, end


def division(call: Call) -> tuple[list[Bound], list[int]] | None:
    """Along what a call is cut, and into how many parts each: the longest extent is halved, and so on, until
    a block costs BLOCK_COST or so. None: it stays whole."""
    args: Sequence[Any] = call.args
    bounds = [(place, align, args[place], args[place + 1]) for place, align in call.axes]
    return _divided(call.cost, bounds) if len(args) <= MAX_ARGS else None


def _divided(cost: float, bounds: Sequence[Bound]) -> tuple[list[Bound], list[int]] | None:
    wanted = int(min(cost / BLOCK_COST, max(MANY, cost / LARGE_BLOCK), MOST))
    if wanted < 2 or not bounds:
        return None
    assert len(bounds) <= CUTS, bounds
    parts = [1] * len(bounds)
    units = [-(-(end - begin) // align) for _, align, begin, end in bounds]
    while prod(parts) < wanted:
        # The longest part that can still be halved, in elements: square blocks of a product read least.
        lengths = [u * align / p if 2 * p <= u else 0 for p, u, (_, align, _, _) in zip(parts, units, bounds)]
        if not max(lengths):
            break
        parts[lengths.index(max(lengths))] *= 2
    return list(bounds), parts


def marks_of(bound: Bound, parts: int) -> list[int]:
    """Where the parts along a bound begin, and where the last ends."""
    _, align, begin, end = bound
    units = -(-(end - begin) // align)
    return [min(begin + align * (units * i // parts), end) for i in range(parts + 1)]


def cut(call: Call) -> list[tuple[Cut, ...]]:
    """The blocks of a call."""
    args: Sequence[Any] = call.args
    bounds = tuple([(place, align, args[place], args[place + 1]) for place, align in call.axes])
    return _cut(call.cost, bounds) if bounds and len(args) <= MAX_ARGS else [()]


@lru_cache(maxsize=1024)
def _cut(cost: float, bounds: tuple[Bound, ...]) -> list[tuple[Cut, ...]]:
    """Calls that are alike share their blocks."""
    divided = _divided(cost, bounds)
    blocks: list[tuple[Cut, ...]] = [()]
    for bound, p in zip(*divided) if divided is not None else ():
        place, marks = bound[0], marks_of(bound, p)
        blocks = [(*block, Cut(place, low, high)) for block in blocks for low, high in zip(marks, marks[1:])]
    return blocks


def cost_of(batches: Sequence[Batch]) -> float:
    """Nanoseconds of the calls of kernels, on one core."""
    return sum(batch.cost for batch in batches)


def worth_waking(batches: Sequence[Batch]) -> bool:
    """Whether worker threads save more than it takes to wake them: decided by shape alone."""
    return sum(batch.cost for batch in batches if batch.together) >= WAKE


def stages_of(batches: Sequence[Batch], first: int) -> list[Stage]:
    """Stages for batches of calls in one run, whose rows count from `first` on."""
    stages: list[Stage] = []
    row, alone = first, 0.0                 # and the cost of the last stage, if it runs on one thread
    for batch in batches:
        end = row + len(batch.calls)
        if batch.together:
            stages += _together(batch, row)
        elif stages and not stages[-1].blocks and alone + batch.cost < LONGEST:
            stages[-1] = Stage(stages[-1].first, end)
            alone += batch.cost
        else:
            stages.append(Stage(row, end))
            alone = batch.cost
        row = end
    return stages


def _together(batch: Batch, row: int) -> Iterator[Stage]:
    """One stage, or several if it would take too long; the rows of those cannot be run as they are."""
    blocks = [Block(row + k, cuts) for k, each in enumerate(batch.cuts) for cuts in each]
    largest = max(call.cost / len(each) for (_, call), each in zip(batch.calls, batch.cuts) if call)
    pieces = max(-(-len(blocks) // MAX_BLOCKS), int(batch.cost / LONGEST) + 1)
    size = -(-len(blocks) // pieces)
    for at in range(0, len(blocks), size):
        last = row + len(batch.calls) if size >= len(blocks) else row
        yield Stage(row, last, tuple(blocks[at:at + size]), PATIENCE + int(4 * largest))

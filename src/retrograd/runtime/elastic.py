"""A program whose numbers are functions of sizes, and the frames in which it runs: another size costs the
evaluation of those functions, no planning.

What is the same for all sizes (kernels, which argument is an address of what) is written down once. For each
size an argument is a number, or an offset into a leaf, a result, the arena or a slot.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

import numpy as np

from retrograd.runtime.arena import Arena, arenas
from retrograd.runtime.buffer import address
from retrograd.runtime.program import PRIVATE, SLICE, Driver
from retrograd.runtime.recycle import LARGE, recycler
from retrograd.runtime.table import FOREVER, ROW, WORD, Stage, StageTable, StageWords

FRAMES = 4              # that wait for their size to come again


class Numbers(NamedTuple):
    """What differs from size to size."""

    words: Sequence[int]                        # different ones; `Pattern.which` says where they stand
    outputs: Sequence[tuple[int, ...]]          # shapes of fresh memory
    arena: int
    verdicts: Sequence[int]                     # offsets in the arena
    costs: Sequence[float]                      # nanoseconds of each row
    made: Sequence[tuple[Any, ...]]             # parameters of what NumPy makes from nothing (positions)


@dataclass
class Pattern:
    """What is the same for all sizes. Places are those of words, counted over the args of all rows."""

    kernels: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)            # args of each row
    words: list[int] = field(default_factory=list)              # of all rows; addresses as offsets
    varying: list[int] = field(default_factory=list)            # places that differ with the size,
    which: list[int] = field(default_factory=list)              # and which of `Numbers.words` stands there
    addresses: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    # by what it is an offset into: "leaf", "output", "arena", "slot", "const": (place, its number)
    results: list[int] = field(default_factory=list)            # outputs; leaves count from -1 downwards
    dtypes: list[Any] = field(default_factory=list)             # of outputs
    float_slots: list[bool] = field(default_factory=list)
    consts: list[Any] = field(default_factory=list)
    made: list[Callable[..., Any]] = field(default_factory=list)     # by NumPy; they count as leaves, last
    alive: list[object] = field(default_factory=list)

    def places(self, kind: str) -> tuple[Any, Any]:
        pairs = self.addresses.get(kind, ())
        return np.array([p for p, _ in pairs], np.int64), np.array([k for _, k in pairs], np.int64)


class Elastic:
    """A pattern, the functions of its sizes, and frames."""

    def __init__(self, pattern: Pattern, numbers: Callable[..., Any], asked: Callable[..., bool],
                 stages: Callable[[Sequence[int], Sequence[float]], StageWords | None],
                 driver: Driver) -> None:
        """`asked(*sizes)`: whether the functions hold for those sizes. `stages(words, costs)`: how threads
        share the work, None where one does it alone."""
        self.pattern, self.driver, self.stages = pattern, driver, stages
        self._numbers, self._asked = numbers, asked
        self._frames: list[_Frame] = []
        rows = len(pattern.kernels)
        self.alone = StageTable([Stage(0, rows)] if rows else [], pattern.lengths)
        self.varying, self.which = np.array(pattern.varying, np.int64), np.array(pattern.which, np.int64)
        self.leaf_at, self.leaf_of = pattern.places("leaf")
        self.output_at, self.output_of = pattern.places("output")
        self.arena_at, _ = pattern.places("arena")
        self.slot_at, self.slot_of = pattern.places("slot")
        const_at, const_of = pattern.places("const")
        base = np.array(pattern.words, np.int64)
        if len(const_at):
            base[const_at] += np.array([address(c) for c in pattern.consts], np.int64)[const_of]
        self.words = base

    def serves(self, sizes: Sequence[int]) -> bool:
        """Whether it holds for those sizes."""
        return self._asked(*sizes)

    def run(self, sizes: tuple[int, ...], leaves: Sequence[Any], scalars: Sequence[Any]) -> list[Any] | None:
        """Values of the roots; None where a check refused a value (another program says which).
        Two threads may run at once: each takes a frame of its own."""
        frames = self._frames
        frame = None
        for k, f in enumerate(frames):
            if f.sizes == sizes:
                frame = frames.pop(k)
                break
        if frame is None:
            frame = frames.pop(0) if len(frames) >= FRAMES else _Frame(self)
            frame.fit(sizes, Numbers(*self._numbers(*sizes)))
        found = frame.run(leaves, scalars)
        frames.append(frame)            # one that was interrupted may be half changed: it is given up
        return found


class _Frame:
    """The table of one run, with the numbers of one size."""

    def __init__(self, elastic: Elastic) -> None:
        self.elastic = elastic
        p = elastic.pattern
        rows = len(p.kernels)
        self.table = np.zeros(max(1, ROW * rows + len(p.words)), np.int64)
        self.words = self.table[ROW * rows:]
        self.address = at = address(self.table)
        place = ROW * rows
        for k, (kernel, length) in enumerate(zip(p.kernels, p.lengths)):
            self.table[ROW * k], self.table[ROW * k + 1] = kernel, at + WORD * place
            place += length
        count = max(1, len(p.float_slots))
        self.floats, self.ints = (ctypes.c_double * count)(), (ctypes.c_int64 * count)()
        self.slots = np.array([ctypes.addressof(self.floats if is_float else self.ints) + WORD * k
                               for k, is_float in enumerate(p.float_slots)], np.int64)
        self.all_floats = all(p.float_slots)
        self.sizes: tuple[int, ...] | None = None
        self.known: list[Callable[[], Any]] = []        # leaves whose addresses are those
        self.leaf_addresses = np.zeros(max(1, 1 + int(elastic.leaf_of.max(initial=0))), np.int64)

    def fit(self, sizes: tuple[int, ...], numbers: Numbers) -> None:
        """Take on another size."""
        e, p = self.elastic, self.elastic.pattern
        self.sizes = None
        words = e.words.copy()
        if len(e.varying):
            words[e.varying] = np.array(numbers.words, np.int64)[e.which]
        if len(e.slot_at):
            words[e.slot_at] += self.slots[e.slot_of]
        self.offsets = words
        self.words[:len(words)] = words
        self.fresh = [(shape, dtype, prod(shape) * dtype.itemsize)
                      for shape, dtype in zip(numbers.outputs, p.dtypes)]
        self.output_addresses = np.zeros(max(1, len(self.fresh)), np.int64)
        self.arena_size, self.verdicts = numbers.arena, numbers.verdicts
        self.made = [np.asarray(make(*params), order="C") for make, params in zip(p.made, numbers.made)]
        self.moved = True               # the addresses of leaves are to be put in, though known
        self.own = Arena(numbers.arena) if numbers.arena <= PRIVATE else None
        self.base = -1
        self.cost = sum(numbers.costs)
        stages = e.stages(words.tolist(), numbers.costs)
        self.stages: StageTable | StageWords = stages or e.alone
        self.last = stages.count if stages else min(1, len(p.kernels))
        self.parallel = stages is not None
        self.sizes = sizes

    def run(self, leaves: Sequence[Any], scalars: Sequence[Any]) -> list[Any] | None:
        e, words = self.elastic, self.words
        kept = self._leaves(leaves)
        if self.all_floats:
            self.floats[:len(scalars)] = scalars        # type: ignore[call-overload]
        else:
            for k, (v, is_float) in enumerate(zip(scalars, e.pattern.float_slots)):
                (self.floats if is_float else self.ints)[k] = v
        outs = []
        for j, (shape, dtype, nbytes) in enumerate(self.fresh):
            out = np.empty(shape, dtype) if nbytes < LARGE else recycler.empty(shape, dtype, nbytes)
            self.output_addresses[j] = address(out)
            outs.append(out)
        if outs:
            words[e.output_at] = self.offsets[e.output_at] + self.output_addresses[e.output_of]
        arena = self.own or arenas.lease(self.arena_size)
        try:
            if arena.base != self.base:
                words[e.arena_at] = self.offsets[e.arena_at] + arena.base
                self.base = arena.base
            self._drive()
            refused = any([ctypes.c_int64.from_address(arena.base + at).value for at in self.verdicts])
        finally:
            if arena is not self.own:
                arenas.give(arena)
        del kept
        if refused:
            return None
        return [outs[k] if k >= 0 else leaves[~k] for k in e.pattern.results]

    def _leaves(self, leaves: Sequence[Any]) -> list[Any]:
        """Put the addresses of leaves into the table; returns what must live meanwhile."""
        e, known, at = self.elastic, self.known, self.leaf_addresses
        kept = []
        changed, self.moved = self.moved, True      # until it is done
        if changed:
            known += [_nothing] * (len(leaves) - len(known))
            for j, value in enumerate(self.made, len(leaves)):
                if j < len(at):
                    at[j] = address(value)
        for k, value in enumerate(leaves):
            if known[k]() is not value:
                if not value.flags.c_contiguous:
                    value = np.ascontiguousarray(value)
                    known[k] = _nothing
                else:
                    known[k] = weakref.ref(value)
                kept.append(value)
                if k < len(at):
                    at[k] = address(value)
                changed = True
        if changed and len(e.leaf_at):
            self.words[e.leaf_at] = self.offsets[e.leaf_at] + at[e.leaf_of]
        self.moved = False
        return kept

    def _drive(self) -> None:
        """As a program of kernels is run: long ones come back between slices, so that Ctrl-C is seen."""
        driver, stages, first, last = self.elastic.driver, self.stages.address, 0, self.last
        pool = driver.pool.address() if self.parallel and driver.pool is not None else 0
        budget = SLICE if self.cost >= SLICE else FOREVER
        while first < last:
            first = driver.run(pool, self.address, stages, first, last, budget)


def _nothing() -> None:
    """The weak reference of a leaf that was not seen yet."""

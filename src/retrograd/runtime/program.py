"""Program: kernel calls and NumPy calls over one arena, as plain data,
and the frame of memory in which it runs.

Values are known by integer keys. Nothing here refers to nodes, so a program that is kept
keeps no tensor alive.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple, Protocol

import numpy as np

from retrograd.runtime.arena import Arena, arenas
from retrograd.runtime.buffer import address
from retrograd.runtime.profile import Profile
from retrograd.runtime.recycle import LARGE, recycler
from retrograd.runtime.table import (
    DONE,
    FAILED,
    FOREVER,
    MOVED,
    ORDER,
    ROW,
    Guard,
    RowTable,
    Stage,
    StageTable,
    guard_table,
)
from retrograd.runtime.threads import Pool

PRIVATE = 1 << 14       # bytes of an arena that a frame keeps for itself
SMALL = 1 << 10         # bytes of a result below which making an array costs more than filling it
_POOL, _VERDICTS, _STATUS = (ORDER.index(name) for name in ("pool", "verdicts", "status"))
SLICE = 20_000_000      # nanoseconds after which the native driver comes back, so that Ctrl-C is seen


class Driver(Protocol):
    """The native code that walks over a program; see codegen/driver.py."""

    run: Callable[[int, int, int, int, int, int], int]
    guarded: Callable[[int], None]
    follow: Callable[[int, int, int], int]
    read: Callable[[Any], Callable[..., Any]]
    pool: Pool | None


class Ref(NamedTuple):
    """An address in a kernel's arguments: so many bytes into the value of a key."""

    key: int
    offset: int


class Seen(NamedTuple):
    """A value as NumPy sees it: strides (in elements) over the array of a key; None: the whole array."""

    key: int
    offset: int = 0
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] | None = None


class NumpyCall(NamedTuple):
    fn: Callable[..., Any]
    operands: tuple[Seen, ...]
    out: int
    shape: tuple[int, ...]


class Run(NamedTuple):
    """Stages, one after another, in one native call."""

    first: int
    count: int      # type: ignore[assignment]  # hides tuple.count, which nobody asks


def _nothing() -> None:
    """Where there is nothing to do; and the weak reference of a leaf that was not seen yet."""


@dataclass
class Recipe:
    """Everything a program is."""

    rows: list[tuple[int, list[int | Ref]]] = field(default_factory=list)   # (kernel address, arguments)
    code: list[object] = field(default_factory=list)    # what keeps the kernels at those addresses
    stages: list[Stage] = field(default_factory=list)
    cost: float = 0.0                                   # nanoseconds that its kernels may take
    parallel: bool = False                              # whether worker threads are worth their waking
    segments: list[Run | NumpyCall] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    scalars: list[tuple[int, bool, Any]] = field(default_factory=list)      # (key, float slot?, NumPy dtype)
    outputs: list[tuple[int, tuple[int, ...], Any]] = field(default_factory=list)   # fresh memory at each run
    arena: int = 0
    placed: dict[int, tuple[int, tuple[int, ...], Any]] = field(default_factory=dict)  # offset, shape, dtype
    consts: dict[int, Any] = field(default_factory=dict)
    roots: list[Seen] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)      # values that NumPy made: they may be views of others
    over: dict[int, int] = field(default_factory=dict)  # number of a root -> leaf in whose memory it is put
    commit: int | None = None                           # the first stage that writes over a leaf, if any does
    checks: list[tuple[int, Callable[[int], Exception]]] = field(default_factory=list)  # verdict, its error
    profile: Profile | None = None                      # where times are noted, row by row


class Program:
    """A recipe and the frames that are free to run it."""

    def __init__(self, recipe: Recipe, driver: Driver) -> None:
        self.recipe, self.driver = recipe, driver
        self._stages = StageTable(recipe.stages, [len(args) for _, args in recipe.rows])
        self.leased = recipe.arena if recipe.arena > PRIVATE else 0
        self._frames: list[Frame] = []
        self.over = recipe.over

    @property
    def planned_peak(self) -> int:
        """Bytes that a run needs beside its leaves: the arena, and fresh memory for results. The process
        grows by as much at the first run, unless an arena or memory of dead results is there already."""
        fresh = sum(prod(shape) * dtype.itemsize for _, shape, dtype in self.recipe.outputs)
        return self.recipe.arena + fresh

    def run(self, leaves: Sequence[Any], scalars: Sequence[Any], writable: bool | Sequence[bool] = False,
            then: Callable[[], Any] = _nothing) -> list[Any]:
        """Values of the roots. Two threads may run at once: each takes a frame of its own.

        `writable`: whether the caller owns the arrays of the donated leaves, for all or in the order of
        `donate`: nobody else reads them, they are no views. Then those results lie in the same arrays, which
        are written last and as a whole; other donated leaves are copied first. `then` is called once they are
        written, also if an interrupt has come meanwhile.
        """
        try:
            frame = self._frames.pop()
        except IndexError:
            frame = Frame(self.recipe, self.driver, self._stages.address)
        arena = arenas.lease(self.leased) if self.leased else None
        try:
            if arena is not None and arena.base != frame.base:
                frame.move(arena)
            found = frame.run(leaves, scalars, writable, then)
        finally:
            if arena is not None:
                arenas.give(arena)
        self._frames.append(frame)      # one that was interrupted may be half changed: it is given up
        return found

    @property
    def stages(self) -> int:
        """Address of the table of stages, for a frame that somebody keeps."""
        return self._stages.address

    def guarded(self, frame: Frame, then: Callable[[], Any]) -> bool:
        """Run a frame of this program that was given all addresses; False, and nothing is done, where a
        guard of the frame does not hold."""
        if not self.leased:
            return frame.guarded(then)
        arena = arenas.lease(self.leased)
        try:
            if arena.base != frame.base:
                frame.move(arena)
            return frame.guarded(then)
        finally:
            arenas.give(arena)


def _references_while_unused() -> int:
    """What the references to an array count that a list and the question itself refer to."""
    handed_out = [np.empty(0)]
    for _, out in enumerate(handed_out):
        count = sys.getrefcount(out)
    return count


_UNUSED = _references_while_unused()


class Frame:
    """Arena, argument table and scalar slots of one run; addresses of leaves and outputs are
    written in each time."""

    def __init__(self, recipe: Recipe, driver: Driver, stages: int) -> None:
        self.recipe, self.driver, self.stages = recipe, driver, stages
        count = max(1, len(recipe.scalars))
        self.floats, self.ints = (ctypes.c_double * count)(), (ctypes.c_int64 * count)()
        fixed = {key: address(value) for key, value in recipe.consts.items()}
        for k, (key, is_float, _) in enumerate(recipe.scalars):
            fixed[key] = ctypes.addressof(self.floats if is_float else self.ints) + 8 * k
        patches: dict[int, list[tuple[int, int]]] = {}
        self._make_table(fixed, patches)
        self.leaf_patches = [patches.get(key, []) for key in recipe.leaves]
        self.output_patches = [patches.get(key, []) for key, _, _ in recipe.outputs]
        self.fresh = [(shape, dtype, prod(shape) * dtype.itemsize) for _, shape, dtype in recipe.outputs]
        self.handed_out: list[Any] = [None] * len(self.fresh)      # small results: dead ones are used again
        self.patches = patches
        self.float_slots = [is_float for _, is_float, _ in recipe.scalars]
        self.all_floats = all(self.float_slots)
        self.over = [(k, j, n) for n, (k, j) in enumerate(recipe.over.items())]
        self.known: list[Callable[[], Any]] = [_nothing] * len(recipe.leaves)  # whose address is in the table
        self.results = self._native_results()
        self._order()
        self.arrays = dict(recipe.consts)
        self.fleeting = {*recipe.placed, *recipe.consts, *(recipe.leaves[j] for j in recipe.over.values())}
        if recipe.arena <= PRIVATE:
            self.move(Arena(recipe.arena))

    def _make_table(self, fixed: dict[int, int], patches: dict[int, list[tuple[int, int]]]) -> None:
        """The rows, with the places where addresses of leaves and results belong, and those in the arena."""
        placed, rows, in_arena = self.recipe.placed, [], []
        count = ROW * len(self.recipe.rows)             # of words so far
        for kernel, args in self.recipe.rows:
            words: list[int] = []
            for a in args:
                if isinstance(a, int):
                    words.append(a)
                elif a.key in placed:
                    in_arena.append(count + len(words))
                    words.append(placed[a.key][0] + a.offset)
                elif a.key in fixed:
                    words.append(fixed[a.key] + a.offset)
                else:
                    patches.setdefault(a.key, []).append((count + len(words), a.offset))
                    words.append(0)
            rows.append((kernel, words))
            count += len(words)
        self._rows = RowTable(rows)
        self.table, self.address = self._rows.words, self._rows.address
        self.base = -1
        self._in_arena = np.array(in_arena, np.int64)
        self._offsets = np.frombuffer(self.table, np.int64)[self._in_arena]

    def move(self, arena: Arena) -> None:
        """Run in this arena from now on. An interrupted move is no move: it is made again."""
        self.base = -1
        np.frombuffer(self.table, np.int64)[self._in_arena] = self._offsets + arena.base
        self.verdicts = [((ctypes.c_int64 * 2).from_address(arena.base + self.recipe.placed[key][0]), failure)
                         for key, failure in self.recipe.checks]
        self._verdicts = (ctypes.c_int64 * max(1, len(self.verdicts)))(
            *[ctypes.addressof(verdict) for verdict, _ in self.verdicts])
        self.verdict_table = self.order[_VERDICTS] = ctypes.addressof(self._verdicts)
        if arena.nbytes <= PRIVATE:
            self.arena = arena
        # Arena values as arrays, where somebody sees them; what has no dtype is scratch.
        for key, (offset, shape, dtype) in self.recipe.placed.items() if self.results is None else ():
            if dtype is not None:
                end = offset + prod(shape) * dtype.itemsize
                self.arrays[key] = arena.bytes[offset:end].view(dtype).reshape(shape)
        self.base = arena.base

    def _drive(self, first: int, last: int, then: Callable[[], Any] = _nothing) -> None:
        """Run those stages. Between slices of a long run signals are seen, until a leaf is written; from
        there on only when the native call is over, so `then` is called whenever something was written."""
        recipe, run = self.recipe, self.driver.run
        if recipe.profile is not None:
            try:
                recipe.profile.run(run, self.address, first, last)
            finally:
                then()
            return
        rows, stages = self.address, self.stages
        pool = self.driver.pool.address() if recipe.parallel and self.driver.pool is not None else 0
        if recipe.cost >= SLICE:
            commit = last if recipe.commit is None else min(recipe.commit, last)
            while first < commit:
                first = run(pool, rows, stages, first, commit, SLICE)
        try:
            if first < last:
                run(pool, rows, stages, first, last, FOREVER)
        finally:
            then()

    def point(self, patches: list[tuple[int, int]], array: Any) -> None:
        at = address(array)
        for k, offset in patches:
            self.table[k] = at + offset

    def _take(self, k: int, value: Any) -> Any:
        """Put the address of a leaf into the table; returns the array, or the copy, that is there now."""
        if not value.flags.c_contiguous:
            value = np.ascontiguousarray(value)
            self.known[k] = _nothing
        else:
            self.known[k] = weakref.ref(value)
        if self.leaf_patches[k]:
            self.point(self.leaf_patches[k], value)
        return value

    def _own(self, leaves: Sequence[Any], writable: bool | Sequence[bool]) -> list[Any]:
        """The leaves, with copies of those that would be written over and must not be."""
        leaves = list(leaves)
        for _, j, n in self.over:
            value = leaves[j]
            if writable is True and self.known[j]() is value:
                continue                                    # looked at before
            may = writable if isinstance(writable, bool) else writable[n]
            if not (may and value.flags.c_contiguous and value.flags.writeable):
                leaves[j] = np.array(value, order="C")
        return leaves

    def _native_results(self) -> list[int] | None:
        """For a program of kernels alone whose results are whole outputs, or leaves written over:
        which output each result is, counting the leaves on from -1 downwards."""
        recipe = self.recipe
        place = {key: k for k, (key, _, _) in enumerate(recipe.outputs)}
        place.update((recipe.roots[k].key, ~j) for k, j in recipe.over.items())
        whole = all(seen.strides is None and seen.key in place for seen in recipe.roots)
        given = {recipe.roots[k].key for k in recipe.over}
        apart = all(k in recipe.over or seen.key not in given for k, seen in enumerate(recipe.roots))
        kernels = len(recipe.segments) == 1 and isinstance(recipe.segments[0], Run)
        return [place[seen.key] for seen in recipe.roots] if whole and apart and kernels else None

    def _run_native(self, leaves: Sequence[Any], scalars: Sequence[Any], results: list[int],
                    then: Callable[[], Any]) -> list[Any]:
        """`run` where nothing but addresses has to be handed over."""
        table, known = self.table, self.known
        kept = [self._take(k, value) for k, value in enumerate(leaves) if known[k]() is not value]
        if self.all_floats:
            self.floats[:len(scalars)] = scalars        # type: ignore[call-overload]
        else:
            for k, (v, is_float) in enumerate(zip(scalars, self.float_slots)):
                if is_float:
                    self.floats[k] = v
                else:
                    self.ints[k] = v
        outs, count = [], sys.getrefcount
        for j, out in enumerate(self.handed_out):
            if out is None or count(out) > _UNUSED:
                shape, dtype, nbytes = self.fresh[j]
                out = np.empty(shape, dtype) if nbytes < LARGE else recycler.empty(shape, dtype, nbytes)
                at = address(out)
                for k, offset in self.output_patches[j]:
                    table[k] = at + offset
                if nbytes < SMALL:
                    self.handed_out[j] = out
            outs.append(out)
        self.launch(then)
        del kept
        return [outs[k] if k >= 0 else leaves[~k] for k in results]

    def _order(self) -> None:
        """What the driver's `guarded` is told. Long runs are left to `launch`, a profile too."""
        recipe, last = self.recipe, len(self.recipe.stages)
        self.direct = recipe.profile is None and recipe.cost < SLICE
        commit = last if recipe.commit is None else recipe.commit
        self.order = (ctypes.c_int64 * len(ORDER))()
        if self.direct:
            self.order[:] = [0, 0, 0, self.address, self.stages, commit, last, 0, len(recipe.checks), 0]
        self._at = ctypes.addressof(self.order)
        self._pool = self.driver.pool if recipe.parallel else None

    def guard(self, guards: Sequence[Guard]) -> None:
        """What `guarded` looks at first, from now on (see runtime/objects.py)."""
        self.order[1] = 0
        self._guards = guard_table(guards)
        self.order[:2] = [address(self._guards), len(guards)]

    def watched(self, count: int) -> bool:
        """Look at so many of the guards from now on, the first ones."""
        self.order[1] = count
        return True

    def guarded(self, then: Callable[[], Any]) -> bool:
        """`launch` if the guards hold."""
        order = self.order
        if self._pool is not None:
            order[_POOL] = self._pool.address()
        order[_STATUS] = MOVED
        try:
            self.driver.guarded(self._at)
        finally:                    # an interrupt may have come while it ran
            status = order[_STATUS]
            if status == DONE and self.direct:
                then()
        if status == FAILED:
            self._check()
        if status == DONE and not self.direct:
            self.launch(then)
        return status == DONE

    def launch(self, then: Callable[[], Any]) -> None:
        """Run all stages of a program of kernels alone, whose addresses are in the table."""
        last, first = len(self.recipe.stages), 0
        if self.recipe.checks:              # nothing is written over before all indices are known to be good
            first = last if self.recipe.commit is None else self.recipe.commit
            self._drive(0, first)
            self._check()
        self._drive(first, last, then)

    def run(self, leaves: Sequence[Any], scalars: Sequence[Any],
            writable: bool | Sequence[bool], then: Callable[[], Any]) -> list[Any]:
        """Values of the roots: see `Program.run`."""
        if self.over:
            leaves = self._own(leaves, writable)
        if self.results is not None:
            return self._run_native(leaves, scalars, self.results, then)
        recipe = self.recipe
        values: dict[int, Any] = {}
        for k, (key, value) in enumerate(zip(recipe.leaves, leaves)):
            values[key] = self._take(k, value)
        for k, (v, (key, is_float, _)) in enumerate(zip(scalars, recipe.scalars)):
            if is_float:
                self.floats[k] = v
            else:
                self.ints[k] = v
            values[key] = v
        for (key, _, _), size, patches in zip(recipe.outputs, self.fresh, self.output_patches):
            out = values[key] = recycler.empty(*size)
            if patches:
                self.point(patches, out)
        commit = len(recipe.stages) if recipe.commit is None else recipe.commit
        with np.errstate(all="ignore"):
            for segment in recipe.segments:
                if segment.__class__ is Run:
                    first, count = segment                                          # type: ignore[misc]
                    # What writes over leaves ends the last run.
                    self._drive(first, min(first + count, commit))                  # type: ignore[operator]
                else:
                    self._numpy(segment, values)                                    # type: ignore[arg-type]
        self._check()
        roots = [None if k in recipe.over else self._root(seen, values)
                 for k, seen in enumerate(recipe.roots)]
        self._drive(commit, len(recipe.stages), then)
        for k, j in recipe.over.items():
            roots[k] = leaves[j]
        return roots

    def _check(self) -> None:
        """Raise what the first check that failed says."""
        for verdict, failure in self.verdicts:
            if verdict[0]:
                raise failure(verdict[1])

    def _numpy(self, call: NumpyCall, values: dict[int, Any]) -> None:
        r = call.fn(*[self._array(seen, values) for seen in call.operands])
        if r is None:
            return
        patches = self.patches.get(call.out)
        if patches:
            r = np.ascontiguousarray(r)
            self.point(patches, r)
        values[call.out] = r.reshape(call.shape) if r.shape != call.shape else r

    def _array(self, seen: Seen, values: dict[int, Any]) -> Any:
        a = values.get(seen.key)
        if a is None:
            a = self.arrays[seen.key]
        elif a.__class__ is not np.ndarray:
            dtype = next(d for key, _, d in self.recipe.scalars if key == seen.key)
            a = np.asarray(a, dtype)
        if seen.strides is None:
            return a
        flat = np.ascontiguousarray(a).reshape(-1)[seen.offset:]
        return np.lib.stride_tricks.as_strided(flat, seen.shape, tuple(s * a.itemsize for s in seen.strides),
                                               writeable=False)

    def _root(self, seen: Seen, values: dict[int, Any]) -> Any:
        """A root in memory of its own: what NumPy made may still look into the arena, or into a leaf
        that is written over."""
        value = self._array(seen, values)
        if seen.key in self.recipe.foreign and value.base is not None or seen.key in self.fleeting:
            return np.array(value)
        return value

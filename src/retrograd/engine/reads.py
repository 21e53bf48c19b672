"""A small graph that is read again and again from one line goes in; what sees natively that the next graph
looks as the last one did, computes it and puts the values where they belong, in one call, comes out.

Whatever looks different goes the general way (engine/values.py). A value that somebody holds and that is
taken for one that nobody does costs time only: it is computed again when it is asked for.
"""

from __future__ import annotations

import ctypes
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from retrograd import codegen
from retrograd.base.config import config
from retrograd.base.errors import CompilationError
from retrograd.base.listening import listener
from retrograd.base.modes import State
from retrograd.engine.held import CROWD, emptied, prune
from retrograd.engine.interpret import numpy_call
from retrograd.engine.linearize import SPECIAL, Linear
from retrograd.engine.program import Program, programs
from retrograd.engine.trails import SLOT, Description, expected_references
from retrograd.graph.node import Node, leaf_p
from retrograd.runtime.bound import Bound
from retrograd.runtime.buffer import address
from retrograd.runtime.method import addresses
from retrograd.runtime.program import PRIVATE, Run, Seen
from retrograd.runtime.table import READ_ORDER, WORD
from retrograd.runtime.threads import wanted_threads
from retrograd.runtime.trail import Trail

ROOT, END = range(2)    # registers that are given: the node asked for, the end of the list of what waits
TIMES = 4               # reads of one graph from one line before it gets a trail
TRIES = 64              # graphs of a line that get one, and that are counted
LINES = 256
MOST = 512              # trails of one thread
ELEMENTS = 1 << 16      # of the results
NEVER = -1 << 60        # how often a graph came that has no trail
COST = 100_000          # nanoseconds a program may take: nobody else runs meanwhile
DEEP = 16               # of what waits, the nodes at the end that a trail looks at
Done = Callable[[Node, list[Node]], bool | None]


class Results:
    """An array for each root of a bound program: what it writes, or a copy of what the root sees of that, of
    a leaf or of what the program keeps. They are used again while nobody else refers to them."""

    def __init__(self, bound: Bound, roots: Sequence[Node]) -> None:
        recipe, frame = bound.program.recipe, bound.frame
        self.bound = bound
        self._makers = [partial(np.empty, shape, dtype) for shape, dtype, _ in frame.fresh]
        inside = _inside(bound)
        written = {key: k for k, (key, _, _) in enumerate(recipe.outputs)}
        copied = [k for k, seen in enumerate(recipe.roots)
                  if seen.strides is not None or seen.key not in written
                  or any(seen.key == other.key and other.strides is None for other in recipe.roots[:k])]
        self._makers += [partial(np.empty, roots[k].shape, roots[k].dtype.np) for k in copied]
        self.count = len(self._makers)
        # Addresses of the arrays, of the leaves, and of what is inside.
        self.bases = np.zeros(self.count + len(recipe.leaves) + len(inside), np.int64)
        self.bases[self.count + len(recipe.leaves):] = list(inside.values())
        at = address(self.bases)
        place = {key: at + WORD * k for k, key in enumerate([*recipe.leaves, *inside], self.count)}
        place.update({key: at + WORD * k for key, k in written.items()})
        self.also = {k: place[key] for k, key in enumerate(recipe.leaves)
                     if any(recipe.roots[j].key == key for j in copied)}
        words = ctypes.addressof(frame.table)
        self.patches = _table([(words + WORD * word, at + WORD * k, offset)
                               for k, patches in enumerate(frame.output_patches)
                               for word, offset in patches], 3)
        copies: list[tuple[int, ...]] = []
        self.which = [written.get(seen.key, 0) for seen in recipe.roots]       # the array of each root
        for k, j in enumerate(copied, len(frame.fresh)):
            self.which[j] = k
            size = np.dtype(roots[j].dtype.np).itemsize
            copies += [(place[recipe.roots[j].key], size * begin, at + WORD * k, size * first, size * count)
                       for begin, first, count in _runs(recipe.roots[j], roots[j].shape)]
        self.copies = _table(copies, 5)
        self.sizes = len(self.patches), len(copies)
        self.arrays: list[Any] = [make() for make in self._makers]

    def renew(self) -> None:
        """Other memory: somebody refers to some of it."""
        self.arrays[:] = [make() for make in self._makers]


def _table(rows: Sequence[tuple[int, ...]], words: int) -> Any:
    return np.array(rows, np.int64).reshape(-1, words)


def _runs(seen: Seen, shape: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """What a root sees as runs of elements that lie together: where one begins there and in the root, and how
    many these are."""
    if seen.strides is None:
        return [(seen.offset, 0, prod(shape))]
    at = np.full(shape, seen.offset, np.int64)
    for axis, (n, stride) in enumerate(zip(shape, seen.strides)):
        at += (np.arange(n) * stride).reshape(-1, *[1] * (len(shape) - 1 - axis))
    at = at.reshape(-1)
    begins = [0, *(np.flatnonzero(np.diff(at) != 1) + 1).tolist(), at.size]
    return [(int(at[begin]), begin, end - begin) for begin, end in zip(begins, begins[1:]) if end > begin]


def _inside(bound: Bound) -> dict[int, int]:
    """Where a program keeps values that are no results of their own: by key the address."""
    recipe, frame = bound.program.recipe, bound.frame
    found = {key: frame.base + offset for key, (offset, _, _) in recipe.placed.items()}
    found.update((key, address(value)) for key, value in recipe.consts.items())
    for k, (key, is_float, dtype) in enumerate(recipe.scalars):
        if np.dtype(dtype).itemsize == WORD:        # as it lies in its slot
            found[key] = ctypes.addressof(frame.floats if is_float else frame.ints) + WORD * k
    return found


class Read:
    """A program bound to memory, and the trail that leads to it: `run(root, pending)`."""

    __slots__ = ("results", "run", "follows", "_kept")

    def __init__(self, results: Results, trail: Trail, told: Description, roots: Sequence[Node],
                 deep: int) -> None:
        self.results = results
        self.follows: Read | None = None        # what was read next from the same line
        frame, slot, constants = results.bound.frame, SLOT or {}, (leaf_p, (), False, None, True)
        ints = _table([(register, ctypes.addressof(numbers) + WORD * k, numbers is frame.floats)
                       for register, numbers, k in told.told], 3)
        verdicts = array("q", [ctypes.addressof(verdict) for verdict, _ in frame.verdicts] or [0])
        gives = _table([(told.register[id(n)], k, not n.rg) for n, k in zip(roots, results.which)], 3)
        words = {"steps": trail.address, "step_count": trail.count, "registers": trail.at,
                 "rows": frame.address, "stages": frame.stages, "last": len(frame.recipe.stages),
                 "arrays": id(results.arrays), "bases": address(results.bases), "array_count": results.count,
                 "patches": address(results.patches), "patch_count": results.sizes[0],
                 "ints": address(ints), "int_count": len(told.told),
                 "verdicts": verdicts.buffer_info()[0], "verdict_count": len(frame.verdicts),
                 "copies": address(results.copies), "copy_count": results.sizes[1],
                 "gives": address(gives), "give_count": len(roots),
                 **{name: slot[name] for name in ("value", "prim", "inputs", "params")},
                 "deep": deep,
                 **dict(zip(("leaf", "empty", "no", "busy", "yes"), map(id, constants))),
                 **dict(zip(("keep", "drop", "cut", "number"), addresses(
                     "Py_IncRef", "Py_DecRef", "PyList_SetSlice", "PyLong_AsLongLongAndOverflow")))}
        self._kept = trail, ints, verdicts, constants, gives
        self.run: Done = frame.driver.read(np.array([words[name] for name in READ_ORDER], np.int64))

class Line:
    """What was read from one line: graphs that have a trail, and how often others came."""

    __slots__ = ("reads", "met", "tries", "last")

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.met: Counter[Any] = Counter()
        self.tries = TRIES
        self.last: Read | None = None


def place_of(n: Node) -> int | None:
    """The user's line that made a root. (Views have none of their own.)"""
    while n.where is None and n.inputs:
        n = n.inputs[0]
    return None if n.where is None else id(n.where[0]) + n.where[1]


def read(root: Node, state: State) -> bool:
    """Compute a node as the last one from its line was computed; False where the general way has to."""
    waits = len(state.pending)
    if not _once_more(root, state):
        if not state.reads:
            return False
        prune(state.pending)        # what died meanwhile may have made it look different
        if len(state.pending) == waits or not _once_more(root, state):
            return False
    programs.hits += 1
    if state.pending and len(state.pending) < CROWD:
        prune(state.pending)
    if (state.looked or state.made) and not state.pending:
        emptied(state, waits)
    return True


def _once_more(root: Node, state: State) -> bool:
    place = place_of(root) if root.where is None else id(root.where[0]) + root.where[1]
    line = state.reads.get(place)
    if line is None or state.levels or config.check or config.debug or not config.jit \
            or listener() is not None:
        return False
    pending, last = state.pending, line.last
    guess = None if last is None else last.follows      # a loop comes by in the same order again and again
    if guess is not None and _done(guess, root, pending):
        line.last = guess
        return True
    for read in line.reads:
        if read is not guess and _done(read, root, pending):
            if last is not None:
                last.follows = read
            line.last = read
            return True
    return False


def _done(read: Read, root: Node, pending: list[Node]) -> bool:
    done = read.run(root, pending)
    if done is None:
        read.results.renew()
        done = read.run(root, pending)
    return bool(done)


def remember(root: Node, key: Any, program: Any, linear: Linear, roots: Sequence[Node],
             pending: Sequence[Node], state: State) -> None:
    """A read by the general way, before it is done: a graph that comes again gets a trail."""
    place = place_of(root)
    if SLOT is None or place is None or state.levels or config.check or config.debug or config.dump \
            or listener() is not None or not config.jit:
        return
    line = state.reads.get(place)
    if line is None:
        if len(state.reads) >= LINES:
            state.reads.pop(next(iter(state.reads)))
        line = state.reads[place] = Line()
    name = hash(key)
    line.met[name] += 1
    patience = TIMES if program.__class__ is not Program else 4 * TIMES
    if line.met[name] < patience or not line.tries:
        if len(line.met) > TRIES:
            line.met.clear()
        return
    line.tries -= 1
    made = _made(root, program, linear, roots, pending)
    line.met[name] = 0 if made is not None else NEVER
    if made is not None:
        if sum([len(one.reads) for one in state.reads.values()]) >= MOST:
            state.reads.clear()
        line.reads.append(made)


def _made(root: Node, program: Any, linear: Linear, roots: Sequence[Node], pending: Sequence[Node]
          ) -> Read | None:
    if any([n.hooks or n.prim in SPECIAL for n in linear.order]):
        return None                         # a trail would keep alive what is the user's
    if program.__class__ is Program:        # of NumPy, which gives the bits that a kernel gives (ADR 3)
        try:
            program = codegen.compile_graph.compile_graph(roots, linear.leaves, linear.scalars, numpy_call)
        except CompilationError:
            return None
    recipe = program.recipe
    if len(recipe.segments) > 1 or not all(isinstance(part, Run) for part in recipe.segments) or recipe.over \
            or recipe.parallel and wanted_threads() > 1 or recipe.cost > COST \
            or recipe.arena > PRIVATE or recipe.profile is not None:
        return None
    bound = Bound(program)
    inside = {*[key for key, _, _ in recipe.outputs], *recipe.leaves, *_inside(bound)}
    if any(root.key not in inside for root in recipe.roots):
        return None
    given = {id(n) for n in roots}
    expected = expected_references(linear, pending, given)
    if expected is None or SLOT is None or sum([prod(n.shape) for n in roots]) > ELEMENTS:
        return None
    results = Results(bound, roots)
    if sorted(results.which) != list(range(results.count)):
        return None
    trail, deep = Trail(2, same=True), 0
    told = Description(linear, bound, expected, SLOT, owners=False, also=results.also)
    told.begin(root, ROOT)
    if not told.walk(trail):
        return None
    for k in range(min(DEEP, len(pending)), 0, -1):         # what is beside the graph of the root
        n = pending[-k]
        if id(n) in given and id(n) not in told.register:
            told.reach(trail, n, END, -WORD * k)
            deep = max(deep, k)
            if not told.walk(trail):
                return None
    if any(id(n) not in told.register for n in linear.order):
        return None
    told.close(trail)
    return Read(results, trail, told, roots, deep)

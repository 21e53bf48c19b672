"""A graph that is read again and again from one line goes in; what sees natively that the next graph looks as
the last one did, computes it and puts the values where they belong, in one call, comes out.

Whatever looks different goes the general way (engine/values.py). A value that somebody holds and that is
taken for one that nobody does costs time only: it is computed again when it is asked for.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from retrograd import codegen
from retrograd.base.config import config
from retrograd.base.errors import CompilationError
from retrograd.base.listening import listener
from retrograd.base.modes import State
from retrograd.engine.held import CROWD, emptied, prune, waiting
from retrograd.engine.interpret import numpy_call
from retrograd.engine.linearize import SPECIAL, Linear
from retrograd.engine.program import Program, programs
from retrograd.engine.results import Results, results_of, table
from retrograd.engine.trails import SLOT, Description, expected_references
from retrograd.graph.node import Node, leaf_p, made
from retrograd.runtime.arena import arenas
from retrograd.runtime.bound import Bound
from retrograd.runtime.buffer import address
from retrograd.runtime.method import addresses
from retrograd.runtime.program import SLICE, Run
from retrograd.runtime.table import READ_ORDER, WORD
from retrograd.runtime.trail import Trail

ROOT, END = range(2)    # registers that are given: the node asked for, the end of the list of what waits
TIMES = 4               # reads of one graph from one line before it gets a trail
TRIES = 64              # graphs of a line that get one, and that are counted
LINES = 256
MOST = 512              # trails of one thread
KEPT = 1 << 25          # bytes of results that wait for their next run in one thread
NEVER = -1 << 60        # how often a graph came that has no trail
COST = 100_000          # nanoseconds a program may take while nobody else runs
FEW = 64                # of what waits: more are not looked through for some that are told twice
DEEP = 16               # of what waits, the nodes at the end that a trail looks at
_POOL, _VERDICTS = READ_ORDER.index("pool"), READ_ORDER.index("verdicts")
Done = Callable[[Node, list[Node]], bool | None]


class Read:
    """A program bound to memory, and the trail that leads to it: `run(root, pending)` is native."""

    __slots__ = ("results", "run", "follows", "_words", "_pool", "_leased", "_frame", "_kept")

    def __init__(self, results: Results, trail: Trail, told: Description, roots: Sequence[Node],
                 deep: int) -> None:
        self.results = results
        self.follows: Read | None = None        # what was read next from the same line
        frame, slot, constants = results.bound.frame, SLOT or {}, (leaf_p, (), False, None, True)
        recipe, driver = frame.recipe, frame.driver
        self._frame, self._leased = frame, results.bound.program.leased
        self._pool = driver.pool if recipe.parallel else None
        ints = table([(register, ctypes.addressof(numbers) + WORD * k, numbers is frame.floats)
                      for register, numbers, k in told.told], 3)
        gives = table([(told.register[id(n)], k, not n.rg) for n, k in zip(roots, results.which)], 3)
        keeps = table([(told.register[id(n)],) for n in roots], 1)
        unlocked = [0, 0]
        if recipe.cost > COST:
            keeps = table([*keeps, *[(register,) for register in told.arrays]], 1)
            unlocked = addresses("PyEval_SaveThread", "PyEval_RestoreThread")
        words = {"steps": trail.address, "step_count": trail.count, "registers": trail.at, "pool": 0,
                 "rows": frame.address, "stages": frame.stages, "last": len(recipe.stages),
                 "arrays": id(results.arrays), "bases": address(results.bases), "array_count": results.count,
                 "patches": address(results.patches), "patch_count": results.sizes[0],
                 "ints": address(ints), "int_count": len(told.told),
                 "verdicts": 0 if self._leased else frame.verdict_table, "verdict_count": len(recipe.checks),
                 "copies": address(results.copies), "copy_count": results.sizes[1],
                 "gives": address(gives), "give_count": len(gives),
                 "keeps": address(keeps), "keep_count": len(keeps),
                 **{name: slot[name] for name in ("value", "prim", "inputs", "params")},
                 "deep": deep,
                 **dict(zip(("leaf", "empty", "no", "busy", "yes"), map(id, constants))),
                 **dict(zip(("keep", "drop", "cut", "number"), addresses(
                     "Py_IncRef", "Py_DecRef", "PyList_SetSlice", "PyLong_AsLongLongAndOverflow"))),
                 **dict(zip(("save", "restore"), unlocked))}
        self._kept = trail, ints, constants, gives, keeps
        self._words = np.array([words[name] for name in READ_ORDER], np.int64)
        self.run: Done = driver.read(self._words)

    def done(self, root: Node, pending: list[Node]) -> bool:
        """Compute what looks as the trail says; False where it looks different."""
        if self._pool is not None:
            self._words[_POOL] = self._pool.address()
        if not self._leased:
            return self._done(root, pending)
        arena = arenas.lease(self._leased)
        try:
            if arena.base != self._frame.base:
                self._frame.move(arena)
            self._words[_VERDICTS] = self._frame.verdict_table
            return self._done(root, pending)
        finally:
            arenas.give(arena)

    def _done(self, root: Node, pending: list[Node]) -> bool:
        found = self.run(root, pending)
        if found is None:
            results = self.results
            results.renew()
            found = self.run(root, pending)
            if not results.kept:
                results.release()
        return bool(found)


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
    pending = state.pending
    waits = len(pending)
    found = _once_more(root, state)
    if found is None:
        if not state.reads:
            return False
        if waits <= FEW:            # what died meanwhile, or is told twice, may have made it look different
            waiting()
        else:
            prune(pending)
        if len(pending) == waits or (found := _once_more(root, state)) is None:
            return False
    programs.hits += 1
    if pending and len(pending) < CROWD:
        prune(pending)
    if pending:
        made(found.results.nbytes)
    elif state.looked or state.made:
        emptied(state, waits)
    return True


def _once_more(root: Node, state: State) -> Read | None:
    """The trail that led to the values of a root, and of what is computed with it."""
    place = place_of(root) if root.where is None else id(root.where[0]) + root.where[1]
    line = state.reads.get(place)
    if line is None or state.levels or config.check or config.debug or not config.jit \
            or listener() is not None:
        return None
    pending, last = state.pending, line.last
    guess = None if last is None else last.follows      # a loop comes by in the same order again and again
    if guess is not None and guess.done(root, pending):
        line.last = guess
        return guess
    for read in line.reads:
        if read is not guess and read.done(root, pending):
            if last is not None:
                last.follows = read
            line.last = read
            return read
    return None


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
    new = _new(root, program, linear, roots, pending)
    line.met[name] = 0 if new is not None else NEVER
    if new is not None:
        others = [one.results for known in state.reads.values() for one in known.reads]
        if len(others) >= MOST:
            state.reads.clear()
        new.results.kept = new.results.nbytes + sum([one.nbytes for one in others if one.kept]) <= KEPT
        line.reads.append(new)


def _new(root: Node, program: Any, linear: Linear, roots: Sequence[Node], pending: Sequence[Node]
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
            or recipe.cost >= SLICE or recipe.profile is not None:
        return None
    given = {id(n) for n in roots}
    expected = expected_references(linear, pending, given)
    if expected is None or SLOT is None:
        return None
    bound = Bound(program)
    results = results_of(bound, roots)
    if results is None:
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

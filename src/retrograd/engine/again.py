"""A backward that runs again and again from one line goes in; what sees natively that the next graph looks as
the last one did, and runs its program without a key, comes out.

`Again` is made when one line has found the same program several times. Whatever looks different goes the
general way (engine/backward.py).
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from retrograd.autodiff.reverse import free
from retrograd.base.listening import listener
from retrograd.base.modes import State, local
from retrograd.engine.held import emptied, waiting
from retrograd.engine.linearize import Linear
from retrograd.engine.program import programs
from retrograd.engine.trails import PENDING, ROOT, SLOT, Builder
from retrograd.graph.node import Node, release
from retrograd.runtime.bound import Bound
from retrograd.runtime.recycle import recycler
from retrograd.runtime.trail import Trail

LINES = 8                       # lines that are remembered
PATIENCE = 32                   # looks at one more program before its trail is made, once others came between


class Again:
    """A program with the trail that leads to it; `delivery` is what the tensors' own layer keeps here."""

    def __init__(self, known: Any, bound: Bound, trail: Trail, length: int) -> None:
        self.known, self.bound, self.trail, self.length = known, bound, trail, length
        self.owners: list[Any] = []             # weak references to the tensors that collect, as in wrt
        self.roots = range(1 + len(known.held), 1 + len(known.held) + len(known.wrt))
        self.held: list[tuple[int, int]] = []   # places in the pending list, and among the results
        self.told: list[tuple[int, Any, int]] = []      # ints: register, where the program reads them
        self.sizes = bound.frame.fresh
        self.served = 0
        self.outputs = [bound.output_of(k) for k in range(1 + len(known.held))]
        self.follow = known.program.driver.follow
        self.delivery: Any = None

    def follows(self, root: Node, pending: list[Node]) -> bool:
        """Whether the graph is as it was; the program then reads its leaves."""
        trail = self.trail
        if len(pending) != self.length and len(waiting()) != self.length:
            return False
        trail.registers[ROOT], trail.registers[PENDING] = id(root), id(pending)
        if self.follow(trail.address, trail.count, trail.at) != trail.count:
            return False
        for register, value in trail.asked:
            if trail.object(register) != value:
                return False
        for register, numbers, k in self.told:
            numbers[k] = trail.object(register)
        return True

    def fresh(self) -> list[Any]:
        """New memory for the root and for what is held; names of one value share it."""
        bound = self.bound
        made: dict[int, Any] = {}
        for k in self.outputs:
            if k not in made:
                made[k] = recycler.empty(*self.sizes[k])
                bound.output(k, made[k])
        return [made[k] for k in self.outputs]

    def finish(self, root: Node, arrays: Sequence[Any], state: State) -> None:
        """Give their values to the root and to what is held; free the graph."""
        done, pending = [root], state.pending
        root.value = self.bound.seen(0, arrays[0])
        for place, k in self.held:
            n = pending[place]
            n.value = self.bound.seen(k, arrays[k])
            done.append(n)
        emptied(state)
        programs.hits += 1
        self.served += 1
        for n in done:
            if not n.rg:
                release(n)
        free([n for n in done if n.rg])     # the rest of the graph dies with them: nobody else refers to it


class Line:
    """What backward from one line found."""

    __slots__ = ("again", "known", "times", "patience", "code", "model", "reads")

    def __init__(self, code: Any) -> None:
        self.code = code                    # so that its address is no other's
        self.again: Again | None = None
        self.known: Any = None
        self.model: Any = None              # a weak reference to one of the tensors that collect
        self.times, self.patience = 0, 2
        self.reads = False                  # whether the root was read before backward came (ahead.py)

    def forget(self, _: Any = None) -> None:
        """Let the memory go: of gradients of a model that is no more, say."""
        self.again = self.model = None


def line_of(root: Node, state: State, *, new: bool = False) -> Line | None:
    """What is known of the user's line that made a root; views and what is spread have none of their own."""
    n, lines = root, state.lines
    while n.where is None and n.inputs:
        n = n.inputs[0]
    if n.where is None:
        return None
    key = id(n.where[0]), n.where[1]
    line = lines.get(key)
    if new:
        line = lines.pop(key, None) or Line(n.where[0])
        lines[key] = line
        if len(lines) > LINES:
            lines.pop(next(iter(lines))).forget()
    return line     # type: ignore[no-any-return]


def known(root: Node, state: State) -> Again | None:
    """What runs for this root, if its graph is as it was when its line came here before."""
    line = line_of(root, state)
    if line is None or line.again is None or listener() is not None:
        return None
    return line.again if line.again.follows(root, state.pending) else None


def remember(root: Node, linear: Linear, pending: Sequence[Node], held: dict[int, Node], found: Any) -> None:
    """A backward by the general way: the program it found. Who finds it again and again, finds it faster."""
    line = None if SLOT is None else line_of(root, local.state, new=True)
    if line is None or SLOT is None:
        return
    line.times = line.times + 1 if line.known is found else 1
    line.known = found
    if line.again is not None and line.again.served > PATIENCE:
        line.again.served, line.patience = 0, 2     # it was worth its while
    if line.times >= line.patience:
        line.times, line.patience = 0, min(2 * line.patience, PATIENCE)
        line.forget()                           # its memory is free before the next takes as much
        line.again = _built(Builder(root, linear, pending, held, found, SLOT))
        if line.again is not None:
            line.model = weakref.ref(line.again.owners[0](), line.forget)


def _built(builder: Builder) -> Again | None:
    made = builder.build()
    if made is None:
        return None
    trail, bound = made
    place, known, pending = builder.linear.place, builder.known, builder.pending
    again = Again(known, bound, trail, len(pending))
    again.owners = [builder.linear.order[k].owner for k in known.wrt]
    again.told = builder.told
    again.held = [(j, known.held[place[n]]) for j, n in enumerate(pending)
                  if id(n) in builder.held and n is not builder.root]
    return again
